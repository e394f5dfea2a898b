"""Breach, end of processing, audit and further facts: taken, refused, joined and printed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from marshmallow import ValidationError

from services.agreements import rendering
from services.agreements.contract.contents import Content, ContentsContradict, check, group_of
from services.agreements.contract.namesakes import amended_members
from services.agreements.contract.terms import NoticeTerms
from services.agreements.rendering import periods, promises
from services.agreements.rendering.words import Words
from services.agreements.schemas.notice_terms import NoticeTermsShape
from services.agreements.use_cases.parties import content_of
from shared.documents import from_wire, to_document
from tests.builders import agreement_content, notice_terms
from tests.unit.agreements import things

SHORT: dict[str, Any] = {"breach_notice_hours": None, "deletion_days": None, "clauses": {}}


def loaded(**promised: Any) -> NoticeTerms:
    return from_wire(NoticeTerms, NoticeTermsShape().load(notice_terms(**promised)))


def agreed(more: dict[str, Any] | None = None, **promised: Any) -> Content:
    terms = to_document(loaded(**promised))
    return content_of(agreement_content(**{**SHORT, "notice_terms": terms, **(more or {})}))


@pytest.mark.parametrize(
    ("promised", "place"),
    [
        ({"breach": {"hours": 0}}, ("breach", "hours")),
        ({"breach": {"hours": 10**30}}, ("breach", "hours")),
        ({"breach": {"days": 3}}, ("breach", "days")),
        ({"breach": 24}, ("breach",)),
        ({"end_of_processing": {"choice": "controller"}}, ("end_of_processing", "choice")),
        ({"end_of_processing": {"if_nobody_chooses": "unclear"}},
         ("end_of_processing", "if_nobody_chooses")),
        ({"end_of_processing": {"return_request_days": 0}},
         ("end_of_processing", "return_request_days")),
        ({"audit": {"per": "month"}}, ("audit", "per")),
        ({"audit": {"times": "once"}}, ("audit", "times")),
        ({"other": {}}, ("other",)),
        ({"other": {"Law": "CY"}}, ("other", "Law")),
        ({"other": {"law": None}}, ("other",)),
        ({"other": {"law": 1.5}}, ("other", "law")),
        ({"other": {"law": "a\x00b"}}, ("other", "law")),
        ({"other": {"law": {"of": {"the": {"high": "sea"}}}}}, ("other", "law")),
        ({"also": [{"breach": {"soft": "yes"}}]}, ("also", 0, "breach", "soft")),
        ({"by_kind": {"add": {"breach": {}}}}, ("by_kind", "add")),
    ],
)  # fmt: skip
def test_a_promise_that_cannot_be_is_refused_at_its_place(
    promised: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        loaded(**promised)
    messages: Any = refused.value.messages
    for part in place:
        messages = messages[part]
    assert messages


@pytest.mark.parametrize(
    ("more", "promised", "pointer"),
    [
        ({}, {"breach": {"soft": True}}, "/notice_terms/breach/soft"),
        ({}, {"also": [{"breach": {"soft": True}}]}, "/notice_terms/also/0/breach/soft"),
        ({}, {"end_of_processing": {"choice": "delete", "if_nobody_chooses": "return"}},
         "/notice_terms/end_of_processing/if_nobody_chooses"),
        ({}, {"audit": {"per": "calendar_year"}}, "/notice_terms/audit/per"),
        ({"breach_notice_hours": 48}, {"breach": {"hours": 24}}, "/breach_notice_hours"),
        ({"breach_notice_hours": 48}, {"also": [{"breach": {"hours": 24}}]},
         "/breach_notice_hours"),
        ({"breach_notice_hours": 48}, {"breach": {"hours": 48, "soft": True}},
         "/breach_notice_hours"),
        ({"deletion_days": 30}, {"end_of_processing": {"delete_days": 60}}, "/deletion_days"),
        ({"backup_days": 30}, {"end_of_processing": {"backups_days": 60}}, "/backup_days"),
        ({"clauses": {"end_of_processing": "return"}}, {"end_of_processing": {"choice": "delete"}},
         "/clauses/end_of_processing"),
    ],
)  # fmt: skip
def test_promises_that_contradict_are_refused_at_their_place(
    more: dict[str, Any], promised: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ContentsContradict) as refused:
        check(agreed(more, **promised))
    assert [each["pointer"] for each in refused.value.errors or ()] == [pointer]


@pytest.mark.parametrize(
    ("more", "promised", "detail"),
    [
        ({"deletion_days": 30}, {"end_of_processing": {"delete_days": 60}},
         ("The notice terms say 60 in end_of_processing.delete_days; write that, or leave one of "
         "the two out.")),
        ({"breach_notice_hours": 48}, {"breach": {"hours": 48, "soft": True}},
         "The hours of notice_terms.breach are soft; leave this out, or write the number there."),
        ({}, {"breach": {"soft": True}},
         "Only a number of hours can be soft; write it in hours, or null here."),
        ({}, {"end_of_processing": {"choice": "delete", "if_nobody_chooses": "return"}},
         ("Nobody has a choice where the text says delete; write null here, or "
         "controllers_choice in choice.")),
        ({}, {"audit": {"per": "calendar_year"}},
         "A period for audits needs their number; write it in times, or null here."),
    ],
)  # fmt: skip
def test_a_contradiction_says_what_to_write_instead(
    more: dict[str, Any], promised: dict[str, Any], detail: str
) -> None:
    with pytest.raises(ContentsContradict) as refused:
        check(agreed(more, **promised))
    [error] = list(refused.value.errors or ())
    assert (error["code"], error["detail"]) == ("terms-contradict", detail)


def test_what_only_the_long_form_says_the_short_one_says_too() -> None:
    end = {"choice": "return", "delete_days": 20, "backups_days": 60}
    content = agreed(end_of_processing=end)
    assert (content.deletion_days, content.backup_days) == (20, 60)
    assert content.clauses.end_of_processing == "return"


@pytest.mark.parametrize(
    ("breach", "also", "binds"),
    [
        ({"hours": 72}, {"hours": 24}, 24),
        ({"hours": 24}, {"hours": 72}, 24),
        ({"hours": 24, "soft": True}, {"hours": 72}, 72),
        ({"hours": 24, "soft": True}, {}, None),
        ({}, {"hours": 36, "soft": False}, 36),
        ({}, {}, None),
    ],
)  # fmt: skip
def test_of_two_times_for_a_breach_the_shorter_binds_and_a_soft_one_never(
    breach: dict[str, Any], also: dict[str, Any], binds: int | None
) -> None:
    both = agreed(breach=breach, also=[{"breach": also, "said_where": "annex II"}])
    assert both.breach_notice_hours == binds
    [kept] = both.notice_terms.also
    assert (both.notice_terms.breach, kept.breach) == (
        loaded(breach=breach).breach, loaded(breach=also).breach,
    )  # fmt: skip


def test_what_the_short_form_says_the_long_one_says_too() -> None:
    short = {"breach_notice_hours": 24, "deletion_days": 30, "backup_days": 90,
             "clauses": {"end_of_processing": "controllers_choice"}}  # fmt: skip
    content = agreed(short, breach={"clock_start": "awareness"}, end_of_processing={})
    terms = content.notice_terms
    assert terms.breach
    assert terms.end_of_processing
    assert (terms.breach.hours, terms.breach.clock_start) == (24, "awareness")
    end = terms.end_of_processing
    assert (end.choice, end.delete_days, end.backups_days) == ("controllers_choice", 30, 90)
    assert agreed(short).notice_terms.breach is None


@pytest.mark.parametrize(
    ("changes", "hours", "days", "choice"),
    [
        ({"breach_notice_hours": 48}, 48, 30, "delete"),
        ({"deletion_days": None}, 24, None, "delete"),
        ({"clauses": {"end_of_processing": "return"}}, 24, 30, "return"),
        ({"governing_law": "SE"}, 24, 30, "delete"),
        ({"notice_terms": notice_terms(breach={"hours": 12})}, 12, 30, "delete"),
        ({"notice_terms": notice_terms(
            end_of_processing={"choice": "controllers_choice", "delete_days": 10})},
         24, 10, "controllers_choice"),
        ({"notice_terms": notice_terms()}, 24, 30, "delete"),
    ],
)  # fmt: skip
def test_an_amendment_of_one_form_amends_the_other(
    changes: dict[str, Any], hours: int, days: int | None, choice: str
) -> None:
    before = agreed(breach={"hours": 24}, end_of_processing={"choice": "delete", "delete_days": 30})
    after = content_of(amended_members(before, changes))
    assert (after.breach_notice_hours, after.deletion_days) == (hours, days)
    assert after.clauses.end_of_processing == choice
    breach, end = after.notice_terms.breach, after.notice_terms.end_of_processing
    assert breach is None or breach.hours == hours
    assert end is None or (end.choice, end.delete_days) == (choice, days)


def test_a_number_that_is_amended_binds_where_it_bound_only_if_possible() -> None:
    before = agreed(breach={"hours": 24, "soft": True})
    after = content_of(amended_members(before, {"breach_notice_hours": 48}))
    assert after.notice_terms.breach == loaded(breach={"hours": 48}).breach
    assert after.breach_notice_hours == 48


def test_an_amendment_makes_no_promise_of_the_notice_terms_and_takes_none_away() -> None:
    plain = content_of(amended_members(agreed(), {"breach_notice_hours": 48}))
    assert (plain.breach_notice_hours, plain.notice_terms.breach) == (48, None)
    soft = agreed(breach={"hours": 24, "soft": True})
    moved = content_of(amended_members(soft, {"governing_law": "SE"}))
    assert moved.notice_terms.breach == soft.notice_terms.breach


def test_an_amendment_of_one_promise_leaves_the_others_as_they_are() -> None:
    before = agreed(
        breach={"hours": 24}, end_of_processing={"choice": "delete", "if_nobody_chooses": "delete"}
    )
    after = content_of(amended_members(before, {"clauses": {"end_of_processing": "return"}}))
    assert after.notice_terms.end_of_processing
    assert after.notice_terms.end_of_processing.choice == "return"
    assert after.notice_terms.breach == before.notice_terms.breach


def test_an_amendment_that_says_both_forms_otherwise_is_refused() -> None:
    before = agreed(breach={"hours": 24})
    changes = {"notice_terms": notice_terms(breach={"hours": 12}), "breach_notice_hours": 48}
    with pytest.raises(ContentsContradict):
        content_of(amended_members(before, changes))
    ends = {
        "notice_terms": notice_terms(end_of_processing={"choice": "delete"}),
        "clauses": {"end_of_processing": "return"},
    }
    with pytest.raises(ContentsContradict):
        content_of(amended_members(before, ends))


def test_promises_set_no_days_and_leave_the_group_as_it_is() -> None:
    plain = group_of(agreed())
    for promised in ({"breach": {"hours": 24}}, {"audit": {"times": 1}}, {"other": {"law": "CY"}},
                     {"also": [{"breach": {"hours": 24}, "said_where": "annex"}]}):  # fmt: skip
        assert group_of(agreed(**promised)) == plain
    in_both = {"notice": {"length": {"value": 45, "unit": "days"}}, "breach": {"hours": 24}}
    terms = group_of(agreed(also=[in_both])).terms.members()
    assert terms["also"] == [{"notice": {"length": {"value": 45, "unit": "days"}}}]


WHOLE = {
    "breach": {"hours": 1, "clock_start": "awareness", "soft": True, "recipient": "the DPO"},
    "end_of_processing": {"choice": "controllers_choice", "if_nobody_chooses": "delete",
                          "delete_days": 30, "return_request_days": 14, "certificate_days": 60,
                          "backups_days": 0},
    "audit": {"times": 2, "per": "calendar_year", "notice_days": 30, "on_site_days": 1,
              "cost": "customer"},
    "other": {"governing_law": "SE", "whole_chain_authorised": True,
              "formats": ["JSON", "CSV"], "copy": {"period": 15, "starts": "receipt"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("en", [
            "1 hour; where possible; counted from: awareness; given to: the DPO",
            ("the controller chooses between deletion and return; if nobody chooses: deletion; "
            "deletion or return within 30 calendar days; "
            "a return may be asked for within 14 calendar days; certificate within 60 calendar "
            "days; backups are gone at once, too"),
            ("2 times in a calendar year; notice: 30 calendar days; "
            "on site for up to 1 calendar day; costs: customer"),
            ("governing law: SE\nwhole chain authorised: yes\nformats: JSON, CSV\n"
            "copy: period: 15; starts: receipt"),
        ]),
        ("da", [
            "1 time; så vidt muligt; regnet fra: awareness; gives til: the DPO",
            ("den dataansvarlige vælger mellem sletning og returnering; hvis ingen vælger: "
            "sletning; sletning eller returnering inden for 30 kalenderdage; returnering kan "
            "kræves inden for 14 kalenderdage; bekræftelse inden for 60 kalenderdage; "
            "også sikkerhedskopier er væk straks"),
            ("2 gange i et kalenderår; varsel: 30 kalenderdage; "
            "på stedet i højst 1 kalenderdag; omkostninger: customer"),
            "whole chain authorised: ja",
        ]),
        ("sv", [
            "1 timme; om möjligt; räknat från: awareness; lämnas till: the DPO",
            ("den personuppgiftsansvarige väljer mellan radering och återlämnande; om ingen "
            "väljer: radering; radering eller återlämnande inom 30 kalenderdagar; återlämnande "
            "får begäras inom 14 kalenderdagar; intyg inom 60 kalenderdagar; "
            "även säkerhetskopior är borta genast"),
            ("2 gånger under ett kalenderår; varsel: 30 kalenderdagar; "
            "på plats i högst 1 kalenderdag; kostnader: customer"),
            "whole chain authorised: ja",
        ]),
    ],
)  # fmt: skip
def test_a_document_prints_the_promises_in_words(language: str, printed: list[str]) -> None:
    words = Words(language)
    rows = dict(periods.rows(words, to_document(loaded(**WHOLE))))
    headings = ["breach_promise", "end_promise", "audit_promise", "other_promise"]
    for heading, text in zip(headings, printed, strict=True):
        assert text in rows[words(heading)]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", {"Notice of a personal data breach: hours", "Audits: days of notice",
                "Data at the end: choice", "Further facts: governing law"}),
        ("da", {"Underretning om brud på persondatasikkerheden: timer", "Revision: dages varsel",
                "Data ved ophør: valg", "Yderligere oplysninger: governing law"}),
        ("sv", {"Underrättelse om en personuppgiftsincident: timmar", "Granskningar: dagars varsel",
                "Uppgifterna vid upphörandet: val", "Ytterligare uppgifter: governing law"}),
    ],
)  # fmt: skip
def test_the_table_of_changes_names_promises_apart_from_notices(
    language: str, labels: set[str]
) -> None:
    words = Words(language)
    places = [("breach", "hours"), ("audit", "notice_days"), ("end_of_processing", "choice"),
              ("other", "governing_law")]  # fmt: skip
    assert {promises.label(words, ["notice_terms", *place]) for place in places} == labels


def test_the_signed_document_holds_the_promises_and_prints_the_hours_once() -> None:
    version = things.version(language="en", notice_terms=to_document(loaded(**WHOLE)))
    signed = json.loads(version.document)["notice_terms"]
    assert signed["end_of_processing"] == WHOLE["end_of_processing"]
    assert signed["other"] == WHOLE["other"]
    page = rendering.as_html(version)
    assert "counted from: awareness" in page
    assert Words("en")("breach_notice_hours") not in page


def test_an_option_of_a_template_holds_with_all_its_promises() -> None:
    option = loaded(breach={"hours": 24}, also=[{"breach": {"hours": 48}}])
    published = things.published(notice_options=(option,))
    asked = loaded()
    assert published.completed(asked) == option
    assert published.offers(published.completed(asked))
    unlike = loaded(notice_days=90)
    assert published.completed(unlike) == unlike
    other = replace(asked, breach=loaded(breach={"hours": 12}).breach)
    assert not published.offers(published.completed(other))
