"""What the portal passes on is described as the service describes it that answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.portal.api.forwards import AGREEMENT_ROUTES, CUSTOMER_ROUTES, WEBHOOK_ROUTES

Json = dict[str, Any]
PORTAL = "/portal/v1"
# Filters that the portal sets itself, or that are for the services alone.
NOT_FORWARDED = ("controller_id",)


def described(paths: Json) -> None:
    """Give each forwarded operation the answer, the query and the headers of its owner."""
    for route in (*AGREEMENT_ROUTES, *CUSTOMER_ROUTES, *WEBHOOK_ROUTES):
        own = paths[PORTAL + _written(route.path)][route.method.lower()]
        owner = paths[f"/{route.peer}{route.target}"][route.method.lower()]
        _like(own, owner, str(route.answers))


def _like(own: Json, owner: Json, status: str) -> None:
    answers = {each: it for each, it in owner["responses"].items() if each[0] in "23"}
    mine = own["responses"].get(status, {})
    kept = {each: it for each, it in own["responses"].items() if each[0] not in "23"}
    passed = {each: {**it, "headers": {**it.get("headers", {}), **mine.get("headers", {})}}
              if each == status else it for each, it in answers.items()}  # fmt: skip
    refused = {each: it for each, it in owner["responses"].items() if each[0] == "4"}
    own["responses"] = {**passed, **refused, **kept}
    parameters = [*own.get("parameters", ()), *_asked_too(owner)]
    if parameters:
        own["parameters"] = list({repr(each): each for each in parameters}.values())


def _asked_too(owner: Json) -> Iterator[Json]:
    for parameter in owner.get("parameters", ()):
        is_query = parameter.get("in") == "query" and parameter["name"] not in NOT_FORWARDED
        if is_query or "If-" in parameter.get("$ref", ""):
            yield parameter


def _written(path: str) -> str:
    return path.replace("<", "{").replace(">", "}")
