#include "verifier/proof.h"

#include "verifier/asking.h"
#include "verifier/authentication.h"
#include "verifier/local_login.h"

/* The agent may have several keys that would do, of which not every one's token is plugged in. */
static bool agent_login(
    const struct authentication *authentication, int conversation, struct buffer *proof, struct error *err)
{
	for (size_t i = 0; i < authentication->num_candidates; i++) {
		const struct candidate *candidate = &authentication->candidates[i];
		struct buffer signature = BUFFER_EMPTY;
		bool asked = asking_sign(conversation, buffer_bytes(&candidate->offered),
		    buffer_bytes(&authentication->to_sign), &signature, err);
		bool signed_now = asked && signature.len > 0;
		bool done = signed_now && authentication_put_proof(candidate, buffer_bytes(&signature), proof, err);

		buffer_free(&signature);
		if (!asked || signed_now)
			return done;
	}
	return error_set(err, ERROR_AGENT, "the agent signs with none of the enrolled keys that it has");
}

/* One sentence for the person, since an application shows no log. */
static bool tell_why(int conversation, struct error *err)
{
	struct message why = message_of_error(err);
	struct error untold = ERROR_EMPTY;

	if (!asking_tell(conversation, QUESTION_WARN, &why, &untold))
		error_prefix(err, "the person was not told (%s)", untold.text);
	return false;
}

bool proof_make(const void *authentication, int conversation, struct buffer *proof, struct error *err)
{
	const struct authentication *asked = authentication;
	bool done = asked->request.code == REQUEST_AGENT ? agent_login(asked, conversation, proof, err)
	                                                 : local_login(asked, conversation, proof, err);

	return done || tell_why(conversation, err);
}
