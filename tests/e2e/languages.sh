#!/bin/bash
# The installed command in other languages: by its locale, by LANGUAGE; English where there is no such locale, in the C locale and in
# JSON. Help fits a serial console in each of them. What a token's person reads at real sudo and su, which the verifier says and the
# PAM module translates, in the language that these programs have chosen; the log in English.
. "$(dirname "$0")/world.sh"

command -v localedef >/dev/null && [ -d /usr/share/i18n/locales ] || world_skip "this system has no sources of locales"
world_install
# Where the system itself has them: a set-user-id program does not look elsewhere.
mkdir "$WORLD/locales"
cp -a /usr/lib/locale/. "$WORLD/locales/"
mount --bind "$WORLD/locales" /usr/lib/locale
for locale in de_DE fr_FR; do
	localedef -i $locale -f UTF-8 "/usr/lib/locale/$locale.UTF-8" >"$WORLD/localedef.log" 2>&1 || world_die "$(cat "$WORLD/localedef.log")"
done

# says TEXT PATTERN VARIABLE=... COMMAND...: the command, which fails, shows the pattern.
says()
{
	local text=$1 pattern=$2
	shift 2
	env "$@" >"$WORLD/output" 2>&1
	if grep -qF -e "$pattern" "$WORLD/output"; then ok "$text"; else not_ok "$text" "$WORLD/output"; fi
}

# narrow LOCALE: every verb's help in 80 columns.
narrow()
{
	local verb
	export LC_ALL=$1
	while read -r verb; do
		# shellcheck disable=SC2086 # a verb may have two words
		keyenroll help $verb </dev/null | LC_ALL=C.UTF-8 grep -E '^.{81,}' && return 1
	done < <(keyenroll help --json | jq -r '.verbs[].name')
	keyenroll --help | LC_ALL=C.UTF-8 grep -E '^.{81,}' && return 1
	[ "$(keyenroll help --json | jq '.verbs | length')" -gt 20 ]
}

says "German by LC_ALL" 'ein Verb "frob" gibt es nicht [usage]' LC_ALL=de_DE.UTF-8 keyenroll frob
says "with the next step" 'keyenroll: weiter: "keyenroll help" nennt die Verben' LC_ALL=de_DE.UTF-8 keyenroll frob
says "German by LANG" 'ein Verb "frob" gibt es nicht' LC_ALL= LANG=de_DE.UTF-8 keyenroll frob
says "French by LC_ALL" "il n'y a pas de verbe \"frob\" [usage]" LC_ALL=fr_FR.UTF-8 keyenroll frob
says "French before German by LANGUAGE" "il n'y a pas de verbe" LC_ALL=de_DE.UTF-8 LANGUAGE=fr:de keyenroll frob
says "an accent arrives" "désactivez" LC_ALL=fr_FR.UTF-8 sh -c 'printf "PasswordAuthentication yes\nUsePAM yes\n" >conf; keyenroll doctor --sshd-config conf'
says "English where there is no such locale" 'there is no verb "frob"' LC_ALL=xx_XX.UTF-8 LANGUAGE=de keyenroll frob
says "English in the C locale" 'there is no verb "frob"' LC_ALL=C LANGUAGE=de keyenroll frob
says "English for a language that nobody translated" 'there is no verb "frob"' LC_ALL=de_DE.UTF-8 LANGUAGE=eo keyenroll frob
says "English in JSON" 'there is no verb \"frob\"' LC_ALL=de_DE.UTF-8 keyenroll frob --json
says "a verb's words as well" 'es gibt: token info' LC_ALL=de_DE.UTF-8 keyenroll token
says "a libc's sentence as well" 'Datei oder Verzeichnis nicht gefunden' LC_ALL=de_DE.UTF-8 keyenroll verify /nowhere
expect "German help in 80 columns" narrow de_DE.UTF-8
expect "French help in 80 columns" narrow fr_FR.UTF-8
unset LC_ALL

world_pcscd 2
world_desk
world_token one 5.7.4
export LC_ALL=de_DE.UTF-8
expect "an enrollment in German" world_enroll alice one
cp "$WORLD/output" "$WORLD/summary"
says "whose summary says so" 'Gültig bis' cat "$WORLD/summary"
says "and show" 'Jetzt beurteilt:' keyenroll show alice
unset LC_ALL

# ---- sudo and su ------------------------------------------------------------------------------------------------------------
for program in sudo pamtester setpriv; do
	command -v "$program" >/dev/null || world_skip "this system has no $program"
done

# service NAME OPTION...: a PAM service that a token at this machine alone decides
service()
{
	local name=$1
	shift
	printf 'auth required %s mode=local %s\naccount required pam_permit.so\nsession required pam_permit.so\n' \
		"$prefix/lib/security/pam_keyenroll.so" "$*" >"/etc/pam.d/$name"
}

