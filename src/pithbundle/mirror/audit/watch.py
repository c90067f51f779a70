"""A watch: the same audit again and again, each finding reported once (spec AUDIT-15).

The cursor notes what was reported. It is replaced after the evidence is on the disk, so that a crash in
between reports a finding twice and never not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pithbundle.encoding.canonical import encode_canonical
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import FindingError, InputError
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import finding_name
from pithbundle.mirror.audit.shares import NOTED, SHARE, excess, mirror_digest, share_of
from pithbundle.mirror.audit.words import WORDS, Word

CURSOR_TYPE: Final = "pithbundle_audit_cursor"
CURSOR_VERSION: Final = "1"
CURSOR_BYTES: Final = 64 << 20
#: Words that a moment of bad luck explains.
PATIENT: Final[frozenset[Word]] = frozenset({"unreachable", "moving"})
#: How many names are noted, before those of mirrors that are not watched any more are forgotten, and of each
#: share all but as many as are listed.
_MOST_NAMES: Final = 100_000
#: How many rounds the chart over time has.
_ROUNDS: Final = 1_000
_LIMITS: Final = Limits(size=CURSOR_BYTES, nodes=4_000_000)


@dataclass(slots=True)
class Cursor:
    """What a watch knows of earlier rounds."""

    #: The names of the findings that were reported, in this order.
    reported: dict[str, None] = field(default_factory=dict)
    #: By the name of a finding that is not reported yet, the rounds in a row that found it.
    waiting: dict[str, int] = field(default_factory=dict)
    #: For each round, the oldest first: when it ended, and how many findings of exit 1 and 3 it had.
    rounds: list[Object] = field(default_factory=list)

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Cursor:
        """Read a cursor; an empty one if there is none.

        Raises:
            FindingError: ``finding``: it is not in its form.
        """
        if data is None:
            return cls()
        try:
            value = parse_json(data, _LIMITS)
        except InputError as error:
            raise _error(error.fault.message) from error
        if type(value) is not dict or value.get("cursor_type") != CURSOR_TYPE:
            raise _error(f'cursor_type must be "{CURSOR_TYPE}"')
        made = cls(
            dict.fromkeys(_names(value.get("reported"))),
            _waiting(value.get("waiting")),
            _rounds(value.get("rounds")),
        )
        if made.to_bytes() != data:
            raise _error("it has other members, or they are written in another way")
        return made

    def to_bytes(self) -> bytes:
        """Return the file: canonical bytes."""
        reported: list[Value] = [*self.reported]
        return encode_canonical(
            {
                "cursor_type": CURSOR_TYPE,
                "cursor_version": CURSOR_VERSION,
                "reported": reported,
                "waiting": {name: self.waiting[name] for name in sorted(self.waiting)},
                "rounds": [*self.rounds],
            }
        )

    def take(self, found: Iterable[Found], patience: int, known: Iterable[str] = ()) -> list[Found]:
        """Note what a round found, and return what is to be reported now.

        Args:
            found: what the round found, as far as it is held (AUDIT-18).
            patience: in how many rounds in a row a mirror or record has to be unreachable or moving.
            known: names of what it found and was reported before, held or not.
        """
        report: list[Found] = []
        seen: dict[str, int] = {}
        again = {*known}
        for one in found:
            if not one.is_reported:
                continue
            name = finding_name(one.key)
            if name in self.reported or name in seen:
                again.add(name)
                continue
            seen[name] = self.waiting.get(name, 0) + 1
            if one.word not in PATIENT or seen[name] >= patience:
                report.append(one)
        # What was not found in this round begins anew when it is found again.
        due = dict.fromkeys(finding_name(one.key) for one in report)
        self.reported |= due
        self.waiting = {name: count for name, count in seen.items() if name not in due}
        most = NOTED if len(self.reported) <= _MOST_NAMES else SHARE
        for name in excess([*self.reported], {*again, *due}, most):
            del self.reported[name]
        return report

    def forget_others(self, bases: Iterable[str]) -> None:
        """Forget what was reported of mirrors that are not watched, if too much is noted (AUDIT-18).

        The names of years of other mirrors would make the cursor too large to be read.
        """
        if len(self.reported) > _MOST_NAMES:
            watched = {mirror_digest(base) for base in bases}
            shares = {name: share_of(name) for name in self.reported}
            kept = (name for name, share in shares.items() if share is not None and share[2] in watched)
            self.reported = dict.fromkeys(kept)

    def end_round(self, ended_at: str, words: Sequence[tuple[Word, int]]) -> None:
        """Note the counts of a round for the chart over time."""
        counts = {status: 0 for status in (0, 1, 3)}
        for word, count in words:
            counts[WORDS[word].exit_status] += count
        self.rounds.append({"ended_at": ended_at, "wrong": counts[1], "open": counts[3]})
        del self.rounds[:-_ROUNDS]


def _names(value: Value) -> list[str]:
    if type(value) is not list:
        raise _error("reported must be a list of names")
    return [one for one in value if type(one) is str]


def _waiting(value: Value) -> dict[str, int]:
    if type(value) is not dict:
        raise _error("waiting must be an object")
    return {name: count for name, count in value.items() if type(count) is int}


def _rounds(value: Value) -> list[Object]:
    if type(value) is not list:
        raise _error("rounds must be a list")
    return [one for one in value if type(one) is dict]


def _error(detail: str) -> FindingError:
    message = f"the cursor of the watch is damaged: {detail}; remove it, and findings are reported once more"
    return FindingError("finding", message, clause="AUDIT-15")
