"""Metadata of arXiv in an ``.abs`` file, the form of its own archive (spec ARXIV-1, ARXIV-2).

Three parts between lines of two backslashes: nothing but a rule, the fields, the abstract.
"""

from __future__ import annotations

import re
from typing import Final

from pithbundle.encoding.json_strict import utf8_error
from pithbundle.encoding.limits import Limits
from pithbundle.errors import InputError
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError, metadata_of

_BORDER: Final = "\\\\"
#: What three borders part.
_PARTS: Final = 4
_DATE: Final = re.compile(r"Date(?: \(revised (v[0-9]+)\))?").fullmatch
#: A date is followed by the size of the source. Without the spaces before it, of which each would be tried.
_SIZE: Final = re.compile(r"\([^()]*\) *\Z")
#: The names of the identifier; the second is that of early files.
_IDS: Final = ("arXiv", "Paper")


def read_abs(data: bytes, limits: Limits) -> ArxivMetadata:
    """Read the metadata of an ``.abs`` file.

    Raises:
        InputError: ``size``: it is over the limit; ``utf8``: it is not UTF-8.
        MetadataError: ``syntax``: it is no such file; ``type``, ``time``: as of
            :func:`~pithbundle.evidence.arxiv.metadata_of`.
    """
    if len(data) > limits.size:
        raise InputError.over_limit("size", limits.size, len(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise utf8_error(error) from None
    parts: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.rstrip(" ") != _BORDER:
            parts[-1].append(line)
        elif len(parts) <= _PARTS:
            parts.append([])
    if len(parts) != _PARTS or any(line.strip("- ") for line in (*parts[0], *parts[3])):
        raise MetadataError(
            "syntax", "not an .abs file: three lines of two backslashes surround its two parts"
        )
    fields = _fields(parts[1])
    dates = []
    for name, value in fields.items():
        found = _DATE(name)
        if found is not None:
            dates.append((found[1] or "v1", _SIZE.sub("", value)))
    ids = [fields[name] for name in _IDS if name in fields]
    return metadata_of(
        ids[0] if len(ids) == 1 else None,
        dates,
        title=fields.get("Title"),
        abstract="\n".join(parts[2]),
        categories=fields.get("Categories"),
        license=fields.get("License"),
        authors=fields.get("Authors"),
    )


def _fields(lines: list[str]) -> dict[str, str]:
    """The fields by name; a line that begins with white space continues the one before it."""
    fields: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if not line.strip():
            continue
        if line[0] in " \t":
            if not name:
                raise MetadataError("syntax", "not an .abs file: its first field has no name")
            fields[name].append(line)
            continue
        name, colon, value = line.partition(":")
        if not colon or name in fields:
            raise MetadataError("syntax", "not an .abs file: a field is NAME: VALUE, and each is there once")
        fields[name] = [value.strip()]
    return {name: "\n".join(parts) for name, parts in fields.items()}
