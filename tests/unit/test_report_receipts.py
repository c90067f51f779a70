"""RCPT-4, REPORT-2: which receipts a report lists."""

from __future__ import annotations

from typing import Any

from kit import DEMO, attached, bundle, payloads, policy, receipt, to_json
from kit.demo import CREATED, RECORD
from pithbundle import Policy, Verifier


def test_equal_receipts_of_elements_without_an_id_are_each_listed() -> None:
    shown = receipt(DEMO, RECORD, CREATED)
    unread: Any = {"payload": {"receipt": shown}}
    made = attached(DEMO, RECORD, "record_created", payloads.record_created(RECORD, shown), CREATED)
    data = to_json(bundle(RECORD, [unread, unread, made, made], aliases_at=CREATED))
    report = Verifier(Policy.from_value(policy(DEMO))).verify(data).report()
    assert [verdict.event_id is None for _, verdict in report.receipts] == [True, True, False]
