# The launcher ./mog, in a folder of its own, between stand-ins for the commands that it calls; they note how they were called.
. "$MOG_SOURCE_DIR/tests/apps/lib.sh"

mkdir -p root/third_party stand_ins
cp "$MOG_SOURCE_DIR/mog" root/mog
cp "$MOG_SOURCE_DIR/third_party/packages.txt" root/third_party/

# stand_in NAME: an executable of this name, its body from standard input.
stand_in() {
  { echo '#!/bin/sh' && cat; } >"stand_ins/$1"
  chmod +x "stand_ins/$1"
}
export HERE="$scratch"
stand_in dpkg-query <<'EOF'
for package; do :; done
grep -qx -- "$package" "$HERE/installed" && printf installed
EOF
stand_in apt-get <<'EOF'
echo "apt-get $*" >>"$HERE/calls"
[ ! -e "$HERE/offline" ] || { echo "E: cannot reach the mirror" >&2; exit 100; }
EOF
stand_in id <<'EOF'
cat "$HERE/user"
EOF
stand_in sudo <<'EOF'
[ -e "$HERE/sudoer" ] || exit 1
[ "$1" = -n ] || { echo sudo >>"$HERE/calls"; exec "$@"; }
EOF
stand_in ctest <<'EOF'
echo "tests of $*"
EOF
stand_in cmake <<'EOF'
echo "cmake $*" >>"$HERE/calls"
case $1 in
  --preset)
    mkdir -p "build/$2" && : >"build/$2/build.ninja"
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" >"build/$2/CMakeCache.txt"
    ;;
  --build) printf '#!/bin/sh\necho "program: $*"\nexit 7\n' >"$2/mog" && chmod +x "$2/mog" ;;
esac
EOF

# launcher WORD...: with the stand-ins first; `calls` is what they noted.
launcher() {
  : >calls
  PATH="$scratch/stand_ins:$PATH" sh root/mog "$@"
}

# has FILE LINE: the file has exactly this line.
has() { grep -qxF -- "$2" "$1" || fail "no line of $1 is '$2': $(cat "$1")"; }

# of KIND...: the names that packages.txt lists for these kinds, on one line.
of() {
  for kind in "$@"; do sed -n "s/^$kind //p" root/third_party/packages.txt; done | tr '\n' ' ' | sed 's/ $//'
}
all=$(of build test bench lint)
lint=$(of lint | sed 's/python3 //') # which the tests need, too

# A user who may not install: the exact command to give, and nothing called.
echo 1000 >user
: >installed
expect 6 launcher train
has err "mog:   sudo apt-get install --no-install-recommends $(of build)"
expect 6 launcher test
has err "mog:   sudo apt-get install --no-install-recommends $(of build test)"
expect 6 launcher bench
has err "mog:   sudo apt-get install --no-install-recommends $(of build bench)"
[ ! -s calls ] || fail "called without its packages: $(cat calls)"
of build test bench | tr ' ' '\n' >installed
expect 6 launcher packages build test lint
has err "mog:   sudo apt-get install --no-install-recommends $lint"

# Those who may install: it does, only what is missing, and says what.
: >sudoer
expect 0 launcher packages build lint
has err "mog: installing $lint"
[ "$(head -n 1 calls)" = sudo ] || fail "did not install through sudo: $(cat calls)"
rm sudoer
echo 0 >user
expect 0 launcher packages build lint
says calls '^apt-get update$'
has calls "apt-get install -y --no-install-recommends $lint"
[ "$(wc -l <calls)" = 2 ] || fail "called more than apt-get: $(cat calls)"
: >offline
expect 100 launcher packages lint
says err '^E: cannot reach the mirror$'
says err '^mog: failed: apt-get update$'

# With all there it calls apt-get never again; an unknown word is built for once and goes to the program, whose exit code stays.
echo "$all" | tr ' ' '\n' >installed
expect 7 launcher summary --n 8 "two words"
says out '^program: summary --n 8 two words$'
says calls '^cmake --preset release '
says calls '^cmake --build .*/build/release --target mog$'
expect 7 launcher --help
says out '^program: --help$'
[ "$(cat calls)" = "cmake --build $scratch/root/build/release --target mog" ] || fail "configured again: $(cat calls)"
expect 0 launcher test -R core
says out '^tests of --test-dir .*/build/release .* -R core$'

# A checkout that was copied or moved configures itself anew, and leaves the original alone; a link to it is the same place.
cp -r root copied
: >calls
PATH="$scratch/stand_ins:$PATH" expect 7 sh copied/mog summary
says calls '^cmake --preset release '
says err "this checkout was built in $scratch/root"
has copied/build/release/CMakeCache.txt "CMAKE_HOME_DIRECTORY:INTERNAL=$scratch/copied"
has root/build/release/CMakeCache.txt "CMAKE_HOME_DIRECTORY:INTERNAL=$scratch/root"
ln -s copied linked
: >calls
PATH="$scratch/stand_ins:$PATH" expect 7 sh linked/mog summary
[ "$(grep -c preset calls)" = 0 ] || fail "configured a link anew: $(cat calls)"

# Its help names every word that it keeps for itself.
expect 0 launcher
for word in $(sed -n 's/^  \([a-z]*\)).*/\1/p' root/mog); do
  [ "$word" = help ] || says out "^  $word "
done
says out '^  demo '

# A machine without Debian's tools is told what to install.
mkdir few
for tool in sh dirname mktemp cat rm; do ln -s "$(command -v $tool)" few/; done
rm -r root/build
expect 6 env PATH="$scratch/few" "$scratch/few/sh" root/mog train
says err '^mog: cmake not found: install CMake'
finish
