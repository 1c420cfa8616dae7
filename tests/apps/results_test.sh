# bench/result_rows.py writes a line of docs/results/accuracy.csv from what a training left, and the page shows it.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }

# shellcheck disable=SC2086 # $small is a list of words
expect 0 mog train --out run $small
expect 0 python3 "$MOG_SOURCE_DIR/bench/result_rows.py" run
[ "$(wc -l <out)" = 1 ] || fail "one run, and these lines: $(cat out)"
accuracies=$(awk -F, 'NR > 1 { printf "%.2f,", 100 * $6 }' run/metrics.csv)
says out '^built-in,"mognet, n = 8, g = 2, k = 2, '
grep -qF ",\"1, 1, 1\",$accuracies," out || fail "accuracies of metrics.csv are $accuracies, the line is $(cat out)"
says out ',"?mog train .*--n 8 --g 2 --k 2 .*--out runs/run"?,[0-9a-f]*,20[0-9][0-9]-[0-9][0-9]-[0-9][0-9],"?.*, [0-9]+ cores, [a-z0-9]+"?,1,,.*images/s'

mkdir docs
cp -R "$MOG_SOURCE_DIR/docs/results" docs
chmod -R u+w docs
cat out >>docs/results/accuracy.csv
refuses 1 "machine '.* cores, .*' has no line in machines.csv, which has " python3 docs/results/write_page.py
cp "$MOG_SOURCE_DIR/docs/results/accuracy.csv" docs/results
expect 0 python3 "$MOG_SOURCE_DIR/bench/result_rows.py" run --machine any
cat out >>docs/results/accuracy.csv
expect 0 python3 docs/results/write_page.py
shown=$(awk -F, 'NR > 1 { printf "%.2f %% | ", 100 * $6 }' run/metrics.csv)
grep -qF "| 1, 1, 1 | $shown" docs/results.md || fail "the page does not show $shown"

expect 1 python3 "$MOG_SOURCE_DIR/bench/result_rows.py" nowhere
says err '^nowhere: .*config.ini'
finish
