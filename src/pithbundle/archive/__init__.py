"""Archives: many bundles as sorted packs of compressed frames (spec ARCH-1 to ARCH-15).

The modules, lowest first: :mod:`~pithbundle.archive.lines` and :mod:`~pithbundle.archive.borders`
define which bytes a pack contains and where its frames end, and access nothing;
:mod:`~pithbundle.archive.frames` reads frames of zstd, which :mod:`~pithbundle.archive.zstd` writes;
:mod:`~pithbundle.archive.writer` and :mod:`~pithbundle.archive.reader` do the same for packs and
archives, which :mod:`~pithbundle.archive.manifest` lists and :mod:`~pithbundle.archive.check` checks;
:mod:`~pithbundle.archive.rejected` is what is no bundle, listed up to a bound;
:mod:`~pithbundle.archive.sort` sorts lines on the disk; :mod:`~pithbundle.archive.inputs` reads bundles
of other containers by :mod:`~pithbundle.archive.streams` and :mod:`~pithbundle.archive.tar`;
:mod:`~pithbundle.archive.storage` is where files are, and :mod:`~pithbundle.archive.table` writes
Parquet. Nothing here checks a signature.

zstd is an extra of the package: modules that need it raise ``ModuleNotFoundError`` without it.
"""

from __future__ import annotations

from pithbundle.archive.check import Checked, Lost, check_archive
from pithbundle.archive.inputs import (
    FORMATS,
    Container,
    InputBundle,
    InputFormat,
    format_of_name,
    read_bundles,
)
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.manifest import IndexEntry, Manifest, PackInfo
from pithbundle.archive.reader import Damage, Entry, Frame, Lookup, PackReader, Reader
from pithbundle.archive.rejected import RejectedEntry, Rejections
from pithbundle.archive.storage import LOCAL, Identity, OpenFile, Storage
from pithbundle.archive.streams import Compression
from pithbundle.archive.tar import Skipped
from pithbundle.archive.writer import Writer
from pithbundle.errors import ArchiveError

__all__ = [
    "FORMATS",
    "LOCAL",
    "ArchiveError",
    "Checked",
    "Compression",
    "Container",
    "Damage",
    "Entry",
    "Frame",
    "Identity",
    "IndexEntry",
    "InputBundle",
    "InputFormat",
    "Line",
    "Lookup",
    "Lost",
    "Manifest",
    "OpenFile",
    "PackInfo",
    "PackReader",
    "Reader",
    "RejectedEntry",
    "Rejections",
    "Skipped",
    "Storage",
    "Writer",
    "check_archive",
    "format_of_name",
    "line_of",
    "read_bundles",
]
