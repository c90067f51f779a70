"""What a run reports while it works."""

from __future__ import annotations

from pathlib import Path

from kit.archives import write
from kit.recomputed import registry, verifier
from pithbundle.archive.rejected import Rejections
from pithbundle.errors import InputError
from pithbundle.progress import Progress, Silent
from pithbundle.recompute.run import recompute


class Noted:
    """Notes every report."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int | None]] = []
        self.calls: list[tuple[str, int, int]] = []

    def begin(self, what: str, total: int | None) -> None:
        self.steps.append((what, total))

    def __call__(self, done: int, rejected: int = 0) -> None:
        self.calls.append((self.steps[-1][0], done, rejected))


def test_the_steps_of_a_run(tmp_path: Path) -> None:
    lines = registry(6)
    write(tmp_path / "in", lines[0::2])
    rejected = Rejections()
    rejected.add("file", "line 1", InputError("syntax", "no JSON"))
    noted = Noted()
    shown: Progress = noted
    recompute(
        [str(tmp_path / "in")], str(tmp_path / "out"), verifier(), lines=lines[1::2], rejected=rejected,
        progress=shown,
    )  # fmt: skip
    assert noted.steps == [("reading", None), ("verifying", 18), ("merging", None), ("writing", 18)]
    verified = [(done, count) for what, done, count in noted.calls if what == "verifying"]
    assert verified[-1] == (18, 1) and verified == sorted(verified)
    # The records of which no frame has all lines are verified again.
    assert [done for what, done, _ in noted.calls if what == "merging"][-1] == 18


def test_nothing_is_reported() -> None:
    silent: Progress = Silent()
    silent.begin("reading", None)
    silent(1, 2)
