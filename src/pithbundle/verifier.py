"""The verifier: bytes of a bundle in, what is verified of it out (spec CHECK-1 to CHECK-13, MERGE-1).

A :class:`Verifier` has one policy, one rule set and one set of limits, so everything that it
returns was checked in the same way and can be merged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pithbundle.bundle.reader import read_bundle
from pithbundle.bundle.record import Record
from pithbundle.encoding.parsed import Format
from pithbundle.encoding.values import DEFAULT_LIMITS, Limits
from pithbundle.errors import Fault
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.merged import merge
from pithbundle.merge.rules import MERGE_1, MergeRules
from pithbundle.report import Input, Outcome, Report
from pithbundle.verify.checks import check
from pithbundle.verify.policy import Policy
from pithbundle.verify.signatures import SignatureCache, trim
from pithbundle.verify.verdicts import CheckedBundle, CheckedEvent, ReceiptVerdict


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """One bundle after the checks under one policy: the verdict of every element, and the ledger.

    ``ledger`` contains the valid events. ``events`` has one entry for each element of the bundle.
    """

    record: Record
    #: The policy under which the bundle was checked, by its digest in hex (POL-5).
    policy_sha256: str
    events: tuple[CheckedEvent, ...]
    receipts: tuple[ReceiptVerdict, ...]
    #: The faults of members that no signature covers and that nothing uses (BUN-6).
    mismatches: tuple[Fault, ...]
    ledger: Ledger
    #: The first outcome that holds (REPORT-2).
    outcome: Outcome
    _checked: CheckedBundle = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return (
            f"VerifiedBundle({self.ledger.record.number}, {self.outcome}, events={len(self.events)}, "
            f"receipts={len(self.receipts)})"
        )


class Verifier:
    """Verifies bundles under one policy.

    ``cache_size`` bounds how many results of signature checks are kept for the next bundle;
    the cache changes no verdict, only time.
    """

    __slots__ = ("_cache", "cache_size", "limits", "policy", "rules")

    def __init__(
        self,
        policy: Policy,
        *,
        rules: MergeRules = MERGE_1,
        limits: Limits = DEFAULT_LIMITS,
        cache_size: int = 100_000,
    ) -> None:
        """Make a verifier.

        Raises:
            TypeError: an argument is of another type, ``cache_size`` is negative.
        """
        if not isinstance(policy, Policy):
            raise TypeError(f"policy must be a Policy, not {type(policy).__name__}; see Policy.from_file")
        if not isinstance(rules, MergeRules):
            raise TypeError(f"rules must be MergeRules, not {type(rules).__name__}")
        if not isinstance(limits, Limits):
            raise TypeError(f"limits must be Limits, not {type(limits).__name__}")
        if type(cache_size) is not int or cache_size < 0:
            raise TypeError(f"cache_size must be an int from 0, not {cache_size!r}")
        self.policy = policy
        self.rules = rules
        self.limits = limits
        self.cache_size = cache_size
        self._cache: SignatureCache = {}

    def __repr__(self) -> str:
        return f"Verifier(keys={len(self.policy.keys)}, policy={self.policy.sha256}, rules={self.rules.name})"

    def verify(
        self, data: bytes | bytearray | memoryview, *, encoding: Format | None = None
    ) -> VerifiedBundle:
        """Read one bundle, JSON or CBOR, and check every event and receipt in it.

        ``encoding`` is ``"json"`` or ``"cbor"``; None detects it by the first byte. An invalid
        event raises nothing: its verdict says what is wrong.

        Raises:
            PithError: the bundle is rejected as a whole; as :func:`pithbundle.read_bundle`.
            TypeError: ``data`` is not bytes, ``encoding`` is no encoding.
        """
        if encoding not in (None, "json", "cbor"):
            raise TypeError(f'encoding must be "json", "cbor" or None, not {encoding!r}')
        bundle = read_bundle(as_bytes(data), limits=self.limits, encoding=encoding)
        checked = check(bundle, self.policy, self.rules.event_types.keys(), cache=self._cache)
        trim(self._cache, self.cache_size)
        merged = merge(checked, rules=self.rules)
        outcome = Report([Input("", checked)], merged).outcome
        return VerifiedBundle(
            checked.record, checked.policy_sha256, checked.events, checked.receipts,
            checked.mismatches, merged.ledger, outcome, checked,
        )  # fmt: skip


def as_bytes(data: bytes | bytearray | memoryview) -> bytes:
    """Return the bytes of a bytes-like object.

    Raises:
        TypeError: it is none; a text or a path is named as such.
    """
    if type(data) is bytes:
        return data
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    raise TypeError(f"data must be bytes, not {type(data).__name__}; read the file in binary mode first")
