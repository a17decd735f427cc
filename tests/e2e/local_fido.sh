#!/bin/bash
# local_fido: people who sit at the machine with a FIDO token: real sudo, virtual tokens in a real pcscd; and sudo through a real
# ssh-agent that has a key of one.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"

for program in sudo setpriv; do
	command -v "$program" >/dev/null || world_skip "this system has no $program"
done

module=$prefix/lib/security/pam_keyenroll.so
provider=$prefix/lib/keyenroll/libsk-keyenroll.so

enroll()
{
	local user=$1 token=$2 file=$3
	shift 3
	keyenroll enroll --fido --reader "$(world_token_reader "$token")" --out "$WORLD/$file" --pin-fd 5 "$@" \
		"$user" 5<<<"$pin"
}

tell_token()
{
	world_token_tell "$1" "$2" >/dev/null
}

as()
{
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups -- "$@"
}

# sudo_as USER LINE...: becomes root with what that user types; what was said stays in $WORLD/output.
sudo_as()
{
	local user=$1
	shift
	printf '%s\n' "$@" | as "$user" sudo -k -S id -u >"$WORLD/sudo.out" 2>"$WORLD/sudo.err"
	cat "$WORLD/sudo.out" "$WORLD/sudo.err"
	grep -qx 0 "$WORLD/sudo.out"
}

told()
{
	grep -q -e "$1" "$WORLD/output" && ok "$2" || not_ok "$2" "$WORLD/output"
}

# mode WORD...: what stands in sudo's service
mode()
{
	printf 'auth required %s %s\naccount required pam_permit.so\nsession required pam_permit.so\n' "$module" "$*" >/etc/pam.d/sudo
}

world_install
world_syslog
world_pcscd 3
world_user alice
world_user bob
world_desk
cat >"$config/policy.conf" <<-'END'
	version = "fido test"
	rule "security keys of alice" {
		person = { "alice" }
		format = { "fido" }
		assurance = { "vendor", "organisation" }
		proven = { "generated-inside" }
		then = "accept"
		key-options = { "verify-required" }
	}
	rule "security keys" {
		format = { "fido" }
		assurance = { "vendor", "organisation" }
		proven = { "generated-inside" }
		then = "accept"
	}
END
chmod 644 "$config/policy.conf"
printf 'Defaults timestamp_timeout=0, passwd_tries=1, !lecture\nDefaults env_keep += "SSH_AUTH_SOCK"\nalice ALL=(ALL) ALL\nbob ALL=(ALL) ALL\n' >/etc/sudoers.d/both
chmod 440 /etc/sudoers.d/both
world_token new 5.7.4
world_token old 4.3.5
expect "alice's key wants verification" enroll alice new ed --verify-required
expect "bob's does not, and is in a U2F token" enroll bob old u2f --algorithm ecdsa-p256
world_snapshot >/dev/null
world_verifier
mode mode=local talk wait=2

# ---- PIN and touch, as the policy has it ------------------------------------------------------------------------------------------
expect "alice becomes root with PIN and touch" sudo_as alice "$pin"
told 'PIN for your security key ([0-9] tries left)' "she was asked for the PIN, and told how many tries are left"
told 'Touch your security key' "she was told to touch it"
expect_logged "the log names her and her key" 'accepted authenticate alice: alice.*KEYENROLL_FINGERPRINT=SHA256:'
expect "bob, of whom the policy wants no PIN, with a touch" sudo_as bob ''
told 'Touch your security key' "which he was told"
tell_token new 'touch never=700'
refuse "nobody touches: refused" sudo_as alice "$pin"
told 'touch' "and said"
tell_token new 'touch auto'

# ---- tokens that are another's, and none ----------------------------------------------------------------------------------------
world_token_stop new
refuse "bob's token does not let alice in" sudo_as alice "$pin"
told 'Plug in your security key' "she was told to plug in hers"
mode mode=local talk wait=60
(sleep 2; world_token new 5.7.4) &
plugging=$!
expect "one that comes while she is waited for is taken" sudo_as alice "$pin"
wait $plugging
mode mode=local talk wait=2

# ---- two tokens a person --------------------------------------------------------------------------------------------------------
world_token third 5.7.4
expect "alice's second key" enroll alice third ed2 --verify-required
world_snapshot >/dev/null
world_token_stop new
expect "either token does: the second" sudo_as alice "$pin"
world_token_stop third
world_token new 5.7.4
expect "either token does: the first" sudo_as alice "$pin"
world_token third 5.7.4
refuse "with both it does not show whose is whose" sudo_as alice "$pin"
told 'unplug the others' "with both she is told to unplug one: a PIN is tried on no token that may be another's"
world_token_stop third

# ---- the policy is asked again ---------------------------------------------------------------------------------------------------
mv "$config/policy.conf" "$config/policy.kept"
printf 'version = "none"\nrule "nobody" {\n\tformat = { "fido" }\n\tthen = "refuse"\n}\n' >"$config/policy.conf"
refuse "a policy that has come to refuse the model refuses" sudo_as alice "$pin"
mv "$config/policy.kept" "$config/policy.conf"

# ---- through an agent -----------------------------------------------------------------------------------------------------------
mode mode=agent talk
agent=/opt/home/alice/agent
printf '#!/bin/sh\necho %s\n' "$pin" >"$WORLD/agent-askpass"
chmod 755 "$WORLD" "$WORLD/agent-askpass"
install -o alice -g alice -m 600 "$WORLD/ed" /opt/home/alice/ed
install -o alice -g alice -m 600 "$WORLD/ed.pub" /opt/home/alice/ed.pub
SSH_ASKPASS=$WORLD/agent-askpass SSH_ASKPASS_REQUIRE=force DISPLAY=none as alice env -u SSH_AUTH_SOCK \
	ssh-agent -P "$prefix/lib/*,/usr/lib/*" -D -a "$agent" >"$WORLD/agent.log" 2>&1 &
agent_process=$!
world_wait 60 test -S "$agent"
agent_sudo()
{
	as alice env SSH_AUTH_SOCK="$agent" sudo -k -S id -u </dev/null >"$WORLD/sudo.out" 2>"$WORLD/sudo.err"
	cat "$WORLD/sudo.out" "$WORLD/sudo.err"
	grep -qx 0 "$WORLD/sudo.out"
}
expect "the agent takes the key" as alice env SSH_AUTH_SOCK="$agent" ssh-add -S "$provider" /opt/home/alice/ed
expect "sudo by a signature of a security key that was touched" agent_sudo
expect_logged "the log has who, and what for" 'accepted agent alice: alice.*KEYENROLL_COMMAND=sudo -k -S id -u'
tell_token new 'touch never=700'
refuse "untouched it is refused" agent_sudo
tell_token new 'touch auto'
kill $agent_process

# ---- the last try ---------------------------------------------------------------------------------------------------------------
mode mode=local talk wait=2
wrong()
{
	world_run sudo_as alice 999999
	told "$1" "$2"
}
wrong '(8 tries left)' "a wrong PIN of a token that may be either of hers"
wrong '(7 tries left)' "has cost one try"
# Each wrong PIN waits for some seconds: the way down to the last try is gone only where somebody has the time.
[ -n "${KEYENROLL_TEST_LONG-}" ] || world_end
for left in 6 5 4 3 2; do
	wrong "($left tries left)" "and so on: $left"
done
refuse "the last try is not used without a consent" sudo_as alice "$pin"
told 'only ONE try is left' "and she is warned"
expect "with it, the right PIN still works" sudo_as alice yes "$pin"
world_end
