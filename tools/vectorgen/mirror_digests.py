# ruff: noqa: E501  (tables: one vector, one row)
"""Stage mirror: digests, heads and deltas, all of them computed by the oracle."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from collections.abc import Sequence
from typing import Any, Final

from kit import AUTHOR, DEMO, MIRROR, Json, Signer, canonical, oracle, suffix
from kit.oracle import digests, formats
from kit.oracle.digests import Line
from vectorgen.fixtures import POLICY, RECORD, RECORD_SHA256, policy_sha256
from vectorgen.merges import Merges, base_events, claim, day, retract
from vectorgen.vector_file import Bytes, File, as_text, hexed, joined, part

#: The most integer of the data model.
_MOST: Final = (1 << 53) - 1
_OTHER: Final = "f" * 64


def _line(number: int, version: int = 0) -> Line:
    """The leaf line of a record that nobody has: its suffix and digest follow from a counter."""
    name = base64.b32encode(hashlib.sha256(b"%d" % number).digest())[:26].decode()
    return name, hashlib.sha256(b"%d/%d" % (number, version)).hexdigest()[:32]


def _lines(count: int) -> list[Line]:
    return sorted(_line(number) for number in range(count))


def _bytes(lines: Sequence[Line]) -> Bytes:
    return as_text(digests.lines_bytes(lines))


def _files(file: File, *contents: bytes, **named: bytes) -> list[list[Any]]:
    """Files by their names, a part of the file of vectors as one; with a keyword under that name instead."""
    parts = {json.dumps(spelt): name for name, spelt in file.parts.items()}
    found = [*((digests.name_of(content), content) for content in contents), *named.items()]
    spelt = ((name, as_text(content)) for name, content in sorted(found))
    return [[name, part(parts[key]) if (key := json.dumps(each)) in parts else each] for name, each in spelt]


# -- leaf lines and trees -------------------------------------------------------------------------


def leaves() -> File:
    """The line of a record, from its bundles."""
    file = Merges("mirror", "leaves", "The leaf line of a record: four digests become one.")
    everything = base_events()

    def line(
        name: str, about: str, events: Sequence[Json], junk: Sequence[str] = (), *, variants: bool = False
    ) -> None:
        keys = POLICY["keys"]
        state = oracle.state_of(RECORD, events, keys)
        digest = digests.leaf_digest(
            RECORD_SHA256, oracle.events_sha256({oracle.id_of(event) for event in events}), oracle.state_sha256(state),
            formats.unverified_sha256(hashlib.sha256(one.encode()).hexdigest() for one in junk),
        )  # fmt: skip
        file.add(
            name, about, "MIRROR-1 STATE-5 STATE-6 UNV-2", "leaf_line",
            {"inputs": [file.of(*events, *junk)], "policy": part("policy")},
            {"ok": {"suffix": suffix(RECORD), "digest": digest}},
            variants=file.arranged(name, list(events)) if variants else (),
        )  # fmt: skip

    line("empty", "no event", [])
    line("base", "one event of each event type, and one of a later type", everything, variants=True)
    line("one-less", "one event is missing: another digest", everything[:-1])
    line("retracted", "a retraction: another state", [claim(day(1)), retract(claim(day(1)), day(2))])
    line(
        "unverified",
        "an element of an unknown format beside the events: another digest",
        everything,
        ['{"unknown":1}'],
    )
    return file


def trees() -> File:
    """Depths, trees written and trees read."""
    file = File(
        "mirror", "digests", "The tree of digests of a mirror: depth, files, names; read from its files."
    )
    edges = [128 * 32**depth for depth in range(7)]
    for records in (0, 1, *(edge + more for edge in edges for more in (0, 1)), _MOST):
        file.accept(f"depth-{records}", f"{records:,} records", "MIRROR-2", "digest_depth", {"records": records}, depth=digests.depth_of(records))  # fmt: skip
    lines = _lines(200)
    file.parts["lines"] = _bytes(lines)
    file.parts |= {
        _part_of(prefix): as_text(content) for prefix, content in sorted(digests.tree(lines).items())
    }
    for count in (0, 1, 2, 128, 129):
        _tree(file, f"tree-{count}", f"{count} records", _lines(count))
    _tree(file, "tree-200", "200 records", lines, part("lines"))
    crowded = sorted((f"A{base64.b32encode(hashlib.sha256(b'%d' % number).digest())[:25].decode()}", "0" * 32) for number in range(1093))  # fmt: skip
    file.parts["crowd"] = _bytes(crowded[:-1])
    _tree(
        file, "full-leaf", "1,092 records in one leaf: 65,520 bytes", crowded[:-1], part("crowd"), read=False
    )
    file.reject("crowded-leaf", "1,093 records in one leaf: more than 65,536 bytes", "MIRROR-2", "digest_tree", {"lines": joined(part("crowd"), _bytes(crowded[-1:]))}, "digest_invalid", "full-leaf")  # fmt: skip
    raw = digests.lines_bytes(lines)
    for name, about, data in (
        ("unsorted", "two lines changed their places", digests.lines_bytes([lines[1], lines[0], *lines[2:]])),
        ("twice", "a line twice", digests.lines_bytes([lines[0], *lines])),
        ("cut", "the last line has no line feed", raw[:-1]),
        ("carriage-return", "lines end with two characters", raw.replace(b"\n", b"\r\n")),
        ("empty-line", "an empty line", b"\n" + raw),
        ("two-spaces", "two spaces", raw.replace(b" ", b"  ", 1)),
        ("lower-case", "a suffix in lower case", raw[:26].lower() + raw[26:]),
        ("upper-case", "a digest in upper case", raw[:27] + b"A" * 32 + raw[59:]),
        ("long-digest", "a digest of 64 digits", raw.replace(b"\n", b"0" * 32 + b"\n", 1)),
    ):
        file.reject(f"lines-{name}", about, "MIRROR-1 MIRROR-2", "digest_tree", {"lines": as_text(data)}, "digest_invalid", "tree-200")  # fmt: skip
    _readings(file, lines)
    return file


def _part_of(prefix: str) -> str:
    """The part with a file of the tree of 200 records."""
    return f"file-{prefix or 'root'}"


def _tree(file: File, name: str, about: str, lines: list[Line], given: Bytes | None = None, *, read: bool = True) -> None:  # fmt: skip
    """A tree written from its lines, and read from its files."""
    made = digests.tree(lines)
    root = digests.name_of(made[""])
    names = sorted({digests.name_of(content) for content in made.values()})
    spelt = given or _bytes(lines)
    file.accept(name, about, "MIRROR-2", "digest_tree", {"lines": spelt}, root=root, depth=digests.depth_of(len(lines)), records=len(lines), files=names)  # fmt: skip
    if read:
        args = {"root": root, "records": len(lines), "files": _files(file, *made.values())}
        file.accept(f"read-{name[5:]}", f"{about}, read from the files", "MIRROR-3", "read_tree", args, lines=spelt)  # fmt: skip


def _readings(file: File, lines: list[Line]) -> None:
    made = digests.tree(lines)
    leaf = min(prefix for prefix in made if prefix and len(made[prefix]) >= 180)
    rows = made[leaf].splitlines(keepends=True)

    def wrong(name: str, about: str, changed: dict[str, bytes], records: int = 200) -> None:
        """A tree of which some files are others; names follow unless a file is given under its old name."""
        tree = {**made, **changed}
        if "" not in changed:
            tree[""] = b"".join(
                b"%s %s\n" % (each.encode(), digests.name_of(tree[each]).encode())
                for each in sorted(tree)
                if each
            )
        args = {"root": digests.name_of(tree[""]), "records": records, "files": _files(file, *tree.values())}
        file.reject(f"read-{name}", about, "MIRROR-3", "read_tree", args, "digest_invalid", "read-200")

    wrong("cut", "a leaf whose last line has no line feed", {leaf: made[leaf][:-1]})
    wrong("unsorted", "a leaf whose lines are out of order", {leaf: b"".join([rows[1], rows[0], *rows[2:]])})
    wrong(
        "twice",
        "a leaf with a line twice, in place of another one",
        {leaf: b"".join([rows[0], rows[0], *rows[2:]])},
    )
    wrong(
        "other-prefix",
        "a leaf with a line of another prefix",
        {leaf: b"".join([*rows[:-1], b"7" * 26 + b" " + b"0" * 32 + b"\n"])},
    )
    wrong(
        "malformed",
        "a leaf with a line that is not in its form",
        {leaf: b"".join([rows[0].upper(), *rows[1:]])},
    )
    wrong("fewer", "a record less than the head states", {leaf: b"".join(rows[:-1])})
    wrong("more", "a record more than the head states", {}, records=199)
    wrong("empty-leaf", "a leaf without a line", {leaf: b""}, records=200 - len(rows))
    root = made[""].splitlines(keepends=True)
    wrong(
        "root-unsorted", "a node whose lines are out of order", {"": b"".join([root[1], root[0], *root[2:]])}
    )
    wrong("root-twice", "a node that names one leaf twice", {"": b"".join([root[0], *root])})
    wrong(
        "root-deeper",
        "a node that names a prefix of two characters",
        {"": root[0][:1] + b"A" + root[0][1:] + b"".join(root[1:])},
    )
    wrong("root-empty", "a node without a line", {"": b""})
    wrong(
        "root-parent",
        "a node with a path in place of a name",
        {"": b"A ../" + b"0" * 61 + b"\n" + b"".join(root[1:])},
    )
    files = _files(
        file,
        *(made[each] for each in made if each != leaf),
        **{digests.name_of(made[leaf]): made[leaf][:-2] + b"%x\n" % (int(made[leaf][-2:-1], 16) ^ 1)},
    )
    file.reject("read-other-content", "a file with another content than its name", "MIRROR-2 MIRROR-3", "read_tree", {"root": digests.name_of(made[""]), "records": 200, "files": files}, "digest_invalid", "read-200")  # fmt: skip


# -- heads ------------------------------------------------------------------------------------------


def _members(**changes: Any) -> Json:
    """The members of a head of 200 records; None leaves one out."""
    members = {
        "head_type": "pithbundle_mirror_head", "head_version": "1", "origin": "mirror.example",
        "rules": oracle.NAME, "policy_sha256": policy_sha256(POLICY), "generation": 1,
        "generated_at": "2026-11-20T00:00:00Z", "records": 200, "events": 700, "depth": 1,
        "root": digests.root_of(_lines(200)), **changes,
    }  # fmt: skip
    return {name: value for name, value in members.items() if value is not None}


_LATER: Final = {
    "generation": 2,
    "previous": "b" * 64,
    "delta": "c" * 64,
    "archive": "packs/v1/pith-archive.json",
}


def _signed(members: Json, signer: Signer = MIRROR) -> Json:
    raw = signer.sign(digests.head_message(members))
    return {
        **members,
        "signature": {
            "public_key_hex": signer.public_key.hex(),
            "signature_b64": base64.b64encode(raw).decode(),
        },
    }


def _head(data: bytes) -> Json:
    return {"data": as_text(data), "key": hexed(MIRROR.public_key)}


def heads() -> File:
    """Heads, their signatures, and heads that contradict each other."""
    file = File(
        "mirror", "heads", "The head of a mirror: its form, its SHA-256, what is signed; contradicting heads."
    )

    def good(
        name: str, about: str, members: Json, signature: str = "unsigned", clauses: str = "MIRROR-4"
    ) -> None:
        content = digests.head_content(members)
        ok = {"content": as_text(content), "sha256": digests.name_of(content), "message": as_text(digests.head_message(members)), "signature": signature}  # fmt: skip
        file.accept(name, about, f"{clauses} MIRROR-6", "mirror_head", _head(canonical(members)), **ok)

    def bad(name: str, about: str, data: bytes, pointer: str | None = None, code: str = "digest_invalid", clauses: str = "MIRROR-4", control: str = "later") -> None:  # fmt: skip
        file.reject(name, about, clauses, "mirror_head", _head(data), code, control, pointer=pointer)

    good("first", "the first head of a mirror", _members())
    good("later", "a later head, with all optional members but a signature", _members(**_LATER))
    good(
        "empty", "a mirror without records", _members(records=0, events=0, depth=0, root=digests.root_of([]))
    )
    good(
        "largest",
        "the largest numbers",
        _members(generation=_MOST, previous=_OTHER, records=_MOST, events=_MOST, depth=6),
    )
    good("deep", "4,097 records: depth 2", _members(records=4097, depth=2))
    good(
        "long-names",
        "an origin of 253 characters, rules of 64",
        _members(origin="a" * 253, rules="r-" * 31 + "rr"),
    )
    good("signed", "signed by the pinned key", _signed(_members(**_LATER)), "signed", "MIRROR-4")
    good("other-key", "signed by another key than the pinned one", _signed(_members(), AUTHOR), "other_key")
    good(
        "signature-of-another",
        "a signature of another head",
        {**_members(), "signature": _signed(_members(**_LATER))["signature"]},
        "invalid",
    )
    alone = MIRROR.sign(digests.head_content(_members()))
    good("signature-without-words", "a signature of the head alone, without the words before it",
         {**_members(), "signature": {"public_key_hex": MIRROR.public_key.hex(), "signature_b64": base64.b64encode(alone).decode()}}, "invalid")  # fmt: skip
    for name, value in _WRONG:
        bad(
            f"{name}-{_label(value)}",
            f"{name}: {_about(value)}",
            canonical(_changed(name, value)),
            f"/{name}",
        )
    for name in (
        "origin",
        "rules",
        "policy_sha256",
        "generation",
        "generated_at",
        "records",
        "events",
        "depth",
        "root",
    ):
        bad(f"no-{name}", f"{name} is missing", canonical({each: value for each, value in _members(**_LATER).items() if each != name}))  # fmt: skip
    later = canonical(_members(**_LATER))
    bad(
        "second-without-previous",
        "the second head names none before it",
        canonical(_members(generation=2)),
        "/previous",
    )
    bad(
        "first-with-previous",
        "the first head names one before it",
        canonical(_members(previous=_OTHER)),
        "/previous",
    )
    bad("first-with-delta", "the first head has a delta", canonical(_members(delta=_OTHER)), "/delta")
    bad("other-member", "a member that MIRROR-4 does not have", canonical(_members(**_LATER, note="x")))
    bad("other-type", "another head_type", canonical(_members(head_type="pithbundle_head")), "/head_type")
    bad(
        "other-version",
        "another head_version",
        canonical(_members(head_version="2")),
        "/head_version",
        "version",
    )
    bad("line-feed", "a line feed after it", later + b"\n")
    bad("space", "a space after a comma", later.replace(b",", b", ", 1))
    bad(
        "unsorted",
        "its members in another order",
        b'{"rules":"' + oracle.NAME.encode() + b'",' + canonical(_members(rules=None))[1:],
    )
    bad("twice", "a member twice", later[:-1] + b',"root":"' + _OTHER.encode() + b'"}')
    bad("array", "an array", b"[" + later + b"]")
    bad("cut", "cut", later[:-1])
    bad("large", "more than 4,096 bytes", later + b" " * 4096)
    signature = _signed(_members())["signature"]
    for label, about, pointer, value in (
        ("null", "a signature that is null", None, None), ("text", "a signature that is a string", "/signature", "x"),
        ("more", "a signature with a third member", "/signature", {**signature, "key_id": "x"}),
        ("short", "a signature of 63 bytes", "/signature/signature_b64", {**signature, "signature_b64": base64.b64encode(b"x" * 63).decode()}),
        ("spelling", "base64 without padding", "/signature/signature_b64", {**signature, "signature_b64": signature["signature_b64"].rstrip("=")}),
        ("upper-case", "a key in upper case", "/signature/public_key_hex", {**signature, "public_key_hex": signature["public_key_hex"].upper()}),
        ("neutral", "a key of small order", "/signature/public_key_hex", {**signature, "public_key_hex": "01" + "00" * 31}),
    ):  # fmt: skip
        data = canonical({**_members(), "signature": value})
        bad(f"signature-{label}", about, data, pointer, clauses="MIRROR-4 MIRROR-6", control="signed")
    _contradictions(file)
    return file


_WRONG: Final[tuple[tuple[str, Any], ...]] = (
    ("origin", ""), ("origin", "Mirror"), ("origin", "mirror/x"), ("origin", ".x"), ("origin", "x" * 254), ("origin", 1),
    ("origin", "x\n"), ("rules", "x y"), ("rules", "r" * 65), ("policy_sha256", "A" * 64), ("policy_sha256", "0" * 63),
    ("generation", 0), ("generation", 1.5), ("generation", True), ("generation", "2"),
    ("generated_at", "2026-11-20"), ("generated_at", "2026-02-29T00:00:00Z"), ("generated_at", "2026-11-20T00:00:00+00:00"),
    ("generated_at", "2026-11-20T00:00:00.000Z"), ("records", -1), ("records", 200.5), ("records", "200"), ("events", -1),
    ("events", False), ("depth", 2), ("depth", True), ("depth", "1"), ("root", "../root"), ("root", "0" * 64 + "\n"),
    ("previous", "b" * 63), ("delta", "none"), ("archive", "../pith-archive.json"), ("archive", "/pith-archive.json"),
    ("archive", "packs/"), ("archive", "a//pith-archive.json"), ("archive", ".x/pith-archive.json"),
    ("archive", "a\\pith-archive.json"), ("archive", "https://other.example/pith-archive.json"),
    ("archive", "a/" * 130 + "pith-archive.json"),
)  # fmt: skip


def _changed(name: str, value: Any) -> Json:
    return _members(**{**_LATER, name: value})


def _about(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 50 else f"{len(value)} characters"


def _label(value: Any) -> str:
    """A part of an id for a value."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:6]


