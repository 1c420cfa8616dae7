# A second model on the command line: trained, resumed, measured, described; what it cannot do is refused by a node's name.
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
expect 2 mog export whole/last.safetensors --to whole.mog
says err 'lower: conv: full weights have no integer form, expected binary or ternary ones'

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
refuses 2 'slbf-resnet18: m = 1/3, expected 1, 1/2, 1/4, 1/8 or 1/16' mog train --out none --model slbf-resnet18 --m 1/3
finish
