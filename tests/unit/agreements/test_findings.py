"""What Art. 28(3) still misses, each finding with the clause it comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.agreements.contract.contents import (
    SIGNED_ELSEWHERE,
    Clauses,
    ContentsContradict,
    check,
    group_of,
    overlap,
)
from services.agreements.contract.findings import findings
from services.agreements.contract.shortfalls import shortfalls
from services.agreements.contract.wording import ByCountry, Published, built_in_templates
from tests.builders import notice_terms
from tests.unit.agreements.things import content


def found(**more: Any) -> dict[str, str]:
    return {each.code: each.clause for each in findings(content(**more))}


def test_it_works() -> None:
    assert found() == {}


def test_what_stands_in_a_signed_pdf_is_not_called_missing() -> None:
    bare = replace(
        content(),
        clauses=Clauses(**dict.fromkeys(Clauses.__dataclass_fields__)),
        breach_notice_hours=None,
        deletion_days=None,
    )
    assert len(findings(bare)) == 10
    assert findings(replace(bare, template_id=SIGNED_ELSEWHERE)) == ()
    late = replace(bare, template_id=SIGNED_ELSEWHERE, breach_notice_hours=96)
    assert [each.code for each in findings(late)] == ["breach-notice-too-long"]


@pytest.mark.parametrize(
    ("clause", "letter"),
    list(zip(Clauses.__dataclass_fields__, "abcdefgh", strict=True)),
)
def test_a_missing_clause_is_found_with_its_letter(clause: str, letter: str) -> None:
    whole = content()
    bare = replace(whole, clauses=replace(whole.clauses, **{clause: None}))
    (one,) = findings(bare)
    assert (one.code, one.clause) == (
        f"{clause.replace('_', '-')}-missing",
        f"Art. 28(3)({letter})",
    )


@pytest.mark.parametrize(
    "fact", ["subject_matter", "duration", "nature", "purpose", "data_categories", "data_subjects"]
)
def test_a_missing_fact_is_found(fact: str) -> None:
    whole = content()
    empty: Any = () if fact.startswith("data_") else None
    bare = replace(whole, processing=replace(whole.processing, **{fact: empty}))
    assert [each.code for each in findings(bare)] == [f"{fact.replace('_', '-')}-missing"]


@pytest.mark.parametrize(
    ("hours", "code"),
    [(None, "breach-notice-missing"), (73, "breach-notice-too-long"), (72, None), (24, None)],
)
def test_a_breach_must_be_told_within_72_hours(hours: int | None, code: str | None) -> None:
    assert found(breach_notice_hours=hours) == ({code: "Art. 33(2)"} if code else {})


@pytest.mark.parametrize(
    ("terms", "codes"),
    [
        ({"objection_days": 0}, {"objection-days-missing"}),
        (
            {"notice_days": 0, "objection_days": 0},
            {"objection-days-missing", "notice-days-missing"},
        ),
        ({"notice_days": 10, "objection_days": 11}, {"objection-longer-than-notice"}),
        ({"notice_days": 10, "objection_days": 10}, set()),
        ({"contacts": []}, {"notice-contact-missing"}),
        ({"notice_days": None}, {"notice-days-missing"}),
        ({"holidays": "DE"}, {"holiday-region-missing"}),
        ({"holidays": "DE-BY"}, set()),
        ({"holidays": "DK-84"}, set()),
    ],
)
def test_a_general_authorisation_needs_time_to_object(
    terms: dict[str, Any], codes: set[str]
) -> None:
    assert set(found(notice_terms=notice_terms(**terms))) == codes


def test_a_specific_authorisation_needs_no_objection_days() -> None:
    terms = notice_terms(silence="refusal", objection_days=0)
    assert found(authorisation="specific", notice_terms=terms) == {}


def test_a_missing_period_for_deletion_is_found() -> None:
    assert found(deletion_days=None) == {"deletion-days-missing": "Art. 28(3)(g)"}


def test_silence_is_no_consent_under_a_specific_authorisation() -> None:
    with pytest.raises(ContentsContradict) as refusal:
        check(content(authorisation="specific"))
    assert refusal.value.errors[0]["pointer"] == "/notice_terms/silence"


def test_business_days_need_a_country() -> None:
    with pytest.raises(ContentsContradict) as refusal:
        check(content(notice_terms=notice_terms(day_kind="business", holidays=None)))
    assert refusal.value.errors[0]["pointer"] == "/notice_terms/holidays"


def test_terms_are_one_group_whoever_is_to_be_told() -> None:
    one = group_of(content())
    assert group_of(content(notice_terms=notice_terms(contacts=[]), products=["x"])) == one
    assert group_of(content(notice_terms=notice_terms(holidays="SE"))).key != one.key
    assert group_of(content(authorisation="specific")).key != one.key


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [(("a",), ("b",), False), (("a", "b"), ("b",), True), ((), ("b",), True), ((), (), True)],
)
def test_products_overlap_and_none_named_means_all(
    one: tuple[str, ...], other: tuple[str, ...], both: bool
) -> None:
    assert overlap(one, other) is overlap(other, one) is both


@pytest.mark.parametrize(
    "text",
    [
        "The processor tells of a breach within 72 hours after confirmation.",
        "Breaches are notified 72 hours following verification of the incident.",
        "Et brud anmeldes senest 72 timer efter bekræftelse.",
        "Brud underrettes 48 timer efter at have bekræftet bruddet.",
        "En personuppgiftsincident anmäls 72 timmar efter bekräftelse.",
    ],
)
def test_a_breach_clock_that_waits_for_confirmation_is_found(text: str) -> None:
    whole = content()
    bare = replace(whole, clauses=replace(whole.clauses, assistance=text))
    (one,) = findings(bare)
    assert (one.code, one.clause) == ("breach-notice-after-confirmation", "Art. 33(2)")


@pytest.mark.parametrize(
    "text",
    [
        "The processor tells of a breach within 24 hours after becoming aware of it.",
        "Orders are shipped after confirmation.",
        "A breach is told at once. After confirmation of an order it is shipped.",
        "Et brud underrettes uden unødig forsinkelse.",
    ],
)
def test_a_breach_clock_that_runs_from_awareness_is_none(text: str) -> None:
    whole = content()
    assert findings(replace(whole, clauses=replace(whole.clauses, assistance=text))) == ()


def test_the_official_templates_ask_for_their_annexes() -> None:
    commission, danish, own = built_in_templates()
    told = [(each.code, each.clause) for each in shortfalls(commission, content())]
    assert told == [
        ("measures-missing", "(EU) 2021/915, Annex III"),
        ("transfer-instructions-missing", "(EU) 2021/915, Clause 7.8"),
    ]
    assert [each.clause for each in shortfalls(danish, content())] == [
        "Appendix C", "Section 6, Appendix C",
    ]  # fmt: skip
    whole = content(
        measures={"technical": ["x"], "organisational": ["y"]}, transfer_instructions="None."
    )
    assert shortfalls(commission, whole) == shortfalls(own, content()) == ()


def test_what_falls_behind_the_vendors_published_terms_is_found() -> None:
    own = built_in_templates()[2]
    terms = content().notice_terms
    published = Published(
        processing=content().processing, authorisation="general", notice_options=(terms,),
        clauses=content().clauses, governing_law=ByCountry("DK"), language=ByCountry("en"),
        breach_notice_hours=24, deletion_days=30,
    )  # fmt: skip
    template = replace(own, owner="org_v", name="Ours", published=published)
    weak = content(notice_terms=notice_terms(notice_days=10), breach_notice_hours=48)
    assert {each.code: each.detail for each in shortfalls(template, weak)} == {
        "notice-days-weaker-than-template": "10 here, 30 in the template.",
        "breach-notice-hours-weaker-than-template": "48 here, 24 in the template.",
    }
    assert shortfalls(template, content(deletion_days=10)) == ()
