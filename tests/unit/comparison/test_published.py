"""Comparing with a published state: every difference is named, and only signed content is a failure."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from kit import (
    DEMO,
    Json,
    aliases,
    attached,
    bundle,
    made_record,
    payloads,
    policy,
    policy_key,
    receipt,
    strategies,
    to_json,
    without,
)
from kit.data import real
from kit.results import WHEN, merged, report_on
from pithbundle.comparison.published import (
    Difference,
    compare_published,
    compare_states,
    for_written,
    read_state,
    state_value,
)
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InputError
from pithbundle.newtypes import Pointer
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy

RECORD = made_record()
EVENTS = [
    attached(DEMO, RECORD, "record_created",
             payloads.record_created(RECORD, receipt(DEMO, RECORD, WHEN)), WHEN),
    attached(DEMO, RECORD, "graph_snapshot", payloads.graph_snapshot(RECORD), WHEN),
    attached(DEMO, RECORD, "graph_snapshot", payloads.graph_snapshot(RECORD, [{"a": [1]}]), WHEN),
    attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), WHEN),
]  # fmt: skip
OURS: Json = merged(RECORD, EVENTS).state


ALIASES_END = f"/current/source_aliases/{len(OURS['current']['source_aliases'])}"


def published() -> Json:
    """Our state in the registry's shape: its own labels, a time at every alias, no section of ours."""
    made = copy.deepcopy(OURS)
    made["merge_version"] = "pith-open-graph-merge-v1"
    del made["unrecognised"]
    current = made["current"]
    for name in ("checkpoints", "equivocations", "retractions"):
        del current[name]
    current["source_aliases"] = sorted(
        [*aliases(RECORD, "2026-05-18T02:24:57Z"), current["source_aliases"][3]],
        key=lambda one: str(one["alias_kind"]),
    )
    return made


def compared(theirs: Json, ours: Json = OURS) -> list[tuple[str, str, str]]:
    return [(one.group, one.pointer, one.how) for one in compare_states(ours, theirs)]


def changed(change: Callable[[Json], object], base: Json = OURS) -> list[tuple[str, str, str]]:
    theirs = copy.deepcopy(base)
    change(theirs)
    return compared(theirs)


def test_a_state_is_equal_to_itself_and_to_itself_reordered() -> None:
    assert compared(OURS) == []
    assert compared(json.loads(json.dumps(OURS, sort_keys=True))) == []


def test_the_registrys_shape_differs_in_labels_and_in_what_nothing_signs() -> None:
    found = compared(published())
    assert {group for group, _, _ in found} == {"labels", "unsigned"}
    assert ("labels", "/merge_version", "differs") in found
    assert ("labels", "/unrecognised", "only ours") in found
    assert ("labels", "/current/checkpoints", "only ours") in found
    assert ("unsigned", "/current/source_aliases/0/created_at", "only theirs") in found


