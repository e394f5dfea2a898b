"""Whatever others write, evidence is a table that nothing runs, and a PDF for the archive."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import chain, count, cycle, islice
from typing import Any

import pytest

from services.notices.api.evidence_files import COLUMNS, csv_lines
from services.notices.api.evidence_pdf import pdf
from services.notices.letters.headlines import company
from services.notices.letters.words import words
from services.notices.model.channels import Tried
from services.notices.model.evidence import Evidence
from services.notices.model.messages import Event
from shared.sheets import unguarded
from tests import readers
from tests.corpus import corpus, surrogates
from tests.pdf import text_of
from tests.pouring import poured

ROUNDS = 6
SEALS = "https://art28.test/identity/seals"
AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
ENTRY = {"legal_name": "Mail Inc.", "country": "US"}
# Codes and days, which no one writes freely.
FIXED = frozenset({"channel", "outcome", "given_on", "deadline", "effective_on", "silence",
                   "counts_from", "day_kind", "receipt_rule", "owes", "no_deadline"})  # fmt: skip
EVIDENCE = Evidence(
    agreement_id="agr_1", notice_id="ntc_1", customer={"id": "org_1", "legal_name": "Nordbo A/S"},
    terms={"notice_days": 30, "objection_days": 14, "day_kind": "business",
           "receipt_rule": "delivered"},
    channel="email", recipient="ida@nordbo.example", given_on="2026-11-22", deadline="2026-12-06",
    effective_on="2026-12-24", silence="consent",
    attempts=(
        Tried(AT, "webhook", "https://nordbo.example/hook", "timeout", None, 10),
        Tried(AT, "email", "ida@nordbo.example", "recipient_refused", 550, 12, "5.1.1 no user"),
    ),
    delivered_at=AT, acknowledged_at=AT, outcome="delivered", reached=True,
    acknowledged_by={"name": "Ida", "email": "ida@nordbo.example"},
    unreached={"since": "2026-11-22", "reason": "contacts_exhausted"}, sent_at=AT,
    letters=({"id": "let_1", "kind": "objection", "received_on": "2026-11-22",
              "file": {"name": "Letter.pdf", "sha256": "0"}},),
    approved_by=({"name": "Ada Lund"},),
    answers=({"kind": "objection", "id": "obj_1", "status": "received", "grounds": "security",
              "at": "2026-11-22T13:00:00.000Z", "by": "Ole", "entry": None},),
    counts_from="2026-11-22", counting={"en": "Days in Denmark.", "da": "Dage i Danmark."},
)  # fmt: skip


def event(words: Iterator[str] | None = None, kind: str = "add") -> Event:
    data = {"sub_processor": ENTRY, "reason": "Newsletter"}
    vendor = {"id": "org_v", "slug": "v", "legal_name": "Vendor"}
    if words:
        data, vendor = (poured(each, lambda _: next(words), FIXED) for each in (data, vendor))
    told = json.dumps({"data": {"change_id": "chg_1", "kind": kind, **data}}, ensure_ascii=False)
    return Event(
        id="evt_1", type="sub_processor.change.announced", at="2026-11-22T13:00:00.000Z",
        processor=vendor, head=told, tail="", change_id="chg_1", effective_on="2026-12-24",
    )  # fmt: skip


def evidence(words: Iterator[str]) -> Evidence:
    """A row in which every text that others write is another word."""
    told = poured(asdict(EVIDENCE), lambda _: next(words), FIXED)
    attempts = tuple(
        replace(each, recipient=next(words), answer=next(words)) for each in EVIDENCE.attempts
    )
    several = {
        name: tuple(poured(list(getattr(EVIDENCE, name)), lambda _: next(words), FIXED))
        for name in ("letters", "approved_by")
    }
    answers = tuple({**each, "by": next(words)} for each in EVIDENCE.answers)
    return replace(EVIDENCE, **{**told, "attempts": attempts, "answers": answers, **several})


def turns(*more: str) -> Iterator[tuple[str, Iterator[str]]]:
    """In each round every field has another word."""
    words = [*corpus(), *more]
    for first in range(0, len(words), len(words) // ROUNDS):
        yield words[first], cycle(chain(islice(words, first, None), words[:first]))


def test_no_word_changes_the_table() -> None:
    for first, turn in turns():
        rows = [evidence(turn) for _ in range(len(corpus()) // 10)]
        told = readers.sheet("".join(csv_lines(event(), rows)))
        assert told == {len(COLUMNS): len(rows) + 1}, ascii(first)


def test_what_others_wrote_comes_back_out_of_the_table() -> None:
    for word in corpus():
        row = replace(EVIDENCE, customer={"id": "org_1", "legal_name": word})
        text = "".join(csv_lines(event(), [row]))
        [_, cells] = csv.reader(io.StringIO(text, newline=""), strict=True)
        assert unguarded(cells[COLUMNS.index("customer")]) == word.replace("\x00", "\ufffd")


def test_no_word_keeps_a_vendor_from_its_pdf() -> None:
    for first, turn in turns(*surrogates()):
        rows = [evidence(turn) for _ in range(12)]
        assert readers.pdf(pdf(event(turn), rows, AT, "en", SEALS)) == ("2", "A", "en"), ascii(
            first
        )


@pytest.mark.parametrize("language", ["en", "da", "sv"])
@pytest.mark.parametrize("kind", ["add", "replace", "modify", "remove"])
def test_the_pdf_says_in_its_language_what_the_change_is(kind: str, language: str) -> None:
    made = pdf(event(kind=kind), [EVIDENCE], AT, language, SEALS)
    assert readers.pdf(made) == ("2", "A", language)
    assert "Mail Inc." in text_of(made)
    assert f"{kind} ·" not in text_of(made)


def words_of(first: int) -> Iterator[str]:
    return (f"Word {number}" for number in count(first))


def test_every_text_of_others_is_poured() -> None:
    told: dict[str, Any] = asdict(evidence(words_of(1)))
    plain = asdict(EVIDENCE)
    same = {name for name in told if told[name] == plain[name]}
    days = {"delivered_at", "acknowledged_at", "sent_at", "verified_at"}
    assert same <= FIXED | days | {"terms", "reached"}


def test_a_name_from_right_to_left_leaves_its_country_where_it_stands() -> None:
    t = words("en")
    entry = {"legal_name": "דואר בע״מ", "country": "US"}
    assert company(t, entry) == "\u2068דואר בע״מ\u2069, United States"
    assert company(t, ENTRY) == "Mail Inc., United States"
