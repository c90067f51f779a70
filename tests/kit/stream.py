"""A fixed stream of choices, and events by the thousand for benchmarks.

The stream is SHA-256 over a seed and a counter, so that another language can repeat it:
block i is SHA-256(seed text, ``/``, i in decimal), its first 8 bytes a big-endian integer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from kit import payloads
from kit.payloads import attached
from kit.signing import AUTHOR, DEMO, MIRROR, Json, bundle, pith_number, receipt

T = TypeVar("T")

#: Events per part: the default limit of one bundle.
PART: Final = 5_000
# Hex digits as characters of base32, which has no 0, 1, 8 and 9.
_BASE32: Final = str.maketrans("0189", "GHIJ")


class Stream:
    """Choices that depend on nothing but the seed and how many were made before."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._next = 0

    def integer(self) -> int:
        """The next number, 0 to 2**64 - 1."""
        block = hashlib.sha256(f"{self._seed}/{self._next}".encode()).digest()
        self._next += 1
        return int.from_bytes(block[:8], "big")

    def below(self, bound: int) -> int:
        """The next number modulo ``bound``."""
        return self.integer() % bound

    def choice(self, options: Sequence[T]) -> T:
        """The next choice."""
        return options[self.below(len(options))]

    def hex(self, characters: int) -> str:
        """The next digits of a hash, at most 64."""
        return hashlib.sha256(self.integer().to_bytes(8, "big")).hexdigest()[:characters]


def instant(second: int) -> str:
    """A time in 2026, ``second`` whole seconds after 1 June, below 30 days."""
    minute, s = divmod(second % 2_592_000, 60)
    hour, m = divmod(minute, 60)
    day, h = divmod(hour, 24)
    return f"2026-06-{day + 1:02}T{h:02}:{m:02}:{s:02}Z"


def made_record(seed: int = 0) -> Json:
    """A plausible record, members in the order of a published bundle."""
    stream = Stream(f"record {seed}")
    year, month = 2008 + stream.below(18), 1 + stream.below(12)
    category = stream.choice(("cs.CL", "cs.LG", "hep-lat", "math.CO", "astro-ph.GA"))
    day, hour, minute, second = (low + stream.below(n) for low, n in ((1, 28), (0, 24), (0, 60), (0, 60)))
    return {
        "source": {
            "id": f"{year % 100:02}{month:02}.{stream.below(10_000):04}",
            "kind": "arxiv",
            "version": 1 + stream.below(5),
        },
        "metadata": {
            "license": stream.choice(("", "http://creativecommons.org/licenses/by/4.0/")),
            "primary_cat": category,
            "submitted_at": f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z",
            "cross_cats_sorted": stream.choice(([], ["stat.ML"], ["cs.AI", "stat.ML"])),
            "title_canon_sha256": stream.hex(64),
            "abstract_canon_sha256": stream.hex(64),
        },
        "schema_version": "1.0",
    }


def many_events(record: Json, n_events: int, seed: str = "big") -> Iterator[Json]:
    """``n_events`` valid events of one record: one record_created, then about every tenth takes one back.

    The rest are aliases, citations, claims and findings of three signers, times colliding now
    and then; slots are few, so winners, losers, restatements and conflicts all occur. A signed
    ``sequence`` keeps every body different.
    """
    stream = Stream(f"{seed}/{pith_number(record)}")
    if n_events > 0:
        paid = payloads.record_created(record, receipt(DEMO, record, instant(0)))
        yield attached(DEMO, record, "record_created", paid, instant(0))
    recent = [(DEMO, "sha256:" + "0" * 64)]
    for index in range(1, n_events):
        signer = stream.choice((DEMO, AUTHOR, MIRROR))
        # Whole minutes, so that events of one slot now and then share their instant and conflict.
        when = instant(60 * stream.below(1 + n_events // 60))
        form = stream.below(10)
        if form == 0:
            signer, withdrawn = stream.choice(recent)
            event_type, payload = "event_retracted", payloads.event_retracted(withdrawn)
        elif form < 3:
            event_type, payload = "alias_added", payloads.alias_added("openalex", f"W{index}")
        elif form < 6:
            work = "pith:2026:" + stream.hex(26).upper().translate(_BASE32)
            event_type, payload = "citation", payloads.citation(work, stream.choice(payloads.RELATIONSHIPS))
        elif form < 8:
            orcid = payloads.orcid(stream.below(1 + n_events // 8))
            event_type, payload = "author_claim", payloads.author_claim(orcid)
        else:
            evidence, severity = stream.below(1 + n_events // 8), stream.choice(payloads.SEVERITIES)
            payload = payloads.integrity(record, when, severity=severity, evidence={"ref_index": evidence})
            event_type = "pith.integrity.v1"
        made = attached(signer, record, event_type, payload, when, extra={"sequence": index})
        if form > 0:
            recent = [*recent[-63:], (signer, made["event_id"])]
        yield made


def big_bundle(n_events: int, *, part: int = PART, record: Json | None = None) -> Iterator[Json]:
    """A record's ``n_events`` events as bundles of at most ``part``; the same on every call."""
    about = made_record() if record is None else record
    waiting: list[Json] = []
    for made in many_events(about, n_events):
        waiting.append(made)
        if len(waiting) == part:
            yield bundle(about, waiting)
            waiting = []
    if waiting or n_events == 0:
        yield bundle(about, waiting)
