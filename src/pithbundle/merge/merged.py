"""Merging: checked bundles in, the current state out (spec MERGE-1 to MERGE-9).

state = f(record, set of valid events, policy). Merge does no cryptography and takes no
bytes: only what the checks let through, as values of :mod:`pithbundle.verify.verdicts`.
"""

from __future__ import annotations

from typing import Final

from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Limits, Object
from pithbundle.errors import MergeError
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rules import MERGE_1, MergeRules
from pithbundle.merge.state import State
from pithbundle.verify.verdicts import CheckedBundle


class Merged:
    """The result of :func:`merge`: the ledger and the views of it, each made when first asked for."""

    __slots__ = ("inputs", "ledger")

    def __init__(self, ledger: Ledger, inputs: tuple[CheckedBundle, ...]) -> None:
        self.ledger = ledger
        #: The checked bundles that went in, in the order given; only the report reads them.
        self.inputs = inputs

    @property
    def view(self) -> State:
        """The state as values."""
        return self.ledger.snapshot()

    @property
    def state_bytes(self) -> bytes:
        """The bytes of state.json (STATE-1)."""
        return self.view.to_json()

    @property
    def state(self) -> Object:
        """The state as one JSON object, read back from :attr:`state_bytes`; a new one each time."""
        value = parse_json(self.state_bytes, _UNBOUNDED)
        return value if type(value) is dict else {}

    @property
    def state_sha256(self) -> str:
        """The digest of what the state means, in hex: what mirrors compare (STATE-5)."""
        return self.view.sha256

    @property
    def events_sha256(self) -> str:
        """The digest of the sorted ids of the valid events, in hex (STATE-6)."""
        return self.ledger.events_sha256


# A state may be larger than any input: its set of events has no limit.
_UNBOUNDED: Final = Limits(size=1 << 62, depth=1 << 30, nodes=1 << 62, string=1 << 62)


def merge(*checked: CheckedBundle, rules: MergeRules = MERGE_1) -> Merged:
    """Merge checked bundles of one record into its current state.

    Raises:
        MergeError: ``subject`` for bundles of different records, ``collision`` for one
            number with two hashes, ``policy`` for bundles checked under different
            policies, ``type`` for no bundle at all.
    """
    return Merged(ledger_of(*checked, rules=rules), checked)


def ledger_of(*checked: CheckedBundle, rules: MergeRules = MERGE_1) -> Ledger:
    """The ledger of the union of checked bundles of one record (MERGE-2)."""
    if not checked:
        raise MergeError("type", "there is nothing to merge: give at least one checked bundle")
    ledgers = [
        Ledger.of_checked(one.record, one.policy_sha256, rules, one.signed, one.ids_without_valid_event)
        for one in checked
    ]
    if len(ledgers) == 1:
        return ledgers[0]
    builder = ledgers[0].builder()
    for ledger in ledgers[1:]:
        builder.add(ledger)
    return builder.build()
