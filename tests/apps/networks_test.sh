# Networks by name: those that come with the program answer without any data set, and are found wherever it stands.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
unset MOG_NETWORKS
shipped=$MOG_SOURCE_DIR/networks

# bmp FILE FIRST: a picture of 32 x 32 pixels out of the shipped network's bytes, from this one on.
bmp() {
  {
    printf 'BM\066\014\000\000\000\000\000\000\066\000\000\000\050\000\000\000\040\000\000\000\040\000\000\000\001\000\030\000'
    head -c 24 /dev/zero
    tail -c +"$2" "$shipped/cifar10.mog" | head -c 3072
  } >"$1"
}
bmp a.bmp 1
bmp b.bmp 100000

# key FILE KEY: what a card says.
key() { awk -v key="$2: " 'NR > 1 && /^---$/ { exit } index($0, key) == 1 { print substr($0, length(key) + 1) }' "$1"; }

# Each has a card of this very file, knows its classes by name, and answers.
expect 0 mog networks
mv out list
for network in "$shipped"/*.mog; do
  name=$(basename "$network" .mog) card=${network%.mog}.md
  exists "$network" "$card"
  [ "$(key "$card" network)" = "$name" ] || fail "$card is of $(key "$card" network)"
  [ "$(key "$card" md5)" = "$(md5sum <"$network" | cut -d ' ' -f 1)" ] || fail "$card is of another file"
  [ "$(key "$card" bytes)" = "$(wc -c <"$network")" ] || fail "$card: bytes"
  [ "$(key "$card" differing_codes)" = 0 ] || fail "$card: its codes are not the checkpoint's"
  for word in dataset n g k head recipe epochs training_seconds images_per_second; do
    [ -n "$(key "$card" $word)" ] || fail "$card does not say $word"
  done
  accuracy=$(awk -v a="$(key "$card" accuracy)" 'BEGIN { printf "%.2f", 100 * a }')
  says list "^$name +$(key "$card" classes) +$(key "$card" weight_bits) +$(wc -c <"$network")  $accuracy % of $(key "$card" test_images) test images of $(key "$card" dataset)\$"
  says "$card" "^\| accuracy \| $accuracy % of all "
  expect 0 mog info "$network" --json
  names=$(sed -n '/"class_names": \[/,/\]/s/^ *"\([^"]*\)",\{0,1\}$/\1/p' out | grep -vc class_names)
  [ "$names" = "$(key "$card" classes)" ] || fail "$network has $names class names"
  expect 0 mog predict --network "$name" a.bmp b.bmp
  says out '^a.bmp: [a-z_ ]+ [0-9.]+ %, [a-z_ ]+ [0-9.]+ %, [a-z_ ]+ [0-9.]+ %$'
  mv out by_name
  expect 0 mog predict "$network" a.bmp b.bmp
  same by_name out
done
for card in "$shipped"/*.md; do exists "${card%.md}.mog"; done
[ "$(wc -l <list)" = $(($(ls "$shipped"/*.mog | wc -l) + 1)) ] || fail "mog networks lists others: $(cat list)"
expect 0 mog networks --json
says out '"name": "cifar10",'
says out '"accuracy": 0\.[0-9]+$'

# Without a name it is CIFAR-10's; --top, and options between the words.
expect 0 mog predict --network cifar10 a.bmp b.bmp
mv out by_name
expect 0 mog predict a.bmp b.bmp
same by_name out
expect 0 mog predict a.bmp --top 3 b.bmp
same by_name out
expect 0 mog predict a.bmp
[ "$(cat out)" = "$(head -n 1 by_name)" ] || fail "one picture alone: $(cat out)"

# What the first word is: its content says it. A picture of a network's name is a picture.
cp a.bmp cifar10
cp a.bmp noname
for file in cifar10 noname; do
  expect 0 mog predict $file b.bmp
  [ "$(sed "s/^$file/a.bmp/" out)" = "$(cat by_name)" ] || fail "$file as the first picture: $(cat out)"
done
rm cifar10
refuses 2 'no file cifar10; the network of this name is --network cifar10' mog predict cifar10 a.bmp
refuses 2 'no file cifar10; the network of this name is --network cifar10' mog eval cifar10
refuses 2 'two networks: the file .*cifar10.mog and --network cifar10, expected one' mog predict --network cifar10 "$shipped/cifar10.mog" a.bmp
refuses 2 'two networks: the file .*cifar10.mog and --network cifar10, expected one' mog eval --network cifar10 "$shipped/cifar10.mog"
refuses 2 'predict: no picture' mog predict
refuses 2 'predict: no picture' mog predict --network cifar10
refuses 2 'predict: no picture' mog predict "$shipped/cifar10.mog"
refuses 5 'gone.png' mog predict gone.png
refuses 2 'no network nope, expected one of cifar10' mog predict --network nope a.bmp
refuses 2 'no network nope, expected one of cifar10' mog eval --network nope
refuses 2 'no network ../networks/cifar10, expected one of' mog predict --network ../networks/cifar10 a.bmp
refuses 2 'cifar10.mog was trained on other classes: airplane, not ' mog eval
refuses 2 'cifar10.mog was trained on other classes: airplane, not ' mog eval --network cifar10 --dataset builtin

# One's own folders come first; a set but empty variable is as good as none.
mkdir own more
cp "$shipped/cifar10.mog" own/mine.mog
cp "$shipped/cifar10.mog" more/cifar10.mog
sed 's/^accuracy: .*/accuracy: 0.5/' "$shipped/cifar10.md" >more/cifar10.md
: >own/readme.txt
export MOG_NETWORKS=own:more
expect 0 mog networks
says out '^cifar10 .* 50.00 % of '
says out '^mine .* - \(no card\)$'
expect 0 mog networks --json
says out '"file": "more/cifar10.mog",'
expect 0 mog predict --network mine a.bmp b.bmp
same by_name out
refuses 2 'no network nope, expected one of cifar10, .*mine' mog predict --network nope a.bmp
export MOG_NETWORKS=
expect 0 mog networks
same list out
export MOG_NETWORKS=gone
refuses 5 'gone: cannot look for networks here: No such file' mog networks
refuses 5 'gone: cannot look for networks here: No such file' mog predict a.bmp
refuses 5 'a.bmp: cannot look for networks here: Not a directory' env MOG_NETWORKS=a.bmp "$MOG_PROGRAM" networks

