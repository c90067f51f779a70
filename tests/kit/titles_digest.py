"""``python tests/kit/titles_digest.py``: digest of ``vectors/titles.md``, with the standard library alone.

So that every Python that a machine has can compute it, whether or not the package's dependencies are
installed there: the package's ``__init__``, which imports them, is left out.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

SOURCE = Path(__file__).resolve().parents[2] / "src" / "pithbundle"
DIGEST = "-"


def code_points() -> list[int]:
    """Every code point that a string may contain (DATA-5, DATA-6), ascending."""
    return [
        code
        for code in range(1, 0x110000)
        if not 0xD800 <= code < 0xE000 and not 0xFDD0 <= code < 0xFDF0 and code & 0xFFFE != 0xFFFE
    ]


def title(code: int) -> str:
    """The title of one code point: alone, and in three places around a capital sigma."""
    c = chr(code)
    return f"{c}\n{c}\u03a3\nA{c}\u03a3\nA\u03a3{c}A"


def main() -> int:
    """Print the digest and the version of Unicode that this Python carries itself."""
    import unicodedata

    package = ModuleType("pithbundle")
    package.__path__ = [str(SOURCE)]
    sys.modules["pithbundle"] = package
    from pithbundle.bundle.titles import title_sha256

    digest = sha256()
    for code in code_points():
        digest.update(bytes.fromhex(title_sha256(title(code))))
    print(digest.hexdigest(), unicodedata.unidata_version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
