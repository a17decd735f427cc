#include "registry/trust_signature.h"

#include "common/sshsig.h"
#include "registry/registrars.h"

static const struct registrar *find_signer(const struct registrars *signers, const struct ssh_key *key)
{
	for (size_t i = 0; i < signers->num; i++)
		if (signers->list[i].signs_trust && ssh_key_equal(&signers->list[i].key, key))
			return &signers->list[i];
	return NULL;
}

static bool check_signer(const struct registrars *signers, const struct ssh_key *key, struct error *err)
{
	char fingerprint[SSH_KEY_FINGERPRINT_SIZE];

	if (find_signer(signers, key) != NULL)
		return true;
	return ssh_key_fingerprint(key, fingerprint, err) &&
	       error_set(err, ERROR_TRUST_SIGNATURE, "it is signed by %s, which is no signer of trust bundles here",
	           fingerprint);
}

bool trust_signature_check(struct bytes bundle, struct bytes armor, const struct registrars *signers, struct error *err)
{
	struct sshsig sshsig = SSHSIG_EMPTY;
	bool done = sshsig_parse_armor(armor, &sshsig, err) && check_signer(signers, &sshsig.key, err) &&
	            sshsig_verify(&sshsig, TRUST_NAMESPACE, bundle, NULL, err);

	sshsig_clear(&sshsig);
	if (!done && err != NULL && error_category(err->code) != ERROR_CATEGORY_SYSTEM)
		err->code = ERROR_TRUST_SIGNATURE;
	return done;
}
