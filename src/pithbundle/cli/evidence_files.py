"""What ``pithbundle evidence`` reads for captures and claims of authorship (spec CAPT-9, ORCID-7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pithbundle.cli.extras import needing
from pithbundle.cli.inputs import read_bytes, rejecting
from pithbundle.cli.output import Exit
from pithbundle.encoding.limits import Limits
from pithbundle.evidence import Content, OrcidRecord, Payload, content_of, read_orcid
from pithbundle.files import read_blocks


def read_contents(paths: Sequence[str]) -> tuple[Content, ...]:
    """Return the digests of files of any size.

    Raises:
        InputRejected: a file cannot be read.
    """
    found = []
    for path in paths:
        with rejecting(path, Exit.USAGE):
            found.append(content_of(path, read_blocks(path)))
    return tuple(found)


def read_warcs(
    paths: Sequence[str], wanted: Callable[[], frozenset[tuple[str, str]]]
) -> tuple[Payload, ...] | None:
    """Return the payloads of captures in WARC files; None without such files.

    Args:
        paths: the files.
        wanted: returns the captures that are looked for; called only if there is a file.

    Raises:
        InputRejected: a file cannot be read, or is no WARC file within the bounds.
        click.UsageError: warcio is not installed.
    """
    if not paths:
        return None
    with needing("warc", "a WARC file needs warcio", "warcio", "six"):
        from pithbundle.evidence.warc import read_payloads
    captures = wanted()
    found: list[Payload] = []
    for path in paths:
        with rejecting(path, Exit.USAGE):
            found.extend(read_payloads(path, read_blocks(path), captures))
    return tuple(found)


def read_persons(paths: Sequence[str], limits: Limits) -> tuple[OrcidRecord, ...]:
    """Return saved records of ORCID.

    Raises:
        InputRejected: a file cannot be read, or is no saved record.
    """
    found = []
    for path in paths:
        data = read_bytes(path, limits.size, Exit.USAGE)
        with rejecting(path, Exit.USAGE, data=data):
            found.append(read_orcid(data, limits))
    return tuple(found)
