"""The audit over the network: heads, digests, differing records, a sample (AUDIT-4, AUDIT-10, AUDIT-14)."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from pithbundle.digests.differences import Descent, Want, not_comparable
from pithbundle.digests.head import Head
from pithbundle.digests.tree import Tree
from pithbundle.ed25519.strict import PublicKey
from pithbundle.errors import DigestError, NetworkError
from pithbundle.mirror.audit.classify import Classified, Found, classify
from pithbundle.mirror.audit.evidence import evidence_of, head_findings
from pithbundle.mirror.audit.finding import FindingDocument, finding_name
from pithbundle.mirror.audit.mirrors import Mirror, MirrorReader, RecordRead, Sleep
from pithbundle.mirror.audit.population import population_of
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.second_reads import settle
from pithbundle.mirror.audit.shares import Places
from pithbundle.mirror.audit.sides import Reports
from pithbundle.mirror.audit.suffixes import Suffixes
from pithbundle.mirror.audit.words import Word, exit_status
from pithbundle.mirror.digest_files import FileCache
from pithbundle.mirror.remote import descend
from pithbundle.mirror.together import together
from pithbundle.verifier import Verifier
from pithbundle.wall_clock import stamp, utc_now
from pithbundle.wording import more

#: How many records are compared together at most: reading again what differs waits for all of them at once.
CHUNK: Final = 128
#: The bytes of documents after which no further record joins them, and how many records are read at once.
HELD_BYTES: Final = 16 << 20
AT_ONCE: Final = 4
#: Seconds that the heads of other mirrors may take after the first ones arrived (D11).
LATE: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """What a user may set of an audit."""

    #: How many records are read beside those that differ.
    sample: int = 300
    #: Whether every record is read.
    full: bool = False
    #: 32 hex digits, to repeat an audit; by default drawn by the system after the heads are held.
    seed: str | None = None
    #: Suffixes that are known, where nothing lists the records.
    numbers: tuple[str, ...] = ()
    #: How many differing records of a mirror are read at most, without ``full``.
    most: int = 10_000
    #: Heads that were read in earlier audits, for contradictions; by base URL.
    earlier_heads: tuple[tuple[str, bytes], ...] = ()
    #: Names of findings that a watch reported before.
    reported: Container[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What an audit uses of the outside world; tests replace it."""

    sleep: Sleep = asyncio.sleep
    now: Callable[[], datetime] = utc_now
    random: Callable[[], str] = field(default=lambda: secrets.token_hex(16))
    #: Seconds that a head may come after the others.
    late: float = LATE


#: Takes each finding, with its evidence; returns whether there is room for it (AUDIT-18).
Keep = Callable[[Found, Sequence[FindingDocument]], bool]


@dataclass(slots=True)
class Audit:
    """What an audit found."""

    mirrors: list[Mirror]
    verifier: Verifier
    has_store: bool
    seed: str
    started_at: str
    ended_at: str = ""
    #: How many records were read of the mirrors, and how many of them were drawn.
    records: int = 0
    sampled: int = 0
    #: How many records there were to draw from; None where the digests were drawn from.
    population: int | None = None
    #: Everything but ``same``, as far as it is held: see :class:`Places`.
    found: list[Found] = field(default_factory=list)
    again: set[str] = field(default_factory=set)
    counts: Counter[Word] = field(default_factory=Counter)

    @property
    def unlisted(self) -> Counter[str]:
        """By base URL, how many results are not held; mirrors with none are absent."""
        every = Counter({one.base: one.words.total() - one.words["same"] for one in self.mirrors})
        return every - Counter(one.mirror for one in self.found)

    @property
    def exit_status(self) -> int:
        """0 all same or extra, 1 something is wrong, 3 something is not known (AUDIT-1)."""
        return exit_status(self.counts)


async def audit(
    readers: Sequence[MirrorReader],
    verifier: Verifier,
    store: Reference | None,
    options: AuditOptions,
    keep: Keep,
    *,
    keys: Sequence[tuple[str, PublicKey]] = (),
    outside: Outside | None = None,
) -> Audit:
    """Audit mirrors (AUDIT-4).

    Args:
        readers: the mirrors, at least one; two without a store.
        verifier: under the policy of the reader; that of the store, if there is one.
        store: what mirrors are compared with; without it they are compared with each other.
        options: what is read.
        keep: takes each finding.
        keys: base URLs of mirrors with the keys that the user pinned for them.
        outside: clock, randomness and sleep.

    Raises:
        StoreError: the store is damaged.
        FileError: the store, or a finding, cannot be read or written.
    """
    outside = outside or Outside()
    cache, pinned = FileCache(), {base.rstrip("/"): key for base, key in keys}
    mirrors = [Mirror.of(one, cache, pinned.get(one.base.rstrip("/"))) for one in readers]
    run = _Run(mirrors, verifier, store, options, keep, outside)
    await run.heads()
    await run.descend()
    await run.records()
    return run.finish()


