#!/bin/bash
# Logins with real pcscd, sshd, ssh and OpenSC: who gets in, who does not, and what then ran on the far side. The letters are those
# of the promises: (a) attested keys enter; (b) software keys are refused; (c) and run nothing even where sshd itself takes them;
# (d) revoked, (e) of another vendor, (i) another's and (j) expired ones are refused; (f) damage of the snapshot admits nobody;
# (g) a dead verifier stops no login; (h) a user's own environment changes nothing.
. "$(dirname "$0")/world.sh"

software=$WORLD/software

# far_side USER: has a command run as the user, by $identity. It leaves the mark of this attempt in the user's home.
mark=0
far_side()
{
	world_ssh "$1" "id -un >mark-$mark && id -un"
}

# enters USER: the command ran, as that user, and its output came back.
enters()
{
	local file=/opt/home/$1/mark-$mark
	[ "$(far_side "$1")" = "$1" ] && [ "$(cat "$file")" = "$1" ] && [ "$(stat -c %U "$file")" = "$1" ]
}

# stays_out USER: ssh failed, and no command ran.
stays_out()
{
	if far_side "$1"; then return 1; fi
	[ ! -e "/opt/home/$1/mark-$mark" ]
}

expect_enters()
{
	expect_attempt "$1" enters "$2"
}

expect_stays_out()
{
	expect_attempt "$1" stays_out "$2"
}

expect_attempt()
{
	local text=$1
	shift
	mark=$((mark + 1))
	: >"$WORLD/ssh.log"
	if world_run "$@"; then
		ok "$text"
	else
		not_ok "$text" "$WORLD/output" "$WORLD/ssh.log" "$WORLD/$(cat "$WORLD/sshd.name").log" "$WORLD/syslog" "$WORLD/keyenrolld.log"
	fi
}

# accepted_by SSHD: how often sshd itself let somebody in.
accepted_by()
{
	grep -c '^Accepted publickey' "$WORLD/$1.log"
}

fingerprint_of()
{
	ssh-keygen -lf "$1" | cut -d' ' -f2
}

# enroll_token TOKEN USER [OPTION]...: leaves $WORLD/TOKEN.pub and the enrollment itself as $WORLD/TOKEN-cert.pub.
enroll_token()
{
	local name=$1 user=$2
	shift 2
	expect "$user is enrolled with the token $name" world_enroll "$user" "$name" --out "$WORLD/$name-cert.pub" "$@"
	ssh-keygen -D "$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)" |
		head -n 1 >"$WORLD/$name.pub"
}

# asks USER FILE.pub: what sshd's command prints for that key, asked as the user whom sshd runs it as.
asks()
{
	local type key rest
	read -r type key rest <"$2"
	setpriv --reuid _keyenroll --regid _keyenroll --clear-groups \
		keyenroll-sshd authorized-keys "$1" "$type" "$key" 2>>"$WORLD/asks.log"
}

start_sshd()
{
	local name=$1
	[ ! -f "$WORLD/sshd.name" ] || world_kill "$(cat "$WORLD/sshd.name")"
	echo "$name" >"$WORLD/sshd.name"
	world_sshd "$name"
}

# ---- the world --------------------------------------------------------------------------------------------------------------
world_install
world_user alice
world_user bob
world_syslog
# OpenSC looks at sixteen slots, and a virtual reader has eight of them.
world_pcscd 2
world_desk
ssh-keygen -q -t ed25519 -N '' -f "$software"
world_verifier
start_sshd gated < <(world_gate)

# ---- (a) ----------------------------------------------------------------------------------------------------------------------
world_token rsa 5.7.4
enroll_token rsa alice --algorithm rsa-2048
expect "a snapshot is written" world_snapshot
expect_enters "(a) an attested RSA-2048 key logs in" alice
world_token_stop rsa
world_token one 5.7.4
enroll_token one alice
expect "a snapshot is written again" world_snapshot
expect_enters "(a) an attested P-256 key logs in" alice
expect_logged "the verifier's log of the session names person and token" \
	"keyenrolld\\[$(cat "$WORLD/keyenrolld.pid")\\]: accepted session alice.* KEYENROLL_PERSON=alice .*KEYENROLL_DEVICE=piv [0-9]"

# ---- (b) ----------------------------------------------------------------------------------------------------------------------
before=$(accepted_by gated)
identity=$software
expect_stays_out "(b) a software key is refused" alice
[ "$(accepted_by gated)" = "$before" ] && ok "(b) and that during authentication" || not_ok "(b) and that during authentication" "$WORLD/gated.log"
expect_logged "(b) the log says that it is not enrolled" 'enrollment\.absent'

