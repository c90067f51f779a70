"""What the commands of ``pithbundle mirror`` do; loaded only where zstd is installed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import click

from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.clock import time_option_value
from pithbundle.cli.input_hints import is_url
from pithbundle.cli.terminal import progress_bar
from pithbundle.digests.differences import Difference, not_comparable
from pithbundle.digests.head import is_archive_path, is_origin
from pithbundle.digests.lines import LeafLine
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.files import file_error
from pithbundle.mirror.digest_folder import DigestFolder, Published, Statement, write_digests
from pithbundle.mirror.listing import Listing, compare, listing
from pithbundle.spawning import default_jobs
from pithbundle.verify.policy import Policy

_OF_A_URL: Final = "Compare with a mirror by pithbundle mirror audit URL --store DIR"
#: How many records that differ are kept for the JSON.
MOST_IN_JSON = 10_000


@contextlib.contextmanager
def _listing(path: str, policy: Policy, jobs: int | None) -> Iterator[Listing]:
    """The digests of a path; every error inside is attributed to it.

    Raises:
        InputRejected: it has none, or is damaged.
        click.UsageError: it is a URL.
    """
    if is_url(path) and not os.path.lexists(path):
        message = f"{path} is a URL, and folders of this machine are read here. {_OF_A_URL}"
        raise click.UsageError(message, click.get_current_context())
    with (
        failing(path),
        progress_bar("reading", None) as bar,
        listing(path, policy, bar, jobs or default_jobs()) as found,
    ):
        yield found


def write(
    source: str,
    output: str,
    origin: str | None,
    archive: str | None,
    generated_at: str | None,
    policy: Policy,
    jobs: int | None,
) -> Published:
    """Write the digests of a source, or bring those that are there up to date.

    Raises:
        InputRejected: the source is damaged, or the folder cannot be written.
        click.UsageError: the first head needs an origin, or a value is not in its form.
    """
    moment = time_option_value("--generated-at", generated_at)
    require_origin(origin)
    if archive is not None and not is_archive_path(archive):
        message = "--archive takes a relative path that ends in pith-archive.json, as packs/pith-archive.json"
        raise click.UsageError(message, click.get_current_context())
    with failing(output):
        name = origin or _origin_of(output)
    if name is None:
        message = "the first head needs the name of the mirror: add --origin, as in --origin mirror.example"
        raise click.UsageError(message, click.get_current_context())
    with _listing(source, policy, jobs) as found:
        if found.kind == "digests":
            raise FileError.at(source, "is a folder of digests already; give what they were made of")
        statement = Statement(
            name, found.rules, found.policy_sha256, found.records, found.events, moment, archive
        )

        def lines() -> Iterator[LeafLine]:
            with failing(source):
                yield from found.lines()

        with failing(output):
            try:
                return write_digests(output, lines, statement)
            except OSError as error:
                raise file_error(output, error) from error


def require_origin(origin: str | None) -> None:
    """Check the name of a mirror, if one is given.

    Raises:
        click.UsageError: it is not in its form.
    """
    if origin is not None and not is_origin(origin):
        message = (
            "--origin takes the name of the mirror: 1 to 253 characters a-z, 0-9, dots and hyphens, as in "
            "mirror.example"
        )
        raise click.UsageError(message, click.get_current_context())


def _origin_of(output: str) -> str | None:
    """The origin of the head that is there; None where there is none.

    Raises:
        DigestError: it is not in its form.
        FileError: ``io``: it cannot be read.
    """
    try:
        if not os.path.isdir(output):
            return None
        with Folder.open(output) as folder:
            head = DigestFolder(folder).head()
    except OSError as error:
        raise file_error(output, error) from error
    return None if head is None else head.origin


@dataclass(slots=True)
class Compared:
    """What a comparison found."""

    left: Listing
    right: Listing
    #: Why the two cannot be compared; empty where they can.
    reason: str
    count: int = 0
    #: The records that only the left side lists, only the right side, and both with another digest.
    only_left: int = 0
    only_right: int = 0
    first: list[Difference] = field(default_factory=list)


def compared(left: str, right: str, policy: Policy, jobs: int | None) -> Compared:
    """Compare the digests of two paths.

    Raises:
        InputRejected: one of them has none, or is damaged.
    """
    with _listing(left, policy, jobs) as one, _listing(right, policy, jobs) as other:
        found = Compared(one, other, not_comparable(one, other) or "")
        if found.reason:
            return found
        for each in compare(one, other):
            found.count += 1
            found.only_left += each.right is None
            found.only_right += each.left is None
            if len(found.first) < MOST_IN_JSON:
                found.first.append(each)
        return found
