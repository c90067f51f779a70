"""The digests of a published mirror as the other side of a comparison (spec RECOMP-11, MIRROR-8)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from pithbundle.digests.head import HEAD_FILE
from pithbundle.digests.tree import walk
from pithbundle.durable import Folder
from pithbundle.encoding.values import Object
from pithbundle.errors import FileError
from pithbundle.files import file_error
from pithbundle.mirror.digest_folder import DigestFolder
from pithbundle.mirror.listing import fetch_of
from pithbundle.mirror.served_folder import DIGESTS
from pithbundle.recompute.outputs import OutputRecord


def digests_at(path: str) -> str | None:
    """Return the folder of digests that a path is or has; None where there is none.

    Args:
        path: a folder with ``head.json``, or one with such a folder ``pith-digests``, as a published mirror
            and the folder ``served`` of a store.
    """
    folders = (path, os.path.join(path, DIGESTS))
    return next((each for each in folders if os.path.lexists(os.path.join(each, HEAD_FILE))), None)


class PublishedDigests:
    """The digests that the head of a mirror leads to, as it was when it was opened.

    Attributes:
        path: what the user named.
        basis: the policy and the rules that the head states.
        is_of_mirror: True: they are compared under this policy and these rules alone (MIRROR-8).

    Args:
        path: what the user named.
        folder: the folder of digests that it is or has, as :func:`digests_at` returns it.

    Raises:
        FileError: ``io``: the head cannot be read.
        DigestError: the head is not in its form (MIRROR-4).
    """

    is_of_mirror: Final = True

    def __init__(self, path: str, folder: str) -> None:
        self.path = path
        self._folder = folder
        where = os.path.join(folder, HEAD_FILE)
        try:
            with Folder.open(folder) as opened:
                head = DigestFolder(opened).head()
        except OSError as error:
            raise file_error(where, error) from error
        if head is None:
            raise FileError.at(where, "no such file or directory")
        self._tree = head.tree
        self.basis: Object | None = {"policy_sha256": head.policy_sha256, "rules": head.rules}

    def records(self) -> Iterator[OutputRecord]:
        """Every record, in the order of the suffixes, with the digest that the mirror states.

        Raises:
            FileError: ``io``: a file cannot be read.
            DigestError: ``digest_invalid``: a file is not the one of its name, or not in its form (MIRROR-3).
        """
        try:
            with Folder.open(self._folder) as opened:
                for line in walk(self._tree, fetch_of(self._folder, DigestFolder(opened))):
                    yield OutputRecord(line.suffix, leaf=line.digest)
        except OSError as error:
            raise file_error(self._folder, error) from error
