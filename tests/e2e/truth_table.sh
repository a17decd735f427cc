#!/bin/bash
# What sshd asks PAM, in which order and with what in SSH_AUTH_INFO_0, and what pam_keyenroll.so makes of it: each way to log in, each
# refusal, each code that the module can give, against the sshd of this system. What a phase sees, pam_exec.so writes down.
#
# The key was made and attested in a virtual token; ssh gets it as a file, since nothing here is about the card.
. "$(dirname "$0")/world.sh"

module=$prefix/lib/security/pam_keyenroll.so
probe_log=$WORLD/probe.log

cat_probe()
{
	cat <<-END
		#!/bin/sh
		echo "\$PAM_TYPE=\$(printf '%s' "\${SSH_AUTH_INFO_0-unset}" | awk '{ printf "%s%s", (NR > 1) ? "," : "", \$1 }')" >>$probe_log
	END
}

# stack: PAM's lines for sshd from standard input, with MODULE for ours; before those of each type stands one that writes down.
stack()
{
	{
		printf '%s optional pam_exec.so quiet /opt/probe\n' auth account session
		sed "s,MODULE,$module,"
	} >/etc/pam.d/sshd
}

gated()
{
	cat <<-END
		AuthorizedKeysCommand $prefix/sbin/keyenroll-sshd authorized-keys %u %t %k
		AuthorizedKeysCommandUser _keyenroll
	END
}

start()
{
	[ ! -f "$WORLD/sshd.pid" ] || world_kill sshd
	rm -f "$WORLD/sshd.log"
	world_sshd sshd
}

# take_key TOKEN: the enrolled key out of the virtual token's memory, as $WORLD/TOKEN.key.
take_key()
{
	printf "$(jq -r '.slots[] | select(.slot == 154) | .key' "$WORLD/$1.state" | sed 's/../\\x&/g')" |
		openssl pkey -inform DER -out "$WORLD/$1.key"
	chmod 600 "$WORLD/$1.key"
	ssh-keygen -y -f "$WORLD/$1.key" >"$WORLD/$1.key.pub"
}

# login METHODS [OPTION]...: as alice with those keys; "in" comes back, and nothing else may.
login()
{
	local methods=$1
	shift
	: >"$probe_log"
	: >"$WORLD/syslog"
	: >"$WORLD/journal"
	printf '#!/bin/sh\necho correct-horse\n' >"$WORLD/askpass"
	chmod 755 "$WORLD/askpass"
	SSH_ASKPASS=$WORLD/askpass SSH_ASKPASS_REQUIRE=force setsid --wait timeout 60 \
		ssh -F none -n -p "$sshd_port" -l alice -o UserKnownHostsFile="$WORLD/known_hosts" -o StrictHostKeyChecking=yes \
		-o PreferredAuthentications="$methods" -o IdentitiesOnly=yes "$@" 127.0.0.1 echo in >"$WORLD/said" 2>"$WORLD/ssh.log"
}

enters()
{
	login "$@" && [ "$(cat "$WORLD/said")" = in ] && [ "$(grep -vc 'Permanently added' "$WORLD/ssh.log")" = 0 ]
}

row_enters()
{
	local text=$1
	shift
	if enters "$@"; then ok "$text: enters, and nothing is said to the user"; else
		not_ok "$text: enters, and nothing is said to the user" "$WORLD/said" "$WORLD/ssh.log" "$WORLD/sshd.log" "$WORLD/syslog" "$probe_log"
	fi
}

row_stays_out()
{
	local text=$1
	shift
	if login "$@" || grep -q in "$WORLD/said"; then
		not_ok "$text: stays out" "$WORLD/said" "$WORLD/sshd.log" "$WORLD/syslog" "$probe_log"
	else
		ok "$text: stays out"
	fi
}

# saw TEXT LINE...: what the phases saw, in their order, without the end of the session.
saw()
{
	local text=$1
	shift
	printf '%s\n' "$@" >"$WORLD/wanted"
	world_wait 30 bash -c "grep -v close_session $probe_log | cmp -s - $WORLD/wanted" && ok "  PAM was asked: $*" ||
		not_ok "  PAM was asked: $*" "$probe_log"
}

because()
{
	if world_logged "$1"; then ok "  because: $1"; else not_ok "  because: $1" "$WORLD/syslog" "$WORLD/journal"; fi
}

