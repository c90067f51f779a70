"""The folder of an audit: findings, heads, the report (spec AUDIT-12).

A finding has a name that follows from what was found, so that another round finds it there and leaves it as
it was written first. Every file appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, Self

from pithbundle import durable
from pithbundle.digests.head import HEAD_BYTES
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.files import file_error
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import Finding, finding_name
from pithbundle.mirror.audit.mirrors import Mirror

FINDINGS: Final = "findings"
HEADS: Final = "heads"
REPORT: Final = "report.json"
PAGE: Final = "report.html"
CURSOR: Final = "cursor.json"
_TEMPORARY: Final = "new.part"
_KNOWN: Final = re.compile(
    r"report\.json|report\.html|cursor\.json|new\.part|[a-z_]+-(?:[A-Z2-7]{26}|mirror)-[0-9a-f]{16}\.json"
    r"|[0-9a-f]{16}-[0-9a-f]{64}\.json"
)
_FOLDERS: Final = re.compile("findings|heads")
_HEAD_NAME: Final = re.compile(r"([0-9a-f]{16})-[0-9a-f]{64}\.json")


class AuditFolder:
    """The folder, held against other audits while it is open."""

    def __init__(self, path: str) -> None:
        """Open the folder; make it if it does not exist.

        Raises:
            FileError: ``io``: it contains something else, another audit holds it, or the system rejects it.
        """
        self.path = path
        self._stack = contextlib.ExitStack()
        with _failing(path):
            try:
                parent = Folder.open(os.path.dirname(path.rstrip("/")) or ".")
                with parent, contextlib.suppress(FileExistsError):
                    durable.make_folder(os.path.basename(path.rstrip("/")), parent.descriptor)
                    parent.sync()
                self._folder = self._stack.enter_context(Folder.open(path))
                self._stack.enter_context(self._folder.locked())
                self._folder.require_known(_KNOWN, _FOLDERS)
                self._findings = self._stack.enter_context(self._subfolder(FINDINGS))
                self._heads = self._stack.enter_context(self._subfolder(HEADS))
            except BaseException:
                self._stack.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _subfolder(self, name: str) -> Folder:
        with contextlib.suppress(FileExistsError):
            durable.make_folder(name, self._folder.descriptor)
            self._folder.sync()
        return self._folder.subfolder(name)

    # -- findings ---------------------------------------------------------------------------

    def keep(self, finding: Finding, found: Found) -> str:
        """Write a finding unless it was written before, and sync it; return its name.

        Raises:
            FileError: ``io``: it cannot be written.
        """
        name = finding_name(found.key)
        with _failing(os.path.join(self.path, FINDINGS, name)):
            self._write(self._findings, name, finding.to_bytes())
        return name

    def _write(self, folder: Folder, name: str, data: bytes) -> None:
        mode = folder.mode(name)
        if mode is None:
            self._replace(folder, name, data)
        elif not stat.S_ISREG(mode):
            # The evidence would not be there, and the cursor would move past it.
            raise OSError(errno.EEXIST, "is not a regular file, and is not replaced")

    def _replace(self, folder: Folder, name: str, data: bytes) -> None:
        folder.write_file(name, data, _TEMPORARY)
        folder.sync()

    # -- heads ------------------------------------------------------------------------------

    def keep_heads(self, mirrors: Sequence[Mirror]) -> None:
        """Keep the heads that were read, so that a later audit finds one that contradicts them.

        Raises:
            FileError: ``io``: one cannot be written.
        """
        for mirror in mirrors:
            for one in mirror.heads:
                name = f"{_digest(mirror.base)}-{sha256(one.raw).hexdigest()}.json"
                with _failing(os.path.join(self.path, HEADS, name)):
                    self._write(self._heads, name, one.raw)

    def heads(self, bases: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The base URLs of mirrors with heads that were kept of them.

        Raises:
            FileError: ``io``: one cannot be read.
        """
        by_digest = {_digest(base): base for base in bases}
        with _failing(os.path.join(self.path, HEADS)):
            for name in self._heads.names():
                named = _HEAD_NAME.fullmatch(name)
                if named is not None and named[1] in by_digest:
                    with os.fdopen(self._heads.open_file(name), "rb") as file:
                        yield by_digest[named[1]], file.read(HEAD_BYTES + 1)

    # -- other files ------------------------------------------------------------------------

    def write(self, name: str, data: bytes) -> None:
        """Replace one of the other files in one step.

        Raises:
            FileError: ``io``: it cannot be written.
        """
        with _failing(os.path.join(self.path, name)):
            self._replace(self._folder, name, data)

    def read(self, name: str, limit: int) -> bytes | None:
        """Return one of the other files; None where there is none.

        Raises:
            FileError: ``io``: it cannot be read.
        """
        with _failing(os.path.join(self.path, name)):
            if self._folder.mode(name) is None:
                return None
            with os.fdopen(self._folder.open_file(name), "rb") as file:
                return file.read(limit + 1)


@contextlib.contextmanager
def _failing(path: str) -> Iterator[None]:
    try:
        yield
    except BlockingIOError as error:
        raise FileError.at(path, "another audit holds it") from error
    except OSError as error:
        raise file_error(path, error) from error


def _digest(base: str) -> str:
    return sha256(base.rstrip("/").encode("utf-8")).hexdigest()[:16]
