"""Two implementations, one seed: generated and mutated bundles on which they must agree.

The cases are made from the signed events of the vectors, so nothing here signs: which
events meet, in which order, split and repeated how, under which policy, and what is then
tampered. Draws come from SHA-256 of the seed and a counter, as in vectors/accumulated.md.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeVar

from pithbundle.conformance.answers import difference
from pithbundle.conformance.protocol import Json, ReadFile, Request, Vector, VectorError
from pithbundle.conformance.shrink import Case
from pithbundle.conformance.vectorfiles import MAX_DEPTH, depth, requests
from pithbundle.encoding.cbor import cbor_bytes
from pithbundle.encoding.json_reader import parse_json
from pithbundle.errors import PithError

T = TypeVar("T")

#: Values that readers, sorters and type checks trip over.
_ODD: Final[tuple[str, ...]] = (
    "null", "true", "false", "0", "-0", "1", "1.0", "1e2", "0.5", "9007199254740992", "1e400", "NaN",
    '""', '"x"', '"10"', '"\\u0000"', '"\\ud800"', '"\\uffff"', '"__proto__"', '"constructor"',
    "[]", "{}", "[[]]", '{"__proto__":1}', '{"10":1,"9":2}', '{"a":1,"a":2}', '{"\uff5e":1}',
    '"2016-12-31T23:59:60Z"', '"9999-12-31T23:59:59.999999Z"', '"ed25519"', '"\U00010000\uff5e"',
    f'"sha256:{"0" * 64}"',
)  # fmt: skip
_MARK: Final = "\ue000mark\ue000"


class Draws:
    """Choices that depend on the seed alone."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._next = 0

    def below(self, bound: int) -> int:
        """A number from 0 to ``bound`` less one."""
        block = sha256(f"{self._seed}/{self._next}".encode()).digest()
        self._next += 1
        return int.from_bytes(block[:8]) % bound

    def choice(self, options: Sequence[T]) -> T:
        """One of them."""
        return options[self.below(len(options))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in a drawn order."""
        rest, found = list(items), []
        while rest:
            found.append(rest.pop(self.below(len(rest))))
        return found


@dataclass(frozen=True, slots=True)
class Corpus:
    """What cases are made of: a bundle's frame, signed events of its record, policies, other JSON texts."""

    frame: Json
    events: tuple[Json, ...]
    policies: tuple[bytes | None, ...]
    texts: tuple[bytes, ...]
    items: tuple[bytes, ...]
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
    members: dict[str, set[str]] = {}
    for vector in vectors:
        members.setdefault(vector.op, set()).update(vector.expect.get("ok", {}))
        if vector.op not in ("merge", "check", "parse_json", "parse_cbor", "policy"):
            continue
        request = next(requests(vector, read))
        for name, data in _inputs_of(request):
            if len(data) > longest:
                continue
            if name == "policy":
                policies[data] = None
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
        {op: frozenset(names) for op, names in members.items()},
    )  # fmt: skip


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
        return Case("parse_json", (_tampered_text(draws, draws.choice(given.texts)),))
    if kind == 1 and given.items:
        return Case("parse_cbor", (_flipped(draws, draws.choice(given.items)),))
    policy = draws.choice(given.policies)
    if kind == 2 and policy is not None:
        return Case("policy", (_tampered_text(draws, policy),))
    if kind == 3:
        return Case("record", (_tampered_text(draws, _text(given.frame["canonical_record"])),))
    drawn = [draws.choice(given.events) for _ in range(draws.below(13))]
    if draws.below(4) == 0:
        drawn += drawn[: draws.below(len(drawn) + 1)]
    parts = 1 + draws.below(3)
    bundles = [drawn[index::parts] for index in range(parts)]
    # Half of the cases are valid: their whole merge is compared, not only a rejection.
    tampered = draws.below(2) == 1
    inputs = tuple(_bundle(draws, given.frame, events, tampered) for events in bundles)
    op = "check" if len(inputs) == 1 and draws.below(3) == 0 else "merge"
    return Case(op, inputs, policy)


