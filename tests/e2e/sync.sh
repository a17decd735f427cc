#!/bin/bash
# keyenroll sync: a desk publishes on a web server, a host fetches, and people log in by what it has. A revocation arrives; what is older,
# from the future, damaged, cut short, empty or not there leaves the host as it was, as do a full disk and kill -9.
. "$(dirname "$0")/world.sh"
. "$top/tests/e2e/reports.bash"
. "$top/tests/e2e/tls.bash"

web=$WORLD/web tls=$WORLD/tls
mkdir -p "$web/garbage" "$web/garbage-list" "$web/older" "$web/future" "$web/empty" "$tls"

# publish: the desk's snapshot, last changed so long ago that the time of its content tells it from others; each is newer than the one before.
minutes=50
publish()
{
	keyenroll snapshot --output "$web/snapshot" || return 1
	minutes=$((minutes - 5))
	touch -d "$minutes minutes ago" "$web/snapshot" "$web/revoked.krl"
}

# copy_changed FOLDER SQL: the same with something else in it, last changed after all others.
copy_changed()
{
	cp "$web/snapshot" "$web/revoked.krl" "$web/$1" &&
		python3 -c 'import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute(sys.argv[2])
database.commit()' "$web/$1/snapshot" "$2" && touch -d "2 minutes ago" "$web/$1/snapshot"
}

# serve NAME: a server with that certificate; its port is in $WORLD/NAME.port, what it answers in $WORLD/NAME.log.
serve()
{
	"$top/tests/e2e/https_server" "$web" "$tls/$1.pem" "$tls/$1.key" <"$WORLD/hold" >"$WORLD/$1.port" 2>"$WORLD/$1.log" &
	world_wait 30 test -s "$WORLD/$1.port"
}

make_servers()
{
	tls_authority && tls_certificate right IP:127.0.0.1 && tls_certificate wrong DNS:desk.example.org || world_die "no certificates"
	mkfifo "$WORLD/hold"
	exec 9<>"$WORLD/hold"
	serve right && serve wrong || world_die "the servers do not start: $(cat "$WORLD/right.log")"
	url=https://127.0.0.1:$(cat "$WORLD/right.port") other=https://127.0.0.1:$(cat "$WORLD/wrong.port")
}

