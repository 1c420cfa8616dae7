# `mog eval`, `mog predict`, `mog verify` on a packed file: the checkpoint's answers, whatever the files are called.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# shellcheck disable=SC2086
expect 0 mog train --out run $small
expect 0 mog export run/best.safetensors --to model.mog

# numbers FILE: the logits of a .npy file, one a line.
numbers() { tail -c +129 "$1" | od -An -v -tf4 -w4; }

# The same accuracy, the same line, and logits that a fixed-point map and float32 leave apart: less than a thousandth.
expect 0 mog eval run/best.safetensors --logits trained.npy
sed 's/^[^,]*, //; s/loss.*//' out >trained
expect 0 mog eval model.mog --logits packed.npy
says out '^model.mog, quantized: [0-9.]+ % of 1000 test images, loss [0-9.]+$'
sed 's/^[^,]*, //; s/loss.*//' out >packed
same trained packed
cmp -s -n 128 trained.npy packed.npy || fail "the logits' shapes differ"
numbers trained.npy >trained
numbers packed.npy | paste trained - | awk '
  { d = $1 - $2; if (d < 0) d = -d; if (d > 1e-3) far++; if ($1 != 0) some++ }
  END { exit !(NR == 10000 && some > 5000 && far == 0) }' || fail "the logits lie apart"
expect 0 mog eval model.mog --json
says out '"file": "model.mog",'
says out '"stage": "quantized",'
says out '"accuracy": 0\.[0-9]+,'
loss=$(sed -n 's/^ *"loss": \([0-9.]*\)$/\1/p' out)
expect 0 mog eval run/best.safetensors --json
awk -v a="$loss" -v b="$(sed -n 's/^ *"loss": \([0-9.]*\)$/\1/p' out)" 'BEGIN { d = a - b; exit !(a > 0.1 && d * d < 1e-8) }' ||
  fail "the losses lie apart: $loss, $(cat out)"
expect 0 env MOG_ISA=reference "$MOG_PROGRAM" eval model.mog --threads 1 --logits plain.npy
same packed.npy plain.npy

# bmp FILE BYTES: a picture of 32 x 32 pixels out of these bytes.
bmp() {
  {
    printf 'BM\066\014\000\000\000\000\000\000\066\000\000\000\050\000\000\000\040\000\000\000\040\000\000\000\001\000\030\000'
    head -c 24 /dev/zero
    head -c 3072 "$2"
  } >"$1"
}
bmp a.bmp model.mog
bmp b.bmp run/best.safetensors
expect 0 mog predict run/best.safetensors a.bmp b.bmp --top 10
mv out trained
expect 0 mog predict model.mog a.bmp b.bmp --top 10
same trained out
[ "$(wc -l <out)" = 2 ] || fail "predict printed $(wc -l <out) lines for two pictures"
awk -F '[,:] ' '{ sum = 0; for (i = 2; i <= NF; i++) { n = split($i, part, " "); sum += part[n - 1] }
  if (NF != 11 || sum < 99.4 || sum > 100.6) exit 1 }' out || fail "no ten shares of 100 %: $(cat out)"

# Content tells what a file is: the names lie. A picture called .mog is taken at its word, and refused.
cp model.mog packed.safetensors
cp run/best.safetensors trained.mog
cp model.mog one
cp run/best.safetensors two
for file in packed.safetensors trained.mog one two; do
  expect 0 mog eval "$file"
  expect 0 mog predict "$file" a.bmp b.bmp --top 10
  same trained out
done
cp a.bmp picture.mog
refuses 3 'picture.mog: neither a checkpoint .safetensors. nor a packed network' mog predict picture.mog b.bmp
refuses 3 'a.bmp: neither a checkpoint .safetensors. nor a packed network' mog eval a.bmp
for bytes in 0 3; do
  head -c $bytes model.mog >cut.mog
  refuses 3 'cut.mog: neither a checkpoint' mog eval cut.mog
  refuses 3 'cut.mog: neither a checkpoint' mog predict cut.mog a.bmp
