"""From bundles to claims (GRAPH-2)."""

from __future__ import annotations

import pytest

from kit import payloads
from kit.graphs import FIRST, VERIFIER, bundle_of, claim_in, made
from pithbundle import PithError
from pithbundle.errors import MergeError
from pithbundle.graph.reading import claims_of_bundles
from pithbundle.report import reports_of


def test_bundles_of_a_record_are_merged() -> None:
    event = made(FIRST, 1, "citation", payloads.citation("w"))
    takes = made(FIRST, 1, "event_retracted", payloads.event_retracted(event["event_id"]), 5)
    parts = [bundle_of(1, [event]), bundle_of(1, [takes])]
    found = claims_of_bundles(VERIFIER, parts)
    (read,) = found.verified
    assert claim_in(read)[1].retracted
    assert claims_of_bundles(VERIFIER, parts[::-1]) == found


def test_what_cannot_be_merged_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MergeError) as rejected:
        claims_of_bundles(VERIFIER, [bundle_of(1, []), bundle_of(2, [])])
    assert rejected.value.code == "subject"
    with pytest.raises(PithError):
        claims_of_bundles(VERIFIER, [b"{}"])

    def colliding(*given: object) -> object:
        return reports_of([], VERIFIER.verify_together([("x", b"{}")])[0].rejected)

    monkeypatch.setattr("pithbundle.graph.reading.reports_of", colliding)
    with pytest.raises(PithError):
        claims_of_bundles(VERIFIER, [bundle_of(1, [])])
