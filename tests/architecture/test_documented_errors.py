"""Every exception that a public function documents is the one that it raises, and there is no other."""

from __future__ import annotations

import inspect
import os
import re
import tempfile
from collections.abc import Callable
from typing import Any, Final

import pytest

from kit import bundle, made_record, to_json
from kit.data import REPO
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.reader import read_bundle, read_bundle_file
from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import abstract_sha256, canonical_title, title_sha256
from pithbundle.bundle.writer import write_bundles
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import as_bytes
from pithbundle.errors import (
    BundleError,
    FileError,
    InputError,
    InvalidKeyError,
    NumberError,
    RecordError,
)
from pithbundle.files import read_input

RECORD: Final = made_record()
NUMBER: Final = Record.from_value(RECORD).number
KEY: Final = PublicKey.from_hex("68c924729a95d4c4d400ffc3399c8f713e7b89580d48fc3cfe43345e5ca706fb")
WRONG: Final[Any] = object()
ABSENT: Final = "/nowhere/at/all"
HERE: Final = __file__

POLICY: Final = REPO / "vectors" / "demo" / "policy.json"


def _a_bundle_without_a_record() -> str:
    path = os.path.join(tempfile.mkdtemp(), "bundle.json")
    with open(path, "wb") as file:
        file.write(to_json({**bundle(RECORD, []), "canonical_record": 1}))
    return path


def _released() -> memoryview:
    view = memoryview(b"{}")
    view.release()
    return view


#: function -> exception -> arguments that raise it.
DOCUMENTED: Final[dict[Callable[..., Any], dict[type[Exception], Callable[[], Any]]]] = {
    read_bundle: {
        InputError: lambda: read_bundle(b"{"),
        BundleError: lambda: read_bundle(b"{}"),
        RecordError: lambda: read_bundle(to_json({**bundle(RECORD, []), "canonical_record": {}})),
        TypeError: lambda: read_bundle("{}"),  # type: ignore[arg-type]
    },
    read_bundle_file: {
        FileError: lambda: read_bundle_file(ABSENT),
        InputError: lambda: read_bundle_file(HERE, limits=Limits(size=1)),
        BundleError: lambda: read_bundle_file(str(POLICY)),
        RecordError: lambda: read_bundle_file(_a_bundle_without_a_record()),
        TypeError: lambda: read_bundle_file(WRONG),
    },
    parse_json: {InputError: lambda: parse_json(b""), TypeError: lambda: parse_json(WRONG)},
    parse_cbor: {InputError: lambda: parse_cbor(b""), TypeError: lambda: parse_cbor(WRONG)},
    canonical_bytes: {
        InputError: lambda: canonical_bytes(WRONG),
        TypeError: lambda: canonical_bytes(1, WRONG),
    },
    cbor_bytes: {InputError: lambda: cbor_bytes(WRONG), TypeError: lambda: cbor_bytes(1, WRONG)},
    as_bytes: {TypeError: lambda: as_bytes(1), ValueError: lambda: as_bytes(_released())},
    Record.from_value: {RecordError: lambda: Record.from_value(WRONG)},
    Record.from_bytes: {
        InputError: lambda: Record.from_bytes(b""),
        RecordError: lambda: Record.from_bytes(b"{}"),
        TypeError: lambda: Record.from_bytes(WRONG),
    },
    Record.from_file: {
        FileError: lambda: Record.from_file(ABSENT),
        InputError: lambda: Record.from_file(HERE),
        RecordError: lambda: Record.from_file(str(POLICY)),
        TypeError: lambda: Record.from_file(WRONG),
    },
    Record.from_read: {RecordError: lambda: Record.from_read([])},
    PithNumber.from_record: {TypeError: lambda: PithNumber.from_record(WRONG)},
    PithNumber.of_hash: {NumberError: lambda: PithNumber.of_hash(2003, b"")},
    PithNumber.parse: {
        NumberError: lambda: PithNumber.parse("pith:1"),
        TypeError: lambda: PithNumber.parse(WRONG),
    },
    PithNumber.parse_short: {
        NumberError: lambda: PithNumber.parse_short("pith:1"),
        TypeError: lambda: PithNumber.parse_short(WRONG),
    },
    PithNumber.matches: {NumberError: lambda: NUMBER.matches("pith:1")},
    PublicKey.from_bytes: {
        InvalidKeyError: lambda: PublicKey.from_bytes(b""),
        TypeError: lambda: PublicKey.from_bytes(WRONG),
    },
    PublicKey.from_hex: {
        InvalidKeyError: lambda: PublicKey.from_hex(""),
        TypeError: lambda: PublicKey.from_hex(WRONG),
    },
    PublicKey.from_base64: {
        InvalidKeyError: lambda: PublicKey.from_base64(""),
        TypeError: lambda: PublicKey.from_base64(WRONG),
    },
    PublicKey.verify: {TypeError: lambda: KEY.verify("message", b"")},  # type: ignore[arg-type]
    title_sha256: {RecordError: lambda: title_sha256("\0"), TypeError: lambda: title_sha256(WRONG)},
    abstract_sha256: {
        RecordError: lambda: abstract_sha256("\0"),
        TypeError: lambda: abstract_sha256(WRONG),
    },
    canonical_title: {RecordError: lambda: canonical_title("\0"), TypeError: lambda: canonical_title(WRONG)},
    write_bundles: {InputError: lambda: write_bundles(Record.from_value(RECORD), [], Limits(size=1))},
    read_input: {
        InputError: lambda: read_input(HERE, 1),
        FileError: lambda: read_input(ABSENT, 1),
        TypeError: lambda: read_input(b"path", 1),  # type: ignore[arg-type]
    },
}
CASES: Final = [
    pytest.param(kind, trigger, id=f"{function.__qualname__}-{kind.__name__}")
    for function, kinds in DOCUMENTED.items()
    for kind, trigger in kinds.items()
]


def documented(function: Callable[..., Any]) -> set[str]:
    """The names in the section Raises of a docstring."""
    text = inspect.getdoc(function) or ""
    _, _, raises = text.partition("\nRaises:\n")
    return set(re.findall(r"^    (\w+):", raises, re.MULTILINE))


@pytest.mark.parametrize("function", DOCUMENTED, ids=lambda function: function.__qualname__)
def test_the_table_has_what_the_docstring_names(function: Callable[..., Any]) -> None:
    assert documented(function) == {kind.__name__ for kind in DOCUMENTED[function]}


@pytest.mark.parametrize(("kind", "trigger"), CASES)
def test_a_documented_exception_is_the_one_that_is_raised(
    kind: type[Exception], trigger: Callable[[], Any]
) -> None:
    with pytest.raises(kind) as caught:
        trigger()
    assert type(caught.value) is kind
