#!/bin/bash
# A host that has registrars and trust and nothing else admits enrollment certificates: with real pcscd, sshd, ssh and OpenSC. Without
# a registry, a software key is refused even where a registrar's key signed for it.
. "$(dirname "$0")/world.sh"

software=$WORLD/software

# enters ACCOUNT CERTIFICATE: logs in with $identity and this certificate.
enters()
{
	world_enters "$1" -o CertificateFile="$2"
}

certify()
{
	ssh-keygen -q -s "$1" -I test -n alice -V "${3:-+1h}" "$2.pub"
}

# The registrar's extension, signed again: for other dates, or by somebody else.
resign()
{
	local extension hex
	extension=$(ssh-keygen -L -f "$WORLD/one-cert.pub" | sed -n 's/.*evidence@keyenroll.* hex: \([0-9a-f]*\).*/\1/p;s/.*evidence@keyenroll UNKNOWN OPTION: \([0-9a-f]*\) .*/\1/p' | head -n 1)
	hex=$(echo "${extension:8}" | sed 's/../\\x&/g')
	cp "$WORLD/one.pub" "$2.pub"
	ssh-keygen -q -s "$1" -I test -n alice -z 4711 -V "$3" -O "extension:evidence@keyenroll=$(printf "$hex")" "$2.pub"
}

principals()
{
	local type key rest
	read -r type key rest <"$2"
	setpriv --reuid _keyenroll --regid _keyenroll --clear-groups keyenroll-sshd principals "$1" "$type" "$key"
}

world_install
world_user alice
world_user bob
world_syslog
world_pcscd 2
world_desk
world_token one 5.7.4
expect "alice is enrolled, and no registry reaches the host" world_enroll alice one --out "$WORLD/one-cert.pub"
ssh-keygen -D "$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)" | head -n 1 >"$WORLD/one.pub"
ssh-keygen -q -t ed25519 -N '' -f "$software"
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/stranger"
cat "$world_registry/registrar.pub" "$WORLD/stranger.pub" >"$WORLD/authorities"
world_verifier

# OpenSSH 9.2 forgets AuthorizedPrincipalsCommand where AuthorizedKeysCommand stands before it, and then believes any certificate
# that names the account.
certificate_options()
{
	cat <<-END
		PermitRootLogin yes
		TrustedUserCAKeys $WORLD/authorities
		AuthorizedPrincipalsCommand $prefix/sbin/keyenroll-sshd principals %u %t %k
		AuthorizedPrincipalsCommandUser _keyenroll
	END
	world_gate
}
certificate_options | world_sshd gated

expect "the token and its certificate log in" enters alice "$WORLD/one-cert.pub"
expect_logged "the log of the session names person, token and certificate" \
	'accepted session alice.*KEYENROLL_FINGERPRINT=SHA256:.*KEYENROLL_PERSON=alice.*KEYENROLL_SERIAL=1 .*KEYENROLL_DEVICE=piv [0-9]'
refuse "the token's plain key does not: this host has no registry" world_ssh alice true
expect_logged "and the log says so" 'snapshot\.absent'
refuse "bob does not get in with alice's certificate" enters bob "$WORLD/one-cert.pub"

resign "$world_registry/registrar" "$WORLD/short" "-1h:-1m"
refuse "an expired certificate is refused" enters alice "$WORLD/short-cert.pub"
resign "$WORLD/stranger" "$WORLD/foreign" "+1h"
: >"$WORLD/syslog"
refuse "one of a stranger whom sshd believes is refused" enters alice "$WORLD/foreign-cert.pub"
expect_logged "because the key was not proven to him" 'refused principals alice.*enrollment\.possession'

