# `mog train`: the run folder, the configuration read back, and the same bytes however the run came to its end.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# shellcheck disable=SC2086 # $small is a list of words
expect 0 mog train --out whole $small
says out '^quantized +1 '
says out '^quantized .* 12016$'
says err '^quantized +epoch +1 '
! grep -q "$(printf '\r')" err || fail "a progress bar where there is no terminal"
exists whole/config.ini whole/recipe.ini whole/report.md whole/full-precision.safetensors whole/metrics.csv whole/last.safetensors whole/best.safetensors whole/curves.svg whole/confusion.svg
[ "$(head -n 1 whole/metrics.csv)" = "stage,epoch,lr,train_loss,train_accuracy,test_accuracy,seconds,images_per_second" ] ||
  fail "metrics.csv begins with $(head -n 1 whole/metrics.csv)"
[ "$(wc -l <whole/metrics.csv)" = 4 ] || fail "metrics.csv has not one line for each epoch"

# The configuration is read back; it speaks of training only.
expect 0 mog train --config whole/config.ini --out again
same whole/last.safetensors again/last.safetensors
same whole/best.safetensors again/best.safetensors
! grep -qE 'eval|demo|json' whole/config.ini || fail "config.ini holds other commands' options"

# A folder that holds a run is not overwritten; resuming a finished run changes nothing.
# shellcheck disable=SC2086
refuses 2 'holds a run already; resume it' mog train --out whole $small
cp whole/last.safetensors last.before
refuses 2 "whole: holds a run that is no demo's" mog demo --out whole
same last.before whole/last.safetensors
expect 0 mog train --config whole/config.ini --resume
same last.before whole/last.safetensors
refuses 3 'another n: 8, expected 12' mog train --config whole/config.ini --n 12 --resume
refuses 3 'another way of training' mog train --config whole/config.ini --batch 12 --resume
refuses 5 'nothing/last.safetensors' mog train --out nothing --resume --n 8 --g 2

# --continue begins a run where there is none, goes on with one that is stopped, and finds one finished.
# shellcheck disable=SC2086
expect 0 mog train --out continued $small --continue
same whole/last.safetensors continued/last.safetensors
! grep -q '^continue' continued/config.ini || fail "config.ini holds --continue"
# shellcheck disable=SC2086
expect 0 mog train --out continued $small --continue
says err '^continued: was finished already$'
same whole/last.safetensors continued/last.safetensors
refuses 3 'another way of training' mog train --config continued/config.ini --batch 12 --continue
# shellcheck disable=SC2086
refuses 2 'excludes' mog train --out continued $small --resume --continue
[ "$(tail -n +2 continued/sessions.csv | cut -d, -f7)" = 3 ] || fail "sessions.csv: $(cat continued/sessions.csv)"

# A batch that is learned by heart.
expect 0 mog train --out overfit --n 8 --g 2 --k 2 --epochs 2,0,0 --batch 10 --overfit-batch --threads 2
says out '^full-precision +2 +[0-9.]+ +100.00 %'
finish
