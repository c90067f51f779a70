"""The digests of what the user has of a capture, in each form of its bytes (spec CAPT-4, CAPT-7)."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Any, Literal, TypeAlias

from pithbundle.brief import brief
from pithbundle.encoding.values import portable

#: Which bytes were hashed (CAPT-7).
BytesForm: TypeAlias = Literal["file", "message", "payload", "decoded"]


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of which only the digests are kept."""

    #: The name of the file that they are of.
    name: str
    #: Which bytes of it these are.
    form: BytesForm
    #: How many there are.
    size: int
    #: 64 hex digits.
    sha256: str
    #: The base32 of the SHA-1, as an index of the Internet Archive has it.
    sha1: str

    __repr__ = brief

    def to_value(self) -> dict[str, Any]:
        """The content as JSON: strings and an integer."""
        return {
            "name": portable(self.name),
            "form": self.form,
            "size": self.size,
            "sha256": self.sha256,
            "sha1": self.sha1,
        }


def content_of(name: str, blocks: Iterable[bytes | memoryview], form: BytesForm = "file") -> Content:
    """Hash bytes, of any size, in blocks (CAPT-4).

    Args:
        name: the name of the file.
        blocks: all of its bytes, in their order.
        form: which bytes of the file these are.
    """
    # It proves nothing here: it is compared with an index that has no other digest.
    size, of_archive, ours = 0, sha1(usedforsecurity=False), sha256()
    for block in blocks:
        size += len(block)
        of_archive.update(block)
        ours.update(block)
    return Content(name, form, size, ours.hexdigest(), b32encode(of_archive.digest()).decode("ascii"))
