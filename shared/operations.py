"""What the code says of an operation beside its shapes: its name, door, headers, bodies, refusals.

Each fact is read from what decides it: the scopes from ``@requires``, ``If-Match`` from the view
that asks for the revision seen, media types of bodies from ``@accepts``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask

from shared.auth import DOOR, EITHER, PUBLIC
from shared.bodies import ACCEPTS, JSON_TYPE, MERGE_PATCH
from shared.errors import KINDS
from shared.operation_names import Named, name_of

Json = dict[str, Any]
PROBLEM, HTML = "application/problem+json", "text/html"
FORM = "application/x-www-form-urlencoded"
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
FLOW = "oauth2"

# Said on every operation: the limits, and a part that is away.
ALWAYS = (429, 503)


@dataclass(frozen=True)
class Operation:
    """One operation of a document, and the view that answers it."""

    path: str
    method: str
    described: Json
    view: Any

    @property
    def door(self) -> tuple[str, ...]:
        """The scopes of which one opens it; empty: it is open to everybody."""
        door = getattr(self.view, DOOR, PUBLIC)
        return () if door == PUBLIC else tuple(door.split(EITHER))

    @property
    def has_body(self) -> bool:
        return self.method in ("post", "put", "patch") and "requestBody" in self.described

    @property
    def success(self) -> str:
        """The status of a success; the first of several."""
        return min((each for each in self.described["responses"] if each[0] in "23"), default="200")

    @property
    def is_page(self) -> bool:
        """Whether people read it in a browser: its refusals are pages, too."""
        content = self.described["responses"].get(self.success, {}).get("content", {})
        return HTML in content and JSON_TYPE not in content

    def asks_for_revision(self) -> str | None:
        """``required`` or ``optional`` where the view compares ``If-Match``; None where not."""
        names = inspect.unwrap(self.view).__code__.co_names
        if "seen_revision" in names:
            return "required"
        return "optional" if "seen_revision_if_named" in names else None


def operations(app: Flask, paths: Mapping[str, Any]) -> Iterator[Operation]:
    """Every operation of the document of ``app``, in the order of its paths."""
    for rule in app.url_map.iter_rules():
        path = PLACE.sub(r"{\1}", rule.rule)
        for method in sorted(map(str.lower, rule.methods or ())):
            if method in paths.get(path, {}):
                view = app.view_functions[rule.endpoint]
                yield Operation(path, method, paths[path][method], view)


def complete(app: Flask, document: Json) -> Json:
    """``document`` with what the views say of their operations."""
    refusals: dict[str, Json] = {}
    for each in operations(app, document["paths"]):
        _media_types(each)
        _patches(each)
        _named(app.name, each)
        _secured(each)
        _headers(each)
        refusals |= _refusals(each)
    parts = document["components"]
    parts["responses"] = dict(sorted(refusals.items()))
    parts["headers"], parts["parameters"] = HEADERS, PARAMETERS
    return document


def _media_types(each: Operation) -> None:
    """Of bodies and answers that have no shape: files, forms, pages."""
    accepted = getattr(each.view, ACCEPTS, ())
    if accepted and "requestBody" not in each.described:
        content = {kind: {"schema": _free(kind)} for kind in accepted}
        each.described["requestBody"] = {"required": True, "content": content}
    for status, alternatives in _apidoc(each).get("response", {}).get("responses", {}).items():
        answer = each.described["responses"].get(str(status), {})
        described = (it for it in alternatives if isinstance(it, dict))
        for kind in (it["content_type"] for it in described if it.get("content_type")):
            answer.setdefault("content", {}).setdefault(kind, {"schema": _free(kind)})


def _patches(each: Operation) -> None:
    """A change in JSON may call itself a merge patch."""
    content = each.described.get("requestBody", {}).get("content", {})
    if each.method == "patch" and JSON_TYPE in content:
        content[MERGE_PATCH] = content[JSON_TYPE]


def _apidoc(each: Operation) -> Json:
    """What flask-smorest keeps of its decorators with the view."""
    return getattr(each.view, "_apidoc", {})


def _free(kind: str) -> Json:
    if kind == JSON_TYPE:
        return {}
    if kind == FORM:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    return (
        {"type": "string"} if kind.startswith("text/") else {"type": "string", "format": "binary"}
    )


def _named(service: str, each: Operation) -> None:
    words = name_of(service, each.method, each.path, each.described["responses"])
    told = " ".join((inspect.getdoc(each.view) or "").replace("``", "`").split())
    each.described["operationId"] = words.id
    each.described["summary"] = _summary(words, told)
    more = each.described.get("description", "") if "manual_doc" in _apidoc(each) else ""
    each.described["description"] = " ".join(filter(None, (told or f"{words.sentence}.", more)))


def _summary(words: Named, told: str) -> str:
    """The first sentence of what is told, if it fits into a list of operations."""
    first = re.split(r"(?<!Art)[.;:] |\.$", told)[0]
    return first if 0 < len(first) <= 90 else words.sentence


def _secured(each: Operation) -> None:
    each.described["security"] = [{FLOW: [scope]} for scope in each.door]


def _headers(each: Operation) -> None:
    answer = each.described["responses"].get(each.success, {})
    headers = {"X-Request-Id", "RateLimit", "RateLimit-Policy"}
    asked = {"If-Match": each.asks_for_revision()}
    if each.method == "get" and not each.is_page:
        headers.add("ETag")
        asked["If-None-Match"] = "optional"
        each.described["responses"]["304"] = {"description": "You have this very answer already."}
    if each.success == "201":
        headers.add("Location")
    if each.method == "post" and each.door:
        asked["Idempotency-Key"] = "optional"
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(headers)}
    names = [
        f"{name}-Required" if how == "required" else name for name, how in asked.items() if how
    ]
    if names:
        refs = [{"$ref": f"#/components/parameters/{name}"} for name in names]
        each.described["parameters"] = [*each.described.get("parameters", []), *refs]


def _refusals(each: Operation) -> dict[str, Json]:
    """Enter every refusal that the operation may answer with; returns their components."""
    responses = each.described["responses"]
    known = {int(status) for status in responses if status.isdigit() and int(status) >= 400}
    known |= {*ALWAYS, *_expected(each)}
    used = {}
    for status in sorted(known):
        if JSON_TYPE in responses.get(str(status), {}).get("content", {}):
            continue  # It has a shape of its own.
        name = f"{_kind(status)}Page" if each.is_page else _kind(status)
        responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
        used[name] = _refusal(status, HTML if each.is_page else PROBLEM)
    responses.pop("default", None)
    return used


def _kind(status: int) -> str:
    return (
        KINDS[status].__name__
        if status in KINDS
        else HTTPStatus(status).name.title().replace("_", "")
    )


def _expected(each: Operation) -> Iterator[int]:
    if each.door:
        yield from (401, 403)
    if "{" in each.path:
        yield 404
    if each.has_body:
        yield from (400, 413, 415)
    if any(parameter.get("in") == "query" for parameter in each.described.get("parameters", ())):
        yield 422
    if each.method in ("post", "put", "patch", "delete"):
        yield from (400, 409)
    revision = each.asks_for_revision()
    if revision:
        yield 412
    if revision == "required":
        yield 428
    yield 400


def _refusal(status: int, kind: str) -> Json:
    says = KINDS[status].title() if status in KINDS else f"{HTTPStatus(status).description}."
    schema = {"$ref": "#/components/schemas/Problem"} if kind == PROBLEM else {"type": "string"}
    answer: Json = {"description": says, "content": {kind: {"schema": schema}}}
    if status in ALWAYS:
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return answer


def _header(about: str, example: str) -> Json:
    return {"description": about, "schema": {"type": "string"}, "example": example}


def _asked(name: str, about: str, example: str, *, required: bool = False) -> Json:
    return {"name": name, "in": "header", "required": required, **_header(about, example)}


SEEN = "The ETag of the version you read; * for any."
HEADERS: Json = {
    "ETag": _header("The version of the answer, for If-Match and If-None-Match.", '"r4.0f3c"'),
    "Location": _header("Where the new thing is.", "/registry/v1/files/fil_1"),
    "RateLimit": _header("What is left of the limit, and when it begins anew.", '"client";r=9;t=4'),
    "RateLimit-Policy": _header("The limit that holds.", '"client";q=300;w=10'),
    "Retry-After": _header("Seconds to wait before you try again.", "2"),
    "X-Request-Id": _header("The id of this request; name it when you ask for help.", "req_1"),
}
PARAMETERS: Json = {
    "If-Match": _asked("If-Match", f"{SEEN} It may be left out.", '"r4"'),
    "If-Match-Required": _asked("If-Match", SEEN, '"r4"', required=True),
    "If-None-Match": _asked("If-None-Match", "An ETag you have: 304 if it still holds.", '"r4"'),
    "Idempotency-Key": _asked(
        "Idempotency-Key", "The same request sent again with it has one effect.", "a1b2c3"
    ),
}
