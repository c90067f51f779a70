"""The server of a mirror: HTTP over a :class:`~pithbundle.mirror.site.Site` (spec SERVE-1 to SERVE-14).

uvicorn and httptools are an extra of the package: the import of :mod:`protocol` and :mod:`server` raises
``ModuleNotFoundError`` without them.
"""
