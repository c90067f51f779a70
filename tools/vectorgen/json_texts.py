# ruff: noqa: E501  (tables: one vector, one row)
"""Stage json: what the strict reader accepts, and the one code of everything else."""

from __future__ import annotations

from typing import Any, Final

from vectorgen import decimals
from vectorgen.vector_file import Bytes, File, as_text, canonical_answer, hexed, joined, repeated, text

MAX: Final = 2**53 - 1

#: name, comment, clauses, text, its value.
ACCEPTED: Final[tuple[tuple[str, str, str, str, Any], ...]] = (
    ("null", "the smallest values", "DATA-1 JSON-6", "null", None),
    ("true", "a literal", "DATA-1", "true", True),
    ("false", "a literal", "DATA-1", "false", False),
    ("zero", "control of the number rules", "DATA-1 DATA-2", "0", 0),
    ("one", "an integer", "DATA-1", "1", 1),
    ("minus-one", "a negative integer", "DATA-1", "-1", -1),
    ("empty-string", "a string may be empty", "DATA-1", '""', ""),
    ("empty-array", "an array may be empty", "DATA-1", "[]", []),
    ("empty-object", "an object may be empty", "DATA-1", "{}", {}),
    ("empty-key", "a key may be empty", "DATA-7", '{"":0}', {"": 0}),
    ("space-around", "the four white space characters, around everything", "JSON-6",
     ' \t\n\r{ \t\n\r"a" \t\n\r: \t\n\r[ \t\n\r1 \t\n\r, \t\n\r2 \t\n\r] \t\n\r} \t\n\r', {"a": [1, 2]}),
    ("empty-containers-spaced", "white space inside empty containers", "JSON-6", "[ [ ], { } ]", [[], {}]),
    ("nested", "each type in each type", "DATA-1", '{"a":[{"b":[null,true,false,"x",1,0.5]}]}',
     {"a": [{"b": [None, True, False, "x", 1, 0.5]}]}),
    ("number-then-bracket", "a number ends where its grammar ends", "JSON-6", "[1]", [1]),
    ("two-members", "control of duplicate keys", "DATA-8", '{"a":1,"b":2}', {"a": 1, "b": 2}),
    ("same-key-in-two-objects", "a key may be once in each object", "DATA-8",
     '[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
    ("same-key-at-two-levels", "and once at each level", "DATA-8", '{"a":{"a":{"a":1}}}',
     {"a": {"a": {"a": 1}}}),
    ("keys-differ-in-case", "keys are compared as written", "DATA-8 DATA-9", '{"a":1,"A":2}',
     {"a": 1, "A": 2}),
    ("keys-nfc-nfd", "no string is normalised: two keys, though they look like one", "DATA-9",
     '{"\u00e9":1,"e\u0301":2}', {"\u00e9": 1, "e\u0301": 2}),
    ("string-nfd", "no string is normalised", "DATA-9", '"e\u0301"', "e\u0301"),
    ("string-hangul-jamo", "no string is normalised", "DATA-9", '"\u1112\u1161\u11ab"', "\u1112\u1161\u11ab"),
    ("string-angstrom", "U+212B is not U+00C5", "DATA-9", '"\u212b"', "\u212b"),
    ("unknown-members", "unknown members are kept and hashed", "DATA-9", '{"future":{"x":[1]}}',
     {"future": {"x": [1]}}),
    ("key-proto", "a member named __proto__ is a member", "CANON-1", '{"__proto__":{"a":1},"b":2}',
     {"__proto__": {"a": 1}, "b": 2}),
    ("key-proto-null", "also with a value that is no object", "CANON-1", '{"__proto__":null}',
     {"__proto__": None}),
    ("key-proto-inside", "and deep inside", "CANON-1", '{"a":[{"__proto__":[]}]}', {"a": [{"__proto__": []}]}),
    ("key-constructor", "a member named constructor", "CANON-1", '{"constructor":1,"prototype":2}',
     {"constructor": 1, "prototype": 2}),
    ("key-to-string", "names that objects of some languages have already", "CANON-1",
     '{"toString":1,"valueOf":2,"hasOwnProperty":3,"length":4}',
     {"toString": 1, "valueOf": 2, "hasOwnProperty": 3, "length": 4}),
    ("key-class-self", "names with a meaning in other languages", "CANON-1",
     '{"self":1,"class":2,"__class__":3,"$ref":4,"$text":5}',
     {"self": 1, "class": 2, "__class__": 3, "$ref": 4, "$text": 5}),
    ("keys-ten-and-nine", "keys that look like integers sort as strings: 10 before 9", "CANON-1",
     '{"9":"nine","10":"ten","1":"one","02":"two"}', {"9": "nine", "10": "ten", "1": "one", "02": "two"}),
    ("keys-negative-and-large", "as strings, whatever an engine makes of an index", "CANON-1",
     '{"4294967295":1,"-1":2,"4294967294":3,"1.5":4,"1e3":5}',
     {"4294967295": 1, "-1": 2, "4294967294": 3, "1.5": 4, "1e3": 5}),
    ("keys-word-like", "texts, not the values of that spelling", "CANON-1",
     '{"null":0,"true":1,"false":2,"NaN":3}', {"null": 0, "true": 1, "false": 2, "NaN": 3}),
    ("keys-prefix", "a prefix comes first", "CANON-1", '{"ab":1,"a":2,"":3,"abc":4}',
     {"ab": 1, "a": 2, "": 3, "abc": 4}),
    ("keys-case-order", "upper case before lower: by code point", "CANON-1", '{"b":1,"B":2,"a":3,"A":4,"_":5}',
     {"b": 1, "B": 2, "a": 3, "A": 4, "_": 5}),
    ("keys-latin", "by code point, not by a locale", "CANON-1",
     '{"z":1,"\u00e4":2,"a":3,"\u00f6":4,"\u00df":5}', {"z": 1, "\u00e4": 2, "a": 3, "\u00f6": 4, "\u00df": 5}),
    ("keys-scripts", "over scripts, up to the last allowed character", "CANON-1",
     '{"\ud7ff":1,"\u4e00":2,"\u05d0":3,"\u0430":4}', {"\ud7ff": 1, "\u4e00": 2, "\u05d0": 3, "\u0430": 4}),
    ("keys-control-order", "by the character, not by its escape: U+000A before space", "CANON-1",
     '{" ":1,"\\n":2,"\\u001f":3,"!":4,"\\"":5,"\\\\":6}',
     {" ": 1, "\n": 2, "\x1f": 3, "!": 4, '"': 5, "\\": 6}),
    ("keys-del", "U+007F is written raw in a key", "CANON-1", '{"\x7f":1,"~":2}', {"\x7f": 1, "~": 2}),
    ("array-order", "the order of an array is kept", "CANON-1", '["\U00010000","\uffee","\ud7ff","a"]',
     ["\U00010000", "\uffee", "\ud7ff", "a"]),
    ("values-sort-differently-in-utf16", "values may contain any character; only keys are sorted", "CANON-1",
     '{"a":"\U0001f600","b":"\uffee"}', {"a": "\U0001f600", "b": "\uffee"}),
    ("integer-max", "the largest integer", "DATA-2", str(MAX), MAX),
    ("integer-min", "the smallest integer", "DATA-2", str(-MAX), -MAX),
    ("integer-max-less-one", "exactly", "DATA-2", str(MAX - 1), MAX - 1),
    ("integer-32-bit", "not a 32-bit integer", "DATA-2", "[2147483648,4294967296]", [2**31, 2**32]),
    ("float-half", "a portable float", "DATA-3", "0.5", 0.5),
    ("float-negative", "a portable float", "DATA-3", "-0.5", -0.5),
    ("float-tenth", "the shortest spelling of the double", "DATA-3", "0.1", 0.1),
    ("float-third", "sixteen digits", "DATA-3", "0.3333333333333333", 1 / 3),
    ("float-seventeen-digits", "seventeen are needed", "DATA-3", "0.30000000000000004", 0.1 + 0.2),
    ("float-smallest", "the smallest magnitude", "DATA-3", "0.0001", 0.0001),
    ("float-just-above-smallest", "the next double", "DATA-3", "0.00010000000000000002",
     0.00010000000000000002),
    ("float-pi", "a plain one", "DATA-3", "3.141592653589793", 3.141592653589793),
    ("float-large", "the largest portable float", "DATA-3", "4503599627370495.5", 4503599627370495.5),
    ("float-large-negative", "and its negative", "DATA-3", "-4503599627370495.5", -4503599627370495.5),
    ("float-1e15", "written without an exponent", "DATA-3", "1000000000000000.1", 1000000000000000.1),
    ("float-halfway", "a decimal that is between two doubles reads to the even one", "DATA-3",
     "9007199254740.992", 9007199254740.992),
    ("float-99", "many nines", "DATA-3", "0.9999999999999999", 0.9999999999999999),
    ("float-array", "several", "DATA-3 CANON-1", "[1.5,2.25,0.001,123456.789]", [1.5, 2.25, 0.001, 123456.789]),
    ("escapes-short", "all short escapes are written as such", "CANON-1", r'"\"\\\b\f\n\r\t"', '"\\\b\f\n\r\t'),
    ("escape-slash", "an escaped solidus is a solidus", "CANON-1", r'"\/"', "/"),
    ("escapes-long-of-short", "the long escape of a character with a short one", "CANON-1",
     r'"\u0022\u005c\u0008\u000c\u000a\u000d\u0009"', '"\\\b\f\n\r\t'),
    ("escapes-upper-case", "the case of hex digits does not matter", "CANON-1", r'"\u00E9\u00e9\u00AB\u00aB"',
     "\u00e9\u00e9\u00ab\u00ab"),
    ("escapes-controls", "other controls are written in lower case", "CANON-1", r'"\u0001\u000B\u001F\u001b"',
     "\x01\x0b\x1f\x1b"),
    ("escape-ascii", "an escape that need not be one", "CANON-1", r'"\u0061"', "a"),
    ("escape-pair", "a pair of surrogate escapes is one character", "CANON-1 DATA-5", r'"\ud83d\ude00"',
     "\U0001f600"),
    ("escape-pair-last", "the last character but two", "CANON-1 DATA-5", r'"\udbff\udffd"', "\U0010fffd"),
    ("escape-pair-first", "the first character above U+FFFF", "CANON-1 DATA-5", r'"\ud800\udc00"', "\U00010000"),
    ("escape-backslash-u", "an escaped backslash and then letters", "CANON-1 JSON-4", r'"\\u0041\\"', "\\u0041\\"),
    ("delete", "U+007F is written raw", "CANON-1", '"\x7f"', "\x7f"),
    ("delete-escaped", "also where it came as an escape", "CANON-1", r'"\u007f"', "\x7f"),
    ("line-separators", "U+2028, U+2029, U+0085 are written raw", "CANON-1", '"\u2028\u2029\x85"', "\u2028\u2029\x85"),
    ("bom-inside", "U+FEFF inside a string is a character", "CANON-1 JSON-3", '"\ufeff"', "\ufeff"),
    ("bom-inside-escaped", "and as an escape", "CANON-1 JSON-3", r'"\ufeff"', "\ufeff"),
    ("replacement-character", "U+FFFD is a character like others", "DATA-6", '"\ufffd"', "\ufffd"),
    ("below-non-characters", "U+FDCF and U+FDF0 surround the forbidden ones", "DATA-6", '"\ufdcf\ufdf0"',
     "\ufdcf\ufdf0"),
    ("private-use", "private use is allowed", "DATA-6", '"\ue000\U000f0000\U0010fffd"', "\ue000\U000f0000\U0010fffd"),
    ("bidi-in-value", "invisible and bidirectional characters are data", "DATA-9", '"a\u202eb\u200bc"',
     "a\u202eb\u200bc"),
    ("html-in-value", "nothing is escaped for HTML", "CANON-1", '"</script><&>\'"', "</script><&>'"),
    ("control-one", "control of U+0000", "DATA-6", r'"\u0001"', "\x01"),
    ("key-below-surrogates", "the highest character that a key may contain", "DATA-7", '{"\ud7ff":1}', {"\ud7ff": 1}),
    ("key-256", "the longest key, in bytes", "DATA-7", '{"' + "k" * 256 + '":1}', {"k" * 256: 1}),
    ("key-256-bytes", "counted in UTF-8, not in characters", "DATA-7", '{"' + "\u00e9" * 128 + '":1}',
     {"\u00e9" * 128: 1}),
    ("key-256-three-bytes", "85 characters of three bytes and one of one", "DATA-7", '{"' + "\u4e00" * 85 + 'a":1}',
     {"\u4e00" * 85 + "a": 1}),
    ("key-escaped-256", "counted after unescaping", "DATA-7", '{"' + r"\u006b" * 256 + '":1}', {"k" * 256: 1}),
    ("key-with-slash-tilde", "characters that a pointer escapes", "ERR-1", '{"a/b~c":1}', {"a/b~c": 1}),
    ("colon-in-key", "structure inside a string is characters", "JSON-4", '{"a:{[,":"]}\\""}', {"a:{[,": ']}"'}),
    ("brackets-in-string", "brackets in a string do not nest", "JSON-4", '["' + "[" * 40 + '"]', ["[" * 40]),
    ("escaped-quote-before-bracket", "a backslash escapes the quotation mark", "JSON-4", r'["\"[[[["]', ['"[[[[']),
    ("even-backslashes", "two backslashes do not", "JSON-4", r'["\\",[]]', ["\\", []]),
)  # fmt: skip

#: name, comment, clauses, text, code, offset (None where the spec fixes none), control.
REJECTED: Final[tuple[tuple[str, str, str, str, str, int | None, str], ...]] = (
    ("integer-over", "2^53 is beyond", "DATA-2", "9007199254740992", "number_range", 0, "integer-max"),
    ("integer-under", "-2^53 is beyond", "DATA-2", "-9007199254740992", "number_range", 0, "integer-min"),
    ("integer-2-53-plus-1", "a double would round it", "DATA-2", "9007199254740993", "number_range", 0, "integer-max"),
    ("integer-64-bit", "2^63", "DATA-2", "9223372036854775808", "number_range", 0, "integer-max"),
    ("integer-unsigned-64", "2^64", "DATA-2", "18446744073709551616", "number_range", 0, "integer-max"),
    ("integer-wraps-to-zero", "2^64 + 1 is 1 in 64 bits", "DATA-2", "18446744073709551617", "number_range", 0, "one"),
    ("integer-400-digits", "beyond a double", "DATA-2", "1" + "0" * 400, "number_range", 0, "one"),
    ("integer-5000-digits", "no limit of an interpreter decides", "DATA-2", "9" * 5000, "number_range", 0, "one"),
    ("float-over", "too large for a double", "DATA-2", "1e400", "number_range", 0, "one"),
    ("float-under", "too large for a double, negative", "DATA-2", "-1e400", "number_range", 0, "minus-one"),
    ("float-huge-exponent", "an exponent of many digits", "DATA-2", "1e99999999999999999999", "number_range", 0, "one"),
    ("minus-zero", "-0 and 0 would be two spellings of one number", "DATA-3", "-0", "number_form", 0, "zero"),
    ("minus-zero-float", "also as a float", "DATA-3", "-0.0", "number_form", 0, "zero"),
    ("whole-float", "1.0 is 1 to half of the world", "DATA-3", "1.0", "number_form", 0, "one"),
    ("whole-float-large", "also a large one", "DATA-3", "1000000.0", "number_form", 0, "one"),
    ("zero-float", "0.0", "DATA-3", "0.0", "number_form", 0, "zero"),
    ("float-over-digits", "400 digits and a fraction", "DATA-2", "1" * 400 + ".5", "number_range", 0, "one"),
    ("float-over-rounded", "above the largest double, and rounded up", "DATA-2", "1.7976931348623159e308", "number_range", 0, "one"),
    ("float-largest-double", "the largest double, as any exponent", "DATA-3", "1.7976931348623157e308", "number_form", 0, "one"),
    ("float-rounded-down", "above it, but rounded down to it", "DATA-3", "1.7976931348623158e308", "number_form", 0, "one"),
    ("integer-as-float", "2^53 + 1 as a float is a float", "DATA-3", "9007199254740993.0", "number_form", 0, "integer-max"),
    ("float-30-digits", "a long float that is finite", "DATA-3", "123456789012345678901234567890.5", "number_form", 0, "one"),
    ("minus-zero-exponent", "minus zero with an exponent", "DATA-3", "-0e400", "number_form", 0, "zero"),
    ("exponent", "an exponent is never written", "DATA-3", "1e0", "number_form", 0, "one"),
    ("exponent-upper", "nor in upper case", "DATA-3", "5E-1", "number_form", 0, "float-half"),
    ("exponent-plus", "nor with a sign", "DATA-3", "1E+2", "number_form", 0, "one"),
    ("exponent-of-portable", "though the value is portable", "DATA-3", "15e-1", "number_form", 0, "float-half"),
    ("trailing-zero", "0.50 is 0.5", "DATA-3", "0.50", "number_form", 0, "float-half"),
    ("trailing-digits", "a longer spelling of the same double", "DATA-3", "0.1000000000000000055", "number_form", 0,
     "float-tenth"),
    ("eighteen-digits", "one digit more than it takes", "DATA-3", "0.333333333333333315", "number_form", 0,
     "float-third"),
    ("too-small", "below 1e-4 some print an exponent", "DATA-3", "0.00001", "number_form", 0, "float-smallest"),
    ("just-too-small", "the double before 1e-4", "DATA-3", "0.00009999999999999999", "number_form", 0,
     "float-smallest"),
    ("too-large-float", "every double from 2^52 is whole", "DATA-3", "4503599627370496.5", "number_form", 0,
     "float-large"),
    ("at-1e16", "1e16", "DATA-3", "1e16", "number_form", 0, "one"),
    ("underflow", "reads as zero", "DATA-3", "1e-400", "number_form", 0, "zero"),
    ("subnormal", "the smallest double", "DATA-3", "5e-324", "number_form", 0, "float-smallest"),
    ("nan", "not a number", "DATA-4 JSON-6", "NaN", "number_nonfinite", 0, "null"),
    ("infinity", "an infinity", "DATA-4 JSON-6", "Infinity", "number_nonfinite", 0, "null"),
    ("minus-infinity", "the other", "DATA-4 JSON-6", "-Infinity", "number_nonfinite", 0, "null"),
    ("nan-inside", "inside an array, at its own pointer", "DATA-4 FAULT-2", "[1,NaN]", "number_nonfinite", 3,
     "number-then-bracket"),
    ("surrogate-high", "a high surrogate alone", "DATA-5", r'"\ud800"', "surrogate", 0, "escape-pair"),
    ("surrogate-low", "a low surrogate alone", "DATA-5", r'"\udc00"', "surrogate", 0, "escape-pair"),
    ("surrogates-swapped", "a pair in the wrong order", "DATA-5", r'"\ude00\ud83d"', "surrogate", 0, "escape-pair"),
    ("surrogate-then-string", "a high surrogate, then a letter", "DATA-5", r'"\ud83dx"', "surrogate", 0, "escape-pair"),
    ("surrogate-pair-and-one", "a pair, then a high one", "DATA-5", r'"\ud83d\ude00\ud83d"', "surrogate", 0,
     "escape-pair"),
    ("surrogate-two-high", "two high ones", "DATA-5", r'"\ud83d\ud83d\ude00"', "surrogate", 0, "escape-pair"),
    ("surrogate-in-key", "in a key", "DATA-5", r'{"\ud800":1}', "surrogate", 1, "empty-key"),
    ("nul", "U+0000", "DATA-6", r'"\u0000"', "string", 0, "control-one"),
    ("nul-inside", "U+0000 inside a string", "DATA-6", r'"a\u0000b"', "string", 0, "control-one"),
    ("nul-in-key", "U+0000 in a key", "DATA-6", r'{"\u0000":1}', "string", 1, "empty-key"),
    ("surrogate-before-string", "of two faults of one string the surrogate is reported", "FAULT-2", r'"\u0000\ud800"',
     "surrogate", 0, "control-one"),
    ("string-before-key", "U+0000 in a key that is too long as well", "FAULT-2",
     '{"' + "k" * 257 + r'\u0000":1}', "string", 1, "key-256"),
    ("surrogate-before-key", "a lone surrogate in a key that is too long as well", "FAULT-2", '{"' + "k" * 257 + r'\udc00":1}',
     "surrogate", 1, "key-256"),
    ("surrogate-before-string-in-key", "U+0000 and a lone surrogate in a key", "FAULT-2", r'{"\u0000\ud800":1}', "surrogate", 1,
     "empty-key"),
    ("string-before-high-key", "a non-character and a private-use one", "FAULT-2", '{"\ue000\ufdd0":1}', "string", 1,
     "key-below-surrogates"),
    ("key-257-three-bytes", "85 characters of three bytes and two of one", "DATA-7", '{"' + "\u4e00" * 85 + 'ab":1}', "key", 1,
     "key-256-three-bytes"),
    ("key-257", "one byte too long", "DATA-7", '{"' + "k" * 257 + '":1}', "key", 1, "key-256"),
    ("key-258-bytes", "129 characters of two bytes", "DATA-7", '{"' + "\u00e9" * 129 + '":1}', "key", 1,
     "key-256-bytes"),
    ("key-private-use", "U+E000 sorts differently in UTF-16", "DATA-7", '{"\ue000":1}', "key", 1,
     "key-below-surrogates"),
    ("key-fullwidth", "U+FF21 too", "DATA-7", '{"\uff21":1}', "key", 1, "key-below-surrogates"),
    ("key-astral", "and everything above U+FFFF", "DATA-7", '{"\U0001f600":1}', "key", 1, "key-below-surrogates"),
    ("key-astral-escaped", "spelt as a pair of escapes", "DATA-7", r'{"\ud83d\ude00":1}', "key", 1,
     "key-below-surrogates"),
    ("keys-utf16-trap", "the two keys whose order differs between UTF-16 and code points", "DATA-7",
     '{"\U00010000":1,"\uff5e":2}', "key", 1, "key-below-surrogates"),
    ("duplicate", "one key twice", "DATA-8", '{"a":1,"a":2}', "duplicate_key", 7, "two-members"),
    ("duplicate-same-value", "also with one value", "DATA-8", '{"a":1,"a":1}', "duplicate_key", 7, "two-members"),
    ("duplicate-escaped", "compared after unescaping", "DATA-8", r'{"a":1,"\u0061":2}', "duplicate_key", 7,
     "two-members"),
    ("duplicate-apart", "not only neighbours", "DATA-8", '{"a":1,"b":2,"a":3}', "duplicate_key", 13, "two-members"),
    ("duplicate-inside", "at any level", "DATA-8", '{"x":[{"a":1,"a":2}]}', "duplicate_key", 13,
     "same-key-in-two-objects"),
    ("duplicate-empty", "the empty key too", "DATA-8", '{"":1,"":2}', "duplicate_key", 6, "empty-key"),
    ("duplicate-proto", "a reader that drops __proto__ does not see it twice", "DATA-8",
     '{"__proto__":1,"__proto__":2}', "duplicate_key", 15, "key-proto"),
    ("duplicate-constructor", "a reader that inherits constructor must still accept the first", "DATA-8",
     '{"constructor":1,"constructor":2}', "duplicate_key", 17, "key-constructor"),
    ("duplicate-third", "the second of three is at fault", "DATA-8 FAULT-2", '{"a":1,"a":2,"a":3}', "duplicate_key", 7,
     "two-members"),
    ("key-before-duplicate", "a key's own fault before that it comes twice", "FAULT-2",
     '{"\ue000":1,"\ue000":2}', "key", 1, "key-below-surrogates"),
    ("first-by-position", "the first fault, not the worst", "FAULT-2", r'[1.0,"\ud800",NaN]', "number_form", 1,
     "nested"),
    ("second-by-position", "the same the other way round", "FAULT-2", r'["\ud800",1.0]', "surrogate", 1, "nested"),
    ("value-before-second-key", "a value is before the key after it", "FAULT-2", '{"a":1.0,"a":2}', "number_form", 5,
     "two-members"),
    ("duplicate-before-its-value", "a key is before its value", "FAULT-2", '{"a":1,"a":1.0}', "duplicate_key", 7,
     "two-members"),
    ("deep-first", "position, not depth", "FAULT-2", '{"a":{"b":[NaN]},"c":1.0}', "number_nonfinite", 11, "nested"),
    ("offset-in-bytes", "offsets count bytes, not characters", "FAULT-2 ERR-1", '["\u00e9\u4e00\U0001f600",1.0]', "number_form", 13,
     "nested"),
    ("string-level-first", "all text-level faults come before all value-level ones", "FAULT-1", "[1.0,", "syntax", None,
     "number-then-bracket"),
    ("duplicate-then-syntax", "though the duplicate comes first in the text", "FAULT-1", '{"a":1,"a":2', "syntax", None,
     "two-members"),
    ("nan-then-syntax", "though NaN comes first", "FAULT-1", "[NaN", "syntax", None, "number-then-bracket"),
)  # fmt: skip

#: name, comment, text: all of them ``syntax``; offset by JSON-6, control.
SYNTAX: Final[tuple[tuple[str, str, str, int, str], ...]] = (
    ("empty", "nothing at all", "", 0, "null"),
    ("only-space", "nothing but white space", " \n", 2, "null"),
    ("two-values", "one value, not two", "1 2", 2, "one"),
    ("two-arrays", "one value, not two", "[][]", 2, "empty-array"),
    ("trailing-comma-array", "no trailing comma", "[1,]", 3, "number-then-bracket"),
    ("trailing-comma-object", "no trailing comma", '{"a":1,}', 7, "two-members"),
    ("leading-comma", "no leading comma", "[,1]", 1, "number-then-bracket"),
    ("double-comma", "no empty item", "[1,,2]", 3, "number-then-bracket"),
    ("missing-comma", "items need a comma", "[1 2]", 3, "number-then-bracket"),
    ("missing-colon", "members need a colon", '{"a" 1}', 5, "empty-key"),
    ("missing-value", "members need a value", '{"a":}', 5, "empty-key"),
    ("two-colons", "one colon", '{"a"::1}', 5, "empty-key"),
    ("comma-for-colon", "a comma in place of the colon", '{"a",1}', 4, "empty-key"),
    ("colon-in-array", "an array has no members", '["a":1]', 4, "number-then-bracket"),
    ("unquoted-key", "keys are strings", "{a:1}", 1, "empty-key"),
    ("number-key", "keys are strings", "{1:1}", 1, "empty-key"),
    ("single-quotes", "strings have quotation marks", "{'a':1}", 1, "empty-key"),
    ("unclosed-array", "everything is closed", "[1", 2, "number-then-bracket"),
    ("unclosed-object", "everything is closed", '{"a":1', 6, "empty-key"),
    ("unclosed-string", "everything is closed", '"a', 0, "empty-string"),
    ("unclosed-string-in-array", "an unterminated string in an array", '["a', 1, "empty-string"),
    ("closed-wrong", "with its own bracket", "[1}", 2, "number-then-bracket"),
    ("closed-wrong-object", "with its own bracket", '{"a":1]', 6, "empty-key"),
    ("closed-too-often", "and only once", "[1]]", 3, "number-then-bracket"),
    ("closing-first", "nothing to close", "]", 0, "empty-array"),
    ("leading-zero", "no leading zero", "01", 1, "one"),
    ("leading-zeros", "no leading zeros", "[00]", 2, "zero"),
    ("minus-leading-zero", "no leading zero after a sign", "-01", 2, "minus-one"),
    ("plus", "no plus sign", "+1", 0, "one"),
    ("minus-alone", "a sign is no number", "-", 0, "minus-one"),
    ("minus-space", "a sign is followed by a digit", "- 1", 0, "minus-one"),
    ("two-minus", "one sign", "--1", 0, "minus-one"),
    ("point-first", "a digit comes before the point", ".5", 0, "float-half"),
    ("point-last", "and one after it", "1.", 1, "one"),
    ("point-exponent", "and before the exponent", "1.e1", 1, "one"),
    ("exponent-empty", "an exponent has digits", "1e", 1, "one"),
    ("exponent-sign-only", "not only a sign", "1e+", 1, "one"),
    ("exponent-fraction", "and they are whole", "1e1.5", 3, "one"),
    ("two-points", "one point", "1.2.3", 3, "float-half"),
    ("hex-number", "decimal only", "0x10", 1, "zero"),
    ("underscore-number", "digits only", "1_000", 1, "one"),
    ("comma-number", "one number", "1,000", 1, "one"),
    ("fullwidth-digits", "ASCII digits only", "\uff11", 0, "one"),
    ("arabic-digits", "ASCII digits only", "\u0661", 0, "one"),
    ("nan-lower", "only the exact token", "nan", 0, "null"),
    ("inf-short", "only the exact token", "inf", 0, "null"),
    ("plus-infinity", "no plus sign there either", "+Infinity", 0, "null"),
    ("minus-nan", "not a grammatical token", "-NaN", 0, "null"),
    ("true-upper", "literals are lower case", "True", 0, "true"),
    ("null-upper", "literals are lower case", "NULL", 0, "null"),
    ("none", "a literal of another language", "None", 0, "null"),
    ("undefined", "a literal of another language", "undefined", 0, "null"),
    ("literal-cut", "a literal is whole", "tru", 0, "true"),
    ("literal-longer", "and ends", "truex", 4, "true"),
    ("literal-run-together", "two literals are two values", "truefalse", 4, "true"),
    ("raw-newline", "a raw control character in a string", '"a\nb"', 0, "escapes-short"),
    ("raw-tab", "a raw tab in a string", '"a\tb"', 0, "escapes-short"),
    ("raw-1f", "U+001F in a string", '"\x1f"', 0, "escapes-controls"),
    ("raw-control-in-key", "and in a key", '{"\x01":1}', 1, "keys-control-order"),
    ("raw-nul", "U+0000 raw is a control", '"\0"', 0, "control-one"),
    ("escape-unknown", "no such escape", r'"\a"', 0, "escapes-short"),
    ("escape-single-quote", "no such escape", r'"\'"', 0, "escapes-short"),
    ("escape-x", "no such escape", r'"\x41"', 0, "escape-ascii"),
    ("escape-octal", "no such escape", r'"\101"', 0, "escape-ascii"),
    ("escape-u-upper", "no such escape", r'"\U0041"', 0, "escape-ascii"),
    ("escape-short-digits", "four digits", r'"\u41"', 0, "escape-ascii"),
    ("escape-bad-digit", "hex digits", r'"\u00g1"', 0, "escape-ascii"),
    ("escape-brace", "no braces", r'"\u{41}"', 0, "escape-ascii"),
    ("escape-space", "no white space in an escape", '"\\u 041"', 0, "escape-ascii"),
    ("escape-at-end", "an escape at the end", '"\\', 0, "escapes-short"),
    ("escape-cut", "a cut escape", r'"\u004', 0, "escape-ascii"),
    ("escape-newline", "an escaped line end is no escape", '"\\\n"', 0, "escapes-short"),
    ("comment-line", "no comments", "1 // one", 2, "one"),
    ("comment-block", "no comments", "/* one */ 1", 0, "one"),
    ("comment-hash", "no comments", "1 # one", 2, "one"),
    ("nbsp-around", "U+00A0 is not white space here", "\u00a01", 0, "space-around"),
    ("form-feed-around", "nor is U+000C", "\f1", 0, "space-around"),
    ("vertical-tab-around", "nor U+000B", "1\v", 1, "space-around"),
    ("next-line-around", "nor U+0085", "1\u0085", 1, "space-around"),
    ("line-separator-around", "nor U+2028", "1\u2028", 1, "space-around"),
    ("zero-width-around", "nor U+200B", "\u200b1", 0, "space-around"),
    ("bom-behind", "U+FEFF behind the value", "1\ufeff", 1, "one"),
    ("nul-behind", "U+0000 behind the value", "1\0", 1, "one"),
    ("nul-between", "U+0000 is not white space", "[1,\x002]", 3, "number-then-bracket"),
    ("sub-behind", "U+001A behind the value", "1\x1a", 1, "one"),
    ("garbage-behind", "bytes after the value", '{"a":1}x', 7, "empty-key"),
    ("star", "not a value", "[*]", 1, "number-then-bracket"),
    ("backslash", "not a value", "[\\n]", 1, "number-then-bracket"),
    ("only-colon", "not a value", ":", 0, "null"),
    ("only-comma", "not a value", ",", 0, "null"),
    ("only-quote", "not a text", '"', 0, "empty-string"),
    ("object-without-key", "a value where a key is due", '{"a":1,2}', 7, "two-members"),
    ("object-null-key", "a literal where a key is required", "{null:1}", 1, "empty-key"),
    ("object-array-key", "an array where a key is due", "{[]:1}", 1, "empty-key"),
    ("key-only", "a key alone", '{"a"}', 4, "empty-key"),
    ("bracket-only", "an open bracket", "[", 1, "empty-array"),
    ("brace-only", "an open brace", "{", 1, "empty-object"),
    ("template", "not a text", "`a`", 0, "empty-string"),
    ("two-texts", "strings are not joined", '"a""b"', 3, "empty-string"),
    # The location of what is broken.
    ("offset-leading-zero", "the number is 0, the token behind it is at fault", "[1,02]", 4, "number-then-bracket"),
    ("offset-point", "the number ends before the point", "[2.]", 2, "number-then-bracket"),
    ("offset-two-points", "and before a second one", "[1.5.]", 4, "float-array"),
    ("offset-exponent", "and before an exponent without digits", "[1.5e]", 4, "float-array"),
    ("offset-exponent-sign", "with a sign or not", "[15E-]", 3, "number-then-bracket"),
    ("offset-minus", "a sign without a digit begins no token", "[1,-]", 3, "number-then-bracket"),
    ("offset-minus-infinity", "nor does a cut literal", "[-Infinit]", 1, "number-then-bracket"),
    ("offset-infinity-longer", "a literal ends where it ends", "[Infinityx]", 9, "number-then-bracket"),
    ("offset-minus-infinity-longer", "also with a sign", "[-Infinity1]", 10, "number-then-bracket"),
    ("offset-literal-cut", "a cut literal is at fault at its first letter", "[1,nul]", 3, "number-then-bracket"),
    ("offset-string-cut", "a string without end: at its quotation mark", '["a', 1, "empty-string"),
    ("offset-string-cut-behind", "though another string is before it", '["a","b]', 5, "empty-string"),
    ("offset-string-escape", "a string with an unknown escape: at its quotation mark", r'["ab\q"]', 1, "escapes-short"),
    ("offset-string-control", "with a control too", '["ab\x02"]', 1, "escapes-short"),
    ("offset-key-cut", "a key without end", '{"a":1,"b', 7, "two-members"),
    ("offset-key-escape", "a key with an unknown escape", r'{"a":1,"\q":2}', 7, "two-members"),
    ("offset-end-comma", "the end of the input is a token", "[1,", 3, "number-then-bracket"),
    ("offset-end-colon", "after a colon", '{"a":', 5, "two-members"),
    ("offset-end-key", "after a key", '{"a"', 4, "two-members"),
    ("offset-end-space", "behind white space", "[1, \n", 5, "number-then-bracket"),
    ("offset-behind-space", "white space belongs to no token", "[1, ]", 4, "number-then-bracket"),
    ("offset-colon-space", "nor does it before a colon", '["a" :1]', 5, "number-then-bracket"),
    ("offset-bytes", "counted in bytes", '["\u00e9\u4e00\U0001f600",01]', 14, "number-then-bracket"),
    ("offset-bytes-escaped", "of the input, not of the character that an escape means", r'["\u00e9",01]', 11, "number-then-bracket"),
    ("offset-two-faults", "the first of two", "[1 2,03]", 3, "number-then-bracket"),
)  # fmt: skip

#: name, comment, hex: all of them ``utf8``; offset by JSON-2.
NOT_UTF8: Final = (
    ("ff", "a byte that UTF-8 never has", "22 ff 22", 1),
    ("c0-af", "an overlong solidus", "22 c0 af 22", 1),
    ("c1-bf", "an overlong delete", "22 c1 bf 22", 1),
    ("e0-80-80", "an overlong of three bytes", "22 e0 80 80 22", 1),
    ("f0-80-80-80", "an overlong of four bytes", "22 f0 80 80 80 22", 1),
    ("e2-82", "a character cut short", "22 e2 82 22", 1),
    ("80", "a continuation alone", "22 80 22", 1),
    ("ed-a0-80", "a surrogate encoded as three bytes", "22 ed a0 80 22", 1),
    ("cesu-pair", "a pair of surrogates encoded as six bytes", "22 ed a0 bd ed b8 80 22", 1),
    ("f4-90", "above U+10FFFF", "22 f4 90 80 80 22", 1),
    ("f8", "five bytes", "22 f8 88 80 80 80 22", 1),
    ("latin-1", "another encoding", "22 e9 22", 1),
    ("in-key", "in a key", "7b 22 ff 22 3a 31 7d", 2),
    ("outside-strings", "outside of any string", "5b 31 ff 5d", 2),
    ("at-the-end", "after the value", "31 c3", 1),
    ("utf-16-le", "UTF-16 is not detected: FF FE", "ff fe 22 00 61 00 22 00", 0),
    ("utf-16-be", "UTF-16 is not detected: FE FF", "fe ff 00 22 00 61 00 22", 0),
    ("before-syntax", "though the text is no JSON either", "5b 5b ff", 2),
)  # fmt: skip


def non_characters() -> list[int]:
    """Every non-character: 32 in a row and two in each plane."""
    return [*range(0xFDD0, 0xFDF0), *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF))]


