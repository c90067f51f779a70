"""``pithbundle badge``: a picture that states what was checked of a record."""

from __future__ import annotations

import click

from pithbundle.badge import Badge, badge_of
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import deliver, output_options, require_file_beside_json
from pithbundle.cli.load import LoadedRecord, files_argument, load_record, record_options, require_absent
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.encoding.canonical import sha256_hex
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, portable
from pithbundle.files import STDIN
from pithbundle.wording import plural


@click.command(
    "badge",
    epilog="\b\nExamples:\n  pithbundle badge bundle.json -o badge.svg\n"
    "  pithbundle badge bundle.json --policy policy.json > badge.svg\n\n" + EXIT_STATUS_HELP,
)
@files_argument
@output_options
@record_options
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    output: str | None,
    force: bool,
    policy_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Write a badge for the record of the bundles FILE, as SVG.

    The badge states how many signatures are valid under your policy, or why not, with the
    beginnings of the digests; its metadata has the digests as a whole. It is green only where
    everything is valid and there is neither an integrity finding nor a retraction. It contains no
    text of an event. A badge is no proof: whoever sees it has to check the bundle.
    The summary goes to stderr.
    """
    require_file_beside_json(out.as_json, output, "badge")
    guard_inputs([*files, policy_path], [("-o", output)])
    require_absent([output], force)
    loaded = load_record(files, policy_path, limits, encoding)
    badge = badge_of(loaded.report)
    data = badge.svg()
    deliver(out, data, output, force)
    _print(out, loaded, badge, data, STDIN if output is None else output)
    return loaded.status


def _print(out: Output, loaded: LoadedRecord, badge: Badge, data: bytes, path: str) -> None:
    """Print what was written, to stderr or as JSON."""
    if out.as_json:
        written: Object = {"file": portable(path), "bytes": len(data), "sha256": sha256_hex(data)}
        loaded.result(out, {"badge": badge.to_value(), "alt": badge.title, **written})
        return
    err = out.on_stderr()
    loaded.headline(err)
    loaded.record(err)
    err.heading("badge", f"{badge.state}: {badge.words}", "plain")
    where = "standard output" if path == STDIN else err.show(path)
    err.detail("file", f"{plural(len(data), 'byte')} to {where}")
    err.detail("alt", badge.title)
