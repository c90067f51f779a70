"""What the commands of ``pithbundle mirror`` print; loaded only where zstd is installed."""

from __future__ import annotations

from typing import Final

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.mirror_run import Compared
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST
from pithbundle.digests.head import Head
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.mirror.digest_folder import Published
from pithbundle.mirror.listing import Listing
from pithbundle.wording import more, plural

_EQUAL: Final = "equal"
_DIFFERENT: Final = "different"
_NOT_COMPARABLE: Final = "not_comparable"


def head_value(head: Head) -> Object:
    """Return what a head states as JSON."""
    return {
        "origin": head.origin,
        "generation": head.generation,
        "generated_at": head.generated_at,
        "records": head.records,
        "events": head.events,
        "root": head.root,
        "delta": head.delta,
        "archive": head.archive,
        "rules": head.rules,
        "policy_sha256": head.policy_sha256,
        "sha256": head.sha256,
        "is_signed": head.signature is not None,
    }


def print_head(out: Output, head: Head, what: str) -> None:
    """Print what a head states."""
    counts = f"{plural(head.records, 'record')}, {plural(head.events, 'valid event')}"
    out.heading("head", f"{head.origin}, generation {head.generation}, {what}: {counts}", "good")
    out.detail("sha256", head.sha256)
    out.detail("root", head.root)
    if head.delta is not None:
        out.detail("delta", head.delta)
    if head.archive is not None:
        out.detail("archive", out.show(head.archive))
    if head.signature is not None:
        out.detail("signed by", head.signature.public_key.hex)


def print_digests(out: Output, source: str, output: str, done: Published) -> int:
    """Print the head of a folder of digests; return the exit status."""
    if out.as_json:
        members = {
            "source": portable(source),
            "output": portable(output),
            "head": head_value(done.head),
            "is_new": done.is_new,
            "written": done.written,
            "removed": done.removed,
        }
        return out.result(SUCCESS, Exit.VALID, members)
    print_head(out, done.head, "new" if done.is_new else "unchanged")
    out.detail("files", f"{done.written} written, {done.removed} removed")
    return Exit.VALID


def _side_value(side: Listing) -> Object:
    return {
        "file": portable(side.path),
        "kind": side.kind,
        "rules": side.rules,
        "policy_sha256": side.policy_sha256,
        "records": side.records,
        "head": None if side.head is None else head_value(side.head),
    }


def print_compared(out: Output, found: Compared) -> int:
    """Print the records in which two sides differ; return the exit status."""
    status = Exit.UNVERIFIED if found.reason else Exit.INVALID if found.count else Exit.VALID
    if out.as_json:
        listed: list[Value] = [
            {"suffix": each.suffix, "left": each.left, "right": each.right} for each in found.first
        ]
        outcome = _NOT_COMPARABLE if found.reason else _DIFFERENT if found.count else _EQUAL
        members: Object = {
            "left": _side_value(found.left),
            "right": _side_value(found.right),
            "reason": found.reason or None,
            "difference_count": found.count,
            "differences": listed,
        }
        return out.result(outcome, status, members)
    left, right = out.file_name(found.left.path), out.file_name(found.right.path)
    if found.reason:
        out.heading("not comparable", f"{left} and {right}: {out.show(found.reason)}", "doubtful")
    elif not found.count:
        out.heading("equal", f"{left} and {right}: {plural(found.left.records, 'record')}", "good")
    else:
        _print_differences(out, found, left, right)
    return status


def _print_differences(out: Output, found: Compared, left: str, right: str) -> None:
    out.heading("different", f"{left} and {right}: {plural(found.count, 'record')}", "bad")
    both = found.count - found.only_left - found.only_right
    for count, what in (
        (found.only_left, f"only {left}"),
        (found.only_right, f"only {right}"),
        (both, "in both, with another digest"),
    ):
        if count:
            out.detail("records", f"{count} {what}")
    for each in found.first[:MOST]:
        out.detail(each.suffix, f"{each.left or 'absent'} {each.right or 'absent'}")
    if found.count > MOST:
        out.line(f"  and {more(found.count - MOST, 'record')}; --json lists {len(found.first)}")
