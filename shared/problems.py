"""Every error leaves as ``application/problem+json`` (RFC 9457), and leaves from here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, request
from marshmallow import ValidationError
from pymongo.errors import ConnectionFailure, ExecutionTimeout, NotPrimaryError, WTimeoutError
from werkzeug.exceptions import HTTPException

from shared import errors
from shared.errors import DomainError

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:art28:problem:"

DATABASE_AWAY = (ConnectionFailure, NotPrimaryError, ExecutionTimeout, WTimeoutError)


def register(app: Flask) -> None:
    """Make ``app`` answer every error as a problem document."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(ValidationError, on_validation_error)
    app.register_error_handler(HTTPException, on_http_exception)
    for away in DATABASE_AWAY:
        app.register_error_handler(away, on_database_away)
    app.register_error_handler(Exception, on_bug)


def on_domain_error(error: DomainError) -> Response:
    extra: dict[str, Any] = {}
    if isinstance(error, errors.Invalid):
        extra["errors"] = error.errors
    if error.context:
        extra["context"] = error.context
    response = problem(error.status, error.code, error.title(), error.detail, extra)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == errors.Unauthenticated.status:
        response.headers["WWW-Authenticate"] = 'Bearer realm="art28"'
    return response


def on_validation_error(error: ValidationError) -> Response:
    return on_domain_error(invalid(error.messages))


def on_http_exception(error: HTTPException) -> Response:
    messages = (getattr(error, "data", None) or {}).get("messages")
    if messages:
        return on_domain_error(invalid(messages))
    status = error.code or 500
    kind = errors.KINDS.get(status)
    if kind is not None:
        return on_domain_error(kind(_plain_detail(error, kind)))
    response = problem(status, error.name.lower().replace(" ", "-"), error.name, error.description)
    if status == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
    return response


def on_database_away(error: Exception) -> Response:
    log.warning("database.away", error=type(error).__name__)
    return on_domain_error(errors.Unavailable("The database does not answer; try again shortly."))


def on_bug(error: Exception) -> Response:
    # The only place that logs an unexpected error; the caller learns no more than its id.
    log.error("request.failed", error=type(error).__name__, exc_info=error)
    return problem(
        500,
        "internal-error",
        "Something went wrong on our side",
        "The error has been recorded under this request_id.",
    )


def refusal(error: DomainError, request_id: str) -> dict[str, Any]:
    """Return the body of a problem document, for answers that are made outside of an app."""
    return {
        "type": TYPE_PREFIX + error.code,
        "title": error.title(),
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
        "context": error.context,
    }


def problem(
    status: int, code: str, title: str, detail: str | None, extra: Mapping[str, Any] | None = None
) -> Response:
    body = {
        "type": TYPE_PREFIX + code,
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "request_id": g.get("request_id", ""),
        **(extra or {}),
    }
    return Response(json.dumps(body), status=status, content_type=CONTENT_TYPE)


def invalid(messages: Any) -> errors.Invalid | errors.Malformed:
    """Turn marshmallow's nested messages into a flat list with JSON pointers."""
    if isinstance(messages, Mapping) and set(messages) <= {"json", "query", "form", "files"}:
        if messages.get("json") == ["Invalid JSON body."]:
            return errors.Malformed("The body is not valid JSON.")
        messages = next(iter(messages.values()))
    return errors.Invalid(errors=list(_flatten(messages, "")))


def _flatten(messages: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            here = pointer if name == "_schema" else f"{pointer}/{errors.pointer_part(str(name))}"
            yield from _flatten(inner, here)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, Mapping):
            yield from _flatten(message, pointer)
        else:
            yield {"pointer": pointer, "code": _code_of(str(message)), "detail": str(message)}


def _code_of(message: str) -> str:
    if message.startswith("Unknown field."):
        return "unknown-field"
    return "required" if message == "Missing data for required field." else "invalid"


def _largest_body() -> int:
    # One byte more than the limit is let through, to tell a body cut off from one that ends.
    return (request.max_content_length or 0) // (1024 * 1024)


def _plain_detail(error: HTTPException, kind: type[DomainError]) -> str:
    if kind is errors.TooLarge:
        return f"The request body is larger than {_largest_body()} MiB."
    if kind is errors.Malformed and "JSON" in (error.description or ""):
        return "The body is not valid JSON."
    return kind.title() if kind is not errors.NotFound else "There is nothing at this address."
