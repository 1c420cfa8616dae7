# The first page claims nothing that the results do not show: each percentage and each larger number of README.md stands in
# docs/results.md, and what both say of the network that comes along is what its card and its file say.
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
cd "$MOG_SOURCE_DIR" || exit 1
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT

# plain FILE: its text, digits in groups joined: "1 715 968" and "234,171" as 1715968 and 234171.
plain() { sed -e ':again' -e 's/\([0-9]\)[, ]\([0-9]\{3\}\)\([^0-9.]\|$\)/\1\2\3/' -e 't again' "$1"; }
# figures: percentages of tenths or hundredths, megabytes, decimal numbers, numbers of five digits and more.
figures() { grep -oE '[0-9]+\.[0-9]+ %|[0-9]+ MB|[0-9]+\.[0-9]{3,}|[0-9]{5,}' | sort -u; }

sed '/^```cpp/,/^```/d' README.md | grep -v 'arxiv.org' >"$scratch/readme"
plain "$scratch/readme" | figures >"$scratch/claimed"
plain docs/results.md | figures >"$scratch/shown"
[ "$(wc -l <"$scratch/claimed")" -ge 8 ] || fail "README.md has $(wc -l <"$scratch/claimed") figures, expected 8 or more"
while read -r figure; do
  grep -qxF "$figure" "$scratch/shown" || fail "README.md says $figure, docs/results.md does not"
done <"$scratch/claimed"

card() { sed -n "s/^$1: //p" networks/cifar10.md; }
accuracy=$(card accuracy | awk '{ printf "%.2f %%", 100 * $1 }')
for figure in "$accuracy" "$(card bytes)" "$(card weight_bits)" "$(card codes)"; do
  grep -qxF "$figure" "$scratch/shown" || fail "the card says $figure, docs/results.md does not"
done
[ "$(wc -c <networks/cifar10.mog)" = "$(card bytes)" ] || fail "networks/cifar10.mog is not as large as its card says"
grep -qxF "$accuracy" "$scratch/claimed" || fail "README.md does not say $accuracy"

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
