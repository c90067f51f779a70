"""Archives: many bundles as sorted packs of compressed frames (spec ARCH-1 to ARCH-13).

The modules, lowest first: :mod:`~pithbundle.archive.lines` and :mod:`~pithbundle.archive.borders`
define which bytes a pack contains and where its frames end, and access nothing;
:mod:`~pithbundle.archive.frames` reads and writes frames of zstd;
:mod:`~pithbundle.archive.writer` and :mod:`~pithbundle.archive.reader` do the same for packs and
archives; :mod:`~pithbundle.archive.inputs` reads bundles of other containers. Nothing here checks
a signature.

zstd is an extra of the package: modules that need it raise ``ModuleNotFoundError`` without it.
"""
