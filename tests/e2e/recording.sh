#!/bin/bash
# README's recording is what the demo prints: made anew by tools/recording, in a world inside this one, and compared line by line.
. "$(dirname "$0")/world.sh"

shown()
{
	sed -n '/^```console$/,/^```$/{/^```/!p}' "$top/README.md"
}

# same_as_shown FILTER...: README's recording through that filter is the new one.
same_as_shown()
{
	diff <(shown | "$@") "$WORLD/recording"
}

expect "the demo can be recorded" bash -c "unset KEYENROLL_WORLD; '$top/tools/recording' >'$WORLD/recording'"
expect "README shows it; say: tools/recording --write" same_as_shown cat
expect "of the demo's five steps each is in it" test "$(shown | grep -c '^[1-5]\. ')" = 5
for word in 'Enrolled  ' 'Permission denied' 'enrollment\.absent' 'keyenroll snapshot$'; do
	refuse "a recording without \"$word\" is noticed" same_as_shown grep -v "$word"
done
refuse "a word that the program says no longer is noticed" same_as_shown sed 's/Hand over the token/Give away the token/'
world_end
