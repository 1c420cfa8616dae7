# No room, no right to write, no reader: what is lost is told, what was saved stays, and a log line is no reason to stop.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
words="--dataset folder --data $scratch/pictures --n 4 --g 1 --k 2 --epochs 1,1,1 --batch 6 --save-every 0 --threads 1"

# train FOLDER WORD...: a training in that folder, after the words, say `env A=b`.
train() {
  out=$1
  shift
  # shellcheck disable=SC2086 # $words is a list
  "$@" "$MOG_PROGRAM" train --out "$out" $words
}
expect 0 train whole env

# Standard error that takes no line, standard streams that are closed, a reader that has gone: the run comes to its end.
train full env >/dev/null 2>/dev/full || fail "/dev/full for messages ended the run with $?"
same whole/last.safetensors full/last.safetensors
train closed env <&- >&- 2>&- || fail "closed streams ended the run with $?"
same whole/last.safetensors closed/last.safetensors
same whole/best.safetensors closed/best.safetensors
{ train piped env 2>&1 || echo $? >piped.code; } | true
same whole/last.safetensors piped/last.safetensors
# Results that cannot be written are told at the end, when all is saved.
train results env >/dev/full 2>err
[ $? = 5 ] || fail "results to /dev/full did not end with 5"
says err '^mog: standard output: cannot write: No space left on device$'
same whole/last.safetensors results/last.safetensors

# A limit on the size of files, below a checkpoint's: told, and the last good checkpoint stays and goes on.
stop_after() { train limited sh -c 'ulimit -f '"$1"'; exec "$@"' sh; }
stop_after 16 >out 2>err
[ $? = 5 ] || fail "a limit on the size of files did not end with 5: $(cat err)"
says err 'limited/last.safetensors: cannot write: File too large; training goes on, and the next save tries again$'
tail -n 1 err >last
says last '^mog: limited/last.safetensors: cannot write: File too large$'
[ ! -e limited/last.safetensors ] || fail "a checkpoint that was not whole got its name"
[ ! -e limited/last.safetensors.mog-tmp-0 ] || fail "a temporary file is left"

# A metrics.csv and drawings that cannot be replaced: messages; the checkpoints are there.
mkdir -p blocked/metrics.csv
expect 0 train blocked env
says err '^blocked/metrics.csv: cannot write: not a regular file; training goes on'
same whole/last.safetensors blocked/last.safetensors

# A folder that may not be written, for a person who is not root.
if [ "$(id -u)" = 0 ]; then
  as="setpriv --reuid=65534 --regid=65534 --clear-groups"
  chmod 755 "$scratch"
else
  as=env
fi
mkdir locked && chmod 555 locked
# shellcheck disable=SC2086 # $as is a list
if $as test -r "$MOG_PROGRAM" && $as test -x "$MOG_PROGRAM"; then
  refuses 5 '^mog: locked/config.ini: cannot open for writing: Permission denied$' train locked $as
  refuses 5 '^mog: locked/new: cannot make this folder: Permission denied$' train locked/new $as
  # A run whose folder has become read-only: resuming it says so; once the right is back it goes on.
  cp -r whole open
  [ "$as" = env ] || chown -R 65534:65534 open
  chmod 555 open
  # shellcheck disable=SC2086,SC2317
  resume_as() { "$@" "$MOG_PROGRAM" train --out open $words --resume 2>all; code=$?; grep -v '^resumed at ' all >&2; return $code; }
  refuses 5 '^mog: open/config.ini: cannot open for writing: Permission denied$' resume_as $as
  chmod 755 open
  expect 0 resume_as $as
  same whole/last.safetensors open/last.safetensors
fi
finish
