"""Hypothesis strategies: values, records, events and bundles, built compatible and never filtered.

``event_sets`` draws what one record may carry: events of several signers, with colliding
instants, few slots, retractions that name events of the set or none, checkpoints and
unknown types. ``arrangements`` and ``partitions`` draw ways to deliver a set, ``junk`` what
may be in ``events`` with it.
"""

from __future__ import annotations

import calendar
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    MIRROR,
    UNKNOWN_SIGNER,
    Json,
    Signer,
    attached,
    bundle,
    decorated,
    event,
    flat_event,
    pith_number,
    policy,
    policy_key,
    receipt,
    to_json,
)
from kit import payloads as fixtures
from kit.formats import FAMILY, renamed
from kit.tampered import ALTERED, OTHER_NUMBER

T = TypeVar("T")

#: Text that a terminal, a page, a sorter or another language's reader may trip over.
HOSTILE: Final = (
    "",
    " ",
    "__proto__",
    "constructor",
    "10",
    "9",
    "é",
    "e\u0301",
    "\u202ereversed\u202c",
    "zero\u200bwidth\ufeff",
    "\x1b[2K\x1b[32mverified\x1b[0m",
    "line\nverified: all 3 events",
    "\r\x08\x7f\x85\u2028\u2029",
    "<script>alert(1)</script>",
    '"; DROP TABLE events; --',
    "=HYPERLINK(1)",
    "../../etc/passwd",
    "%s%n{0}",
    "\ud7ff\ue000\uffef",
    "𐀀 after \ufffd",
    "👩\u200d🔬",
    "\U000e0041",
    "Ω" * 200,
)

# U+0000 and the 66 non-characters; surrogates are outside UTF-8 already.
_REJECTED: Final = (
    "\0"
    + "".join(map(chr, range(0xFDD0, 0xFDF0)))
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
)


@cache
def texts(max_size: int = 20) -> st.SearchStrategy[str]:
    """Texts of the data model, hostile ones among them."""
    alphabet = st.characters(codec="utf-8", exclude_characters=_REJECTED)
    return st.one_of(st.sampled_from(HOSTILE), st.text(alphabet, max_size=max_size))


@cache
def keys() -> st.SearchStrategy[str]:
    """Member names of the data model: at most 256 bytes, nothing from U+D800 up."""
    alphabet = st.characters(codec="utf-8", exclude_characters="\0", max_codepoint=0xD7FF)
    odd = ("__proto__", "constructor", "toString", "10", "9", "", "é", "e\u0301", "k" * 256, "\ud7ff" * 85)
    return st.one_of(st.sampled_from(odd), st.text(alphabet, max_size=20))


@cache
def integers() -> st.SearchStrategy[int]:
    """Integers of the data model."""
    return st.integers(-(2**53) + 1, 2**53 - 1)


@st.composite
def portable_floats(draw: st.DrawFn) -> float:
    """Floats that every implementation prints alike: from short decimals, and of full precision."""
    if draw(st.booleans()):
        # d digits, the last not 0, moved right by 1 to d + 3 places: from 1e-4 to below 1e14.
        digits = draw(st.integers(1, 15))
        front = draw(st.integers(10 ** (digits - 2), 10 ** (digits - 1) - 1)) if digits > 1 else 0
        whole = 10 * front + draw(st.integers(1, 9))
        made = float(f"{whole}e-{draw(st.integers(1, digits + 3))}")
    else:
        # Below 2**51 a half is representable, so a whole number is multiplied out of that range.
        made = draw(st.floats(1e-4, 2**51, exclude_max=True))
        made = made if made % 1 else made + 0.5
    return -made if draw(st.booleans()) else made


@cache
def scalars() -> st.SearchStrategy[Any]:
    """Everything of the data model that is no container."""
    return st.one_of(st.none(), st.booleans(), integers(), portable_floats(), texts())


def objects(members: st.SearchStrategy[Any], max_size: int = 5) -> st.SearchStrategy[Json]:
    """Objects with the given members."""
    return st.dictionaries(keys(), members, max_size=max_size)


@cache
def values(max_leaves: int = 20) -> st.SearchStrategy[Any]:
    """Values of the data model, far below every limit."""
    return st.recursive(
        scalars(),
        lambda below: st.one_of(st.lists(below, max_size=5), objects(below)),
        max_leaves=max_leaves,
    )


@cache
def _hex(characters: int = 64) -> st.SearchStrategy[str]:
    return st.integers(0, 16**characters - 1).map(lambda number: f"{number:0{characters}x}")


