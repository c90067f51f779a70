"""What one side has of a record: read from the bytes that it served (spec AUDIT-3).

Pure: bytes in, values out. Nothing of what a mirror states about itself is believed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final, Literal, TypeAlias

from pithbundle.comparison.published import compare_published, read_state
from pithbundle.digests.lines import leaf_digest
from pithbundle.encoding.canonical import digest, encode
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.parsed import detect_encoding
from pithbundle.encoding.spellings import base32_prefix
from pithbundle.errors import BundleError, InputError, PithError
from pithbundle.merge.ledger import Ledger
from pithbundle.report import Report
from pithbundle.verifier import Verifier
from pithbundle.verify.verdicts import CheckedEvent

#: What became of the attempt to read the bundle of a record: ``absent`` where the mirror answers that it
#: has none, ``unreadable`` where this reader rejects what it received.
Status: TypeAlias = Literal["read", "absent", "wrong_record", "unreadable", "unreachable"]
#: What a state is in comparison with the bundle.
StateResult: TypeAlias = Literal["same", "differs", "not_comparable"]
#: The codes of elements whose signature is not one of their content (CHECK-3, CHECK-4, CHECK-9).
_NOT_SIGNED_FOR: Final = frozenset({"hash_mismatch", "signature_invalid", "subject"})
#: The codes of a bundle that contradicts itself (BUN-3).
_CONTRADICTORY: Final = frozenset({"hash_mismatch", "subject"})
#: The bytes of bundles whose reports are held, and what each part counts besides: a report of a few bytes has
#: objects of its own, about 1 KB, and a mirror may serve another few bytes of each of a million records.
_HELD_BYTES: Final = 16 << 20
_PART_BYTES: Final = 2048
#: How the message begins of an element whose signature is genuine for something else (CHECK-3).
_GENUINE: Final = ("the content is genuine;", "the signature is genuine,")


@dataclass(frozen=True, slots=True)
class Broken:
    """An element that names a key of the policy and that no signature of the key covers as it is."""

    #: The place of its part among those that were read.
    part: int
    #: The pointer in the bundle.
    pointer: str
    #: The recomputed id and the claimed one, where there is one.
    ids: tuple[str, ...]
    code: str
    message: str
    #: Whether the signature is one of this content with another id, or of the claimed id.
    genuine: bool


@dataclass(frozen=True)
class Side:
    """What one mirror, or a store, has of one record. Immutable."""

    #: The base URL of a mirror, or ``store``.
    name: str
    status: Status
    #: Why it was not read.
    code: str = ""
    message: str = ""
    #: The place of the part that is of another record, for ``wrong_record``.
    wrong_part: int = 0
    #: What was verified; None unless it was read.
    report: Report | None = None
    #: The valid events that this mirror served before, as a store knows (AUDIT-6).
    served_before: frozenset[str] = frozenset()
    #: The bytes of the state that it served; None where it served none.
    state: bytes | None = None
    #: Code and message, if its state could not be requested.
    state_failure: tuple[str, str] | None = None
    #: The leaf digest of the listed parts alone, where the list does not name the bundle (SYNC-5).
    parts_leaf: str | None = None
    #: Whether the mirror states another policy than the reader's: its state follows from that one.
    other_policy: bool = False
    #: Code and message, if what it serves changed while it was read, or is being published: no difference of
    #: its state or of its digest is reported (AUDIT-10, AUDIT-17).
    moving: tuple[str, str] | None = None
    #: The leaf digest that it states in the generation in which the bundle was read; None where it states
    #: none, or under another policy.
    listed: str | None = None

    def __repr__(self) -> str:
        return f"Side({self.name!r:.60}, {self.status}, valid={len(self.ids)})"

    @property
    def ledger(self) -> Ledger | None:
        """The valid events; None unless it was read."""
        return None if self.report is None else self.report.ledger

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of the valid events."""
        return frozenset(() if self.ledger is None else (event.event_id for event in self.ledger))

    @cached_property
    def unverified(self) -> frozenset[str]:
        """The identities of the unverified elements (UNV-1)."""
        return frozenset(
            () if self.report is None else (one.element_sha256 for one in self.report.unverified)
        )

    @cached_property
    def is_signed(self) -> bool:
        """Whether a signature of a key of the policy over this record verifies (STORE-5)."""
        return self.report is not None and self.report.signature_verifies

    @cached_property
    def broken(self) -> tuple[Broken, ...]:
        """The elements whose signature is not one of their content, in the order of the bundle."""
        inputs = () if self.report is None else self.report.inputs
        return tuple(
            _broken(int(given.name), one) for given in inputs for one in given.events if _is_broken(one)
        )

    @cached_property
    def leaf(self) -> str | None:
        """The leaf digest that follows from what was read (MIRROR-1); None unless it was read."""
        report = self.report
        if report is None or report.record is None or report.state is None:
            return None
        digests = (
            report.record.hex,
            report.state.events_sha256,
            report.state.sha256,
            report.unverified_sha256,
        )
        return leaf_digest(*digests)

    @cached_property
    def state_result(self) -> tuple[StateResult, str]:
        """The state that the mirror served against the one that follows from its bundle (AUDIT-8).

        The second value is where the first difference is, or why nothing can be compared.
        """
        if self.state is None or self.report is None or self.report.state is None:
            return "same", ""
        if self.state == self.report.state.to_json():
            return "same", ""
        try:
            theirs = read_state(self.state)
        except PithError as error:
            return "not_comparable", f"the state cannot be read: {error.fault.message}"
        found = compare_published(self.report, theirs)
        if found.same:
            return "same", ""
        first = next(each.pointer for each in found.differences if each.group == "signed")
        if self.other_policy or not found.comparable:
            why = "the state is of another policy or merge rules, or the bundle has unverified elements"
            return "not_comparable", f"{why}: {first}"
        return "differs", f"the state differs at {first}"


