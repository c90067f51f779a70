"""JSON Schemas of the outputs of ``--json`` (spec CLI-9).

A schema file refers to parts that several outputs share, and to the schemas of a policy and of an
event format. What is given out contains every part that it refers to, so that one file is enough to validate.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pithbundle

_PACKAGE: Final = Path(pithbundle.__file__).parent
_FOLDER: Final = _PACKAGE / "schemas"
#: The file of shared parts, and the schemas of documents, by the names that references use.
_COMMON: Final = "common.json"
_FILES: Final = {
    _COMMON: _FOLDER / _COMMON,
    "policy.schema.json": _PACKAGE / "verify" / "policy.schema.json",
    "event_format.schema.json": _PACKAGE / "bundle" / "event_format.schema.json",
}


def names() -> list[str]:
    """Return the names of the schemas: the command's words joined by ``_``; ``error`` and documents too."""
    return sorted(path.stem for path in _FOLDER.glob("*.json") if path.name != _COMMON)


def schema(name: str) -> dict[str, Any]:
    """Return one schema with every part that it refers to under ``$defs``.

    Raises:
        KeyError: there is no schema of this name.
    """
    if name not in names():
        raise KeyError(name)
    parts: dict[str, Any] = {}
    found = _resolved(_read(_FOLDER / f"{name}.json"), f"{name}.json", parts)
    return {**found, "$defs": {key: parts[key] for key in sorted(parts)}} if parts else found


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_bytes())
    return value


def _resolved(value: Any, file: str, parts: dict[str, Any]) -> Any:
    """Return a part of ``file`` that refers to ``$defs`` alone; add what it refers to to ``parts``."""
    if isinstance(value, list):
        return [_resolved(item, file, parts) for item in value]
    if not isinstance(value, dict):
        return value
    made = {name: _resolved(member, file, parts) for name, member in value.items() if name != "$defs"}
    if "$ref" in value:
        made["$ref"] = _reference(value["$ref"], file, parts)
    return made


def _reference(reference: str, file: str, parts: dict[str, Any]) -> str:
    target, _, pointer = reference.partition("#")
    target = target or file
    name = pointer.removeprefix("/$defs/")
    key = name if target == _COMMON else f"{target.partition('.')[0]}_{name or 'document'}"
    if key not in parts:
        whole = _read(_FILES[target])
        parts[key] = None  # a part may refer to itself
        parts[key] = _resolved(whole["$defs"][name] if name else whole, target, parts)
        parts[key].pop("$schema", None)
    return f"#/$defs/{key}"
