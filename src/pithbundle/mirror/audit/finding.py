"""The file of a finding: what was found, and the bytes and exchanges that show it (spec AUDIT-11).

One file is one finding. It is self-contained, so that it can be sent to somebody else, and canonical, so that
two copies of it are equal. Whoever receives one believes nothing of it: see
:mod:`pithbundle.mirror.audit.recheck`.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast, get_args

from pithbundle.bundle.number import is_suffix
from pithbundle.encoding.canonical import encode, encode_canonical
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.timestamps import is_submitted_at
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import FindingError, InputError
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.shares import mirror_digest
from pithbundle.mirror.audit.words import REPORTED, WORDS, Evidence, Word
from pithbundle.verifier import Verifier
from pithbundle.wording import plural

if TYPE_CHECKING:
    # Checking a finding needs no network and so not the extra of the client.
    from pithbundle.net.exchange import Exchange

FINDING_TYPE: Final = "pithbundle_mirror_finding"
FINDING_VERSION: Final = "1"
#: Bytes of a finding at most: a few bodies of the largest size in base64.
FINDING_BYTES: Final = 64 << 20
#: Documents of a finding, and ids in it, at most.
MAX_DOCUMENTS: Final = 300
MAX_IDS: Final = 5_000
_LIMITS: Final = Limits(size=FINDING_BYTES, string=24 << 20, nodes=400_000)

#: Documents of a finding are dropped, the last ones first, until they have at most so many bytes as they are
#: written: ids and texts have the rest.
_MOST_BYTES: Final = FINDING_BYTES - (2 << 20)

#: What a document is. ``genuine`` is a bundle of the reader's own, with valid events that the mirror lacks or
#: altered; ``proof`` and ``contradiction`` are evidence of their own formats; everything else was received.
Role: TypeAlias = Literal[
    "bundle", "state", "head", "digests", "response", "genuine", "proof", "contradiction"
]
_ROLES: Final = frozenset(get_args(Role))
#: Roles of what was made here; files of digests have a name by which everybody finds them.
_WITHOUT_EXCHANGE: Final = frozenset({"genuine", "proof", "contradiction", "digests"})
_OWN: Final = _WITHOUT_EXCHANGE - {"digests"}
_HEX: Final = re.compile("[0-9a-f]{64}").fullmatch
_MEMBERS: Final = frozenset(
    {
        "finding_type", "finding_version", "word", "evidence", "mirror", "suffix", "rules", "policy_sha256",
        "ids", "code", "message", "documents", "found_at",
    }
)  # fmt: skip
#: The members of an exchange and their types (NET-16).
_EXCHANGE: Final[dict[str, tuple[type, ...]]] = {
    "url": (str,), "redirects": (list,), "address": (str,), "certificate_sha256": (str, type(None)),
    "tls": (str, type(None)), "status": (int,), "headers": (list,), "body_bytes": (int,),
    "body_sha256": (str,), "raw_bytes": (int,), "started_at": (str,), "ended_at": (str,), "attempts": (int,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FindingDocument:
    """Bytes of a finding, and the exchange in which they were received."""

    role: Role
    body: bytes
    #: As :meth:`Exchange.to_value` returns it; None of what was made here, and of a file of the digests whose
    #: content has its name.
    exchange: Object | None = None

    def to_value(self) -> Object:
        """Return it as JSON."""
        text = b2a_base64(self.body, newline=False).decode("ascii")
        return {"role": self.role, "exchange": self.exchange, "body_b64": text}

    @property
    def written_bytes(self) -> int:
        """The bytes that it has in a finding: header fields are a mirror's choice too."""
        return len(encode({"exchange": self.exchange, "role": self.role})) + len(self.body) * 4 // 3

    def __repr__(self) -> str:
        return f"FindingDocument({self.role}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a mirror, with its evidence (AUDIT-11). A claim of its writer until it is checked."""

    word: Word
    #: The class that its writer states (AUDIT-2).
    evidence: Evidence
    mirror: str
    #: Empty if it is of the mirror as a whole.
    suffix: str
    rules: str
    policy_sha256: str
    ids: tuple[str, ...]
    code: str
    message: str
    documents: tuple[FindingDocument, ...]
    #: When, as ``YYYY-MM-DDTHH:MM:SSZ``, by the clock of the reader.
    found_at: str

    def __repr__(self) -> str:
        return f"Finding({self.word}, {self.mirror!r:.60}, {self.suffix}, documents={len(self.documents)})"

    def bodies(self, role: Role) -> list[bytes]:
        """The bytes of the documents of a role, in their order."""
        return [one.body for one in self.documents if one.role == role]

    def to_bytes(self) -> bytes:
        """Return the file: canonical bytes."""
        return encode_canonical(
            {
                "finding_type": FINDING_TYPE,
                "finding_version": FINDING_VERSION,
                "word": self.word,
                "evidence": self.evidence,
                "mirror": self.mirror,
                "suffix": self.suffix,
                "rules": self.rules,
                "policy_sha256": self.policy_sha256,
                "ids": [*self.ids],
                "code": self.code,
                "message": portable(self.message),
                "documents": [one.to_value() for one in self.documents],
                "found_at": self.found_at,
            }
        )


