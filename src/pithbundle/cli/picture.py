"""A timeline as a picture, SVG or PNG (spec TIMELINE-1).

matplotlib is an extra, loaded only when a picture is requested. The same
events give the same bytes: no date, fixed ids, the fonts that matplotlib brings, and none
of the user's settings. Text of a bundle is drawn, never interpreted: no
mathematics between dollar signs, and what the font lacks is written as an escape.

Events are drawn at equal distances in the order of their signed times. A true time axis would
let one signer with a clock in the year 9999 press all others into one line.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence, Set
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from pithbundle.cli.extras import needing
from pithbundle.escape import visible
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.timeline import Change, Moment
from pithbundle.wording import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colours of Okabe and Ito, which most colour-blind readers can distinguish; shapes differ as well.
_BLUE, _SKY, _GREEN, _ORANGE, _RED, _PURPLE, _GREY = (
    "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#767676",
)  # fmt: skip


class _Mark(NamedTuple):
    shape: str
    colour: str
    filled: bool
    label: str


#: In the order of the legend.
_MARKS: Final[dict[Change, _Mark]] = {
    "sets": _Mark("o", _BLUE, True, "sets an empty slot"),
    "adds": _Mark("s", _GREEN, True, "adds an entry"),
    "replaces": _Mark("^", _BLUE, True, "replaces the current value"),
    "restates": _Mark("o", _GREY, False, "repeats the current value"),
    "superseded": _Mark("v", _GREY, False, "superseded"),
    "retracts": _Mark("X", _RED, True, "retracts an event"),
    "withdrawn": _Mark("s", _RED, False, "retracted on arrival"),
    "waits": _Mark("D", _ORANGE, False, "retraction without its target"),
    "rejected": _Mark("P", _PURPLE, False, "retraction rejected"),
    "lists": _Mark("d", _SKY, True, "checkpoint"),
    "unrecognised": _Mark("*", _ORANGE, True, "unrecognised"),
}


class _Arrow(NamedTuple):
    change: Change
    style: Literal["-", "--"]
    label: str


_ARROW_STYLES: Final = (_Arrow("replaces", "-", "replaces"), _Arrow("retracts", "--", "retracts"))

#: Inches: an event's column, a lane, and the widest picture.
_COLUMN, _LANE, _WIDEST = 0.62, 0.62, 44.0
#: With more events than this their ids are omitted and only some times are shown.
_LABELLED: Final = 70
#: More arrows than this would hide what they point at.
_ARROWS: Final = 400
_SIGNER: Final = 24
_OTHER_LANE: Final = "unrecognised"

_SETTINGS: Final[Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine has the same
    "svg.fonttype": "path",
    "svg.hashsalt": "pithbundle",
    "text.parse_math": False,
    "text.usetex": False,
    "path.simplify": False,
    "axes.unicode_minus": False,
}


def require() -> None:
    """Check that a picture can be drawn.

    Raises:
        click.UsageError: matplotlib is not installed.
    """
    with needing("plot", "a picture needs matplotlib", "matplotlib", "numpy"):
        import matplotlib  # noqa: F401


def draw(
    moments: Sequence[Moment], title: str, form: Literal["svg", "png"], conflicts: Set[str] = frozenset()
) -> bytes:
    """Return the picture of a timeline as the bytes of an SVG or PNG file.

    :func:`require` comes first. ``title`` comes from this program or has a fixed alphabet;
    ``conflicts`` are the ids of events that contradict another one of their signer.
    """
    import matplotlib

    with matplotlib.rc_context():
        # The user's settings must not change the picture.
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        figure = _figure(moments, title, conflicts)
        data = io.BytesIO()
        metadata = {"Date": None, "Creator": "pithbundle"} if form == "svg" else {"Software": "pithbundle"}
        figure.savefig(data, format=form, dpi=110, metadata=metadata)
    return data.getvalue()


def _figure(moments: Sequence[Moment], title: str, conflicts: Set[str]) -> Figure:
    from matplotlib.figure import Figure

    lanes = _lanes(moments)
    rows = {name: row for row, name in enumerate(lanes)}
    width = min(_WIDEST, max(9.0, 3.4 + _COLUMN * len(moments)))
    height = 3.6 + _LANE * max(1, len(lanes))
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((2.1 / width, 2.3 / height, 1 - 2.6 / width, 1 - 3.25 / height))
    axes.set_xlim(-0.7, max(1, len(moments)) - 0.3)
    axes.set_ylim(max(1, len(lanes)) - 0.4, -0.6)
    axes.set_yticks(range(len(lanes)), [name.replace("_", " ") for name in lanes], fontsize=10)
    for row in range(len(lanes)):
        axes.axhspan(row - 0.5, row + 0.5, facecolor="#f4f4f4" if row % 2 else "white", zorder=0, linewidth=0)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    _times(axes, moments)
    hidden = _arrows(axes, moments, rows)
    _marks(axes, moments, rows)
    _rings(axes, moments, rows, conflicts)
    _words(figure, axes, moments, title, hidden)
    return figure


def _lanes(moments: Sequence[Moment]) -> list[str]:
    """The sections that have events, in the order of a state; events without a section are last."""
    present = {moment.section for moment in moments}
    known = [kind.section for kind in MERGE_1.event_types.values() if kind.section in present]
    more = sorted(name for name in present if name is not None and name not in known)
    return [*known, *more, *([_OTHER_LANE] if None in present else [])]


def _times(axes: Axes, moments: Sequence[Moment]) -> None:
    step = max(1, -(-len(moments) // _LABELLED))
    shown = range(0, len(moments), step)
    labels = []
    for index in shown:
        event = moments[index].event
        time = event.instant.replace("T", " ").removesuffix(".000000")
        labels.append(f"{time}\n{_drawn(event.signer, _SIGNER)}")
    axes.set_xticks(shown, labels, fontsize=7, rotation=45, ha="right", rotation_mode="anchor")
    axes.tick_params(axis="x", length=3, color=_GREY)


def _row(moment: Moment, rows: dict[str, int]) -> int:
    return rows[moment.section or _OTHER_LANE]


def _marks(axes: Axes, moments: Sequence[Moment], rows: dict[str, int]) -> None:
    for change, mark in _MARKS.items():
        here = [(x, _row(m, rows)) for x, m in enumerate(moments) if m.change == change]
        if here:
            axes.scatter(
                [x for x, _ in here],
                [y for _, y in here],
                s=130 if mark.shape == "*" else 80,
                marker=mark.shape,
                facecolors=mark.colour if mark.filled else "white",
                edgecolors=mark.colour if not mark.filled else "#222222",
                linewidths=1.7 if not mark.filled else 0.6,
                zorder=4,
                label=mark.label,
            )
    if len(moments) <= _LABELLED:
        for x, moment in enumerate(moments):
            digits = moment.event.event_id.removeprefix("sha256:")[:6]
            axes.annotate(
                digits, (x, _row(moment, rows)), (0, 13), textcoords="offset points", ha="center",
                fontsize=6.5, color="#333333", family="DejaVu Sans Mono", zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
            )  # fmt: skip


def _rings(axes: Axes, moments: Sequence[Moment], rows: dict[str, int], conflicts: Set[str]) -> None:
    """Ring events that were retracted later, and events in conflict: neither may be overlooked."""
    gone = {m.event.event_id for m in moments if m.retracted_by and m.change != "withdrawn"}
    for ids, size, colour, style, label in (
        (gone, 230, _RED, "dashed", "retracted later"),
        (conflicts, 330, _PURPLE, "solid", "in conflict"),
    ):
        here = [(x, _row(m, rows)) for x, m in enumerate(moments) if m.event.event_id in ids]
        if here:
            axes.scatter(
                [x for x, _ in here], [y for _, y in here], s=size, marker="o", facecolors="none",
                edgecolors=colour, linewidths=1.8, linestyles=style, zorder=3, label=label,
            )  # fmt: skip


def _arrows(axes: Axes, moments: Sequence[Moment], rows: dict[str, int]) -> int:
    """Draw replacements and retractions as arrows; return how many were omitted."""
    spots: dict[str, tuple[int, int]] = {m.event.event_id: (x, _row(m, rows)) for x, m in enumerate(moments)}
    links = [*_links(moments)]
    for source, target, change in links[:_ARROWS]:
        (x, y), (x_to, y_to) = spots[source], spots[target]
        # Along a lane an arrow would run through the marks between: it is bent below them.
        bend = 0.0 if y != y_to else -0.28 if x > x_to else 0.28
        axes.annotate(
            "",
            (x_to, y_to),
            (x, y),
            arrowprops={
                "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
                "color": _MARKS[change].colour,
                "linewidth": 1.2,
                "linestyle": next(a.style for a in _ARROW_STYLES if a.change == change),
                "shrinkA": 7,
                "shrinkB": 8,
                "connectionstyle": f"arc3,rad={bend}",
                "alpha": 0.85,
            },
            zorder=2,
        )
    return max(0, len(links) - _ARROWS)


def _links(moments: Sequence[Moment]) -> Iterator[tuple[str, str, Change]]:
    for moment in moments:
        if moment.change in ("retracts", "replaces"):
            yield moment.event.event_id, moment.others[0], moment.change
        elif moment.change == "withdrawn":
            for name in moment.others:
                yield name, moment.event.event_id, "retracts"


def _words(figure: Figure, axes: Axes, moments: Sequence[Moment], title: str, hidden: int) -> None:
    from matplotlib.lines import Line2D

    width, height = figure.get_size_inches()
    figure.text(0.25 / width, 1 - 0.35 / height, f"Timeline of {title}", fontsize=13, weight="bold")
    subtitle = "by signed time, which a signer chooses; at equal distances, not to scale"
    if not moments:
        subtitle = "no valid event"
    if hidden:
        subtitle += f"; {plural(hidden, 'arrow')} omitted"
    figure.text(0.25 / width, 1 - 0.6 / height, subtitle, fontsize=9, color="#444444")
    handles, labels = axes.get_legend_handles_labels()
    links = {change for _, _, change in _links(moments)}
    for arrow in _ARROW_STYLES:
        if arrow.change in links:
            colour = _MARKS[arrow.change].colour
            handles.append(Line2D([], [], color=colour, linestyle=arrow.style, linewidth=1.3))
            labels.append(f"arrow: {arrow.label}")
    if handles:
        figure.legend(
            handles, labels, loc="lower left", bbox_to_anchor=(0.2 / width, 0.05 / height), fontsize=8.5,
            ncols=max(2, min(len(labels), int(width // 1.9))), frameon=False, handletextpad=0.5,
            markerscale=0.85, columnspacing=1.4,
        )  # fmt: skip


def _drawn(text: str, limit: int) -> str:
    """Return data that can be drawn: on one line, in letters that the font has, the rest escaped."""
    shown = visible(text, limit)
    return "".join(c if c < "\u0250" else f"\\u{{{ord(c):x}}}" for c in shown.replace("…", "..."))
