"""Writes the tables of Unicode 14.0 of TITLE-1 and DISPLAY-1: ``python3.11 tools/make_unicode14.py --write``.

Python 3.11 carries the Unicode Character Database 14.0.0, so its ``unicodedata`` and ``str.lower`` are the
source. Only the standard library is used. A test compares the files with what is built here, under the
interpreter that runs it if that is 3.11, else under a Python 3.11 of the machine.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
import unicodedata
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = "14.0.0"
SCALARS = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]

#: Word_Break is MidLetter, MidNumLet or Single_Quote, of which ``unicodedata`` does not know.
WORD_BREAK = (
    ":\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a"
    ".\u2018\u2019\u2024\ufe52\uff07\uff0e"
    "'"
)  # fmt: skip


#: Characters that draw nothing in spite of their category: joiner, fillers, variation selectors,
#: the blank pattern of Braille, and the narrow no-break space, which belongs to no word.
UNDRAWN = [
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x202F, 0x2800, 0x3164, 0xFFA0,
    *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
]  # fmt: skip
#: Vowels and finals of Hangul: a terminal draws them over the consonant before them.
HANGUL = [*range(0x1160, 0x1200), *range(0xD7B0, 0xD7C7), *range(0xD7CB, 0xD7FC)]


def marks() -> list[int]:
    """What is drawn over the character before it: General_Category M, and parts of Hangul syllables."""
    return [code for code in SCALARS if unicodedata.category(chr(code))[0] == "M" or code in HANGUL]


def escaped() -> list[int]:
    """What is written as an escape: General_Category Cc, Cf, Cs, Co, Cn, Zl or Zp, and what draws nothing."""
    categories = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return [c for c in range(0x110000) if unicodedata.category(chr(c)) in categories or c in UNDRAWN]


def lower() -> dict[int, str]:
    """The full lower-case mapping of every code point that has one, without conditions."""
    return {code: small for code in SCALARS if (small := chr(code).lower()) != chr(code)}


def cased() -> list[int]:
    """The property Cased (definition D135): Lowercase, Uppercase or General_Category Lt."""
    # For one character these methods read exactly these properties.
    return [code for code in SCALARS if (c := chr(code)).islower() or c.isupper() or c.istitle()]


def case_ignorable() -> list[int]:
    """The property Case_Ignorable (definition D136)."""
    categories = {"Mn", "Me", "Cf", "Lm", "Sk"}
    return [c for c in SCALARS if unicodedata.category(chr(c)) in categories or chr(c) in WORD_BREAK]


def spelt_lower(mapping: dict[int, str]) -> str:
    """Spell the mapping in hex.

    ``41..5a+20``: 20 is added to each; ``100..12e/2+1``: 1 to every second; ``130=69.307``: becomes both.
    """
    single = [(code, ord(small) - code) for code, small in sorted(mapping.items()) if len(small) == 1]
    rows = [
        (code, f"{code:x}={'.'.join(f'{ord(c):x}' for c in small)}")
        for code, small in mapping.items()
        if len(small) > 1
    ]
    while single:
        first, added = single[0]
        step, length = max(((step, run(single, step)) for step in (1, 2)), key=lambda found: found[1])
        last = single[length - 1][0]
        span = f"..{last:x}" + ("/2" if step == 2 else "") if length > 1 else ""
        rows.append((first, f"{first:x}{span}{added:+x}"))
        del single[:length]
    return " ".join(row for _, row in sorted(rows))


def run(single: list[tuple[int, int]], step: int) -> int:
    """How many of the first entries are ``step`` apart and add the same."""
    first, added = single[0]
    length = 1
    while length < len(single) and single[length] == (first + step * length, added):
        length += 1
    return length


def spelt_set(codes: Iterable[int]) -> str:
    """``41..5a`` or ``aa``, in hex."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return " ".join(f"{first:x}" if first == last else f"{first:x}..{last:x}" for first, last in spans)


def tables() -> dict[str, str]:
    """Each table by its name."""
    return {
        "lower": spelt_lower(lower()),
        "cased": spelt_set(cased()),
        "case_ignorable": spelt_set(case_ignorable()),
    }


def files() -> dict[Path, str]:
    """The text of each file."""
    about = f"Unicode {VERSION}: what is drawn over another character, what is escaped (DISPLAY-1)."
    shown = module({"marks": spelt_set(marks()), "escaped": spelt_set(escaped())}, about)
    return {
        **title_files(),
        ROOT / "src" / "pithbundle" / "escape_tables.py": shown[0],
        ROOT / "js" / "src" / "encoding" / "escape-tables.js": shown[1],
    }


