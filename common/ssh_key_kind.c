#include "common/ssh_key_kind.h"

static const struct ssh_key_kind kinds[SSH_KEY_TYPE_COUNT] = {
    [SSH_KEY_RSA] = {"ssh-rsa", SSH_ALGORITHM_RSA, false, NULL, NULL, 0, EVP_sha512},
    [SSH_KEY_ECDSA_P256] = {"ecdsa-sha2-nistp256", SSH_ALGORITHM_ECDSA, false, "nistp256", "prime256v1", 32,
        EVP_sha256},
    [SSH_KEY_ECDSA_P384] = {"ecdsa-sha2-nistp384", SSH_ALGORITHM_ECDSA, false, "nistp384", "secp384r1", 48, EVP_sha384},
    [SSH_KEY_ECDSA_P521] = {"ecdsa-sha2-nistp521", SSH_ALGORITHM_ECDSA, false, "nistp521", "secp521r1", 66, EVP_sha512},
    [SSH_KEY_ED25519] = {"ssh-ed25519", SSH_ALGORITHM_ED25519, false, NULL, NULL, 0, NULL},
    [SSH_KEY_SK_ECDSA] = {"sk-ecdsa-sha2-nistp256@openssh.com", SSH_ALGORITHM_ECDSA, true, "nistp256", "prime256v1", 32,
        EVP_sha256},
    [SSH_KEY_SK_ED25519] = {"sk-ssh-ed25519@openssh.com", SSH_ALGORITHM_ED25519, true, NULL, NULL, 0, NULL},
};

const struct ssh_key_kind *ssh_key_kind_of(enum ssh_key_type type)
{
	return &kinds[type];
}

bool ssh_key_kind_find(struct bytes name, enum ssh_key_type *type)
{
	for (enum ssh_key_type candidate = SSH_KEY_RSA; candidate < SSH_KEY_TYPE_COUNT; candidate++) {
		if (bytes_equal_text(name, kinds[candidate].name)) {
			*type = candidate;
			return true;
		}
	}
	return false;
}