# ---- (i) ----------------------------------------------------------------------------------------------------------------------
identity=token
expect_stays_out "(i) bob cannot log in with alice's key" bob
expect_logged "(i) the log says whose it is" 'enrollment\.other-person'

# ---- (g) ----------------------------------------------------------------------------------------------------------------------
world_kill keyenrolld KILL
: >"$WORLD/syslog"
expect_enters "(g) with the verifier killed, the attested key still logs in" alice
expect_logged "(g) because a verifier was started for this one question" 'keyenrolld\[[0-9]+\]: accepted session alice'
identity=$software
expect_stays_out "(g) and a software key still does not" alice
no_verifier()
{
	! pgrep -x keyenrolld
}
expect "(g) nothing is left of the fallback" world_wait 30 no_verifier
identity=token
world_verifier
kill -STOP "$(cat "$WORLD/keyenrolld.pid")"
begin=$SECONDS
expect_stays_out "(g) with a hung verifier nobody logs in" alice
[ $((SECONDS - begin)) -le 45 ] && ok "(g) and nothing hangs" || not_ok "(g) and nothing hangs: $((SECONDS - begin)) s"
kill -CONT "$(cat "$WORLD/keyenrolld.pid")"
expect_enters "(g) once it goes on, so do logins" alice

# ---- (c) ----------------------------------------------------------------------------------------------------------------------
mkdir -m 700 /opt/home/alice/.ssh
cp "$software.pub" /opt/home/alice/.ssh/authorized_keys
chown -R alice: /opt/home/alice/.ssh
start_sshd lax < <(echo "AuthorizedKeysFile .ssh/authorized_keys"; world_gate)
identity=$software
expect_stays_out "(c) a planted software key runs no command" alice
[ "$(accepted_by lax)" = 1 ] && ok "(c) though sshd took it" || not_ok "(c) though sshd took it" "$WORLD/lax.log"
expect_logged "(c) the session was denied by the module" 'pam_keyenroll\(sshd:session\): denied.*enrollment\.absent'
sftp_runs()
{
	world_ssh alice -s sftp </dev/null
}
refuse "(c) nor any subsystem" sftp_runs

# ---- (h) ----------------------------------------------------------------------------------------------------------------------
read -r type key rest <"$WORLD/one.pub"
printf 'SSH_AUTH_INFO_0 DEFAULT="publickey %s %s"\n' "$type" "$key" >/opt/home/alice/.pam_environment
chown alice: /opt/home/alice/.pam_environment
denied='pam_keyenroll\(sshd:session\): denied'
: >"$WORLD/syslog"
expect_stays_out "(h) a forged SSH_AUTH_INFO_0 in .pam_environment changes nothing" alice
expect_logged "(h) the module saw sshd's own value" "$denied.*enrollment\.absent"

# The forgery is a real one: behind a pam_env.so that reads it, the module sees the user's value.
cp /etc/pam.d/sshd "$WORLD/pam.sshd"
sed -i '/pam_keyenroll/d' /etc/pam.d/sshd
printf 'session required pam_env.so user_readenv=1\nsession required %s mode=ssh\n' "$prefix/lib/security/pam_keyenroll.so" >>/etc/pam.d/sshd
: >"$WORLD/syslog"
expect_stays_out "(h) in the wrong order nothing runs either" alice
world_logged "$denied"
if grep -qE "$denied.*auth-info\.format" "$WORLD/syslog"; then
	ok "(h) but then the module sees the forged value"
else
	skip "(h) but then the module sees the forged value" "this pam_env.so reads no .pam_environment"
fi
cp "$WORLD/pam.sshd" /etc/pam.d/sshd
rm /opt/home/alice/.pam_environment /opt/home/alice/.ssh/authorized_keys
identity=token
start_sshd gated < <(world_gate)

# ---- (e) ----------------------------------------------------------------------------------------------------------------------
world_token_stop one
"$build/tests/vtoken/vendor-ca" --prefix "Another Vendor" "$WORLD/other-vendor" >"$WORLD/output" 2>&1
mkdir "$WORLD/other-trust"
cp "$WORLD/other-vendor/trust.json" "$WORLD/other-trust/"
cp "$WORLD/rsa.reader" "$WORLD/foreign.reader"
world_token foreign 5.7.4 "$WORLD/other-vendor"
enroll_token foreign alice --trust "$WORLD/other-trust"
expect "the registrar's snapshot has it" world_snapshot
expect_stays_out "(e) evidence under a CA that the host does not believe is refused" alice
expect_logged "(e) with its reason in the log" 'piv\.issuer-unknown'
world_token_stop foreign

