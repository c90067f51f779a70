"""The verdict of one reading: an element under one format of the policy (spec CHECK-14, EVT-8, FORMAT-5).

The checks are made in the order of CHECK-14, those of a key for each candidate by raw key. The
key comes first, so that nobody is accused under a key that is not in the policy.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from pithbundle.bundle.event import LIMIT_CODES, SignedContent
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1, AnyFormat, EventFormat
from pithbundle.bundle.event_format_document import Constant
from pithbundle.bundle.event_meaning import MeaningReader
from pithbundle.bundle.event_pointers import Found
from pithbundle.bundle.event_reader import FormatReader, reader_of
from pithbundle.bundle.event_reading import Reading
from pithbundle.bundle.flat_event import FlatReading
from pithbundle.bundle.reader import subject_fault
from pithbundle.bundle.record import Record
from pithbundle.encoding.spellings import hex_bytes
from pithbundle.encoding.values import Object
from pithbundle.errors import Fault
from pithbundle.newtypes import Instant
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.signatures import (
    ALGORITHM,
    ClaimedSignature,
    Signatures,
    right_lacking,
    unknown_key_id,
)
from pithbundle.verify.verdicts import (
    STEP_ALGORITHM,
    STEP_ENCODING,
    STEP_FORM,
    STEP_FORMAT,
    STEP_ID,
    STEP_KEY,
    STEP_MEANING,
    STEP_RIGHT,
    STEP_SIGNATURE,
    STEP_SIGNED,
    STEP_SUBJECT,
    STEP_UNBOUND,
    STEP_VALID,
    Claim,
    Verdict,
)

VERIFIED: Final = Verdict("verified", STEP_VALID)
_UNBOUND: Final = Verdict("unbound", STEP_UNBOUND)
_AMBIGUOUS: Final = Verdict("unbound", STEP_MEANING, Fault("ambiguous", "", ""))
_NOT_SIGNED: Final = Verdict("not_signed", STEP_SIGNED)
_OTHER_FORMAT: Final = Verdict("unknown_format", STEP_FORMAT)
_NO_KEY: Final = "the policy has no key of this signer_id and key_id"


class Judged(NamedTuple):
    """What one reading came to; ``verified`` is replaced by ``unknown_type`` where the type is none."""

    verdict: Verdict
    #: None of the flat shape, like ``reader``.
    reading: Reading | None
    reader: FormatReader | None
    #: None where the reading is not well-formed, or the format is not one of its key.
    content: SignedContent | None = None
    instant: Instant | None = None
    #: The raw signature of a valid event.
    raw: bytes = b""
    key: PolicyKey | None = None
    claim: Claim | None = None
    #: Of the flat shape alone.
    flat: FlatReading | None = None


class _Keys(NamedTuple):
    """CHECK-5: the keys that agree with an element, those that list the format, the fault if none agrees."""

    agreeing: tuple[PolicyKey, ...]
    candidates: tuple[PolicyKey, ...]
    fault: Fault | None = None


class PolicyFormats:
    """The formats of a policy, compiled; shared by all policies with the same formats."""

    __slots__ = ("flat", "meanings", "readers")

    def __init__(self, formats: tuple[AnyFormat, ...]) -> None:
        """Compile the formats, sorted by digest."""
        documents = [one for one in formats if isinstance(one, EventFormat)]
        self.readers = tuple(reader_of(one) for one in documents)
        self.flat = len(documents) < len(formats)
        bodies = {one.body_sha256: one for one in documents if one.is_binding}
        #: The bodies of the formats that bind; none where no two can disagree.
        self.meanings = tuple(MeaningReader(one) for one in bodies.values()) if len(bodies) > 1 else ()

    def is_ambiguous(self, reader: FormatReader, reading: Reading) -> bool:
        """Whether formats that bind give the signed value of an element different meanings (FORMAT-5)."""
        content = reader.content(reading)
        wrapper = reader.format._body.wrapper
        signed_value: Object = content if wrapper is None else {wrapper: content}
        meanings = {meaning.read(signed_value) for meaning in self.meanings}
        return len(meanings - {None}) > 1


@lru_cache(maxsize=64)
def formats_of(formats: tuple[AnyFormat, ...]) -> PolicyFormats:
    """The compiled formats of a policy."""
    return PolicyFormats(formats)


class Judge:
    """Judges readings of the elements of one bundle under one policy."""

    __slots__ = ("_known_keys", "_within_depth", "formats", "number", "policy", "record", "signatures")

    def __init__(self, signatures: Signatures, record: Record, within_depth: bool) -> None:
        self.signatures = signatures
        self.policy: Policy = signatures.policy
        self.record = record
        self.number = str(record.number)
        self.formats = formats_of(self.policy.formats)
        self._within_depth = within_depth
        #: The keys of each name that signed elements state: a few names have all the elements.
        self._known_keys: dict[tuple[FormatReader, str, tuple[Found, ...], str], _Keys] = {}

    @property
    def knows_one_format(self) -> bool:
        """Whether ``pithbundle-event-1`` is all that any key lists: faults of values accuse (FORMAT-14)."""
        # By the digest: another name of the format is the same policy (FORMAT-7).
        ours = {PITHBUNDLE_EVENT_1.sha256}
        return all(key.format_sha256s == ours and not key.lists_unknown for key in self.policy.keys)

    def event(
        self, reader: FormatReader, reading: Reading, contents: dict[str, SignedContent | Fault] | None
    ) -> Judged:
        """The verdict of an element as a format reads it; ``contents`` has what other formats encoded."""
        keys = self._keys_of(reader, reading)
        if keys.fault is None and not keys.candidates:
            return Judged(_OTHER_FORMAT, reading, reader, key=_one(keys.agreeing))
        instant = reader.moment(reading)
        content = reader.form_fault(reading, instant) or self._content(reader, reading, contents)
        # What is well-formed is signed if its signature is a string.
        if keys.fault is not None or type(content) is not SignedContent or type(reading.signature) is not str:
            return self._before_content(reader, reading, keys, content, instant)
        failed, raw, key = self._candidates(reader, reading, content, keys)
        if failed is not None:
            verdict = self._failed(failed, self._may_be_unknown(reader, reading, keys.agreeing))
            return Judged(verdict, reading, reader, content, instant, key=_one(keys.agreeing))
        verdict = VERIFIED
        if not reader.is_binding:
            verdict = _UNBOUND
        elif self.formats.meanings and self.formats.is_ambiguous(reader, reading):
            verdict = _AMBIGUOUS
        # This is made for each event: by _make it takes 0.2 microseconds, by its class 0.6.
        return Judged._make((verdict, reading, reader, content, instant, raw, key, None, None))

    def _before_content(
        self,
        reader: FormatReader,
        reading: Reading,
        keys: _Keys,
        content: SignedContent | Fault,
        instant: Instant | None,
    ) -> Judged:
        """CHECK-5, CHECK-2 and CHECK-1, one of which fails."""
        signed, fault = (None, content) if isinstance(content, Fault) else (content, None)
        if keys.fault is not None:
            verdict = Verdict("unknown_key", STEP_KEY, keys.fault)
            claim = Claim(reading.signer_id, next((one for one in reading.key_ids if type(one) is str), ""))
            return Judged(verdict, reading, reader, signed, instant, claim=claim)
        verdict = _NOT_SIGNED
        if reading.is_signed:
            may_be_unknown = self._may_be_unknown(reader, reading, keys.agreeing)
            verdict = self._failed(Verdict("invalid", STEP_FORM, fault), may_be_unknown)
        return Judged(verdict, reading, reader, signed, instant, key=_one(keys.agreeing))

    def _content(
        self, reader: FormatReader, reading: Reading, contents: dict[str, SignedContent | Fault] | None
    ) -> SignedContent | Fault:
        """What is signed, encoded once for each body (FORMAT-13)."""
        if contents is None:
            return reader.signed_content(reading, within_depth=self._within_depth)
        body = reader.format.body_sha256
        found = contents.get(body)
        if found is None:
            found = contents[body] = reader.signed_content(reading, within_depth=self._within_depth)
        return found

    def _keys_of(self, reader: FormatReader, reading: Reading) -> _Keys:
        """:meth:`_keys`, found once for each name that a signed element states with a fingerprint."""
        fingerprint = reading.fingerprint
        if type(fingerprint) is not str or type(reading.signature) is not str:
            return self._keys(reader, reading)
        name = (reader, reading.signer_id, reading.key_ids, fingerprint)
        found = self._known_keys.get(name)
        if found is None:
            found = self._known_keys[name] = self._keys(reader, reading)
        return found

    def _keys(self, reader: FormatReader, reading: Reading) -> _Keys:
        """CHECK-5: the keys of the policy that an element names."""
        of_signer = self.policy.keys_of_signer(reading.signer_id)
        if not of_signer:
            return _Keys((), (), Fault("key_unknown", _NO_KEY, reader.pointers["signer_id"]))
        constant = reader.format._proof.key_id
        key_id: str | None = None
        if isinstance(constant, Constant):
            key_id = constant.value
        else:
            for at, one in enumerate(reading.key_ids):
                if type(one) is str:
                    if key_id is not None and one != key_id:
                        where = reader.key_id_pointers[at]
                        return _Keys((), (), Fault("key_unknown", "differs from the other key_id", where))
                    key_id = one
        agreeing = of_signer if key_id is None else self.policy.keys_of(reading.signer_id, key_id)
        if not agreeing:
            return _Keys((), (), Fault("key_unknown", _NO_KEY, reader.pointers["key_id"]))
        if type(reading.fingerprint) is str:
            agreeing = tuple([key for key in agreeing if key.fingerprint == reading.fingerprint])
            if not agreeing:
                detail = "not the fingerprint of a key in the policy"
                return _Keys((), (), Fault("key_unknown", detail, reader.pointers["fingerprint"]))
        name = reader.format.sha256
        return _Keys(agreeing, tuple([key for key in agreeing if name in key.format_sha256s]))

    def _may_be_unknown(
        self, reader: FormatReader, reading: Reading, agreeing: tuple[PolicyKey, ...]
    ) -> bool:
        """CHECK-13: whether a key lists ``unknown`` that agrees with all that the element itself states."""
        if any(key.lists_unknown for key in agreeing):
            return True
        # A constant is no statement of the element: it may be an event of another key.
        if reader.format.has_constant_signer:
            # Signed elements state all of their key ids, and those agree.
            keys = self.policy.keys_with_id(str(reading.key_ids[0])) if reading.key_ids else self.policy.keys
        else:
            keys = () if reader.key_id_pointers else self.policy.keys_of_signer(reading.signer_id)
        return any(
            key.lists_unknown
            and (type(reading.fingerprint) is not str or reading.fingerprint == key.fingerprint)
            for key in keys
        )

    def _failed(self, verdict: Verdict, may_be_unknown: bool) -> Verdict:
        """CHECK-13 and FORMAT-14: what a failed check comes to."""
        if may_be_unknown:
            return Verdict("unbound", verdict.step, verdict.fault)
        if verdict.step == STEP_FORM and verdict.code in LIMIT_CODES and not self.knows_one_format:
            return Verdict("unknown_format", verdict.step, verdict.fault)
        return verdict

    def _candidates(
        self, reader: FormatReader, reading: Reading, content: SignedContent, keys: _Keys
    ) -> tuple[Verdict | None, bytes, PolicyKey | None]:
        """CHECK-4 to CHECK-9: the verdict that decides; or None, the raw signature and its key."""
        if reading.subject is not None and reading.subject != self.number:
            wrong = subject_fault(reading.subject, self.record)
            if wrong is not None:
                fault = Fault("subject", wrong, reader.pointers["subject"])
                return Verdict("invalid", STEP_SUBJECT, fault), b"", None
        furthest: Verdict | None = None
        for key in keys.candidates:
            failed, raw = self._one_key(reader, reading, content, key)
            if failed is None:
                return None, raw, key
            if furthest is None or failed.rank < furthest.rank:
                furthest = failed
        return furthest, b"", None

    def _one_key(
        self, reader: FormatReader, reading: Reading, content: SignedContent, key: PolicyKey
    ) -> tuple[Verdict | None, bytes]:
        """CHECK-6 to CHECK-9 under one key: the first verdict that fails, or None and the raw signature."""
        lacking = right_lacking(
            key,
            reading.event_type,
            content.event_id,
        )
        if lacking is not None:
            where = reader.pointers["event_type" if lacking == "key_role" else "key_id"]
            return Verdict("invalid", STEP_RIGHT, Fault(lacking, "", where)), b""
        proof = reader.format._proof
        if reader.algorithm is not None and reading.algorithm != reader.algorithm:
            fault = Fault("algorithm", "", reader.pointers["algorithm"])
            return Verdict("invalid", STEP_ALGORITHM, fault), b""
        other: bytes | None = None
        if type(reading.event_id) is str and reading.event_id != reader.id_text(content.event_id):
            other = reader.claimed_digest(reading.event_id)
            if other is None:
                text = (
                    "sha256: and 64 lower-case hex digits"
                    if proof.id_text == "prefixed"
                    else "64 lower-case hex digits"
                )
                fault = Fault("encoding", f"must be {text}", reader.pointers["event_id"])
                return Verdict("invalid", STEP_ENCODING, fault), b""
        raw = reader.raw_signature(str(reading.signature))
        if raw is None:
            detail = f"a signature is 64 bytes in {_TEXTS[proof.signature_text]}"
            return Verdict(
                "invalid", STEP_ENCODING, Fault("encoding", detail, reader.pointers["signature"])
            ), b""
        claimed = reading.payload_sha256
        wrong = None if claimed is None else reader.payload_hash_fault(claimed, content)
        if wrong is not None:
            step = STEP_ENCODING if wrong.code == "encoding" else STEP_ID
            return Verdict("invalid", step, wrong), b""
        genuine = self.signatures.valid(key, reader.message(content), raw)
        if other is not None:
            return self._mismatch(reader, genuine, key, other, raw, content), b""
        if not genuine:
            return Verdict(
                "invalid", STEP_SIGNATURE, Fault("signature_invalid", "", reader.pointers["signature"])
            ), b""
        return None, raw

    def _mismatch(
        self,
        reader: FormatReader,
        genuine: bool,
        key: PolicyKey,
        claimed: bytes,
        raw: bytes,
        content: SignedContent,
    ) -> Verdict:
        """CHECK-3 failed: say which content the signature is for."""
        message = reader.message_of_digest(claimed)
        if genuine:
            detail = f"the content is genuine; the claimed id is not its id, {content.event_id}"
        elif message is not None and self.signatures.valid(key, message, raw):
            detail = (
                "the signature is genuine, but for other content: this element was altered; "
                f"its id is {content.event_id}"
            )
        else:
            detail = (
                "no genuine signature, neither for this content nor for the claimed id; its id is "
                f"{content.event_id}"
            )
        return Verdict("invalid", STEP_ID, Fault("hash_mismatch", detail, reader.pointers["event_id"]))

    def flat(self, reading: FlatReading) -> Judged:
        """The verdict of an element of the flat shape: unbound at best (EVT-8)."""
        keys = self.policy.keys_with_id(reading.signing_key_id)
        if not keys:
            verdict = Verdict("unknown_key", STEP_KEY, unknown_key_id("/signing_key_id"))
            return Judged(verdict, None, None, claim=Claim("", reading.signing_key_id), flat=reading)
        candidates = [key for key in keys if "integrity-1" in key.format_sha256s]
        if not candidates:
            return Judged(_OTHER_FORMAT, None, None, flat=reading)
        if reading.signature is None:
            return Judged(_NOT_SIGNED, None, None, flat=reading)
        failed, key = self._flat_failure(reading, candidates)
        may_be_unknown = any(one.lists_unknown for one in keys)
        verdict = _UNBOUND if failed is None else self._failed(failed, may_be_unknown)
        return Judged(verdict, None, None, key=key, flat=reading)

    def _flat_failure(
        self, reading: FlatReading, candidates: list[PolicyKey]
    ) -> tuple[Verdict | None, PolicyKey | None]:
        """EVT-8, 4 to 7: the verdict of the first that fails, or None and the key that signed."""
        if reading.fault is not None:
            return Verdict("invalid", STEP_FORM, reading.fault), None
        if reading.payload.get("arxiv_id") != self.record.source_id:
            fault = Fault("subject", "arxiv_id is not the record's source.id", "/payload/arxiv_id")
            return Verdict("invalid", STEP_SUBJECT, fault), None
        claimed = hex_bytes(reading.payload_sha256, 32)
        if claimed is None:
            fault = Fault("encoding", "must be 64 lower-case hex digits", "/payload_sha256")
            return Verdict("invalid", STEP_ENCODING, fault), None
        signature = ClaimedSignature(
            reading.signing_key_id, "/signing_key_id", reading.event_type, ALGORITHM, str(reading.signature)
        )
        attempt = self.signatures.attempt(signature, candidates)
        key = self.signatures.verifies(attempt, claimed)
        return (attempt.failed if key is None else None), key


_TEXTS: Final = {
    "base64": "padded standard base64, 88 characters",
    "base64url": "base64url without padding, 86 characters",
    "hex": "128 lower-case hex digits",
}


def _one(keys: tuple[PolicyKey, ...]) -> PolicyKey | None:
    """The one key that an element can name; with several it is not known which."""
    return keys[0] if len(keys) == 1 else None