# fetch [/FOLDER] [OPTION]...: keyenroll sync from the server, or from that folder of it.
fetch()
{
	local folder=
	case ${1-} in /*)
		folder=$1
		shift
		;;
	esac
	keyenroll sync --ca-file "$tls/ca.pem" "$@" "$url$folder"
}

keep()
{
	cp -a "$state/snapshot" "$WORLD/kept" && cp -a "$state/revoked.krl" "$WORLD/kept.krl"
}

# as_it_was: nothing has changed since keep, and nothing lies about.
as_it_was()
{
	cmp "$state/snapshot" "$WORLD/kept" && cmp "$state/revoked.krl" "$WORLD/kept.krl" && [ "$(stat -c %y "$state/snapshot")" = "$(stat -c %y "$WORLD/kept")" ] &&
		no_leftover "$state"
}

no_leftover()
{
	[ -z "$(find "$1" -maxdepth 1 -name '*.sync')" ]
}

# sshd_refuses USER: by the list of revoked keys itself, which sshd reads.
sshd_refuses()
{
	[[ $(ssh-keygen -Q -f "$state/revoked.krl" "$WORLD/$1-cert.pub") == *REVOKED* ]]
}

set_up()
{
	world_install
	world_user alice
	world_user bob
	world_pcscd 2
	world_desk
	world_token one 5.7.4
	world_token two 5.7.4
	expect "alice is enrolled" world_enroll alice one --out "$WORLD/alice-cert.pub"
	expect "bob is enrolled" world_enroll bob two --out "$WORLD/bob-cert.pub"
	rm -f "$state/snapshot" "$state/revoked.krl"
	world_verifier
	world_gate | world_sshd gate
	make_servers
}

check_first()
{
	local before
	refuse "before a snapshot is there nobody enters" world_enters alice
	exits 64 "without an address and without sync.conf there is nothing to do" keyenroll sync
	expect "the desk publishes" publish
	exits 0 "the host fetches" fetch
	says '2 active, 0 revoked, made at 20' "both people's keys"
	expect "as files that everybody can read" test "$(stat -c %a "$state/snapshot" "$state/revoked.krl" | tr '\n' ' ')" = "644 644 "
	expect "alice enters" world_enters alice
	expect "bob enters" world_enters bob
	keep
	before=$(wc -l <"$WORLD/right.log")
	exits 0 "the host fetches again" fetch
	says 'unchanged, made at 20' "what has not changed"
	expect "by one request" test "$(tail -n +$((before + 1)) "$WORLD/right.log")" = "GET /snapshot 304"
	expect "and the files stay what they were" as_it_was
	report 0 sync "as JSON that is what its schema says" fetch --json
	holds '.changed == false' "unchanged"
	touch "$state/snapshot"
	exits 0 "a snapshot that came by other means has a time of its own" fetch
	says '2 active' "and is fetched anew"
}

check_revocation()
{
	mkdir "$web/first" && cp -p "$web/snapshot" "$web/revoked.krl" "$web/first"
	expect "bob's key is revoked" keyenroll revoke --reason lost bob
	expect "the host does not know yet: bob enters" world_enters bob
	expect "that is published" publish
	report 0 sync "and fetched, with a report as its schema says" fetch --json
	holds '.changed and .active == 1 and .revoked == 1' "one active, one revoked"
	refuse "bob stays out" world_enters bob
	expect "as enrollment.revoked" world_logged enrollment.revoked
	expect "sshd's own list has his key" sshd_refuses bob
	refuse "and not hers" sshd_refuses alice
	expect "alice enters" world_enters alice
	keep
}

# refused STATUS WORD TEXT FOLDER [OPTION]...: whatever the server gives, the host is as it was.
refused()
{
	exits "$1" "$3" fetch "${@:4}"
	says "\[$2\]" "as $2"
	expect "and nothing has changed" as_it_was
}

check_hostile()
{
	copy_changed older "UPDATE snapshot SET made_at = made_at - 1"
	copy_changed future "UPDATE snapshot SET made_at = made_at + 100000"
	copy_changed empty "DELETE FROM enrollment WHERE certificate IS NOT NULL"
	head -c 100000 /dev/urandom >"$web/garbage/snapshot"
	cp "$web/revoked.krl" "$web/garbage"
	cp "$web/snapshot" "$web/garbage-list"
	head -c 10000 /dev/urandom >"$web/garbage-list/revoked.krl"
	# what is fetched below is newer than what is there, by the server's own word
	touch -d "1 minute ago" "$web"/*/snapshot
	refused 1 snapshot.rollback "an older one is refused" /older
	refused 1 snapshot.rollback "the one from before the revocation is refused" /first
	refused 1 snapshot.future "one from the future is refused" /future
	refused 1 snapshot.future "by hand as well" /future --allow-older
	refused 1 snapshot.empty "one in which nobody is active is refused" /empty
	refused 4 snapshot.format "garbage is refused" /garbage
	refused 2 revocation-list.format "a list that is garbage is refused" /garbage-list
	refused 4 download.failed "a folder that is not there is" /nothing
	refused 4 download.failed "a server that breaks off is given up" /cut --allow-older
	refused 4 snapshot.format "half a file that claims to be all of it is refused" /short --allow-older
	exits 4 "a server of another name is not asked" keyenroll sync --ca-file "$tls/ca.pem" "$other"
	exits 4 "nor one of an authority that the system does not know" keyenroll sync "$url"
	exits 64 "http is no way" keyenroll sync "http${url#https}"
	exits 64 "nor is an address with a question in it" keyenroll sync "$url/?x="
	expect "nothing has changed" as_it_was
	refuse "bob stays out" world_enters bob
	expect "alice enters" world_enters alice
	exits 0 "by hand one goes back" fetch /first --allow-older
	expect "so bob enters" world_enters bob
	exits 0 "and forth again" fetch --allow-older
	refuse "bob stays out" world_enters bob
	exits 0 "by hand everybody is shut out" fetch /empty --allow-empty
	refuse "alice too" world_enters alice
	exits 0 "and let in" fetch --allow-older
	expect "so she enters" world_enters alice
	keep
}

