"""A document for the eye: the same words and facts as HTML and as PDF."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Sequence
from functools import cache
from typing import cast

import typst
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.agreements.model import Acceptance, Version
from services.agreements.rendering.layout import laid_out
from services.agreements.rendering.words import FOLDER
from shared.errors import DomainError

PDF_STANDARDS = ["a-2b", "ua-1"]
# One at a time: typesetting takes a whole core, and requests must stay quick meanwhile.
ONE_AT_A_TIME = threading.Lock()

__all__ = ["FOLDER", "PdfImpossible", "as_html", "as_pdf", "laid_out", "style_policy"]


class PdfImpossible(DomainError):
    """The document holds characters that no font of ours has; read it as HTML or JSON."""

    code, status = "pdf-impossible", 406


def as_html(version: Version, accepted: Sequence[Acceptance] = ()) -> str:
    """A whole page without scripts; its only style is the one ``style_policy`` allows."""
    page = _pages().get_template("document.html")
    return page.render(told=laid_out(version, accepted), style=_style())


def as_pdf(version: Version, accepted: Sequence[Acceptance] = ()) -> bytes:
    """PDF/A-2b and PDF/UA-1, tagged; the same version and acceptances give the same bytes.

    Raises ``PdfImpossible``: a contract with boxes for letters would not be the one agreed on.
    """
    told = json.dumps(laid_out(version, accepted), ensure_ascii=False)
    made_at = max([version.made_at, *(each.at for each in accepted)])
    try:
        return _typeset(told, int(made_at.timestamp()))
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        raise PdfImpossible from error


def _typeset(told: str, made_at: int) -> bytes:
    with ONE_AT_A_TIME:
        made = _compiler().compile(
            sys_inputs={"told": told},
            format="pdf",
            pdf_standards=PDF_STANDARDS,  # type: ignore[arg-type]  # Typed as fewer than it takes.
            timestamp=made_at,
        )
    return cast("bytes", made)


def style_policy(page: bytes) -> str:
    """The Content-Security-Policy under which ``page`` shows as meant.

    It is read off the page: one that was kept for years has the style of its own day.
    """
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"


@cache
def _compiler() -> typst.Compiler:
    """One for the process: reading the fonts takes longer than setting a contract."""
    return typst.Compiler(FOLDER / "document.typ", ignore_system_fonts=True)


@cache
def _style() -> str:
    return (FOLDER / "document.css").read_text("utf-8")


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("services.agreements"), autoescape=True, undefined=StrictUndefined
    )
