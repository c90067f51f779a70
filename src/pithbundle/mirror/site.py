"""What a mirror serves at each address, of one view of its store (spec MIRROR-11 to MIRROR-16)."""

from __future__ import annotations

import contextlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from types import TracebackType
from typing import Final, Self

from pithbundle.archive.manifest import MANIFEST
from pithbundle.digests.delta import DELTA_BYTES
from pithbundle.digests.head import HEAD_FILE, Head
from pithbundle.digests.tree import ENDING
from pithbundle.durable import Folder
from pithbundle.errors import FileError, StoreError
from pithbundle.files import file_error
from pithbundle.mirror.answers import (
    JSON,
    OF_RECORD,
    TEXT,
    Choice,
    Document,
    FileDocument,
    Found,
    Redirect,
    bundle_document,
    json_document,
    part_document,
)
from pithbundle.mirror.contents import keys_document, manifest_document
from pithbundle.mirror.digest_folder import DigestFolder, Published, Sign
from pithbundle.mirror.names import named, searched
from pithbundle.mirror.optional_pages import found_at
from pithbundle.mirror.parts import check_parts
from pithbundle.mirror.served_folder import ARCHIVE, BADGE, DIGESTS, INDEX, PACKS, PAGE, PAGES, ServedFolder
from pithbundle.store import Served, Store, View

#: The bytes of the documents that are held.
_MOST_HELD: Final = 64 << 20
#: The longest path that is looked up.
_MOST_PATH: Final = 512

_RECORD: Final = re.compile(
    r"pith/([A-Z2-7]{26})(\.json|/bundle\.json|/bundle\.cbor|/state\.json|/parts\.json|)"
).fullmatch
_PART: Final = re.compile(r"pith/([A-Z2-7]{26})/parts/([0-9a-f]{64})\.json").fullmatch
_WELL_KNOWN: Final = re.compile(r"\.well-known/pith/([A-Z2-7]{26})/bundle\.json").fullmatch
_DIGEST_FILE: Final = re.compile(rf"{DIGESTS}/([0-9a-f]{{64}}){re.escape(ENDING)}").fullmatch
_SUFFIX: Final = re.compile(r"(?:\.well-known/)?pith/([A-Z2-7]{26})").match
#: The address space of names.
_NAMES: Final = "pith/"


@dataclass(slots=True)
class _Current:
    """What is served now: a view, and the head of the digests that were made of it."""

    view: View
    head: Head | None
    packs: dict[str, FileDocument]
    #: The documents that were made, by their paths, those used last at the end.
    held: OrderedDict[str, Document] = field(default_factory=OrderedDict)
    held_bytes: int = 0

    def keep(self, path: str, document: Document) -> None:
        self.held[path] = document
        self.held_bytes += len(document.body)
        while self.held_bytes > _MOST_HELD and len(self.held) > 1:
            self.held_bytes -= len(self.held.popitem(last=False)[1].body)


