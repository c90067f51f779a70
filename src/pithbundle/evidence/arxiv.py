"""Metadata of arXiv, and the canonical record that follows from it (spec ARXIV-1 to ARXIV-4).

arXiv's metadata determines all that a canonical record contains, so that a Pith Number can be computed
without the registry. Nobody signs the metadata: what it says is compared, and never called valid or invalid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal, TypeAlias, cast

from pithbundle.bundle.record import SCHEMA_VERSION, Record
from pithbundle.bundle.titles import abstract_sha256, title_sha256
from pithbundle.encoding.timestamps import is_submitted_at
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import PithError, RecordError

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A fixed pattern, because what a library accepts as a date depends on its version and on the locale.
_DATE: Final = re.compile(
    "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ( ?[0-9]|[0-9]{2}) (" + "|".join(_MONTHS) + ") ([0-9]{4}) "
    "([0-9]{2}:[0-9]{2}:[0-9]{2}) GMT"
).fullmatch
_VERSION: Final = re.compile("v([1-9][0-9]{0,5})").fullmatch
_SPACE: Final = re.compile("[ \t\r\n]+")

#: Why metadata does not give a record, although it is of the same paper (ARXIV-4).
MetadataReason: TypeAlias = Literal["newer_version", "older_version", "edited", "other_members"]
#: The members of a record that follow from metadata, in the order of a comparison.
MEMBERS: Final[tuple[tuple[str, str], ...]] = (
    ("source", "id"),
    ("source", "version"),
    ("metadata", "title_canon_sha256"),
    ("metadata", "abstract_canon_sha256"),
    ("metadata", "submitted_at"),
    ("metadata", "primary_cat"),
    ("metadata", "cross_cats_sorted"),
    ("metadata", "license"),
)


class MetadataError(PithError):
    """Metadata of arXiv that cannot be read, or from which no record follows."""

    CLAUSES: ClassVar[dict[str, str]] = {
        "syntax": "ARXIV-1",
        "type": "ARXIV-2",
        "time": "ARXIV-3",
    }


@dataclass(frozen=True, slots=True)
class ArxivMetadata:
    """What arXiv says of a paper, of its newest version (ARXIV-2)."""

    #: As ``0805.1230`` or ``hep-th/9901001``, without a version.
    arxiv_id: str
    #: The numbers of the versions that it lists, sorted; the first is 1.
    versions: tuple[int, ...]
    #: The time of version 1, ``YYYY-MM-DDTHH:MM:SSZ``.
    submitted_at: str
    title: str
    abstract: str
    #: The primary category first.
    categories: tuple[str, ...]
    #: The URL of the license; empty without one.
    license: str
    #: The authors in one text, as arXiv writes them; empty where the file has none. No hash covers it.
    authors: str = ""
    _record: Record | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def version(self) -> int:
        """The number of the newest version."""
        return self.versions[-1]

    @property
    def record(self) -> Record:
        """The canonical record of the newest version (ARXIV-3), computed once.

        Raises:
            RecordError: a text is outside the data model.
        """
        if self._record is None:
            # A frozen dataclass sets its own fields this way only.
            object.__setattr__(self, "_record", self._computed())
        return cast("Record", self._record)

    def _computed(self) -> Record:
        primary, *cross = self.categories
        value: Object = {
            "metadata": {
                "abstract_canon_sha256": abstract_sha256(self.abstract),
                "cross_cats_sorted": [*sorted(cross)],
                "license": self.license,
                "primary_cat": primary,
                "submitted_at": self.submitted_at,
                "title_canon_sha256": title_sha256(self.title),
            },
            "schema_version": SCHEMA_VERSION,
            "source": {"id": self.arxiv_id, "kind": "arxiv", "version": self.version},
        }
        return Record.from_value(value)


@dataclass(frozen=True, slots=True)
class Compared:
    """One member of a record beside what follows from metadata."""

    #: The object of the record and the member in it.
    path: tuple[str, str]
    agrees: bool
    of_record: Value
    of_metadata: Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """A record beside metadata of the same paper (ARXIV-4)."""

    metadata: ArxivMetadata
    members: tuple[Compared, ...]
    #: Why the record does not follow from the metadata; None where it does.
    reason: MetadataReason | None


def metadata_of(
    arxiv_id: str | None,
    dates: Sequence[tuple[str, str]],
    *,
    title: str | None,
    abstract: str | None,
    categories: str | None,
    license: str | None,
    authors: str | None = None,
) -> ArxivMetadata:
    """Return the metadata of a paper from the texts of a file (ARXIV-2, ARXIV-3).

    Args:
        arxiv_id: the identifier.
        dates: the name of each version, as ``v2``, and its date, in any order.
        title: the title as it is written, with its line breaks.
        abstract: the abstract likewise.
        categories: the categories between white space, the primary one first.
        license: the URL of the license; None without one.
        authors: the authors in one text; None without one.

    Raises:
        MetadataError: ``type``: a part is missing or not in its form; ``time``: a date; ``surrogate`` or
            ``string``: a text is outside the data model.
    """
    if not arxiv_id:
        raise MetadataError("type", "there is no identifier")
    if title is None or abstract is None:
        raise MetadataError("type", f"{arxiv_id} has no {'title' if title is None else 'abstract'}")
    listed = tuple(each for each in _SPACE.split(categories or "") if each)
    if not listed:
        raise MetadataError("type", f"{arxiv_id} has no categories")
    times: dict[int, str] = {}
    for name, date in dates:
        found = _VERSION(name)
        if found is None or int(found[1]) in times:
            raise MetadataError("type", f"{arxiv_id}: the versions are v1, v2 and so on, each once")
        times[int(found[1])] = _time_of(arxiv_id, date)
    if 1 not in times:
        raise MetadataError("type", f"{arxiv_id} has no date of its first version")
    metadata = ArxivMetadata(
        arxiv_id, tuple(sorted(times)), times[1], title, abstract, listed, (license or "").strip(" \t\r\n"),
        " ".join((authors or "").split()),
    )  # fmt: skip
    try:
        _ = metadata.record
    except RecordError as error:
        detail = f"{arxiv_id}: {error.fault.detail or error.fault.message}"
        raise MetadataError(error.code, detail, clause=error.clause) from None
    return metadata


def _time_of(arxiv_id: str, date: str) -> str:
    found = _DATE(date.strip(" \t\r\n"))
    if found is not None:
        day, month, year, time = found.groups()
        text = f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{time}Z"
        if is_submitted_at(text):
            return text
    raise MetadataError("time", f"{arxiv_id}: a date is written as Wed, 28 Feb 2018 19:00:00 GMT")


def compare(metadata: ArxivMetadata, record: Record) -> Comparison:
    """Compare a record with metadata of the same paper, member by member (ARXIV-4)."""
    expected = metadata.record
    # Each look at a value decodes it.
    values = expected.value, record.value
    members = []
    for above, name in MEMBERS:
        of_metadata, of_record = (_member(value, above, name) for value in values)
        members.append(Compared((above, name), of_metadata == of_record, of_record, of_metadata))
    reason: MetadataReason | None = None
    if metadata.version != record.version:
        reason = "newer_version" if metadata.version > record.version else "older_version"
    elif not all(each.agrees for each in members):
        reason = "edited"
    elif expected.sha256 != record.sha256:
        reason = "other_members"
    return Comparison(metadata, tuple(members), reason)


def _member(record: Object, above: str, name: str) -> Value:
    return cast("Object", record[above])[name]
