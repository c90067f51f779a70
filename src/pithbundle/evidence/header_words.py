"""What the words for block headers mean, for a person (spec EVID-13, EVID-14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pithbundle.evidence.header_paths import Strength
from pithbundle.evidence.header_tree import Reason

#: How headers are known to be in the chain of Bitcoin.
STRENGTHS: Final[Mapping[Strength, str]] = {
    "chain": "linked to the first block, with the work that only the chain of Bitcoin has",
    "checkpoint": "linked to a block whose hash is in the table of known blocks",
    "given": "linked to a block that you named: it counts as far as you know that block",
}
#: Why headers show nothing.
REASONS: Final[Mapping[Reason, str]] = {
    "invalid": "the file violates a rule",
    "follows_invalid": "they follow a file that violates a rule",
    "not_linked": "no height is known: they follow no known block",
    "not_in_chain": "another block is in the chain at this height",
    "low_work": "from the first block on, with less work than the minimum",
    "not_pinned": "they lead to no block of the table, and to none that you named",
}
