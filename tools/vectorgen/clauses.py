# ruff: noqa: E501  (a table of reasons)
"""Which clause of the specification is shown by which vectors, and why a clause is shown by none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from specgen.pages import all_clauses
from vectorgen.vector_file import File

#: Clauses that no vector shows, with the reason. A clause that gets a vector leaves the table.
UNTESTABLE: Final = {
    "LIM-8": "a definition; the vectors of LIM-2, LIM-3 and LIM-4 show how depth, values and lengths are counted",
    "LIM-9": "about options: a worker is run with the defaults",
    "FORMAT-13": "a cost; tests/properties/test_formats.py counts encodings and signature checks",
    "ERR-2": "a list; the vectors of the other clauses show the codes",
    "MERGE-10": "a cost; tests/properties/test_cost.py counts steps",
    "REPORT-1": "a report has no fixed bytes; the vectors of CHECK-1 to CHECK-14 show its verdicts and codes",
    "REPORT-4": "warnings of a report; the vectors of EVT-5 show unsigned members",
    "REPORT-6": "about the output of a command; the vectors of REPORT-2 show the outcomes",
    "REPORT-7": "about the output of a command",
    "PROOF-4": "about the wording of messages",
    "STATUS-2": "a sentence for people; the vectors of STATUS-1 show its numbers",
    "DIFF-1": "about the input of a command; the vectors of EXPORT-1 and REPORT-3 show its sides",
    "DIFF-2": "about the output of a command, which has no fixed bytes",
    "EXPLAIN-1": "a selection from the trace; the vectors of TRACE-1 to TRACE-4 show its bytes",
    "EXPLAIN-2": "sentences for people",
    "DISPLAY-1": "about a terminal",
    "DISPLAY-2": "about a terminal",
    "DISPLAY-3": "about a terminal",
    "CLI-1": "about files of the machine on which a command runs",
    "CLI-2": "about streams of a command",
    "CLI-3": "about files of the machine on which a command runs",
    "CLI-4": "about the options of a command",
    "CLI-5": "about files of the machine on which a command runs",
    "CLI-6": "about the options of a command",
    "CLI-7": "about signals to a command",
    "CLI-8": "about the environment of a command",
    "CLI-9": "about the output of commands; tests validate every one against its schema",
    "CLI-10": "about files of the machine on which a command runs",
    "CLI-11": "about files of the machine on which a command runs",
    "CLI-12": "about the output of a command",
    "CLI-13": "about a fault that no command is known to have",
    "DOC-1": "about the wording of messages; tests/cli/test_file_kinds.py shows it",
    "DOC-2": "about the tool alone; tests/unit/bundle/test_document_types.py shows it",
    "DOC-3": "about the tool alone; tests/unit/verify/test_documents.py shows it",
    "DOC-4": "about the tool alone; tests/unit/bundle/test_document.py shows it",
    "DOC-5": "about the tool alone; tests/unit/bundle/test_record_documents.py shows it",
    "DOC-6": "about the tool alone; tests/unit/bundle/test_record_documents.py shows it",
    "DOC-7": "about the tool alone; tests/unit/bundle/test_record_documents.py shows it",
    "DOC-8": "about the tool alone; tests/unit/verify/test_documents.py shows it",
    "DOC-9": "about the tool alone; tests/unit/verify/test_key_documents.py shows it",
    "DOC-10": "about the tool alone; tests/unit/verify/test_key_documents.py shows it",
    "DIFF-3": "about the tool alone; tests/unit/comparison/test_facts.py shows it",
    "SNAP-2": "about the tool alone; tests/unit/bundle/test_snapshots.py shows it",
    "TRUNC-1": "about the options of a command; tests/cli/test_documents.py shows it",
    "TRUNC-2": "about the tool alone; tests/unit/encoding/test_json_truncated.py shows it",
    "TRUNC-3": "about the tool alone; tests/properties/test_truncated.py shows it",
    "TRUNC-4": "about the tool alone; tests/unit/encoding/test_json_truncated.py shows it",
    "ARCH-1": "about containers of bundles; tests/unit/archive/test_writer.py shows it",
    "ARCH-2": "about containers of bundles; tests/unit/archive/test_lines.py shows it",
    "ARCH-3": "about containers of bundles; tests/unit/archive/test_lines.py shows it",
    "ARCH-4": "about containers of bundles; tests/unit/archive/test_writer.py shows it",
    "ARCH-5": "about containers of bundles; tests/unit/archive/test_borders.py shows it",
    "ARCH-6": "about containers of bundles; tests/unit/archive/test_borders.py shows it",
    "ARCH-7": "about containers of bundles; tests/unit/archive/test_frames.py shows it",
    "ARCH-8": "about containers of bundles; tests/hostile/test_archives.py shows it",
    "ARCH-9": "about containers of bundles; tests/unit/archive/test_reader.py shows it",
    "ARCH-10": "about containers of bundles; tests/unit/archive/test_manifest.py shows it",
    "ARCH-11": "about containers of bundles; tests/unit/archive/test_inputs.py and test_tar.py show it",
    "ARCH-12": "about containers of bundles; tests/unit/archive/test_inputs.py shows it",
    "ARCH-13": "about containers of bundles; tests/hostile/test_crashes.py shows it",
    "ARCH-14": "about containers of bundles; tests/unit/archive/test_table.py shows it",
    "STORE-1": "about files of a mirror; tests/unit/store/test_store.py shows it",
    "STORE-2": "about files of a mirror; tests/unit/store/test_entry.py shows it",
    "STORE-3": "about files of a mirror; tests/hostile/test_store.py shows it",
    "STORE-4": "about files of a mirror; tests/hostile/test_store_crashes.py shows it",
    "STORE-5": "about files of a mirror; tests/unit/store/test_judging.py shows it",
    "STORE-6": "about files of a mirror; tests/unit/store/test_keeping.py shows it",
    "STORE-7": "about files of a mirror; tests/unit/store/test_keeping.py shows it",
    "STORE-8": "about files of a mirror; tests/unit/store/test_keeping.py shows it",
    "STORE-9": "about files of a mirror; tests/unit/store/test_store.py shows it",
    "STORE-10": "about files of a mirror; tests/unit/store/test_updating.py shows it",
    "STORE-11": "about files of a mirror; tests/unit/store/test_index.py shows it",
    "STORE-12": "about files of a mirror; tests/hostile/test_store.py shows it",
    "STORE-13": "about files of a mirror; tests/hostile/test_store_crashes.py shows it",
    "STORE-14": "about files of a mirror; tests/unit/store/test_view.py shows it",
    "MIRROR-1": "about files of a mirror; tests/unit/digests/test_lines.py shows it",
    "MIRROR-2": "about files of a mirror; tests/unit/digests/test_tree.py shows it",
    "MIRROR-3": "about files of a mirror; tests/hostile/test_digests.py shows it",
    "MIRROR-4": "about files of a mirror; tests/unit/digests/test_head.py shows it",
    "MIRROR-5": "about files of a mirror; tests/unit/digests/test_delta.py shows it",
    "MIRROR-6": "about files of a mirror; tests/unit/digests/test_head_signature.py shows it",
    "MIRROR-7": "about files of a mirror; tests/unit/digests/test_contradiction.py shows it",
    "MIRROR-8": "about files of a mirror; tests/properties/test_digests.py shows it",
    "MIRROR-9": "about files of a mirror; tests/unit/digests/test_kept.py and tests/unit/mirror/test_digest_folder.py show it",
    "MIRROR-10": "about files of a mirror; tests/unit/mirror/test_listing.py shows it",
    "SYNC-1": "about files of a mirror; tests/unit/mirror/test_manifest.py shows it",
    "SYNC-2": "about files of a mirror; tests/unit/mirror/test_manifest.py shows it",
    "SYNC-3": "about files of a mirror; tests/unit/mirror/test_remote.py shows it",
    "SYNC-4": "about files of a mirror; tests/unit/mirror/test_remote.py shows it",
    "SYNC-5": "about files of a mirror; tests/unit/mirror/test_remote.py and test_parts.py show it",
    "SYNC-6": "about files of a mirror; tests/unit/mirror/test_remote.py shows it",
    "AUDIT-1": "about a network; tests/unit/mirror/audit/test_words.py shows it",
    "AUDIT-2": "about a network; tests/unit/mirror/audit/test_recheck.py shows it",
    "AUDIT-3": "about a network; tests/unit/mirror/audit/test_sides.py and tests/hostile/test_audit.py show it",
    "AUDIT-4": "about a network; tests/unit/mirror/audit/test_classify.py shows it",
    "AUDIT-5": "about a network; tests/unit/mirror/audit/test_classify.py shows it",
    "AUDIT-6": "about a network; tests/unit/mirror/audit/test_classify.py shows it",
    "AUDIT-7": "about a network; tests/unit/mirror/audit/test_classify.py and tests/hostile/test_audit.py show it",
    "AUDIT-8": "about a network; tests/unit/mirror/audit/test_sides.py shows it",
    "AUDIT-9": "about a network; tests/unit/mirror/audit/test_classify.py shows it",
    "AUDIT-10": "about a network; tests/unit/mirror/audit/test_second_reads.py shows it",
    "AUDIT-11": "about a network; tests/unit/mirror/audit/test_finding.py shows it",
    "AUDIT-12": "about a network; tests/unit/mirror/audit/test_folder.py shows it",
    "AUDIT-13": "about a network; tests/unit/mirror/audit/test_recheck.py shows it",
    "AUDIT-14": "about a network; tests/unit/mirror/audit/test_sample.py shows it",
    "AUDIT-15": "about a network; tests/unit/mirror/audit/test_watch.py shows it",
    "AUDIT-16": "about a network; tests/unit/mirror/audit/test_report.py and tests/unit/mirror/audit/test_page.py show it",
    "RECOMP-1": "about containers of bundles; tests/unit/recompute/test_run_layouts.py shows it",
    "RECOMP-2": "about containers of bundles; tests/unit/recompute/test_run.py shows it",
    "RECOMP-3": "about containers of bundles; tests/unit/recompute/test_run_layouts.py shows it",
    "RECOMP-4": "about containers of bundles; tests/unit/recompute/test_assemble.py shows it",
    "RECOMP-5": "about containers of bundles; tests/unit/recompute/test_assemble.py shows it",
    "RECOMP-6": "about containers of bundles; tests/unit/recompute/test_facts.py shows it",
    "RECOMP-7": "about the processes of a run; tests/unit/recompute/test_pool.py shows it",
    "RECOMP-8": "about the work of a run; tests/unit/recompute/test_plan.py shows it",
    "RECOMP-9": "about the work of a run; tests/hostile/test_resume.py shows it",
    "RECOMP-10": "about the work of a run; tests/unit/recompute/test_run_cache.py shows it",
    "RECOMP-17": "about the work of a run; tests/unit/recompute/test_cache.py shows it",
    "RECOMP-11": "about the output of a command; tests/unit/recompute/test_expect.py shows it",
    "RECOMP-12": "about containers of bundles; tests/cli/test_recompute_inputs.py shows it",
    "RECOMP-13": "a picture for people; tests/unit/recompute/test_picture.py shows it",
    "RECOMP-14": "about the processes of a run; tests/unit/recompute/test_address.py and tests/unit/recompute/test_dask_cluster.py show it",
    "RECOMP-15": "about the processes of a run; tests/unit/recompute/test_cluster.py and tests/unit/recompute/test_dask_cluster.py show it",
    "RECOMP-16": "about storage outside of this machine; tests/unit/recompute/test_location.py and tests/unit/recompute/test_object_storage.py show it",
    "RECOMP-18": "about the processes of a run; tests/unit/recompute/test_frame_units.py, test_scan.py and test_work.py show it",
    "PROBE-1": "about the tool alone; tests/unit/verify/probing/test_run.py shows it",
    "PROBE-2": "about the tool alone; tests/unit/verify/probing/test_lenient.py and test_elements.py beside it show it",
    "PROBE-3": "about the tool alone; tests/unit/verify/probing/test_candidates.py shows it",
    "PROBE-4": "about the tool alone; tests/unit/verify/probing/test_builder.py and test_search.py beside it show it",
    "PROBE-5": "about the tool alone; tests/unit/verify/probing/test_search.py shows it",
    "PROBE-6": "about the tool alone; tests/unit/verify/probing/test_search.py shows it",
    "PROBE-7": "about the tool alone; tests/unit/verify/probing/test_results.py and test_built_in.py beside it show it",
    "PROBE-8": "about the tool alone; tests/unit/verify/probing/test_shapes.py shows it",
    "PROBE-9": "about the tool alone; tests/unit/verify/probing/test_results.py shows it",
    "PROBE-10": "about the tool alone; tests/unit/verify/probing/test_ambiguity.py shows it",
    "PROBE-11": "about the tool alone; tests/hostile/test_probe_bounds.py shows it",
    "NET-1": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-2": "about requests over a network; tests/unit/net/test_urls.py shows it",
    "NET-3": "about requests over a network; tests/unit/net/test_urls.py shows it",
    "NET-4": "about requests over a network; tests/unit/net/test_addresses.py shows it",
    "NET-5": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-6": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-7": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-8": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-9": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-10": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-11": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-12": "about requests over a network; tests/hostile/test_network.py shows it",
    "NET-13": "about requests over a network; tests/unit/net/test_heads.py shows it",
    "NET-14": "about requests over a network; tests/unit/net/test_client.py shows it",
    "NET-15": "about requests over a network; tests/unit/net/test_client.py shows it",
    "NET-16": "about requests over a network; tests/unit/net/test_exchange.py shows it",
    "NET-17": "about requests over a network; tests/unit/net/test_client.py shows it",
}


def shown(files: Iterable[File]) -> dict[str, list[str]]:
    """The ids of the vectors of each clause that has any."""
    by_clause: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for vector in file.vectors:
            for clause in vector["clauses"]:
                by_clause[clause].append(vector["id"])
    return dict(by_clause)


def page(files: Iterable[File]) -> bytes:
    """``vectors/CLAUSES.md``: clause by clause, how many vectors and the first of them."""
    by_clause = shown(files)
    rows = ["# Clause by clause", "", "Generated by `make vectors`. Every clause of the specification, and the vectors that show it.", "",
            "| clause | vectors | for example, or why none |", "|---|---|---|"]  # fmt: skip
    for clause in all_clauses().values():
        ids = by_clause.get(clause.id, [])
        examples = ", ".join(f"`{name}`" for name in ids[:3]) if ids else UNTESTABLE.get(clause.id, "")
        rows.append(
            f"| [{clause.id}](../spec/{clause.page}.md#{clause.anchor}) | {len(ids) or ''} | {examples} |"
        )
    return ("\n".join(rows) + "\n").encode()
