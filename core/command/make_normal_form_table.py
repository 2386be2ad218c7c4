#!/usr/bin/env python3
"""Prints core/command/normal_form_table.inc, from the Unicode data that Python has."""
import unicodedata


def ranges(items):
    """(code point, value) in order, as (first, last, value)."""
    found = []
    for code, value in items:
        if found and found[-1][1] == code - 1 and found[-1][2] == value:
            found[-1][1] = code
        else:
            found.append([code, code, value])
    return found


def rows(name, entries):
    line = ''
    for entry in entries:
        text = f'{name}({", ".join(entry)})'
        if len(line) + len(text) + 1 > 100:
            print(line)
            line = ''
        line = (line + ' ' + text).strip()
    print(line)


replaced, classes, pairs = [], [], []
for code in range(0x110000):
    if 0xd800 <= code <= 0xdfff:
        continue
    character = chr(code)
    if unicodedata.combining(character):
        classes.append((code, unicodedata.combining(character)))
    if 0xac00 <= code < 0xac00 + 11172:  # syllables of Hangul follow a formula
        continue
    if unicodedata.normalize('NFC', character) != character:
        replaced.append((code, 0))
        continue
    parts = unicodedata.decomposition(character)
    if parts and not parts.startswith('<'):
        pairs.append((code, *(int(part, 16) for part in parts.split())))

print(f'''// Unicode {unicodedata.unidata_version}: core/command/make_normal_form_table.py > core/command/normal_form_table.inc
// A text that is in a normal form once is so in every later version, so that verdicts stay.

// Characters that normal form C replaces by others: first and last.''')
rows('VOTUM_REPLACED', [(hex(a), hex(b)) for a, b, _ in ranges(replaced)])
print('// Canonical combining classes other than 0: first and last.')
rows('VOTUM_CLASS', [(hex(a), hex(b), str(value)) for a, b, value in ranges(classes)])
print('// Characters that stand for two others.')
rows('VOTUM_COMPOSED', [tuple(hex(code) for code in pair) for pair in pairs])
