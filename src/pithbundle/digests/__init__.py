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
