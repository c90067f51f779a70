"""What a mirror states that it has, as a tree of digests (spec MIRROR-1 to MIRROR-9).

The modules, lowest first: :mod:`~pithbundle.digests.lines` defines the line of a record,
:mod:`~pithbundle.digests.tree` the files of a tree, :mod:`~pithbundle.digests.head` the file that
names its root, :mod:`~pithbundle.digests.delta` the changes between two generations,
:mod:`~pithbundle.digests.differences` the descent to the lines in which two trees differ,
:mod:`~pithbundle.digests.contradiction` the evidence of two heads that contradict each other, and
:mod:`~pithbundle.digests.kept` which files of earlier generations stay. Nothing here reads or writes
a file: a caller gives functions that fetch and write one by its name. A digest is a claim of the
mirror, and no signature of an event is checked here.
"""

from __future__ import annotations

from pithbundle.digests.contradiction import (
    Contradiction,
    Reason,
    check_contradiction,
    contradiction_of,
)
from pithbundle.digests.delta import (
    DELTA_BYTES,
    MAX_DELTAS,
    Change,
    Delta,
    apply,
    combine,
    delta_of,
    follow,
    following,
    read_delta,
    require_head,
)
from pithbundle.digests.differences import (
    MAX_WANTED,
    Basis,
    Descent,
    Difference,
    Side,
    Want,
    compare_lines,
    not_comparable,
    tree_differences,
)
from pithbundle.digests.head import HEAD_BYTES, HEAD_FILE, NEXT_FILE, Head, HeadSignature, SignatureStatus
from pithbundle.digests.kept import GENERATIONS, KEPT_FILE, Kept, next_kept
from pithbundle.digests.lines import LeafLine, leaf_digest, lines_of_digests
from pithbundle.digests.tree import (
    ENDING,
    LEAF_BYTES,
    MAX_DEPTH,
    NODE_BYTES,
    RECORDS_OF_A_LEAF,
    Fetch,
    Tree,
    TreeBuilder,
    TreeReader,
    Write,
    build,
    depth_of,
    discard,
    names_of,
    walk,
)
from pithbundle.errors import DigestError

__all__ = [
    "DELTA_BYTES",
    "ENDING",
    "GENERATIONS",
    "HEAD_BYTES",
    "HEAD_FILE",
    "KEPT_FILE",
    "LEAF_BYTES",
    "MAX_DELTAS",
    "MAX_DEPTH",
    "MAX_WANTED",
    "NEXT_FILE",
    "NODE_BYTES",
    "RECORDS_OF_A_LEAF",
    "Basis",
    "Change",
    "Contradiction",
    "Delta",
    "Descent",
    "Difference",
    "DigestError",
    "Fetch",
    "Head",
    "HeadSignature",
    "Kept",
    "LeafLine",
    "Reason",
    "Side",
    "SignatureStatus",
    "Tree",
    "TreeBuilder",
    "TreeReader",
    "Want",
    "Write",
    "apply",
    "build",
    "check_contradiction",
    "combine",
    "compare_lines",
    "contradiction_of",
    "delta_of",
    "depth_of",
    "discard",
    "follow",
    "following",
    "leaf_digest",
    "lines_of_digests",
    "names_of",
    "next_kept",
    "not_comparable",
    "read_delta",
    "require_head",
    "tree_differences",
    "walk",
]