# alice LINE... -- COMMAND...: the command as alice, who types these lines
alice()
{
	local lines=()
	while [ "$1" != -- ]; do
		lines+=("$1")
		shift
	done
	shift
	printf '%s\n' "${lines[@]}" | setpriv --reuid alice --regid alice --init-groups -- env "$@"
}

# shown TEXT PATTERN...: the last command has shown each of these
shown()
{
	local text=$1 pattern
	shift
	for pattern; do
		grep -qF -e "$pattern" "$WORLD/output" || {
			not_ok "$text: $pattern" "$WORLD/output"
			return
		}
	done
	ok "$text"
}

world_user alice
world_syslog
world_token two 5.7.4
expect "a key that wants to be touched" world_enroll alice two --touch-policy always
world_token_stop one
world_snapshot >"$WORLD/output" 2>&1 || world_die "$(cat "$WORLD/output")"
world_verifier
printf 'Defaults timestamp_timeout=0, passwd_tries=1, !lecture\nalice ALL=(ALL) ALL\n' >/etc/sudoers.d/alice
chmod 440 /etc/sudoers.d/alice
service sudo talk wait=2
service su talk wait=2
service locker wait=2
german=LC_ALL=de_DE.UTF-8 french=LC_ALL=fr_FR.UTF-8

expect "sudo in German, with the right PIN" alice "$pin" -- $german sudo -k -S true
shown "asks in German, and says to touch the token" 'PIN (piv ' ', noch 3 Versuche): ' 'Jetzt berühren: piv '
refuse "sudo in German, with a wrong PIN" alice 999999 -- $german sudo -k -S true
shown "says how many tries are left" 'die PIN ist falsch; 2 Versuche sind übrig'
expect_logged "the log says so in English" 'the PIN is wrong; 2 tries are left'
expect "su in French, with the right PIN" alice "$pin" -- $french su -c true alice
shown "asks in French, and says to touch the token" 'PIN (piv ' ', encore 2 essais) : ' 'À toucher maintenant : piv '
refuse "su in French, with a wrong PIN" alice 999999 -- $french su -c true alice
shown "says how many tries are left" 'le PIN est faux ; il reste 2 essais'
refuse "in English where there is no such locale" alice 999999 -- LC_ALL=xx_XX.UTF-8 LANGUAGE=de su -c true alice
shown "as before" '(2 tries left): ' 'the PIN is wrong; 1 try is left'
mkdir -p "$WORLD/evil/de/LC_MESSAGES"
msgfmt -o "$WORLD/evil/de/LC_MESSAGES/keyenroll.mo" - <<-'END'
	msgid ""
	msgstr "Content-Type: text/plain; charset=UTF-8\n"

	msgid "%s: only ONE try is left, and a wrong PIN blocks it. Go on (yes/no)? "
	msgstr "Type your password: %s"

	msgid "there is no verb \"%s\""
	msgstr "from elsewhere: %s"
END
elsewhere=LANGUAGE=../../../../../../..$WORLD/evil/de
says "a caller's own catalogue serves a program without privileges" 'from elsewhere: frob' $german "$elsewhere" keyenroll frob
refuse "su, whose caller brings one" alice no -- $german "$elsewhere" su -c true alice
shown "is not led to it" 'only ONE try is left'
refuse "the last try in German" alice no -- $german sudo -k -S true
shown "wants a consent" 'nur noch EIN Versuch' 'Zum Fortfahren ja tippen: ' 'dem letzten Versuch wurde nicht zugestimmt'
refuse "which is given in vain" alice ja 999999 -- $german sudo -k -S true
shown "for now it is blocked" 'noch 1 Versuch): ' 'die PIN ist gesperrt'
refuse "a blocked PIN in French" alice "$pin" -- $french su -c true alice
shown "who helps" 'le PIN est bloqué (piv ' ' : le guichet le débloque avec le PUK'
refuse "a program that has chosen no language" alice "$pin" -- $german pamtester locker alice authenticate
shown "hears English" 'the helpdesk unblocks it with the PUK'
world_token_stop two
refuse "without a token, in German" alice "$pin" -- $german sudo -k -S true
shown "she is told to plug one in" 'Bitte Ihr Token einstecken' 'kein Token dieser Person wurde innerhalb von 2 Sekunden eingesteckt'
grep -o 'SHA256:[A-Za-z0-9+/]*' <(keyenroll show alice) | sort -u | while read -r fingerprint; do
	keyenroll revoke --reason lost "$fingerprint"
done >"$WORLD/output" 2>&1
world_snapshot >"$WORLD/output" 2>&1
refuse "a revoked token, in German" alice "$pin" -- $german sudo -k -S true
shown "she is told what the verifier has decided" 'das Token von alice ist widerrufen'
world_end
