# Every fault of ./mog mutants still applies to the tree, changes something else than any other one, and names tests that there
# are. Nothing is built.
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
cd "$MOG_SOURCE_DIR" || exit 1
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT

if command -v git >/dev/null; then # in an archive, which may lie in another repository, too
  applies() { GIT_CEILING_DIRECTORIES=$(dirname "$MOG_SOURCE_DIR") git apply --check "$1"; }
elif command -v patch >/dev/null; then
  applies() { patch -p1 -F0 --dry-run -i "$1"; }
else
  exit 77
fi

count=0
for patch in tests/mutants/*.patch; do
  count=$((count + 1))
  applies "$patch" >"$scratch/said" 2>&1 || fail "$patch: does not apply: $(cat "$scratch/said")"
  header=$(head -n 1 "$patch")
  echo "$header" | grep -qE '^seen by [a-z0-9_]+(/[a-z0-9_]+)+( [a-z0-9_]+(/[a-z0-9_]+)+)*: [A-Z].*\.$' ||
    fail "$patch: the first line is '$header', expected 'seen by TEST...: WHAT.'"
  for test in $(echo "$header" | sed 's/^seen by //; s/: .*//'); do
    [ -e "tests/${test}_test.cpp" ] || [ -e "tests/${test}_test.sh" ] || fail "$patch: there is no test $test"
  done
  sed -n '/^+++/p; /^[-+][^-+]/p' "$patch" | md5sum >>"$scratch/changes"
done
[ $count -ge 60 ] || fail "found $count faults, expected 60 or more"
[ -z "$(sort "$scratch/changes" | uniq -d)" ] || fail "two faults are the same"
[ -z "$(sed -n '2,$p' tests/mutants/*.patch | grep -h '^+++ b/tests/')" ] || fail "a fault changes a test"

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
