#include "piv/certificate.h"

#define ZLIB_CONST
#include <zlib.h>

#include "common/tlv.h"
#include "piv/object.h"
#include "piv/slot.h"

#define TAG_CERTIFICATE 0x70U
#define TAG_INFORMATION 0x71U
#define TAG_ERROR_DETECTION 0xfeU
#define TAG_SEQUENCE 0x30U

#define INFORMATION_PLAIN 0x00U
#define INFORMATION_COMPRESSED 0x01U
#define INFORMATION_COMPRESSION 0x03U /* the two bits that tell */

#define GZIP_MAGIC 0x1f8bU
#define PREFIXED_MAGIC 0x0100U
#define GZIP_WINDOW (16 + MAX_WBITS)
#define CHUNK ((size_t)2048)

static bool damaged(struct error *err)
{
	return error_set(err, ERROR_CARD_REPLY, "the compressed certificate is damaged");
}

/* Unpacks up to the end of the stream, which must be the end of `packed` as well. */
static bool inflate_all(z_stream *stream, struct buffer *out, struct error *err)
{
	int result = Z_OK;

	while (result == Z_OK) {
		size_t before = out->len;
		uint8_t *room;

		if (before >= PIV_CERTIFICATE_MAXIMUM)
			return error_set(err, ERROR_CARD_REPLY, "the certificate is longer than %zu bytes unpacked",
			    PIV_CERTIFICATE_MAXIMUM);
		if (!buffer_extend(out, CHUNK, &room, err))
			return false;
		stream->next_out = room;
		stream->avail_out = (unsigned)CHUNK;
		result = inflate(stream, Z_NO_FLUSH);
		buffer_cut(out, before + CHUNK - stream->avail_out);
		if (result == Z_OK && stream->avail_out > 0)
			return damaged(err);
	}
	return (result == Z_STREAM_END && stream->avail_in == 0) || damaged(err);
}

static bool unpack(struct bytes packed, int window, struct buffer *out, struct error *err)
{
	z_stream stream = {.next_in = packed.data, .avail_in = (unsigned)packed.len};
	bool done;

	if (packed.len > PIV_CERTIFICATE_MAXIMUM)
		return error_set(err, ERROR_CARD_REPLY, "the compressed certificate has %zu bytes", packed.len);
	if (inflateInit2(&stream, window) != Z_OK)
		return error_set(err, ERROR_MEMORY, "no memory to unpack a certificate");
	done = inflate_all(&stream, out, err);
	(void)inflateEnd(&stream);
	return done;
}

/* 01 00, the length in little-endian order, and a zlib stream. */
static bool unpack_prefixed(struct bytes packed, struct buffer *out, struct error *err)
{
	uint8_t low, high;

	if (!bytes_take_u8(&packed, &low) || !bytes_take_u8(&packed, &high) || !unpack(packed, MAX_WBITS, out, err))
		return damaged(err);
	return out->len == ((size_t)high << 8 | low) || damaged(err);
}

static bool decompress(struct bytes packed, struct buffer *out, struct error *err)
{
	struct bytes rest = packed;
	uint16_t magic;

	if (!bytes_take_u16(&rest, &magic))
		return damaged(err);
	if (magic == GZIP_MAGIC)
		return unpack(packed, GZIP_WINDOW, out, err);
	if (magic == PREFIXED_MAGIC)
		return unpack_prefixed(rest, out, err);
	return damaged(err);
}

/* A certificate is one element from end to end; what it says is not looked at. */
static bool put_whole(struct bytes certificate, struct buffer *out, struct error *err)
{
	struct bytes rest = certificate, content;

	if (certificate.len > PIV_CERTIFICATE_MAXIMUM)
		return error_set(err, ERROR_CARD_REPLY, "the certificate has %zu bytes", certificate.len);
	return tlv_take(&rest, TAG_SEQUENCE, &content, err) && tlv_end(rest, err) && buffer_put(out, certificate, err);
}

static bool put_unpacked(struct bytes packed, struct buffer *certificate, struct error *err)
{
	struct buffer unpacked = BUFFER_EMPTY;
	bool done = decompress(packed, &unpacked, err) && put_whole(buffer_bytes(&unpacked), certificate, err);

	buffer_free(&unpacked);
	return done;
}

/* Where the information is missing, the certificate is plain. */
static bool is_compressed(struct bytes information, bool *compressed, struct error *err)
{
	uint8_t bits = INFORMATION_PLAIN;

	if (information.data != NULL && (!bytes_take_u8(&information, &bits) || information.len > 0))
		return error_set(err, ERROR_CARD_REPLY, "the certificate's information has not one byte");
	bits &= INFORMATION_COMPRESSION;
	if (bits > INFORMATION_COMPRESSED)
		return error_set(err, ERROR_CARD_REPLY, "the certificate is compressed in an unknown way");
	*compressed = bits == INFORMATION_COMPRESSED;
	return true;
}

bool piv_certificate_parse(struct bytes content, struct buffer *certificate, struct error *err)
{
	struct bytes value, information;
	bool compressed;

	if (content.len == 0)
		return error_set(err, ERROR_CARD_OBJECT_ABSENT, "the certificate's object is empty");
	if (!tlv_find(content, TAG_CERTIFICATE, &value, err) ||
	    !tlv_find(content, TAG_INFORMATION, &information, err) || !is_compressed(information, &compressed, err))
		return false;
	if (value.len == 0)
		return error_set(err, ERROR_CARD_OBJECT_ABSENT, "the certificate's object holds none");
	return compressed ? put_unpacked(value, certificate, err) : put_whole(value, certificate, err);
}

bool piv_certificate_encode(struct bytes certificate, struct buffer *content, struct error *err)
{
	static const uint8_t plain[] = {INFORMATION_PLAIN};

	return tlv_put(content, TAG_CERTIFICATE, certificate, err) &&
	       tlv_put(content, TAG_INFORMATION, BYTES_OF(plain), err) &&
	       tlv_put(content, TAG_ERROR_DETECTION, BYTES_EMPTY, err);
}

bool piv_certificate_read(struct piv *piv, const struct piv_slot *slot, struct buffer *certificate, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	bool done = piv_object_read(piv, slot->object, &content, err) &&
	            piv_certificate_parse(buffer_bytes(&content), certificate, err);

	buffer_free(&content);
	return done || error_prefix(err, "certificate of slot %s", slot->name);
}

bool piv_certificate_write(struct piv *piv, const struct piv_slot *slot, struct bytes certificate, struct error *err)
{
	struct buffer content = BUFFER_EMPTY;
	bool done = piv_certificate_encode(certificate, &content, err) &&
	            piv_object_write(piv, slot->object, buffer_bytes(&content), err);

	buffer_free(&content);
	return done || error_prefix(err, "certificate of slot %s", slot->name);
}