def _contradictions(file: File) -> None:
    key = hexed(MIRROR.public_key)
    root = digests.root_of(_lines(2))
    one = _members(**_LATER)
    other_root = _members(**{**_LATER, "root": root})
    other_policy = _members(**{**_LATER, "policy_sha256": _OTHER})
    later = _members(**{**_LATER, "generation": 3})
    cases: tuple[tuple[str, str, Json, Json, str | None], ...] = (
        ("roots", "one generation with two roots", _signed(one), _signed(other_root), "generation"),
        ("policies", "one generation with two policies", _signed(one), _signed(other_policy), "generation"),
        ("previous", "two generations after one head", _signed(one), _signed(later), "previous"),
        ("times", "one generation, written at two times: two heads after one", _signed(one), _signed({**one, "generated_at": "2026-11-21T00:00:00Z"}), "previous"),
        ("first-heads", "two first heads with one root: nothing precedes either", _signed(_members()), _signed(_members(events=1)), None),
        ("same", "one head twice", _signed(one), _signed(one), None),
        ("chain", "a head and the next one", _signed(one), _signed(_members(**{**_LATER, "generation": 3, "previous": digests.name_of(digests.head_content(one))})), None),
        ("origins", "two mirrors", _signed(one), _signed({**other_root, "origin": "other.example"}), None),
        ("one-unsigned", "one of the two is not signed: anyone may have written it", _signed(one), other_root, None),
        ("other-key", "one of the two is signed by another key", _signed(one), _signed(other_root, AUTHOR), None),
        ("one-invalid", "the signature of one is that of the other", _signed(one), {**other_root, "signature": _signed(one)["signature"]}, None),
    )  # fmt: skip
    for name, about, left, right, reason in cases:
        made = None if reason is None else canonical(_evidence(reason, left, right))
        spelt = [as_text(canonical(each)) for each in (left, right)]
        args = {"heads": spelt, "key": key}
        swapped = [{"name": "swapped", "args": {"heads": spelt[::-1]}}]
        file.add(f"contradiction-{name}", about, "MIRROR-7", "contradiction", args, {"ok": {"evidence": None if made is None else as_text(made)}}, variants=swapped)  # fmt: skip
        if made is not None:
            file.accept(f"evidence-{name}", f"{about}: the evidence", "MIRROR-7", "verify_contradiction", {"data": as_text(made), "key": key}, reason=reason)  # fmt: skip
    good = _evidence("generation", _signed(one), _signed(other_root))
    both: list[str] = good["heads"]
    for name, about, changed, code, pointer in (
        ("reason", "another reason than the true one", {**good, "reason": "previous"}, "digest_invalid", None),
        ("order", "the heads in the other order", {**good, "heads": both[::-1]}, "digest_invalid", None),
        ("one-head", "one head", {**good, "heads": both[:1]}, "digest_invalid", None),
        ("same-heads", "one head twice", {**good, "heads": both[:1] * 2}, "digest_invalid", "/heads"),
        ("other-member", "a member more", {**good, "note": "x"}, "digest_invalid", None),
        ("type", "another type", {**good, "contradiction_type": "x"}, "digest_invalid", "/contradiction_type"),
        ("version", "another version", {**good, "contradiction_version": "2"}, "version", "/contradiction_version"),
    ):  # fmt: skip
        file.reject(f"evidence-of-{name}", about, "MIRROR-7", "verify_contradiction", {"data": as_text(canonical(changed)), "key": key}, code, "evidence-roots", pointer=pointer)  # fmt: skip
    file.reject("evidence-not-pinned", "the reader pinned another key", "MIRROR-6 MIRROR-7", "verify_contradiction", {"data": as_text(canonical(good)), "key": hexed(DEMO.public_key)}, "digest_invalid", "evidence-roots", pointer="/heads")  # fmt: skip


