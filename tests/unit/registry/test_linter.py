"""The notice linter: what it finds missing, by which rule, and where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from services.registry.linter import Finding, entry_findings, findings
from tests.builders import evidence_of_dpf
from tests.unit.registry.golden import rows

Change = dict[str, Any]


def complete() -> Change:
    """A change with everything a notice must and should tell."""
    return {
        "kind": "add",
        "sub_processor_id": None,
        "effective_on": "2026-12-24",
        "reason": "A provider for transactional e-mail with better delivery.",
        "what_it_means": {"en": "Nothing.", "da": "Intet.", "sv": "Ingenting."},
        "sub_processor": {
            "legal_name": "Example Mail, Inc.",
            "registration_number": "US 12-3456789",
            "address": {
                "street": "1 Main Street",
                "postal_code": "94105",
                "city": "San Francisco",
                "country": "US",
            },
            "country": "US",
            "contact": {
                "name": "A. Person",
                "position": "Data protection officer",
                "email": "dpo@example.com",
            },
            "purpose": {"en": "Sending of transactional e-mail", "da": "Udsendelse af e-mail"},
            "responsibilities": {"en": "Delivery only; the vendor keeps the address book."},
            "data_categories": ["e-mail address"],
            "data_subjects": ["users of the customer"],
            "special_categories": False,
            "ai_use": "none",
            "required": True,
            "affiliate": False,
            "flow_down": {"reference": "DPA-2026-11", "signed_on": "2026-11-01"},
            "certifications": ["ISO/IEC 27001"],
            "reviewed_on": "2026-11-03",
            "retention": "30 days, then erased",
            "locations": [
                {
                    "country": "US",
                    "region": None,
                    "kind": "storage",
                    "mechanisms": [
                        {
                            "instrument_id": "scc-2021-914",
                            "role": "primary",
                            "evidence": {
                                "module": 3,
                                "signed_on": "2026-11-01",
                                "tia_reference": "TIA-7",
                                "tia_on": "2026-11-02",
                            },
                        }
                    ],
                }
            ],
        },
    }


def test_a_complete_notice_has_no_findings() -> None:
    assert findings(complete()) == ()


CASES = rows("golden_findings.txt")
WORDS = rows("golden_finding_words.txt")


def spoil(change: Any, path: str, value: str) -> None:
    """Put the JSON ``value`` at ``path``, or drop what is there if it is empty."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    for step in steps:
        change = change[step]
    if value:
        change[last] = json.loads(value)
    else:
        del change[last]


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]} {case[3]}" for case in CASES])
def test_what_is_missing_is_found_with_its_rule(case: tuple[str, ...]) -> None:
    code, pointer, severity, path, value = case
    change = complete()
    spoil(change, path, value)
    found = {finding.code: finding for finding in findings(change)}
    assert code in found
    assert (found[code].pointer, found[code].severity) == (pointer, severity)


def test_each_finding_names_its_rule_and_says_what_to_do() -> None:
    assert {words for case in CASES for words in words_of(case)} == set(WORDS)