def received(role: Role, exchange: Exchange) -> FindingDocument:
    """The document of an exchange; texts of the server get the form of the data model (ERR-1)."""
    headers: list[Value] = [[portable(name), portable(value)] for name, value in exchange.headers]
    return FindingDocument(role, exchange.body, {**exchange.to_value(), "headers": headers})


def finding_name(key: Iterable[str]) -> str:
    """The name of the file of a finding, which follows from what was found and not from when (AUDIT-12)."""
    parts = [*key]
    base, suffix, word = parts[0], parts[1] or "mirror", parts[2]
    # 128 bits: ids are the mirror's choice, and of 64 it makes two findings of one name in hours.
    return f"{word}-{suffix}-{mirror_digest(base)}-{sha256(encode([*parts])).hexdigest()[:32]}.json"


def finding_of(
    found: Found, documents: Sequence[FindingDocument], verifier: Verifier, found_at: str
) -> Finding:
    """Return the finding of what was found, cut to what it may have; the message states what is left out."""
    kept = [*documents[:MAX_DOCUMENTS]]
    sizes = [one.written_bytes for one in kept]
    while sum(sizes) > _MOST_BYTES:
        kept.pop()
        sizes.pop()
    message = found.message[:1_000]
    if len(kept) < len(documents):
        cut = plural(len(documents) - len(kept), "document")
        message = f"{message}; a finding has no room for {cut} of {len(documents)}"
    return Finding(
        word=found.word,
        evidence=found.evidence,
        mirror=found.mirror,
        suffix=found.suffix,
        rules=verifier.rules.name,
        policy_sha256=verifier.policy.sha256,
        ids=found.ids[:MAX_IDS],
        code=found.code,
        message=message,
        documents=tuple(kept),
        found_at=found_at,
    )


def read_finding(data: bytes) -> Finding:
    """Read a finding strictly; nothing of it is believed yet (AUDIT-11).

    Raises:
        FindingError: ``version``: it is of another version. ``finding``: it is not in its form, or a body is
            not the one of its exchange.
    """
    try:
        value = parse_json(data, _LIMITS)
    except InputError as error:
        raise _error("", error.fault.message) from error
    if type(value) is not dict or value.get("finding_type") != FINDING_TYPE:
        raise _error("/finding_type", f'finding_type must be "{FINDING_TYPE}"')
    if value.get("finding_version") != FINDING_VERSION:
        detail = f'finding_version must be "{FINDING_VERSION}"'
        raise FindingError("version", detail, pointer="/finding_version", clause="AUDIT-11")
    if value.keys() != _MEMBERS:
        raise _error("", "a finding has the members of AUDIT-11 and no others")
    found = Finding(documents=_documents(value["documents"]), ids=_ids(value["ids"]), **_texts(value))
    if found.to_bytes() != data:
        raise _error("", "the bytes are not the canonical ones of the same members")
    return found


