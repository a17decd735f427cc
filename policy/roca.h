/* roca.h: recognises RSA keys of the flawed key generator known as ROCA (CVE-2017-15361) by their modulus alone.
 *
 * Such primes have the form k * M + (65537^a mod M), M a product of the first primes; so the modulus, too, is a power of
 * 65537 modulo M. The test needs no firmware number, works at every key size and takes about a microsecond for a sound key.
 * Source: Nemec, Sys, Svenda, Klinec, Matyas, "The Return of Coppersmith's Attack", ACM CCS 2017, 3.2. */
#ifndef POLICY_ROCA_H
#define POLICY_ROCA_H

#include "common/bytes.h"

/* roca_is_suspicious: the fast test: whether the modulus is a power of 65537 modulo each prime up to 167, each for itself.
 * True for one sound key in 2^27.
 *   modulus  big-endian */
bool roca_is_suspicious(struct bytes modulus);

/* roca_is_affected: the whole test: the fast one, and then whether one and the same exponent serves all primes, which holds
 * for one sound key in 2^154. */
bool roca_is_affected(struct bytes modulus);

#endif
