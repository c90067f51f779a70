"""Reading again before a difference in a state or a digest is reported (spec AUDIT-10).

A publisher writes one file after another, so that for a moment its bundle is newer than its state, its
digests and its head. A difference counts only if several reads of one generation, with pauses, agree in it,
and no publication in progress explains it (AUDIT-17).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from pithbundle.errors import DigestError, NetworkError
from pithbundle.mirror.audit.finding import FindingDocument, received
from pithbundle.mirror.audit.mirrors import Mirror, RecordRead, Sleep
from pithbundle.mirror.audit.sides import Reports, Side
from pithbundle.mirror.publication import Publication, is_in_progress

#: Seconds before each further read of what differs: at most three, then it is ``moving``.
PAUSES: Final = (1.0, 5.0, 15.0)

ServedBefore = Callable[[Mirror, str], frozenset[str]]


def is_suspect(side: Side) -> bool:
    """Whether a side contradicts itself: its state or its digest does not follow from its bundle."""
    if side.status != "read":
        return False
    differs = side.listed is not None and side.listed != side.leaf
    return differs or side.state_result[0] == "differs"


def _shown(side: Side) -> tuple[object, ...]:
    """What two reads have to agree in. Of a state its digest: all that was read is not held for it."""
    state = None if side.state is None else sha256(side.state).digest()
    return side.leaf, state, side.listed


async def settle(
    of_record: dict[str, list[RecordRead]],
    mirrors: Sequence[Mirror],
    reports: Reports,
    sleep: Sleep,
    served_before: ServedBefore,
) -> None:
    """Read again what contradicts itself, until it does not, or does so in each read of one generation.

    Args:
        of_record: by suffix, what was read of each mirror, in the order of the mirrors; changed in place.
        mirrors: that are audited.
        reports: verifies, under the policy of the reader.
        sleep: waits.
        served_before: what a mirror served before of a record.
    """
    # What each read showed. The last one alone is held: a mirror decides how large the next one is.
    suspects = {
        (suffix, at): [_shown(read.side)]
        for suffix, reads in of_record.items()
        for at, read in enumerate(reads)
        if is_suspect(read.side)
    }
    generations = {at: [_generation(mirrors[at])] for _, at in suspects}
    publications: dict[int, Publication | NetworkError | None] = {}
    for pause in PAUSES:
        open_ = [(suffix, at) for suffix, at in suspects if is_suspect(of_record[suffix][at].side)]
        if not open_:
            break
        await sleep(pause)
        for at in sorted({at for _, at in open_}):
            await _read_head(mirrors[at])
        for suffix, at in open_:
            read = await _again(mirrors[at], suffix, reports, served_before)
            of_record[suffix][at] = read
            suspects[suffix, at].append(_shown(read.side))
        for at in sorted({at for _, at in open_}):
            publications[at] = await _publication(mirrors[at])
            await _read_head(mirrors[at])
            generations[at].append(_generation(mirrors[at]))
    for (suffix, at), shown in suspects.items():
        settled = _settled(mirrors[at], suffix, of_record[suffix][at], shown, generations[at])
        of_record[suffix][at] = await _published(settled, suffix, publications.get(at))


def _generation(mirror: Mirror) -> str | None:
    return None if mirror.head is None else mirror.head.sha256


async def _read_head(mirror: Mirror) -> None:
    """Read the head again, if the digests are compared."""
    if mirror.comparable and not mirror.is_given_up:
        before = mirror.head
        after = await mirror.read_head()
        # A head of another policy, or none at all: nothing is compared any more.
        if after is None or before is None or after.head.policy_sha256 != before.policy_sha256:
            mirror.comparable = False


async def _again(mirror: Mirror, suffix: str, reports: Reports, served_before: ServedBefore) -> RecordRead:
    listed = None
    head = mirror.head
    if mirror.comparable and head is not None:
        try:
            listed = await mirror.files.digest_of(head.tree, suffix)
        except (DigestError, NetworkError) as error:
            mirror.note_error(error)
    return await mirror.read_record(reports, suffix, listed, served_before(mirror, suffix))


def _settled(
    mirror: Mirror,
    suffix: str,
    last: RecordRead,
    shown: Sequence[tuple[object, ...]],
    generations: Sequence[str | None],
) -> RecordRead:
    """The last read, or ``moving`` if the reads do not agree in what contradicts itself."""
    if not is_suspect(last.side):
        return last
    if len({*shown}) > 1 or len({*generations}) > 1:
        message = f"it changed during {len(shown)} attempts to read it"
        return replace(last, side=replace(last.side, moving=("moving", message)))
    path: list[FindingDocument] = []
    if mirror.head is not None:
        # The heads before the first read and after the last one: of one generation.
        heads = [one for one in mirror.heads if one.head.sha256 == mirror.head.sha256]
        path += [received("head", one.exchange) for one in (heads[0], heads[-1])]
        path += mirror.files.path_to(mirror.head, suffix)
    return replace(last, path=tuple(path))


async def _publication(mirror: Mirror) -> Publication | NetworkError | None:
    """The publication that a mirror states to be in progress; the error if it gives no answer."""
    if mirror.is_given_up:
        return None
    before = mirror.head
    try:
        following = await mirror.read_next()
    except NetworkError as error:
        return error
    if following is None or not is_in_progress(before, following.head):
        return None
    return Publication(before, following, mirror.files)


def _explains(digests: set[str | None] | None, side: Side) -> bool:
    """Whether a record that contradicts itself is of one of the generations of a publication.

    Of what cannot be compared nothing is required but that the record changes.
    """
    if digests is None:
        return True
    is_comparable = side.listed is not None and side.leaf is not None
    is_of_them = side.leaf in digests or (side.parts_leaf is not None and side.parts_leaf in digests)
    return bool(digests) and (is_of_them or not is_comparable)


async def _published(
    read: RecordRead, suffix: str, publication: Publication | NetworkError | None
) -> RecordRead:
    """The same read, or ``moving`` if a publication in progress may explain what contradicts itself."""
    if read.side.moving is not None or not is_suspect(read.side) or publication is None:
        return read
    if isinstance(publication, NetworkError):
        reason = publication.fault.message
        moving = publication.code, f"whether it is being published could not be read: {reason}"
        return replace(read, side=replace(read.side, moving=moving))
    if not _explains(await publication.digests(suffix), read.side):
        return read
    head, held = publication.following.head, publication.following
    message = (
        f"its publication of generation {head.generation}, begun at {head.generated_at}, is not complete"
    )
    side = replace(read.side, moving=("publishing", message))
    return replace(read, side=side, path=(*read.path[:1], received("head", held.exchange)))