@st.composite
def times(draw: st.DrawFn, *, first_year: int = 1, last_year: int = 9999) -> str:
    """Times of the accepted grammar, in all four of its forms, real days only."""
    year, month = draw(st.integers(first_year, last_year)), draw(st.integers(1, 12))
    days = calendar.monthrange(year, month)[1]
    day, hour = draw(st.integers(1, days)), draw(st.integers(0, 23))
    minute, second = draw(st.integers(0, 59)), draw(st.integers(0, 59))
    fraction = draw(st.one_of(st.just(""), st.integers(0, 999_999).map(lambda part: f".{part:06}")))
    zone = draw(st.sampled_from(("Z", "+00:00")))
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"


#: Few instants in several spellings, so that ties and near ties are common; three are one instant.
INSTANTS: Final = (
    "2026-05-18T01:39:14Z",
    "2026-05-18T01:39:14+00:00",
    "2026-05-18T01:39:14.000000Z",
    "2026-05-18T01:39:14.000001Z",
    "2026-05-18T01:39:15Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
)


@cache
def instants() -> st.SearchStrategy[str]:
    """Times that often collide, and now and then any other."""
    return st.one_of(st.sampled_from(INSTANTS), st.sampled_from(INSTANTS), times())


_CATEGORIES: Final = ("cs.AI", "cs.CL", "cs.LG", "hep-lat", "math.CO", "stat.ML")


@st.composite
def records(draw: st.DrawFn) -> Json:
    """Plausible canonical records, of new and old arXiv ids, members in any order."""
    year = draw(st.integers(1992, 2026))
    submitted = draw(times(first_year=year, last_year=year))[:19] + "Z"
    month, category = submitted[5:7], draw(st.sampled_from(_CATEGORIES))
    number = draw(st.integers(1, 999))
    old = year < 2007 or (year == 2007 and month < "04")
    ident = f"{category.split('.')[0]}/{year % 100:02}{month}{number:03}"
    metadata = {
        "abstract_canon_sha256": draw(_hex()),
        "cross_cats_sorted": sorted(draw(st.sets(st.sampled_from(_CATEGORIES), max_size=3)) - {category}),
        "license": draw(st.sampled_from(("", "http://creativecommons.org/licenses/by/4.0/"))),
        "primary_cat": category,
        "submitted_at": submitted,
        "title_canon_sha256": draw(_hex()),
    }
    source = {
        "id": ident if old else f"{year % 100:02}{month}.{number:0{4 if year < 2015 else 5}}",
        "kind": "arxiv",
        "version": draw(st.integers(1, 12)),
    }
    record = {"metadata": metadata, "schema_version": "1.0", "source": source}
    return draw(reordered(record))


@st.composite
def reordered(draw: st.DrawFn, value: Any) -> Any:
    """A copy of a value with the members of every object turned, reversed or both: the same value."""
    return _reordered(value, draw(st.integers(0, 7)), draw(st.booleans()))


