#!/bin/sh
# Precompiles system headers: make_pch.sh OUTPUT LISTS... -- COMPILER FLAGS...
# Each list is a file of #include lines. The result depends on nothing but headers, compiler and flags: no path of this build tree
# gets into it (hence the standard streams and the working directory /) and no time, so that ccache finds what another tree compiled.
set -eu
output=$1
shift
input=
while [ "$1" != -- ]; do
  input="$input$(cat "$1")
"
  shift
done
shift
cd /
printf '%s' "$input" | "$@" -fpch-instantiate-templates -Xclang -fno-pch-timestamp -MD -MT "$output" -MF "$output.d" \
  -x c++-header - -o - >"$output.new"
mv "$output.new" "$output"
