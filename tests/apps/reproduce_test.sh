# `mog reproduce`: a plan of small networks on a few pictures, carried out, killed, stopped, moved, listed, reported; what is
# refused, and what a failed training leaves.
# shellcheck disable=SC2086 # $tiny and $long are lists of words
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
recipe() {
  printf 'batch = 6\n[full-precision]\nepochs = %s\n[quantized-weights]\nepochs = %s\n[quantized]\nepochs = %s\n' "$1" "$2" "$3"
}
recipe 1 1 2 >tiny.ini
recipe 30 10 30 >long.ini
tiny="--dataset folder --data pictures --budget tiny.ini --threads 1"
long="--dataset folder --data pictures --budget long.ini --threads 1 --rows folder-n32-g4-k2"
rows() { tail -n +2 "$1/metrics.csv" | wc -l; }

# A whole plan; carried out again, nothing is trained.
expect 0 mog reproduce table2 --out whole $tiny
says out '^whole/report.md$'
says err '^folder-n32-g4-k2 +running +0/2 '
exists whole/report.md whole/report.csv whole/table2.svg
for k in 1 2 3; do
  for g in 4 8; do exists whole/folder-n32-g$g-k$k/best.safetensors whole/folder-n32-g$g-k$k/sessions.csv; done
done
[ "$(rows whole/folder-n32-g4-k3)" = 4 ] || fail "k = 3 has not all of its epochs"
[ "$(rows whole/folder-n32-g4-k1)" = 2 ] || fail "k = 1 has not its last stage alone"
[ "$(grep -c ',finished,' whole/report.csv)" = 6 ] || fail "not all six runs are reported: $(cat whole/report.csv)"
cp whole/folder-n32-g8-k1/last.safetensors before
expect 0 mog reproduce table2 --out whole $tiny
! grep -q running err || fail "a finished plan trained again: $(cat err)"
same before whole/folder-n32-g8-k1/last.safetensors

