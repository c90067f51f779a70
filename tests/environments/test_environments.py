"""The same bytes and verdicts in every environment: hash seed, locale, zone, -O, digit limit, folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit.data import REPO

REPORTED = REPO / "tests" / "environments" / "digests.py"
DEMO = REPO / "vectors" / "demo"

#: Options of the interpreter, and what is added to the environment.
ENVIRONMENTS: list[tuple[list[str], dict[str, str]]] = [
    ([], {"PYTHONHASHSEED": "1"}),
    ([], {"PYTHONHASHSEED": "4294967295"}),
    ([], {"TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"}),
    ([], {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    (["-O"], {"PYTHONINTMAXSTRDIGITS": "640"}),
    (["-OO"], {"PYTHONINTMAXSTRDIGITS": "0", "PYTHONIOENCODING": "latin-1"}),
    (["-X", "dev", "-X", "utf8=0"], {"LC_ALL": "POSIX"}),
    (["-bb", "-W", "error", "-s"], {"PYTHONMALLOC": "debug", "PYTHONNODEBUGRANGES": "1"}),
]  # fmt: skip


def output_of(options: list[str], added: dict[str, str], folder: Path) -> str:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "COV"))
    }
    ran = subprocess.run(
        [sys.executable, *options, str(REPORTED), str(DEMO)],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(REPO / "src"), **added},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ran.stderr == ""
    return ran.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    return output_of([], {"PYTHONHASHSEED": "0"}, tmp_path_factory.mktemp("plain"))


def test_the_plain_run_reports_everything(plain: str) -> None:
    lines = plain.splitlines()
    assert sum(" verified " in line for line in lines) > 20
    assert [line.split()[:3] for line in lines if " rejected " in line] == [
        ["digits", "rejected", "number_range"],
        ["deep", "rejected", "depth"],
        ["bool", "rejected", "type"],
        ["latin", "rejected", "utf8"],
        ["hash", "rejected", "hash_mismatch"],
    ]


@pytest.mark.parametrize(("options", "added"), ENVIRONMENTS, ids=lambda part: " ".join(part) or "-")
def test_no_environment_changes_a_byte(
    options: list[str], added: dict[str, str], plain: str, tmp_path: Path
) -> None:
    assert output_of(options, added, tmp_path) == plain


def test_a_hostile_folder_to_work_in_changes_nothing(plain: str, tmp_path: Path) -> None:
    for name in ("json", "orjson", "cbor2", "nacl", "hashlib", "pithbundle", "re", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a file of the folder was imported')\n")
    assert output_of([], {}, tmp_path) == plain
