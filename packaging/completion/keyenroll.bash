# shellcheck shell=bash
# Completion of keyenroll in bash. The command itself says which words it knows.

# What a value of this kind can be.
_keyenroll_value()
{
	case $1 in
	*USER* | *ACCOUNT*) compgen -u -- "$2" ;;
	DIR) compgen -d -- "$2" ;;
	*FILE* | *EVIDENCE* | MODULE) compgen -f -- "$2" ;;
	*VERB*) compgen -W "$(keyenroll help --words 2>/dev/null | cut -f1)" -- "$2" ;;
	esac
}

_keyenroll()
{
	local current=$2 previous=$3 words kind
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words=$(keyenroll help --words 2>/dev/null | cut -f1)
		mapfile -t COMPREPLY < <(compgen -W "$words --help --version" -- "$current")
		return
	fi
	# A verb may have two words: "token pin".
	if ((COMP_CWORD < 3)) || ! words=$(keyenroll help --words "${COMP_WORDS[1]}" "${COMP_WORDS[2]}" 2>/dev/null); then
		words=$(keyenroll help --words "${COMP_WORDS[1]}" 2>/dev/null) || return
	fi
	kind=$(awk -F '\t' -v word="$previous" '$1 == word { print $2 }' <<<"$words")
	if [ -n "$kind" ]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(_keyenroll_value "$kind" "$current")
		return
	fi
	kind=$(awk -F '\t' '$1 == "" { print $2 }' <<<"$words")
	mapfile -t COMPREPLY < <(compgen -W "$(cut -f1 <<<"$words")" -- "$current")
	if [[ $current != -* ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(_keyenroll_value "$kind" "$current")
	fi
}

complete -F _keyenroll keyenroll
