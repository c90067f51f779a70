"""Strings of one meaning as types of their own, which a type checker keeps apart.

They are at the lowest layer, since errors contain pointers and every layer above has ids and digests.
"""

from __future__ import annotations

from typing import NewType

#: ``sha256:`` and 64 lower-case hex digits: the id of an event (EVT-4, TEXT-4).
EventId = NewType("EventId", str)
#: 26 characters ``YYYY-MM-DDTHH:MM:SS.ffffff``, UTC; instants sort as strings (TIME-2).
Instant = NewType("Instant", str)
#: A SHA-256 digest as 64 lower-case hex digits (CANON-2, TEXT-2).
DigestHex = NewType("DigestHex", str)
#: An RFC 6901 JSON pointer; empty for the whole document. May contain text from an input.
Pointer = NewType("Pointer", str)