# A stolen registrar's key: it can sign for any key, and has no evidence for it.
certify "$world_registry/registrar" "$software"
identity=$software
: >"$WORLD/syslog"
refuse "a software key that the registrar's key signed for is refused" enters alice "$software-cert.pub"
expect_logged "because nothing proves where it is" 'refused principals alice.*enrollment\.format'
cp "$software.pub" "$WORLD/borrowed.pub"
cp "$software" "$WORLD/borrowed"
hex=$(ssh-keygen -L -f "$WORLD/one-cert.pub" | sed -n 's/.*evidence@keyenroll.* hex: \([0-9a-f]*\).*/\1/p;s/.*evidence@keyenroll UNKNOWN OPTION: \([0-9a-f]*\) .*/\1/p' | head -n 1)
ssh-keygen -q -s "$world_registry/registrar" -I test -n alice -V +1h \
	-O "extension:evidence@keyenroll=$(printf "$(echo "${hex:8}" | sed 's/../\\x&/g')")" "$WORLD/borrowed.pub"
identity=$WORLD/borrowed
refuse "nor with the evidence of another key" enters alice "$WORLD/borrowed-cert.pub"

read -r type key rest <"$WORLD/one-cert.pub"
altered=0
for place in 200 400 900 1500 2500; do
	byte=${key:place:1}
	[ "$byte" = A ] && byte=B || byte=A
	echo "$type ${key:0:place}$byte${key:place + 1}" >"$WORLD/altered.pub"
	[ -z "$(principals alice "$WORLD/altered.pub" 2>/dev/null)" ] || altered=$((altered + 1))
done
expect "an altered certificate gives no principal" test $altered = 0
expect "and the whole one gives the person" grep -q '^expiry-time="[0-9]*Z".* alice$' <(principals alice "$WORLD/one-cert.pub")

# Where sshd has no command for principals it believes any certificate that names the account: the session does not.
world_kill gated
{ world_gate; echo "TrustedUserCAKeys $WORLD/authorities"; } | world_sshd lax
identity=$software
: >"$WORLD/syslog"
refuse "without the command sshd takes the software key, and its session is refused" enters alice "$software-cert.pub"
expect "sshd took it" grep -q 'Accepted publickey for alice' "$WORLD/lax.log"
expect_logged "the module did not" 'pam_keyenroll\(sshd:session\): denied.*enrollment\.format'
world_kill lax

identity=token
certificate_options | world_sshd gated
printf 'account "root" {\n    person = "alice"\n}\n' >"$config/host.conf"
expect "host.conf lets alice into root with her certificate" enters root "$WORLD/one-cert.pub"
expect_logged "and the log says who it was" 'accepted session root: alice.*KEYENROLL_PERSON=alice'
rm "$config/host.conf"
refuse "without it root is not hers" enters root "$WORLD/one-cert.pub"

expect "a snapshot reaches the host after all" world_snapshot
expect "the certificate still logs in" enters alice "$WORLD/one-cert.pub"
cp "$state/snapshot" "$WORLD/snapshot.before"
cp "$state/revoked.krl" "$WORLD/revoked.before"
keyenroll revoke --reason lost alice >"$WORLD/output" && world_snapshot >"$WORLD/output"
: >"$WORLD/syslog"
refuse "revoked in the snapshot, the certificate is refused" enters alice "$WORLD/one-cert.pub"
expect_logged "with its reason" 'refused principals alice.*enrollment\.revoked'

# ---- the emergency brake ------------------------------------------------------------------------------------------------------
expect "ssh-keygen finds the key in the list beside the snapshot" bash -c "! ssh-keygen -Q -f $state/revoked.krl $WORLD/one.pub"
expect "and not in the one of before" ssh-keygen -Q -f "$WORLD/revoked.before" "$WORLD/one.pub"
cp "$WORLD/snapshot.before" "$state/snapshot"
cp "$state/revoked.krl" "$WORLD/revoked.after"
cp "$WORLD/revoked.before" "$state/revoked.krl"
world_kill gated
{ echo "RevokedKeys $state/revoked.krl"; certificate_options; } | world_sshd braked
expect "with the old snapshot and an empty list the certificate logs in" enters alice "$WORLD/one-cert.pub"
cp "$WORLD/revoked.after" "$state/revoked.krl"
refuse "with the list sshd itself refuses it" enters alice "$WORLD/one-cert.pub"
expect "and says so" grep -q 'revoked by file' "$WORLD/braked.log"

world_end