def test_labels_and_counters() -> None:
    for name in ("state_type", "state_version", "merge_version", "event_count"):
        assert changed(lambda s, n=name: s.update({n: "x"})) == [("labels", f"/{name}", "differs")]  # type: ignore[misc]
    assert changed(lambda s: s.pop("event_count")) == [("labels", "/event_count", "only ours")]
    assert changed(lambda s: s.update(more=1)) == [("labels", "/more", "only theirs")]
    assert changed(lambda s: s["current"].update(more=[])) == [("labels", "/current/more", "only theirs")]
    assert changed(lambda s: s["current"].pop("citations")) == [("labels", "/current/citations", "only ours")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s: s.update(pith_number="x"), [("signed", "/pith_number", "differs")]),
        (lambda s: s.pop("pith_number"), [("signed", "/pith_number", "only ours")]),
        (lambda s: s.pop("current"), [("signed", "/current", "only ours")]),
        (lambda s: s.update(current=[]), [("signed", "/current", "differs")]),
        (lambda s: s.update(current=None), [("signed", "/current", "differs")]),
        (lambda s: s["current"].pop("receipt"), [("signed", "/current/receipt", "only ours")]),
        (lambda s: s["current"].update(receipt=None), [("signed", "/current/receipt", "differs")]),
        (lambda s: s["current"]["receipt"].update(key_id="x"),
         [("signed", "/current/receipt/key_id", "differs")]),
        (lambda s: s["current"].update(more=[1]), [("signed", "/current/more", "only theirs")]),
        (lambda s: s["current"].update(citations={}), [("signed", "/current/citations", "differs")]),
        (lambda s: s["current"].pop("graph_snapshots"),
         [("signed", "/current/graph_snapshots", "only ours")]),
        (lambda s: s["current"].update(source_aliases={}),
         [("unsigned", "/current/source_aliases", "differs")]),
        (lambda s: s["current"].pop("source_aliases"),
         [("unsigned", "/current/source_aliases", "only ours")]),
        (lambda s: s["current"].update(source_aliases=None),
         [("unsigned", "/current/source_aliases", "differs")]),
        (lambda s: s["current"].update(more=0), [("signed", "/current/more", "only theirs")]),
        (lambda s: s["current"].update(more=False), [("signed", "/current/more", "only theirs")]),
        (lambda s: s["current"].update(more=None), [("labels", "/current/more", "only theirs")]),
        (lambda s: s["current"].update(more=""), [("labels", "/current/more", "only theirs")]),
        (lambda s: s["current"].update(more={}), [("labels", "/current/more", "only theirs")]),
        (lambda s: s["current"]["graph_snapshots"][0].update(more=[]),
         [("signed", "/current/graph_snapshots/0/more", "only theirs")]),
        (lambda s: s["current"]["graph_snapshots"].append(s["current"]["graph_snapshots"][0]["event_id"]),
         [("signed", "/current/graph_snapshots/2", "only theirs")]),
        (lambda s: s["current"]["source_aliases"].append(["openalex", "W1"]),
         [("unsigned", ALIASES_END, "only theirs")]),
        (lambda s: s["current"]["canonical_record"]["source"].update(version=True),
         [("signed", "/current/canonical_record/source/version", "differs")]),
        (lambda s: s["current"]["canonical_record"]["metadata"]["cross_cats_sorted"].append("x"),
         [("signed", "/current/canonical_record/metadata/cross_cats_sorted/"
           + str(len(RECORD["metadata"]["cross_cats_sorted"])), "only theirs")]),
        (lambda s: s["current"]["citations"].append("odd"),
         [("signed", "/current/citations/0", "only theirs")]),
    ],
)  # fmt: skip
def test_signed_content(change: Callable[[Json], object], expected: Any) -> None:
    assert changed(change) == expected


def test_one_insertion_or_removal_is_one_difference() -> None:
    snapshots = "/current/graph_snapshots"
    assert changed(lambda s: s["current"]["graph_snapshots"].pop(0)) == [
        ("signed", f"{snapshots}/0", "only ours")
    ]
    more = {"event_id": "x"}
    assert changed(lambda s: s["current"]["graph_snapshots"].insert(0, more)) == [
        ("signed", f"{snapshots}/0", "only theirs")
    ]
    assert changed(lambda s: s["current"]["graph_snapshots"].reverse()) == [("labels", snapshots, "differs")]
    # Twice is once too often, though the two are equal.
    again = OURS["current"]["graph_snapshots"][0]
    assert changed(lambda s: s["current"]["graph_snapshots"].append(again)) == [
        ("signed", f"{snapshots}/2", "only theirs")
    ]


def test_entries_are_matched_by_id_and_compared_to_the_leaf() -> None:
    def change(state: Json) -> None:
        state["current"]["graph_snapshots"].reverse()
        one = state["current"]["graph_snapshots"][0]
        one["payload"]["graph_snapshot"]["claims"]["count"] = 7
        one["payload"]["graph_snapshot"]["claims"]["items"] = [{"a": [1, 2]}, 3]
        one["more/~"] = 1

    found = changed(change)
    here = "/current/graph_snapshots/1"
    ours = OURS["current"]["graph_snapshots"][1]["payload"]["graph_snapshot"]["claims"]["items"]
    claims = f"{here}/payload/graph_snapshot/claims"
    expected = {
        ("labels", "/current/graph_snapshots", "differs"),
        ("signed", f"{claims}/count", "differs"),
        ("signed", f"{here}/more~1~0", "only theirs"),
    }
    if ours:
        expected |= {
            ("signed", f"{claims}/items/0/a/1", "only theirs"),
            ("signed", f"{claims}/items/1", "only theirs"),
        }
    else:
        expected |= {("signed", f"{claims}/items/{n}", "only theirs") for n in (0, 1)}
    assert set(found) == expected
    assert set(compared(OURS, json.loads(json.dumps(OURS)))) == set()


