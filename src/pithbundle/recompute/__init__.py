"""Recomputation of archives: states, reports and digests of all records (spec RECOMP-1 onward).

The modules, lowest first: :mod:`~pithbundle.recompute.facts` counts;
:mod:`~pithbundle.recompute.picture` draws the counts;
:mod:`~pithbundle.recompute.result` is the result of a unit of work, and its block of bytes;
:mod:`~pithbundle.recompute.unit` computes one unit of work and accesses nothing;
:mod:`~pithbundle.recompute.store` keeps the results of units on a disk and merges them by suffix;
:mod:`~pithbundle.recompute.pool` computes units in processes;
:mod:`~pithbundle.recompute.sorted_lines` sorts lines that no archive has;
:mod:`~pithbundle.recompute.assemble` writes the output of the results;
:mod:`~pithbundle.recompute.run` is the whole run;
:mod:`~pithbundle.recompute.outputs` reads outputs again;
:mod:`~pithbundle.recompute.table` writes states as a table;
:mod:`~pithbundle.recompute.expect` compares two of them.

zstd is an extra of the package: modules that need it raise ``ModuleNotFoundError`` without it.
"""

from __future__ import annotations

from pithbundle.recompute.progress import Progress
from pithbundle.recompute.run import Recomputed, recompute

__all__ = ["Progress", "Recomputed", "recompute"]
