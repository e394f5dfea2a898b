"""Headers every answer carries, those that guard a change, and where a new thing is.

An ``ETag`` is ``"r<revision>.<digest>"``, or a digest alone: the revision is what ``If-Match``
compares, what was written; the digest is of the answer, and what ``If-None-Match`` compares too,
as an answer may change with the day, or with what others did (decision 0054).
"""

from __future__ import annotations

import hashlib
import re

from flask import Flask, Response, current_app, request

from shared import problems
from shared.errors import PreconditionFailed, PreconditionRequired

# No more digits than the database holds; Python does not read thousands of them.
REVISION = re.compile(r"r([0-9]{1,18})(\.[0-9a-f]{16})?\Z")
ANOTHER_VERSION = "This is another version than If-Match asks for."
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def register(app: Flask, *, https: bool) -> None:
    @app.after_request
    def add(response: Response) -> Response:
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


def validate(app: Flask) -> None:
    """Give each JSON answer to a GET an ``ETag``, and 304 to who has seen that very answer."""

    @app.after_request
    def check(response: Response) -> Response:
        if request.method in ("GET", "HEAD") and response.status_code == 200:
            if response.is_json and not response.is_streamed:
                _tag(response)
            if response.get_etag()[0] is not None:
                response.make_conditional(request)
            if response.status_code == PreconditionFailed.status:
                _refuse(response)
        return response


def _refuse(response: Response) -> None:
    """In our form: Werkzeug would send what was asked for under the status of a refusal."""
    told = problems.on_domain_error(PreconditionFailed(ANOTHER_VERSION))
    response.direct_passthrough = False
    response.set_data(told.get_data())
    response.content_type = told.content_type
    for name in ("ETag", "Last-Modified", "Content-Disposition"):
        response.headers.pop(name, None)


def _tag(response: Response) -> None:
    """Add the digest of the content; a tag that is more than a revision stays as it is."""
    tag, _ = response.get_etag()
    named = REVISION.match(tag) if tag is not None else None
    if tag is None or (named and not named[2]):
        digest = hashlib.sha256(response.get_data()).hexdigest()[:16]
        response.set_etag(f"{tag}.{digest}" if tag else digest)


def located(path: str) -> dict[str, str]:
    """The address of a new thing of this service; ``path``: behind the version of the API."""
    return {"Location": f"/{current_app.name}/v1{path}"}


def etag_of(revision: int) -> str:
    return f'"r{revision}"'


def seen_revision() -> int | None:
    """Return the revision that If-Match names; None for ``*``, any there is (RFC 9110 §13.1.1).

    Raises PreconditionRequired / PreconditionFailed.
    """
    if not request.headers.get("If-Match", "").strip():
        raise PreconditionRequired
    return seen_revision_if_named()


def seen_revision_if_named() -> int | None:
    """The same where If-Match may be left out: None, whatever version there is."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    text = header.removeprefix("W/").strip('"')
    named = REVISION.match(text)
    if not named:
        raise PreconditionFailed("If-Match does not name a version this resource ever had.")
    return int(named[1])


def see_other(address: str) -> Response:
    """Lead on to another page (RFC 9110 §15.4.4).

    No body: with the length of one that is not sent, a browser would wait for it.
    """
    return Response(status=303, headers={"Location": address})
