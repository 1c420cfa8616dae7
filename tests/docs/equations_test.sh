# The equations of docs/integers.md: numbered without a gap, each cited by the code of deploy/, those of a run by the twin too,
# and no number is cited that is not there.
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
cd "$MOG_SOURCE_DIR" || exit 1
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT

# numbers FILE...: the equations that these files name.
numbers() { grep -hoE '\bI[0-9]+\b' "$@" | tr -d I | sort -nu; }

grep -oE '\*\*\(I[0-9]+\)\*\*' docs/integers.md | tr -dc '0-9\n' >"$scratch/defined"
last=$(tail -n 1 "$scratch/defined")
[ "$last" -ge 20 ] || fail "docs/integers.md ends with ($last), expected 20 equations or more"
seq 1 "$last" | cmp -s - "$scratch/defined" || fail "docs/integers.md does not number its equations 1 to $last in order"

find deploy -name '*.[ch]pp' >"$scratch/code"
xargs grep -hoE '\bI[0-9]+\b' <"$scratch/code" | tr -d I | sort -nu >"$scratch/cited"
numbers tests/deploy/integers_twin.py >"$scratch/twin"
while read -r number; do
  grep -qx "$number" "$scratch/cited" || fail "nothing in deploy/ cites (I$number)"
  # Up to the class sums: what comes after explains where levels come from and why sums fit.
  [ "$number" -gt 14 ] || grep -qx "$number" "$scratch/twin" || fail "the twin does not cite (I$number)"
done <"$scratch/defined"
{ cat "$scratch/cited" "$scratch/twin"; grep -hoE "\(I[0-9]+\)" docs/*.md | tr -dc "0-9\n"; } | sort -nu | while read -r number; do
  grep -qx "$number" "$scratch/defined" || echo "(I$number) is cited, and docs/integers.md has no such equation"
done >"$scratch/unknown"
[ ! -s "$scratch/unknown" ] || fail "$(cat "$scratch/unknown")"

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
