"""The whole document: what clients may ask, what webhooks bring, who made it."""

from __future__ import annotations

import json
from typing import Any

from deploy.api_document import (
    answered,
    apps,
    asyncapi,
    described,
    forwarded,
    merging,
    messages,
    own_answers,
)

Json = dict[str, Any]
ABOUT = (
    "Data processing agreements, sub-processor registers and prior notice under GDPR Art. 28. "
    "Refusals are problem documents (RFC 9457) with a stable `code`. Lists page by `limit` and "
    "`cursor`. Start at /docs."
)
INTERNAL = "What the services of Art28 ask each other; no client can hold these scopes."
LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
CONTACT = {"name": "The operator of this installation"}
OF_SERVICES = {
    "identity": "organisations, people, keys, tokens",
    "agreements": "agreements between a processor and its customers",
    "registry": "registers, changes, objections, the gate",
    "notices": "a processor's webhooks, deliveries, evidence",
    "portal": "the customer's API",
}


def documents() -> tuple[Json, Json, Json]:
    """The document for clients, the one of what services ask each other, and that of messages."""
    everything = merging.renamed(apps.documents())
    forwarded.described(everything["paths"])
    own_answers.enter(everything)
    shapes = everything["components"]["schemas"]
    everything["components"]["schemas"] = described.described(shapes)
    for_clients = answered.completed(merging.part(everything, internal=False))
    hooks, schemas = messages.webhooks()
    for_clients["webhooks"] = hooks
    for_clients["components"]["schemas"] |= schemas
    for_clients["components"]["parameters"] |= messages.HEADERS
    between = merging.part(everything, internal=True)
    return (
        _framed("Art28", ABOUT, for_clients),
        _framed("Art28, between services", INTERNAL, between),
        asyncapi.document(_info("Art28 messages", asyncapi.ABOUT)),
    )


def _framed(title: str, about: str, found: Json) -> Json:
    frame = {
        "openapi": "3.1.0",
        "info": _info(title, about),
        "servers": [{"url": apps.ORIGIN}],
        "tags": _tags(found),
    }
    return {**frame, **found}


def _info(title: str, about: str) -> Json:
    return {"title": title, "version": "v1", "description": about, "license": LICENCE,
            "contact": CONTACT}  # fmt: skip


def _tags(found: Json) -> list[Json]:
    names = {tag for _, _, each in merging.operations(found) for tag in each["tags"]}
    services = [{"name": name, "description": _about(name)} for name in sorted(names)]
    hooks = {"name": "webhooks", "description": "What your endpoints get."}
    return [*services, *([hooks] if "webhooks" in found else [])]


def _about(tag: str) -> str:
    service, _, part = tag.partition(": ")
    return f"{part[:1].upper()}{part[1:]}; {OF_SERVICES[service]}."


def written(document: Json) -> str:
    """The document as it is kept: one member a line, so that a change shows in a diff."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
