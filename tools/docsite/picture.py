"""The picture of a timeline that a guide shows, drawn when the site is built."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pithbundle import Policy, Verifier
from pithbundle.cli import picture

NAME: Final = "timeline.svg"
_WHAT: Final = (
    "The timeline of the demo record: a lane for each section of the state, a mark for each event, "
    "arrows for what it replaces or retracts"
)
#: Of a page in a folder of the site. It scrolls by itself, so the keyboard must reach it.
HTML: Final = (
    f'<div class="picture" tabindex="0" role="region" aria-label="Timeline">\n'
    f'<img src="../assets/{NAME}" alt="{_WHAT}">\n</div>\n\n[Open the picture alone](../assets/{NAME}).'
)


def timeline(root: Path) -> bytes:
    """The picture that ``pithbundle timeline vectors/demo/rich.json --svg`` writes."""
    demo = root / "vectors" / "demo"
    bundle = Verifier(Policy.from_file(demo / "policy.json")).verify((demo / "rich.json").read_bytes())
    conflicts = {name for group in bundle.ledger.equivocations() for name in group.event_ids}
    return picture.draw(bundle.ledger.timeline(), str(bundle.record.number), "svg", conflicts)
