#!/bin/bash
# keyenroll doctor: a healthy host is clean; each trap is planted once, and named.
. "$(dirname "$0")/world.sh"
. "$(dirname "$0")/reports.bash"

# sshd_conf: options on standard input stand in front of a healthy configuration.
sshd_conf()
{
	{
		cat
		cat "$WORLD/healthy"
	} >"$WORLD/planted"
}

# finds ID HEALTH PATTERN TEXT: the doctor's finding of that id is so, and its sentence or next step matches.
finds()
{
	local status=0
	[ "$2" != problem ] || status=1
	keyenroll doctor --json --sshd-config "$WORLD/planted" >"$WORLD/json" 2>"$WORLD/output"
	local found=$?
	if [ $found = $status ] && jq -e --arg id "$1" --arg health "$2" --arg pattern "$3" \
		'.findings[] | select(.id == $id) | .health == $health and (.sentence + " " + .next_step | test($pattern))' "$WORLD/json" >/dev/null; then
		ok "$4"
	else
		not_ok "$4 (exits with $found)" "$WORLD/output" <(jq -c '.findings[] | select(.health != "good")' "$WORLD/json")
	fi
}

# planted SSHD-LINE ID PATTERN TEXT
planted()
{
	sshd_conf <<<"$1"
	finds "$2" problem "$3" "$4"
}

world_install
world_user alice
world_user rescue
world_desk
world_snapshot >"$WORLD/output"
world_verifier
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/stranger"
{
	cat <<-END
		UsePAM yes
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		HostKey $WORLD/host_key
	END
	world_gate
} >"$WORLD/healthy"
cp /etc/pam.d/sshd "$WORLD/pam.sshd"

# ---- a healthy host -----------------------------------------------------------------------------------------------------------
sshd_conf </dev/null
report 0 doctor "a healthy host has no problem" keyenroll doctor --json --sshd-config "$WORLD/planted"
# A machine under test may have nobody who keeps its clock.
holds '[.findings[] | select(.health != "good" and .id != "host.clock")] == []' "and nothing to warn of"
holds '.findings | length >= 20' "though much was looked at"
exits 0 "the same as text" keyenroll doctor --sshd-config "$WORLD/planted"

exits 2 "an account that is not there" keyenroll doctor --sshd-config "$WORLD/planted" rot
exits 64 "an address that is none" keyenroll doctor --sshd-config "$WORLD/planted" --from office

# ---- sshd -----------------------------------------------------------------------------------------------------------------------
planted "AuthorizedKeysFile .ssh/authorized_keys" sshd.keys-files "AuthorizedKeysFile none" "another file of keys"
planted "UsePAM no" sshd.pam "UsePAM yes" "no PAM"
planted "PasswordAuthentication yes" sshd.passwords "passwordauthentication is on" "passwords"
planted "KbdInteractiveAuthentication yes" sshd.passwords "kbdinteractiveauthentication is on" "keyboard-interactive"
planted "HostbasedAuthentication yes" sshd.hostbased "hostbasedauthentication is on" "hostbased"
planted "GSSAPIAuthentication yes" sshd.gssapi "gssapiauthentication is on" "GSSAPI"
planted "AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys %u" sshd.keys-command "sss_ssh_authorizedkeys" "another command for keys"
planted "AuthorizedKeysCommandUser nobody" sshd.keys-command "nobody|_keyenroll" "the command as another user"
planted "NoSuchKeyword yes" sshd.settings "sshd -t" "a configuration that sshd does not read"
printf 'Match User alice\n\tPasswordAuthentication yes\n' >"$WORLD/match"
{ cat "$WORLD/healthy" "$WORLD/match"; } >"$WORLD/planted"
finds sshd.passwords problem "for alice" "a password for one account in a Match block"
sshd_conf <<-END
	KbdInteractiveAuthentication yes
	AuthenticationMethods publickey,keyboard-interactive:pam
END
keyenroll doctor --json --sshd-config "$WORLD/planted" >"$WORLD/json"
holds '.findings[] | select(.id == "sshd.passwords") | .health == "good"' "a password beside a key is none"

