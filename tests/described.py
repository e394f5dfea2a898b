"""What a reader of the document would not forgive: an answer that is not what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema_rs import Draft202012Validator

from deploy.api_document.__main__ import FOLDER
from deploy.api_document.merging import operations

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Json = dict[str, Any]
JSON_TYPE = "application/json"


class AsDescribed:
    """The same app; keeps in ``differences`` where its answers are not as ``/openapi.json`` says,
    and in ``answered`` the operations that were answered with a success."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.differences: set[str] = set()
        self.answered: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kinds = [value for name, value in headers if name.lower() == "content-type"]
            told[:] = [status[:3], *kinds]
            return start_response(status, headers, *more)

        body = self._app(environ, start)
        pieces = list(body)
        getattr(body, "close", lambda: None)()
        path = f"{environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}"
        self._check(environ["REQUEST_METHOD"], path, told, b"".join(pieces))
        return pieces

    def _check(self, method: str, path: str, told: list[str], body: bytes) -> None:
        status, kind = (*told, "")[:2]
        found = operation_at(method.lower(), path)
        if found is None or not status.startswith("2"):
            return
        name, operation = found
        self.answered.add(name)
        if status not in operation["responses"]:
            self.differences.add(f"{name}: {status} is not described")
        elif body and kind.startswith(JSON_TYPE):
            self._compare(name, status, json.loads(body))

    def _compare(self, name: str, status: str, answer: Any) -> None:
        for error in validator(name, status).iter_errors(answer):
            for inner in _innermost(error):
                place = "/".join("*" if isinstance(it, int) else it for it in inner.instance_path)
                self.differences.add(f"{name}: {place}: {inner.message[-160:]}")


def _innermost(error: Any) -> Iterator[Any]:
    """The errors of each alternative, where none of several fits."""
    alternatives = getattr(error.kind, "context", None)
    if not alternatives:
        yield error
    for alternative in alternatives or ():
        for inner in alternative:
            yield from _innermost(inner)


@cache
def document() -> Json:
    kept: Json = json.loads(Path(FOLDER, "openapi.json").read_text("utf-8"))
    return kept


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], str, Json]]:
    """Method, path as a pattern, name and operation; those with fewer ids in the path first."""
    found = sorted(operations(document()), key=lambda each: each[0].count("{"))
    return [
        (method, re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), f"{method} {path}", operation)
        for path, method, operation in found
    ]


@cache
def operation_at(method: str, path: str) -> tuple[str, Json] | None:
    """The name and the operation that answers there; None: it is not in the document."""
    for asked, pattern, name, operation in _patterns():
        if asked == method and pattern.fullmatch(path):
            return name, operation
    return None


@cache
def validator(name: str, status: str) -> Draft202012Validator:
    """Of the JSON answer that ``name`` gives with this status."""
    method, path = name.split(" ")
    answer = document()["paths"][path][method]["responses"][status]
    schema = answer.get("content", {}).get(JSON_TYPE, {}).get("schema", {})
    return Draft202012Validator({**schema, "components": document()["components"]})
