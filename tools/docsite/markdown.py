"""Reads a Markdown page as far as its checks need: code blocks, links, headings and anchors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_FENCE: Final = re.compile(r"^( *)(`{3,}|~{3,}) *([\w-]*)[^`\n]*$")
_COMMENT: Final = re.compile(r"^ *<!-- *(.*?) *-->$")
_HEADING: Final = re.compile(r"^#{1,6} +(.*?)(?: +#+)? *$")
_EXPLICIT: Final = re.compile(r'<a (?:id|name)="([^"]+)"')
_ATTRIBUTE: Final = re.compile(r" *\{ *#([\w.-]+) *\}$")
#: The text between the parentheses of ``[words](target)``; also of an image.
_LINK: Final = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^)\s]+)((?: \"[^\"]*\")?\))")
_REFERENCE: Final = re.compile(r"^( {0,3}\[[^\]]+\]: *)(\S+)(.*)$")
_CODE_SPAN: Final = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Block:
    """A fenced code block: where it is, its language, its lines, and the comment on the line above it."""

    line: int
    indent: int
    language: str
    lines: tuple[str, ...]
    mark: str

    @property
    def text(self) -> str:
        """The block as it is read, without the indentation of its fence."""
        return "".join(f"{line[self.indent :]}\n" for line in self.lines)


@dataclass(frozen=True)
class Page:
    """A page, split into code blocks and the other lines by line number, counted from 0."""

    blocks: tuple[Block, ...]
    prose: dict[int, str]


def parse(text: str) -> Page:
    """Split a page.

    Raises:
        ValueError: a code block has no end.
    """
    blocks: list[Block] = []
    prose: dict[int, str] = {}
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        opened = _FENCE.match(lines[at])
        if not opened:
            prose[at] = lines[at]
            at += 1
            continue
        indent, fence, language = opened.groups()
        end = at + 1
        while end < len(lines) and lines[end].strip() != fence:
            end += 1
        if end == len(lines):
            raise ValueError(f"line {at + 1}: the code block has no end")
        body = tuple(lines[at + 1 : end])
        blocks.append(Block(at, len(indent), language, body, _mark(prose, at)))
        at = end + 1
    return Page(tuple(blocks), prose)


def _mark(prose: dict[int, str], at: int) -> str:
    """The comment on the line above a block, or above the empty line above it."""
    above = prose.get(at - 1, "")
    comment = _COMMENT.match(above if above.strip() else prose.get(at - 2, ""))
    return comment[1] if comment else ""


def links(page: Page) -> Iterator[tuple[int, str]]:
    """Every link and image target with its line, without those in code."""
    for line, text in page.prose.items():
        bare = _CODE_SPAN.sub(lambda found: "x" * len(found[0]), text)
        for found in _LINK.finditer(bare):
            yield line, found[2]
        if reference := _REFERENCE.match(bare):
            yield line, reference[2]


def relink(text: str, change: Callable[[str], str]) -> str:
    """The page with each link target replaced by what ``change`` returns for it."""
    page = parse(text)
    lines = text.splitlines()
    for line, prose in page.prose.items():
        # A code span keeps its place and length, so that positions in both are the same.
        bare = _CODE_SPAN.sub(lambda found: "x" * len(found[0]), prose)
        for found in reversed([*_LINK.finditer(bare), *_REFERENCE.finditer(bare)]):
            start, end = found.span(2)
            prose = prose[:start] + change(prose[start:end]) + prose[end:]
        lines[line] = prose
    return "\n".join(lines) + "\n"


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The page with each line changed that is neither code nor a heading."""
    lines = text.splitlines()
    for line, prose in parse(text).prose.items():
        if not _HEADING.match(prose):
            lines[line] = change(prose)
    return "\n".join(lines) + "\n"


def slug(heading: str) -> str:
    """The anchor of a heading, as repository hosts and the site make it."""
    plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    plain = re.sub(r"<[^>]*>", "", plain)
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


def anchors(page: Page) -> list[str]:
    """The anchors of a page in its order: of headings, and explicit ones."""
    found = []
    for line in page.prose.values():
        found += _EXPLICIT.findall(line)
        if heading := _HEADING.match(line):
            claimed = _ATTRIBUTE.search(heading[1])
            found.append(claimed[1] if claimed else slug(heading[1]))
    return found


def title(page: Page) -> str:
    """The first heading.

    Raises:
        ValueError: the page has none.
    """
    for line in page.prose.values():
        if heading := _HEADING.match(line):
            return _ATTRIBUTE.sub("", heading[1])
    raise ValueError("the page has no heading")
