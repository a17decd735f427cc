#!/bin/bash
# rules: the administrator's side of appraisal, with evidence of a virtual token: policies checked, explained and tried on cases, the
# registry audited, trust shown, added to and updated.
. "$(dirname "$0")/world.sh"
. "$top/tests/e2e/reports.bash"

share=$prefix/share/keyenroll

evidence_files()
{
	local reader
	reader=$(world_token_reader blue)
	yubico-piv-tool --reader "$reader" --action attest --slot 9a --output "$WORLD/leaf.pem" &&
		yubico-piv-tool --reader "$reader" --action read-certificate --slot f9 --output "$WORLD/f9.pem"
}

check_policies()
{
	local file
	for file in "$share"/policies/*.conf; do
		report 0 policy "the shipped $(basename "$file") is good" keyenroll policy check --json "$file"
	done
	printf 'rule "a" {\n\tpin-polcy = { once }\n\tthen = accept\n}\n' >"$WORLD/typo.conf"
	exits 2 "a policy with a typing error is none" keyenroll policy check "$WORLD/typo.conf"
	says 'typo.conf:2: .*policy.file' "and file and line are named"
	printf 'advisories { refuse = { "critcal" } }\nrule "all" { then = "accept" }\n' >"$WORLD/typo.conf"
	exits 2 "a severity with a typing error" keyenroll policy check "$WORLD/typo.conf"
	says "typo.conf:1: advisories: 'critcal' is no severity: did you mean critical\?" "is named with file and line"
	printf 'advisories { refuse = { "YSA-2024-30", "YSA-2024-03", "MDS-RETIRED" } }\nrule "all" { then = "accept" }\n' >"$WORLD/typo.conf"
	exits 0 "an id that no advisory has" keyenroll policy check "$WORLD/typo.conf"
	says 'YSA-2024-30: no advisory that is known here' "is told"
	report 0 policy "the same as JSON" keyenroll policy check --json "$WORLD/typo.conf"
	holds '.unknown_advisories == ["YSA-2024-30"]' "names it alone"
	exits 64 "an unknown subcommand is a usage error" keyenroll policy frobnicate x
	says 'policy check FILE' "that lists those there are"
}

check_explain()
{
	report 0 policy "policy explain" keyenroll policy explain --json --user alice "$WORLD/leaf.pem" "$WORLD/f9.pem"
	holds '.result.verdict == "accepted" and .result.rule == "attested" and (.rules[0].became == "does not match")' \
		"says which rule decides, and why the one before does not"
	report 1 policy "under touch-required the same key" \
		keyenroll policy explain --json --policy "$share/policies/touch-required.conf" "$WORLD/leaf.pem" "$WORLD/f9.pem"
	holds '.rules[] | select(.rule == "touched") | .condition != "" and .found != ""' "names the first condition that failed"
	exits 1 "and in words" \
		keyenroll policy explain --policy "$share/policies/touch-required.conf" "$WORLD/leaf.pem" "$WORLD/f9.pem"
	says 'touched.*does not match' "rule by rule"
	exits 1 "verify takes that policy too" \
		keyenroll verify --policy "$share/policies/touch-required.conf" "$WORLD/leaf.pem" "$WORLD/f9.pem"
}

check_cases()
{
	cat >"$WORLD/cases.conf" <<-END
		case "a plain key" {
			evidence = { "$WORLD/leaf.pem", "$WORLD/f9.pem" }
			person = "alice"
			expect = "accept"
			rule = "attested"
		}
	END
	report 0 policy "policy test" keyenroll policy test --json "$WORLD/cases.conf"
	holds '.passed == 1 and .failed == 0' "passes a case that is right"
	sed -i 's/accept/refuse/' "$WORLD/cases.conf"
	report 1 policy "and fails" keyenroll policy test --json "$WORLD/cases.conf"
	holds '.passed == 0 and .failed == 1' "one that is not"
}

check_site_policy()
{
	printf 'rule "nobody" {\n\tthen = refuse\n\ttext = "closed today"\n}\n' >"$config/policy.conf"
	exits 1 "the machine's policy.conf decides" keyenroll verify "$WORLD/leaf.pem" "$WORLD/f9.pem"
	says 'closed today' "with its own words"
	exits 1 "at an enrollment as well" world_enroll bob blue --slot 9c
	rm "$config/policy.conf"
	exits 0 "without it the baseline does" keyenroll verify "$WORLD/leaf.pem" "$WORLD/f9.pem"
}

check_audit()
{
	local line
	exits 0 "an audit under the usual rules" keyenroll audit --all
	says '^alice .*accepted' "finds nothing"
	exits 1 "an audit under another policy" keyenroll audit --json --policy "$share/policies/touch-required.conf"
	grep '^{' "$WORLD/output" >"$WORLD/lines"
	while read -r line; do
		echo "$line" >"$WORLD/json"
		"$top/tests/e2e/schema_check" audit "$WORLD/json" >"$WORLD/output" 2>&1
		case $? in
		0) ok "a line is as its schema says" ;;
		77) skip "a line is as its schema says" "python3-jsonschema is not installed" ;;
		*) not_ok "a line is as its schema says" "$WORLD/output" "$WORLD/json" ;;
		esac
	done <"$WORLD/lines"
	holds '.kind == "sum" and .accepted == 0 and .refused == 1' "ends with the sum"
	head -n 1 "$WORLD/lines" >"$WORLD/json"
	holds '.person == "alice" and .code == "policy.refused"' "and names who, and why"
	printf 'rule "no" { then = "refuse" }\n' >"$WORLD/refusing"
	exits 0 "a policy whose rules only refuse" keyenroll policy check "$WORLD/refusing"
	says 'nobody gets in' "is told of"
	exits 0 "nobody falls under an advisory of another vendor" keyenroll audit --advisory YSA-2024-03
	exits 0 "nor was enrolled later than today" keyenroll audit --since 2999-01-01 --policy "$share/policies/touch-required.conf"
	exits 64 "a date that is none is a usage error" keyenroll audit --since yesterday
	report 0 list "and the registry is" keyenroll list --json
	holds '.enrollments | length == 1 and (map(.state == "active") | all)' "unchanged"
}

# bundle VERSION FILE: the shipped bundle under another version, signed by the test's own signer.
bundle()
{
	jq --arg version "$1" '.version = $version' "$share/trust.json" >"$2"
	rm -f "$2.sig"
	ssh-keygen -q -Y sign -f "${3:-$WORLD/signer}" -n "${4:-trust@keyenroll}" "$2"
}

check_trust()
{
	report 0 trust "trust show" keyenroll trust show --json
	holds '[.anchors[] | select(.assurance == "vendor")] | length > 4' "shows the vendors' issuers"
	holds '.anchors[] | select(.assurance == "organisation") | .bundle | test("test-vendor|Test|test")' "and the site's own"
	holds '[.anchors[] | select(.assurance == "distrusted" and .reason != null)] | length > 4' "and whom never to believe, with reasons"
	report 0 advisories "advisories" keyenroll advisories --json
	holds '[.advisories[].id] | index("YSA-2024-03") != null' "hold EUCLEAK"
	exits 0 "the shipped bundle is signed" keyenroll trust verify "$share/trust.json"
	expect "by ssh-keygen's judgement too" sh -c "ssh-keygen -Y verify -f '$share/trust-signers' -I keyenroll-trust \
		-n trust@keyenroll -s '$share/trust.json.sig' <'$share/trust.json'"
	ssh-keygen -q -t ed25519 -N '' -f "$WORLD/signer"
	bundle 2099.1.1 "$WORLD/new.json"
	exits 1 "an update by a stranger is refused" keyenroll trust update "$WORLD/new.json"
	says 'trust.signature' "with its code"
	cp "$share/trust-signers" "$WORLD/trust-signers"
	echo "site namespaces=\"possession@keyenroll\" $(cut -d' ' -f1,2 "$WORLD/signer.pub")" >>"$share/trust-signers"
	exits 1 "one by a signer of other things is" keyenroll trust update "$WORLD/new.json"
	says 'no signer of trust bundles' "for that reason"
	cp "$WORLD/trust-signers" "$share/trust-signers"
	echo "site namespaces=\"trust@keyenroll\" $(cut -d' ' -f1,2 "$WORLD/signer.pub")" >>"$share/trust-signers"
	report 0 trust "by a known signer it is installed" keyenroll trust update --json "$WORLD/new.json"
	report 0 trust "trust show" keyenroll trust show --json
	holds '.version == "2099.1.1"' "names the new version"
	exits 1 "the same again is a rollback" keyenroll trust update "$WORLD/new.json"
	says 'trust.rollback' "with its code"
	bundle 2098.12.31 "$WORLD/old.json"
	exits 1 "an older one too" keyenroll trust update "$WORLD/old.json"
	bundle 2099.2.1 "$WORLD/wrong.json" "$WORLD/signer" file
	exits 1 "a signature under another namespace is none" keyenroll trust update "$WORLD/wrong.json"
	bundle 2099.10.1 "$WORLD/newer.json"
	exits 0 "a newer one takes its place" keyenroll trust update "$WORLD/newer.json"
	expect "and only that one is left" test "$(cd "$state/trust" && echo *)" = "2099.10.1.json 2099.10.1.json.sig"
	sed -i 's/Yubico/Yubica/' "$state/trust/2099.10.1.json"
	exits 1 "a changed update denies everything" keyenroll verify "$WORLD/leaf.pem" "$WORLD/f9.pem"
	rm -r "$state/trust"
	exits 2 "a site's bundle that cannot be read is not added" keyenroll trust add "$WORLD/cases.json"
	cp "$world_vendor/trust.json" "$WORLD/second.json"
	exits 0 "one that can is" keyenroll trust add "$WORLD/second.json"
	expect "in the site's folder" test -f "$config/trust.d/second.json"
}

world_install
world_user alice
world_pcscd 1
world_token blue 5.7.4
world_desk
check_policies
exits 0 "alice is enrolled" world_enroll alice blue
expect "yubico-piv-tool reads the evidence" evidence_files
check_explain
check_cases
check_site_policy
check_audit
echo '{}' >"$WORLD/cases.json"
check_trust
world_end
