"""What a run came to: summary, JSON, a static page, JUnit. Text of a worker is hostile here too.

Text of a worker is escaped by :func:`pithbundle.escape.visible` and escaped for where
it goes. The page contains no script and loads nothing.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.conformance.protocol import BAD, STAGES, STATUSES, Json, Result, Run, account
from pithbundle.escape import visible

#: Characters that XML 1.0 cannot contain, even escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


#: The outcome of a run.
CONFORMING: Final = "conforming"
AS_EXPECTED: Final = "as_expected"
NOT_CONFORMING: Final = "not_conforming"
RUN_FAILED: Final = "run_failed"


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a run, whole, by stage and by clause; and why it proves nothing, if it does not."""

    total: Counter[str]
    stages: dict[str, Counter[str]]
    clauses: dict[str, Counter[str]]
    requests: int
    faults: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """What the run came to. ``conforming`` needs a result of every vector, and a good one."""
        if self.faults:
            return RUN_FAILED
        if any(self.total[status] for status in BAD):
            return NOT_CONFORMING
        return AS_EXPECTED if self.total["xfailed"] else CONFORMING

    @property
    def exit_status(self) -> int:
        """0 if all is as expected, 1 if the implementation failed, 3 if the run did."""
        return {RUN_FAILED: 3, NOT_CONFORMING: 1}.get(self.outcome, 0)


def summary(run: Run) -> Summary:
    """Count and account for the results of a run; clauses are sorted by name and number."""
    stages: dict[str, Counter[str]] = {name: Counter() for name in STAGES}
    clauses: dict[str, Counter[str]] = {}
    for result in run.results:
        stages[result.vector.stage][result.status] += 1
        for clause in result.vector.clauses:
            clauses.setdefault(clause, Counter())[result.status] += 1
    return Summary(
        Counter(result.status for result in run.results),
        {name: found for name, found in stages.items() if found},
        {name: clauses[name] for name in sorted(clauses, key=_by_number)},
        sum(result.vector.requests for result in run.results),
        tuple(account(run)),
    )


def _by_number(clause: str) -> tuple[str, int]:
    family, _, number = clause.rpartition("-")
    return family, int(number) if number.isdigit() else 0


def counts_text(counts: Counter[str]) -> str:
    """Counts as text: ``3 passed, 1 failed``."""
    return ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status]) or "nothing"


def to_value(impl: str, run: Run) -> Json:
    """The members of the run for JSON; the outcome and the exit status are those of its summary."""
    found = summary(run)
    return {
        "impl": impl,
        "faults": [*found.faults],
        "vector_count": len(run.vectors),
        "requests": found.requests,
        "total": dict(found.total),
        "stages": {name: dict(counts) for name, counts in found.stages.items()},
        "clauses": {name: dict(counts) for name, counts in found.clauses.items()},
        "results": [
            {
                "id": result.vector.id,
                "status": result.status,
                "clauses": [*result.vector.clauses],
                "variant": result.variant,
                "detail": result.detail,
                "expected": result.expected,
                "found": result.found,
                "reason": result.reason,
                "seconds": round(result.seconds, 3),
            }
            for result in run.results
        ],
    }


def _shown(text: str) -> str:
    return html.escape(visible(text), quote=True)