def test_a_longer_list_of_ours_is_only_ours() -> None:
    theirs = copy.deepcopy(OURS)
    snapshots = theirs["current"]["graph_snapshots"]
    index = next(n for n, one in enumerate(snapshots) if one["payload"]["graph_snapshot"]["claims"]["items"])
    snapshots[index]["payload"]["graph_snapshot"]["claims"]["items"] = []
    where = f"/current/graph_snapshots/{index}/payload/graph_snapshot/claims/items/0"
    assert compared(theirs) == [("signed", where, "only ours")]


# Aliases.


def test_aliases_that_nothing_signs_are_a_group_of_their_own() -> None:
    extra = {"alias_kind": "inspire", "alias_value": "1", "created_at": WHEN}
    count = len(OURS["current"]["source_aliases"])
    assert changed(lambda s: s["current"]["source_aliases"].append(extra)) == [
        ("unsigned", f"/current/source_aliases/{count}", "only theirs")
    ]
    assert changed(lambda s: s["current"]["source_aliases"].append("odd")) == [
        ("unsigned", f"/current/source_aliases/{count}", "only theirs")
    ]
    assert changed(lambda s: s["current"]["source_aliases"].pop(0)) == [
        ("unsigned", "/current/source_aliases/0", "only ours")
    ]


@pytest.mark.parametrize("kind", ["arxiv", "arxiv_version", "pith_short_8", "pith_short_12", "pith_short_16"])
def test_another_value_of_an_alias_that_the_record_gives_is_a_failure(kind: str) -> None:
    def change(state: Json) -> None:
        for one in state["current"]["source_aliases"]:
            if one["alias_kind"] == kind:
                one["alias_value"] = "elsewhere"

    assert sorted(group for group, _, _ in changed(change)) == ["signed", "unsigned"]


@pytest.mark.parametrize("kind", ["arxiv", "arxiv_version", "doi"])
def test_an_alias_of_a_kind_that_this_record_does_not_derive_is_unsigned(kind: str) -> None:
    """An id with a subject class derives no alias of these kinds (ALIAS-1)."""
    record = copy.deepcopy(RECORD)
    record["source"]["id"] = "math.GT/0309136"
    base: Json = merged(record, []).state
    index = len(base["current"]["source_aliases"])
    theirs = copy.deepcopy(base)
    theirs["current"]["source_aliases"].append({"alias_kind": kind, "alias_value": "math.GT/0309136"})
    expected = [("unsigned", f"/current/source_aliases/{index}", "only theirs")]
    assert compared(theirs, base) == expected
    # A state of another source may have no record: it derives no alias.
    for one in (base, theirs):
        one["current"]["canonical_record"] = None
    assert compared(theirs, base) == expected


def test_the_order_of_differences_is_that_of_ours_and_then_of_theirs() -> None:
    ours: Json = {
        "b": 1, "a": 1, "pith_number": "x",
        "current": {"z": [{"event_id": 1}, {"event_id": 2}, {"event_id": 3, "a": 1, "b": 2}], "y": 1},
    }  # fmt: skip
    theirs: Json = {
        "n": 1, "m": 1, "pith_number": "y", "a": 2,
        "current": {
            "x": 1, "y": 2,
            "z": [{"event_id": 9}, {"b": 3, "a": 2, "event_id": 3}, {"event_id": 2}, {"event_id": 2}],
        },
    }  # fmt: skip
    assert compared(theirs, ours) == [
        ("labels", "/b", "only ours"),
        ("labels", "/a", "differs"),
        ("signed", "/pith_number", "differs"),
        ("signed", "/current/z/0", "only ours"),
        ("signed", "/current/z/2/a", "differs"),
        ("signed", "/current/z/2/b", "differs"),
        ("signed", "/current/z/0", "only theirs"),
        ("signed", "/current/z/3", "only theirs"),
        ("labels", "/current/z", "differs"),
        ("signed", "/current/y", "differs"),
        ("signed", "/current/x", "only theirs"),
        ("labels", "/n", "only theirs"),
        ("labels", "/m", "only theirs"),
    ]


