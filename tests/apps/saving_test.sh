# Saving, attacked at its system calls: killed at one, refused by one, once or for good. Never an unreadable checkpoint, and
# always the bytes of a run that nothing happened to. MOG_EVERY=1 takes every call in turn, the usual test every 101st write.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
strace -o /dev/null true 2>err || { echo "skipped: no strace here, or not allowed to trace"; exit 77; }

python3 "$MOG_SOURCE_DIR/tests/apps/pictures.py" pictures
words="--dataset folder --data pictures --n 4 --g 1 --k 2 --epochs 1,1,1 --batch 6 --save-every 0 --threads 1"
calls="openat write fsync close rename unlink"
trials=0

# train WORD...: the training in the folder run, with these words before it.
train() {
  # shellcheck disable=SC2086 # $words is a list
  "$@" "$MOG_PROGRAM" train --out "$PWD/run" $words >out 2>err </dev/null
}

# traced INJECTION: a new run under this injection into calls on the checkpoint and on the folder.
traced() {
  rm -rf run
  mkdir run
  train strace -f -qq -o trace -P "$PWD/run/last.safetensors" -P "$PWD/run/last.safetensors.mog-tmp-0" -P "$folder" -e "trace=$names" ${1:+-e "inject=$1"}
}

# finish_and_compare: what is left is readable, and the run comes to the bytes of the undisturbed one.
finish_and_compare() {
  trials=$((trials + 1))
  if [ -e run/last.safetensors ]; then
    train env RESUME= sh -c '"$@" --resume' sh || fail "$1: not resumed: $(cat err)"
  else
    rm -rf run
    train env || fail "$1: not trained anew: $(cat err)"
  fi
  cmp -s run/last.safetensors whole/last.safetensors || fail "$1: other bytes in last.safetensors"
  cmp -s run/best.safetensors whole/best.safetensors || fail "$1: other bytes in best.safetensors"
  [ ! -e run/last.safetensors.mog-tmp-0 ] || fail "$1: a temporary file is left"
}

# count CALL: how often the undisturbed run makes it.
count() { grep -cE "^[0-9]+ +$(of "$1" | sed 's/?//g; s/,/|/g; s/\(.*\)/(\1)/')\(" whole.trace; }
# of CALL: the system calls that it is; rename is another one on AArch64.
of() { case $1 in rename) echo "?rename,?renameat,?renameat2" ;; unlink) echo "?unlink,?unlinkat" ;; *) echo "$1" ;; esac; }
# every CALL: which of its calls are tried: 1, 1 + step, ...
every() {
  step=${MOG_EVERY:-$([ "$1" = write ] && echo 101 || echo 5)}
  seq 1 "$step" "$(count "$1")"
}

names=$(for call in $calls; do of "$call"; done | paste -sd,)
folder=$PWD/run
traced "" || fail "the undisturbed run: $(cat err)"
mv run whole
mv trace whole.trace

for call in openat write fsync close rename; do
  for at in $(every "$call"); do
    traced "$(of "$call"):signal=SIGKILL:when=$at"
    [ $? -ge 128 ] || fail "not killed at $call $at"
    finish_and_compare "killed at $call $at"
  done
done

# From here on the checkpoint's own calls only: those on the folder belong to other files too.
folder=$PWD/run/last.safetensors
traced "" || fail "the undisturbed run: $(cat err)"
mv trace whole.trace

# A call that fails once: the run says so, goes on, and the next save makes up for it.
for error in ENOSPC EIO; do
  for call in openat write fsync close rename; do
    for at in $(every "$call" | head -n "${MOG_MOST:-3}"); do
      traced "$(of "$call"):error=$error:when=$at" || fail "$error at $call $at ended the run: $(cat err)"
      says err "/run/last.safetensors: (is replaced, .*: )?cannot .*; training goes on, and the next save tries again$"
      finish_and_compare "$error at $call $at"
    done
  done
done

# EINTR is no error: the call is made again.
for call in openat write fsync close rename; do
  traced "$(of "$call"):error=EINTR:when=1" || fail "EINTR at $call ended the run: $(cat err)"
  ! grep -q 'training goes on' err || fail "EINTR at $call was taken for an error: $(cat err)"
  finish_and_compare "EINTR at $call"
done

# A call that fails from some time on, to the end: exit code 5, one last sentence, and the last good checkpoint goes on.
for error in ENOSPC EIO EROFS; do
  for call in openat write fsync rename; do
    at=$((($(count "$call") + 1) / 2))
    traced "$(of "$call"):error=$error:when=$at+"
    [ $? = 5 ] || fail "$error from $call $at on did not end with 5: $(cat err)"
    tail -n 1 err >last
    says last "^mog: /.*/run/last.safetensors: (is replaced, .*: )?cannot "
    [ -e run/last.safetensors ] || fail "$error from $call $at on: no checkpoint is left"
    finish_and_compare "$error from $call $at on"
  done
done
echo "$trials trials"
finish
