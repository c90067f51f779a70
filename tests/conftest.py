"""No silent skips, and the same examples on every run."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings

# The ordinary run must give the same verdict on the same commit, so examples are derived
# from the test itself; `make fuzz` draws fresh ones. No deadline: a loaded CI machine is slow.
settings.register_profile(
    "ordinary",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=2_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# Whether a mutation is noticed does not depend on the smallest example, and shrinking takes minutes.
settings.register_profile(
    "mutants", settings.get_profile("ordinary"), phases=[Phase.explicit, Phase.reuse, Phase.generate]
)
settings.load_profile("ordinary")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
NO_SKIP = os.environ.get("PITHBUNDLE_NO_SKIP") == "1"
#: How the reason begins of a skip that is always allowed: no machine has every version of Python.
OF_PYTHON = ("no Python ", "this Python ")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _strict((yield))


def _strict(report: Report) -> Report:
    """Turn a skip into a failure that gives the skip's reason; an expected failure stays one."""
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if reason.removeprefix("Skipped: ").startswith(OF_PYTHON):
            return report
        report.outcome = "failed"
        report.longrepr = f"PITHBUNDLE_NO_SKIP=1 allows no skip: {reason}"
    return report
