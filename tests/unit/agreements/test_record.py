"""The record of processing (Art. 30(2) GDPR): what applied on a day, and every form of it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from services.agreements.contract.annex import Annex, annex_from
from services.agreements.contract.terms import Contact
from services.agreements.model.record import Line, Transfer, line_of, version_on
from services.agreements.rendering import record
from services.agreements.rendering.words import FOLDER
from tests import readers
from tests.corpus import corpus
from tests.pdf import text_of
from tests.unit.agreements import things

DAY = date(2026, 12, 1)
ENTRY: dict[str, Any] = {
    "id": "sub_1", "legal_name": "Mail Inc.", "country": "US", "purpose": {"en": "Sends mail."},
    "products": [], "locations": [
        {"country": "IE", "kind": "storage", "mechanisms": [],
         "verdict": {"status": "no_transfer", "reason": "In the EEA."}},
        {"country": "US", "region": "US-CA", "kind": "remote_access",
         "mechanisms": [{"instrument_id": "eu-us-dpf", "name": "EU-US DPF"}],
         "verdict": {"status": "valid", "reason": "In force."}},
    ],
}  # fmt: skip
LANGUAGES = ["en", "da", "sv"]


SEALS = "https://art28.test/identity/seals"


def line(**more: Any) -> Line:
    agreement, version = things.active(), things.version()
    annex = annex_from([ENTRY], DAY, "en", version.content.products)
    return replace(line_of(agreement, version, annex), **more)


def test_an_agreement_applies_from_its_first_day() -> None:
    agreement, version = things.active(), things.version()
    first = version.content.effective_from
    assert version_on(agreement, [version], first - timedelta(1)) is None
    assert version_on(agreement, [version], first) == version


def test_an_amendment_applies_once_both_have_accepted_it() -> None:
    one, two = things.version(), things.version(2, deletion_days=60)
    agreement = things.amended()
    assert version_on(agreement, [one, two], DAY) == one
    agreement = things.accepted_by_both(agreement, two)
    accepted = things.AT.date()
    assert version_on(agreement, [one, two], accepted) == two
    before = accepted - timedelta(1)
    applies = one if one.content.effective_from <= before else None
    assert version_on(agreement, [one, two], before) == applies


def test_an_amendment_applies_from_the_later_of_its_own_day_and_the_last_acceptance() -> None:
    one, two = things.version(), things.version(2, deletion_days=60)
    accepted, first = things.AT + timedelta(3), things.AT.date() + timedelta(9)
    both = things.accepted_by_both(things.amended(), two)
    late = tuple(
        replace(each, at=accepted) if each.version == 2 else each for each in both.acceptances
    )
    agreement = replace(both, acceptances=late)
    assert version_on(agreement, [one, two], accepted.date()) == two
    assert version_on(agreement, [one, two], accepted.date() - timedelta(1)) == one
    later = replace(two, content=replace(two.content, effective_from=first))
    assert version_on(agreement, [one, later], first) == later
    assert version_on(agreement, [one, later], first - timedelta(1)) == one


@pytest.mark.parametrize("agreement", [things.draft(), things.offered(), things.rejected()])
def test_what_never_bound_both_is_in_no_record(agreement: Any) -> None:
    assert version_on(agreement, [things.version()], DAY) is None


def test_an_agreement_that_has_ended_is_in_the_record_of_its_own_days_only() -> None:
    agreement, version = things.terminated(), things.version()
    assert version_on(agreement, [version], things.TODAY + timedelta(2)) is None
    assert version_on(agreement, [version], version.content.effective_from) == version


@pytest.mark.parametrize(
    ("more", "day", "applies"),
    [
        ({}, DAY, True),
        ({"ended_on": DAY}, DAY, True),
        ({"ended_on": DAY}, DAY + timedelta(1), False),
        ({"ends_on": DAY}, DAY - timedelta(1), True),
        ({"ends_on": DAY}, DAY, False),
        ({"status": "rejected"}, DAY, False),
        ({"acceptances": (), "unconfirmed": True}, DAY, True),
        ({"acceptances": ()}, DAY, False),
    ],
)
def test_an_agreement_applies_until_its_last_day(
    more: dict[str, Any], day: date, applies: bool
) -> None:
    agreement, version = replace(things.active(), **more), things.version()
    assert version_on(agreement, [version], day) == (version if applies else None)


def test_places_within_the_eea_are_no_transfers() -> None:
    (transfer,) = line().transfers
    assert (transfer.recipient, transfer.country) == ("Mail Inc.", "US")
    assert (transfer.bases, transfer.verdict) == (("EU-US DPF",), "valid")


def test_a_line_says_what_its_version_and_the_register_say() -> None:
    made = line()
    assert made == Line(
        agreement_id="agr_1", version=1, language="da", processor=things.VENDOR,
        controller=things.CUSTOMER, since=things.content().effective_from,
        subject_matter="Hosting of a case system", purpose="Running the case system",
        data_categories=("names", "e-mail addresses"), data_subjects=("tenants",),
        special_categories=False, measures=("Encryption and backups.",),
        recipients=("Mail Inc.",),
        transfers=(Transfer("Mail Inc.", "US", "US-CA", "remote_access", ("EU-US DPF",), "valid"),),
        missing=("controller_contact", "processor_contact"),
    )  # fmt: skip


def test_measures_stand_in_the_place_of_the_clause_about_security() -> None:
    version = things.version(measures={"technical": ["Encryption."], "organisational": ["Rules."]})
    made = line_of(things.active(), version, Annex(DAY, register=True))
    assert made.measures == ("Encryption.", "Rules.")


@pytest.mark.parametrize(
    ("processing", "subject_matter", "is_missing"),
    [
        ({"subject_matter": None}, "Storage and support", False),
        ({"subject_matter": None, "nature": None}, None, False),
        ({"subject_matter": None, "nature": None, "purpose": None}, None, True),
    ],
)
def test_of_what_is_processed_the_nature_or_the_purpose_is_enough(
    processing: dict[str, Any], subject_matter: str | None, is_missing: bool
) -> None:
    content = things.content()
    bare = replace(
        things.version(), document_sha256="x", content=replace(
            content, processing=replace(content.processing, **processing),
            clauses=replace(content.clauses, security=None)))  # fmt: skip
    made = line_of(things.active(), bare, Annex(DAY, register=True))
    assert made.subject_matter == subject_matter
    assert ("processing" in made.missing) is is_missing
    assert "measures" in made.missing
    assert "register" not in made.missing


def test_what_nobody_stated_is_named() -> None:
    bare = line_of(things.active(), things.version(), Annex(DAY, register=False))
    assert {"controller_contact", "processor_contact", "register"} <= set(bare.missing)
    known = replace(things.version(), controller=replace(
        things.CUSTOMER, contact=Contact("Ida", "DPO", "ida@c.test")))  # fmt: skip
    assert "controller_contact" not in line_of(things.active(), known, Annex(DAY, True)).missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_archivable_and_in_one_language(language: str) -> None:
    made = record.pdf("Vendor", [line()], DAY, things.AT, language, SEALS)
    t, text = record.RecordWords(language), " ".join(text_of(made).split())
    assert readers.pdf(made) == ("2", "B", language)
    for name in ("agreement", "processing", "data", "subjects", "transfers"):
        assert t(f"column.{name}") in text
    assert f"Mail Inc.: {t.country('US')}" in text
    assert t.code("kind", "remote_access") in text
    others = [
        record.RecordWords(each)("column.transfers") for each in LANGUAGES if each != language
    ]
    assert not any(other in text for other in others)


def test_no_name_keeps_anybody_from_a_record() -> None:
    words = corpus()
    rows = [line(controller=replace(things.CUSTOMER, legal_name=word or "x")) for word in words]
    assert record.pdf("Vendor", rows, DAY, things.AT, "da", SEALS).startswith(b"%PDF")
    book = load_workbook(io.BytesIO(record.workbook(rows, DAY, "da")))
    assert book.active.max_row == len(rows) + 2
    kinds = {cell.data_type for row in book.active.iter_rows(min_row=3) for cell in row}
    assert kinds <= {"s", "inlineStr", "n"}  # Text, or nothing: no formula.


def test_a_record_without_agreements_says_so() -> None:
    made = record.pdf("Vendor", [], DAY, things.AT, "sv", SEALS)
    assert "Inget avtal gällde denna dag." in text_of(made)


def test_every_word_is_there_in_every_language() -> None:
    words = json.loads((FOLDER / "record_words.json").read_text("utf-8"))
    assert all(sorted(each) == sorted(LANGUAGES) and all(each.values()) for each in words.values())
