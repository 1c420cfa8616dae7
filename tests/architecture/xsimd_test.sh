# CMake takes an xsimd from the oldest that builds on, passes over older ones, and says when one is newer than any that was tried.
set -eu
command -v cmake >/dev/null || exit 77
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() { echo "FAILED: $*"; exit 1; }

# asks VERSION: what CMake says of a folder with headers of this release.
asks() {
  mkdir -p "$1/xsimd/config"
  printf '#define XSIMD_VERSION_MAJOR %s\n#define XSIMD_VERSION_MINOR %s\n' "${1%.*}" "${1#*.}" >"$1/xsimd/config/xsimd_config.hpp"
  printf 'include(%s/third_party/xsimd.cmake)\nmog_xsimd_fits(%s fits)\nmessage(STATUS "fits: ${fits}")\n' "$MOG_SOURCE_DIR" "$1" >ask.cmake
  cmake -P ask.cmake
}

for version in 8.1 9.0 12.1 13.0 14.3; do
  [ "$(asks $version)" = "-- fits: TRUE" ] || { asks $version; fail "$version"; }
done
for version in 7.6 8.0; do
  asks $version >said
  grep -q "has $version, older than 8.1: passed over" said && grep -q 'fits: FALSE' said || { cat said; fail "$version"; }
done
for version in 14.4 15.0; do
  asks $version >said
  grep -q "has $version, newer than 14.3, the newest that was tried" said && grep -q 'fits: TRUE' said || { cat said; fail "$version"; }
done

mkdir none
printf 'include(%s/third_party/xsimd.cmake)\nmog_xsimd_fits(none fits)\nmessage(STATUS "fits: ${fits}")\n' "$MOG_SOURCE_DIR" >ask.cmake
[ "$(cmake -P ask.cmake)" = "-- fits: FALSE" ] || fail "a folder without a version"
