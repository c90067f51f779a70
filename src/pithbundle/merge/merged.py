"""Merging: checked bundles in, the current state out (spec MERGE-1 to MERGE-9).

state = f(record, set of valid events, policy). Merge does no cryptography and takes no
bytes: only what the checks let through, as values of :mod:`pithbundle.verify.verdicts`.
"""

from __future__ import annotations

from typing import Final

from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Limits, Object
from pithbundle.merge.ledger import Ledger
from pithbundle.merge.rules import MERGE_1, MergeRules
from pithbundle.merge.state import State
from pithbundle.verify.verdicts import Checked


class Merged:
    """The result of :func:`merge`: the ledger and the views of it, each made when first asked for."""

    __slots__ = ("_state_bytes", "_view", "inputs", "ledger")

    def __init__(self, ledger: Ledger, inputs: tuple[Checked, ...]) -> None:
        self.ledger = ledger
        #: The checked bundles that went in, in the order given; only the report reads them.
        self.inputs = inputs
        self._view: State | None = None
        self._state_bytes: bytes | None = None

    @property
    def view(self) -> State:
        """The state as values."""
        if self._view is None:
            self._view = State(self.ledger)
        return self._view

    @property
    def state_bytes(self) -> bytes:
        """The bytes of state.json (STATE-1)."""
        if self._state_bytes is None:
            self._state_bytes = self.view.to_bytes()
        return self._state_bytes

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
_UNBOUNDED: Final = Limits(size=1 << 62, depth=1 << 30, nodes=1 << 62, text=1 << 62)


def merge(*checked: Checked, rules: MergeRules = MERGE_1) -> Merged:
    """Fold checked bundles of one record into its current state.

    Raises:
        MergeError: ``subject`` for bundles of different records, ``collision`` for one
            number with two hashes, ``policy`` for bundles checked under different
            policies, ``type`` for no bundle at all.
    """
    return Merged(Ledger.of(checked, rules), checked)
