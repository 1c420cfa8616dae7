#!/bin/sh
# Code compiled for an instruction set must not reach an older machine: the linker keeps one copy of each inline function,
# so an object file of avx2.cpp or avx512.cpp may share (weak symbols) only functions whose names carry the instruction set.
set -eu

# shared OBJECT: the functions of an object file that the linker may use for another file, unless named by instruction set.
# (DW.ref is no function but a pointer to the exception handler; the longest names nm leaves as the compiler wrote them.)
shared() { nm -C --defined-only "$1" | grep -E '^[0-9a-f]* [WVu] ' | grep -vE 'xsimd(::|[0-9]+)(avx|fma3|neon)|DW\.ref' || true; }

if grep -q 'CMAKE_BUILD_TYPE:STRING=Debug' "$MOG_BUILD_DIR/CMakeCache.txt"; then
  echo "not asked of unoptimised builds, which never leave their machine"
  exit 0
fi

# The check can fail.
cat >planted.cpp <<'EOF'
inline __attribute__((noinline)) int planted(int x) { return x + 1; }
int user(int x) { return planted(x); }
EOF
"$MOG_CXX" -O2 -c planted.cpp -o planted.o
shared planted.o | grep -q planted

find "$MOG_BUILD_DIR" -path '*core/kernels*' -name 'avx*.cpp.o' >objects
found=0
while read -r object; do
  if [ -n "$(shared "$object")" ]; then
    echo "$object shares functions with the baseline:"
    shared "$object"
    found=1
  fi
done <objects
exit $found
