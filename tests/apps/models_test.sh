# Models beside MOGNET on the command line: trained, resumed, measured, described; what it cannot do is refused by a node's name.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

small="--model resnet20 --maps 4 --weights ternary --max-steps 6"

# Through the three runs, stopped after each step that a resumed run makes again.
expect 0 mog train --out whole $small --epochs 1,1,1
says out 'quantized +1 '
expect 0 grep -x 'model = resnet20' whole/config.ini
expect 0 grep -x 'maps = 4' whole/config.ini
expect 0 grep -x 'weights = ternary' whole/config.ini
expect 1 grep '^n = ' whole/config.ini

# The configuration repeats its run.
expect 0 mog train --config whole/config.ini --out again
expect 0 cmp whole/last.safetensors again/last.safetensors
expect 0 mog train --config whole/config.ini --resume
says err 'was finished already'

# Another thread, the same bytes.
expect 0 mog train --out single $small --epochs 1,1,1 --threads 1
expect 0 cmp whole/last.safetensors single/last.safetensors

expect 0 mog eval whole/last.safetensors
says out 'of 1000 test images'
expect 0 mog summary --model resnet20 --maps 16
says out '^full weights +270896 of 32 bits$'
says out '^multiply-accumulates +40813184 an image$'
expect 0 mog profile --model resnet20 --maps 4 --batch 2 --steps 1
says out 'resnet20, maps = 4, weights = full, k = 3'

# Weights of one model do not begin another, and a network of sums has no integer form.
expect 3 mog train --out other --from whole/last.safetensors --n 8
says err 'has .* expected'
expect 0 mog export whole/last.safetensors --to-onnx whole.onnx --graph floats --fold
exists whole.onnx
expect 2 mog export whole/last.safetensors --to whole.mog
says err 'lower: conv: full weights have no integer form, expected binary or ternary ones'

# ETD through its three runs: dense, by ADMM with its residual, as tensor trains; the same bytes in one go, in parts and on one thread.
etd="--model etd-resnet20 --recipe etd-short --batch 10 --max-steps 2"
expect 0 mog train --out etd $etd --epochs 1,1,1
says out '^dense +1 .* 1947072$'
says out '^cores +1 .* 1947072$'
says etd/metrics.csv '^stage,.*,residual$'
says etd/metrics.csv '^admm,1,.*,[0-9.]+$'
says etd/metrics.csv '^cores,1,.*,$'
expect 0 mog train --out etd-single $etd --epochs 1,1,1 --threads 1
expect 0 cmp etd/last.safetensors etd-single/last.safetensors
expect 0 mog train --out etd-cores $etd --from etd/admm.safetensors --epochs 0,0,1
says out '^cores +1 '
expect 0 mog eval etd/last.safetensors
says out 'of 1000 test images'

expect 0 mog summary --model etd-resnet20 --json
says out '"weight_bits": 1947072,'
says out '"bits_with_constants": 1947072,'
expect 0 mog summary --model etd-resnet20 --classes 100 --json
says out '"weight_bits": 3792320,'
expect 0 mog summary --model etd-resnet32 --json
says out '"weight_bits": 2540160,'
expect 0 mog summary --model etd-resnet32 --classes 100
says out '^weight bits +2826176 \(2.826 Mb\)$'
says out '^normalisation constants .* counted by the paper$'
expect 0 mog summary --model etd-resnet32 --ranks code --json
says out '"weight_bits": 5333248,'

expect 2 mog train --out no $small --recipe etd-short
says err 'admm: the network has no tensor trains'
expect 3 mog export etd/last.safetensors --to etd.mog
says err 'before it activations are no codes'
expect 2 mog train --out no --model etd-resnet32 --ranks code --r1 3
says err "etd: rank r1 = 3 beside the public code's ranks"

# Stacked filters, by a recipe with runs of its own: selections that move, then stand still; the same bytes on any threads.
stacked="--model slbf-resnet18 --maps 8 --recipe slbf-short --epochs 1,1,1 --max-steps 3 --batch 10"
expect 0 mog train --out stacked $stacked
says out '^stack +1 '
expect 0 grep -x 'm = 1/2' stacked/config.ini
expect 0 mog train --config stacked/config.ini --out restacked --threads 1
expect 0 cmp stacked/last.safetensors restacked/last.safetensors
expect 0 mog eval stacked/last.safetensors
says out 'of 1000 test images'
expect 0 mog train --out vgg --model slbf-vgg16 --maps 8 --s 2 --m 1/4 --recipe slbf-short --epochs 0,1,1 --max-steps 2 --batch 10
refuses 2 'slbf-vgg16: s = 4 parts, expected a divisor of 6 maps' mog train --out none --model slbf-vgg16 --maps 6
expect 0 mog train --out hybrid --model hybrid-resnet20 --maps 4 --epochs 1,1,1 --max-steps 3 --batch 10
expect 0 mog eval hybrid/last.safetensors
expect 0 mog train --out hybrid-vgg --model hybrid-vgg19 --maps 4 --recipe hybrid-binary-short --epochs 1,1 --max-steps 2 --batch 10
expect 0 mog eval hybrid-vgg/last.safetensors
says out 'of 1000 test images'
refuses 2 'lower: group1.1: ' mog export hybrid-vgg/last.safetensors --to vgg.mog

# Hybrid filter banks through their phases: what is ternary stands still in the last one; the same bytes on any threads.
banks="--model hybrid-mobilenet --width 1/8 --alpha 1/4 --recipe hybrid-banks-short --epochs 1,1,1 --max-steps 2 --batch 10"
expect 0 mog train --out banks $banks
says out '^frozen +1 '
expect 0 grep -x 'alpha = 1/4' banks/config.ini
expect 0 mog train --config banks/config.ini --out banks-single --threads 1
expect 0 cmp banks/last.safetensors banks-single/last.safetensors
expect 0 mog eval banks/last.safetensors
says out 'of 1000 test images'
expect 0 mog export banks/last.safetensors --to-onnx banks.onnx --graph floats
refuses 3 'before it activations are no codes' mog export banks/last.safetensors --to banks.mog
refuses 2 'hybrid-mobilenet: alpha = 1/3, expected 1/4, 3/8, 1/2 or 1' mog train --out none --model hybrid-mobilenet --alpha 1/3
refuses 2 'slbf-resnet18: m = 1/3, expected 1, 1/2, 1/4, 1/8 or 1/16' mog train --out none --model slbf-resnet18 --m 1/3
finish
