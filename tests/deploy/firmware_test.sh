# A trained network's exported C: without a warning for four processors, and its answers the same on all of them, firmware on an
# emulated Cortex-M4 included. Skipped where cross compilers or emulators are missing: ./mog packages firmware
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

# shellcheck disable=SC2086
expect 0 mog train --out run $small
expect 0 mog export run/best.safetensors --to model.mog --to-c c
says out '^c: C99 with [0-9]+ bytes of constants, and [0-9]+ bytes of memory for a run$'
memory=$(sed -n 's/^c: .* and \([0-9]*\) bytes of memory.*/\1/p' out)
says c/model.h "^#define MOG_ARENA_BYTES $memory\$"
expect 0 mog verify run/best.safetensors model.mog --images 30 --threads 2 --engine c --layers
says out '^images +30$'
says out '^differing codes +0 of '
says out '^mrb2.mux +codes +122880 +0$'

expect 0 mog export run/best.safetensors --to-c named --c-prefix digits_ --c-lanes 2
says named/model.h '^void digits_run\('
refuses 2 'expected --to FILE, --to-c DIR, ' mog export run/best.safetensors
refuses 2 "prefix '2_', expected the beginning of a C name" mog export run/best.safetensors --to-c c --c-prefix 2_
refuses 2 '--c-lanes' mog export run/best.safetensors --to-c c --c-lanes 17

# The manual's lines compile.
{
  sed -n "/^## On one's own board/,/^Compile/s/^    //p" "$MOG_SOURCE_DIR/docs/c-export.md" >lines
  head -n 2 lines
  echo 'void panic(const char *name);'
  echo 'void show(int answer);'
  echo 'void look(const uint8_t *pixels);'
  echo 'void look(const uint8_t *pixels) {'
  tail -n +3 lines
  echo '}'
} >manual.c
[ "$(wc -l <lines)" = 5 ] || fail "the manual's lines are $(cat lines)"
expect 0 cc -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror -Ic -c manual.c

"$MOG_SOURCE_DIR/deploy/firmware/check.sh" c >checked 2>&1
status=$?
cat checked
case $status in
  0)
    says checked '^aarch64: 10 pictures, every layer and class sum as on this machine$'
    says checked '^riscv64: 10 pictures, every layer and class sum as on this machine$'
    says checked '^cortex-m4 firmware: 10 pictures, every layer and class sum as on this machine$'
    ram=$(sed -n 's/^  RAM, network alone: //p' checked)
    if [ "$ram" -lt "$memory" ] || [ "$ram" -ge $((memory + 64)) ]; then
      fail "$ram bytes of RAM, the header says $memory"
    fi
    says checked '^  instructions an image: [1-9][0-9]{5,8}$'
    ;;
  77) [ $failures = 0 ] && exit 77 ;;
  *) fail "check.sh ended with $status" ;;
esac
finish
