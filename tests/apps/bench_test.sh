# `mog bench`: the figures of a random network as text and as JSON, and what it refuses.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

small="--random --n 8 --g 2 --k 2 --seconds 0.05"

# shellcheck disable=SC2086 # $small is a list of words
expect 0 mog bench $small --threads 2 --batch 3 --layers
says out '^cflog1.squeeze +[0-9.]+ +[0-9.]+% +[0-9.]+$'
says out '^mrb3.mux +[0-9.]+ +[0-9.]+%$'
says out '^random n = 8, g = 2, k = 2, batch 3, 2 threads, [a-z0-9]+$'
says out '^median [0-9.]+ ms, 90 % [0-9.]+, 99 % [0-9.]+, fastest [0-9.]+ \([0-9]+ runs\)$'
says out '^[0-9.]+ images/s, [0-9.]+ GMAC/s$'

# shellcheck disable=SC2086
expect 0 mog bench $small --layers --json
says out '"median_ms": [0-9.e-]+,'
says out '"images_per_second": [0-9.]+,'
says out '"name": "cflog4.expand",'
python3 -c "import json; r = json.load(open('out')); assert r['median_ms'] >= r['min_ms'] and len(r['layers']) == 38" ||
  fail "not the JSON that was expected: $(cat out)"

refuses 2 'expected a model file or --random' mog bench
refuses 2 'expected a model file or --random' mog bench some.mog --random
refuses 2 'g = 3 groups' mog bench --random --n 8 --g 3
refuses 5 'missing.mog' mog bench missing.mog
echo "no network" >wrong.mog
refuses 3 'wrong.mog' mog bench wrong.mog
finish