def _reordered(value: Any, turn: int, backwards: bool) -> Any:
    if isinstance(value, list):
        return [_reordered(item, turn, backwards) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    start = turn % len(names) if names else 0
    names = names[start:] + names[:start]
    return {name: _reordered(value[name], turn, backwards) for name in (names[::-1] if backwards else names)}


#: The signers of drawn events: two keys are of one signer.
FIXTURE_SIGNERS: Final = (DEMO, DEMO_NEXT, AUTHOR, MIRROR)


#: Test keys whose events are at most unbound: their format covers the payload alone, or is unknown.
LOOSE: Final = Signer(20, "loose.example", "loose-1")
OPAQUE: Final = Signer(21, "opaque.example", "opaque-1")
# Its digest sorts behind that of our format, which therefore decides for elements of no key (FORMAT-9).
_LOOSE_FORMAT: Final = renamed(
    FAMILY["event-payload-digest"], "loose", body={"required": {"/payload": "object"}}
)


def fixture_policy() -> Json:
    """The policy under which every event of :func:`event_sets` is valid, and none of LOOSE and OPAQUE."""
    return policy(
        *FIXTURE_SIGNERS,
        policy_key(LOOSE, event_formats=[_LOOSE_FORMAT]),
        policy_key(OPAQUE, event_formats=["unknown"]),
    )


@cache
def signers() -> st.SearchStrategy[Signer]:
    """Signers that :func:`fixture_policy` knows."""
    return st.sampled_from(FIXTURE_SIGNERS)


#: Works that cite: two real numbers.
CITING: Final = ("pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE", "pith:2018:X5AHL4BGWROMKOLRABP4RNAVED")

#: Types whose payload depends on nothing but the record.
BASE_TYPES: Final = tuple(
    event_type for event_type in fixtures.TARGETS if event_type not in ("event_retracted", "checkpoint")
)


@st.composite
def payloads(draw: st.DrawFn, record: Json, event_type: str) -> Json:
    """A conforming payload of a type of :data:`BASE_TYPES`. Few slots, so that events meet in them."""
    pick = st.sampled_from
    match event_type:
        case "record_created":
            signed = draw(pick(("2026-05-18T01:39:14.078722Z", "2026-05-18T01:39:15Z")))
            made = fixtures.record_created(record, receipt(draw(signers()), record, signed))
        case "alias_added":
            made = fixtures.alias_added(
                draw(pick(("openalex", "inspire"))), draw(pick(("W1", "W2", "10.1/x", "w1")))
            )
        case "graph_snapshot":
            claims = draw(st.lists(objects(scalars(), max_size=2), max_size=2))
            made = fixtures.graph_snapshot(record, claims)
        case "timestamp_anchor":
            made = fixtures.timestamp_anchor(record, draw(st.binary(min_size=1, max_size=40)))
        case "storage_attestation":
            digest = draw(st.one_of(st.none(), _hex()))
            captured = draw(times(first_year=2020, last_year=2030))
            made = fixtures.storage_attestation(record, captured, content_sha256=digest)
        case "author_claim":
            extra = draw(pick(({}, {}, {"note": "another"})))
            strength = draw(pick(fixtures.STRENGTHS))
            made = fixtures.author_claim(fixtures.orcid(draw(st.integers(0, 1))), strength=strength, **extra)
        case "citation":
            work = draw(
                pick(("pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE", "pith:2018:X5AHL4BGWROMKOLRABP4RNAVED"))
            )
            made = fixtures.citation(work, draw(pick(fixtures.RELATIONSHIPS)))
        case "replication":
            made = fixtures.replication(
                draw(pick(("Ada Müller", "数学", "Lean 4"))),
                draw(pick(("claim-1", "claim-2"))),
                kind=draw(pick(fixtures.REPLICATION_KINDS)),
                outcome=draw(pick(fixtures.OUTCOMES)),
                moderation=draw(pick(fixtures.MODERATIONS)),
                url=draw(pick((None, "https://example.org/1"))),
            )
        case _:
            made = fixtures.integrity(
                record,
                "2026-06-02T08:00:00Z",
                detector=draw(pick(("doi_compliance", "ai_meta_artifact"))),
                verdict_class=draw(pick(fixtures.VERDICT_CLASSES)),
                severity=draw(pick(fixtures.SEVERITIES)),
                evidence={"ref_index": draw(st.integers(1, 2))},
            )
    return made


@st.composite
def base_events(draw: st.DrawFn, record: Json, types: Sequence[str] = BASE_TYPES) -> Json:
    """A valid event of one of ``types``, which may be any of :data:`BASE_TYPES`."""
    event_type = draw(st.sampled_from(types))
    return attached(draw(signers()), record, event_type, draw(payloads(record, event_type)), draw(instants()))


#: Types that can conflict, and values of their deciding members (MERGE-8).
DECIDED: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "author_claim": {"strength": fixtures.STRENGTHS},
    "pith.integrity.v1": {
        "finding_type": ("broken_identifier", "x"),
        "verdict_class": fixtures.VERDICT_CLASSES,
        "severity": fixtures.SEVERITIES,
    },
}


@st.composite
def clashes(draw: st.DrawFn, record: Json) -> list[Json]:
    """Two to four events of one signer, slot and instant: nearly always a conflict (MERGE-8).

    Keys of one signer and spellings of one instant vary; now and then an event differs from
    the first in no deciding member, or comes a little later.
    """
    pick = st.sampled_from
    first = draw(base_events(record, tuple(DECIDED)))
    event_type, at = first["event_type"], first["created_at"]
    names = [one for one in FIXTURE_SIGNERS if one.signer_id == first["signer"]["signer_id"]]
    made = [first]
    for count in range(draw(st.integers(1, 3))):
        payload = dict(first["payload"])
        member = draw(pick(sorted(DECIDED[event_type])))
        others = [value for value in DECIDED[event_type][member] if value != payload[member]]
        if count == 0 or draw(st.integers(0, 3)) > 0:
            payload[member] = draw(pick(others))
        else:
            payload["note"] = draw(pick(("a", "b")))
        when = draw(pick(INSTANTS[:4] if count else INSTANTS[:3])) if at in INSTANTS[:3] else at
        made.append(attached(draw(pick(names)), record, event_type, payload, when))
    return made


