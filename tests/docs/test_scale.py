"""docs/scale.md is computed from the committed figures, and from nothing else."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest

from kit.data import REPO


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = REPO / "benchmarks" / "recompute_page.py"
    spec = importlib.util.spec_from_file_location("recompute_page", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures() -> Any:
    return json.loads((REPO / "benchmarks" / "recompute.json").read_bytes())


def test_the_page_is_that_of_the_figures(script: ModuleType) -> None:
    for path, data in script.pages(figures()).items():
        assert (REPO / path).read_bytes() == data, f"run benchmarks/recompute_page.py: {path}"


def test_other_figures_give_another_page(script: ModuleType) -> None:
    changed = figures()
    changed["sizes"][-1]["cpu"]["recompute"] *= 2
    made = script.pages(changed)["docs/scale.md"]
    assert made != (REPO / "docs" / "scale.md").read_bytes()


def test_the_parts_are_the_whole(script: ModuleType) -> None:
    found = {
        "cpu": {"pynacl": 2.0, "read": 1.0, "verify": 6.0, "loop": 8.0, "units": 9.0, "recompute": 10.0},
    }
    assert script.parts_of(found) == {
        "signatures": 20, "reading JSON": 10, "the other checks": 30, "merge, state, report": 20,
        "packs, digests, counts": 10, "the parent": 10,
    }  # fmt: skip


def test_what_was_measured_on_an_idle_machine_is_shown(script: ModuleType) -> None:
    changed = figures()
    elapsed = {f"{name} {count}": 4 / count for name in ("pynacl", "recompute") for count in (1, 2, 4)}
    changed["sizes"][0] |= {"again": {"first": 10.0, "second": 0.5}, "elapsed": elapsed}
    made = script.pages(changed)["docs/scale.md"].decode()
    assert "| second | 20.0 |" in made and "| 4 | 4.00 | 4.00 | 1.00 |" in made
