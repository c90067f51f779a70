# ruff: noqa: E501  (tables: one vector, one row)
"""Stage cbor: the one deterministic encoding of each value, and the one code of everything else."""

from __future__ import annotations

import struct
from typing import Any, Final

from kit import cbor
from vectorgen import decimals
from vectorgen.vector_file import File, as_json, canonical_answer, hexed, joined, repeated, text

MAX: Final = 2**53 - 1

#: name, comment, clauses, value: its encoding is computed by the independent encoder.
VALUES: Final[tuple[tuple[str, str, str, Any], ...]] = (
    ("null", "a simple value", "CBOR-6", None),
    ("true", "a simple value", "CBOR-6", True),
    ("false", "a simple value", "CBOR-6", False),
    ("empty-text", "an empty string", "CBOR-1", ""),
    ("empty-array", "an empty array", "CBOR-1", []),
    ("empty-map", "an empty map", "CBOR-1", {}),
    *((f"integer-{n}", "the head grows with the argument", "CBOR-4", n)
      for n in (0, 1, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, MAX - 1, MAX)),
    *((f"integer-minus-{-n}", "-1 - argument", "CBOR-4", n)
      for n in (-1, -24, -25, -256, -257, -65536, -65537, -(2**32), -(2**32) - 1, -MAX)),
    *((f"text-{n}", f"a text of {n} bytes", "CBOR-4", "t" * n) for n in (1, 23, 24, 255, 256)),
    ("text-two-bytes", "the length counts bytes", "CBOR-4 CBOR-10", "\u00e9" * 12),
    ("text-astral", "four bytes a character", "CBOR-10", "\U0001f600"),
    ("text-bom", "U+FEFF at the start of a text is a character", "CBOR-10", ["\ufeffa", "\ufeff"]),
    ("key-256-bytes", "a key is counted in bytes", "DATA-7", {"\u00e9" * 128: 1}),
    ("text-controls", "controls are not escaped in CBOR", "CBOR-10", "\n\x1f\x7f"),
    *((f"array-{n}", f"an array of {n}", "CBOR-4", [0] * n) for n in (1, 2, 23, 24, 255, 256)),
    *((f"map-{n}", f"a map of {n}", "CBOR-4 CBOR-8", {f"{k:03}": k for k in range(n)}) for n in (1, 2, 23, 24, 256)),
    ("float-half", "half precision is enough", "CBOR-4 DATA-3", 0.5),
    ("float-minus-half", "negative", "CBOR-4 DATA-3", -1.5),
    ("float-half-subnormal-free", "the smallest portable power of two", "CBOR-4", 2.0**-13),
    ("float-single", "single precision is needed", "CBOR-4", 0.5 + 2.0**-20),
    ("float-single-large", "a large single", "CBOR-4", 100000.5),
    ("float-double", "double precision is needed", "CBOR-4", 0.1),
    ("float-double-third", "double precision is needed", "CBOR-4", 1 / 3),
    ("float-largest", "the largest portable float", "CBOR-4 DATA-3", 4503599627370495.5),
    ("float-smallest", "the smallest", "CBOR-4 DATA-3", 0.0001),
    ("float-half-widest", "2047.5 has 12 bits: not a half", "CBOR-4", 2047.5),
    ("float-half-just", "1023.5 has 11: a half", "CBOR-4", 1023.5),
    ("keys-length-first", "a shorter key has the smaller head, so it comes first", "CBOR-8", {"b": 1, "aa": 2, "": 3}),
    ("keys-bytewise", "then byte by byte", "CBOR-8", {"a": 1, "b": 2, "B": 3, "\u00e9": 4, "zz": 5}),
    ("keys-ten-and-nine", "9 is shorter than 10: the order is not that of canonical JSON", "CBOR-8 CANON-1",
     {"9": 1, "10": 2}),
    ("keys-proto", "a member named __proto__", "CBOR-8 CANON-1", {"__proto__": {"x": 1}, "constructor": 2}),
    ("keys-highest", "the highest key character", "CBOR-8 DATA-7", {"\ud7ff": 1}),
    ("key-256", "the longest key", "CBOR-8 DATA-7", {"k" * 256: 1}),
    ("nested", "each type in each type", "CBOR-1 DATA-1", {"a": [{"b": [None, True, "x", -1, 0.5, {}]}]}),
    ("text-non-normalised", "no string is normalised", "DATA-9", "e\u0301"),
)  # fmt: skip

