# ruff: noqa: E501  (tables: one vector, one row)
"""Stage number: Pith Numbers, times, and bytes written as text."""

from __future__ import annotations

import base64
from typing import Final

from vectorgen.vector_file import File, hexed

SUFFIX: Final = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
FULL: Final = f"pith:2003:{SUFFIX}"


def numbers() -> File:
    """Full and short forms, and what is neither."""
    file = File("number", "forms", "The texts that are a Pith Number, full or short.")

    def full(name: str, about: str, clauses: str, spelling: str, year: int, suffix: str) -> None:
        file.accept(name, about, clauses, "number", {"text": spelling}, form="full", suffix=suffix, year=year)

    def reject(name: str, about: str, clauses: str, spelling: str, control: str = "full") -> None:
        file.reject(name, about, clauses, "number", {"text": spelling}, "suffix", control)

    full("full", "a real one", "NUM-1 NUM-4", FULL, 2003, SUFFIX)
    full("all-a", "the first suffix", "NUM-2", "pith:2003:" + "A" * 26, 2003, "A" * 26)
    full("all-7", "the last suffix", "NUM-2", "pith:2003:" + "7" * 26, 2003, "7" * 26)
    full("year-0001", "the first year", "NUM-4", f"pith:0001:{SUFFIX}", 1, SUFFIX)
    full("year-9999", "the last year", "NUM-4", f"pith:9999:{SUFFIX}", 9999, SUFFIX)
    for length in (8, 12, 16):
        file.accept(f"short-{length}", f"a short form of {length}", "NUM-5", "number",
                    {"text": f"pith:{SUFFIX[:length]}"}, form="short", suffix=SUFFIX[:length], year=None)  # fmt: skip
    for length in (0, 1, 4, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 32):
        reject(f"short-{length}", f"no short form has {length} characters", "NUM-5", f"pith:{(SUFFIX * 2)[:length]}",
               "short-8")  # fmt: skip
    short = f"pith:{SUFFIX[:8]}"
    for name, about, spelling in (
        ("lower", "upper case", short[:5] + short[5:].lower()),
        ("digit-0", "0 is not of the alphabet", short[:-1] + "0"),
        ("digit-1", "1 is not of the alphabet", short[:-1] + "1"),
        ("digit-8", "8 is not of the alphabet", "pith:8" + short[6:]),
        ("digit-9-of-12", "9 is not of the alphabet", f"pith:{SUFFIX[:11]}9"),
        ("digit-0-of-16", "0 is not of the alphabet", f"pith:{SUFFIX[:15]}0"),
        ("lower-of-12", "upper case to the end", f"pith:{SUFFIX[:8]}{SUFFIX[8:12].lower()}"),
        ("newline", "nothing is after it", short + "\n"),
        ("space", "nothing is after it", short + " "),
        ("padding", "no padding", short + "===="),
        ("upper-scheme", "the scheme is lower case", "PITH:" + SUFFIX[:8]),
        ("with-year", "a year makes it no short form", f"pith:2003:{SUFFIX[:8]}"),
        ("two-colons", "one colon", "pith::" + SUFFIX[:8]),
        ("no-colon", "the colon is there", "pith" + SUFFIX[:8]),
    ):
        reject(f"short-{name}", about, "NUM-5", spelling, "short-8")
    for name, about, spelling in (
        ("no-second-colon", "a colon is before the suffix", f"pith:2003{SUFFIX}"),
        ("empty", "nothing", ""),
        ("prefix", "nothing but the scheme", "pith:"),
        ("bare", "bare characters are not a short form", SUFFIX[:8]),
        ("bare-suffix", "a suffix alone is not a number", SUFFIX),
        ("lower-suffix", "the suffix is upper case", FULL[:10] + SUFFIX.lower()),
        ("upper-scheme", "the scheme is lower case", "PITH" + FULL[4:]),
        ("no-scheme", "the scheme is there", FULL[5:]),
        ("other-scheme", "and it is this one", "pit:" + FULL[5:]),
        ("year-3", "the year has four digits", f"pith:203:{SUFFIX}"),
        ("year-5", "the year has four digits", f"pith:02003:{SUFFIX}"),
        ("year-zero", "there is no year 0000", f"pith:0000:{SUFFIX}"),
        ("year-letter", "the year has digits", f"pith:20O3:{SUFFIX}"),
        ("year-sign", "and no sign", f"pith:-200:{SUFFIX}"),
        ("year-arabic", "ASCII digits", f"pith:٢٠٠٣:{SUFFIX}"),
        ("year-fullwidth", "ASCII digits", f"pith:\uff12003:{SUFFIX}"),
        ("no-year", "the year is there", f"pith::{SUFFIX}"),
        ("suffix-25", "one character short", FULL[:-1]),
        ("suffix-27", "one character long", FULL + "A"),
        ("digit-0", "0 is not of the alphabet", FULL[:-1] + "0"),
        ("digit-1", "1 is not of the alphabet", FULL[:-1] + "1"),
        ("digit-8", "8 is not of the alphabet", FULL[:-1] + "8"),
        ("digit-9", "9 is not of the alphabet", FULL[:-1] + "9"),
        ("padding", "base32 padding is not part of it", FULL[:-1] + "="),
        ("newline", "nothing is after it", FULL + "\n"),
        ("space-front", "nothing is before it", " " + FULL),
        ("space-behind", "nothing is after it", FULL + " "),
        ("nul", "nothing is after it", FULL + "\0"),
        ("path", "a path is not a suffix", "pith:2003:../../../etc/passwdAAAAAA"),
        ("slash", "a slash is not of the alphabet", FULL[:-1] + "/"),
        ("percent", "nothing is decoded", FULL[:-3] + "%41"),
        ("look-alike", "a Cyrillic letter", FULL[:-1] + "\u0410"),
        ("long-s", "a letter whose upper case is ASCII", FULL[:-1] + "\u017f"),
        ("dotless-i", "a letter whose upper case is ASCII", FULL[:-1] + "\u0131"),
        ("colon-slash", "not a URL", "pith://2003/" + SUFFIX),
        ("full-and-short", "one form", FULL + ":" + SUFFIX[:8]),
        ("url", "not an address", "https://pith.science/pith/" + SUFFIX),
    ):
        reject(name, about, "NUM-2 NUM-4", spelling)
    return file


