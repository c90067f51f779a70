"""Which records a name leads to (MIRROR-11)."""

from __future__ import annotations

from pathlib import Path

from kit.payloads import alias_added, attached
from kit.signing import DEMO
from kit.stores import body, make, suffix
from kit.stream import made_record
from pithbundle.mirror.answers import MOST_CHOICES, Choice, Redirect
from pithbundle.mirror.names import named

S = suffix(1)


def with_alias(seed: int, value: str) -> bytes:
    alias = alias_added("openalex", value)
    return body(seed, more=(attached(DEMO, made_record(seed), "alias_added", alias, "2026-01-01T00:00:00Z"),))


def test_a_name_leads_to_one_record_to_several_or_to_none(tmp_path: Path) -> None:
    given = [(with_alias(seed, "W1" if seed < 3 else "W2"), "a") for seed in range(1, 4)]
    with make(tmp_path / "s", *given) as store, store.view() as view:
        for name in (S, S[:8], f"pith:{S[:12]}", f"pith:2001:{S}"):
            assert named(view, name) == Redirect(f"pith/{S}"), name
        for name in ("W1", "doi:W1", "ARXIV:W1"):
            assert named(view, name) == Choice(tuple(sorted((S, suffix(2))))), name
        assert named(view, "W2") == Redirect(f"pith/{suffix(3)}")
        for name in ("", S[:7], S.lower(), "w1", "W 1", "W1\n", "\u00e9", "x" * 999, "doi:", "%"):
            assert named(view, name) is None, name


def test_no_more_than_a_hundred_are_listed() -> None:
    class Many:
        def suffixes_of_alias(self, value: str, most: int) -> list[str]:
            return [f"{number:026}" for number in range(most)]

    found = named(Many(), "x")  # type: ignore[arg-type]
    assert isinstance(found, Choice) and len(found.suffixes) == MOST_CHOICES
