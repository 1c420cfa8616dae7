# What people give as --data: each is named for what it is, with the command that gets the right one; folders of pictures as
# people have them, and what is broken in them.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# named PATH WHAT FIX: training refuses the path with both, and verification finds it.
named() {
  refuses 3 "^mog: cifar-10: $1: $2, expected cifar-10 as a folder with data_batch_1.bin; $3\$" \
    mog train --out run --dataset cifar10 --data "$1"
  [ ! -e run ] || fail "a refused training left a folder"
  expect 3 mog data verify "$1"
  says out "^$2\$"
  says out "; $3\$"
}

get='to get the binary version of CIFAR-10: mog data fetch cifar10'
mkdir -p 'cifar-10-batches-py'
printf '\200\002}q\001' >cifar-10-batches-py/data_batch_1
named cifar-10-batches-py 'the Python version of CIFAR-10' "$get ."
named cifar-10-batches-py/data_batch_1 'one file of the Python version of CIFAR-10' "$get ."
mkdir downloads
printf '\037\213\010' >downloads/cifar-10-python.tar.gz
named downloads/cifar-10-python.tar.gz 'the archive of the Python version of CIFAR-10' "$get downloads"
named downloads 'holds the archive of the Python version of CIFAR-10' "$get downloads"
cp downloads/cifar-10-python.tar.gz downloads/cifar-10-binary.tar.gz
named downloads/cifar-10-binary.tar.gz 'the archive of the binary version of CIFAR-10, not unpacked' \
  'to unpack it: mog data fetch cifar10 downloads'
mkdir other
truncate -s 30730000 other/data_batch_1.bin
named other/data_batch_1.bin 'one file of CIFAR-10 alone' "$get other"

refuses 5 "nowhere: no such folder; $get nowhere\$" mog train --out run --dataset cifar10 --data nowhere
refuses 5 "nowhere: no such folder; $get nowhere\$" mog eval --dataset cifar10 --data nowhere
# Folders of pictures: what was recognised is said, whatever it is called.
command -v python3 >/dev/null || { echo "no python3"; finish; }
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" flat
tiny="--dataset folder --n 4 --g 1 --k 2 --batch 4 --epochs 1,0,1 --max-steps 2 --threads 2"
# shellcheck disable=SC2086 # $tiny is a list of words
expect 0 mog train $tiny --data flat --out flat.run
says err '^learning from flat, measured on 20 % of each class of flat: 2 classes, pictures 16 \+ 4: dark 8 \+ 2, light 8 \+ 2$'
mkdir -p pics/archive/Train pics/archive/Val pics/__MACOSX/x
cp -r flat/dark flat/light pics/archive/Train
cp -r flat/dark flat/light pics/archive/Val
for clutter in Thumbs.db desktop.ini .DS_Store ._0.bmp; do printf clutter >pics/archive/Train/dark/$clutter; done
rm pics/archive/Val/light/[5-9].bmp
# shellcheck disable=SC2086
expect 0 mog train $tiny --data pics --out pics.run
says err '^learning from pics/archive/Train, measured on pics/archive/Val: 2 classes, pictures 20 \+ 15: dark 10 \+ 10, light 10 \+ 5$'
# shellcheck disable=SC2086
refuses 3 'pics/archive/Train/dark: holds 10 pictures but no sub-folders, .*; or, if these are one class, give pics/archive/Train$' \
  mog train $tiny --data pics/archive/Train/dark --out run
refuses 3 'cifar-10: pics: holds folders of pictures, .*; --dataset folder reads them$' mog eval --dataset cifar10 --data pics
# shellcheck disable=SC2086
refuses 3 'cifar-10-batches-py: the Python version of CIFAR-10, expected one .* mog data fetch cifar10 \.$' \
  mog train $tiny --data cifar-10-batches-py --out run

# Measuring takes all of a folder that has no part for it, and says so, or the part that training keeps.
expect 0 mog eval flat.run/best.safetensors --dataset folder --data flat
says out ' of 20 test images'
says err '^measured on all of flat: 2 classes, pictures 20: dark 10, light 10$'
says err '^flat has no folder to measure on: .*--held-back'
expect 0 mog eval flat.run/best.safetensors --dataset folder --data flat --held-back
says out ' of 4 test images'
says err '^measured on 20 % of each class of flat: 2 classes, pictures 4: dark 2, light 2$'
[ "$(wc -l <err)" = 1 ] || fail "eval --held-back says more: $(cat err)"
expect 0 mog eval flat.run/best.safetensors --dataset folder --data pics
says out ' of 15 test images'
mkdir measured
cp -r pics/archive/Val measured/test
expect 0 mog eval flat.run/best.safetensors --dataset folder --data measured
says out ' of 15 test images'
# shellcheck disable=SC2086
refuses 3 'measured: holds test/ but no train/' mog train $tiny --data measured --out run

# One broken picture: named, left out where that is asked for, and listed; the run goes on with the same pictures only.
cp -r flat broken
head -c 200 flat/dark/3.bmp >broken/dark/3.bmp
# shellcheck disable=SC2086
refuses 3 'broken/dark/3.bmp: .*; --skip-broken leaves it out$' mog train $tiny --data broken --out run
# shellcheck disable=SC2086
expect 0 mog train $tiny --data broken --out broken.run --skip-broken
says err ': 2 classes, pictures 15 \+ 4: dark 7 \+ 2, light 8 \+ 2$'
says err '^left out: 1$'
says err '^  image: broken/dark/3.bmp: '
cp broken.run/last.safetensors before
expect 0 mog train --config broken.run/config.ini --resume
says err '^left out: 1$'
same before broken.run/last.safetensors
cp flat/dark/3.bmp broken/dark/3.bmp
refuses_last() { expect 3 "$@"; tail -n 1 err >last; says last 'learning from 15 images .*learning from 16 images'; }
refuses_last mog train --config broken.run/config.ini --resume
refuses 2 '^mog: --skip-broken: only for --dataset folder, not builtin$' mog train --skip-broken --out run
refuses 2 '^mog: --held-back: only for --dataset folder, not builtin$' mog eval --held-back

# Pictures that cannot be read are no reason to leave the others; the first one's code is the end's.
head -c 200 flat/dark/3.bmp >cut.bmp
expect 3 mog predict flat.run/best.safetensors flat/dark/1.bmp cut.bmp gone.bmp flat flat/light/2.bmp
[ "$(wc -l <out)" = 2 ] || fail "predict printed $(cat out)"
says out '^flat/dark/1.bmp: '
says out '^flat/light/2.bmp: '
[ "$(wc -l <err)" = 3 ] || fail "predict complained: $(cat err)"
says err '^mog: image: cut.bmp: '
says err '^mog: image: gone.bmp: no such file$'
says err '^mog: flat: a folder, expected pictures: flat/\*$'
expect 5 mog predict flat.run/best.safetensors gone.bmp cut.bmp flat/light/2.bmp

# Verification counts, refuses what training would, and notes what it would not.
expect 0 mog data verify pics
says out '^image folder: learning from pics/archive/Train, measured on pics/archive/Val; 2 classes, 35 pictures$'
says out '^  light: 10 to learn from, 5 to measure on$'
says out '^note: the same picture to learn from and to measure on: pics/archive/Train/dark/0.bmp, pics/archive/Val/dark/0.bmp$'
says out '^note: and 5 more of this kind$'
cut -c 1-200 flat/dark/3.bmp | head -c 200 >flat/light/3.bmp
expect 3 mog data verify flat
says out '^image: flat/light/3.bmp: '
finish
