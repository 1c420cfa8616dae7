# The twin of docs/integers.md, in Python, gives every layer's numbers and every class sum that the reference engine gives.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
twin=$MOG_SOURCE_DIR/tests/deploy/integers_twin.py

# picture SIDE SEED: a bitmap between noise and waves, so that codes of all sizes occur.
picture() {
  python3 - "$1" "$2" <<'PYTHON'
import math, random, struct, sys
side, seed = int(sys.argv[1]), int(sys.argv[2])
draw, row_bytes = random.Random(seed), (3 * int(sys.argv[1]) + 3) // 4 * 4
pixels = b""
for h in range(side):
    row = [min(255, max(0, round(128 + 100 * math.sin(h / 5 + c) * math.cos(w / (4 + c)) + draw.uniform(-30, 30)))) for w in range(side) for c in range(3)]
    pixels += bytes(row).ljust(row_bytes, b"\0")
header = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54 + len(pixels), 0, 0, 54, 40, side, side, 1, 24, 0, len(pixels), 0, 0, 0, 0)
open(f"{side}.bmp", "wb").write(header + pixels)
PYTHON
}

# compares MODEL SIDE LAYERS: so many maps are the same, and the class sums, which are not all 0.
compares() {
  picture "$2" 1
  rm -rf trace
  expect 0 mog trace "$1" "$2.bmp" --out trace
  expect 0 python3 "$twin" "$1" "$2.bmp" trace
  says err "^$3 layers are the same$"
  mv out sums
  python3 - trace/class_sums.npy >expected <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
begin = 10 + struct.unpack_from("<H", data, 8)[0]
print(*struct.unpack_from(f"<{(len(data) - begin) // 8}q", data, begin), sep="\n")
PYTHON
  same sums expected
  grep -qv '^0$' sums || fail "$1: all class sums are 0"
}

corpus=$MOG_SOURCE_DIR/tests/fuzz/corpus/model
compares "$corpus/example.mog" 2 3
compares "$corpus/every_layer.mog" 4 17
compares "$corpus/one_bit.mog" 4 17
compares "$corpus/no_names.mog" 4 17
compares "$MOG_SOURCE_DIR/networks/cifar10.mog" 32 49

# The worked example of docs/integers.md: one red pixel brighter by 20.
python3 - <<'PYTHON'
import struct
pixels = bytes([128] * 6 + [0] * 2) + bytes([128, 128, 148] + [128] * 3 + [0] * 2)
header = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54 + len(pixels), 0, 0, 54, 40, 2, 2, 1, 24, 0, len(pixels), 0, 0, 0, 0)
open("example.bmp", "wb").write(header + pixels)
PYTHON
expect 0 python3 "$twin" "$corpus/example.mog" example.bmp
[ "$(cat out)" = "7
15" ] || fail "the worked example has class sums $(cat out), expected 7 and 15"

# It can fail: one bit of the weights is another, under a checksum that fits.
python3 - "$corpus/every_layer.mog" <<'PYTHON'
import struct, sys, zlib
data = bytearray(open(sys.argv[1], "rb").read())
data[448] ^= 1
data[12:16] = struct.pack("<I", zlib.crc32(bytes(data[16:])))
open("changed.mog", "wb").write(data)
PYTHON
expect 0 mog trace "$corpus/every_layer.mog" 4.bmp --out original
expect 1 python3 "$twin" changed.mog 4.bmp original
says err '^cflog1.squeeze: differs'
finish
