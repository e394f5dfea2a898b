"""Records: which edits pass without notice, which rows they write, and what a withdrawal undoes."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.linter import materiality, record_members
from services.registry.model.law import Law
from services.registry.model.records import (
    NoticeOwed,
    carried,
    check_no_notice_owed,
    is_found,
    more_than_announced,
    recording,
    row_to_record,
    same_mechanisms,
    withdrawal,
)
from services.registry.model.register import (
    FOREVER,
    EntryNotThere,
    EntryUnknown,
    Row,
    RowChanges,
    Writer,
    check_apart,
    modification,
    removal,
)
from services.registry.transfers import load_instruments
from services.registry.transfers.stages import STAGES
from services.registry.use_cases.entry_views import content_view
from tests import builders

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FIRST, TODAY, DAY = date(2026, 1, 1), date(2026, 11, 23), date(2026, 12, 24)
ONE_DAY = timedelta(days=1)
LAW = Law("DK", load_instruments())

Json = dict[str, Any]


def row(begins: date, ends: date = FOREVER, version: int = 1, **content: Any) -> Row:
    return Row(f"row_{begins}", "org_1", "sub_1", version, content, begins, ends, AT, "chg_0")


def writer(by: str = "rec_1") -> Writer:
    numbers = count(1)
    return Writer(by, AT + ONE_DAY, lambda kind: f"{by}_{kind}_{next(numbers)}")


def written(rows: Sequence[Row], changes: RowChanges) -> list[Row]:
    """The live rows after the changes."""
    kept = [each for each in rows if each not in changes.void]
    after = sorted([*kept, *changes.add], key=lambda each: each.valid_from)
    check_apart(after)
    return after


def said(rows: Sequence[Row]) -> list[tuple[date, date, int, Json]]:
    return [(each.valid_from, each.valid_to, each.version, each.content) for each in rows]


def test_a_record_begins_today_and_keeps_what_was_there_before() -> None:
    old = row(FIRST, website="a")
    assert said(written([old], recording(writer(), [old], {"website": "b"}, TODAY))) == [
        (FIRST, TODAY - ONE_DAY, 1, {"website": "a"}),
        (TODAY, FOREVER, 2, {"website": "b"}),
    ]


def test_a_second_record_of_a_day_takes_the_place_of_the_first() -> None:
    rows = [row(FIRST, TODAY - ONE_DAY, website="a"), row(TODAY, version=2, website="b")]
    assert said(written(rows, recording(writer(), rows, {"website": "c"}, TODAY)))[1:] == [
        (TODAY, FOREVER, 3, {"website": "c"})
    ]


def test_a_record_goes_into_what_was_announced_for_later() -> None:
    rows = [row(FIRST, DAY - ONE_DAY, website="a", ai_use="none"),
            row(DAY, version=2, website="a", ai_use="training")]  # fmt: skip
    after = written(rows, recording(writer(), rows, {"website": "b", "ai_use": "none"}, TODAY))
    assert said(after)[1:] == [
        (TODAY, DAY - ONE_DAY, 3, {"website": "b", "ai_use": "none"}),
        (DAY, FOREVER, 4, {"website": "b", "ai_use": "training"}),
    ]


def test_an_entry_to_come_is_recorded_from_its_first_day_on() -> None:
    coming = row(DAY, website="a")
    after = written([coming], recording(writer(), [coming], {"website": "b"}, TODAY))
    assert said(after) == [(DAY, FOREVER, 2, {"website": "b"})]


def test_there_is_nothing_to_record_of_an_entry_that_is_unknown_or_has_ended() -> None:
    with pytest.raises(EntryUnknown):
        row_to_record([], TODAY)
    with pytest.raises(EntryNotThere, match=r"^It is no longer on the list\.$"):
        row_to_record([row(FIRST, TODAY - ONE_DAY)], TODAY)


def test_an_entry_can_be_recorded_on_its_last_day() -> None:
    ending = row(FIRST, TODAY)
    assert row_to_record([ending], TODAY) == ending


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("kind", ["modify", "remove"])
def test_a_withdrawal_undoes_the_change_and_keeps_the_record(kind: str, recorded: bool) -> None:
    old = row(FIRST, website="a", ai_use="none")
    change = writer("chg_1")
    if kind == "modify":
        made = modification(change, [old], {"website": "a", "ai_use": "training"}, DAY)
    else:
        made = removal(change, [old], DAY)
    live = written([old], made)
    now = {"website": "b" if recorded else "a", "ai_use": "none"}
    if recorded:
        live = written(live, recording(writer(), live, now, TODAY))

    after = written(live, withdrawal(change, live, made.void, DAY))

    assert after[-1].content == now
    assert (after[0].valid_from, after[-1].valid_to) == (FIRST, FOREVER)
    assert len(after) == (2 if recorded else 1)


def test_a_withdrawal_restores_an_entry_that_had_no_day_before_the_change() -> None:
    old = row(DAY, website="a")
    change = writer("chg_1")
    made = modification(change, [old], {"website": "b"}, DAY)
    live = written([old], made)
    assert said(written(live, withdrawal(change, live, made.void, DAY))) == said([old])


PLACE = {"country": "US", "region": None, "organisation": None, "kind": "storage"}


def place(*mechanisms: Json, **more: Any) -> Json:
    return {**PLACE, "mechanisms": list(mechanisms), **more}


def mechanism(name: str, **evidence: Any) -> Json:
    return {"instrument_id": name, "role": "primary", "evidence": evidence}


@pytest.mark.parametrize(
    ("before", "after", "coming", "expected"),
    [
        ({"a": 1}, {"a": 2}, {"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 2}, {"a": 3}, {"a": 3}),
        ({"a": 1}, {"a": 1}, {"a": 3}, {"a": 3}),
        ({}, {"a": 2}, {}, {"a": 2}),
        ({}, {"a": 2}, {"a": 3}, {"a": 3}),
        ({"a": {"da": "x"}}, {"a": {"da": "x", "sv": "y"}}, {"a": {"da": "z"}},
         {"a": {"da": "z", "sv": "y"}}),
        ({"a": ["x"]}, {"a": []}, {"a": ["x", "y"]}, {"a": ["x", "y"]}),
    ],
)  # fmt: skip
def test_what_was_announced_otherwise_stays_and_the_rest_is_carried(
    before: Json, after: Json, coming: Json, expected: Json
) -> None:
    assert carried(before, after, coming) == expected


def test_a_look_up_is_carried_into_a_list_of_places_to_which_one_is_added() -> None:
    before = {"locations": [place(mechanism("eu-us-dpf", checked_on="2026-01-01"))]}
    after = {"locations": [place(mechanism("eu-us-dpf", checked_on="2026-11-20"))]}
    india = place(mechanism("scc-2021-914"), country="IN")
    coming = {"locations": [india, *before["locations"]]}
    assert carried(before, after, coming) == {"locations": [india, *after["locations"]]}


def test_places_that_cannot_be_told_apart_stay_as_they_were_announced() -> None:
    twice = {"locations": [place(), place()]}
    after = {"locations": [place(mechanism("eu-us-dpf"))]}
    coming = {"locations": [place(), place(), place(country="IN")]}
    assert carried(twice, after, coming) == coming


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([place(mechanism("eu-us-dpf", status="Active"))],
         [place(mechanism("eu-us-dpf", status="Inactive"))], True),
        ([place(mechanism("eu-us-dpf"))], [place()], True),
        ([place(mechanism("eu-us-dpf"))], [], True),
        ([place(mechanism("eu-us-dpf"))], [place(mechanism("derogation-a"))], False),
        ([place()], [place(), place(country="IN")], True),
        ([place()], [place(mechanism("derogation-a"), country="IN")], False),
    ],
)  # fmt: skip
def test_a_fact_that_was_found_is_told_from_a_decision(
    before: list[Json], after: list[Json], found: bool
) -> None:
    assert is_found({"locations": before}, {"locations": after}) is found


def judged(content: Json) -> Json:
    return content_view(content, TODAY, LAW)


texts = st.fixed_dictionaries({}, optional={
    "en": st.sampled_from(["Sends mail", "sends  mail.", "Sells data"]),
    "da": st.just("Sender post"),
})  # fmt: skip
COUNTRY = st.sampled_from(["US", "IE", "IN"])
EVIDENCE = st.sampled_from([builders.evidence_of_dpf(), builders.evidence_of_dpf(status="Inactive"),
                            builders.evidence_of_scc(), {}])  # fmt: skip
MECHANISMS = st.lists(
    st.builds(lambda name, told: {"instrument_id": name, "role": "primary", "evidence": told},
              st.sampled_from(["eu-us-dpf", "scc-2021-914", "derogation-a"]), EVIDENCE),
    max_size=2,
)  # fmt: skip
PLACES = st.lists(
    st.builds(lambda country, kind, by: {**PLACE, "country": country, "kind": kind,
                                         "mechanisms": by},
              COUNTRY, st.sampled_from(["storage", "remote_access"]), MECHANISMS),
    max_size=3,
)  # fmt: skip
FACTS = st.sampled_from([True, False, "not_stated"])
PERIODS = st.fixed_dictionaries({
    "what": st.just({"en": "calls"}),
    "length": st.sampled_from([{"value": 3, "unit": "months"}, {"value": 1, "unit": "years"}]),
})  # fmt: skip
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "legal_name": st.sampled_from(["Mailer Inc.", "MAILER INC", "Poster Inc."]),
    "registration_number": st.sampled_from([None, "12-34", "56-78"]),
    "address": st.sampled_from([None, {"city": "Cork", "country": "IE"}]),
    "country": st.none() | COUNTRY,
    "website": st.sampled_from([None, "https://mailer.example"]),
    "contact": st.sampled_from([None, {"name": "Kim", "position": None, "email": "k@m.example"}]),
    "purpose": texts, "responsibilities": texts,
    "categories": st.lists(st.sampled_from(["email", "analytics"]), unique=True),
    "data_categories": st.lists(st.sampled_from(["names", "health"]), unique=True),
    "data_subjects": st.lists(st.sampled_from(["users", "staff"]), unique=True),
    "special_categories": FACTS,
    "products": st.lists(st.sampled_from(["mail", "crm"]), unique=True),
    "required": FACTS, "affiliate": FACTS,
    "ai_use": st.sampled_from(["none", "inference", "training", "both", "not_stated"]),
    "hr_data": st.sampled_from(["yes", "no", "not_stated"]),
    "relation": st.sampled_from(["processor_processor", "controller_controller"]),
    "stage": st.sampled_from(STAGES),
    "data_combined": st.sampled_from([None, True, False]),
    "exporter_is_public_authority": st.sampled_from([None, True, False]),
    "parent_id": st.sampled_from([None, "sub_2"]),
    "flow_down": st.sampled_from([None, {"reference": "C-7", "signed_on": None}]),
    "certifications": st.lists(st.sampled_from(["ISO 27001", "SOC 2"]), unique=True),
    "reviewed_on": st.sampled_from([None, "2026-11-20"]),
    "used_since": st.sampled_from([None, "2026-01-01"]),
    "evidence_url": st.sampled_from([None, "https://mailer.example/list"]),
    "seen_on": st.sampled_from([None, "2026-11-20"]),
    "retention": st.sampled_from([None, "30 days", "30 Days.", "90 days"]),
    "brand": st.sampled_from([None, "Mailer"]),
    "retention_periods": st.lists(PERIODS, max_size=2),
    "locations": PLACES,
}  # fmt: skip
ENTRIES = st.fixed_dictionaries(VALUES)
EDITS = st.fixed_dictionaries({}, optional=VALUES)


def passes(words: Sequence[str], before: Json, after: Json) -> bool:
    try:
        check_no_notice_owed(words, before, after)
    except NoticeOwed:
        return False
    return True


def test_the_edits_of_the_property_reach_every_member() -> None:
    assert VALUES.keys() == record_members()


@given(ENTRIES, EDITS)
def test_an_edit_passes_as_a_record_exactly_if_nothing_is_material(entry: Json, edit: Json) -> None:
    before, after = judged(entry), judged({**entry, **edit})
    words = materiality(before, after)
    found = words == ("basis_downgraded",) and is_found(before, after)
    assert passes(words, before, after) is (not words or found)


@given(ENTRIES, EDITS)
def test_whatever_passes_adds_no_company_country_data_product_or_use(
    entry: Json, edit: Json
) -> None:
    """Reckoned anew, without the rules of the linter."""
    before, after = judged(entry), judged({**entry, **edit})
    if not passes(materiality(before, after), before, after):
        return
    for name in ("data_categories", "data_subjects", "categories"):
        assert set(after[name]) <= set(before[name])
    assert set(after["products"] or ["mail", "crm", "more"]) <= set(
        before["products"] or ["mail", "crm", "more"]
    )
    assert countries(after) <= countries(before) | {"DK"}
    assert after["registration_number"] in (None, before["registration_number"]) or (
        before["registration_number"] is None
    )
    assert after["legal_name"].upper().strip(".") == before["legal_name"].upper().strip(".")
    # What nobody stated is no use, and no "yes".
    assert (use(after), after["parent_id"]) in (
        (use(before), before["parent_id"]), ("none", before["parent_id"]),
    ) or use(before) == "both"  # fmt: skip
    assert after["stage"] == before["stage"]
    for name in ("special_categories", "required"):
        assert before[name] is True or after[name] is not True


def use(entry: Json) -> str:
    return "none" if entry["ai_use"] == "not_stated" else str(entry["ai_use"])


def countries(entry: Json) -> set[str]:
    seats = [entry["country"], (entry["address"] or {}).get("country")]
    return {each for each in (*seats, *(place["country"] for place in entry["locations"])) if each}


@given(ENTRIES, st.lists(EDITS, max_size=4))
def test_what_is_carried_into_a_copy_of_the_entry_is_the_record_itself(
    entry: Json, edits: list[Json]
) -> None:
    now = entry
    for edit in edits:
        after = {**now, **edit}
        assert carried(now, after, copy.deepcopy(now)) == after
        assert carried(now, now, after) == after
        now = after


def test_a_refusal_names_every_word() -> None:
    with pytest.raises(NoticeOwed) as refused:
        check_no_notice_owed(["ai_use", "rename"], {"locations": []}, {"locations": []})
    assert refused.value.context == {"materiality": ["ai_use", "rename"]}


DPF_FOUND = {"locations": [place(mechanism("eu-us-dpf"))]}
NOT_FOUND = {"locations": [place()]}
DECIDED = {"locations": [place(mechanism("derogation-a"))]}


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        ([], NOT_FOUND, DECIDED),
        (["basis_downgraded"], DPF_FOUND, NOT_FOUND),
    ],
)
def test_what_owes_no_notice_is_recorded(words: list[str], before: Json, after: Json) -> None:
    check_no_notice_owed(words, before, after)


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        (["basis_downgraded"], DPF_FOUND, DECIDED),
        (["basis_downgraded", "new_country"], DPF_FOUND, NOT_FOUND),
    ],
)
def test_what_owes_notice_is_refused_with_what_is_material(
    words: list[str], before: Json, after: Json
) -> None:
    with pytest.raises(NoticeOwed) as refused:
        check_no_notice_owed(words, before, after)
    assert refused.value.detail == f"It is material: {', '.join(words)}."
    assert refused.value.context == {"materiality": words}


def test_a_text_that_became_a_list_stays_as_it_was_announced() -> None:
    assert carried({"a": {"da": "x"}}, {"a": {"da": "y"}}, {"a": "z"}) == {"a": "z"}
    assert carried({"a": "x"}, {"a": {"da": "y"}}, {"a": {"da": "z"}}) == {"a": {"da": "z"}}


def test_a_member_that_is_gone_from_the_entry_is_gone_from_what_comes() -> None:
    assert carried({"a": 1, "b": 2}, {"a": 1}, {"a": 3, "b": 2}) == {"a": 3}
    assert carried({"a": 1}, {"a": 1, "b": None}, {"a": 3}) == {"a": 3, "b": None}


@pytest.mark.parametrize(
    ("now", "then", "told", "untold", "more"),
    [
        ([], [], ["ai_use"], ["ai_use"], []),
        ([], ["basis_downgraded"], [], [], ["basis_downgraded"]),
        # What was found of the list holds for what comes.
        (["basis_downgraded"], ["basis_downgraded"], [], [], []),
        # A company that was told as another one stays another one.
        ([], [], ["new_entity"], ["rename"], ["rename"]),
        ([], [], ["rename"], ["new_entity"], ["new_entity"]),
        ([], [], [], ["retention"], []),
        ([], [], ["new_country"], [], []),
    ],
)
def test_a_record_may_not_make_more_of_a_change_than_was_announced(
    now: list[str], then: list[str], told: list[str], untold: list[str], more: list[str]
) -> None:
    assert more_than_announced(now, then, told, untold) == more


def at(country: str, *instruments: str, **evidence: Any) -> Json:
    mechanisms = [{"instrument_id": one, "evidence": evidence} for one in instruments]
    return {"country": country, "mechanisms": mechanisms}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([at("US", "ins_dpf")], [at("US", "ins_dpf", entry="Mailer Inc.")], True),
        ([at("US", "ins_dpf", "ins_scc")], [at("US", "ins_scc", "ins_dpf")], True),
        ([at("US", "ins_dpf"), at("IE")], [at("IE"), at("US", "ins_dpf")], True),
        ([at("US", "ins_dpf")], [at("US", "ins_scc")], False),
        ([at("US", "ins_dpf")], [at("CA", "ins_dpf")], False),
        ([at("US", "ins_dpf")], [at("US", "ins_dpf"), at("IE")], False),
        ([at("US", "ins_dpf"), at("IE")], [at("IE", "ins_dpf"), at("US")], False),
        ([at("US", "ins_dpf"), at("IE")], [at("US", "ins_dpf"), at("DK")], False),
    ],
)
def test_a_basis_stays_while_each_place_rests_on_the_same_instruments(
    before: list[Json], after: list[Json], *, same: bool
) -> None:
    assert same_mechanisms({"locations": before}, {"locations": after}) is same
