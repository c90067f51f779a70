"""The report of an audit, and its counts for a collector (AUDIT-16)."""

from __future__ import annotations

import json
from typing import Any

from kit.audits import audited
from kit.lying_mirror import KEY, LIES, MARKS, SEED, LyingMirror
from kit.stores import suffix
from pithbundle.mirror.audit.report import metrics, report_value

BASE = "https://l.example"
RECORDS = {SEED: MARKS, 2: (1,)}


def run(*lies: str, **options: Any) -> Any:
    mirror = LyingMirror.of(RECORDS, BASE, is_signed=True)
    for name in lies:
        LIES[name][0](mirror)
    keys = [(BASE + "/", KEY)]
    return audited(LyingMirror.of(RECORDS, "https://h.example"), mirror, keys=keys, **options)


def test_it_states_what_was_read_and_found() -> None:
    found = run("forged_event")
    (key,) = (one.key for one, _ in found.kept)
    value: Any = report_value(found.audit, {key: "forged-x.json"})
    assert value["counts"] == {"forged": 1, "same": 3} and value["found_count"] == 1
    (one,) = value["found"]
    assert one["word"] == "forged" and one["evidence"] == "reproducible" and one["finding"] == "forged-x.json"
    first, second = value["mirrors"]
    assert second["head_signature"] == "signed" and first["head_signature"] is None
    assert second["words"] == {"forged": 1, "same": 1}
    assert json.dumps(value) and suffix(SEED) in json.dumps(value)


def test_a_mirror_without_a_head_has_none() -> None:
    mirror = LyingMirror.of(RECORDS, BASE, has_digests=False)
    found = audited(mirror, LyingMirror.of(RECORDS, "https://h.example"), sample=1)
    value: Any = report_value(found.audit, {})
    assert value["mirrors"][0]["head"] is None
    assert 'pithbundle_audit_generation{mirror="https://l' not in metrics(found.audit).decode()


def test_metrics_have_a_line_for_each_mirror_and_word() -> None:
    text = metrics(run("forged_event").audit).decode()
    assert f'pithbundle_audit_findings{{mirror="{BASE}",word="forged"}} 1\n' in text
    assert f'pithbundle_audit_generation{{mirror="{BASE}"}} 1\n' in text
    assert "pithbundle_audit_exit_status 1\n" in text and text.endswith("# EOF\n")
    assert text.count("pithbundle_audit_findings{") == 2 * 15
