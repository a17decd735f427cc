/* device_name.h: what the desk and the hosts call one token, so that both count and print the same.
 * Knows nothing of what a token says of itself: a name rests on the evidence. */
#ifndef POLICY_DEVICE_NAME_H
#define POLICY_DEVICE_NAME_H

struct result;

/* DEVICE_NAME_SIZE: bytes with the NUL. */
#define DEVICE_NAME_SIZE 80

/* device_name: "piv 12345678" or "fido 0x00bc614e", the latter in whichever wrapping the evidence came; "" where the evidence does not
 * prove a serial number. */
void device_name(const struct result *result, char name[DEVICE_NAME_SIZE]);

#endif
