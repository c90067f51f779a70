"""Publishing a store as files for a plain file server (spec MIRROR-17)."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Final

from pithbundle.archive.manifest import LIMITS, MANIFEST, Manifest
from pithbundle.bundle.number import is_suffix
from pithbundle.digests.head import HEAD_BYTES, HEAD_FILE, NEXT_FILE, Head
from pithbundle.durable import Folder
from pithbundle.errors import FileError, PithError
from pithbundle.files import file_error
from pithbundle.mirror.answers import Document, FileDocument
from pithbundle.mirror.digest_folder import Sign
from pithbundle.mirror.published_pages import INDEX_BYTES, Pages
from pithbundle.mirror.served_folder import ARCHIVE, DIGESTS, INDEX, PACKS, PAGES, TARGETS, ServedFolder
from pithbundle.mirror.site import Site
from pithbundle.mirror.target import Target

#: The next head, before the bundles of its generation replace those of the one before.
NEXT: Final = f"{DIGESTS}/{NEXT_FILE}"
_HEAD: Final = f"{DIGESTS}/{HEAD_FILE}"
#: A larger number is needed where other bytes follow from the same bundles, policy and sources.
_DOCUMENTS: Final = "1"
_LINE: Final = 26 + 1 + 64 + 1
_MOST_NOTE_HEAD: Final = 1 << 20
_PARTS: Final = "parts.json"


@dataclass(slots=True)
class Publication:
    """What :func:`publish` did."""

    head: Head
    #: Whether the target has another head than before.
    is_new: bool = False
    records: int = 0
    #: The records whose files were made again, and those whose files were removed.
    changed: int = 0
    withdrawn: int = 0
    #: The files that were written and removed, and the bytes of those that were written.
    written: int = 0
    removed: int = 0
    bytes: int = 0


def publish(
    store: str,
    target: Target,
    *,
    origin: str | None = None,
    base_url: str | None = None,
    sign: Sign | None = None,
    packs: bool = False,
    adopt: bool = False,
    pages: bool = False,
    generated_at: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Publication:
    """Write what a store serves to a target: only what changed, the head last (MIRROR-17).

    Args:
        store: the folder of the store.
        target: where it is written.
        origin: the name of the mirror; by default that of the head before.
        base_url: under which the target is reached; without one there is no manifest.
        sign: signs the head, if there is a new one.
        packs: write an archive of all bundles too.
        adopt: take the head of the target for the one before, though this store did not make it.
        pages: write the page of each record too; without it the pages at the target are removed.
        generated_at: of the head; by default now.
        progress: called with the number of records that were done.

    Raises:
        FileError: ``io``: the target has a head that this store did not make, or something cannot be
            read or written.
        DigestError: a head is not in its form, or the signature is not one of the head.
        StoreError: the store is damaged.
    """
    folder = ServedFolder(store)
    with contextlib.ExitStack() as stack:
        try:
            if not target.is_held:
                stack.enter_context(folder.publication())
            theirs = _head_of(target)
            _require_own(folder, target, theirs, origin, adopt)
            site = stack.enter_context(
                Site.open(
                    store, origin=origin, base_url=base_url, sign=sign, generated_at=generated_at, packs=packs
                )
            )
        except OSError as error:
            raise file_error(folder.path, error) from error
        head = site.head
        if head is None:
            raise FileError.at(store, "the first head needs the name of the mirror: add --origin")
        return _Run(site, head, target, theirs, progress, pages=pages).run()


def _head_of(target: Target) -> Head | None:
    data = target.read(_HEAD, HEAD_BYTES)
    return None if data is None else Head.from_bytes(data)


def _require_own(
    folder: ServedFolder, target: Target, theirs: Head | None, origin: str | None, adopt: bool
) -> None:
    """Check that a head at the target is one that this store made; with ``adopt`` take it over."""
    ours = folder.head()
    if theirs is None or (ours is not None and theirs.sha256 == ours.sha256):
        return
    name = origin or (None if ours is None else ours.origin)
    if name not in (None, theirs.origin):
        raise FileError.at(target.name, f"has the head of {theirs.origin}, not of {name}")
    is_later = ours is None or theirs.generation >= ours.generation
    if not is_later and theirs.sha256 in folder.heads():
        return
    if not adopt:
        what = "a later head than this store" if is_later else "a head that this store did not make"
        raise FileError.at(
            target.name,
            f"has {what}, generation {theirs.generation}: another store publishes there, or this one was "
            "restored",
        )
    if is_later:
        with folder.locked():
            folder.adopt(theirs)


class _Run:
    """One publication."""

    def __init__(
        self,
        site: Site,
        head: Head,
        target: Target,
        theirs: Head | None,
        progress: Callable[[int], None],
        *,
        pages: bool,
    ) -> None:
        self._site = site
        self._target = target
        self._theirs = theirs
        self._progress = progress
        self._done = Publication(head, records=site.view.records)
        index = target.read(INDEX, INDEX_BYTES)
        self._pages = Pages.wanted(index) if pages else Pages.unwanted(target.names(PAGES), index)
        self._note = _Note(site, target.name, self._pages.version)

    def run(self) -> Publication:
        """Write everything in its order."""
        head, target = self._done.head, self._target
        self._digests()
        packs = self._packs()
        self._done.is_new = self._theirs is None or self._theirs.sha256 != head.sha256
        # On the disk before the next head, which names them, could be.
        target.flush()
        if self._done.is_new:
            self._put(NEXT, head.to_bytes())
        for name in self._pages.assets:
            self._put_found(name)
        target.flush()
        withdrawn = self._records()
        for name in ("pith-signing-key.json", "pith-mirrors.json"):
            self._put_found(name)
        self._put_found(ARCHIVE)
        target.flush()
        self._put(_HEAD, head.to_bytes())
        target.flush()
        self._clean(packs, withdrawn)
        return self._done

    def _put(self, address: str, data: bytes) -> None:
        if self._target.put(address, data):
            self._done.written += 1
            self._done.bytes += len(data)

    def _put_found(self, address: str) -> None:
        found = self._site.find(address)
        if isinstance(found, Document):
            self._put(address, found.body)
        elif isinstance(found, FileDocument) and not found.immutable:
            with open(found.path, "rb") as file:
                self._put(address, file.read())
        elif isinstance(found, FileDocument) and self._target.put_file(address, found.path, found.bytes):
            self._done.written += 1
            self._done.bytes += found.bytes

    def _remove(self, address: str) -> None:
        self._target.remove(address)
        self._done.removed += 1

    # -- what has its digest as its name ----------------------------------------------------

    def _digests(self) -> None:
        """Write the files of trees and deltas that the target has not."""
        there = self._target.names(DIGESTS)
        for name in sorted(self._site.digest_names() - there):
            self._put_found(f"{DIGESTS}/{name}")

    def _packs(self) -> set[str]:
        """Write the packs; return the names of those that may be removed afterwards."""
        found = self._site.find(ARCHIVE)
        before = self._target.read(ARCHIVE, LIMITS.size)
        if not isinstance(found, FileDocument):
            return set()
        now = {name for name in self._site.pack_names() if name != MANIFEST}
        for name in sorted(now):
            self._put_found(f"{PACKS}/{name}")
        # Readers who have begun with the manifest before find its packs.
        kept = now | {MANIFEST} | (set() if before is None else _pack_names(before))
        return self._target.names(PACKS) - kept

    # -- records ----------------------------------------------------------------------------

    def _records(self) -> list[str]:
        """Write the documents of the records that changed; return the suffixes of those that are gone."""
        heads = {one.sha256 for one in (self._theirs,) if one is not None}
        changed, gone, is_known = self._note.changes(heads)
        if not is_known:
            gone = self._unknown()
        # A run that is killed leaves a note without the records of which the target may have either.
        self._note.write({*changed, *gone}, heads | {self._done.head.sha256})
        for number, suffix in enumerate(changed, 1):
            self._record(suffix)
            self._progress(number)
        self._target.flush()
        self._note.write(set(), heads | {self._done.head.sha256})
        self._done.changed, self._done.withdrawn = len(changed), len(gone)
        return gone

    def _unknown(self) -> list[str]:
        """The suffixes of records that only the target has."""
        there = {name[:-5] for name in self._target.names("pith") if is_suffix(name[:-5])}
        return sorted(there.difference(self._site.view.suffixes()))

    def _record(self, suffix: str) -> None:
        listed = f"pith/{suffix}/{_PARTS}"
        before = self._target.read(listed, 1 << 20)
        addresses = self._site.paths_of(suffix) + self._pages.of_record(suffix)
        for address in addresses:
            # After a crash a list is there only with its parts, and one part of several only with the list.
            if address == listed:
                self._target.flush()
            self._put_found(address)
            if address == listed:
                self._target.flush()
        for address in self._pages.left_of_record(suffix):
            if self._target.read(address, 0) is not None:
                self._remove(address)
        if before is not None:
            if listed not in addresses:
                self._target.flush()
                self._remove(listed)
            # The parts of the list before stay until the record changes again.
            kept = {address.rpartition("/")[2] for address in addresses} | _part_names(before)
            for name in self._target.names(f"pith/{suffix}/parts") - kept:
                self._remove(f"pith/{suffix}/parts/{name}")

    def _clean(self, packs: set[str], withdrawn: list[str]) -> None:
        """Remove what no generation that is kept uses any more."""
        for name in sorted(packs):
            self._remove(f"{PACKS}/{name}")
        kept = self._site.digest_names() | {HEAD_FILE, NEXT_FILE}
        for name in sorted(self._target.names(DIGESTS) - kept):
            self._remove(f"{DIGESTS}/{name}")
        for address in self._pages.left:
            self._remove(address)
        for suffix in withdrawn:
            for name in self._target.names(f"pith/{suffix}/parts"):
                self._remove(f"pith/{suffix}/parts/{name}")
            for folder in (f"pith/{suffix}", f".well-known/pith/{suffix}"):
                for name in self._target.names(folder) - {"parts"}:
                    self._remove(f"{folder}/{name}")
            self._remove(f"pith/{suffix}.json")


def _pack_names(manifest: bytes) -> set[str]:
    try:
        found = Manifest.from_bytes(manifest)
    except PithError:
        return set()
    return {name for info in found.packs for name in (info.file, info.index_file)}


def _part_names(listed: bytes) -> set[str]:
    try:
        return {f"{part['sha256']}.json" for part in json.loads(listed)["parts"]}
    except (ValueError, TypeError, LookupError):
        return set()


# -- what was published -------------------------------------------------------------------------


class _Note:
    """Which bundles of each record a target has: a file of the store, which can be lost (MIRROR-17).

    Its first line names the target, what the documents follow from, and the heads that the target may have
    if the rest is true. Each other line is a suffix and the fingerprint of what was published of it.
    """

    def __init__(self, site: Site, target: str, pages: str) -> None:
        self._site = site
        self._target = os.path.abspath(target) if "://" not in target else target
        self._folder = os.path.join(site.folder.path, TARGETS)
        self._name = f"{sha256(os.fsencode(self._target)).hexdigest()[:32]}.txt"
        self._basis = [_DOCUMENTS, pages, *site.basis]

    def changes(self, heads: set[str]) -> tuple[list[str], list[str], bool]:
        """The suffixes of the records whose files are to be made, and of those that are gone.

        The last value is whether there is a note of the target; without one all files are to be made.
        """
        changed, gone, noted_any = [], [], False
        noted = self._lines(heads)
        old = next(noted, None)
        for suffix, fingerprint in self._site.view.fingerprints():
            while old is not None and old[0] < suffix:
                gone.append(old[0])
                old = next(noted, None)
            noted_any |= old is not None
            if old is None or old != (suffix, fingerprint):
                changed.append(suffix)
            if old is not None and old[0] == suffix:
                old = next(noted, None)
        while old is not None:
            gone.append(old[0])
            old = next(noted, None)
        return changed, gone, noted_any or bool(gone)

    def _lines(self, heads: set[str]) -> Iterator[tuple[str, str]]:
        """The lines of the note; none if it is of another state of the target."""
        try:
            with open(os.path.join(self._folder, self._name), "rb") as file:
                first = file.readline(_MOST_NOTE_HEAD)
                is_of_target = self._is_true(first, heads)
                last = ""
                while is_of_target and len(line := file.read(_LINE)) == _LINE:
                    suffix, fingerprint = line.decode("ascii", "replace").rstrip("\n").split(" ", 1)
                    if suffix <= last:
                        return
                    last = suffix
                    yield suffix, fingerprint
        except (FileNotFoundError, ValueError):
            return
        except OSError as error:
            raise file_error(self._folder, error) from error

    def _is_true(self, first: bytes, heads: set[str]) -> bool:
        try:
            value = json.loads(first)
            return bool(
                value["target"] == self._target
                and value["basis"] == self._basis
                and heads & {*value["heads"]}
            )
        except (ValueError, TypeError, LookupError):
            return False

    def write(self, without: set[str], heads: set[str]) -> None:
        """Note all records but some; the note before is replaced in one step."""
        first = json.dumps({"target": self._target, "basis": self._basis, "heads": sorted(heads)})
        try:
            with Folder.open(self._site.folder.path) as above:
                with contextlib.suppress(FileExistsError):
                    above.make_folder(TARGETS).close()
                    above.sync()
                # Of this target alone: the store may be published to another one at the same time.
                temporary = f"{self._name}.tmp"
                with above.subfolder(TARGETS) as folder:
                    lines = (
                        f"{suffix} {fingerprint}\n".encode("ascii")
                        for suffix, fingerprint in self._site.view.fingerprints()
                        if suffix not in without
                    )
                    folder.write_parts(self._name, chain([first.encode("ascii") + b"\n"], lines), temporary)
                    folder.sync()
        except OSError as error:
            raise file_error(self._folder, error) from error
