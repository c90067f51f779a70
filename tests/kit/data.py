"""Where tests find data: in the repository, and in folders next to it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

#: The root of the repository.
REPO: Final = Path(__file__).resolve().parents[2]


def corpora(name: str) -> Path:
    """The public corpus ``name``, e.g. ``json/jsontestsuite.tar.gz``; skips where it is missing."""
    claimed = os.environ.get("PITHBUNDLE_CORPORA")
    return _found(Path(claimed) if claimed else REPO.parent / "shared" / "corpora", name)


def shared(name: str) -> Path:
    """The file ``name`` of the folder ``shared`` beside the repository; skips where it is missing."""
    return _found(REPO.parent / "shared", name)


def real(name: str) -> Path:
    """The file ``name`` of the registry's real data. It is in the repository, so never skips."""
    return REPO / "vectors" / "real" / name


def fuzz_count(ordinary: int) -> int:
    """How many random inputs to try: ``PITHBUNDLE_FUZZ`` where set, else ``ordinary``."""
    return int(os.environ.get("PITHBUNDLE_FUZZ", ordinary))


def examples(ordinary: int) -> settings:
    """How many examples of a law to try, of which one is costly: ten times as many under ``make fuzz``."""
    return settings(max_examples=ordinary * (10 if "PITHBUNDLE_FUZZ" in os.environ else 1))


def _found(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.exists():
        pytest.skip(f"{name} is not in {folder}; PITHBUNDLE_CORPORA or ../shared says where test data is")
    return path