#: name, comment, clauses, hex, code, offset, control.
REJECTED: Final[tuple[tuple[str, str, str, str, str, int | None, str], ...]] = (
    # Heads.
    ("nonminimal-8", "23 in a byte", "CBOR-4", "18 17", "cbor_nonminimal", 0, "integer-23"),
    ("nonminimal-0-8", "0 in a byte", "CBOR-4", "18 00", "cbor_nonminimal", 0, "integer-0"),
    ("nonminimal-16", "255 in two", "CBOR-4", "19 00ff", "cbor_nonminimal", 0, "integer-255"),
    ("nonminimal-32", "65535 in four", "CBOR-4", "1a 0000ffff", "cbor_nonminimal", 0, "integer-65535"),
    ("nonminimal-64", "2^32 - 1 in eight", "CBOR-4", "1b 00000000ffffffff", "cbor_nonminimal", 0,
     "integer-4294967295"),
    ("nonminimal-negative", "-1 in a byte", "CBOR-4", "38 00", "cbor_nonminimal", 0, "integer-minus-1"),
    ("nonminimal-negative-64", "-256 in eight bytes", "CBOR-4", "3b 00000000000000ff", "cbor_nonminimal", 0,
     "integer-minus-256"),
    ("nonminimal-text", "a short text with a long head", "CBOR-4", "78 01 74", "cbor_nonminimal", 0, "text-1"),
    ("nonminimal-array", "a short array with a long head", "CBOR-4", "98 01 00", "cbor_nonminimal", 0, "array-1"),
    ("nonminimal-map", "a short map with a long head", "CBOR-4", "b8 00", "cbor_nonminimal", 0, "empty-map"),
    ("nonminimal-key", "a key with a long head", "CBOR-4", "a1 78 01 61 00", "cbor_nonminimal", 1, "map-1"),
    ("nonminimal-tag", "a tag with a long head: first the head, then the tag", "CBOR-4 CBOR-1", "d8 00 00",
     "cbor_nonminimal", 0, "integer-0"),
    ("nonminimal-inside", "inside an array", "CBOR-4", "82 00 18 01", "cbor_nonminimal", 2, "array-1"),
    ("nonminimal-single", "0.5 in single precision", "CBOR-4", "fa 3f000000", "cbor_nonminimal", 0, "float-half"),
    ("nonminimal-double", "0.5 in double precision", "CBOR-4", "fb 3fe0000000000000", "cbor_nonminimal", 0,
     "float-half"),
    ("nonminimal-double-single", "a single in double precision", "CBOR-4", "fb 3fb99999a0000000", "cbor_nonminimal",
     0, "float-double"),
    # Reserved and indefinite.
    *((f"reserved-{major}-{info}", f"information {info} on type {major}", "CBOR-3", f"{major << 5 | info:02x}",
       "cbor_reserved", 0, "integer-0") for major in (0, 1, 2, 3, 4, 5, 6, 7) for info in (28, 29, 30)),
    ("reserved-31-unsigned", "information 31 on type 0", "CBOR-3", "1f", "cbor_reserved", 0, "integer-0"),
    ("reserved-31-negative", "information 31 on type 1", "CBOR-3", "3f", "cbor_reserved", 0, "integer-minus-1"),
    ("reserved-31-tag", "information 31 on type 6", "CBOR-3", "df 00", "cbor_reserved", 0, "integer-0"),
    ("indefinite-bytes", "an indefinite byte string", "CBOR-3", "5f 41 00 ff", "cbor_indefinite", 0, "empty-text"),
    ("indefinite-text", "an indefinite text", "CBOR-3", "7f 61 61 ff", "cbor_indefinite", 0, "text-1"),
    ("indefinite-array", "an indefinite array", "CBOR-3", "9f 00 ff", "cbor_indefinite", 0, "array-1"),
    ("indefinite-map", "an indefinite map", "CBOR-3", "bf ff", "cbor_indefinite", 0, "empty-map"),
    ("break-alone", "a break outside of anything", "CBOR-3", "ff", "cbor_indefinite", 0, "null"),
    ("break-in-array", "a break in a definite array", "CBOR-3", "81 ff", "cbor_indefinite", 1, "array-1"),
    # Truncated.
    ("empty", "no item", "CBOR-3", "", "cbor_truncated", 0, "null"),
    ("truncated-8", "a head cut short", "CBOR-3", "18", "cbor_truncated", 0, "integer-24"),
    ("truncated-16", "a head cut short", "CBOR-3", "19 01", "cbor_truncated", 0, "integer-256"),
    ("truncated-32", "a head cut short", "CBOR-3", "1a 000100", "cbor_truncated", 0, "integer-65536"),
    ("truncated-64", "a head cut short", "CBOR-3", "1b 00000001000000", "cbor_truncated", 0, "integer-4294967296"),
    ("truncated-text", "a text cut short", "CBOR-3", "62 61", "cbor_truncated", 0, "text-1"),
    ("truncated-array", "an array cut short", "CBOR-3", "82 00", "cbor_truncated", 0, "array-1"),
    ("truncated-map", "a map cut short", "CBOR-3", "a1 61 61", "cbor_truncated", 3, "map-1"),
    ("truncated-map-key", "a map without its key", "CBOR-3", "a1", "cbor_truncated", 0, "map-1"),
    ("truncated-half", "a float cut short", "CBOR-3", "f9 38", "cbor_truncated", 0, "float-half"),
    ("truncated-single", "a float cut short", "CBOR-3", "fa 3f0000", "cbor_truncated", 0, "float-single"),
    ("truncated-double", "a float cut short", "CBOR-3", "fb 3fb99999999999", "cbor_truncated", 0, "float-double"),
    ("truncated-tag", "a tag cut short", "CBOR-3", "d8", "cbor_truncated", 0, "integer-0"),
    ("declared-2-62-text", "a length that cannot be allocated", "CBOR-3", "7b 4000000000000000 61", "cbor_truncated",
     0, "text-1"),
    ("declared-2-62-array", "a length that cannot be allocated", "CBOR-3", "9b 4000000000000000 00", "cbor_truncated",
     0, "array-1"),
    ("declared-2-64-map", "a length that cannot be allocated", "CBOR-3", "bb ffffffffffffffff 6100", "cbor_truncated",
     0, "map-1"),
    ("declared-map-one-short", "a map takes two bytes a pair at least", "CBOR-3", "a2 60 00 60", "cbor_truncated",
     0, "map-1"),
    ("declared-bytes", "the length of a byte string that is not there: the type comes first", "CBOR-6", "5a 7fffffff", "cbor_type",
     0, "empty-text"),
    ("truncated-item-due", "the input ends where the second item is due", "CBOR-3", "82 61 61", "cbor_truncated", 3, "array-2"),
    ("truncated-inside", "a text cut short inside an array", "CBOR-3", "82 00 62 61", "cbor_truncated", 2, "array-2"),
    ("truncated-key", "a key cut short", "CBOR-3", "a1 63 61 61", "cbor_truncated", 1, "map-1"),
    ("truncated-key-head", "a key's head cut short", "CBOR-3", "a1 79 01", "cbor_truncated", 1, "map-1"),
    ("truncated-key-due", "the input ends where a key is due", "CBOR-3", "a2 61 61 62 62 62", "cbor_truncated", 6, "map-2"),
    ("truncated-before-nonminimal", "a head cut short, of an argument that would be too small", "CBOR-1", "19 00",
     "cbor_truncated", 0, "integer-256"),
    ("truncated-before-tag", "a tag's head cut short, too small as well", "CBOR-1", "da 0000", "cbor_truncated", 0, "integer-0"),
    ("truncated-before-type", "the head of a byte string cut short", "CBOR-1", "59 00", "cbor_truncated", 0, "text-1"),
    ("truncated-before-simple", "a two-byte simple value cut short", "CBOR-1", "f8", "cbor_truncated", 0, "null"),
    ("truncated-key-tag", "in the position of a key a tag's head cut short", "CBOR-1", "a1 d9 60", "cbor_truncated", 1, "map-1"),
    ("reserved-before-truncated", "reserved information and no further byte", "CBOR-1", "dc", "cbor_reserved", 0, "integer-0"),
    ("nonminimal-before-type", "a byte string with a long head", "CBOR-1", "58 01 00", "cbor_nonminimal", 0, "text-1"),
    ("nonminimal-before-truncated", "a long head that declares more than is left", "CBOR-1", "98 17", "cbor_nonminimal", 0, "array-23"),
    ("nonminimal-before-declared", "also of a text", "CBOR-1", "7b 0000000000000005", "cbor_nonminimal", 0, "text-1"),
    ("nonminimal-key-tag", "a tag in the position of a key, with a long head", "CBOR-1", "a1 d8 00 60 00", "cbor_nonminimal", 1, "map-1"),
    ("declared-map-2-63", "twice the pairs are 0 in 64 bits", "CBOR-3", "bb 8000000000000000", "cbor_truncated", 0, "empty-map"),
    ("declared-map-2-63-1", "twice the pairs are 2 in 64 bits", "CBOR-3", "bb 8000000000000001 6161 00", "cbor_truncated", 0, "map-1"),
    ("declared-map-2-31", "twice the pairs are 0 in 32 bits", "CBOR-3", "ba 80000000", "cbor_truncated", 0, "empty-map"),
    ("declared-array-2-32", "the length is 0 in 32 bits", "CBOR-3", "9b 0000000100000000", "cbor_truncated", 0, "empty-array"),
    ("declared-text-2-32", "also of a text", "CBOR-3", "7b 0000000100000000", "cbor_truncated", 0, "empty-text"),
    ("declared-text-2-64", "the longest text", "CBOR-3", "7b ffffffffffffffff 61", "cbor_truncated", 0, "text-1"),
    ("declared-array-one-short", "an array takes a byte an element at least", "CBOR-3", "83 82 00", "cbor_truncated", 0, "array-2"),
    ("declared-before-size", "a text that is not there and would be over the limit", "CBOR-1", "7a 00200000 61", "cbor_truncated", 0, "text-1"),
    ("declared-key-before-size", "also a key", "CBOR-1", "a1 7a 00200000 61", "cbor_truncated", 1, "map-1"),
    ("declared-before-utf8", "a text cut short that is no UTF-8", "CBOR-1", "62 ff", "cbor_truncated", 0, "text-1"),
    ("utf8-before-order", "a key that is no UTF-8 and out of order", "CBOR-1", "a2 6162 00 61ff 00", "utf8", 4, "map-2"),
    ("utf8-before-order-less", "also one that would come first", "CBOR-1", "a2 626262 00 61ff 00", "utf8", 5, "map-2"),
    ("order-before-value-fault", "a key out of order that contains U+0000", "CBOR-1 FAULT-1", "a2 6162 00 6100 00", "cbor_key_order", 4, "map-2"),
    ("order-after-value-fault", "out of order behind a value-level fault", "FAULT-1", "a2 6162 f97e00 6161 00", "cbor_key_order", 6, "map-2"),
    ("order-after-duplicate", "a duplicate, and out of order behind it", "FAULT-1 CBOR-8", "a3 6162 00 6162 00 6161 00", "cbor_key_order", 7,
     "map-2"),
    ("key-due-type", "in the position of a key: undefined", "CBOR-2", "a1 f7 00", "cbor_key_type", 1, "map-1"),
    ("key-due-simple-whole", "a two-byte simple value", "CBOR-2 CBOR-1", "a1 f8 14", "cbor_key_type", 1, "map-1"),
    ("key-due-indefinite", "an indefinite array as key: the type first", "CBOR-2 CBOR-1", "a1 9f ff", "cbor_key_type", 1, "map-1"),
    ("key-due-nonminimal", "an integer with a long head as key: the type first", "CBOR-2 CBOR-1", "a1 18 00 00", "cbor_key_type", 1, "map-1"),
    ("key-duplicate-outer", "a duplicate behind an inner map with the same key", "CBOR-8 DATA-8", "a2 6161 a1 6161 00 6161 00",
     "duplicate_key", 7, "nested"),
    ("key-own-before-duplicate", "a key's own fault comes before that it comes twice", "FAULT-2", "a2 63ee8080 00 63ee8080 00", "key", 1,
     "keys-highest"),
    ("float-form-before-nonminimal", "0.00001 in double precision, which a shorter width cannot represent", "CBOR-4 FAULT-1",
     "82 fb 3ee4f8b588e368f1 c000", "cbor_tag", 10, "array-2"),
    ("nonfinite-wide-single", "an infinity in single precision, then a text-level fault", "CBOR-4 FAULT-1", "82 fa 7f800000 f7", "cbor_type",
     6, "array-2"),
    ("events-first", "a member events is one like others: its fault is the first", "FAULT-2",
     "a2 66 6576656e7473 81 f93c00 67 7a7a7a7a7a7a7a f97e00", "number_form", 9, "nested"),
    ("events-second", "and here the second", "FAULT-2", "a2 61 78 f97e00 66 6576656e7473 81 f93c00", "number_nonfinite", 3, "nested"),
    ("float-tie-wide", "a half in single precision", "CBOR-4", "fa b9008000", "cbor_nonminimal", 0, "float-half"),
    # Tags.
    ("tag-0", "a date", "CBOR-5", "c0 60", "cbor_tag", 0, "empty-text"),
    ("tag-1", "a time", "CBOR-5", "c1 00", "cbor_tag", 0, "integer-0"),
    ("tag-2", "a bignum", "CBOR-5", "c2 41 01", "cbor_tag", 0, "integer-1"),
    ("tag-23", "an encoding hint", "CBOR-5", "d7 00", "cbor_tag", 0, "integer-0"),
    ("tag-24", "embedded CBOR", "CBOR-5", "d8 18 41 00", "cbor_tag", 0, "integer-0"),
    ("tag-28", "a shared value", "CBOR-5", "d8 1c 80", "cbor_tag", 0, "empty-array"),
    ("tag-35", "a regular expression", "CBOR-5", "d8 23 61 61", "cbor_tag", 0, "text-1"),
    ("tag-55799", "the self-description", "CBOR-5", "d9 d9f7 a0", "cbor_tag", 0, "empty-map"),
    ("tag-large", "a tag of eight bytes", "CBOR-5", "db 0000000100000000 00", "cbor_tag", 0, "integer-0"),
    ("tag-inside", "inside an array", "CBOR-5", "82 00 c1 00", "cbor_tag", 2, "array-1"),
    ("tag-key", "in the position of a key it is a tag", "CBOR-5 CBOR-2", "a1 c0 60 00", "cbor_tag", 1, "map-1"),
    # Types.
    ("bytes", "a byte string", "CBOR-6", "41 00", "cbor_type", 0, "text-1"),
    ("bytes-empty", "an empty byte string", "CBOR-6", "40", "cbor_type", 0, "empty-text"),
    ("undefined", "undefined", "CBOR-6", "f7", "cbor_type", 0, "null"),
    ("simple-0", "an unassigned simple value", "CBOR-6", "e0", "cbor_type", 0, "null"),
    ("simple-19", "an unassigned simple value", "CBOR-6", "f3", "cbor_type", 0, "false"),
    ("simple-two-byte-false", "false in two bytes", "CBOR-6", "f8 14", "cbor_type", 0, "false"),
    ("simple-24", "a reserved simple value", "CBOR-6", "f8 18", "cbor_type", 0, "null"),
    ("simple-32", "the first of two bytes", "CBOR-6", "f8 20", "cbor_type", 0, "null"),
    ("simple-255", "the last", "CBOR-6", "f8 ff", "cbor_type", 0, "null"),
    # Keys.
    ("key-integer", "an integer as key", "CBOR-2 CBOR-7", "a1 01 00", "cbor_key_type", 1, "map-1"),
    ("key-negative", "a negative integer as key", "CBOR-2 CBOR-7", "a1 20 00", "cbor_key_type", 1, "map-1"),
    ("key-bytes", "a byte string as key", "CBOR-2 CBOR-7", "a1 41 61 00", "cbor_key_type", 1, "map-1"),
    ("key-null", "null as key", "CBOR-2 CBOR-7", "a1 f6 00", "cbor_key_type", 1, "map-1"),
    ("key-true", "true as key", "CBOR-2 CBOR-7", "a1 f5 00", "cbor_key_type", 1, "map-1"),
    ("key-float", "a float as key", "CBOR-2 CBOR-7", "a1 f93800 00", "cbor_key_type", 1, "map-1"),
    ("key-array", "an array as key", "CBOR-2 CBOR-7", "a1 80 00", "cbor_key_type", 1, "map-1"),
    ("key-map", "a map as key", "CBOR-2 CBOR-7", "a1 a0 00", "cbor_key_type", 1, "map-1"),
    ("key-break", "a break as key: first of all it is no text", "CBOR-2", "a1 ff 00", "cbor_key_type", 1, "map-1"),
    ("key-reserved", "a reserved head of another type as key: the type first", "CBOR-2", "a1 1c 00", "cbor_key_type", 1, "map-1"),
    ("key-text-reserved", "a reserved head of a text as key", "CBOR-3", "a1 7c 00", "cbor_reserved", 1, "map-1"),
    ("key-indefinite", "an indefinite text as key", "CBOR-3", "a1 7f 61 61 ff 00", "cbor_indefinite", 1, "map-1"),
    ("key-order", "b before a", "CBOR-8", "a2 6162 00 6161 00", "cbor_key_order", 4, "keys-bytewise"),
    ("key-order-length", "aa before b, as canonical JSON would have it", "CBOR-8", "a2 626161 00 6162 00",
     "cbor_key_order", 5, "keys-length-first"),
    ("key-order-ten-nine", "10 before 9, as canonical JSON would have it", "CBOR-8", "a2 623130 00 6139 00",
     "cbor_key_order", 5, "keys-ten-and-nine"),
    ("key-order-third", "the third out of order", "CBOR-8", "a3 6161 00 6163 00 6162 00", "cbor_key_order", 7,
     "keys-bytewise"),
    ("key-order-inside", "in an inner map", "CBOR-8", "81 a2 6162 00 6161 00", "cbor_key_order", 5, "keys-bytewise"),
    ("key-duplicate", "an equal key is a duplicate", "CBOR-8 DATA-8", "a2 6161 00 6161 01", "duplicate_key", 4,
     "keys-bytewise"),
    ("key-duplicate-proto", "__proto__ twice", "CBOR-8 DATA-8",
     "a2 69 5f5f70726f746f5f5f 00 69 5f5f70726f746f5f5f 00", "duplicate_key", 12, "keys-proto"),
    ("key-long", "257 bytes", "DATA-7", "a1 79 0101" + "6b" * 257 + "00", "key", 1, "key-256"),
    ("key-258-bytes", "129 characters of two bytes", "DATA-7", "a1 79 0102" + "c3a9" * 129 + "00", "key", 1, "key-256-bytes"),
    ("key-high", "U+E000", "DATA-7", "a1 63 ee8080 00", "key", 1, "keys-highest"),
    ("key-astral", "above U+FFFF", "DATA-7", "a1 64 f09f9880 00", "key", 1, "keys-highest"),
    ("key-nul", "U+0000 in a key", "DATA-6 FAULT-2", "a1 61 00 00", "string", 1, "map-1"),
    # Behind the item.
    ("trailing", "a byte after the item", "CBOR-9", "00 00", "trailing", 1, "integer-0"),
    ("trailing-map", "a byte after a map", "CBOR-9", "a0 ff", "trailing", 1, "empty-map"),
    ("trailing-newline", "a line end after the item", "CBOR-9", "f6 0a", "trailing", 1, "null"),
    # Texts.
    ("utf8-ff", "not UTF-8", "CBOR-10", "61 ff", "utf8", 0, "text-1"),
    ("utf8-overlong", "an overlong solidus", "CBOR-10", "62 c0af", "utf8", 0, "text-1"),
    ("utf8-surrogate", "a surrogate is not UTF-8", "CBOR-10 DATA-5", "63 eda080", "utf8", 0, "text-astral"),
    ("utf8-cut", "a character that the length cuts", "CBOR-10", "61 c3", "utf8", 0, "text-two-bytes"),
    ("utf8-key", "in a key", "CBOR-10", "a1 61 ff 00", "utf8", 1, "map-1"),
    ("string-nul", "U+0000", "DATA-6", "61 00", "string", 0, "text-1"),
    ("string-ffff", "a non-character", "DATA-6", "63 efbfbf", "string", 0, "text-astral"),
    ("string-fdd0", "a non-character", "DATA-6", "63 efb790", "string", 0, "text-astral"),
    # Numbers.
    ("integer-2-53", "2^53", "DATA-2", "1b 0020000000000000", "number_range", 0, f"integer-{MAX}"),
    ("integer-2-64", "the largest head", "DATA-2", "1b ffffffffffffffff", "number_range", 0, f"integer-{MAX}"),
    ("integer-minus-2-53", "-2^53", "DATA-2", "3b 001fffffffffffff", "number_range", 0, f"integer-minus-{MAX}"),
    ("integer-minus-2-64", "the smallest head", "DATA-2", "3b ffffffffffffffff", "number_range", 0,
     f"integer-minus-{MAX}"),
    ("nan-half", "NaN", "DATA-4", "f9 7e00", "number_nonfinite", 0, "float-half"),
    ("nan-payload", "NaN with a payload", "DATA-4", "f9 7e01", "number_nonfinite", 0, "float-half"),
    ("nan-double", "NaN in double precision is outside of the model, whatever its width", "DATA-4 CBOR-4",
     "fb 7ff8000000000000", "number_nonfinite", 0, "float-double"),
    ("infinity-half", "an infinity", "DATA-4", "f9 7c00", "number_nonfinite", 0, "float-half"),
    ("infinity-minus", "the other", "DATA-4", "f9 fc00", "number_nonfinite", 0, "float-half"),
    ("infinity-single", "in single precision", "DATA-4 CBOR-4", "fa 7f800000", "number_nonfinite", 0, "float-single"),
    ("infinity-double", "in double precision", "DATA-4 CBOR-4", "fb 7ff0000000000000", "number_nonfinite", 0,
     "float-double"),
    ("whole-half", "1.0", "DATA-3", "f9 3c00", "number_form", 0, "integer-1"),
    ("whole-single", "1.0 in single precision is outside of the model, whatever its width", "DATA-3 CBOR-4",
     "fa 3f800000", "number_form", 0, "integer-1"),
    ("whole-double", "1.0 in double precision", "DATA-3 CBOR-4", "fb 3ff0000000000000", "number_form", 0, "integer-1"),
    ("zero-half", "0.0", "DATA-3", "f9 0000", "number_form", 0, "integer-0"),
    ("minus-zero-half", "-0.0", "DATA-3", "f9 8000", "number_form", 0, "integer-0"),
    ("minus-zero-double", "-0.0 in double precision", "DATA-3 CBOR-4", "fb 8000000000000000", "number_form", 0,
     "integer-0"),
    ("small-half", "2^-14 is below 1e-4", "DATA-3", "f9 0400", "number_form", 0, "float-half-subnormal-free"),
    ("subnormal-half", "the smallest half", "DATA-3", "f9 0001", "number_form", 0, "float-half-subnormal-free"),
    ("subnormal-double", "the smallest double", "DATA-3", "fb 0000000000000001", "number_form", 0, "float-smallest"),
    ("large-half", "65504 is whole", "DATA-3", "f9 7bff", "number_form", 0, "float-half-just"),
    ("large-double", "whole from 2^52 up", "DATA-3", "fb 4340000000000001", "number_form", 0, "float-largest"),
    ("largest-double", "the largest double", "DATA-3", "fb 7fefffffffffffff", "number_form", 0, "float-largest"),
    # Order.
    ("text-level-first", "a text-level fault behind a value-level one", "FAULT-1", "82 f93c00 f7", "cbor_type", 4,
     "array-1"),
    ("duplicate-then-trailing", "a duplicate and a byte behind: text level first", "FAULT-1",
     "a2 6161 00 6161 00 00", "trailing", 7, "keys-bytewise"),
    ("first-by-position", "two text-level faults: the first in the input", "CBOR-1", "82 f7 c000", "cbor_type", 1,
     "array-1"),
    ("first-by-position-other", "and the other way round", "CBOR-1", "82 c000 f7", "cbor_tag", 1, "array-1"),
    ("first-value-fault", "two value-level faults: the first in the input", "FAULT-2", "82 f93c00 f97e00",
     "number_form", 1, "array-1"),
    ("key-fault-before-value", "a key is before its value", "FAULT-2", "a1 61 00 f97e00", "string", 1, "map-1"),
)  # fmt: skip


