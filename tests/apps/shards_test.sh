# `mog train --shards`: the same bytes on any number of threads; a process that dies ends the run, which then goes on from what
# was saved; nobody is left behind. MOG_KILLS says how many kills (6); MOG_SEED which moments.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
words="--dataset folder --data pictures --n 4 --g 1 --k 2 --epochs 2,2,2 --batch 6 --shards 3 --save-every 0"

# shellcheck disable=SC2086 # $words is a list
expect 0 mog train --out whole $words --threads 1
says out '^quantized +2 '
# shellcheck disable=SC2086
expect 0 mog train --out threads $words --threads 6
same whole/last.safetensors threads/last.safetensors
same whole/best.safetensors threads/best.safetensors
expect 0 mog train --config whole/config.ini --out again
same whole/last.safetensors again/last.safetensors
expect 0 grep -x 'shards = 3' whole/config.ini
[ "$(tail -n +2 whole/metrics.csv | wc -l)" = 6 ] || fail "metrics.csv has not one row an epoch"

# shellcheck disable=SC2086
expect 0 python3 "$MOG_SOURCE_DIR/tests/apps/kills.py" "$MOG_PROGRAM" "${MOG_KILLS:-6}" "${MOG_SEED:-1}" 1 $words --threads 1
cat out

refuses 2 'shards' mog train --out no --shards 0
refuses 2 'train: 8 shards, expected 1 to the batch of 6 images' mog train --out no --batch 6 --shards 8
refuses 3 'another way of training: in 3 shards, expected nothing' mog train --out whole --dataset folder --data pictures \
  --n 4 --g 1 --k 2 --epochs 2,2,2 --batch 6 --resume
finish
