#!/bin/bash
# personalities: each model that the virtual token can be, through `keyenroll token info` and `keyenroll enroll` with a real pcscd. It
# enrolls, and the appraisal accepts; or it is refused with a reason, before a PIN is asked for and before anything in the token changes.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$top/tests/e2e/reports.bash"

readers=7
pin=271828

# What becomes of a model, and the options of its enrollment:
#   enrolls         "-", or the name and the value of a claim that its attestation proves
#   refused CODE    known before anything is asked or done
#   undone CODE     known by the key that it made, which is taken out again
#   stuck CODE      known by the last write; `abandon` takes the key out
# What is refused is told in the words of why().
models()
{
	cat <<-END
		5.7.4            enrolls firmware=5.7.4
		5.7.4            enrolls slot=9c               --algorithm ed25519 --slot 9c
		5.7.4-fips       enrolls edition=fips
		5.4.3            enrolls form-factor=usb-c_nano
		5.4.3-fips       enrolls edition=fips          --slot 95 --algorithm rsa-2048
		5.4.3-cspn       enrolls edition=cspn
		4.3.5            enrolls firmware=4.3.5        --factory-codes
		4.3.7            enrolls firmware=4.3.7        --factory-codes
		4.4.2-fips       refused advisory.refused      --factory-codes
		bio              enrolls pin-policy=match-once   --pin-policy match-once
		bio              enrolls pin-policy=match-always --pin-policy match-always
		neo              refused card.not-attestable   --factory-codes
		pivapplet        refused piv.issuer-unknown
		token2           refused piv.issuer-unknown
		swissbit         refused card.not-attestable
		f9-replaced      refused piv.issuer-unknown
		f9-key-replaced  undone piv.attestation-signature
		f9-key-deleted   undone card.not-attestable
		f9-deleted       refused card.not-attestable
		b2-chain         enrolls issuer=long-issuing-b2
		preview          refused issuer.preview
		short-only       enrolls -
		61xx             enrolls -
		6Cxx             enrolls -
		9000-with-more   enrolls -
		object-full      stuck card.full
	END
}

# What the operator reads of a model that is refused: what it is that cannot be proved, and why.
why()
{
	case $1 in
	4.4.2-fips) echo 'YSA-2019-02' ;;
	neo) echo 'firmware 1\.0\.4 is too old to attest keys: 4\.3 is the first' ;;
	swissbit) echo 'no attestation: it cannot prove its keys' ;;
	pivapplet | token2 | f9-replaced) echo 'the device certificate was issued by .*, which trust bundle .* does not have' ;;
	preview) echo 'preview' ;;
	f9-deleted) echo 'attestation certificate \(f9\) is gone, so nothing it makes can be proved' ;;
	f9-key-replaced) echo "not signed by this device certificate's key: .* or the token's attestation key \\(f9\\) was replaced" ;;
	f9-key-deleted) echo 'made the key in slot 9a, and cannot attest it: its attestation key \(f9\) is gone' ;;
	object-full) echo 'the token is full; delete certificates' ;;
	*) echo "$1 has no sentence here" ;;
	esac
}

# The PIN waits on descriptor 5, where it can be seen afterwards whether anybody took it.
enroll()
{
	local token=$1
	shift
	echo "$pin" >"$WORLD/$token.pin"
	exec 5<"$WORLD/$token.pin"
	keyenroll enroll --reader "$(world_token_reader "$token")" --yes --pin-fd 5 --puk-fd 6 --json "$@" "$token" 6>"$WORLD/$token.puk"
}

pin_is_unread()
{
	local line
	read -r -u 5 line && [ "$line" = "$pin" ]
}

# What survives in the token, but for its place in memory.
state_of()
{
	jq -S . "$WORLD/$1.state"
}

same_state()
{
	diff "$WORLD/$1.before" <(state_of "$1")
}

# Codes as they were, and no key and no object more than before.
same_but_for_use()
{
	diff <(jq 'del(.slots)' "$WORLD/$1.before") <(state_of "$1" | jq 'del(.slots)') &&
		[ "$(jq -c '[.slots[].slot]' "$WORLD/$1.before")" = "$(state_of "$1" | jq -c '[.slots[].slot]')" ]
}

has_code()
{
	jq -e --arg code "$1" '(.error.code // "") == $code or ([.. | .reasons? // empty | .[].code] | index($code) != null)' "$WORLD/json"
}

has_sentence()
{
	jq -e --arg why "$(why "$model")" '[.. | objects | (.sentence? // empty)] | any(test($why; "i"))' "$WORLD/json"
}

