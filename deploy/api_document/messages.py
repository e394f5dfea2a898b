"""What webhooks carry: each type of message with its schema, made of its example."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deploy.api_document.apps import ORIGIN
from deploy.api_document.described import described
from services.notices import events
from services.notices.model.endpoints import Endpoint
from services.notices.model.examples import example_of
from services.notices.model.owners import vendor

Json = dict[str, Any]
AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
URL = "https://customer.example/art28"
DAY, INSTANT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
ENTRIES = ("sub_processor", "previous")
NAMED = ("id", "legal_name", "country")
READERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "customer": ("org_example", events.SUBSCRIBABLE),
    "vendor": (vendor("org_example_vendor"), events.FOR_VENDORS),
}

TAKEN_IN = (
    "Taken in: it is not sent again. With the header `Webhook-Stop` in an answer of any status, "
    "nothing more is sent until the endpoint is resumed; see /notices/v1/sending-rules."
)


def examples() -> dict[str, Json]:
    """A full example of each message, by its reader and type."""
    return {
        f"{reader}: {kind}": _example(kind, owner)
        for reader, (owner, kinds) in READERS.items()
        for kind in kinds
    }


def _example(kind: str, owner: str) -> Json:
    endpoint = Endpoint("whe_example", owner, URL, URL, "Ours", (), (), (), AT, AT)
    parts = example_of(kind, endpoint, ORIGIN, AT)
    body: Json = json.loads(parts.head + parts.extra + parts.tail)
    return body


def schema_of(example: Json) -> Json:
    """What a receiver can rely on in a message of this type; members may be added to its data."""
    return {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "const": example["type"], "description": "Of the message."},
            "timestamp": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened, in UTC.",
            },
            "data": {**_schema("data", example["data"]), "description": "What happened."},
        },
    }


def _schema(name: str, value: Any) -> Json:
    if name in ENTRIES:
        return _entry(value)
    if isinstance(value, dict):
        return {
            "type": "object",
            "properties": {key: _schema(key, it) for key, it in value.items()},
        }
    if isinstance(value, list):
        return {"type": "array", "items": _schema(name, value[0]) if value else {}}
    return _plain(value)


def _entry(value: Any) -> Json:
    """An entry of a list: only what names it is promised; the rest is as the API has it."""
    names = [name for name in NAMED if name in (value or NAMED)]
    return {
        "type": ["object", "null"],
        "description": "The entry, as the list of sub-processors has it.",
        "properties": {name: {"type": "string"} for name in names},
        "additionalProperties": True,
    }


def _plain(value: Any) -> Json:
    if value is None:
        return {"type": ["string", "null"]}
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer"}
    if INSTANT.fullmatch(value):
        return {"type": "string", "format": "date-time"}
    return {"type": "string", **({"format": "date"} if DAY.fullmatch(value) else {})}


def webhooks() -> tuple[Json, Json]:
    """The ``webhooks`` of the document, and their schemas by name."""
    hooks, schemas = {}, {}
    for name, example in examples().items():
        words = re.split(r"[^a-z]+", name)
        schemas[shape := f"Message{''.join(map(str.title, words))}"] = schema_of(example)
        hooks[name] = {"post": _hook(name, "_".join(words), shape, example)}
    return hooks, described(schemas)


def _hook(name: str, words: str, shape: str, example: Json) -> Json:
    reader, kind = name.split(": ")
    content = {"schema": {"$ref": f"#/components/schemas/{shape}"}, "example": example}
    return {
        "operationId": f"message_{words}",
        "tags": ["webhooks"],
        "summary": f"{kind}, to a {reader}",
        "description": "Signed as Standard Webhooks says. Answer within 15 seconds.",
        "security": [],
        "parameters": [{"$ref": f"#/components/parameters/{each}"} for each in HEADERS],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "2XX": {"description": TAKEN_IN},
            "410": {"description": "The endpoint is gone: nothing is sent to it any more."},
        },
    }


def _header(name: str, about: str, example: str) -> Json:
    return {"name": name, "in": "header", "required": True, "description": about,
            "schema": {"type": "string"}, "example": example}  # fmt: skip


HEADERS: Json = {
    "webhook-id": _header("webhook-id", "The id of the message; the same in each try.", "msg_1"),
    "webhook-timestamp": _header("webhook-timestamp", "Of this try, Unix seconds.", "1795352400"),
    "webhook-signature": _header(
        "webhook-signature", "v1 and HMAC-SHA256 of id, timestamp and body; one per secret.", "v1,…"
    ),
}
