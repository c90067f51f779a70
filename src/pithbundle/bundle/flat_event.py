"""The flat shape of integrity.json (spec EVT-7): the format ``integrity-1``, which is no document.

How its digest is made is unknown, so it is listed by ``payload_sha256`` and never merged.
"""

from __future__ import annotations

from typing import NamedTuple, cast

from pithbundle.bundle.event_plan import Plan
from pithbundle.encoding.spellings import hex_bytes
from pithbundle.encoding.timestamps import instant
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import Fault

_NAMES = ("event_type", "payload_sha256", "signing_key_id", "payload", "created_at")
_PLAN = Plan(
    [
        (("created_at",), "string"),
        (("event_id",), "integer"),
        (("event_type",), "string"),
        (("payload",), "object"),
        (("payload_sha256",), "string"),
        (("signing_key_id",), "string"),
    ]
)


class FlatReading(NamedTuple):
    """An element of the flat shape; nothing in it is verified."""

    event_type: str
    payload_sha256: str
    signing_key_id: str
    payload: Object
    #: None where it is absent or ``null``.
    signature: Value
    #: The first fault of its form (EVT-8, 4).
    fault: Fault | None

    @property
    def listed_id(self) -> str | None:
        """The id under which a well-formed one is listed, None where the claimed digest is none."""
        return self.payload_sha256 if self.fault is None and hex_bytes(self.payload_sha256, 32) else None


def read_flat(element: Object) -> FlatReading | None:
    """The element as ``integrity-1`` reads it, or None where it does not (FORMAT-8)."""
    values = _PLAN.read(element)
    if values is None:
        return None
    fields = {name: values[_PLAN.index((name,))] for name in _NAMES}
    signature = element.get("signature_b64")
    fault = None
    if signature is not None and type(signature) is not str:
        fault = Fault("type", "must be a string, null or absent", "/signature_b64")
    elif instant(cast("str", fields["created_at"])) is None:
        fault = Fault("time", "created_at is not a time of the accepted grammar", "/created_at")
    return FlatReading(
        cast("str", fields["event_type"]), cast("str", fields["payload_sha256"]),
        cast("str", fields["signing_key_id"]), cast("Object", fields["payload"]), signature, fault,
    )  # fmt: skip
