"""What becomes of one agreement of a roll-out, and to which it can be offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.agreements.contract.wording import Template, Texts, built_in_templates
from services.agreements.model import calendar, ending, life
from services.agreements.model.agreement import Agreement, Due, Refusal, Version
from services.agreements.model.roll_outs import (
    CHOSEN,
    KEEP,
    OFFERED,
    OPEN,
    STATES,
    Choice,
    Item,
    Reason,
    RollOut,
    TextsMissing,
    check_can_get,
    followed,
    happening,
    members_from,
    missing_of,
    offered,
    remind_on,
    settled,
    state_after,
)
from shared.errors import DomainError
from tests.unit.agreements import things
from tests.unit.agreements.things import LAPSES, acceptance, version

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
LINES = [
    [cell.strip() for cell in line.split("|")]
    for line in Path(__file__).with_name("golden_rollout.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
TABLE = {(row[0], row[1]): row[2] for row in LINES if len(row) == 4}
STEPS = {row[0]: row[1] for row in LINES if len(row) == 2}
NEW, LATER = version(2, deletion_days=60), version(2, effective_from="2027-06-01")
THIRD = version(3, deletion_days=70)


def offer_of(new: Version = NEW) -> Agreement:
    return life.amended(things.active(), new, AT, LAPSES, "rol_1")


def both(new: Version) -> Agreement:
    one = life.accepted(offer_of(new), new, acceptance("processor", new))
    return life.accepted(one, new, acceptance("controller", new))


def refused(party: str) -> Agreement:
    return life.rejected(offer_of(), Refusal(party, 2, "No.", AT))


AFTER = {
    "nothing but one acceptance": life.accepted(offer_of(), NEW, acceptance("processor", NEW)),
    "the same terms with a new list": life.amended(offer_of(), THIRD, AT, LAPSES, "rol_1"),
    "both have accepted": both(NEW),
    "both have accepted, for a later day": both(LATER),
    "refused by the controller": refused("controller"),
    "refused by the processor": refused("processor"),
    "another version is offered": life.amended(offer_of(), THIRD, AT, LAPSES),
    "terminated today": ending.terminated(offer_of(), AT.date(), AT.date()),
    "terminated for a later day": ending.terminated(offer_of(), date(2027, 6, 1), AT.date()),
    "its own last day has passed": calendar.apply_due(offer_of(), Due(LAPSES, calendar.EXPIRES)),
    "the offer's last day has passed": calendar.apply_due(
        offer_of(), Due(LAPSES, calendar.OFFER_LAPSES)
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("what", STATES)
def test_the_table_says_where_each_happening_leads(state: str, what: str) -> None:
    assert state_after(state, what) == TABLE.get((state, what), state)


def test_every_line_of_the_table_names_a_state() -> None:
    assert {name for pair in TABLE for name in pair} == set(STATES)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_the_agreement_is_what_the_table_says_for_the_offer(step: str) -> None:
    new = LATER if step.endswith("for a later day") else NEW
    assert happening(offer_of(new), AFTER[step]) == STEPS[step]


def test_a_step_without_an_offer_is_none_of_a_roll_out() -> None:
    with pytest.raises(ValueError, match=r"^there was no offer$"):
        happening(things.active(), things.active())


def test_a_refusal_of_before_is_none_of_this_offer() -> None:
    before = life.amended(refused("controller"), THIRD, AT, LAPSES, "rol_1")
    lapsed = calendar.apply_due(before, Due(LAPSES, calendar.OFFER_LAPSES))
    assert lapsed.refusal is not None
    assert happening(before, lapsed) == "lapsed"


def item(state: str = OFFERED, **more: Any) -> Item:
    return Item("rol_1:agr_1", "rol_1", "org_v", "agr_1", state, 2, remind_on=LAPSES, **more)


def test_an_offer_that_waits_names_its_version_and_who_is_missing() -> None:
    waits = followed(item(), offer_of(), AFTER["nothing but one acceptance"], AT)
    assert (waits.version, waits.missing, waits.remind_on) == (2, ("controller",), LAPSES)
    renewed = followed(item(), offer_of(), AFTER["the same terms with a new list"], AT)
    assert (renewed.version, renewed.missing) == (3, ("controller", "processor"))


def test_what_is_offered_waits_for_both() -> None:
    waits = offered(item(CHOSEN), offer_of())
    assert (waits.state, waits.version, waits.missing) == (OFFERED, 2, ("controller", "processor"))


def test_at_its_end_nobody_is_missing_or_reminded() -> None:
    over = followed(item(missing=("controller",)), offer_of(), both(NEW), AT)
    assert (over.state, over.missing, over.remind_on, over.settled_at) == (
        "accepted", (), None, AT,
    )  # fmt: skip


def test_what_has_ended_is_not_moved_again() -> None:
    over = item("taken_back", settled_at=AT)
    assert followed(over, offer_of(), both(NEW), datetime(2027, 1, 1, tzinfo=UTC)) is over


@pytest.mark.parametrize("state", STATES)
def test_what_is_chosen_able_or_offered_is_open(state: str) -> None:
    assert item(state).is_open == (state in ("chosen", "able", "offered")) == (state in OPEN)


def test_reasons_are_kept_where_no_other_is_given() -> None:
    why = (Reason("offer-waits", "Another."),)
    assert settled(item(CHOSEN, reasons=why), "unable", AT).reasons == why
    assert settled(item(CHOSEN), "unable", AT, why).reasons == why


def test_nobody_is_missing_where_nothing_is_on_offer() -> None:
    assert missing_of(things.active()) == ()


@pytest.mark.parametrize(
    ("reminded", "day"), [(0, date(2026, 12, 3)), (1, date(2026, 12, 10)), (2, None)]
)
def test_reminders_are_counted_from_the_day_of_the_offer(reminded: int, day: date | None) -> None:
    assert remind_on(date(2026, 11, 30), (3, 10), reminded) == day


SCHEDULED = both(LATER)


@pytest.mark.parametrize(
    ("agreement", "code"),
    [
        (things.active(), None),
        (offer_of(), "offer-waits"),
        (things.offered(), "not-binding"),
        (AFTER["terminated today"], "not-amendable"),
        (AFTER["terminated for a later day"], "termination-scheduled"),
        (SCHEDULED, "amendment-scheduled"),
    ],
)
def test_who_cannot_get_it_is_told_why(agreement: Agreement, code: str | None) -> None:
    if code is None:
        check_can_get(agreement)
        return
    with pytest.raises(DomainError) as refused_:
        check_can_get(agreement)
    assert refused_.value.code == code


def roll_out(**more: Any) -> RollOut:
    return RollOut("rol_1", "org_v", "cli", "tpl", Choice("tpl_old"), AT, **more)


def with_texts(**more: Any) -> Template:
    return replace(built_in_templates()[2], id="tpl_new", published=things.published(**more))


def test_texts_come_in_the_language_of_the_agreement_and_the_rest_stays() -> None:
    danish = replace(things.content().processing, nature="Drift")
    texts = {"da": Texts(danish, things.content().clauses)}
    members = members_from(roll_out(), with_texts(texts=texts), things.content(language="da"))
    assert members["processing"]["nature"] == "Drift"
    assert members["template_id"] == "tpl_new"
    assert {"deletion_days", "notice_terms", "products", "region"}.isdisjoint(members)


def test_no_document_gets_texts_in_another_language() -> None:
    with pytest.raises(TextsMissing) as refused:
        members_from(roll_out(), with_texts(), things.content(language="sv"))
    assert refused.value.detail == "It has none in this language: sv."


def test_what_all_get_stands_above_the_texts_of_the_template() -> None:
    change = {"transfer_instructions": "None.", "deletion_days": 10}
    members = members_from(roll_out(changes=change), with_texts(), things.content(language="en"))
    assert (members["transfer_instructions"], members["deletion_days"]) == ("None.", 10)


@pytest.mark.parametrize("has_texts", [True, False])
def test_texts_stay_where_they_are_kept_or_the_template_has_none(*, has_texts: bool) -> None:
    template = with_texts() if has_texts else replace(with_texts(), published=None)
    made = roll_out(contents=KEEP) if has_texts else roll_out()
    assert members_from(made, template, things.content()) == {"template_id": "tpl_new"}
