#!/bin/bash
# The examples of the manual pages: each literal block under EXAMPLES is taken out of the installed page and tried as the function of
# its name below tries it. A block without such a function fails, so that no example goes untried.
. "$(dirname "$0")/world.sh"

pages=$prefix/share/man

# block PAGE NUMBER: the text of one example.
block()
{
	awk -v number="$2" '
		/^\.Sh / { inside = $2 == "EXAMPLES" }
		inside && /^\.Bd -literal/ { text = ++seen == number; next }
		/^\.Ed/ { text = 0 }
		inside && text { gsub(/\\e/, "\\"); print }' "$pages"/man?/"$1"
}

# run_block: the text on standard input as commands, each of which must succeed: in a shell of its own, since -e counts for nothing
# behind a condition. What a person would type is given by descriptors.
run_block()
{
	cat >"$WORLD/block"
	pin=$pin bash -e -o pipefail -c '
		keyenroll()
		{
			case $1 in
			init) command keyenroll "$@" --no-passphrase ;;
			csr|certificate) command keyenroll "$@" --pin-fd 5 5<<<"$pin" ;;
			enroll) command keyenroll "$@" --yes --factory-codes --pin-fd 5 --puk-fd 6 5<<<"$pin" 6>puk ;;
			*) command keyenroll "$@" ;;
			esac
		}
		. "$0"' "$WORLD/block"
}

# ends_with STATUS COMMAND...
ends_with()
{
	local wanted=$1
	shift
	"$@"
	[ $? = "$wanted" ]
}

sshd_takes()
{
	{ cat; echo "HostKey $WORLD/host_key"; } >"$WORLD/sshd.conf" && "$(command -v sshd)" -t -f "$WORLD/sshd.conf"
}

# finding ID: the doctor is content with it.
finding()
{
	keyenroll doctor --json root >"$WORLD/doctor.json"
	jq -e --arg id "$1" '.findings[] | select(.id == $id) | .health == "good" or .health == "warning"' "$WORLD/doctor.json"
}

try_keyenroll_1_1() { run_block && [ -s snapshot ] && grep -q active <<<"$(keyenroll list --user alice)"; }
try_keyenroll_1_2() { run_block && grep -q "slot 9a.*certificate" <<<"$(keyenroll slots)" && grep -q alice <<<"$(openssl x509 -in alice.pem -noout -subject)"; }
try_keyenroll_1_3() { ends_with 1 run_block; }
try_keyenroll_1_4() { ends_with 1 run_block && grep -q 'sshd\.' "$WORLD/output"; }
try_keyenroll_1_5() { run_block && grep -q revoked <<<"$(keyenroll list --user alice)"; }
# A folder in the place of the server, which tests/e2e/sync.sh has.
try_keyenroll_1_6()
{
	mkdir published && keyenroll snapshot --output published/snapshot && sed "s,https://[^ ]*,$WORLD/published," | run_block &&
		grep -q '"changed": true' "$WORLD/output" && keyenroll sync "$WORLD/published"
}
try_keyenroll_policy_conf_5_1() { cat >new.conf && keyenroll policy check new.conf; }
try_keyenroll_policy_conf_5_2() { ends_with 1 run_block; }
try_keyenroll_host_conf_5_1() { install -m 644 /dev/stdin "$config/host.conf" && finding host.rules && rm "$config/host.conf"; }
try_keyenroll_registrars_5_1()
{
	ssh-keygen -q -t ed25519 -N '' -f north && ssh-keygen -q -t ecdsa -N '' -f south &&
		sed -e "s,AAAAC3Nza\.\.\.,$(cut -d' ' -f2 north.pub)," -e "s,AAAAE2Vj\.\.\.,$(cut -d' ' -f2 south.pub)," >example.registrars &&
		ends_with 1 keyenroll audit --registrars example.registrars && grep -q "no registrar's key here" "$WORLD/output"
}
try_keyenroll_registry_5_1() { run_block && grep -q 'Key ID' "$WORLD/output" && grep -q accepted "$WORLD/output"; }
try_keyenroll_registry_5_2()
{
	run_block && grep -q 'Signing CA' "$WORLD/output" && grep -q '^Good "enrollment@keyenroll" signature with' "$WORLD/output" &&
		grep -q '^person alice$' record && head -c 20 record >forged &&
		! ssh-keygen -Y check-novalidate -n enrollment@keyenroll -s record.sig <forged
}
try_keyenroll_registry_5_3()
{
	run_block && grep -q '^part-01: OK' "$WORLD/output" && grep -qF "$(ssh-keygen -l -f alice-cert.pub | cut -d' ' -f2)" "$WORLD/output" &&
		openssl verify -partial_chain -trusted "$world_vendor/long-issuing.pem" part-02 && keyenroll verify evidence
}
try_keyenroll_sshd_8_1() { sshd_takes; }
try_keyenroll_sshd_8_2() { cp "$world_registry/registrar.pub" /etc/ssh/registrars.pub && sshd_takes; }
try_keyenroll_sshd_8_3() { run_block && grep -qF "$(cut -d' ' -f2 alice.pub)" "$WORLD/output"; }
try_keyenroll_trust_5_1() { run_block >key.base64 && base64 -d key.base64 | openssl pkey -pubin -inform DER -noout; }
try_keyenroll_trust_5_2() { cp "$prefix/share/keyenroll/"trust* . && run_block; }
try_keyenrolld_8_1() { command -v journalctl >/dev/null || return 0; ends_with 1 run_block || run_block <"$WORLD/block"; }
try_libsk_keyenroll_8_1()
{
	local provider
	cat >ssh_config && provider=$(ssh -G -F ssh_config a.example.org | sed -n 's/^securitykeyprovider //p') && grep -q ' sk_sign$' <<<"$(nm -D "$provider")"
}
try_pam_keyenroll_8_1()
{
	local line
	read -r line && sed -i "1i ${line/pam_keyenroll.so/$prefix/lib/security/pam_keyenroll.so}" /etc/pam.d/sshd && finding pam.line && finding pam.module
}

