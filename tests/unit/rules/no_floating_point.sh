#!/usr/bin/env bash
# The rules compute in integers: no instruction of LIBRARY works on floating-point numbers.
#   no_floating_point.sh LIBRARY
set -euo pipefail
if [[ $(uname -m) != x86_64 ]]; then echo "skipped: knows the instructions of x86_64 only"; exit 77; fi
pattern='\s(v?(add|sub|mul|div|sqrt|min|max|ucomi|comi)s[sd]|v?cvt[a-z0-9]*s[sd][a-z0-9]*|f(ld|add|mul|div|sub|ild|st)[a-z]*)\s'
if objdump --disassemble --no-show-raw-insn "$1" | grep -nE "$pattern"; then
  echo "floating point in $1" >&2
  exit 1
fi
