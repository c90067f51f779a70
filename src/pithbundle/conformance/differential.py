"""Two implementations, one seed: generated and mutated bundles on which they must agree.

The cases are made from the signed events of the vectors, so nothing here signs: which
events meet, in which order, split and repeated how, under which policy, and what is then
tampered. Draws come from SHA-256 of the seed and a counter, as in vectors/accumulated.md.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pithbundle.conformance.answers import difference
from pithbundle.conformance.drawn_formats import documents_of, drawn_document, drawn_policy, rehoused
from pithbundle.conformance.mutated import (
    Draws,
    as_cbor,
    cut,
    doubled,
    dropped,
    escaped,
    flipped,
    indented,
    odd_value,
    parsed,
    same,
    tampered_text,
    to_text,
    with_members_reversed,
)
from pithbundle.conformance.protocol import Json, ReadFile, Request, Vector, VectorError
from pithbundle.conformance.shrink import Case
from pithbundle.conformance.vectorfiles import requests


@dataclass(frozen=True, slots=True)
class Corpus:
    """What cases are made of: a bundle's frame, signed events of its record, policies, other JSON texts."""

    frame: Json
    events: tuple[Json, ...]
    policies: tuple[bytes | None, ...]
    texts: tuple[bytes, ...]
    items: tuple[bytes, ...]
    #: Format documents, those of policies among them.
    documents: tuple[Json, ...] = ()
    #: The members of an accepting answer that a vector expects, by operation: no worker may omit one.
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)


def corpus(vectors: Iterable[Vector], read: ReadFile, longest: int = 20_000) -> Corpus:
    """Collect the bundles, policies and reader inputs of vectors; events of the commonest record only.

    Raises:
        VectorError: there are no bundles with events.
    """
    frames: dict[str, Json] = {}
    events: dict[str, dict[str, Json]] = {}
    policies: dict[bytes, None] = {}
    texts: dict[bytes, None] = {}
    items: dict[bytes, None] = {}
    formats: dict[bytes, None] = {}
    members: dict[str, set[str]] = {}
    for vector in vectors:
        members.setdefault(vector.op, set()).update(vector.expect.get("ok", {}))
        if vector.op not in ("merge", "check", "parse_json", "parse_cbor", "policy", "format"):
            continue
        request = next(requests(vector, read))
        for name, data in _inputs_of(request):
            if len(data) > longest:
                continue
            if name == "policy":
                policies[data] = None
            elif vector.op == "format":
                formats[data] = None
            elif vector.op == "parse_cbor":
                items[data] = None
            elif vector.op in ("parse_json", "policy"):
                texts[data] = None
            else:
                _collect(data, frames, events)
    record = max(frames, key=lambda name: (len(events[name]), name), default="")
    if not record or not events[record]:
        raise VectorError("type", "the vectors have no bundle with events: cases are made of these")
    return Corpus(
        frames[record], tuple(events[record].values()), (None, *policies), tuple(texts), tuple(items),
        _documents(policies, formats), {op: frozenset(names) for op, names in members.items()},
    )  # fmt: skip


def _documents(policies: Iterable[bytes], formats: Iterable[bytes]) -> tuple[Json, ...]:
    found = [document for policy in policies for document in documents_of(policy)]
    found += [value for value in map(parsed, formats) if type(value) is dict]
    return tuple({json.dumps(one, sort_keys=True): one for one in found}.values())


def _inputs_of(request: Request) -> Iterator[tuple[str, bytes]]:
    for name, value in request.args.items():
        if name in ("data", "policy") and type(value) is str:
            yield name, b64decode(value)
        elif name == "inputs":
            for each in value:
                yield name, b64decode(each)


def _collect(data: bytes, frames: dict[str, Json], events: dict[str, dict[str, Json]]) -> None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    if type(value) is not dict or type(value.get("events")) is not list:
        return
    record = value.get("canonical_sha256")
    if type(record) is not str or "canonical_record" not in value:
        return
    frames.setdefault(record, {name: member for name, member in value.items() if name != "events"})
    for event in value["events"]:
        if type(event) is dict:
            events.setdefault(record, {})[json.dumps(event, sort_keys=True)] = event
    events.setdefault(record, {})


def cases(seed: str, count: int, given: Corpus) -> Iterator[Case]:
    """Make ``count`` cases; the same for the same seed and corpus."""
    for number in range(count):
        yield _case(Draws(f"{seed}/{number}"), given)


def _case(draws: Draws, given: Corpus) -> Case:
    kind = draws.below(16)
    if kind == 0 and given.texts:
        return Case("parse_json", (tampered_text(draws, draws.choice(given.texts)),))
    if kind == 1 and given.items:
        return Case("parse_cbor", (flipped(draws, draws.choice(given.items)),))
    policy = draws.choice(given.policies)
    if kind == 2 and policy is not None:
        return Case("policy", (tampered_text(draws, policy),))
    if kind == 3:
        return Case("record", (tampered_text(draws, to_text(given.frame["canonical_record"])),))
    if kind == 4:
        return Case("format", (_drawn_format(draws, given),))
    drawn = [draws.choice(given.events) for _ in range(draws.below(13))]
    if kind in (5, 6, 7, 8) and policy is not None:
        policy, drawn = _of_formats(draws, given, policy, drawn)
    if draws.below(4) == 0:
        drawn += drawn[: draws.below(len(drawn) + 1)]
    parts = 1 + draws.below(3)
    bundles = [drawn[index::parts] for index in range(parts)]
    # Half of the cases are valid: their whole merge is compared, not only a rejection.
    tampered = draws.below(2) == 1
    inputs = tuple(_bundle(draws, given.frame, events, tampered) for events in bundles)
    op = "check" if len(inputs) == 1 and draws.below(3) == 0 else "merge"
    return Case(op, inputs, policy)


