"""``states.parquet``: the states of an output as a table, for analysts (spec ARCH-14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.archive.table import ColumnType, Row, parquet
from pithbundle.comparison.published import for_written
from pithbundle.durable import Folder
from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.recompute.assemble import STATES_TABLE
from pithbundle.recompute.expect import DIGEST_NAMES
from pithbundle.recompute.outputs import OutputReader

_COUNTERS: Final = ("event_count", "valid_event_count", "invalid_event_count", "equivocation_count")
#: The columns of a table of states (ARCH-14).
STATE_COLUMNS: Final[dict[str, ColumnType]] = {
    "suffix": "string",
    "pith_number": "string",
    **dict.fromkeys(DIGEST_NAMES, "string"),
    **dict.fromkeys(_COUNTERS, "int64"),
    "record": "string",
    "state": "string",
}


def write_states_table(folder: Folder, limits: Limits) -> None:
    """Write the table of the states that were written into a part of an output.

    Raises:
        OSError: it cannot be written.
        ModuleNotFoundError: pyarrow is not installed.
    """
    reader = OutputReader(folder.path, limits)
    folder.write_parts(STATES_TABLE, parquet(_rows(reader, limits), STATE_COLUMNS))


def _rows(reader: OutputReader, limits: Limits) -> Iterator[Row]:
    for each in reader.records():
        digests, state = each.digests or ("", "", "", ""), each.state or b""
        value = parse_json(state, for_written(limits))
        members = value if type(value) is dict else {}
        current = members.get("current")
        record = current.get("canonical_record") if type(current) is dict else None
        yield (
            each.suffix,
            str(members.get("pith_number")),
            *digests,
            *(int(str(members.get(name))) for name in _COUNTERS),
            encode_canonical(record).decode("utf-8"),
            state.decode("utf-8"),
        )