def items() -> File:
    """Values and their encoding; everything else."""
    file = File(
        "cbor", "items", "The deterministic CBOR reader: one encoding of each value, one code of the rest."
    )
    for name, about, clauses, value in VALUES:
        file.accept(
            name, about, clauses, "parse_cbor", {"data": hexed(cbor(value))}, **canonical_answer(value)
        )
    for name, about, clauses, data, code, offset, control in REJECTED:
        file.reject(name, about, clauses, "parse_cbor", {"data": hexed(data)}, code, control, offset=offset)
    return file


def written() -> File:
    """Writing: canonical JSON and CBOR are one to one."""
    file = File("cbor", "encoder", "What the encoder writes of a JSON text.")
    for name, _, clauses, value in VALUES:
        file.accept(name, "JSON in, CBOR out: the counterpart of cbor/items", clauses, "cbor", {"data": as_json(value)},
                    cbor=hexed(cbor(value)))  # fmt: skip
    for name, about, source, value in (
        (
            "unsorted",
            "members are sorted, whatever their order in the text",
            '{"b":1,"a":2,"c":3}',
            {"a": 2, "b": 1, "c": 3},
        ),
        (
            "unsorted-inside",
            "inside too",
            '[{"z":{"y":1,"x":2},"aa":0,"b":0}]',
            [{"z": {"y": 1, "x": 2}, "aa": 0, "b": 0}],
        ),
        (
            "unsorted-bytes",
            "by bytes, not by characters",
            '{"\u00e9":1,"zz":2,"\u4e00":3,"aaa":4}',
            {"\u00e9": 1, "zz": 2, "\u4e00": 3, "aaa": 4},
        ),
        ("respelt", "white space and escapes are not written", '{ "\\u0061" : "\\/" }', {"a": "/"}),
    ):
        file.accept(name, about, "CBOR-8", "cbor", {"data": text(source)}, cbor=hexed(cbor(value)))
    return file


