"""``pithbundle timeline``: the events in the order of their signed times, and what each changed."""

from __future__ import annotations

from collections.abc import Set
from typing import Final, Literal

import click

from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import PATH, write_files
from pithbundle.cli.load import (
    CELL,
    LoadedRecord,
    event_line,
    files_argument,
    load_record,
    record_options,
    require_absent,
)
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.cli.render import short
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.files import STDIN
from pithbundle.merge.timeline import Moment
from pithbundle.sentences import relations_of, tone_of
from pithbundle.wording import plural

#: The most moments that are printed; a picture and ``--json`` have them all.
_MOST: Final = 1_000


@click.command(
    "timeline",
    epilog="\b\nExamples:\n  pithbundle timeline bundle.json\n"
    "  pithbundle timeline part1.json part2.json --svg events.svg\n\n" + EXIT_STATUS_HELP,
)
@files_argument
@click.option("--svg", type=PATH, metavar="FILE", help="Write a picture here, as SVG.")
@click.option("--png", type=PATH, metavar="FILE", help="Write a picture here, as PNG.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@record_options
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    svg: str | None,
    png: str | None,
    force: bool,
    policy_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Show the valid events of the bundles FILE by signed time, and what each changed.

    A signer chooses its times: this is not the order in which anyone received the events.
    A picture needs the extra pithbundle[plot].
    """
    if STDIN in (svg, png):
        raise click.UsageError("a picture needs a file", click.get_current_context())
    pictures = [(option, path) for option, path in (("--svg", svg), ("--png", png)) if path is not None]
    guard_inputs([*files, policy_path], pictures)
    require_absent((svg, png), force)
    if svg is not None or png is not None:
        # Before the work: without the library there is nothing to wait for.
        from pithbundle.cli import picture

        picture.require()
    loaded = load_record(files, policy_path, limits, encoding)
    moments = loaded.ledger.timeline()
    conflicts = {name for group in loaded.state.equivocations for name in group.event_ids}
    number = str(loaded.ledger.record.number)
    forms: tuple[tuple[str | None, Literal["svg", "png"]], ...] = ((svg, "svg"), (png, "png"))
    drawn = [(path, picture.draw(moments, number, form, conflicts)) for path, form in forms if path]
    written = [path for path, _ in drawn]
    write_files(dict(drawn), force)
    if out.as_json:
        events: list[Value] = [_value(loaded, moment, conflicts) for moment in moments]
        return loaded.result(out, {"events": events, "pictures": [portable(path) for path in written]})
    loaded.headline(out)
    loaded.record(out)
    width = max((len(out.show(m.event.event_type, CELL)) for m in moments[:_MOST]), default=0)
    for moment in moments[:_MOST]:
        _print(out, moment, width, conflicts)
    if len(moments) > _MOST:
        out.line(f"  and {plural(len(moments) - _MOST, 'more event')}; --json has them all")
    for path in written:
        out.heading("picture", f"written to {out.show(path)}")
    return loaded.status


def _print(out: Output, moment: Moment, width: int, conflicts: Set[str]) -> None:
    out.heading(moment.change, event_line(out, moment.event, width), tone_of(moment.change))
    for words, other in relations_of(moment, conflicts):
        out.detail("", words if other is None else f"{words} {short(other)}")


def _value(loaded: LoadedRecord, moment: Moment, conflicts: Set[str]) -> Object:
    event = moment.event
    return {
        **event.to_value(),
        "public_key_fingerprint": event.key.fingerprint,
        "section": moment.section,
        "change": moment.change,
        "others": [*moment.others],
        "in_conflict": event.event_id in conflicts,
        "retracted_by": [*moment.retracted_by],
        "location": loaded.locations[event.event_id].to_value(),
    }
