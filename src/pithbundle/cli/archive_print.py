"""What the commands of ``pithbundle archive`` print; loaded only where zstd is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

from pithbundle.archive.check import Checked
from pithbundle.archive.manifest import Manifest
from pithbundle.archive.reader import Lookup, Reader
from pithbundle.archive.rejected import Rejections
from pithbundle.cli.archive_inputs import Skipped, Written, failing
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST
from pithbundle.codes import CODES
from pithbundle.encoding.values import portable
from pithbundle.wording import plural

#: The outcome of a command that left something out.
SOME_REJECTED: Final = "some_rejected"
_FETCH: Final = (
    "fetch what is damaged again from where it came, leave out what is no bundle; everything else was read"
)
#: Codes of what is the same wherever it is fetched from: their own hints apply.
_NO_FETCH: Final = frozenset({"collision", "worker_lost"})
#: The outcome of a command whose inputs have no bundle.
NOTHING_WRITTEN: Final = "nothing_written"


def _status(rejected: Rejections) -> tuple[str, Exit]:
    return (SOME_REJECTED, Exit.INVALID) if len(rejected) else (SUCCESS, Exit.VALID)


def _steps_of(rejected: Rejections) -> list[str]:
    """What to do about what was rejected, by its codes."""
    codes = dict.fromkeys(one.code for one in rejected)
    return [*dict.fromkeys(CODES[code].hint if code in _NO_FETCH else _FETCH for code in codes)]


def print_rejected(out: Output, rejected: Rejections, hints: Sequence[str] | None = None) -> None:
    """Print what was rejected on stderr, and what to do: by default about each code."""
    for one in rejected:
        where = ", ".join(filter(None, [out.file_name(one.path), out.show(one.position)]))
        if one.count > 1:
            out.error(f"{where}: {one.count} {one.reason} [{one.code}]")
        else:
            out.error(f"{where}: {one.reason} [{one.code}]")
    if len(rejected):
        for hint in _steps_of(rejected) if hints is None else hints:
            out.hint(hint)


def print_skipped(out: Output, skipped: Skipped) -> None:
    """Print how many files were passed over, and name those that may contain bundles."""
    if not skipped.count:
        return
    for path, reason in skipped.notes:
        out.note(f"skipped {out.show(path)}: {reason}")
    others = [out.show(path) for path in skipped.others]
    names = f": {', '.join(others)}{', ...' if skipped.count > len(others) else ''}"
    out.detail("skipped", f"{plural(skipped.count, 'file')}{names if others else ''}")


def print_nothing_written(out: Output, output: str, rejected: Rejections) -> int:
    """Print that there is no bundle and so no output, and why (ARCH-15); return the exit status."""
    print_rejected(out, rejected)
    why = f"all that was read was rejected ({len(rejected)})" if len(rejected) else "the inputs contain none"
    out.error(f"{out.show(output)}: not written, because there is no bundle to write: {why}")
    there = "what is there is as it was; " if os.path.lexists(output) else ""
    out.hint(f"{there}check the paths of the inputs")
    return Exit.INVALID


def members_of(rejected: Rejections) -> dict[str, object]:
    """What was rejected, for programs."""
    return {"rejected": [one.to_value() for one in rejected], "rejected_count": len(rejected)}


def print_written(out: Output, output: str, written: Written) -> int:
    """Print what ``pack`` or ``merge`` wrote; return the exit status."""
    outcome, status = _status(written.rejected) if written.bundles else (NOTHING_WRITTEN, Exit.INVALID)
    manifest = written.manifest or Manifest((), "")
    if out.as_json:
        members = {
            "archive": portable(output),
            "read": written.read,
            "bundles": written.bundles,
            "records": manifest.records,
            "packs": [info.to_value() for info in manifest.packs],
            "skipped": written.skipped.count,
            **members_of(written.rejected),
        }
        return out.result(outcome, status, members)
    if not written.bundles:
        return print_nothing_written(out, output, written.rejected)
    print_rejected(out, written.rejected)
    packs = plural(len(manifest.packs), "pack")
    out.heading("archive", f"{out.show(output)}: {plural(written.bundles, 'bundle')} in {packs}", "good")
    both = len({info.encoding for info in manifest.packs}) > 1
    out.detail(
        "records", f"{manifest.records}{', those in JSON and those in CBOR counted apart' if both else ''}"
    )
    if written.read != written.bundles:
        out.detail("equal", f"{plural(written.read - written.bundles, 'bundle')} more than once")
    _print_size(out, manifest)
    _print_left_out(out, written)
    return status


def _print_size(out: Output, manifest: Manifest) -> None:
    raw = sum(info.raw_bytes for info in manifest.packs)
    size = sum(info.file_bytes for info in manifest.packs)
    if size:
        out.detail("size", f"{plural(size, 'byte')} of {raw}, {raw / size:.2f} times smaller")


def _print_left_out(out: Output, written: Written) -> None:
    print_skipped(out, written.skipped)
    if len(written.rejected):
        out.detail("rejected", f"{len(written.rejected)}, listed on stderr")


def print_unpacked(out: Output, output: str, written: Written) -> int:
    """Print what ``unpack`` wrote; return the exit status."""
    outcome, status = _status(written.rejected) if written.bundles else (NOTHING_WRITTEN, Exit.INVALID)
    if out.as_json:
        members = {
            "output": portable(output),
            "read": written.read,
            "bundles": written.bundles,
            "skipped": written.skipped.count,
            **members_of(written.rejected),
        }
        return out.result(outcome, status, members)
    if not written.bundles:
        return print_nothing_written(out, output, written.rejected)
    print_rejected(out, written.rejected)
    out.heading("unpacked", f"{plural(written.bundles, 'bundle')} to {out.show(output)}", "good")
    _print_left_out(out, written)
    return status


def list_packs(out: Output, reader: Reader) -> int:
    """Print the packs; return the exit status."""
    manifest = reader.manifest
    if out.as_json:
        members = {
            "archive": portable(reader.path),
            "zstd_version": manifest.zstd_version,
            "bundles": manifest.bundles,
            "records": manifest.records,
            "packs": [info.to_value() for info in manifest.packs],
        }
        return out.result(SUCCESS, Exit.VALID, members)
    out.table(
        ("pack", "first suffix", "last suffix", "bundles", "bytes"),
        [
            (info.file, info.first_suffix, info.last_suffix, str(info.bundles), str(info.file_bytes))
            for info in manifest.packs
        ],
    )
    packs = plural(len(manifest.packs), "pack")
    out.heading("archive", f"{plural(manifest.bundles, 'bundle')} in {packs}")
    _print_size(out, manifest)
    return Exit.VALID


def list_bundles(out: Output, reader: Reader) -> int:
    """Print a line for each bundle while they are read; return the exit status."""
    rejected = Rejections()
    with failing(reader.path):
        for done, entry in enumerate(reader.entries(rejected), 1):
            line = entry.line
            out.line(f"{line.suffix} {line.digest.hex()} {len(line.data)} {line.encoding}")
            if done % 1_000 == 0:
                out.send()
    print_rejected(out, rejected)
    return _status(rejected)[1]


def print_lookup(out: Output, archive: str, suffix: str, lookup: Lookup, encoding: str | None = None) -> int:
    """Print where bundles were found, or that there are none; return the exit status."""
    outcome, status = _status(lookup.rejected)
    if not lookup.entries and not lookup.rejected:
        outcome, status = "absent", Exit.INVALID
    if out.as_json:
        bundles = [
            {
                "sha256": entry.line.digest.hex(),
                "encoding": entry.line.encoding,
                "bytes": len(entry.line.data),
                "file": entry.file,
                "offset": entry.offset,
                "line": entry.number,
            }
            for entry in lookup.entries
        ]
        members = {
            "archive": portable(archive),
            "suffix": suffix,
            "bundles": bundles,
            "by_index": lookup.by_index,
        }
        return out.result(outcome, status, {**members, **members_of(lookup.rejected)})
    print_rejected(out, lookup.rejected)
    if not lookup.entries and len(lookup.rejected):
        out.error(f"{out.show(archive)}: no bundle of {suffix} in what could be read")
        out.hint(
            "it may be in a part that could not: pithbundle archive check lists what each part contained"
        )
    elif not lookup.entries:
        out.error(f"{out.show(archive)}: no bundle of {suffix}{f' in {encoding}' if encoding else ''}")
        out.hint("pithbundle archive list --bundles prints the suffixes and encodings that there are")
    elif not lookup.by_index:
        out.note(
            "an index is missing or differs from its pack; pithbundle archive check --reindex writes it anew"
        )
    return status


def _steps(out: Output, archive: str, checked: Checked) -> Iterator[str]:
    """What to do about the problems of an archive, by their kinds."""
    if checked.unindexed:
        step = f"pithbundle archive check --reindex {out.show(archive)}"
        yield f"{step} writes the indexes anew; no bundle is lost by an index"
    if checked.unlisted:
        yield "move the files that the manifest does not list elsewhere; they are no part of the archive"
    if len(checked.problems) > checked.unindexed + checked.unlisted:
        yield _FETCH


def print_checked(out: Output, archive: str, checked: Checked) -> int:
    """Print what ``check`` found; return the exit status."""
    damaged = bool(len(checked.problems))
    if out.as_json:
        members = {
            "archive": portable(archive),
            "packs": checked.packs,
            "bundles": checked.bundles,
            "records": checked.records,
            "raw_bytes": checked.raw_bytes,
            "missing": checked.missing,
            "reindexed": checked.reindexed,
            **members_of(checked.problems),
        }
        status = Exit.INVALID if damaged else Exit.VALID
        return out.result("damaged" if damaged else "sound", status, members)
    print_rejected(out, checked.problems, [*_steps(out, archive, checked)])
    count, packs = plural(checked.bundles, "bundle"), plural(checked.packs, "pack")
    if damaged:
        is_part = checked.bundles != checked.claimed_bundles
        found = f"{checked.bundles} of {plural(checked.claimed_bundles, 'bundle')}" if is_part else count
        problems = plural(len(checked.problems), "problem")
        out.heading("damaged", f"{found} in {packs} could be read; {problems}", "bad")
    else:
        out.heading("sound", f"{count} in {packs}", "good")
    for lost in checked.lost[:MOST]:
        source = "the manifest, all of" if lost.is_whole else "the index of"
        out.detail("lost", f"{lost.first_suffix} to {lost.last_suffix}, by {source} {out.show(lost.file)}")
    if checked.missing:
        out.detail("missing", f"at least {plural(checked.missing, 'bundle')}, by the manifest")
        copies = f"pithbundle archive merge {out.show(archive)} COPY -o OUT"
        out.detail("next", f"{copies} takes what is lost from another copy")
    for name in checked.reindexed:
        out.detail("reindexed", name)
    return Exit.INVALID if damaged else Exit.VALID
