"""What ``pithbundle graph`` does and prints; loaded only where zstd is installed."""

from __future__ import annotations

import errno
import itertools
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from pithbundle.archive.lines import Line
from pithbundle.archive.sort import LineSorter
from pithbundle.cli.archive_inputs import Written, bundles_of, failing, inputs_of
from pithbundle.cli.archive_print import (
    NOTHING_WRITTEN,
    SOME_REJECTED,
    members_of,
    print_nothing_written,
    print_rejected,
    print_skipped,
)
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.extras import needing
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.terminal import progress_bar
from pithbundle.durable import TEMPORARY, Folder
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import PithError
from pithbundle.files import file_error
from pithbundle.graph import Graph, GraphBuilder, claims_of_bundles, edge_lines, graphml, node_lines
from pithbundle.graph.graphml import GRAPHML
from pithbundle.graph.model import COUNTED_AS, STANCES
from pithbundle.graph.rows import APART, EDGES, NODES
from pithbundle.output_folder import OutputFolder
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.wording import plural

#: The outcome where claims without a verified signature are there.
UNVERIFIED: Final = "unverified"
_EMPTY: Final = Graph((), (), 0)
#: The page of both graphs.
_PAGE: Final = "index.html"
_FILES: Final = re.compile(rf"(?:{APART})?(?:(?:nodes|edges)\.jsonl|{re.escape(GRAPHML)})|{re.escape(_PAGE)}")
_IN_PART: Final = re.compile(rf"{_FILES.pattern}|run-[0-9]{{6}}|{re.escape(TEMPORARY)}")


@dataclass(slots=True)
class Found:
    """What was read and made."""

    written: Written = field(default_factory=Written)
    verified: Graph = _EMPTY
    unverified: Graph = _EMPTY
    #: Unverified elements that may be claims and are not read.
    unread: int = 0


def run(
    inputs: tuple[str, ...],
    form: str | None,
    output: str,
    formats: Container[str],
    policy: Policy,
    limits: Limits,
    force: bool,
) -> Found:
    """Read all inputs and write the folder of their graph, unless they contain no bundle.

    ``formats`` are those that are written beside JSON Lines.

    Raises:
        InputRejected: an input cannot be read, or the output not written.
        click.UsageError: the format of an input is not known, or a page is asked for without jinja2.
    """
    make_page = _page_maker() if "html" in formats else None
    found = Found()
    written = found.written
    given = [*inputs_of(inputs, form, written, output)]
    with failing(output):
        try:
            with OutputFolder(output, force, _IN_PART, _require_graph) as folder:
                sorter = LineSorter(folder.part)
                with progress_bar("reading", None) as bar:
                    for bundle in bundles_of(given, limits, written, bar):
                        sorter.add(_sorted_by_record(bundle.line))
                _collect(sorter.sorted(), Verifier(policy, limits=limits), found)
                if written.bundles:
                    _write(folder.part, found, formats, make_page, policy)
                    folder.give_name()
        except OSError as error:
            raise file_error(output, error) from error
    return found


def _sorted_by_record(line: Line) -> Line:
    """The line as it is sorted: JSON and CBOR of one record together; the first byte says which one it is."""
    return Line(line.suffix, line.digest, line.data, "json")


def _collect(lines: Iterable[Line], verifier: Verifier, found: Found) -> None:
    """Read the claims of each record; the bundles of one record at a time are in memory."""
    builder = GraphBuilder()
    written = found.written
    with progress_bar("verifying", written.read) as bar:
        for suffix, group in itertools.groupby(lines, attrgetter("suffix")):
            parts = [line.data for line in group]
            try:
                builder.add(claims_of_bundles(verifier, parts))
            except PithError as error:
                written.rejected.add("", f"record {suffix}", error)
            else:
                written.bundles += len(parts)
            bar(written.bundles, len(written.rejected))
    found.verified, found.unverified = builder.build(), builder.build_unverified()
    found.unread = builder.unread


