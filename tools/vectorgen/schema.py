"""``vectors/vectors.schema.json``: the format of a vector file as a JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from pithbundle.codes import CODES
from pithbundle.conformance.byteforms import MAX_EXPANDED
from pithbundle.conformance.protocol import CORE, EXTRA, STAGES, VECTORS_VERSION


def schema() -> dict[str, Any]:
    """The schema; the lists of stages, operations and codes are those of the package."""
    text = {"type": "string"}
    forms: dict[str, Any] = {
        "$text": text,
        "$hex": {"type": "string", "pattern": "^([0-9a-f]{2})*$"},
        "$base64": {"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"},
        "$concat": {"type": "array", "items": {"$ref": "#/$defs/bytes"}},
        "$repeat": {
            "type": "array",
            "prefixItems": [
                {"$ref": "#/$defs/bytes"},
                {"type": "integer", "minimum": 0, "maximum": MAX_EXPANDED},
            ],
            "minItems": 2,
            "maxItems": 2,
        },
        "$part": text,
        "$file": text,
        "$bundle": {"type": "array", "items": text, "minItems": 1},
    }
    one_of = [
        {"type": "object", "properties": {name: form}, "required": [name], "additionalProperties": False}
        for name, form in forms.items()
    ]
    ok = {
        "type": "object",
        "properties": {"ok": {"type": "object"}},
        "required": ["ok"],
        "additionalProperties": False,
    }
    error = {
        "type": "object",
        "properties": {
            "code": {"enum": sorted(CODES)},
            "pointer": text,
            "offset": {"type": "integer", "minimum": 0},
        },
        "required": ["code"],
        "additionalProperties": False,
    }
    variant = {
        "type": "object",
        "properties": {"name": {"type": "string", "minLength": 1}, "args": {"type": "object"}, "expect": ok},
        "required": ["name"],
        "additionalProperties": False,
    }
    name = {"type": "string", "pattern": "^[a-z]+/[a-z0-9-]+/[!-~]{1,200}$"}
    vector = {
        "type": "object",
        "properties": {
            "id": name,
            "about": {"type": "string", "minLength": 1},
            "clauses": {
                "type": "array",
                "items": {"type": "string", "pattern": "^[A-Z]+-[0-9]+$"},
                "minItems": 1,
                "uniqueItems": True,
            },
            "op": {"enum": sorted(CORE | EXTRA)},
            "args": {"type": "object"},
            "expect": {
                "oneOf": [
                    ok,
                    {
                        "type": "object",
                        "properties": {"error": error},
                        "required": ["error"],
                        "additionalProperties": False,
                    },
                ]
            },
            "control": name,
            "variants": {"type": "array", "items": variant},
        },
        "required": ["id", "about", "clauses", "op", "args", "expect"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of conformance vectors",
        "type": "object",
        "properties": {
            "vectors_version": {"const": VECTORS_VERSION},
            "stage": {"enum": list(STAGES)},
            "about": text,
            "parts": {"type": "object", "additionalProperties": {"$ref": "#/$defs/bytes"}},
            "vectors": {"type": "array", "items": vector, "minItems": 1},
        },
        "required": ["vectors_version", "stage", "about", "vectors"],
        "additionalProperties": False,
        "$defs": {"bytes": {"oneOf": one_of}},
    }


def page() -> bytes:
    """The file."""
    return json.dumps(schema(), indent=1).encode() + b"\n"
