"""How request bodies are read: whole, within a limit, and only of a media type the view accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from flask import Flask, Request, Response, current_app, request
from marshmallow import RAISE
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from shared.errors import Invalid, Malformed, UnsupportedMediaType, pointer_part
from shared.strict_json import parse_json

LARGEST_BODY = 1024 * 1024
JSON_TYPE, MERGE_PATCH = "application/json", "application/merge-patch+json"
# A change names the members that it sets, and null takes one away: that is RFC 7396.
PATCHES = (JSON_TYPE, MERGE_PATCH)
# Attributes of a view that say which bodies it reads.
ACCEPTS, LARGEST = "__art28_accepts__", "__art28_largest__"
# The edge's own limit and a little more.
DRAIN_AT_MOST, CHUNK = 18 * 1024 * 1024, 64 * 1024


class NotYoursToSet(Invalid):
    """A member that only the service sets differs from what it is; leave it out."""

    code = "not-yours-to-set"


def check_unchanged(sent_back: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
    """Raise ``NotYoursToSet`` where a member that only the service sets is sent back changed."""
    for name, value in sent_back.items():
        if name not in shown or value != shown[name]:
            raise NotYoursToSet(f"{name} is not yours to set; it differs from what it is.")


class StrictParser(FlaskParser):
    """Parses bodies and queries for views; refuses JSON that is ambiguous and unknown members."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  webargs declares it so.
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "form": RAISE,
    }

    def load_querystring(self, req: Request, schema: Any) -> Any:
        """A member without a value counts as absent: what a form sends that nobody filled in."""
        filled = [(name, value) for name, value in req.args.items(multi=True) if value]
        return self._makeproxy(MultiDict(filled), schema)

    def load_json(self, req: Request, schema: Any) -> Any:
        raw = req.get_data(cache=True)
        if not raw.strip():
            if schema.may_be_left_out:
                return {}
            raise Malformed("A JSON body is needed.")
        return parse_json(raw)


def accepts(*media_types: str) -> Callable[[Any], Any]:
    """Mark a view as one that reads bodies of these media types instead of JSON."""

    def decorate(view: Any) -> Any:
        setattr(view, ACCEPTS, media_types)
        return view

    return decorate


def largest_body(size: int) -> Callable[[Any], Any]:
    """Mark a view as one that reads bodies of up to ``size`` bytes, by ``whole_body``."""

    def decorate(view: Any) -> Any:
        setattr(view, LARGEST, size)
        return view

    return decorate


def register(app: Flask) -> None:
    """Check and read the body of every request before its view runs, in this order."""
    # Werkzeug cuts a chunked body off at its limit without an error. One byte more is let through,
    # so that a body beyond the limit can be told from one that ends there.
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY + 1
    app.before_request(refuse_cut_off_bodies)
    app.before_request(refuse_other_media_types)
    app.before_request(raise_limit)
    app.before_request(read_body)
    app.after_request(drain_body)


def refuse_cut_off_bodies() -> None:
    """Make werkzeug refuse (400) a body that ends before its Content-Length.

    It does so only where the server does not promise that the body ends by itself, and gunicorn
    promises it even of a connection that broke.
    """
    if request.content_length is not None:
        request.environ.pop("wsgi.input_terminated", None)


def refuse_other_media_types() -> None:
    """Raise ``UnsupportedMediaType`` for a body that the view does not read."""
    view = _view()
    if view is None or request.method not in ("POST", "PUT", "PATCH") or not _has_body():
        return
    allowed = getattr(view, ACCEPTS, PATCHES if request.method == "PATCH" else (JSON_TYPE,))
    if request.mimetype not in allowed:
        raise _not_one_of(allowed)


def kind_of_body(kinds: Mapping[str, str]) -> str:
    """What the body is by its media type. Raises ``UnsupportedMediaType``, also without a body."""
    if request.mimetype not in kinds:
        raise _not_one_of(kinds)
    return kinds[request.mimetype]


def _not_one_of(media_types: Iterable[str]) -> UnsupportedMediaType:
    return UnsupportedMediaType(f"Send the body as {' or '.join(media_types)}.")


def raise_limit() -> None:
    """Allow the view the size it is marked with."""
    size = getattr(_view(), LARGEST, None)
    if size is not None:
        request.max_content_length = size + 1


def read_body() -> None:
    """Read the body, so that a broken (400) or too large one (413) is refused at every address.

    Views marked with ``largest_body`` read theirs themselves.
    """
    if _has_body() and not hasattr(_view(), LARGEST):
        whole_body(LARGEST_BODY)


def refuse_unread_members() -> None:
    """Raise ``Invalid`` for members of a body that the view does not read, ``Malformed`` for a body
    that is no object. An empty object says nothing."""
    if _reads_bodies(_view()) or request.method in ("GET", "HEAD") or not _has_body():
        return
    raw = request.get_data(cache=True)
    members = parse_json(raw) if raw.strip() else {}
    if not isinstance(members, dict):
        raise Malformed("Send no body here, or an empty object.")
    if members:
        unknown = {"code": "unknown-field", "detail": "Unknown field."}
        raise Invalid(errors=[{"pointer": f"/{pointer_part(name)}", **unknown} for name in members])


def _reads_bodies(view: Any) -> bool:
    if hasattr(view, ACCEPTS) or hasattr(view, LARGEST):
        return True
    arguments = getattr(view, "_apidoc", {}).get("arguments", {})
    return any(each["in"] != "query" for each in arguments.get("parameters", ()))


def whole_body(size: int) -> bytes:
    """The body of up to ``size`` bytes. Raises ``TooLarge``, or ``Malformed`` for a broken one."""
    request.max_content_length = size + 1
    raw = request.get_data(cache=True)
    if len(raw) > size:
        raise RequestEntityTooLarge
    return raw


def drain_body(response: Response) -> Response:
    """Read what an early refusal left of the body, up to ``DRAIN_AT_MOST`` bytes.

    The web server closes a connection whose body was not read. A client or an edge that reuses
    the connection would lose its next request with it.
    """
    left = DRAIN_AT_MOST
    if _has_body():
        body = request.environ["wsgi.input"]
        # The response stands already: a broken rest only ends the reading.
        with suppress(Malformed, OSError):
            while left > 0 and (chunk := body.read(min(left, CHUNK))):
                left -= len(chunk)
    return response


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")


def _has_body() -> bool:
    return bool(request.content_length or request.headers.get("Transfer-Encoding"))