class Site:
    """The documents of a mirror. Threads may share it.

    What is served is of one moment, and so are the digests; :meth:`refresh` takes what the store has now.

    Args:
        store: the open store; closed with the site.
        origin: the name of the mirror; by default that of the head before. Without one there are no digests.
        base_url: under which the mirror is reached; without one there is no manifest.
        sign: signs each head that is made.
        generated_at: as for :meth:`refresh`.
        packs: as for :meth:`refresh`.
    """

    def __init__(
        self,
        store: Store,
        origin: str | None = None,
        base_url: str | None = None,
        sign: Sign | None = None,
        *,
        generated_at: str | None = None,
        packs: bool = False,
    ) -> None:
        self.store = store
        self.folder = ServedFolder(store.path)
        self._base_url = None if base_url is None else base_url.rstrip("/")
        self._sign = sign
        self._mutex = threading.RLock()
        self._refreshing = threading.Lock()
        self._digests: Folder | None = None
        self._origin = origin
        self._current: _Current | None = None
        self._seen: object = None
        self.refresh(packs=packs, generated_at=generated_at)

    @classmethod
    def open(
        cls,
        path: str,
        *,
        origin: str | None = None,
        base_url: str | None = None,
        sign: Sign | None = None,
        generated_at: str | None = None,
        packs: bool = False,
    ) -> Site:
        """Open a store and make the digests of what it has.

        Args:
            path: the folder of the store.
            origin: as for :class:`Site`.
            base_url: as for :class:`Site`.
            sign: as for :class:`Site`.
            generated_at: as for :meth:`refresh`.
            packs: as for :meth:`refresh`.

        Raises:
            FileError: ``io``: it is no store, or the system rejects something.
            StoreError: it is damaged.
            DigestError: the head of its digests is not in its form, or a leaf would be too large.
        """
        store = Store.open(path)
        try:
            return cls(store, origin, base_url, sign, generated_at=generated_at, packs=packs)
        except BaseException:
            store.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it and its store; a second time does nothing."""
        with self._mutex:
            if self._current is not None:
                self._current.view.close()
                self._current = None
            if self._digests is not None:
                self._digests.close()
                self._digests = None
            self.store.close()

    # -- generations --------------------------------------------------------------------------

    @property
    def head(self) -> Head | None:
        """The head that is served; None without an origin."""
        return self._now.head

    @property
    def view(self) -> View:
        """What is served; another one after :meth:`refresh`, which closes it."""
        return self._now.view

    @property
    def moment(self) -> object:
        """Another object after each :meth:`refresh`: what was found while it is the same is of one view."""
        return self._now

    @property
    def _now(self) -> _Current:
        if self._current is None:
            raise ValueError("the site is closed")
        return self._current

    def is_current(self) -> bool:
        """Whether the store and the archive in its folder have nothing that is not served."""
        return (self.store.version(), self.folder.packs_mark()) == self._seen

    def refresh(self, *, packs: bool = False, generated_at: str | None = None) -> Published | None:
        """Serve what the store has now, with digests of it.

        Args:
            packs: write the archive of all bundles anew first.
            generated_at: of the head; by default now.

        Returns:
            What was written; None without an origin.

        Raises:
            FileError: ``io``: the system rejects something, or another process holds the folder.
            StoreError: the store is damaged.
            DigestError: the head is not in its form, or a leaf would be too large.
        """
        try:
            with self._refreshing, self.folder.locked(), contextlib.ExitStack() as stack:
                seen = self.store.version()
                view = self.store.view()
                stack.callback(view.close)
                if packs:
                    self.folder.make_packs(view)
                last = self.folder.head()
                self._origin = self._origin or (None if last is None else last.origin)
                made = None
                if self._origin is not None:
                    made = self.folder.next(view, self._origin, generated_at=generated_at, sign=self._sign)
                stack.pop_all()
                self._serve(_Current(view, None if made is None else made.head, self.folder.pack_files()))
                # A publisher of the same store writes packs too, without a change of the store.
                self._seen = seen, self.folder.packs_mark()
                return made
        except OSError as error:
            raise file_error(self.folder.path, error) from error

    def _serve(self, current: _Current) -> None:
        with self._mutex:
            if self._current is not None:
                self._current.view.close()
            self._current = current
            if current.head is not None and self._digests is None:
                self._digests = Folder.open(self.folder.digests)

    # -- addresses ----------------------------------------------------------------------------

    def find(self, path: str, page: bool = False) -> Found | None:
        """Return what is at an address (MIRROR-11).

        Args:
            path: relative to the base URL, without a slash at its beginning, percent-decoded.
            page: whether a page is wanted at ``pith/S`` and at the base, if pages can be made (SERVE-9).

        Returns:
            None if there is nothing, whatever the path contains: no path of a file is built from it.

        Raises:
            FileError: ``io``: the system rejects something.
            StoreError: ``store``: a bundle of the record is damaged and there is no other.
            InputError: an event of an export exceeds the limits of a bundle.
        """
        if len(path) > _MOST_PATH or not path.isascii():
            return None
        try:
            return self._find(path, page)
        except (StoreError, FileError):
            # Segments were sealed, or an entry is damaged: the store sets that aside, and serves the others.
            suffix = _SUFFIX(path)
            if suffix is not None:
                self.store.read_again(suffix[1])
            self.refresh()
            return self._find(path, page)

    def _find(self, path: str, page: bool) -> Found | None:
        with self._mutex:
            made = self._page(path, has_search=True) if page else None
            if made is not None:
                return made
            held = self._now.held.get(path)
            if held is not None:
                self._now.held.move_to_end(path)
                return held
            if path.startswith(f"{PACKS}/"):
                return self._now.packs.get(path[len(PACKS) + 1 :])
            found = self._made(path)
            if found is None:
                return named(self._now.view, path[len(_NAMES) :]) if path.startswith(_NAMES) else None
            self._now.keep(path, found)
            return found

    def _made(self, path: str) -> Document | None:
        if path == f"{DIGESTS}/{HEAD_FILE}":
            head = self._now.head
            return None if head is None else Document(head.to_bytes(), JSON, immutable=False)
        if path == "pith-signing-key.json":
            return json_document(keys_document(self._now.view.policy, self._base_url))
        if path == "pith-mirrors.json":
            return self._manifest()
        name = _DIGEST_FILE(path)
        if name is not None:
            return self._digest_file(name[1])
        if path.startswith(f"{PAGES}/") or path.endswith((PAGE, BADGE)) or path == INDEX:
            return self._page(path, has_search=False)
        return self._of_record(path)

    def _page(self, path: str, *, has_search: bool) -> Document | None:
        return found_at(path, self._now.view, self.paths_of, self._of_record, has_search=has_search)

    def _of_record(self, path: str) -> Document | None:
        make: Callable[[Served], Document | None]
        address = _RECORD(path)
        part = _PART(path)
        if address is not None:
            make = OF_RECORD[address[2]]
        elif part is not None:
            address, name = part, part[2]
            make = lambda served: part_document(served, name)  # noqa: E731
        else:
            address, make = _WELL_KNOWN(path), OF_RECORD["/bundle.json"]
        served = None if address is None else self._now.view.bundles_of(address[1])
        return None if served is None else make(served)

    def _manifest(self) -> Document | None:
        current = self._now
        if self._base_url is None or current.head is None:
            return None
        head = current.head
        made = manifest_document(
            current.view.policy, head.rules, head.origin, self._base_url, head.generated_at
        )
        return json_document(made)

    def _digest_file(self, name: str) -> Document | None:
        if self._digests is None:
            return None
        try:
            data = DigestFolder(self._digests).fetch(name, DELTA_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise file_error(self.folder.digests, error) from error
        found = Document(data, TEXT, immutable=True)
        # A damaged file is none; the next generation writes it again.
        return found if found.sha256 == name else None

    def search(self, text: str) -> Redirect | Choice | None:
        """Return what a name that a reader wrote names (SERVE-15).

        Args:
            text: any text; white space around the name is passed over.

        Raises:
            FileError: ``io``: the system rejects something.
            StoreError: the index is damaged.
        """
        with self._mutex:
            return searched(self._now.view, text)

    def paths(self) -> Iterator[str]:
        """The addresses that a publisher writes: what others name before them, the head last."""
        for name in sorted(self.digest_names()):
            yield f"{DIGESTS}/{name}"
        for name in self.pack_names():
            if name != MANIFEST:
                yield f"{PACKS}/{name}"
        for suffix in self.view.suffixes():
            yield from self.paths_of(suffix)
        for name in ("pith-signing-key.json", "pith-mirrors.json", ARCHIVE, f"{DIGESTS}/{HEAD_FILE}"):
            if self.find(name) is not None:
                yield name

    def digest_names(self) -> set[str]:
        """The names of the files of trees and deltas, those of the generations before among them."""
        if self._digests is None:
            return set()
        return {name + ENDING for name in DigestFolder(self._digests).names()}

    def pack_names(self) -> list[str]:
        """The names of the files of the archive."""
        return [*self._now.packs]

    @property
    def basis(self) -> tuple[str, ...]:
        """What the documents of a record follow from, beside its bundles."""
        view = self._now.view
        return view.rules, view.policy_sha256, *view.sources

    def paths_of(self, suffix: str) -> list[str]:
        """The addresses of a record that a publisher writes; InputError ``size`` as :func:`check_parts`."""
        with self._mutex:
            served = self._now.view.bundles_of(suffix)
        if served is None:
            return []
        below = f"pith/{suffix}"
        found = []
        if len(served.parts) > 1:
            check_parts(suffix, served.parts)
            found = [f"{below}/parts/{sha256(part).hexdigest()}.json" for part in served.parts]
            found.append(f"{below}/parts.json")
        if served.entry is not None and served.entry.encoding == "cbor":
            found.append(f"{below}/bundle.cbor")
        if bundle_document(served, "json") is not None:
            found += [f"{below}/bundle.json", f".well-known/{below}/bundle.json"]
        return [*found, f"{below}/state.json", f"{below}.json"]