def words_of(case: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What the findings of a case say; about a transfer, that is for its verdict to say."""
    code, _, _, path, value = case
    change = complete()
    spoil(change, path, value)
    for finding in findings(change):
        if finding.code == code:
            is_verdict = finding.code.startswith("transfer-")
            yield finding.code, finding.rule, "-" if is_verdict else finding.detail


def test_a_verdict_that_is_stored_gives_its_own_reason() -> None:
    change = complete()
    stored = {"status": "expiring", "reason": "It ends."}
    change["sub_processor"]["locations"][0]["verdict"] = stored
    assert [finding.detail for finding in findings(change)] == ["It ends."]


def test_without_a_day_no_transfer_can_be_judged() -> None:
    entry = complete()["sub_processor"]
    entry["locations"][0]["mechanisms"] = []
    assert entry_findings(entry, None) == ()


def test_an_organisation_is_a_place_too() -> None:
    change = complete()
    place = {"organisation": "EPO", "kind": "storage", "mechanisms": []}
    change["sub_processor"] |= {"country": "DE", "locations": [place]}
    assert [finding.code for finding in findings(change)] == ["transfer-tool-missing"]


def test_british_data_needs_a_british_instrument() -> None:
    change = complete()
    assert [each.code for each in findings(change, exporter="GB")] == ["transfer-tool-invalid"]


def test_a_seat_outside_the_eea_asks_about_remote_access() -> None:
    change = complete()
    change["sub_processor"]["locations"] = [{"country": "IE", "kind": "storage", "mechanisms": []}]
    assert [finding.code for finding in findings(change)] == ["remote-access-unstated"]
    change["sub_processor"]["country"] = "DE"
    assert findings(change) == ()


def test_a_seat_that_is_one_of_several_places_asks_nothing() -> None:
    """EDPB Guidelines 05/2021: what is reached from the seat is a transfer, and it is stated."""
    change = complete()
    ireland = {"country": "IE", "kind": "storage", "mechanisms": []}
    change["sub_processor"]["locations"].append(ireland)
    assert findings(change) == ()


def test_a_contract_signed_on_the_first_day_is_in_time() -> None:
    change = complete()
    change["sub_processor"]["flow_down"]["signed_on"] = change["effective_on"]
    assert findings(change) == ()


def test_an_entry_by_itself_is_pointed_into_from_its_own_top() -> None:
    entry = complete()["sub_processor"]
    del entry["country"]
    assert [each.pointer for each in entry_findings(entry, date(2026, 12, 24))] == ["/country"]


@pytest.mark.parametrize("described", [None, {"legal_name": "Example Mail, Inc."}])
def test_a_removal_needs_only_its_entry_its_day_and_its_reason(described: object) -> None:
    change = {
        "kind": "remove",
        "sub_processor": described,
        "sub_processor_id": "sub_1",
        "effective_on": date(2026, 12, 24),
        "reason": "The service is not used any more.",
        "what_it_means": {"en": "Nothing.", "da": "Intet.", "sv": "Ingenting."},
    }
    assert findings(change) == ()


def test_an_addition_without_a_sub_processor_says_so() -> None:
    change = dict(complete(), sub_processor=None)
    assert [finding.code for finding in findings(change)] == ["sub-processor-missing"]


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("Portal e-mail provider", "sending e-mail from the portal"),
        ("IT operations and support provider", "IT operations and support"),
        ("Backup provider", "backup"),
        ("Website host", "website hosting"),
    ],
)
def test_a_provider_that_is_only_described_lacks_its_identity(name: str, purpose: str) -> None:
    entry = {"legal_name": name, "purpose": {"en": purpose}, "locations": []}
    found = entry_findings(entry, date(2026, 11, 22), pointer="/sub_processors/2")
    must = {finding.code for finding in found if finding.severity == "must"}
    assert must == {
        "identity-missing",
        "address-missing",
        "contact-missing",
        "country-missing",
        "flow-down-missing",
        "locations-missing",
    }
    assert all(finding.pointer.startswith("/sub_processors/2/") for finding in found)
    (identity,) = (finding for finding in found if finding.code == "identity-missing")
    assert identity.rule == "EDPB Opinion 22/2024, paras 31-32; (EU) 2021/915 Annex IV"
    assert identity.detail == (
        "The entry only describes a provider; name the legal entity behind it."
    )


def test_a_verdict_that_is_there_already_is_not_computed_again() -> None:
    change = complete()
    location = change["sub_processor"]["locations"][0]
    location["mechanisms"] = []
    location["verdict"] = {"status": "valid", "reason": "It holds."}
    assert findings(change) == ()


def test_a_dataclass_is_read_like_a_mapping() -> None:
    @dataclass
    class Removal:
        kind: str = "remove"
        sub_processor_id: str = "sub_1"
        effective_on: date = date(2026, 12, 24)
        reason: str = ""

    assert [finding.code for finding in findings(Removal())] == [
        "reason-missing",
        "what-it-means-missing",
    ]
    for text_or_type in ("remove", Removal):
        with pytest.raises(TypeError, match=r"^A change is a mapping or a dataclass\.$"):
            findings(text_or_type)


def test_a_finding_is_written_as_json_values() -> None:
    finding = Finding("a", "b", "c", "/d")
    assert finding.to_mapping() == {
        "code": "a",
        "rule": "b",
        "detail": "c",
        "pointer": "/d",
        "severity": "must",
    }


@pytest.mark.parametrize("seat", ["", 7])
def test_a_seat_that_is_no_country_raises_no_question_of_access(seat: object) -> None:
    entry = {**complete()["sub_processor"], "country": seat}
    codes = {finding.code for finding in entry_findings(entry, date(2026, 12, 24))}
    assert codes == ({"country-missing"} if seat == "" else set())


def test_without_a_day_no_access_from_the_seat_can_be_judged() -> None:
    entry = complete()["sub_processor"]
    entry["locations"] = [{"country": "IE", "kind": "storage", "mechanisms": []}]
    assert entry_findings(entry, None) == ()


@pytest.mark.parametrize(
    ("hr_data", "codes"), [("no", []), (None, []), ("yes", ["transfer-tool-invalid"])]
)
def test_a_basis_that_leaves_out_staff_does_not_carry_their_data(
    hr_data: str | None, codes: list[str]
) -> None:
    entry = {**complete()["sub_processor"], "hr_data": hr_data}
    certified = evidence_of_dpf(participant=entry["legal_name"])
    dpf = {"instrument_id": "eu-us-dpf", "role": "primary", "evidence": certified}
    entry["locations"][0]["mechanisms"] = [dpf]
    assert [each.code for each in entry_findings(entry, date(2026, 12, 24))] == codes


LEFT_BEHIND = rows("golden_texts_left_behind.txt")


@pytest.mark.parametrize("case", LEFT_BEHIND, ids=[" → ".join(case[:2]) for case in LEFT_BEHIND])
@pytest.mark.parametrize("kind", ["modify", "replace"])
def test_a_text_that_was_left_behind_is_found_in_a_modified_entry(
    case: tuple[str, ...], kind: str
) -> None:
    before, after, pointer = case
    change = complete() | {"kind": kind, "sub_processor_id": "sub_1"}
    change["previous"] = {**change["sub_processor"], "purpose": json.loads(before)}
    change["sub_processor"]["purpose"] = json.loads(after)

    found = [each for each in findings(change) if each.code == "text-left-behind"]

    expected = pointer if kind == "modify" else "-"
    assert [each.pointer for each in found] == ([] if expected == "-" else [expected])


def test_the_finding_of_a_text_names_the_languages_altered_and_kept() -> None:
    change = complete() | {"kind": "modify", "sub_processor_id": "sub_1"}
    change["previous"] = change["sub_processor"]
    texts = change["previous"]["responsibilities"] | {"da": "Kun levering.", "sv": "Leverans."}
    change["previous"] = {**change["previous"], "responsibilities": texts}
    other = texts | {"da": "Levering og statistik."}
    change["sub_processor"] = {**change["sub_processor"], "responsibilities": other}

    (found,) = findings(change)

    assert found.to_mapping() == {
        "code": "text-left-behind", "severity": "should",
        "pointer": "/sub_processor/responsibilities/en",
        "rule": "GDPR Art. 28(2), 12(1): what customers are told is told to all of them",
        "detail": "The text in da was altered without that in en, sv; let both say the same.",
    }  # fmt: skip
