"""Writes docs/scale.md and its pictures from the figures that recompute.py measured, and from scale.txt.

    python benchmarks/recompute_page.py

Nothing is measured here: equal figures give equal pages, which a test compares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

REPO: Final = Path(__file__).resolve().parent.parent
FIGURES: Final = REPO / "benchmarks" / "recompute.json"
TEMPLATE: Final = REPO / "benchmarks" / "scale.txt"
PAGE: Final = "docs/scale.md"
BILLION: Final = 1_000_000_000
#: Assumed, not measured: what an hour of one rented core costs, and a month of a gigabyte.
CORE_HOUR: Final = 0.04
GIGABYTE_MONTH: Final = 0.02

_LABELS: Final = {
    "pynacl": "PyNaCl: the signatures alone, each with its message at hand",
    "cryptography": "cryptography (OpenSSL), the same signatures",
    "securesystemslib": "securesystemslib, the same signatures",
    "signedjson": "signedjson with canonicaljson: events alone, in its own form, no receipts",
    "plain script": "a script with json, PyNaCl and sorted dumps: no merge, no report",
    "verify": "`Verifier.verify` in a loop",
    "loop": "the same with the bytes of states and reports",
    "recompute": "recompute, JSON",
    "recompute cbor": "recompute, CBOR",
}


def pages(figures: dict[str, Any]) -> dict[str, bytes]:
    """Each file that is written, by its path in the repository."""
    first, last = figures["sizes"][0], figures["sizes"][-1]
    cpu = last["cpu"]
    parts = parts_of(last)
    against = {name: first["cpu"][name] / first["cpu"]["pynacl"] for name in _LABELS}
    hours = BILLION * cpu["recompute"] / last["events"] / 3600
    text = TEMPLATE.read_text().format(
        hours=_round(hours),
        cores=_round(hours / 24),
        bytes_a_bundle=f"{last['raw_bytes'] / last['bundles']:,.0f}",
        events_a_bundle=f"{last['events'] / last['bundles']:.1f}",
        signature=f"{cpu['pynacl'] / last['signatures'] * 1e6:.0f}",
        billion=_billion(last, hours),
        parts=_table(["part", "share"], [[name, f"{share:.0f} %"] for name, share in parts.items()]),
        against=_table(
            ["program", "processor time"],
            [[_LABELS[name], f"{ratio:.2f}"] for name, ratio in against.items()],
        ),
        signatures=f"{first['signatures']:,}",
        bundles=f"{first['bundles']:,}",
        against_loop=f"{first['cpu']['recompute'] / first['cpu']['loop']:.2f}",
        against_loop_last=f"{cpu['recompute'] / cpu['loop']:.2f}",
        most_bundles=f"{last['bundles']:,}",
        growth=_growth(figures["sizes"]),
        more="".join(f"{section}\n\n" for section in _more(figures["sizes"])),
        alone=f"{100 / parts['signatures']:.1f}",
        rest=f"{100 - parts['signatures']:.0f}",
        openssl=f"{against['cryptography']:.1f}",
        parent=f"{parts['the parent']:.1f}",
        processes=f"{100 / max(parts['the parent'], 1):.0f}",
    )
    return {
        PAGE: text.encode(),
        "docs/assets/scale-parts.svg": bar_chart("Processor time of recompute, in percent", parts),
        "docs/assets/scale-against.svg": bar_chart("Processor time, bare PyNaCl = 1", against),
    }


def parts_of(found: dict[str, Any]) -> dict[str, float]:
    """The share of each part of recompute, in percent of its processor time."""
    cpu = found["cpu"]
    seconds = {
        "signatures": cpu["pynacl"],
        "reading JSON": cpu["read"],
        "the other checks": cpu["verify"] - cpu["read"] - cpu["pynacl"],
        "merge, state, report": cpu["loop"] - cpu["verify"],
        "packs, digests, counts": cpu["units"] - cpu["loop"],
        "the parent": cpu["recompute"] - cpu["units"],
    }
    # Differences of best times may be slightly below zero.
    return {name: max(0.0, 100 * value / cpu["recompute"]) for name, value in seconds.items()}


def _billion(found: dict[str, Any], hours: float) -> str:
    gigabytes = {
        name: BILLION * value / found["events"] / 1e9
        for name, value in {"raw": found["raw_bytes"], "packed": found["packed_bytes"]}.items()
    }
    written = {name: BILLION * value / found["events"] / 1e9 for name, value in found["out_bytes"].items()}
    month = (gigabytes["packed"] + sum(written.values())) * GIGABYTE_MONTH
    rows = [
        ["bundles", f"{_round(BILLION * found['bundles'] / found['events'] / 1e6)} million"],
        ["their JSON", f"{_round(gigabytes['raw'])} GB"],
        ["the archive", f"{_round(gigabytes['packed'])} GB"],
        ["states and reports", f"{_round(written['states'] + written['reports'])} GB"],
        ["digests", f"{_round(written['digests.txt'])} GB"],
        ["processor time", f"{_round(hours)} core-hours"],
        [f"at {CORE_HOUR} for a core-hour", _round(hours * CORE_HOUR)],
        [f"archive and output at {GIGABYTE_MONTH} for a gigabyte", f"{_round(month)} a month"],
    ]
    return _table(["a billion events", ""], rows)


def _growth(sizes: list[dict[str, Any]]) -> str:
    rows = [
        [
            f"{found['bundles']:,}",
            f"{found['cpu']['recompute'] / found['cpu']['pynacl']:.2f}",
            f"{found['cpu']['recompute'] / found['cpu']['loop']:.2f}",
            f"{found['raw_bytes'] / found['packed_bytes']:.2f}",
        ]
        for found in sizes
    ]
    return _table(["bundles", "recompute against PyNaCl", "against the loop", "raw against packed"], rows)


def _more(sizes: list[dict[str, Any]]) -> list[str]:
    """Sections of what was measured of one size."""
    sections: list[str] = []
    for found in sizes:
        if found.get("again"):
            first = found["again"]["first"]
            rows = [[name, f"{first / seconds:.1f}"] for name, seconds in found["again"].items()]
            of = f"Of {found['bundles']:,} bundles, in processor time:"
            sections += ["## A second run", of, _table(["run", "times faster"], rows)]
        elapsed = found.get("elapsed")
        if elapsed:
            rows = []
            for count in (2, 4):
                ours, theirs = (
                    elapsed[f"{name} 1"] / elapsed[f"{name} {count}"] for name in ("recompute", "pynacl")
                )
                rows.append([str(count), f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}"])
            of = f"Of {found['bundles']:,} bundles, in elapsed time, the start of the processes included:"
            head = ["processes", "recompute gains", "PyNaCl gains", "share"]
            sections += ["## Processes", of, _table(head, rows)]
    return sections


def _round(value: float) -> str:
    """A number with two significant digits: the figures are no better than that."""
    if value < 10:
        return f"{value:.1f}"
    digits = len(str(int(value))) - 2
    return f"{round(value / 10**digits) * 10**digits:,}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bar_chart(title: str, values: dict[str, float]) -> bytes:
    """Bars with their labels and values, in grey tones that light and dark pages both show."""
    most, height, left, width = max(values.values()), 26, 190, 360
    rows = []
    for at, (name, value) in enumerate(values.items()):
        y = 34 + at * height
        size = max(1, round(width * value / most))
        number = f"{value:.0f}" if most > 20 else f"{value:.2f}"
        rows.append(
            f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{name}</text>'
            f'<rect x="{left}" y="{y}" width="{size}" height="18" rx="2"/>'
            f'<text x="{left + size + 6}" y="{y + 14}">{number}</text>'
        )
    total = 44 + len(values) * height
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {total}" role="img" aria-label="{title}">',
        "<style>text{font:13px sans-serif;fill:#777}rect{fill:#4b7bb5}</style>",
        f'<text x="0" y="16">{title}</text>',
        *rows,
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


def main() -> None:
    """Write the page and its pictures."""
    for path, data in pages(json.loads(FIGURES.read_bytes())).items():
        (REPO / path).write_bytes(data)


if __name__ == "__main__":
    main()
