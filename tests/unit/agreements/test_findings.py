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
)
from services.agreements.contract.finding import (
    ADVICE_ON_BREACHES,
    ADVICE_ON_CHANGES,
    ADVICE_ON_THE_END,
    GOOD_PRACTICE,
    LAW,
    TEMPLATE,
    WEIGHTS,
    Finding,
)
from services.agreements.contract.findings import ANSWERS, FACTS, findings
from services.agreements.contract.namesakes import in_both_forms
from services.agreements.contract.saying import says
from services.agreements.contract.sentences.official import ANNEXES, CLAUSES
from services.agreements.contract.shortfalls import shortfalls
from services.agreements.contract.wording import (
    Section,
    Template,
    built_in_templates,
)
from tests.builders import agreement_content, notice_terms
from tests.unit.agreements import things
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
        transfer_instructions=None,
    )
    assert len(findings(bare)) == 11
    assert findings(replace(bare, template_id=SIGNED_ELSEWHERE)) == ()
    own = replace(built_in_templates()[2], covers={})
    assert shortfalls(own, replace(bare, template_id=SIGNED_ELSEWHERE)) == ()
    late = replace(bare, template_id=SIGNED_ELSEWHERE, breach_notice_hours=96)
    assert [each.code for each in findings(late)] == ["breach-notice-too-long"]


@pytest.mark.parametrize(
    ("clause", "letter"),
    list(zip(ANSWERS, "abcdefgh", strict=True)),
)
def test_a_missing_clause_is_found_with_its_letter(clause: str, letter: str) -> None:
    whole = content()
    bare = replace(whole, clauses=replace(whole.clauses, **{clause: None}))
    (one,) = findings(bare)
    assert (one.code, one.clause) == (
        f"{clause.replace('_', '-')}-missing",
        f"Art. 28(3)({letter})",
    )


@pytest.mark.parametrize("fact", FACTS)
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
    assert set(found(breach_notice_hours=hours)) == ({code} - {None})


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


@pytest.mark.parametrize(
    ("lacking", "code", "weight", "source"),
    [
        ({"deletion_days": None}, "deletion-days-missing", GOOD_PRACTICE, "07/2020"),
        ({"breach_notice_hours": None}, "breach-notice-missing", GOOD_PRACTICE, "07/2020"),
        ({"notice_terms": notice_terms(contacts=[])}, "notice-contact-missing", GOOD_PRACTICE,
         "07/2020"),
        ({"breach_notice_hours": 96}, "breach-notice-too-long", LAW, "Art. 33(2)"),
        ({"transfer_instructions": None}, "transfer-instructions-missing", LAW, "Art. 28(3)(a)"),
        ({"authorisation": None}, "authorisation-missing", LAW, "Art. 28(2)"),
    ],
)  # fmt: skip
def test_a_finding_says_whether_the_law_or_good_practice_asks(
    lacking: dict[str, Any], code: str, weight: str, source: str
) -> None:
    (one,) = findings(content(**lacking))
    assert (one.code, one.weight) == (code, weight)
    assert source in one.clause


@pytest.mark.parametrize("template", built_in_templates(), ids=lambda each: each.kind)
def test_days_for_deletion_alone_are_one_finding_of_good_practice(template: Template) -> None:
    told = content(
        template_id=template.id, deletion_days=None,
        measures={"technical": ["Encryption."], "organisational": ["Training."]},
    )  # fmt: skip
    every = (*findings(told), *shortfalls(template, told))
    assert [(each.code, each.weight) for each in every] == [
        ("deletion-days-missing", GOOD_PRACTICE)
    ]


def test_two_periods_in_one_text_are_found_and_both_named() -> None:
    """The longer one binds; the finding says what the text says."""
    second = {"objection": {"length": {"value": 10, "unit": "business_days"}}}
    (one,) = findings(content(notice_terms=notice_terms(also=[second])))
    assert (one.code, one.weight) == ("two-periods", GOOD_PRACTICE)
    assert (one.clause, one.detail) == (ADVICE_ON_CHANGES, (
        "For objections the text names 14 days and 10 business days; "
        "the one better for the customer binds."
    ))  # fmt: skip
    longer = {"notice": {"length": {"value": 60, "unit": "days"}}}
    (one,) = findings(content(notice_terms=notice_terms(also=[longer])))
    assert one.detail.startswith("For notice the text names 30 days and 60 days;")
    none = notice_terms(objection_days=None, also=[second])
    (two,) = [one for one in findings(content(notice_terms=none)) if one.code == "two-periods"]
    assert two.detail.startswith("For objections the text names no number and 10 business days;")
    same = {"notice": {"length": {"value": 30, "unit": "days"}}}
    assert findings(content(notice_terms=notice_terms(also=[same]))) == ()


