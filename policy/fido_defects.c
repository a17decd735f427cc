#include "policy/fido_defects.h"

#include "policy/digest.h"
#include "policy/hex.h"

/* The byte of unused bits stands in front of an RSA-2048 signature, which ends the certificate. */
#define FROM_END 257

static const char *const defective[] = {
    "349bca1031f8c82c4ceca38b9cebf1a69df9fb3b94eed99eb3fb9aa3822d26e8",
    "dd574527df608e47ae45fbba75a2afdd5c20fd94a02419381813cd55a2a3398f",
    "1d8764f0f7cd1352df6150045c8f638e517270e8b5dda1c63ade9c2280240cae",
    "d0edc9a91a1677435a953390865d208c55b3183c6759c9b5a7ff494c322558eb",
    "6073c436dcd064a48127ddbf6032ac1a66fd59a0c24434f070d4e564c124c897",
    "ca993121846c464d666096d35f13bf44c1b05af205f9b4a1e00cf6cc10c5e511",
};

/* Sound certificates of this length end in a bit string without unused bits, and need no hash to be told from the six. */
static bool looks_defective(struct bytes der)
{
	struct bytes before;
	uint8_t unused;

	return der.len > FROM_END && bytes_take(&der, der.len - FROM_END, &before) && bytes_take_u8(&der, &unused) &&
	       unused != 0;
}

static bool is_defective(struct bytes der)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	char text[2 * SHA256_DIGEST_LENGTH + 1];

	if (!looks_defective(der))
		return false;
	digest_sha256(der, hash);
	hex_put(BYTES_OF(hash), text);
	for (size_t i = 0; i < sizeof(defective) / sizeof(defective[0]); i++) {
		if (bytes_equal_text(bytes_of_text(text), defective[i]))
			return true;
	}
	return false;
}

bool fido_defect_mend(struct bytes *der, struct buffer *mended, struct error *err)
{
	struct bytes rest = *der, before, unused;

	/* a certificate that is read once more is mended once more */
	buffer_cut(mended, 0);
	if (!is_defective(*der))
		return true;
	if (!bytes_take(&rest, rest.len - FROM_END, &before) || !bytes_take(&rest, 1, &unused) ||
	    !buffer_put(mended, before, err) || !buffer_put_u8(mended, 0, err) || !buffer_put(mended, rest, err))
		return false;
	*der = buffer_bytes(mended);
	return true;
}
