#!/bin/bash
# mds: FIDO metadata from the server to the verdict. A BLOB signed under a root of this test's own is imported and downloaded, an attestation is
# appraised by what it says of its model, and a batch is distrusted by a file. Needs neither root nor a token nor a network.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${KEYENROLL_BUILD:-${top_builddir:-$top/build}}
world=$(mktemp -d "${TMPDIR:-/tmp}/keyenroll-mds.XXXXXX")
aaguid=11111111-1111-1111-1111-111111111111
num=0 failures=0
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY
exec {hold}<> <(:)
trap 'exec {hold}>&-; rm -rf "$world"' EXIT
mkdir "$world/site" "$world/sample" "$world/www" "$world/ca"

keyenroll()
{
	local verb=$1
	shift
	"$build/keyenroll" "$verb" --bundle "$top/policy/data/trust.json" --trust "$world/site" --metadata "$world/metadata" "$@"
}

result()
{
	num=$((num + 1))
	if [ "$1" = yes ]; then
		echo "ok $num - $2"
	else
		failures=$((failures + 1))
		echo "not ok $num - $2"
		sed 's/^/#   /' "$world/output"
	fi
}

# exits STATUS TEXT COMMAND...
exits()
{
	local wanted=$1 text=$2 status
	shift 2
	"$@" >"$world/output" 2>&1 </dev/null
	status=$?
	if [ $status -eq "$wanted" ]; then result yes "$text"; else result no "$text (exits with $status, not $wanted)"; fi
}

# says PATTERN TEXT: of the last output.
says()
{
	if grep -qE -e "$1" "$world/output"; then result yes "$2"; else result no "$2"; fi
}

make_key()
{
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$world/ca/$1.key"
}

# certificate NAME SUBJECT ISSUER [EXTENSION]...: by the key of ISSUER, itself for a root.
certificate()
{
	local name=$1 subject=$2 issuer=$3 extension
	shift 3
	make_key "$name"
	openssl req -new -key "$world/ca/$name.key" -subj "$subject" -out "$world/ca/$name.csr" 2>/dev/null
	for extension; do echo "$extension"; done >"$world/ca/$name.ext"
	if [ "$issuer" = "$name" ]; then
		set -- -signkey "$world/ca/$name.key"
	else
		set -- -CA "$world/ca/$issuer.pem" -CAkey "$world/ca/$issuer.key" -CAcreateserial
	fi
	openssl x509 -req -in "$world/ca/$name.csr" "$@" -days 30 -extfile "$world/ca/$name.ext" -out "$world/ca/$name.pem" 2>/dev/null
}

# ca NAME SUBJECT ISSUER
ca()
{
	certificate "$1" "$2" "$3" "basicConstraints=critical,CA:TRUE"
}

der()
{
	openssl x509 -in "$world/ca/$1.pem" -outform DER | base64 -w0
}

base64url()
{
	base64 -w0 | tr '+/' '-_' | tr -d '='
}

# raw_signature: ECDSA's two numbers as 64 bytes.
raw_signature()
{
	openssl asn1parse -inform DER | sed -n 's/.*INTEGER *://p' | while read -r number; do
		printf '%64s' "${number: -64}" | tr ' ' 0
	done | sed 's/../\\x&/g' | xargs -0 printf '%b'
}

# blob SIGNER NUMBER NEXT REPORTS: a metadata BLOB about the sample's model, signed by that certificate.
blob()
{
	local header payload
	header=$(printf '{"alg":"ES256","typ":"JWT","x5c":["%s","%s"]}' "$(der "$1")" "$(der issuing)" | base64url)
	payload=$(
		cat <<-END | base64url
			{"legalHeader": "none", "no": $2, "nextUpdate": "$3", "entries": [{"aaguid": "$aaguid", "timeOfLastStatusChange": "2026-01-01",
			"statusReports": [$4], "metadataStatement": {"description": "Test Security Key", "keyProtection": ["hardware", "secure_element"],
			"matcherProtection": ["on_chip"], "isKeyRestricted": true,
			"attestationRootCertificates": ["$(base64 -w0 "$world/sample/root")"]}}]}
		END
	)
	printf '%s.%s.%s' "$header" "$payload" "$(printf '%s.%s' "$header" "$payload" |
		openssl dgst -sha256 -sign "$world/ca/$1.key" | raw_signature | base64url)"
}

# root_entry NAME: trust in the root of the metadata.
root_bundle()
{
	cat <<-END
		{"format": "keyenroll-trust-1", "name": "mds-test", "version": "1", "date": "2026-11-24", "anchors": [{"name": "Test MDS Root",
		"vendor": "test", "evidence": "fido", "shape": "metadata", "issuers_below": 1,
		"subject": "$(openssl x509 -in "$world/ca/root.pem" -outform DER | subject_of)",
		"public_key": "$(openssl pkey -in "$world/ca/root.key" -pubout -outform DER | base64 -w0)"}]}
	END
}

# subject_of: the subject's DER of a certificate, base64. In a root it is the issuer's as well, and stands behind the algorithm.
subject_of()
{
	local offset length
	cat >"$world/der"
	read -r offset length < <(openssl asn1parse -inform DER -in "$world/der" |
		sed -n 's/^ *\([0-9]*\):d=2  hl=\([0-9]*\) l= *\([0-9]*\) cons: SEQUENCE.*/\1 \2 \3/p' | awk 'NR == 2 { print $1, $2 + $3 }')
	tail -c +$((offset + 1)) "$world/der" | head -c "$length" | base64 -w0
}

# batch_bundle: distrust of the one attestation key of the sample.
batch_bundle()
{
	cat <<-END
		{"format": "keyenroll-trust-1", "name": "batch", "version": "1", "date": "2026-11-24", "distrusted": [{"name": "Test batch of 2026",
		"vendor": "test", "evidence": "fido", "code": "issuer.compromised", "reason": "its attestation key was published",
		"subject": "$(openssl x509 -inform DER -in "$world/sample/attestation-certificate" -noout -subject -nameopt RFC2253 >/dev/null &&
			certificate_subject)",
		"public_key": "$(openssl x509 -inform DER -in "$world/sample/attestation-certificate" -noout -pubkey |
			openssl pkey -pubin -outform DER | base64 -w0)"}]}
	END
}

certificate_subject()
{
	local offset length
	read -r offset length < <(openssl asn1parse -inform DER -in "$world/sample/attestation-certificate" |
		sed -n 's/^ *\([0-9]*\):d=2  hl=\([0-9]*\) l= *\([0-9]*\) cons: SEQUENCE.*/\1 \2 \3/p' | awk 'NR == 4 { print $1, $2 + $3 }')
	tail -c +$((offset + 1)) "$world/sample/attestation-certificate" | head -c "$length" | base64 -w0
}

serve()
{
	local port
	"$top/tests/e2e/https_server" "$world/www" "$world/ca/$1.pem" "$world/ca/$1.key" <&"$hold" >"$world/port.$1" 2>"$world/server.log" &
	for _ in {1..100}; do
		port=$(cat "$world/port.$1")
		[ -n "$port" ] && break
		sleep 0.1
	done
	echo "https://127.0.0.1:$port"
}

download()
{
	keyenroll mds --ca-file "$world/ca/tls.pem" --time-limit 20 download "$@"
}

appraise()
{
	keyenroll verify --attestation-object "$world/sample/attestation-object" --client-data-hash "$world/sample/client-data-hash" \
		--rp-id ssh: "$@"
}
