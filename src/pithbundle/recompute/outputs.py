"""Reading what recompute wrote: an output, packs of states, or a file of digests (spec RECOMP-11).

Everything is read in the order of the suffixes, frame by frame and line by line, and checked while it
is read: the order, the checksums, and the content of each pack against ``packs.json``. No index is used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from typing import BinaryIO, Final, Literal, TypeAlias

from pithbundle.archive.manifest import LIMITS as MANIFEST_LIMITS
from pithbundle.archive.manifest import PackInfo, read_packs
from pithbundle.archive.reader import Damage, PackReader
from pithbundle.bundle.number import PithNumber
from pithbundle.comparison.published import for_written, read_state
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.values import Object
from pithbundle.errors import ArchiveError, FileError, InputError, PithError
from pithbundle.files import file_error, open_regular, read_regular
from pithbundle.recompute.assemble import DIGESTS, PACKS, REPORTS, STATES, SUMMARY
from pithbundle.recompute.facts import SUMMARY_TYPE, SUMMARY_VERSION
from pithbundle.record_digests import RecordDigests, lines_of

#: An output of recompute, packs of states, or a file of digests.
Form: TypeAlias = Literal["output", "states", "digests"]

#: What the states of an output follow from, beside the bundles.
BASIS: Final = ("policy_sha256", "rules", "limits")
#: How every state begins that recompute wrote (STATE-1).
_STATE_HEAD: Final = re.compile(
    rb'\{"state_type":"pith_open_graph_state","state_version":"1\.0",'
    rb'"pith_number":"pith:[0-9]{4}:([A-Z2-7]{26})",'
)
_BUFFER: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """What an output has of one record; None for what it has not."""

    suffix: str
    digests: tuple[str, str, str, str] | None = None
    state: bytes | None = None
    report: bytes | None = None
    #: The one digest that a mirror states (MIRROR-1), 32 hex digits.
    leaf: str | None = None


class OutputReader:
    """An output of recompute, packs of states, or a file of digests, open for reading.

    Attributes:
        is_of_mirror: False; no digest of it is one of a mirror.

    Args:
        path: the folder that recompute wrote, a folder with packs of states, or a file of digests.
        limits: the limits under which the bundles were verified; they bound a state too (LIM-7).

    Raises:
        FileError: ``io``: it is none of them, or cannot be read.
        InputError: a list of packs or a summary is not JSON.
        ArchiveError: a list of packs or a summary is not in its form.
    """

    is_of_mirror: Final = False

    def __init__(self, path: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self.path = path
        self._limits = limits
        self.form: Form = _form(path)
        #: The policy, the rules and the limits of an output; None where they are not known.
        self.basis: Object | None = None
        self._states: tuple[PackInfo, ...] = ()
        self._reports: tuple[PackInfo, ...] = ()
        if self.form == "output":
            self.basis = _basis(os.path.join(path, SUMMARY))
            self._states = _packs(self._folder(STATES), "pithbundle_states")
            self._reports = _packs(self._folder(REPORTS), "pithbundle_reports")
            _opened(os.path.join(path, DIGESTS)).close()
        elif self.form == "states":
            self._states = _packs(path, "pithbundle_states")
        else:
            _opened(path).close()

    def records(self) -> Iterator[OutputRecord]:
        """Every record, in the order of the suffixes.

        Raises:
            FileError: ``io``: a file cannot be read, or changed while it was read.
            InputError: a line is no state, or over a limit.
            ArchiveError: ``archive``: something is damaged, out of order, or not what the list of packs
                states.
        """
        before = ""
        try:
            for record in self._records():
                if record.suffix <= before:
                    detail = f"the record {record.suffix} is out of order or there twice"
                    raise ArchiveError("archive", detail, clause="RECOMP-5")
                before = record.suffix
                yield record
        except OSError as error:
            raise file_error(self.path, error) from error

    def _records(self) -> Iterator[OutputRecord]:
        if self.form == "digests":
            for line in _digest_lines(self.path):
                yield OutputRecord(line.suffix, line.digests)
        elif self.form == "states":
            for state in self._lines(self.path, self._states):
                yield OutputRecord(self._suffix(state), None, state)
        else:
            yield from self._whole()

    def _whole(self) -> Iterator[OutputRecord]:
        """The records of an output: its three streams have them in one order."""
        listed = _digest_lines(os.path.join(self.path, DIGESTS))
        states = self._lines(self._folder(STATES), self._states)
        reports = self._lines(self._folder(REPORTS), self._reports)
        for line, state, report in zip_longest(listed, states, reports):
            if line is None or state is None or report is None or self._suffix(state) != line.suffix:
                detail = "states, reports and digests are not of the same records"
                raise ArchiveError("archive", detail, clause="RECOMP-3")
            yield OutputRecord(line.suffix, line.digests, state, report)

    def _folder(self, name: str) -> str:
        return os.path.join(self.path, name)

    def _suffix(self, state: bytes) -> str:
        """The suffix that a state claims; of one that recompute did not write it is read in whole."""
        head = _STATE_HEAD.match(state)
        if head is not None:
            return head[1].decode("ascii")
        number = read_state(state, self._limits).get("pith_number")
        if type(number) is not str:
            raise InputError(
                "type", "a state without a Pith Number", pointer="/pith_number", clause="STATE-1"
            )
        return PithNumber.parse(number).suffix

    def _lines(self, folder: str, packs: tuple[PackInfo, ...]) -> Iterator[bytes]:
        for info in packs:
            with PackReader(os.path.join(folder, info.file), "json", for_written(self._limits)) as pack:
                content = sha256()
                for frame in pack.frames():
                    if isinstance(frame, Damage):
                        raise _damaged(info.file, frame.error)
                    content.update(frame.raw)
                    for _, data in frame.parts():
                        yield data
                if content.hexdigest() != info.content_sha256:
                    detail = f"{info.file} has not the content that {PACKS} states"
                    raise ArchiveError("archive", detail, clause="RECOMP-4")


def _damaged(file: str, error: PithError) -> ArchiveError:
    return ArchiveError("archive", f"{file} is damaged: {error.fault.message}", clause="ARCH-8")


def _form(path: str) -> Form:
    if not os.path.isdir(path):
        return "digests"
    if os.path.lexists(os.path.join(path, SUMMARY)):
        return "output"
    if os.path.lexists(os.path.join(path, PACKS)):
        return "states"
    detail = f"is no output of recompute, which has {SUMMARY}, and no packs of states, which have {PACKS}"
    raise FileError.at(path, detail)


def _basis(path: str) -> Object:
    value = parse_json(read_regular(path, MANIFEST_LIMITS.size), MANIFEST_LIMITS)
    if type(value) is not dict or value.get("summary_type") != SUMMARY_TYPE:
        detail = f'{SUMMARY} has no summary_type "{SUMMARY_TYPE}"'
        raise ArchiveError("archive", detail, pointer="/summary_type", clause="RECOMP-6")
    if value.get("summary_version") != SUMMARY_VERSION:
        detail = f"{SUMMARY} has another version"
        raise ArchiveError("version", detail, pointer="/summary_version", clause="RECOMP-6")
    return {name: value.get(name) for name in BASIS}


def _packs(folder: str, packs_type: str) -> tuple[PackInfo, ...]:
    value = parse_json(read_regular(os.path.join(folder, PACKS), MANIFEST_LIMITS.size), MANIFEST_LIMITS)
    if type(value) is not dict or value.get("packs_type") != packs_type:
        detail = f'{PACKS} has no packs_type "{packs_type}"'
        raise ArchiveError("archive", detail, pointer="/packs_type", clause="RECOMP-4")
    if value.get("packs_version") != "1":
        raise ArchiveError(
            "version", f"{PACKS} has another version", pointer="/packs_version", clause="RECOMP-4"
        )
    return read_packs(value.get("packs"))


def _opened(path: str) -> BinaryIO:
    """Open a regular file; nothing else is opened, since a FIFO would block.

    Raises:
        FileError: ``io``: it is none, or cannot be opened.
    """
    try:
        return open_regular(path, _BUFFER)
    except (OSError, ValueError) as error:
        raise file_error(path, error) from error


def _digest_lines(path: str) -> Iterator[RecordDigests]:
    """The lines of a file of digests, read one by one.

    Raises:
        ArchiveError: ``archive``: a line is none of digests.
        FileError: ``io``: the file cannot be read, or changed while it was read.
    """
    with _opened(path) as file:
        before = os.fstat(file.fileno())
        for number, line in enumerate(lines_of(file), 1):
            found = RecordDigests.from_bytes(line)
            if found is None:
                detail = f"line {number} is not a suffix and four digests"
                raise ArchiveError("archive", detail, clause="RECOMP-5")
            yield found
        after = os.fstat(file.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise FileError.at(path, "changed while it was read; read it again")
