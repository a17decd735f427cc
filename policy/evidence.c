#include "policy/evidence.h"

#include "policy/digest.h"
#include "policy/evidence_formats.h"

void evidence_clear(struct evidence *evidence)
{
	buffer_free(&evidence->content);
	*evidence = EVIDENCE_EMPTY;
}

bool evidence_of_piv(struct bytes attestation, struct bytes device, struct evidence *evidence, struct error *err)
{
	struct buffer content = BUFFER_UP_TO(EVIDENCE_MAXIMUM);

	if (!buffer_put_ssh_string(&content, attestation, err) || !buffer_put_ssh_string(&content, device, err)) {
		buffer_free(&content);
		return false;
	}
	*evidence = (struct evidence){.format = EVIDENCE_PIV, .content = content};
	return true;
}

bool evidence_encode(const struct evidence *evidence, struct buffer *out, struct error *err)
{
	size_t before = out->len;

	if (buffer_put_ssh_text(out, evidence_format_name(evidence->format), err) &&
	    buffer_put_ssh_string(out, buffer_bytes(&evidence->content), err))
		return true;
	buffer_cut(out, before);
	return false;
}

bool evidence_parse(struct bytes encoded, struct evidence *evidence, struct error *err)
{
	struct buffer copy = BUFFER_UP_TO(EVIDENCE_MAXIMUM);
	struct bytes name, content;
	enum evidence_format format;

	if (!bytes_take_ssh_string(&encoded, &name) || !bytes_take_ssh_string(&encoded, &content) || encoded.len > 0)
		return error_set(err, ERROR_EVIDENCE_FORMAT, "the evidence is cut short or has bytes left over");
	if (!evidence_format_find(name, &format))
		return error_set(err, ERROR_EVIDENCE_FORMAT, "the evidence is of a format that is not known here");
	if (!buffer_put(&copy, content, err))
		return false;
	*evidence = (struct evidence){.format = format, .content = copy};
	return true;
}

bool evidence_hash(const struct evidence *evidence, uint8_t hash[EVIDENCE_HASH_SIZE], struct error *err)
{
	struct buffer encoded = BUFFER_UP_TO(EVIDENCE_MAXIMUM + 64);
	bool done = evidence_encode(evidence, &encoded, err);

	if (done)
		digest_sha256(buffer_bytes(&encoded), hash);
	buffer_free(&encoded);
	return done;
}

const char *evidence_format_name(enum evidence_format format)
{
	return evidence_format_row(format)->name;
}
