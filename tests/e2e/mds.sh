#!/bin/bash
# mds: FIDO metadata from the server to the verdict. BLOBs that are signed under a root of this test's own are imported and downloaded, an
# attestation is appraised by what they say of its model, and its batch is distrusted by a file. Needs neither root nor a token nor a network.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${KEYENROLL_BUILD:-${top_builddir:-$top/build}}
work=$(mktemp -d "${TMPDIR:-/tmp}/keyenroll-mds.XXXXXX")
num=0 failures=0
unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY
tls=$work/tls
mkdir "$work/site" "$tls"
. "$top/tests/e2e/tls.bash"
mkfifo "$work/hold"
exec 9<>"$work/hold" # held open, so that the servers do not find its end
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT

keyenroll()
{
	local verb=$1
	shift
	"$build/keyenroll" "$verb" --bundle "$top/policy/data/trust.json" --trust "$work/site" --metadata "$work/metadata" "$@"
}

result()
{
	num=$((num + 1))
	if [ "$1" = yes ]; then
		echo "ok $num - $2"
	else
		failures=$((failures + 1))
		echo "not ok $num - $2"
		sed 's/^/#   /' "$work/output"
	fi
}

# exits STATUS TEXT COMMAND...
exits()
{
	local wanted=$1 text=$2 status
	shift 2
	"$@" >"$work/output" 2>&1 </dev/null
	status=$?
	if [ $status -eq "$wanted" ]; then result yes "$text"; else result no "$text (exits with $status, not $wanted)"; fi
}

# says PATTERN TEXT: of the last output.
says()
{
	if grep -qE -e "$1" "$work/output"; then result yes "$2"; else result no "$2"; fi
}

# days_ago NUMBER: before this script began; midnight may come while it runs.
now=$(date +%s)
days_ago()
{
	date -u -d "@$((now - $1 * 86400))" +%F
}

appraise()
{
	keyenroll verify --evidence-only --attestation-object "$work/attestation-object" --client-data-hash "$work/client-data-hash" \
		--rp-id ssh: "$@"
}

check_import()
{
	exits 0 "a BLOB is imported" keyenroll mds import "$work/seven"
	says 'no 7.* 1 models' "and summed up"
	exits 0 "a newer one is" keyenroll mds import "$work/nine"
	exits 0 "the same again is" keyenroll mds import "$work/nine"
	exits 1 "an older one is not" keyenroll mds import "$work/seven"
	says 'mds.rollback' "since the number never goes back"
	exits 1 "another one of the same number is not" keyenroll mds import "$work/nine-other"
	says 'mds.rollback' "since one of the two is false"
	exits 1 "one that should have been replaced long ago is not" keyenroll mds import "$work/old"
	says 'mds.out-of-date' "and that is said"
	exits 0 "as of its own time it is taken" keyenroll mds --time "$(days_ago 169)" import "$work/old"
	says 'warning: its next update is 31 days overdue' "with a warning that it is late"
	rm "$work/metadata"
	exits 0 "the one from before stands again" keyenroll mds import "$work/seven"
	exits 0 "an entry is shown" keyenroll mds show 11111111-1111-1111-1111-111111111111
	says 'Test Security Key' "by its model's name"
	exits 2 "one that is not there is not" keyenroll mds show 21111111-1111-1111-1111-111111111111
}

check_verdict()
{
	exits 0 "the attestation is genuine" appraise
	says 'certification-level +implied +L1|certification-level.*L1' "and certified, as the metadata says"
	exits 0 "metadata that reports it revoked is imported" keyenroll mds import "$work/revoked"
	exits 1 "then it is refused" appraise
	says 'mds.status' "for that reason"
	rm "$work/metadata"
	exits 0 "without metadata nothing is known of that" appraise
}

# What an administrator has of a batch: the hash that each enrollment keeps, or the certificate's key.
check_batch()
{
	local kind
	"$build/keyenroll" verify --bundle "$top/policy/data/trust.json" --trust "$work/site" --evidence-only --json --rp-id ssh: \
		--attestation-object "$work/attestation-object" --client-data-hash "$work/client-data-hash" >"$work/output" 2>&1
	says "$(sha256sum <"$work/attestation-certificate" | cut -d' ' -f1)" "a result names the batch by its certificate's SHA-256"
	for kind in hash key; do
		cp "$work/batch-$kind.json" "$work/site"
		exits 1 "a batch that the site distrusts by its $kind is refused" appraise
		says 'issuer.compromised' "as compromised"
		rm "$work/site/batch-$kind.json"
	done
	exits 0 "and no longer when the file is gone" appraise
	cat >"$work/policy.conf" <<-END
		rule "leaked" {
			device-certificate = { "$(sha256sum <"$work/attestation-certificate" | cut -d' ' -f1)" }
			then = refuse
		}
		rule "rest" {
			format = { fido }
			assurance = { organisation, vendor }
			then = accept
		}
	END
	exits 1 "a rule can name the batch as well" keyenroll verify --policy "$work/policy.conf" --rp-id ssh: \
		--attestation-object "$work/attestation-object" --client-data-hash "$work/client-data-hash"
	says 'leaked' "and is told"
}