def _evidence(reason: str, left: Json, right: Json) -> Json:
    heads = sorted((left, right), key=lambda each: digests.name_of(digests.head_content(each)))
    return {
        "contradiction_type": "pithbundle_mirror_contradiction", "contradiction_version": "1", "reason": reason,
        "heads": [canonical(each).decode() for each in heads],
    }  # fmt: skip


# -- deltas -----------------------------------------------------------------------------------------


def deltas() -> File:
    """Deltas written, and followed from an earlier root."""
    file = File(
        "mirror",
        "deltas",
        "Deltas between two generations: written, and followed back to a root that a reader has.",
    )
    first = _lines(6)
    second = sorted([*first[1:4], (first[4][0], "0" * 32), first[5], _line(90)])
    third = sorted([*second[:-1], _line(91), _line(92)])
    for name, about, before, after, previous in (
        ("write", "a record added, one changed, one removed", first, second, None),
        ("write-next", "with the delta before", second, third, _OTHER),
        ("write-from-nothing", "all records added", [], first, None),
        ("write-to-nothing", "all records removed", first, [], None),
    ):  # fmt: skip
        made = digests.delta(before, after, previous)
        file.accept(name, about, "MIRROR-5", "mirror_delta", {"before": _bytes(before), "after": _bytes(after), "previous": previous}, delta=as_text(made))  # fmt: skip
    one = digests.delta(first, second, None)
    two = digests.delta(second, third, digests.name_of(one))
    _follow(file, first, second, third, one, two)
    _wrong_deltas(file, first, second, one)
    return file


