"""The JSON Schema (2020-12) of the JSON export, made from the same list that lets members out."""

from __future__ import annotations

from typing import Any

from services.public import public_members
from shared.disclosure import PLAIN, TEXT

Json = dict[str, Any]

SCALAR = ["string", "number", "boolean", "null"]
REQUIRED = {
    "sub_processor": ["id", "legal_name", "locations"],
    "processor": ["slug", "legal_name"],
}


def export_schema(url: str) -> Json:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": url,
        "title": "Public register of sub-processors",
        "type": "object",
        "additionalProperties": False,
        "required": ["$schema", "processor", "as_of", "items"],
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "processor": of(public_members.PROCESSOR, REQUIRED["processor"]),
            "as_of": {"type": "string", "format": "date"},
            "display": {
                "enum": ["full", "basis"],
                "description": "In `basis` an incomplete basis is named, and its verdict is null.",
            },
            "links": {"type": "object", "additionalProperties": {"type": "string"}},
            "items": {
                "type": "array",
                "items": of(public_members.SUB_PROCESSOR, REQUIRED["sub_processor"]),
            },
        },
    }


def of(shape: public_members.Value, required: list[str] | None = None) -> Json:
    if shape is PLAIN:
        return {"type": [*SCALAR, "array"], "items": {"type": SCALAR[:3]}}
    if shape is TEXT:
        return {"type": ["string", "object", "null"], "additionalProperties": {"type": "string"}}
    if isinstance(shape, list):
        return {"type": "array", "items": of(shape[0])}
    return {
        "type": ["object", "null"] if required is None else "object",
        "additionalProperties": False,
        "properties": {name: of(inner) for name, inner in shape.items()},
        **({"required": required} if required else {}),
    }
