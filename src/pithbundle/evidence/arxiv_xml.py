"""Metadata of arXiv as OAI-PMH delivers it, in the form ``arXivRaw`` (spec ARXIV-1, ARXIV-2).

The parser is expat. It is given no document type, so that no entity is defined, and no encoding but UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from pithbundle.encoding.limits import Limits
from pithbundle.errors import InputError
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError, metadata_of

_NAMESPACE: Final = "http://arxiv.org/OAI/arXivRaw/"
_PAPER: Final = f"{_NAMESPACE} arXivRaw"
#: The parts of a paper that are texts.
_TEXTS: Final = ("id", "title", "abstract", "categories", "license")
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

    def metadata(self) -> ArxivMetadata:
        texts = self.texts
        return metadata_of(
            texts.get("id"),
            self.dates,
            title=texts.get("title"),
            abstract=texts.get("abstract"),
            categories=texts.get("categories"),
            license=texts.get("license"),
        )


class _Reader:
    """What the parser calls: it collects the papers of one document."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._nodes = 0
        self._open: list[str] = []
        self._paper: _Paper | None = None
        self._version = ""
        self._text: list[str] | None = None
        self.papers: list[_Paper] = []
        self.other = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise InputError.over_limit("nodes", self._limits.nodes)
        self._open.append(name)
        if len(self._open) > self._limits.depth:
            raise InputError.over_limit("depth", self._limits.depth)
        self._text = None
        if name in _OTHER:
            self.other = _OTHER[name]
        if name == _PAPER:
            self._paper = _Paper()
            self.papers.append(self._paper)
        elif self._paper is not None:
            part = self._part(name)
            if part == ("version",):
                self._version = attributes.get("version", "")
            elif part == ("version", "date") or (len(part) == 1 and part[0] in _TEXTS):
                self._text = []

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        part = self._part(name)
        if self._paper is not None and self._text is not None:
            text = "".join(self._text)
            if part == ("version", "date"):
                self._paper.dates.append((self._version, text))
            elif part[0] in self._paper.texts:
                raise MetadataError("type", f"a paper has two elements {part[0]}")
            else:
                self._paper.texts[part[0]] = text
        self._text = None
        self._open.pop()
        if name == _PAPER:
            self._paper = None

    def _part(self, name: str) -> tuple[str, ...]:
        """The names of the open elements inside of a paper, without the namespace; none of another one."""
        inside = self._open[self._open.index(_PAPER) + 1 :] if _PAPER in self._open else []
        names = tuple(each.partition(" ") for each in inside)
        own = all(space == _NAMESPACE for space, _, _ in names)
        return tuple(local for _, _, local in names) if own else ()


def read_xml(data: bytes, limits: Limits) -> Iterator[tuple[str, ArxivMetadata | MetadataError]]:
    """Read the papers of an answer of OAI-PMH: the identifier of each and its metadata, or why it has none.

    Raises:
        InputError: ``size``, ``depth`` or ``nodes``: it is over a limit.
        MetadataError: ``syntax``: it is not XML in UTF-8, or has a document type; ``type``: it has no paper
            in the form ``arXivRaw``.
    """
    if len(data) > limits.size:
        raise InputError.over_limit("size", limits.size, len(data))
    try:
        # A byte order mark of UTF-16 is stronger than the encoding that expat is given.
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MetadataError("syntax", f"not XML in UTF-8: {error.reason}", offset=error.start) from None
    reader = _Reader(limits)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _reject_document_type
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise MetadataError("syntax", f"not XML in UTF-8: {reason}", offset=parser.ErrorByteIndex) from None
    if not reader.papers:
        found = f": it has {reader.other}" if reader.other else ""
        raise MetadataError("type", f"there is no paper in the form arXivRaw{found}")
    for paper in reader.papers:
        try:
            yield paper.texts.get("id", ""), paper.metadata()
        except MetadataError as error:
            yield paper.texts.get("id", ""), error.detached()


def _reject_document_type(*_: object) -> None:
    raise MetadataError("syntax", "a document type, which metadata of arXiv does not have")
