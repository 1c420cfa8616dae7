# Each piece of code that a page of docs/ shows stands in the file that the line before it links to, line by line, and each
# count of files that a page gives by a `grep -rl` is what the command finds.
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
cd "$MOG_SOURCE_DIR" || exit 1
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT

# snippets PAGE: writes each block of C++ to $scratch/N, and a line "N FILE" for it, FILE being the last link before it.
snippets() {
  awk -v folder="$scratch" '
    /^```cpp/ { number += 1; to = folder "/" number; printf "" > to; print number, link; inside = 1; next }
    /^```/ { inside = 0; close(to); next }
    inside { sub(/^ +/, ""); print > to; next }
    { line = $0
      while (match(line, /\]\([^)#]+[^)]*\)/)) {
        link = substr(line, RSTART + 2, RLENGTH - 3)
        line = substr(line, RSTART + RLENGTH)
      } }
  ' "$1"
}
# holds FILE SNIPPET: the lines of the snippet, blanks in front aside, follow each other in the file.
holds() {
  awk '
    { sub(/^ +/, "") }
    NR == FNR { wanted[++count] = $0; next }
    { lines[++length_] = $0 }
    END {
      for (at = 0; at + count <= length_; ++at) {
        for (i = 1; i <= count && lines[at + i] == wanted[i]; ++i) {}
        if (i > count) exit 0
      }
      exit 1
    }
  ' "$2" "$1"
}

shown=0
for page in docs/*.md; do
  snippets "$page" >"$scratch/list"
  while read -r number file; do
    shown=$((shown + 1))
    if [ ! -s "$scratch/$number" ]; then
      fail "$page: snippet $number is empty"
    elif [ ! -f "docs/$file" ]; then
      fail "$page: snippet $number follows a link to $file, which is no file"
    else
      holds "docs/$file" "$scratch/$number" || fail "$page: $file does not have these lines: $(cat "$scratch/$number")"
    fi
  done <"$scratch/list"
done
[ $shown -ge 15 ] || fail "found $shown snippets, expected 15 or more"

# "    grep -rl PATTERN FOLDER...   # 34 files", or find
grep -hE "^    (grep -rl|find ).* # [0-9]+ files?\$" docs/*.md >"$scratch/counts"
[ "$(wc -l <"$scratch/counts")" -ge 4 ] || fail "found $(wc -l <"$scratch/counts") counts of files, expected 4 or more"
while IFS= read -r line; do
  command=${line%%#*} expected=$(echo "$line" | sed 's/.*# \([0-9]*\) files*.*/\1/')
  found=$(eval "$command" | wc -l)
  [ "$found" = "$expected" ] || fail "$found files, the page says $expected: $command: $(eval "$command" | sort | tr '\n' ' ')"
done <"$scratch/counts"

# The check can fail.
printf 'nobody wrote this\n' >"$scratch/planted"
if holds README.md "$scratch/planted"; then fail "a line that is nowhere was found"; fi

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
