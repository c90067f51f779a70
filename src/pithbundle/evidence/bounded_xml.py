"""XML of others, within bounds (spec ARXIV-1, ORCID-4).

The parser is expat. It is given no document type, so that no entity is defined, no encoding but UTF-8, and no
long name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol
from xml.parsers import expat

from pithbundle.encoding.limits import Limits
from pithbundle.errors import InputError, PithError

#: The characters of a name or a namespace at most. Expat repeats a namespace in the name of each element and
#: attribute of it: without a bound a file of 4 MB takes hours, or all of the memory.
_LONGEST_NAME: Final = 256
#: What can be before a document type: white space, instructions, comments. Possessive: a repetition that
#: may be taken back keeps some 120 bytes for each round: 500 MB for 4 MB of blanks.
_PROLOG: Final = re.compile(rb"(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL).match


class Handlers(Protocol):
    """What is called for each part of a document; names are ``NAMESPACE LOCAL``."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def text(self, text: str) -> None:
        """A part of the text of the innermost element."""

    def end(self, name: str) -> None:
        """The innermost element ends."""


class _Names:
    """What the parser that knows no namespaces calls: it bounds what the other one repeats."""

    def __init__(self, limits: Limits, error: Callable[[str, int | None], PithError]) -> None:
        self._limits = limits
        self._error = error
        self._nodes = 0
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise InputError.over_limit("depth", self._limits.depth)
        self._nodes += 1 + len(attributes)
        if self._nodes > self._limits.nodes:
            raise InputError.over_limit("nodes", self._limits.nodes)
        spaces = (value for key, value in attributes.items() if key.startswith("xmlns"))
        if any(len(each) > _LONGEST_NAME for each in (name, *attributes, *spaces)):
            raise self._error(f"a name or a namespace of more than {_LONGEST_NAME} characters", None)

    def end(self, _name: str) -> None:
        self._depth -= 1


def parse_xml(
    data: bytes, limits: Limits, handlers: Handlers, error: Callable[[str, int | None], PithError]
) -> None:
    """Give the parts of an XML document to handlers, after its bounds were checked.

    Args:
        data: the document.
        limits: ``size``, ``depth`` and ``nodes`` (elements and attributes) of it.
        handlers: what is called.
        error: the error that is raised for what is no XML in UTF-8, has a document type or a name that is
            too long, from its detail and the offset in bytes.

    Raises:
        InputError: ``size``, ``depth`` or ``nodes``: it is over a limit.
        PithError: what ``error`` returns.
    """
    if len(data) > limits.size:
        raise InputError.over_limit("size", limits.size, len(data))
    try:
        # A byte order mark of UTF-16 is stronger than the encoding that expat is given.
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise error(f"not XML in UTF-8: {fault.reason}", fault.start) from None
    # A handler of the parser would come after the entities of a document type.
    found = _PROLOG(data)
    start = 0 if found is None else found.end()
    if data.startswith((b"<!DOCTYPE", b"\xef\xbb\xbf"), start):
        raise error("a document type or a byte order mark, which is not accepted", start)
    names, bounds = expat.ParserCreate("utf-8"), _Names(limits, error)
    names.StartElementHandler = bounds.start
    names.EndElementHandler = bounds.end
    _parse(names, data, error)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handlers.start
    parser.EndElementHandler = handlers.end
    parser.CharacterDataHandler = handlers.text
    _parse(parser, data, error)


def _parse(parser: expat.XMLParserType, data: bytes, error: Callable[[str, int | None], PithError]) -> None:
    """Parse a document; what a handler raises ends the handlers, and the parser goes on to its end."""
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        reason = expat.ErrorString(fault.code)
        raise error(f"not XML in UTF-8: {reason}", parser.ErrorByteIndex) from None
