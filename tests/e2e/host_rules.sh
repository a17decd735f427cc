#!/bin/bash
# host.conf on a running host: who may enter which account, audit and off, break-glass accounts, and another
# AuthorizedKeysCommand behind --chain; with real pcscd, sshd, ssh and OpenSC.
. "$(dirname "$0")/world.sh"
. "$(dirname "$0")/reports.bash"

software=$WORLD/software

host_conf()
{
	cat >"$config/host.conf"
	: >"$WORLD/syslog"
}

start_sshd()
{
	[ ! -f "$WORLD/sshd.pid" ] || world_kill sshd
	world_sshd sshd
}

world_install
world_user alice
world_user rescue
world_syslog
world_pcscd 2
world_desk
world_token one 5.7.4
expect "alice is enrolled" world_enroll alice one
expect "a snapshot is written" world_snapshot
ssh-keygen -q -t ed25519 -N '' -f "$software"
mkdir /opt/keys
cp "$software.pub" /opt/keys/alice
cp "$software.pub" /opt/keys/rescue
groupadd admins
usermod -aG admins alice
world_verifier
{ world_gate; echo "PermitRootLogin yes"; } | start_sshd

# ---- accounts ---------------------------------------------------------------------------------------------------------------
refuse "alice does not enter root" world_enters root
host_conf <<<'account "root" { group = "admins" }'
expect "her group may enter root" world_enters root
expect_logged "the log says who it was" 'accepted session root: alice.*KEYENROLL_PERSON=alice'
host_conf <<<'account "root" { person = "bob" }'
refuse "somebody else may, she may not" world_enters root
expect_logged "with its reason" 'refused authorized-keys root.*enrollment\.other-person'
host_conf <<<'account "alice" { }'
refuse "an account that nobody may enter" world_enters alice
host_conf <<<'account "root" { persons = "alice" }'
refuse "a file that cannot be read admits nobody" world_enters alice
expect_logged "and the log names its line" 'host\.conf:1: no such option.*host\.file'
exits 2 "which a look before it counts would have said" keyenroll host check "$config/host.conf"
says 'host\.conf:1: no such option.*persons' "by file and line"
exits 4 "a file that is not there is no good one" keyenroll host check "$config/nothing"
rm "$config/host.conf"
echo 'account "root" { person = "alice" }' >"$WORLD/draft.conf"
chmod g+w "$WORLD/draft.conf"
report 0 host "a good one, in whatever folder" keyenroll host check --json "$WORLD/draft.conf"
holds '.good' "is good"
expect "without the file she enters her own" world_enters alice

# ---- why --------------------------------------------------------------------------------------------------------------------
report 0 why "why alice, as JSON" keyenroll why --json alice
holds '.keys | length == 1 and .[0].verdict == "accepted" and .[0].person == "alice"' "says that her key gets in"
holds '.keys[0] as $key | [$key.rules[] | select(.fate == "decides") | .rule] == [$key.rule]' "and by which rule"
fingerprint=$(jq -r '.keys[0].fingerprint' "$WORLD/json")
exits 0 "why, for a fingerprint" keyenroll why "$fingerprint"
says "SHA256:.*: gets in" "says the same as text"
says 'enrolled for alice by helpdesk' "and who enrolled it"
exits 1 "why not into root" keyenroll why --account root alice
says 'may not enter the account root \[enrollment.other-person\]' "says why"
printf 'rule "touch" {\n\ttouch-policy = "always"\n\tthen = "accept"\n}\n' >"$config/policy.conf"
exits 1 "why, under a rule that wants a touch" keyenroll why alice
says 'rule "touch" \(line 2\) does not match: touch-policy is never, wanted always' "names the condition that fails"
refuse "and sshd says the same" world_enters alice
rm "$config/policy.conf"
exits 1 "why, of somebody who is not enrolled" keyenroll why bob
says 'enrollment.absent' "says so"
exits 64 "a word that is no fingerprint" keyenroll why SHA256:abc
exits 1 "a key that is not enrolled" keyenroll why "SHA256:$(printf '%043d' 0)"

# What a refusal is worth, where the host does not enforce.
exits 1 "why not into root, on a host that enforces" keyenroll why --account root alice
refuse "says nothing of a mode" grep -q 'mode is' "$WORLD/output"
host_conf <<-'END'
	account "root" { person = "bob" }
	stage "pilot" {
		account = "root"
		mode = "audit"
	}
	break-glass "rescue" { from = "console" }
