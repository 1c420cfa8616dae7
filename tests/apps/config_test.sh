# A run folder's configuration repeats its run, whatever options were given; a refused training changes nothing there.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

mognet="--n 4 --g 1 --k 2"
tiny="--batch 10 --max-steps 1 --threads 1"

# repeats FOLDER WORD...: trains, trains again from the configuration that was left, and compares.
repeats() {
  folder=$1
  shift
  # shellcheck disable=SC2086 # $tiny and $network are lists of words
  expect 0 mog train --out "$folder" $tiny $network "$@"
  expect 0 mog train --config "$folder/config.ini" --out "$folder.again"
  same "$folder/last.safetensors" "$folder.again/last.safetensors"
  cp "$folder/last.safetensors" before
  expect 0 mog train --config "$folder/config.ini" --resume
  same before "$folder/last.safetensors"
  rm -rf "$folder.again"
}

# Every recipe as it is; ADMM's are for networks of tensor trains, and too long for a test.
mog recipes | cut -d' ' -f1 >names
[ "$(wc -l <names)" -ge 6 ] || fail "mog recipes lists $(cat names)"
while read -r name; do
  case $name in
    etd*) network="--model etd-resnet20 --epochs 1,1,1" ;;
    *) network=$mognet ;;
  esac
  repeats "recipe $name" --recipe "$name"
  expect 0 mog recipes "$name"
  cp out "$name copy.ini"
done <names

network=$mognet

# Every option alone.
repeats lr --lr 0.002
repeats epochs --epochs 1,0,2
repeats validation --validation 100
repeats head --head ternary
repeats seed --seed 7
repeats shards --shards 2
repeats save --save-every 0
repeats overfit --overfit-batch --epochs 1,0,0
repeats from --from lr/quantized-weights.safetensors --epochs 0,0,1
repeats teacher --teacher lr/last.safetensors --teacher-weight 0.5 --temperature 2
repeats file --recipe "short copy.ini"
same "file/last.safetensors" "recipe short/last.safetensors"
{ echo "weight_gradients = blocks"; cat "short copy.ini"; } >blocks.ini
repeats blocks --recipe blocks.ini
says blocks/recipe.ini '^weight_gradients = blocks$'

# Every option of the data, and of other networks: on a few pictures, where a run takes a moment.
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
usual=$tiny
tiny="--batch 6 --max-steps 1 --threads 1 --dataset folder --data pictures"
repeats folder
repeats size --size 16x8
repeats skip --skip-broken
network="--epochs 0,0,1"
repeats resnet --model resnet20 --maps 4 --weights ternary
repeats trains --model etd-resnet20 --r1 2 --r2 3 --r3 4
repeats ranks --model etd-resnet32 --ranks code
repeats slbf --model slbf-vgg16 --maps 8 --s 2 --m 1/4
repeats banks --model hybrid-mobilenet --width 1/8 --alpha 1/4 --r 1/2
tiny=$usual network=$mognet
mog train --help | grep -oE '^  (-[a-z],)?--[a-z][a-z0-9-]*' | sed 's/.*--/--/' | grep -vx -e --help -e --continue |
  while read -r option; do
    grep -qE -- "$option( |\$)" "$MOG_SOURCE_DIR/tests/apps/config_test.sh" || echo "no run is repeated with $option"
  done >missing
[ ! -s missing ] || fail "$(cat missing)"

# A run from a file goes on when the file is gone; one that started from a checkpoint, too.
rm "short copy.ini"
expect 0 mog train --config file/config.ini --resume
# shellcheck disable=SC2086
expect 0 mog train --from lr/quantized-weights.safetensors --out other_k $(echo $tiny $network | sed 's/--k 2/--k 3/')
rm lr/quantized-weights.safetensors
expect 0 mog train --config from/config.ini --resume
refuses 5 'quantized-weights.safetensors: cannot' mog train --config from/config.ini --out elsewhere

# A refused training leaves the folder as it was.
cp head/config.ini before.ini
# shellcheck disable=SC2086
refuses 2 'holds a run already' mog train --out head $tiny $network --lr 0.5
same before.ini head/config.ini
# shellcheck disable=SC2086
refuses 3 'another head' mog train --out head $tiny $network --resume
same before.ini head/config.ini

# The folder goes on where it stands now, by a configuration in it; only a difference in how it is trained is refused, by name.
mv head moved
expect 0 mog train --config moved/config.ini --resume
mkdir other_place && cp -r moved other_place/copied
(cd other_place/copied && expect 0 mog train --config config.ini --resume)
refuses 2 '--out is required' mog train --config moved/config.ini
refuses 3 'another way of training: batch 10, expected batch 12$' mog train --config moved/config.ini --batch 12 --resume
refuses 3 'another seed: 1, expected 2$' mog train --config moved/config.ini --resume --seed 2

# Any path and class name comes back; what is no configuration is refused with its line.
# shellcheck disable=SC2086
repeats 'a #1; "b" \ = [c], d' --recipe 'recipe short/recipe.ini'
complaint() {
  printf '%b' "$1" >odd.ini
  refuses 2 "odd.ini: line $2" mog train --out x --config odd.ini
}
complaint 'n = 8\n' '1: n: expected a line \[train\] before the first key'
complaint '[train]\nn = 8\nn = 16\n' '3: n: a second time'
complaint '[train]\n[train]\n' '2: \[train\]: a second time'
complaint '# only\n[eval]\n' '2: \[eval\]: expected \[train\]'
complaint '[train]\nn 8\n' '2: expected KEY = VALUE or \[train\], not n 8'
complaint '[train]\nrecipe = "short\n' '2: a closing quote is missing'
complaint '[train]\nrecipe = "short" long\n' '2: after the closing quote: long'
complaint '[train]\nn =\n' '2: a value is missing'
complaint '[train]\nepochs = 1,,1\n' '2: a value is missing'
printf '\357\273\277[train] # of a byte-order mark\r\nn = 4 ; four\r\ng = 1\r\nk = "2" # two\r\nout = "passed over"\r\n' >good.ini
expect 0 mog train --config good.ini --out good --batch 10 --max-steps 1 --threads 1 --epochs 0,0,1

# What cannot be trained is refused with a reason.
refuses 2 'recipe: none: unknown, expected one of' mog train --out x --recipe none
refuses 5 'none.ini' mog train --out x --recipe none.ini
echo '[quantized]' >empty.ini
refuses 3 'empty.ini: recipe: no epochs' mog train --out x --recipe empty.ini
refuses 2 'without a weight' mog train --out x --teacher lr/last.safetensors
refuses 3 'has n 4, expected 8' mog train --out x --from lr/last.safetensors --n 8 --g 1
refuses 2 'schedule: learning rate 0' mog train --out x --lr 0
refuses 2 'validation: 100000 images' mog train --out x --validation 100000
[ ! -e x/last.safetensors ] || fail "a refused training left a checkpoint"
finish
