/* fido_certificate.h: what the formats demand of an attestation certificate, and what it says of its device.
 * Source: WebAuthn Level 3 8.2.1 and 8.2.2, FIDO U2F transports extension, Yubico's extensions. */
#ifndef POLICY_FIDO_CERTIFICATE_H
#define POLICY_FIDO_CERTIFICATE_H

#include "common/bytes.h"
#include "common/error.h"

struct certificate;
struct certificate_tolerance;

#define FIDO_SERIAL_MAXIMUM 32

struct fido_certificate_facts {
	struct bytes aaguid; /* id-fido-gen-ce-aaguid; empty: the extension is not there */
	bool has_firmware;
	uint8_t firmware[3];  /* Yubico */
	bool is_fips;         /* Yubico's FIPS series */
	unsigned device_type; /* Yubico: N of 1.3.6.1.4.1.41482.1.N; 0: not said */
	bool has_transports;  /* FIDO */
	uint8_t transports;   /* bits from 0x80 down: Bluetooth, Bluetooth LE, USB, NFC, internal */
	struct bytes serial;  /* enterprise attestation; empty: none */
};

/* fido_certificate_tolerance: critical extensions and serial numbers that genuine FIDO certificates have; static. */
const struct certificate_tolerance *fido_certificate_tolerance(void);

/* fido_certificate_read: reads the extensions above; those of another form are an error, unknown ones are nothing.
 * Errors: ERROR_FIDO_CERTIFICATE. */
bool fido_certificate_read(
    const struct certificate *certificate, struct fido_certificate_facts *facts, struct error *err) MUST_CHECK;

/* fido_certificate_find_name: the one common name in a subject of several parts.
 * False when there is none, or more than one. */
bool fido_certificate_find_name(const struct certificate *certificate, struct bytes *name) MUST_CHECK;

/* fido_certificate_check_packed: the subject and the constraints that WebAuthn demands for "packed".
 * Errors: ERROR_FIDO_CERTIFICATE. */
bool fido_certificate_check_packed(const struct certificate *certificate, struct error *err) MUST_CHECK;

/* fido_certificate_check_leaf: it does not claim to be an issuer. Errors: ERROR_FIDO_CERTIFICATE. */
bool fido_certificate_check_leaf(const struct certificate *certificate, bool must_say, struct error *err) MUST_CHECK;

#endif
