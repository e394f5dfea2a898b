"""Render a document for readers: the same words and facts as HTML and as PDF."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.agreements.model.agreement import Acceptance, Version
from services.agreements.official_files import OfficialFile
from services.agreements.rendering import comparison
from services.agreements.rendering.layout import change_in_words, laid_out, title_of
from services.agreements.rendering.words import FOLDER, Words
from shared import typeset
from shared.safe_text import shown

PDF_STANDARDS, WITH_FILES = ["a-2b", "ua-1"], ["a-3b", "ua-1"]

__all__ = [
    "FOLDER",
    "as_comparison",
    "as_docx",
    "as_html",
    "as_pdf",
    "change_in_words",
    "laid_out",
    "style_policy",
    "title_of",
]


def as_html(version: Version, accepted: Sequence[Acceptance] = ()) -> str:
    """A whole page without scripts; its only style is the one ``style_policy`` allows."""
    page = _pages().get_template("document.html")
    return page.render(told=laid_out(version, accepted), style=_style())


def as_pdf(
    version: Version,
    accepted: Sequence[Acceptance] = (),
    official: OfficialFile | None = None,
    seals_at: str = "",
) -> bytes:
    """PDF/A-2b and PDF/UA-1, tagged; the same version and acceptances give the same bytes. With
    the ``official`` file attached PDF/A-3b, which alone may hold a file of any kind.

    ``seals_at``: where readers of a file that will be sealed find how to check that.

    A character without a font is shown as its number, and a note says so: the agreed text is
    that of the JSON document, whose hash the PDF states.
    """
    members = laid_out(version, accepted)
    members["seal"] = f"{Words(members['language'])('seal')} {seals_at}" if seals_at else ""
    made_at = max([version.made_at, *(acceptance.at for acceptance in accepted)])
    return typeset.pdf(
        FOLDER / "document.typ",
        members,
        note=Words(members["language"])("replaced"),
        standards=PDF_STANDARDS if official is None else WITH_FILES,
        at=int(made_at.timestamp()),
        files={official.name: official.body} if official else {},
    )


def as_comparison(before: Version, after: Version) -> str:
    """A whole page: what ``after`` adds and removes, marked in the text of both."""
    page = _pages().get_template("comparison.html")
    return page.render(told=comparison.compared(before, after), style=_style())


def as_docx(version: Version, accepted: Sequence[Acceptance] = ()) -> bytes:
    """The same as a file of a word processor: a copy to work on."""
    from services.agreements.rendering.word import as_word

    return as_word(laid_out(version, accepted), version.made_at)


def style_policy(page: bytes) -> str:
    """The Content-Security-Policy under which ``page`` shows as meant.

    It is computed from the page, because a page stored years ago has the style of that time.
    """
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"


@cache
def _style() -> str:
    return (FOLDER / "document.css").read_text("utf-8")


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("services.agreements"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
    )
