#include <openssl/evp.h>
#include <pwd.h>
#include <unistd.h>

#include "common/client.h"
#include "common/connection.h"
#include "common/language.h"
#include "common/request.h"
#include "common/ssh_key.h"
#include "config.h"
#include "enroll/doctor.h"
#include "enroll/sshd_settings.h"

void doctor_verifier_account(const struct doctor *doctor, struct finding *finding)
{
	const struct passwd *entry = getpwnam(KEYENROLL_VERIFIER_USER);

	(void)doctor;
	if (entry == NULL)
		doctor_find(finding, HEALTH_PROBLEM, "useradd --system " KEYENROLL_VERIFIER_USER,
		    "there is no account %s: neither verifier nor sshd's command can run", KEYENROLL_VERIFIER_USER);
	else if (entry->pw_uid == 0)
		doctor_find(finding, HEALTH_PROBLEM, N_("give it an id of its own"), "the account %s is root",
		    KEYENROLL_VERIFIER_USER);
}

/* One that is too busy to take the connection listens all the same. */
static bool somebody_listens(void)
{
	struct error err = ERROR_EMPTY;
	int descriptor;

	if (!connection_open(CLIENT_SOCKET, deadline_in(CLIENT_TIMEOUT_MS), &descriptor, &err))
		return err.code == ERROR_VERIFIER_DEADLINE;
	(void)close(descriptor);
	return true;
}

void doctor_verifier_socket(const struct doctor *doctor, struct finding *finding)
{
	(void)doctor;
	if (!doctor_file_is_roots(CLIENT_VERIFIER, finding))
		return;
	if (!somebody_listens())
		doctor_find(finding, HEALTH_WARNING, N_("start keyenrolld"),
		    "nobody listens at %s: each login starts a verifier of its own, which is slower", CLIENT_SOCKET);
}

static const char *next_step_of(enum error_code code)
{
	static const struct {
		enum error_code code;
		const char *next_step;
	} rows[] = {
	    {ERROR_VERIFIER_DEADLINE, N_("restart keyenrolld: until then each login waits for it in vain")},
	    {ERROR_PROTOCOL, N_("restart keyenrolld: it is of another release")},
	    {ERROR_PROTOCOL_VERSION, N_("restart keyenrolld: it is of another release")},
	    {ERROR_PROTOCOL_PEER, N_("run it as root")},
	    {ERROR_FILE, N_("let the verifier's account read it: chmod a+r for a file, a+rx for its folders")},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return rows[i].next_step;
	return N_("mend that: until then nobody gets in; the log of keyenrolld has more");
}

/* To refuse is an answer; not to answer this asker is none. */
static bool is_refusal(enum error_code code)
{
	return error_category(code) == ERROR_CATEGORY_DENIED && code != ERROR_PROTOCOL_PEER;
}

/* What root finds in the same files has a check of its own. */
static bool is_known(const struct doctor *doctor, enum error_code code)
{
	return code == doctor->rules_error.code || code == doctor->view_error.code ||
	       (code == ERROR_SNAPSHOT_ABSENT && doctor->view.snapshot == NULL);
}

void doctor_judge_answer(const struct doctor *doctor, const struct error *answer, struct finding *finding)
{
	if (answer->code == ERROR_NONE)
		doctor_find(finding, HEALTH_PROBLEM, N_("stop keyenrolld and install it again"),
		    "the verifier accepts a key that nobody has enrolled");
	else if (!is_refusal(answer->code) && !is_known(doctor, answer->code))
		doctor_find(finding, HEALTH_PROBLEM, next_step_of(answer->code), "the verifier cannot decide: %s [%s]",
		    answer->text, error_word(answer->code));
}

static bool make_key(struct ssh_key *key, struct error *err)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	bool done = pair != NULL ? ssh_key_of_public(pair, key, err)
	                         : error_set(err, ERROR_CRYPTO, "cannot make a key to ask about");

	EVP_PKEY_free(pair);
	return done;
}

/* As sshd's command does. True: accepted; else *answer is what stands against it. */
static bool ask(const char *account, const struct ssh_key *key, struct error *answer)
{
	const struct client client = {
	    .socket = CLIENT_SOCKET, .verifier = CLIENT_VERIFIER, .timeout_ms = CLIENT_TIMEOUT_MS};
	const struct request request = {
	    .code = REQUEST_AUTHORIZED_KEYS,
	    .account = bytes_of_text(account),
	    .service = bytes_of_text("sshd"),
	    .methods = {{bytes_of_text("publickey"), buffer_bytes(&key->blob)}},
	    .num_methods = 1,
	};
	struct buffer message = BUFFER_EMPTY;
	struct reply reply;
	bool accepted = client_ask(&client, &request, &message, &reply, answer) && client_consent(&reply, answer);

	buffer_free(&message);
	return accepted;
}

/* The verifier reads as its own account, so it may fail where root does not. */
void doctor_verifier_answer(const struct doctor *doctor, struct finding *finding)
{
	const char *account = doctor->num_logins > 0 ? doctor->logins[0].account : "root";
	struct ssh_key key = SSH_KEY_EMPTY;
	struct error answer = ERROR_EMPTY;

	if (getpwnam(KEYENROLL_VERIFIER_USER) == NULL)
		return;
	(void)!(make_key(&key, &answer) && ask(account, &key, &answer));
	doctor_judge_answer(doctor, &answer, finding);
	ssh_key_clear(&key);
}
