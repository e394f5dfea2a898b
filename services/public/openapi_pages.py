"""Arranges an OpenAPI document for a page: operations by tag, and the shapes that they use."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")


def readable(document: Json) -> Json:
    """Return the document as the template ``document.html`` reads it.

    That is ``{title, version, groups: [(tag, operations)], shapes: [(name, members)]}``.
    """
    groups: dict[str, list[Json]] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                described = operation(path, method, item[method], item.get("parameters", []))
                groups.setdefault(described["tag"], []).append(described)
    shapes = document.get("components", {}).get("schemas", {})
    return {
        "title": document.get("info", {}).get("title", ""),
        "version": document.get("info", {}).get("version", ""),
        "groups": sorted(groups.items()),
        "shapes": [(name, members(shape)) for name, shape in sorted(shapes.items())],
    }


def operation(path: str, method: str, described: Json, shared: list[Json]) -> Json:
    """Return an operation for the page; ``shared`` are the parameters of its whole path."""
    content = described.get("requestBody", {}).get("content", {})
    return {
        "path": path,
        "method": method.upper(),
        "tag": (described.get("tags") or [""])[0],
        "summary": described.get("summary") or "",
        "description": described.get("description") or "",
        "parameters": [parameter(one) for one in [*shared, *described.get("parameters", [])]],
        "body": next((name_of(media.get("schema", {})) for media in content.values()), ""),
        "responses": [
            (status, response.get("description", ""), returned(response))
            for status, response in sorted(described.get("responses", {}).items())
            if status != "default"
        ],
    }


def parameter(described: Json) -> Json:
    return {
        "name": described.get("name") or name_of(described),
        "in": described.get("in", ""),
        "required": described.get("required", False),
        "description": described.get("description") or name_of(described.get("schema", {})),
    }


def returned(response: Json) -> str:
    """Return the name of the schema of a response's body, or an empty text."""
    return next(
        (name_of(media.get("schema", {})) for media in response.get("content", {}).values()), ""
    )


def members(shape: Json) -> list[Json]:
    required = shape.get("required", [])
    return [
        {
            "name": name,
            "type": name_of(member),
            "required": name in required,
            "description": member.get("description", ""),
        }
        for name, member in shape.get("properties", {}).items()
    ]


def name_of(schema: Json) -> str:
    """Return a short name of a schema: the name it refers to, its type, or its allowed values."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in schema:
            return " | ".join(filter(None, map(name_of, schema[keyword])))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type", "")
    if kind == "array":
        return f"[{name_of(schema.get('items', {}))}]"
    text = " | ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{text} ({schema['format']})" if "format" in schema else text
