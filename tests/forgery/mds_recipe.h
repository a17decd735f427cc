/* mds_recipe.h: makes FIDO metadata BLOBs about the model that fido_recipe.h makes, honest ones and any wrong variant of them, signed under a root
 * of its own. As there a recipe is numbers and texts, of which a lie changes one. Tests only. */
#ifndef TESTS_FORGERY_MDS_RECIPE_H
#define TESTS_FORGERY_MDS_RECIPE_H

#include "common/buffer.h"
#include "tests/forgery/keys.h"

#define MDS_RECIPE_AAGUID "11111111-1111-1111-1111-111111111111"

/* Booleans are 0 for what an honest BLOB has. */
struct mds_recipe {
	/* who signed it */
	const char *algorithm;    /* as the header has it; by what it is signed follows from `signer` */
	const char *header;       /* more members of the header, each with a comma behind it */
	int signer;               /* enum forged_key: RSA-2048 or P-256 */
	const char *name;         /* the signer's common name */
	int root_key;             /* enum forged_key */
	int not_authority;        /* the issuing CA may not issue */
	int without_issuing;      /* it is not sent along */
	int root_behind;          /* 1: the root is sent along; 2: it was cross-signed by somebody; 3: three times */
	int days_from, days_to;   /* validity of the signer, from today */
	const char *certificates; /* JSON; NULL: those of the above */
	int signature_flipped, payload_changed, signature_cut;
	const char *behind; /* text behind the BLOB */
	/* what it says */
	const char *number, *next_update; /* JSON; a date */
	const char *aaguid, *key_protection, *matcher_protection,
	    *key_restricted; /* JSON but for the first; NULL: missing */
	const char *reports; /* JSON of the list's content */
	int reports_batch; /* enum forged_key + 1: a report "ATTESTATION_KEY_COMPROMISE" for the batch with this key; 0: none */
	int other_batch; /* enum forged_key + 1: an entry of another model has such a report; 0: there is none */
	const char *twin_reports; /* those of a second entry of the same model, behind this one; NULL: there is none */
	int anchor; /* which certificate the model's attestations lead to: 0 the root, 1 the attestation certificate itself,
	                        2 somebody else's, 3 none */
	int key_identifier; /* the entry is of U2F devices by their key */
};

/* mds_recipe_honest: number 7, due in 2099, certified at level 1. */
void mds_recipe_honest(struct mds_recipe *recipe);

/* mds_recipe_put: appends the BLOB. */
bool mds_recipe_put(const struct mds_recipe *recipe, struct buffer *out, struct error *err) MUST_CHECK;

/* mds_recipe_put_payload: appends the JSON that it signs. */
bool mds_recipe_put_payload(const struct mds_recipe *recipe, struct buffer *out, struct error *err) MUST_CHECK;

/* mds_recipe_put_bundle: a trust bundle with the metadata's root and nothing else. */
bool mds_recipe_put_bundle(struct buffer *out, struct error *err) MUST_CHECK;

#endif
