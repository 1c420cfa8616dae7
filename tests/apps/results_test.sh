# bench/result_rows.py writes a line of the results' table from what a training left.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }

# shellcheck disable=SC2086 # $small is a list of words
expect 0 mog train --out run $small
expect 0 python3 "$MOG_SOURCE_DIR/bench/result_rows.py" run
[ "$(wc -l <out)" = 1 ] || fail "one run, and these lines: $(cat out)"
accuracies=$(awk -F, 'NR > 1 { printf "%.2f %% | ", 100 * $6 }' run/metrics.csv)
says out "^\\| builtin \\| mognet, n = 8, g = 2, k = 2, .* \\| 1, 1, 1 \\| "
grep -qF "| $accuracies" out || fail "accuracies of metrics.csv are $accuracies, the line is $(cat out)"
says out "\\| recipe \`short\` \\| "
says out "images/s \\| [0-9a-f+]*.*, [0-9]+ [A-Z][a-z]+ 20[0-9][0-9] \\| .*, [0-9]+ cores, [a-z0-9]+ \\|\$"

expect 1 python3 "$MOG_SOURCE_DIR/bench/result_rows.py" nowhere
says err '^nowhere: .*config.ini'
finish
