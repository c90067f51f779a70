"""Tables in Parquet, for analysts (spec ARCH-14). They are written and never read.

pyarrow is an extra, loaded only when a table is written. Rows are taken one by one and written in row
groups of a bounded size, so that memory does not grow with the table.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from pithbundle.archive.inputs import InputBundle
from pithbundle.bundle.reader import read_bundle
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits

ColumnType: TypeAlias = Literal["string", "int64", "binary"]
Columns: TypeAlias = Mapping[str, ColumnType]
Row: TypeAlias = tuple[str | int | bytes, ...]

#: A row group ends with the row that reaches one of these.
MAX_ROWS: Final = 16_384
MAX_BYTES: Final = 16 << 20
_LEVEL: Final = 3
#: The columns whose values are whole documents.
_DOCUMENTS: Final = frozenset({"record", "bundle", "state"})

#: The columns of a table of bundles (ARCH-14).
BUNDLES: Final[dict[str, ColumnType]] = {
    "suffix": "string",
    "pith_number": "string",
    "canonical_sha256": "string",
    "line_sha256": "string",
    "encoding": "string",
    "elements": "int64",
    "bytes": "int64",
    "record": "string",
    "bundle": "binary",
}


def require_pyarrow() -> None:
    """Check that tables can be written.

    Raises:
        ModuleNotFoundError: pyarrow is not installed.
    """
    importlib.import_module("pyarrow.parquet")


def bundle_row(bundle: InputBundle, limits: Limits = DEFAULT_LIMITS) -> Row:
    """Return the row of a bundle that was read; no signature was checked."""
    line = bundle.line
    read = read_bundle(line.data, limits=limits, encoding=line.encoding)
    return (
        line.suffix,
        str(read.record.number),
        read.record.hex,
        line.digest.hex(),
        line.encoding,
        len(read.events),
        len(bundle.received),
        read.record.canonical.decode("utf-8"),
        bundle.received,
    )


def parquet(rows: Iterable[Row], columns: Columns) -> Iterator[bytes]:
    """The bytes of a Parquet file with these rows, in their order, in parts.

    The same rows give the same bytes under one version of pyarrow.

    Raises:
        ModuleNotFoundError: pyarrow is not installed.
    """
    # Loosely typed: the types of pyarrow are in no list of this project's tools.
    arrow: Any = importlib.import_module("pyarrow")
    writing: Any = importlib.import_module("pyarrow.parquet")
    types = [getattr(arrow, kind)() for kind in columns.values()]
    fields = zip(columns, types, strict=True)
    schema = arrow.schema([arrow.field(name, kind, nullable=False) for name, kind in fields])
    sink = _Sink()
    with writing.ParquetWriter(
        sink,
        schema,
        version="2.6",
        compression="zstd",
        compression_level=_LEVEL,
        store_schema=False,
        use_dictionary=False,
        # The least and the greatest value of a column of documents would be two documents for each group.
        write_statistics=[name for name in columns if name not in _DOCUMENTS],
    ) as writer:
        for group in _groups(rows):
            values = zip(zip(*group, strict=True), types, strict=True)
            arrays = [arrow.array(column, kind) for column, kind in values]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema), row_group_size=len(group))
            yield sink.take()
    yield sink.take()


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    size = 0
    for row in rows:
        group.append(row)
        size += sum(len(value) for value in row if not isinstance(value, int))
        if len(group) == MAX_ROWS or size >= MAX_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


class _Sink:
    """A file for pyarrow: keeps what is written until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> int:
        """Take bytes of any kind."""
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Do nothing: what is written is taken by the caller."""

    def close(self) -> None:
        """Do nothing: what is written last is still to be taken."""

    def writable(self) -> bool:
        """Whether it can be written: always."""
        return True

    def readable(self) -> bool:
        """Whether it can be read: never."""
        return False

    def seekable(self) -> bool:
        """Whether it has positions: it has none."""
        return False

    def take(self) -> bytes:
        """Return what was written since the last time."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data
