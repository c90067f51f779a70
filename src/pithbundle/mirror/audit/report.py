"""The report of an audit as one JSON object, and as OpenMetrics (spec AUDIT-16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pithbundle.encoding.values import Object, Value, portable
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.mirrors import Mirror
from pithbundle.mirror.audit.run import Audit
from pithbundle.mirror.audit.shares import fair
from pithbundle.mirror.audit.words import WORDS

#: How many findings a report lists.
MOST: Final = 1_000
#: How many ids of one finding a report lists.
_IDS: Final = 20


def report_value(audit: Audit, names: Mapping[tuple[str, ...], str]) -> Object:
    """Return the report (AUDIT-16).

    Args:
        audit: what was found.
        names: of the files of findings, by their keys.
    """
    found: list[Value] = [_found(one, names) for one in fair(audit.found, MOST)]
    return {
        "started_at": audit.started_at,
        "ended_at": audit.ended_at,
        "rules": audit.verifier.rules.name,
        "policy_sha256": audit.verifier.policy.sha256,
        "store": audit.has_store,
        "seed": audit.seed,
        "records": audit.records,
        "sampled": audit.sampled,
        "population": audit.population,
        "counts": {word: audit.counts[word] for word in WORDS if audit.counts[word]},
        "mirrors": [_mirror(one) for one in audit.mirrors],
        "found": found,
        "found_count": sum(count for word, count in audit.counts.items() if word != "same"),
    }


def _found(found: Found, names: Mapping[tuple[str, ...], str]) -> Object:
    ids: list[Value] = [*found.ids[:_IDS]]
    return {
        "word": found.word,
        "mirror": found.mirror,
        "suffix": found.suffix or None,
        "evidence": found.evidence,
        "code": found.code or None,
        "message": portable(found.message),
        "ids": ids,
        "ids_count": len(found.ids),
        "finding": names.get(found.key),
    }


def _mirror(mirror: Mirror) -> Object:
    head = mirror.head
    return {
        "mirror": mirror.base,
        "head": None
        if head is None
        else {
            "origin": head.origin,
            "generation": head.generation,
            "generated_at": head.generated_at,
            "records": head.records,
            "root": head.root,
            "sha256": head.sha256,
            "policy_sha256": head.policy_sha256,
            "rules": head.rules,
        },
        "head_signature": mirror.head_signature,
        "differing": len(mirror.differing) + mirror.more,
        "requests": mirror.requests,
        "body_bytes": mirror.body_bytes,
        "words": {word: mirror.words[word] for word in WORDS if mirror.words[word]},
        "not_kept": mirror.not_kept,
    }


def metrics(audit: Audit) -> bytes:
    """Return the counts as OpenMetrics, one file for a collector."""
    lines = [
        "# TYPE pithbundle_audit_findings gauge",
        "# HELP pithbundle_audit_findings What the last audit found, by mirror and word.",
    ]
    for mirror in audit.mirrors:
        for word in WORDS:
            labels = f'mirror="{_label(mirror.base)}",word="{word}"'
            lines.append(f"pithbundle_audit_findings{{{labels}}} {mirror.words[word]}")
    lines += [
        "# TYPE pithbundle_audit_not_kept gauge",
        "# HELP pithbundle_audit_not_kept Findings whose evidence the folder has no room for, by mirror.",
        *(
            f'pithbundle_audit_not_kept{{mirror="{_label(one.base)}"}} {one.not_kept}'
            for one in audit.mirrors
        ),
        "# TYPE pithbundle_audit_generation gauge",
        "# HELP pithbundle_audit_generation The generation of the head of a mirror.",
    ]
    for mirror in audit.mirrors:
        if mirror.head is not None:
            generation = mirror.head.generation
            lines.append(f'pithbundle_audit_generation{{mirror="{_label(mirror.base)}"}} {generation}')
    lines += [
        "# TYPE pithbundle_audit_records gauge",
        "# HELP pithbundle_audit_records How many records the last audit read.",
        f"pithbundle_audit_records {audit.records}",
        "# TYPE pithbundle_audit_exit_status gauge",
        "# HELP pithbundle_audit_exit_status 0 all same, 1 something is wrong, 3 something is not known.",
        f"pithbundle_audit_exit_status {audit.exit_status}",
        "# EOF",
    ]
    return "\n".join(lines).encode("utf-8") + b"\n"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
