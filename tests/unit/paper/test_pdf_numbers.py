"""The numbers in texts of a PDF, and what they come to (PDF-2, PDF-3)."""

from __future__ import annotations

import pytest

from pithbundle.bundle.number import PithNumber
from pithbundle.paper.pdf_numbers import EXIT_STATUS, NumberInPdf, ReadPdf, Status, numbers_of

SUFFIX = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
OTHER = SUFFIX[::-1]
SHORT, FULL = f"pith:{SUFFIX}", f"pith:2003:{SUFFIX}"
NUMBER = PithNumber.parse(FULL)


def read(*numbers: NumberInPdf, unread: bool = False) -> ReadPdf:
    return ReadPdf(numbers, (("xmp", "why"),) if unread else (), "", 1)


def named(text: str) -> NumberInPdf:
    (found,) = numbers_of("info", "PithNumber", None, text)
    assert found.names
    return found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (SHORT, SHORT),
        (FULL, FULL),
        (f" {SHORT}\n", SHORT),
        (f"https://pith.science/pith/{SUFFIX}", SHORT),
        (f"http://www.pith.science/pith/{SUFFIX}/", SHORT),
    ],
)
@pytest.mark.parametrize(("place", "name"), [("info", "Anything"), ("xmp", "dc:identifier")])
def test_a_text_that_is_a_number_names_the_paper(place: str, name: str, text: str, number: str) -> None:
    (found,) = numbers_of(place, name, None, text)  # type: ignore[arg-type]
    assert (found.number, found.names, found.suffix, found.text) == (number, True, SUFFIX, text)


def test_a_longer_text_and_a_link_mention_numbers_each_once() -> None:
    text = f"After {FULL}, ({SHORT}) and pith:{OTHER}; again {SHORT}."
    found = numbers_of("info", "Subject", None, text)
    assert [each.number for each in found] == [FULL, SHORT, f"pith:{OTHER}"]
    (of_link,) = numbers_of("link", "", 3, f"https://pith.science/pith/{SUFFIX}")
    assert (of_link.number, of_link.page) == (SHORT, 3)
    assert not any(each.names for each in (*found, of_link))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pith",
        SUFFIX,
        SHORT[:-1],
        SHORT + "A",
        SHORT + "a",
        "x" + SHORT,
        SHORT.lower(),
        f"pith:0000:{SUFFIX}",
        f"pith:03:{SUFFIX}",
        f"pith:\u0662\u0660\u0660\u0663:{SUFFIX}",
        f"https://pith.science/{SUFFIX}",
        f"https://example.org/pith/{SUFFIX}",
    ],
)
def test_another_text_has_no_number(text: str) -> None:
    assert numbers_of("info", "Keywords", None, text) == ()
    (found,) = numbers_of("info", "PithNumber", None, text)
    assert (found.number, found.suffix, found.compared(NUMBER)) == (None, "", "malformed")


@pytest.mark.parametrize(
    ("texts", "alone", "beside"),
    [
        ((), "absent", "absent"),
        (("no number",), "malformed", "malformed"),
        ((SHORT,), "present", "same"),
        ((FULL,), "present", "same"),
        ((SHORT, FULL, SHORT), "present", "same"),
        ((SHORT, "no number"), "present", "same"),
        ((f"pith:{OTHER}",), "present", "differs"),
        ((f"pith:2004:{SUFFIX}",), "present", "differs"),
        ((SHORT, f"pith:2004:{SUFFIX}"), "present", "differs"),
        ((FULL, f"pith:2004:{SUFFIX}"), "several", "several"),
        ((SHORT, f"pith:{OTHER}"), "several", "several"),
    ],
)
def test_the_status_follows_from_what_names_the_paper(
    texts: tuple[str, ...], alone: Status, beside: Status
) -> None:
    mention = numbers_of("link", "", 1, f"pith:{OTHER}")
    found = read(*map(named, texts), *mention)
    assert (found.status(None), found.status(NUMBER)) == (alone, beside)
    assert found.exit_status(NUMBER) == EXIT_STATUS[beside]


@pytest.mark.parametrize(("text", "status"), [(SHORT, 3), (f"pith:{OTHER}", 1), ("none", 3)])
def test_a_part_that_was_not_read_leaves_the_result_open(text: str, status: int) -> None:
    assert read(named(text), unread=True).exit_status(NUMBER) == status


def test_what_is_kept_is_bounded_and_is_json() -> None:
    (found,) = numbers_of("info", "K" * 90, None, SHORT + " " + "\ud800" * 900)
    value = found.to_value(NUMBER)
    assert (len(found.name), len(found.text)) == (60, 200)
    assert value["status"] == "same" and value["names_the_paper"] is False and "\ud800" not in str(value)
    assert numbers_of("link", "", 1, SHORT)[0].to_value(None)["name"] is None
