"""The folder of an audit: findings, heads, the report (spec AUDIT-12).

A finding has a name that follows from what was found, so that another round finds it there and leaves it as
it was written first. Every file appears whole or not at all. What a mirror may use up is bounded (AUDIT-18).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, Self

from pithbundle import durable
from pithbundle.digests.head import HEAD_BYTES, Head
from pithbundle.durable import Folder
from pithbundle.errors import DigestError, FileError
from pithbundle.files import file_error
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import Finding, finding_name
from pithbundle.mirror.audit.mirrors import Mirror
from pithbundle.mirror.audit.shares import (
    MOST_HEADS,
    SHARE,
    SHARE_BYTES,
    Share,
    head_to_forget,
    mirror_digest,
    share_of,
)

FINDINGS: Final = "findings"
HEADS: Final = "heads"
REPORT: Final = "report.json"
PAGE: Final = "report.html"
CURSOR: Final = "cursor.json"
_TEMPORARY: Final = "new.part"
_KNOWN: Final = re.compile(
    r"report\.json|report\.html|cursor\.json|new\.part"
    r"|[a-z_]+-(?:[A-Z2-7]{26}|mirror)-[0-9a-f]{16}-[0-9a-f]{32}\.json"
    r"|[0-9a-f]{16}-[0-9a-f]{64}\.json"
)
_FOLDERS: Final = re.compile("findings|heads")
#: The names that findings have had in every version (AUDIT-12).
_OF_A_FINDING: Final = re.compile(r"[a-z_]+-(?:[A-Z2-7]{26}|mirror)-[0-9a-f-]+\.json")
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
                self._require_known()
                self._findings = self._stack.enter_context(self._subfolder(FINDINGS))
                self._heads = self._stack.enter_context(self._subfolder(HEADS))
                #: How many findings of each share there are, and their bytes.
                self._count, self._bytes = self._used()
            except BaseException:
                self._stack.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _require_known(self) -> None:
        if stat.S_ISDIR(self._folder.mode(FINDINGS) or 0):
            with self._folder.subfolder(FINDINGS) as findings:
                for name in findings.names():
                    if _KNOWN.fullmatch(name) is None and _OF_A_FINDING.fullmatch(name) is not None:
                        detail = f"{FINDINGS} contains {name!r}, a finding of another version of pithbundle"
                        raise OSError(errno.ENOTEMPTY, detail)
        self._folder.require_known(_KNOWN, _FOLDERS)

    def _subfolder(self, name: str) -> Folder:
        with contextlib.suppress(FileExistsError):
            durable.make_folder(name, self._folder.descriptor)
            self._folder.sync()
        return self._folder.subfolder(name)

    # -- findings ---------------------------------------------------------------------------

    def _used(self) -> tuple[Counter[Share | None], Counter[Share | None]]:
        count: Counter[Share | None] = Counter()
        size: Counter[Share | None] = Counter()
        for name in self._findings.names():
            count[share_of(name)] += 1
            size[share_of(name)] += self._findings.size(name) or 0
        return count, size

    def keep(self, finding: Finding, found: Found) -> str | None:
        """Write a finding unless it was written before, and sync it.

        Returns:
            Its name; None if the share of its mirror is used up, so that it is not kept (AUDIT-18).

        Raises:
            FileError: ``io``: it cannot be written.
        """
        name = finding_name(found.key)
        share = share_of(name)
        with _failing(os.path.join(self.path, FINDINGS, name)):
            if self._is_there(self._findings, name):
                return name
            if self._count[share] >= SHARE:
                return None
            data = finding.to_bytes()
            if self._bytes[share] + len(data) > SHARE_BYTES:
                return None
            self._replace(self._findings, name, data)
        self._count[share] += 1
        self._bytes[share] += len(data)
        return name

    def _is_there(self, folder: Folder, name: str) -> bool:
        mode = folder.mode(name)
        if mode is not None and not stat.S_ISREG(mode):
            # The evidence would not be there, and the cursor would move past it.
            raise OSError(errno.EEXIST, "is not a regular file, and is not replaced")
        return mode is not None

    def _replace(self, folder: Folder, name: str, data: bytes) -> None:
        folder.write_file(name, data, _TEMPORARY)
        folder.sync()

    # -- heads ------------------------------------------------------------------------------

    def keep_heads(self, mirrors: Sequence[Mirror]) -> None:
        """Keep the heads that were read, so that a later audit finds one that contradicts them.

        Of each mirror :data:`MOST_HEADS` stay (AUDIT-18).

        Raises:
            FileError: ``io``: one cannot be written, read or removed.
        """
        for mirror in mirrors:
            with _failing(os.path.join(self.path, HEADS)):
                held = self._held_heads(mirror.base)
            for one in mirror.heads:
                name = f"{mirror_digest(mirror.base)}-{sha256(one.raw).hexdigest()}.json"
                with _failing(os.path.join(self.path, HEADS, name)):
                    if not self._is_there(self._heads, name):
                        self._replace(self._heads, name, one.raw)
                        held[name] = one.head.origin, one.head.generation
                        self._forget_heads(held)

    def _held_heads(self, base: str) -> dict[str, tuple[str, int]]:
        """The origin and the generation of each head of a mirror, those written longest ago first."""
        digest = mirror_digest(base)
        found = {name: self._heads.status(name) for name in self._heads.names() if name.startswith(digest)}
        # Behind what another one may have removed meanwhile.
        written = {name: status.st_mtime_ns for name, status in found.items() if status is not None}
        return {name: self._origin(name) for name in sorted(written, key=lambda name: written[name])}

    def _origin(self, name: str) -> tuple[str, int]:
        try:
            head = Head.from_bytes(self._head(name))
        except DigestError:
            return "", 0
        return head.origin, head.generation

    def _forget_heads(self, held: dict[str, tuple[str, int]]) -> None:
        """Remove the heads of a mirror that are too many."""
        while len(held) > MOST_HEADS:
            name = head_to_forget(held)
            self._heads.remove(name)
            self._heads.sync()
            del held[name]

    def _head(self, name: str) -> bytes:
        with os.fdopen(self._heads.open_file(name), "rb") as file:
            return file.read(HEAD_BYTES + 1)

    def heads(self, bases: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The base URLs of mirrors with heads that were kept of them.

        Raises:
            FileError: ``io``: one cannot be read.
        """
        by_digest = {mirror_digest(base): base for base in bases}
        with _failing(os.path.join(self.path, HEADS)):
            for name in self._heads.names():
                named = _HEAD_NAME.fullmatch(name)
                if named is not None and named[1] in by_digest:
                    yield by_digest[named[1]], self._head(name)

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
