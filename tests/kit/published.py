"""Stores that are published as files, or interrupted, and served as a plain file server does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pithbundle.mirror.publishing import Publication, publish
from pithbundle.mirror.target import LocalTarget

TIME = "2026-11-20T00:00:00Z"


class Killed(BaseException):
    """Where a publication ends."""


def kill_at(target: LocalTarget, at: int) -> Callable[[], int]:
    """Let a target fail at its change of a number; how many changes there were."""
    count = 0
    for name in ("put", "put_file", "remove"):
        original = getattr(target, name)

        def call(*args: Any, original: Callable[..., Any] = original) -> Any:
            nonlocal count
            count += 1
            if count == at:
                raise Killed
            return original(*args)

        setattr(target, name, call)
    return lambda: count


def kill_before(target: LocalTarget, address: str) -> None:
    """Let a target fail when it writes a file."""
    original = target.put

    def put(given: str, data: bytes) -> bool:
        if given == address:
            raise Killed
        return original(given, data)

    setattr(target, "put", put)  # noqa: B010 - a method of one object


def published(store: Path, to: Path, *, kill: int | str = 0, **options: Any) -> Publication | None:
    """Publish a store into a folder; None if it ended at the change of a number, or before an address."""
    options = {"origin": "mirror.example", "generated_at": TIME, **options}
    with LocalTarget(str(to)) as target:
        if type(kill) is str:
            kill_before(target, kill)
        elif type(kill) is int and kill:
            kill_at(target, kill)
        try:
            return publish(str(store), target, **options)
        except Killed:
            return None


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by the paths at which a plain file server has them."""
    return {f"/{each.relative_to(folder)}": each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@dataclass
class Folder:
    """What a plain file server has, for :class:`kit.lying_mirror.Wire`. A test may replace files."""

    base: str
    files: dict[str, bytes]
    requests: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, base: str = "https://p.example") -> Folder:
        return cls(base, files_of(folder))

    def respond(self, path: str) -> tuple[int, bytes]:
        """The status and the body for a path."""
        self.requests.append(path)
        data = self.files.get(path)
        return (404, b"<html>not found</html>") if data is None else (200, data)
