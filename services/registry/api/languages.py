"""The language of an answer that people read."""

from __future__ import annotations

from typing import Any, cast

from flask import request

from services.registry.transfers.wording import LANGUAGES, Language


def language_asked(named: str | None) -> Language:
    """The language that the query names; else what the request accepts, else English."""
    # Danish of any country is Danish here; werkzeug would prefer an exact match of less weight.
    accepted = (tag.partition("-")[0].lower() for tag, weight in request.accept_languages if weight)
    return cast("Language", named or next((tag for tag in accepted if tag in LANGUAGES), "en"))


def in_language(body: Any, language: Language) -> Any:
    """The answer, and the headers that name its language (RFC 9110, 8.5 and 12.5.5)."""
    return body, {"Content-Language": language, "Vary": "Accept-Language"}
