"""Badges: pictures that state what was checked of a record, and under which policy (spec BADGE-1)."""

from __future__ import annotations

from pithbundle.badge.drawing import COLOURS, GLYPHS
from pithbundle.badge.facts import STATES, Badge, BadgeState, badge_of

__all__ = ["COLOURS", "GLYPHS", "STATES", "Badge", "BadgeState", "badge_of"]