# ---- (f) ----------------------------------------------------------------------------------------------------------------------
world_token one 5.7.4
snapshot=$state/snapshot
keyenroll revoke --reason "lost" "$(fingerprint_of "$WORLD/rsa.pub")" >"$WORLD/output" 2>&1 || not_ok "revoking" "$WORLD/output"
world_snapshot >"$WORLD/output" 2>&1
cp "$snapshot" "$WORLD/snapshot.good"
expect "(d) asked for a revoked key, the command prints nothing" test -z "$(asks alice "$WORLD/rsa.pub")"
expect_logged "(d) the log says that it is revoked" 'enrollment\.revoked'
expect "the command prints the good key" test -n "$(asks alice "$WORLD/one.pub")"

# damage: leaves a snapshot with one byte changed, at $place; not in a subshell, whose RANDOM is anything.
damage()
{
	local size byte
	size=$(stat -c %s "$WORLD/snapshot.good")
	place=$(((RANDOM * 32768 + RANDOM) % size))
	cp "$WORLD/snapshot.good" "$WORLD/snapshot.bad"
	byte=$(od -An -tu1 -j "$place" -N 1 "$WORLD/snapshot.good")
	printf "\\x$(printf %x $((byte ^ (1 + RANDOM % 255))))" |
		dd of="$WORLD/snapshot.bad" bs=1 seek="$place" conv=notrunc status=none
	chmod 644 "$WORLD/snapshot.bad"
	mv "$WORLD/snapshot.bad" "$snapshot"
}

RANDOM=20261124
wrong=0 admitted=0
identity=$software
for ((i = 0; i < 200; i++)); do
	damage
	for key in "alice $WORLD/rsa.pub" "alice $software.pub" "alice $WORLD/foreign.pub" "bob $WORLD/one.pub"; do
		[ -z "$(asks $key)" ] || { wrong=$((wrong + 1)); echo "# byte $place: $key"; }
	done
	mark=$((mark + 1))
	stays_out alice >>"$WORLD/output" 2>&1 || { wrong=$((wrong + 1)); echo "# byte $place: a software key ran a command"; }
	[ -z "$(asks alice "$WORLD/one.pub")" ] || admitted=$((admitted + 1))
done
[ $wrong = 0 ] && ok "(f) 200 damaged snapshots let no wrong key in (the good one: $admitted times)" || not_ok "(f) $wrong wrong keys"
[ $admitted -gt 0 ] && [ $admitted -lt 200 ] && ok "(f) some of the damage was felt, and some was not" || not_ok "(f) the good key: $admitted of 200"
cp "$WORLD/snapshot.good" "$WORLD/snapshot.new"
mv "$WORLD/snapshot.new" "$snapshot"
identity=token
expect_enters "the whole snapshot again, and the good key logs in" alice

# ---- (d) ----------------------------------------------------------------------------------------------------------------------
world_token_stop one
world_token rsa 5.7.4
expect_stays_out "(d) a revoked key is refused" alice
world_token_stop rsa
world_token one 5.7.4

# ---- (j) ----------------------------------------------------------------------------------------------------------------------
# The registrar signs the same enrollment for a few seconds only.
short_enrollment()
{
	local extension now hash
	extension=$(ssh-keygen -L -f "$WORLD/one-cert.pub" | sed -n 's/.*evidence@keyenroll.* hex: \([0-9a-f]*\).*/\1/p;s/.*evidence@keyenroll UNKNOWN OPTION: \([0-9a-f]*\) .*/\1/p' | head -n 1)
	extension=$(echo "${extension:8}" | sed 's/../\\x&/g')
	now=$(date +%s)
	cp "$WORLD/one.pub" "$WORLD/short.pub"
	ssh-keygen -q -s "$world_registry/registrar" -I short -n alice -z 4711 -V "$(printf '0x%x:0x%x' $((now - 60)) $((now + $1)))" \
		-O "extension:evidence@keyenroll=$(printf "$extension")" "$WORLD/short.pub" || return 1
	hash=$(cut -d' ' -f2 "$WORLD/one.pub" | base64 -d | sha256sum | cut -d' ' -f1)
	cp "$WORLD/snapshot.good" "$WORLD/snapshot.short"
	sqlite3 "$WORLD/snapshot.short" "UPDATE enrollment SET certificate =
		x'$(cut -d' ' -f2 "$WORLD/short-cert.pub" | base64 -d | od -An -v -tx1 | tr -d ' \n')' WHERE key_hash = x'$hash'" || return 1
	mv "$WORLD/snapshot.short" "$snapshot"
	end=$((now + $1))
}
short_enrollment 30 >"$WORLD/output" 2>&1 || not_ok "an enrollment for 30 seconds" "$WORLD/output"
expect_enters "(j) an enrollment that ends soon logs in" alice
while [ "$(date +%s)" -le "$end" ]; do sleep 0.2; done
expect_stays_out "(j) when it has expired it is refused" alice
expect_logged "(j) with its reason in the log" 'enrollment\.expired'

world_end