#: name, comment, hex, code, pointer, offset, control.
PLACES: Final = (
    ("top", "the value itself", "f9 3c00", "number_form", "", 0, "integer-1"),
    ("index", "an index counts from 0", "82 01 f93c00", "number_form", "/1", 2, "array-2"),
    ("after-container", "containers before it count one", "83 80 a0 f97e00", "number_nonfinite", "/2", 3, "array-2"),
    ("inside", "members and indices", "a1 6161 82 00 a1 6162 f97e00", "number_nonfinite", "/a/1/b", 8, "nested"),
    ("deep", "each level has its step", "81 81 81 81 81 f93c00", "number_form", "/0/0/0/0/0", 5, "array-1"),
    ("key", "a key at fault is its own location", "81 a1 63ee8080 00", "key", "/0/\ue000", 2, "map-1"),
    ("key-nul", "a character that no string may contain is shown as U+FFFD", "81 a1 626100 00", "string", "/0/a\ufffd", 2, "map-1"),
    ("duplicate", "the second of one name", "82 00 a2 6161 00 6161 00", "duplicate_key", "/1/a", 6, "map-2"),
    ("text", "a text", "82 6161 6100", "string", "/1", 3, "array-2"),
    ("integer", "an integer", "82 00 1b 0020000000000000", "number_range", "/1", 2, "array-2"),
    ("tilde", "a tilde is ~0, a solidus ~1", "a1 627e2f f93c00", "number_form", "/~0~1", 4, "map-1"),
    ("sibling", "the member after a container", "a2 6161 81 00 6162 f97e00", "number_nonfinite", "/b", 7, "map-2"),
)  # fmt: skip


