# The installed tree serves programs outside: examples/ is configured with find_package alone, built and run.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() { echo "FAILED: $*"; exit 1; }

# What is installed may be moved, names no file of the machine that built it, and needs the standard library and OpenMP only.
cmake --install "$MOG_BUILD_DIR" --prefix "$scratch/staged" >install.log
mv staged installed
[ -f installed/include/mog/mog.hpp ] || fail "no mog/mog.hpp"
! grep -rFn -e "$MOG_SOURCE_DIR" -e "$MOG_BUILD_DIR" -e "$scratch" installed/include installed/lib*/cmake || fail "a path of the build"
! grep -rEn '#include <[^>]*[/.]' installed/include | grep -v -e '<stddef.h>' -e '<stdint.h>' || fail "a header includes another library's"

# The program finds what came with it from where it stands, not from where it was built.
! grep -F -e "$MOG_SOURCE_DIR" -e "$MOG_BUILD_DIR" installed/bin/mog || fail "the program knows a path of the build"
unset MOG_NETWORKS
for file in "$MOG_SOURCE_DIR"/networks/*; do cmp "$file" "installed/share/mog/networks/$(basename "$file")"; done
installed/bin/mog networks --json >networks.json
grep -q "\"file\": \"$PWD/installed/share/mog/networks/cifar10.mog\"" networks.json || { cat networks.json; fail "another place"; }
{
  printf 'BM\066\014\000\000\000\000\000\000\066\000\000\000\050\000\000\000\040\000\000\000\040\000\000\000\001\000\030\000'
  head -c 24 /dev/zero
  head -c 3072 "$MOG_SOURCE_DIR/networks/cifar10.mog"
} >picture.bmp
installed/bin/mog predict picture.bmp >installed.txt
"$MOG_PROGRAM" predict picture.bmp | cmp - installed.txt
ln -s installed/bin/mog by_link
./by_link predict picture.bmp | cmp - installed.txt

cmake -S "$MOG_SOURCE_DIR/examples" -B build -G Ninja -DCMAKE_PREFIX_PATH="$scratch/installed" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER="$MOG_CXX" -DCMAKE_CXX_FLAGS="${MOG_CXX_FLAGS:-}" >configure.log
cmake --build build >build.log || { cat build.log; fail "the examples do not build"; }

build/own_layer
build/own_quantizer

# What ships links nothing of training, and C and C++ answer alike.
model=installed/share/mog/networks/cifar10.mog
head -c 3072 "$MOG_PROGRAM" >pixels
build/deployed $model <pixels >class
build/deployed_c $model <pixels | cmp - class
grep -qE '^class [0-9]$' class
! nm -C build/deployed | grep -E 'mog::(Tape|Tensor|Variable)' || { echo "FAILED: the runtime links training"; exit 1; }

# The lines that README.md shows are a program, too: a step on the built-in pictures.
mkdir readme
awk '/^```cpp/ { shown = 1; next } /^```/ { shown = 0 } shown && /^#include/ { print > "readme/include" } shown && !/^#include/' \
  "$MOG_SOURCE_DIR/README.md" >readme/lines
{
  cat readme/include
  echo "int main() { const mog::DatasetPair data = mog::builtin_images();"
  echo "mog::Batches batches = mog::Batches::training(data.train); mog::Batch batch; batches.fill(0, 0, batch);"
  cat readme/lines
  echo "return loss.value[0] > 1 && loss.value[0] < 4 ? 0 : 1; }"
} >readme/main.cpp
cat >readme/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(readme LANGUAGES CXX)
find_package(mog REQUIRED)
add_executable(readme main.cpp)
target_link_libraries(readme PRIVATE mog::mog)
END
cmake -S readme -B readme/build -G Ninja -DCMAKE_PREFIX_PATH="$scratch/installed" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER="$MOG_CXX" -DCMAKE_CXX_FLAGS="${MOG_CXX_FLAGS:-}" >>configure.log
cmake --build readme/build >build.log || { cat build.log; fail "README.md's lines do not build"; }
readme/build/readme || fail "README.md's lines"

# Two classes of pictures: stripes across and stripes down, of random width and colours.
python3 - <<'END'
import pathlib, random, struct
random.seed(1)
side = 32
for name in ("across", "down"):
    folder = pathlib.Path("pictures", name)
    folder.mkdir(parents=True)
    for i in range(60):
        dark, bright = [[random.randrange(a, b) for _ in range(3)] for a, b in ((0, 90), (160, 256))]
        width, phase = random.randrange(3, 7), random.randrange(7)
        rows = b"".join(bytes(bright if ((y if name == "across" else x) + phase) // width % 2 else dark)
                        for y in range(side) for x in range(side))
        head = struct.pack("<2sIII IiiHHIIiiII", b"BM", 54 + len(rows), 0, 54, 40, side, side, 1, 24, 0, len(rows), 0, 0, 0, 0)
        (folder / f"{i}.bmp").write_bytes(head + rows)
END
build/own_network pictures | tee accuracy
awk '$4 >= 90 { learned += 1 } END { exit learned != 3 }' accuracy || fail "less than 90 % of the test pictures after a run"

! build/own_network nowhere 2>error || fail "a folder that is not there is no error"
[ "$(wc -l <error)" = 1 ] && grep -q "^own_network: .*nowhere" error || { cat error; fail "no single line names the folder"; }