def _bundle(draws: Draws, frame: Json, events: list[Json], tampered: bool) -> bytes:
    data = _text({**frame, "events": draws.shuffled(events)})
    if tampered:
        data = draws.choice((_odd_value, _odd_value, _odd_value, _dropped, _flipped, _cut, _doubled))(
            draws, data
        )
    return draws.choice((_same, _same, _indented, _escaped, _reversed, _as_cbor))(draws, data)


def _text(value: Any) -> bytes:
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # A lone surrogate of a vector: only its escape can be written.
        return _text_of(value)


def _tampered_text(draws: Draws, data: bytes) -> bytes:
    return draws.choice((_odd_value, _flipped, _cut, _dropped, _indented, _doubled))(draws, data)


def _same(draws: Draws, data: bytes) -> bytes:
    return data


def _parsed(data: bytes) -> Any:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    # What nests deeper could be read and not be written.
    return value if depth(value) <= MAX_DEPTH else None


def _members(value: Any, limit: int = 400) -> list[tuple[Any, Any]]:
    """(container, key) of every member inside a value, breadth first."""
    found: list[tuple[Any, Any]] = []
    level = [value]
    while level and len(found) < limit:
        below = []
        for container in level:
            keys = list(container) if type(container) is dict else range(len(container))
            for key in keys:
                found.append((container, key))
                if type(container[key]) in (dict, list):
                    below.append(container[key])
        level = below
    return found


def _odd_value(draws: Draws, data: bytes) -> bytes:
    """Set one member of the value to something odd, in a spelling that no library would write."""
    value = _parsed(data)
    members = _members(value) if type(value) in (dict, list) else []
    if not members:
        return draws.choice(_ODD).encode()
    container, key = draws.choice(members)
    if type(container) is dict and draws.below(4) == 0:
        key = draws.choice(("future", "__proto__", "10", "constructor"))
    container[key] = _MARK
    return _text_of(value).replace(json.dumps(_MARK).encode(), draws.choice(_ODD).encode(), 1)


def _text_of(value: Any) -> bytes:
    # Escaped: a parsed lone surrogate has no UTF-8.
    return json.dumps(value, separators=(",", ":")).encode()


def _dropped(draws: Draws, data: bytes) -> bytes:
    value = _parsed(data)
    members = _members(value) if type(value) in (dict, list) else []
    if not members:
        return b""
    container, key = draws.choice(members)
    del container[key]
    return _text_of(value)


def _doubled(draws: Draws, data: bytes) -> bytes:
    """A member written twice, at a drawn brace."""
    starts = [at for at in range(len(data) - 1) if data[at : at + 2] == b'{"']
    if not starts:
        return data
    at = draws.choice(starts)
    end = data.find(b'"', at + 2)
    return data[: at + 1] + data[at + 1 : end + 1] + b":0," + data[at + 1 :]


def _flipped(draws: Draws, data: bytes) -> bytes:
    if not data:
        return b"\x00"
    at = draws.below(len(data))
    return data[:at] + bytes([data[at] ^ 1 << draws.below(8)]) + data[at + 1 :]


def _cut(draws: Draws, data: bytes) -> bytes:
    return data[: draws.below(len(data) + 1)]


def _indented(draws: Draws, data: bytes) -> bytes:
    value = _parsed(data)
    return data if value is None else json.dumps(value, indent=draws.below(3)).encode()


def _escaped(draws: Draws, data: bytes) -> bytes:
    value = _parsed(data)
    return data if value is None else _text_of(value)


def _reversed(draws: Draws, data: bytes) -> bytes:
    value = _parsed(data)
    return _text_of(dict(reversed(value.items()))) if type(value) is dict else data


def _as_cbor(draws: Draws, data: bytes) -> bytes:
    try:
        # What the reader rejects has no CBOR form: it is left as it is.
        return cbor_bytes(parse_json(data))
    except PithError:
        return data


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