attested=(-i "$WORLD/one.key")
software=(-i "$WORLD/software")

world_install
world_user alice
world_syslog
world_pcscd 2
world_desk
for token in one two; do
	world_token $token 5.7.4
	expect "alice is enrolled with the token $token" world_enroll alice $token --out "$WORLD/$token.key-cert.pub"
	take_key $token
	# Beside a key ssh would offer the certificate as well.
	mv "$WORLD/$token.key-cert.pub" "$WORLD/$token.certificate"
done
expect "a snapshot is written" world_snapshot
world_kill pcscd
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/software"
mkdir /opt/keys
cat "$WORLD/software.pub" >/opt/keys/alice
echo "alice:correct-horse" | chpasswd
cat_probe >/opt/probe
chmod 755 /opt/probe
world_verifier
ssh -V 2>"$WORLD/version"
ok "this is $(cat "$WORLD/version")"

# ---- publickey --------------------------------------------------------------------------------------------------------------
stack <<'END'
auth    required pam_deny.so
account required pam_permit.so
session required MODULE mode=ssh
END
{ echo "AuthorizedKeysFile /opt/keys/%u"; gated; } | start
row_enters "publickey, an attested key" publickey "${attested[@]}"
saw "" account= open_session=publickey
row_stays_out "publickey, a software key that sshd takes" publickey "${software[@]}"
saw "" account= open_session=publickey
because 'pam_keyenroll\(sshd:session\): denied.*enrollment\.absent'
grep -q '^Accepted publickey for alice' "$WORLD/sshd.log" && ok "  though sshd itself had accepted it" || not_ok "  though sshd itself had accepted it"

# ---- account ----------------------------------------------------------------------------------------------------------------
stack <<'END'
account required MODULE mode=ssh
session required MODULE mode=ssh
END
row_stays_out "account that decides, where sshd says nothing yet" publickey "${attested[@]}"
saw "" account=
because 'pam_keyenroll\(sshd:account\): denied.*auth-info\.format'
grep -q 'Access denied for user alice by PAM account configuration' "$WORLD/sshd.log" && ok "  and sshd closes the connection" || not_ok "  and sshd closes the connection" "$WORLD/sshd.log"
stack <<'END'
account required MODULE mode=ssh account=session
session required MODULE mode=ssh
END
row_enters "account=session, an attested key" publickey "${attested[@]}"
row_stays_out "account=session, a software key" publickey "${software[@]}"
because 'pam_keyenroll\(sshd:session\): denied.*enrollment\.absent'

# ---- two keys ---------------------------------------------------------------------------------------------------------------
{ echo "AuthorizedKeysFile /opt/keys/%u"; echo "AuthenticationMethods publickey,publickey"; gated; } | start
row_enters "publickey,publickey, both attested" publickey "${attested[@]}" -i "$WORLD/two.key"
saw "" account=publickey open_session=publickey,publickey
row_stays_out "publickey,publickey, the second a software key" publickey "${attested[@]}" "${software[@]}"
saw "" account=publickey open_session=publickey,publickey
because 'pam_keyenroll\(sshd:session\): denied.*enrollment\.absent'
row_stays_out "publickey,publickey, the first a software key" publickey "${software[@]}" "${attested[@]}"
because 'pam_keyenroll\(sshd:account\): denied.*enrollment\.absent'

# ---- keyboard-interactive ---------------------------------------------------------------------------------------------------
stack <<'END'
auth    required MODULE mode=ssh
account required MODULE mode=ssh
session required MODULE mode=ssh
END
{
	echo "AuthorizedKeysFile /opt/keys/%u"
	echo "AuthenticationMethods publickey,keyboard-interactive:pam"
	echo "KbdInteractiveAuthentication yes"
	gated
} | start
row_enters "publickey,keyboard-interactive:pam, an attested key" publickey,keyboard-interactive "${attested[@]}"
saw "" auth=publickey account=publickey open_session=publickey,keyboard-interactive/pam
row_stays_out "publickey,keyboard-interactive:pam, a software key" publickey,keyboard-interactive "${software[@]}"
because 'pam_keyenroll\(sshd:auth\): denied.*enrollment\.absent'
! grep -q open_session "$probe_log" && ok "  and no session was asked for" || not_ok "  and no session was asked for" "$probe_log"
! grep -q 'pam_setcred' "$WORLD/sshd.log" && ok "  credentials are never what fails" || not_ok "  credentials are never what fails" "$WORLD/sshd.log"
stack <<'END'
auth    required pam_unix.so
auth    required MODULE mode=ssh
account required MODULE mode=ssh
session required MODULE mode=ssh
END
row_enters "the same with a password asked for" publickey,keyboard-interactive "${attested[@]}"