END
exits 1 "why not into root, which is in mode audit" keyenroll why --account root alice
says 'root: but the mode is audit: a login that sshd accepts by other files is let in, and logged' "says that the login is let in"
report 1 why "as JSON" keyenroll why --json --account root alice
holds '.keys[0] | .verdict == "refused" and .mode == "audit"' "is refused, in mode audit"
report 0 why "a key that gets in" keyenroll why --json alice
holds '.keys[0] | .verdict == "accepted" and .mode == "enforce"' "gets in whatever the mode"
report 1 why "why not into a break-glass account" keyenroll why --json --account rescue alice
holds '.keys[0].mode == "break-glass"' "says what it is"
report 1 why "a key of nobody that is known" keyenroll why --json "SHA256:$(printf '%043d' 0)"
holds '.keys[0].mode == null' "has no account, and so no mode"
host_conf <<<'mode = "off"'
exits 1 "why not into root, with the host's mode off" keyenroll why --account root alice
says 'root: but the mode is off' "says so"
rm "$config/host.conf"

# ---- a verifier without memory ------------------------------------------------------------------------------------------------
# The library that reads the file would end it, were it asked.
verifier=$(cat "$WORLD/keyenrolld.pid")
limit_memory() { setpriv --reuid _keyenroll --regid _keyenroll --clear-groups prlimit --pid "$verifier" --as="$1:"; }
expect "before, alice gets in" world_enters alice
limit_memory "$(($(cut -d' ' -f1 "/proc/$verifier/statm") * $(getconf PAGESIZE)))" || world_die "no limit"
{
	for number in $(seq 250); do
		printf 'rule "%s" {\n\tperson = { "nobody-%s" }\n\tvendor = { "a" }\n\tmodel = { "a" }\n\tapplication = { "a" }\n\thost-class = { "a" }\n\tthen = "accept"\n}\n' "$number" "$number"
	done
	printf 'rule "all" {\n\tthen = "accept"\n}\n'
} >"$config/policy.conf"
: >"$WORLD/syslog"
refuse "without memory for a policy that is new nobody gets in" world_enters alice
expect_logged "and the log says so" 'refused authorized-keys alice: no memory.*KEYENROLL_REASON=system\.memory'
limit_memory unlimited || world_die "the limit stays"
expect "with memory she does" world_enters alice
expect "by the same verifier" kill -0 "$verifier"
rm "$config/policy.conf"

# ---- a spare token ----------------------------------------------------------------------------------------------------------
host_conf <<<'minimum-tokens = "2"'
refuse "with one of the two tokens that the host asks for alice stays out" world_enters alice
expect_logged "with its reason" 'refused authorized-keys alice.*enrollment\.no-spare'
exits 1 "why, without a spare" keyenroll why alice
says 'asks for 2 tokens a person, and alice has 1 that counts: enroll another \[enrollment.no-spare\]' "says so"
keyenroll doctor --json >"$WORLD/json" 2>/dev/null
holds '.findings[] | select(.id == "host.tokens") | .health == "warning" and (.sentence | contains("alice is one of them"))' "doctor counts who has none"
world_token two 5.7.4
expect "she gets a second token" world_enroll alice two
expect "a snapshot has it" world_snapshot
expect "with both she gets in" world_enters alice
exits 0 "why, with a spare" keyenroll why alice
keyenroll doctor --json >"$WORLD/json" 2>/dev/null
holds '.findings[] | select(.id == "host.tokens") | .health == "good"' "doctor has nothing to say"
keyenroll revoke --reason "lost" "$(keyenroll why --json alice | jq -r '.keys[].fingerprint' | grep -vF "$fingerprint")" >"$WORLD/output" 2>&1 ||
	not_ok "revoking" "$WORLD/output"
world_token_stop two
expect "one is lost, and the snapshot says so" world_snapshot
expect "with the other she gets in, for a while" world_enters alice
exits 0 "why says that she gets in, though one of her keys does not" keyenroll why alice
says ': does not get in' "and says so of that one"
rm "$config/host.conf"

