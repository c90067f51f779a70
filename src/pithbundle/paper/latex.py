"""The LaTeX package ``pithbundle``, and the lines that use it (spec LATEX-1 to LATEX-4).

The only text of a bundle that reaches TeX is the suffix, 26 characters ``A-Z2-7``. Titles and names are
not written: TeX is a programming language, and what it reads is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pithbundle.bundle.number import is_suffix
from pithbundle.errors import NumberError

#: The name of the file. The registry has a package ``pith`` of its own, which is another one.
PACKAGE_FILE: Final = "pithbundle.sty"


def package() -> bytes:
    """Return the package as a file, the same bytes for every paper (LATEX-1)."""
    return (Path(__file__).parent / PACKAGE_FILE).read_bytes()


def preamble(suffix: str) -> tuple[str, ...]:
    """Return the lines for the preamble of a paper (LATEX-2).

    Args:
        suffix: the suffix of its Pith Number.

    Raises:
        NumberError: ``suffix``, for any other string.
    """
    if not is_suffix(suffix):
        raise NumberError("suffix", f"not a suffix: {suffix}")
    return r"\usepackage{pithbundle}", rf"\pithnumber{{{suffix}}}"
