#!/bin/bash
# fido_token: the virtual token is what another FIDO2 library takes for a security key, on each personality, through a real pcscd.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"

client()
{
	timeout 60 "$top/tests/e2e/fido_client" "$reader" "$1"
}

# check TEXT NAME
check()
{
	expect "$personality: $1" client "$2"
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

world_pcscd 6
token 5.7.4
client statement >"$WORLD/output" 2>&1
[ $? -ne 77 ] || world_skip "there is no FIDO2 library for Python with PC/SC here"
check "ES256 and EdDSA credentials, attested, used, excluded" credentials
check "PINs over both protocols" pins
tell "reset 1"
check "resident credentials and their protection" residents
check "settings" settings
check "U2F registration and authentication" u2f
tell "touch never=700"
check "a touch that does not come" untouched
tell "touch 300"
check "a touch that takes its time" statement
tell "touch auto"
tell "reset 1"
check "reset" reset

token 5.4.3
check "ES256 and EdDSA credentials, attested, used, excluded" credentials
check "PINs over protocol 1" pins
token 4.3.5
check "U2F only" u2f

for personality in fido-self fido-none fido-u2f-statement; do
	token "$personality"
	check "its statement" statement
done
world_end
