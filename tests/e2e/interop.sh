#!/bin/bash
# interop: other people's programs at the same token. OpenSC, yubico-piv-tool and ykman read what an enrollment wrote and work with it;
# keyenroll reads what they wrote, and refuses what they imported; and programs that keep the card or reset it while it is in use.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$top/tests/e2e/reports.bash"

pin=271828
intruder=$top/tests/e2e/pcsc_intruder

piv()
{
	timeout 60 yubico-piv-tool --reader="$reader" "$@"
}

manager()
{
	timeout 60 ykman --reader "$reader" piv "$@"
}

plug()
{
	[ ! -f "$WORLD/$token.pid" ] || world_token_stop "$token"
	token=$1
	echo 0 >"$WORLD/$token.reader"
	world_token "$token" "$2"
}

same_certificate()
{
	cmp <(openssl x509 -in "$1" -outform DER) <(openssl x509 -in "$2" -outform DER)
}

# The key of a certificate and a public key, whatever wrote them.
same_key()
{
	cmp <(openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER) <(openssl pkey -pubin -in "$2" -outform DER)
}

pkcs11_signs()
{
	openssl x509 -in ours.pem -noout -pubkey >ours.pub && echo message >data &&
		timeout 60 pkcs11-tool --login --pin $pin --sign --id 01 --mechanism ECDSA-SHA256 --signature-format openssl \
			--input-file data --output-file data.sig && openssl dgst -sha256 -verify ours.pub -signature data.sig data
}

# object TAG: how its content begins, in hexadecimal.
object()
{
	jq -r --argjson tag $(($1)) '.objects[] | select(.tag == $tag) | .content' "$WORLD/$token.state"
}

# ---- what an enrollment wrote -------------------------------------------------------------------------------------------------

read_by_others()
{
	expect "$token: enrolled" world_enroll alice "$token"
	expect "$token: yubico-piv-tool reads the certificate" piv --action=read-certificate --slot=9a --output=ours.pem
	expect "$token: it is the person's" test "$(openssl x509 -in ours.pem -noout -subject -nameopt RFC2253)" = "subject=CN=alice"
	expect "$token: yubico-piv-tool takes the PIN and signs" piv --action=verify-pin --pin=$pin --action=test-signature --slot=9a \
		--algorithm=ECCP256 --input=ours.pem
	expect "$token: yubico-piv-tool shows CHUID and CCC" bash -c "yubico-piv-tool --reader='$reader' --action=status |
		grep -cE '^(CHUID|CCC):.*[0-9a-f]{80}' | grep -qx 2"
	expect "$token: PKCS#11 shows the certificate" bash -c "pkcs11-tool --list-objects --type cert | grep -q 'subject: *DN: CN=alice'"
	expect "$token: PKCS#11 shows the key" bash -c "pkcs11-tool --list-objects --type pubkey | grep -q 'PIV AUTH pubkey'"
	expect "$token: PKCS#11 signs" pkcs11_signs
	expect "$token: OpenSC's card has the serial number of its CHUID" bash -c "pkcs15-tool --dump 2>/dev/null |
		grep -q 'Serial number *: [0-9a-f]\{32\}'"
	expect "$token: OpenSC names the card" piv-tool --reader "$reader" --name
}

used_by_manager()
{
	if ! command -v ykman >/dev/null; then
		skip "$token: ykman" "yubikey-manager is not installed"
		return
	fi
	exits 0 "$token: ykman" manager info
	says 'Management key is stored on the YubiKey, protected by PIN' "$token: ykman knows where the management key is"
	says 'PIN tries remaining: *3/3' "$token: and the tries"
	says 'CN=alice' "$token: and the certificate"
	expect "$token: ykman exports the same certificate" bash -c "timeout 60 ykman --reader '$reader' piv certificates export 9a manager.pem"
	expect "$token: byte for byte" same_certificate ours.pem manager.pem
	expect "$token: ykman attests the same key" manager keys attest 9a attested.pem
	openssl x509 -in attested.pem -noout -pubkey >attested.pub
	expect "$token: which is the certificate's" same_key ours.pem attested.pub
	expect "$token: ykman finds the management key by the PIN, and makes a key" manager keys generate --pin $pin --algorithm ECCP256 9c \
		made.pub
	expect "$token: we attest what ykman made" bash -c "keyenroll attest 9c --reader '$reader' >made.pem"
	expect "$token: it is that key" same_key made.pem made.pub
	expect "$token: and it verifies" keyenroll verify made.pem
}