#: name, comment, text; all are times.
TIMES: Final = (
    ("z", "whole seconds", "2026-05-18T01:39:14Z"),
    ("offset-zero", "the other spelling of UTC", "2026-05-18T01:39:14+00:00"),
    ("micro", "six digits", "2026-05-18T01:39:14.078722Z"),
    ("micro-offset", "six digits, the other spelling", "2026-05-18T01:39:14.078722+00:00"),
    ("micro-zero", "six zeros", "2026-05-18T01:39:14.000000Z"),
    ("milli", "three digits", "2026-05-18T01:39:14.078Z"),
    ("milli-offset", "three digits, the other spelling", "2026-05-18T01:39:14.078+00:00"),
    ("milli-zero", "three zeros", "2026-05-18T01:39:14.000Z"),
    ("first", "the first instant", "0001-01-01T00:00:00Z"),
    ("last", "the last instant, year 9999", "9999-12-31T23:59:59.999999Z"),
    ("last-offset", "the last second, the other spelling", "9999-12-31T23:59:59+00:00"),
    ("midnight", "midnight begins a day", "2026-05-18T00:00:00Z"),
    ("last-second", "the last second of a day", "2026-05-18T23:59:59Z"),
    ("leap-day", "a leap year", "2024-02-29T12:00:00Z"),
    ("leap-day-2000", "a century that is one", "2000-02-29T12:00:00Z"),
    ("leap-day-0004", "proleptic", "0004-02-29T12:00:00Z"),
    ("leap-day-1600", "a century that is one, proleptic", "1600-02-29T12:00:00Z"),
    ("gregorian-gap", "the calendar has no gap in 1582", "1582-10-10T00:00:00Z"),
    ("before-1970", "before the epoch of many clocks", "1969-12-31T23:59:59Z"),
    ("after-2038", "after 32 bits", "2038-01-19T03:14:08Z"),
    ("after-2262", "after 64 bits of nanoseconds", "2262-04-12T00:00:00Z"),
    *((f"end-of-{month:02}", "the last day of a month", f"2026-{month:02}-{day}T00:00:00Z")
      for month, day in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)),
)  # fmt: skip

