"""The messages as an AsyncAPI document: what is sent to the endpoints of customers and vendors."""

from __future__ import annotations

from typing import Any

from deploy.api_document import apps, messages

Json = dict[str, Any]
ABOUT = (
    "What Art28 sends to webhook endpoints, signed as Standard Webhooks says: at least once, each "
    "message with an id of its own. The API to set endpoints up is described in /openapi.json."
)
ENDPOINT = {
    "host": "customer.example",
    "protocol": "https",
    "description": "The address that the owner of the endpoint gave it.",
}
READERS = {
    "customer": "The endpoints that customers set up in the portal.",
    "vendor": "The endpoints that a processor sets up for itself.",
}


def document(info: Json) -> Json:
    """The document; ``info``: as that of the API has it."""
    hooks, schemas = messages.webhooks()
    found = {_key(name): _message(name, hook["post"]) for name, hook in hooks.items()}
    return {
        "asyncapi": "3.1.0",
        "id": f"{apps.ORIGIN}/asyncapi.json",
        "info": {**_plain(info), "tags": [{"name": "webhooks"}]},
        "servers": {"endpoint": ENDPOINT},
        "defaultContentType": "application/json",
        "channels": {reader: _channel(reader, hooks) for reader in READERS},
        "operations": {f"sendTo{each.title()}": _operation(each) for each in READERS},
        "components": {"messages": found, "schemas": schemas},
    }


def _plain(info: Json) -> Json:
    """Without the identifier of the licence, which AsyncAPI does not know."""
    return {**info, "license": {"name": info["license"]["name"]}}


def _key(name: str) -> str:
    return name.replace(": ", ".")


def _channel(reader: str, hooks: Json) -> Json:
    names = [_key(name) for name in hooks if name.startswith(f"{reader}: ")]
    return {
        # Each endpoint has the address that its owner gave it.
        "address": None,
        "description": READERS[reader],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operation(reader: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{reader}"},
        "description": "One message for each event; a retry has the same webhook-id.",
        "summary": f"What happened, to each endpoint of a {reader} that takes the type.",
    }


def _message(name: str, hook: Json) -> Json:
    content = hook["requestBody"]["content"]["application/json"]
    headers = {header: _header(it) for header, it in messages.HEADERS.items()}
    return {
        "name": name.partition(": ")[2],
        "title": hook["summary"],
        "summary": hook["description"],
        "contentType": "application/json",
        "headers": {"type": "object", "required": list(headers), "properties": headers},
        "payload": content["schema"],
        "examples": [{"name": "example", "payload": content["example"]}],
    }


def _header(described: Json) -> Json:
    return {**described["schema"], "description": described["description"]}
