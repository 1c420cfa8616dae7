# `mog export --to-onnx, --to-qonnx` and `mog verify --engine onnxruntime, opencv`, with programs in the engines' places.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
network=$MOG_SOURCE_DIR/networks/cifar10.mog

expect 0 mog export "$network" --to-onnx a.onnx
says out '^a.onnx: [0-9]+ bytes, [0-9]+ nodes$'
says out '^two convolutions each, so that float32 holds every sum of every picture: mrb3_b_expand$'
expect 0 mog export "$network" --to-onnx again.onnx
same a.onnx again.onnx
expect 0 mog export "$network" --to-onnx bits.onnx --weights bits
[ "$(wc -c <bits.onnx)" -lt $((2 * $(wc -c <"$network"))) ] || fail "bits.onnx has $(wc -c <bits.onnx) bytes"
expect 0 mog export "$network" --to-onnx layers.onnx --weights int8 --input float --head float --layers
expect 0 mog export "$network" --to-qonnx quant.onnx
says out '^not proved .*: mrb3_b_expand$'
expect 0 mog export "$network" --to-qonnx finn.onnx --dialect finn
exists quant.onnx finn.onnx layers.onnx

# Programs that take what the real ones take: one answers 0 everywhere, one has not the package, one breaks down.
mkdir zeros lacks breaks
cat >zeros/python3 <<'END'
#!/bin/sh
[ "$(wc -c <"$3")" = $((3072 * $5)) ] && head -c $((80 * $5)) /dev/zero >"$4/class_sums"
END
printf '#!/bin/sh\nexit 3\n' >lacks/python3
cp lacks/python3 lacks/node
printf '#!/bin/sh\nprintf "it \\033[31mbroke\\n"\nexit 1\n' >breaks/python3
chmod +x ./*/python3 lacks/node
expect 1 env PATH="$PWD/zeros:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine onnxruntime --images 2 --threads 1
says out '^images +2$'
says out '^differing class sums +20 of 20$'
says err 'a.onnx, level all: 20 class sums and [0-2] answers differ'
refuses 5 'no onnxruntime found .tried python3, node.' \
  env PATH="$PWD/lacks:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine onnxruntime --images 4 --threads 2
refuses 5 'no opencv found .tried python3.; on Debian: apt-get install python3-opencv' \
  env PATH="$PWD/lacks:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine opencv --images 1
refuses 1 'onnxruntime in python3 failed on a.onnx: it .x1b.31mbroke' \
  env PATH="$PWD/breaks:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine onnxruntime --images 1
refuses 2 'a.onnx does not show the codes of conv.activation: export it with --layers' \
  env PATH="$PWD/zeros:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine onnxruntime --images 1 --layers

# One that gives right numbers, but zeros at the level basic and half of them at extended, and writes down what it was called
# for. What is right of the integers are the plain loops' class sums for these pictures, as `mog trace` has them.
# shellcheck disable=SC2086
expect 0 mog train --out run $small
expect 0 mog export run/best.safetensors --to small.mog --to-onnx small.onnx
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
for picture in pictures/*/?.bmp; do # 60 pictures are more than a batch
  cp "$picture" "${picture%.bmp}0.bmp"
  cp "$picture" "${picture%.bmp}00.bmp"