def escaped(code: int) -> str:
    """The JSON escape of a character, a pair above U+FFFF."""
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def values() -> File:
    """Values, and what is not one."""
    file = File("json", "values", "The strict JSON reader: values, value-level faults and their order.")
    for name, about, clauses, source, value in ACCEPTED:
        file.accept(name, about, clauses, "parse_json", {"data": text(source)}, **canonical_answer(value))
    for name, about, clauses, source, code, offset, control in REJECTED:
        file.reject(name, about, clauses, "parse_json", {"data": text(source)}, code, control, offset=offset)
    return file


#: name, comment, text, code, pointer, offset, control.
PLACES: Final = (
    ("top", "the value itself", "-0", "number_form", "", 0, "zero"),
    ("index", "an index counts from 0", "[1,-0]", "number_form", "/1", 3, "number-then-bracket"),
    ("index-ten", "and is a number", "[0,1,2,3,4,5,6,7,8,9,-0]", "number_form", "/10", 21, "number-then-bracket"),
    ("after-container", "containers before it count one", "[[1,2],{},-0]", "number_form", "/2", 10, "nested"),
    ("deep", "each level has its step", '[[[{"a":[{"b":-0}]}]]]', "number_form", "/0/0/0/a/0/b", 14, "nested"),
    ("member", "a member", '{"a":{"b":1.0}}', "number_form", "/a/b", 10, "nested"),
    ("member-empty", "a member with an empty name", '{"":[1.0]}', "number_form", "//0", 5, "empty-key"),
    ("tilde", "a tilde is ~0, a solidus ~1", '{"~1/":[-0]}', "number_form", "/~01~1/0", 8, "key-with-slash-tilde"),
    ("no-escape", "nothing else is escaped", '{"a%20\u00e9\\"":-0}', "number_form", '/a%20\u00e9"', 12, "key-with-slash-tilde"),
    ("key", "a key at fault is its own location", '{"a":{"\ue000":1}}', "key", "/a/\ue000", 6, "key-below-surrogates"),
    ("key-nul", "a character that no string may contain is shown as U+FFFD", r'{"a\u0000b":1}', "string", "/a\ufffdb", 1, "empty-key"),
    ("key-surrogate", "a lone surrogate too", r'{"x":{"\ud800":1}}', "surrogate", "/x/\ufffd", 6, "empty-key"),
    ("key-non-character", "and a non-character", r'{"\uffff\ufdd0":1}', "string", "/\ufffd\ufffd", 1, "empty-key"),
    ("key-before-value", "a key's fault comes before its value's", r'{"\ud800":NaN}', "surrogate", "/\ufffd", 1, "empty-key"),
    ("duplicate", "the second of one name", '{"a":[{"b":1,"b":2}]}', "duplicate_key", "/a/0/b", 13, "two-members"),
    ("duplicate-before-inner", "a duplicate before a fault in its value", '{"a":1,"a":{"b":-0}}', "duplicate_key", "/a", 7, "two-members"),
    ("events-first", "a member events is one like others: its fault is the first", '{"events":[-0],"x":NaN}', "number_form", "/events/0", 11,
     "nested"),
    ("events-second", "and here the second", '{"x":NaN,"events":[-0]}', "number_nonfinite", "/x", 5, "nested"),
    ("events-twice", "of two faults in it the first", '{"events":[1,{"a":NaN},-0]}', "number_nonfinite", "/events/1/a", 18, "nested"),
    ("sibling", "the member after a container", '{"a":{"b":[1]},"c":NaN}', "number_nonfinite", "/c", 19, "nested"),
)  # fmt: skip


