# `mog export`, `mog info`, `mog verify`, `mog trace`: a trained network's packed file answers as its checkpoint does.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# shellcheck disable=SC2086
expect 0 mog train --out run $small
expect 0 mog summary --n 8 --g 2 --k 2 --json
bits=$(sed -n 's/^ *"weight_bits": \([0-9]*\),$/\1/p' out)
expect 0 mog export run/best.safetensors --to model.mog --proof
says out '^model.mog: [0-9]+ bytes, [0-9.]+ times the '"$bits"' bits of its weights$'
says out '^cflog4.expand +-?[0-9]+ +[0-9]+ +(16|32) +[0-9]+ exact$'
says out '^every sum of every picture fits 32 bits; the widest, '
says out '^the trained network.s float sums are exact for every picture'
expect 0 mog export run/best.safetensors --to again.mog
same model.mog again.mog

# The weights are those that the summary counts.
expect 0 mog info model.mog --json
says out "\"weight_bits\": $bits,"
says out "\"bytes\": $(wc -c <model.mog),"
expect 0 mog info model.mog
says out '^ +[0-9]+ +[0-9]+  mrb3.b.group +ternary weights +[0-9]+$'
says out "^file +$(wc -c <model.mog) bytes, "

# Not a code differs; a file of another network differs, and says where.
for isa in "" MOG_ISA=reference; do
  # shellcheck disable=SC2086
  expect 0 env $isa "$MOG_PROGRAM" verify run/best.safetensors model.mog --images 20 --threads 2
  says out '^differing codes +0 of '
  says out '^differing answers +0$'
done
expect 0 mog verify run/best.safetensors model.mog --images 40 --layers --threads 2 --engine reference
says out '^images +40$'
says out '^differing codes +0 of '
says out '^differing sums +0 of '
says out '^differing answers +0$'
says out '^mrb2.mux +codes +163840 +0$'
# shellcheck disable=SC2086
expect 0 mog train --out other $small --seed 2
expect 0 mog export other/best.safetensors --to other.mog
expect 1 mog verify run/best.safetensors other.mog --images 2 --json
says out '"differing_codes": [1-9]'
says err 'other.mog: the first difference is in layer conv.activation, image 0, row [0-9]+, column [0-9]+, channel [0-9]+: -?[0-9]+, the trained network has -?[0-9]+$'

# The same maps from both networks.
{
  printf 'BM\066\014\000\000\000\000\000\000\066\000\000\000\050\000\000\000\040\000\000\000\040\000\000\000\001\000\030\000'
  head -c 24 /dev/zero
  head -c 3072 model.mog
} >picture.bmp
expect 0 mog trace model.mog picture.bmp --out integer
says out '^integer: [0-9]+ files$'
expect 0 mog trace run/best.safetensors picture.bmp --out trained
exists integer/class_sums.npy integer/logits.npy trained/logits.npy
maps=0
for map in integer/*.npy; do
  name=${map#integer/}
  case $name in class_sums.npy | logits.npy) continue ;; esac
  same "$map" "trained/$name"
  maps=$((maps + 1))
done
[ $maps = 49 ] || fail "$maps maps, expected 49"

# What is refused.
# shellcheck disable=SC2086
expect 0 mog train --out early --n 8 --g 2 --k 2 --epochs 1,1,0 --max-steps 2 --batch 10
refuses 3 'last trained in the quantized-weights run, expected the quantized one' mog export early/best.safetensors --to early.mog
refuses 2 'expected multiples of 8' mog export run/best.safetensors --to odd.mog --size 20
head -c 1000 model.mog >cut.mog
refuses 3 'cut.mog: byte 16: 1000 bytes, expected [0-9]+' mog info cut.mog
refuses 3 'picture.bmp: byte 0: no packed network' mog info picture.bmp
refuses 5 'none.mog' mog verify run/best.safetensors none.mog
refuses 5 'cannot make this folder' mog trace model.mog picture.bmp --out model.mog
finish