def places() -> File:
    """Where a value-level fault is."""
    file = File("cbor", "locations", "The pointer and the offset of a value-level fault: ERR-1.")
    for name, about, data, code, pointer, offset, control in PLACES:
        file.reject(name, about, "ERR-1 FAULT-2", "parse_cbor", {"data": hexed(data)}, code, f"cbor/items/{control}",
                    pointer=pointer, offset=offset)  # fmt: skip
    return file


def limits() -> File:
    """The limits LIM-1 to LIM-4, at the item that exceeds them."""
    file = File("cbor", "limits", "Items at a limit and one over it, spelt compactly.")

    def accept(name: str, about: str, clauses: str, data: dict[str, Any], canonical: dict[str, Any]) -> None:
        file.accept(name, about, clauses, "parse_cbor", {"data": data}, canonical=canonical)

    def reject(
        name: str,
        about: str,
        clauses: str,
        data: dict[str, Any],
        code: str,
        control: str,
        offset: int | None = None,
    ) -> None:
        file.reject(name, about, clauses, "parse_cbor", {"data": data}, code, control, offset=offset)

    for depth in (31, 32):
        accept(f"depth-{depth}", f"nested {depth} deep", "CBOR-10 LIM-2",
               joined(repeated(hexed("81"), depth - 1), hexed("80")), joined(repeated("[", depth), repeated("]", depth)))  # fmt: skip
    reject("depth-33", "nested 33 deep, the last one empty", "CBOR-10 LIM-2",
           joined(repeated(hexed("81"), 32), hexed("80")), "depth", "depth-32", 32)  # fmt: skip
    reject("depth-33-map", "a map counts too", "CBOR-10 LIM-2",
           joined(repeated(hexed("81"), 32), hexed("a0")), "depth", "depth-32", 32)  # fmt: skip
    reject("depth-100000", "no implementation's stack decides", "CBOR-10 LIM-2",
           joined(repeated(hexed("81"), 100_000), hexed("80")), "depth", "depth-32", 32)  # fmt: skip
    ones = repeated("1,", 199_998)
    accept("nodes-200000", "200,000 values", "CBOR-10 LIM-3",
           joined(hexed("9a 00030d3f"), repeated(hexed("01"), 199_999)),
           joined({"$text": "["}, ones, {"$text": "1]"}))  # fmt: skip
    reject("nodes-200001", "one more", "CBOR-10 LIM-3",
           joined(hexed("9a 00030d40"), repeated(hexed("01"), 200_000)), "nodes", "nodes-200000", 200_004)  # fmt: skip
    mib = 1024 * 1024
    accept("text-1-mib", "the longest text", "CBOR-10 LIM-4",
           joined(hexed("7a 00100000"), repeated("a", mib)), joined({"$text": '"'}, repeated("a", mib), {"$text": '"'}))  # fmt: skip
    reject("text-over", "one byte more", "CBOR-10 LIM-4", joined(hexed("7a 00100001"), repeated("a", mib + 1)),
           "size", "text-1-mib", 0)  # fmt: skip
    for name, about, row, value in (
        ("maps", "a map with a key is two values, not three", "a1 6161 01", '{"a":1}'),
        ("arrays", "an array with an item is two", "81 01", "[1]"),
    ):
        rows = repeated(f"{value},", 99_998)
        accept(f"nodes-{name}", about, "CBOR-10 LIM-3", joined(hexed("9a 0001869f"), repeated(hexed(row), 99_999)),
               joined(text("["), rows, text(f"{value}]")))  # fmt: skip
        reject(f"nodes-{name}-over", "one more", "CBOR-10 LIM-3",
               joined(hexed("9a 000186a0"), repeated(hexed(row), 100_000)), "nodes", f"nodes-{name}",
               4 + 100_000 * len(bytes.fromhex(row)))  # fmt: skip
    # 200,000 values, then one more: the order of CBOR-1.
    full = joined(hexed("9a 00030d40"), repeated(hexed("01"), 199_999))
    for name, about, item, code in (
        ("declared", "value count before a length that cannot be allocated", "9a ffffffff", "nodes"),
        ("declared-text", "also of a text", "62 61", "nodes"),
        ("utf8", "and before the text", "61 ff", "nodes"),
        ("nan", "and before a value-level fault", "f9 7e00", "nodes"),
        ("type", "a type comes before it", "40", "cbor_type"),
        ("tag", "and a tag", "c0 00", "cbor_tag"),
        ("nonminimal", "and a long head", "18 01", "cbor_nonminimal"),
        ("float", "and a float that is too wide", "fa 3f000000", "cbor_nonminimal"),
        ("float-double", "in double precision too", "fb 3fe0000000000000", "cbor_nonminimal"),
        ("cut", "and a head that ends early", "19 01", "cbor_truncated"),
    ):
        reject(f"nodes-before-{name}" if code == "nodes" else f"{name}-before-nodes", about, "CBOR-1 CBOR-10",
               joined(full, hexed(item)), code, "nodes-200000", 200_004)  # fmt: skip
    deep = repeated(hexed("81"), 32)
    reject("depth-before-declared", "depth before a length that cannot be allocated", "CBOR-1", joined(deep, hexed("9a ffffffff")), "depth",
           "depth-32", 32)  # fmt: skip
    reject(
        "depth-before-declared-map",
        "also of a map",
        "CBOR-1",
        joined(deep, hexed("bb ffffffffffffffff")),
        "depth",
        "depth-32",
        32,
    )
    reject("nonminimal-before-depth", "a long head before depth", "CBOR-1", joined(deep, hexed("98 00")), "cbor_nonminimal",
           "depth-32", 32)  # fmt: skip
    reject("depth-before-nodes", "depth before the value count, where one item is over both", "CBOR-1",
           joined(repeated(hexed("81"), 31), hexed("9a 00030d21"), repeated(hexed("01"), 199_968), hexed("80")), "depth",
           "depth-32", 200_004)  # fmt: skip
    reject("depth-after-close", "depth is that of what is open", "CBOR-10",
           joined(hexed("82"), repeated(hexed("81"), 30), hexed("80"), repeated(hexed("81"), 31), hexed("80")), "depth",
           "depth-32-twice", 63)  # fmt: skip
    half = joined(repeated(hexed("81"), 30), hexed("80"))
    half_text = joined(repeated("[", 31), repeated("]", 31))
    accept("depth-32-twice", "a container that is full is closed", "CBOR-10", joined(hexed("82"), half, half),
           joined(text("["), half_text, text(","), half_text, text("]")))  # fmt: skip
    accept("depth-32-maps", "maps nest as deep", "CBOR-10 LIM-2", joined(repeated(hexed("a1 6161"), 31), hexed("a0")),
           joined(repeated('{"a":', 31), text("{}"), repeated("}", 31)))  # fmt: skip
    long = joined(hexed("7a 00100001"), repeated(hexed("ff"), mib + 1))
    reject(
        "text-size-before-utf8",
        "a text over the limit that is no UTF-8",
        "CBOR-1 CBOR-10",
        long,
        "size",
        "text-1-mib",
        0,
    )
    reject("key-over", "a key has the limit of a text", "CBOR-10 LIM-4",
           joined(hexed("a1 7a 00100001"), repeated("k", mib + 1), hexed("00")), "size", "text-1-mib", 1)  # fmt: skip
    reject("key-over-before-order", "before its order", "CBOR-1",
           joined(hexed("a2 6161 00 7a 00100001"), repeated("k", mib + 1), hexed("00")), "size", "text-1-mib", 4)  # fmt: skip
    reject("key-under-is-key", "at the limit of a text it is too long a key", "CBOR-10 DATA-7",
           joined(hexed("a1 7a 00100000"), repeated("k", mib), hexed("00")), "key", "text-1-mib", 1)  # fmt: skip
    mib_text = joined(hexed("7a 00100000"), repeated("a", mib))
    mib_json = joined(text('"'), repeated("a", mib), text('"'))
    accept("size-4-mib", "the largest input", "LIM-1",
           joined(hexed("84"), mib_text, mib_text, mib_text, hexed("7a 000fffeb"), repeated("a", mib - 21)),
           joined(text("["), mib_json, text(","), mib_json, text(","), mib_json, text(',"'), repeated("a", mib - 21), text('"]')))  # fmt: skip
    reject("size-one-over", "one byte more", "LIM-1",
           joined(hexed("84"), mib_text, mib_text, mib_text, hexed("7a 000fffec"), repeated("a", mib - 20)), "size",
           "size-4-mib")  # fmt: skip
    reject("size-over", "an input over 4 MiB", "LIM-1", joined(hexed("9a 00400000"), repeated(hexed("01"), 4 * mib)),
           "size", "nodes-200000")  # fmt: skip
    return file


