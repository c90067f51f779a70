"""A mirror in memory that is honest, and tells one lie for each switch.

It serves bundles, states and digests by path. :class:`Wire` is a client without a network; the same mirror
behind :meth:`LyingMirror.answer` is one of :class:`kit.lying_server.Network`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from kit.lying_server import Request, Send, response
from kit.payloads import attached
from kit.signing import AUTHOR, DEMO, MIRROR, Json, to_json
from kit.signing import policy as policy_of
from kit.stores import POLICY, body, event, invalid, suffix, unverified
from kit.stream import made_record
from pithbundle import Policy
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine, leaf_digest
from pithbundle.digests.tree import build
from pithbundle.ed25519.strict import PublicKey
from pithbundle.errors import NetworkError
from pithbundle.net.client import ClientOptions
from pithbundle.net.exchange import Exchange
from pithbundle.newtypes import DigestHex
from pithbundle.verifier import Verifier

TIME: Final = "2026-11-20T00:00:00Z"
KEY: Final = PublicKey(MIRROR.public_key)
OTHER_POLICY: Final = Policy.from_bytes(to_json(policy_of(DEMO, AUTHOR)))


@cache
def _verifier(policy_sha256: str) -> Verifier:
    by_digest: dict[str, Policy] = {POLICY.sha256: POLICY, OTHER_POLICY.sha256: OTHER_POLICY}
    return Verifier(by_digest[policy_sha256])


@cache
def follows(data: bytes, policy_sha256: str) -> tuple[bytes, str]:
    """The state and the leaf digest of a bundle under a policy."""
    report = _verifier(policy_sha256).verify(data).report()
    assert report.record is not None and report.state is not None
    digests = report.record.hex, report.state.events_sha256, report.state.sha256, report.unverified_sha256
    return report.state.to_json(), leaf_digest(*digests)


@dataclass
class Entry:
    """What the mirror has of a record, and what it states of it; None: what follows from the bundle."""

    bundle: bytes
    state: bytes | None = None
    leaf: str | None = None
    is_listed: bool = True
    status: int = 200


#: Changes or replaces a response: the path, the status and the body.
Hook = Callable[[str, int, bytes], tuple[int, bytes]]


@dataclass
class LyingMirror:
    """One mirror. Change :attr:`entries` and :attr:`hooks` to make it lie."""

    base: str = "https://a.example"
    entries: dict[str, Entry] = field(default_factory=dict)
    policy: Policy = POLICY
    rules: str = "pithbundle-merge-1"
    generation: int = 1
    origin: str = ""
    is_signed: bool = False
    has_digests: bool = True
    has_states: bool = True
    hooks: list[Hook] = field(default_factory=list)
    #: The paths that were requested.
    requests: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, records: Mapping[int, Iterable[int]], base: str = "https://a.example", **options: Any
    ) -> LyingMirror:
        """An honest mirror with the events of these marks for each record."""
        made = cls(base, **options)
        for seed, marks in records.items():
            made.put(seed, body(seed, *marks))
        return made

    def put(self, seed: int, data: bytes) -> None:
        """Serve a bundle of a record, with what follows from it."""
        self.entries[suffix(seed)] = Entry(data)

    def entry(self, seed: int) -> Entry:
        return self.entries[suffix(seed)]

    def publish(self) -> None:
        """Make the next generation of the digests."""
        self.generation += 1

    def _follows(self, entry: Entry) -> tuple[bytes, str]:
        return follows(entry.bundle, self.policy.sha256)

    def _tree(self) -> tuple[dict[str, bytes], Head]:
        files: dict[str, bytes] = {}
        lines = sorted(
            LeafLine(name, entry.leaf or self._follows(entry)[1])
            for name, entry in self.entries.items()
            if entry.is_listed
        )
        tree = build(lines, len(lines), files.__setitem__)
        previous = hashlib.sha256(b"%d" % self.generation).hexdigest() if self.generation > 1 else None
        head = Head(
            self.origin or self.base.removeprefix("https://"), self.rules, self.policy.sha256,
            self.generation, TIME, len(lines), 0, tree.root, previous,
        )  # fmt: skip
        return files, head.signed(KEY, MIRROR.sign(head.message)) if self.is_signed else head

    def files(self) -> tuple[dict[str, bytes], Head]:
        """The files of its digests, and the head."""
        return self._tree()

    def respond(self, path: str) -> tuple[int, bytes]:
        """The status and the body for a path."""
        self.requests.append(path)
        status, data = self._honest(path)
        for hook in self.hooks:
            status, data = hook(path, status, data)
        return status, data

    def _honest(self, path: str) -> tuple[int, bytes]:
        parts = path.strip("/").split("/")
        if parts[0] == "pith-digests" and self.has_digests:
            files, head = self._tree()
            data = head.to_bytes() if parts[1] == "head.json" else files.get(parts[1].removesuffix(".txt"))
            return (404, b"") if data is None else (200, data)
        entry = self.entries.get(parts[1]) if parts[0] == "pith" and len(parts) == 3 else None
        if entry is None:
            return 404, b""
        if entry.status != 200:
            return entry.status, b""
        if parts[2] == "bundle.json":
            return 200, entry.bundle
        if parts[2] == "state.json" and self.has_states:
            return 200, self._follows(entry)[0] if entry.state is None else entry.state
        return 404, b""

    async def answer(self, request: Request, send: Send) -> None:
        """Answer a request over a network."""
        status, data = self.respond(request.path)
        await send(response(data, status=f"{status} X"))


def exchange_of(data: bytes, url: str = "https://a.example/x", status: int = 200) -> Exchange:
    """An exchange with a body."""
    return Exchange(
        url=url, redirects=(), address="93.184.216.34", certificate_sha256=DigestHex("c" * 64),
        tls="TLSv1.3", status=status, headers=(("content-type", "application/json"),), body=data,
        started_at="2026-11-20T00:00:00.000000Z", ended_at="2026-11-20T00:00:01.000000Z", seconds=1.0,
        raw_bytes=len(data) + 200,
    )  # fmt: skip


class Responding(Protocol):
    """What responds to paths: a :class:`LyingMirror`, or the files of a folder."""

    @property
    def base(self) -> str:
        """The base URL."""

    @property
    def requests(self) -> list[str]:
        """The paths that were requested."""

    def respond(self, path: str) -> tuple[int, bytes]:
        """The status and the body for a path."""


class Wire:
    """A client without a network: mirrors by their base URLs. What is not there is unreachable."""

    def __init__(self, *mirrors: Responding) -> None:
        self.mirrors = {mirror.base: mirror for mirror in mirrors}
        self.options = ClientOptions()
        #: Bases that answer nothing, and after how many requests.
        self.silent: dict[str, int] = {}
        self.requests: list[str] = []

    async def get(self, url: str, *, limit: int = 1 << 22, **_: object) -> Exchange:
        await asyncio.sleep(0)
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        self.requests.append(url)
        mirror = self.mirrors.get(base)
        if mirror is None:
            raise NetworkError.at("unreachable", url, "no connection", transient=True)
        if base in self.silent and len(mirror.requests) >= self.silent[base]:
            mirror.requests.append(parts.path)
            raise NetworkError.at("timeout", url, "the exchange did not end in 30 seconds")
        status, data = mirror.respond(parts.path)
        if status == 0:
            raise NetworkError.at(data.decode(), url, "a lie of this kind")
        if len(data) > limit:
            raise NetworkError.at("size", url, "the body is larger than the limit")
        return exchange_of(data, url, status)


# -- lies ------------------------------------------------------------------------------------

#: The record that each lie is about; it has the events of marks 1 to 3.
SEED: Final = 1
MARKS: Final = (1, 2, 3)


def claim(strength: str, signer: Any = AUTHOR) -> Json:
    """One of two contradicting events: a claim of an author with a strength (MERGE-8)."""
    payload = {"scheme": "orcid", "identifier": "0000-0002-1825-0097", "strength": strength}
    return attached(signer, made_record(SEED), "author_claim", payload, "2026-01-02T00:00:00Z")


def _path(seed: int, name: str) -> str:
    return f"/pith/{suffix(seed)}/{name}"


def _replace(path: str, status: int, data: bytes) -> Hook:
    def hook(asked: str, old: int, body_: bytes) -> tuple[int, bytes]:
        return (status, data) if asked == path else (old, body_)

    return hook


def omit_event(mirror: LyingMirror) -> None:
    mirror.put(SEED, body(SEED, *MARKS[:-1]))


def omit_event_keep_digest(mirror: LyingMirror) -> None:
    leaf = follows(mirror.entry(SEED).bundle, mirror.policy.sha256)[1]
    omit_event(mirror)
    mirror.entry(SEED).leaf = leaf


def omit_record(mirror: LyingMirror) -> None:
    del mirror.entries[suffix(SEED)]


def omit_listed_record(mirror: LyingMirror) -> None:
    entry = mirror.entry(SEED)
    entry.leaf = follows(entry.bundle, mirror.policy.sha256)[1]
    entry.status = 404


def other_state(mirror: LyingMirror) -> None:
    mirror.entry(SEED).state = follows(body(SEED, 1), mirror.policy.sha256)[0]


def altered_event(mirror: LyingMirror) -> None:
    mirror.put(SEED, body(SEED, *MARKS[:-1], more=(invalid(SEED, MARKS[-1]),)))


def forged_event(mirror: LyingMirror) -> None:
    made = {**event(SEED, 9), "event_id": None, "created_at": "2026-01-01T00:00:10Z"}
    del made["event_id"]
    mirror.put(SEED, body(SEED, *MARKS, more=(made,)))


def moved_event(mirror: LyingMirror) -> None:
    mirror.put(SEED, body(SEED, *MARKS, more=(event(2, 1),)))


def other_record(mirror: LyingMirror) -> None:
    entry = mirror.entry(SEED)
    state, leaf = follows(entry.bundle, mirror.policy.sha256)
    mirror.entries[suffix(SEED)] = Entry(body(2, 1), state, leaf)


def altered_record(mirror: LyingMirror) -> None:
    entry = mirror.entry(SEED)
    state, leaf = follows(entry.bundle, mirror.policy.sha256)
    license_ = made_record(SEED)["metadata"]["license"]
    data = entry.bundle.replace(to_json({"license": license_})[1:-1], b'"license":"altered"')
    assert data != entry.bundle
    mirror.entries[suffix(SEED)] = Entry(data, state, leaf)


def digest_of_other(mirror: LyingMirror) -> None:
    mirror.entry(SEED).leaf = "0" * 32


def invalid_leaf(mirror: LyingMirror) -> None:
    def hook(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        is_file = path.startswith("/pith-digests/") and path.endswith(".txt")
        return (200, data[:-1]) if is_file else (status, data)

    mirror.hooks.append(hook)
    # Otherwise nobody would ask for a file.
    digest_of_other(mirror)


def invalid_head(mirror: LyingMirror) -> None:
    mirror.hooks.append(
        _replace("/pith-digests/head.json", 200, b'{"head_type":"pithbundle_mirror_head","head_version":"1"}')
    )


def two_heads(mirror: LyingMirror) -> None:
    """One generation with two roots, signed: another reader sees another one."""
    mirror.is_signed = True
    digest_of_other(mirror)


def moving(mirror: LyingMirror) -> None:
    """Another digest and another generation each time."""
    mirror.entry(SEED).leaf = "0" * 32

    def hook(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        if path.endswith("head.json"):
            mirror.publish()
        return status, data

    mirror.hooks.append(hook)


def unreachable(mirror: LyingMirror) -> None:
    mirror.hooks.append(_replace(_path(SEED, "bundle.json"), 0, b"timeout"))
    digest_of_other(mirror)


def compressed(mirror: LyingMirror) -> None:
    mirror.hooks.append(_replace(_path(SEED, "bundle.json"), 0, b"encoding"))
    digest_of_other(mirror)


def error_page(mirror: LyingMirror) -> None:
    mirror.hooks.append(_replace(_path(SEED, "bundle.json"), 200, b"<html>OK</html>"))
    digest_of_other(mirror)


def server_error(mirror: LyingMirror) -> None:
    mirror.hooks.append(_replace(_path(SEED, "bundle.json"), 500, b""))
    digest_of_other(mirror)


def contradicting_event(mirror: LyingMirror) -> None:
    mirror.put(SEED, body(SEED, *MARKS, more=(claim("strong"), claim("weak"))))


def more_unverified(mirror: LyingMirror) -> None:
    mirror.put(SEED, body(SEED, *MARKS, more=(unverified(SEED, 5),)))


#: Each lie with the word that an audit of everything finds of the record, or of the mirror.
LIES: Final[dict[str, tuple[Callable[[LyingMirror], None], str]]] = {
    "omit_event": (omit_event, "missing"),
    "omit_event_keep_digest": (omit_event_keep_digest, "digest_differs"),
    "omit_record": (omit_record, "missing"),
    "omit_listed_record": (omit_listed_record, "missing"),
    "other_state": (other_state, "state_differs"),
    "altered_event": (altered_event, "altered"),
    "forged_event": (forged_event, "forged"),
    "moved_event": (moved_event, "forged"),
    "other_record": (other_record, "wrong_record"),
    "altered_record": (altered_record, "wrong_record"),
    "digest_of_other": (digest_of_other, "digest_differs"),
    "invalid_leaf": (invalid_leaf, "digest_invalid"),
    "invalid_head": (invalid_head, "digest_invalid"),
    "moving": (moving, "moving"),
    "unreachable": (unreachable, "unreachable"),
    "compressed": (compressed, "unreachable"),
    "error_page": (error_page, "not_comparable"),
    "server_error": (server_error, "unreachable"),
    "contradicting_event": (contradicting_event, "conflict"),
    "more_unverified": (more_unverified, "unverified_differs"),
}
