"""What ``pithbundle mirror audit``, ``watch`` and ``check-finding`` print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pithbundle.cli.output import Exit, Output, Style, worst
from pithbundle.cli.render import MOST, short
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import PithError
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.recheck import Rechecked
from pithbundle.mirror.audit.shares import SHARE, SHARE_BYTES, fair
from pithbundle.mirror.audit.words import WORDS, Word
from pithbundle.wording import more, plural

if TYPE_CHECKING:
    from pithbundle.cli.mirror_audit_run import Round

#: Why evidence is not kept, and what the person can do (AUDIT-18).
_ROOM: Final = (
    f"findings/ has {SHARE} or {SHARE_BYTES >> 20} MiB of a word of this mirror: move files away, and "
    "what is found again is kept"
)
#: The words that are about valid events which are not there, and how many of these are printed.
_OF_EVENTS: Final = frozenset({"missing", "stale"})
_MOST_EVENTS: Final = 4
_OUTCOMES: Final = {0: "same", 1: "wrong", 3: "not_known"}
_HEADLINES: Final[dict[int, tuple[str, str, Style]]] = {
    0: ("same", "no difference was found", "good"),
    1: ("wrong", "something contradicts what was signed, or a signer or a mirror contradicts itself", "bad"),
    3: ("not known", "something is not there, was not received, or cannot be compared", "doubtful"),
}
_STYLES: Final[dict[int, Style]] = {0: "good", 1: "bad", 3: "doubtful"}


def print_audit(out: Output, done: Round) -> int:
    """Print an audit; return the exit status."""
    audit = done.audit
    if out.as_json:
        return out.result(_OUTCOMES[audit.exit_status], audit.exit_status, done.value)
    label, text, style = _HEADLINES[audit.exit_status]
    out.heading(label, text, style)
    read = f"{plural(audit.records, 'record')} of each mirror were read, {audit.sampled} of them drawn"
    out.detail("records", f"{read} by seed {out.show(audit.seed)}")
    for mirror in audit.mirrors:
        head = mirror.head
        of_head = "no digests" if head is None else f"generation {head.generation} of {head.generated_at}"
        signed = "" if mirror.head_signature is None else f", {mirror.head_signature}"
        out.heading("mirror", f"{out.show(mirror.base)}, {of_head}{signed}")
        counts = (f"{word} {mirror.words[word]}" for word in WORDS if mirror.words[word])
        out.detail("found", ", ".join(counts) or "nothing was compared")
        out.detail("requests", f"{mirror.requests}, {plural(mirror.body_bytes, 'byte')} received")
    not_kept = {one.base: one.not_kept for one in audit.mirrors if one.not_kept}
    print_found(out, [one for one in audit.found if one.is_reported], done, not_kept)
    return audit.exit_status


def print_found(out: Output, found: Sequence[Found], done: Round, not_kept: Mapping[str, int]) -> None:
    """Print findings, the gravest first; of each mirror equally many, if they are too many.

    Args:
        out: takes the text.
        found: what is printed.
        done: the audit.
        not_kept: by base URL, of how many findings the evidence is not kept.
    """
    order = [*WORDS]
    for one in sorted(fair(found, MOST), key=lambda each: order.index(each.word)):
        out.heading(one.word, f"{one.suffix or 'the mirror'} of {out.show(one.mirror)}", _style(one.word))
        out.detail("why", out.show(one.message))
        if one.ids and one.word in _OF_EVENTS:
            first = ", ".join(short(each) for each in one.ids[:_MOST_EVENTS])
            rest = len(one.ids) - _MOST_EVENTS
            out.detail("events", first + (f" and {rest} more" if rest > 0 else ""))
        out.detail("evidence", one.evidence)
        if done.has_folder:
            out.detail("finding", done.names.get(one.key, "not kept"))
    if len(found) > MOST:
        out.line(f"and {len(found) - MOST} more; --json and -o FOLDER have them")
    for base, count in done.audit.unlisted.items():
        out.line(f"and of {out.show(base)} {plural(count, 'result')}, counted and not listed")
    for base, count in not_kept.items():
        out.line(f"the evidence of {plural(count, 'finding')} of {out.show(base)} is not kept; {_ROOM}")


def _style(word: Word) -> Style:
    return _STYLES[WORDS[word].exit_status]


def print_round(out: Output, done: Round, new: Sequence[Found]) -> int:
    """Print what is new in a round of a watch; return the exit status."""
    audit = done.audit
    if out.as_json:
        listed: list[Value] = [
            {
                "word": one.word,
                "mirror": portable(one.mirror),
                "suffix": one.suffix or None,
                "evidence": one.evidence,
                "message": portable(one.message),
                "finding": done.names.get(one.key),
            }
            for one in new
        ]
        counts: Object = {word: audit.counts[word] for word in WORDS if audit.counts[word]}
        not_kept = sum(one.key not in done.names for one in new)
        members = {
            "ended_at": audit.ended_at,
            "seed": audit.seed,
            "counts": counts,
            "new": listed,
            "new_not_kept": not_kept,
            "unlisted": audit.unlisted.total(),
        }
        return out.result(_OUTCOMES[audit.exit_status], audit.exit_status, members)
    counts_text = ", ".join(f"{word} {audit.counts[word]}" for word in WORDS if audit.counts[word])
    out.heading("round", f"{audit.ended_at}, {plural(len(new), 'new finding')}: {counts_text or 'nothing'}")
    print_found(out, new, done, Counter(one.mirror for one in new if one.key not in done.names))
    return audit.exit_status


#: A file, and what a check of it came to or why it was rejected.
Checked = tuple[str, "Rechecked | PithError"]


def print_checked(
    out: Output, checked: Sequence[Checked], contradictions: Sequence[tuple[str, str, int]]
) -> int:
    """Print what findings show; return the exit status.

    Args:
        out: takes the text.
        checked: for each file, the result.
        contradictions: base URLs of mirrors with the reason why two heads of their key contradict each other,
            and how many further heads are in a contradiction.
    """
    statuses = [1 if isinstance(result, PithError) else result.exit_status for _, result in checked]
    status = worst(statuses)
    if out.as_json:
        files: list[Value] = [_checked_value(path, result) for path, result in checked]
        pairs: list[Value] = [
            {"mirror": portable(base), "reason": reason, "further_heads": further}
            for base, reason, further in contradictions
        ]
        outcome = {0: "shown", 1: "not_shown", 3: "observed"}[status]
        return out.result(outcome, status, {"files": files, "contradictions": pairs})
    for path, result in checked:
        if isinstance(result, PithError):
            out.print_rejection(path, result, result.hint)
            continue
        finding = result.finding
        label = result.evidence or "not shown"
        style: Style = {0: "good", 1: "bad", 3: "doubtful"}[result.exit_status]  # type: ignore[assignment]
        of = f"{finding.suffix or 'the mirror'} of {out.show(finding.mirror)}"
        out.heading(label, f"{finding.word}: {of}", style)
        out.detail("why", out.show(result.message))
        out.detail("file", out.file_name(path))
    for base, reason, further in contradictions:
        out.heading("mirror", f"conflict: two heads of the key of {out.show(base)}", "good")
        rest = f"; {more(further, 'head')} of it are in contradictions" if further else ""
        out.detail("why", f"they contradict each other by their {reason}{rest}")
    return Exit(status)


def _checked_value(path: str, result: Rechecked | PithError) -> Object:
    if isinstance(result, PithError):
        return {"file": portable(path), "error": result.fault.to_value(), "word": None, "mirror": None,
                "suffix": None, "evidence": None, "message": portable(result.fault.message)}  # fmt: skip
    finding = result.finding
    return {
        "file": portable(path),
        "error": None,
        "word": finding.word,
        "mirror": portable(finding.mirror),
        "suffix": finding.suffix or None,
        "evidence": result.evidence,
        "message": portable(result.message),
    }
