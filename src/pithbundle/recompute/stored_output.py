"""An output in object storage: uploaded whole, and complete when its summary is there (spec RECOMP-16).

The names of packs are digests of their content, so that an upload that is repeated changes nothing.
``summary.json`` is written last and, where an output is replaced, removed first. What an interrupted
upload left is part of no output, and the next one removes it.
"""

from __future__ import annotations

import os
from typing import Protocol

from pithbundle.errors import FileError
from pithbundle.recompute.assemble import FOLDERS, KNOWN, SUMMARY


class Objects(Protocol):
    """Object storage that can be written."""

    def names(self, path: str) -> list[str]:
        """The names of all objects below a path, relative to it."""

    def upload(self, path: str, local: str) -> None:
        """Write a file of this machine as an object."""

    def remove(self, path: str) -> None:
        """Remove an object."""


class StoredOutput:
    """An output in object storage, which is written.

    Args:
        storage: where it is.
        path: its path there.
        force: replace an output that is complete; anything else is never replaced.

    Raises:
        FileError: ``io``: there is something else, or the storage cannot be used.
    """

    def __init__(self, storage: Objects, path: str, force: bool) -> None:
        self._storage = storage
        self._path = path.rstrip("/")
        there = storage.names(self._path)
        others = [name for name in there if not _is_of_output(name)]
        if others:
            detail = f"contains {others[0]}, which is of no output of recompute; --force replaces those only"
            raise FileError.at(path, detail)
        if SUMMARY in there and not force:
            raise FileError.at(path, "exists; --force replaces it")

    def write(self, folder: str) -> None:
        """Upload the files of a folder, the summary last, and remove what is not among them.

        Raises:
            FileError: ``io``: the storage cannot be used. The output is then incomplete: it has no summary.
        """
        names = sorted(_files(folder), key=lambda name: (name == SUMMARY, name))
        if SUMMARY in self._storage.names(self._path):
            self._storage.remove(f"{self._path}/{SUMMARY}")
        for name in names:
            self._storage.upload(f"{self._path}/{name}", os.path.join(folder, name))
        for name in self._storage.names(self._path):
            if name not in names and _is_of_output(name):
                self._storage.remove(f"{self._path}/{name}")


def _is_of_output(name: str) -> bool:
    folder, _, last = name.rpartition("/")
    return KNOWN.fullmatch(last) is not None and (not folder or FOLDERS.fullmatch(folder) is not None)


def _files(folder: str) -> list[str]:
    """The names of all files of a folder, relative to it."""
    found: list[str] = []
    for above, _, files in os.walk(folder):
        found += [os.path.relpath(os.path.join(above, name), folder) for name in files]
    return found
