"""The record of processing on behalf of controllers (Art. 30(2) GDPR), on any day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.agreements.contract.annex import Annex
from services.agreements.contract.contents import Party
from services.agreements.model.agreement import Agreement, Version

NO_TRANSFER = "no_transfer"
# What Art. 30(2) asks for, by the letter of the paragraph.
REQUIRED = {
    "controller_contact": "a", "processor_contact": "a", "processing": "b", "register": "c",
    "measures": "d",
}  # fmt: skip


@dataclass(frozen=True)
class Transfer:
    """One place outside the EEA of one recipient. ``bases``: what carries the transfer, by name;
    ``verdict``: its status on the day of the record."""

    recipient: str
    country: str
    region: str | None
    kind: str | None
    bases: tuple[str, ...]
    verdict: str | None


@dataclass(frozen=True)
class Line:
    """What is processed under one agreement, as its version of that day says. ``missing``: members
    of ``REQUIRED`` that nobody has stated."""

    agreement_id: str
    version: int
    language: str
    processor: Party
    controller: Party
    since: date
    subject_matter: str | None
    purpose: str | None
    data_categories: tuple[str, ...]
    data_subjects: tuple[str, ...]
    special_categories: bool
    measures: tuple[str, ...]
    recipients: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    missing: tuple[str, ...] = field(default=())


def version_on(agreement: Agreement, versions: Sequence[Version], day: date) -> Version | None:
    """The version that applied on a day; None if the agreement did not.

    An amendment applies from its own first day, and not before both had accepted it.
    """
    if agreement.status == "rejected" or _is_over(agreement, day):
        return None
    applying = [each for each in versions if (on := _first_day(agreement, each)) and on <= day]
    return max(applying, key=lambda each: each.version, default=None)


def _is_over(agreement: Agreement, day: date) -> bool:
    ended, over = agreement.ended_on, agreement.over_on
    return bool((ended and day > ended) or (over and day >= over))


def _first_day(agreement: Agreement, version: Version) -> date | None:
    first, number = version.content.effective_from, version.version
    if number == 1 and (agreement.unconfirmed or agreement.executed(1)):
        return first
    accepted = [each.at.date() for each in agreement.acceptances if each.version == number]
    return max(first, *accepted) if agreement.executed(number) else None


def line_of(agreement: Agreement, version: Version, annex: Annex) -> Line:
    """The line of an agreement with the register of that day."""
    content, processing = version.content, version.content.processing
    measures = (*content.measures.technical, *content.measures.organisational)
    security = (content.clauses.security,) if content.clauses.security and not measures else ()
    line = Line(
        agreement_id=agreement.id, version=version.version, language=content.language,
        processor=version.processor, controller=version.controller, since=content.effective_from,
        subject_matter=processing.subject_matter or processing.nature, purpose=processing.purpose,
        data_categories=processing.data_categories, data_subjects=processing.data_subjects,
        special_categories=processing.special_categories, measures=(*measures, *security),
        recipients=tuple(str(row["legal_name"]) for row in annex.items),
        transfers=tuple(_transfers(annex)),
    )  # fmt: skip
    return _with_missing(line, annex)


def _transfers(annex: Annex) -> Iterator[Transfer]:
    for row in annex.items:
        for place in row["places"]:
            status = (place["verdict"] or {}).get("status")
            if status != NO_TRANSFER:
                yield _transfer(row, place, status)


def _transfer(row: Mapping[str, Any], place: Mapping[str, Any], status: str | None) -> Transfer:
    bases = tuple(str(basis["name"]) for basis in place["bases"])
    return Transfer(row["legal_name"], place["country"], place.get("region"), place.get("kind"),
                    bases, status)  # fmt: skip


def _with_missing(line: Line, annex: Annex) -> Line:
    stated = {
        "controller_contact": line.controller.contact,
        "processor_contact": line.processor.contact,
        "processing": line.subject_matter or line.purpose,
        "register": annex.register,
        "measures": line.measures,
    }
    missing = tuple(name for name, value in stated.items() if not value)
    return Line(**{**vars(line), "missing": missing})
