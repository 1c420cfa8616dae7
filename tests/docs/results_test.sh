# docs/results.md is what the records of docs/results/ give; a new line appears in it, files that runs left are read, and a
# record that says too little is refused with the place.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }

expect 0 python3 "$MOG_SOURCE_DIR/docs/results/write_page.py" --check
[ ! -s out ] || fail "a page that is right is not silent: $(cat out)"

# fresh: a copy of the records and their page, whose script is `page`.
fresh() {
  rm -rf docs
  mkdir docs
  cp -R "$MOG_SOURCE_DIR/docs/results" "$MOG_SOURCE_DIR/docs/results.md" docs
  chmod -R u+w docs
}
page() { python3 docs/results/write_page.py "$@"; }

# A measurement is a line.
fresh
echo 'a heap of sand,1234567,grains,count --all,0123abc,2026-01-02,any,3,one grain,by hand' >>docs/results/proofs.csv
expect 1 page --check
says err '^\+\| a heap of sand \| 1 234 567 grains \| B \| 0123abc, 2 Jan 2026 \| any \| 3 \| one grain \| by hand \|$'
says err '^docs/results.md is not what the records give: run docs/results/write_page.py$'
cmp -s docs/results.md "$MOG_SOURCE_DIR/docs/results.md" || fail "--check has changed the page"
expect 0 page
says docs/results.md '^    B  count --all$'
expect 0 page --check
sed -i 's/92.12/92.13/' docs/results.md
expect 1 page --check
says err '^-.*92\.13 %'

# refused SED FILE PATTERN: after this change to a file the page is not written, and one line says why.
refused() {
  fresh
  sed -i "$1" "docs/results/$2"
  ! cmp -s "docs/results/$2" "$MOG_SOURCE_DIR/docs/results/$2" || fail "sed $1 does not change $2"
  refuses 1 "^docs/results: $3" page
  same docs/results.md "$MOG_SOURCE_DIR/docs/results.md"
}
refused '3s/,.*//' proofs.csv 'proofs.csv, line 3: 1 cells, expected 10$'
refused '2s/c494c12/head/' proofs.csv "proofs.csv, line 2: commit 'head', expected 7 or more hexadecimal digits, or nothing$"
refused '2s/2026-11-21/21 Nov/' proofs.csv "proofs.csv, line 2: date '21 Nov', expected YYYY-MM-DD or nothing$"
refused '2s/xeon/mine/' step.csv "step.csv, line 2: machine 'mine' has no line in machines.csv, which has xeon, "
refused '1s/,spread//;2,$s/,[^,]*$//' proofs.csv 'proofs.csv, line 1: expected the last columns command,commit,date,machine,runs,spread,note$'
refused '1s/value/figure/' proofs.csv 'proofs.csv, line 1: expected the names of columns, each once$'
refused '2,$d' proofs.csv 'proofs.csv: no line below the names of columns$'
refused '/proofs.csv/d' page.md.in 'page.md.in: expected a line .* for each record, once; not so proofs.csv$'
refused 's/^What is proved/& (99.5 %)/' page.md.in "page.md.in, line [0-9]+: the figure '99.5 %' belongs into a record$"
refused '1s/note/note,output/;2,$s/$/,nowhere.json/' proofs.csv 'proofs.csv, line 1: expected the last columns'

# What a command prints with --json fills the empty cells of the line that names it, and so does a run's metrics.csv.
fresh
mkdir docs/results/packed_file docs/results/accuracy
expect 0 mog info "$MOG_SOURCE_DIR/networks/cifar10.mog" --json
cp out docs/results/packed_file/mine.json
sed -i -e '1s/^/output,/' -e '2,$s/^/,/' docs/results/packed_file.csv
echo 'packed_file/mine.json,n of mine,,,,,,,mog info,,,,,,' >>docs/results/packed_file.csv
cat >docs/results/accuracy/metrics.csv <<'END'
stage,epoch,lr,train_loss,train_accuracy,test_accuracy,seconds,images_per_second
full-precision,1,0.001,1.5,0.25,0.5,12.3,40
quantized,1,0.001,1.5,0.25,0.125,12.3,40
quantized,2,0.001,1.5,0.25,0.375,12.3,40
END
sed -i -e '1s/^/output,/' -e '2,$s/^/,/' docs/results/accuracy.csv
echo 'accuracy/metrics.csv,mine,,,,,,,,,,,,,' >>docs/results/accuracy.csv
expect 0 page
says docs/results.md '^\| n of mine \| 3 \| 1 715 968 \| 234 171 \| – \| 18 644 \|'
says docs/results.md '^\| mine \| – \| – \| 50\.00 % \| – \| 37\.50 % \| – \|'
echo nothing >docs/results/packed_file/mine.json
refuses 1 '^docs/results: packed_file.csv, line 7: packed_file/mine.json is no output of a run: ' page
echo '{}' >docs/results/packed_file/mine.json
refuses 1 '^docs/results: packed_file.csv, line 7: packed_file/mine.json has nothing for an empty cell$' page

# A plan's report is a record as `mog reproduce` writes it: the paper's figure beside ours, and what has not been run is said so.
fresh
mkdir plan
expect 0 mog reproduce table2 --out plan --report
[ "$(head -n 1 plan/report.csv)" = "$(head -n 1 docs/results/table2.csv)" ] ||
  fail "table2.csv has other columns than report.csv"
cp plan/report.csv docs/results/table2.csv
sed -i -e '2s/,open,0,36,0,92.12,,,,,,/,finished,36,36,36,92.12,90.50,89.91,91.06,90.60,35,/' \
  -e '3s/,open,0,/,begun,7,/' docs/results/table2.csv
expect 0 page
says docs/results.md '^Runs: 12 planned, 1 finished\.$'
says docs/results.md '^\| cifar10-n128-g4-k3 \| 1 715 968 \| 1\.72 \| 92\.12 % \| 90\.50 % \| 89\.91 to 91\.06 % \| 90\.60 % in epoch 35 \|'
says docs/results.md '^\| cifar10-n128-g4-k2 \| 1 715 968 \| 1\.72 \| 91\.16 % \| begun: 7 of 30 epochs \|'
says docs/results.md '^\| cifar100-n128-g8-k1 \| 1 172 224 \| 1\.22 \| 59\.30 % \| not run \|'
sed -i '1s/paper_accuracy/accuracy_of_paper/' docs/results/table2.csv
refuses 1 "^docs/results: table2.csv: no report of .mog reproduce.: KeyError" page
finish
