"""The name on a list of participants and that of the recipient: one company or two."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.transfers import Circumstances, Location, Mechanism, assess
from services.registry.transfers.names import is_named

GOLDEN = Path(__file__).with_name("golden_names.txt")
LINES = [
    [cell.strip() for cell in line.split("|")]
    for line in GOLDEN.read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.mark.parametrize(("listed", "covered", "recipient", "answer", "why"), LINES)
def test_a_name_is_that_of_the_recipient(
    listed: str, covered: str, recipient: str, answer: str, why: str
) -> None:
    entities = [each.strip() for each in covered.split(";") if each.strip()]
    assert is_named(listed, recipient, entities) is (answer == "same"), why


def test_the_table_has_both_answers() -> None:
    assert len(LINES) >= 50
    assert {line[3] for line in LINES} == {"same", "other"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_who_is_asked_first_does_not_matter(one: str, other: str) -> None:
    assert is_named(one, other) is is_named(other, one)


@given(st.text(alphabet="abcÅø .,&()'/-", max_size=40))
def test_a_name_with_a_word_is_its_own(name: str) -> None:
    assert is_named(f"Word {name}", f"Word {name}")


EVIDENCE = {"participant": "Mailer, Inc.", "covered_data": ["non_hr"], "status": "Active",
            "checked_on": "2026-11-02", "due_on": "2027-06-01"}  # fmt: skip
# Instrument | exporter | more evidence.
LISTS = [
    ("eu-us-dpf", "DK", {}),
    ("uk-us-data-bridge", "GB", {"uk_extension": True}),
    ("ch-us-dpf", "CH", {"swiss_us": True}),
]


@pytest.mark.parametrize(("instrument", "exporter", "more"), LISTS)
@pytest.mark.parametrize(
    ("recipient", "covered", "status"),
    [
        ("Mailer Inc", None, "valid"),
        (None, None, "valid"),
        ("Mailer Ireland Ltd", None, "unproven"),
        ("Other, Inc.", ["Another, Inc."], "unproven"),
        ("Other, Inc.", ["Other, Inc."], "valid"),
        ("Other, Inc.", "Other, Inc.", "unproven"),
    ],
)
def test_a_certificate_of_another_company_leaves_the_transfer_unproven(
    instrument: str, exporter: str, more: dict[str, bool], recipient: str | None,
    covered: object, status: str,
) -> None:  # fmt: skip
    evidence = {**EVIDENCE, **more, **({"covered_entities": covered} if covered else {})}
    verdict = assess(
        Location(country="US"), [Mechanism(instrument, "primary", evidence)], date(2026, 11, 22),
        exporter=exporter, about=Circumstances(hr_data="no", legal_name=recipient),
    )  # fmt: skip
    assert verdict.status == status, verdict.reason
    told = verdict.to_mapping()["reason_by_language"]
    if status == "unproven":
        assert all("Mailer, Inc." in told[tag] and str(recipient) in told[tag] for tag in told)
