"""The bundles that a store serves, as an input like those of an archive (spec ARCH-11, STORE-8)."""

from __future__ import annotations

from collections.abc import Iterator

from pithbundle.archive.inputs import InputBundle
from pithbundle.archive.lines import line_of
from pithbundle.archive.rejected import Rejections
from pithbundle.encoding.limits import Limits
from pithbundle.errors import FileError, PithError
from pithbundle.store import Store


def served_bundles(path: str, rejected: Rejections, limits: Limits) -> Iterator[InputBundle]:
    """What a store serves of each record at one moment; what cannot be read goes to ``rejected``.

    Raises:
        FileError: ``io``: it cannot be opened or read.
        StoreError: ``store``: its settings or its index are damaged.
    """
    with Store.open(path) as store, store.view() as view:
        for suffix in view.suffixes():
            try:
                served = view.bundles_of(suffix)
                parts = () if served is None else served.parts
                found = [InputBundle(line_of(part, limits), part) for part in parts]
            except FileError:
                raise
            except PithError as error:
                rejected.add(path, f"record {suffix}", error)
            else:
                yield from found