@pytest.mark.parametrize(
    ("breach", "also", "found"),
    [
        ({"hours": 24}, {"hours": 72}, [("two-periods", ADVICE_ON_BREACHES, (
            "For breaches the text names 24 and 72 hours; the one better for the customer binds."
        ))]),
        ({"hours": 24}, {"hours": 24}, []),
        ({"hours": 24, "soft": True}, {}, [("breach-notice-missing", ADVICE_ON_BREACHES, (
            "24 hours are named only where possible; no time binds."
        ))]),
        ({}, {}, [("breach-notice-missing", ADVICE_ON_BREACHES, (
            "No time is named for telling the controller of a breach."
        ))]),
    ],
)  # fmt: skip
def test_two_times_for_a_breach_are_found_and_a_soft_one_is_said(
    breach: dict[str, Any], also: dict[str, Any], found: list[tuple[str, str, str]]
) -> None:
    terms = notice_terms(breach=breach, also=[{"breach": also}])
    asked = findings(in_both_forms(content(notice_terms=terms, breach_notice_hours=None)))
    assert [(one.code, one.clause, one.detail) for one in asked] == found


@pytest.mark.parametrize(
    ("choice", "codes"),
    [
        ("delete", ["end-of-processing-fixed"]), ("return", ["end-of-processing-fixed"]),
        ("unclear", ["end-of-processing-unclear"]), (None, ["end-of-processing-missing"]),
        ("controllers_choice", []),
    ],
)  # fmt: skip
def test_the_controller_chooses_between_deletion_and_return(
    choice: str | None, codes: list[str]
) -> None:
    whole = content()
    told = replace(whole, clauses=replace(whole.clauses, end_of_processing=choice))
    assert [(each.code, each.clause, each.weight) for each in findings(told)] == [
        (code, "Art. 28(3)(g)", LAW) for code in codes
    ]
    details = {
        "delete": [("The text fixes deletion; the controller chooses between deletion and return. "
                   "Write controllers_choice.")],
        "return": [("The text fixes return; the controller chooses between deletion and return. "
                   "Write controllers_choice.")],
        "unclear": ["The text offers deletion and return, and not the choice to the controller."],
    }  # fmt: skip
    if choice in details:
        assert [each.detail for each in findings(told)] == details[choice]


@pytest.mark.parametrize(
    ("default", "codes"), [("delete", []), (None, ["end-of-processing-default-missing"])]
)
def test_a_choice_says_what_happens_if_nobody_chooses(
    default: str | None, codes: list[str]
) -> None:
    end = {"choice": "controllers_choice", "if_nobody_chooses": default}
    told = findings(content(notice_terms=notice_terms(end_of_processing=end)))
    assert [(each.code, each.clause, each.weight, each.detail) for each in told] == [
        (code, ADVICE_ON_THE_END, GOOD_PRACTICE,
         "Nothing says what happens if the controller makes no choice.") for code in codes
    ]  # fmt: skip


@pytest.mark.parametrize("template", built_in_templates(), ids=lambda each: each.kind)
def test_every_template_is_asked_whether_data_may_leave(template: Template) -> None:
    silent = content(template_id=template.id, transfer_instructions=None, clauses={
        **agreement_content()["clauses"], "instructions": "We follow your written orders.",
    })  # fmt: skip
    assert {each.code: each.clause for each in findings(silent)} == {
        "transfer-instructions-missing": "Art. 28(3)(a)"
    }


@pytest.mark.parametrize(
    ("member", "code", "clause", "what"),
    [
        ("obligations_and_rights", "controller-rights-missing", "Art. 28(3)",
         "the obligations and rights of the controller"),
        ("unlawful_instructions", "unlawful-instructions-missing",
         "Art. 28(3), last subparagraph", "the warning of an instruction that breaks the law"),
        ("flow_down", "flow-down-missing", "Art. 28(4)",
         "the same duties for every sub-processor"),
        ("liability", "liability-missing", "Art. 28(4)",
         "the full liability of the processor for its sub-processors"),
    ],
)  # fmt: skip
def test_what_no_template_settles_the_agreement_must_say(
    member: str, code: str, clause: str, what: str
) -> None:
    bare = replace(built_in_templates()[2], owner="org_v", covers={})
    told = content()
    codes = {each.code: (each.clause, each.weight, each.detail) for each in shortfalls(bare, told)}
    assert codes[code] == (clause, LAW, f"The agreement lacks {what}.")
    settled = replace(bare, covers={member: "2"})
    assert code not in {each.code for each in shortfalls(settled, told)}
    part = "processing" if member == "obligations_and_rights" else "clauses"
    answered = replace(told, **{part: replace(getattr(told, part), **{member: "As agreed in 7."})})
    assert code not in {each.code for each in shortfalls(bare, answered)}


@pytest.mark.parametrize(
    ("kind", "weight"), [("eu-2021-915", TEMPLATE), ("dk-sa", TEMPLATE), ("own", GOOD_PRACTICE)]
)
def test_special_categories_ask_for_measures_of_their_own(kind: str, weight: str) -> None:
    (template,) = (each for each in built_in_templates() if each.kind == kind)
    processing = {**agreement_content()["processing"], "special_categories": True}
    measures = {"technical": ["Encryption."], "organisational": ["Training."]}
    sensitive = content(processing=processing, measures=measures)
    (one,) = shortfalls(template, sensitive)
    assert (one.code, one.weight) == ("special-category-measures-missing", weight)
    measures["special_categories"] = ["Two keys for health data."]
    assert shortfalls(template, content(processing=processing, measures=measures)) == ()


