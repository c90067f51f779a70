"""The commands that CONTRIBUTING.md and CI name are there, and every test belongs to a run."""

from __future__ import annotations

import re

from kit.data import REPO

PAGE = (REPO / "CONTRIBUTING.md").read_text(encoding="utf-8")
CI = (REPO / ".ci" / "run").read_text(encoding="utf-8")
MAKEFILE = (REPO / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))


def ci_targets() -> list[str]:
    """What CI makes, in the order of its text."""
    lines = re.findall(r"^ *make ([^\n]+)$", CI, re.MULTILINE)
    return [word for line in lines for word in line.split() if re.fullmatch("[a-z][a-z-]+", word)]


def test_every_make_target_exists() -> None:
    assert set(re.findall(r"`make ([a-z-]+)", PAGE)) <= TARGETS
    assert set(ci_targets()) <= TARGETS


def test_the_page_lists_what_ci_runs() -> None:
    (row,) = re.findall(r"^\| `\.ci/run` \|([^|]+)\|", PAGE, re.MULTILINE)
    assert re.findall(r"`make ([a-z-]+)`", row.replace("`make unit`", "")) == ci_targets()


def test_the_page_describes_the_long_run() -> None:
    (row,) = re.findall(r"^\| `make long` \|([^|]+)\|", PAGE, re.MULTILINE)
    recipe = re.findall(r"^long:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[0]
    lines = re.findall(r"\$\(MAKE\) (.*)", recipe)
    made = [word for line in lines for word in line.split() if re.fullmatch("[a-z][a-z-]+", word)]
    assert re.findall(r"`make ([a-z-]+)`", row) == made
    counts = {"FUZZ": "1,000,000", "COUNT": "1,000,000", "CASES": "100,000"}
    for name, count in counts.items():
        assert re.search(rf"^{name} *\?= {count.replace(',', '')}$", MAKEFILE, re.MULTILINE), name
        assert count in row


def test_every_mark_of_a_test_is_run_by_something() -> None:
    assert "-m slow" in MAKEFILE and "-m long" in MAKEFILE
    assert "-m cluster" in MAKEFILE
    assert {"test-slow", "test-cluster"} <= {*ci_targets()}


#: The rows of the table "Where to change what".
PLACES = re.findall(
    r"^\| [^|]+ \| ([^|]*`(?:src|tests|docs|js|tools|requirements)/[^|]*) \|$", PAGE, re.MULTILINE
)


def test_every_path_of_the_map_exists() -> None:
    for row in PLACES:
        for name in re.findall(r"`([\w./-]+/[\w./-]*)`", row):
            assert (REPO / name).exists(), name
            assert (REPO / name).is_dir() == name.endswith("/"), name


def test_everything_of_the_package_is_on_the_map() -> None:
    named = {name for row in PLACES for name in re.findall(r"`([^`]+)`", row)}
    package = REPO / "src" / "pithbundle"
    known = {"__main__.py", "escape_tables.py"}
    for path in package.iterdir():
        name = path.relative_to(REPO).as_posix() + "/" * path.is_dir()
        if path.name not in known and path.suffix in ("", ".py") and path.name != "__pycache__":
            assert any(other.startswith(name) for other in named), name
