"""What the commands of ``pithbundle store`` do; loaded only where zstd is installed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from pithbundle.cli.archive_inputs import Input, Written, bundles_of, failing, inputs_of
from pithbundle.cli.archive_run import suffix_of
from pithbundle.cli.inputs import require_single_stdin
from pithbundle.cli.terminal import Progress, progress_bar
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.errors import FileError, PithError
from pithbundle.files import read_input, read_regular
from pithbundle.spawning import default_jobs
from pithbundle.store import Added, Checked, Incoming, Sealed, Store
from pithbundle.verify.policy import Policy

__all__ = ["Addition", "Store", "add", "check", "drop", "failing", "opened", "repair", "seal", "suffix_of"]


@dataclass(slots=True)
class Addition:
    """What became of the bundles of inputs."""

    written: Written = field(default_factory=Written)
    added: int = 0
    unchanged: int = 0
    #: What is in quarantine: the file and the entry.
    quarantined: list[tuple[str, Added]] = field(default_factory=list)


@contextlib.contextmanager
def opened(path: str) -> Iterator[Store]:
    """An open store; every error inside is attributed to it.

    Raises:
        InputRejected: it cannot be opened or used.
    """
    with failing(path):
        # What another process appended is read first, and an index may have to be made anew.
        with progress_bar("opening", None) as bar:
            store = Store.open(path, progress=bar)
        with store:
            yield store


def add(
    path: str, paths: tuple[str, ...], form: str | None, origin: str, requested: str, received_at: str
) -> Addition:
    """Add the bundles of inputs.

    Raises:
        InputRejected: the store cannot be used, or an input that was named cannot be read.
        click.UsageError: the format of an input is not known.
    """
    require_single_stdin(*paths)
    found = Addition()
    names: list[str] = []
    inputs = [*inputs_of(paths, form, found.written)]

    def incoming() -> Iterator[Incoming]:
        with progress_bar("adding", None) as bar:
            for given in inputs:
                for data in _data_of(given, found.written, bar):
                    names.append(given.path)
                    yield Incoming(data, origin, "", requested, received_at)

    with opened(path) as store:
        for number, added in enumerate(store.add_many(incoming())):
            if added.outcome == "quarantined":
                found.quarantined.append((names[number], added))
            elif added.outcome == "added":
                found.added += 1
            else:
                found.unchanged += 1
    return found


def check(path: str, jobs: int | None) -> Checked:
    """Check a store.

    Raises:
        InputRejected: it cannot be opened or read.
    """
    with opened(path) as store, progress_bar("checking", None) as bar:
        return store.check(jobs=jobs or default_jobs(), progress=bar)


def repair(path: str, policy: Policy | None, sources: tuple[str, ...], jobs: int | None) -> Checked:
    """Make the index of a store anew.

    Raises:
        InputRejected: the store cannot be opened or written.
    """
    with opened(path) as store, progress_bar("repairing", None) as bar:
        return store.repair(policy=policy, sources=sources or None, jobs=jobs or default_jobs(), progress=bar)


def seal(path: str) -> Sealed:
    """Seal a store.

    Raises:
        InputRejected: it cannot be opened or written.
    """
    with opened(path) as store, progress_bar("sealing", None) as bar:
        return store.seal(progress=bar)


def drop(path: str, origin: str, code: str) -> Sealed:
    """Drop entries from the quarantine of a store.

    Raises:
        InputRejected: it cannot be opened or written.
    """
    with opened(path) as store, progress_bar("dropping", None) as bar:
        return store.drop(origin=origin, code=code, progress=bar)


def _data_of(given: Input, written: Written, progress: Progress) -> Iterator[bytes]:
    """The bundles of an input; a file of one is read as it is, whatever it is."""
    if given.form.container in ("json", "cbor") and not given.form.compression:
        try:
            read = read_regular if given.is_of_folder else read_input
            yield read(given.path, DEFAULT_LIMITS.size)
        except PithError as error:
            if isinstance(error, FileError) and not given.is_of_folder:
                with failing(given.path):
                    raise
            written.rejected.add(given.path, "", error)
        return
    for bundle in bundles_of([given], DEFAULT_LIMITS, written, progress):
        yield bundle.received