# ykman stores a key of its own; the next enrollment finds it as ykman would.
management_key_of_manager()
{
	command -v ykman >/dev/null || return
	plug managed 5.4.3
	reader=$(world_reader_name 0)
	expect "ykman sets a PIN" manager access change-pin --pin 123456 --new-pin $pin
	expect "and a PUK" manager access change-puk --puk 12345678 --new-puk 27182818
	expect "and a management key that the PIN protects" manager access change-management-key --protect --pin $pin --force \
		--management-key 010203040506070801020304050607080102030405060708
	report 0 enroll "a token that ykman has set up is enrolled" world_enroll bob managed --json
	holds '.puk_changed == false and .management_key_changed == false' "with the codes that it has"
	expect "ykman still finds its management key" manager objects generate chuid --pin $pin
}

# ---- what others wrote ----------------------------------------------------------------------------------------------------------

# A key that the token made is attested whoever wished for it; one that came from outside is not, whoever brought it.
others_of_ykman_and_opensc()
{
	local factory=010203040506070801020304050607080102030405060708
	sed 's/../&:/g; s/:$//' <<<$factory >management
	# It does what it is told and fails afterwards, where OpenSSL is new: the card says what was done.
	PIV_EXT_AUTH_KEY=$PWD/management piv-tool --reader "$reader" --admin M:9B:03 --genkey 9C:11 --out opensc.der >/dev/null 2>&1
	expect "OpenSC makes a key, which we attest" bash -c "keyenroll attest 9c --reader '$reader' >opensc.pem"
	openssl x509 -in opensc.pem -noout -pubkey >opensc.pub
	openssl x509 -new -subj /CN=carol -force_pubkey opensc.pub -key any.key -days 30 -out opensc-certificate.pem
	PIV_EXT_AUTH_KEY=$PWD/management piv-tool --reader "$reader" --admin M:9B:03 --cert 9C --in opensc-certificate.pem >/dev/null 2>&1
	exits 0 "slots" keyenroll slots --reader "$reader"
	says 'slot 9c: .*with certificate: signed' "and see with the certificate that OpenSC wrote"
	if ! command -v ykman >/dev/null; then
		skip "ykman imports a key" "yubikey-manager is not installed"
		return
	fi
	expect "ykman imports a key" manager keys import --management-key $factory --pin 123456 9e any.key
	expect "with its certificate" manager certificates import --management-key $factory --pin 123456 9e any.pem
	exits 3 "what ykman imported is not attested" keyenroll attest 9e --reader "$reader"
	says 'imported; only a key that the token made' "which is said"
	exits 3 "nor is it enrolled with its certificate" world_enroll carol theirs --slot 9e --certificate any.pem
	says 'imported; only a key that the token made' "for the same reason"
}