# What cannot be read lets nobody in, so it does not stand in the way of what can.
check_mending()
{
	cp "$web/garbage/snapshot" "$state/snapshot"
	refuse "with a damaged snapshot nobody enters" world_enters alice
	exits 0 "it is replaced" fetch
	expect "and alice enters" world_enters alice
	rm "$state/snapshot" && ln -s "$web/snapshot" "$state/snapshot"
	exits 2 "a link in its place is left to who made it" fetch
	rm "$state/snapshot"
	cp "$web/garbage-list/revoked.krl" "$state/revoked.krl"
	exits 0 "a damaged list is replaced" fetch
	refuse "bob stays out" world_enters bob
	rm -f "$state/snapshot"
	exits 1 "the list alone knows what is revoked" fetch /first
	says 'snapshot.rollback' "as snapshot.rollback"
	exits 0 "the snapshot comes back" fetch
	keep
}

check_full_disk()
{
	mkdir "$WORLD/small"
	mount -t tmpfs -o size=512k tmpfs "$WORLD/small"
	exits 0 "a host with a small disk fetches" fetch --output "$WORLD/small/snapshot"
	cp "$WORLD/small/snapshot" "$WORLD/small.kept"
	dd if=/dev/zero of="$WORLD/small/filler" bs=4k 2>/dev/null
	exits 4 "when it is full, no more" fetch --allow-older --output "$WORLD/small/snapshot"
	says 'No space left.*\[system.file\]' "for that reason"
	expect "what was there is there" cmp "$WORLD/small/snapshot" "$WORLD/small.kept"
	expect "and no leftover" no_leftover "$WORLD/small"
	rm "$WORLD/small/filler"
	exits 0 "with room it goes on" fetch --allow-older --output "$WORLD/small/snapshot"
	umount "$WORLD/small"
}

check_kill()
{
	world_daemon held keyenroll sync --ca-file "$tls/ca.pem" --allow-older "$url/hold"
	expect "half of a file has come" world_wait 30 test -s "$state/snapshot.sync"
	exits 4 "a second one does not come between" fetch --allow-older
	says 'another "keyenroll sync" is at work' "and says why"
	world_kill held KILL
	expect "the first one is killed: what was there is there" cmp "$state/snapshot" "$WORLD/kept"
	expect "alice enters" world_enters alice
	head -c 1000000 /dev/zero >>"$state/snapshot.sync"
	exits 0 "the next one goes on" fetch --allow-older
	expect "and takes away what was left" as_it_was
}

check_folder()
{
	cp -a "$web" "$WORLD/share"
	exits 0 "a mounted folder serves as well" keyenroll sync --allow-older "$WORLD/share"
	exits 0 "also as an address" keyenroll sync "file://$WORLD/share/"
	says 'unchanged' "and what is unchanged stays"
	exits 4 "a folder without the files does not" keyenroll sync "$tls"
	exits 64 "nor does a path from nowhere" keyenroll sync share
}

check_settings()
{
	printf 'url = "%s"\nca-file = "%s"\n' "$url" "$tls/ca.pem" >"$config/sync.conf"
	exits 0 "sync.conf names server and authorities" keyenroll sync
	says 'made at' "and that is fetched"
	printf 'url = "%s"\nuri = "%s"\n' "$url" "$url" >"$config/sync.conf"
	exits 2 "a mistake in it is told" keyenroll sync
	says "sync.conf:2: .*uri" "with file and line"
	expect "and refuses no login" world_enters alice
	printf 'ca-file = "/x"\n' >"$config/sync.conf"
	exits 2 "without url it says nothing" keyenroll sync
	chmod 666 "$config/sync.conf"
	exits 2 "nor when everybody may write it" keyenroll sync
	rm "$config/sync.conf"
}

world_syslog
world_journal
set_up
if grep -q 'without libcurl' <<<"$(keyenroll sync https://127.0.0.1:1/ 2>&1)"; then
	expect "the desk publishes" publish
	check_folder
	world_end
fi
check_first
check_revocation
check_hostile
check_mending
check_full_disk
check_kill
check_folder
check_settings
world_end
