"""The clock of the machine is read for stamps alone, so that its jumps break no deadline."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.data import REPO
from pithbundle import wall_clock

PACKAGE = REPO / "src" / "pithbundle"
#: What reads it, as an attribute of a module or a class, or as a name that was imported.
READS = {
    "time.time", "time.time_ns", "time.gmtime", "time.localtime", "time.ctime", "time.asctime",
    "time.strftime", "time.clock_gettime", "time.clock_gettime_ns",
    "datetime.now", "datetime.utcnow", "datetime.today",
    "date.today", "email.utils.localtime", "email.utils.formatdate",
}  # fmt: skip


def reads(source: str) -> list[str]:
    """Each place at which a module reads the clock of the machine."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            found += [name] if name in READS or f"email.{name}" in READS else []
        elif isinstance(node, ast.ImportFrom):
            found += [name for each in node.names if (name := f"{node.module}.{each.name}") in READS]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()", "from time import time", "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "import datetime\ndatetime.date.today()", "time.strftime('%Y')", "field(default=datetime.now)",
        "from email.utils import formatdate", "utils.localtime()",
    ],
)  # fmt: skip
def test_each_way_to_read_it_is_noticed(source: str) -> None:
    assert len(reads(source)) == 1


def test_one_module_reads_it() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    found = {path.relative_to(PACKAGE): reads(source) for path, source in sources.items()}
    assert {path: places for path, places in found.items() if places} == {
        Path("wall_clock.py"): ["datetime.now"]
    }


#: Who asks for a stamp. Each writes it into a document or compares it with a time that a document states.
STAMPING = {
    "cli/clock.py", "cli/mirror_audit_run.py", "mirror/audit/run.py", "mirror/served_folder.py",
    "net/client.py", "store/adding.py",
}  # fmt: skip


def test_stamps_are_all_that_it_is_for() -> None:
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "pithbundle.wall_clock import" in path.read_text(encoding="utf-8")
    }
    assert importing == STAMPING


def test_the_time_in_its_two_forms() -> None:
    before = datetime.now(UTC)
    now, stamp = wall_clock.utc_now(), wall_clock.stamp()
    assert before <= now <= datetime.now(UTC) and now.tzinfo is UTC
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp)
    assert abs((datetime.fromisoformat(stamp) - now).total_seconds()) < 60
