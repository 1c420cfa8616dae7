# What people give as --data: each is named for what it is, with the command that gets the right one.
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
finish
