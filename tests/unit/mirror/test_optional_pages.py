"""Whether pages can be made (PAGE-1)."""

from __future__ import annotations

import sys

import pytest

from pithbundle.mirror.optional_pages import are_installed


def without(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    for name in [name for name in sys.modules if name.startswith("pithbundle.mirror.pages.")]:
        monkeypatch.delitem(sys.modules, name)


def test_they_need_jinja2_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert are_installed()
    with monkeypatch.context() as patch:
        without(patch, "jinja2")
        assert not are_installed()
    # Anything else that is missing is a fault of the installation.
    without(monkeypatch, "markupsafe")
    with pytest.raises(ModuleNotFoundError, match="markupsafe"):
        are_installed()
