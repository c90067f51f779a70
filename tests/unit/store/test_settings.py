"""The settings of a store (STORE-1)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kit.stores import POLICY, WIDER
from pithbundle import FileError, PithError
from pithbundle.durable import Folder
from pithbundle.store.settings import Settings, create_store, read_settings, require_origin, write_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_store(str(tmp_path / "s"), POLICY, ["https://mirror.example"])
    return tmp_path / "s"


def read(path: Path) -> Settings:
    with Folder.open(str(path)) as folder:
        return read_settings(folder)


def test_they_are_read_as_they_were_written(path: Path) -> None:
    found = read(path)
    assert found.policy == POLICY and found.sources == ("https://mirror.example",)
    assert len(found.store) == 32
    changed = Settings(found.store, ("b", "a"), WIDER)
    (path / "settings.tmp").write_text("left by a crash")
    with Folder.open(str(path)) as folder:
        write_settings(folder, changed)
    assert read(path) == changed
    assert sorted(os.listdir(path)) == ["pith-store.json", "policy.json", "quarantine", "segments"]


def test_each_store_has_an_id_of_its_own(path: Path, tmp_path: Path) -> None:
    create_store(str(tmp_path / "t"), POLICY, [])
    assert read(tmp_path / "t").store != read(path).store


@pytest.mark.parametrize(
    "changes",
    [
        {"store_version": "2"},
        {"store_type": "x"},
        {"sources": "a"},
        {"sources": [1]},
        {"store": "0" * 31},
        {"store": 7},
        {"more": 1},
    ],
)
def test_other_settings_are_rejected(path: Path, changes: dict[str, Any]) -> None:
    file = path / "pith-store.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
    with pytest.raises(PithError, match="not the settings of a store of this version"):
        read(path)


def test_what_is_no_store(tmp_path: Path, path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        read(tmp_path)
    (path / "pith-store.json").write_text("[]")
    with pytest.raises(PithError, match="not the settings"):
        read(path)
    (path / "pith-store.json").unlink()
    os.mkfifo(path / "pith-store.json")
    with pytest.raises(FileError):
        read(path)


def test_origins() -> None:
    assert require_origin("é" * 512) == "é" * 512
    for wrong in ("é" * 513, "", None, "\udc80"):
        with pytest.raises(PithError):
            require_origin(wrong)
