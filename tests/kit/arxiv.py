"""Metadata of arXiv in its three forms, of papers that the tests make."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

from kit.data import real
from pithbundle.evidence.arxiv import ArxivMetadata, metadata_of
from pithbundle.evidence.arxiv_files import read_metadata

DATES = (
    ("v1", "Thu, 1 Mar 2012 09:00:00 GMT"),
    ("v2", "Wed, 07 Mar 2012 10:00:00 GMT"),
    ("v10", "Mon,  2 Apr 2012 23:59:59 GMT"),
)


@dataclass(frozen=True)
class Paper:
    """What arXiv publishes of a paper."""

    arxiv_id: str = "1203.00001"
    dates: tuple[tuple[str, str], ...] = DATES[:2]
    title: str = "A Title <in>\n  Two & a Half Lines"
    abstract: str = "  An abstract: $x < y$.\nIts second line.\n"
    categories: str = "hep-lat math.NT hep-ph"
    authors: str = "Ada &\n  Ben"
    license: str | None = "http://creativecommons.org/licenses/by/4.0/"

    def but(self, **changed: Any) -> Paper:
        return replace(self, **changed)

    @property
    def metadata(self) -> ArxivMetadata:
        return metadata_of(
            self.arxiv_id,
            self.dates,
            title=self.title,
            abstract=self.abstract,
            categories=self.categories,
            license=self.license,
            authors=self.authors,
        )

    def value(self) -> dict[str, Any]:
        """A line of the snapshot, as a value."""
        return {
            "id": self.arxiv_id,
            "submitter": "Ada Example",
            "authors": self.authors,
            "title": self.title,
            "categories": self.categories,
            "license": self.license,
            "abstract": self.abstract,
            "versions": [{"created": date, "version": name} for name, date in self.dates],
        }

    def line(self) -> bytes:
        return json.dumps(self.value(), separators=(",", ":")).encode() + b"\n"

    def element(self) -> str:
        """An element of OAI-PMH."""
        license = "" if self.license is None else f"<license>{escape(self.license)}</license>"
        dates = "".join(
            f'<version version="{name}"><date>{date}</date><size>1kb</size></version>'
            for name, date in self.dates
        )
        return (
            f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{self.arxiv_id}</id>{dates}'
            f"<title>{escape(self.title)}</title><authors>{escape(self.authors)}</authors>"
            f"<categories>{self.categories}</categories>{license}"
            f"<abstract>{escape(self.abstract)}</abstract></arXivRaw>"
        )

    def abs(self) -> bytes:
        """An ``.abs`` file."""
        named = [("Date" if name == "v1" else f"Date (revised {name})", date) for name, date in self.dates]
        fields = [
            f"arXiv:{self.arxiv_id}",
            "From: a <a@example.org>",
            *(f"{name}: {date}   (15kb,D)" for name, date in named),
            "",
            f"Title: {self.title}",
            f"Authors: {self.authors}",
            f"Categories: {self.categories}",
            *([] if self.license is None else [f"License: {self.license}"]),
        ]
        text = "\n".join(["-" * 78, "\\\\", *fields, "\\\\", self.abstract + "\\\\", ""])
        return text.encode()


def xml(*papers: Paper, before: str = "") -> bytes:
    """An answer of OAI-PMH with these papers."""
    records = "".join(f"<record><metadata>{paper.element()}</metadata></record>" for paper in papers)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    text = f'{head}{before}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{records}</OAI-PMH>'
    return text.encode()


def real_records() -> dict[str, Any]:
    """The real records by their identifiers."""
    found: dict[str, Any] = {}
    for name in ("seed_records", "records", "records_2"):
        for each in json.loads(real(f"{name}.json").read_bytes()):
            found[each["canonical_record"]["source"]["id"]] = each
    return found


def metadata_in(data: bytes, *wanted: str) -> dict[str, ArxivMetadata]:
    """The metadata of each wanted paper in a file, which all have it."""
    found = read_metadata([data], wanted)
    assert all(isinstance(each, ArxivMetadata) for each in found.values())
    return {name: each for name, each in found.items() if isinstance(each, ArxivMetadata)}
