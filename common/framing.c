#include "common/framing.h"

bool framing_open(struct buffer *out, uint8_t version, uint8_t kind, size_t *mark, struct error *err)
{
	if (!buffer_open_u32(out, mark, err))
		return false;
	if (buffer_put_u8(out, version, err) && buffer_put_u8(out, kind, err))
		return true;
	buffer_cut(out, *mark);
	return false;
}

bool framing_close(struct buffer *out, size_t mark, size_t maximum, bool complete, struct error *err)
{
	if (complete && out->len - mark - FRAMING_LENGTH_SIZE > maximum)
		complete = error_set(err, ERROR_LIMIT, "a message of more than %zu bytes", maximum);
	if (complete)
		buffer_close_u32(out, mark);
	else
		buffer_cut(out, mark);
	return complete;
}

bool framing_take_version(struct bytes *message, size_t maximum, uint8_t version, struct error *err)
{
	uint8_t found;

	if (message->len > maximum || !bytes_take_u8(message, &found))
		return error_set(err, ERROR_PROTOCOL, "a message of %zu bytes", message->len);
	if (found != version)
		return error_set(err, ERROR_PROTOCOL_VERSION,
		    "the peer speaks version %u of the protocol, not %d: install the same release for both", found,
		    version);
	return true;
}
