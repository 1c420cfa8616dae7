# Names that mean more than they say, in a data set, a folder, a file: a terminal shows them, no shell runs them, JSON survives.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
set -- pictures/*/
mv "$1" "$(printf 'pictures/a\033]0;title\007dog 99.9 %%\302\2331m\342\200\256')"
mv "$2" "$(printf 'pictures/b\357\277\276')"

# harmless FILE: letters of ASCII and line breaks only.
harmless() { ! LC_ALL=C grep -q '[^ -~]' "$1" || fail "$1 has bytes that a terminal may act on: $(od -c "$1" | head)"; }

expect 0 mog train --out run --dataset folder --data pictures --n 4 --g 1 --k 2 --epochs 1,1,1 --max-steps 2 --batch 6 --threads 1
harmless out
harmless err
expect 0 mog predict run/best.safetensors "$(find pictures -name '*.bmp' | head -n 1)"
harmless out
expect 0 mog export run/best.safetensors --to "$(printf 'model\377\033.mog')"
harmless out
cp "$(printf 'model\377\033.mog')" "$(printf 'model\377\033.png')"
expect 3 mog predict run/best.safetensors "$(printf 'model\377\033.png')"
harmless err
[ "$(wc -l <err)" = 1 ] || fail "more than one line: $(cat err)"

# A result is not lost because a file's name is no UTF-8.
for words in "eval" "verify run/best.safetensors"; do
  # shellcheck disable=SC2086 # $words is a list
  expect 0 mog $words "$(printf 'model\377\033.mog')" --dataset folder --data pictures --json
  harmless out
  python3 -m json.tool <out >/dev/null || fail "$words: no JSON: $(cat out)"
done

# The temporary folder's name is a name.
folder="\$(touch pwned)'; touch pwned; '"
mkdir -p "$scratch/$folder"
if command -v cc >/dev/null; then
  expect 0 env TMPDIR="$scratch/$folder" "$MOG_PROGRAM" verify run/best.safetensors "$(printf 'model\377\033.mog')" --engine c --dataset folder --data pictures
  [ -z "$(find . -name pwned)" ] || fail "a shell has run the temporary folder's name"
fi

# A line as long as its file is not quoted whole.
cp run/metrics.csv whole.csv
{ cat whole.csv && head -c 1000000 /dev/zero | tr '\0' x && echo; } >run/metrics.csv
refuses 3 '^mog: run/metrics\.csv: line 5: no row .*xxx\.\.\. \(1000[0-9]+ bytes\)$' mog card run/best.safetensors "$(printf 'model\377\033.mog')"
[ "$(wc -c <err)" -lt 12000 ] || fail "a message of $(wc -c <err) bytes"
cp whole.csv run/metrics.csv

# Drawings are XML.
for drawing in run/curves.svg run/confusion.svg; do
  python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' $drawing || fail "$drawing is no XML"
done
finish
