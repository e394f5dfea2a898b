"""The list as JSON, and the directory of all published registers."""

from __future__ import annotations

from typing import Any

from services.public.public_members import public_processor
from services.public.register import Register

Json = dict[str, Any]


def as_json(register: Register) -> Json:
    """The list in the shape that ``/p/{slug}/schema.json`` describes."""
    url = register.url
    return {
        "$schema": f"{url}/schema.json",
        "processor": register.processor,
        "as_of": register.day.isoformat(),
        "display": register.page["display"],
        "links": {
            "page": url,
            "changes": f"{url}/changes.json",
            "ledger": f"{url}/ledger.jsonl",
        },
        "items": register.entries,
    }


def directory(items: list[Json], origin: str) -> Json:
    """All published registers by name, each with the addresses of its forms."""
    processors = sorted((public_processor(item) for item in items), key=by_legal_name)
    return {
        "registers": [register_links(item, f"{origin}/p/{item['slug']}") for item in processors]
    }


def by_legal_name(item: Json) -> str:
    return str(item.get("legal_name") or item["slug"]).casefold()


def register_links(item: Json, url: str) -> Json:
    kept = {
        name: item.get(name)
        for name in ("slug", "legal_name", "country", "changed_on", "updated_at")
    }
    return {
        **kept,
        "url": url,
        "json": f"{url}.json",
        "json_ld": f"{url}.jsonld",
        "csv": f"{url}.csv",
        "pdf": f"{url}.pdf",
        "schema": f"{url}/schema.json",
        "feed": f"{url}/changes.atom",
        "ledger": f"{url}/ledger.jsonl",
        "checkpoints": f"{url}/checkpoints.json",
    }