sshd_conf <<-END
	AuthorizedPrincipalsCommand $prefix/sbin/keyenroll-sshd principals %u %t %k
	AuthorizedPrincipalsCommandUser _keyenroll
	TrustedUserCAKeys $world_registry/registrar.pub
END
keyenroll doctor --json --sshd-config "$WORLD/planted" >"$WORLD/json"
holds '.findings[] | select(.id == "sshd.authorities") | .health == "good"' "the registrar's certificates are in order"
sed -i "s,$world_registry/registrar.pub,$WORLD/stranger.pub," "$WORLD/planted"
finds sshd.authorities problem "no registrar's" "an authority that is no registrar"
planted "TrustedUserCAKeys $world_registry/registrar.pub" sshd.authorities "authorizedprincipalscommand" "certificates without the command"
{
	cat "$WORLD/healthy"
	cat <<-END
		TrustedUserCAKeys $world_registry/registrar.pub
		AuthorizedPrincipalsCommand $prefix/sbin/keyenroll-sshd principals %u %t %k
		AuthorizedPrincipalsCommandUser _keyenroll
	END
} >"$WORLD/planted"
if grep -q 'authorizedprincipalscommand none' <<<"$(sshd -T -f "$WORLD/planted")"; then
	finds sshd.authorities problem "in front of AuthorizedKeysCommand" "a command that this sshd forgets"
else
	skip "a command that this sshd forgets" "this sshd remembers it"
fi
planted "RevokedKeys $state/nothing.krl" sshd.revoked-keys "refuses every key" "a list of revoked keys that is not there"
planted "RevokedKeys /etc/passwd" sshd.revoked-keys "refuses every key" "one that is none"
sshd_conf <<<"RevokedKeys $state/revoked.krl"
keyenroll doctor --json --sshd-config "$WORLD/planted" >"$WORLD/json"
holds '.findings[] | select(.id == "sshd.revoked-keys") | .health == "good"' "the list of the snapshot is in order"
sshd_conf </dev/null
chmod g+w "$prefix/sbin"
finds sshd.command-file problem "chmod go-w $prefix/sbin" "a folder that others may write to"
chmod g-w "$prefix/sbin"

# ---- PAM ------------------------------------------------------------------------------------------------------------------------
pam_edit()
{
	cp "$WORLD/pam.sshd" /etc/pam.d/sshd
	sed -i "$1" /etc/pam.d/sshd
}
pam_edit '/pam_keyenroll/d'
finds pam.line problem "mode=ssh" "no line of the module"
pam_edit 's/ mode=ssh//'
finds pam.line problem "has no mode=ssh" "a line without mode"
pam_edit '/pam_keyenroll/s/required/optional/'
finds pam.control problem "optional" "a refusal that does not count"
pam_edit '/pam_keyenroll/s/required/[success=ok module_unknown=ignore default=die]/'
finds pam.control problem "module_unknown" "a module that may be missing"
# Debian 12 lets it read users' files; from 13 on only an administrator who writes it so does.
pam_edit '/pam_keyenroll/d'
cat >>/etc/pam.d/sshd <<-END
	session required pam_env.so user_readenv=1
	session required $prefix/lib/security/pam_keyenroll.so mode=ssh
END
finds pam.order problem "pam_env" "pam_env.so in front of it"
pam_edit '1i session sufficient pam_permit.so'
finds pam.order problem "sufficient" "a line that may end the stack"
pam_edit 's,security/pam_keyenroll,elsewhere/pam_keyenroll,'
finds pam.module problem "is not there" "a module that is missing"
pam_edit ''
chmod o+w "$prefix/lib/security/pam_keyenroll.so"
finds pam.module problem "can be changed by others" "a module that anybody may write to"
chmod o-w "$prefix/lib/security/pam_keyenroll.so"
printf '@include loop\n' >/etc/pam.d/loop
pam_edit '1i @include loop'
finds pam.line problem "include each other" "files that include each other"
pam_edit ''

