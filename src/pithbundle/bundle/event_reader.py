"""Reading elements under a format, compiled once for each format (spec FORMAT-3, FORMAT-4, FORMAT-8).

A reader decides whether its format reads an element, and what the format signs of it. It knows
no policy. The common shape, whose content is the element without some of its own members, has a
way that copies nothing below the top level.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias, cast

from pithbundle.bundle.event import SignedContent, escaped, measure, moment, size_fault, wrapped
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_format_document import Constant, JsonType
from pithbundle.bundle.event_meaning import signer_path
from pithbundle.bundle.event_plan import Plan, getter
from pithbundle.bundle.event_pointers import MISSING, Found, Path, region, value_at, without
from pithbundle.bundle.event_unsigned import unsigned_finder
from pithbundle.ed25519.strict import SIGNATURE_BYTES
from pithbundle.encoding.canonical import digest, encode_canonical, raw_json
from pithbundle.encoding.spellings import base64_bytes, base64url_bytes, digest_of, event_id_digest, hex_bytes
from pithbundle.encoding.timestamps import instant
from pithbundle.encoding.values import Object, Value, pointer
from pithbundle.errors import Fault
from pithbundle.newtypes import EventId, Instant

#: In the order of the fields of :class:`Reading`.
_ROLES: Final = ("event_type", "subject", "target", "payload", "payload_sha256", "created_at", "signer_id")
_OPTIONAL: Final = ("algorithm", "event_id", "fingerprint", "signature")


class Reading(NamedTuple):
    """An element as a format reads it; nothing in it is verified."""

    event_type: str
    subject: str | None
    target: str
    payload: Object
    payload_sha256: str | None
    created_at: str | int | None
    signer_id: str
    #: The roles that decide no reading: ``MISSING``, or any value.
    algorithm: Found
    event_id: Found
    fingerprint: Found
    signature: Found
    #: The object at ``base``.
    base: Object
    element: Object
    #: What is at the pointers of ``key_id``: strings where the element is signed.
    key_ids: tuple[Found, ...]

    @property
    def is_signed(self) -> bool:
        """Whether a signature is there (CHECK-2)."""
        return self.signature is not MISSING and self.signature is not None


#: The members of one object outside the content: the path of the object, whether it may pass
#: through arrays, the tokens, the function that takes all of them at once.
_Group: TypeAlias = tuple[Path, bool, tuple[str, ...], Callable[[Any], tuple[Value, ...]]]


class FormatReader:
    """One format, compiled: reads elements, and returns what is signed of them."""

    __slots__ = (
        "_excluded",
        "_groups",
        "_key_ids",
        "_needed",
        "_payload_token",
        "_pick",
        "_plan",
        "_prefixed",
        "_signer",
        "_strings",
        "_tail",
        "_top",
        "_unsigned",
        "algorithm",
        "format",
        "hashes_payload",
        "is_binding",
        "key_id_pointers",
        "payload_in_content",
        "pointers",
    )

    def __init__(self, event_format: EventFormat) -> None:
        """Compile a format."""
        self.format = event_format
        self.is_binding = event_format.is_binding
        self._prefixed = event_format._proof.id_text == "prefixed"
        body, proof = event_format._body, event_format._proof
        #: What ``algorithm`` must be, None where the document does not name it (CHECK-7).
        self.algorithm = proof.algorithm_text if "algorithm" in proof.roles else None
        key_paths = () if isinstance(proof.key_id, Constant) else proof.key_id
        self.key_id_pointers = tuple(pointer([*path]) for path in key_paths)
        self._plan = _plan_of(event_format, key_paths)
        outside = [path for path in proof.constants if not self._is_inside(path)]
        others = dict.fromkeys((*proof.roles.values(), *key_paths, *outside))
        paths = [path for path in others if path not in self._plan]
        self._groups, index = _grouped(paths, self._is_inside, len(self._plan))
        index.update({path: self._plan.index(path) for path in others if path in self._plan})
        #: The constants outside the content: the index among the values, and the value.
        self._needed = [(index[path], proof.constants[path]) for path in outside]
        self._strings = [index[path] for path in key_paths if not self._is_inside(path)]
        end = len(self._plan) + len(paths)
        self._tail: list[Found] = [MISSING, None]
        self._pick = self._picker(index, end)
        self._key_ids = getter([index[path] for path in key_paths])
        excluded = [path[len(body.base) :] for path in body.excluded]
        self._top = (
            frozenset(path[0] for path in excluded) if all(len(path) == 1 for path in excluded) else None
        )
        self._excluded = tuple(excluded)
        payload = body.roles["payload"]
        #: Whether the content has the payload, whole.
        self.payload_in_content = body.covers(payload)
        self.hashes_payload = "payload_sha256" in body.roles
        below = payload[len(body.base) :]
        in_top = self.payload_in_content and self._top is not None and len(below) == 1
        self._payload_token = below[0] if in_top else None
        self._unsigned = unsigned_finder(event_format)
        roles = {**dict.fromkeys((*_ROLES, *_OPTIONAL, "key_id"), ""), **_pointers(event_format)}
        #: The pointer of each role, of several the last; empty where the document names none.
        self.pointers: dict[str, str] = roles
        path = signer_path(body)
        #: The path of the signer object below ``base``, and what is excluded below that.
        self._signer = (
            None
            if path is None
            else (path, tuple(each[len(path) :] for each in excluded if each[: len(path)] == path))
        )

    def _is_inside(self, path: Path) -> bool:
        body = self.format._body
        return region(path, body.base, body.excluded) == "inside"

    def _picker(self, index: dict[Path, int], end: int) -> Callable[[list[Found]], tuple[Any, ...]]:
        """The function that takes the fields of a reading, all but the last two, of the values."""
        body, proof = self.format._body, self.format._proof
        slots = []
        for name in _ROLES:
            role = body.roles.get(name)
            if isinstance(role, Constant):
                slots.append(end + len(self._tail))
                self._tail.append(role.value)
            else:
                slots.append(end + 1 if role is None else self._plan.index(role))
        for name in _OPTIONAL:
            path = proof.roles.get(name)
            slots.append(end if path is None else index[path])
        return itemgetter(*slots, self._plan.index(body.base), 0)

    def read(self, element: Object) -> Reading | None:
        """The element as the format reads it, or None where it does not (FORMAT-8)."""
        values = cast("list[Found] | None", self._plan.read(element))
        if values is None:
            return None
        for parent, lists, tokens, members in self._groups:
            above: Value = element
            for token in parent:
                if type(above) is dict:
                    above = above.get(token)
                else:
                    found = value_at(above, (token,)) if lists else None
                    above = None if found is MISSING else found
            if type(above) is dict:
                try:
                    values += members(above)
                except KeyError:
                    values += [above.get(token, MISSING) for token in tokens]
            elif type(above) is list and lists:
                values += [value_at(above, (token,)) for token in tokens]
            else:
                values += [MISSING] * len(tokens)
        values += self._tail
        fields = self._pick(values)
        signature = fields[10]
        if signature is not MISSING and signature is not None:
            for at in self._strings:
                if type(values[at]) is not str:
                    return None
            for at, expected in self._needed:
                found = values[at]
                if found != expected or type(found) is not type(expected):
                    return None
        return tuple.__new__(Reading, (*fields, self._key_ids(values)))

    def moment(self, reading: Reading) -> Instant | None:
        """The instant of the event, None without a time of the format (FORMAT-11)."""
        created_at = reading.created_at
        if type(created_at) is str:
            return instant(created_at)
        return None if created_at is None else moment(created_at, self.format._body.time)

    def form_fault(self, reading: Reading, found: Instant | None) -> Fault | None:
        """The first fault of types and time (EVT-6, 1 and 2)."""
        if (
            type(reading.algorithm) is not str
            or type(reading.event_id) is not str
            or (type(reading.fingerprint) is not str or type(reading.signature) is not str)
        ):
            for name in _OPTIONAL:
                claimed = getattr(reading, name)
                if claimed is MISSING or type(claimed) is str or (claimed is None and name == "signature"):
                    continue
                return Fault("type", "must be a string, or absent", self.pointers[name])
        if found is None and reading.created_at is not None:
            return Fault("time", "not a time of the event format", self.pointers["created_at"])
        return None

    def content(self, reading: Reading) -> Object:
        """The content as a value; its parts are those of the element."""
        if self._top is not None:
            return {name: value for name, value in reading.base.items() if name not in self._top}
        return without(reading.base, self._excluded)

    def signed_content(self, reading: Reading, *, within_limits: bool = False) -> SignedContent | Fault:
        """What is signed of an element, or the fault of an event over its limits (FORMAT-3, EVT-6).

        ``within_limits`` says that depth and value count are already known to be within
        LIM-6, as when the whole input is: then only the size is measured.
        """
        content = self.content(reading)
        if not within_limits:
            fault = measure(content) or (
                None if self.payload_in_content else measure(reading.payload, "a payload")
            )
            if fault is not None:
                return fault
        payload = encode_canonical(reading.payload)
        if self._payload_token is not None:
            content[self._payload_token] = raw_json(payload)
        canonical = encode_canonical(content)
        fault = size_fault(canonical) or (
            None if self.payload_in_content else size_fault(payload, "a payload")
        )
        if fault is not None:
            return fault
        body = self.format._body
        message = canonical
        if body.wrapper is not None or body.escape != "none":
            message = escaped(wrapped(canonical, body.wrapper), body.escape)
        hashed = digest(message)
        return SignedContent(canonical, payload, message, hashed, EventId("sha256:" + hashed.hex()))

    def message(self, content: SignedContent) -> bytes:
        """The message of the signature (FORMAT-1, ``signs``)."""
        return (
            content.message
            if self.format._proof.signs == "bytes"
            else self.message_of_digest(content.digest) or b""
        )

    def message_of_digest(self, hashed: bytes) -> bytes | None:
        """The message where only a digest is claimed, None if a digest is not enough."""
        signs = self.format._proof.signs
        if signs == "digest":
            return hashed
        if signs == "hex":
            return hashed.hex().encode("ascii")
        return b"sha256:" + hashed.hex().encode("ascii") if signs == "prefixed" else None

    def id_text(self, event_id: EventId) -> str:
        """An id as an element states it (FORMAT-10)."""
        return event_id if self._prefixed else event_id[7:]

    def claimed_digest(self, text: str) -> bytes | None:
        """The digest that a claimed id states, None where it is not in ``id_text``."""
        return event_id_digest(text) if self._prefixed else hex_bytes(text, 32)

    def raw_signature(self, text: str) -> bytes | None:
        """The 64 bytes of a signature, None where it is not in ``signature_text``."""
        form = self.format._proof.signature_text
        if form == "base64":
            return base64_bytes(text, SIGNATURE_BYTES)
        return (
            base64url_bytes(text, SIGNATURE_BYTES)
            if form == "base64url"
            else hex_bytes(text, SIGNATURE_BYTES)
        )

    def payload_hash_fault(self, reading: Reading, content: SignedContent) -> Fault | None:
        """The fault of ``payload_sha256``: ``encoding``, or ``hash_mismatch`` (FORMAT-4)."""
        if reading.payload_sha256 is None:
            return None
        claimed = digest_of(reading.payload_sha256)
        if claimed is None:
            detail = "must be 64 lower-case hex digits, with or without sha256: before them"
            return Fault("encoding", detail, self.pointers["payload_sha256"])
        body = self.format._body
        if claimed == digest(escaped(wrapped(content.payload, body.payload_wrapper), body.escape)):
            return None
        return Fault(
            "hash_mismatch", "the payload is not the one whose hash is signed", self.pointers["payload"]
        )

    def signer(self, reading: Reading) -> Object:
        """The signer as a state shows it (FORMAT-5)."""
        if self._signer is None:
            return {"signer_id": reading.signer_id}
        path, excluded = self._signer
        signer = cast("Object", value_at(reading.base, path))
        return without(signer, excluded) if excluded else signer

    def unsigned(self, element: Object) -> tuple[str, ...]:
        """The pointers of the members that no signature covers, sorted (EVT-5)."""
        return self._unsigned(element)


def _pointers(event_format: EventFormat) -> dict[str, str]:
    """The pointers of the roles that a document places in the element."""
    body, proof = event_format._body, event_format._proof
    roles = {name: role for name, role in body.roles.items() if not isinstance(role, Constant)}
    roles.update(proof.roles)
    if not isinstance(proof.key_id, Constant):
        roles["key_id"] = proof.key_id[-1]
    return {name: pointer([*path]) for name, path in roles.items()}


def _plan_of(event_format: EventFormat, key_paths: tuple[Path, ...]) -> Plan:
    """The plan of everything that decides reading whether or not the element is signed (FORMAT-8)."""
    body, proof = event_format._body, event_format._proof
    kinds: list[tuple[Path, JsonType]] = [(body.base, "object"), *body.required.items()]
    kinds += [(path[:-1], "object") for path in body.excluded]
    for name, role in body.roles.items():
        if not isinstance(role, Constant):
            kinds.append((role, body.json_type(name)))
    # A document may state a constant twice, in body and in proof: both are required.
    constants = [*body.constants.items()]
    kinds += [(path, "string") for path in key_paths if region(path, body.base, body.excluded) == "inside"]
    constants += [
        (path, value)
        for path, value in proof.constants.items()
        if region(path, body.base, body.excluded) == "inside"
    ]
    return Plan(kinds, constants)


def _grouped(
    paths: list[Path], is_inside: Callable[[Path], bool], start: int
) -> tuple[list[_Group], dict[Path, int]]:
    """Paths by their parent, and the index that each value gets from ``start`` on."""
    by_parent: dict[tuple[Path, bool], list[Path]] = {}
    for path in paths:
        # Inside the content a token never indexes an array.
        by_parent.setdefault((path[:-1], not is_inside(path)), []).append(path)
    index = {
        path: start + at for at, path in enumerate(path for group in by_parent.values() for path in group)
    }
    groups: list[_Group] = []
    for (parent, lists), group in by_parent.items():
        tokens = tuple(path[-1] for path in group)
        groups.append((parent, lists, tokens, getter(tokens)))
    return groups, index


@lru_cache(maxsize=256)
def reader_of(event_format: EventFormat) -> FormatReader:
    """The compiled reader of a format."""
    return FormatReader(event_format)
