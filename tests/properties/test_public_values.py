"""Public values pickle, copy and cross a process pool, have a short repr and cannot be changed."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import pickle
import pydoc
import re
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any, Final

import pytest

import pithbundle
from kit import AUTHOR, DEMO, attached, bundle, demo, made_record, payloads, policy, to_json
from kit.documents import real_integrity, real_manifest
from kit.results import WHEN
from pithbundle import (
    BundleError,
    Clock,
    DocumentError,
    Entry,
    FileError,
    FileReport,
    InputError,
    InvalidKeyError,
    MergeError,
    NumberError,
    OutcomeError,
    PithError,
    Policy,
    PolicyError,
    ProofError,
    Record,
    RecordError,
    Rejection,
    Report,
    SideError,
    Verifier,
    diff,
    probe,
    read_bundle,
)
from pithbundle.brief import LONGEST, brief
from pithbundle.proof import proof_of

KEYS: Final = Policy.from_value(demo.demo_policy())
OPAQUE: Final = Policy.registry()


@cache
def values() -> dict[str, Any]:
    """A value of every public class, by the name of the class."""
    verifier = Verifier(KEYS)
    data = to_json(demo.rich())
    verified = verifier.verify(data)
    report = verifier.verify_together([("a", data), ("b", b"{"), ("c", to_json(demo.plain()))])[0]
    unknown = Verifier(OPAQUE).verify(data)
    ledger, state = verified.ledger, verified.ledger.snapshot()
    dated = Report._of(report.inputs, report.ledger, clock=Clock("2000-01-01T00:00:00.000000Z"))
    tampered = verifier.verify(demo.tampered()).events
    changed = diff(report, unknown.report())
    integrity = verifier.verify_document(json.dumps(real_integrity()).encode())
    manifest = verifier.verify_document(json.dumps(real_manifest()).encode())
    found: list[Any] = [
        verifier, verified, report, ledger, state, ledger.builder().build(), KEYS, KEYS.keys[0],
        KEYS.keys[0].public_key, KEYS.keys[0].formats[0], ledger.record, ledger.record.number, ledger.rules,
        FileReport._of("a", report), report.rejected[0], Clock("2026-01-01T00:00:00.000000Z"),
        *report.events[:1], *report.receipts[:1], report.events[0].location, *report.inputs[:1],
        *verified.events, *verified.receipts, *unknown.events, *(one.claim for one in unknown.events),
        *(one.verdict for one in tampered), *(one.verdict.fault for one in tampered),
        *(one.claim for one in tampered), *OPAQUE.keys[0].formats, *unknown.report().unverified,
        *ledger, *ledger.timeline(), *ledger.completeness(), *ledger.equivocations(),
        *state.trace(), *state.explain(), *state.unrecognised, *state.source_aliases, state.receipt,
        *(entry for section in state.sections.values() for entry in section),
        *(loser for decision in state.trace() for loser in decision.losers),
        probe([data], KEYS, most=2_000), *probe([data], KEYS, most=2_000).found,
        *probe([data], KEYS, most=2_000).found[0].elements, read_bundle(data),
        changed, *changed.events, *changed.state,
        *(one.left or one.right for one in changed.events),
        *dated.warnings, *ledger.rules.event_types.values(), pithbundle.Limits(),
        *(verifier.verify_proof(proof_of(ledger, group)) for group in ledger.equivocations()),
        integrity, integrity.signatures[0], manifest, manifest.keys[0], manifest.findings[0],
    ]  # fmt: skip
    return {type(one).__name__: one for one in found if one is not None}


ERRORS: Final[list[Exception]] = [
    *(
        kind("type", "detail", pointer="/a", offset=3, clause="JSON-1")
        for kind in (
            BundleError, DocumentError, FileError, InputError, InvalidKeyError, MergeError, NumberError,
            PithError, PolicyError, ProofError, RecordError, SideError,
        )
    ),
    OutcomeError(("invalid", "unverified")),
]  # fmt: skip
CLASSES: Final = [
    name
    for name in pithbundle.__all__
    if inspect.isclass(getattr(pithbundle, name)) and not issubclass(getattr(pithbundle, name), Exception)
]
#: What is no value of its own: a base class, and a builder that grows.
NO_VALUE: Final = {"Entry", "LedgerBuilder"}


def same(one: Any) -> Any:
    return one


def test_there_is_a_value_of_every_public_class() -> None:
    assert set(CLASSES) - NO_VALUE - values().keys() == set()


@pytest.mark.parametrize("name", sorted(set(CLASSES) - NO_VALUE))
def test_a_public_value_pickles_and_copies(name: str) -> None:
    value = values()[name]
    pickled = [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for twin in (*pickled, copy.deepcopy(value), copy.copy(value)):
        assert type(twin) is type(value)
        # A verifier is no value: its cache grows.
        assert twin == value or name == "Verifier"


@pytest.mark.parametrize("name", sorted(set(CLASSES) - {"Entry"}))
def test_a_public_value_has_a_short_repr(name: str) -> None:
    """A record printed all of its bytes, and a probe every key of the policy."""
    value = values()["Ledger"].builder() if name == "LedgerBuilder" else values()[name]
    assert len(repr(value)) <= LONGEST
    if isinstance(value, Entry) or vars(type(value)).get("__repr__") is brief:
        # Texts from an input have any length.
        twin = copy.copy(value)
        for member in dataclasses.fields(value):
            if isinstance(getattr(value, member.name), str):
                object.__setattr__(twin, member.name, "\u202e" * 100_000)
        assert len(repr(twin)) <= LONGEST
        assert "\u202e" not in repr(twin)


def test_a_record_of_any_size_has_a_short_repr() -> None:
    record = Record.from_value({**made_record(), "x": "x" * 100_000})
    assert len(repr(record)) < 80
    assert str(record.number) in repr(record)


def test_public_values_cross_a_process_pool() -> None:
    given = [*values().values(), *ERRORS]
    with ProcessPoolExecutor(1) as pool:
        for value, twin in zip(given, pool.map(same, given), strict=True):
            assert type(twin) is type(value)
            assert twin == value or isinstance(value, Verifier | OutcomeError)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_pickles_and_copies(error: Exception) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error), copy.copy(error)):
        assert type(twin) is type(error)
        assert (str(twin), twin.args) == (str(error), error.args)
        if isinstance(error, PithError):
            assert twin.fault == error.fault  # type: ignore[attr-defined]
        else:
            assert twin.outcomes == error.outcomes  # type: ignore[attr-defined]


RESULTS: Final = (
    "VerifiedBundle", "CheckedEvent", "SignedEvent", "Report", "Ledger", "State", "Verdict",
    "ReceiptVerdict", "Policy", "PolicyKey", "Diff", "FileReport", "DocumentReport",
)  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_cannot_be_changed(name: str) -> None:
    value = values()[name]
    for member in dataclasses.fields(value):
        with pytest.raises(AttributeError):
            setattr(value, member.name, None)
        with pytest.raises(AttributeError):
            delattr(value, member.name)


def test_a_change_of_a_callers_dict_changes_no_result() -> None:
    """The payload was the dict of the parsed bundle: whoever changed it changed later views."""
    verified = Verifier(KEYS).verify(to_json(demo.rich()))
    before = verified.ledger.snapshot().to_json(), verified.report().to_value()
    for event in verified.ledger:
        event.payload.clear()
        assert event.payload
    for element in verified.events:
        if element.event is not None:
            element.event.payload["event_ids"] = []
    twin = verified.ledger.builder().build()
    assert (twin.snapshot().to_json(), verified.report().to_value()) == before


def test_a_bundle_that_is_changed_after_the_check_changes_no_result() -> None:
    from kit.results import check

    read = read_bundle(to_json(demo.rich()))
    checked = check(read, KEYS)
    before = [event.payload for event in checked.valid]
    for element in read.events:
        if isinstance(element, dict):
            payload = element["payload"]
            assert isinstance(payload, dict)
            payload.clear()
    assert [event.payload for event in checked.valid] == before


def test_a_repr_of_thousands_of_events_fits_a_line() -> None:
    record = made_record()
    events = [
        attached(AUTHOR, record, "citation", payloads.citation(f"w{number}"), WHEN) for number in range(5_000)
    ]
    verified = Verifier(Policy.from_value(policy(DEMO, AUTHOR))).verify(to_json(bundle(record, events)))
    assert len(verified.events) == len(verified.ledger) == 5_000
    report = verified.report("x" * 50)
    shown = [
        verified, verified.ledger, verified.ledger.snapshot(), report, verified.events[0],
        verified.events[0].event, verified.events[0].verdict, FileReport._of("x", report),
        diff(report, Report._of([], None, [Rejection("x", PithError("type"))])),
    ]  # fmt: skip
    assert {type(one).__name__: len(repr(one)) for one in shown if len(repr(one)) >= 200} == {}


@pytest.mark.parametrize("name", ["FileReport", "Ledger", "Report", "State", "VerifiedBundle"])
def test_what_follows_from_checked_events_is_made_by_no_caller(name: str) -> None:
    """A verified bundle took another ledger, a state any counter, and a report on a file nothing at all."""
    one = values()[name]
    members = {each.name: getattr(one, each.name) for each in dataclasses.fields(one)}
    for arguments, named in ((members.values(), {}), ((), members), ((), {})):
        with pytest.raises(TypeError, match=" is made by "):
            type(one)(*arguments, **named)
    with pytest.raises(TypeError, match=" is made by "):
        dataclasses.replace(one, **dict([*members.items()][-1:]))


@pytest.mark.parametrize("name", CLASSES)
def test_help_shows_no_internals(name: str) -> None:
    shown = pydoc.plain(pydoc.render_doc(getattr(pithbundle, name)))
    assert getattr(pithbundle, name).__doc__
    # What a dataclass makes of its fields would be its documentation otherwise.
    assert not re.match(rf"{name}\(", getattr(pithbundle, name).__doc__)
    assert " at 0x" not in shown


def documented() -> dict[str, set[str]]:
    """The exceptions that the docstring of each public function and method names under "Raises:"."""
    found: dict[str, set[str]] = {}
    for name in pithbundle.__all__:
        one = getattr(pithbundle, name)
        members = {name: one} if inspect.isroutine(one) else {}
        if inspect.isclass(one):
            members = {f"{name}.{each}": getattr(one, each) for each in vars(one) if each[0] != "_"} | {
                name: one
            }
        for name, member in members.items():
            raises = (inspect.getdoc(member) or "").partition("Raises:")[2]
            found[name] = set(re.findall(r"^ +([A-Z]\w+):", raises, re.MULTILINE))
    return found


def test_every_documented_exception_is_public() -> None:
    named = documented()
    assert named["read_bundle"] and named["Verifier.verify"] == {"PithError", "TypeError"}
    builtin = {"KeyError", "TypeError", "ValueError"}
    assert {name: names - builtin - {*pithbundle.__all__} for name, names in named.items()} == {
        name: set() for name in named
    }