@pytest.mark.parametrize(("one", "other"), [(True, 1), (False, 0), (None, False), ("1", 1), ([], {})])
def test_types_are_exact(one: Value, other: Value) -> None:
    for ours, theirs in ((one, other), (other, one)):
        assert compared({"pith_number": theirs}, {"pith_number": ours}) == [
            ("signed", "/pith_number", "differs")
        ]
        assert compared({"pith_number": ours}, {"pith_number": ours}) == []


def test_both_values_are_given() -> None:
    theirs = copy.deepcopy(OURS)
    theirs["pith_number"] = "x"
    assert compare_states(OURS, theirs) == [
        Difference.of("signed", Pointer("/pith_number"), "differs", OURS["pith_number"], "x")
    ]


@given(strategies.objects(strategies.values()))
@settings(max_examples=60)
def test_any_object_can_be_compared(theirs: Json) -> None:
    assert compare_states(OURS, theirs)
    there, back = compare_states(OURS, {"current": theirs}), compare_states({"current": theirs}, OURS)
    assert there
    assert back
    assert compare_states(theirs, theirs) == []


@pytest.mark.parametrize("odd", [None, 1, [], "x"])
def test_a_current_that_is_no_object_differs_from_one_that_is(odd: Any) -> None:
    whole: Json = {"current": {"a": 1}}
    for ours, theirs in ((whole, {"current": odd}), ({"current": odd}, whole)):
        assert compared(theirs, ours) == [("signed", "/current", "differs")]


# Reading a published state.


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b"[]", ""), (b"null", ""), (b'"x"', ""), (b"1", ""), (b"{}", "/state_type"),
        (b'{"state_type":"x","current":{}}', "/state_type"),
        (b'{"bundle_type":"pith_open_graph_bundle"}', "/state_type"),
        (b'{"current":{},"pith_number":"x"}', "/state_type"),
    ],
)  # fmt: skip
def test_a_state_names_its_type(data: bytes, pointer: str) -> None:
    with pytest.raises(InputError) as caught:
        read_state(data)
    assert (caught.value.code, caught.value.pointer, caught.value.clause) == ("type", pointer, "REPORT-3")


def test_another_type_member_does_not_make_a_state_another_document() -> None:
    value = {"bundle_type": "pith_open_graph_bundle", "state_type": "pith_open_graph_state"}
    assert read_state(to_json(value)) == value


def test_what_a_file_is_is_named_in_the_rejection() -> None:
    with pytest.raises(InputError, match="this is a bundle; pithbundle verify checks it"):
        read_state(b'{"bundle_type":"pith_open_graph_bundle"}')


def test_a_deep_state_and_a_large_one_are_read() -> None:
    """Merge writes them: of a record nested 31 deep, and of many inputs."""
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    for more in (deep, [0] * 300_000, ["x" * 1000] * 5_000):
        value = {"state_type": "pith_open_graph_state", "more": more}
        assert read_state(to_json(value)) == value
    with pytest.raises(InputError) as caught:
        read_state(to_json({**OURS, "more": [0] * 100}), Limits(nodes=2))
    assert caught.value.code == "nodes"
    assert for_written(Limits(size=10)).size == 640


