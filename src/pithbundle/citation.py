"""Citations of a record for other programs, from verified titles alone (spec CITE-1 to CITE-4).

A title is shown only if the canonical record has its hash. Authors are in no hash: each format says so.
Every text is hostile, and stays within the field that it is written into.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast, get_args

from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import title_sha256
from pithbundle.encoding.values import Object, Value
from pithbundle.escape import visible

__all__ = ["AUTHORS_NOTE", "FORMATS", "LINKS", "CitationFormat", "Work", "cite", "work_of"]

#: How a citation is written (CITE-2 to CITE-4).
CitationFormat: TypeAlias = Literal["bibtex", "csl-json", "jsonld", "signposting", "linkset"]
#: Every format.
FORMATS: Final[tuple[CitationFormat, ...]] = get_args(CitationFormat)

#: The formats that have neither title nor authors.
LINKS: Final[frozenset[CitationFormat]] = frozenset({"signposting", "linkset"})
#: With the authors, wherever they are.
AUTHORS_NOTE: Final = "authors as stated by arXiv's metadata, not covered by the number"

#: What TeX and BibTeX do not read as a letter. Braces become commands without one, because BibTeX counts
#: the braces of a field even behind a backslash. Every command is in OT1, the encoding of a document that
#: chooses none, where the command for a straight quotation mark is an error and a bare bar prints a dash.
_LATEX: Final = {
    "\\": "\\textbackslash{}", "{": "\\textbraceleft{}", "}": "\\textbraceright{}", "$": "\\$", "&": "\\&",
    "#": "\\#", "%": "\\%", "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}",
    "<": "\\textless{}", ">": "\\textgreater{}", '"': "\\symbol{34}", "@": "\\symbol{64}",
    "|": "\\textbar{}",
}  # fmt: skip
_SPECIAL: Final = re.compile("[" + re.escape("".join(_LATEX)) + "]")
#: Between two characters that fonts of TeX draw as another one: dashes, quotation marks, signs of Spanish.
_LIGATURE: Final = re.compile(r"(?<=-)(?=-)|(?<=`)(?=`)|(?<=')(?=')|(?<=,)(?=,)|(?<=[?!])(?=`)")
#: A URL that can be part of a header field and of a page: no character in it has a meaning there.
_URL: Final = re.compile("https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~-]+)*/?").fullmatch


@dataclass(frozen=True, slots=True)
class Work:
    """A work as it is cited; immutable."""

    record: Record
    #: On one line; None where no text with the hash of the title is known (CITE-1).
    title: str | None
    #: In one text, as arXiv's metadata has them; empty where nothing is known.
    authors: str


def work_of(record: Record, title: str | None = None, authors: str = "") -> Work:
    """Return a work with a title that the record covers (CITE-1).

    Args:
        record: the record.
        title: a text that may be its title; hostile.
        authors: beside that title; hostile. They are dropped with it.
    """
    metadata = cast("Object", record.value["metadata"])
    shown = " ".join((title or "").split())
    # The text that is shown is the one that is checked.
    if title is None or title_sha256(shown) != metadata["title_canon_sha256"]:
        return Work(record, None, "")
    return Work(record, shown, " ".join(authors.split()))


def cite(work: Work, form: CitationFormat) -> bytes:
    """Return a citation, the same bytes for the same work (CITE-2 to CITE-4)."""
    return _WRITERS[form](work)


def _plain(text: str) -> str:
    """A text without characters that a program obeys instead of showing; its backslashes are as they were."""
    return "\\".join(visible(part, len(part)) for part in text.split("\\"))


def _date(record: Record) -> str:
    return str(cast("Object", record.value["metadata"])["submitted_at"])


def _addresses(record: Record) -> tuple[str, str, str] | None:
    """The DOI, the page and the PDF of a paper of arXiv; None of another source."""
    if record.arxiv_id is None:
        return None
    name = f"{record.arxiv_id}v{record.version}"
    doi = f"10.48550/arXiv.{record.arxiv_id}"
    return doi, f"https://arxiv.org/abs/{name}", f"https://arxiv.org/pdf/{name}"


def _license(record: Record) -> str | None:
    license = str(cast("Object", record.value["metadata"])["license"])
    return license if _URL(license) else None


def _note(work: Work) -> str:
    note = f"{work.record.number}, canonical hash {work.record.hex}"
    return f"{note}; {AUTHORS_NOTE}" if work.authors else note


def _key(record: Record) -> str:
    return f"pith-{record.number.suffix}"


def _latex(text: str) -> str:
    return _LIGATURE.sub("{}", _SPECIAL.sub(lambda found: _LATEX[found[0]], _plain(text)))


def _bibtex(work: Work) -> bytes:
    record, found = work.record, _addresses(work.record)
    category = str(cast("Object", record.value["metadata"])["primary_cat"])
    fields: list[tuple[str, str]] = []
    if work.title is not None:
        # In braces of its own: a style changes no letter of it, and takes nothing for a name.
        fields.append(("title", f"{{{_latex(work.title)}}}"))
    if work.authors:
        fields.append(("author", f"{{{_latex(work.authors)}}}"))
    fields.append(("year", _date(record)[:4]))
    if found is not None:
        fields += [
            ("eprint", _latex(str(record.arxiv_id))), ("archiveprefix", "arXiv"),
            ("primaryclass", _latex(category)), ("doi", _latex(found[0])), ("url", found[1]),
        ]  # fmt: skip
    fields += [("version", str(record.version)), ("note", _latex(_note(work)))]
    lines = [f"  {name} = {{{value}}}," for name, value in fields]
    return "\n".join([f"@misc{{{_key(record)},", *lines, "}", ""]).encode()


def _json(value: Value) -> bytes:
    """JSON in ASCII that can also be the content of a ``script`` element: it has no character of markup."""
    text = json.dumps(value, indent=2)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("ascii") + b"\n"


def _csl(work: Work) -> bytes:
    record, found = work.record, _addresses(work.record)
    date: list[Value] = [int(part) for part in _date(record)[:10].split("-")]
    item: Object = {"id": _key(record), "type": "article", "issued": {"date-parts": [date]}}
    if work.title is not None:
        item["title"] = _plain(work.title)
    if work.authors:
        item["author"] = [{"literal": _plain(work.authors)}]
    if found is not None:
        item |= {"publisher": "arXiv", "number": f"arXiv:{record.arxiv_id}", "DOI": found[0], "URL": found[1]}
    return _json([{**item, "version": str(record.version), "note": _note(work)}])


def _jsonld(work: Work) -> bytes:
    record, found = work.record, _addresses(work.record)
    named = (("Pith Number", str(record.number)), ("canonical_sha256", record.hex))
    value: Object = {"@context": "https://schema.org", "@type": "ScholarlyArticle"}
    if found is not None:
        value |= {"@id": f"https://doi.org/{found[0]}", "url": found[1]}
    if work.title is not None:
        value["headline"] = _plain(work.title)
    if work.authors:
        value["creditText"] = f"{_plain(work.authors)} ({AUTHORS_NOTE})"
    value["identifier"] = [
        {"@type": "PropertyValue", "propertyID": name, "value": identifier} for name, identifier in named
    ]
    value |= {"dateCreated": _date(record), "version": str(record.version)}
    license = _license(record)
    return _json(value if license is None else {**value, "license": license})


def _links(record: Record) -> list[tuple[str, str, str]]:
    """Relation, target, media type: what the record alone determines of FAIR Signposting."""
    found, license = _addresses(record), _license(record)
    links = [("type", f"https://schema.org/{name}", "") for name in ("AboutPage", "ScholarlyArticle")]
    if found is not None:
        links = [
            ("cite-as", f"https://doi.org/{found[0]}", ""),
            *links,
            ("item", found[2], "application/pdf"),
        ]
    return links if license is None else [*links, ("license", license, "")]


def _signposting(work: Work) -> bytes:
    lines = [
        f'Link: <{target}>; rel="{relation}"' + (f'; type="{media}"' if media else "")
        for relation, target, media in _links(work.record)
    ]
    return "\n".join([*lines, ""]).encode("ascii")


def _linkset(work: Work) -> bytes:
    found = _addresses(work.record)
    context: Object = {"anchor": f"urn:sha256:{work.record.hex}" if found is None else found[1]}
    for relation, target, media in _links(work.record):
        link: Object = {"href": target, "type": media} if media else {"href": target}
        cast("list[Value]", context.setdefault(relation, [])).append(link)
    return _json({"linkset": [context]})


_WRITERS: Final[dict[CitationFormat, Callable[[Work], bytes]]] = {
    "bibtex": _bibtex, "csl-json": _csl, "jsonld": _jsonld, "signposting": _signposting, "linkset": _linkset,
}  # fmt: skip
