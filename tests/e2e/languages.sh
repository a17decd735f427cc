#!/bin/bash
# The installed command in other languages: by its locale, by LANGUAGE; English where there is no such locale, in the C locale and in
# JSON. Help fits a serial console in each of them.
. "$(dirname "$0")/world.sh"

command -v localedef >/dev/null && [ -d /usr/share/i18n/locales ] || world_skip "this system has no sources of locales"
world_install
export LOCPATH=$WORLD/locales
mkdir "$LOCPATH"
for locale in de_DE fr_FR; do
	localedef -i $locale -f UTF-8 "$LOCPATH/$locale.UTF-8" >"$WORLD/localedef.log" 2>&1 || world_die "$(cat "$WORLD/localedef.log")"
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
world_end
