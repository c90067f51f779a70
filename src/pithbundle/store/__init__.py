"""A store of bundles: what a mirror keeps, as it was received (spec STORE-1 to STORE-15).

The modules, lowest first: :mod:`~pithbundle.store.entry` is the form of an entry, found again whatever is
damaged; :mod:`~pithbundle.store.segments` appends to files of entries;
:mod:`~pithbundle.store.judging` decides what is admitted, :mod:`~pithbundle.store.judges` in processes;
:mod:`~pithbundle.store.keeping` decides what is kept and served, and accesses nothing;
:mod:`~pithbundle.store.index` is the database, :mod:`~pithbundle.store.rows` what it has of records;
:mod:`~pithbundle.store.comparing` compares two, :mod:`~pithbundle.store.cursors` notes how far a
synchronisation got;
:mod:`~pithbundle.store.loading` verifies a record from its segments; :mod:`~pithbundle.store.updating` makes
the rows of the index; :mod:`~pithbundle.store.settings` has the policy
and the sources; :mod:`~pithbundle.store.keeper` is an open store whose index is up to date;
:mod:`~pithbundle.store.adding` writes entries; :mod:`~pithbundle.store.checking` compares the index;
:mod:`~pithbundle.store.sealing` writes sorted segments;
:mod:`~pithbundle.store.view` is a store at one moment, :mod:`~pithbundle.store.records` as it is now;
:mod:`~pithbundle.store.store` is all of it together.

zstd is an extra of the package: modules that need it raise ``ModuleNotFoundError`` without it.
"""

from __future__ import annotations

from pithbundle.digests.lines import LeafLine
from pithbundle.errors import StoreError
from pithbundle.progress import Progress
from pithbundle.store.adding import Added, AddedStatus, Incoming
from pithbundle.store.checking import Checked
from pithbundle.store.keeping import StoredEntry
from pithbundle.store.loading import StoredRecord
from pithbundle.store.rows import Damage, RecordRow
from pithbundle.store.sealing import Sealed
from pithbundle.store.segments import AreaName
from pithbundle.store.store import Store
from pithbundle.store.view import Served, View

__all__ = [
    "Added",
    "AddedStatus",
    "AreaName",
    "Checked",
    "Damage",
    "Incoming",
    "LeafLine",
    "Progress",
    "RecordRow",
    "Sealed",
    "Served",
    "Store",
    "StoreError",
    "StoredEntry",
    "StoredRecord",
    "View",
]