# The alliance's own BLOB of September 2023, under the shipped bundle, as on a day when it was current; test data and examples are none.
check_genuine()
{
	local data=$top/../shared/data sample
	if [ ! -r "$data/mds/real-no31-20230901/blob.jwt" ]; then
		num=$((num + 1))
		echo "ok $num - genuine BLOBs # SKIP they are not here: $data/mds"
		return
	fi
	rm -f "$work/metadata"
	exits 1 "a genuine BLOB of 2023 is not taken today" keyenroll mds import "$data/mds/real-no31-20230901/blob.jwt"
	says 'mds.signer.*|older BLOB' "since its signer has expired"
	exits 0 "as on a day of 2023 it is" keyenroll mds --time 2023-09-20 import "$data/mds/real-no31-20230901/blob.jwt"
	says 'no 31, next update 2023-10-01: 157 models' "with all its models"
	exits 1 "the one of the conformance tests never is" \
		keyenroll mds --time 2023-09-20 import "$data/mds/conformance-fake-no42-2023/blob.jwt"
	exits 1 "nor is the specification's example" keyenroll mds --time 2023-09-20 import "$data/mds/spec-example-2020/blob.jwt"
	sample=$data/fido/packed-security-key-nfc-by-yubico
	genuine()
	{
		keyenroll verify --evidence-only --attestation-object "$sample/attestation-object.cbor" \
			--client-data-hash "$sample/client-data-hash.bin" --rp-id "$(cat "$sample/rp-id.txt")" "$@"
	}
	exits 0 "a genuine YubiKey is appraised by it as of then" genuine --time 2023-09-20
	says 'certification-level.*L[12]' "with its certification"
	exits 0 "today the metadata is out of date" genuine
	says 'mds.out-of-date|outdated' "and that is said"
}

# serve NAME: a server with that certificate; its port is in $work/NAME.port.
serve()
{
	"$top/tests/e2e/https_server" "$work" "$tls/$1.pem" "$tls/$1.key" <"$work/hold" >"$work/$1.port" 2>"$work/$1.log" &
	servers+=($!)
	for _ in {1..600}; do
		[ -s "$work/$1.port" ] && return
		sleep 0.1
	done
}

download()
{
	local port=$1 path=$2 limit=${3:-120}
	keyenroll mds --ca-file "$tls/ca.pem" --time-limit "$limit" download "https://127.0.0.1:$port/$path"
}

check_download()
{
	local right wrong begin
	tls_authority
	tls_certificate right IP:127.0.0.1
	tls_certificate wrong DNS:mds.example.org
	serve right
	serve wrong
	right=$(cat "$work/right.port") wrong=$(cat "$work/wrong.port")
	rm -f "$work/metadata"
	exits 0 "a BLOB is downloaded" download "$right" seven
	says 'no 7' "checked and stored"
	cp "$work/nine" "$work/blob"
	exits 0 "a redirect to https is followed" download "$right" moved
	exits 1 "an older one is refused here, too" download "$right" seven
	exits 2 "something else is no BLOB" download "$right" trust.json
	exits 4 "a redirect to http is not followed" download "$right" plain
	exits 4 "nor a circle" download "$right" circle
	exits 4 "an address without a file is an error" download "$right" nothing
	says '404' "that is named"
	exits 4 "more than is taken is refused as it comes" download "$right" endless
	says 'more than the 16777216 bytes' "and that is said"
	exits 4 "and before it comes" download "$right" huge
	begin=$SECONDS
	exits 4 "a server that stops is given up" download "$right" slow 2
	says 'after 2 seconds' "after the time that was given"
	if [ $((SECONDS - begin)) -lt 25 ]; then result yes "and not much later"; else result no "and not much later"; fi
	exits 4 "a certificate for another name is refused" download "$wrong" seven
	exits 4 "and one of an authority that the system does not know" keyenroll mds download "https://127.0.0.1:$right/seven"
	exits 64 "http is no way" keyenroll mds download "http://127.0.0.1:$right/seven"
	exits 4 "nor is a server that is not there" download 1 seven
}

cat >"$work/list" <<-END
	seven 7 2099-01-01 FIDO_CERTIFIED_L1
	nine 9 2099-01-01 FIDO_CERTIFIED_L1
	nine-other 9 2099-02-02
	old 11 $(days_ago 200)
	revoked 13 2099-01-01 REVOKED
END
if ! "$build/tests/forgery/fido_sample" packed "$work" "$work/list" >"$work/output" 2>&1; then
	result no "the samples are made"
	echo "1..$num"
	exit 1
fi
cp "$work/mds.json" "$work/trust.json" "$work/site"
check_import
check_verdict
check_batch
check_genuine
if grep -q 'without libcurl' <<<"$("$build/keyenroll" mds download https://127.0.0.1:1/ 2>&1)"; then
	num=$((num + 1))
	echo "ok $num - download # SKIP this build has no libcurl"
else
	check_download
fi
echo "1..$num"
[ $failures -eq 0 ]
