#!/bin/sh
# Compiles every kernel against releases of xsimd, headers only: xsimd.sh CLONE [TAG...], all from 8.1.0 on unless named.
# CXX is the compiler; where there is a cross compiler for AArch64, it compiles the NEON kernels.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cxx=${CXX:-c++}
clone=$1
shift
if [ $# = 0 ]; then
  # shellcheck disable=SC2046 # a word a tag
  set -- $(git -C "$clone" tag | grep -E '^[0-9]+(\.[0-9]+)+$' | sort -V | sed -n '/^8\.1\.0$/,$p')
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# compiles SET COMPILER [FLAG...]: all kernels of an instruction set, in one unit.
compiles() {
  (cd "$root" && ls core/kernels/*/"$1.cpp") | sed 's/.*/#include "&"/' >"$scratch/$1.cpp"
  unit=$1
  shift
  if "$@" -std=c++20 -fsyntax-only -ffp-contract=off -fno-math-errno -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
    -I"$root" -isystem "$scratch/include" "$scratch/$unit.cpp" >"$scratch/messages" 2>&1; then
    printf ' %s' "$unit"
  else
    printf ' (not %s)' "$unit"
    head -n 20 "$scratch/messages" >&2
    failed=yes
  fi
}

failed=
for tag; do
  rm -rf "$scratch/include"
  git -C "$clone" archive "$tag" include | tar x -C "$scratch"
  printf '%s:' "$tag"
  neon=$cxx
  if [ "$(uname -m)" = x86_64 ]; then
    neon=aarch64-linux-gnu-g++
    avx512='-mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl -mfma'
    compiles avx2 "$cxx" -mavx2 -mfma
    # shellcheck disable=SC2086 # a list of flags
    compiles avx512 "$cxx" $avx512
    # shellcheck disable=SC2086
    compiles avx512vnni "$cxx" $avx512 -mavx512vnni
  fi
  if command -v "$neon" >/dev/null; then compiles neon64 "$neon"; fi
  echo
done
[ -z "$failed" ]
