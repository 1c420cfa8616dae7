# The pages hold together: every link leads to a file and a heading, every path that a page or a comment names is there, and
# no line of prose is longer than 140 columns.
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT && cd "$MOG_SOURCE_DIR" || exit 1

# pages: all Markdown files of the repository, build trees and runs aside.
pages() { find . -mindepth 1 \( -name build -o -name runs -o -name '.*' \) -prune -o -name '*.md' -print | sed 's|^\./||' | sort; }
# prose FILE: its text without code, that is without indented blocks, fenced ones and what stands in `backticks`.
prose() { sed -e '/^```/,/^```/d' -e '/^    /d' -e 's/`[^`]*`//g' "$1"; }
# headings FILE: what a link's anchor calls each heading.
headings() { sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'; }

pages >"$scratch/pages"
[ "$(wc -l <"$scratch/pages")" -ge 20 ] || fail "found $(wc -l <"$scratch/pages") pages, expected 20 or more"
links=0
while read -r page; do
  prose "$page" | grep -oE '\]\([^) ]+\)' | sed -e 's/^](//' -e 's/)$//' >"$scratch/links"
  while read -r link; do
    links=$((links + 1))
    case $link in http://* | https://*) continue ;; esac
    file=${link%%#*} anchor=
    case $link in *'#'*) anchor=${link#*#} ;; esac
    [ -n "$file" ] || file=$(basename "$page")
    target=$(dirname "$page")/$file
    if [ ! -e "$target" ]; then
      fail "$page: no file $target"
    elif [ -n "$anchor" ]; then
      headings "$target" | grep -qxF -- "$anchor" || fail "$page: $target has no heading $anchor"
    fi
  done <"$scratch/links"
done <"$scratch/pages"
[ $links -ge 50 ] || fail "found $links links, expected 50 or more"

# Paths in `backticks` are files, folders, files but for their ending, or tests. The diary and the list of changes tell of
# what was; capitals stand for any name.
folders='core|layers|optim|data|models|train|reproduce|deploy|apps|networks|recipes|examples|bench|tests|third_party|cmake|docs'
there() {
  path=${1%%:*}
  [ -e "$path" ] || [ -e "${path}_test.cpp" ] || [ -e "tests/${path}_test.cpp" ] || [ -e "tests/${path}_test.sh" ] ||
    [ -e "$path.hpp" ] || [ -e "$path.cpp" ]
}
while read -r page; do
  case $page in docs/lab/* | CHANGELOG.md) continue ;; esac
  sed -e '/^```/,/^```/d' -e '/^    /d' "$page" | grep -oE "\`($folders)/[A-Za-z0-9_./-]*\`" | tr -d '`' | sort -u |
    grep -vE '[A-Z]{2}' >"$scratch/paths"
  while read -r path; do there "$path" || fail "$page: no $path"; done <"$scratch/paths"
done <"$scratch/pages"
for folder in $(echo "$folders" | tr '|' ' '); do
  [ ! -d "$folder" ] || grep -rhoE 'docs/[A-Za-z0-9_/-]+\.md' --include='*.[ch]pp' --include='*.[ch]' --include='*.py' \
    --include='*.sh' --include='*.ini' --include='*.txt' "$folder"
done | sort -u >"$scratch/cited"
[ "$(wc -l <"$scratch/cited")" -ge 4 ] || fail "the code cites $(wc -l <"$scratch/cited") pages, expected 4 or more"
while read -r path; do [ -e "$path" ] || fail "the code cites $path, which is not there"; done <"$scratch/cited"

# Tables and code may be wide; a card's lines are the program's.
while read -r page; do
  case $page in networks/*) continue ;; esac
  sed -e '/^```/,/^```/d' -e '/^    /d' -e '/^|/d' "$page" | LC_ALL=C sed 's/[\x80-\xbf]//g' |
    LC_ALL=C awk -v page="$page" 'length > 140 { print page ": " length " columns: " $0; wide = 1 } END { exit wide }' ||
    fail "$page: prose is wider than 140 columns"
done <"$scratch/pages"

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
