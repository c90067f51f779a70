"""What a store serves beside its bundles: digests and packs, in a folder of it (spec MIRROR-16)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from pithbundle.archive.lines import line_of
from pithbundle.archive.manifest import LIMITS, MANIFEST, Manifest
from pithbundle.archive.writer import Writer
from pithbundle.digests.head import Head
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.files import read_regular
from pithbundle.mirror.digest_folder import DigestFolder, Published, Sign, Statement, write_digests
from pithbundle.store import View

#: The folder in that of the store, and what is in it.
SERVED: Final = "served"
DIGESTS: Final = "pith-digests"
PACKS: Final = "pith-packs"
TARGETS: Final = "targets"
#: The path of the archive that a head states.
ARCHIVE: Final = f"{PACKS}/{MANIFEST}"
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
            origin, view.rules, view.policy_sha256, view.records, view.events, generated_at or now(), archive
        )
        return write_digests(self.digests, view.lines, statement, sign)

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

    def manifest(self) -> Manifest | None:
        """Return the manifest of the packs; None without packs.

        Raises:
            PithError: it is not in its form, or cannot be read.
        """
        path = os.path.join(self.packs, MANIFEST)
        return Manifest.from_bytes(read_regular(path, LIMITS.size)) if os.path.lexists(path) else None


def now() -> str:
    """The time of the clock of this machine in whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