#: name, comment, text, control; none is a time.
NOT_TIMES: Final = (
    ("empty", "nothing", "", "z"),
    ("date", "a date alone", "2026-05-18", "z"),
    ("no-zone", "no zone", "2026-05-18T01:39:14", "z"),
    ("lower-t", "T is upper case", "2026-05-18t01:39:14Z", "z"),
    ("lower-z", "Z is upper case", "2026-05-18T01:39:14z", "z"),
    ("space", "a space for T", "2026-05-18 01:39:14Z", "z"),
    ("space-behind", "a space behind", "2026-05-18T01:39:14Z ", "z"),
    ("newline-behind", "a line end behind", "2026-05-18T01:39:14Z\n", "z"),
    ("space-front", "a space in front", " 2026-05-18T01:39:14Z", "z"),
    ("minus-zero", "-00:00", "2026-05-18T01:39:14-00:00", "offset-zero"),
    ("offset-short", "+00", "2026-05-18T01:39:14+00", "offset-zero"),
    ("offset-compact", "+0000", "2026-05-18T01:39:14+0000", "offset-zero"),
    ("offset-other", "another zone", "2026-05-18T03:39:14+02:00", "offset-zero"),
    ("offset-seconds", "+00:00:00", "2026-05-18T01:39:14+00:00:00", "offset-zero"),
    ("z-and-offset", "both", "2026-05-18T01:39:14Z+00:00", "z"),
    ("utc", "a name", "2026-05-18T01:39:14UTC", "z"),
    ("gmt", "a name", "2026-05-18T01:39:14 GMT", "z"),
    *((f"fraction-{n}", f"{n} digits of a second", f"2026-05-18T01:39:14.{'0' * n}Z", "micro-zero")
      for n in (0, 1, 2, 4, 5, 7, 8, 9, 12)),
    ("fraction-comma", "a comma", "2026-05-18T01:39:14,078722Z", "micro"),
    ("fraction-letter", "digits only", "2026-05-18T01:39:14.07872aZ", "micro"),
    ("hour-24", "no hour 24", "2026-05-18T24:00:00Z", "midnight"),
    ("hour-99", "no such hour", "2026-05-18T99:00:00Z", "midnight"),
    ("minute-60", "no minute 60", "2026-05-18T23:60:00Z", "last-second"),
    ("second-60", "no leap second", "2016-12-31T23:59:60Z", "last-second"),
    ("month-00", "no month 00", "2026-00-18T00:00:00Z", "midnight"),
    ("month-13", "no month 13", "2026-13-18T00:00:00Z", "midnight"),
    ("day-00", "no day 00", "2026-05-00T00:00:00Z", "midnight"),
    ("day-32", "no day 32", "2026-05-32T00:00:00Z", "end-of-05"),
    *((f"day-after-{month:02}", "the day after the last of a month", f"2026-{month:02}-{day + 1}T00:00:00Z",
       f"end-of-{month:02}")
      for month, day in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)),
    ("leap-day-none", "no leap year", "2023-02-29T00:00:00Z", "leap-day"),
    ("leap-day-1900", "a century that is none", "1900-02-29T00:00:00Z", "leap-day-2000"),
    ("leap-day-2100", "a century that is none", "2100-02-29T00:00:00Z", "leap-day-2000"),
    ("leap-day-30", "never a 30th", "2024-02-30T00:00:00Z", "leap-day"),
    ("year-0000", "no year 0000", "0000-01-01T00:00:00Z", "first"),
    ("year-10000", "no year of five digits", "10000-01-01T00:00:00Z", "last"),
    ("year-plus", "no sign", "+2026-05-18T01:39:14Z", "z"),
    ("year-2", "four digits", "26-05-18T01:39:14Z", "z"),
    ("month-1", "two digits", "2026-5-18T01:39:14Z", "z"),
    ("hour-1", "two digits", "2026-05-18T1:39:14Z", "z"),
    ("compact", "no compact form", "20260518T013914Z", "z"),
    ("slashes", "hyphens", "2026/05/18T01:39:14Z", "z"),
    ("points", "colons", "2026-05-18T01.39.14Z", "z"),
    ("ordinal", "no day of the year", "2026-138T01:39:14Z", "z"),
    ("week", "no week", "2026-W21-1T01:39:14Z", "z"),
    ("fullwidth", "ASCII digits", "２026-05-18T01:39:14Z", "z"),
    ("arabic", "ASCII digits", "٢٠٢٦-05-18T01:39:14Z", "z"),
    ("unicode-minus", "ASCII hyphens", "2026\u221205\u221218T01:39:14Z", "z"),
    ("epoch", "no number", "1779070754", "z"),
    ("rfc-2822", "another format", "Mon, 18 May 2026 01:39:14 +0000", "z"),
)  # fmt: skip