def _head_of(lines: Sequence[Line], delta: bytes | None, **changes: Any) -> Bytes:
    name = None if delta is None else digests.name_of(delta)
    members = _members(generation=9, previous=_OTHER, records=len(lines), events=0, depth=0, root=digests.root_of(lines), delta=name)  # fmt: skip
    return as_text(canonical({**members, **changes}))


def _follow(
    file: File, first: list[Line], second: list[Line], third: list[Line], one: bytes, two: bytes
) -> None:
    def follow(name: str, about: str, held: Sequence[Line], head: Bytes, files: Sequence[bytes], found: Sequence[Line] | None) -> None:  # fmt: skip
        args = {"lines": _bytes(held), "head": head, "files": _files(file, *files)}
        file.accept(
            name, about, "MIRROR-5", "follow_deltas", args, lines=None if found is None else _bytes(found)
        )

    follow("follow-none", "the reader has the root of the head", third, _head_of(third, two), [], third)
    follow("follow-one", "one delta", second, _head_of(third, two), [two], third)
    follow(
        "follow-two",
        "two deltas, each record with one change in the end",
        first,
        _head_of(third, two),
        [one, two],
        third,
    )
    follow(
        "chain-ends",
        "the reader has a root that no delta leads from: it descends",
        first[:3],
        _head_of(third, two),
        [one, two],
        None,
    )
    follow(
        "no-delta", "the head names no delta: the reader descends", second, _head_of(third, None), [], None
    )
    for count, found in ((64, True), (65, False)):
        states = [[_line(7, version)] for version in range(count + 1)]
        chain: list[bytes] = []
        for before, after in itertools.pairwise(states):
            chain.append(digests.delta(before, after, digests.name_of(chain[-1]) if chain else None))
        follow(f"chain-of-{count}", f"{count} deltas: {'as many as a reader follows' if found else 'one too many, the reader descends'}", states[0], _head_of(states[-1], chain[-1]), chain, states[-1] if found else None)  # fmt: skip


