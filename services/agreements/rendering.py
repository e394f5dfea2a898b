"""A document for the eye: the same words and facts as HTML and as PDF."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import fields
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.agreements.contents import Clauses, Processing, Terms
from services.agreements.model import Version
from services.agreements.wording import in_language
from shared.errors import DomainError

FOLDER = Path(str(files("services.agreements") / "templates"))
PDF_STANDARDS = ["a-2b", "ua-1"]
# One at a time: typesetting takes a whole core, and requests must stay quick meanwhile.
ONE_AT_A_TIME = threading.Lock()

Rows = list[tuple[str, str]]


def as_html(version: Version) -> str:
    """A whole page without scripts; its only style is the one ``style_policy`` allows."""
    page = _pages().get_template("document.html")
    return page.render(told=laid_out(version), style=_style())


def as_pdf(version: Version) -> bytes:
    """PDF/A-2b and PDF/UA-1, tagged; the same version gives the same bytes.

    Raises ``PdfImpossible``: a contract with boxes for letters would not be the one agreed on.
    """
    told = json.dumps(laid_out(version), ensure_ascii=False)
    try:
        return _typeset(told, int(version.made_at.timestamp()))
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        raise PdfImpossible from error


def _typeset(told: str, made_at: int) -> bytes:
    with ONE_AT_A_TIME:
        made = typst.compile(
            FOLDER / "document.typ",
            sys_inputs={"told": told},
            pdf_standards=PDF_STANDARDS,  # type: ignore[arg-type]
            timestamp=made_at,
            ignore_system_fonts=True,
        )
    return bytes(made)


@cache
def style_policy() -> str:
    """The Content-Security-Policy under which the page shows as meant."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"


def laid_out(version: Version) -> dict[str, Any]:
    """Everything the document says, in words, for both layouts. Reads only the frozen document."""
    told = json.loads(version.document)
    words = Words(told["language"])
    template = told["template"]
    made_on = datetime.fromisoformat(told["made_at"]).date().isoformat()
    return {
        "language": told["language"].partition("-")[0],
        "title": words("title"),
        "version": f"{words('version')} {told['version']} · {made_on} · {told['agreement_id']}",
        "page": words("page"),
        "reference": [words("reference"), template["reference"]] if template["reference"] else None,
        "parties": [
            {"role": words(role), "lines": _party_lines(told[role])}
            for role in ("processor", "controller")
        ],
        "terms": words("terms"),
        "sections": template["sections"],
        "tables": [
            {"heading": words("processing"), "rows": _facts(words, told["processing"], Processing)},
            {"heading": words("answers"), "rows": _facts(words, told["clauses"], Clauses)},
            {"heading": words("notice"), "rows": _notice(words, told)},
            {"heading": words("other"), "rows": _other(words, told)},
        ],
        "fingerprint": [words("fingerprint"), version.document_sha256],
    }


class PdfImpossible(DomainError):
    """The document holds characters that no font of ours has; read it as HTML or JSON."""

    code, status = "pdf-impossible", 406


class Words:
    """The fixed words of a document, in one language."""

    def __init__(self, language: str) -> None:
        self._language, self._words = language, _words()

    def __call__(self, key: str) -> str:
        return in_language(self._words[key], self._language)

    def value(self, value: object) -> str:
        """Any value of a document in words."""
        if isinstance(value, bool):
            return self("yes" if value else "no")
        if isinstance(value, list):
            return ", ".join(self.value(each) for each in value) or self("missing")
        if value is None:
            return self("missing")
        text = str(value)
        return self(text) if text in self._words else text


def _facts(words: Words, told: dict[str, Any], shape: type) -> Rows:
    return [(words(each.name), words.value(told[each.name])) for each in fields(shape)]


def _notice(words: Words, told: dict[str, Any]) -> Rows:
    terms = told["notice_terms"]
    contacts = [
        f"{each['name']} ({each['position']}), {each['email']}" for each in terms["contacts"]
    ]
    return [
        (words("authorisation"), words.value(told["authorisation"])),
        *_facts(words, terms, Terms),
        (words("channels"), words.value(terms["channels"])),
        (words("contacts"), "\n".join(contacts) or words("missing")),
    ]


def _other(words: Words, told: dict[str, Any]) -> Rows:
    names = ("breach_notice_hours", "deletion_days", "effective_from", "governing_law")
    products = words.value(told["products"]) if told["products"] else words("all")
    return [*((words(name), words.value(told[name])) for name in names),
            (words("products"), products)]  # fmt: skip


def _party_lines(party: dict[str, Any]) -> list[str]:
    address = party["address"] or {}
    town = " ".join(address[part] for part in ("postal_code", "city") if part in address)
    country = address.get("country") or party["country"]
    lines = [party["legal_name"], party["registration_number"], address.get("street"), town]
    return [line for line in (*lines, country) if line]


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((FOLDER / "words.json").read_text("utf-8"))
    return words


@cache
def _style() -> str:
    return (FOLDER / "document.css").read_text("utf-8")


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("services.agreements"), autoescape=True, undefined=StrictUndefined
    )
