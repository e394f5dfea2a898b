"""Headers every answer carries, and the two that guard a change: ``ETag`` and ``If-Match``."""

from __future__ import annotations

import re

from flask import Flask, Response, request

from shared.errors import PreconditionFailed, PreconditionRequired

# No more digits than the database holds; Python does not read thousands of them.
REVISION = re.compile(r"r[0-9]{1,18}\Z")
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
    if not REVISION.match(text):
        raise PreconditionFailed("If-Match does not name a version this resource ever had.")
    return int(text[1:])