# Killed in the middle: its child saves and ends too; then the plan goes on to the same bytes.
# wait_for_rows FOLDER N: until so many epochs are in metrics.csv.
wait_for_rows() {
  tries=0
  while [ $tries -lt 600 ] && { [ ! -s "$1/metrics.csv" ] || [ "$(rows "$1")" -lt "$2" ]; }; do
    sleep 0.05
    tries=$((tries + 1))
  done
}
expect 0 mog reproduce table2 --out straight $long
"$MOG_PROGRAM" reproduce table2 --out killed $long >out 2>err &
run=$!
wait_for_rows killed/folder-n32-g4-k3 5
kill -s KILL $run
wait $run 2>/dev/null
tries=0
while ! flock --nonblock killed/folder-n32-g4-k3 true && [ $tries -lt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
[ "$(rows killed/folder-n32-g4-k3)" -lt 70 ] || fail "the child trained to its end though its parent was killed"
expect 0 mog reproduce table2 --out killed $long
says err '^folder-n32-g4-k3 +running +[0-9]+/70 '
says err '^resumed at '
same straight/folder-n32-g4-k3/last.safetensors killed/folder-n32-g4-k3/last.safetensors
same straight/folder-n32-g4-k2/best.safetensors killed/folder-n32-g4-k2/best.safetensors
[ "$(tail -n +2 killed/folder-n32-g4-k3/sessions.csv | wc -l)" = 2 ] || fail "not two sessions: $(cat killed/*k3/sessions.csv)"

# Stopped in the second run: 130 and the line to go on, which does, also where the folder has been moved.
"$MOG_PROGRAM" reproduce table2 --out stopped $long >out 2>err &
run=$!
wait_for_rows stopped/folder-n32-g4-k2 2
kill -s INT $run
wait $run
[ $? = 130 ] || fail "Ctrl-C did not end with 130: $(cat err)"
command=$(sed -n 's/^mog: stopped; to go on: //p' err)
[ "${command#* }" = "reproduce table2 --data pictures --out stopped --budget long.ini --rows folder-n32-g4-k2 --dataset folder --threads 1" ] ||
  fail "Ctrl-C did not say how to go on: $(cat err)"
mog reproduce table2 --out stopped $long --report >/dev/null || fail "no report of a plan that was stopped"
says stopped/report.csv '^folder-n32-g4-k2,.*,begun,'
says stopped/report.md '^\| folder-n32-g4-k2 .*quantized [0-9]+ of 30; [0-9]+ of 30 in all'
mv stopped moved
expect 0 mog reproduce table2 --out moved $long
same straight/folder-n32-g4-k2/last.safetensors moved/folder-n32-g4-k2/last.safetensors

# The list: level by level, each line by itself, twice; the same bytes as the plan's own.
expect 0 mog reproduce table2 --out listed $tiny --list
mv out all.lines
for level in 1 2 3; do
  expect 0 mog reproduce table2 --out listed $tiny --list --level $level
  mv out level$level.lines
done
sort all.lines >one
sort level1.lines level2.lines level3.lines >two
same one two
[ "$(wc -l <level1.lines) $(wc -l <level2.lines) $(wc -l <level3.lines)" = "2 4 0" ] || fail "levels are not 2, 4 and 0 lines"
for again in no yes; do
  while read -r line; do
    expect 0 sh -c "$line"
    [ $again = no ] || says err 'was finished already'
  done <all.lines
done
for run in whole/folder-*; do same "$run/last.safetensors" "listed/${run#whole/}/last.safetensors"; done

# Ablations find their recipes in the plan's folder.
expect 0 mog reproduce ablations --out ablations $tiny --rows with-label-smoothing --seeds 1
says ablations/recipes/with-label-smoothing.ini '^label_smoothing = 0.1$'
says ablations/report.md '^\| with-label-smoothing '

# A report of folders that were copied without checkpoints; sizes are those of the summary.
mkdir copied
for run in whole/folder-n32-g4-k3 whole/folder-n32-g8-k2; do
  mkdir "copied/${run#whole/}"
  cp "$run"/config.ini "$run"/recipe.ini "$run"/metrics.csv "copied/${run#whole/}"
done
expect 0 mog reproduce table2 --out copied --dataset folder --report
[ "$(grep -c ',finished,' copied/report.csv) $(grep -c ',open,' copied/report.csv)" = "2 4" ] || fail "$(cat copied/report.csv)"
expect 0 mog reproduce table2 --out copied --report
bits=$(mog summary --n 128 --g 8 --k 1 --classes 100 | sed -n 's/^weight bits *\([0-9]*\) .*/\1/p')
says copied/report.csv "^cifar100-n128-g8-k1,.*,open,.*,59.30,.*,1.22,$bits,"

# Systems: MOGNETs and the seven others in a rehearsal, carried out, done, reported with sizes and curves; a line of the list.
recipe 1 0 2 >systems.ini
systems="--dataset folder --data pictures --budget systems.ini --threads 1 --rows folder-n16,folder-slbf-resnet18,folder-hybrid-resnet20"
expect 0 mog reproduce systems --out systems $systems
says err '^folder-slbf-resnet18 +running +0/3 '
[ "$(grep -c ',finished,' systems/report.csv)" = 3 ] || fail "not all three systems are reported: $(cat systems/report.csv)"
says systems/report.csv '^folder-hybrid-resnet20,folder-hybrid-resnet20,folder,,,,1,.*,finished,9,9,9,'
says systems/report.md '^# Systems at one CPU time, budget systems.ini, a rehearsal'
says systems/report.md '^!\[\]\(folder-slbf-resnet18/curves.svg\)$'
says systems/recipes/slbf-short.ini '^batch = 6$'
exists systems/systems.svg systems/folder-slbf-resnet18/curves.svg
expect 0 mog reproduce systems --out systems $systems
! grep -q running err || fail "a finished plan of systems trained again: $(cat err)"
expect 0 mog reproduce systems --out listed-systems $systems --list
tail -n 1 out >line
expect 0 sh line
same listed-systems/folder-hybrid-resnet20/last.safetensors systems/folder-hybrid-resnet20/last.safetensors

# Refusals, before anything is trained.
refuses 2 'no row k3, expected one of cifar10-n128-g4-k3, ' mog reproduce table2 --out x --data pictures --rows k3
refuses 2 'say where the pictures are with --data DIR; mog data fetch' mog reproduce table2 --out x
refuses 5 'pictures/cifar-10-batches-bin: no such folder; mog data fetch cifar10 pictures brings it' mog reproduce fig4 --out x --data pictures
refuses 2 'the built-in pictures need none' mog reproduce fig4 --out x --dataset builtin --data pictures
refuses 2 'week: unknown, expected one of ' mog reproduce table2 --out x --data pictures --budget week
refuses 5 'none.ini: cannot open' mog reproduce table2 --out x --data pictures --budget none.ini
refuses 2 '--list and --report' mog reproduce table2 --out x --data pictures --list --report
refuses 2 '--level without --list' mog reproduce table2 --out x --data pictures --level 1
refuses 2 'whole/folder-n32-g4-k3 has a recipe of 1,1,2 epochs, the plan.s, long.ini, 30,10,30; choose another folder' \
  mog reproduce table2 --out whole $long
sed 's/^seed = 1$/seed = 4/' whole/folder-n32-g4-k3/config.ini >config.ini && mv config.ini whole/folder-n32-g4-k3/config.ini
refuses 2 'whole/folder-n32-g4-k3 has seed = 4, the plan 1' mog reproduce table2 --out whole $tiny
[ ! -e x ] || fail "a refused plan made its folder"
refuses 5 'copied/folder-n32-g4-k3/quantized-weights.safetensors: not there, and folder-n32-g4-k2 begins with it' \
  mog reproduce table2 --out copied $tiny --rows folder-n32-g4-k2
head -n 4 copied/folder-n32-g8-k2/metrics.csv >half && sed -i 's/^\[quantized\]$/&\nhold = 1/; s/^epochs = 2$/epochs = 3/' copied/folder-n32-g8-k2/recipe.ini
recipe 1 1 3 | sed 's/^\[quantized\]$/&\nhold = 1/' >other.ini
mv half copied/folder-n32-g8-k2/metrics.csv
refuses 5 'copied/folder-n32-g8-k2: 2 epochs in metrics.csv, but no last.safetensors' \
  mog reproduce table2 --out copied --dataset folder --data pictures --budget other.ini --rows folder-n32-g8-k2

# A training that fails: those that do not need it run, the code is its own.
expect 0 mog reproduce table2 --out broken $tiny --rows folder-n32-g4-k3
printf x >>broken/folder-n32-g4-k3/quantized-weights.safetensors
expect 3 mog reproduce table2 --out broken $tiny
says err 'mog: folder-n32-g4-k2 ended with code 3'
exists broken/folder-n32-g8-k1/best.safetensors broken/report.md
finish