done
for bytes in 4 63 1000; do
  head -c $bytes model.mog >cut.mog
  refuses 3 'cut.mog: byte [0-9]+: ' mog eval cut.mog
done
tr -d '\r' <model.mog >text.mog
refuses 3 'text.mog: byte 0: no packed network' mog eval text.mog
refuses 5 'gone.mog: cannot open' mog eval gone.mog
refuses 5 'gone.mog: cannot open' mog predict gone.mog a.bmp
refuses 5 'run: cannot read: not a regular file' mog eval run
refuses 2 'no picture, expected at least one behind the network model.mog' mog predict model.mog

# Images of other classes, of another size; a file without names.
mkdir -p pictures/train/a pictures/train/b pictures/test/a pictures/test/b
for folder in pictures/*/*; do cp a.bmp "$folder/1.bmp"; done
refuses 2 'model.mog knows 10 classes, the images have 2' mog eval model.mog --dataset folder --data pictures
for class in c d e f g h i j; do
  mkdir pictures/train/$class pictures/test/$class
  cp a.bmp pictures/train/$class/
  cp a.bmp pictures/test/$class/
done
refuses 2 'model.mog was trained on other classes: [a-z ]+, not a; say which images with --dataset' \
  mog eval model.mog --dataset folder --data pictures
expect 0 mog export run/best.safetensors --to large.mog --size 48
refuses 2 'large.mog takes pictures of 48 x 48, the images have 32 x 32' mog eval large.mog
expect 0 mog predict large.mog a.bmp

# The names are the last section: the file ends before them.
expect 0 mog info model.mog
python3 - <<'END'
import re, struct, zlib
offset, size = map(int, re.search(r"^ *(\d+) +(\d+) +head +affine", open("out").read(), re.M).groups())
file = bytearray(open("model.mog", "rb").read())[: offset + size]
struct.pack_into("<I", file, 48, 0)  # bytes of names
struct.pack_into("<Q", file, 16, len(file))
struct.pack_into("<I", file, 12, zlib.crc32(file[16:]))
open("nameless.mog", "wb").write(file)
END
refuses 2 'nameless.mog does not name its 10 classes' mog eval nameless.mog
expect 0 mog predict nameless.mog a.bmp --top 1
says out '^a.bmp: [0-9] [0-9.]+ %$'

# Without a checkpoint an engine is compared with the plain loops; with one, in either order.
for isa in "" MOG_ISA=reference; do
  # shellcheck disable=SC2086
  expect 0 env $isa "$MOG_PROGRAM" verify model.mog --images 20 --threads 2
  says out '^images +20$'
  says out '^differing codes +0 of [1-9]'
  says out '^differing sums +0 of [1-9]'
  says out '^differing answers +0$'
done
expect 0 mog verify model.mog --images 3 --engine c --json
says out '"plain_loops": "model.mog",'
expect 0 mog verify run/best.safetensors model.mog --images 5 --json
says out '"checkpoint": "run/best.safetensors",'
mv out right
expect 0 mog verify model.mog run/best.safetensors --images 5 --json
same right out
# shellcheck disable=SC2086
expect 0 mog train --out other $small --seed 2
expect 0 mog export other/best.safetensors --to other.mog
expect 1 mog verify model.mog other.mog --images 2
says err 'other.mog: the first difference is in layer conv.activation, .*: -?[0-9]+, the plain loops have -?[0-9]+$'
refuses 2 'the checkpoint run/best.safetensors alone, expected also the packed file' mog verify run/best.safetensors
refuses 2 'expected --engine runtime or c' mog verify model.mog --engine reference
refuses 3 'neither a checkpoint' mog verify a.bmp model.mog
refuses 3 'neither a checkpoint' mog verify model.mog a.bmp
refuses 2 'large.mog takes pictures of 48 x 48, the images have 32 x 32' mog verify large.mog
finish