# ---- another command --------------------------------------------------------------------------------------------------------
mkdir -p "$prefix/sbin"
cat >"$prefix/sbin/directory" <<'END'
#!/bin/sh
cat "/opt/directory/$1"
END
chmod 755 "$prefix/sbin/directory"
mkdir /opt/directory
world_gate | sed "s,keyenroll-sshd ,&--chain $prefix/sbin/directory ," | start_sshd
cat "$software.pub" >/opt/directory/alice
: >"$WORLD/syslog"
refuse "an enrolled key that the other command does not have is refused" world_enters alice
expect_logged "with its reason" 'sshd\.chain'
ssh-keygen -D "$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)" |
	sed 's/^/command="echo chained" /' >>/opt/directory/alice
expect "one that both have is accepted, with the other's options" test "$(world_ssh alice id -un)" = chained
identity=$software
refuse "a software key that only the other command has is refused" world_enters alice
identity=token

# ---- modes ------------------------------------------------------------------------------------------------------------------
{ echo "AuthorizedKeysFile /opt/keys/%u"; world_gate; } | start_sshd
identity=$software
refuse "enforced, the session of a software key is refused" world_enters alice
host_conf <<<'mode = "audit"'
expect "audited, it opens" world_enters alice
expect_logged "and the log has what would have been said" \
	'accepted session alice, but only because this host audits.*KEYENROLL_REASON=enrollment\.absent.*KEYENROLL_PASS=audit'
mv "$state/snapshot" "$WORLD/kept"
host_conf <<<'mode = "audit"'
expect "also where the snapshot is missing" world_enters alice
mv "$WORLD/kept" "$state/snapshot"
mv "$config/registrars" "$WORLD/kept"
host_conf <<<'mode = "audit"'
expect "and where the registrars are" world_enters alice
expect_logged "which the log does not hide" 'accepted session alice, but only.*system\.file'
mv "$WORLD/kept" "$config/registrars"
host_conf <<<'stage "pilot" { account = "alice" mode = "audit" }'
expect "a stage audits its accounts" world_enters alice
refuse "and no others" world_enters rescue
host_conf <<<'mode = "off"'
expect "off, it opens" world_enters rescue

# ---- break glass ------------------------------------------------------------------------------------------------------------
printf 'break-glass "rescue" {\n\tfrom = { "console", "192.0.2.7" }\n}\n' | host_conf
refuse "the break-glass account does not open from elsewhere" world_enters rescue
expect_logged "with its reason" 'refused session rescue.*break-glass\.source'
printf 'break-glass "rescue" {\n\tfrom = "127.0.0.1"\n}\n' | host_conf
expect "it opens from the address that is named" world_enters rescue
expect_logged "loudly" 'accepted session rescue, BREAK GLASS.*KEYENROLL_PASS=break-glass'
refuse "and only this account" world_enters alice
mv "$config/registrars" "$WORLD/kept"
expect "it opens when the registrars are gone" world_enters rescue
mv "$WORLD/kept" "$config/registrars"


# ---- grace --------------------------------------------------------------------------------------------------------------------
rm "$config/host.conf"
world_gate | start_sshd
refuse "a software key does not log in" world_enters alice
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/second"
until=$(date -u -d '+3 days' +%F)
grant()
{
	keyenroll grace --key "$software.pub" --reason "lost token" --second-operator "$WORLD/second" "$@"
}
exits 1 "a second operator who is no registrar" grant --until "$until" alice
says 'grace.refused' "is refused"
echo "second namespaces=\"grace@keyenroll\" $(cat "$WORLD/second.pub")" >>"$world_registry/registrars"
exits 2 "a grace of two months" grant --until "$(date -u -d '+60 days' +%F)" alice
exits 1 "one registrar twice" keyenroll grace --key "$software.pub" --until "$until" --reason x --second-operator "$world_registry/registrar" alice
exits 64 "no reason" keyenroll grace --key "$software.pub" --until "$until" --second-operator "$WORLD/second" alice
report 0 grace "two registrars grant it" grant --json --until "$until" alice
holds '.person == "alice" and (.until | startswith("'"$until"'"))' "until then"
expect "it is in the snapshot" world_snapshot
refuse "a host that does not know the second registrar refuses it" world_enters alice
expect_logged "with its reason" 'refused authorized-keys alice.*grace\.refused'
cp "$world_registry/registrars" "$config/registrars"
: >"$WORLD/syslog"
expect "one that does lets the key in" world_enters alice
expect_logged "and it stands out in the log" 'accepted session alice, BY GRACE.*KEYENROLL_RULE=grace'
refuse "and only for her" world_enters rescue
graced=$(ssh-keygen -lf "$software.pub" | cut -d' ' -f2)
exits 0 "why says that it gets in" keyenroll why "$graced"

