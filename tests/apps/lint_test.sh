# The list of files that clang-tidy found clean (.ci/tidy.py), in a tree of its own. A stand-in for clang-tidy notes what it is
# given, and finds fault with the word FAULT.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"
command -v python3 >/dev/null || exit 77

mkdir -p tree/.ci tree/core tree/tests tree/build stand_ins
cp "$MOG_SOURCE_DIR/.ci/tidy.py" tree/.ci/
cat >stand_ins/clang-tidy <<'EOS'
#!/bin/sh
[ "$1" = --version ] && echo "LLVM version 14.0.6" && exit 0
for file; do :; done
basename "$file" >>"$CALLS"
if grep -q FAULT "$file"; then echo "$file: a finding"; exit 1; fi
EOS
chmod +x stand_ins/clang-tidy

cd tree || exit 1
echo 'Checks: "*"' >.clang-tidy
printf '#include <vector>\n#include "core/near.hpp"\n#include "generated/made.hpp"\n' >core/one.cpp
printf '#include "core/far.hpp"\n' >core/near.hpp
printf '#include "core/near.hpp"\n' >core/far.hpp # a circle does no harm
echo 'int two;' >core/two.cpp
echo 'int test;' >tests/test.cpp
echo 'int made;' >build/made.cpp

# compile_commands FLAG: of the four files.
compile_commands() {
  for file in core/one.cpp core/two.cpp tests/test.cpp build/made.cpp; do
    printf '{"directory": "%s/build", "command": "clang++ -I%s %s -o x.o -c %s/%s", "file": "%s/%s"}\n' \
      "$PWD" "$PWD" "$1" "$PWD" "$file" "$PWD" "$file"
  done | sed '1s/^/[/; $!s/$/,/; $s/$/]/' >build/compile_commands.json
}

# looks CODE "NAME..." [--all]: it ends with this code, having given clang-tidy just these files.
looks() {
  : >"$scratch/calls"
  expect "$1" env CALLS="$scratch/calls" PATH="$scratch/stand_ins:$PATH" python3 .ci/tidy.py build ${3:-}
  given=$(sort "$scratch/calls" | tr '\n' ' ')
  [ "$given" = "$2" ] || fail "clang-tidy got '$given', expected '$2': $(cat out err)"
}
all="one.cpp two.cpp "

compile_commands -DA
looks 0 "$all" # not what is in tests, or made in the build folder
says out '^clang-tidy: 2 of 2 files$'
says out 'tidy_clean.txt is new'
looks 0 ""
says out '^clang-tidy: 0 of 2 files$'

# A change of anything that a finding depends on, each noted.
echo 'int far;' >>core/far.hpp
looks 0 "one.cpp "
echo 'int three;' >>core/two.cpp
looks 0 "two.cpp "
compile_commands -DB
looks 0 "$all"
echo '# another rule' >>.clang-tidy
looks 0 "$all"
sed -i 's/14.0.6/15.0.0/' "$scratch/stand_ins/clang-tidy"
looks 0 "$all"
looks 0 ""
looks 0 "$all" --all

# What has findings is named, and looked at again until it has none.
echo '// FAULT' >>core/two.cpp
looks 1 "two.cpp "
says out 'core/two.cpp: a finding$'
says err '^clang-tidy has findings in core/two.cpp$'
looks 1 "two.cpp "
sed -i '/FAULT/d' core/two.cpp
looks 0 "two.cpp "

# The list holds in another folder; lines that two branches brought together do no harm, and those out of use are dropped.
{ cat .ci/tidy_clean.txt && echo "0000 core/gone.cpp" && echo; } >both && mv both .ci/tidy_clean.txt
cp -r "$scratch/tree" "$scratch/elsewhere"
cd "$scratch/elsewhere" || exit 1
compile_commands -DB
looks 0 ""
[ "$(wc -l <.ci/tidy_clean.txt)" = 2 ] || fail "the list is $(cat .ci/tidy_clean.txt)"
rm .ci/tidy_clean.txt
looks 0 "$all"
finish