def times() -> File:
    """The one grammar of times."""
    file = File("number", "times", "The texts that are a time, and the instant they name.")
    for name, about, spelling in TIMES:
        fraction = spelling[20:].split("Z")[0].split("+")[0] if "." in spelling else ""
        instant = f"{spelling[:19]}.{fraction:0<6}"
        file.accept(name, about, "TIME-1 TIME-2", "time", {"text": spelling}, instant=instant)
    for name, about, spelling, control in NOT_TIMES:
        file.reject(name, about, "TIME-1", "time", {"text": spelling}, "time", control)
    return file


def text_forms() -> File:
    """Bytes written as text have one spelling."""
    file = File("number", "spellings", "Spellings of bytes: hex, base64, event ids.")

    def accept(name: str, about: str, clauses: str, form: str, spelling: str, raw: bytes) -> None:
        length = None if form == "event_id" else len(raw)
        file.accept(
            name,
            about,
            clauses,
            "spelling",
            {"form": form, "text": spelling, "length": length},
            bytes=hexed(raw),
        )

    def reject(
        name: str, about: str, clauses: str, form: str, spelling: str, length: int | None, control: str
    ) -> None:
        args = {"form": form, "text": spelling, "length": length}
        file.reject(name, about, clauses, "spelling", args, "encoding", control)

    raw = bytes(range(1, 33))
    spelling = raw.hex()
    accept("hex", "lower case, two digits a byte", "TEXT-2", "hex", spelling, raw)
    accept("hex-nothing", "no bytes", "TEXT-2", "hex", "", b"")
    accept("hex-ff", "all letters", "TEXT-2", "hex", "ff" * 4, b"\xff" * 4)
    for name, about, wrong in (
        ("upper", "upper case", "FF" * 4), ("mixed", "mixed case", "fF" * 4), ("prefix", "a prefix", "0xffffff"),
        ("space", "a space", "ff ff ff"), ("colon", "colons", "ff:ff:ff"), ("odd", "half a byte", "fffffff"),
        ("long", "a byte too many", "ff" * 5), ("short", "a byte too few", "ff" * 3),
        ("letter", "no hex digit", "fg" * 4), ("newline", "a line end", "ffffffff\n"),
        ("fullwidth", "ASCII digits", "\uff46\uff46" * 2 + "ffff"), ("sign", "no sign", "+fffffff"),
        ("underscore", "no separator", "ff_ff_ff"), ("empty", "nothing", ""),
    ):  # fmt: skip
        reject(f"hex-{name}", about, "TEXT-1 TEXT-2", "hex", wrong, 4, "hex-ff")
    signature = bytes(range(64))
    good = base64.b64encode(signature).decode()
    accept("base64", "a signature is 88 characters", "TEXT-3", "base64", good, signature)
    accept(
        "base64-no-padding-due", "three bytes need no padding", "TEXT-3", "base64", "AQID", b"\x01\x02\x03"
    )
    accept("base64-one-pad", "two bytes need one", "TEXT-3", "base64", "AQI=", b"\x01\x02")
    accept("base64-two-pads", "one byte needs two", "TEXT-3", "base64", "AQ==", b"\x01")
    accept("base64-plus-slash", "the standard alphabet", "TEXT-3", "base64", "+/+/", b"\xfb\xff\xbf")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet.index(good[85])
    for spare in range(1, 16):
        respelt = good[:85] + alphabet[last | spare] + good[86:]
        reject(f"base64-spare-{spare:02}", "unused bits that are not zero: the same bytes to most decoders",
               "TEXT-1 TEXT-3", "base64", respelt, 64, "base64")  # fmt: skip
    for name, about, wrong, length, control in (
        ("unpadded", "no padding", good[:86], 64, "base64"),
        ("one-pad-short", "half the padding", good[:87], 64, "base64"),
        ("three-pads", "too much padding", good + "=", 64, "base64"),
        ("newline-behind", "a line end behind", good + "\n", 64, "base64"),
        ("newline-inside", "a line end inside", good[:76] + "\n" + good[76:], 64, "base64"),
        ("space", "a space inside", good[:40] + " " + good[40:], 64, "base64"),
        ("pad-first", "padding in front", "=" + good, 64, "base64"),
        ("garbage-behind", "characters after the padding", good + "AA", 64, "base64"),
        ("bang", "a character of no alphabet", "!" + good[1:], 64, "base64"),
        ("nul", "a NUL inside", good[:40] + "\0" + good[41:], 64, "base64"),
        ("url-safe", "the other alphabet", "-_-_", 3, "base64-plus-slash"),
        ("mixed-alphabet", "both alphabets", "+_-/", 3, "base64-plus-slash"),
        ("63-bytes", "a byte too few", base64.b64encode(signature[:63]).decode(), 64, "base64"),
        ("65-bytes", "a byte too many", base64.b64encode(signature + b"\0").decode(), 64, "base64"),
        ("hex-instead", "another form", signature.hex(), 64, "base64"),
        ("empty", "nothing", "", 64, "base64"),
        ("look-alike", "a Cyrillic letter", "\u0410QID", 3, "base64-no-padding-due"),
        ("two-pads-spare", "unused bits after one byte", "AR==", 1, "base64-two-pads"),
        ("one-pad-spare", "unused bits after two bytes", "AQJ=", 2, "base64-one-pad"),
        ("pad-inside", "padding inside", "AQ==AQID", 4, "base64"),
    ):
        reject(f"base64-{name}", about, "TEXT-1 TEXT-3", "base64", wrong, length, control)
    accept("event-id", "sha256: and 64 digits", "TEXT-4", "event_id", "sha256:" + spelling, raw)
    for name, about, wrong in (
        ("upper", "upper-case digits", "sha256:" + spelling.upper()),
        ("upper-prefix", "an upper-case prefix", "SHA256:" + spelling),
        ("bare", "no prefix", spelling),
        ("other-hash", "another prefix", "sha512:" + spelling),
        ("dash", "another separator", "sha256-" + spelling),
        ("short", "63 digits", "sha256:" + spelling[:-1]),
        ("long", "65 digits", "sha256:" + spelling + "0"),
        ("newline", "a line end", "sha256:" + spelling + "\n"),
        ("space", "a space", "sha256: " + spelling),
        ("letter", "no hex digit", "sha256:" + spelling[:-1] + "g"),
        ("empty", "nothing", ""),
        ("prefix-only", "no digits", "sha256:"),
    ):
        reject(f"event-id-{name}", about, "TEXT-1 TEXT-4", "event_id", wrong, None, "event-id")
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [numbers(), times(), text_forms()]
