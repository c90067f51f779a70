"""The one importer of zstd: ``compression.zstd`` of Python 3.14, before it ``backports.zstd`` (spec ARCH-7).

Only streaming decoders with a bounded window are used, and every call states how much it may
return: one-shot decoders stop after the first frame, or allocate what the head of a frame claims.
"""

from __future__ import annotations

import sys
from typing import Final

if sys.version_info >= (3, 14):
    from compression import zstd as _zstd
else:
    try:
        from backports import zstd as _zstd
    except ModuleNotFoundError as error:
        message = "archives need zstd: install pithbundle with its extra archive"
        raise ModuleNotFoundError(message, name="backports") from error

#: The largest window that is read or written, 8 MiB, and its logarithm.
MAX_WINDOW: Final = 1 << 23
_WINDOW_LOG: Final = 23
#: The levels of zstd that can be chosen, and the one that is used by default.
LEVELS: Final = (1, 22)
DEFAULT_LEVEL: Final = 3
#: The fastest level, of what is computed again rather than kept: lines that are sorted, states and reports.
FASTEST_LEVEL: Final = 1

VERSION: Final = _zstd.zstd_version
ZstdError = _zstd.ZstdError


def compress(raw: bytes, level: int = DEFAULT_LEVEL) -> bytes:
    """Return one frame of ``raw`` with its size and a checksum, in a window of at most 8 MiB (ARCH-7)."""
    parameter = _zstd.CompressionParameter
    options: dict[int, int] = {
        parameter.compression_level: level,
        parameter.content_size_flag: 1,
        parameter.checksum_flag: 1,
    }
    if len(raw) > MAX_WINDOW:
        # The size bounds the window of anything smaller.
        options[parameter.window_log] = _WINDOW_LOG
    compressor = _zstd.ZstdCompressor(options=options)
    compressor.set_pledged_input_size(len(raw))
    return compressor.compress(raw, compressor.FLUSH_FRAME)


class Decompressor:
    """Decompresses one frame in pieces."""

    __slots__ = ("_decompressor",)

    def __init__(self) -> None:
        options: dict[int, int] = {_zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
        self._decompressor = _zstd.ZstdDecompressor(options=options)

    def pieces(self, data: bytes, most: int) -> list[bytes]:
        """Return what ``data`` gives, up to ``most`` bytes and one.

        Raises:
            ZstdError: the data is damaged, or its checksum differs.
        """
        found: list[bytes] = []
        left = most + 1
        while not self._decompressor.eof:
            piece = self._decompressor.decompress(data, left)
            data = b""
            found.append(piece)
            left -= len(piece)
            if left == 0 or (not piece and self._decompressor.needs_input):
                break
        return found

    @property
    def is_complete(self) -> bool:
        """Whether the frame has ended, with the right checksum where it has one."""
        return self._decompressor.eof
