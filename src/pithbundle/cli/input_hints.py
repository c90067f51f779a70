"""Hints for a file of the wrong kind: what it is, and what to do instead (spec DOC-1)."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from dataclasses import replace
from typing import Final

import click

from pithbundle.bundle.document_types import ARCHIVE_FILE, BUNDLE, POLICY, Document, recognise
from pithbundle.comparison.published import for_written
from pithbundle.encoding.json_strict import AFTER_THE_END
from pithbundle.encoding.limits import DEFAULT_LIMITS
from pithbundle.encoding.parsed import detect_encoding
from pithbundle.encoding.values import Value
from pithbundle.errors import PithError
from pithbundle.escape import visible
from pithbundle.files import STDIN

#: Files that are neither JSON nor CBOR: the first bytes, what the file is, what to do.
_BEGINNINGS: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"\x1f\x8b", "compressed with gzip", "unpack it first: gzip -dc FILE | pithbundle COMMAND -"),
    (b"PK\x03\x04", "a zip archive", "unpack it first and give the files in it"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it first: zstd -dc FILE | pithbundle COMMAND -"),
    (b"BZh", "compressed with bzip2", "unpack it first: bzip2 -dc FILE | pithbundle COMMAND -"),
    (b"\xff\xfe", "text in UTF-16", "write it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE"),
    (b"\xfe\xff", "text in UTF-16", "write it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE"),
    (b"\xef\xbb\xbf", "text with a byte order mark", "remove its first three bytes: tail -c +4 FILE"),
    (b"\xd9\xd9\xf7", "self-described CBOR", "remove its first three bytes, a tag: tail -c +4 FILE"),
    (
        b"%PDF",
        "a PDF",
        "fetch the bundle of the record instead; pithbundle pdf reads the number that it names",
    ),
    (b"\x89PNG", "a picture", "fetch the bundle of the record instead"),
    (b"\xff\xd8\xff", "a picture", "fetch the bundle of the record instead"),
    (b"GIF8", "a picture", "fetch the bundle of the record instead"),
    (b"<svg", "a picture", "fetch the bundle of the record instead"),
    (b"{\0", "text in UTF-16", "write it as UTF-8: iconv -f UTF-16LE -t UTF-8 FILE"),
    (b"\0{", "text in UTF-16", "write it as UTF-8: iconv -f UTF-16BE -t UTF-8 FILE"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it first: xz -dc FILE | pithbundle COMMAND -"),
)
#: The names of files beside the manifest of an archive.
_OF_ARCHIVE: Final = re.compile(r".*\.(?:jsonl\.zst|cborseq\.zst|idx)", re.DOTALL).fullmatch
_URL: Final = re.compile("[a-zA-Z][a-zA-Z0-9+.-]*://")
#: A character of a pattern of the shell.
_PATTERN: Final = re.compile(r"[*?\[]")
#: The first byte of a second document after a first one.
_SECOND: Final = (b"{", b"[", *(bytes([head]) for head in range(0xA0, 0xC0)))
#: The most names of files that a hint lists.
_MOST_FILES: Final = 5
#: What the folder of an audit contains: its findings, and the report (AUDIT-11).
_FINDINGS: Final = "findings"
_REPORT: Final = "report.json"
_CUT: Final = (
    "fetch it again, and compare its size; pithbundle inspect --truncated FILE shows what is complete"
)
_PAGE: Final = re.compile(rb"\s*<(!doctype html|html|head|body|\?xml)", re.IGNORECASE)
#: The endings of compressed files with many bundles, and what to do with one (ARCH-11).
_OF_MANY: Final = (".jsonl.zst", ".cborseq.zst", ".tar.zst", ".jsonl.gz", ".cborseq.gz", ".tar.gz")
_UNPACK: Final = "pithbundle archive unpack FILE -o OUT writes its bundles as files"
#: Error codes of bytes that are not JSON or CBOR, which the first bytes can explain.
_OF_BYTES: Final = frozenset(
    {
        "syntax", "utf8", "bom", "trailing", "cbor_truncated", "cbor_tag", "cbor_reserved", "type", "version",
        "policy", "format", "string", "key",
    }
)  # fmt: skip


def _has_limits() -> bool:
    """Whether the command that runs has the option that raises a limit."""
    context = click.get_current_context(silent=True)
    return context is None or any("--limit" in one.opts for one in context.command.params)


def hint_for(
    path: str,
    data: bytes | None,
    error: PithError,
    *,
    expected: tuple[Document, ...] = (BUNDLE,),
    inputs: int = 1,
) -> str:
    """Return the hint for a rejected input: what the file is, if that is known, else the error's hint.

    ``data`` are the bytes that were read, None where they do not matter. ``expected`` are the kinds
    of documents that were expected, none for any: another kind is named.
    ``inputs`` is how many inputs' size the file may have (LIM-7).
    The hint is empty for a file that cannot be read for a reason that the error states.
    """
    if error.code == "io":
        return _of_path(path)
    if error.limit_name == "size" or error.code in _OF_BYTES:
        of_archive = _of_archive(path) if BUNDLE in expected or not expected else ""
        if of_archive:
            return of_archive
    if data is None:
        return error.hint
    if error.limit_name == "size":
        return _of_size(path, error, expected, inputs)
    if error.code == "trailing" or (error.code == "syntax" and error.fault.detail == AFTER_THE_END):
        if data[error.offset or 0 :].lstrip()[:1] in _SECOND:
            form = "cborseq" if detect_encoding(data) == "cbor" else "jsonl"
            return (
                "the file has several documents, one after the other: write each to a file of its own; "
                f"pithbundle archive unpack --from {form} FILE -o OUT writes those that are bundles"
            )
        return "the file is longer than its content: fetch it again, or remove what was appended"
    if error.code not in _OF_BYTES:
        return error.hint
    found = _of_bytes(data)
    if found is not None:
        use = _UNPACK if path.endswith(_OF_MANY) else found[1]
        return f"the file is {found[0]}: {use}"
    if error.code == "utf8" and detect_encoding(data) == "cbor":
        return "the file is CBOR, and JSON is needed here: pithbundle convert FILE --to json"
    document = document_of(data) if expected else None
    if document is None or document in expected:
        return error.hint
    words = " or ".join(each.description for each in expected)
    instead = "" if expected == (BUNDLE,) else f", not {words}"
    return f"the file is {document.description}{instead}: {document.use}"


def is_url(path: str) -> bool:
    """Whether what was given for a path is a URL."""
    return _URL.match(path) is not None


def _of_path(path: str) -> str:
    if is_url(path):
        return "a URL is not read: download the file first, then give its path"
    try:
        names = sorted(os.listdir(path)) if os.path.isdir(path) else None
    except (OSError, ValueError):
        return ""
    if names is None:
        if _PATTERN.search(path) and not os.path.lexists(path):
            return "no file has this name: if it is a pattern, the shell matched none or it was quoted"
        return ""
    if ARCHIVE_FILE in names:
        return f"this is an archive: {_use_of(path)}"
    if _FINDINGS in names and _REPORT in names:
        return f"this is a folder of an audit: give the files in {visible(os.path.join(path, _FINDINGS))}"
    files = [visible(os.path.join(path, name)) for name in names if name.endswith((".json", ".cbor"))]
    if not files:
        return "this is a folder without .json and .cbor files: give the path of a file"
    more = "" if len(files) <= _MOST_FILES else f" and {len(files) - _MOST_FILES} more"
    return f"this is a folder: give the files in it, which are {', '.join(files[:_MOST_FILES])}{more}"


def _use_of(archive: str) -> str:
    folder = visible(archive)
    return (
        f"pithbundle recompute {folder} -o OUT verifies and merges all of its bundles, "
        f"pithbundle archive get {folder} NUMBER prints those of one record"
    )


def _of_archive(path: str) -> str:
    """The hint for a file of an archive, which is beside the manifest."""
    folder, name = os.path.split(path)
    if _OF_ARCHIVE(name) and os.path.lexists(os.path.join(folder, ARCHIVE_FILE)):
        return f"the file belongs to an archive: {_use_of(folder or '.')}"
    return ""


def _of_size(path: str, error: PithError, expected: tuple[Document, ...], inputs: int) -> str:
    """The hint of the error, but with the size of the file where it is known."""
    if expected == (POLICY,):
        return f"the limit on a policy is fixed at {error.limit} bytes: check that the file is a policy"
    if not _has_limits():
        return f"a file of this kind has at most {error.limit} bytes, which no option raises"
    with suppress(OSError, ValueError):
        found = os.stat(path)
        if path != STDIN and stat.S_ISREG(found.st_mode):
            size = -(-found.st_size // inputs)
            return f"if you trust the source, raise the limit with --limit size={size}"
    return error.hint


def _of_bytes(data: bytes) -> tuple[str, str] | None:
    if not data.strip():
        return "empty", "fetch it again"
    for beginning, what, use in _BEGINNINGS:
        if data.startswith(beginning):
            return what, use
    if _PAGE.match(data):
        return "a web page, perhaps an error page of a server", "fetch the bundle again and check the address"
    if data[:1] in b"{[" and data.rstrip()[-1:] not in b"}]":
        return (
            "truncated: the last brace or bracket is missing",
            _CUT,
        )
    return None


def document_of(data: bytes) -> Document | None:
    """Return what a file is by its own account, None if it cannot be parsed."""
    try:
        return recognise(value_of(data))
    except PithError:
        return None


def value_of(data: bytes) -> Value:
    """Return the value of a file, within the limits of what is written here.

    Raises:
        InputError: it is outside the profile, or over a limit.
    """
    from pithbundle.encoding.cbor import parse_cbor
    from pithbundle.encoding.json_reader import parse_json

    limits = replace(for_written(DEFAULT_LIMITS), size=len(data))
    return (parse_cbor if detect_encoding(data) == "cbor" else parse_json)(data, limits)