def _page_maker() -> Callable[[Graph, Graph, str, int], bytes]:
    """What makes the page; it needs jinja2, which is an extra.

    Raises:
        click.UsageError: jinja2 is not installed.
    """
    with needing("mirror", "a page needs jinja2", "jinja2"):
        from pithbundle.mirror.pages.graph import graph_page
    return graph_page


def _write(
    folder: Folder,
    found: Found,
    formats: Container[str],
    make_page: Callable[[Graph, Graph, str, int], bytes] | None,
    policy: Policy,
) -> None:
    for prefix, graph, verified in (("", found.verified, True), (APART, found.unverified, False)):
        folder.write_parts(prefix + NODES, node_lines(graph))
        folder.write_parts(prefix + EDGES, edge_lines(graph, verified=verified))
        if "graphml" in formats:
            folder.write_parts(prefix + GRAPHML, graphml(graph, verified=verified))
    if make_page is not None:
        page = make_page(found.verified, found.unverified, policy.sha256, found.unread)
        folder.write_parts(_PAGE, [page])


def _require_graph(folder: Folder) -> None:
    """Check that a folder contains a graph and nothing else, so that it may be replaced.

    Raises:
        OSError: it does not.
    """
    folder.require_known(_FILES)
    if folder.mode(NODES) is None:
        raise OSError(errno.EEXIST, "exists and contains no graph; --force replaces graphs only")


# -- printing -------------------------------------------------------------------------------


def print_graph(out: Output, output: str, policy: Policy, policy_path: str | None, found: Found) -> int:
    """Print what was written; return the exit status."""
    written = found.written
    outcome, status = _outcome(found)
    if out.as_json:
        members = {
            "policy": policy_value(policy, policy_path),
            "output": portable(output),
            "bundles": written.bundles,
            "skipped": written.skipped.count,
            "verified": _counts(found.verified),
            "unverified": {**_counts(found.unverified), "unread": found.unread},
            **members_of(written.rejected),
        }
        return out.result(outcome, status, members)
    if not written.bundles:
        return print_nothing_written(out, output, written.rejected)
    print_rejected(out, written.rejected)
    graph = found.verified
    records = plural(graph.records, "record")
    out.heading("graph", f"{records} of {plural(written.bundles, 'bundle')}, written to {out.show(output)}")
    claims = plural(len(graph.edges), "claim")
    out.detail("claims", f"{claims} with a verified signature, of {plural(len(graph.nodes), 'node')}")
    for stance in STANCES:
        counted = [
            f"{count} {counted_as.replace('_', '-')}"
            for counted_as in COUNTED_AS
            if (count := graph.count(stance, counted_as))
        ]
        if counted:
            out.detail(stance, ", ".join(counted))
    for label, count in (("repeated", graph.repeated), ("findings", graph.findings)):
        if count:
            out.detail(label, str(count))
    _print_unverified(out, found)
    print_skipped(out, written.skipped)
    if len(written.rejected):
        out.detail("rejected", f"{len(written.rejected)}, listed on stderr")
    return status


def _print_unverified(out: Output, found: Found) -> None:
    apart = found.unverified
    if apart.edges or apart.findings:
        findings = f", {plural(apart.findings, 'finding')}" if apart.findings else ""
        out.detail(
            "apart",
            f"{plural(len(apart.edges), 'claim')}{findings} without a verified signature, in {APART}*.jsonl",
        )
    if found.unread:
        out.detail("not read", f"{plural(found.unread, 'unverified element')} that may be a claim")


def _outcome(found: Found) -> tuple[str, Exit]:
    written = found.written
    if not written.bundles:
        return NOTHING_WRITTEN, Exit.INVALID
    if len(written.rejected):
        return SOME_REJECTED, Exit.INVALID
    if found.unverified.nodes or found.unread:
        return UNVERIFIED, Exit.UNVERIFIED
    return SUCCESS, Exit.VALID


def _counts(graph: Graph) -> Object:
    return {
        "records": graph.records,
        "nodes": len(graph.nodes),
        "claims": len(graph.edges),
        "stances": {stance: {each: graph.count(stance, each) for each in COUNTED_AS} for stance in STANCES},
        "repeated": graph.repeated,
        "findings": graph.findings,
    }