# ---- password ---------------------------------------------------------------------------------------------------------------
stack <<'END'
auth    required pam_unix.so
account required pam_permit.so
session required MODULE mode=ssh
END
{
	echo "AuthenticationMethods publickey,password"
	echo "PasswordAuthentication yes"
	gated
} | start
row_enters "publickey,password, an attested key" publickey,password "${attested[@]}"
grep -qx 'open_session=publickey,password' "$probe_log" && ok "  the session sees both" || not_ok "  the session sees both" "$probe_log"
{ echo "PasswordAuthentication yes"; gated; } | start
row_stays_out "password alone" password
because 'pam_keyenroll\(sshd:session\): denied.*auth-info\.method'

# ---- certificates -----------------------------------------------------------------------------------------------------------
stack <<'END'
account required pam_permit.so
session required MODULE mode=ssh
END
{
	echo "TrustedUserCAKeys $world_registry/registrar.pub"
	echo "AuthorizedPrincipalsCommand $prefix/sbin/keyenroll-sshd principals %u %t %k"
	echo "AuthorizedPrincipalsCommandUser _keyenroll"
} | start
row_enters "an enrollment certificate" publickey "${attested[@]}" -o CertificateFile="$WORLD/one.certificate"
saw "" account= open_session=publickey
# The registrar's key signs for a key in a file, and sshd believes it without asking.
{ echo "TrustedUserCAKeys $world_registry/registrar.pub"; } | start
ssh-keygen -q -s "$world_registry/registrar" -I test -n alice -V +1h "$WORLD/software.pub"
row_stays_out "a certificate without evidence that sshd takes" publickey "${software[@]}" -o CertificateFile="$WORLD/software-cert.pub"
because 'pam_keyenroll\(sshd:session\): denied.*enrollment\.format'
rm "$WORLD/software-cert.pub"

# ---- hostbased --------------------------------------------------------------------------------------------------------------
cp "$WORLD/host_key" /etc/ssh/ssh_host_ed25519_key
cp "$WORLD/host_key.pub" /etc/ssh/ssh_host_ed25519_key.pub
echo "127.0.0.1 localhost" >/etc/hosts
echo "localhost root" >/etc/ssh/shosts.equiv
echo "localhost,127.0.0.1 $(cat "$WORLD/host_key.pub")" >/etc/ssh/ssh_known_hosts
echo "EnableSSHKeysign yes" >/etc/ssh/ssh_config
hostbased=(-o HostbasedAuthentication=yes -o EnableSSHKeysign=yes -o GlobalKnownHostsFile=/etc/ssh/ssh_known_hosts)
host_options="HostbasedAuthentication yes
HostbasedUsesNameFromPacketOnly yes"
{ echo "$host_options"; gated; } | start
row_stays_out "hostbased alone" hostbased "${hostbased[@]}"
if grep -q 'Accepted hostbased' "$WORLD/sshd.log"; then
	saw "" account= open_session=hostbased
	because 'pam_keyenroll\(sshd:session\): denied.*hostbased proves no hardware'
	{ echo "$host_options"; echo "AuthenticationMethods hostbased,publickey"; gated; } | start
	row_stays_out "hostbased,publickey, an attested key" hostbased,publickey "${hostbased[@]}" "${attested[@]}"
	because 'pam_keyenroll\(sshd:session\): denied.*hostbased proves no hardware'
	echo 'methods = "hostbased"' >"$config/host.conf"
	row_enters "hostbased,publickey where host.conf allows it" hostbased,publickey "${hostbased[@]}" "${attested[@]}"
	saw "" account=hostbased open_session=hostbased,publickey
	{ echo "$host_options"; gated; } | start
	row_stays_out "hostbased alone, also where it is allowed" hostbased "${hostbased[@]}"
	because 'pam_keyenroll\(sshd:session\): denied.*nobody proved to hold a key'
	rm "$config/host.conf"
else
	skip "hostbased, where sshd takes it" "this system's ssh cannot sign with its host key: $(tail -n 1 "$WORLD/ssh.log")"
fi

