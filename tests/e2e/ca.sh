#!/bin/bash
# ca: a token's key gets a certificate of a CA that checks for itself where the key lives: request with attestation, appraisal from a
# script, issue by OpenSSL, and the certificate back beside the key, with a real pcscd. OpenSSL and yubico-piv-tool judge the results.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$(dirname "$0")/reports.bash"

pin=271828

token()
{
	keyenroll "$@" --reader "$reader"
}

request()
{
	token csr "$@" --pin-fd 5 5<<<$pin >request.pem
}

# What a CA does with a request: it is its key's own, the key is attested, and a certificate is issued.
issue()
{
	openssl req -in request.pem -noout -verify && keyenroll verify --policy open.conf --csr request.pem &&
		openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out issued.pem
}

subject()
{
	openssl x509 -in issued.pem -noout -subject -nameopt RFC2253
}

in_slot()
{
	yubico-piv-tool --reader="$reader" -a read-certificate -s "$1" 2>/dev/null | openssl x509 -outform DER | sha256sum
}

is_in_slot()
{
	[ "$(in_slot "$1")" = "$(openssl x509 -in issued.pem -outform DER | sha256sum)" ]
}

make_ca()
{
	openssl req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -subj /CN=ca -days 30 2>/dev/null
}

check_way_there_and_back()
{
	exits 0 "alice is enrolled" world_enroll alice token
	exits 0 "csr" request "Alice Example"
	exits 0 "the baseline policy accepts it as well" keyenroll verify --csr request.pem
	exits 0 "a CA checks it and issues" issue
	expect "for the name that was asked for" grep -q 'CN=Alice Example' <(subject)
	exits 0 "certificate" token certificate 9a issued.pem --pin-fd 5 5<<<$pin
	expect "other software finds that one in the slot" is_in_slot 9a
	exits 0 "the enrollment stays as it is" keyenroll show alice
	exits 0 "--out writes the request to a file" token csr --out written.pem alice --pin-fd 5 5<<<$pin
	exits 0 "which is a request too" openssl req -in written.pem -noout -verify
}

# Each kind of key, with what its PIN and slot want.
check_kinds()
{
	local slot algorithm policy
	cp issued.pem first.pem
	while read -r slot algorithm policy; do
		exits 0 "$algorithm in $slot, PIN $policy" world_enroll alice token --slot "$slot" --algorithm "$algorithm" --pin-policy "$policy" --policy open.conf
		exits 0 "csr" request --slot "$slot" alice
		exits 0 "a CA checks it and issues" issue
		exits 0 "certificate" token certificate "$slot" issued.pem --pin-fd 5 5<<<$pin
		expect "other software finds that one in the slot" is_in_slot "$slot"
	done <<-END
		9c rsa-2048 always
		9d ed25519 once
		9e ecdsa-p256 never
		82 ecdsa-p384 always
	END
}

check_refusals()
{
	local before
	before=$(in_slot 9a)
	openssl req -x509 -newkey rsa:2048 -noenc -keyout /dev/null -out other.pem -subj /CN=other -days 30 2>/dev/null
	exits 1 "a certificate of another key" token certificate 9a other.pem --pin-fd 5 5<<<$pin
	says 'key.mismatch' "has the reason"
	exits 2 "what is no certificate" token certificate 9a ca.key --pin-fd 5 5<<<$pin
	exits 3 "a wrong PIN for the certificate" token certificate 9a first.pem --pin-fd 5 5<<<000000
	expect "the slot has what it had" [ "$before" = "$(in_slot 9a)" ]
	exits 3 "a slot without a key" request --slot 95 alice
	exits 64 "a slot that is none" request --slot f9 alice
	exits 2 "a name that no certificate can have" request "$(printf 'x%.0s' {1..65})"
	exits 3 "a wrong PIN" token csr --out refused.pem alice --pin-fd 5 5<<<000000
	says 'pin.wrong' "has the reason"
	expect "leaves no file" [ ! -e refused.pem ]
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out imported.key
	yubico-piv-tool --reader="$(world_token_reader plain)" -a import-key -s 9a -i imported.key 2>"$WORLD/output"
	exits 3 "an imported key" keyenroll csr --reader "$(world_token_reader plain)" alice
	says 'card.not-attestable' "cannot be proved"
	exits 1 "a request for a key whose vendor is not trusted" keyenroll csr --reader "$reader" --trust empty.d alice
	says 'piv.issuer-unknown' "has the reason"
}

world_install
world_pcscd 2
world_desk
mkdir "$WORLD/work" "$WORLD/work/empty.d"
cd "$WORLD/work" || exit 1
world_token token 5.7.4
world_token plain 5.4.3
reader=$(world_token_reader token)
cat >open.conf <<-'END'
	version = "open 1"
	rule "attested" {
		assurance = { "organisation" }
		then = "accept"
	}
END
make_ca
check_way_there_and_back
check_kinds
check_refusals
world_end