exits 64 "a grace is not ended without a reason" keyenroll grace --end alice
exits 64 "nor with what grants one" keyenroll grace --end --reason x --until "$until" alice
exits 1 "nor is one that nobody has" keyenroll grace --end --reason x rescue
says 'no grace is running for rescue' "which is said"
report 0 grace-end "one operator ends it" keyenroll grace --end --json --reason "granted by mistake" alice
holds '.ended == [{"person": "alice", "fingerprint": "'"$graced"'", "until": .ended[0].until}]' "and no other"
expect "the next snapshot tells the host" world_snapshot
: >"$WORLD/syslog"
refuse "which lets the key in no more" world_enters alice
expect_logged "since nothing is there of it" 'refused authorized-keys alice.*enrollment\.absent'
exits 1 "why says so too" keyenroll why "$graced"
exits 1 "it has ended once" keyenroll grace --end --reason x "$graced"
exits 0 "who ended it, and why, is recorded" python3 -c "import sqlite3, sys
row = sqlite3.connect(sys.argv[1]).execute('SELECT operator, grant, until FROM grace ORDER BY number DESC').fetchone()
sys.exit(row != ('root', b'granted by mistake', 0))" "$world_registry/registry.db"
exits 0 "two registrars may grant it again" grant --until "$until" alice
world_snapshot >/dev/null
expect "which lets the key in" world_enters alice
exits 0 "by its fingerprint it ends as well" keyenroll grace --end --reason "the token has turned up" "$graced"
says 'The grace of alice for SHA256:.* has ended' "in words"
world_snapshot >/dev/null
refuse "for the host too" world_enters alice

# ---- who would be locked out --------------------------------------------------------------------------------------------------
fingerprint=$(ssh-keygen -lf <(ssh-keygen -D "$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)" | head -n 1) | cut -d' ' -f2)
cat >"$WORLD/log" <<-END
	Nov 24 13:00:00 host sshd[1]: Accepted publickey for alice from 192.0.2.1 port 4711 ssh2: ECDSA $fingerprint
	Nov 24 13:00:01 host sshd[1]: Accepted publickey for alice from 192.0.2.1 port 4712 ssh2: ECDSA $fingerprint
	Nov 24 13:00:02 host sshd[2]: Accepted publickey for rescue from 192.0.2.2 port 4713 ssh2: ECDSA $fingerprint
	Nov 24 13:00:03 host sshd[3]: Accepted password for bob from 192.0.2.3 port 4714 ssh2
	Nov 24 13:00:04 host sshd[4]: Accepted publickey for bob from 192.0.2.3 port 4715 ssh2: ED25519 $(ssh-keygen -lf "$WORLD/second.pub" | cut -d' ' -f2)
	Nov 24 13:00:05 host sshd[5]: Failed password for carol from 192.0.2.3 port 4716 ssh2
END
report 1 logins "the logins of a log" keyenroll audit --json logins "$WORLD/log"
holds '.logins == 5 and .refused == 3' "are counted"
holds '[.locked_out[] | .account + " " + .code] == ["bob auth-info.method", "bob enrollment.absent", "rescue enrollment.other-person"]' "and who would be locked out, why"
printf 'break-glass "rescue" {\n\tfrom = "192.0.2.2"\n}\n' >"$config/host.conf"
echo "Nov 24 13:00:06 host sshd[6]: Accepted password for rescue from 192.0.2.9 port 4717 ssh2" >>"$WORLD/log"
report 1 logins "the logins of a log with a break-glass account" keyenroll audit --json logins "$WORLD/log"
holds '.logins == 6 and .refused == 3' "are counted"
holds '[.locked_out[] | .account + " " + .code] == ["bob auth-info.method", "bob enrollment.absent", "rescue break-glass.source"]' "it is locked out from elsewhere only"
rm "$config/host.conf"
echo 'Nov 24 13:00:05 host cron[5]: nothing' >"$WORLD/cron.log"
exits 2 "a log without logins" keyenroll audit logins "$WORLD/cron.log"
says 'logins.absent' "is no good news"
exits 1 "beside one with logins" keyenroll audit logins "$WORLD/cron.log" "$WORLD/log"
says 'Warning: no login of sshd.s is in .*cron.log' "it is named"
exits 1 "the same from sshd's own log of this world" bash -c "keyenroll audit logins - <$WORLD/sshd.log"
says 'logins would have been refused' "with a sum"

world_end
