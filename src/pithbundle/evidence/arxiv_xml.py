"""Metadata of arXiv as OAI-PMH delivers it, in the form ``arXivRaw`` (spec ARXIV-1, ARXIV-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pithbundle.encoding.limits import Limits
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError, metadata_of
from pithbundle.evidence.bounded_xml import parse_xml

_NAMESPACE: Final = "http://arxiv.org/OAI/arXivRaw/"
_PAPER: Final = f"{_NAMESPACE} arXivRaw"
#: The parts of a paper that are texts.
_TEXTS: Final = ("id", "title", "abstract", "categories", "license", "authors")
#: Other forms of metadata, from which no record follows, by the name of their element.
_OTHER: Final = {
    "http://arxiv.org/OAI/arXiv/ arXiv": "the form arXiv, which has no versions",
    "http://www.openarchives.org/OAI/2.0/oai_dc/ dc": "the form oai_dc, which has no versions",
    "http://www.w3.org/2005/Atom feed": "an answer of arXiv's API, which has no license",
}


@dataclass(slots=True)
class _Paper:
    """The texts of one paper, as far as they were read."""

    texts: dict[str, str] = field(default_factory=dict)
    dates: list[tuple[str, str]] = field(default_factory=list)
    #: How many elements ``version`` there are, each of which has a date.
    versions: int = 0
    #: A part that is there twice.
    twice: str = ""

    def metadata(self) -> ArxivMetadata:
        texts = self.texts
        if self.twice:
            raise MetadataError("type", f"a paper has two elements {self.twice}")
        if len(self.dates) != self.versions:
            raise MetadataError("type", "a version of a paper has not one date")
        return metadata_of(
            texts.get("id"),
            self.dates,
            title=texts.get("title"),
            abstract=texts.get("abstract"),
            categories=texts.get("categories"),
            license=texts.get("license"),
            authors=texts.get("authors"),
        )


class _Reader:
    """What the parser calls: it collects the papers of one document."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._paper: _Paper | None = None
        self._version = ""
        self._text: list[str] | None = None
        #: The parts of the paper that have begun.
        self._begun: set[str] = set()
        self.papers: list[_Paper] = []
        self.other = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        self._text = None
        if name in _OTHER:
            self.other = _OTHER[name]
        if name == _PAPER:
            self._paper = _Paper()
            self._begun = set()
            self.papers.append(self._paper)
        elif self._paper is not None:
            part = self._part()
            if part == ("version",):
                self._version = attributes.get("version", "")
                self._paper.versions += 1
            elif part == ("version", "date"):
                self._text = []
            elif len(part) == 1 and part[0] in _TEXTS:
                self._text = []
                if part[0] in self._begun:
                    self._paper.twice = part[0]
                self._begun.add(part[0])

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if self._paper is not None and self._text is not None:
            part = self._part()
            text = "".join(self._text)
            if part == ("version", "date"):
                self._paper.dates.append((self._version, text))
            else:
                self._paper.texts[part[0]] = text
        self._text = None
        self._open.pop()
        if name == _PAPER:
            self._paper = None

    def _part(self) -> tuple[str, ...]:
        """The names of the open elements inside of a paper, without the namespace; none of another one.

        Nor of what is deeper than any part.
        """
        inside = self._open[self._open.index(_PAPER) + 1 :] if _PAPER in self._open else []
        if len(inside) > 2:
            return ()
        names = tuple(each.partition(" ") for each in inside)
        own = all(space == _NAMESPACE for space, _, _ in names)
        return tuple(local for _, _, local in names) if own else ()


def read_xml(data: bytes, limits: Limits) -> Iterator[tuple[str, ArxivMetadata | MetadataError]]:
    """Read the papers of an answer of OAI-PMH: the identifier of each and its metadata, or why it has none.

    Raises:
        InputError: ``size``, ``depth`` or ``nodes``: it is over a limit.
        MetadataError: ``syntax``: it is not XML in UTF-8, has a document type or a name that is too long;
            ``type``: it has no paper in the form ``arXivRaw``.
    """
    reader = _Reader()
    parse_xml(data, limits, reader, _not_xml)
    if not reader.papers:
        found = f": it has {reader.other}" if reader.other else ""
        raise MetadataError("type", f"there is no paper in the form arXivRaw{found}")
    for paper in reader.papers:
        try:
            yield paper.texts.get("id", ""), paper.metadata()
        except MetadataError as error:
            yield paper.texts.get("id", ""), error.detached()


def _not_xml(detail: str, offset: int | None) -> MetadataError:
    return MetadataError("syntax", f"not metadata of arXiv: {detail}", offset=offset)
