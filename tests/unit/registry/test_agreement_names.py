"""Companies in the texts of agreements that the list does not name, by a table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.findings import Listed, Vendor
from services.registry.findings.agreements import AgreementTexts, names_off_the_list
from services.registry.model.companies import shipped
from services.registry.todo.of_work import of_named
from services.registry.transfers.wording import LANGUAGES, sentence
from tests.unit.registry.golden import rows

ENDED = ("Fjord Backup A/S", "Old Host ApS", "Lun ApS")
ENTRIES: list[dict[str, Any]] = [
    {"id": "sub_1", "legal_name": "Google Ireland Limited"},
    {"id": "sub_2", "legal_name": "Mailer Inc.", "brand": "PostKing"},
]
LISTED = Listed(ENTRIES, Vendor("Nordlys Cloud A/S"), date(2027, 3, 1), "DK", {})


def found(*texts: str) -> list[str]:
    of = [AgreementTexts("template", f"tpl_{n}", "Ours", (text,)) for n, text in enumerate(texts)]
    named = names_off_the_list(of, LISTED, ENDED, shipped())
    return [f"{each.company}{'*' if each.ended else ''}" for each in named]


@pytest.mark.parametrize(("text", "names", "why"), rows("golden_agreement_names.txt"))
def test_the_companies_of_the_table_are_found(text: str, names: str, why: str) -> None:
    assert "; ".join(found(text)) == ("" if names == "-" else names), why


def test_each_agreement_names_a_company_once() -> None:
    assert found("All by Twilio.", "Calls by Twilio, texts by Twilio.") == ["Twilio Inc."] * 2


def test_what_was_found_is_said_in_each_language_and_leads_to_the_text() -> None:
    of = AgreementTexts("agreement", "agr_1", "Nordbo", ("Kept by Old Host ApS; sent by Twilio.",))
    items = [
        of_named(each, "/registry/v1/processors/a")
        for each in names_off_the_list([of], LISTED, ENDED, shipped())
    ]

    assert [item.steps[0].path for item in items] == ["/agreements/v1/agreements/agr_1"] * 2
    for item in items:
        assert len({sentence(item.detail, language) for language in LANGUAGES}) == 3
    assert "no longer" in sentence(items[0].detail, "en")
