# `mog card`: what it writes is what the other commands measure, and what it cannot know it refuses before it measures.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# shellcheck disable=SC2086
expect 0 mog train --out run $small
mkdir networks
expect 0 mog export run/best.safetensors --to networks/small.mog
expect 0 mog card run/best.safetensors networks/small.mog --commit abc1234 --note "A sentence."
says out '^networks/small.md: [0-9.]+ % of 1000 test images, 0 of [0-9]+ codes differ'
cp networks/small.md first.md

# key KEY: what the card says.
key() { awk -v key="$1: " 'NR > 1 && /^---$/ { exit } index($0, key) == 1 { print substr($0, length(key) + 1) }' networks/small.md; }
# is KEY VALUE
is() { [ "$(key "$1")" = "$2" ] || fail "the card says $1: '$(key "$1")', expected '$2'"; }
is network small
is model mognet
is md5 "$(md5sum <networks/small.mog | cut -d ' ' -f 1)"
is bytes "$(wc -c <networks/small.mog)"
is n 8
is g 2
is k 2
is head binary
is classes 10
is dataset builtin
is test_images 1000
is differing_codes 0
is epochs 3
is commit abc1234
is note "A sentence."
is training_seconds "$(awk -F , 'NR > 1 { s += $7 } END { printf "%.0f", s }' run/metrics.csv)"
is images_per_second "$(awk -F , 'NR > 1 { s += $7; i += $7 * $8 } END { printf "%.1f", i / s }' run/metrics.csv)"
strings run/best.safetensors >words 2>/dev/null || tr -c '[:print:]' '\n' <run/best.safetensors >words
grep -qF -- "$(key recipe)" words && [ -n "$(key recipe)" ] || fail "the recipe is not the checkpoint's: $(key recipe)"
expect 0 mog eval networks/small.mog --json
is accuracy "$(sed -n 's/^ *"accuracy": \([0-9.]*\),$/\1/p' out)"
expect 0 mog info networks/small.mog --json
is weight_bits "$(sed -n 's/^ *"weight_bits": \([0-9]*\),$/\1/p' out | head -n 1)"
expect 0 mog verify run/best.safetensors networks/small.mog
says out "^differing codes +0 of $(key codes)\$"
says networks/small.md '^\| trained \| 1 full-precision, 1 quantized-weights, 1 quantized epochs; these weights are those after epoch 1 of the quantized run \|$'
says networks/small.md '^\| knows \| striped circle, '
says networks/small.md '^A sentence.$'

# It is read back, and the same on any number of threads.
expect 0 env MOG_NETWORKS=networks "$MOG_PROGRAM" networks
says out "^small +10 .* $(awk -v a="$(key accuracy)" 'BEGIN { printf "%.2f", 100 * a }') % of 1000 test images of builtin\$"
expect 0 mog card run/best.safetensors networks/small.mog --commit abc1234 --note "A sentence." --threads 1 --to again.md
same first.md again.md

# Runs of other programs: columns by their names; several runs add up; a recipe in one's own words.
mkdir one two
printf 'stage,epoch,seconds,extra,images_per_second\nfull-precision,1,10,x,100\nfull-precision,2,10,x,200\n' >one/metrics.csv
printf 'images_per_second,seconds,stage\n50,20,quantized\n' >two/metrics.csv
expect 0 mog card run/best.safetensors networks/small.mog --run one --run two --recipe "by hand"
is epochs 3
is training_seconds 40
is images_per_second 100.0
is recipe "by hand"
is commit ""
says networks/small.md '^\| trained \| 2 full-precision, 1 quantized epochs; '

# What is refused, before anything is written.
rm networks/small.md
printf 'stage,epoch,seconds\n' >two/metrics.csv
refuses 3 'two/metrics.csv: line 1: no column images_per_second' mog card run/best.safetensors networks/small.mog --run two
printf 'images_per_second,seconds,stage\n' >two/metrics.csv
refuses 3 'two/metrics.csv: not a single epoch' mog card run/best.safetensors networks/small.mog --run two
{ head -c 101 /dev/zero | tr '\0' , && echo; } >two/metrics.csv
refuses 3 'two/metrics.csv: line 1: 102 columns, expected at most 101' mog card run/best.safetensors networks/small.mog --run two
printf 'images_per_second,seconds,stage\n50,20,quantized\n50,quantized\n' >two/metrics.csv
refuses 3 'two/metrics.csv: line 3: no row of these columns: 50,quantized' mog card run/best.safetensors networks/small.mog --run two
printf 'images_per_second,seconds,stage\n50,inf,quantized\n' >two/metrics.csv
refuses 3 'two/metrics.csv: line 2: no row of these columns: 50,inf,quantized' mog card run/best.safetensors networks/small.mog --run two
cp run/best.safetensors moved.safetensors
refuses 5 'metrics.csv: cannot open' mog card moved.safetensors networks/small.mog
refuses 2 'card: a text of several lines, expected one: one\.\.\.$' mog card run/best.safetensors networks/small.mog --note "one
two"
expect 0 mog train --out wide --n 8 --g 2 --k 3 --epochs 0,0,1 --max-steps 2 --batch 10 --threads 2
refuses 2 'networks/small.mog has k = 2 and 10 classes, the checkpoint k = 3 and 10' mog card wide/best.safetensors networks/small.mog
refuses 5 'nowhere: no such folder' mog card run/best.safetensors networks/small.mog --dataset cifar10 --data nowhere
refuses 5 'gone.mog' mog card run/best.safetensors gone.mog
refuses 2 'MODEL is required' mog card run/best.safetensors
[ ! -e networks/small.md ] || fail "a card of what was refused"

# Another network's file gets a card that says so, and code 1.
# shellcheck disable=SC2086
expect 0 mog train --out other $small --seed 2
expect 1 mog card other/best.safetensors networks/small.mog
says out ', [1-9][0-9]* of [0-9]+ codes differ'
says networks/small.md '^differing_codes: [1-9]'
finish
