#!/bin/bash
# fido_library: a program on libfido2 as it is, without PC/SC of its own, takes a card in a reader for a security key through our
# transport; its verifiers judge what the virtual token makes.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"

probe()
{
	timeout 60 "$build/tests/e2e/fido_probe" "$1" "$reader" "${@:2}"
}

check()
{
	expect "$personality: $1" probe "${@:2}"
}

token()
{
	personality=$1
	world_token "$1" "$1"
	reader=$(world_token_reader "$1")
}

tell()
{
	world_token_tell "$personality" "$1" >/dev/null
}

world_pcscd 4
token 5.7.4
check "getInfo" info
check "ES256 and EdDSA keys, attested, used, excluded" keys
check "the same with a PIN" pins
check "resident keys listed, renamed, deleted" residents
check "alwaysUv, enterprise attestation, the shortest PIN" settings
check "U2F behind the same card" u2f
tell "touch never=700"
check "nobody touches" untouched
tell "touch auto"
tell "reset 1"
check "reset" reset

token 5.4.3
check "keys by CTAP 2.0" keys
check "PINs by protocol 1" pins
token 4.3.5
check "U2F only" u2f
token fido-self
check "self attestation" keys
world_end
