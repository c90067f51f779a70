# ruff: noqa: E501  (tables: one vector, one row)
"""Stage mirror: the status of a state and its timeline (STATUS-1, TIMELINE-2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kit import (
    AUTHOR,
    DEMO,
    Json,
    event,
    event_id,
    oracle,
    payloads,
)
from vectorgen.fixtures import RECORD
from vectorgen.merges import (
    Merges,
    alias,
    base_events,
    checkpoint,
    claim,
    created,
    day,
    finding,
    made,
    other,
    retract,
)
from vectorgen.vector_file import File, part


def statuses() -> File:
    """The counts that describe a state (STATUS-1)."""
    file = Merges("mirror", "status", "The status of a state: what it counts.")
    events = base_events()
    zero: Json = {
        "attested": {"strong": 0, "weak": 0}, "anchored": 0, "stored": 0, "references": None,
        "citations": dict.fromkeys(payloads.RELATIONSHIPS, 0),
        "replications": {outcome: dict.fromkeys(payloads.MODERATIONS, 0) for outcome in payloads.OUTCOMES},
        "findings": {"critical": 0, "advisory": 0, "informational": 0, "rescinded": 0},
        "retractions": {"applied": 0, "waiting": 0, "rejected": 0}, "conflicts": 0, "unrecognised": 0,
    }  # fmt: skip

    def status(name: str, about: str, made_events: Sequence[Json], reported: Json) -> None:
        file.add(
            name,
            about,
            "STATUS-1",
            "status",
            {"inputs": [file.of(*made_events)], "policy": part("policy")},
            {"ok": {"status": reported}},
        )

    status("empty", "nothing", [], zero)
    status("base", "one of each", events, {
        **zero, "attested": {"strong": 1, "weak": 0}, "anchored": 1, "stored": 1, "citations": {**zero["citations"], "extends": 1},
        "replications": {**zero["replications"], "supports": {"accepted": 0, "pending": 1, "rejected": 0}},
        "findings": {**zero["findings"], "advisory": 1}, "retractions": {"applied": 1, "waiting": 0, "rejected": 0}, "unrecognised": 1})  # fmt: skip
    for_and_against = [
        made("replication", payloads.replication("a", "c", outcome=o, moderation="accepted"), day(n + 1))
        for n, o in enumerate(payloads.OUTCOMES)
    ]
    status("plural", "outcomes for and against are counted separately", for_and_against, {
        **zero, "replications": {outcome: {"accepted": 1, "pending": 0, "rejected": 0} for outcome in payloads.OUTCOMES}})  # fmt: skip
    status("rescinded", "a rescinded finding is counted apart", [finding(day(1)), finding(day(2), verdict_class="rescinded", severity="critical"), finding(day(1), evidence=2, severity="critical")],
           {**zero, "findings": {"critical": 1, "advisory": 0, "informational": 0, "rescinded": 1}})  # fmt: skip
    status("retracted", "a retracted event is not counted, the retraction is", [one := claim(day(1)), retract(one, day(2)), retract(one, day(3), AUTHOR), retract("sha256:" + "0" * 64, day(4))],
           {**zero, "retractions": {"applied": 1, "waiting": 1, "rejected": 1}})  # fmt: skip
    tied = [claim(day(1)), claim(day(1), strength="weak")]
    status(
        "conflict",
        "a conflict",
        tied,
        {
            **zero,
            "attested": {**zero["attested"], min(tied, key=event_id)["payload"]["strength"]: 1},
            "conflicts": 1,
        },
    )
    snapshots = [
        made("graph_snapshot", {"graph_snapshot": {"references": {"count": count}}}, day(n))
        for n, count in ((1, 5), (3, 7), (2, 9))
    ]
    status("references", "of the newest snapshot", snapshots, {**zero, "references": 7})
    # The newest snapshot counts none.
    status(
        "references-none",
        "none, where the newest counts none",
        [*snapshots, made("graph_snapshot", {"graph_snapshot": {}}, day(5))],
        zero,
    )

    snapshot_at = (snapshots[1], 7)
    for label, shown, reported in (
        ("zero", {"references": {"count": 0}}, 0),
        ("largest", {"references": {"count": 2**53 - 1}}, 2**53 - 1),
        ("negative", {"references": {"count": -1}}, None),
        ("half", {"references": {"count": 1.5}}, None),
        ("true", {"references": {"count": True}}, None),
        ("string", {"references": {"count": "7"}}, None),
        ("null", {"references": {"count": None}}, None),
        ("array", {"references": [7]}, None),
        ("number", {"references": 7}, None),
        ("other-member", {"reference": {"count": 7}}, None),
    ):
        status(
            f"references-{label}",
            "an integer from 0, of the newest snapshot alone",
            [snapshot_at[0], made("graph_snapshot", {"graph_snapshot": shown}, day(5))],
            {**zero, "references": reported},
        )
    gone = made("graph_snapshot", {"graph_snapshot": {"references": {"count": 8}}}, day(5))
    status(
        "references-retracted",
        "a retracted snapshot is not the newest",
        [snapshot_at[0], gone, retract(gone, day(6))],
        {**zero, "references": 7, "retractions": {**zero["retractions"], "applied": 1}},
    )
    pair = sorted(
        (made("graph_snapshot", {"graph_snapshot": {"references": {"count": n}}}, day(5)) for n in (1, 2)),
        key=event_id,
    )
    status(
        "references-tie",
        "of one instant the greatest id is last",
        pair,
        {**zero, "references": pair[1]["payload"]["graph_snapshot"]["references"]["count"]},
    )
    rows: list[tuple[str, list[Json], Json]] = [
        ("attested", [claim(day(1)), claim(day(2), number=2, strength="weak"), claim(day(3), number=3, strength="weak"), claim(day(4), AUTHOR)],
         {"attested": {"strong": 2, "weak": 2}}),
        ("revised", [claim(day(1)), claim(day(2), strength="weak")], {"attested": {"strong": 0, "weak": 1}}),
        ("anchored", [made("timestamp_anchor", payloads.timestamp_anchor(RECORD, bytes([n])), day(n)) for n in (1, 2)], {"anchored": 2}),
        ("stored", [made("storage_attestation", payloads.storage_attestation(RECORD, day(n)), day(n)) for n in (1, 2, 3)], {"stored": 3}),
        ("citations", [made("citation", payloads.citation(f"w{n}", value), day(1)) for index, value in enumerate(payloads.RELATIONSHIPS) for n in range(index)],
         {"citations": {value: index for index, value in enumerate(payloads.RELATIONSHIPS)}}),
        ("replications", [made("replication", payloads.replication(f"a{n}", "c", outcome=o, moderation=m), day(1))
                          for at_outcome, o in enumerate(payloads.OUTCOMES) for at_word, m in enumerate(payloads.MODERATIONS) for n in range(3 * at_outcome + at_word)],
         {"replications": {o: {m: 3 * at_outcome + at_word for at_word, m in enumerate(payloads.MODERATIONS)} for at_outcome, o in enumerate(payloads.OUTCOMES)}}),
        ("findings", [finding(day(1), evidence=n, severity=value, verdict_class=payloads.VERDICT_CLASSES[n % 3]) for n, value in enumerate(
            ("critical", "advisory", "advisory", "informational", "informational", "informational"))] + [finding(day(1), evidence=9, severity=value, verdict_class="rescinded", detector=value) for value in payloads.SEVERITIES],
         {"findings": {"critical": 1, "advisory": 2, "informational": 3, "rescinded": 3}}),
        ("unrecognised", [other("x", day(1)), other("y", day(1)), made("citation", {}, day(1))], {"unrecognised": 3}),
        ("conflicts", [*tied, finding(day(1)), finding(day(1), severity="critical")],
         {"conflicts": 2, "attested": {**zero["attested"], min(tied, key=event_id)["payload"]["strength"]: 1},
          "findings": {**zero["findings"], min(finding(day(1)), finding(day(1), severity="critical"), key=event_id)["payload"]["severity"]: 1}}),
        ("others", [created(day(1)), alias("x", day(1)), checkpoint([], day(1))], {}),
    ]  # fmt: skip
    for label, events, counts in rows:
        status(f"counts-{label}", "each counted under its own name", events, {**zero, **counts})
    return file


def timelines() -> File:
    """The events in order, each with its change (TIMELINE-2)."""
    file = Merges("mirror", "timeline", "The valid events in order, each with what it changed.")

    def timeline(name: str, about: str, rows: Sequence[tuple[Json, str]]) -> None:
        ordered = sorted(rows, key=lambda row: oracle.order(row[0]))
        file.add(name, about, "TIMELINE-1 TIMELINE-2 MERGE-4", "timeline", {"inputs": [file.of(*(one for one, _ in reversed(rows)))], "policy": part("policy")},
                 {"ok": {"timeline": [[event_id(one), change] for one, change in ordered]}})  # fmt: skip

    timeline("empty", "nothing", [])
    zero_id = "sha256:" + "0" * 64

    def at(count: int, make: Callable[[int], Json]) -> list[Json]:
        """Events of one instant, in the order of their ids."""
        return sorted((make(n) for n in range(count)), key=event_id)

    # TIMELINE-2.1: what is unrecognised stays so, whatever takes it back and when.
    strange, nonconforming = other("peer_review", day(3)), made("citation", {}, day(3))
    timeline(
        "unrecognised",
        "unknown types, and nonconforming events: a retraction and a checkpoint too",
        [
            (other("peer_review", day(1)), "unrecognised"),
            (made("citation", {}, day(2)), "unrecognised"),
            (made("event_retracted", {"event_id": "x"}, day(3)), "unrecognised"),
            (made("checkpoint", {"event_ids": [zero_id, zero_id]}, day(4)), "unrecognised"),
        ],
    )
    timeline(
        "unrecognised-retracted",
        "a retraction of it retracts",
        [
            (strange, "unrecognised"),
            (nonconforming, "unrecognised"),
            (retract(strange, day(4)), "retracts"),
            (retract(nonconforming, day(5)), "retracts"),
        ],
    )
    timeline(
        "unrecognised-withdrawn",
        "one from before does not withdraw it",
        [
            (retract(strange, day(1)), "waits"),
            (retract(nonconforming, day(2)), "waits"),
            (strange, "unrecognised"),
            (nonconforming, "unrecognised"),
        ],
    )
    # TIMELINE-2.2: retractions.
    one, theirs = claim(day(1)), claim(day(5), AUTHOR)
    timeline(
        "retractions",
        "applied, waiting, rejected",
        [
            (one, "sets"),
            (back := retract(one, day(2)), "retracts"),
            (retract(zero_id, day(3)), "waits"),
            (retract(one, day(4), AUTHOR), "rejected"),
            (retract(back, day(6)), "rejected"),
            (retract(one, day(7)), "retracts"),
        ],
    )
    timeline(
        "waits-for-anything",
        "while its target is not before it a retraction waits, of whatever effect it will be",
        [
            (retract(theirs, day(2)), "waits"),
            (retract(later := retract(zero_id, day(6)), day(3)), "waits"),
            (theirs, "sets"),
            (later, "waits"),
        ],
    )
    timeline(
        "retracts-a-loser",
        "a retraction of an event that is not current",
        [(one, "sets"), (claim(day(2), note="x"), "replaces"), (retract(one, day(3)), "retracts")],
    )
    before, target = claim(day(1)), claim(day(2))
    early, late = (
        next(
            r
            for n in range(99)
            if (event_id(r := retract(target, day(2), reason=f"{n}")) < event_id(target)) is first
        )
        for first in (True, False)
    )
    timeline(
        "one-instant",
        "at one instant the ids order a retraction and its target: before it",
        [(before, "sets"), (early, "waits"), (target, "withdrawn")],
    )
    timeline(
        "one-instant-behind",
        "or behind it",
        [(before, "sets"), (target, "replaces"), (late, "retracts")],
    )
    # TIMELINE-2.3: withdrawn, in each selection.
    for slug, gone, empty in (
        ("latest", claim(day(2)), "sets"),
        ("first", created(day(2)), "sets"),
        ("all", made("citation", payloads.citation("w"), day(2)), "adds"),
        ("alias", alias("x", day(2)), "adds"),
        ("checkpoint", checkpoint([], day(2)), "lists"),
    ):
        again = {"latest": claim(day(4)), "first": created(day(4)), "all": made("citation", payloads.citation("w"), day(4)),
                 "alias": alias("x", day(4)), "checkpoint": checkpoint([], day(4))}[slug]  # fmt: skip
        timeline(
            f"withdrawn-{slug}",
            "retracted by an earlier event: it sets nothing, so the next one finds the slot empty",
            [
                (retract(gone, day(1)), "waits"),
                (gone, "withdrawn"),
                (retract(gone, day(3)), "retracts"),
                (again, empty),
            ],
        )
        timeline(
            f"not-withdrawn-{slug}",
            "another signer's retraction does not",
            [(retract(gone, day(1), AUTHOR), "waits"), (gone, empty)],
        )
        timeline(
            f"retracted-{slug}",
            "retracted, it is not compared with the next",
            [(gone, empty), (retract(gone, day(3)), "retracts"), (again, empty)],
        )
    # TIMELINE-2.4: each is current.
    timeline(
        "all",
        "in an event type of which all are current every event adds, with an equal payload too",
        [
            (made("citation", payloads.citation("w"), day(1)), "adds"),
            (made("citation", payloads.citation("w"), day(2)), "adds"),
            (made("citation", payloads.citation("w"), day(2), AUTHOR), "adds"),
            (made("graph_snapshot", {"graph_snapshot": {}}, day(3)), "adds"),
            (checkpoint([], day(4)), "lists"),
            (checkpoint([], day(5)), "lists"),
        ],
    )
    # TIMELINE-2.5: aliases.
    first = alias("x", day(1))
    timeline(
        "alias-nonconforming",
        "an alias with another target does not conform, so the next one adds",
        [
            (
                event(DEMO, RECORD, "alias_added", "graph", payloads.alias_added("example", "x"), day(1)),
                "unrecognised",
            ),
            (alias("x", day(2)), "adds"),
            (alias("x", day(3)), "restates"),
        ],
    )
    timeline(
        "alias",
        "an alias that exists is restated, by any signer; another kind or value is another alias",
        [
            (first, "adds"),
            (alias("x", day(2)), "restates"),
            (alias("x", day(3), AUTHOR), "restates"),
            (alias("y", day(4)), "adds"),
            (alias("x", day(5), kind="other"), "adds"),
        ],
    )
    timeline(
        "alias-derived",
        "a name that the record derives is added by the first who signs it",
        [
            (alias("hep-lat/0305021", day(1), kind="arxiv"), "adds"),
            (alias("hep-lat/0305021", day(2), kind="arxiv"), "restates"),
        ],
    )
    timeline(
        "alias-retracted",
        "with the first retracted the second still gives the alias",
        [
            (first, "adds"),
            (alias("x", day(2)), "restates"),
            (retract(first, day(3)), "retracts"),
            (alias("x", day(4), AUTHOR), "restates"),
        ],
    )
    # TIMELINE-2.6: once.
    timeline(
        "first",
        "the first is current, over all signers: later ones are restated or superseded",
        [
            (first_created := created(day(1)), "sets"),
            (created(day(2)), "restates"),
            (created(day(3), AUTHOR), "restates"),
            (created(day(4), note="x"), "superseded"),
            (created(day(5), AUTHOR, note="x"), "superseded"),
        ],
    )
    timeline(
        "first-retracted",
        "with it retracted the next is current, and is what is compared",
        [
            (first_created, "sets"),
            (created(day(2), note="x"), "superseded"),
            (retract(first_created, day(3)), "retracts"),
            (created(day(4)), "superseded"),
            (created(day(5), note="x"), "restates"),
        ],
    )
    ordered = at(3, lambda n: created(day(1), note=n))
    timeline(
        "first-tie",
        "at one instant the smallest id is current",
        [(ordered[0], "sets"), (ordered[1], "superseded"), (ordered[2], "superseded")],
    )
    # TIMELINE-2.6: latest.
    timeline(
        "latest",
        "a later instant replaces, with the same payload too; another slot and another signer set",
        [
            (one, "sets"),
            (claim(day(2)), "replaces"),
            (claim(day(3), strength="weak"), "replaces"),
            (claim(day(4), number=2), "sets"),
            (theirs, "sets"),
        ],
    )
    low, high = at(2, lambda n: claim(day(1), n=n))
    timeline("tie", "of a tie the greater id is superseded", [(low, "sets"), (high, "superseded")])
    same = at(
        2, lambda n: made("author_claim", payloads.author_claim(payloads.orcid(1)), day(1), extra={"n": n})
    )
    timeline("tie-restated", "or restates", [(same[0], "sets"), (same[1], "restates")])
    # The winner, a loser of another payload, and one with the payload of the loser.
    apart = next(e for n in range(99) if event_id(e := claim(day(1), n=n)) > event_id(same[0]))
    twin = next(
        e
        for n in range(99)
        if event_id(e := made("author_claim", apart["payload"], day(1), extra={"n": n})) > event_id(apart)
    )
    timeline(
        "restates-a-loser",
        "it is the winner's payload that is restated, not a loser's",
        [(same[0], "sets"), (apart, "superseded"), (twin, "superseded")],
    )
    between = next(
        r
        for n in range(999)
        if event_id(low) < event_id(r := retract(low, day(1), reason=f"{n}")) < event_id(high)
    )
    timeline(
        "tie-retracted-between",
        "a retracted winner leaves the slot empty: the next of the instant sets",
        [(low, "sets"), (between, "retracts"), (high, "sets")],
    )
    timeline(
        "winner-retracted",
        "with the winner retracted the one before it is current, and is replaced",
        [
            (one, "sets"),
            (two := claim(day(2), note="x"), "replaces"),
            (retract(two, day(3)), "retracts"),
            (claim(day(4), note="y"), "replaces"),
        ],
    )
    timeline(
        "slot-emptied",
        "with all retracted the slot is empty",
        [
            (one, "sets"),
            (two, "replaces"),
            (retract(two, day(3)), "retracts"),
            (retract(one, day(4)), "retracts"),
            (claim(day(5)), "sets"),
        ],
    )
    timeline(
        "findings",
        "findings have slots too",
        [
            (finding(day(1)), "sets"),
            (finding(day(2)), "replaces"),
            (finding(day(2), evidence=2), "sets"),
            (finding(day(3), detector="d"), "sets"),
        ],
    )
    return file


def files() -> list[File]:
    """The files of this module."""
    return [statuses(), timelines()]