def title_files() -> dict[Path, str]:
    """The files of TITLE-1."""
    made = tables()
    about = f"Unicode {VERSION}: lower-case mapping, Cased, Case_Ignorable (TITLE-1)."
    python, script = module(made, about)
    as_json = json.dumps({"unicode_version": VERSION, "about": HOW, **made}, indent=1)
    return {
        ROOT / "src" / "pithbundle" / "bundle" / "unicode14.py": python,
        ROOT / "js" / "src" / "bundle" / "unicode14.js": script,
        ROOT / "rust" / "pithbundle-core" / "src" / "bundle" / "unicode14.rs": rust_module(made, about),
        ROOT / "vectors" / "unicode-14.json": as_json + "\n",
    }


HOW = "Built by tools/make_unicode14.py, which explains the spelling; do not edit."


def module(made: dict[str, str], about: str) -> tuple[str, str]:
    """The tables as a module of Python and one of JavaScript."""
    python = [f'"""{about}\n\n{HOW}\n"""\n\nfrom typing import Final\n']
    script = [f"/**\n * {about}\n * {HOW}\n *\n * @module\n */\n"]
    for name, spelt in made.items():
        lines = textwrap.fill(spelt, 110, break_on_hyphens=False)
        python.append(f'{name.upper()}: Final = """\n{lines}\n"""\n')
        script.append(f"export const {name.upper()} = `\n{lines}\n`;\n")
    return "\n".join(python), "\n".join(script)


def rust_module(made: dict[str, str], about: str) -> str:
    """The tables as a module of Rust: a span is its first and last code point, a step, and what is added."""
    lower = [spelt_span(each) for each in made["lower"].split() if "=" not in each]
    single = [each.split("=")[0] for each in made["lower"].split() if "=" in each]
    tables = {
        "LOWER": ("(u32, u32, u32, i32)", lower),
        **{
            name.upper(): ("(u32, u32)", [spelt_span(each, rows=2) for each in made[name].split()])
            for name in ("cased", "case_ignorable")
        },
    }
    if single != ["130"]:
        raise ValueError(f"titles.rs knows one character of two in lower case, not {single}")
    parts = [f"//! {about}\n//!\n//! {HOW}\n"]
    for name, (of, rows) in tables.items():
        lines = textwrap.fill(", ".join(rows), 110, initial_indent="    ", subsequent_indent="    ")
        lines = lines.replace("\u00a0", " ")
        parts.append(f"#[rustfmt::skip]\npub(super) const {name}: [{of}; {len(rows)}] = [\n{lines},\n];\n")
    return "\n".join(parts)


def spelt_span(spelt: str, rows: int = 4) -> str:
    """A span as a tuple of Rust, kept on one line."""
    first, last, step, added = re.fullmatch(  # type: ignore[union-attr]
        r"([0-9a-f]+)(?:\.\.([0-9a-f]+))?(?:/(\d))?([+-][0-9a-f]+)?", spelt
    ).groups()
    numbers = [f"0x{first}", f"0x{last or first}", step or "1", f"{int(added or '0', 16)}"]
    return "(" + ",\u00a0".join(numbers[:rows]) + ")"


def misjudged() -> list[int]:
    """Code points whose properties are not what ``str.lower`` shows of them before a sigma."""
    found = []
    ignored, with_case = set(case_ignorable()), set(cased())
    for code in SCALARS:
        behind_a, behind = (f"{front}{chr(code)}\u03a3".lower()[-1] == "\u03c2" for front in ("A", ""))
        if (behind_a, behind) != (
            code in ignored or code in with_case,
            code in with_case and code not in ignored,
        ):
            found.append(code)
    return found


def main(arguments: list[str]) -> int:
    """``--write`` writes the files, ``--check`` exits with 1 if one differs or a property is not as shown."""
    if arguments not in (["--write"], ["--check"]):
        print("usage: python3.11 make_unicode14.py --write | --check", file=sys.stderr)
        return 2
    if unicodedata.unidata_version != VERSION:
        found = f"this Python carries Unicode {unicodedata.unidata_version}"
        print(f"{found}; run this with Python 3.11, which carries {VERSION}", file=sys.stderr)
        return 2
    made = files()
    if arguments == ["--write"]:
        for path, text in made.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path for path, text in made.items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what make_unicode14.py writes", file=sys.stderr)
    for code in misjudged():
        print(f"U+{code:04X} is lower-cased as if its properties were others", file=sys.stderr)
        stale.append(Path())
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
