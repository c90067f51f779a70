"""Which pages a publication writes and removes (spec PAGE-8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pithbundle.mirror.served_folder import PAGE, PAGES


@dataclass(frozen=True, slots=True)
class Pages:
    """What a publication does about pages."""

    #: Part of what the documents of a record follow from; empty without pages.
    version: str
    #: The addresses of what pages load.
    assets: tuple[str, ...] = ()
    #: What pages of an earlier publication loaded, if there are to be none any more.
    left: tuple[str, ...] = ()

    @classmethod
    def wanted(cls) -> Self:
        """There are to be pages.

        Raises:
            ModuleNotFoundError: jinja2 is not installed.
        """
        from pithbundle.mirror.pages.documents import asset_paths, pages_version

        return cls(pages_version(), tuple(asset_paths()))

    @classmethod
    def unwanted(cls, names: Iterable[str]) -> Self:
        """There are to be none.

        Args:
            names: of the files that pages of the target load.
        """
        return cls("", left=tuple(f"{PAGES}/{name}" for name in sorted(names)))

    def of_record(self, suffix: str) -> list[str]:
        """The address of the page of a record, if there are to be pages."""
        return [f"pith/{suffix}{PAGE}"] if self.version else []

    def left_of_record(self, suffix: str) -> list[str]:
        """The address of the page of a record that is to be removed."""
        return [f"pith/{suffix}{PAGE}"] if self.left else []
