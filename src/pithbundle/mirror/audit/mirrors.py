"""One mirror during an audit: its head, files and records, and when it is given up (AUDIT-3, AUDIT-10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeVar

from pithbundle.digests.head import Head, SignatureStatus
from pithbundle.ed25519.strict import PublicKey
from pithbundle.errors import DigestError, NetworkError, PithError
from pithbundle.mirror.audit.classify import NOT_REQUESTED, Found
from pithbundle.mirror.audit.files import MirrorFiles
from pithbundle.mirror.audit.finding import FindingDocument, received
from pithbundle.mirror.audit.shares import MOST_HEADS
from pithbundle.mirror.audit.sides import Reports, Side, read_side
from pithbundle.mirror.audit.words import WORDS, Word
from pithbundle.mirror.digest_files import FileCache
from pithbundle.mirror.parts import may_be_part
from pithbundle.mirror.remote import ABSENT, Body, HeldHead
from pithbundle.net.exchange import Exchange

#: After so many exchanges in a row that failed, a mirror is not asked again (D11).
GIVE_UP: Final = 3
#: The codes of failures that say nothing of the next exchange.
_ONCE: Final = frozenset({"http", "size", "encoding", "url"})
_Result = TypeVar("_Result")

#: Waits so many seconds.
Sleep = Callable[[float], Awaitable[None]]


class MirrorReader(Protocol):
    """What an audit uses of a mirror: see :class:`pithbundle.mirror.remote.Remote`."""

    @property
    def base(self) -> str:
        """The base URL."""

    async def head(self) -> HeldHead | None:
        """Request the head of the digests; None if there is none."""

    async def next_head(self) -> HeldHead | None:
        """Request the next head, which a publisher writes before it replaces bundles; None without one."""

    async def file(self, name: str, limit: int) -> bytes:
        """Request a file of the digests, and compare it with its name."""

    async def first(self, suffix: str) -> Exchange:
        """Request the bundle of a record: the largest of its parts."""

    async def rest(self, suffix: str, first: Exchange) -> Body:
        """Request the other parts, if there are any."""

    async def state(self, suffix: str) -> Exchange:
        """Request the state of a record."""


@dataclass(frozen=True, slots=True)
class RecordRead:
    """What was read of one record of one mirror, and the exchanges in which it came."""

    side: Side
    documents: tuple[FindingDocument, ...] = ()
    #: The heads and the files from the root of the digests to the leaf of the record, where they differ; of
    #: a publication in progress its head.
    path: tuple[FindingDocument, ...] = ()


@dataclass(slots=True)
class Mirror:
    """One mirror that is audited."""

    reader: MirrorReader
    files: MirrorFiles
    #: The key that the reader pinned for it.
    key: PublicKey | None = None
    #: The heads that were read, the last one last.
    heads: list[HeldHead] = field(default_factory=list)
    #: The next heads that were read, of publications in progress (AUDIT-17).
    next_heads: list[HeldHead] = field(default_factory=list)
    #: Whether its digests can be compared: it has a head, of the policy and the rules of the reader.
    comparable: bool = False
    #: Whether a file of its digests could not be used: no more are requested.
    digests_failed: bool = False
    #: The digests of the records in which its tree differs from the other one; None where it lists none.
    differing: dict[str, str | None] = field(default_factory=dict)
    #: How many records differ that are not in ``differing``, since there are too many.
    more: int = 0
    #: What was found of it as a whole, with the evidence.
    found: list[tuple[Found, tuple[FindingDocument, ...]]] = field(default_factory=list)
    #: The exchanges that were begun, and the bytes of the bodies that arrived.
    requests: int = 0
    body_bytes: int = 0
    words: Counter[Word] = field(default_factory=Counter)
    #: Of how many findings the evidence is not kept, since its share is used up (AUDIT-18).
    not_kept: int = 0
    #: Failures in a row, and the last one.
    failures: int = 0
    failure: NetworkError | None = None

    @classmethod
    def of(cls, reader: MirrorReader, cache: FileCache, key: PublicKey | None) -> Mirror:
        """A mirror of which nothing is known yet."""
        made = cls(reader, MirrorFiles(reader.file, cache), key)
        made.files.request = made._request_file
        return made

    @property
    def base(self) -> str:
        """Its base URL."""
        return self.reader.base

    @property
    def head(self) -> Head | None:
        """The head that was read last."""
        return self.heads[-1].head if self.heads else None

    @property
    def is_given_up(self) -> bool:
        """Whether it is asked no more."""
        return self.failures >= GIVE_UP

    @property
    def head_signature(self) -> SignatureStatus | None:
        """What the pinned key says of the head; None without a head or a pinned key."""
        return None if self.head is None or self.key is None else self.head.signature_status(self.key)

    def give_up(self, code: str, message: str) -> None:
        """Ask it no more."""
        self.failure = NetworkError.at(code, self.base, message)
        self.failures = GIVE_UP
        self.note("unreachable", code, self.failure.fault.message)

    def note(self, word: Word, code: str, message: str, *documents: FindingDocument) -> None:
        """Note what was found of the mirror as a whole, with the first evidence of it.

        A mirror decides how often a head of it is wrong, and it is one finding (AUDIT-12): a thousand of them
        would use up the list of an audit (AUDIT-18), and any number of them the memory.
        """
        found = Found(word, self.base, "", (), code, message, WORDS[word].evidence[0])
        if all(one.key != found.key for one, _ in self.found):
            self.found.append((found, documents))

    async def _counted(self, asked: Awaitable[_Result]) -> _Result:
        """Count an exchange, and the failures in a row.

        Raises:
            PithError: whatever the exchange raises.
        """
        self.requests += 1
        try:
            found = await asked
        except NetworkError as error:
            if error.code not in _ONCE:
                self.failures += 1
            self.failure = error.detached()
            raise
        self.failures = 0
        return found

    async def _request_file(self, name: str, limit: int) -> bytes:
        found = await self._counted(self.reader.file(name, limit))
        self.body_bytes += len(found)
        return found

    # -- the digests ----------------------------------------------------------------------

    async def read_head(self) -> HeldHead | None:
        """Read the head; what is wrong with it is noted (AUDIT-10).

        Returns:
            None if there is none, if it is not in its form, or if it cannot be had.
        """
        try:
            found = await self._counted(self.reader.head())
        except NetworkError as error:
            self.note("unreachable", error.code, error.fault.message, *_of_error(error))
            return None
        except DigestError as error:
            word: Word = "not_comparable" if error.code == "version" else "digest_invalid"
            self.note(word, error.code, error.fault.message, *_of_error(error, "head"))
            return None
        if found is None:
            return None
        self.body_bytes += len(found.raw)
        self.heads.append(found)
        # A mirror may answer each request with another one.
        del self.heads[:-MOST_HEADS]
        if self.head_signature == "invalid":
            message = "the head names the pinned key, and its signature is not one of it"
            self.note("digest_invalid", "signature_invalid", message, received("head", found.exchange))
        return found

    async def read_next(self) -> HeldHead | None:
        """Read the next head (AUDIT-17).

        Returns:
            None if there is none that is in its form: then the mirror states no publication.

        Raises:
            NetworkError: there was no answer, so that nobody knows.
        """
        try:
            found = await self._counted(self.reader.next_head())
        except DigestError:
            return None
        except NetworkError as error:
            if isinstance(error.exchange, Exchange):
                return None
            raise
        if found is not None:
            self.body_bytes += len(found.raw)
            self.next_heads.append(found)
            del self.next_heads[:-MOST_HEADS]
        return found

    def note_error(self, error: DigestError | NetworkError) -> None:
        """Note a file of the digests that cannot be used: they are not compared any more."""
        if self.digests_failed:
            return
        self.comparable, self.digests_failed = False, True
        if isinstance(error, NetworkError):
            self.note("unreachable", error.code, error.fault.message, *_of_error(error))
        elif self.heads:
            files = self.files.path_to_fault(self.heads[-1].head, error)
            head = received("head", self.heads[-1].exchange)
            self.note("digest_invalid", error.code, error.fault.message, head, *files)

    # -- records --------------------------------------------------------------------------

    async def read_record(
        self, reports: Reports, suffix: str, listed: str | None, served_before: frozenset[str]
    ) -> RecordRead:
        """Read the bundle and the state of a record (AUDIT-3).

        Args:
            reports: verifies, under the policy of the reader.
            suffix: of the record.
            listed: the leaf digest that the mirror states; None where it states none.
            served_before: the valid events that it served before.
        """
        if self.is_given_up and self.failure is not None:
            message = f"not requested, since {GIVE_UP} exchanges failed: {self.failure.fault.message}"
            return RecordRead(Side(self.base, "unreachable", NOT_REQUESTED, message))
        try:
            read = await self._read_bundle(reports, suffix, listed)
        except NetworkError as error:
            return self._not_read(error, served_before, listed)
        except PithError as error:
            # The list of the parts, or a part of them.
            side = Side(self.base, "unreadable", error.code, error.fault.message)
            return RecordRead(side, _of_error(error))
        other = self.head is not None and self.head.policy_sha256 != reports.verifier.policy.sha256
        side = replace(read.side, served_before=served_before, listed=listed, other_policy=other)
        read = replace(read, side=side)
        return await self._with_state(read, suffix) if side.status == "read" else read

    def _not_read(self, error: NetworkError, served_before: frozenset[str], listed: str | None) -> RecordRead:
        exchange = error.exchange
        if isinstance(exchange, Exchange) and exchange.status in ABSENT:
            side = Side(self.base, "absent", served_before=served_before, listed=listed)
        else:
            side = Side(self.base, "unreachable", error.code, error.fault.message)
        return RecordRead(side, _of_error(error))

    async def _read_bundle(self, reports: Reports, suffix: str, listed: str | None) -> RecordRead:
        """Read the bundle, and its other parts if it is not what the digests state, or large (SYNC-5)."""
        first = await self._counted(self.reader.first(suffix))
        self.body_bytes += len(first.body)
        side = read_side(reports, self.base, suffix, [first.body])
        exchanges: tuple[Exchange, ...] = (first,)
        if listed is not None:
            is_part = side.leaf != listed
        else:
            is_part = may_be_part(
                len(first.body),
                has_unverified=bool(side.unverified),
                has_digests=self.head is not None,
            )
        if is_part and side.status == "read":
            body = await self._counted(self.reader.rest(suffix, first))
            if len(body.parts) > 1:
                exchanges = body.parts
                self.requests += len(exchanges) - 1
                self.body_bytes += sum(len(one.body) for one in exchanges[1:])
                bodies = [one.body for one in exchanges]
                side = read_side(reports, self.base, suffix, bodies)
                if first.sha256 not in body.listed:
                    parts = read_side(reports, self.base, suffix, bodies[1:])
                    side = replace(side, parts_leaf=parts.leaf)
        return RecordRead(side, tuple(received("bundle", one) for one in exchanges))

    async def _with_state(self, read: RecordRead, suffix: str) -> RecordRead:
        """The same record with the state that the mirror serves, if it serves one."""
        try:
            exchange = await self._counted(self.reader.state(suffix))
        except NetworkError as error:
            if isinstance(error.exchange, Exchange) and error.exchange.status in ABSENT:
                return read
            side = replace(read.side, state_failure=(error.code, error.fault.message))
            return replace(read, side=side, documents=(*read.documents, *_of_error(error)))
        self.body_bytes += len(exchange.body)
        side = replace(read.side, state=exchange.body)
        return replace(read, side=side, documents=(*read.documents, received("state", exchange)))


def _of_error(error: PithError, role: str = "response") -> tuple[FindingDocument, ...]:
    """The exchange that was rejected, where there was one."""
    exchange = getattr(error, "exchange", None)
    if not isinstance(exchange, Exchange):
        return ()
    return (received("head" if role == "head" else "response", exchange),)
