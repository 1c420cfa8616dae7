# `mog profile`: each operation of a step as text and as JSON, in each of the three runs, and what it refuses.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

small="--n 8 --g 2 --k 2 --batch 4 --steps 2 --threads 2"

# shellcheck disable=SC2086 # $small is a list of words
expect 0 mog profile $small
says out '^operation +sizes +calls +ms a step +share +GFLOP/s +peak +GB/s +peak$'
says out '^cflog_codes +32 x 8 x 8 x 2 +3 +[0-9.]+ +[0-9.]+% +[0-9.]+ +[0-9.]+ '
says out '^everything else +[0-9.]+ +[0-9.]+%$'
says out '^quantized, mognet, n = 8, g = 2, k = 2, head = binary, batch 4, 2 threads: [0-9.]+ images/s \(step [0-9.]+ ms, median of 2\)$'
says out '^peaks: multiply-adds [0-9.]+ GFLOP/s, copying [0-9.]+ GB/s; '
says out '^memory of a step [0-9.]+ MiB, of the whole process [0-9]+ MiB$'

for stage in full-precision quantized-weights quantized; do
  # shellcheck disable=SC2086
  expect 0 mog profile $small --stage $stage --json
  python3 - "$stage" <<'EOF' || fail "not the JSON that was expected: $(cat out)"
import json, sys
r = json.load(open('out'))
assert r['stage'] == sys.argv[1] and r['images_per_second'] > 0 and r['peak_bytes'] > 1 << 20
assert r['step_seconds_min'] <= r['step_seconds']
names = {o['name'] for o in r['operations']}
assert ('cflog_codes' in names) == (sys.argv[1] == 'quantized'), names
assert all(o['seconds'] >= 0 and o['calls'] >= 1 for o in r['operations'])
EOF
done

# Weight gradients in blocks are operations of another name; floats are what a step does unasked.
for words in '' '--weight-gradients floats' '--weight-gradients blocks'; do
  # shellcheck disable=SC2086
  expect 0 mog profile $small $words --json
  python3 - "${words:-floats}" <<'EOF' || fail "not the JSON that was expected: $(cat out)"
import json, sys
r = json.load(open('out'))
sums = sys.argv[1].split()[-1]
assert r['weight_gradients'] == sums
assert ('pointwise_gradient_s16' in {o['name'] for o in r['operations']}) == (sums == 'blocks')
EOF
done

refuses 2 '--weight-gradients' mog profile --weight-gradients some
refuses 2 'g = 3 groups' mog profile --n 8 --g 3
refuses 2 '--stage' mog profile --stage half
refuses 2 '--steps' mog profile --steps 0
finish
