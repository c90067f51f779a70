"""Keeping a store up to date with mirrors (spec SYNC-7 to SYNC-14).

The modules, lowest first: :mod:`~pithbundle.mirror.sync.results` is what becomes of a mirror,
:mod:`~pithbundle.mirror.sync.worker` is the thread that uses the store,
:mod:`~pithbundle.mirror.sync.known` is what a store knows of a mirror,
:mod:`~pithbundle.mirror.sync.local` a tree of that, :mod:`~pithbundle.mirror.sync.plan` decides which records
are requested, :mod:`~pithbundle.mirror.sync.storing` adds what was received,
:mod:`~pithbundle.mirror.sync.packs` receives the packs of an archive,
:mod:`~pithbundle.mirror.sync.fetching` requests records, and
:mod:`~pithbundle.mirror.sync.run` does all of it for several mirrors at once.
"""