_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;
max-width:70rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}
td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f3f3f3}td.n{text-align:right}
.failed,.crash,.timeout,.xpassed{color:#a40000}.passed{color:#166a16}.unsupported,.xfailed{color:#666}
@media(prefers-color-scheme:dark){
body{color:#ddd;background:#1b1b1b}th{background:#2b2b2b}td,th{border-color:#444}
.failed,.crash,.timeout,.xpassed{color:#ff8a80}.passed{color:#8fd18f}.unsupported,.xfailed{color:#aaa}}
"""


def to_html(impl: str, run: Run) -> str:
    """The run as one static page: no script, nothing loaded, every text escaped."""
    found = summary(run)
    results, title = run.results, found.outcome.replace("_", " ")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Conformance: {title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Conformance: {title}</h1>",
        f"<p>Implementation: <code>{_shown(impl)}</code>. {len(run.vectors)} vectors, "
        f"{found.requests} requests: {counts_text(found.total)}.</p>",
        "".join(f'<p class="failed">The run failed: {_shown(fault)}.</p>' for fault in found.faults),
        _html_results("Not as expected", [result for result in results if result.bad]),
        _html_results("Expected failures", [result for result in results if result.status == "xfailed"]),
        _html_results("Not supported", [result for result in results if result.status == "unsupported"]),
        _html_counts("Stages", "stage", found.stages),
        _html_counts("Clauses of spec.md", "clause", found.clauses),
        "</body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _html_results(title: str, results: Sequence[Result]) -> str:
    if not results:
        return ""
    rows = [
        f'<tr><td class="{result.status}">{result.status}</td><td><code>{_shown(result.vector.id)}</code>'
        f"{' (' + _shown(result.variant) + ')' if result.variant else ''}</td>"
        f"<td>{_shown(', '.join(result.vector.clauses))}</td><td>{_shown(result.vector.about)}</td>"
        f"<td>{_shown(result.detail)}{'<br>' + _shown(result.reason) if result.reason else ''}"
        f"{_html_side('expected', result.expected)}{_html_side('found', result.found)}</td></tr>"
        for result in results
    ]
    head = (
        "<tr><th>status</th><th>vector</th><th>clauses</th><th>what it shows</th><th>what happened</th></tr>"
    )
    return f"<h2>{title} ({len(results)})</h2><table>{head}{''.join(rows)}</table>"


def _html_side(name: str, text: str) -> str:
    lines = "\n".join(_shown(line) for line in text.splitlines())
    return f"<br>{name}:<pre>{lines}</pre>" if text else ""


def _html_counts(title: str, name: str, counts: dict[str, Counter[str]]) -> str:
    used = [status for status in STATUSES if any(found[status] for found in counts.values())]
    head = "".join(f"<th>{status}</th>" for status in used)
    rows = "".join(
        f"<tr><td>{_shown(row)}</td>"
        + "".join(f'<td class="n">{found[s] or ""}</td>' for s in used)
        + "</tr>"
        for row, found in counts.items()
    )
    return f"<h2>{title}</h2><table><tr><th>{name}</th>{head}</tr>{rows}</table>"


def _xml(text: str) -> str:
    return html.escape(_NOT_XML.sub("\ufffd", visible(text)), quote=True)


def to_junit(impl: str, run: Run) -> str:
    """The run as JUnit XML: one suite a stage, one case a vector; faults of the run have a suite too."""
    suites = [_suite(stage, [r for r in run.results if r.vector.stage == stage]) for stage in STAGES]
    found = summary(run)
    bad = sum(found.total[status] for status in BAD)
    if found.faults:
        cases = "".join(
            f'<testcase classname="run" name="run"><error message="{_xml(fault)}"/></testcase>\n'
            for fault in found.faults
        )
        many = len(found.faults)
        suites.append(f'<testsuite name="run" tests="{many}" errors="{many}">\n{cases}</testsuite>\n')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="{_xml(impl)}" tests="{len(run.vectors)}" failures="{bad}" '
        f'errors="{len(found.faults)}">\n' + "".join(suites) + "</testsuites>\n"
    )


def _suite(stage: str, results: Sequence[Result]) -> str:
    if not results:
        return ""
    bad = sum(result.bad for result in results)
    skipped = sum(result.status in ("unsupported", "xfailed") for result in results)
    seconds = sum(result.seconds for result in results)
    cases = "".join(_case(result) for result in results)
    return (
        f'<testsuite name="{stage}" tests="{len(results)}" failures="{bad}" skipped="{skipped}" '
        f'time="{seconds:.3f}">\n{cases}</testsuite>\n'
    )


def _case(result: Result) -> str:
    head = (
        f'<testcase classname="{_xml(result.vector.stage)}" name="{_xml(result.vector.id)}" '
        f'time="{result.seconds:.3f}"'
    )
    if result.status == "passed":
        return f"{head}/>\n"
    message = ": ".join(
        part for part in (result.status, result.variant, result.detail, result.reason) if part
    )
    tag = "failure" if result.bad else "skipped"
    return f'{head}><{tag} message="{_xml(message)}"/></testcase>\n'


def bad(results: Iterable[Result]) -> list[Result]:
    """The results that make the run fail."""
    return [result for result in results if result.bad]
