"""The verifier: bytes of a bundle in, what is verified of it out (spec CHECK-14, FORMAT-9, MERGE-1).

A :class:`Verifier` has one policy, one rule set and one set of limits, so everything that it
returns was checked in the same way and can be merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from pithbundle.bundle.document import read_document
from pithbundle.bundle.reader import Bundle, read_bundle
from pithbundle.bundle.record import Record
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import BytesLike, as_bytes, require_type
from pithbundle.errors import Fault, PithError
from pithbundle.joined import Input, input_of
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rule_sets import MergeRules
from pithbundle.merge.rules import MERGE_1
from pithbundle.newtypes import DigestHex
from pithbundle.outcomes import Outcome, raise_for
from pithbundle.proof import EquivocationProof, check_proof
from pithbundle.report import Clock, FileReport, Rejection, Report, reports_of
from pithbundle.verify.checks import check
from pithbundle.verify.documents import DocumentReport, verify_document
from pithbundle.verify.policy import Policy
from pithbundle.verify.signatures import SignatureCache, trim
from pithbundle.verify.verdicts import CheckedEvent, ReceiptVerdict, maker

#: A name, and the bytes of an input or the error that kept them from being read.
NamedInput: TypeAlias = tuple[str, "BytesLike | PithError"]
#: Returns what the reader of a rejection can do, of the name and data of the input and its error.
Advise: TypeAlias = Callable[[str, bytes, PithError], str]


@dataclass(frozen=True, slots=True, init=False)
class VerifiedBundle:
    """One bundle after the checks under one policy: the verdict of every element, and the ledger.

    Immutable. ``events`` has one entry for each element of the bundle, in its order; ``ledger`` has
    the valid events; the rest of the bundle, which no signature covers, is not kept.
    """

    record: Record
    #: The digest of the effective policy, in hex (POL-5).
    policy_sha256: DigestHex
    events: tuple[CheckedEvent, ...]
    receipts: tuple[ReceiptVerdict, ...]
    #: The faults of members that no signature covers and that nothing uses (BUN-6).
    mismatches: tuple[Fault, ...]
    ledger: Ledger
    # Computed when they are first read: they follow from the other members.
    _outcomes: tuple[Outcome, ...] = field(default=(), repr=False, compare=False)

    def __init__(self, *_: object, **__: object) -> None:
        """Raise TypeError: its members follow from one bundle, so a verifier makes all of them.

        Raises:
            TypeError: always.
        """
        raise TypeError("a verified bundle is made by Verifier.verify")

    def __repr__(self) -> str:
        counts = f"events={len(self.events)}, valid={len(self.ledger)}, receipts={len(self.receipts)}"
        return f"VerifiedBundle({self.record.number}, {counts})"

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome that holds, in the order of REPORT-2; at least one."""
        if not self._outcomes:
            # A frozen dataclass sets its own fields this way only.
            object.__setattr__(self, "_outcomes", self.report().outcomes)
        return self._outcomes

    def report(self, name: str = "", *, clock: Clock | None = None) -> Report:
        """The report on this bundle alone, as an input of this name.

        ``clock`` is needed for warnings that depend on the time (REPORT-4).

        Raises:
            TypeError: ``name`` is not a str, or ``clock`` is no :class:`Clock`.
        """
        if not isinstance(name, str):
            raise TypeError(f"the name of an input must be a str, not {type(name).__name__}")
        _require_clock(clock)
        return Report._of((input_of(name, self),), self.ledger, (), clock)

    @property
    def outcome(self) -> Outcome:
        """The first outcome that holds (REPORT-2)."""
        return self.outcomes[0]

    def raise_for_outcome(self) -> None:
        """Return if the outcome is ``valid``.

        Raises:
            OutcomeError: it is another.
        """
        raise_for(self.outcomes)


_verified_bundle: Final = maker(VerifiedBundle)


def _require_clock(clock: Clock | None) -> None:
    """Check that an argument is a clock or None.

    Raises:
        TypeError: it is not.
    """
    if clock is not None:
        require_type("clock", clock, Clock)


