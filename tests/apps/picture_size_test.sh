# Pictures of other sizes than 32x32, and not square: trained, resumed, measured, exported, verified, predicted and traced.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
command -v python3 >/dev/null || { echo "no python3"; finish; }
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pics

tiny="--dataset folder --data pics --n 4 --g 1 --k 2 --batch 4 --epochs 1,0,1 --max-steps 3"
# shellcheck disable=SC2086 # a list of words
expect 0 mog train $tiny --size 16x24 --out run
expect 0 grep -x 'size = 16x24' run/config.ini
expect 0 mog train --config run/config.ini --resume
says err 'was finished already'

# The checkpoint knows its size: nobody has to say it again, and another size is taken where it is asked for.
expect 0 mog eval run/last.safetensors --dataset folder --data pics
expect 0 mog eval run/last.safetensors --dataset folder --data pics --size 32
expect 0 mog export run/last.safetensors --to net.mog
expect 0 mog info net.mog
says out '16 x 24'
expect 0 mog verify run/last.safetensors net.mog --dataset folder --data pics
says out '^differing codes +0 of '
expect 0 mog eval net.mog --dataset folder --data pics
expect 0 mog predict run/last.safetensors pics/dark/0.bmp
cp out of_checkpoint
expect 0 mog predict net.mog pics/dark/0.bmp
same out of_checkpoint
expect 0 mog trace net.mog pics/dark/0.bmp --out traced
expect 0 mog trace run/last.safetensors pics/dark/0.bmp --out traced_checkpoint
expect 0 cmp traced/pool3.npy traced_checkpoint/pool3.npy
expect 0 mog export run/last.safetensors --to wide.mog --size 32x64
expect 2 mog verify run/last.safetensors wide.mog --dataset folder --data pics --size 16x24
says err 'takes pictures of 32 x 64, the images have 16 x 24'

refuses 2 'expected multiples of 8 for a mognet' mog train $tiny --size 20 --out other
refuses 2 'expected HEIGHT or HEIGHTxWIDTH, 1 to 4096 a side' mog train $tiny --size 20x --out other
refuses 2 'only for --dataset folder; the pictures of builtin are 32x32' mog train --size 16 --out other
refuses 2 'expected multiples of 8' mog export run/last.safetensors --to odd.mog --size 12x16
finish
