"""Which pages a publication writes and removes (spec PAGE-8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from pithbundle.mirror.served_folder import BADGE, GENERATOR, INDEX, PAGE, PAGES

#: Distinguishes the index page from a file of others at its address (PAGE-11).
_MARK: Final = f'<meta name="generator" content="{GENERATOR}">'.encode("ascii")
#: Bytes of a file at the address of the index page that are read.
INDEX_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Pages:
    """What a publication does about pages."""

    #: Part of what the documents of a record follow from; empty without pages.
    version: str
    #: The addresses of what pages load, and of the index page unless a file of others is there.
    assets: tuple[str, ...] = ()
    #: The same of an earlier publication, if there are to be no pages any more.
    left: tuple[str, ...] = ()

    @classmethod
    def wanted(cls, index: bytes | None) -> Self:
        """There are to be pages.

        Args:
            index: what the target has at the address of the index page.

        Raises:
            ModuleNotFoundError: jinja2 is not installed.
        """
        from pithbundle.mirror.pages.documents import asset_paths, pages_version

        own = [INDEX] if index is None or _MARK in index else []
        return cls(pages_version(), (*asset_paths(), *own))

    @classmethod
    def unwanted(cls, names: Iterable[str], index: bytes | None) -> Self:
        """There are to be none.

        Args:
            names: of the files that pages of the target load.
            index: as for :meth:`wanted`.
        """
        own = [INDEX] if index is not None and _MARK in index else []
        return cls("", left=(*own, *(f"{PAGES}/{name}" for name in sorted(names))))

    def of_record(self, suffix: str) -> list[str]:
        """The addresses of the page of a record and of its badge, if there are to be pages."""
        return [f"pith/{suffix}{PAGE}", f"pith/{suffix}{BADGE}"] if self.version else []

    def left_of_record(self, suffix: str) -> list[str]:
        """The addresses of the page of a record and of its badge that are to be removed."""
        return [f"pith/{suffix}{PAGE}", f"pith/{suffix}{BADGE}"] if self.left else []
