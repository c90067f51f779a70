"""A saved record of ORCID, or its list of works, of a file in JSON or XML (spec ORCID-4)."""

from __future__ import annotations

from typing import Final

from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.values import BytesLike, Object, Value, as_bytes
from pithbundle.errors import EvidenceError, InputError
from pithbundle.evidence.orcid import form_of
from pithbundle.evidence.orcid_record import ExternalId, OrcidRecord, Party, Work
from pithbundle.evidence.orcid_xml import read_xml

#: The codes of limits, which an option raises.
_LIMITS: Final = frozenset({"size", "depth", "nodes", "string"})


def read_orcid(data: BytesLike, limits: Limits = DEFAULT_LIMITS) -> OrcidRecord:
    """Read an answer of ORCID's interface: a record or its works, in JSON or XML (ORCID-4).

    Args:
        data: the file.
        limits: ``size``, ``depth``, ``nodes`` and ``string`` of it.

    Raises:
        EvidenceError: ``orcid_invalid``: not such an answer; ``size``, ``depth``, ``nodes`` or ``string``: it
            is over a limit.
        TypeError: ``data`` is not bytes-like.
    """
    data = as_bytes(data, "read the file first")
    try:
        if data.lstrip()[:1] == b"<":
            path, works = read_xml(data, limits)
        else:
            path, works = _of_json(parse_json(data, limits))
    except InputError as error:
        if error.code in _LIMITS:
            raise EvidenceError.of(error.fault) from None
        detail = f"neither XML nor JSON: {error.fault.detail or error.fault.message}"
        raise EvidenceError("orcid_invalid", detail, pointer=error.pointer, offset=error.offset) from None
    orcid = form_of(path.removeprefix("/").partition("/")[0])[1]
    if orcid is None:
        raise EvidenceError("orcid_invalid", "it does not say whose record it is")
    return OrcidRecord(orcid, works)


def _of_json(value: Value) -> tuple[str, tuple[Work, ...]]:
    """The path of a record or of works, and the works."""
    if type(value) is not dict:
        raise EvidenceError("orcid_invalid", "neither a record nor a list of works", pointer="")
    works = _object(_object(value, "activities-summary"), "works") or value
    path = _text(_object(value, "orcid-identifier"), "path") or _text(value, "path")
    found = []
    for group in _array(works, "group"):
        for summary in _array(group, "work-summary"):
            found.append(_work(summary))
    return path, tuple(found)


def _work(summary: Object) -> Work:
    source = _object(summary, "source")
    ids = tuple(
        ExternalId(
            _text(each, "external-id-type").lower(),
            _text(each, "external-id-value"),
            _text(_object(each, "external-id-normalized"), "value"),
            _text(each, "external-id-relationship").lower(),
        )
        for each in _array(_object(summary, "external-ids"), "external-id")
    )
    return Work(ids, _party(source, "source"), _party(source, "assertion-origin"))


def _party(source: Object, prefix: str) -> Party:
    return Party(
        _text(_object(source, f"{prefix}-orcid"), "path"),
        _text(_object(source, f"{prefix}-client-id"), "path"),
        _text(_object(source, f"{prefix}-name"), "value"),
    )


def _object(value: Object, name: str) -> Object:
    """A member that is an object; an empty one if it is null, missing or of another type."""
    found = value.get(name)
    return found if type(found) is dict else {}


def _array(value: Object, name: str) -> list[Object]:
    """The objects of a member that is an array."""
    found = value.get(name)
    return [each for each in found if type(each) is dict] if type(found) is list else []


def _text(value: Object, name: str) -> str:
    found = value.get(name)
    return found if type(found) is str else ""
