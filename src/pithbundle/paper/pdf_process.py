"""Reading a PDF in a process of its own, within bounds of time and memory (spec PDF-5).

pypdf is written for files that are well meant. A process that is ended takes with it whatever loop, bomb or
recursion a file has set up.
"""

from __future__ import annotations

import resource
import sys
from typing import Final, NamedTuple

from pithbundle.errors import EvidenceError
from pithbundle.paper.pdf_numbers import ReadPdf
from pithbundle.spawning import (
    NO_RESULT,
    end_processes,
    kill_processes,
    leave_interrupts_to_the_parent,
    process_pool,
    submitted,
)
from pithbundle.wording import plural

#: The bytes of a file.
MOST_BYTES: Final = 64 << 20
#: The memory of the process for each byte of the file, beside that for any file.
_OF_A_BYTE: Final = 4
#: What pypdf uses where it is installed. Encrypted files are rejected, and no picture is decoded: without
#: these the same file gives the same result on every machine, and the process starts sooner.
_NOT_USED: Final = ("cryptography", "Crypto", "brotli", "PIL", "fontTools")


class Bounds(NamedTuple):
    """The bounds of the process."""

    #: Seconds of the processor for a file, the start of the process not counted.
    seconds: int
    #: Bytes of memory, beside those for each byte of the file.
    memory: int


_LIMITS = Bounds(seconds=20, memory=224 << 20)


def read_apart(data: bytes) -> ReadPdf:
    """Return the numbers in the metadata and the links of a PDF (PDF-1, PDF-5).

    Args:
        data: the file.

    Raises:
        EvidenceError: ``pdf_invalid``: it is no PDF that can be read, is encrypted, or is over a bound.
        ModuleNotFoundError: pypdf is not installed.
    """
    bounds = Bounds(_LIMITS.seconds, _LIMITS.memory + _OF_A_BYTE * len(data))
    pool = process_pool(1, _prepare, ())
    try:
        return submitted(pool, _read, data, bounds).result()
    except NO_RESULT:
        # A process that was ended cannot report which of the two it was.
        seconds, memory = plural(bounds.seconds, "second"), bounds.memory >> 20
        detail = f"reading it takes more than the limit of {seconds}, or of {memory} MiB of memory"
        raise EvidenceError("pdf_invalid", detail) from None
    except BaseException:
        # Whoever interrupts this does not wait until a hostile file has used up its time.
        kill_processes(pool)
        raise
    finally:
        end_processes(pool)


def _prepare() -> None:
    leave_interrupts_to_the_parent()
    for name in _NOT_USED:
        sys.modules[name] = None  # type: ignore[assignment]


def _read(data: bytes, bounds: Bounds) -> ReadPdf:
    # Before the limits: memory that is short must not look like a package that is missing.
    from pithbundle.paper.pdf import read_pdf

    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + bounds.seconds)
    # Of the data alone: the address space has libraries and stacks of threads in it.
    _limit(resource.RLIMIT_DATA, bounds.memory)
    return read_pdf(data)


def _limit(kind: int, value: int) -> None:
    """Lower a limit of this process; a lower one of the system stays."""
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, hard))
