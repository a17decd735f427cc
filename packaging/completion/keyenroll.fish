# Completion of keyenroll in fish. The command itself says which words it knows.

# What a value of this kind can be.
function __keyenroll_value
	switch $argv[1]
		case '*USER*' '*ACCOUNT*'
			__fish_complete_users
		case DIR
			__fish_complete_directories (commandline -ct)
		case '*FILE*' '*EVIDENCE*' MODULE
			__fish_complete_path (commandline -ct)
		case '*VERB*'
			keyenroll help --words 2>/dev/null | cut -f1,3
	end
end

# Candidates behind the verb, with their meaning behind a tab.
function __keyenroll_behind_verb
	set -l line (commandline -opc)
	set -l words
	# A verb may have two words: "token pin".
	if test (count $line) -gt 2
		set words (keyenroll help --words $line[2] $line[3] 2>/dev/null)
	end
	if test (count $words) -eq 0
		set words (keyenroll help --words $line[2] 2>/dev/null)
	end
	set -l previous $line[-1]
	if test (count $line) -gt 2
		for word in $words
			set -l fields (string split \t -- $word)
			if test "$fields[1]" = "$previous" -a -n "$fields[2]"
				__keyenroll_value $fields[2]
				return
			end
		end
	end
	for word in $words
		set -l fields (string split \t -- $word)
		if test -n "$fields[1]"
			printf '%s\t%s\n' $fields[1] "$fields[3]"
		else if not string match -q -- '-*' (commandline -ct)
			__keyenroll_value $fields[2]
		end
	end
end

complete -c keyenroll -f
complete -c keyenroll -n 'test (count (commandline -opc)) -eq 1' -a '(keyenroll help --words 2>/dev/null | cut -f1,3)'
complete -c keyenroll -n 'test (count (commandline -opc)) -gt 1' -a '(__keyenroll_behind_verb)'
