"""An answer of ORCID's interface as XML (spec ORCID-4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.encoding.limits import Limits
from pithbundle.errors import EvidenceError
from pithbundle.evidence.bounded_xml import parse_xml
from pithbundle.evidence.orcid_record import ExternalId, Party, Work

_ORCID: Final = "http://www.orcid.org/ns/"
_ROOTS: Final = (f"{_ORCID}record record", f"{_ORCID}activities works")
_WORK: Final = f"{_ORCID}work work-summary"
_ID: Final = f"{_ORCID}common external-id"


class _Reader:
    """What the parser calls: it collects the works of one document."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._text: list[str] = []
        #: The texts of the open work, and of the open identifier in it, by their path in it.
        self._work: dict[str, str] = {}
        self._id: dict[str, str] = {}
        self._ids: list[ExternalId] = []
        self.path = ""
        self.works: list[Work] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open:
            if name not in _ROOTS:
                raise EvidenceError("orcid_invalid", "neither a record nor a list of works")
            self.path = attributes.get("path", "")
        self._open.append(name)
        self._text = []
        if name == _WORK:
            self._work, self._ids = {}, []
        elif name == _ID:
            self._id = {}

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        if _WORK in self._open:
            self._part("".join(self._text).strip(" \t\r\n"))
        self._text = []
        self._open.pop()
        if name == _ID:
            self._ids.append(_external_id(self._id))
        elif name == _WORK:
            ids = tuple(self._ids)
            self.works.append(Work(ids, _party(self._work, "source"), _party(self._work, "assertion-origin")))

    def _part(self, text: str) -> None:
        """Keep the text of an element of a work, or of an identifier in it."""
        inside = self._open[self._open.index(_WORK) + 1 :]
        within = inside.index(_ID) + 1 if _ID in inside else 0
        path = "/".join(each.rpartition(" ")[2] for each in inside[within:])
        (self._id if within else self._work)[path] = text


def _external_id(texts: dict[str, str]) -> ExternalId:
    return ExternalId(
        texts.get("external-id-type", "").lower(),
        texts.get("external-id-value", ""),
        texts.get("external-id-normalized", ""),
        texts.get("external-id-relationship", "").lower(),
    )


def _party(texts: dict[str, str], prefix: str) -> Party:
    orcid, client_id, name = _of_source(
        texts, f"{prefix}-orcid/path", f"{prefix}-client-id/path", f"{prefix}-name"
    )
    return Party(orcid, client_id, name)


def _of_source(texts: dict[str, str], *names: str) -> Iterator[str]:
    return (texts.get(f"source/{name}", "") for name in names)


def read_xml(data: bytes, limits: Limits) -> tuple[str, tuple[Work, ...]]:
    """Return the path that says whose record it is, and the works.

    Raises:
        InputError: ``size``, ``depth`` or ``nodes``: it is over a limit.
        EvidenceError: ``orcid_invalid``: it is not XML in UTF-8, has a document type or a name that is too
            long, or is not an answer of ORCID's interface.
    """
    reader = _Reader()
    parse_xml(data, limits, reader, _not_xml)
    return reader.path, tuple(reader.works)


def _not_xml(detail: str, offset: int | None) -> EvidenceError:
    return EvidenceError("orcid_invalid", detail, offset=offset)
