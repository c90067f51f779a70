"""What a store serves beside its bundles: digests and packs, in a folder of it (spec MIRROR-16)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from pithbundle.archive.lines import line_of
from pithbundle.archive.manifest import LIMITS, MANIFEST, Manifest
from pithbundle.archive.writer import Writer
from pithbundle.digests.head import HEAD_FILE, Head
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.files import read_regular
from pithbundle.mirror.answers import JSON, PACK, TEXT, FileDocument
from pithbundle.mirror.digest_folder import DigestFolder, Published, Sign, Statement, write_digests
from pithbundle.store import View
from pithbundle.wall_clock import stamp

#: The folder in that of the store, and what is in it.
SERVED: Final = "served"
DIGESTS: Final = "pith-digests"
PACKS: Final = "pith-packs"
PAGES: Final = "pith-pages"
#: The end of the address of the page of a record.
PAGE: Final = "/index.html"
#: What follows `pith/S` in the address of the badge of a record (PAGE-14).
BADGE: Final = "/badge.svg"
#: The address of the index page.
INDEX: Final = "index.html"
#: The mark that is in it.
GENERATOR: Final = "pithbundle mirror"
TARGETS: Final = "targets"
#: The path of the archive that a head states.
ARCHIVE: Final = f"{PACKS}/{MANIFEST}"
_HEADS: Final = "heads.txt"
#: The heads that are noted.
_MOST_HEADS: Final = 1_024
#: Bytes of an index at most.
_MOST_INDEX: Final = 1 << 30
#: As the writer of digests names it, so that either removes what the other left.
_TEMPORARY: Final = "new.part"
#: The seconds to wait for another process that makes the next generation.
_PATIENCE: Final = 60.0


class ServedFolder:
    """The folder ``served`` of a store.

    It can be lost as a whole: the next generation then is the first one of a chain of its own, which a
    publisher does not write over a longer chain.

    Args:
        store: the folder of the store.

    Every method raises ``OSError`` for what the system rejects.
    """

    def __init__(self, store: str) -> None:
        self.path = os.path.join(store, SERVED)
        self.digests = os.path.join(self.path, DIGESTS)
        self.packs = os.path.join(self.path, PACKS)

    @contextlib.contextmanager
    def locked(self) -> Iterator[Folder]:
        """Hold the folder against other processes; it is made where there is none.

        Raises:
            FileError: ``io``: another process holds it for longer than a minute.
        """
        with Folder.open(os.path.dirname(self.path)) as store:
            with contextlib.suppress(FileExistsError):
                store.make_folder(SERVED).close()
                store.sync()
            with store.subfolder(SERVED) as folder, contextlib.ExitStack() as stack:
                try:
                    stack.enter_context(folder.locked(_PATIENCE))
                except BlockingIOError:
                    reason = (
                        f"another process has held it for {_PATIENCE:g} seconds; try again when it is done"
                    )
                    raise FileError.at(self.path, reason) from None
                yield folder

    @contextlib.contextmanager
    def publication(self) -> Iterator[None]:
        """Hold the notes of targets: for a target that cannot be held itself.

        Raises:
            FileError: ``io``: another process publishes from this store.
        """
        with self.locked() as folder, contextlib.suppress(FileExistsError):
            folder.make_folder(TARGETS).close()
            folder.sync()
        with Folder.open(os.path.join(self.path, TARGETS)) as notes, contextlib.ExitStack() as stack:
            try:
                stack.enter_context(notes.locked())
            except BlockingIOError:
                reason = "another process publishes from this store; try again when it is done"
                raise FileError.at(self.path, reason) from None
            yield

    def head(self) -> Head | None:
        """Return the current head; None where there is none.

        Raises:
            DigestError: it is not in its form.
        """
        if not os.path.isdir(self.digests):
            return None
        with Folder.open(self.digests) as folder:
            return DigestFolder(folder).head()

    def next(
        self, view: View, origin: str, *, generated_at: str | None = None, sign: Sign | None = None
    ) -> Published:
        """Make the generation of a view, if anything changed; the caller holds the folder.

        Args:
            view: of the store, opened while the folder was held: a later generation has later records.
            origin: the name of the mirror.
            generated_at: in whole seconds; by default now.
            sign: returns the head with a signature.

        Raises:
            DigestError: a leaf would be too large, or the head of the folder is not in its form.
            StoreError: the index of the store is damaged.
        """
        archive = ARCHIVE if os.path.lexists(os.path.join(self.packs, MANIFEST)) else None
        statement = Statement(
            origin,
            view.rules,
            view.policy_sha256,
            view.records,
            view.events,
            generated_at or stamp(),
            archive,
        )
        made = write_digests(self.digests, view.lines, statement, sign)
        if made.head.sha256 not in self.heads():
            self._note(made.head)
        return made

    def _note(self, *heads: Head) -> None:
        """Note the digests of heads, the last ones that were made."""
        lines = [*self.heads(), *(head.sha256 for head in heads)][-_MOST_HEADS:]
        self._write(self.path, _HEADS, "".join(f"{line}\n" for line in lines).encode("ascii"))

    def heads(self) -> list[str]:
        """The digests of the last heads, the latest one last; without those that were lost with the folder.

        Raises:
            FileError: ``io``: the list cannot be read.
        """
        path = os.path.join(self.path, _HEADS)
        if not os.path.lexists(path):
            return []
        return read_regular(path, _MOST_HEADS * 65).decode("ascii", "replace").split()

    def adopt(self, head: Head) -> None:
        """Take a head that is at a target for the current one; the caller holds the folder."""
        with Folder.open(self.path) as folder:
            if folder.mode(DIGESTS) is None:
                folder.make_folder(DIGESTS).close()
                folder.sync()
        self._write(self.digests, HEAD_FILE, head.to_bytes())
        self._note(head)

    @staticmethod
    def _write(path: str, name: str, data: bytes) -> None:
        with Folder.open(path) as folder:
            folder.write_file(name, data, _TEMPORARY)
            folder.sync()

    def make_packs(self, view: View) -> Manifest:
        """Write an archive of all bundles that a view serves; the caller holds the folder (ARCH-1).

        It replaces the one before in one step. Packs with the same bundles have the same names and bytes.

        Raises:
            PithError: a bundle is damaged, or the archive cannot be written.
        """
        with Writer(self.packs, force=True) as writer:
            for suffix in view.suffixes():
                served = view.bundles_of(suffix)
                for part in () if served is None else served.parts:
                    writer.add(line_of(part))
            return writer.finish()

    def packs_mark(self) -> object:
        """What differs once another process has written the archive; None without one that can be read."""
        try:
            found = os.lstat(os.path.join(self.packs, MANIFEST))
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def pack_files(self) -> dict[str, FileDocument]:
        """The files of the archive by their names, the manifest last; none without packs.

        Raises:
            PithError: the manifest is not in its form, or cannot be read.
        """
        path = os.path.join(self.packs, MANIFEST)
        if not os.path.lexists(path):
            return {}
        data = read_regular(path, LIMITS.size)
        found = {}
        for info in Manifest.from_bytes(data).packs:
            pack, index = (os.path.join(self.packs, name) for name in (info.file, info.index_file))
            size, digest = info.file_bytes, info.file_sha256
            found[info.file] = FileDocument(pack, size, PACK, digest, immutable=True)
            content = read_regular(index, _MOST_INDEX)
            digest = sha256(content).hexdigest()
            found[info.index_file] = FileDocument(index, len(content), TEXT, digest, immutable=True)
        digest = sha256(data).hexdigest()
        found[MANIFEST] = FileDocument(path, len(data), JSON, digest, immutable=False)
        return found
