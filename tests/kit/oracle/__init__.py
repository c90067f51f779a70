"""The oracle: the merge written a second time, from the specification and without the package.

:mod:`kit.oracle.schema` decides whether a valid event conforms, :mod:`kit.oracle.state` computes the
state of a set of valid events, :mod:`kit.oracle.history` its trace and timeline. Each
function searches the whole list and keeps no index: slow, and easy to compare with the clauses.
"""

from __future__ import annotations

from kit.oracle.history import change, timeline, trace
from kit.oracle.schema import EVENT_TYPES, derived_aliases, id_of, instant, order, schema_error, signer
from kit.oracle.state import (
    DECIDING,
    NAME,
    effect,
    equivocations_of,
    events_sha256,
    missing,
    retracted,
    slot,
    state_of,
    state_sha256,
    to_bytes,
)

__all__ = [
    "DECIDING", "EVENT_TYPES", "NAME", "change", "derived_aliases", "effect", "equivocations_of",
    "events_sha256", "id_of", "instant", "missing", "order", "retracted", "schema_error", "signer",
    "slot", "state_of", "state_sha256", "timeline", "to_bytes", "trace",
]  # fmt: skip
