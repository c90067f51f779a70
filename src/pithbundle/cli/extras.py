"""How to install an optional dependency. Imports nothing, so that it works where all are missing."""

from __future__ import annotations


def how_to_install(extra: str) -> str:
    """Return what to run to install an extra of the package."""
    return (
        f"in a checkout run python -m pip install -e '.[{extra}]', "
        f"or, where a package index has pithbundle, python -m pip install 'pithbundle[{extra}]'"
    )
