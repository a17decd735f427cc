#include "enroll/evidence_text.h"

#include "common/sshsig.h"
#include "enroll/pem.h"
#include "policy/evidence.h"
#include "policy/fido_evidence.h"
#include "registry/enrollment.h"

static bool put_piv(const struct evidence *evidence, struct buffer *out, struct error *err)
{
	struct bytes content = buffer_bytes(&evidence->content), attestation, device;

	if (!bytes_take_ssh_string(&content, &attestation) || !bytes_take_ssh_string(&content, &device) ||
	    content.len > 0)
		return error_set(err, ERROR_EVIDENCE_FORMAT, "the evidence is cut short or has bytes left over");
	return pem_put("CERTIFICATE", attestation, out, err) && pem_put("CERTIFICATE", device, out, err);
}

static bool put_fido(const struct evidence *evidence, struct buffer *out, struct error *err)
{
	struct fido_binding binding;
	struct fido_ssh_key key;
	struct bytes object;

	return fido_evidence_take(evidence, &object, &binding, &key, err) &&
	       pem_put("FIDO ATTESTATION", object, out, err) &&
	       pem_put("FIDO CLIENT DATA", binding.client_data, out, err);
}

bool evidence_text_put(const struct enrollment *enrollment, struct buffer *out, struct error *err)
{
	const struct evidence *evidence = &enrollment->evidence;
	struct bytes signature = buffer_bytes(&enrollment->possession_signature);

	return possession_encode(&enrollment->possession, out, err) &&
	       (signature.len == 0 || sshsig_put_armor(signature, out, err)) &&
	       (evidence->format == EVIDENCE_PIV ? put_piv : put_fido)(evidence, out, err);
}
