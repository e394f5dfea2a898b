"""What each member of the shapes is, in a sentence, where its field does not say so itself.

``member_words.json`` has a sentence for each name; ``Shape.name`` where it means something else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

Json = dict[str, Any]


def words() -> dict[str, str]:
    """The sentences, by member."""
    text = files("deploy.api_document").joinpath("member_words.json").read_text("utf-8")
    return dict(json.loads(text))


def described(shapes: Mapping[str, Json]) -> Json:
    """``shapes``, by name, with a sentence for every member."""
    known = words()
    return {name: _described(name, shape, known) for name, shape in shapes.items()}


def _described(shape: str, node: Any, known: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_described(shape, each, known) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _described(shape, each, known) for key, each in node.items()}
    members = plain.get("properties")
    if isinstance(members, dict) and plain.get("type") != "string":
        plain["properties"] = {key: _told(shape, key, it, known) for key, it in members.items()}
    return plain


def _told(shape: str, member: str, schema: Json, known: Mapping[str, str]) -> Json:
    told = known.get(f"{shape}.{member}") or known.get(member)
    return schema if "description" in schema or told is None else {**schema, "description": told}
