"""The report of the JavaScript implementation, of which its page is made, is that of the Python package."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from typing import Any, Final

import pytest

from kit.nodejs import JS, node
from pithbundle import Policy, Verifier

#: What the page's report has beside the members of REPORT-1: messages, and what an element claims.
OURS: Final = {"detail", "covered", "claim", "instant", "key_status"}


def compared(ours: Any, theirs: Any, at: str = "") -> None:
    """Every member of a report of the page is in the report of Python, with the same value."""
    if isinstance(ours, dict):
        assert isinstance(theirs, dict), at
        for name, value in ours.items():
            if name not in OURS:
                assert name in theirs, f"{at}/{name}"
                compared(value, theirs[name], f"{at}/{name}")
    elif ours is None and "/rejected/" in at and at.rpartition("/")[2] in ("pointer", "offset"):
        # An implementation need not locate a fault of the text level (vectors/README.md).
        return
    elif isinstance(ours, list):
        assert isinstance(theirs, list) and len(ours) == len(theirs), f"{at}: {ours} {theirs}"
        for position, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            compared(one, other, f"{at}/{position}")
    else:
        assert ours == theirs, f"{at}: {ours!r}, in Python {theirs!r}"


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    done = subprocess.run(
        [node(), "test/reports.js", "--print"],
        cwd=JS,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_report_is_that_of_python(lines: list[dict[str, Any]]) -> None:
    assert len(lines) > 30
    outcomes = set()
    bad = []
    for case in lines:
        policy = Policy.registry() if case["policy"] is None else Policy.from_bytes(b64decode(case["policy"]))
        inputs = [(name, b64decode(data)) for name, data in case["bundles"]]
        reports = Verifier(policy).verify_together(inputs)
        try:
            compared(case["reports"], [report.to_value() for report in reports], case["name"])
        except AssertionError as error:
            bad.append(str(error))
        outcomes |= {report["outcome"] for report in case["reports"]}
    assert not bad, "\n".join(bad)
    assert outcomes == {"rejected", "invalid", "conflict", "incomplete", "unverified", "valid"}