@st.composite
def unknown_events(draw: st.DrawFn, record: Json) -> Json:
    """A valid event of a type that no merge rules know, with hostile text and unknown members in it."""
    event_type = draw(
        st.one_of(st.sampled_from(("peer_review", "record_created ", "Citation", "")), st.just("x.y"))
    )
    return event(
        draw(signers()),
        record,
        event_type,
        draw(st.one_of(st.sampled_from(("record", "graph")), texts())),
        draw(objects(values(max_leaves=5), max_size=3)),
        draw(instants()),
        extra=draw(st.sampled_from(({}, {"unknown": [1, None, {"é": "\u202e"}]}))),
        with_id=draw(st.booleans()),
    )


@st.composite
def nonconforming_events(draw: st.DrawFn, record: Json) -> Json:
    """A valid event of a known type whose payload or target does not conform: listed, never applied."""
    event_type = draw(st.sampled_from(tuple(fixtures.TARGETS)))
    target = draw(st.sampled_from((fixtures.TARGETS[event_type], "elsewhere")))
    return event(
        draw(signers()), record, event_type, target, {"nonconforming": draw(scalars())}, draw(instants())
    )


@dataclass(frozen=True, slots=True)
class EventSet:
    """A record and valid events of it: distinct bodies, no two with one id."""

    record: Json
    events: list[Json]

    def bundle(self, events: Sequence[Json] | None = None) -> Json:
        """A bundle of the record with all its events, or the given ones."""
        return bundle(self.record, self.events if events is None else events)


def event_key(made: Json) -> str:
    """What makes two drawn events one: the signature, which is a function of body and key."""
    text: str = made["signature"]["signature_b64"]
    return text


