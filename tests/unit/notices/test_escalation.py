"""What follows for a notice nobody has yet: the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices.channels.chat import CHANNEL as CHAT
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.email import contacts_of
from services.notices.model.channels import Address, in_order
from services.notices.model.escalation import (
    Case,
    ChannelState,
    Decision,
    OtherMessage,
    decide,
    first_check,
    letters_to,
)
from services.notices.model.sendings import sending_id

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATIENCE = timedelta(hours=4)
IDA, BO = contacts_of([{"name": it, "email": f"{it}@a.example"} for it in ("ida", "bo")])
ROOM = Address("room", "room-1", {"shown": "a room"})
MAIL = ChannelState("email", addresses=(IDA, BO), is_fallback=True)
CASE = Case(
    since=NOW, effective_on="2026-12-24", acknowledged=False, withdrawn=False,
    endpoints=(), channels=(MAIL,),
)  # fmt: skip


def by_mail(how: dict[str, Any]) -> dict[str, Any]:
    """Members of a case; those of its one channel are told apart by their names."""
    of_mail = {name: how[name] for name in how if hasattr(MAIL, name)}
    others = {name: how[name] for name in how if name not in of_mail}
    return {**others, "channels": (replace(MAIL, **of_mail),)}


def case_of(**how: Any) -> Case:
    return replace(CASE, **by_mail(how))


def to_of(decision: Decision) -> Address | None:
    """Of the one letter that is to be sent, if any is."""
    return decision.letters[0].to if decision.letters else None


def mail(to: Address, state: str, made_at: datetime = NOW) -> dict[str, Any]:
    row: dict[str, Any] = {"address": to.key, "state": state, "made_at": made_at}
    return {**row, "delivered_at": made_at} if state in ("delivered", "bounced") else row


def test_it_works() -> None:
    step = decide(CASE, NOW, PATIENCE)
    assert (step.letters, step.unreached) == ([(IDA, "fallback")], None)


@pytest.mark.parametrize(
    "settled",
    [
        {"acknowledged": True},
        {"withdrawn": True},
        {"endpoints": ("delivered",)},
        {"endpoints": ("failed", "delivered")},
        {"rows": (mail(IDA, "delivered"),), "is_named": True},
        {"endpoints": ("delivered",), "is_named": True, "addresses": ()},
        {"endpoints": ("delivered",), "is_named": True, "is_on": False},
    ],
)
def test_what_somebody_has_or_nobody_needs_is_settled(settled: dict[str, Any]) -> None:
    step = decide(case_of(**settled), NOW, PATIENCE)
    assert step == Decision()


def test_a_webhook_under_way_is_given_its_time() -> None:
    case = case_of(endpoints=("pending",))
    assert to_of(decide(case, NOW + timedelta(hours=3), PATIENCE)) is None
    assert to_of(decide(case, NOW + PATIENCE, PATIENCE)) == IDA


@pytest.mark.parametrize("state", ["failed", "held", "skipped", "abandoned"])
def test_a_webhook_that_will_not_arrive_is_not_waited_for(state: str) -> None:
    assert to_of(decide(case_of(endpoints=(state,)), NOW, PATIENCE)) == IDA


@pytest.mark.parametrize("state", ["failed", "bounced"])
def test_the_next_contact_follows_the_one_who_was_not_reached(state: str) -> None:
    step = decide(case_of(rows=(mail(IDA, state),)), NOW, PATIENCE)
    assert step.letters == [(BO, "escalation")]


def test_a_mail_that_bounced_does_not_count_though_a_webhook_delivered() -> None:
    case = case_of(is_named=True, endpoints=("delivered",), rows=(mail(IDA, "bounced"),))
    assert to_of(decide(case, NOW, PATIENCE)) == BO


def test_nobody_left_is_unreached_and_looked_at_until_the_change_has_effect() -> None:
    tried = (mail(IDA, "failed"), mail(BO, "bounced"))
    case = case_of(rows=tried)
    step = decide(case, NOW, PATIENCE)
    assert (step.unreached, step.check_at) == ("contacts_exhausted", NOW + timedelta(hours=6))

    late = decide(case, datetime(2026, 12, 25, tzinfo=UTC), PATIENCE)
    assert (late.unreached, late.check_at) == ("contacts_exhausted", None)


@pytest.mark.parametrize(
    ("how", "reason"),
    [({"addresses": ()}, "no_contact"), ({"is_on": False}, "email_off")],
)
def test_the_reason_says_what_to_put_right(how: dict[str, Any], reason: str) -> None:
    assert decide(case_of(**how), NOW, PATIENCE).unreached == reason


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ({"is_on": False}, "chat_no_room"),
        ({"addresses": ()}, "chat_no_room"),
        ({"rows": ("failed", "bounced")}, "contacts_exhausted"),
    ],
)
def test_a_customer_whose_agreement_names_chat_and_who_gave_no_room_is_told_so(
    email: dict[str, Any], reason: str
) -> None:
    """Where mails were tried, they are the reason; a server that is off is not the customer's."""
    rows = [mail(to, state) for to, state in zip((IDA, BO), email.pop("rows", ()), strict=False)]
    case = case_of(**email, rows=tuple(rows))
    chat = ChannelState(channel=CHAT.name, is_named=True, no_address=CHAT.no_address)
    both = replace(case, channels=[chat, *case.channels])
    assert decide(both, NOW, PATIENCE).unreached == reason


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"is_named": False}, "email_off"),  # nobody agreed to chat: its room is not missing
        ({"addresses": (ROOM,), "is_on": False}, "chat_off"),  # there is a room
    ],
)
def test_a_room_is_missing_only_where_chat_was_agreed_and_none_was_given(
    how: dict[str, Any], reason: str
) -> None:
    named: dict[str, Any] = {"is_named": True, "no_address": CHAT.no_address, **how}
    both = replace(CASE, channels=[ChannelState("chat", **named), replace(MAIL, is_on=False)])
    assert decide(both, NOW, PATIENCE).unreached == reason