def test_a_template_that_waits_for_confirmation_is_found_too() -> None:
    own = built_in_templates()[2]
    text = {"en": "We report a breach once it is verified.", "da": "-", "sv": "-"}
    late = replace(own, sections=(*own.sections, Section("7", {"en": "Breach"}, text)))
    (one,) = shortfalls(late, content(language="en"))
    assert (one.code, one.weight) == ("breach-notice-after-confirmation", LAW)


def test_a_determined_breach_is_open_law_with_both_readings() -> None:
    whole = content()
    text = "A breach is told within a day after we have determined that it occurred."
    (one,) = findings(replace(whole, clauses=replace(whole.clauses, assistance=text)))
    assert (one.code, one.weight) == ("breach-notice-after-determination", LAW)
    assert one.open
    assert len(one.open.readings) == 2
    assert all(set(each) == {"en", "da", "sv"} for each in one.open.readings)


def test_a_finding_that_was_stored_without_a_weight_came_from_a_template() -> None:
    assert Finding("c", "Appendix C", "d").weight == TEMPLATE
    assert set(WEIGHTS) == {LAW, TEMPLATE, GOOD_PRACTICE}


@pytest.mark.parametrize(
    "answer",
    [
        "-", "–", "...", "?", " ", "n/a", "N/A.", "na", "none", "Nothing", "TBD", "tba",
        "to be agreed",
        "not applicable", "See website", "see our website", "Please see www.example.com/dpa",
        "https://example.com/terms", "available on our web page", "ingen", "Ingen.", "intet",
        "ikke relevant", "mangler", "Se hjemmesiden", "se vores hjemmeside", "saknas", "SAKNAS",
        "inga", "ej tillämpligt", "inte angivet", "se vår webbplats", "Se hemsidan.", "xxx",
        "Further information can be found on our website", "uppgift saknas", "",
        "not  applicable", "to be\nagreed",
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_missing(answer: str) -> None:
    assert not says(answer)
    whole = content()
    bare = replace(whole, clauses=replace(whole.clauses, audit=answer))
    assert [each.code for each in findings(bare)] == ["audit-missing"]
    processing = replace(whole.processing, data_subjects=(answer,))
    assert [each.code for each in findings(replace(whole, processing=processing))] == [
        "data-subjects-missing"
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "None of the data leave the EEA.", "Ingen overførsel til tredjelande.", "See Annex III.",
        "Once a year.", "E-mail", "Se bilag C.", "Inga överföringar utan instruktion.", "Names",
        "Website visitors", "Besøgende på hjemmesiden", "No inspections", "Web hosting", "IT",
        "The list on our website, told by e-mail before each change.",
    ],
)  # fmt: skip
def test_an_answer_that_says_something_is_told_even_if_it_is_weak(answer: str) -> None:
    assert says(answer)
    assert says(["-", answer])


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


def test_a_breach_clock_that_waits_for_confirmation_is_found() -> None:
    whole = content()
    text = "The processor tells of a breach within 72 hours after confirmation."
    (one,) = findings(replace(whole, clauses=replace(whole.clauses, assistance=text)))
    assert (one.code, one.clause) == ("breach-notice-after-confirmation", "Art. 33(2)")


def test_the_official_templates_ask_for_their_annexes() -> None:
    commission, danish, own = built_in_templates()
    told = [(each.code, each.clause, each.weight) for each in shortfalls(commission, content())]
    assert told == [("measures-missing", "(EU) 2021/915, Annex III", TEMPLATE)]
    assert [each.clause for each in shortfalls(danish, content())] == ["Appendix C"]
    whole = content(
        measures={"technical": ["Encryption."], "organisational": ["Training."]},
    )
    assert shortfalls(commission, whole) == shortfalls(own, content()) == ()


def test_the_danish_standard_contract_is_numbered_as_published() -> None:
    """After the contents (1) and the preamble (2) its clauses are 3 to 15; transfers are 8."""
    numbers = [int(number) for number in CLAUSES["dk-sa"].values() if number]
    assert numbers
    assert set(numbers) <= set(range(3, 16))
    assert [number for number, _, _ in ANNEXES["dk-sa"]] == ["A", "B", "C", "D"]
    points = [point[1] for _, _, each in ANNEXES["dk-sa"] for point in each if point[1]]
    assert points == [*(f"A.{number}" for number in range(1, 6)), "B.1", "B.2",
                      *(f"C.{number}" for number in range(1, 9))]  # fmt: skip


def test_what_falls_behind_the_vendors_published_terms_is_found() -> None:
    own = built_in_templates()[2]
    published = things.published(breach_notice_hours=24)
    template = replace(own, owner="org_v", name="Ours", published=published)
    weak = content(notice_terms=notice_terms(notice_days=10), breach_notice_hours=48)
    assert {each.code: each.detail for each in shortfalls(template, weak)} == {
        "notice-days-weaker-than-template": "10 here, 30 in the template.",
        "breach-notice-hours-weaker-than-template": "48 here, 24 in the template.",
    }
    assert shortfalls(template, content(deletion_days=10)) == ()
