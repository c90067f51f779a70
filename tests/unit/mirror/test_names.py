"""Which records a name leads to (MIRROR-11)."""

from __future__ import annotations

from pathlib import Path

from kit.payloads import alias_added, attached
from kit.signing import DEMO, pith_number
from kit.stores import body, make, suffix
from kit.stream import made_record
from pithbundle.mirror.answers import MOST_CHOICES, Choice, Redirect
from pithbundle.mirror.names import named, searched

S = suffix(1)


def with_alias(seed: int, value: str) -> bytes:
    alias = alias_added("openalex", value)
    return body(seed, more=(attached(DEMO, made_record(seed), "alias_added", alias, "2026-01-01T00:00:00Z"),))


def test_a_name_leads_to_one_record_to_several_or_to_none(tmp_path: Path) -> None:
    given = [(with_alias(seed, "W1" if seed < 3 else "W2"), "a") for seed in range(1, 4)]
    with make(tmp_path / "s", *given) as store, store.view() as view:
        number = pith_number(made_record(1))
        for name in (S, S[:8], f"pith:{S[:12]}", number, number[:-5]):
            assert named(view, name) == Redirect(f"pith/{S}"), name
        for name in ("W1", "doi:W1", "ARXIV:W1"):
            assert named(view, name) == Choice(tuple(sorted((S, suffix(2))))), name
        assert named(view, "W2") == Redirect(f"pith/{suffix(3)}")
        for name in ("", S[:7], S.lower(), "w1", "W 1", "W1\n", "\u00e9", "x" * 999, "doi:", "%"):
            assert named(view, name) is None, name
        # A number of another year is not the one of the record, and led to it without a word.
        for name in (f"pith:1901:{S}", f"pith:1901:{S[:8]}"):
            assert named(view, name) is searched(view, name) is searched(view, name.lower()) is None, name


def test_no_more_than_a_hundred_are_listed() -> None:
    class Many:
        def suffixes_of_alias(self, value: str, most: int) -> list[str]:
            return [f"{number:026}" for number in range(most)]

    found = named(Many(), "x")  # type: ignore[arg-type]
    assert isinstance(found, Choice) and len(found.suffixes) == MOST_CHOICES


def test_a_search_reads_names_as_people_write_them(tmp_path: Path) -> None:
    """SERVE-15: a number in lower case was not found, nor the address of a paper."""
    seed = next(seed for seed in range(2, 99) if {"S", "K"} & {*suffix(seed)})
    arxiv = made_record(1)["source"]["id"]
    version = made_record(1)["source"]["version"]
    year = pith_number(made_record(1)).split(":")[1]
    with (
        make(tmp_path / "s", (with_alias(1, "deadbeef"), "a"), (body(seed, 1), "a")) as store,
        store.view() as view,
    ):
        for text in (
            S.lower(), f" {S} ", f"PITH:{S[:8].lower()}", f"{year}:{S}", f"pith:{year}:{S.lower()}",
            f"pith: {year}: {S[:13]} {S[13:]}", f"{S[:8]}\u00a0{S[8:]}\n",
            arxiv, f"arXiv: {arxiv}", f"ARXIV:{arxiv}v{version}", f"arXiv:{arxiv}V{version} [cs.LG]",
            f"{arxiv}v99", f"https://arxiv.org/abs/{arxiv}", f"arxiv.org/pdf/{arxiv}v{version}.pdf",
            f"https://www.arxiv.org/html/{arxiv}v1/", f"https://doi.org/10.48550/arXiv.{arxiv}",
            f"doi: 10.48550/ARXIV.{arxiv}", "deadbeef", f"https://www.doi.org/10.48550/arXiv.{arxiv}",
            f"https://arxiv.org/abs/{arxiv}?context=cs", f"arxiv.org/pdf/{arxiv}v{version}.pdf#page=2",
            f"https://doi.org/10.48550/arXiv.{arxiv}?x=1#y", f"{year}:{S[:9]}",
        ):  # fmt: skip
            assert searched(view, text) == Redirect(f"pith/{S}"), text
        # The long s and the sign of Kelvin are s and k to a comparison that ignores case.
        other = suffix(seed).replace("K", "\u212a").replace("S", "\u017f")
        for text in ("", " ", S[:7], f"{S}A", other, f"x{arxiv}", "https://a.example/abs/1", "pith:"):
            assert searched(view, text) is None, text
