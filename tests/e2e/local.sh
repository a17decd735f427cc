#!/bin/bash
# local: people who sit at the machine: real sudo, su and a screen locker that is not root, with virtual tokens in a real pcscd; and
# sudo through a real ssh-agent that has the token's key.
. "$(dirname "$0")/world.sh"

for program in sudo pamtester setpriv socat; do
	command -v "$program" >/dev/null || world_skip "this system has no $program"
done

module=$prefix/lib/security/pam_keyenroll.so

# service NAME AUTH-LINE...: a PAM service that these lines alone decide
service()
{
	local name=$1
	shift
	{
		printf 'auth %s\n' "$@"
		printf 'account required pam_permit.so\nsession required pam_permit.so\n'
	} >"/etc/pam.d/$name"
}

# as USER COMMAND...: without PAM, as that user in every respect
as()
{
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups -- "$@"
}

# typed LINE... : what a person types, one line a prompt
typed()
{
	printf '%s\n' "$@"
}

# alice_sudo LINE...: alice asks for root's id with what she types; true when she gets it
alice_sudo()
{
	typed "$@" | as alice sudo -k -S id -u >"$WORLD/sudo.out" 2>"$WORLD/sudo.err"
	cat "$WORLD/sudo.out" "$WORLD/sudo.err"
	grep -qx 0 "$WORLD/sudo.out"
}

told()
{
	grep -q -e "$1" "$WORLD/output" && ok "$2" || not_ok "$2" "$WORLD/output"
}

# asked USER [OPTION]... : pamtester as root, for that user, with the locker's service
locks()
{
	local who=$1 user=$2
	shift 2
	typed "$pin" | as "$who" pamtester "$@" locker "$user" authenticate
}

tell_token()
{
	printf '%s\n' "$2" | socat - "UNIX-CONNECT:$WORLD/$1.control" >/dev/null
}

# ---- the world --------------------------------------------------------------------------------------------------------------
world_install
world_user alice
world_user bob
world_syslog
# OpenSC looks at sixteen slots, and a virtual reader has eight of them.
world_pcscd 2
world_desk
world_token one 5.7.4
world_token two 5.7.4
world_enroll alice one >"$WORLD/enroll.log" 2>&1 || world_die "$(cat "$WORLD/enroll.log")"
world_enroll bob two >"$WORLD/enroll.log" 2>&1 || world_die "$(cat "$WORLD/enroll.log")"
world_snapshot >"$WORLD/snapshot.log" 2>&1 || world_die "$(cat "$WORLD/snapshot.log")"
world_verifier
printf 'Defaults timestamp_timeout=0, passwd_tries=1, !lecture\nDefaults env_keep += "SSH_AUTH_SOCK"\nalice ALL=(ALL) ALL\n' >/etc/sudoers.d/alice
chmod 440 /etc/sudoers.d/alice
service sudo "required $module mode=local talk wait=2"
service locker "required $module mode=local wait=2"
service su "sufficient pam_rootok.so" "required $module mode=local wait=2"

# ---- sudo -------------------------------------------------------------------------------------------------------------------
expect "sudo: alice with her token and its PIN becomes root" alice_sudo "$pin"
told 'PIN for piv [0-9]* ([38] tries left)' "the prompt names the token and the tries that are left"
expect_logged "the log names person, token and service" 'accepted authenticate alice.*KEYENROLL_SERVICE=sudo.*KEYENROLL_PERSON=alice.*KEYENROLL_DEVICE=piv [0-9]'
tell_token one count
alice_sudo "$pin" >"$WORLD/output" 2>&1
refuse "sudo: a wrong PIN is refused" alice_sudo 999999
told 'tries left\|try left' "and alice is told how many tries are left"
refuse "sudo: a PIN that is too short is refused" alice_sudo 12
expect "and costs no try: the right one still works" alice_sudo "$pin"
refuse "sudo: nothing typed is refused" alice_sudo ''
expect "root's own sudo asks nobody" sudo -n true
expect "sudo -v and -k leave nothing behind" as alice sudo -K

