# ./mog mutants in a small tree of its own, between stand-ins for CMake and CTest: who is seen, who survives, what is known from
# before, and that the checkout stays as it is. The stand-in's test core/a fails where core/a.cpp says FAULT, core/b never.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
command -v python3 >/dev/null || exit 77
command -v git >/dev/null || command -v patch >/dev/null || exit 77

mkdir -p root/core root/tests/mutants root/tests/core root/build/other stand_ins
cp "$MOG_SOURCE_DIR/tests/mutants/mutants.py" root/tests/mutants/
printf 'one\ntwo\nthree\n' >root/core/a.cpp
: >root/tests/core/a_test.cpp
: >root/tests/core/b_test.sh
# fault NAME TESTS WHAT LINE: a patch that puts this line in place of the second one.
fault() {
  printf 'seen by %s: %s\n--- a/core/a.cpp\n+++ b/core/a.cpp\n@@ -1,3 +1,3 @@\n one\n-two\n+%s\n three\n' "$2" "$3" "$4" \
    >"root/tests/mutants/$1.patch"
}
fault seen 'core/a core/b' 'Two is a fault.' FAULT
fault survivor core/b 'Two is another fault.' FAULT

export HERE="$scratch"
cat >stand_ins/cmake <<'EOS'
#!/bin/sh
echo "cmake $*" >>"$HERE/calls"
case $1 in
  --preset) mkdir -p build/release && : >build/release/build.ninja ;;
  --build) ! grep -q BROKEN core/a.cpp ;;
esac
EOS
cat >stand_ins/ctest <<'EOS'
#!/bin/sh
for tests; do :; done
echo "ctest $tests" >>"$HERE/calls"
[ ! -e "$HERE/interrupt" ] || { rm "$HERE/interrupt" && kill -INT "$PPID" && sleep 2; }
case $tests in *core/a*) ! grep -q FAULT core/a.cpp && [ ! -e "$HERE/bad" ] || { printf 'The following tests FAILED:\n\t  1 - core/a (Failed)\n'; exit 8; } ;; esac
EOS
chmod +x stand_ins/cmake stand_ins/ctest

# mutants CODE CALLS WORD...: ends with this code, and so many tests were run.
mutants() {
  code=$1 calls=$2
  shift 2
  : >calls
  expect "$code" env PATH="$scratch/stand_ins:$PATH" python3 root/tests/mutants/mutants.py "$@"
  [ "$(grep -c '^ctest' calls)" = "$calls" ] || fail "mutants $*: $(cat calls out err)"
}

mutants 0 0 --list
says out '^seen: Two is a fault\. \(core/a, core/b\)$'
[ "$(wc -l <out)" = 2 ] || fail "--list says $(cat out)"
[ ! -e root/build/mutants ] || fail "--list made a copy"

# Without a fault first, then each; what is known is not asked again.
mutants 1 3
says calls '^cmake --build build/release --target test_core_a mog$'
says calls '^ctest \^\(core/a\|core/b\)\$$'
says out '^1/2 seen: seen by core/a, not by core/b; .*, about .* left$'
says out '^2/2 survivor: SURVIVES core/b; [0-9]+ s$'
says out '^survives: survivor: Two is another fault\. \(core/b\)$'
says out '^1 seen, 1 survive$'
[ "$(cat root/core/a.cpp)" = "$(printf 'one\ntwo\nthree')" ] || fail "the checkout was changed"
same root/core/a.cpp root/build/mutants/tree/core/a.cpp
mutants 1 0
says out '^2 of 2 are known from before$'
says out '^1 seen, 1 survive$'
mutants 0 1 --only seen
says out '^1 seen, 0 survive$'
mutants 1 3 --again

# A patch that changes is tried again, a file that changes makes all of it new; pages do not.
fault survivor core/a 'Two is seen now.' FAULT
mutants 0 1
says out '^2 seen, 0 survive$'
echo page >root/page.md
mutants 0 0
echo four >>root/core/a.cpp
mutants 0 3
grep -q four root/build/mutants/tree/core/a.cpp || fail "the copy is not brought up to date"

# Ctrl-C keeps what is known, and the next run goes on there, with the tree as it is.
: >interrupt
fault later core/a 'Two is a fault, too.' 'FAULT again'
mutants 130 1
says err '^mutants: stopped; the same command goes on$'
mutants 0 1
says out '^2 of 3 are known from before$'
same root/core/a.cpp root/build/mutants/tree/core/a.cpp

# The table has a row for each, its room once.
mutants 0 0 --table
says out '^\| in \| fault \| seen by \|$'
says out '^\| seen \| Two is a fault \| `core/a` \|$'

# What does not build is no fault that a test saw.
fault broken core/a 'Two does not compile.' BROKEN
mutants 1 0 --table
says out '^\| broken \| Two does not compile \| not tried \|$'
says out '^1/1 broken: does not build, see .*/broken\.log; '
says out '^3 seen, 0 survive, 1 do not build: broken$'
rm root/tests/mutants/broken.patch

# Tests that fail anyhow, patches that do not apply, headers that name no test, faults that there are not.
: >bad
mutants 3 1 --again
says err '^mutants: without a fault there fail core/a, see .*/without_a_fault\.log$'
rm bad
fault stale core/a 'Two is not there.' FAULT
sed -i 's/^-two/-gone/' root/tests/mutants/stale.patch
mutants 3 0 --only stale
says err '^mutants: .*/stale\.patch: does not apply: '
echo 'seen by nobody' >root/tests/mutants/stale.patch
mutants 3 0
says err "stale\.patch: the first line is not 'seen by TEST\.\.\.: WHAT'$"
rm root/tests/mutants/stale.patch
mutants 2 0 --only none
says err 'no fault is called none: --list names them all$'
finish