def test_a_mailbox_named_twice_gets_one_mail_and_a_bounced_one_comes_last() -> None:
    named: list[dict[str, Any]] = [
        {"name": "I", "email": "Ida@A.example"},
        {"email": "bo@a.example", "name": None},
        {"name": "Ida", "email": "ida@a.example"},
    ]
    found = in_order(contacts_of(named), {"ida@a.example": NOW})
    assert [each.to["email"] for each in found] == ["bo@a.example", "Ida@A.example"]
    ids = [sending_id(EMAIL.prefix, "msg_1", it.key) for it in contacts_of(named)]
    assert len(ids) == len(set(ids)) == 2


OTHER = OtherMessage(
    kind="transfer.basis_lost", channel=replace(MAIL, is_named=True), before=(),
    reached_before=False, is_queued=True, is_open=False,
)  # fmt: skip


def other(**how: Any) -> OtherMessage:
    of_mail = {name: how[name] for name in how if hasattr(MAIL, name)}
    others = {name: how[name] for name in how if name not in of_mail}
    return replace(OTHER, **others, channel=replace(OTHER.channel, **of_mail))


def test_what_is_no_notice_goes_to_the_first_contact_where_email_is_named() -> None:
    assert letters_to(OTHER) == [(IDA, "channel")]


@pytest.mark.parametrize(
    "why_not",
    [
        {"is_named": False},
        {"is_named": False, "reached_before": True},
        {"is_on": False},
        {"addresses": ()},
        {"kind": "agreement.activated"},
        {"kind": "webhook.test"},
        {"kind": "agreement.offered"},
        {"kind": "sub_processor.change.withdrawn"},
        {"rows": (mail(IDA, "delivered"),)},
        {"rows": (mail(IDA, "pending"),)},
        {"rows": (mail(IDA, "failed"), mail(BO, "bounced"))},
    ],
)
def test_nobody_is_written_to_without_a_reason(why_not: dict[str, Any]) -> None:
    assert list(letters_to(other(**why_not))) == []


@pytest.mark.parametrize(
    ("how", "to", "why"),
    [
        ({"is_named": False, "reached_before": True, "is_queued": False}, (IDA,), "fallback"),
        ({"is_named": False, "before": (BO,)}, (BO,), "follow_up"),
        ({"kind": "sub_processor.change.in_effect", "before": (IDA, BO)}, (IDA, BO), "follow_up"),
        ({"kind": "agreement.offered", "is_open": True}, (IDA,), "channel"),
        ({"rows": (mail(IDA, "failed"),)}, [BO], "escalation"),
        ({"rows": (mail(BO, "bounced"),), "before": (BO,)}, [IDA], "escalation"),
    ],
)
def test_who_is_written_to_and_why(how: dict[str, Any], to: Any, why: str) -> None:
    assert letters_to(other(**how)) == [(each, why) for each in to]


def two_channels(mails: Any = (), rooms: Any = (), **more: Any) -> Case:
    """A case whose agreement names both channels."""
    room = ChannelState("room", addresses=(ROOM,), rows=rooms, is_named=True)
    return replace(CASE, channels=(replace(MAIL, is_named=True, rows=mails), room), **more)


