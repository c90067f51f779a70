"""Receipts: signatures over the record itself, checked for the report (spec RCPT-1 to RCPT-4).

Anybody can write receipts into a bundle by the thousand, and each could cost a signature
check for every key of its key_id. So the receipts of elements that are not a valid
``record_created`` are collected first, and of those that need a signature check only the
ones of the 16 smallest (key_id, signature) pairs get it.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final, NamedTuple

from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import digest, encode
from pithbundle.encoding.values import Value
from pithbundle.errors import Fault
from pithbundle.newtypes import EventId
from pithbundle.verify.policy import PolicyKey
from pithbundle.verify.signatures import Attempt, ClaimedSignature, Signatures, unknown_key_id
from pithbundle.verify.verdicts import (
    STEP_FORM,
    STEP_KEY,
    STEP_SIGNATURE,
    STEP_SIGNED,
    STEP_VALID,
    ReceiptVerdict,
    Verdict,
    receipt_verdict,
)

KIND: Final = "pith_receipt"
#: The event type whose payload has a receipt by its kind (KIND-3).
CARRIER: Final = "record_created"
#: The distinct receipts that are checked of elements that are not a valid record_created (RCPT-4).
MAX_UNVERIFIED: Final = 16

_VERIFIED: Final = Verdict("verified", STEP_VALID)
_NOT_CHECKED: Final = Verdict("not_checked", STEP_SIGNATURE)


class Receipt(NamedTuple):
    """A receipt as an element contains it; its value may be anything."""

    value: Value
    #: The pointer in the element.
    pointer: str
    #: The index of the element.
    element: int
    event_id: EventId | None


class _Open(NamedTuple):
    """A receipt whose verdict needs a signature check."""

    receipt: Receipt
    key_id: str
    text: str
    attempt: Attempt


def receipt_at(event_type: Value, payload: Value) -> tuple[Value] | None:
    """The receipt in a payload, in a tuple since it may be any value; None where there is none (RCPT-4)."""
    if type(payload) is not dict or "receipt" not in payload:
        return None
    claimed = payload["receipt"]
    if event_type == CARRIER or (type(claimed) is dict and claimed.get("kind") == KIND):
        return (claimed,)
    # What another type calls a receipt is its own business.
    return None


class Receipts:
    """The receipts of one bundle, in the order of its elements."""

    __slots__ = ("_found", "_record", "_signatures")

    def __init__(self, signatures: Signatures, record: Record) -> None:
        self._signatures = signatures
        self._record = record
        self._found: list[ReceiptVerdict | _Open] = []

    def check(self, receipt: Receipt) -> bool:
        """Check the receipt of a valid ``record_created`` and return whether it is verified."""
        found = self._read(receipt)
        checked = self._verdict(found) if isinstance(found, _Open) else found
        self._found.append(checked)
        return checked.verdict.status == "verified"

    def collect(self, receipt: Receipt) -> None:
        """Take up the receipt of another element."""
        self._found.append(self._read(receipt))

    def verdicts(self) -> tuple[ReceiptVerdict, ...]:
        """The verdicts of all receipts, in the order of the elements (RCPT-2, RCPT-4)."""
        pairs = {(found.key_id, found.text) for found in self._found if isinstance(found, _Open)}
        chosen = set(sorted(pairs)[:MAX_UNVERIFIED])
        return tuple(self._decided(found, chosen) for found in self._found)

    def _decided(self, found: ReceiptVerdict | _Open, chosen: Set[tuple[str, str]]) -> ReceiptVerdict:
        if isinstance(found, ReceiptVerdict):
            return found
        if (found.key_id, found.text) in chosen:
            return self._verdict(found)
        return _made(found.receipt, _NOT_CHECKED, found.key_id)

    def _verdict(self, found: _Open) -> ReceiptVerdict:
        key = self._signatures.verifies(found.attempt, self._record.sha256)
        verdict = found.attempt.failed if key is None else _VERIFIED
        return _made(found.receipt, verdict, found.key_id, key)

    def _read(self, receipt: Receipt) -> ReceiptVerdict | _Open:
        """The verdict of a receipt if it needs no signature check, else what is left to do (RCPT-2)."""
        claimed = receipt.value
        if type(claimed) is not dict:
            return _made(receipt, _wrong("a receipt must be an object", ""), None)
        if claimed.get("kind") != KIND:
            return _made(receipt, _wrong(f'must be "{KIND}"', "/kind"), None)
        key_id, text = claimed.get("key_id"), claimed.get("signature_b64")
        if type(key_id) is not str:
            return _made(receipt, _wrong("must be a string", "/key_id"), None)
        keys = self._signatures.policy.keys_with_id(key_id)
        if not keys:
            verdict = Verdict("unknown_key", STEP_KEY, unknown_key_id("/key_id"))
        elif text is None:
            verdict = Verdict("not_signed", STEP_SIGNED)
        elif type(text) is not str:
            verdict = _wrong("must be a string", "/signature_b64")
        else:
            signature = ClaimedSignature(key_id, "/key_id", CARRIER, claimed.get("algorithm"), text)
            attempt = self._signatures.attempt(signature, keys)
            if attempt.keys:
                return _Open(receipt, key_id, text, attempt)
            verdict = attempt.failed
        return _made(receipt, verdict, key_id)


def _made(
    receipt: Receipt, verdict: Verdict, key_id: str | None, key: PolicyKey | None = None
) -> ReceiptVerdict:
    return receipt_verdict(
        verdict,
        receipt.event_id,
        receipt.element,
        key_id,
        key,
        receipt.pointer,
        digest(encode(receipt.value)),
    )


def _wrong(detail: str, pointer: str) -> Verdict:
    return Verdict("invalid", STEP_FORM, Fault("type", detail, pointer))
