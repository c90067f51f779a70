"""Which pages the site has, where each comes from, and in which order they are listed."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeAlias

from docsite import markdown

Navigation: TypeAlias = list[tuple[str, "str | Navigation"]]

#: The site's path of each page outside docs/. A page of docs/ has its path below docs/.
ELSEWHERE: Final = {
    "README.md": "index.md",
    "spec.md": "spec/index.md",
    "vectors/README.md": "vectors/index.md",
    "vectors/accumulated.md": "vectors/accumulated.md",
    "vectors/CLAUSES.md": "vectors/clauses.md",
    "vectors/titles.md": "vectors/titles.md",
    "js/README.md": "js/index.md",
    "rust/README.md": "rust/index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "reporting.md",
    "tests/mutations/README.md": "mutations.md",
    "tests/mutations/SURVIVORS.md": "survivors.md",
}

#: Sections of the navigation: pages in order; ``*`` means the other pages of a folder.
SECTIONS: Final[list[tuple[str, list[str]]]] = [
    ("", ["README.md", "docs/quick-start.md", "docs/concepts.md", "docs/comparison.md", "docs/scale.md"]),
    (
        "Guides",
        [
            "docs/guides/verify-a-download.md",
            "docs/guides/find-an-event-format.md",
            "docs/guides/write-an-event-format.md",
            "docs/guides/check-thousands-of-files.md",
            "docs/guides/other-documents.md",
            "docs/guides/number-from-metadata.md",
            "docs/guides/timestamp-a-record.md",
            "docs/guides/bitcoin-headers.md",
            "docs/guides/show-a-badge.md",
            "docs/guides/check-evidence.md",
            "docs/guides/cite-a-record.md",
            "docs/guides/latex.md",
            "docs/guides/merge-copies.md",
            "docs/guides/citation-graph.md",
            "docs/guides/compare-a-state.md",
            "docs/guides/read-the-history.md",
            "docs/guides/pin-and-rotate-keys.md",
            "docs/guides/keep-a-proof.md",
            "docs/guides/keep-an-archive.md",
            "docs/guides/keep-a-store.md",
            "docs/guides/publish-a-mirror.md",
            "docs/guides/serve-a-mirror.md",
            "docs/guides/recompute-a-registry.md",
            "docs/guides/recompute-an-unknown-format.md",
            "docs/guides/recompute-on-a-cluster.md",
            "docs/guides/ask-a-mirror.md",
            "docs/guides/audit-a-mirror.md",
            "docs/guides/keep-a-mirror.md",
            "docs/guides/raise-a-limit.md",
            "docs/guides/add-an-event-type.md",
        ],
    ),
    (
        "Reference",
        [
            "docs/reference/commands.md",
            "docs/reference/json-output.md",
            "docs/reference/api.md",
            "docs/reference/api-archive.md",
            "docs/reference/api-store.md",
            "docs/reference/api-digests.md",
            "docs/reference/api-evidence.md",
            "docs/reference/api-badge.md",
            "docs/reference/api-citation.md",
            "docs/reference/api-graph.md",
            "docs/reference/api-recompute.md",
            "docs/reference/api-net.md",
        ],
    ),
    (
        "Specification",
        [
            "spec.md",
            "spec/encoding.md",
            "spec/records.md",
            "spec/keys.md",
            "spec/bundles.md",
            "spec/policy.md",
            "spec/checks.md",
            "spec/merge.md",
            "spec/state.md",
            "spec/reports.md",
            "spec/documents.md",
            "spec/arxiv.md",
            "spec/latex.md",
            "spec/probing.md",
            "spec/archives.md",
            "spec/recompute.md",
            "spec/store.md",
            "spec/net.md",
            "spec/mirror.md",
            "spec/sync.md",
            "spec/audit.md",
            "spec/pages.md",
            "spec/serve.md",
            "spec/evidence.md",
            "spec/captures.md",
            "spec/badge.md",
            "spec/graph.md",
            "spec/errors.md",
            "spec/*",
        ],
    ),
    (
        "Conformance",
        [
            "vectors/README.md",
            "docs/conforming-reader.md",
            "js/README.md",
            "rust/README.md",
            "vectors/CLAUSES.md",
            "vectors/accumulated.md",
            "vectors/titles.md",
        ],
    ),
    ("Security", ["docs/security-model.md", "SECURITY.md"]),
    ("Decisions", ["docs/decisions/README.md", "docs/decisions/*"]),
    (
        "Project",
        ["CONTRIBUTING.md", "CHANGELOG.md", "tests/mutations/README.md", "tests/mutations/SURVIVORS.md"],
    ),
]


def sources(root: Path) -> list[str]:
    """The pages of the site as paths of the repository, in the order of the navigation.

    Raises:
        ValueError: a page is missing, or one of docs/ or spec/ is not in SECTIONS.
    """
    found: list[str] = []
    for _, entries in SECTIONS:
        for entry in entries:
            if entry.endswith("/*"):
                rest = sorted((root / entry[:-2]).glob("*.md"))
                found += [name for path in rest if (name := path.relative_to(root).as_posix()) not in found]
            elif not (root / entry).is_file():
                raise ValueError(f"{entry} is in docsite.pages.SECTIONS and does not exist")
            else:
                found.append(entry)
    every = {path.relative_to(root).as_posix() for path in (root / "docs").rglob("*.md")}
    if missing := sorted(every - set(found)):
        raise ValueError(f"not in docsite.pages.SECTIONS: {', '.join(missing)}")
    return found


def target(source: str) -> str:
    """The site's path of a page of the repository."""
    if source in ELSEWHERE:
        return ELSEWHERE[source]
    path = source.removeprefix("docs/")
    return path.removesuffix("README.md") + "index.md" if path.endswith("/README.md") else path


def navigation(root: Path) -> list[object]:
    """The navigation in the form of the generator's configuration: each page by the title that it has."""
    listed = sources(root)
    made: list[object] = []
    for name, entries in SECTIONS:
        folders = tuple(entry[:-1] for entry in entries if entry.endswith("/*"))
        pages = [page for page in listed if page in entries or page.startswith(folders or "\n")]
        items = [{_label(root / page): target(page)} for page in pages]
        made += [{name: items}] if name else items
    return made


def _label(path: Path) -> str:
    if path.name == "README.md" and path.parent.joinpath("spec.md").is_file():
        return "Home"
    return markdown.title(markdown.parse(path.read_text(encoding="utf-8"))).replace("`", "")
