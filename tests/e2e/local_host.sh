#!/bin/bash
# local_host: the programs that the PAM module lives in: one with threads and a SIGCHLD handler of its own, pamtester with a module that
# AddressSanitizer watches, login(1) on a terminal; and what a PIV token is asked when the PIN is there: three commands.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"

for program in pamtester login; do
	command -v "$program" >/dev/null || world_skip "this system has no $program"
done

module=$prefix/lib/security/pam_keyenroll.so
services=$WORLD/services
mkdir -p "$services"

# service FOLDER NAME MODULE
service()
{
	printf 'auth required %s mode=local wait=2\naccount required pam_permit.so\nsession required pam_permit.so\n' "$3" >"$1/$2"
}

world_install
world_user alice
world_syslog
world_pcscd 2
world_desk
world_trace=yes
world_token one 5.7.4
world_enroll alice one >"$WORLD/enroll.log" 2>&1 || world_die "$(cat "$WORLD/enroll.log")"
world_snapshot >"$WORLD/snapshot.log" 2>&1 || world_die "$(cat "$WORLD/snapshot.log")"
world_verifier

# ---- a program with threads -----------------------------------------------------------------------------------------------------
service "$services" host "$module"
host()
{
	printf '%s\n' "$pin" 999999 "$pin" | "$build/tests/e2e/pam_host" "$services" host alice
}
expect "a program with threads and its own SIGCHLD handler is left as it was" host
results()
{
	[ "$(grep '^authenticate' "$WORLD/output" | tr '\n' ' ')" = "$1" ]
}
results "authenticate 0 authenticate 7 authenticate 0 " && ok "it was yes, no by a wrong PIN, and yes" ||
	not_ok "it was yes, no by a wrong PIN, and yes" "$WORLD/output"
cat >"$services/nobody" <<-END
	auth required $module mode=local wait=1 socket=/nowhere
	account required $module mode=ssh
	session required $module mode=ssh
END
refused_host()
{
	"$build/tests/e2e/pam_host" "$services" nobody alice </dev/null
}
expect "also where nobody answers, in each phase" refused_host
results "authenticate 9 authenticate 9 authenticate 9 " && ok "which is PAM_AUTHINFO_UNAVAIL" ||
	not_ok "which is PAM_AUTHINFO_UNAVAIL" "$WORLD/output"

# ---- three commands -------------------------------------------------------------------------------------------------------------
lines=$(wc -l <"$WORLD/one.trace")
service /etc/pam.d locker "$module"
locks()
{
	printf '%s\n' "$pin" | pamtester locker alice authenticate
}
expect "alice unlocks with her PIN" locks
# Behind the last SELECT of the PIV application: nothing but the PIN and the signature.
commands()
{
	tail -n "+$((lines + 1))" "$WORLD/one.trace" | sed -n 's/^> *//p' | tr 'A-F' 'a-f' | cut -c1-4 | tail -n 3 | tr '\n' ' '
}
[ "$(commands)" = "00a4 0020 0087 " ] && ok "SELECT, VERIFY, GENERAL AUTHENTICATE and no more" ||
	not_ok "SELECT, VERIFY, GENERAL AUTHENTICATE and no more: $(commands)" "$WORLD/one.trace"

# ---- AddressSanitizer -----------------------------------------------------------------------------------------------------------
watched()
{
	local defines sources
	mapfile -t sources < <(module_sources)
	read -ra defines < <(module_defines)
	gcc -std=gnu11 -D_GNU_SOURCE -g -O1 -fPIC -shared -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-fvisibility=hidden -Wl,--version-script="$top/pam_module/pam_keyenroll.map" -I"$top" -I"$build" -DHAVE_CONFIG_H \
		"${defines[@]}" -o "$WORLD/watched.so" "${sources[@]}" -lpam
}
module_sources()
{
	find "$top/pam_module" -name '*.c' ! -name keyenroll_sshd.c ! -name chain.c
	make --no-print-directory -s -C "$build" -f - list <<<'include Makefile
list:
	@for file in $(filter common/%.c,$(libcommon_la_SOURCES)); do echo $(abs_top_srcdir)/$$file; done'
}
module_defines()
{
	make --no-print-directory -s -C "$build" -f - list <<<'include Makefile
list:
	@echo $(DEFS) $(AM_CPPFLAGS)' | tr ' ' '\n' | grep '^-D' | tr '\n' ' '
}
if ! command -v gcc >/dev/null; then
	skip "AddressSanitizer finds nothing in the module" "this system has no compiler"
elif world_run watched; then
	service /etc/pam.d locker "$WORLD/watched.so"
	asan()
	{
		LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=1:exitcode=77:verify_asan_link_order=0 "$@"
	}
	asan_yes()
	{
		printf '%s\n' "$pin" | asan pamtester locker alice authenticate
	}
	asan_no()
	{
		printf '999999\n' | asan pamtester locker alice authenticate
		[ $? -eq 1 ]
	}
	expect "AddressSanitizer and LeakSanitizer find nothing in the module where it says yes" asan_yes
	expect "nor where it says no" asan_no
else
	not_ok "the module builds with sanitizers" "$WORLD/output"
fi

# ---- login(1) -------------------------------------------------------------------------------------------------------------------
service /etc/pam.d login "$module"
walk=$top/tests/e2e/terminal_walk
entered=/opt/home/alice/entered
logs_in()
{
	"$walk" 'PIN for[^\n]*: ' "$pin" '[$] ' "id -un >$entered; exit" -- login alice
	grep -qx alice "$entered"
}
# login(1) may ask on and on then.
is_turned_away()
{
	rm -f "$entered"
	"$walk" 'PIN for[^\n]*: ' 999999 'Login incorrect' '!pkill -KILL -x -P $PPID login' -- login alice
	[ $? -ne 99 ] && [ ! -e "$entered" ]
}
expect "login: alice gets her shell with token and PIN" logs_in
expect "login: not with a wrong PIN" is_turned_away
world_end