# ---- su ---------------------------------------------------------------------------------------------------------------------
su_to()
{
	typed "$pin" | as alice su -c 'id -un' "$1" | grep -qx "$1"
}
world_token_stop two
refuse "su: alice may not become bob with her token" su_to bob
world_token two 5.7.4
expect "su: with bob's, and his PIN, who knows them may" su_to bob
expect "su: root asks nobody" su -c true bob
su_own()
{
	typed "$pin" | as bob su -c 'id -un' bob | grep -qx bob
}
expect "su: bob enters his own account with his token" su_own

printf 'account "root" {\n\tperson = { "alice" }\n}\n' >"$config/host.conf"
expect "su: where host.conf lets her, alice becomes root with her own token" su_to root
rm "$config/host.conf"
refuse "su: and elsewhere she does not" su_to root

# ---- a screen locker that is not root ---------------------------------------------------------------------------------------
expect "locker: alice unlocks her own screen, without being root" locks alice alice
refuse "locker: alice may not ask about bob" locks alice bob
expect_logged "and the verifier says why" 'protocol\.peer'
sandboxed()
{
	typed "$pin" | unshare --net --mount -- sh -c "mount -t tmpfs tmpfs /dev/shm &&
		exec setpriv --reuid alice --regid alice --init-groups --no-new-privs -- '$build/tests/e2e/only_unix' pamtester locker alice authenticate"
}
expect "locker: also with nothing but local sockets, without network, without new privileges" sandboxed
refuse "locker: a person who sits elsewhere gets no token of this machine" locks root alice -I rhost=192.0.2.7
expect_logged "and the log says so" 'login\.remote'
expect "locker: localhost is here" locks root alice -I rhost=localhost