class Verifier:
    """Verifies bundles under one policy.

    ``cache_size`` bounds how many results of signature checks are kept for the next bundle;
    the cache changes no verdict, only time.
    """

    __slots__ = ("_cache", "_cache_size", "_limits", "_policy", "_rules")

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
        self._policy = policy
        self._rules = rules
        self._limits = limits
        self._cache_size = cache_size
        self._cache: SignatureCache = {}

    @property
    def policy(self) -> Policy:
        """The policy that every bundle is checked under."""
        return self._policy

    @property
    def rules(self) -> MergeRules:
        """The merge rules of every ledger."""
        return self._rules

    @property
    def limits(self) -> Limits:
        """The limits of one input (LIM-1 to LIM-5)."""
        return self._limits

    @property
    def cache_size(self) -> int:
        """How many results of signature checks are kept between bundles at most."""
        return self._cache_size

    def __repr__(self) -> str:
        return f"Verifier(keys={len(self.policy.keys)}, policy={self.policy.sha256}, rules={self.rules.name})"

    def verify(self, data: BytesLike, *, encoding: Encoding | None = None) -> VerifiedBundle:
        """Read one bundle, JSON or CBOR, and check every event and receipt in it.

        ``encoding`` is ``"json"`` or ``"cbor"``; None detects it by the first byte. An invalid
        event raises nothing: its verdict states what is wrong.

        Raises:
            PithError: the bundle is rejected as a whole; as :func:`pithbundle.read_bundle`.
            TypeError: ``data`` is not bytes, ``encoding`` is no encoding.
        """
        if encoding not in (None, "json", "cbor"):
            raise TypeError(f'encoding must be "json", "cbor" or None, not {encoding!r}')
        return self._verify(read_bundle(as_bytes(data), limits=self.limits, encoding=encoding))

    def _verify(self, bundle: Bundle) -> VerifiedBundle:
        """Check every event and receipt of a bundle that was read under the same limits."""
        checked = check(bundle, self.policy, self.rules.event_types.keys(), cache=self._cache)
        trim(self._cache, self.cache_size)
        ledger = Ledger._of_checked(
            checked.record, checked.policy_sha256, self.rules, checked.signed, checked.ids_without_valid_event
        )
        return _verified_bundle(
            checked.record, checked.policy_sha256, checked.events, checked.receipts,
            checked.mismatches, ledger,
        )  # fmt: skip

    def verify_each(
        self,
        inputs: Iterable[NamedInput],
        *,
        encoding: Encoding | None = None,
        clock: Clock | None = None,
        advise: Advise | None = None,
    ) -> Iterator[FileReport]:
        """Verify named inputs one by one, each by itself; no input is kept.

        An input that is rejected raises nothing: its report contains the rejection. An input whose
        data is a :class:`PithError` is rejected with it. ``encoding`` is that of every input, as for
        :meth:`verify`. ``clock`` is that of every report. ``advise`` returns the ``advice`` of a
        rejection, while the data of the input is at hand; of one without data it gets none.

        Raises:
            TypeError: an input is not a pair, its name is not a str, its data is not bytes,
                or ``clock`` is no :class:`Clock`.
        """
        _require_clock(clock)
        for name, found in self._each(inputs, encoding, advise):
            yield FileReport._of(
                name, found if isinstance(found, Rejection) else found.report(name, clock=clock)
            )

    def verify_together(
        self,
        inputs: Iterable[NamedInput],
        *,
        encoding: Encoding | None = None,
        clock: Clock | None = None,
        advise: Advise | None = None,
    ) -> list[Report]:
        """Verify named inputs and merge those of one record: one report for each record.

        The reports are in the order of first appearance. A rejected input may have been of any
        record, so every report contains it; where no input is left, one report contains the
        rejections alone, and its ``record`` is None. The other arguments are those of
        :meth:`verify_each`.

        Raises:
            TypeError: an input is not a pair, its name is not a str, its data is not bytes,
                or ``clock`` is no :class:`Clock`.
        """
        _require_clock(clock)
        rejected: list[Rejection] = []
        verified: list[tuple[Input, Ledger]] = []
        for name, found in self._each(inputs, encoding, advise):
            if isinstance(found, Rejection):
                rejected.append(found)
            else:
                verified.append((input_of(name, found), found.ledger))
        return reports_of(verified, rejected, clock)

    def _each(
        self,
        inputs: Iterable[NamedInput],
        encoding: Encoding | None,
        advise: Advise | None,
    ) -> Iterator[tuple[str, VerifiedBundle | Rejection]]:
        if not isinstance(inputs, Iterable):
            raise TypeError(f"inputs must be pairs of a name and bytes, not {type(inputs).__name__}")
        # Checked as what it is: a mapping, a string or a list of data is a frequent mistake.
        given: Iterable[object] = inputs
        for pair in given:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise TypeError(f"each input must be a pair of a name and bytes, not {type(pair).__name__}")
            name, data = pair
            if not isinstance(name, str):
                raise TypeError(f"the name of an input must be a str, not {type(name).__name__}")
            found = data if isinstance(data, PithError) else self._verified(data, encoding)
            if isinstance(found, PithError):
                at_hand = b"" if found is data else as_bytes(data)
                yield name, Rejection(name, found, "" if advise is None else advise(name, at_hand, found))
            else:
                yield name, found

    def _verified(self, data: BytesLike, encoding: Encoding | None) -> VerifiedBundle | PithError:
        try:
            return self.verify(data, encoding=encoding)
        except PithError as error:
            return error

    def verify_proof(self, data: BytesLike) -> EquivocationProof:
        """Check a proof of an equivocation by itself (PROOF-2).

        Raises:
            PithError: InputError or RecordError for what cannot be read, else ProofError.
            TypeError: ``data`` is not bytes.
        """
        return check_proof(as_bytes(data), self.policy, rules=self.rules, limits=self.limits)

    def verify_document(
        self, data: BytesLike, *, encoding: Encoding | None = None, abstract: str | None = None
    ) -> DocumentReport:
        """Recompute what can be of another document of the registry than a bundle (DOC-2 to DOC-10).

        Args:
            data: a state, record document, graph document, integrity document, manifest or key file.
            encoding: ``"json"`` or ``"cbor"``; None detects it by the first byte.
            abstract: the abstract of the paper, compared with the excerpt of a record document or
                graph document (DOC-6).

        Raises:
            DocumentError: the document is rejected, or is none of these (``type``).
            PithError: InputError for what cannot be read, RecordError where its record is not one or
                ``abstract`` is outside the data model, InvalidKeyError for the key of a key file.
            TypeError: ``data`` is not bytes, ``encoding`` is no encoding, ``abstract`` is no str.
        """
        if abstract is not None:
            require_type("abstract", abstract, str)
        document = read_document(data, self.limits, encoding=encoding)
        return verify_document(document, self.policy, abstract=abstract, limits=self.limits)

    def __reduce__(self) -> tuple[Any, ...]:
        # The cache is not part of it: a copy begins with an empty one.
        return _verifier, (self.policy, self.rules, self.limits, self.cache_size)


def _verifier(policy: Policy, rules: MergeRules, limits: Limits, cache_size: int) -> Verifier:
    return Verifier(policy, rules=rules, limits=limits, cache_size=cache_size)
