"""What a file given to verify is by its own account; it is parsed once for it (spec DOC-1, CLI-11)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pithbundle.bundle.document import ReadDocument, read_document
from pithbundle.bundle.document_types import (
    OTHER,
    PROOF,
    PROOF_TYPE,
    RECORD_DOCUMENT,
    TYPE_MEMBERS,
    Document,
    recognise,
)
from pithbundle.cli.input_hints import value_of
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding, detect_encoding
from pithbundle.encoding.values import Value
from pithbundle.errors import PithError
from pithbundle.proof import is_proof
from pithbundle.verify.documents import DOCUMENTS

#: A bundle as it is published: it is not parsed to see that it is one.
_BUNDLE: Final = re.compile(rb'\s*\{\s*"bundle_type"')
_BUNDLE_MEMBER: Final = b"bundle_type"
_PROOF: Final = PROOF_TYPE.encode()


@dataclass(frozen=True)
class RecognisedFile:
    """The content of one file, and what it is; parsed when the answer needs it, and then once."""

    data: bytes
    limits: Limits
    #: The encoding that the user names, None for none.
    encoding: Encoding | None = None

    @property
    def may_be_bundle(self) -> bool:
        """Whether the bytes of the member ``bundle_type`` are in it, as in every bundle without escapes."""
        return _BUNDLE_MEMBER in self.data

    @cached_property
    def document(self) -> ReadDocument | None:
        """It as read within the limits of an input; None if it cannot be."""
        found = self._read
        return found if isinstance(found, ReadDocument) else None

    @cached_property
    def _read(self) -> ReadDocument | PithError:
        try:
            return read_document(self.data, self.limits, encoding=self.encoding)
        except PithError as error:
            return error

    @cached_property
    def is_proof(self) -> bool:
        """Whether it claims to be a proof, which is JSON (PROOF-1); False if it cannot be read."""
        if _PROOF not in self.data or self.document is None:
            return False
        return self.document.encoding == "json" and is_proof(self.document.value)

    @cached_property
    def is_document(self) -> bool:
        """Whether it is a document of the registry other than a bundle; False if it cannot be read."""
        if _BUNDLE.match(self.data) or self.document is None:
            return False
        document, members = self.document, self.document.members()
        # A record beside events may be a bundle whose type somebody altered (CLI-11).
        stripped = document.kind is RECORD_DOCUMENT and "record_type" not in members and "events" in members
        return document.kind in DOCUMENTS.values() and "bundle_type" not in members and not stripped

    @cached_property
    def other(self) -> Document | None:
        """What it is if it is recognised as another type of document than a bundle or a proof (CLI-11).

        What may be a bundle is none of these and has to be judged, whatever else it may be: it has
        the member ``bundle_type``, or ``events`` without a member that names another type.
        """
        if _BUNDLE.match(self.data):
            return None
        value = self._value()
        if type(value) is not dict or "bundle_type" in value:
            return None
        if "events" in value and not any(name in value for name in TYPE_MEMBERS):
            return None
        document = recognise(value)
        return None if document in (PROOF, OTHER) else document

    def _value(self) -> Value:
        """Its value, also where it is over a limit or not of the encoding that the user names; else None."""
        found = self._read
        if isinstance(found, ReadDocument):
            return found.value
        if found.limit is None and self.encoding in (None, detect_encoding(self.data)):
            return None
        try:
            return value_of(self.data)
        except PithError:
            return None
