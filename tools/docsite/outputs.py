"""The reference of JSON outputs, from the schemas that the package ships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from docsite.commands import escape
from pithbundle.cli import schemas

#: The members of the envelope, which the page describes once.
_ENVELOPE: Final = frozenset({"type", "version", "outcome", "exit_status", "error"})


def reference() -> str:
    """A section for each schema: its type, its outcomes, its members, and the schema itself."""
    return "\n\n".join(part for name in schemas.names() for part in _section(name)) + "\n"


def _section(name: str) -> Iterator[str]:
    value = schemas.schema(name)
    yield f"## {name.replace('_', ' ')}"
    yield escape(value["description"])
    properties: dict[str, Any] = value.get("properties", {})
    if "type" in properties:
        outcome = properties["outcome"]
        words = outcome.get("enum", [outcome.get("const")])
        yield f"Type `{properties['type']['const']}`; outcomes: {', '.join(f'`{word}`' for word in words)}."
    rows = [
        f"| `{member}` | {escape(_meaning(part, value))} |"
        for member, part in properties.items()
        if member not in _ENVELOPE
    ]
    if rows:
        yield "\n".join(["| member | content |", "|---|---|", *rows])


def _meaning(part: Any, whole: Any) -> str:
    """What a member contains: its description, else that of what it refers to, else its JSON type."""
    if "description" in part:
        return str(part["description"])
    if "$ref" in part:
        return _meaning(whole["$defs"][part["$ref"].removeprefix("#/$defs/")], whole)
    if "anyOf" in part:
        return _meaning(part["anyOf"][0], whole).rstrip(".") + ", or null."
    if part.get("type") == "array":
        return f"An array: {_meaning(part['items'], whole)[:1].lower()}{_meaning(part['items'], whole)[1:]}"
    if "enum" in part:
        return "One of " + ", ".join(map(str, part["enum"])) + "."
    if "const" in part:
        return f"Always {str(part['const']).lower()}."
    found = part.get("type", "any value")
    words = [found] if isinstance(found, str) else found
    if words == ["object"] and "properties" in part:
        return "An object of " + ", ".join(part["properties"]) + "."
    return " or ".join(words).capitalize() + "."