# proves NAME=VALUE, with "_" for a blank: the appraisal found that claim, and that it is proven.
proves()
{
	jq -e --arg name "${1%%=*}" --arg value "$(tr _ ' ' <<<"${1#*=}")" \
		'.result.claims | any(.name == $name and .value == $value and .grade == "proven")' "$WORLD/json"
}

is_nobodys()
{
	! keyenroll list --json | jq -e --arg person "$1" '[.. | .person? // empty] | index($person)'
}

forecast_is()
{
	report 0 token-info "$title: token info" keyenroll token info --reader "$(world_token_reader "$token")" --json
	holds ".forecast.verdict $1" "$title: it says beforehand $2"
}

check_enrolls()
{
	local claim=$1
	shift
	forecast_is '== "accepted"' "that it can be enrolled"
	report 0 enroll "$title: enroll" enroll "$token" "$@"
	holds '.result.verdict == "accepted"' "$title: the appraisal accepts"
	[ "$claim" = - ] || expect "$title: and finds $claim proven" proves "$claim"
	report 0 token-info "$title: token info afterwards" keyenroll token info --reader "$(world_token_reader "$token")" --json
	holds '[.slots[] | select(.grade == "signed")] | length == 1' "$title: the key is attested"
}

check_refused()
{
	local code=$1
	shift
	forecast_is '!= "accepted"' "that it cannot be enrolled"
	expect "$title: and why" has_code "$code"
	expect "$title: in a sentence that says so" has_sentence
	enroll "$token" "$@" >"$WORLD/json" 2>"$WORLD/output" && not_ok "$title: enroll is refused" || ok "$title: enroll is refused"
	expect "$title: with $code" has_code "$code"
	expect "$title: in a sentence that says so" has_sentence
	expect "$title: no PIN was asked for" pin_is_unread
	expect "$title: nothing in the token has changed" same_state "$token"
	expect "$title: nobody is enrolled" is_nobodys "$token"
}

check_undone()
{
	local code=$1
	shift
	enroll "$token" "$@" >"$WORLD/json" 2>"$WORLD/output" && not_ok "$title: enroll is refused" || ok "$title: enroll is refused"
	expect "$title: with $code" has_code "$code"
	expect "$title: in a sentence that says so" has_sentence
	expect "$title: the key is out again, and the codes are as they were" same_but_for_use "$token"
	expect "$title: nobody is enrolled" is_nobodys "$token"
	exits 1 "$title: nothing is left to resume" keyenroll resume --reader "$(world_token_reader "$token")"
}

check_stuck()
{
	local code=$1
	shift
	enroll "$token" "$@" >"$WORLD/json" 2>"$WORLD/output" && not_ok "$title: enroll fails" || ok "$title: enroll fails"
	expect "$title: with $code" has_code "$code"
	expect "$title: in a sentence that says so" has_sentence
	expect "$title: nobody is enrolled" is_nobodys "$token"
	exits 0 "$title: abandon" keyenroll abandon --reader "$(world_token_reader "$token")"
	expect "$title: the key is out again" test "$(state_of "$token" | jq -c '[.slots[].slot]')" = '[249]'
}

# Starting a token takes a second of waiting for the reader, so a group of them starts together.
start_group()
{
	local place=0 name model rest started=()
	while read -r name model rest; do
		echo $((place++)) >"$WORLD/$name.reader"
		(world_token "$name" "$model") &
		started+=($!)
	done
	wait "${started[@]}"
}

end_group()
{
	local name rest
	while read -r name rest; do
		world_kill "$name"
	done
	world_wait 60 all_absent
}

all_absent()
{
	local reader
	for ((reader = 0; reader < readers; reader++)); do
		world_card_absent $reader || return 1
	done
}

check_group()
{
	local token model fate rest title
	while read -r -u 4 token model fate rest; do
		title="$model${rest:+ ($rest)}"
		state_of "$token" >"$WORLD/$token.before"
		# shellcheck disable=SC2086 # words
		check_$fate $rest
	done 4<"$1"
}

world_install
world_vendor_ca
# The advisories are about the vendor's tokens, so the test vendor's stand for them.
jq '.anchors[].vendor = "yubico"' "$world_vendor/trust.json" >"$WORLD/trust.json"
world_pcscd $readers
world_desk
cp "$WORLD/trust.json" "$config/trust.d/test-vendor.json"
models | awk '{ print "t" NR, $0 }' | split -l $readers - "$WORLD/group."
for group in "$WORLD"/group.*; do
	start_group <"$group"
	check_group "$group"
	end_group <"$group"
done
world_end