def _wrong_deltas(file: File, first: list[Line], second: list[Line], one: bytes) -> None:
    rows = one.splitlines(keepends=True)
    heading, changes = rows[:4], rows[4:]

    def wrong(name: str, about: str, made: bytes, code: str = "digest_invalid", **head: Any) -> None:
        args = {"lines": _bytes(first), "head": _head_of(second, made, **head), "files": _files(file, made)}
        file.reject(f"wrong-{name}", about, "MIRROR-5", "follow_deltas", args, code, "follow-of-first")

    file.accept("follow-of-first", "one delta", "MIRROR-5", "follow_deltas", {"lines": _bytes(first), "head": _head_of(second, one), "files": _files(file, one)}, lines=_bytes(second))  # fmt: skip
    wrong("title", "another first line", b"pithbundle mirror delta v2\n" + b"".join(rows[1:]), "version")
    wrong("from", "no line from", b"".join([rows[0], *rows[2:]]))
    wrong("previous", "previous is neither a name nor none", b"".join([*rows[:3], b"previous\n", *changes]))
    wrong(
        "to", "it leads to another root", b"".join([*rows[:2], b"to " + b"0" * 64 + b"\n", rows[3], *changes])
    )
    wrong("cut", "its last line has no line feed", one[:-1])
    wrong(
        "unsorted", "its lines are out of order", b"".join([*heading, changes[1], changes[0], *changes[2:]])
    )
    wrong("twice", "a record twice", b"".join([*heading, changes[0], *changes]))
    wrong("sign", "a line with another sign", b"".join([*heading, b"*" + changes[0][1:], *changes[1:]]))
    changed = next(row for row in changes if row.startswith(b"~"))
    same = changed[:29] + changed[29:61].rstrip() + b" " + changed[29:61]
    wrong("no-change", "a change to the same digest", one.replace(changed, same.rstrip() + b"\n"))
    removed = next(row for row in changes if row.startswith(b"-"))
    wrong(
        "other-before",
        "a record is removed that has another digest",
        one.replace(removed, removed[:29] + b"0" * 32 + b"\n"),
    )
    wrong("removed-absent", "a record is removed that is not listed", one.replace(removed, b"- " + b"2" * 26 + removed[28:]) if removed == changes[0] else one.replace(removed, b""))  # fmt: skip
    wrong(
        "less",
        "a change is missing: the lines do not lead to the root of the head",
        b"".join([*heading, *changes[:-1]]),
    )
    wrong(
        "records", "the head states another number of records than it leads to", one, records=len(second) + 1
    )
    added = next(row for row in changes if row.startswith(b"+"))
    wrong(
        "added-twice",
        "a record is added that is listed already",
        one.replace(added, b"+ " + first[2][0].encode() + added[28:]),
    )
    file.reject("wrong-content", "a file with another content than its name", "MIRROR-5", "follow_deltas", {"lines": _bytes(first), "head": _head_of(second, one), "files": [[digests.name_of(one), as_text(one.replace(b"previous none", b"previous " + b"f" * 64))]]}, "digest_invalid", "follow-of-first")  # fmt: skip


def files() -> list[File]:
    """The files of this module."""
    return [leaves(), trees(), heads(), deltas()]