# Options that the module does not know deny, and say so; that these are known ones, the module itself tells by another word.
try_pam_keyenroll_8_2() { grep -c '^auth sufficient pam_keyenroll\.so mode=\(agent\|local\) talk$' | grep -qx 2; }
try_pam_keyenroll_8_3() { grep -qx 'Defaults env_keep += "SSH_AUTH_SOCK"'; }

# In this order each finds what it needs of those before it.
order="keyenroll-policy.conf.5:1 keyenroll.1:1 keyenroll.1:2 keyenroll.1:3 keyenroll-registry.5:1 keyenroll-registry.5:2 keyenroll-registry.5:3 keyenroll-policy.conf.5:2 keyenroll-host.conf.5:1 keyenroll-sshd.8:1
	keyenroll-sshd.8:2 keyenroll-sshd.8:3 keyenroll-registrars.5:1 keyenroll-trust.5:1 keyenroll-trust.5:2 keyenroll.1:4 keyenroll.1:5 keyenroll.1:6
	keyenrolld.8:1 libsk-keyenroll.8:1 pam_keyenroll.8:1 pam_keyenroll.8:2 pam_keyenroll.8:3"

# all_blocks: "PAGE:NUMBER" of each example that the installed pages have.
all_blocks()
{
	local page
	for page in "$pages"/man?/*keyenroll*; do
		awk -v page="${page##*/}" '
			/^\.Sh / { inside = $2 == "EXAMPLES" }
			inside && /^\.Bd -literal/ { print page ":" ++seen }' "$page"
	done
}

world_install
world_user alice
world_pcscd 2
world_token one 5.7.4
world_desk
world_verifier
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/host_key"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -subj /CN=x -out ca.pem 2>/dev/null
expect "every example has its trial here, and no trial is without example" diff <(tr -s ' \t' '\n' <<<"$order" | sort) <(all_blocks | sort)
for example in $order; do
	name=try_$(tr '.:-' '_' <<<"$example")
	block "${example%:*}" "${example#*:}" >"$WORLD/example"
	if [ -s "$WORLD/example" ] && "$name" <"$WORLD/example" >"$WORLD/output" 2>&1; then
		ok "$example"
	else
		not_ok "$example" "$WORLD/example" "$WORLD/output"
	fi
	if [ "$example" = keyenroll.1:1 ]; then
		keyenroll show --certificate alice | cut -d' ' -f1,2 >alice-cert.pub
		ssh-keygen -D "$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)" >alice.pub
		world_snapshot >/dev/null
	fi
done
refuse "an example that breaks is noticed" run_block <<<"keyenroll lists"
world_end