def places() -> File:
    """Where a value-level fault is."""
    file = File("json", "locations", "The pointer and the offset of a value-level fault: ERR-1.")
    for name, about, source, code, pointer, offset, control in PLACES:
        file.reject(name, about, "ERR-1 FAULT-2", "parse_json", {"data": text(source)}, code,
                    f"json/values/{control}", pointer=pointer, offset=offset)  # fmt: skip
    return file


def grammar() -> File:
    """What is not JSON."""
    file = File("json", "grammar", "Texts that are not JSON, and bytes that are not text.")
    for name, about, source, offset, control in SYNTAX:
        file.reject(name, about, "JSON-6", "parse_json", {"data": text(source)}, "syntax",
                    f"json/values/{control}", offset=offset)  # fmt: skip
    for name, about, source, offset in NOT_UTF8:
        data = {"data": hexed(source)}
        file.reject(f"utf8-{name}", about, "JSON-2", "parse_json", data, "utf8",
                    "json/values/replacement-character", offset=offset)  # fmt: skip
    bom = "ef bb bf"
    file.reject("bom", "a byte order mark in front", "JSON-3", "parse_json",
                {"data": hexed(bom + "31")}, "bom", "json/values/one")  # fmt: skip
    file.reject("bom-twice", "two of them", "JSON-3", "parse_json",
                {"data": hexed(bom * 2 + "31")}, "bom", "json/values/one")  # fmt: skip
    file.reject("bom-alone", "nothing but the mark", "JSON-3", "parse_json",
                {"data": hexed(bom)}, "bom", "json/values/one")  # fmt: skip
    file.reject("bom-before-depth", "bom is found before depth", "JSON-3 FAULT-1", "parse_json",
                {"data": joined(hexed(bom), repeated("[", 100))}, "bom", "json/values/one")  # fmt: skip
    file.reject("utf8-before-bom", "utf8 is found before bom", "JSON-2 FAULT-1", "parse_json",
                {"data": hexed(bom + "31 ff")}, "utf8", "json/values/one")  # fmt: skip
    return file


