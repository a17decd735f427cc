#include "tests/unit/enrollment_samples.h"

#include "common/base64.h"
#include "common/sshsig.h"
#include "tests/unit/certificate_samples.h"
#include "tests/unit/unit.h"

struct enrollment_content enrollment_content_usual(const struct ssh_sample *subject, const struct ssh_sample *registrar)
{
	return (struct enrollment_content){
	    .subject = subject,
	    .registrar = registrar,
	    .person = "alice",
	    .evidence = "attestation",
	    .serial = 7,
	    .valid_after = SAMPLE_SINCE,
	    .valid_before = SAMPLE_UNTIL,
	    .proof_name_space = POSSESSION_NAMESPACE,
	    .proof_time = SAMPLE_SINCE,
	    .extension = ENROLLMENT_EXTENSION,
	};
}

static void make_evidence(const struct evidence *itself, const char *text, struct evidence *evidence)
{
	struct error err = ERROR_EMPTY;

	if (itself != NULL) {
		*evidence = (struct evidence){.format = itself->format};
		assert_done(buffer_put(&evidence->content, buffer_bytes(&itself->content), &err), err);
		return;
	}
	assert_done(evidence_of_piv(bytes_of_text(text), bytes_of_text("device"), evidence, &err), err);
}

static void draw(const struct enrollment_content *content, struct possession *possession)
{
	const struct ssh_sample *registrar =
	    content->proof_registrar != NULL ? content->proof_registrar : content->registrar;
	struct evidence evidence;
	struct error err = ERROR_EMPTY;

	if (content->proof_evidence != NULL)
		make_evidence(NULL, content->proof_evidence, &evidence);
	else
		make_evidence(content->evidence_itself, content->evidence, &evidence);
	assert_done(
	    possession_draw(&registrar->key, content->proof_person != NULL ? content->proof_person : content->person,
	        &evidence, content->proof_time, possession, &err),
	    err);
	evidence_clear(&evidence);
}

static void prove(const struct enrollment_content *content, const struct possession *possession, struct buffer *sshsig)
{
	const struct ssh_sample *key = content->proof_key != NULL ? content->proof_key : content->subject;
	struct buffer record = BUFFER_EMPTY, message = BUFFER_EMPTY, signature = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(possession_encode(possession, &record, &err), err);
	assert_done(sshsig_put_signed_data(content->proof_name_space, buffer_bytes(&record), &message, &err), err);
	ssh_sample_sign(key, NULL, buffer_bytes(&message), FLAG_PRESENT, &signature);
	assert_done(sshsig_encode(&key->key, content->proof_name_space, buffer_bytes(&signature), sshsig, &err), err);
	buffer_free(&record);
	buffer_free(&message);
	buffer_free(&signature);
}

void enrollment_sample_prove(const struct enrollment_content *content, struct buffer *extension)
{
	struct buffer sshsig = BUFFER_EMPTY;
	struct possession possession;
	struct evidence evidence;
	struct error err = ERROR_EMPTY;

	make_evidence(content->evidence_itself, content->evidence, &evidence);
	draw(content, &possession);
	prove(content, &possession, &sshsig);
	assert_done(enrollment_put_extension(&evidence, &possession, buffer_bytes(&sshsig), extension, &err), err);
	evidence_clear(&evidence);
	buffer_free(&sshsig);
}

/* The pair of SSH strings that ssh-keygen makes of -O extension:NAME=TEXT. */
static void put_extension(const struct enrollment_content *content, struct buffer *extensions)
{
	struct buffer text = BUFFER_EMPTY, wrapped = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	if (content->content.data != NULL)
		assert_done(base64_put(content->content, &text, &err), err);
	else
		enrollment_sample_prove(content, &text);
	assert_done(buffer_put_ssh_string(&wrapped, buffer_bytes(&text), &err), err);
	assert_done(buffer_put_ssh_text(extensions, content->extension, &err), err);
	assert_done(buffer_put_ssh_string(extensions, buffer_bytes(&wrapped), &err), err);
	buffer_free(&text);
	buffer_free(&wrapped);
}

void enrollment_sample_put(const struct enrollment_content *content, struct buffer *blob)
{
	struct certificate_content certificate = certificate_content_usual(content->subject, content->registrar);
	struct buffer principals = BUFFER_EMPTY, extensions = BUFFER_EMPTY;
	struct error err = ERROR_EMPTY;

	assert_done(buffer_put_ssh_text(&principals, content->person, &err), err);
	put_extension(content, &extensions);
	certificate.serial = content->serial;
	certificate.valid_after = content->valid_after;
	certificate.valid_before = content->valid_before;
	certificate.principals = content->principals.data != NULL ? content->principals : buffer_bytes(&principals);
	certificate.critical_options = content->critical_options;
	certificate.extensions = buffer_bytes(&extensions);
	certificate_sample_put(&certificate, blob);
	buffer_free(&principals);
	buffer_free(&extensions);
}

void enrollment_sample_init(
    const struct ssh_sample *registrar, const char *person, uint64_t serial, struct enrollment *enrollment)
{
	struct enrollment_content content;
	struct buffer blob = BUFFER_EMPTY;
	struct ssh_sample subject;
	struct error err = ERROR_EMPTY;

	ssh_sample_init(SSH_KEY_ECDSA_P256, &subject);
	content = enrollment_content_usual(&subject, registrar);
	content.person = person;
	content.serial = serial;
	enrollment_sample_put(&content, &blob);
	*enrollment = ENROLLMENT_EMPTY;
	assert_done(enrollment_parse(buffer_bytes(&blob), enrollment, &err), err);
	ssh_sample_clear(&subject);
	buffer_free(&blob);
}
