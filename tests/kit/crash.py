"""Crashes of the machine, simulated: what a disk may contain after one (threat F3).

A recorder replaces the functions of :mod:`pithbundle.durable` and notes what they did. A replay builds the
folder that the disk may contain if the machine stopped after some operation: bytes that were not synced
are lost, cut or replaced by zeros, and of the names that were changed since the last sync of their
folder any may be lost. A process that is killed shows none of this, because the system still writes.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pithbundle import durable


@dataclass
class File:
    """A file as the system sees it: what was written, and what of it is on the disk."""

    data: bytes = b""
    durable: bytes = b""

    def after_crash(self, drawn: random.Random) -> bytes:
        """What may be on the disk: what was synced, and of the rest anything."""
        rest = self.data[len(self.durable) :]
        end = drawn.choice([0, drawn.randint(0, len(rest)), len(rest)])
        return self.durable + drawn.choice([rest[:end], bytes(end)])


@dataclass
class Operation:
    """One call: what it is called, the paths that it concerns, and the bytes that it wrote."""

    name: str
    paths: tuple[str, ...]
    data: bytes = b""
    #: The file that it creates, whatever names that gets later.
    file: File = field(default_factory=File)
    #: The file that it renames: a name on the disk leads to a file, not to what had another name meanwhile.
    moved: File | None = None


class Recorder:
    """Notes every operation and carries it out."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.operations: list[Operation] = []
        for name in ("create", "rename", "exchange", "link", "remove", "make_folder", "remove_folder"):
            patch.setattr(durable, name, self._named(name, getattr(durable, name)))
        for name in ("write", "truncate", "sync", "sync_folder"):
            patch.setattr(durable, name, self._described(name, getattr(durable, name)))

    def _named(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        count = 2 if name in ("rename", "exchange", "link") else 1

        def call(*args: Any) -> Any:
            folder = path_of(args[count])
            result = real(*args)
            if result is not False:
                paths = tuple(os.path.join(folder, each) for each in args[:count])
                self.operations.append(Operation(name, paths))
            return result

        return call

    def _described(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(descriptor: int, *args: Any) -> Any:
            result = real(descriptor, *args)
            data = bytes(args[0]) if name == "write" else b"%d" % args[0] if args else b""
            self.operations.append(Operation(name, (path_of(descriptor),), data))
            return result

        return call


def path_of(descriptor: int) -> str:
    """The path of an open file or folder."""
    return os.readlink(f"/proc/self/fd/{descriptor}")


@dataclass
class Disk:
    """The names of a file system, and their changes that are not on the disk yet."""

    root: str
    names: dict[str, File | None] = field(default_factory=dict)
    pending: list[Operation] = field(default_factory=list)
    durable: dict[str, File | None] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Disk:
        """The folder as it is now, all of it on the disk."""
        disk = cls(str(root))
        for path in sorted(root.rglob("*")):
            data = path.read_bytes() if path.is_file() else b""
            disk.names[str(path)] = None if path.is_dir() else File(data, data)
        disk.durable = dict(disk.names)
        return disk

    def apply(self, operation: Operation) -> None:
        """Carry out one operation as the system sees it."""
        path = operation.paths[0]
        if operation.name == "write":
            self._file(path).data += operation.data
        elif operation.name == "truncate":
            file = self._file(path)
            file.data = file.data[: int(operation.data)]
        elif operation.name == "sync":
            file = self._file(path)
            file.durable = file.data
        elif operation.name == "sync_folder":
            self._sync(path)
        else:
            if operation.name == "rename":
                operation.moved = self.names[path]
            change(self.names, operation)
            self.pending.append(operation)

    def _file(self, path: str) -> File:
        file = self.names[path]
        assert file is not None
        return file

    def _sync(self, folder: str) -> None:
        """The changes of names in one folder are on the disk now, in their order."""
        rest = []
        for operation in self.pending:
            if os.path.dirname(operation.paths[0]) == folder:
                change(self.durable, operation)
            else:
                rest.append(operation)
        self.pending = rest

    def crashed(self, drawn: random.Random, target: Path) -> None:
        """Write what may be left after a crash: of the pending changes any may have reached the disk."""
        disk = dict(self.durable)
        for operation in self.pending:
            if drawn.random() < 0.5:
                # What a change needs may itself be lost: then it did not reach the disk either.
                try:
                    change(disk, operation)
                except KeyError:
                    continue
        for path, file in sorted(disk.items()):
            place = target / os.path.relpath(path, self.root)
            if file is None:
                place.mkdir(parents=True, exist_ok=True)
            elif place.parent.is_dir():
                place.write_bytes(file.after_crash(drawn))


def change(names: dict[str, File | None], operation: Operation) -> None:
    """Change names as one operation does.

    Raises:
        KeyError: a name that it needs is not there.
    """
    path, other = operation.paths[0], operation.paths[-1]
    if operation.name == "create":
        names[path] = operation.file
    elif operation.name == "make_folder":
        names[path] = None
    elif operation.name in ("remove", "remove_folder"):
        del names[path]
    elif operation.name == "link":
        names[other] = names[path]
    elif operation.moved is not None:
        if names.get(path) is operation.moved:
            del names[path]
        names[other] = operation.moved
    elif operation.name == "rename":
        require(names, path)
        moved = taken(names, path)
        taken(names, other)
        names.update({other + key: value for key, value in moved.items()})
    else:
        require(names, path)
        require(names, other)
        one, two = taken(names, path), taken(names, other)
        names.update({other + key: value for key, value in one.items()})
        names.update({path + key: value for key, value in two.items()})


def require(names: dict[str, File | None], path: str) -> None:
    """Check that a name is there: what is below a folder may be on the disk before the folder has a name.

    Raises:
        KeyError: it is not.
    """
    if path not in names:
        raise KeyError(path)


def taken(names: dict[str, File | None], path: str) -> dict[str, File | None]:
    """Take a file, or a folder with everything in it, out of the names; keys are what follows the path."""
    found = [key for key in names if key == path or key.startswith(path + "/")]
    return {key.removeprefix(path): names.pop(key) for key in found}


# -- running and replaying ---------------------------------------------------------------------


def recorded(
    root: Path, patch: pytest.MonkeyPatch, work: Callable[[], object]
) -> tuple[Disk, list[Operation]]:
    """The folder as it is before some work, and the operations of the work."""
    disk = Disk.of(root)
    with patch.context() as inner:
        recorder = Recorder(inner)
        work()
    return disk, recorder.operations


def crashes(
    root: Path, disk: Disk, operations: list[Operation], check: Callable[[Path, int], None], draws: int
) -> None:
    """Check what may be left after a crash at each operation."""
    for at, operation in enumerate([*operations, None]):
        for draw in range(draws):
            left = root.parent / f"left-{at}-{draw}"
            left.mkdir()
            disk.crashed(random.Random(1_000 * at + draw), left)
            check(left, at)
            shutil.rmtree(left)
        if operation is not None:
            disk.apply(operation)


#: The operations on a disk at which a process can be killed.
OPERATIONS = (
    "create",
    "write",
    "truncate",
    "sync",
    "sync_folder",
    "rename",
    "exchange",
    "remove",
    "remove_folder",
    "make_folder",
)


def killed_at(at: int, share: float, work: Callable[[], object]) -> bool:
    """Kill a process at one of its operations on the disk; return whether it was.

    In a copy of this process: no time is lost by starting Python 200 times. Of a write at which it is
    killed, a share of the bytes is written.
    """
    pid = os.fork()
    if pid == 0:
        try:
            _kill_after(at, share)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def _kill_after(count: int, share: float) -> None:
    left = count

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                if name == "write":
                    os.write(args[0], bytes(args[1])[: int(len(args[1]) * share)])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args)

        return call

    for name in OPERATIONS:
        setattr(durable, name, counted(name, getattr(durable, name)))


class Failing:
    """Lets one operation on the disk fail, until the patch is undone.

    Args:
        patch: undone by whoever made it.
        names: the operations that are counted.
        at: which of them fails, from 1 on.
        number: the error of the system.
    """

    def __init__(self, patch: pytest.MonkeyPatch, names: Iterable[str], at: int, number: int) -> None:
        self._left = at
        self._number = number
        for name in names:
            patch.setattr(durable, name, self._counted(getattr(durable, name)))

    @property
    def has_failed(self) -> bool:
        """Whether there was an operation to fail."""
        return self._left <= 0

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                raise OSError(self._number, os.strerror(self._number))
            return real(*args)

        return call
