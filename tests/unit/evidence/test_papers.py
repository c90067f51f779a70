"""Which paper a text names (CAPT-3, ORCID-5)."""

from __future__ import annotations

import pytest

from kit.captures import record
from kit.documents import record_value
from pithbundle.bundle.record import Record
from pithbundle.evidence.papers import Named, named_by_identifier, named_by_url, paper_of


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://arxiv.org/abs/2304.01373", Named("arxiv", "2304.01373", None)),
        ("http://www.arxiv.org/pdf/2304.01373v12.pdf", Named("arxiv", "2304.01373", 12)),
        ("https://export.ArXiv.org/e-print/hep-th/0310166v1", Named("arxiv", "hep-th/0310166", 1)),
        ("https://arxiv.org/format/math.GT/0309136/", Named("arxiv", "math/0309136", None)),
        ("https://arxiv.org/html/0805.1230v2", Named("arxiv", "0805.1230", 2)),
        ("https://arxiv.org/src/0805.1230", Named("arxiv", "0805.1230", None)),
        ("https://doi.org/10.48550/arXiv.2304.01373", Named("doi", "2304.01373", None)),
        ("http://dx.doi.org/10.48550/ARXIV.hep-th/0310166", Named("doi", "hep-th/0310166", None)),
    ],
)
def test_urls_of_papers(url: str, named: Named) -> None:
    assert named_by_url(url) == named
    assert named_by_identifier(url) == named


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2304.013", "https://arxiv.org/abs/2304.013733", "https://arxiv.org/abs/2313.01373",
        "https://arxiv.org/abs/2304.01373v0", "https://arxiv.org/abs/2304.01373?x=1", "https://arxiv.org/list/2304.01373",
        "https://arxiv.org/abs/2304.01373#a", "https://arxiv.org/abs/%32304.01373", "https://arxiv.org:443/abs/2304.01373",
        "https://a@arxiv.org/abs/2304.01373", "https://arxiv.org.example/abs/2304.01373",
        "https://xarxiv.org/abs/2304.01373", "arxiv.org/abs/2304.01373", "https://arxiv.org/abs/2304.01373\n",
        "https://doi.org/10.1000/arXiv.2304.01373", "https://arxiv.org/abs/２304.01373", "",
    ],
)  # fmt: skip
def test_other_urls_name_no_paper(url: str) -> None:
    assert named_by_url(url) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2304.01373", Named("arxiv", "2304.01373", None)),
        ("arXiv:2304.01373v2", Named("arxiv", "2304.01373", 2)),
        ("math.GT/0309136", Named("arxiv", "math/0309136", None)),
        ("10.48550/arXiv.2304.01373", Named("doi", "2304.01373", None)),
        ("doi:10.48550/arxiv.2304.01373", Named("doi", "2304.01373", None)),
        ("10.1000/182", None),
        ("", None),
    ],
)
def test_identifiers_of_papers(text: str, named: Named | None) -> None:
    assert named_by_identifier(text) == named


def test_the_paper_of_a_record_is_of_arxiv_and_without_a_class() -> None:
    assert paper_of(record()) == "1203.00001"
    assert paper_of(record("math.GT/0309136")) == "math/0309136"
    value = record_value()
    value["source"]["kind"] = "other"
    assert paper_of(Record.from_value(value)) is None
    assert paper_of(record("of-no-form")) is None
