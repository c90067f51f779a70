"""What the commands of ``pithbundle store`` print; loaded only where zstd is installed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pithbundle.cli.archive_print import SOME_REJECTED, print_rejected, print_skipped
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import deliver
from pithbundle.cli.load import write_all
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST
from pithbundle.cli.store_run import Addition
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.files import STDIN
from pithbundle.store import Checked, Damage, RecordRow, Sealed, Served, Store, StoredEntry
from pithbundle.wording import more, plural

_QUARANTINE: Final = "some_quarantined"
_DAMAGED: Final = "damaged"
_ABSENT: Final = "absent"
_LEFT: Final = "the old segments with damage are left under names that end in .damaged"


def print_made(out: Output, store: Store) -> int:
    """Print what kind of store was made; return the exit status."""
    if out.as_json:
        members = {
            "store": portable(store.path),
            "policy_sha256": store.policy.sha256,
            "sources": [*map(portable, store.sources)],
        }
        return out.result(SUCCESS, Exit.VALID, members)
    out.heading("store", f"{out.show(store.path)}: empty", "good")
    out.detail("policy", f"{plural(len(store.policy.keys), 'key')}, {store.policy.sha256}")
    for source in store.sources:
        out.detail("source", out.show(source))
    return Exit.VALID


def _entry_value(entry: StoredEntry) -> Object:
    return {
        "sha256": entry.sha256,
        "bytes": entry.size,
        "encoding": entry.encoding,
        "suffix": entry.suffix or None,
        "sequence": entry.sequence,
        "origin": portable(entry.origin),
        "address": entry.address or None,
        "received_at": entry.received_at,
        "requested": entry.requested or None,
        "code": entry.code or None,
        "reason": entry.reason or None,
        "valid": len(entry.event_ids),
        "unverified": entry.unverified,
        "invalid": entry.invalid,
        "kept": entry.kept,
    }


def print_added(out: Output, path: str, found: Addition) -> int:
    """Print what became of the bundles; return the exit status."""
    rejected = found.written.rejected
    is_whole = not found.quarantined and not len(rejected)
    status = Exit.VALID if is_whole else Exit.INVALID
    outcome = SUCCESS if is_whole else _QUARANTINE if found.quarantined else SOME_REJECTED
    if out.as_json:
        quarantined: list[Value] = [
            {"file": portable(name), **_entry_value(added.entry)} for name, added in found.quarantined[:MOST]
        ]
        members = {
            "store": portable(path),
            "added": found.added,
            "unchanged": found.unchanged,
            "quarantined": quarantined,
            "quarantined_count": len(found.quarantined),
            "skipped": found.written.skipped.count,
            "rejected": [one.to_value() for one in rejected],
            "rejected_count": len(rejected),
        }
        return out.result(outcome, status, members)
    for name, added in found.quarantined[:MOST]:
        out.error(f"{out.file_name(name)}: {added.entry.reason} [{added.entry.code}]")
    print_rejected(out, rejected)
    out.heading("store", f"{out.show(path)}: {plural(found.added, 'bundle')} added", "good")
    if found.unchanged:
        out.detail("unchanged", plural(found.unchanged, "bundle"))
    if found.quarantined:
        out.detail("quarantine", f"{plural(len(found.quarantined), 'file')}, listed on stderr")
    print_skipped(out, found.written.skipped)
    if len(rejected):
        out.detail("rejected", f"{len(rejected)}, listed on stderr")
    return status


def _row_value(row: RecordRow) -> Object:
    return {
        "suffix": row.suffix,
        "pith_number": row.pith_number,
        "canonical_sha256": row.canonical_sha256,
        "events_sha256": row.events_sha256,
        "state_sha256": row.state_sha256,
        "unverified_sha256": row.unverified_sha256,
        "leaf": row.leaf,
        "valid": row.valid,
        "unverified": row.unverified,
    }


def print_records(out: Output, store: Store) -> int:
    """Print a line for each record; return the exit status."""
    if out.as_json:
        rows: list[Value] = [_row_value(row) for row in store.records()]
        members = {"store": portable(store.path), "records": rows, "quarantined": None}
        return out.result(SUCCESS, Exit.VALID, members)
    for done, row in enumerate(store.records(), 1):
        # Rows of an index may be edited by hand: they are hostile too.
        out.line(f"{out.show(row.pith_number)} {row.valid} {row.unverified} {out.show(row.leaf)}")
        if done % 1_000 == 0:
            out.send()
    return Exit.VALID


def print_quarantine(out: Output, store: Store) -> int:
    """Print a line for each entry in quarantine; return the exit status."""
    if out.as_json:
        found: list[Value] = [_entry_value(entry) for entry in store.quarantined()]
        members = {"store": portable(store.path), "records": None, "quarantined": found}
        return out.result(SUCCESS, Exit.VALID, members)
    for done, entry in enumerate(store.quarantined(), 1):
        where = (
            f"{out.show(entry.sha256)} {entry.size} {out.show(entry.received_at)} {out.show(entry.origin)}"
        )
        out.line(f"{where}: {out.show(entry.reason)} [{out.show(entry.code)}]")
        if done % 1_000 == 0:
            out.send()
    return Exit.VALID


def print_record(out: Output, store: Store, suffix: str) -> int:
    """Print a record as it was verified; return the exit status."""
    served = store.bundles_of(suffix)
    entries = store.entries(suffix)
    status = Exit.INVALID if served is None else Exit.VALID
    if out.as_json:
        row = None if served is None else _row_value(served.record.row)
        members = {
            "store": portable(store.path),
            "record": row,
            "served": None if served is None else _served_value(served),
            "entries": [_entry_value(entry) for entry in entries],
        }
        return out.result(_ABSENT if served is None else SUCCESS, status, members)
    if served is None:
        out.error(f"{out.show(store.path)}: no admitted bundle of {suffix}")
        out.hint(
            "pithbundle store list prints the records that there are, with --quarantine what is not admitted"
        )
    else:
        _print_record(out, served)
    for entry in entries:
        out.detail("quarantine" if entry.code else "bundle", _entry_text(out, entry))
    return status


def _served_value(served: Served) -> Object:
    return {
        "sha256": None if served.entry is None else served.entry.sha256,
        "origin": None if served.entry is None else portable(served.entry.origin),
        "parts": [len(part) for part in served.parts],
        "unverified": served.unverified,
    }


def _print_record(out: Output, served: Served) -> None:
    record = served.record
    out.heading("record", str(record.number), "good")
    out.detail("status", out.show(record.ledger.snapshot().status_line()))
    out.detail("events", f"{len(record.ledger)} valid")
    if served.entry is None:
        out.detail("served", f"an export of all valid events, {plural(len(served.parts), 'part')}")
    else:
        also = "" if len(served.parts) == 1 else f", and an export, {plural(len(served.parts) - 1, 'part')}"
        out.detail("served", f"the bundle {served.entry.sha256[:16]} as it was received{also}")
    if served.unverified:
        elements = plural(served.unverified, "element")
        out.detail("unverified", f"{elements} of it could not be checked under the policy of the store")
    out.detail("digest", record.row.leaf)


def _entry_text(out: Output, entry: StoredEntry) -> str:
    size = f"{out.show(entry.sha256)[:16]} {plural(entry.size, 'byte')} of {out.show(entry.encoding).upper()}"
    address = f" ({out.show(entry.address)})" if entry.address else ""
    where = f"{out.show(entry.origin)}{address} at {out.show(entry.received_at)}"
    if entry.code:
        return f"{size} from {where}: {out.show(entry.reason)} [{out.show(entry.code)}]"
    counts = f"{len(entry.event_ids)} valid, {entry.unverified} unverified, {entry.invalid} invalid"
    return f"{size} from {where}: {counts}"


def export(
    out: Output,
    store: Store,
    suffix: str,
    bundle: str | None,
    output: str | None,
    out_dir: str | None,
    force: bool,
) -> int:
    """Write the bundles of a record, or one bundle; return the exit status."""
    parts, what = _parts(store, suffix, bundle)
    if not parts:
        if out.as_json:
            return out.result(_ABSENT, Exit.INVALID, {"store": portable(store.path), "parts": []})
        out.error(f"{out.show(store.path)}: no bundle of {out.show(what)}")
        out.hint(
            "pithbundle store list prints the records that there are, with --quarantine what is not admitted"
            if bundle is None or len(bundle) == 64
            else "--bundle takes all 64 digits, which pithbundle store show DIR NUMBER --json prints"
        )
        return Exit.INVALID
    if out_dir is not None:
        names = [f"{what}-part-{number:04}.json" for number in range(1, len(parts) + 1)]
        written = write_all(out_dir, names, parts, force, [])
    elif len(parts) > 1:
        out.error(f"{plural(len(parts), 'part')} do not fit into one file")
        out.hint("use --out-dir DIR")
        return Exit.USAGE
    else:
        deliver(out, parts[0], output, force)
        written = [STDIN if output is None else output]
    if out.as_json:
        listed: list[Value] = [
            {"file": portable(path), "bytes": len(part)} for path, part in zip(written, parts, strict=True)
        ]
        return out.result(SUCCESS, Exit.VALID, {"store": portable(store.path), "parts": listed})
    return Exit.VALID


def _parts(store: Store, suffix: str, bundle: str | None) -> tuple[tuple[bytes, ...], str]:
    if bundle is not None:
        entry = store.entry(bundle)
        return (() if entry is None else (store.body(entry),)), bundle
    served = store.bundles_of(suffix)
    return (() if served is None else served.parts), suffix


# -- check, repair, seal ------------------------------------------------------------------------


def _damage_values(found: Iterable[Damage]) -> list[Value]:
    return [
        {
            "file": portable(f"{one.area}/{one.segment}"),
            "offset": one.offset,
            "bytes": one.length,
            "reason": portable(one.reason),
            "suffix": one.suffix or None,
            "sha256": one.sha256 or None,
        }
        for one in found
    ]


def _print_damage(out: Output, path: str, damage: tuple[Damage, ...]) -> None:
    for one in damage[:MOST]:
        of = f", a bundle of {out.show(one.suffix)}" if one.suffix else ""
        where = out.show(f"{path}/{one.area}/{one.segment}")
        out.error(
            f"{where}: {plural(one.length, 'byte')} at byte {one.offset}{of}: {out.show(one.reason)} [store]"
        )
    if len(damage) > MOST:
        out.error(f"{more(len(damage) - MOST, 'damaged part')}, not listed [store]")


def print_checked(out: Output, path: str, found: Checked) -> int:
    """Print what ``check`` or ``repair`` found; return the exit status."""
    status = Exit.VALID if found.is_sound else Exit.INVALID
    if out.as_json:
        members = {
            "store": portable(path),
            "records": found.records,
            "entries": found.entries,
            "quarantined": found.quarantined,
            "damage": _damage_values(found.damage),
            "differences": [*map(portable, found.differences)],
            "difference_count": found.difference_count,
            "unknown": [*map(portable, found.unknown)],
        }
        return out.result("sound" if found.is_sound else _DAMAGED, status, members)
    _print_damage(out, path, found.damage)
    for each in found.differences[:MOST]:
        out.error(f"{out.show(path)}: the index differs from the segments: {out.show(each)} [store]")
    if found.difference_count > MOST:
        out.error(f"{more(found.difference_count - MOST, 'difference')} of the index, not listed [store]")
    for each in found.unknown[:MOST]:
        out.error(f"{out.show(path)}/{out.show(each)}: no store has a file of this name [store]")
    of = f"{plural(found.records, 'record')}, {plural(found.entries - found.quarantined, 'bundle')}"
    out.heading("sound" if found.is_sound else "damaged", of, "good" if found.is_sound else "bad")
    if found.quarantined:
        out.detail("quarantine", plural(found.quarantined, "file"))
    if found.difference_count:
        out.detail("next", f"pithbundle store repair {out.show(path)} makes the index anew")
    elif found.damage:
        out.detail(
            "next", f"add what was lost again; pithbundle store seal {out.show(path)} leaves out the damage"
        )
    return status


def print_sealed(out: Output, path: str, found: Sealed) -> int:
    """Print what ``seal`` did; return the exit status."""
    counts = {"entries": found.entries, "dropped": found.dropped, "dropped_evidence": found.dropped_evidence}
    evidence = f", {found.dropped_evidence} of them with invalid elements" if found.dropped_evidence else ""
    dropped = f"{plural(found.dropped, 'bundle')}, not kept{evidence}" if found.dropped else ""
    text = f"{plural(found.entries, 'bundle')} in {plural(found.new_bytes, 'byte')}"
    return _print_rewritten(out, path, found, counts, "sealed", text, dropped)


def print_dropped(out: Output, path: str, found: Sealed) -> int:
    """Print what ``drop`` did; return the exit status."""
    counts = {"dropped": found.dropped, "left": found.entries}
    left = f"{plural(found.entries, 'file')} in {plural(found.new_bytes, 'byte')} left"
    text = f"{plural(found.dropped, 'file')} of the quarantine, {left}"
    return _print_rewritten(out, path, found, counts, "dropped", text)


def _print_rewritten(
    out: Output, path: str, found: Sealed, counts: dict[str, int], heading: str, text: str, dropped: str = ""
) -> int:
    """Print what a command did that writes segments anew: its counts for programs, its texts for people."""
    status = Exit.INVALID if found.damage else Exit.VALID
    if out.as_json:
        members = {
            "store": portable(path),
            **counts,
            "old_bytes": found.old_bytes,
            "new_bytes": found.new_bytes,
            "damage": _damage_values(found.damage),
        }
        return out.result(_DAMAGED if found.damage else SUCCESS, status, members)
    _print_damage(out, path, found.damage)
    out.heading(heading, text, "good")
    if dropped:
        out.detail("dropped", dropped)
    if found.damage:
        out.detail("damaged", _LEFT)
    return status
