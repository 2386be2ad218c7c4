#!/bin/sh
# link_archives.sh COMMAND...: a link in which gRPC, protobuf, Abseil, OpenSSL and what they bring come from their archives, where
# Debian has them: the loader then finds five libraries at each start, not sixty. The price: a security update of one of them
# reaches the program when it is built again. OpenSSL is among them since it costs a sixth of the start. GMP, whose licence wants
# it replaceable, and libc stay shared.
set -eu
for word in "$@"; do
  shift
  case $word in
    */libgrpc++.so*|*/libgrpc.so*|*/libgpr.so*|*/libupb.so*|*/libaddress_sorting.so*|*/libabsl_*.so*|*/libprotobuf.so*|*/libcares.so*|*/libz.so*|*/libgmpxx.so*|*/libssl.so*|*/libcrypto.so*)
      archive=${word%%.so*}.a
      if [ -f "$archive" ]; then word=$archive; fi ;;
    -lre2)
      for folder in /usr/lib /usr/lib/*; do
        if [ -f "$folder/libre2.a" ]; then word=$folder/libre2.a; fi
      done ;;
  esac
  set -- "$@" "$word"
done
exec "$@"