def _is_broken(element: CheckedEvent) -> bool:
    return element.verdict.status == "invalid" and element.verdict.code in _NOT_SIGNED_FOR


def _broken(part: int, element: CheckedEvent) -> Broken:
    fault = element.verdict.fault
    code, message = ("", "") if fault is None else (fault.code, fault.message)
    ids = tuple(name for name in (element.event_id, element.claimed_id) if name is not None)
    return Broken(part, element.pointer, ids, code, message, message.startswith(_GENUINE))


class Reports:
    """Verifies parts of bundles, and the same parts once.

    Mirrors that agree serve the same bytes of a record, one soon after the other, and a report is a function
    of the bytes and the policy.

    Attributes:
        verifier: under the policy of the reader.
    """

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        #: By the SHA-256 of each part, the reports and what they count. The bytes are not held.
        self._held: OrderedDict[tuple[bytes, ...], tuple[list[Report], int]] = OrderedDict()
        self._bytes = 0

    def of(self, parts: Sequence[bytes]) -> list[Report]:
        """Return the reports of the parts of a bundle, one for each record.

        Args:
            parts: the bytes, at least one part. Hostile.
        """
        key = tuple(sha256(part).digest() for part in parts)
        held = self._held.get(key)
        if held is not None:
            return held[0]
        made = self.verifier.verify_together((str(number), data) for number, data in enumerate(parts))
        weight = sum(len(part) + _PART_BYTES for part in parts)
        self._held[key] = made, weight
        self._bytes += weight
        while self._bytes > _HELD_BYTES:
            self._bytes -= self._held.popitem(last=False)[1][1]
        return made


def read_side(reports: Reports, name: str, suffix: str, parts: Sequence[bytes]) -> Side:
    """Read what a mirror served as the bundle of a record, in one part or several (AUDIT-3).

    Args:
        reports: verifies, under the policy of the reader.
        name: of the side.
        suffix: for which the bundle was requested.
        parts: the bytes, at least one part. Hostile.
    """
    found = reports.of(parts)
    for rejection in found[0].rejected:
        error = rejection.error
        part = int(rejection.name)
        if _contradicts(error, parts[part], suffix):
            return Side(name, "wrong_record", error.code, error.fault.message, part)
        return Side(name, "unreadable", error.code, error.fault.message)
    for report in found:
        record = report.record
        if record is not None and record.number.suffix != suffix:
            part = int(report.inputs[0].name)
            return Side(name, "wrong_record", "subject", f"the bundle is of {record.number}", part)
    return Side(name, "read", report=found[0])


def _contradicts(error: PithError, data: bytes, suffix: str) -> bool:
    """Whether a bundle that is rejected shows that its record is not the one of the number.

    A record of a version that this reader does not know has its number all the same: it is the hash.
    """
    if isinstance(error, BundleError) and error.code in _CONTRADICTORY:
        return True
    if isinstance(error, InputError) or detect_encoding(data) != "json":
        return False
    value = parse_json(data)
    record = value.get("canonical_record") if type(value) is dict else None
    return type(record) is dict and base32_prefix(digest(encode(record))) != suffix


def store_side(reports: Reports, suffix: str, bundles: Iterable[bytes]) -> Side:
    """What a store has of a record, by the bundles that it serves (STORE-8); absent without one."""
    parts = [*bundles]
    return read_side(reports, "store", suffix, parts) if parts else Side("store", "absent")
