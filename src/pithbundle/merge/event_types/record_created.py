"""record_created: the registry made this record; contains its receipt (spec KIND-3)."""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object
from pithbundle.merge.entries import Entry
from pithbundle.merge.rule_sets import RECEIPT, EventType
from pithbundle.merge.schema import an_object, sha256_hex


@dataclass(frozen=True, slots=True, repr=False)
class Receipt(Entry):
    """The verified receipt of the current record_created."""

    canonical_sha256: str

    @property
    def receipt(self) -> Object:
        """The receipt as signed, decoded each time."""
        receipt = self.payload["receipt"]
        return receipt if type(receipt) is dict else {}


def _receipt_string(payload: Object) -> tuple[str, ...]:
    return (encode(payload["receipt"]).decode(),)


def _is_this_record(payload: Object, record: Record) -> str | None:
    if payload["canonical_sha256"] != record.hex:
        return "hash_mismatch"
    # Canonical bytes, not ==: in Python 1, 1.0 and true are equal.
    return None if encode(payload["canonical_record"]) == record.canonical else "hash_mismatch"


EVENT_TYPE = EventType(
    event_type="record_created",
    target="record",
    section=RECEIPT,
    select="first",
    members={"canonical_record": an_object, "canonical_sha256": sha256_hex, "receipt": an_object},
    entry=Receipt,
    match=_is_this_record,
    keeps=_receipt_string,
)