def test_a_notice_goes_at_once_by_all_channels_that_the_agreement_names() -> None:
    assert decide(two_channels(), NOW, PATIENCE).letters == [(IDA, "channel"), (ROOM, "channel")]


def test_a_channel_that_delivered_does_not_settle_what_another_one_owes() -> None:
    case = two_channels([mail(IDA, "failed")], [mail(ROOM, "delivered")])
    assert decide(case, NOW, PATIENCE).letters == [(BO, "escalation")]


def test_a_channel_with_one_address_falls_back_to_none_once_another_delivered() -> None:
    case = two_channels([mail(IDA, "delivered")], [mail(ROOM, "failed")])
    assert decide(case, NOW, PATIENCE) == Decision()


def test_what_is_under_way_past_its_time_raises_no_alarm_once_another_delivered() -> None:
    case = two_channels([mail(IDA, "delivered")], [mail(ROOM, "pending")])
    late = decide(case, NOW + 2 * PATIENCE, PATIENCE)
    assert (late.letters, late.unreached) == ((), None)
    assert late.check_at is not None


def test_a_channel_that_is_no_fallback_is_not_used_where_it_is_not_named() -> None:
    room = ChannelState("room", addresses=(ROOM,))
    assert decide(replace(CASE, channels=(room,)), NOW, PATIENCE).unreached == "no_contact"


@pytest.mark.parametrize(
    ("is_notice", "at_once", "is_queued", "waits"),
    [
        (True, False, True, True),  # an endpoint has it: a minute to answer
        (True, True, True, False),  # the agreement names another channel, too
        (True, False, False, False),  # no endpoint is there to wait for
        (False, False, True, False),  # no notice: others get it at once
    ],
)
def test_a_notice_waits_a_minute_for_the_endpoint_that_has_it(
    is_notice: bool, at_once: bool, is_queued: bool, waits: bool
) -> None:
    check_at = first_check(is_notice=is_notice, at_once=at_once, is_queued=is_queued, now=NOW)
    assert check_at == (NOW + timedelta(minutes=1) if waits else NOW)


@pytest.mark.parametrize(
    ("how", "minutes"),
    [
        ({}, 5),  # a mail has left for the first contact
        ({"is_named": True}, 5),  # the same, as the agreement says
        ({"rows": (mail(IDA, "failed"),)}, 5),  # a mail has left for the next contact
        ({"endpoints": ("pending",)}, 5),  # four hours are given, and it is looked at each time
        ({"endpoints": ("pending",), "since": NOW - timedelta(minutes=238)}, 2),  # two are left
        ({"rows": (mail(IDA, "pending", NOW - timedelta(minutes=237)),)}, 3),
        ({"addresses": ()}, 360),  # nothing can be done: a contact may have been put right
    ],
)
def test_a_notice_is_checked_again_when_its_time_is_over_or_in_five_minutes(
    how: dict[str, Any], minutes: int
) -> None:
    assert decide(case_of(**how), NOW, PATIENCE).check_at == NOW + timedelta(minutes=minutes)


def test_what_is_under_way_longest_is_waited_for() -> None:
    """Of two mails one has a minute left and one nothing; of a mail and a webhook likewise."""
    late, later = (NOW - PATIENCE + timedelta(minutes=it) for it in (-1, 1))
    by_both = two_channels([mail(IDA, "pending", late)], [mail(ROOM, "pending", later)])
    assert decide(by_both, NOW, PATIENCE) == Decision(NOW + timedelta(minutes=1))
    by_hook = case_of(rows=(mail(IDA, "pending", late),), endpoints=("pending",), since=later)
    assert decide(by_hook, NOW, PATIENCE) == Decision(NOW + timedelta(minutes=1))


def test_what_is_under_way_once_another_delivered_is_checked_in_six_hours() -> None:
    case = two_channels([mail(IDA, "delivered")], [mail(ROOM, "pending")])
    late = NOW + 2 * PATIENCE
    assert decide(case, late, PATIENCE).check_at == late + timedelta(hours=6)


@pytest.mark.parametrize(
    ("effective_on", "hours"),
    [("2026-11-24", 6), ("2026-11-23", 6), ("2026-11-22", None), (None, 6)],
)
def test_an_unreached_notice_is_looked_at_through_the_day_of_the_change(
    effective_on: str | None, hours: int | None
) -> None:
    """It is 23 November: on that day itself the notice is still owed."""
    case = case_of(addresses=(), effective_on=effective_on)
    expected = None if hours is None else NOW + timedelta(hours=hours)
    assert decide(case, NOW, PATIENCE).check_at == expected
