"""A customer's own days: the latest of its agreements; none while one of them lacks something."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.clients import Bond, Receipt
from services.registry.clock import RECEIPT_RULES
from services.registry.model.changes import Change, Emergency, Group
from services.registry.model.register import Register
from services.registry.use_cases.standings import CustomerDates, dates_of, owed_notices, standing
from shared.scope import Cover

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
REGISTER = Register("org_1", "vendor", "Vendor", "DK", "da", "Europe/Copenhagen", AT)


def group(key: str, rule: str = "sent", notice: int = 30, objection: int = 14) -> Group:
    terms = {"notice_days": notice, "objection_days": objection, "receipt_rule": rule}
    return Group(key, terms, "general", 1, MONDAY, MONDAY, MONDAY, "consent")


def bond(agreement_id: str, key: str) -> Bond:
    history = ({"since_version": 1, "key": key},)
    return Bond(agreement_id, "active", Cover(), MONDAY, None, False, history)


def change(*groups: Group, **more: Any) -> Change:
    return Change("chg_1", "org_1", "add", "sub_1", date(2026, 12, 24), "Needed", AT,
                  status="announced", recipients_version=1, groups=groups, **more)  # fmt: skip


def receipt(*days_late: int | None) -> Receipt:
    return Receipt(*(None if n is None else AT + timedelta(days=n) for n in days_late))


def dates(told: Change, receipts: dict[str, Receipt]) -> CustomerDates:
    bonds = [bond(f"agr_{each.key}", each.key) for each in told.groups]
    found = {("chg_1", f"agr_{key}"): each for key, each in receipts.items()}
    return dates_of(REGISTER, told, owed_notices(told, bonds), found)


def test_it_works() -> None:
    found = dates(change(group("a")), {"a": receipt(7, None, None)})
    assert (found.objection_deadline, found.begins_on) == (date(2026, 12, 14), date(2026, 12, 31))
    assert (found.given_on, found.lacks) == (date(2026, 11, 30), None)


@pytest.mark.parametrize("rule", RECEIPT_RULES)
def test_without_a_receipt_nothing_was_sent_by_any_rule(rule: str) -> None:
    for known in ({}, {"a": receipt(None, None, None)}):
        found = dates(change(group("a", rule)), known)
        assert (found.objection_deadline, found.begins_on, found.lacks) == (None, None, "sent")


@pytest.mark.parametrize(
    ("rule", "known", "lacks", "deadline"),
    [
        ("sent", (2, 4, 6), None, "2026-12-09"),
        ("delivered", (2, 4, 6), None, "2026-12-11"),
        ("acknowledged", (2, 4, 6), None, "2026-12-14"),  # 13 December is a Sunday.
        ("delivered", (2, None, None), "delivered", None),
        ("acknowledged", (2, 4, None), "acknowledged", None),
        ("sent", (None, None, 6), None, "2026-12-14"),
        ("delivered", (2, None, 6), None, "2026-12-14"),
        ("sent", (None, 4, None), None, "2026-12-11"),
    ],
)
def test_each_rule_counts_from_its_own_event_and_the_later_ones_prove_it(
    rule: str, known: tuple[int | None, ...], lacks: str | None, deadline: str | None
) -> None:
    found = dates(change(group("a", rule)), {"a": receipt(*known)})
    shown = str(found.objection_deadline) if found.objection_deadline else None
    assert (found.lacks, shown) == (lacks, deadline)


def test_of_two_agreements_the_later_days_count() -> None:
    told = change(group("a"), group("b", objection=5))
    found = dates(told, {"a": receipt(0, 0, None), "b": receipt(14, None, None)})
    assert found.objection_deadline == date(2026, 12, 14)  # 12 December is a Saturday.
    assert found.begins_on == date(2027, 1, 7)
    assert found.given_on == date(2026, 12, 7)


def test_of_two_agreements_the_one_that_lacks_something_keeps_all_days_open() -> None:
    told = change(group("a"), group("b", "acknowledged"))
    unread = dates(told, {"a": receipt(0, 0, None), "b": receipt(0, 0, None)})
    unsent = dates(told, {"b": receipt(0, 0, None)})
    assert (unread.objection_deadline, unread.lacks) == (None, "acknowledged")
    assert (unsent.objection_deadline, unsent.lacks, unsent.given_on) == (None, "sent", None)


def test_who_was_owed_no_notice_waits_for_none() -> None:
    found = dates_of(REGISTER, change(group("a")), [], {})
    assert (found.begins_on, found.objection_deadline) == (date(2026, 12, 24), None)


def test_an_emergency_that_was_not_sent_has_no_day_on_which_it_begins() -> None:
    told = change(group("a"), emergency=Emergency("Insolvent.", "cli_1"))
    stands = standing(told, [bond("agr_a", "a")], dates(told, {}), None, False)
    assert (stands.begins_on, stands.lacks, stands.emergency) == (None, "sent", True)


def test_a_notice_that_left_before_its_own_date_counts_from_its_date() -> None:
    dated = replace(group("a"), given_on=date(2026, 11, 24))
    found = dates(change(dated), {"a": receipt(0, None, None)})
    assert (found.given_on, found.objection_deadline) == (date(2026, 11, 24), date(2026, 12, 8))