# ---- the host's own files -------------------------------------------------------------------------------------------------------
echo 'mode = "enforced"' >"$config/host.conf"
finds host.rules problem "host.conf:1: mode wants" "a host.conf that cannot be read"
echo 'mode = "audit"' >"$config/host.conf"
finds host.mode warning "audit" "a host that only watches"
echo 'break-glass "nobody-here" { from = "console" }' >"$config/host.conf"
finds host.break-glass problem "nobody-here" "a break-glass account that does not exist"
printf 'break-glass "rescue" { from = "console" }\n' >"$config/host.conf"
{ cat "$WORLD/healthy"; printf 'Match User rescue\n\tAuthorizedKeysFile .ssh/authorized_keys\n\tPasswordAuthentication yes\n'; } >"$WORLD/planted"
keyenroll doctor --json --sshd-config "$WORLD/planted" >"$WORLD/json"
holds '[.findings[] | select(.health == "problem")] == []' "a break-glass account has its own ways in"
sshd_conf </dev/null
rm "$config/host.conf"
echo 'minimum-tokens = "2"' >"$config/host.conf"
mv "$state/snapshot" "$WORLD/kept"
finds host.tokens problem "no snapshot to count them in" "spare tokens that nobody can count"
mv "$WORLD/kept" "$state/snapshot"
rm "$config/host.conf"
mv "$config/registrars" "$WORLD/kept"
finds host.files problem "registrars" "registrars that are missing"
echo "# nobody" >"$config/registrars"
finds host.files problem "names nobody" "a list of registrars without any"
cp "$WORLD/kept" "$config/registrars"
chmod g+w "$config/registrars"
finds host.files problem "registrars" "registrars that others may write"
mv "$WORLD/kept" "$config/registrars"
mv "$state/snapshot" "$WORLD/kept"
finds host.snapshot problem "no snapshot" "no snapshot"
cp "$WORLD/kept" "$state/snapshot"
sqlite3 "$state/snapshot" "UPDATE snapshot SET made_at = made_at - 7200"
printf 'warn-age = "1h"\n' >"$config/host.conf"
finds host.snapshot warning "2 hours old" "an old snapshot"
printf 'refuse-age = "1h"\n' >"$config/host.conf"
finds host.snapshot problem "2 hours old" "one that is too old"
mv "$state/snapshot" "$WORLD/old"
finds host.snapshot problem "nobody gets in" "none, where an old one is refused"
mv "$WORLD/old" "$state/snapshot"
rm "$config/host.conf"
sqlite3 "$state/snapshot" "UPDATE snapshot SET made_at = made_at + 86400"
finds host.clock problem "behind" "a clock that is wrong"
mv "$WORLD/kept" "$state/snapshot"
# ---- what root's own look does not see ------------------------------------------------------------------------------------------
echo 'mode = "enforce"' >"$config/host.conf"
chmod 600 "$config/host.conf"
finds verifier.answer problem 'host\.conf.*system\.file.*chmod a\+r' "a host.conf that only root can read"
rm "$config/host.conf"
chmod 700 "$state"
finds verifier.answer problem 'system\.file.*chmod a\+r' "a folder that only root can enter"
chmod 775 "$state"
finds host.owners problem "chmod go-w $state" "a folder of state that a group may write to"
chmod 755 "$state"
chown alice "$config"
finds host.owners problem "chown root $config" "a folder of configuration that is a user's"
chown root "$config"
kill -STOP "$(cat "$WORLD/keyenrolld.pid")"
finds verifier.answer problem 'verifier\.deadline.*restart keyenrolld' "a verifier that hangs"
kill -CONT "$(cat "$WORLD/keyenrolld.pid")"
keyenroll doctor --json --sshd-config "$WORLD/planted" >"$WORLD/json"
holds '[.findings[] | select(.health != "good" and .id != "host.clock")] == []' "and all is well again"
world_kill keyenrolld
finds verifier.socket warning "nobody listens" "a verifier that does not run"
chmod 600 "$config/registrars"
finds verifier.answer problem 'registrars.*system\.file' "one that would not start well either"
chmod 644 "$config/registrars"
userdel _keyenroll
finds verifier.account problem "useradd" "no account for it"

world_end