def _drawn_format(draws: Draws, given: Corpus) -> bytes:
    known = bool(given.documents) and draws.below(3) == 0
    data = to_text(draws.choice(given.documents) if known else drawn_document(draws))
    return tampered_text(draws, data) if known or draws.below(4) == 0 else data


def _of_formats(draws: Draws, given: Corpus, policy: bytes, events: list[Json]) -> tuple[bytes, list[Json]]:
    """A policy with drawn formats, and events of which most are written as elements of one of them."""
    documents = [drawn_document(draws, draws.below(8) == 0) for _ in range(1 + draws.below(3))]
    if given.documents and draws.below(2):
        documents.append(draws.choice(given.documents))
    if draws.below(6) == 0:
        # A document that one odd value may make another format, or none.
        changed = parsed(odd_value(draws, to_text(draws.choice(documents))))
        documents.append(changed)
    elements = [rehoused(draws, one, draws.choice(documents)) if draws.below(4) else one for one in events]
    return drawn_policy(draws, parsed(policy), documents), elements


def _bundle(draws: Draws, frame: Json, events: list[Json], tampered: bool) -> bytes:
    data = to_text({**frame, "events": draws.shuffled(events)})
    if tampered:
        data = draws.choice((odd_value, odd_value, odd_value, dropped, flipped, cut, doubled))(draws, data)
    return draws.choice((same, same, indented, escaped, with_members_reversed, as_cbor))(draws, data)


def request_of(case: Case) -> Request:
    """The case as a request; nothing is expected of it but agreement."""
    given = [b64encode(data).decode("ascii") for data in case.inputs]
    policy = None if case.policy is None else b64encode(case.policy).decode("ascii")
    match case.op:
        case "merge":
            args: Json = {"inputs": given, "policy": policy}
        case "check":
            args = {"data": given[0], "policy": policy, "format": None}
        case _:
            args = {"data": given[0]}
    return Request("", case.op, args, {})


def disagreement(one: Json | None, other: Json | None, members: Collection[str] = ()) -> str | None:
    """Return how two answers disagree, or None. No answer at all disagrees with everything.

    Pointers of rejections are not compared: where the specification fixes none, each may be right.
    What is not supported, or lacks one of ``members``, has not been compared, so it is no agreement.
    """
    if one is None or other is None:
        return "one of them gave no answer" if one is not other else "neither gave an answer"
    if "unsupported" in one or "unsupported" in other:
        return "one of them does not support the operation"
    if "ok" in one and "ok" in other:
        lacking = sorted(set(members) - (one["ok"].keys() & other["ok"].keys()))
        if lacking:
            return f"an answer lacks {lacking[0]}"
        shared = one["ok"].keys() & other["ok"].keys()
        found = difference({n: one["ok"][n] for n in shared}, {n: other["ok"][n] for n in shared})
        return None if found is None else str(found)
    codes = [answer["error"].get("code") if "error" in answer else "accepted" for answer in (one, other)]
    return None if codes[0] == codes[1] else f"{codes[0]} and {codes[1]}"


#: The stage and the clause under which a found disagreement of an operation is filed.
_FILED: Final = {
    "merge": ("merge", "MERGE-3"), "check": ("check", "CHECK-1"), "parse_json": ("json", "JSON-6"),
    "parse_cbor": ("cbor", "CBOR-1"), "policy": ("policy", "POL-1"), "record": ("record", "REC-1"),
    "format": ("policy", "FORMAT-1"),
}  # fmt: skip


def vector_file(case: Case, description: str, answer: Json, name: str) -> tuple[str, bytes]:
    """A disagreement as a vector file: its path, and its bytes.

    What it expects is the first implementation's answer. Which of the two is right is for
    people and the specification to decide: the comment asks them.
    """
    stage, clause = _FILED[case.op]
    args = {
        key: _compact(value) if key in ("data", "policy") and value is not None else value
        for key, value in request_of(case).args.items()
    }
    if "inputs" in args:
        args["inputs"] = [_compact(each) for each in args["inputs"]]
    expect = (
        {"error": {"code": answer["error"]["code"]}} if "error" in answer else {"ok": answer.get("ok", {})}
    )
    vector = {
        "id": f"{stage}/{name}/0",
        "about": f"found by a differential run, to be decided: {description}",
        "clauses": [clause],
        "op": case.op,
        "args": args,
        "expect": expect,
    }
    whole = {"vectors_version": "1", "stage": stage, "about": "A disagreement.", "vectors": [vector]}
    return f"{stage}/{name}.json", json.dumps(whole, indent=1).encode() + b"\n"


def _compact(text: str) -> Json:
    data = b64decode(text)
    try:
        return {"$text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"$base64": text}
