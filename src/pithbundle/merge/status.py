"""The status line of a record, derived from its state (spec STATUS-1, STATUS-2).

Disagreement stays plural: supporting and refuting work is counted side by side and never
folded into one number, and what was taken back is in the default view.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from pithbundle.encoding.values import Object, Value
from pithbundle.merge.event_types.citation import RELATIONSHIPS
from pithbundle.merge.state import State
from pithbundle.verify.verdicts import SignedEvent

_OUTCOMES = ("supports", "refutes", "inconclusive")
_MODERATION = ("accepted", "pending", "rejected")
_SEVERITIES = ("critical", "advisory", "informational")
_EFFECTS = ("applied", "waiting", "rejected")


def status(view: State) -> Object:
    """The status as one JSON object with fixed members (STATUS-1).

    ``attested`` counts standing author claims, strong and weak ones, ``anchored`` timestamp
    anchors, ``stored`` storage attestations. They say that a signer said so, not that it is true.
    """
    # Another rule set may lack a section: then nothing of it stands.
    sections = defaultdict[str, list[SignedEvent]](list, view.sections)
    claims = sections["author_claims"]
    return {
        "attested": _count(claims, "strength", ("strong", "weak")),
        "anchored": len(sections["timestamp_anchors"]),
        "stored": len(sections["storage_attestations"]),
        "references": _references(sections["graph_snapshots"]),
        "citations": _count(sections["citations"], "relationship", RELATIONSHIPS),
        "replications": {
            outcome: _count(
                [event for event in sections["replications"] if event.payload["outcome"] == outcome],
                "moderation",
                _MODERATION,
            )
            for outcome in _OUTCOMES
        },
        "findings": _findings(sections["integrity_findings"]),
        "retractions": {
            effect: sum(1 for found in view.effects.values() if found == effect) for effect in _EFFECTS
        },
        "conflicts": len(view.equivocations),
        "unrecognised": len(view.unrecognised),
    }


def status_line(view: State) -> str:
    """The status in one line of plain words (STATUS-2); it quotes no text of any event."""
    told = status(view)
    parts = [
        "attested" if _number(told["attested"], "strong") else "not attested",
        "anchored" if told["anchored"] else "not anchored",
        "stored" if told["stored"] else "not stored",
        "refs pending" if told["references"] is None else f"{told['references']} refs",
    ]
    for name, words in (("citations", RELATIONSHIPS), ("findings", (*_SEVERITIES, "rescinded"))):
        counted = [f"{_number(told[name], word)} {word}" for word in words if _number(told[name], word)]
        parts.append(f"{name}: {', '.join(counted)}" if counted else f"no {name}")
    counted = [
        f"{total} {outcome}"
        for outcome in _OUTCOMES
        if (total := sum(_number(told["replications"], outcome, word) for word in _MODERATION))
    ]
    parts.append(f"replications: {', '.join(counted)}" if counted else "no replications")
    parts.append(f"{_number(told['retractions'], 'applied')} retracted")
    if told["conflicts"]:
        parts.append(f"{told['conflicts']} in conflict")
    return "; ".join(parts)


def _count(events: Iterable[SignedEvent], member: str, words: tuple[str, ...]) -> Value:
    found = Counter(str(event.payload[member]) for event in events)
    return {word: found[word] for word in words}


def _findings(events: list[SignedEvent]) -> Value:
    # A rescinded finding stands in its slot to say that it was taken back: it is counted apart.
    standing = [event for event in events if event.payload["verdict_class"] != "rescinded"]
    found = Counter(str(event.payload["severity"]) for event in standing)
    return {**{word: found[word] for word in _SEVERITIES}, "rescinded": len(events) - len(standing)}


def _references(snapshots: list[SignedEvent]) -> int | None:
    """The references that the newest snapshot counts, None while it counts none (INFERRED)."""
    if not snapshots:
        return None
    snapshot = snapshots[-1].payload["graph_snapshot"]
    references = snapshot.get("references") if type(snapshot) is dict else None
    count = references.get("count") if type(references) is dict else None
    return count if type(count) is int and count >= 0 else None


def _number(value: Value, *names: str) -> int:
    for name in names:
        value = value.get(name) if type(value) is dict else None
    return value if type(value) is int else 0
