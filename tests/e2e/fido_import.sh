#!/bin/bash
# FIDO2 keys that ssh-keygen made far from the desk: a challenge goes out, a key and its attestation come back, and a login.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$(dirname "$0")/reports.bash"

provider=$prefix/lib/keyenroll/libsk-keyenroll.so
export SSH_SK_PROVIDER=$provider

# make_key FILE TOKEN CHALLENGE OPTION...: what a user does where the token is; writes FILE, FILE.pub, FILE.att.
make_key()
{
	local file=$1 reader challenge=$3
	reader=$(world_token_reader "$2")
	shift 3
	ssh-keygen -q -N '' -w "$provider" -O device="$reader" -O challenge="$challenge" -O write-attestation="$file.att" \
		-f "$file" "$@"
}

# import FILE CHALLENGE USER OPTION...
import()
{
	local file=$1 challenge=$2 user=$3
	shift 3
	keyenroll import --ssh-sk "$file.pub" --attestation "$file.att" --challenge "$challenge" "$@" "$user"
}

# An attestation file as OpenSSH wrote it before 8.4: without the authenticator data.
without_data()
{
	python3 - "$1" "$2" <<-'END'
		import sys, struct
		data, parts = open(sys.argv[1], "rb").read(), []
		while len(parts) < 4:
		    size, = struct.unpack(">I", data[:4])
		    parts.append(data[4:4 + size])
		    data = data[4 + size:]
		assert parts[0] == b"ssh-sk-attest-v01" and data == bytes(8)
		old = [b"ssh-sk-attest-v00", parts[1], parts[2]]
		open(sys.argv[2], "wb").write(b"".join(struct.pack(">I", len(p)) + p for p in old) + bytes(8))
	END
}

enters()
{
	identity=$WORLD/$2
	world_enters "$1"
}

world_install
world_syslog
world_pcscd 4
world_user alice
world_user bob
world_desk
world_token new 5.7.4
world_token old 4.3.5
world_token self fido-self

report 0 challenge "a challenge for alice" keyenroll challenge alice --json --out for-alice
expect "whose file is what the report says" bash -c "jq -rj .challenge json | cmp - for-alice"
expect "the user makes a key with it" make_key ed new for-alice -t ed25519-sk
exits 1 "it is not bob's" import ed for-alice bob
says enrollment.possession "because the challenge was drawn for alice"
head -c 32 /dev/urandom >own
exits 1 "nor does another challenge fit" import ed own alice
sed 's/^time 2/time 1/' for-alice >changed
exits 1 "nor a changed one" import ed changed alice
cp ed.att other.att
expect "another key" make_key other new own -t ecdsa-sk
cp ed.pub mixed.pub && cp other.att mixed.att
exits 1 "whose attestation does not fit the first" import mixed own alice
report 0 import "alice's key is imported" import ed for-alice alice --json --out ed-cert.pub
holds '.person == "alice" and .result.format == "ssh-sk-attest" and .slot == null' "and its report is an enrollment's"
exits 1 "the same key again" import ed for-alice alice
says enrollment.exists "is enrolled already"

exits 0 "a challenge of the user's own is enough" import other own bob
says "no desk drew the challenge" "but a warning says what that is worth"
printf 123456789012345 >short
expect "a challenge that is short" make_key short-key new short -t ed25519-sk
exits 1 "is refused" import short-key short bob
expect "a key of a token that attests with the key itself" make_key self-key self own -t ed25519-sk
exits 1 "is refused" import self-key own bob
: >absent.att
cp ed.pub absent.pub
exits 2 "a key without attestation is refused" import absent for-alice alice
ssh-keygen -q -t ed25519 -N '' -f plain && cp ed.att plain.att
exits 2 "a key in a file is refused" import plain for-alice alice
exits 64 "an option too few" keyenroll import --ssh-sk ed.pub --attestation ed.att alice
says "--challenge" "says which"

keyenroll challenge bob >for-bob
expect "a key of a U2F token" make_key u2f old for-bob -t ecdsa-sk
without_data u2f.att u2f-old.att
cp u2f.pub u2f-old.pub
exits 2 "an attestation file of version v00 is not enough" import u2f-old for-bob bob
exits 0 "with the key's file it is" import u2f-old for-bob bob --key-handle u2f --out u2f-cert.pub

world_snapshot >/dev/null
world_verifier
world_gate | world_sshd sshd
expect "alice enters with her imported key" enters alice ed
expect "bob with the U2F token's" enters bob u2f
expect "bob with the one of his own challenge" enters bob other
refuse "and not as alice" enters alice other
expect "an enrollment without signed record is verified" keyenroll verify ed-cert.pub
# part TITLE: what stands in that block of the evidence.
part()
{
	sed -n "/BEGIN $1/,/END $1/p" evidence | grep -v -e ----- | base64 -d
}
exits 0 "its evidence is printed" keyenroll show --evidence alice
cp output evidence
expect "the attestation as ssh-keygen wrote it" cmp <(part 'FIDO ATTESTATION') ed.att
expect "and the challenge as it was drawn" cmp <(part 'FIDO CLIENT DATA') for-alice
expect "with the record, and no signature under it" bash -c "grep -q '^person alice$' evidence && ! grep -q 'SSH SIGNATURE' evidence"

# A batch whose attestation key got out: the evidence of each enrollment has its certificate, so data finds its keys again.
keyenroll verify ed-cert.pub --json >json
batch=$(jq -r '.result.claims[] | select(.name == "device-certificate").value' json)
cat >"$config/policy.conf" <<-END
	version = "a batch is distrusted"
	rule "leaked batch" {
		device-certificate = { "$batch" }
		then = "refuse"
		text = "the attestation key of this batch is known to others"
	}
	rule "rest" {
		assurance = { "organisation" }
		then = "accept"
	}
END
chmod 644 "$config/policy.conf"
exits 1 "an audit under a policy that distrusts one batch" keyenroll audit
says "alice" "finds its key"
refuse "which enters no more" enters alice ed
expect "a key of another batch does" enters bob u2f
world_end
