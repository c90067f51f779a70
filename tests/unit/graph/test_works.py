"""The spellings of works (GRAPH-3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle.graph.works import work_of

SUFFIX = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
SAME = {
    "arxiv:1203.00001": [
        "arXiv:1203.00001", "ARXIV:1203.00001v2", "https://arxiv.org/abs/1203.00001",
        "http://www.arxiv.org/pdf/1203.00001v11.pdf", "https://export.arxiv.org/html/1203.00001",
        "https://ArXiv.org/e-print/1203.00001v1", "https://arxiv.org/format/1203.00001",
        "10.48550/arXiv.1203.00001", "doi:10.48550/ARXIV.1203.00001v3", "https://doi.org/10.48550/arXiv.1203.00001",
    ],
    "arxiv:math/0309136": ["arXiv:math/0309136", "arXiv:math.GT/0309136v1", "https://arxiv.org/abs/math.GT/0309136"],
    "doi:10.1000/a.(b)": [
        "10.1000/A.(b)", "doi:10.1000/a.(B)", "DOI:10.1000/a.(b)", "https://doi.org/10.1000/a.(b)",
        "http://dx.doi.org/10.1000/A.(B)", "https://www.doi.org/10.1000/a.(b)",
    ],
    f"pith:{SUFFIX}": [f"pith:2003:{SUFFIX}", f"pith:2004:{SUFFIX}", f"pith:{SUFFIX}"],
}  # fmt: skip
#: Near an identifier, and none: nothing is repaired or guessed.
OTHER = [
    "1203.00001", "arXiv:1203.0001", "arXiv:1213.00001", "arXiv:1203.00001v0", "arXiv: 1203.00001",
    "https://arxiv.org.evil.example/abs/1203.00001", "https://arxiv.org/abs/1203.00001?x",
    "ftp://arxiv.org/abs/1203.00001",
    "https://arxiv.org/list/1203.00001", "10.1/x", "10.1000/", "doi.org/10.1000/x", "doi:10.1000/ä",
    "10.48550/",
    f"pith:{SUFFIX.lower()}", f"PITH:{SUFFIX}", f"pith:03:{SUFFIX}", f"pith:2003:{SUFFIX}A", "", "w",
    "arxiv:",
    "arXiv:１203.00001", "https://arxiv.org/abs/1203.00001\n", "claimant:x", "other:x",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "spelling"), [(name, each) for name, every in SAME.items() for each in every]
)
def test_spellings_of_one_work_have_one_name(name: str, spelling: str) -> None:
    assert work_of(spelling).id == name


@pytest.mark.parametrize("text", [text for text in OTHER if text != "arXiv:1203.0001"])
def test_what_is_no_spelling_stays_as_it_is(text: str) -> None:
    assert work_of(text) == ("other", text) and work_of(text).id == f"other:{text}"


def test_ids_of_four_digits_are_other_papers() -> None:
    assert work_of("arXiv:1203.0001").id == "arxiv:1203.0001"
    assert work_of("10.48550/arXiv.x").id == "doi:10.48550/arxiv.x"


spellings = st.sampled_from([each for every in SAME.values() for each in every] + OTHER)


@given(
    st.one_of(
        spellings, st.text(st.characters(codec="utf-8")), st.builds("".join, st.lists(spellings, max_size=3))
    )
)
def test_a_name_is_a_spelling_of_its_work(text: str) -> None:
    work = work_of(text)
    again = work_of(work.value if work.kind == "other" else work.id)
    assert again == work


@given(spellings, st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_case_matters_for_numbers_and_other_texts_alone(text: str, change: object) -> None:
    work = work_of(text)
    changed = change(text)  # type: ignore[operator]
    assert work.kind in ("pith", "other") or work_of(changed) == work