class _Run:
    """One audit while it goes on."""

    def __init__(
        self,
        mirrors: list[Mirror],
        verifier: Verifier,
        store: Reference | None,
        options: AuditOptions,
        keep: Keep,
        outside: Outside,
    ) -> None:
        self.mirrors, self.verifier, self.store, self.options = mirrors, verifier, store, options
        self.outside, self._keep, self.reports = outside, keep, Reports(verifier)
        self.audit = Audit(mirrors, verifier, store is not None, "", self.time())
        #: The mirror whose tree the others are compared with; None with a store.
        self.first: Mirror | None = None
        self._places = Places(options.reported)

    def time(self) -> str:
        return stamp(self.outside.now())

    # -- heads ------------------------------------------------------------------------------

    async def heads(self) -> None:
        """Read every head at once; a mirror that is much later than the others is not waited for (D11)."""
        tasks = {asyncio.ensure_future(mirror.read_head()): mirror for mirror in self.mirrors}
        pending = set(tasks)
        try:
            while pending:
                late = self.outside.late if len(pending) < len(tasks) else None
                done, pending = await asyncio.wait(pending, timeout=late, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
            for task in pending:
                tasks[task].give_up("timeout", "no head while the other mirrors had answered")
        finally:
            # Also where the audit itself is cancelled: nothing is requested behind the back of the caller.
            for task in pending:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for mirror in self.mirrors:
            self._compare_head(mirror)
        self.audit.seed = self.options.seed or self.outside.random()

    def _compare_head(self, mirror: Mirror) -> None:
        head = mirror.head
        if head is None:
            return
        if (head.policy_sha256, head.rules) == (self.verifier.policy.sha256, self.verifier.rules.name):
            mirror.comparable = True
        else:
            other = replace(head, policy_sha256=self.verifier.policy.sha256, rules=self.verifier.rules.name)
            mirror.note("not_comparable", "policy", f"its digests are of {not_comparable(head, other)}")

    # -- digests ----------------------------------------------------------------------------

    async def descend(self) -> None:
        """Find the records in which the digests differ (AUDIT-10)."""
        compared = [(one, one.head) for one in self.mirrors if one.comparable and one.head is not None]
        if self.store is not None:
            store = _StoreFiles(self.store)
            work = [self._differences(self.store.tree, store, one, head) for one, head in compared]
        elif compared:
            self.first, first_head = compared[0]
            first = _MirrorFiles(self.first)
            work = [self._differences(first_head.tree, first, one, head) for one, head in compared[1:]]
        else:
            return
        await together(work)

    async def _differences(self, tree: Tree, left: _Files, mirror: Mirror, head: Head) -> None:
        if head.root == tree.root:
            return
        right = _MirrorFiles(mirror)
        most = None if self.options.full else self.options.most
        try:
            async for one in descend(Descent(tree, head.tree), left.fetch, right.fetch):
                if most is not None and len(mirror.differing) >= most:
                    mirror.more += 1
                    continue
                mirror.differing[one.suffix] = one.right
                if self.first is not None:
                    self.first.differing.setdefault(one.suffix, one.left)
        except _OfMirrorError as error:
            error.mirror.note_error(error.error)
        except DigestError as error:
            # A file that was received and is not in its form; the message names it.
            blamed = left if left.has(error) and not right.has(error) else right
            blamed.note_error(error)

    # -- records ----------------------------------------------------------------------------

    async def records(self) -> None:
        """Read the records that differ and the sample, and compare them."""
        with Suffixes() as chosen:
            self.audit.sampled, self.audit.population = await population_of(
                self.mirrors, self.store, self.first, self.options, self.audit.seed, chosen
            )
            for mirror in self.mirrors:
                chosen.add(sorted(mirror.differing))
            self.audit.records = chosen.count()
            rest = iter(chosen)
            while reads := await self._next(rest):
                await settle(reads, self.mirrors, self.reports, self.outside.sleep, self._served_before)
                for suffix in [*reads]:
                    self._classify(suffix, reads.pop(suffix))

    async def _next(self, rest: Iterator[str]) -> dict[str, list[RecordRead]]:
        """Read the next records of every mirror, as many as may be held together; none at the end.

        A registry is larger than the memory of its reader, and a document may have megabytes.
        """
        reads: dict[str, list[RecordRead]] = {}
        held = 0

        async def read_some() -> None:
            nonlocal held
            while len(reads) < CHUNK and held < HELD_BYTES and (suffix := next(rest, None)) is not None:
                # In the order of the suffixes, whoever is read first.
                reads[suffix] = []
                reads[suffix] += await together(self._read(one, suffix) for one in self.mirrors)
                held += sum(len(one.body) for read in reads[suffix] for one in read.documents)

        await together(read_some() for _ in range(AT_ONCE))
        return reads

    async def _read(self, mirror: Mirror, suffix: str) -> RecordRead:
        listed = await self._listed(mirror, suffix)
        return await mirror.read_record(self.reports, suffix, listed, self._served_before(mirror, suffix))

    def _served_before(self, mirror: Mirror, suffix: str) -> frozenset[str]:
        return frozenset() if self.store is None else self.store.served_before(mirror.base, suffix)

    async def _listed(self, mirror: Mirror, suffix: str) -> str | None:
        """The leaf digest that a mirror states of a record, in the generation of its head."""
        if not mirror.comparable or mirror.is_given_up:
            return None
        if suffix in mirror.differing:
            return mirror.differing[suffix]
        if self.store is not None and not mirror.more:
            return self.store.leaf(suffix)
        try:
            head = mirror.head
            return None if head is None else await mirror.files.digest_of(head.tree, suffix)
        except (DigestError, NetworkError) as error:
            mirror.note_error(error)
        return None

    def _classify(self, suffix: str, reads: Sequence[RecordRead]) -> None:
        store = None if self.store is None else self.store.side(suffix, self.reports)
        compared: Classified = classify(suffix, [one.side for one in reads], store)
        by_name = {one.side.name: one for one in reads}
        for found in compared.found:
            if found.is_reported:
                self._add(found, evidence_of(found, by_name[found.mirror], compared.union))
            else:
                self._add(found, ())

    # -- the end ----------------------------------------------------------------------------

    def _add(self, found: Found, documents: Iterable[FindingDocument]) -> None:
        self.audit.counts[found.word] += 1
        mirror = next(one for one in self.mirrors if one.base == found.mirror)
        mirror.words[found.word] += 1
        if found.word != "same" and self._places.has_room(found, finding_name(found.key)):
            self.audit.found.append(found)
        if found.is_reported and not self._keep(found, tuple(documents)):
            mirror.not_kept += 1

    def finish(self) -> Audit:
        """Add what is of mirrors as a whole."""
        for found, documents in head_findings(self.mirrors, self.options.earlier_heads):
            self._add(found, documents)
        for mirror in self.mirrors:
            for found, documents in mirror.found:
                self._add(found, documents)
            if mirror.more:
                message = f"{more(mirror.more, 'record')} with another digest, not read"
                self._add(Found("not_comparable", mirror.base, "", (), "records", message), ())
        self.audit.again, self.audit.ended_at = self._places.again, self.time()
        return self.audit


class _OfMirrorError(Exception):
    """A file of one of two mirrors cannot be had."""

    def __init__(self, mirror: Mirror, error: DigestError | NetworkError) -> None:
        super().__init__(mirror.base)
        self.mirror, self.error = mirror, error


class _Files(Protocol):
    """The files of one side of a descent."""

    async def fetch(self, want: Want) -> bytes:
        """Return a file."""

    def has(self, error: DigestError) -> bool:
        """Whether an error is of a file of this side."""

    def note_error(self, error: DigestError) -> None:
        """Note it of the mirror."""


class _StoreFiles:
    """Those of the store of the reader, which are made here and so in their form."""

    def __init__(self, store: Reference) -> None:
        self._store = store

    async def fetch(self, want: Want) -> bytes:
        """Return a file."""
        return self._store.fetch(want.name, want.limit)

    def has(self, error: DigestError) -> bool:
        """Never: the error is of the mirror."""
        return False

    def note_error(self, error: DigestError) -> None:
        """Raise it: it is no mirror's.

        Raises:
            DigestError: always.
        """
        raise error


class _MirrorFiles:
    """Those of a mirror."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._names: set[str] = set()

    async def fetch(self, want: Want) -> bytes:
        """Return a file.

        Raises:
            _OfMirrorError: it cannot be had.
        """
        self._names.add(want.name)
        try:
            return await self._mirror.files.get(want.name, want.limit)
        except (DigestError, NetworkError) as error:
            raise _OfMirrorError(self._mirror, error) from error

    def has(self, error: DigestError) -> bool:
        """Whether an error is of a file of this mirror."""
        return any(name in error.fault.detail for name in self._names)

    def note_error(self, error: DigestError) -> None:
        """Note it of the mirror."""
        self._mirror.note_error(error)
