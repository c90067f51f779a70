"""The vectors catch wrong variants of the JavaScript implementation: tests/mutations/javascript."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from js.variants import (
    FOLDER,
    JS,
    NotApplicable,
    Outcome,
    Prepared,
    Variant,
    build,
    evaluate,
    evaluate_all,
    failures,
    files,
    in_order,
    main,
    name_vectors,
    prepare,
    sound,
)
from kit.data import REPO
from kit.nodejs import node
from kit.runs import spread
from pithbundle.conformance.process import Worker
from pithbundle.conformance.protocol import Vector
from pithbundle.conformance.runner import load
from specgen.pages import all_clauses

VECTORS: Final = load(REPO / "vectors")
ALL: Final = [Variant.read(path) for path in files(FOLDER)]
#: One of the readers and one of the merge, for the run that everybody waits for.
QUICK: Final = [
    one for one in ALL if one.title in ("minus zero is read as zero", "a retraction can be retracted")
]
CONTROL: Final = "json/values/zero"
EACH: Final = pytest.mark.parametrize("variant", ALL, ids=lambda variant: variant.name)


def beside(names: Iterable[str]) -> list[Prepared]:
    """The vectors of the files that contain the named ones, and some of a reader."""
    stems = {name.rpartition("/")[0] for name in (*names, CONTROL)}
    chosen = [vector for vector in VECTORS if vector.id.rpartition("/")[0] in stems]
    return prepare(chosen, REPO / "vectors")


def caught(variant: Variant) -> None:
    given = beside(variant.vectors)
    outcome = evaluate(variant, given, node(), every=True)
    assert outcome.status == "caught", f"not caught: {variant.title} ({variant.clause}): {outcome.detail}"
    assert set(variant.vectors) <= set(outcome.vectors)
    # A worker that answers nothing well would be caught by anything.
    assert len(outcome.vectors) < len(given)


def test_there_are_many_each_with_its_own_title_and_number() -> None:
    assert len(ALL) >= 20
    assert len(QUICK) == 2
    assert len({variant.title for variant in ALL}) == len(ALL)
    numbers = [int(variant.name.split("-")[0]) for variant in ALL]
    assert sorted(set(numbers)) == numbers, "a number is used twice"


@EACH
def test_it_applies_once_and_its_clause_and_vectors_are_there(variant: Variant) -> None:
    for path, text in variant.applied(JS).items():
        assert text != path.read_text(encoding="utf-8")
    assert variant.clause in all_clauses()
    assert bool(variant.vectors) is not bool(variant.equivalent)
    assert set(variant.vectors) <= {vector.id for vector in VECTORS}


@pytest.mark.parametrize("variant", QUICK, ids=lambda variant: variant.name)
def test_the_runner_catches_two_of_them(variant: Variant) -> None:
    caught(variant)


#: Every twentieth, for CI; they are in the order of the rules.
SOME: Final = ALL[::20]


@pytest.mark.parametrize(
    "variants",
    [
        pytest.param(SOME, marks=pytest.mark.slow, id="some"),
        pytest.param(ALL, marks=pytest.mark.long, id="all"),
    ],
)
def test_unbroken_the_module_passes_all_those_vectors(tmp_path: Path, variants: list[Variant]) -> None:
    """Otherwise a failure below would prove nothing."""
    given = beside(name for variant in variants for name in variant.vectors)
    with Worker([node(), str(build(None, tmp_path))], 60) as worker:
        assert [*failures(worker, given)] == []


@pytest.mark.parametrize("variant", spread(ALL, slow=SOME), ids=lambda variant: variant.name)
def test_the_runner_catches_it(variant: Variant) -> None:
    if not variant.equivalent:
        caught(variant)


# The tool that evaluates many (`make broken`).

ONE: Final = "json/values/minus-zero"


def few() -> list[Prepared]:
    """Five vectors, of which one notices the first variant."""
    names = (CONTROL, ONE, "number/times/leap-day-1900", "record/shapes/id-91", "mirror/status/empty")
    found: list[Vector] = [vector for vector in VECTORS if vector.id in names]
    return prepare(found, REPO / "vectors")


def test_the_first_vector_that_fails_catches_a_variant() -> None:
    outcome = evaluate(ALL[0], few(), node())
    assert (outcome.status, outcome.vectors) == ("caught", (ONE,))
    assert ONE in outcome.detail


def test_a_variant_that_no_vector_notices_has_passed() -> None:
    others = [each for each in few() if each.vector.id != ONE]
    assert evaluate(ALL[0], others, node()).status == "passed"
    marked = replace(ALL[0], equivalent="nobody can see it")
    assert evaluate(marked, others, node()).status == "equivalent"
    # What is marked as equivalent and is caught is not equivalent.
    assert evaluate(marked, few(), node()).status == "caught"


def test_a_variant_of_a_text_that_is_gone_is_not_applicable() -> None:
    gone = replace(ALL[0], changes=(replace(ALL[0].changes[0], old="no such text"),))
    with pytest.raises(NotApplicable, match="occurs 0 times"):
        gone.applied(JS)
    assert evaluate(gone, few(), node()).status == "not applicable"


def test_a_variant_that_does_not_start_is_not_caught() -> None:
    broken = replace(ALL[0], changes=(replace(ALL[0].changes[0], new="this is no JavaScript ("),))
    outcome = evaluate(broken, few(), node())
    assert (outcome.status, outcome.vectors) == ("crash", ())


def test_named_vectors_come_first_and_stages_limit_the_rest() -> None:
    given = few()
    names = [each.vector.id for each in in_order(replace(ALL[0], stages=("number",)), given)]
    assert names == [ONE, "number/times/leap-day-1900"]
    everything = in_order(replace(ALL[0], vectors=(), clause="TIME-1"), given)
    assert everything[0].vector.id == "number/times/leap-day-1900"
    assert len(everything) == len(given)


def test_vectors_that_the_unchanged_module_fails_prove_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    given = few()
    wrong = [replace(each, requests=(replace(each.requests[0], op="moon"),)) for each in given[:1]]
    assert sound([*wrong, *given[1:]], node()) == given[1:]
    assert f"fails {given[0].vector.id}; it is left out" in capsys.readouterr().err


def test_several_are_evaluated_in_their_order() -> None:
    found: list[Outcome] = [*evaluate_all(ALL[:4], few(), node(), jobs=2)]
    assert [outcome.variant for outcome in found] == ALL[:4]
    assert found[0].status == "caught"


def test_the_command_counts_and_fills_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    node()
    # Each run of the command sends all vectors to the unchanged implementation first.
    monkeypatch.setattr("js.variants.load", lambda folder: [one.vector for one in few()])
    one, two = tmp_path / "1-one.mutation", tmp_path / "2-two.mutation"
    text = (FOLDER / f"{ALL[0].name}.mutation").read_text(encoding="utf-8")
    one.write_text(text.replace(f"vectors: {ONE}", "stages: json\nvectors:"), encoding="utf-8")
    two.write_text(text.replace("--- old\n", "--- old\nnot there"), encoding="utf-8")
    assert main([str(tmp_path), "--jobs", "2", "--fill"]) == 1
    assert "1 caught, 1 not applicable" in capsys.readouterr().out
    assert Variant.read(one).vectors and Variant.read(one).stages == ("json",)
    assert main([str(one), "--passed", "--every"]) == 0
    assert capsys.readouterr().out == "1 caught\n"
    with pytest.raises(SystemExit, match="no variants"):
        main(["moon"])


@pytest.mark.parametrize(
    "text",
    [
        "title: x\nclause: A-1\nfile: f\nvectors:\n",
        "title: x\nclause: A-1\nfile: f\n--- old\na\n+++ new\nb",
        "title: x\nclause: A-1\nvectors:\n--- old\na\n+++ new\nb",
        "title: x\nclause: A-1\nfile: f\nvectors:\nmoon: 1\n--- old\na\n+++ new\nb",
        "title: x\nclause: A-1\nfile: f\nstages: moon\nvectors:\n--- old\na\n+++ new\nb",
    ],
)
def test_what_is_no_variant(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mutation"
    path.write_text(text)
    with pytest.raises(ValueError, match="not in the format"):
        Variant.read(path)


def test_only_the_header_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "x.mutation"
    path.write_text("title: x\nclause: A-1\nvectors:\n\n--- old\nvectors:\n+++ new\nb\n")
    name_vectors(path, ["a/b", "c/d"])
    assert path.read_text() == "title: x\nclause: A-1\nvectors: a/b c/d\n\n--- old\nvectors:\n+++ new\nb\n"
