"""What follows for a notice nobody has yet: the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices.model.escalation import Case, Told, letters_to, next_step
from services.notices.model.mails import Contact, contacts_from, mail_id

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATIENCE = timedelta(hours=4)
IDA, BO = Contact("Ida", "ida@a.example"), Contact("Bo", "bo@a.example")
CASE = Case(
    since=NOW, effective_on="2026-12-24", acknowledged=False, withdrawn=False,
    webhooks=(), mails=(), contacts=(IDA, BO), names_email=False, email_is_on=True,
)  # fmt: skip


def mail(to: Contact, state: str, made_at: datetime = NOW) -> dict[str, object]:
    row: dict[str, object] = {"address": to.key, "state": state, "made_at": made_at}
    return {**row, "delivered_at": made_at} if state in ("delivered", "bounced") else row


def test_it_works() -> None:
    step = next_step(CASE, NOW, PATIENCE)
    assert (step.mail_to, step.why, step.unreached) == (IDA, "fallback", None)


@pytest.mark.parametrize(
    "settled",
    [
        {"acknowledged": True},
        {"withdrawn": True},
        {"webhooks": ("delivered",)},
        {"webhooks": ("failed", "delivered")},
        {"mails": (mail(IDA, "delivered"),), "names_email": True},
        {"webhooks": ("delivered",), "names_email": True, "contacts": ()},
        {"webhooks": ("delivered",), "names_email": True, "email_is_on": False},
    ],
)
def test_what_somebody_has_or_nobody_needs_is_settled(settled: dict[str, Any]) -> None:
    step = next_step(replace(CASE, **settled), NOW, PATIENCE)
    assert (step.look_at, step.mail_to, step.unreached) == (None, None, None)


def test_a_webhook_under_way_is_given_its_time() -> None:
    case = replace(CASE, webhooks=("pending",))
    assert next_step(case, NOW + timedelta(hours=3), PATIENCE).mail_to is None
    assert next_step(case, NOW + PATIENCE, PATIENCE).mail_to == IDA


@pytest.mark.parametrize("state", ["failed", "held", "skipped", "abandoned"])
def test_a_webhook_that_will_not_arrive_is_not_waited_for(state: str) -> None:
    assert next_step(replace(CASE, webhooks=(state,)), NOW, PATIENCE).mail_to == IDA


@pytest.mark.parametrize("state", ["failed", "bounced"])
def test_the_next_contact_follows_the_one_who_was_not_reached(state: str) -> None:
    step = next_step(replace(CASE, mails=(mail(IDA, state),)), NOW, PATIENCE)
    assert (step.mail_to, step.why) == (BO, "escalation")


def test_a_mail_that_bounced_does_not_count_though_a_webhook_delivered() -> None:
    case = replace(CASE, names_email=True, webhooks=("delivered",), mails=(mail(IDA, "bounced"),))
    assert next_step(case, NOW, PATIENCE).mail_to == BO


def test_nobody_left_is_unreached_and_looked_at_until_the_change_has_effect() -> None:
    tried = (mail(IDA, "failed"), mail(BO, "bounced"))
    case = replace(CASE, mails=tried)
    step = next_step(case, NOW, PATIENCE)
    assert (step.unreached, step.look_at) == ("contacts_exhausted", NOW + timedelta(hours=6))

    late = next_step(case, datetime(2026, 12, 25, tzinfo=UTC), PATIENCE)
    assert (late.unreached, late.look_at) == ("contacts_exhausted", None)


@pytest.mark.parametrize(
    ("how", "reason"),
    [({"contacts": ()}, "no_contact"), ({"email_is_on": False}, "email_off")],
)
def test_the_reason_says_what_to_put_right(how: dict[str, object], reason: str) -> None:
    assert next_step(replace(CASE, **how), NOW, PATIENCE).unreached == reason


def test_a_mailbox_named_twice_gets_one_mail_and_a_bounced_one_comes_last() -> None:
    named = [{"name": "I", "email": "Ida@A.example"}, {"email": "bo@a.example", "name": None},
             {"name": "Ida", "email": "ida@a.example"}]  # fmt: skip
    found = contacts_from(named, {"ida@a.example": NOW})
    assert [each.email for each in found] == ["bo@a.example", "Ida@A.example"]
    assert mail_id("msg_1", "Ida@A.example") == mail_id("msg_1", "ida@a.example")


TOLD = Told(
    kind="transfer.basis_lost", mails=(), contacts=(IDA, BO), before=(), reached_before=False,
    names_email=True, by_webhook=True, is_open=False, email_is_on=True,
)  # fmt: skip


def test_what_is_no_notice_goes_to_the_first_contact_where_email_is_named() -> None:
    assert letters_to(TOLD) == ((IDA,), "channel")


@pytest.mark.parametrize(
    "why_not",
    [
        {"names_email": False},
        {"names_email": False, "reached_before": True},
        {"email_is_on": False},
        {"contacts": ()},
        {"kind": "agreement.activated"},
        {"kind": "webhook.test"},
        {"kind": "agreement.offered"},
        {"kind": "sub_processor.change.withdrawn"},
        {"mails": (mail(IDA, "delivered"),)},
        {"mails": (mail(IDA, "pending"),)},
        {"mails": (mail(IDA, "failed"), mail(BO, "bounced"))},
    ],
)
def test_nobody_is_written_to_without_a_reason(why_not: dict[str, object]) -> None:
    assert not letters_to(replace(TOLD, **why_not))[0]


@pytest.mark.parametrize(
    ("how", "to", "why"),
    [
        ({"names_email": False, "reached_before": True, "by_webhook": False}, (IDA,), "fallback"),
        ({"names_email": False, "before": (BO,)}, (BO,), "follow_up"),
        ({"kind": "sub_processor.change.in_effect", "before": (IDA, BO)}, (IDA, BO), "follow_up"),
        ({"kind": "agreement.offered", "is_open": True}, (IDA,), "channel"),
        ({"mails": (mail(IDA, "failed"),)}, [BO], "escalation"),
        ({"mails": (mail(BO, "bounced"),), "before": (BO,)}, [IDA], "escalation"),
    ],
)
def test_who_is_written_to_and_why(how: dict[str, object], to: object, why: str) -> None:
    assert letters_to(replace(TOLD, **how)) == (to, why)
