"""Texts that a browser may take for markup (threat E1), and what there is in a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final, TypeAlias

from kit.command_line import HOSTILE

_ESCAPES: Final = (
    "",
    '">',
    "'>",
    "`>",
    "</dd>",
    "</title>",
    "</style>",
    "</script>",
    "</textarea>",
    "-->",
    "]]>",
)
_PAYLOADS: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<iframe srcdoc=x></iframe>",
    "<link rel=stylesheet href=//evil.example>",
    "<form action=//evil.example><input autofocus onfocus=alert(1)></form>",
    "<style>*{display:none}</style>",
    "<details open ontoggle=alert(1)>",
    "{{ 7*7 }}{% raw %}{#",
    "&lt;b&gt;&#60;b&#62;&amp;",
    "\" onfocus=alert(1) autofocus x='",
)
#: The 189 texts of E1.
MARKUP: Final = (*HOSTILE.values(), *(before + payload for before in _ESCAPES for payload in _PAYLOADS))

#: A tag with its attributes.
Element: TypeAlias = tuple[str, tuple[tuple[str, str | None], ...]]
#: What differs from page to page although no text adds it: digests, ids and counts.
_DIGITS: Final = re.compile("[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{12}|[A-Z2-7]{26}")
#: The elements of a badge, whose sizes are those of its digits.
_DRAWN: Final = frozenset({"svg", "path", "text"})
_NUMBER: Final = re.compile(r"[\d.]+")


class Parsed(HTMLParser):
    """The elements of a page, and its texts: one for each run between two tags."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.text: list[str] = []
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def texts(self) -> set[str]:
        """The texts without white space around them."""
        return {text.strip() for text in self.text}

    @property
    def form(self) -> list[Element]:
        """The elements, without the digits that differ from record to record."""
        return [
            (tag, tuple((name, value and _same(tag, value)) for name, value in attrs))
            for tag, attrs in self.elements
        ]


def _same(tag: str, value: str) -> str:
    value = _DIGITS.sub("#", value)
    return _NUMBER.sub("0", value) if tag in _DRAWN else value


def tame(text: str) -> str:
    """The text without what no reader lets through, so that the rest of it gets as far as it can."""
    return text.replace("\0", "").replace("\ud800", "").replace("\U0010ffff", "")[:2000] or "x"
