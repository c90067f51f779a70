"""What is rejected is listed up to a bound, then counted (ARCH-12, threat C5)."""

from __future__ import annotations

from pithbundle import PithError
from pithbundle.archive.rejected import MOST, Rejections
from pithbundle.errors import ArchiveError, FileError


def test_a_hundred_of_a_file_and_a_code_then_a_count() -> None:
    rejected = Rejections()
    for number in range(1_000):
        rejected.add("one", f"line {number}", PithError("syntax", offset=3))
    rejected.add("one", "line 9", PithError("type"))
    rejected.add("two", "", PithError("syntax"))
    listed = [*rejected]
    assert len(rejected) == 1_002 and len(listed) == MOST + 3
    assert listed[0].to_value() == {
        "file": "one", "position": "line 0", "code": "syntax", "count": 1,
        "reason": "not JSON (RFC 8259) at byte 3",
    }  # fmt: skip
    assert (listed[-1].path, listed[-1].code, listed[-1].count) == ("one", "syntax", 900)
    assert sum(one.count for one in listed) == len(rejected)


def test_hostile_text_is_one_line() -> None:
    rejected = Rejections()
    rejected.add("a", "", ArchiveError("archive", "x\n\x1b[2J"))
    assert next(iter(rejected)).reason == "x\\u{a}\\u{1b}[2J"


def test_the_path_of_a_file_is_named_once() -> None:
    rejected = Rejections()
    rejected.add("a", "", FileError.at("a", "is a \n directory"))
    assert next(iter(rejected)).reason == "is a \\u{a} directory"


def test_update_takes_over_both() -> None:
    one, two = Rejections(), Rejections()
    for each in (one, two):
        for _ in range(60):
            each.add("a", "", PithError("type"))
    one.update(two)
    assert len(one) == 120
