"""The operations on the digests of a mirror (vectors/README.md section 2)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from pithbundle.conformance.protocol import Json
from pithbundle.conformance.requests import RequestError, decoded
from pithbundle.digests.contradiction import check_contradiction, contradiction_of
from pithbundle.digests.delta import Change, apply, delta_of, follow, require_head
from pithbundle.digests.differences import compare_lines
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine, parse_line
from pithbundle.digests.tree import Fetch, Tree, build, depth_of, malformed, split_lines, walk
from pithbundle.ed25519.strict import PublicKey


def _b64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _lines(args: Json, name: str) -> list[LeafLine]:
    found = []
    for number, raw in enumerate(split_lines(name, decoded(args[name], name)), 1):
        line = parse_line(raw)
        if line is None:
            raise malformed(name, f"line {number} is not a leaf line")
        found.append(line)
    return found


def _lines_bytes(lines: list[LeafLine]) -> str:
    return _b64(b"".join(line.to_bytes() for line in lines))


def _pinned(args: Json) -> PublicKey:
    return PublicKey.from_bytes(decoded(args["key"], "key"))


def _files(args: Json) -> Fetch:
    files = {name: decoded(content, "files") for name, content in args["files"]}

    def fetch(name: str, limit: int) -> bytes:
        if name not in files:
            raise RequestError(f"the file {name!r} is missing")
        return files[name][: limit + 1]

    return fetch


def _digest_depth(args: Json) -> Json:
    return {"depth": depth_of(args["records"])}


def _digest_tree(args: Json) -> Json:
    lines = _lines(args, "lines")
    names: list[str] = []
    tree = build(lines, len(lines), lambda name, _: names.append(name))
    return {"root": tree.root, "depth": tree.depth, "records": tree.records, "files": sorted(names)}


def _read_tree(args: Json) -> Json:
    tree = Tree(args["root"], depth_of(args["records"]), args["records"])
    return {"lines": _lines_bytes([*walk(tree, _files(args))])}


def _mirror_head(args: Json) -> Json:
    head = Head.from_bytes(decoded(args["data"], "data"))
    return {
        "content": _b64(head.content),
        "sha256": head.sha256,
        "message": _b64(head.message),
        "signature": head.signature_status(_pinned(args)),
    }


def _mirror_delta(args: Json) -> Json:
    before, after = _lines(args, "before"), _lines(args, "after")
    start, end = (build(lines, len(lines)).root for lines in (before, after))
    found = (Change(one.suffix, one.left, one.right) for one in compare_lines(before, after))
    made = delta_of(start, end, args["previous"], found)
    return {"delta": None if made is None else _b64(made.to_bytes())}


def _follow_deltas(args: Json) -> Json:
    head, held = Head.from_bytes(decoded(args["head"], "head")), _lines(args, "lines")
    changes = follow(head, build(held, len(held)).root, _files(args))
    if changes is None:
        return {"lines": None}
    after = [*apply(held, changes)]
    require_head(after, head)
    return {"lines": _lines_bytes(after)}


def _contradiction(args: Json) -> Json:
    one, other = (Head.from_bytes(decoded(each, "heads")) for each in args["heads"])
    found = contradiction_of(one, other, _pinned(args))
    return {"evidence": None if found is None else _b64(found.to_bytes())}


def _verify_contradiction(args: Json) -> Json:
    return {"reason": check_contradiction(decoded(args["data"], "data"), _pinned(args)).reason}


#: The operations by their names.
DIGEST_OPERATIONS: Final[Mapping[str, Callable[[Json], Json]]] = MappingProxyType(
    {
        "digest_depth": _digest_depth,
        "digest_tree": _digest_tree,
        "read_tree": _read_tree,
        "mirror_head": _mirror_head,
        "mirror_delta": _mirror_delta,
        "follow_deltas": _follow_deltas,
        "contradiction": _contradiction,
        "verify_contradiction": _verify_contradiction,
    }
)
