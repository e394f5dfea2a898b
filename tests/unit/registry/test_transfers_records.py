"""What a record of the law says of itself: its days, whom it covers, what it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.registry.transfers import (
    Circumstances,
    Instrument,
    Location,
    Mechanism,
    Span,
    Verdict,
    assess,
    evidence_members,
    load_instruments,
    span_around,
)
from services.registry.transfers.countries import _data, check_country, check_region, name_of
from services.registry.transfers.data_kinds import speaks_of_staff
from services.registry.transfers.evidence import as_day, evidence_days
from services.registry.transfers.laws import known_laws, regimes, timeline_of
from services.registry.transfers.names import is_named
from services.registry.transfers.open_law import to_mapping
from services.registry.transfers.parts import Contested, DatedFact, Days
from services.registry.transfers.wording import DataText, Fact, Place, say

TODAY = date(2026, 11, 22)
SHIPPED = load_instruments()
DPF = {"participant": "Mailer Inc.", "covered_data": ["non_hr"], "checked_on": "2026-11-01",
       "due_on": "2027-06-01"}  # fmt: skip
RECORD: dict[str, Any] = {
    "id": "own", "kind": "adequacy", "name": "Own", "article": "GDPR Art. 45(3)",
    "valid_from": "2021-01-01", "ended_on": "2027-01-01", "expires_on": "2026-06-30",
    "destinations": ["US"],
}  # fmt: skip


def read(**members: Any) -> Instrument:
    return Instrument.parse({**RECORD, **members})


def verdict(mechanism: Mechanism, day: date, *, known: Instrument | None = None) -> Verdict:
    instruments = SHIPPED if known is None else {**SHIPPED, known.id: known}
    return assess(Location("US"), [mechanism], day, instruments=instruments)


def test_of_two_ends_the_first_one_counts() -> None:
    """(EU) 2021/1772 Art. 12 sets a last day; a judgment could take effect before or after it."""
    assert read().last_day == date(2026, 6, 30)
    assert read(ended_on="2026-01-01").last_day == date(2025, 12, 31)
    assert read(ended_on=None, expires_on=None).last_day is None


@pytest.mark.parametrize(
    ("day", "in_force"),
    [("2020-12-31", False), ("2021-01-01", True), ("2026-06-30", True), ("2026-07-01", False)],
)
def test_it_has_effect_from_its_first_day_to_its_last(day: str, in_force: bool) -> None:
    assert read().in_force(date.fromisoformat(day)) is in_force


def test_clauses_may_be_signed_with_an_organisation_and_a_decision_covers_whom_it_names() -> None:
    """GDPR Art. 45(1) and 46(1): a third country or an international organisation."""
    assert SHIPPED["scc-2021-914"].covers(None, "UN")
    assert not SHIPPED["adequacy-ch"].covers(None, "UN")
    assert read(organisations=["EPO"]).covers(None, "EPO")


def test_every_place_is_written_as_a_star_and_read_as_one() -> None:
    anywhere = read(destinations="*")
    assert anywhere.destinations == ("*",)
    assert anywhere.to_mapping()["destinations"] == "*"


def test_members_that_nobody_knows_are_all_named() -> None:
    with pytest.raises(ValueError, match=r"colour, weight\.$"):
        read(colour="blue", weight=3)


def test_the_parts_of_a_record_are_read_from_their_text() -> None:
    assert Days.parse({"first": None, "last": "2025-12-27"}) == Days(None, date(2025, 12, 27))
    fact = {"on": "2025-09-03", "text": "Dismissed.", "state": "confirmed", "source": "T-553/23"}
    told = DatedFact(date(2025, 9, 3), "Dismissed.", "confirmed", "T-553/23")
    contested = {"facts": [fact], "recheck_by": "2027-01-31"}
    assert DatedFact.parse(fact) == told
    assert Contested.parse(contested) == Contested((told,), date(2027, 1, 31))
    assert read(contested=contested).contested == Contested((told,), date(2027, 1, 31))
    limit = {"uk_immigration_control": {"first": None, "last": "2025-12-27"}}
    assert read(fact_days=limit).asks_for("uk_immigration_control", date(2025, 12, 27))
    assert not read(fact_days=limit).asks_for("uk_immigration_control", date(2025, 12, 28))


@pytest.mark.parametrize(("recorded", "grade"), [(True, "copy"), (False, "general")])
def test_a_truth_value_of_an_earlier_version_is_a_grade(recorded: bool, grade: str) -> None:
    assert read(verified=recorded).verified == {"valid_from": grade}


def test_only_clauses_of_an_unknown_edition_take_the_edition() -> None:
    assert "edition" in evidence_members(SHIPPED["scc"])
    assert "edition" not in evidence_members(SHIPPED["scc-2021-914"])
    assert "edition" not in evidence_members(read(kind="bcr", complete=False))
    assert {"module", "edition"} <= {*evidence_members(read(kind="scc", complete=False))}


def test_the_laws_and_whose_days_they_have_are_known() -> None:
    """EEA Joint Committee Decision 154/2018: Norway has the GDPR from 20 July 2018, by itself."""
    assert known_laws() == ("95/46", "GDPR", "UK-2021", "UK-2026", "FADP")
    assert regimes() == ("EU", "UK", "CH")
    assert [timeline_of("NO", each) for each in regimes()] == ["NO", "GB", "CH"]
    assert [timeline_of("GB", each) for each in regimes()] == ["*", "GB", "CH"]


def test_a_verdict_cites_the_judgment_that_took_its_basis_away_and_no_other_does() -> None:
    """C-311/18 of 16 July 2020 declared (EU) 2016/1250 invalid."""
    shield = Mechanism("eu-us-privacy-shield", "primary", {
        "participant": "Mailer Inc.", "covered_data": ["non_hr"], "certified_on": "2017-01-10",
        "checked_on": "2020-07-01", "due_on": "2020-12-31",
    })  # fmt: skip
    held, gone = (verdict(shield, date(2020, 7, day)) for day in (15, 16))
    assert (held.status, gone.status) == ("valid", "invalid")
    assert "C-311/18" not in held.citations
    assert "C-311/18" in gone.citations


def test_an_end_without_a_judgment_is_told_by_its_day() -> None:
    ended = replace(SHIPPED["eu-us-dpf"], ended_on=date(2026, 9, 1), ended_by=None)
    told = verdict(Mechanism("eu-us-dpf", "primary", DPF), TODAY, known=ended)
    assert told.reason == "EU-US Data Privacy Framework ended on 2026-09-01."


# What is wrong is one sentence, its parts one after the other with a semicolon.
WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {**DPF, "status": "Inactive", "uk_extension": True, "covered_data": ["hr"]},
        (
            "cannot be used: the recipient's entry on the list is Inactive; "
            "the recipient's certification covers employment data only"
        ),
    ),
    (
        {**DPF, "participant": None, "checked_on": "2026-12-01"},
        (
            "cannot be relied on: no record of the recipient's certification; "
            "the day the list was checked is 2026-12-01, after the day asked for"
        ),
    ),
]


@pytest.mark.parametrize(("evidence", "words"), WRONG)
def test_all_that_is_wrong_stands_in_one_sentence(evidence: dict[str, Any], words: str) -> None:
    mechanism = Mechanism("eu-us-dpf", "primary", evidence)
    told = assess(Location("US"), [mechanism], TODAY, about=Circumstances(hr_data="no"))
    assert words in told.reason


def test_all_questions_that_are_open_stand_in_one_sentence() -> None:
    clauses = SHIPPED["scc-2021-914"]
    again = replace(clauses.open_when[0], fact="direct_from_customer")
    both = replace(clauses, open_when=(*clauses.open_when, again))
    evidence = {"module": 3, "signed_on": "2026-10-01", "tia_reference": "T",
                "tia_on": "2026-10-02", "importer_subject_to_gdpr": True,
                "direct_from_customer": True}  # fmt: skip
    told = verdict(Mechanism("scc-2021-914", "primary", evidence), TODAY, known=both)
    assert (told.status, told.reason.count("is recorded as true")) == ("unproven", 2)
    assert "is recorded as true; " in told.reason


def test_the_next_look_at_the_evidence_is_the_first_of_its_days() -> None:
    dated = {"checked_on": "2026-11-01", "due_on": "2027-06-01", "tia_review_on": "2027-02-01"}
    assert evidence_days(dated) == (date(2026, 11, 1), date(2027, 2, 1))
    assert evidence_days({"due_on": "2027-06-01"}) == (None, date(2027, 6, 1))
    assert evidence_days({"tia_review_on": "2027-02-01"}) == (None, date(2027, 2, 1))
    assert evidence_days({}) == (None, None)


def test_an_instant_is_no_day() -> None:
    assert as_day(datetime(2026, 11, 22, 9, 30)) is None
    assert as_day(TODAY) == as_day("2026-11-22") == TODAY


def test_a_status_without_a_word_is_told_as_empty() -> None:
    told = verdict(Mechanism("eu-us-dpf", "primary", {**DPF, "status": " "}), TODAY)
    assert (told.status, told.reason) == (
        "invalid",
        "EU-US Data Privacy Framework cannot be used: the recipient's entry on the list is empty.",
    )


ONE, NEXT = date(2022, 12, 27), date(2022, 12, 28)


def test_a_span_holds_its_first_day_and_not_the_day_it_ends() -> None:
    assert [Span(ONE, NEXT).holds(day) for day in (ONE, NEXT)] == [True, False]


def test_before_and_after_all_days_of_the_law_a_span_has_no_limit() -> None:
    assert span_around(date(1900, 1, 1), [], {}).first == date.min
    assert span_around(date(2099, 1, 1), [], {}).until == date.max


def test_the_days_of_a_basis_that_is_named_are_turning_days() -> None:
    """(EU) 2021/914 Art. 4(4): the old clauses count up to 27 December 2022."""
    named = {"country": "IN", "mechanisms": [{"instrument_id": "scc-2010-87"}]}
    unheard = {"country": "IN", "mechanisms": [{"instrument_id": "unheard-of"}]}
    assert span_around(ONE, [named], SHIPPED).until == NEXT
    assert span_around(NEXT, [named], SHIPPED) == Span(NEXT, date(2022, 12, 29))
    assert span_around(ONE, [unheard], SHIPPED) == span_around(ONE, [], {})


def test_a_place_without_a_basis_turns_on_adequacy_decisions_alone() -> None:
    """A decision that begins is told where a basis is missing (GDPR Art. 45); clauses are not."""
    bare = {"country": "US", "mechanisms": []}
    clauses = {"scc-2010-87": SHIPPED["scc-2010-87"]}
    assert span_around(date(2023, 7, 9), [bare], SHIPPED).until == date(2023, 7, 10)
    assert span_around(ONE, [bare], clauses) == span_around(ONE, [], {})


def test_what_a_mechanism_and_a_place_leave_unsaid_is_the_usual_case() -> None:
    assert Mechanism.parse({"instrument_id": "scc"}).role == "primary"
    assert Mechanism.parse({"instrument_id": "scc", "role": "fallback"}).role == "fallback"
    assert Location.parse({"country": "US"}).kind == "storage"
    assert Location.parse({"country": "US", "kind": "remote_access"}).kind == "remote_access"


def test_a_place_that_is_no_country_and_no_organisation_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^A location needs a country, or an international org"):
        Location(None)


def test_a_transfer_is_in_order_if_it_is_none_or_its_basis_holds_that_day() -> None:
    lawful = [each for each in ("no_transfer", "valid", "unproven", "expiring", "invalid",
                                "missing") if Verdict(each, ()).lawful]  # fmt: skip
    assert lawful == ["no_transfer", "valid", "expiring"]


def test_a_verdict_has_these_members_and_no_other() -> None:
    told = verdict(Mechanism("eu-us-dpf", "primary", DPF), TODAY).to_mapping()
    assert set(told) == {
        "status", "reason", "reason_by_language", "citations", "ends_on", "remarks",
        "remarks_by_language", "instrument_id", "open", "regime", "checked_on", "due_on",
        "by_regime", "contested",
    }  # fmt: skip
    assert (told["regime"], told["checked_on"], told["due_on"]) == (
        "EU", "2026-11-01", "2027-06-01",
    )  # fmt: skip


def test_a_country_and_a_region_have_the_names_that_people_use() -> None:
    assert (name_of("BO"), name_of("US-CA"), name_of("XX-1")) == ("Bolivia", "California", "XX-1")
    assert (check_country("BO"), check_region("ES", "ES-CN")) == ("BO", "ES-CN")
    with pytest.raises(ValueError, match=r"^EU is not an ISO 3166-1 country code; name the cou"):
        check_country("EU")


def test_every_part_of_a_state_with_a_status_of_its_own_is_a_region_of_iso_3166_2() -> None:
    regions = [code for code in _data()["territories"] if "-" in code]
    assert len(regions) >= 7
    assert [check_region(code[:2], code) for code in regions] == regions


@pytest.mark.parametrize("subject", ["Employees", "EMPLOYEES", "job applicants", "Ansatte"])
def test_staff_is_known_by_its_words_however_they_are_written(subject: str) -> None:
    assert speaks_of_staff(["customers", subject])
    assert not speaks_of_staff(["customers"])


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\x07"])
def test_a_mark_that_cannot_be_seen_is_no_part_of_a_name(unseen: str) -> None:
    assert is_named(f"Mailer, In{unseen}c.", "Mailer, Inc.")


def test_what_has_no_words_of_its_own_is_said_as_it_is_written() -> None:
    assert say(Fact("is_member_of_a_list"), "da") == "is member of a list"
    assert say(DataText("No such text."), "sv") == "No such text."
    assert [say(Place("TD"), each) for each in ("en", "da", "sv")] == ["Chad", "Tchad", "Tchad"]
    assert say(Place("US-CA"), "da") == "California"


def test_a_day_is_written_in_the_language_of_the_reader() -> None:
    day = date(2033, 3, 7)
    assert [say(day, each) for each in ("en", "da", "sv")] == [
        "2033-03-07", "7. marts 2033", "7 mars 2033",
    ]  # fmt: skip


def test_a_basis_that_ends_soon_is_told_in_two_sentences() -> None:
    told = assess(Location("US"), [Mechanism("eu-us-dpf", "primary", DPF)], TODAY, horizon_days=200)
    first, second = told.reason.split(". ")
    assert first.endswith("rests on EU-US Data Privacy Framework (primary)")
    assert "2027-06-01" in second


def test_an_open_question_is_told_with_its_readings_in_each_language() -> None:
    """EEA Agreement Art. 126 and Protocol 40."""
    told = to_mapping(["svalbard"])
    assert told is not None
    assert told["id"] == "svalbard"
    assert set(told) == {
        "id", "question", "question_by_language", "readings", "readings_by_language", "sources",
        "sources_by_language", "also",
    }  # fmt: skip
    assert told["question_by_language"]["da"].startswith("Hører Svalbard til EØS")
    assert told["sources_by_language"]["sv"][0] == "EES-avtalet artikel 126 och protokoll 40"
    assert [len(told["readings_by_language"][each]) for each in ("en", "da", "sv")] == [2, 2, 2]