def characters() -> File:
    """Each non-character, raw and escaped."""
    file = File("json", "characters", "Every character that a string must not contain, raw and as an escape.")
    file.accept("neighbours", "U+FDCF, U+FDF0, U+FFFD and U+10FFFD are characters", "DATA-6", "parse_json",
                {"data": text('"\ufdcf\ufdf0\ufffd\U0010fffd"')},
                **canonical_answer("\ufdcf\ufdf0\ufffd\U0010fffd"))  # fmt: skip
    for code in non_characters():
        name, raw = f"u{code:04x}", f'"{chr(code)}"'.encode()
        file.reject(f"{name}-raw", f"U+{code:04X} is a non-character", "DATA-6", "parse_json",
                    {"data": hexed(raw)}, "string", "neighbours", offset=0)  # fmt: skip
    for code in (0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF):
        name = f"u{code:04x}-escaped"
        file.reject(name, "spelt as an escape", "DATA-6", "parse_json", {"data": text(f'"{escaped(code)}"')},
                    "string", "neighbours", offset=0)  # fmt: skip
    file.reject("in-key", "a non-character in a key is `string`, before `key`", "DATA-6 FAULT-2", "parse_json",
                {"data": text('{"\\uffff":1}')}, "string", "neighbours", offset=1)  # fmt: skip
    for control in range(0x20):
        short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}.get(control, f"\\u{control:04x}")
        if control:
            file.accept(f"control-{control:02x}", "how a control below U+0020 is written", "CANON-1", "parse_json",
                        {"data": text(f'"\\u{control:04X}"')}, canonical=text(f'"{short}"'))  # fmt: skip
    return file


