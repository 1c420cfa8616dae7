# The command line: every command explains itself, and every wrong word gets one line and its own exit code.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# The manual and --help say the same, both ways: each command has a section, each of its options stands there, and each option
# that the section names is one of the command's, aside from `mog OTHER --option` and lines of other commands.
manual=$MOG_SOURCE_DIR/docs/commands.md
expect 0 mog --help
sed -n '/^Subcommands:/,$s/^  \([a-z]*\)  .*/\1/p' out >commands
[ "$(wc -l <commands)" -ge 18 ] || fail "mog --help lists $(wc -l <commands) commands, expected 18 or more"
sed -n 's/^## mog \([a-z]*\)$/\1/p' "$manual" >sections
sort commands >commands.sorted
sort sections | diff commands.sorted - >difference || fail "mog --help and the manual's sections differ: $(cat difference)"
options() { grep -oE -- '(^|[^a-z-])--[a-z][a-z0-9-]*' "$@" | grep -oE -- '--[a-z0-9-]*' | sort -u; }
for command in $(cat commands); do
  expect 0 mog "$command" --help
  says out '^Usage: mog '
  cat out >help
  for word in $(sed -n '/^Subcommands:/,$s/^  \([a-z]*\)  .*/\1/p' out); do # mog data fetch
    expect 0 mog "$command" "$word" --help
    cat out >>help
  done
  sed -n "/^## mog $command\$/,/^## /p" "$manual" | sed -e '1b' -e '/^## /d' -e 's/\$([^)]*)//g' -e 's/ # .*//' -e 's/`mog [a-z]* [^`]*`//g' >section
  grep -vE '^    .*mog [a-z]' section >prose
  grep -E "^    .*mog $command( |\$)" section >>prose
  says section "^    mog $command( |\$)"
  sed -n 's/^  *\(-[a-z],\)\{0,1\}\(--[a-z][a-z0-9-]*\).*/\2/p' help | grep -vxE -- '--(help|version|config)' | sort -u >known
  options prose | grep -vxE -- '--(help|config)' >named
  diff known named >difference ||
    fail "mog $command: --help (<) and its section of the manual (>) differ: $(grep '^[<>]' difference | tr '\n' ' ')"
done
# The launcher's own words, likewise.
expect 0 "$MOG_SOURCE_DIR/mog" help
sed -n 's/^  \([a-z]*\) .*/\1/p' out | sort -u >words
sed -n 's/^| `\.\/mog .*/&/p' "$manual" | sed 's/ |.*//' | grep -oE '\./mog [a-z]+' | sed 's/.* //' | sort -u >named
diff words named >difference || fail "./mog help (<) and the manual's table (>) differ: $(cat difference)"

expect 0 mog version
says out '^compiler +'
says out '^instruction set +'
says out '^threads +'
expect 0 env MOG_ISA= "$MOG_PROGRAM" version
mv out variable_empty
expect 0 env -u MOG_ISA "$MOG_PROGRAM" version
same out variable_empty
expect 0 env MOG_ISA=reference "$MOG_PROGRAM" version
says out '^instruction set +reference$'
refuses 2 'MOG_ISA=mmx: unknown, expected reference, ' env MOG_ISA=mmx "$MOG_PROGRAM" version

for count in 0 4097 100000 many -1; do # OpenMP has its own say about some of them
  expect 2 env OMP_NUM_THREADS=$count "$MOG_PROGRAM" version
  says err "^mog: OMP_NUM_THREADS: $count, expected a whole number from 1 to 4096$"
done
expect 0 env OMP_NUM_THREADS=3,2 "$MOG_PROGRAM" version
says out '^threads +3$'
expect 0 env -u OMP_NUM_THREADS taskset -c 0 "$MOG_PROGRAM" version
says out '^threads +1$'
refuses 2 'no command frobnicate, expected one of train, ' mog frobnicate
refuses 2 'subcommand' mog
refuses 2 '--out is required' mog train
refuses 2 '--nope' mog train --out run --nope 3
refuses 2 'nope: unknown, expected one of cifar10-paper' mog train --out run --recipe nope
refuses 2 'n = 7 output maps, expected an even number' mog train --out run --n 7
refuses 2 'mognet: n = 0, expected 2 to 2048' mog train --out run --n 0
refuses 2 'g = 3 groups, expected a divisor of n / 2 = 4' mog train --out run --n 8 --g 3
refuses 2 'mognet: k = 0, expected 1 to 8' mog train --out run --k 0
refuses 2 'mognet: k = 9, expected 1 to 8' mog train --out run --k 9
refuses 2 'batch of 0, expected 2 to 1000000' mog train --out run --batch 0
refuses 2 'batch of 100000000000, expected 2 to 1000000' mog train --out unmade --batch 100000000000
[ ! -e unmade ] || fail 'a refused training left a folder'
refuses 2 'batch of 100000, expected at most the [0-9]+ images' mog train --out run --n 8 --g 2 --batch 100000
refuses 2 '-1 epochs, expected 0 to 1000000' mog train --out run --epochs=-1,1,1
refuses 2 '9223372036854775807 epochs, expected 0 to 1000000' mog train --out run --epochs 9223372036854775807,1,1
refuses 2 'no epochs in any run' mog train --out run --epochs 0,0,0
refuses 2 'epochs of 2 runs, expected of 3' mog train --out run --epochs 1,1
refuses 2 '--threads' mog train --out run --threads 0
refuses 2 'head = quaternary, expected binary or ternary' mog train --out run --head quaternary
refuses 2 'no model vgg, expected one of mognet, resnet20, etd-resnet20, etd-resnet32' mog train --out run --model vgg
refuses 2 'resnet20: has no option g' mog train --out run --model resnet20 --g 4
refuses 2 '--data DIR' mog train --out run --dataset cifar10
refuses 2 'nofile' mog train --out run --config nofile
printf '[train]\nfoo=1\n' >wrong.ini
refuses 2 '/dev/zero: more than 65536 bytes: no configuration' mog train --out run --config /dev/zero
refuses 2 'foo' mog train --out run --config wrong.ini
refuses 2 '--batch' mog profile --batch 1

refuses 5 'nowhere: no such folder' mog train --out run --dataset cifar10 --data nowhere
refuses 5 'nofile: cannot open' mog eval nofile
printf 'short' >broken
refuses 3 'broken: neither a checkpoint .safetensors. nor a packed network' mog eval broken
refuses 5 'cannot make this folder' mog train --out broken --n 8 --g 2
mkdir empty
rm -rf run
refuses 3 'empty' mog train --out run --dataset folder --data empty
finish
