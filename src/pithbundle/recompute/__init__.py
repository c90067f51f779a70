"""Recomputation of archives: states, reports and digests of all records (spec RECOMP-1 onward).

The modules, lowest first: :mod:`~pithbundle.recompute.location` and :mod:`~pithbundle.recompute.address`
decide which paths and schedulers are accepted; :mod:`~pithbundle.recompute.facts` counts;
:mod:`~pithbundle.recompute.picture` draws the counts;
:mod:`~pithbundle.recompute.result` is the result of a unit of work, and its block of bytes;
:mod:`~pithbundle.recompute.unit` computes one unit of work and accesses nothing;
:mod:`~pithbundle.recompute.plan` has the keys of units and the plan of a run;
:mod:`~pithbundle.recompute.number_table` has numbers by keys in little memory, with which
:mod:`~pithbundle.recompute.journal` notes which results are on the disk;
:mod:`~pithbundle.recompute.cache` keeps results for later runs;
:mod:`~pithbundle.recompute.store` keeps the results of units on a disk and merges them by suffix;
:mod:`~pithbundle.recompute.known` finds results that need no computation;
:mod:`~pithbundle.recompute.resume` is the part of an output that a run left;
:mod:`~pithbundle.recompute.frame_runs` divides the frames of a pack into units;
:mod:`~pithbundle.recompute.scan` finds the units of a pack;
:mod:`~pithbundle.recompute.work` is what a worker is given: bytes, or where they are;
:mod:`~pithbundle.recompute.sources` is where the units of a run are;
:mod:`~pithbundle.recompute.notes` has what is rejected, in the order of the inputs;
:mod:`~pithbundle.recompute.pool` computes units in processes;
:mod:`~pithbundle.recompute.cluster` computes them on a cluster, of which
:mod:`~pithbundle.recompute.versions` compares the workers with the client, and
:mod:`~pithbundle.recompute.dask_cluster` is the connection to one of Dask;
:mod:`~pithbundle.recompute.frame_units` has the frames of the archives as units;
:mod:`~pithbundle.recompute.sorted_lines` sorts lines that no archive has;
:mod:`~pithbundle.recompute.first_records` has some records of each outcome;
:mod:`~pithbundle.recompute.assemble` writes the output of the results;
:mod:`~pithbundle.recompute.outputs` reads outputs again;
:mod:`~pithbundle.recompute.expect` compares two of them, or one with a mirror;
:mod:`~pithbundle.recompute.table` writes states as a table;
:mod:`~pithbundle.recompute.run` is the whole run;
:mod:`~pithbundle.recompute.object_storage` and :mod:`~pithbundle.recompute.stored_output` read archives
of object storage and write outputs there.

zstd is an extra of the package: modules that need it raise ``ModuleNotFoundError`` without it.
"""

from __future__ import annotations

from pithbundle.progress import Progress
from pithbundle.recompute.known import Task
from pithbundle.recompute.run import Recomputed, recompute

__all__ = ["Progress", "Recomputed", "Task", "recompute"]
