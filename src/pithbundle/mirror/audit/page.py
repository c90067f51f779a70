"""The report of an audit as one HTML file without script (spec AUDIT-16).

Everything that comes from a mirror passes :func:`_text`: it becomes the content of an element and nothing
else. There is no link, so that no URL of a mirror is followed from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from pithbundle.encoding.values import Object, Value
from pithbundle.escape import visible
from pithbundle.mirror.audit.words import WORDS, Word

#: One row of the chart over time: when an audit ended, and its counts.
History = Sequence[Object]

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --bad: #b3261e; --open: #8a5a00; --good: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --open: #ffcc66; --good: #7bd99a; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
.e1 { color: var(--bad); font-weight: 600; } .e3 { color: var(--open); } .e0 { color: var(--good); }
th, td:first-child, td span { overflow-wrap: normal; }
code { font-size: .875em; overflow-wrap: anywhere; }
@media (max-width: 34rem) { table { font-size: .8125rem; } th, td { padding: .3rem .35rem; } }
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_HEADLINES: Final = {
    0: "No difference was found",
    1: "Something is wrong",
    3: "Something is missing or not known",
}
_SCOPE: Final = (
    "An audit compares what mirrors served to this reader. It cannot show what a mirror serves to others, "
    "nor what every mirror withholds."
)


def page(report: Object, exit_status: int, history: History = ()) -> bytes:
    """Return the page.

    Args:
        report: of :func:`pithbundle.mirror.audit.report.report_value`. Its texts are hostile.
        exit_status: of the audit.
        history: of earlier audits, the oldest first.
    """
    body = [
        f'<h1>Audit of mirrors: <span class="e{exit_status}">{_HEADLINES[exit_status]}</span></h1>',
        f"<p>{_SCOPE}</p>",
        _facts(report),
        _mirrors(_list(report["mirrors"])),
        _found(_list(report["found"]), report["found_count"]),
        _chart(history),
    ]
    html = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Audit of mirrors</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )
    return html.encode("utf-8")


def _text(value: Value) -> str:
    """A value as the text of an element: escaped for readers and for HTML."""
    return escape(visible("" if value is None else str(value), 2_000))


def _row(cells: Iterable[str], of: str = "td") -> str:
    return "<tr>" + "".join(f"<{of}>{cell}</{of}>" for cell in cells) + "</tr>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "<table>" + _row(head, "th") + "".join(map(_row, rows)) + "</table>"


def _list(value: Value) -> list[Object]:
    return [one for one in value if type(one) is dict] if type(value) is list else []


def _facts(report: Object) -> str:
    names = ("started_at", "ended_at", "records", "sampled", "population", "seed", "rules", "policy_sha256")
    return _table(("", ""), ((name.replace("_", " "), _text(report[name])) for name in names))


def _word(word: Word, text: str) -> str:
    return f'<span class="e{WORDS[word].exit_status}">{text}</span>'


def _counts(value: Value) -> str:
    counts = value if type(value) is dict else {}
    shown = (
        f'<span class="e{WORDS[word].exit_status}">{word} {_text(counts[word])}</span>'
        for word in WORDS
        if word in counts
    )
    return "<br>".join(shown)


def _mirrors(mirrors: Sequence[Object]) -> str:
    rows = []
    for one in mirrors:
        head = one["head"] if type(one["head"]) is dict else {}
        shown = f"{_text(head.get('generation'))} {_text(head.get('generated_at'))}"
        rows.append(
            (f"<code>{_text(one['mirror'])}</code>", shown, _counts(one["words"]), _text(one["requests"]))
        )
    not_kept = "".join(
        f"<p>The evidence of {_text(one['not_kept'])} findings of {_text(one['mirror'])} is not kept.</p>"
        for one in mirrors
        if one["not_kept"]
    )
    return "<h2>Mirrors</h2>" + _table(("mirror", "generation", "found", "requests"), rows) + not_kept


def _found(found: Sequence[Object], count: Value) -> str:
    if not found:
        return ""
    rows = []
    for one in found:
        word = next(word for word in WORDS if word == one["word"])
        name = f"{_word(word, word)}<br>{_text(one['evidence'])}"
        record = f"<code>{_text(one['suffix'])}</code><br>{_text(one['mirror'])}"
        detail = f"{_text(one['message'])}<br><code>{_text(one['finding'])}</code>"
        rows.append((name, record, detail))
    rest = "" if len(found) == count else f"<p>{_text(count)} in all; the first {len(found)} are listed.</p>"
    return "<h2>Found</h2>" + _table(("what, and its evidence", "record and mirror", "detail"), rows) + rest


def _chart(history: History) -> str:
    """The number of findings of each audit, as bars."""
    if len(history) < 2:
        return ""
    shown = [(one.get("ended_at"), one.get("wrong"), one.get("open")) for one in history[-60:]]
    values = [(str(at), _count(wrong), _count(open_)) for at, wrong, open_ in shown]
    most = max(1, *(wrong + open_ for _, wrong, open_ in values))
    bars = []
    for at, (ended, wrong, open_) in enumerate(values):
        high, low = round(100 * wrong / most, 1), round(100 * open_ / most, 1)
        title = f"<title>{_text(ended)}: {wrong} wrong, {open_} open</title>"
        bars.append(
            f'<g>{title}<rect x="{at * 10}" y="{100 - high}" width="8" height="{high}" fill="var(--bad)"/>'
            f'<rect x="{at * 10}" y="{100 - high - low}" width="8" height="{low}" fill="var(--open)"/></g>'
        )
    width = 10 * len(values)
    label = "Findings of each audit, the last one on the right"
    return (
        f'<h2>Over time</h2><svg viewBox="0 0 {width} 100" width="100%" height="120" role="img" '
        f'aria-label="{label}" preserveAspectRatio="none">{"".join(bars)}</svg>'
    )


def _count(value: Value) -> int:
    return value if type(value) is int and value >= 0 else 0
