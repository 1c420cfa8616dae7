# `mog export --to-onnx, --to-qonnx` and `mog verify --engine onnxruntime, opencv` of the network that comes along.
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
says err 'a.onnx: 20 class sums and [0-2] answers differ'
refuses 5 'no onnxruntime found .tried python3, node.' \
  env PATH="$PWD/lacks:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine onnxruntime --images 1
refuses 5 'no opencv found .tried python3.; on Debian: apt-get install python3-opencv' \
  env PATH="$PWD/lacks:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine opencv --images 1
refuses 1 'onnxruntime in python3 failed on a.onnx: it .x1b.31mbroke' \
  env PATH="$PWD/breaks:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine onnxruntime --images 1
refuses 2 'a.onnx does not show the codes of conv.activation: export it with --layers' \
  env PATH="$PWD/zeros:$PATH" "$MOG_PROGRAM" verify "$network" a.onnx --engine onnxruntime --images 1 --layers

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