done
for picture in $(ls pictures/*/*.bmp | LC_ALL=C sort); do
  expect 0 mog trace small.mog "$picture" --out trace
  tail -c 80 trace/class_sums.npy >>class_sums.right
done
mkdir right
cat >right/python3 <<END
#!/bin/sh
echo "\$5 \$8 \$9" >>"$scratch/calls"
case \$9 in
basic) head -c \$((80 * \$5)) /dev/zero ;;
extended) head -c \$((40 * \$5)) "$scratch/\$OUTPUT.right" ;;
*) head -c \$((80 * \$5)) "$scratch/\$OUTPUT.right" ;;
esac >"\$4/\$OUTPUT"
END
chmod +x right/python3
verify() { env PATH="$scratch/right:$PATH" OUTPUT=$output "$MOG_PROGRAM" verify --engine onnxruntime "$@"; }
output=class_sums
for against in reference runtime; do
  for threads in 1 2; do
    rm -f calls
    expect 1 verify small.mog small.onnx --dataset folder --data pictures --onnx-level disabled,basic,all \
      --against $against --threads $threads
    [ "$(grep '^mog: ' err | tr -d 0-9)" = 'mog: small.onnx, level basic:  class sums and  answers differ' ] ||
      fail "more than one level differs, or none: $(cat err)"
    awk '$1 == "level" { level = $2 } /^differing class sums/ { print level, $4, $6 }' out >sums
    printf 'disabled 0 600\nbasic 600 600\nall 0 600\n' | cmp -s - sums || fail "the levels' class sums: $(cat sums)"
    printf "60 $threads %s\n" disabled basic all | cmp -s - calls || fail "called for images, threads, level: $(cat calls)"
  done
done
expect 1 verify small.mog small.onnx --images 3 --onnx-level all,basic --json
[ "$(grep -cE '"level": "(all|basic)"' out)" = 2 ] || fail "no two levels in $(cat out)"
refuses 3 'output class_sums has 4800 bytes, expected 9600' verify small.mog small.onnx --images 120 --onnx-level extended
refuses 2 'onnx-level half, expected disabled, basic, extended or all' verify small.mog small.onnx --onnx-level all,half
refuses 2 'onnx-level all is of --engine onnxruntime, not of runtime' mog verify small.mog --onnx-level all
refuses 2 'against runtime is for the class sums' verify small.mog small.onnx --against runtime --layers
refuses 2 'against runtime is for the class sums' verify run/best.safetensors small.onnx --against runtime
refuses 2 'against runtime is for the class sums' mog verify small.mog --engine c --against runtime
refuses 2 'bound and --turned are of a checkpoint' verify run/best.safetensors small.onnx --bound 1e-3

# Files of floats: beside the evaluation's logits, within a bound; where activations are codes a tenth may lie beyond.
expect 0 mog export run/best.safetensors --to-onnx floats.onnx --graph floats
expect 0 mog eval run/best.safetensors --logits logits.npy
python3 -c 'import array
array.array("d", array.array("f", open("logits.npy", "rb").read()[128:])).tofile(open("logits.right", "wb"))'
output=logits
expect 0 verify --images 120 run/best.safetensors floats.onnx
says out '^level +all$'
says out '^images +120$'
says out '^beyond the bound +0, 12 may be$'
says out '^differing answers +0$'
says out '^any logit deviates +0 at most$'
expect 0 verify --images 120 run/best.safetensors floats.onnx --json
says out '"beyond": 0,'
expect 1 verify --images 120 run/best.safetensors floats.onnx --onnx-level basic,all
says err '^mog: floats.onnx, level basic: of 120 pictures 120 lie beyond 2e-05 of their largest logit, 12 may$'
expect 0 verify --images 120 run/best.safetensors floats.onnx --onnx-level basic --turned 1
expect 0 verify --images 120 run/best.safetensors floats.onnx --onnx-level basic --bound 1
refuses 3 'output logits has 4800 bytes, expected 9600' verify --images 120 run/best.safetensors floats.onnx --onnx-level extended
refuses 2 'floats.onnx holds floats, expected neither --against nor --layers' verify --images 120 run/best.safetensors floats.onnx --layers
refuses 2 'floats.onnx was not exported from run/full-precision.safetensors: that checkpoint' \
  verify --images 120 run/full-precision.safetensors floats.onnx
refuses 2 'floats.onnx was not exported from this network' verify small.mog floats.onnx
expect 0 mog export run/full-precision.safetensors --to-onnx full.onnx --graph floats
expect 1 verify --images 120 run/full-precision.safetensors full.onnx
says out '^beyond the bound +[0-9]+, 0 may be$'
refuses 2 'turned is of the quantized run, .* in the full-precision run' \
  verify --images 120 run/full-precision.safetensors full.onnx --turned 0.1

refuses 2 'was not exported from this network' mog verify "$network" "$network" --engine onnxruntime --images 1
refuses 2 'no ONNX file, expected one behind' mog verify "$network" --engine opencv --images 1
refuses 5 'none.onnx' mog verify "$network" none.onnx --engine onnxruntime --images 1
refuses 2 'is a packed file' mog export "$network" --to-onnx a.onnx --size 64
refuses 2 'fold is of --graph floats' mog export "$network" --to-onnx a.onnx --fold
refuses 2 'graph floats is of --to-onnx alone' mog export "$network" --to-onnx a.onnx --to a.mog --graph floats
refuses 3 'cifar10.mog' mog export "$network" --to-onnx a.onnx --graph floats
refuses 2 'nowhere to write' mog export "$network"
refuses 2 'weights' mog export "$network" --to model.mog --weights int8
refuses 2 'weights' mog export "$network" --to-onnx a.onnx --weights int4
refuses 5 'none/a.onnx' mog export "$network" --to-onnx none/a.onnx
finish