def floats() -> File:
    """Each portable half, single and double at the edge of its width, computed by ``struct``."""
    file = File("cbor", "floats", "Floats at the edge of each width.")
    numbers = [1.5, 2.25, 0.75, 1023.5, 0.0001220703125, 511.25, 0.1, 1.1, 3.4000000953674316, 65503.5, 16777215.5,
               0.00012207031250000003, 123456789.125, 33554431.5, 0.333251953125, 4194303.5, 8388607.5]  # fmt: skip
    for number_index, number in enumerate(numbers):
        for sign, value in (("", number), ("-minus", -number)):
            file.accept(f"{number_index}{sign}", f"{value!r} in its shortest width", "CBOR-4 DATA-3", "parse_cbor",
                        {"data": hexed(cbor(value))}, **canonical_answer(value))  # fmt: skip
            for form, head in ((">f", "fa"), (">d", "fb")):
                try:
                    packed = struct.pack(form, value)
                except OverflowError:
                    continue
                wide = bytes.fromhex(head) + packed
                if struct.unpack(form, packed)[0] == value and len(wide) > len(cbor(value)):
                    file.reject(f"{number_index}{sign}-{head}", f"{value!r} wider than it needs", "CBOR-4", "parse_cbor",
                                {"data": hexed(wide)}, "cbor_nonminimal", f"{number_index}{sign}", offset=0)  # fmt: skip
    for kind, ambiguous in (("tie", decimals.TIES), ("near", decimals.SEVERAL)):
        for number_index, number in enumerate(ambiguous):
            for sign, value in (("", number), ("-minus", -number)):
                canonical_text, data = text(decimals.shortest(value)), hexed(cbor(value))
                about = f"{decimals.shortest(value)} of several shortest spellings: json/floats/{kind}-{number_index:02}{sign}"
                file.accept(
                    f"{kind}-{number_index:02}{sign}",
                    about,
                    "DATA-3",
                    "parse_cbor",
                    {"data": data},
                    canonical=canonical_text,
                )
                file.accept(
                    f"{kind}-{number_index:02}{sign}-written",
                    "and back",
                    "DATA-3",
                    "cbor",
                    {"data": canonical_text},
                    cbor=data,
                )
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [items(), places(), written(), limits(), floats()]
