"""One mirror on the network: its head, digests, bundles, states and packs (spec SYNC-3 to SYNC-6).

Everything that is returned is hostile. What has a name by its hash is compared with it; a bundle is returned
as it was received, and whoever uses it verifies it. Every error is one of the package's family, with its
code and the base URL of the mirror, and quotes no text of a body.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Generator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias, TypeVar

from pithbundle.archive.manifest import LIMITS as ARCHIVE_LIMITS
from pithbundle.archive.manifest import Manifest, PackInfo
from pithbundle.digests.delta import DELTA_BYTES, Change, following
from pithbundle.digests.differences import Descent, Difference, Want
from pithbundle.digests.head import HEAD_BYTES, HEAD_FILE, NEXT_FILE, Head
from pithbundle.digests.tree import ENDING, check_file, is_name
from pithbundle.errors import BundleError, DigestError, PithError
from pithbundle.mirror.manifest import MANIFEST_BYTES, Mirror, MirrorList, read_manifest
from pithbundle.mirror.parts import PARTS_BYTES, PARTS_FILE, Part, Parts
from pithbundle.net import AsyncClient, Exchange, Known
from pithbundle.net.client import LIMIT

#: Where the files of the digests are, below the base URL.
DIGESTS: Final = "pith-digests/"
#: Statuses of a document that is not there.
ABSENT: Final = frozenset({404, 410})
#: How many files of a descent are requested together. The client limits how many at once.
_AHEAD: Final = 16

#: Returns the content of a file that a descent needs.
FetchWanted: TypeAlias = Callable[[Want], Awaitable[bytes]]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class HeldHead:
    """A head as it was received."""

    head: Head
    exchange: Exchange

    @property
    def raw(self) -> bytes:
        """The bytes of the file."""
        return self.exchange.body


@dataclass(frozen=True, slots=True)
class Body:
    """What a mirror has of a record: one bundle, or the parts of several."""

    suffix: str
    #: The bundle, then the further parts in the order of their list. Of a bundle that was not sent again
    #: (304) there is the one exchange without a body.
    parts: tuple[Exchange, ...]
    #: The list of the parts, where there is one.
    listing: Exchange | None = None
    #: The SHA-256 of the parts that the list names. A bundle that it does not name is of another moment.
    listed: frozenset[str] = frozenset()


class Remote:
    """Reads one mirror.

    Several mirrors share one client, which paces the requests to each host. Every method raises
    ``NetworkError`` for an exchange that cannot be used (NET-1).

    Args:
        client: an open client.
        mirror: the mirror, or its base URL.

    Raises:
        NetworkError: ``url`` or ``address``: the base URL is not accepted.
    """

    def __init__(self, client: AsyncClient, mirror: Mirror | str) -> None:
        self._client = client
        self._http = client.options.allow_loopback_http
        #: The requests that were answered, repeated ones and redirects included, and the bytes of answers.
        self.requests = 0
        self.received_bytes = 0
        self.mirror = (
            mirror if isinstance(mirror, Mirror) else Mirror.at(mirror, allow_loopback_http=self._http)
        )

    def __repr__(self) -> str:
        return f"Remote({self.base!r})"

    @property
    def base(self) -> str:
        """The base URL of the mirror, which is its name."""
        return self.mirror.base

    @property
    def at_once(self) -> int:
        """How many requests the client sends to the mirror at once (NET-15)."""
        return self._client.options.at_once

    def url(self, path: str) -> str:
        """Return the URL of a file below the base URL.

        Raises:
            NetworkError: ``url``.
        """
        return self.mirror.file_url(path, allow_loopback_http=self._http)

    async def _get(
        self, url: str, *, limit: int = LIMIT, accept: str = "application/json", known: Known | None = None
    ) -> Exchange:
        self.requests += 1
        exchange = await self._client.get(url, limit=limit, accept=accept, known=known)
        self.requests += exchange.attempts - 1 + len(exchange.redirects)
        self.received_bytes += exchange.raw_bytes
        return exchange

    # -- digests --------------------------------------------------------------------------

    async def head(self) -> HeldHead | None:
        """Request the head and read it strictly (MIRROR-4).

        Returns:
            None if the mirror has none: it publishes no digests.

        Raises:
            NetworkError: it cannot be received.
            DigestError: ``digest_invalid`` or ``version``: it is not in its form.
        """
        return await self._head(HEAD_FILE)

    async def next_head(self) -> HeldHead | None:
        """Request the next head: that of a publication in progress, or the last one again (MIRROR-17).

        Returns:
            None if there is none.

        Raises:
            NetworkError: as :meth:`head`.
            DigestError: as :meth:`head`.
        """
        return await self._head(NEXT_FILE)

    async def _head(self, name: str) -> HeldHead | None:
        exchange = await self._get(self.url(DIGESTS + name), limit=HEAD_BYTES)
        if exchange.status in ABSENT:
            return None
        data = exchange.require_ok()
        return HeldHead(self._named(exchange, lambda: Head.from_bytes(data)), exchange)

    async def file(self, name: str, limit: int) -> bytes:
        """Request the file of the digests that has a name, and compare it with the name (MIRROR-3).

        Args:
            name: 64 lower-case hex digits.
            limit: the most bytes that it may have.

        Raises:
            NetworkError: it cannot be received; ``size``: it is larger than the limit.
            DigestError: ``digest_invalid``: the name is none, or the content is another one.
        """
        if not is_name(name):
            raise DigestError("digest_invalid", f"{self.base}: not the name of a file of digests")
        exchange = await self._get(self.url(DIGESTS + name + ENDING), limit=limit, accept="text/plain")
        data = exchange.require_ok()
        return self._named(exchange, lambda: check_file(name, data, limit))

    async def wanted(self, want: Want) -> bytes:
        """Request a file that a descent needs.

        Raises:
            NetworkError: as :meth:`file`.
            DigestError: as :meth:`file`.
        """
        return await self.file(want.name, want.limit)

    async def changes(self, head: Head, held_root: str) -> tuple[Change, ...] | None:
        """Follow the deltas from a head back to a root that the reader has (MIRROR-5).

        Returns:
            None if they do not lead there: the reader descends.

        Raises:
            NetworkError: a delta cannot be received.
            DigestError: a delta is not in its form, or leads elsewhere.
        """
        steps = following(head, held_root)
        return await self._followed(steps)

    async def _followed(
        self, steps: Generator[str, bytes, tuple[Change, ...] | None]
    ) -> tuple[Change, ...] | None:
        content: bytes | None = None
        while True:
            try:
                name = next(steps) if content is None else steps.send(content)
            except StopIteration as end:
                found: tuple[Change, ...] | None = end.value
                return found
            except DigestError as error:
                raise self.named(error) from error
            content = await self.file(name, DELTA_BYTES)

    # -- records --------------------------------------------------------------------------

    async def first(self, suffix: str, known: Known | None = None) -> Exchange:
        """Request the bundle of a record: the largest of its parts. The status is 200 or 304.

        Raises:
            NetworkError: ``suffix``: it is none; nothing was requested. Otherwise it cannot be received;
                ``http`` with the exchange if the mirror has no bundle.
        """
        url = self.mirror.bundle_url(suffix, allow_loopback_http=self._http)
        exchange = await self._get(url, known=known)
        if exchange.status != 304:
            exchange.require_ok()
        return exchange

    async def rest(self, suffix: str, first: Exchange, held: Container[str] = ()) -> Body:
        """Request the list of the parts of a record, and those that are not in ``first`` (SYNC-5).

        Args:
            suffix: of the record.
            first: what :meth:`first` returned.
            held: the SHA-256, in hex, of bundles that the reader has: they are not requested.

        Raises:
            NetworkError: as :meth:`first`.
            BundleError: the list of the parts is not in its form, or a part is not the one of its hash.
            InputError: the list is not JSON.
        """
        listing = await self._get(self._part_url(suffix, PARTS_FILE), limit=PARTS_BYTES)
        if listing.status in ABSENT:
            return Body(suffix, (first,))
        data = listing.require_ok()
        parts = self._named(listing, lambda: Parts.from_bytes(data, suffix))
        # What the reader has decides: a mirror that publishes meanwhile has another list.
        missing = [part for part in parts.parts if part.sha256 != first.sha256 and part.sha256 not in held]
        fetched = await _together([self._part(suffix, part) for part in missing])
        listed = frozenset(part.sha256 for part in parts.parts)
        return Body(suffix, (first, *fetched), listing, listed)

    async def _part(self, suffix: str, part: Part) -> Exchange:
        url = self._part_url(suffix, f"parts/{part.sha256}.json")
        exchange = await self._get(url, limit=part.bytes)
        data = exchange.require_ok()
        if len(data) != part.bytes or sha256(data).hexdigest() != part.sha256:
            error = BundleError("hash_mismatch", f"{url}: not the part of its name", clause="SYNC-5")
            error.exchange = exchange
            raise error
        return exchange

    def _part_url(self, suffix: str, name: str) -> str:
        return self.mirror.part_url(suffix, name, allow_loopback_http=self._http)

    async def state(self, suffix: str) -> Exchange:
        """Request the state of a record, as the mirror states it; nothing signs it.

        Raises:
            NetworkError: ``suffix``, or it cannot be received.
        """
        url = self.mirror.state_url(suffix, allow_loopback_http=self._http)
        exchange = await self._get(url)
        exchange.require_ok()
        return exchange

    # -- manifests and packs --------------------------------------------------------------

    async def archive(self, path: str) -> Manifest:
        """Request the manifest of an archive (ARCH-10).

        Args:
            path: as the head states it, below the base URL.

        Raises:
            NetworkError: it cannot be received.
            InputError: it is not JSON.
            ArchiveError: it is not in its form.
        """
        exchange = await self._get(self.url(path), limit=ARCHIVE_LIMITS.size)
        data = exchange.require_ok()
        return self._named(exchange, lambda: Manifest.from_bytes(data))

    async def pieces(self, path: str, pack: PackInfo, start: int = 0) -> AsyncIterator[bytes]:
        """Request a pack in parts, from a byte on; the caller compares its hash (NET-14).

        Args:
            path: of the manifest of the archive.
            pack: as the manifest states it.
            start: how many bytes of it the caller has.

        Raises:
            NetworkError: a part cannot be received.
        """
        folder = path.rpartition("/")[0]
        url = self.url(f"{folder}/{pack.file}" if folder else pack.file)
        async for piece in self._client.pieces(url, pack.file_bytes, start=start):
            self.requests += 1
            self.received_bytes += len(piece)
            yield piece

    # -- errors ---------------------------------------------------------------------------

    def named(self, error: PithError, exchange: Exchange | None = None) -> PithError:
        """Return an error of what the mirror sent with the name of the mirror, and with the exchange."""
        fault = error.fault
        made = type(error)(
            fault.code, f"{self.base}: {fault.message}", pointer=fault.pointer, offset=fault.offset,
            clause=fault.ruled_by,
        )  # fmt: skip
        made.exchange = exchange
        return made

    def _named(self, exchange: Exchange, read: Callable[[], _Result]) -> _Result:
        try:
            return read()
        except PithError as error:
            raise self.named(error, exchange) from error


async def fetch_manifest(client: AsyncClient, url: str) -> MirrorList:
    """Request a manifest of mirrors and read it (SYNC-1).

    Raises:
        NetworkError: it cannot be received.
        InputError: it is not JSON.
        BundleError: it is no manifest of mirrors.
    """
    exchange = await client.get(url, limit=MANIFEST_BYTES)
    data = exchange.require_ok()
    return read_manifest(data, allow_loopback_http=client.options.allow_loopback_http)


async def descend(
    descent: Descent, left: FetchWanted, right: FetchWanted, at_once: int = _AHEAD
) -> AsyncIterator[Difference]:
    """Return the differences of two trees, with several requests at once (MIRROR-8).

    Args:
        descent: of both trees.
        left: fetches a file of the left one.
        right: fetches a file of the right one.
        at_once: how many files are requested together.

    Raises:
        PithError: whatever a function raises that fetches.
        DigestError: ``digest_invalid``: a file is not in its form.
    """
    while wanted := descent.wanted(at_once):
        files = await _together([(left if want.side == "left" else right)(want) for want in wanted])
        for difference in descent.take(files):
            yield difference


async def _together(waiting: list[Awaitable[_Result]]) -> list[_Result]:
    """Wait for all, then raise the first error; nothing goes on behind the caller's back."""
    results = await asyncio.gather(*waiting, return_exceptions=True)
    found: list[_Result] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.append(result)
    return found
