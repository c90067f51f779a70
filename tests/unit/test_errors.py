"""ERR-1, ERR-2: one family of errors, one table of codes, and the text of an error."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

from pithbundle import errors
from pithbundle.codes import CODES
from pithbundle.comparison.sides import SideError
from pithbundle.conformance.protocol import VectorError
from pithbundle.errors import BundleError, Fault, InputError, MergeError, PithError
from pithbundle.proof import ProofError
from specgen.pages import all_clauses

CLAUSES = set(all_clauses())
FAMILY = [
    error_class
    for error_class in vars(errors).values()
    if isinstance(error_class, type) and issubclass(error_class, PithError)
]


def test_the_codes_and_their_clauses_are_those_of_err_2() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| \[(.+)\] \|$", all_clauses()["ERR-2"].body, re.MULTILINE)
    assert dict(rows) == {code: info.clause for code, info in CODES.items()}
    assert len(rows) == len(CODES)


def test_every_code_has_a_clause_that_the_spec_has_a_meaning_and_a_hint() -> None:
    for code, info in CODES.items():
        assert info.clause in CLAUSES, code
        assert info.meaning
        assert info.hint
        assert "\n" not in info.meaning + info.hint


def test_there_is_one_family() -> None:
    assert len(FAMILY) > 5
    for error_class in FAMILY:
        error = error_class("type", "detail", pointer="/a", offset=3)
        assert isinstance(error, PithError)
        assert (error.code, error.pointer, error.offset) == ("type", "/a", 3)
        assert error.clause == error_class.CLAUSES.get("type", CODES["type"].clause)
        assert error.hint == (CODES["type"].hint if error_class is not MergeError else error.hint)
        for code, clause in error_class.CLAUSES.items():
            assert error_class(code).clause == clause
            assert clause in CLAUSES, clause


def test_a_clause_named_where_the_error_is_made_wins() -> None:
    error = BundleError("type", clause="BUN-1")
    assert error.clause == "BUN-1"
    assert PithError.of(error.fault).clause == "BUN-1"


def test_the_hint_of_a_merge_error_accuses_nobody() -> None:
    assert "merge bundles of one record" in MergeError("subject").hint
    assert MergeError("collision").hint == CODES["collision"].hint


SAMPLES = [
    *(error_class("type", "detail", pointer="/a", offset=3, clause="BUN-1") for error_class in FAMILY),
    InputError.over_limit("size", 5, 6, pointer="/x", offset=2),
    BundleError.over_limit("events", 5),
    ProofError("type", "detail", pointer="/keys/0"),
    SideError("type", "detail"),
    VectorError("type", "detail"),
]


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: f"{type(error).__name__}-{error.code}")
def test_an_error_pickles_and_copies(error: PithError) -> None:
    error.add_note("seen in a.json")
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):
        assert type(again) is type(error)
        assert (again.fault, again.args, again.__notes__) == (error.fault, error.args, ["seen in a.json"])
        for name in ("code", "pointer", "offset", "clause", "hint", "limit_name", "limit", "found"):
            assert getattr(again, name) == getattr(error, name)
        assert str(again) == str(error)
    del error.__notes__


def test_the_hint_of_an_error_of_a_limit_names_the_option_that_raises_it() -> None:
    known = InputError.over_limit("string", 10, 12, offset=4)
    assert str(known) == "12 bytes in one string, the limit is 10 at byte 4 [size, LIM-4]"
    assert known.hint == "if you trust the source, raise the limit with --limit string=12"
    unknown = InputError.over_limit("nodes", 10, what="a part")
    assert str(unknown) == "a part: more than the limit of 10 values [nodes, LIM-3]"
    assert unknown.hint == "if you trust the source, raise the limit with --limit nodes=20"
    assert InputError.over_limit("depth", 200, fixed=True).hint == "this limit is fixed at 200"
    assert InputError.over_limit("size", 1, clause="EXPORT-2").clause == "EXPORT-2"
    assert (InputError("type").limit_name, InputError("type").limit, InputError("type").found) == (
        "",
        None,
        None,
    )


def test_no_hint_asks_the_reader_of_a_file_to_write_it() -> None:
    for info in CODES.values():
        assert "produced" not in info.hint
        assert "spec.md" not in info.hint


def test_an_unknown_code_has_no_clause() -> None:
    with pytest.raises(KeyError):
        _ = Fault("no such code").clause


@pytest.mark.parametrize(
    ("pointer", "offset", "location"),
    [
        (None, None, ""),
        ("/a", None, "at /a"),
        ("", None, "at the top level"),
        (None, 17, "at byte 17"),
        ("/a", 17, "at /a (byte 17)"),
        ("", 0, "at the top level (byte 0)"),
        ("/\x1b[2K", None, "at /\\u{1b}[2K"),
    ],
)
def test_a_location_is_a_pointer_an_offset_both_or_nothing(
    pointer: str | None, offset: int | None, location: str
) -> None:
    fault = Fault("type", "", pointer, offset)
    assert fault.location == location
    reported = str(PithError.of(fault))
    assert reported == f"{CODES['type'].meaning}{' ' + location if location else ''} [type, EVT-1]"


def test_a_detail_replaces_the_meaning_and_is_made_safe() -> None:
    assert Fault("type", "must be a string").message == "must be a string"
    assert Fault("type").message == CODES["type"].meaning
    hostile = PithError("type", "a\nverified: all\x1b[32m", pointer="/\u202e")
    assert str(hostile) == "a\\u{a}verified: all\\u{1b}[32m at /\\u{202e} [type, EVT-1]"


def test_an_error_and_its_fault_are_one_another() -> None:
    fault = Fault("subject", "detail", "/a", 5)
    assert PithError.of(fault).fault == fault
    assert PithError.of(fault).args == ("subject", "detail", "/a", 5)


def test_the_fault_of_an_error_is_read_only() -> None:
    error: Any = InputError("syntax")
    with pytest.raises(AttributeError):
        error.fault = Fault("type")
    assert error.code == "syntax"


def test_a_detached_error_refers_to_nothing_else() -> None:
    with pytest.raises(InputError) as caught:
        try:
            raise ValueError("cause")
        except ValueError as cause:
            raise InputError("syntax", offset=3) from cause
    error = caught.value
    error.add_note("seen in a.json")
    alone = error.detached()
    assert alone == error
    assert (type(alone), alone.args, alone.__notes__) == (InputError, error.args, ["seen in a.json"])
    assert (alone.__traceback__, alone.__cause__, alone.__context__) == (None, None, None)
    assert error.__traceback__ is not None
    alone.add_note("seen again")
    assert error.__notes__ == ["seen in a.json"]


def test_equal_errors_have_one_hash() -> None:
    one, other = InputError("syntax", offset=3), InputError("syntax", offset=3)
    assert one == other and hash(one) == hash(other)
    assert len({one, other, InputError("syntax", offset=4)}) == 2