made_by_others()
{
	plug theirs 5.4.3
	expect "yubico-piv-tool makes a key" piv --action=generate --slot=9a --algorithm=ECCP256 --pin-policy=once --touch-policy=never \
		--output=theirs.pub
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out any.key
	openssl pkey -in any.key -pubout -out any.pub
	echo basicConstraints=CA:FALSE >extensions
	openssl x509 -new -subj /CN=carol -force_pubkey theirs.pub -key any.key -days 30 -extfile extensions -out theirs.pem
	openssl x509 -new -subj /CN=carol -force_pubkey any.pub -key any.key -days 30 -extfile extensions -out any.pem
	expect "and stores a certificate for it" piv --action=import-certificate --slot=9a --input=theirs.pem
	expect "and imports a key" piv --action=import-key --slot=9d --algorithm=ECCP256 --input=any.key
	expect "with its certificate" piv --action=import-certificate --slot=9d --input=any.pem
	report 0 slots "we see both" keyenroll slots --reader "$reader" --json
	holds '[.slots[] | {slot, origin, grade}] == [
		{"slot": "9a", "origin": "generated", "grade": "signed"}, {"slot": "9d", "origin": "imported", "grade": "claimed"}]' \
		"one made inside and attested, one brought from outside"
	exits 3 "what was imported is not attested" keyenroll attest 9d --reader "$reader"
	says 'card.not-attestable' "which is said"
	before=$(jq -S 'del(.objects)' "$WORLD/theirs.state" | sha256sum)
	exits 3 "an imported key is not enrolled, with its certificate neither" world_enroll carol theirs --slot 9d --certificate any.pem
	says 'imported; only a key that the token made' "because it was imported"
	exits 1 "a certificate for another key than the slot's is not taken" world_enroll carol theirs --certificate any.pem
	exits 1 "and nothing is left to resume" keyenroll resume --reader "$reader"
	expect "and nothing has changed over it" test "$before" = "$(jq -S 'del(.objects)' "$WORLD/theirs.state" | sha256sum)"
	others_of_ykman_and_opensc
	report 0 enroll "their own key is enrolled with the certificate that they brought" world_enroll carol theirs --certificate theirs.pem --json
	expect "it stays in its slot" piv --action=read-certificate --slot=9a --output=again.pem
	expect "as it was" same_certificate theirs.pem again.pem
}

# ---- other programs at the same card ----------------------------------------------------------------------------------------------

# intrude KIND: begins; its standard input is a pipe that end_intrusion closes.
intrude()
{
	rm -f "$WORLD/intruder"
	mkfifo "$WORLD/intruder"
	"$intruder" "$1" "$reader" <"$WORLD/intruder" >"$WORLD/intruder.out" 2>&1 &
	intruder_pid=$!
	exec 8>"$WORLD/intruder"
	world_wait 60 grep -q 'at it' "$WORLD/intruder.out"
}

end_intrusion()
{
	exec 8>&-
	wait $intruder_pid
}

a_held_card()
{
	intrude hold
	exits 3 "a card that another program keeps" keyenroll token info --reader "$reader"
	says 'card.busy' "is busy"
	says 'pcsc_intruder \(process [0-9]+\)' "and it is said who has it"
	exits 3 "nor can it be enrolled" world_enroll carol theirs --slot 82
	end_intrusion
	# The service hears a moment later that whoever had it is gone.
	expect "when it is free again it works" world_wait 60 keyenroll token info --reader "$reader"
}

# Whatever the moment, a reset is answered by a new connection to the same token; the course itself is one transaction.
a_card_that_is_reset()
{
	local slot
	intrude reset
	for slot in 82 83 84 85; do
		exits 0 "enrolled while another program resets the card ($slot)" world_enroll carol theirs --slot $slot
		exits 0 "and looked at ($slot)" keyenroll token info --reader "$reader"
	done
	end_intrusion
	expect "it was reset more than once" test "$(tail -n 1 "$WORLD/intruder.out")" -ge 2
	report 0 slots "all keys are there" keyenroll slots --reader "$reader" --json
	holds '[.slots[] | select(.grade == "signed")] | length == 6' "and attested"
}

world_install
# The newer ykman talks to a YubiKey only in a reader that is called one.
world_title=" Yubico YubiKey CCID"
# One reader: OpenSC's PKCS#11 module shows its slots in the order of readers.
world_pcscd 1
world_desk
mkdir "$WORLD/files"
cd "$WORLD/files" || exit 1
token=
for model in 5.7.4 5.4.3; do
	plug "ours-$model" $model
	reader=$(world_reader_name 0)
	read_by_others
	used_by_manager
done
management_key_of_manager
made_by_others
if "$intruder" reset "no such reader" </dev/null >/dev/null 2>&1; [ $? -eq 77 ]; then
	skip "other programs at the card" "python3-pyscard is not installed"
else
	a_held_card
	a_card_that_is_reset
fi
world_end