# ---- each code of the module, beside one that is content with everything ------------------------------------------------------
gated | start
permissive()
{
	stack <<-END
		account required pam_permit.so
		$1 required MODULE $2
		$1 required pam_permit.so
		session optional pam_permit.so
	END
}
for type in account session; do
	case $type in account) mode="mode=ssh account=session" ;; *) mode="mode=ssh" ;; esac
	permissive $type "$mode"
	row_enters "$type: the module says yes" publickey "${attested[@]}"
	permissive $type "$mode nullok"
	row_stays_out "$type: an unknown option (PAM_SERVICE_ERR)" publickey "${attested[@]}"
	because "pam_keyenroll\(sshd:$type\): denied.*nullok"
	permissive $type "mode=ssh service=login"
	row_stays_out "$type: another service (PAM_SERVICE_ERR)" publickey "${attested[@]}"
	permissive $type ""
	row_stays_out "$type: no mode (PAM_SERVICE_ERR)" publickey "${attested[@]}"
	sed -i "s,$module,$prefix/lib/security/pam_absent.so," /etc/pam.d/sshd
	row_stays_out "$type: the module is not there" publickey "${attested[@]}"
done
permissive session mode=ssh
keyenroll revoke --reason lost "$(ssh-keygen -lf "$WORLD/two.key.pub" | cut -d' ' -f2)" >"$WORLD/output" 2>&1
world_snapshot >"$WORLD/output" 2>&1
{ cat "$WORLD/two.key.pub" >>/opt/keys/alice; echo "AuthorizedKeysFile /opt/keys/%u"; gated; } | start
row_stays_out "session: a refusal (PAM_PERM_DENIED)" publickey -i "$WORLD/two.key"
because 'pam_keyenroll\(sshd:session\): denied.*enrollment\.revoked'
world_kill keyenrolld KILL
mv "$prefix/sbin/keyenrolld" "$WORLD/keyenrolld.kept"
cat "$WORLD/one.key.pub" >>/opt/keys/alice
world_journal
row_stays_out "session: no verifier at all (PAM_AUTHINFO_UNAVAIL)" publickey "${attested[@]}"
because 'denied.*verifier\.unreachable|KEYENROLL_REASON=verifier\.unreachable'
grep -q '^SYSLOG_IDENTIFIER=pam_keyenroll' "$WORLD/journal" && ok "  which is a record of its own in the journal" || not_ok "  which is a record of its own in the journal" "$WORLD/journal"
mv "$WORLD/keyenrolld.kept" "$prefix/sbin/keyenrolld"
world_verifier

# ---- one record a decision ----------------------------------------------------------------------------------------------------
gated | start
row_enters "the journal gets records" publickey "${attested[@]}"
record()
{
	awk -v RS= -v request="$1" '$0 ~ "KEYENROLL_REQUEST=" request' <(sed 's/^PRIORITY=/\n&/' "$WORLD/journal")
}
fields_are_there()
{
	local name
	for name in ACCOUNT SERVICE REASON VERDICT FINGERPRINT PERSON SERIAL DEVICE RULE TRUST_VERSION POLICY_VERSION PEER_USER PEER_PROCESS; do
		[ "$(record "$1" | grep -c "^KEYENROLL_$name=.")" -ge 1 ] || { echo "no $name"; record "$1"; return 1; }
	done
}
world_logged KEYENROLL_REQUEST=session
expect "of the key, with all their fields" fields_are_there authorized-keys
expect "and of the session" fields_are_there session
[ "$(record session | grep -c ^KEYENROLL_REQUEST)" = 1 ] && ok "one for the session" || not_ok "one for the session" "$WORLD/journal"
grep -q '^KEYENROLL_REMOTE=127.0.0.1' <<<"$(record session)" && ok "which says from where" || not_ok "which says from where" "$WORLD/journal"

# ---- the order of the lines -----------------------------------------------------------------------------------------------------
stack <<'END'
account required pam_permit.so
session required MODULE mode=ssh
session required pam_env.so user_readenv=1
END
printf 'SSH_AUTH_INFO_0 DEFAULT="publickey %s"\n' "$(cut -d' ' -f1,2 "$WORLD/one.key.pub")" >/opt/home/alice/.pam_environment
chown alice: /opt/home/alice/.pam_environment
row_stays_out "a user who brings sshd's word along" publickey "${software[@]}"

world_end
