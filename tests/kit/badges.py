"""A report for each state of a badge (BADGE-2)."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from kit.pages_of import report_of
from kit.payloads import attached, author_claim, checkpoint, event_retracted, integrity, orcid, record_created
from kit.signing import AUTHOR, DEMO, UNKNOWN_SIGNER, Json, bundle, policy, receipt, to_json
from kit.stream import made_record
from pithbundle import Policy
from pithbundle.badge import BadgeState
from pithbundle.report import Report

RECORD: Final = made_record(1)
KEYS: Final = Policy.from_bytes(to_json(policy(DEMO, AUTHOR)))


def _when(day: int) -> str:
    return f"2026-06-{day:02}T00:00:00Z"


def _claim(number: int, signer: Any = DEMO, **changes: Any) -> Json:
    return attached(signer, RECORD, "author_claim", author_claim(orcid(number), **changes), _when(1))


def _finding(verdict_class: str = "cross_source", day: int = 1, **more: Any) -> Json:
    payload = integrity(RECORD, _when(day), verdict_class=verdict_class, **more)
    return attached(DEMO, RECORD, "pith.integrity.v1", payload, _when(day))


def _retraction(of: Json) -> Json:
    return attached(DEMO, RECORD, "event_retracted", event_retracted(of["event_id"]), _when(2))


def _created(signer: Any, day: int = 1) -> Json:
    payload = record_created(RECORD, receipt(signer, RECORD, _when(1)))
    return attached(DEMO, RECORD, "record_created", payload, _when(day))


_UNKNOWN: Final = _claim(1, UNKNOWN_SIGNER)
_ALTERED: Final = {**_claim(1), "created_at": _when(3)}
_UNSIGNED: Final = {name: member for name, member in _claim(2).items() if name != "signature"}
_MISSING: Final = attached(DEMO, RECORD, "checkpoint", checkpoint(["sha256:" + "0" * 64]), _when(1))

#: By name: the state, its words, the elements.
CASES: Final[dict[str, tuple[BadgeState, str, list[Json]]]] = {
    "one event": ("valid", "1 signature valid", [_claim(1)]),
    "an event and a receipt": ("valid", "2 signatures valid", [_created(DEMO)]),
    "a receipt in two events": ("valid", "3 signatures valid", [_created(DEMO), _created(DEMO, 2)]),
    "a rescinded finding": ("valid", "2 signatures valid", [_finding(), _finding("rescinded", 2)]),
    "a retraction that waits": ("valid", "1 signature valid", [_retraction(_claim(1))]),
    "a finding": ("noted", "1 signature valid, 1 integrity finding", [_finding()]),
    "a retraction": ("noted", "2 signatures valid, 1 retraction", [_claim(1), _retraction(_claim(1))]),
    "both": (
        "noted",
        "4 signatures valid, 2 integrity findings, 1 retraction",
        [_finding(), _finding(detector="other"), _claim(1), _retraction(_claim(1))],
    ),
    "no events": ("record_only", "record only, no events", []),
    "an unknown key": ("unchecked", "1 element not checked", [_UNKNOWN]),
    "no signature": ("unchecked", "2 elements not checked", [_UNKNOWN, _UNSIGNED]),
    "beside a valid one": ("partly", "1 signature valid, 1 element not checked", [_claim(1), _UNKNOWN]),
    "its receipt": ("partly", "1 signature valid, 1 receipt not checked", [_created(UNKNOWN_SIGNER)]),
    "its receipt twice": (
        "partly",
        "2 signatures valid, 1 receipt not checked",
        [_created(UNKNOWN_SIGNER), _created(UNKNOWN_SIGNER, 2)],
    ),
    "altered": ("invalid", "1 element invalid", [_claim(2), _ALTERED, _finding()]),
    "malformed": ("invalid", "1 element invalid", [{**_claim(1), "created_at": "yesterday"}]),
    "a contradiction": ("conflict", "1 conflict", [_claim(1), _claim(1, strength="weak"), _UNKNOWN]),
    "a missing event": ("incomplete", "1 event missing", [_MISSING, _UNKNOWN]),
}  # fmt: skip


def reported(elements: list[Json], *more: bytes) -> Report:
    """The report on a bundle with these elements, and on further inputs."""
    return report_of([to_json(bundle(RECORD, elements)), *more], KEYS)


@cache
def report_of_case(name: str) -> Report:
    """The report on the elements of a case."""
    return reported(CASES[name][2])
