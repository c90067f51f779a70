"""What has digests: a folder of digests, a store, an archive, an output of recompute (spec MIRROR-10)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal, TypeAlias

from pithbundle.archive.manifest import MANIFEST
from pithbundle.digests.differences import Difference, compare_lines, tree_differences
from pithbundle.digests.head import HEAD_FILE, Head
from pithbundle.digests.lines import LeafLine, lines_of_digests
from pithbundle.digests.tree import ENDING, Fetch, walk
from pithbundle.durable import Folder
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.errors import ArchiveError, FileError
from pithbundle.files import file_error, open_regular, read_regular
from pithbundle.mirror.digest_folder import DigestFolder, Lines
from pithbundle.progress import Progress
from pithbundle.recompute.assemble import DIGESTS, SUMMARY
from pithbundle.recompute.facts import SUMMARY_TYPE
from pithbundle.recompute.run import recompute
from pithbundle.record_digests import LINE_BYTES, lines_of
from pithbundle.store import Store
from pithbundle.store.settings import SETTINGS
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy

#: What digests are of.
Kind: TypeAlias = Literal["digests", "store", "archive", "recompute"]
_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    (HEAD_FILE, "digests"),
    (SETTINGS, "store"),
    (MANIFEST, "archive"),
    (SUMMARY, "recompute"),
)
#: The folder of digests in that of a mirror (MIRROR-11).
_PUBLISHED: Final = "pith-digests"
_BUFFER: Final = 1 << 16
_LIMITS: Final = Limits(size=1 << 26, nodes=1 << 20)


@dataclass(frozen=True, slots=True)
class Listing:
    """The leaf lines of something, and what they follow from."""

    path: str
    kind: Kind
    #: The name of the merge rules.
    rules: str
    policy_sha256: str
    records: int
    #: The number of valid events of all records.
    events: int
    #: Returns the lines from the first one at each call.
    lines: Lines
    #: The head of a folder of digests, and what fetches its files.
    head: Head | None = None
    fetch: Fetch | None = None


def kind_of(path: str) -> Kind:
    """Return what a path leads to; of ``digests.txt`` the output that it is in.

    Raises:
        FileError: ``io``: it is nothing that has digests.
    """
    for name, kind in _KINDS:
        if os.path.lexists(os.path.join(path, name)):
            return kind
    if os.path.basename(path) == DIGESTS and os.path.lexists(_summary_beside(path)):
        return "recompute"
    if not os.path.lexists(path):
        raise FileError.at(path, "no such file or directory")
    if os.path.lexists(os.path.join(path, _PUBLISHED, HEAD_FILE)):
        raise FileError.at(path, f"has no digests itself, but in {_PUBLISHED}")
    names = ", ".join(name for name, _ in _KINDS)
    raise FileError.at(path, f"has no digests: it is no folder with one of {names}")


def _summary_beside(path: str) -> str:
    return os.path.join(os.path.dirname(path), SUMMARY)


@contextlib.contextmanager
def listing(path: str, policy: Policy, progress: Progress | None = None, jobs: int = 1) -> Iterator[Listing]:
    """The digests of a path.

    Args:
        path: a folder of digests, a store, an archive, an output of recompute or its ``digests.txt``.
        policy: under which an archive is verified; everything else has its own.
        progress: takes what the verification of an archive reports.
        jobs: how many processes verify an archive.

    Raises:
        FileError: ``io``: it is none of them, or cannot be read.
        DigestError: the head of a folder of digests is not in its form.
        StoreError: the store is damaged.
        ArchiveError: the archive, or a summary, is not in its form.
        InputError: one of them is not JSON.
    """
    try:
        kind = kind_of(path)
        if kind == "digests":
            with Folder.open(path) as folder:
                yield _of_folder(path, DigestFolder(folder))
        elif kind == "store":
            with Store.open(path) as store, store.view() as view:
                basis = view.rules, view.policy_sha256
                yield Listing(path, kind, *basis, view.records, view.events, view.lines)
        elif kind == "archive":
            with tempfile.TemporaryDirectory(prefix="pithbundle-") as scratch:
                output = os.path.join(scratch, "output")
                recompute([path], output, Verifier(policy), jobs=jobs, progress=progress)
                yield _of_output(path, kind, output)
        else:
            yield _of_output(path, kind, path if os.path.isdir(path) else os.path.dirname(path))
    except OSError as error:
        raise file_error(path, error) from error


def _of_folder(path: str, files: DigestFolder) -> Listing:
    head = files.head()
    if head is None:
        raise FileError.at(os.path.join(path, HEAD_FILE), "no such file or directory")

    fetch = fetch_of(path, files)

    def lines() -> Iterator[LeafLine]:
        return walk(head.tree, fetch)

    basis = head.rules, head.policy_sha256
    return Listing(path, "digests", *basis, head.records, head.events, lines, head, fetch)


def fetch_of(path: str, files: DigestFolder) -> Fetch:
    """Return what reads the files of an open folder of digests; it raises ``FileError`` where it cannot."""

    def fetch(name: str, limit: int) -> bytes:
        try:
            return files.fetch(name, limit)
        except OSError as error:
            raise file_error(os.path.join(path, name + ENDING), error) from error

    return fetch


def _of_output(path: str, kind: Kind, output: str) -> Listing:
    summary = _summary(os.path.join(output, SUMMARY))
    digests = os.path.join(output, DIGESTS)

    def opened() -> BinaryIO:
        return open_regular(digests, _BUFFER)

    def lines() -> Iterator[LeafLine]:
        with opened() as file:
            yield from lines_of_digests(lines_of(file))

    with opened() as file:
        records = os.fstat(file.fileno()).st_size // LINE_BYTES
    rules, policy_sha256, events = summary
    return Listing(path, kind, rules, policy_sha256, records, events, lines)


def _summary(path: str) -> tuple[str, str, int]:
    """The rules, the policy and the number of valid events of an output."""
    value = parse_json(read_regular(path, _LIMITS.size), _LIMITS)
    if type(value) is not dict or value.get("summary_type") != SUMMARY_TYPE:
        raise _malformed("/summary_type", f'{SUMMARY} has no summary_type "{SUMMARY_TYPE}"')
    rules, policy, counts = value.get("rules"), value.get("policy_sha256"), value.get("event_types")
    if type(rules) is not str or type(policy) is not str or type(counts) is not dict:
        raise _malformed("", f"{SUMMARY} is not in the form of RECOMP-6")
    return rules, policy, sum(count for count in counts.values() if type(count) is int)


def _malformed(pointer: str, detail: str) -> ArchiveError:
    return ArchiveError("archive", detail, pointer=pointer, clause="RECOMP-6")


def compare(left: Listing, right: Listing) -> Iterator[Difference]:
    """Return the records in which two listings differ, in the order of their suffixes (MIRROR-8).

    Of two folders of digests only the files are read whose names differ.

    Raises:
        DigestError: ``digest_invalid``: something of one side is not in its form.
        FileError: ``io``: a file cannot be read.
    """
    if left.head is None or right.head is None or left.fetch is None or right.fetch is None:
        return compare_lines(left.lines(), right.lines())
    return tree_differences(left.head.tree, right.head.tree, left.fetch, right.fetch)