# ---- tokens that come, that go, that are another's --------------------------------------------------------------------------
world_token_stop one
refuse "no token of hers: refused when the time is over" alice_sudo "$pin"
told 'Plug in your token' "after she was told to plug it in"
service sudo "required $module mode=local talk wait=60"
# What meets the token has no socket of the verifier's: it could answer where a verdict is expected.
sockets()
{
	readlink "/proc/$1/fd"/* | grep '^socket:' | sort
}
worker_is_apart()
{
	local verifier worker
	verifier=$(cat "$WORLD/keyenrolld.pid")
	worker=$(pgrep -P "$verifier") && [ "$(sockets "$worker" | wc -l)" -ge 2 ] &&
		[ -z "$(comm -12 <(sockets "$verifier") <(sockets "$worker"))" ]
}
alice_sudo "$pin" >"$WORLD/waiting" 2>&1 &
waiting=$!
expect "the process that looks for a token has no socket of the verifier's" world_wait 40 worker_is_apart
world_token one 5.7.4
expect "a token that comes while she is waited for is taken" wait $waiting

service sudo "required $module mode=local talk wait=2"


# ---- through an agent: what sudo over ssh does ---------------------------------------------------------------------------------
service sudo "required $module mode=agent talk"

provider=$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)
agent=/opt/home/alice/agent
as alice env -u SSH_AUTH_SOCK ssh-agent -P '/usr/lib/*' -D -a "$agent" >"$WORLD/agent.log" 2>&1 &
agent_process=$!
world_wait 60 test -S "$agent"
printf '#!/bin/sh\necho %s\n' "$pin" >"$WORLD/agent-askpass"
chmod 755 "$WORLD" "$WORLD/agent-askpass"
add_token()
{
	as alice env SSH_AUTH_SOCK="$agent" SSH_ASKPASS="$WORLD/agent-askpass" SSH_ASKPASS_REQUIRE=force ssh-add -s "$provider" </dev/null
}
agent_sudo()
{
	local socket=$1
	as alice env SSH_AUTH_SOCK="$socket" sudo -k -S id -u </dev/null >"$WORLD/sudo.out" 2>"$WORLD/sudo.err"
	cat "$WORLD/sudo.out" "$WORLD/sudo.err"
	grep -qx 0 "$WORLD/sudo.out"
}
refuse "agent: without a key there is no sudo" agent_sudo "$agent"
software=$WORLD/software
ssh-keygen -q -t ed25519 -N '' -f "$software"
chown alice "$software"
as alice env SSH_AUTH_SOCK="$agent" ssh-add -q "$software"
refuse "agent: a software key proves nothing" agent_sudo "$agent"
expect "the agent takes the token" add_token
expect "agent: sudo by a signature of the enrolled key, without a word typed" agent_sudo "$agent"
expect_logged "the log names person and request" 'accepted agent alice.*KEYENROLL_PERSON=alice'
refuse "agent: no agent, no sudo" agent_sudo ''
refuse "agent: nor by a path that leads nowhere" agent_sudo /opt/home/alice/none
socat UNIX-LISTEN:/opt/home/roots,fork,mode=666 - </dev/null >"$WORLD/roots.log" 2>&1 &
roots=$!
world_wait 60 test -S /opt/home/roots
refuse "agent: root is not led to another's socket" agent_sudo /opt/home/roots
[ -s "$WORLD/roots.log" ] && not_ok "and that socket heard nothing" "$WORLD/roots.log" || ok "and that socket heard nothing"
kill $agent_process $roots 2>/dev/null
service sudo "required $module mode=local talk wait=2"

# ---- the last try -----------------------------------------------------------------------------------------------------------
tries_left()
{
	alice_sudo "" >"$WORLD/tries" 2>&1
	grep -o '[0-9]* tr[a-z]* left' "$WORLD/tries" | head -n 1 | cut -d' ' -f1
}
burn()
{
	local left
	left=$(tries_left)
	while [ "${left:-0}" -gt 1 ]; do
		alice_sudo 999999 >"$WORLD/output" 2>&1
		left=$((left - 1))
	done
}
burn
refuse "the last try is not used without a consent" alice_sudo "$pin"
told 'only ONE try is left' "and she is warned"
expect "with it, the right PIN still works" alice_sudo yes "$pin"
burn
refuse "the last try, wrong" alice_sudo yes 999999
refuse "a blocked PIN is refused" alice_sudo "$pin"
told 'is blocked' "and she is told"
[ "$(grep -c 'is blocked' "$WORLD/output")" -eq 1 ] && ok "once" || not_ok "once" "$WORLD/output"
expect "bob's token is not touched by all this" locks bob bob

# ---- the verifier dead, hung, absent -----------------------------------------------------------------------------------------
within()
{
	local seconds=$1 begin=$SECONDS
	shift
	"$@"
	[ $((SECONDS - begin)) -le "$seconds" ]
}
denied_soon()
{
	! locks bob bob >/dev/null 2>&1
}
kill -STOP "$(cat "$WORLD/keyenrolld.pid")"
expect "a hung verifier is a denial, soon" within 30 denied_soon
kill -CONT "$(cat "$WORLD/keyenrolld.pid")"
world_kill keyenrolld KILL
expect "a dead verifier is a denial, soon" within 30 denied_soon
world_verifier
expect "and when it is back, so is bob" locks bob bob

# ---- a revoked token ----------------------------------------------------------------------------------------------------------
keyenroll show bob >"$WORLD/bob.txt" 2>&1
fingerprint=$(grep -o 'SHA256:[A-Za-z0-9+/]*' "$WORLD/bob.txt" | head -n 1)
keyenroll revoke --reason lost "$fingerprint" >"$WORLD/output" 2>&1 || not_ok "revoking" "$WORLD/output"
world_snapshot >"$WORLD/output" 2>&1
refuse "a revoked token is refused" locks bob bob
told 'the token of bob is revoked' "and bob reads why"
expect_logged "and the log says so" 'enrollment\.revoked'

world_end
