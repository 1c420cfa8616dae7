# The table of docs/cluster.md is what bench/cluster_model.py computes.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
expect 0 "$MOG_SOURCE_DIR/bench/cluster_model.py" --mog "$MOG_PROGRAM" --table
[ "$(wc -l <out)" = 8 ] || fail "not six lines and a head: $(cat out)"
while IFS= read -r line; do
  grep -qFx -- "$line" "$MOG_SOURCE_DIR/docs/cluster.md" || fail "docs/cluster.md lacks: $line"
done <out
finish