def _texts(value: Object) -> dict[str, Any]:
    """The members that are strings, each checked."""
    found: dict[str, Any] = {}
    for name in sorted(_MEMBERS - {"finding_type", "finding_version", "documents", "ids"}):
        text = value[name]
        if type(text) is not str or len(text) > 4_096:
            raise _error(f"/{name}", f"{name} must be a string of at most 4096 characters")
        found[name] = text
    word = found["word"]
    if word not in REPORTED:
        raise _error("/word", "no word of which there are findings")
    if found["evidence"] not in WORDS[cast("Word", word)].evidence:
        raise _error("/evidence", f"no class that the evidence of {word} can have")
    if found["suffix"] and not is_suffix(found["suffix"]):
        raise _error("/suffix", "not the suffix of a Pith Number")
    if not _HEX(found["policy_sha256"]):
        raise _error("/policy_sha256", "not a SHA-256 in hex")
    if not is_submitted_at(found["found_at"]):
        raise _error("/found_at", "not a time of the form YYYY-MM-DDTHH:MM:SSZ")
    return found


def _ids(value: Value) -> tuple[str, ...]:
    if type(value) is not list or len(value) > MAX_IDS:
        raise _error("/ids", f"ids must be a list of at most {MAX_IDS} strings")
    found = []
    for one in value:
        if type(one) is not str or len(one) > 128:
            raise _error("/ids", "an id is a string of at most 128 characters")
        found.append(one)
    return tuple(found)


def _documents(value: Value) -> tuple[FindingDocument, ...]:
    if type(value) is not list or len(value) > MAX_DOCUMENTS:
        raise _error("/documents", f"documents must be a list of at most {MAX_DOCUMENTS}")
    return tuple(_document(one, f"/documents/{at}") for at, one in enumerate(value))


def _document(value: Value, pointer: str) -> FindingDocument:
    if type(value) is not dict or value.keys() != {"role", "exchange", "body_b64"}:
        raise _error(pointer, "a document has the members role, exchange and body_b64 and no others")
    role, exchange, text = value["role"], value["exchange"], value["body_b64"]
    if type(role) is not str or role not in _ROLES:
        raise _error(f"{pointer}/role", "no role of a document")
    if type(text) is not str:
        raise _error(f"{pointer}/body_b64", "body_b64 must be a string")
    try:
        body = a2b_base64(text, strict_mode=True)
    except ValueError:
        raise _error(f"{pointer}/body_b64", "body_b64 is not base64") from None
    if role in _OWN and exchange is not None:
        raise _error(f"{pointer}/exchange", f"a document of the role {role} was not received")
    if role in _WITHOUT_EXCHANGE and exchange is None:
        return FindingDocument(cast("Role", role), body)
    return FindingDocument(cast("Role", role), body, _exchange(exchange, body, f"{pointer}/exchange"))


def _exchange(value: Value, body: bytes, pointer: str) -> Object:
    """The exchange of a document: its members, their types, and the body that it states."""
    if type(value) is not dict or value.keys() != _EXCHANGE.keys():
        raise _error(pointer, "an exchange has the members of NET-16 and no others")
    for name, types in _EXCHANGE.items():
        if type(value[name]) not in types:
            raise _error(f"{pointer}/{name}", f"{name} is not of its type")
    if (value["body_bytes"], value["body_sha256"]) != (len(body), sha256(body).hexdigest()):
        raise _error(pointer, "the body is not the one of the exchange")
    return value


def _error(pointer: str, detail: str) -> FindingError:
    return FindingError("finding", detail, pointer=pointer, clause="AUDIT-11")
