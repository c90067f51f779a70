"""The status summary of a record, derived from its state (spec STATUS-1, STATUS-2).

Disagreement stays plural: supporting and refuting work is counted side by side and never
combined into one number, and what was retracted is in the default view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pithbundle.encoding.values import Object, Value
from pithbundle.merge.entries import E, Entry, entries_of
from pithbundle.merge.event_types.author_claim import AuthorClaim
from pithbundle.merge.event_types.citation import RELATIONSHIPS, Citation
from pithbundle.merge.event_types.event_retracted import Retraction
from pithbundle.merge.event_types.graph_snapshot import GraphSnapshot
from pithbundle.merge.event_types.integrity import IntegrityFinding
from pithbundle.merge.event_types.replication import Replication
from pithbundle.merge.event_types.storage_attestation import StorageAttestation
from pithbundle.merge.event_types.timestamp_anchor import TimestampAnchor

_OUTCOMES = ("supports", "refutes", "inconclusive")
_MODERATION = ("accepted", "pending", "rejected")
_SEVERITIES = ("critical", "advisory", "informational")
_EFFECTS = ("applied", "waiting", "rejected")


def status_of(sections: Mapping[str, tuple[Entry, ...]], conflicts: int, unrecognised: int) -> Object:
    """The status as one JSON object with fixed members (STATUS-1).

    ``attested`` counts current author claims, strong and weak ones, ``anchored`` timestamp
    anchors, ``stored`` storage attestations: statements of signers, true or not.
    """

    def entries(of: type[E]) -> tuple[E, ...]:
        # Another rule set may lack a section: then its count is 0.
        return entries_of(sections, of)

    replications = entries(Replication)
    return {
        "attested": _count((claim.strength for claim in entries(AuthorClaim)), ("strong", "weak")),
        "anchored": len(entries(TimestampAnchor)),
        "stored": len(entries(StorageAttestation)),
        "references": _references(entries(GraphSnapshot)),
        "citations": _count((citation.relationship for citation in entries(Citation)), RELATIONSHIPS),
        "replications": {
            outcome: _count((one.moderation for one in replications if one.outcome == outcome), _MODERATION)
            for outcome in _OUTCOMES
        },
        "findings": _findings(entries(IntegrityFinding)),
        "retractions": _count((retraction.effect for retraction in entries(Retraction)), _EFFECTS),
        "conflicts": conflicts,
        "unrecognised": unrecognised,
    }


def status_line(status: Object) -> str:
    """The status in one line (STATUS-2); it quotes no text of any event."""
    parts = [
        "attested" if _number(status["attested"], "strong") else "not attested",
        "anchored" if status["anchored"] else "not anchored",
        "stored" if status["stored"] else "not stored",
        "refs pending" if status["references"] is None else f"{status['references']} refs",
    ]
    for name, known in (("citations", RELATIONSHIPS), ("findings", (*_SEVERITIES, "rescinded"))):
        counted = [
            f"{_number(status[name], value)} {value}" for value in known if _number(status[name], value)
        ]
        parts.append(f"{name}: {', '.join(counted)}" if counted else f"no {name}")
    counted = [
        f"{total} {outcome}"
        for outcome in _OUTCOMES
        if (total := sum(_number(status["replications"], outcome, value) for value in _MODERATION))
    ]
    parts.append(f"replications: {', '.join(counted)}" if counted else "no replications")
    parts.append(f"{_number(status['retractions'], 'applied')} retracted")
    if status["conflicts"]:
        parts.append(f"{status['conflicts']} in conflict")
    return "; ".join(parts)


def _count(values: Iterable[str], known: tuple[str, ...]) -> Value:
    found = Counter(values)
    return {value: found[value] for value in known}


def _findings(findings: Sequence[IntegrityFinding]) -> Value:
    # A rescinded finding is current in its slot and takes the earlier one back: it is counted apart.
    active = [finding for finding in findings if finding.verdict_class != "rescinded"]
    found = Counter(finding.severity for finding in active)
    return {**{value: found[value] for value in _SEVERITIES}, "rescinded": len(findings) - len(active)}


def _references(snapshots: Sequence[GraphSnapshot]) -> int | None:
    """The references that the newest snapshot counts, None while it counts none (INFERRED)."""
    if not snapshots:
        return None
    references = snapshots[-1].graph_snapshot.get("references")
    count = references.get("count") if type(references) is dict else None
    return count if type(count) is int and count >= 0 else None


def _number(value: Value, *names: str) -> int:
    for name in names:
        value = value.get(name) if type(value) is dict else None
    return value if type(value) is int else 0
