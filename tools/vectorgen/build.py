"""All files of all stages, and the archive of a release."""

from __future__ import annotations

import io
import tarfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from vectorgen import clauses, schema
from vectorgen.vector_file import File

FOLDER: Final = Path(__file__).resolve().parents[2] / "vectors"
#: The modules of the stages, in the order in which an implementation meets them.
MODULES: Final = (
    "json_texts", "cbor_items", "numbers", "records", "signatures", "policies", "events",
    "event_formats", "format_documents", "format_readings", "format_merges", "flat_events", "regions",
    "receipts", "checks", "bundles", "merge_sets", "merge_effects", "merge_schema", "equivocations",
    "proofs", "comparisons", "exports", "histories", "mirrors", "mirror_digests", "accumulated",
    "reals", "interpretations",
)  # fmt: skip


@cache
def files() -> tuple[File, ...]:
    """Every file of vectors."""
    return tuple(file for name in MODULES for file in import_module(f"vectorgen.{name}").files())


@cache
def built() -> dict[str, bytes]:
    """Every generated file by its path under ``vectors``."""
    made = {file.path: file.to_bytes() for file in files()}
    return {**made, "CLAUSES.md": clauses.page(files()), "vectors.schema.json": schema.page()}


def present(folder: Path = FOLDER) -> list[str]:
    """The files of vectors in a folder."""
    stages = {file.stage for file in files()} - {"real"}
    found = [path for stage in stages for path in (folder / stage).glob("*.json")]
    found += (folder / "real").glob("*.vectors.json")
    return sorted(path.relative_to(folder).as_posix() for path in found)


def stale(folder: Path = FOLDER) -> list[str]:
    """What is missing, differs, or should not be there."""
    wanted = built()
    differing = [
        name
        for name, data in wanted.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != data
    ]
    return differing + [name for name in present(folder) if name not in wanted]


def archive(folder: Path = FOLDER) -> bytes:
    """The vectors as one ``tar``: the same bytes from the same tree, on any machine.

    Not compressed: what a compressor writes differs from one version of zlib to the next.
    """
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in names:
            data = (folder / name).read_bytes()
            info = tarfile.TarInfo(f"pithbundle-vectors/{name}")
            info.size, info.mode, info.mtime = len(data), 0o644, 0
            tar.addfile(info, io.BytesIO(data))
    return plain.getvalue()
