"""Which workers of a cluster differ from the client, and how (RECOMP-14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

import pithbundle
from pithbundle.archive.zstd import VERSION
from pithbundle.recompute import versions as module
from pithbundle.recompute.plan import code_sha256
from pithbundle.recompute.versions import difference, different_worker, versions

HERE = "1.0", "1.5.7", "a" * 64


class Fake:
    """A client whose workers return what they are given; None for what this process has."""

    def __init__(self, **workers: object) -> None:
        self._workers = workers

    def run(self, function: Callable[[], object], *, on_error: str) -> Mapping[str, object]:
        assert on_error == "return"
        return {name: function() if found is None else found for name, found in self._workers.items()}


def test_versions_are_those_of_this_process() -> None:
    assert versions() == (pithbundle.__version__, VERSION, code_sha256())


def test_workers_with_the_same_code_do_not_differ() -> None:
    assert different_worker(Fake(one=None, other=None)) is None


def test_a_worker_with_the_same_version_and_other_code_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a checkout that was changed on one machine would compute is another result under the same key."""
    monkeypatch.setattr(module, "versions", lambda: HERE)
    found = different_worker(Fake(z=(*HERE[:2], "c" * 64), a=None, m=(*HERE[:2], "b" * 64)))
    assert found == (
        f"the worker m has pithbundle 1.0 with other code: code_sha256 {'b' * 16}..., "
        f"the client {'a' * 16}...; "
        "install the same pithbundle and zstd on all workers, and start them again"
    )


@pytest.mark.parametrize(
    ("there", "text"),
    [
        (HERE, None),
        (("1.1", *HERE[1:]), "has pithbundle 1.1, the client 1.0"),
        (("1.1", HERE[1], "b" * 64), "has pithbundle 1.1, the client 1.0"),
        (("1.0", "1.6", HERE[2]), "has zstd 1.6, the client 1.5.7"),
        (("2", "1.6", "b" * 64), "has pithbundle 2, the client 1.0, zstd 1.6, the client 1.5.7"),
        (HERE[:2], "cannot run this version of pithbundle"),
        (ModuleNotFoundError("pithbundle"), "cannot run this version of pithbundle"),
        (None, "cannot run this version of pithbundle"),
    ],
)
def test_what_differs_is_reported(there: Any, text: str | None) -> None:
    assert difference(HERE, there) == text
