"""Starting processes of this Python (threat F9)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pithbundle.encoding.held_signals import signals_held

_SAFE_PATH: Final = "PYTHONSAFEPATH"


@contextmanager
def starting_processes() -> Iterator[None]:
    """Hold signals back, and let no process that is started find a module in the working directory.

    What :mod:`multiprocessing` spawns is ``python -c``, which looks there first: a file ``pickle.py``
    of a folder with downloads would run. With ``PYTHONSAFEPATH`` in its environment it does not look
    there. The signals arrive afterwards, and in the process when it calls
    :func:`~pithbundle.encoding.held_signals.release_signals`.
    """
    before = os.environ.get(_SAFE_PATH)
    with signals_held():
        os.environ[_SAFE_PATH] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ[_SAFE_PATH]
            else:
                os.environ[_SAFE_PATH] = before
