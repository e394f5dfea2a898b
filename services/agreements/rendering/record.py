"""The record of processing (Art. 30(2) GDPR) as PDF and as workbook, in one language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from services.agreements.contract.contents import Party
from services.agreements.contract.sentences.phrases import Phrases, country_name
from services.agreements.contract.terms import Contact
from services.agreements.contract.wording import in_language
from services.agreements.model.record import Line, Transfer
from services.agreements.rendering.words import FOLDER
from shared import typeset

PDF_STANDARDS = ["a-2b", "ua-1"]
COLUMNS = (
    "controller", "controller_contact", "controller_dpo", "agreement", "since", "processing",
    "purpose", "data", "subjects", "special", "recipients", "transfers", "measures", "missing",
)  # fmt: skip


class RecordWords:
    """The words of the record in one language; codes that have no word stand as they are."""

    def __init__(self, language: str) -> None:
        self.language, self._phrases = language, Phrases(language)

    def __call__(self, key: str, **gaps: object) -> str:
        return in_language(_catalogue()[key], self.language).format(**gaps)

    def code(self, kind: str, code: str | None) -> str:
        known = _catalogue().get(f"{kind}.{code}")
        return in_language(known, self.language) if known else code or ""

    def day(self, day: date) -> str:
        return self._phrases.day(day)

    def country(self, code: str | None) -> str:
        return country_name(self.language, code) if code else ""


def pdf(
    name: str, lines: Sequence[Line], day: date, now: datetime, language: str, seals_at: str
) -> bytes:
    """PDF/A-2b and PDF/UA-1. ``name``: of the processor; ``seals_at``: how to check the seal."""
    t = RecordWords(language)
    members = {
        "language": language,
        "title": t("title", name=name),
        "as_of": t("as_of", day=t.day(day)),
        "law": t("law"),
        "note": t("note"),
        "seal": t("seal", at=seals_at),
        "none": t("none"),
        "processor": _processor(lines, t) or [name],
        "rows": [_row(line, t) for line in lines],
        "page": t("page"),
    }
    return typeset.pdf(FOLDER / "record.typ", members, note=t("replaced"),
                       standards=PDF_STANDARDS, at=int(now.timestamp()))  # fmt: skip


def workbook(lines: Sequence[Line], day: date, language: str) -> bytes:
    """An XLSX with one row for each agreement; nothing in it is a formula."""
    # Loaded with the first workbook: a process that makes none need not hold 16 MB for it.
    from services.agreements.rendering.workbook import Sheet, made

    t = RecordWords(language)
    head = [t(f"column.{name}") for name in COLUMNS]
    rows = [cells(line, t) for line in lines]
    return made([Sheet("Art. 30(2)", t("as_of", day=t.day(day)), head, rows)])


def cells(line: Line, t: RecordWords) -> list[str]:
    """The row of an agreement, in the order of ``COLUMNS``."""
    controller = line.controller
    return [
        "\n".join(party_lines(controller, t)), person(controller.contact),
        person(controller.data_protection_officer), f"{line.agreement_id} v{line.version}",
        t.day(line.since), line.subject_matter or "", line.purpose or "",
        "; ".join(line.data_categories), "; ".join(line.data_subjects),
        t("yes" if line.special_categories else "no"), "; ".join(line.recipients),
        "\n".join(transfer_text(each, t) for each in line.transfers) or t("no_transfer"),
        "; ".join(line.measures), "; ".join(missing(line, t)),
    ]  # fmt: skip


def party_lines(party: Party, t: RecordWords) -> list[str]:
    """Name, number and address of a party."""
    address = party.address
    where = [address.street, f"{address.postal_code} {address.city}"] if address else []
    country = t.country(address.country if address else party.country)
    named = [party.legal_name, party.registration_number or ""]
    return [text for text in (*named, ", ".join([*where, country]).strip(", ")) if text]


def person(contact: Contact | None) -> str:
    parts = (contact.name, contact.position, contact.email) if contact else ()
    return ", ".join(part for part in parts if part)


def transfer_text(transfer: Transfer, t: RecordWords) -> str:
    """One transfer with its safeguards, such as "Mail Inc.: USA, storage; DPF; allowed"."""
    region = f" ({transfer.region})" if transfer.region else ""
    where = f"{t.country(transfer.country)}{region}"
    kind = t.code("kind", transfer.kind)
    bases = ", ".join(transfer.bases) or t("no_basis")
    place = ", ".join(part for part in (where, kind) if part)
    verdict = t.code("verdict", transfer.verdict)
    return f"{transfer.recipient}: {'; '.join(part for part in (place, bases, verdict) if part)}"


def missing(line: Line, t: RecordWords) -> list[str]:
    return [t(f"missing.{name}") for name in line.missing]


def _processor(lines: Sequence[Line], t: RecordWords) -> list[str]:
    """The processor as an agreement names it, with whom to ask."""
    named = [line.processor for line in lines][-1:]
    told = [text for party in named for text in (*party_lines(party, t), person(party.contact))]
    return [text for text in told if text]


def _row(line: Line, t: RecordWords) -> dict[str, Any]:
    facts = zip(COLUMNS[1:], cells(line, t)[1:], strict=True)
    return {
        "name": line.controller.legal_name,
        "id": line.agreement_id,
        "who": party_lines(line.controller, t)[1:],
        "facts": [[t(f"column.{name}"), text] for name, text in facts if text],
    }


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((FOLDER / "record_words.json").read_text("utf-8"))
    return words
