#!/usr/bin/env bash
# hardened.sh PROGRAM...: fails unless each may be loaded anywhere (PIE), has all its tables of functions read-only before it
# begins (RELRO with BIND_NOW), no stack that can be executed, guarded stacks (-fstack-protector-strong) and glibc's checks of
# lengths (_FORTIFY_SOURCE).
set -euo pipefail
status=0
for program in "$@"; do
  header=$(readelf --wide --file-header --program-headers --dynamic "$program")
  check() {
    grep -Eq "$2" <<<"$header" || { echo "$program: not $1" >&2; status=1; }
  }
  check 'position-independent' 'FLAGS_1.*\bPIE\b'
  check 'read-only after relocation' 'GNU_RELRO'
  check 'bound at the start' 'FLAGS.*\b(BIND_NOW|NOW)\b'
  check 'without an executable stack' 'GNU_STACK .* RW  '
  header=$(readelf --wide --dyn-syms "$program")
  check 'with guarded stacks' '__stack_chk_fail'
  check 'with checked lengths' '__[a-z]+_chk\b'
done
exit $status