@st.composite
def event_sets(
    draw: st.DrawFn,
    *,
    max_size: int = 8,
    types: Sequence[str] = BASE_TYPES,
    record: Json | None = None,
    unknown: bool = True,
    retractions: bool = True,
    checkpoints: bool = True,
    conflicts: int = 0,
) -> EventSet:
    """A record and at most ``max_size`` base events, with half as many retractions and two checkpoints.

    ``conflicts`` more groups of events contradict each other, or merge with what is there.
    """
    about = draw(records()) if record is None else record
    kinds = [base_events(about, types), base_events(about, types), base_events(about, types)]
    if unknown:
        kinds += [unknown_events(about), nonconforming_events(about)]
    made = draw(st.lists(st.one_of(kinds), max_size=max_size, unique_by=event_key))
    for _ in range(conflicts):
        made += draw(clashes(about))
    if checkpoints and draw(st.booleans()):
        made.append(draw(checkpoint_over(about, made)))
    if retractions:
        for _ in range(draw(st.integers(0, max_size // 2))):
            # Sometimes a retraction names a checkpoint, or a retraction (then
            # it is rejected), or an absent event (then it waits).
            made.append(draw(retraction(about, made)))
    if checkpoints and draw(st.booleans()):
        made.append(draw(checkpoint_over(about, made)))
    return EventSet(about, list({event_key(one): one for one in made}.values()))


def crowded_sets(*, max_size: int = 8, conflicts: int = 3) -> st.SearchStrategy[EventSet]:
    """Two slots, three signers, one instant in three spellings: conflicts, ties and withdrawals abound."""
    types = ("author_claim", "record_created", "pith.integrity.v1", "alias_added")
    return event_sets(max_size=max_size, types=types, unknown=False, conflicts=conflicts)


@st.composite
def retraction(draw: st.DrawFn, record: Json, made: Sequence[Json]) -> Json:
    """A retraction of a drawn event, by its signer or by another, or of an id that no event has."""
    absent = st.builds(lambda digest: "sha256:" + digest, _hex())
    claimed = [one for one in made if "event_id" in one]
    signer = draw(signers())
    if claimed and draw(st.integers(0, 4)) > 0:
        victim = draw(st.sampled_from(claimed))
        named = victim["event_id"]
        if draw(st.integers(0, 3)) > 0:
            signer = next(one for one in FIXTURE_SIGNERS if one.key_id == victim["signer"]["key_id"])
    else:
        named = draw(absent)
    payload = fixtures.event_retracted(
        named, draw(st.one_of(st.none(), st.sampled_from(("wrong", "\u202e"))))
    )
    return attached(signer, record, "event_retracted", payload, draw(instants()))


@st.composite
def checkpoint_over(draw: st.DrawFn, record: Json, made: Sequence[Json]) -> Json:
    """A checkpoint that lists some drawn events and sometimes an id that no event has."""
    ids = [one["event_id"] for one in made if "event_id" in one]
    listed = draw(st.sets(st.sampled_from(ids))) if ids else set()
    absent = draw(st.lists(_hex(), max_size=1))
    payload = fixtures.checkpoint([*listed, *("sha256:" + digest for digest in absent)])
    return attached(draw(signers()), record, "checkpoint", payload, draw(instants()))


@st.composite
def tampered_events(draw: st.DrawFn, made: Sequence[Json]) -> Json:
    """A copy of one of the events with one fault, its unsigned members added, or both."""
    whole = draw(st.sampled_from([one for one in made if "event_id" in one]))
    altered = draw(st.sampled_from(ALTERED)).make(whole)
    return decorated(altered) if "signature" in altered and draw(st.booleans()) else altered


@st.composite
def unbound_events(draw: st.DrawFn, whole: EventSet) -> Json:
    """An event of LOOSE or OPAQUE; as payload the content of a valid event gives it that event's id."""
    record = whole.record
    content: Json = {"x": 1}
    if len(whole.events) > 0 and draw(st.booleans()):
        content = draw(st.sampled_from(whole.events))
    payload = {name: value for name, value in content.items() if name not in ("event_id", "signature")}
    event_type = draw(st.sampled_from(("citation", "record_created", "event_retracted", "x.y")))
    signer, rule = draw(st.sampled_from(((LOOSE, _LOOSE_FORMAT), (OPAQUE, FAMILY["pithbundle-event-1"]))))
    return event(signer, record, event_type, "record", payload, draw(instants()), document=rule)


@st.composite
def unsigned_receipts(draw: st.DrawFn, record: Json) -> Json:
    """An unsigned element with a receipt, genuine or of another record."""
    about = record if draw(st.booleans()) else {**record, "more": draw(st.integers(0, 40))}
    made = fixtures.record_created(record, receipt(draw(signers()), about, INSTANTS[0]))
    return {"event_type": draw(st.sampled_from(("record_created", "citation"))), "payload": made}


@st.composite
def junk(draw: st.DrawFn, whole: EventSet, *, max_size: int = 6) -> list[Any]:
    """What may be in ``events`` with the valid events and must change neither state nor digests."""
    record = whole.record
    unknown_signer = attached(
        UNKNOWN_SIGNER, record, "alias_added", fixtures.alias_added("x", "y"), draw(instants())
    )
    elsewhere = attached(
        DEMO,
        record,
        "alias_added",
        fixtures.alias_added("x", "z"),
        INSTANTS[0],
        subject=OTHER_NUMBER,
    )
    flat = flat_event(DEMO, fixtures.integrity(record, INSTANTS[0]), INSTANTS[1], draw(integers()))
    kinds: list[st.SearchStrategy[Any]] = [
        values(max_leaves=5),
        st.sampled_from((unknown_signer, elsewhere, flat)),
    ]
    kinds += [unbound_events(whole), unsigned_receipts(record)]
    if any("event_id" in one for one in whole.events):
        kinds += [tampered_events(whole.events)] * 3
    return draw(st.lists(st.one_of(kinds), max_size=max_size))


@st.composite
def arrangements(draw: st.DrawFn, items: Sequence[T]) -> list[T]:
    """All items in some order, some of them more than once. Repetitions are equal, not identical."""
    again = draw(st.lists(st.sampled_from(items), max_size=3)) if items else []
    return draw(st.permutations([*items, *copy.deepcopy(again)]))


@st.composite
def partitions(draw: st.DrawFn, items: Sequence[T], *, max_parts: int = 4) -> list[list[T]]:
    """Lists whose union is the items: each in one part at least, parts may overlap and be empty."""
    count = draw(st.integers(1, max_parts))
    homes = st.sets(st.integers(0, count - 1), min_size=1)
    parts: list[list[T]] = [[] for _ in range(count)]
    for item in draw(st.permutations(items)) if items else []:
        for home in draw(homes):
            parts[home].append(item)
    return parts


@st.composite
def deliveries(draw: st.DrawFn, whole: EventSet, *, max_parts: int = 4) -> list[Json]:
    """Bundles that together contain the set, in any order, with repeats, objects' members in any order."""
    parts = draw(partitions(draw(arrangements(whole.events)), max_parts=max_parts))
    return [draw(reordered(whole.bundle(part))) for part in parts]


def bundle_texts(max_size: int = 4) -> st.SearchStrategy[bytes]:
    """JSON bytes of valid bundles, to be mutated."""
    return event_sets(max_size=max_size).map(lambda whole: to_json(whole.bundle()))


def other_record(record: Json) -> Json:
    """A record that differs from the given one in its version alone, and so in its number."""
    made = copy.deepcopy(record)
    made["source"]["version"] += 1
    if pith_number(made) == pith_number(record):
        raise ValueError("two records of one number")
    return made
