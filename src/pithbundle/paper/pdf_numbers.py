"""The Pith Numbers that the texts of a PDF contain, and how they compare (spec PDF-2, PDF-3).

Anybody can write these texts, and nobody signs them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pithbundle.bundle.number import PithNumber
from pithbundle.encoding.values import Object, portable

#: Where a text is: the document information, XMP, a link on a page.
Place: TypeAlias = Literal["info", "xmp", "link"]
#: What the numbers of a file come to (PDF-3).
Status: TypeAlias = Literal["present", "same", "differs", "several", "malformed", "absent"]
#: The exit status of each, where the whole file was read.
EXIT_STATUS: Final[dict[Status, int]] = {
    "present": 0,
    "same": 0,
    "differs": 1,
    "several": 3,
    "malformed": 3,
    "absent": 3,
}
#: The key of the document information that the package for LaTeX writes (LATEX-4).
KEY: Final = "PithNumber"
#: The characters of a text, and of the name of a key, that are kept of it.
_LONGEST_TEXT: Final = 200
_LONGEST_NAME: Final = 60

#: The elements of XMP whose value is another work: Dublin Core, CiTO, and what a file was made of.
_RELATIONS: Final = frozenset({
    "relation", "source", "conformsTo", "hasFormat", "hasPart", "hasVersion", "isFormatOf", "isPartOf",
    "isReferencedBy", "isReplacedBy", "isRequiredBy", "isVersionOf", "references", "replaces", "requires",
    "cites", "DerivedFrom", "Ingredients",
})  # fmt: skip

_FORM: Final = r"(?:pith:(?:(?!0000)([0-9]{4}):)?|https?://(?:www\.)?pith\.science/pith/)([A-Z2-7]{26})"
_WHOLE: Final = re.compile(_FORM + "/?").fullmatch
_INSIDE: Final = re.compile(rf"(?<![0-9A-Za-z]){_FORM}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class NumberInPdf:
    """A number in a text of a PDF."""

    place: Place
    #: The key of the document information, or the element of XMP; empty for a link. May contain hostile text.
    name: str
    #: The page of a link, from 1.
    page: int | None
    #: ``pith:SUFFIX`` or ``pith:YYYY:SUFFIX``; None where the key of a number has no number.
    number: str | None
    #: Whether it names the record of the paper; another one is mentioned.
    names: bool
    #: The text, cut after 200 characters. May contain hostile text.
    text: str

    @property
    def suffix(self) -> str:
        """The suffix of the number; empty without one."""
        return "" if self.number is None else self.number[-26:]

    def compared(self, number: PithNumber | None) -> Status:
        """How it compares with the number of a bundle."""
        if self.number is None:
            return "malformed"
        if number is None:
            return "present"
        return "same" if self.number in (str(number), f"pith:{number.suffix}") else "differs"

    def to_value(self, number: PithNumber | None) -> Object:
        """The same as JSON."""
        return {
            "place": self.place,
            "name": portable(self.name) or None,
            "page": self.page,
            "pith_number": self.number,
            "names_the_paper": self.names,
            "text": portable(self.text),
            "status": self.compared(number),
        }


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """What was read of a PDF."""

    #: In the order of the file: document information, XMP, links by page.
    numbers: tuple[NumberInPdf, ...]
    #: What could not be read, and why: names of this program, and texts that may be hostile.
    unread: tuple[tuple[str, str], ...]
    #: The first of the repairs that reading it needs; empty without any. May contain hostile text.
    repair: str
    pages: int

    def status(self, number: PithNumber | None) -> Status:
        """What the numbers come to, beside that of a bundle (PDF-3).

        Args:
            number: that of the bundle, which was recomputed; None without one.
        """
        naming = [each for each in self.numbers if each.names and each.number is not None]
        years = {each.number for each in naming if each.number != f"pith:{each.suffix}"}
        if len({each.suffix for each in naming}) > 1 or len(years) > 1:
            return "several"
        if naming:
            found = {each.compared(number) for each in naming}
            # One without a year agrees, and one with a wrong year does not.
            return "differs" if "differs" in found else found.pop()
        return "malformed" if any(each.names for each in self.numbers) else "absent"

    def exit_status(self, number: PithNumber | None) -> int:
        """The exit status: 1 for a difference, 3 where something is open or was not read (PDF-3)."""
        status = EXIT_STATUS[self.status(number)]
        return 3 if status == 0 and self.unread else status


def relates_to_another(name: str) -> bool:
    """Whether an element of XMP with this local name relates the paper to another work (PDF-2)."""
    return name in _RELATIONS


def numbers_of(
    place: Place, name: str, page: int | None, text: str, *, is_of_another: bool = False
) -> tuple[NumberInPdf, ...]:
    """Return the numbers in one text (PDF-2).

    Args:
        place: where the text is.
        name: the key or the element.
        page: the page of a link.
        text: the text.
        is_of_another: whether it is in an element that relates the paper to another work.
    """
    kept, named = text[:_LONGEST_TEXT], name[:_LONGEST_NAME]
    whole = None if place == "link" or is_of_another else _WHOLE(text.strip())
    if whole is not None:
        return (NumberInPdf(place, named, page, _number(whole), True, kept),)
    if place == "info" and name == KEY:
        return (NumberInPdf(place, named, page, None, True, kept),)
    found = dict.fromkeys(map(_number, _INSIDE.finditer(text)))
    return tuple(NumberInPdf(place, named, page, each, False, kept) for each in found)


def _number(found: re.Match[str]) -> str:
    """The number that was found, in the form of its year or without one."""
    year, suffix = found.groups()
    return f"pith:{suffix}" if year is None else str(PithNumber(int(year), suffix))
