"""What the workers of a cluster must have in common with the client (spec RECOMP-14).

A result is kept under a key that covers the code (RECOMP-8). A worker with other code would compute another
result for this key, also where its release is the same one, as of a checkout that was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

import pithbundle
from pithbundle.archive.zstd import VERSION
from pithbundle.recompute.plan import code_sha256

#: What has to be equal on both sides: the version of pithbundle, that of zstd, and the digest of the code.
Versions: TypeAlias = tuple[str, str, str]
_PITHBUNDLE, _ZSTD, _CODE = range(3)
#: The characters of a digest that are printed.
_SHOWN: Final = 16
#: What a person does.
NEXT: Final = "install the same pithbundle and zstd on all workers, and start them again"


def versions() -> Versions:
    """Return the versions of this process."""
    return pithbundle.__version__, VERSION, code_sha256()


def difference(here: Versions, there: object) -> str | None:
    """Return how another process differs, as what it has and what the client has; None if it does not.

    Args:
        here: the versions of the client.
        there: what the other process returned: its versions, or the error that it raised.
    """
    if not isinstance(there, tuple) or len(there) != len(here):
        return "cannot run this version of pithbundle"
    differ = [
        f"{name} {there[at]}, the client {here[at]}"
        for at, name in ((_PITHBUNDLE, "pithbundle"), (_ZSTD, "zstd"))
        if there[at] != here[at]
    ]
    if not differ and there[_CODE] != here[_CODE]:
        theirs, own = (str(each[_CODE])[:_SHOWN] for each in (there, here))
        differ = [
            f"pithbundle {here[_PITHBUNDLE]} with other code: code_sha256 {theirs}..., the client {own}..."
        ]
    return f"has {', '.join(differ)}" if differ else None


class Client(Protocol):
    """A connection to workers, as :class:`distributed.Client` is one."""

    def run(self, function: Callable[[], object], *, on_error: str) -> Mapping[str, object]:
        """Call a function on every worker, and return the result of each by its address."""


def different_worker(client: Client) -> str | None:
    """Return which worker differs from this process, how, and what to do; None if none does."""
    here = versions()
    found = client.run(versions, on_error="return")
    return next((text for address in sorted(found) if (text := message(address, here, found[address]))), None)


def message(address: str, here: Versions, there: object) -> str | None:
    """Return how the worker at ``address`` differs, and what to do; None if it does not."""
    found = difference(here, there)
    return None if found is None else f"the worker {address} {found}; {NEXT}"
