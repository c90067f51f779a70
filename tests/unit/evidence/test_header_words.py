"""Each strength and each reason has its words (EVID-13, EVID-14)."""

from __future__ import annotations

from typing import get_args

from pithbundle.evidence.header_paths import Strength
from pithbundle.evidence.header_tree import Reason
from pithbundle.evidence.header_words import REASONS, STRENGTHS


def test_each_has_words() -> None:
    assert {*STRENGTHS} == {*get_args(Strength)} and {*REASONS} == {*get_args(Reason)}