# Cards that say nothing of the file, or nothing that can be read.
export MOG_NETWORKS=own
sed 's/^md5: ./md5: x/' "$shipped/cifar10.md" >own/mine.md
expect 0 mog networks
says out '^mine .* - \(its card is of another file\)$'
printf -- '---\nnetwork: mine\nno colon\n---\n' >own/mine.md
refuses 3 'own/mine.md: line 3: expected key: value, or ---' mog networks
printf -- '---\nnetwork: mine\n' >own/mine.md
refuses 3 'own/mine.md: line 3: expected ' mog networks
printf '# mine\n' >own/mine.md
refuses 3 'own/mine.md: line 1: expected ---' mog networks
: >own/mine.md
refuses 3 'own/mine.md: line 1: expected ---' mog networks
sed 's/^accuracy: .*/accuracy: much/' "$shipped/cifar10.md" >own/mine.md
refuses 3 'own/mine.md: accuracy is no number: much' mog networks
rm own/mine.md
head -c 5000 "$shipped/cifar10.mog" >own/cut.mog
refuses 3 'own/cut.mog: byte 16: ' mog networks
expect 0 mog predict --network mine a.bmp
unset MOG_NETWORKS

# The program alone, without what comes with it.
mkdir alone
cp "$MOG_BUILD_DIR/mog" alone/mog
refuses 2 'no network cifar10, nor any other: they are NAME.mog in the folders of MOG_NETWORKS' alone/mog predict a.bmp
expect 0 alone/mog networks
[ "$(wc -l <out)" = 1 ] || fail "networks from nowhere: $(cat out)"
expect 0 env MOG_NETWORKS="$shipped" alone/mog predict a.bmp b.bmp
same by_name out
finish
