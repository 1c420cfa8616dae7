# What the tests of the commands share; each begins with: . "$MOG_SOURCE_DIR/tests/apps/lib.sh"
set -u
export OMP_WAIT_POLICY=passive # the machine has other tests to run
failures=0
trap 'rm -rf "$scratch"' EXIT
scratch=$(mktemp -d) && cd "$scratch" || exit 1

mog() { "$MOG_PROGRAM" "$@"; }

# A training of a second or two.
small="--n 8 --g 2 --k 2 --epochs 1,1,1 --max-steps 4 --batch 10 --threads 2"

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE WORD...: the command ends with this code; its output is in the files out and err.
expect() {
  code=$1
  shift
  "$@" >out 2>err </dev/null
  got=$?
  [ $got = "$code" ] || fail "$* ended with $got, expected $code: $(cat err)"
}

# says FILE PATTERN: a line of the file matches this extended regular expression.
says() { grep -qE -- "$2" "$1" || fail "no line of $1 matches '$2': $(cat "$1")"; }

# refuses CODE PATTERN WORD...: the command ends with this code, prints nothing to standard output, and one line to standard
# error, which matches, beside the one that says what was recognised in a folder of pictures.
refuses() {
  code=$1 pattern=$2
  shift 2
  expect "$code" "$@"
  says err "$pattern"
  [ "$(grep -cvE '^(learning from|measured on) ' err)" = 1 ] || fail "$* said more than one line: $(cat err)"
  [ ! -s out ] || fail "$* wrote to standard output: $(cat out)"
}

same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
exists() { for file in "$@"; do [ -s "$file" ] || fail "$file is missing or empty"; done; }
finish() { [ $failures = 0 ] && echo "all as expected"; exit $((failures > 0)); }
