# reports.bash: how a verb ends, what it says and whether its report is as its schema says; sourced after world.sh.

# exits STATUS TEXT COMMAND...: passes where the command ends with that status.
exits()
{
	local wanted=$1 text=$2 status
	shift 2
	world_run "$@"
	status=$?
	if [ $status -eq "$wanted" ]; then ok "$text"; else not_ok "$text (exits with $status, not $wanted)" "$WORLD/output"; fi
}

# says PATTERN TEXT: the output of the last command matches the extended regular expression.
says()
{
	if grep -qE -e "$1" "$WORLD/output"; then ok "$2"; else not_ok "$2" "$WORLD/output"; fi
}

# report STATUS NAME TEXT COMMAND...: as exits, and its standard output is a report of the schema NAME; it stays in $WORLD/json.
report()
{
	local wanted=$1 name=$2 text=$3 status
	shift 3
	"$@" >"$WORLD/json" 2>"$WORLD/output"
	status=$?
	if [ $status -ne "$wanted" ]; then
		not_ok "$text (exits with $status, not $wanted)" "$WORLD/output" "$WORLD/json"
		return
	fi
	"$top/tests/e2e/schema_check" "$name" "$WORLD/json" 2>>"$WORLD/output"
	case $? in
	0) ok "$text" ;;
	77) skip "$text" "python3-jsonschema is not installed" ;;
	*) not_ok "$text" "$WORLD/output" "$WORLD/json" ;;
	esac
}

# holds FILTER TEXT: jq's filter is true of the last report.
holds()
{
	if jq -e "$1" "$WORLD/json" >/dev/null; then ok "$2"; else not_ok "$2" "$WORLD/json"; fi
}
