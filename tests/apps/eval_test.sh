# `mog eval`, `mog predict`, `mog data verify`: what they print, where they print it, what they refuse.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# shellcheck disable=SC2086
expect 0 mog train --out run $small
expect 0 mog eval run/best.safetensors
says out '^run/best.safetensors, quantized: [0-9.]+ % of 1000 test images, loss [0-9.]+$'
[ ! -s err ] || fail "eval wrote to standard error: $(cat err)"
expect 0 mog eval run/best.safetensors --json --logits logits.npy
says out '"accuracy": 0\.[0-9]+,'
says out '"images": 1000,'
[ "$(head -c 6 logits.npy | od -An -tx1 | tr -d ' ')" = 934e554d5059 ] || fail "logits.npy is no .npy file"
head -c 128 logits.npy | tr -d '\0' >header.txt
says header.txt "'shape': \(1000, 10\)"
[ "$(wc -c <logits.npy)" = $((128 + 1000 * 10 * 4)) ] || fail "logits.npy has $(wc -c <logits.npy) bytes"

# bmp FILE SIZE: a black picture, written byte by byte.
number() { printf "\\$(printf %o $(($1 % 256)))\\$(printf %o $(($1 / 256 % 256)))\\$(printf %o $(($1 / 65536)))\\0"; }
bmp() {
  bytes=$(($2 * $2 * 3))
  {
    printf BM; number $((54 + bytes)); number 0; number 54
    number 40; number "$2"; number "$2"; printf '\001\000\030\000'; number 0; number $bytes
    number 0; number 0; number 0; number 0
    head -c $bytes /dev/zero
  } >"$1"
}
bmp black.bmp 32
bmp larger.bmp 48
expect 0 mog predict run/best.safetensors black.bmp larger.bmp --top 2
[ "$(wc -l <out)" = 2 ] || fail "predict printed $(wc -l <out) lines for two pictures"
says out '^black.bmp: [a-z -]+ [0-9.]+ %, [a-z -]+ [0-9.]+ %$'
head -c 1000 black.bmp >cut.bmp
refuses 3 'cut.bmp' mog predict run/best.safetensors cut.bmp
refuses 5 'gone.png' mog predict run/best.safetensors gone.png

# Every truncation and a wrong architecture are refused in one line.
for bytes in 0 7 100 5000; do
  head -c $bytes run/best.safetensors >cut.safetensors
  refuses 3 'cut.safetensors' mog eval cut.safetensors
done
mkdir -p pictures/train/a pictures/train/b pictures/test/a pictures/test/b
for folder in pictures/*/*; do cp black.bmp "$folder/1.bmp"; done
refuses 2 'knows 10 classes, the images have 2' mog eval run/best.safetensors --dataset folder --data pictures

expect 0 mog data verify pictures/train
says out '2 classes'
printf 'no picture' >pictures/train/a/2.png
expect 3 mog data verify pictures/train
says out '2.png'
mkdir cifar
head -c 100 /dev/zero >cifar/data_batch_1.bin
expect 3 mog data verify cifar
says out 'data_batch_1.bin'
finish
