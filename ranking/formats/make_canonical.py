#!/usr/bin/env python3
"""Writes canonical.inc: Unicode's canonical decompositions and combining classes, from Python's copy
of the Unicode character database. Run it in this folder, and only for a newer Unicode."""
import unicodedata


def decompositions():
    for code in range(0x110000):
        fields = unicodedata.decomposition(chr(code)).split()
        if fields and not fields[0].startswith("<"):
            parts = [int(field, 16) for field in fields] + [0]
            yield f"{{0x{code:X}, 0x{parts[0]:X}, 0x{parts[1]:X}}},"


def classes():
    first, last, value = 0, -1, 0
    for code in range(0x110000):
        found = unicodedata.combining(chr(code))
        if found == value and code == last + 1:
            last = code
            continue
        if value:
            yield f"{{0x{first:X}, 0x{last:X}, {value}}},"
        first, last, value = code, code, found


def lines(rows):
    line = ""
    for row in rows:
        if len(line) + 1 + len(row) > 100:
            yield line
            line = ""
        line += (" " if line else "") + row
    yield line


with open("canonical.inc", "w", encoding="ascii") as out:
    print(f"// Unicode {unicodedata.unidata_version}; written by make_canonical.py.", file=out)
    print("// clang-format off", file=out)
    print("constexpr Decomposition kDecompositions[] = {", file=out)
    print("\n".join(lines(decompositions())), file=out)
    print("};\nconstexpr CombiningClass kCombiningClasses[] = {", file=out)
    print("\n".join(lines(classes())), file=out)
    print("};\n// clang-format on", file=out)
