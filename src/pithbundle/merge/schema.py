"""The grammars of payload members: exact JSON types, fixed values, ASCII grammars with lengths (spec KIND-2).

A grammar is a regular expression over ASCII with a bounded length, so any language can
repeat it without a URL, proof or Unicode library. A check returns the code of the schema
error, or None. Whether a link, a proof or a claim is *true* is never checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from pithbundle.encoding.spellings import base64_bytes, digest_of, hex_bytes
from pithbundle.encoding.timestamps import instant
from pithbundle.encoding.values import MAX_INTEGER, Value
from pithbundle.newtypes import EventId

#: A check of one member: the code of what does not conform, or None (KIND-2).
MemberCheck: TypeAlias = Callable[[Value], str | None]


def grammar(pattern: str) -> MemberCheck:
    """A string that matches ``pattern`` from end to end; ``encoding`` if it does not."""
    matches = re.compile(pattern, re.ASCII).fullmatch

    def check(value: Value) -> str | None:
        if type(value) is not str:
            return "type"
        return None if matches(value) else "encoding"

    return check


def one_of(*allowed: str) -> MemberCheck:
    """One string of a fixed list, compared as bytes; ``type`` if it is another."""
    values = frozenset(allowed)

    def check(value: Value) -> str | None:
        return None if type(value) is str and value in values else "type"

    return check


def prose(longest: int) -> MemberCheck:
    """A string of 1 to ``longest`` UTF-8 bytes in any script, shown but never parsed."""

    def check(value: Value) -> str | None:
        if type(value) is not str:
            return "type"
        size = len(value) if value.isascii() else len(value.encode())
        return None if 0 < size <= longest else "encoding"

    return check


def whole(smallest: int) -> MemberCheck:
    """An integer of at least ``smallest``."""

    def check(value: Value) -> str | None:
        return None if type(value) is int and smallest <= value <= MAX_INTEGER else "type"

    return check


def an_object(value: Value) -> str | None:
    """A JSON object, whatever it contains."""
    return None if type(value) is dict else "type"


def sha256_hex(value: Value) -> str | None:
    """64 lower-case hex digits."""
    if type(value) is not str:
        return "type"
    return None if hex_bytes(value, 32) is not None else "encoding"


def event_id(value: Value) -> str | None:
    """An event id: ``sha256:`` and 64 lower-case hex digits, or these digits alone (FORMAT-10)."""
    if type(value) is not str:
        return "type"
    return None if digest_of(value) is not None else "encoding"


def inner_id(text: str) -> EventId:
    """An event id in either text, as ids are compared: ``sha256:`` and hex (FORMAT-10)."""
    return EventId(text if text.startswith("sha256:") else f"sha256:{text}")


def moment(value: Value) -> str | None:
    """A time of the one accepted grammar (TIME-1)."""
    if type(value) is not str:
        return "type"
    return None if instant(value) is not None else "time"


def base64_string(value: Value) -> str | None:
    """Bytes in padded standard base64, one spelling; not empty."""
    if type(value) is not str:
        return "type"
    padding = len(value) - len(value.rstrip("="))
    return None if base64_bytes(value, len(value) // 4 * 3 - padding) else "encoding"


def sorted_ids(value: Value) -> str | None:
    """Event ids in ascending order, none twice."""
    if type(value) is not list:
        return "type"
    previous = ""
    for listed in value:
        code = event_id(listed)
        if code is not None:
            return code
        found = inner_id(str(listed))
        if not previous < found:
            return "encoding"
        previous = found
    return None


#: 1 to 2,048 printable ASCII characters starting with a web scheme; never fetched by merge.
web_url: Final = grammar(r"https?://[!-~]{1,2040}")
#: 1 to 512 printable ASCII characters without space: an identifier of some other registry.
identifier: Final = grammar(r"[!-~]{1,512}")
#: A lower-case name: a provider, a scheme, a kind of alias.
name: Final = grammar(r"[a-z][a-z0-9_.-]{0,63}")
