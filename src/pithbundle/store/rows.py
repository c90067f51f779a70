"""What the index has of records and of damage, as values (spec STORE-11)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordRow:
    """What the index states of a record; :meth:`Store.record` computes it from the bundles."""

    suffix: str
    pith_number: str
    #: The digests of what is served, in hex (STORE-10).
    canonical_sha256: str
    events_sha256: str
    state_sha256: str
    unverified_sha256: str
    #: The leaf digest: 32 hex digits.
    leaf: str
    #: The number of valid events, over all entries.
    valid: int
    #: The number of unverified elements in what is served.
    unverified: int
    #: The name of the entry that is served; empty for an export (STORE-8).
    served: str
    #: The state of the valid events of all entries that are kept (STATE-1).
    state: bytes


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The row of a record, and what is listed of it."""

    row: RecordRow
    #: Id, type, time and signer of each valid event.
    events: tuple[tuple[str, str, str, str], ...]
    #: Kind and value of each alias.
    aliases: tuple[tuple[str, str], ...]
    #: Event id, citing work and relationship of each citation.
    citations: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a segment that are no entry."""

    area: str
    segment: str
    offset: int
    length: int
    reason: str
    #: Of the bundle that they were, if its head can be read.
    suffix: str
    sha256: str
