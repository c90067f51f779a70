"""Which paths are of object storage, and which of these may be read (spec RECOMP-16).

A path is one of object storage if it begins with a scheme. Nothing of it is given to a library that would
interpret more of it: no chain of file systems, no options, no credentials.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from typing import Final

#: The schemes that ``--storage`` can name.
SCHEMES: Final = ("s3", "gs", "abfs")
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_REST: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9!_.'()=+,~ -]+)+")


def scheme_of(path: str) -> str | None:
    """Return the scheme of a path of object storage; None for a path of this machine."""
    found = _URL.match(path)
    return found[1] if found else None


def absolute(path: str) -> str:
    """Return the path by which a process with another working directory finds the same file or object."""
    return path if scheme_of(path) is not None or os.path.isabs(path) else os.path.join(os.getcwd(), path)


def location(path: str, allowed: Collection[str]) -> tuple[str, str]:
    """Return the scheme of a path of object storage, and the rest: the bucket and the key.

    Args:
        path: one that has a scheme.
        allowed: the schemes that the user named.

    Raises:
        ValueError: it may not be read, or is not in its form.
    """
    scheme, _, rest = path.partition(":/")
    if scheme.lower() in ("http", "https"):
        raise ValueError("archives are not read over http; download it, or use object storage (s3)")
    if scheme not in SCHEMES:
        raise ValueError(
            f"no scheme of object storage, which are {', '.join(SCHEMES)}; begin a local path with ./"
        )
    if scheme not in allowed:
        raise ValueError(f"object storage is used only where it is named; add --storage {scheme}")
    if not _REST.fullmatch(rest.removesuffix("/")):
        raise ValueError(f"must be {scheme}://BUCKET/KEY, without options, users and empty parts")
    return scheme, rest.strip("/")
