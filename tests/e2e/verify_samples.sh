#!/bin/bash
# verify_samples: each genuine PIV and FIDO sample of ../shared/data is accepted by `keyenroll verify` and each negative one is not, with
# the shipped trust bundle and nothing else. expected.tsv there has a row a sample: folder, exit status ("!": any but 0), and
# the arguments to say inside that folder. Needs neither root nor a token.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${KEYENROLL_BUILD:-${top_builddir:-$top/build}}
data=$top/../shared/data
keyenroll=$build/keyenroll
num=0 failures=0
nothing=$(mktemp -d)
trap 'rmdir "$nothing"' EXIT

if [ ! -r "$data/expected.tsv" ]; then
	echo "ok 1 - verify_samples # SKIP the samples are not here: $data"
	echo "1..1"
	exit 0
fi

# A refusal has to be one: exit statuses 1 and 2 are the appraisal's, anything above is trouble of another kind.
matches()
{
	case $1 in
	!) [ "$2" -eq 1 ] || [ "$2" -eq 2 ] ;;
	*) [ "$2" -eq "$1" ] ;;
	esac
}

while IFS=$'\t' read -r folder wanted arguments; do
	[[ $folder == piv/* || $folder == fido/* || $folder == ssh-sk/* ]] || continue
	num=$((num + 1))
	# The arguments are words without blanks in them.
	output=$(cd "$data/$folder" && "$keyenroll" verify --bundle "$top/policy/data/trust.json" --trust "$nothing" \
		$arguments 2>&1 </dev/null)
	status=$?
	if matches "$wanted" $status; then
		echo "ok $num - $folder: $status"
	else
		failures=$((failures + 1))
		echo "not ok $num - $folder: $status, wanted $wanted"
		sed 's/^/#   /' <<<"$output"
	fi
done <"$data/expected.tsv"
echo "1..$num"
[ $num -gt 0 ] && [ $failures -eq 0 ]