def limits() -> File:
    """The limits of an input, at them and just over."""
    file = File("json", "limits", "Inputs at a limit and one over it, spelt compactly.")

    def accept(name: str, about: str, clauses: str, data: Bytes, canonical: Bytes) -> None:
        file.accept(name, about, clauses, "parse_json", {"data": data}, canonical=canonical)

    def reject(
        name: str, about: str, clauses: str, data: Bytes, code: str, control: str, offset: int | None = None
    ) -> None:
        file.reject(name, about, clauses, "parse_json", {"data": data}, code, control, offset=offset)

    def nested(open_: str, close: str, times: int, middle: str = "") -> Bytes:
        return joined(repeated(open_, times), text(middle), repeated(close, times))

    for name, open_, close in (("arrays", "[", "]"), ("objects", '{"a":', "}")):
        for depth in (1, 31, 32):
            inner = "" if name == "arrays" else "1"
            made = nested(open_, close, depth, inner)
            accept(f"depth-{depth}-{name}", f"nested {depth} deep", "JSON-4 LIM-2", made, made)
        reject(f"depth-33-{name}", "nested 33 deep", "JSON-4 LIM-2", nested(open_, close, 33, "1"),
               "depth", f"depth-32-{name}", 32 * len(open_))  # fmt: skip
    reject("depth-100000", "no implementation's stack decides", "JSON-4 LIM-2", nested("[", "]", 100_000), "depth",
           "depth-32-arrays", 32)  # fmt: skip
    reject("depth-unclosed", "depth is found before syntax", "JSON-4 FAULT-1", repeated("[", 33), "depth",
           "depth-32-arrays", 32)  # fmt: skip
    reject("depth-after-garbage", "counted though the text is no JSON", "JSON-4", joined(text("x"), repeated("[", 33)),
           "depth", "depth-32-arrays", 33)  # fmt: skip
    reject("depth-of-braces", "the sum counts brackets, whether or not they match", "JSON-4",
           joined(repeated("[{", 16), text("["), repeated("]", 33)), "depth", "depth-32-arrays", 32)  # fmt: skip
    reject("depth-below-zero", "a closing bracket takes one, also below zero: then it is syntax", "JSON-4",
           joined(text("]"), repeated("[", 33)), "syntax", "depth-32-arrays", 0)  # fmt: skip
    reject("depth-in-unterminated-string", "brackets after an unclosed quotation mark are in a string", "JSON-4",
           joined(text('"'), repeated("[", 100)), "syntax", "depth-32-arrays", 0)  # fmt: skip
    reject("depth-after-escaped-quote", "a backslash outside of a string escapes nothing", "JSON-4",
           joined(text('\\"'), repeated("[", 100)), "syntax", "depth-32-arrays", 0)  # fmt: skip
    half = joined(repeated("[", 31), repeated("]", 31))
    twice = joined(text("["), half, text(","), half, text("]"))
    accept("depth-32-twice", "a closing bracket takes one", "JSON-4 LIM-2", twice, twice)
    forty = joined(text(r'["\"","'), repeated("[", 40), text('"]'))
    accept(
        "depth-string-with-quote", "an escaped quotation mark does not end a string", "JSON-4", forty, forty
    )
    forty = joined(text(r'["\\","'), repeated("[", 40), text(r'\\"]'))
    accept("depth-string-with-pairs", "an escaped backslash escapes nothing", "JSON-4", forty, forty)
    accept("depth-string-with-long-escape", "nor does the last digit of an escape", "JSON-4",
           joined(text(r'["\u005c","'), repeated("[", 40), text('"]')),
           joined(text(r'["\\","'), repeated("[", 40), text('"]')))  # fmt: skip
    over = repeated("[", 33)
    for name, about, front, code, offset in (
        ("below-zero-over", "below zero, and 33 over it", joined(text("]"), repeated("[", 34)), "depth", 34),
        (
            "closed-by-the-other",
            "a closing brace takes one too",
            joined(text("[}"), repeated("[", 32)),
            "syntax",
            1,
        ),
        (
            "after-pair",
            "a string that ends with a pair of backslashes has ended",
            joined(text(r'"\\"'), over),
            "depth",
            36,
        ),
        (
            "after-string",
            "in bytes: the string before it has four",
            joined(text('"\u4e00\u4e00"'), over),
            "depth",
            40,
        ),
        (
            "in-string-cut-by-backslash",
            "a backslash at the end of the input",
            joined(text('"'), over, text("\\")),
            "syntax",
            0,
        ),
        ("in-string-with-line-end", "a line end ends no string", joined(text('"\n'), over), "syntax", 0),
        ("after-apostrophe", "an apostrophe begins no string", joined(text("'"), over), "depth", 33),
        (
            "after-backslash-quote",
            "outside of a string a backslash escapes nothing, so a string begins",
            joined(text('\\"\\"'), text('"'), over),
            "depth",
            37,
        ),
        ("in-comment", "there are no comments", joined(text("/*"), over), "depth", 34),
        (
            "first-of-two",
            "the first bracket over the limit, not the last",
            joined(over, repeated("]", 33), over),
            "depth",
            32,
        ),
        ("of-parentheses", "other brackets are none", repeated("(", 40), "syntax", 0),
    ):
        reject(f"depth-{name}", about, "JSON-4 FAULT-1", front, code, "depth-32-arrays", offset)
    items = joined(text("["), repeated("1,", 199_998), text("1]"))
    accept("nodes-200000", "200,000 values, the array among them", "JSON-5 LIM-3", items, items)
    reject("nodes-200001", "one more", "JSON-5 LIM-3", joined(text("["), repeated("1,", 199_999), text("1]")), "nodes",
           "nodes-200000")  # fmt: skip
    empty = joined(text("["), repeated("[],", 199_998), text("[]]"))
    accept("nodes-empty-arrays", "an empty array is one value", "JSON-5 LIM-3", empty, empty)
    reject("nodes-empty-arrays-over", "one more", "JSON-5 LIM-3",
           joined(text("["), repeated("[],", 199_999), text("{}]")), "nodes", "nodes-empty-arrays")  # fmt: skip
    spaced = joined(text("["), repeated("[ \t\n\r],", 199_998), text("[]]"))
    accept("nodes-empty-arrays-spaced", "white space does not fill it", "JSON-5", spaced, empty)
    commas = joined(text('["'), repeated(",", 300_000), text('"]'))
    accept("nodes-commas-in-string", "commas in a string are characters", "JSON-5", commas, commas)
    reject("nodes-before-syntax", "counted though the text is no JSON", "JSON-5 FAULT-1", repeated(",", 200_000), "nodes",
           "nodes-200000")  # fmt: skip
    reject("depth-before-nodes", "depth is found before nodes", "JSON-4 JSON-5",
           joined(repeated(",", 200_000), repeated("[", 33)), "depth", "depth-32-arrays", 200_032)  # fmt: skip
    for name, about, source in (
        ("strings", "an array with a string is two values", '["a"]'),
        ("members", "a member's key is no value", '{"a":1}'),
        ("spaced", "white space behind a bracket or comma is none", '[ "" ]'),
    ):
        rows = joined(text("["), repeated(f"{source},", 99_998), text(f"{source}]"))
        plain = source.replace(" ", "")
        accept(f"nodes-{name}", about, "JSON-5 LIM-3", rows,
               joined(text("["), repeated(f"{plain},", 99_998), text(f"{plain}]")))  # fmt: skip
        reject(f"nodes-{name}-over", "100,000 of them and the array around", "JSON-5 LIM-3",
               joined(text("["), repeated(f"{source},", 99_999), text(f"{source}]")), "nodes", f"nodes-{name}")  # fmt: skip
    commas = repeated(",", 199_999)
    for name, about, behind, code in (
        ("commas", "199,999 commas are 200,000 values", "", "syntax"),
        ("open-at-end", "a bracket at the end counts", "[", "nodes"),
        ("open-then-space", "also with white space behind it", "[ \n\t\r", "nodes"),
        ("brace-at-end", "a brace too", "{", "nodes"),
        ("empty", "an empty array does not", "[]", "syntax"),
        ("empty-spaced", "nor does one with white space in it", "[ \n\t\r]", "syntax"),
        ("empty-mixed", "whether or not the brackets match", "[}", "syntax"),
        ("empty-mixed-brace", "the other way round", "{ ]", "syntax"),
        ("form-feed", "a form feed is no white space", "[\f]", "nodes"),
        ("no-break-space", "nor is U+00A0", "[\u00a0]", "nodes"),
        ("string", "a string is a character", '[""]', "nodes"),
        ("string-cut", "also one without end", '["', "nodes"),
        ("string-of-bracket", "whatever is in it", '["]', "nodes"),
        ("colon", "so is anything else", "[:]", "nodes"),
        ("closed", "a closing bracket alone is no value", "]}", "syntax"),
        ("after-string", "commas in a string are characters", '"\\",,"', "syntax"),
    ):
        reject(f"nodes-at-{name}", about, "JSON-5 FAULT-1", joined(commas, text(behind)), code, "nodes-200000",
               0 if code == "syntax" else None)  # fmt: skip
    mib = 1024 * 1024
    longest = joined(text('"'), repeated("a", mib), text('"'))
    accept("string-1-mib", "the longest text", "JSON-7 LIM-4", longest, longest)
    reject("string-over", "one byte more", "JSON-7 LIM-4", joined(text('"'), repeated("a", mib + 1), text('"')), "size",
           "string-1-mib", 0)  # fmt: skip
    reject("string-over-in-bytes", "counted in UTF-8 bytes", "JSON-7 LIM-4",
           joined(text('"'), repeated("\u00e9", mib // 2 + 1), text('"')), "size", "string-1-mib")  # fmt: skip
    accept("string-escaped", "counted after unescaping: 3 MiB of escapes are a string of 0.5 MiB", "JSON-7",
           joined(text('"'), repeated("\\u0061", mib // 2), text('"')),
           joined(text('"'), repeated("a", mib // 2), text('"')))  # fmt: skip
    reject("key-over", "a key too", "JSON-7 LIM-4", joined(text('{"'), repeated("a", mib + 1), text('":1}')), "size",
           "string-1-mib")  # fmt: skip
    pairs = repeated(r"\ud83d\ude00", mib // 4)
    accept("string-pairs", "a pair of escapes is four bytes", "JSON-7", joined(text('"'), pairs, text('"')),
           joined(text('"'), repeated("\U0001f600", mib // 4), text('"')))  # fmt: skip
    reject(
        "string-pairs-over",
        "and a letter more",
        "JSON-7 LIM-4",
        joined(text('"'), pairs, text('a"')),
        "size",
        "string-pairs",
        0,
    )
    for name, fill, code in (("at", mib - 3, "surrogate"), ("over", mib - 2, "size")):
        reject(f"string-surrogate-{name}", "a lone surrogate counts three bytes", "JSON-7 DATA-5 LIM-4",
               joined(text('"'), repeated("a", fill), text(r'\udc00"')), code, "string-1-mib", 0)  # fmt: skip
    reject("string-first-of-two", "the first of two", "JSON-7",
           joined(text('["\u00e9","'), repeated("a", mib + 1), text('",{"'), repeated("b", mib + 2), text('":1}]')), "size",
           "string-1-mib", 6)  # fmt: skip
    reject("string-key-before-value", "a key over the limit comes before its value", "JSON-7",
           joined(text('{"'), repeated("a", mib + 1), text('":"'), repeated("b", mib + 2), text('"}')), "size",
           "string-1-mib", 1)  # fmt: skip
    reject("string-before-key", "an oversized key is `size`, not `key`", "JSON-7 DATA-7 FAULT-1",
           joined(text('{"'), repeated("\ue000", mib // 3 + 1), text('":1}')), "size", "string-1-mib", 1)  # fmt: skip
    reject("syntax-before-string", "syntax is found before an oversized string", "JSON-6 JSON-7 FAULT-1",
           joined(text('"'), repeated("a", mib + 1), text('"x')), "syntax", "string-1-mib")  # fmt: skip
    reject("string-before-values", "an oversized string is found before value-level faults", "JSON-7 JSON-8 FAULT-1",
           joined(text('[1.0,"'), repeated("a", mib + 1), text('"]')), "size", "string-1-mib")  # fmt: skip
    full = 4 * mib
    accept(
        "size-4-mib",
        "the largest input",
        "JSON-1 LIM-1",
        joined(text("1"), repeated(" ", full - 1)),
        text("1"),
    )
    reject("size-over", "one byte more", "JSON-1 LIM-1", joined(text("1"), repeated(" ", full)), "size",
           "size-4-mib")  # fmt: skip
    reject("size-before-utf8", "size is found before everything", "JSON-1 FAULT-1", repeated(hexed("ff"), full + 1),
           "size", "size-4-mib")  # fmt: skip
    return file


def canonical_forms() -> File:
    """Many texts of one value have one canonical text."""
    file = File("json", "canonical", "Spellings of one value, and the one form that is hashed.")
    value = {"b": [1, 0.5, True, None], "a": {"\u00e9": "\u00e9\n", "10": 1, "9": 2}}
    spellings = (
        '{"b":[1,0.5,true,null],"a":{"\u00e9":"\u00e9\\n","10":1,"9":2}}',
        '{"a":{"9":2,"10":1,"\u00e9":"\u00e9\\n"},"b":[1,0.5,true,null]}',
        '{"a":{"\\u0039":2,"1\\u0030":1,"\\u00E9":"\\u00e9\\u000A"},"\\u0062":[1,0.5,true,null]}',
        '\n{\n  "a": {\n    "10": 1, "9": 2, "\u00e9": "\u00e9\\n"\n  },\n  "b": [ 1, 0.5, true, null ]\n}\n',
        '{\t"b" : [1 ,0.5 , true,\r\nnull], "a":{"10":1,"\u00e9":"\\u00e9\\n","9":2}}',
    )
    for place, source in enumerate(spellings):
        file.accept(f"spelling-{place}", "one value, one canonical form, one digest", "CANON-1 CANON-2", "parse_json",
                    {"data": text(source)}, **canonical_answer(value))  # fmt: skip
    for code in (
        *range(0x20, 0x7F),
        0x80,
        0x9F,
        0xA0,
        0xAD,
        0x100,
        0x7FF,
        0x800,
        0xD7FF,
        0xE000,
        0xFEFF,
        0x10000,
    ):
        character = chr(code)
        shown = {'"': '\\"', "\\": "\\\\"}.get(character, character)
        file.accept(f"raw-u{code:04x}", f"U+{code:04X} is written raw, or with its short escape", "CANON-1", "parse_json",
                    {"data": text(f'"{escaped(code)}"')}, canonical=as_text(f'"{shown}"'.encode()))  # fmt: skip
    return file


def floats() -> File:
    """Floats that have several texts of the fewest digits, both signs; the texts by exact arithmetic."""
    file = File("json", "floats", "Of several shortest spellings of a float one is accepted: DATA-3.")
    for kind, numbers, about in (
        ("tie", decimals.TIES, "two shortest spellings are equally near: the last digit is even"),
        ("near", decimals.SEVERAL, "the nearest of several shortest spellings"),
    ):
        for place, positive in enumerate(numbers):
            for sign, number in (("", positive), ("-minus", -positive)):
                name = f"{kind}-{place:02}{sign}"
                file.accept(name, about, "DATA-3", "parse_json", {"data": text(decimals.shortest(number))},
                            canonical=text(decimals.shortest(number)))  # fmt: skip
                for which, other in enumerate(decimals.others(number)[:3]):
                    file.reject(f"{name}-other-{which}", "as short, and reads back too, but is not its text", "DATA-3",
                                "parse_json", {"data": text(other)}, "number_form", name, offset=0)  # fmt: skip
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [values(), places(), grammar(), characters(), limits(), canonical_forms(), floats()]
