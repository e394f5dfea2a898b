"""Pages for people without an account: HTML that runs nothing, in their own language."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.portal.pages.words import LANGUAGES, Words, language_of, words
from shared.safe_text import mail_link, shown

__all__ = ["LANGUAGES", "Words", "html", "language_of", "words"]

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["mail_link"] = mail_link


def html(template: str, status: int, language: str, **values: Any) -> Response:
    """The page as an answer: it may style itself, post to itself, and nothing else."""
    t = words(language)
    page = _pages.get_template(template).render(t=t, languages=LANGUAGES, **values)
    policy = (
        f"default-src 'none'; style-src '{_style_hash(page)}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Content-Language": t.language,
        "X-Robots-Tag": "noindex, nofollow",
        "Vary": "Accept-Language",
    }
    return Response(page, status, headers, content_type="text/html; charset=utf-8")


def _style_hash(page: str) -> str:
    """The page's one style element, by what is in it: nothing else may style or run."""
    found = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    return _hash_of(found[1] if found else "")


@lru_cache(maxsize=8)
def _hash_of(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