def test_the_work_of_a_comparison_is_linear_in_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each level was once encoded again by the one above it."""

    def nested(leaf: Value) -> Object:
        value: Value = leaf
        for _ in range(180):
            value = {"a": value}
        return {"state_type": "x", "current": {"citations": value}}

    encoded: list[int] = []

    def counting(value: Value) -> bytes:
        written = encode(value)
        encoded.append(len(written))
        return written

    monkeypatch.setattr("pithbundle.comparison.published.encode", counting)
    (found,) = compare_states(nested(["x" * 1000, 1]), nested(["x" * 1000, 2]))
    assert found.pointer == "/current/citations" + "/a" * 180 + "/1"
    assert sum(encoded) < 4_000


def test_a_state_is_read_strictly() -> None:
    assert read_state(to_json(OURS)) == OURS
    for data, code in (
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"state_type":"pith_open_graph_state"} ', None),
        (b"{}x", "syntax"),
        (b"{\xff}", "utf8"),
    ):
        if code is None:
            assert read_state(data) == {"state_type": "pith_open_graph_state"}
            continue
        with pytest.raises(InputError) as caught:
            read_state(data)
        assert caught.value.code == code


def test_published_states_differ_from_ours_in_nothing_signed_as_far_as_they_are_seen() -> None:
    for one in json.loads(real("state_prefixes.json").read_bytes()):
        text: str = one["text"]
        # The prefix ends inside the first snapshot: what comes before it is complete.
        theirs = json.loads(text[: text.index(',"graph_snapshots"')] + "}}")
        record = theirs["current"]["canonical_record"]
        ours = merged(record, []).state
        current: Any = ours["current"]
        seen = {name: current[name] for name in ("canonical_record", "source_aliases")}
        found = compare_states({**without(ours, ("unrecognised",)), "current": seen}, theirs)
        assert {difference.group for difference in found} == {"labels", "unsigned"}
        assert {d.pointer for d in found if d.group == "labels"} <= {
            "/merge_version", "/event_count", "/valid_event_count",
        }  # fmt: skip
        assert all(d.pointer.endswith("/created_at") for d in found if d.group == "unsigned")


@pytest.mark.parametrize("kind", [[], {}, None, 1, True, ["arxiv"]], ids=repr)
def test_an_alias_of_any_shape_is_a_difference(kind: Value) -> None:
    # A list as alias_kind once raised a TypeError, because it was looked up in a set.
    theirs = copy.deepcopy(OURS)
    theirs["current"]["source_aliases"].append({"alias_kind": kind})
    (found,) = compare_states(OURS, theirs)
    assert (found.group, found.pointer, found.how) == ("unsigned", ALIASES_END, "only theirs")


@pytest.mark.parametrize(
    ("formats", "change", "result", "status"),
    [
        (["pithbundle-event-1"], {}, "same", 0),
        (["pithbundle-event-1"], {"current": {}}, "different", 1),
        (["unknown"], {}, "not_comparable", 3),
        (["pithbundle-event-1"], {"current": {}, "merge_version": "another"}, "not_comparable", 3),
        (["pithbundle-event-1"], {"merge_version": "another"}, "same", 0),
    ],
)
def test_a_state_is_not_different_where_events_could_not_be_checked(
    formats: list[str], change: Json, result: str, status: int
) -> None:
    record = made_record()
    event = attached(DEMO, record, "author_claim", payloads.author_claim(payloads.orcid(1)), WHEN)
    data = to_json(bundle(record, [event]))
    theirs = state_value(Verifier(Policy.from_value(policy(DEMO))).verify(data).ledger.snapshot())
    keys = Policy.from_value(policy(policy_key(DEMO, event_formats=formats)))
    found = compare_published(Verifier(keys).verify(data).report(), {**theirs, **change})
    assert (found.result, found.exit_status) == (result, status)


def test_a_report_of_rejected_inputs_alone_has_no_state_to_compare() -> None:
    with pytest.raises(TypeError, match="the report has no state"):
        compare_published(report_on(), {})


def test_a_difference_is_immutable_and_hashable() -> None:
    other = {**OURS, "pith_number": {"a": [1]}}
    (one,) = compare_states(OURS, other)
    (again,) = compare_states(OURS, other)
    changed: Any = one.theirs
    changed["a"].append(2)
    assert (one.ours, one.theirs) == (OURS["pith_number"], {"a": [1]})
    assert (one, hash(one)) == (again, hash(again))
