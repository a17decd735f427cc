#!/bin/bash
# What piv/ does with tokens through a real pcscd: whole courses on three kinds of firmware, other programs that come between, and
# tokens that come and go.
. "$(dirname "$0")/world.sh"

probe=$build/tests/e2e/piv_probe

# fails_as WORD COMMAND...: it fails, and its last line begins with that word.
fails_as()
{
	local word=$1 output
	shift
	output=$("$@") && return 1
	echo "$output"
	[[ "${output##*$'\n'}" = "$word: "* ]]
}

# wait_for_line PATTERN FILE
wait_for_line()
{
	world_wait 60 grep -q "$1" "$2"
}

refuse_without_service()
{
	fails_as pcsc.service "$probe" readers
}
expect "without pcscd the error says what to start" refuse_without_service
grep -q 'systemctl start pcscd' "$WORLD/output" && ok "and names the command" || not_ok "and names the command" "$WORLD/output"

world_pcscd 3
expect "an empty reader is listed" "$probe" readers
first=$(sed -n 1p "$WORLD/output")
expect "an empty reader has no card" fails_as card.absent "$probe" pin "$first" 123456
expect "an unknown reader is absent" fails_as reader.absent "$probe" pin "No such reader" 123456

# ---- waiting ----------------------------------------------------------------------------------------------------------------

"$probe" wait 300 >"$WORLD/same"
expect "time passes without a change" grep -qx same "$WORLD/same"
"$probe" wait 120000 >"$WORLD/change" &
waiter=$!
wait_for_line waiting "$WORLD/change"
world_token new 5.7.4
wait $waiter
expect "a token that comes is noticed" grep -qx changed "$WORLD/change"
new=$(world_token_reader new)
expect "and listed" sh -c "'$probe' readers | grep -qx '+$new'"

# ---- whole courses ----------------------------------------------------------------------------------------------------------

for algorithm in ecdsa-p256 ecdsa-p384 rsa-2048 ed25519; do
	expect "5.7.4: $algorithm is made, attested, signs, and has its certificate" "$probe" course "$new" $algorithm 9a 123456
done
expect "5.7.4: a retired slot" "$probe" course "$new" ecdsa-p256 82 123456
expect "5.7.4: a certificate of RSA 4096, written in one piece" "$probe" course "$new" rsa-4096 9c 123456

world_token_tell new count >/dev/null
"$probe" course "$new" ecdsa-p256 9a 123456 >/dev/null
count=$(world_token_tell new count)
# Of these, 4 are the probe's own checks: metadata of the slot, the certificate read back, and a signature more with its PIN.
[ "$count" -le 20 ] && ok "a course takes few commands ($count)" || not_ok "a course takes few commands ($count)"

world_token middle 5.4.3
world_token old 4.3.5
middle=$(world_token_reader middle)
old=$(world_token_reader old)
expect "5.4.3: P-256, with the older management cipher" "$probe" course "$middle" ecdsa-p256 9a 123456
expect "5.4.3: RSA 2048" "$probe" course "$middle" rsa-2048 9c 123456
expect "5.4.3: what it cannot make" fails_as card.unsupported "$probe" course "$middle" ed25519 9a 123456
expect "4.3.5: P-256, without metadata, serial from another application" "$probe" course "$old" ecdsa-p256 9a 123456

# ---- what other software makes of it ------------------------------------------------------------------------------------------

module=$(find /usr/lib /usr/lib64 -name opensc-pkcs11.so -print -quit 2>/dev/null)

shows_key()
{
	grep 'subject: *DN: CN=anna' <<<"$(pkcs11-tool --module "$module" --slot-index "$1" --list-objects --type cert)" &&
		grep 'label:' <<<"$(pkcs11-tool --module "$module" --slot-index "$1" --list-objects --type pubkey)"
}

signs()
{
	pkcs11-tool --module "$module" --slot-index "$1" --read-object --type cert --id 01 >"$WORLD/seen.der" &&
		openssl x509 -inform DER -in "$WORLD/seen.der" -pubkey -noout >"$WORLD/seen.pem" &&
		echo message >"$WORLD/message" &&
		pkcs11-tool --module "$module" --slot-index "$1" --login --pin 123456 --id 01 --sign --mechanism ECDSA-SHA256 \
			--signature-format openssl --input-file "$WORLD/message" --output-file "$WORLD/signature" &&
		openssl dgst -sha256 -verify "$WORLD/seen.pem" -signature "$WORLD/signature" "$WORLD/message"
}

if [ -n "$module" ]; then
	pkcs11-tool --module "$module" --list-slots >"$WORLD/slots" 2>&1
	expect "OpenSC shows the certificate and the key" shows_key 0
	expect "and signs with it" signs 0
else
	skip "OpenSC shows the certificate and the key" "OpenSC is not installed"
fi

# ---- what goes wrong --------------------------------------------------------------------------------------------------------

expect "a wrong PIN" fails_as pin.wrong "$probe" pin "$new" 654321
grep -q '2 tries are left' "$WORLD/output" && ok "says how many tries are left" || not_ok "says how many tries are left" "$WORLD/output"
expect "the right one" "$probe" pin "$new" 123456

world_token_tell middle "pull 7" >/dev/null
expect "a token that is pulled out midway" fails_as card.removed "$probe" course "$middle" ecdsa-p256 9a 123456
world_token_back middle
expect "and put in again" "$probe" course "$middle" ecdsa-p256 9a 123456

"$probe" hold "$new" </dev/zero >"$WORLD/holder" &
holder=$!
wait_for_line held "$WORLD/holder"
(
	sleep 1
	kill $holder
) &
expect "another program's transaction is waited for" "$probe" pin "$new" 123456

world_end
