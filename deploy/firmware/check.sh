#!/bin/sh
# Compiles an exported network for every processor that this machine has compilers for, runs it under QEMU, and compares each
# picture's line with this machine's own; prints what the Cortex-M4 firmware takes. Usage: check.sh FOLDER [PICTURES]
#   FOLDER    what `mog export --to-c FOLDER` wrote, with the prefix mog_
#   PICTURES  a file of pictures, MOG_PIXEL_BYTES bytes each; without it 30 000 drawn bytes
# Ends with 0 when all is well, 77 when a compiler or an emulator was not there, 1 otherwise. MOG_FIRMWARE_OPTIMIZE: -O3 or another
# level, of the firmware.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -gt 1 ]; then
  cp "$2" "$work/pictures"
else
  # shellcheck disable=SC2059 # bytes as octal escapes
  printf "$(awk 'BEGIN { for (x = i = 1; i <= 30720; i++) { x = x * 16807 % 2147483647; printf "\\%03o", x / 64 % 256 } }')" \
    >"$work/pictures"
fi

warnings="-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
cortex="-mcpu=cortex-m4 -mthumb -ffreestanding"
missing=

have() { command -v "$1" >/dev/null 2>&1; }
skip() {
  echo "$1: skipped, no $2"
  missing=yes
}
fail() { echo "FAILED: $*"; exit 1; }

# compiles NAME COMPILER FLAG...: every exported file, without a warning, unoptimised and optimised.
compiles() {
  name=$1
  shift
  if ! have "$1"; then
    skip "$name" "$1"
    return 0
  fi
  for level in -O0 -Os -O3; do
    for file in model.c selftest.c; do
      # shellcheck disable=SC2086 # a list of flags
      "$@" $warnings $level -c -o "$work/object.o" "$folder/$file" || fail "$name: $file at $level"
    done
  done
  echo "$name: compiles without a warning at -O0, -Os and -O3"
}

# runs NAME EMULATOR COMPILER FLAG...: the answers of a program built for another processor.
runs() {
  name=$1 emulator=$2
  shift 2
  if ! have "$1" || ! have "$emulator"; then
    skip "$name" "$1 or $emulator"
    return 0
  fi
  # shellcheck disable=SC2086
  "$@" $warnings -O2 -static -I"$folder" -o "$work/program" "$folder/model.c" "$folder/selftest.c" "$here/answer.c" \
    "$here/hosted.c"
  "$emulator" "$work/program" "$work/pictures" >"$work/other" || fail "$name: the self-test, or the emulator"
  cmp -s "$work/own" "$work/other" || fail "$name: other answers: $(diff "$work/own" "$work/other" | head -2)"
  echo "$name: $(grep -c '^answer' "$work/other") pictures, every layer and class sum as on this machine"
}

section() { arm-none-eabi-size -A "$1" | awk -v name="$2" '$1 ~ "^\\." name { sum += $2 } END { print sum + 0 }'; }

firmware() {
  if ! have arm-none-eabi-gcc || ! have qemu-system-arm; then
    skip "cortex-m4 firmware" "arm-none-eabi-gcc or qemu-system-arm"
    return 0
  fi
  # Loops that the compiler would turn into calls of memset stand in memset itself.
  # shellcheck disable=SC2086
  for file in "$folder/model.c" "$folder/selftest.c" "$here/answer.c" "$here/main.c" "$here/board.c" "$here/start.c"; do
    arm-none-eabi-gcc $cortex $warnings "${MOG_FIRMWARE_OPTIMIZE:--O3}" -fno-tree-loop-distribute-patterns \
      -I"$folder" -c -o "$work/$(basename "$file" .c).o" "$file"
  done
  # shellcheck disable=SC2086
  arm-none-eabi-gcc $cortex -nostdlib -T "$here/cortex_m4.ld" -o "$work/firmware.elf" "$work/model.o" \
    "$work/selftest.o" "$work/answer.o" "$work/main.o" "$work/board.o" "$work/start.o" -lgcc
  (cd "$work" && timeout 250 qemu-system-arm -M netduinoplus2 -icount shift=0 -display none -monitor none \
    -serial none -chardev stdio,id=host -semihosting-config enable=on,target=native,chardev=host \
    -kernel firmware.elf >firmware.txt </dev/null) || fail "cortex-m4 firmware: $(tail -3 "$work/firmware.txt")"
  grep -E '^(self-test|answer)' "$work/firmware.txt" >"$work/other"
  cmp -s "$work/own" "$work/other" || fail "cortex-m4 firmware: other answers: $(diff "$work/own" "$work/other" | head -2)"
  echo "cortex-m4 firmware: $(grep -c '^answer' "$work/other") pictures, every layer and class sum as on this machine"
  echo "  flash, network alone: .text $(section "$work/model.o" text), .rodata $(section "$work/model.o" rodata)"
  echo "  flash, all: .text $(section "$work/firmware.elf" text), .rodata $(section "$work/firmware.elf" rodata)"
  echo "  RAM, network alone: $(section "$work/model.o" '(bss|data)')"
  grep -E '^(static|stack|instructions)' "$work/firmware.txt" | sed 's/^/  /'
}

compiles "x86-64 or own, gcc" gcc
compiles "x86-64, clang" clang --target=x86_64-linux-gnu -ffreestanding
compiles "aarch64, gcc" aarch64-linux-gnu-gcc
compiles "aarch64, clang" clang --target=aarch64-linux-gnu -ffreestanding
compiles "riscv64, gcc" riscv64-linux-gnu-gcc
compiles "riscv64, clang" clang --target=riscv64-linux-gnu -ffreestanding
# shellcheck disable=SC2086
compiles "cortex-m4, gcc" arm-none-eabi-gcc $cortex
compiles "cortex-m4, clang" clang --target=thumbv7em-none-eabi -mcpu=cortex-m4 -ffreestanding

cc -O2 -I"$folder" -o "$work/program" "$folder/model.c" "$folder/selftest.c" "$here/answer.c" "$here/hosted.c"
"$work/program" "$work/pictures" >"$work/own" || fail "this machine: $(cat "$work/own")"
runs aarch64 qemu-aarch64 aarch64-linux-gnu-gcc
runs riscv64 qemu-riscv64 riscv64-linux-gnu-gcc
firmware
[ -z "$missing" ] || exit 77
