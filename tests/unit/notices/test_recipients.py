"""Who is told, and how far that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notices.model.recipients import (
    Recipient,
    TermsPeriod,
    Watermark,
    cover_of,
    period_at,
    recipient_from,
)
from shared.scope import Cover


def entry(version: int, key: str = "t30") -> dict[str, Any]:
    data = {
        "agreement_id": "agr_1",
        "processor": {"id": "org_p"},
        "controller": {"id": "org_c"},
        "terms_key": key,
        "terms": {"notice_days": 30},
        "recipients_version": version,
    }
    return {"data": data, "private": {"contacts": [], "channels": ["webhook"]}}


def test_it_works() -> None:
    recipient = recipient_from(entry(3), None)
    amended = recipient_from(entry(5, "t10"), recipient)
    ended = amended.ended(9, "2026-11-23T10:00:00.000Z")
    history = [vars(each) for each in ended.history]
    periods = [period_at(version, history) for version in (2, 3, 4, 5, 8, 9)]
    assert [period and period["key"] for period in periods] == [
        None, "t30", "t30", "t10", "t10", None,
    ]  # fmt: skip
    assert (ended.since_version, ended.until_version) == (3, 9)


def test_an_amended_agreement_was_a_recipient_all_along() -> None:
    amended: Recipient = recipient_from(entry(5), recipient_from(entry(3), None))
    assert amended.since_version == 3
    assert amended.until_version is None


@given(st.permutations(range(1, 30)))
def test_a_watermark_is_gapless_in_whatever_order_versions_come(order: list[int]) -> None:
    mark, seen = Watermark("org_p"), set[int]()
    for version in order:
        mark = mark.with_seen(version)
        seen.add(version)
        expected = next(n for n in range(1, 40) if n not in seen) - 1
        assert mark.up_to == expected
        assert set(mark.beyond) == {n for n in seen if n > expected}
    assert mark == Watermark("org_p", 29)


@given(st.lists(st.integers(1, 20)))
def test_a_version_seen_twice_counts_once(versions: list[int]) -> None:
    once, twice = Watermark("org_p"), Watermark("org_p")
    for version in versions:
        once = once.with_seen(version)
        twice = twice.with_seen(version).with_seen(version)
    assert once == twice


def test_a_customer_owns_its_messages_once_it_has_confirmed() -> None:
    asked = entry(3)
    asked["data"]["confirmed"] = False
    assert recipient_from(asked, None).owner == "agr_1"
    assert recipient_from(entry(3), None).owner == "org_c"


def test_a_customer_is_told_until_its_agreement_has_ended() -> None:
    recipient = recipient_from(entry(3), None)
    ended = recipient.ended(9, "2026-11-23T10:00:00.000Z")
    assert (recipient.is_told, ended.is_told) == (True, False)
    assert ended.ended_at == "2026-11-23T10:00:00.000Z"


def test_a_recipient_is_what_its_agreement_says() -> None:
    made = entry(3)
    made["data"]["products"] = ["mail"]
    made["private"] = {"contacts": [{"name": "Ida"}], "channels": ["email"], "language": "da"}
    recipient = recipient_from(made, None)
    assert (recipient.contacts, recipient.channels, recipient.products) == (
        ({"name": "Ida"},), ("email",), ("mail",),
    )  # fmt: skip
    assert (recipient.language, recipient.processor) == ("da", {"id": "org_p"})
    assert recipient.history == (TermsPeriod("t30", {"notice_days": 30}, since_version=3),)


def test_a_recipient_whose_entry_lost_its_private_part_has_no_contacts() -> None:
    bare = recipient_from({**entry(3), "private": None}, None)
    assert (bare.contacts, bare.channels, bare.products, bare.language) == ((), (), (), None)


FIRST = {"products": ["Core"], "begins_on": None, "ends_on": None}
OTHER = {"products": ["Mail", "Core"], "begins_on": "2026-11-01", "ends_on": "2027-01-31"}


def test_a_recipient_keeps_what_its_agreement_covers_and_whether_it_may_ask_to_modify() -> None:
    made = entry(3)
    made["data"] |= {"products": ["Core"], "cover": FIRST}
    made["private"] = {"contacts": [{"name": "Ida"}], "channels": ["email"], "language": "da",
                       "modifications": True}  # fmt: skip
    assert recipient_from(made, None) == Recipient(
        "agr_1", {"id": "org_p"}, {"id": "org_c"}, ({"name": "Ida"},), ("email",), ("Core",), 3,
        None, (TermsPeriod("t30", {"notice_days": 30}, 3, None, FIRST),), language="da",
        modifications=True,
    )  # fmt: skip
    assert recipient_from(entry(3), None).modifications is False


def test_other_products_hold_from_their_version_on_with_the_same_terms() -> None:
    made = entry(3)
    made["data"]["cover"] = FIRST
    amended = entry(5, "t10")
    amended["data"]["cover"] = FIRST
    before = recipient_from(amended, recipient_from(made, None))
    terms = {"notice_days": 30}
    history = (TermsPeriod("t30", terms, 3, 5, FIRST), TermsPeriod("t10", terms, 5, 7, FIRST),
               TermsPeriod("t10", terms, 7, None, OTHER))  # fmt: skip
    assert before.covering(7, OTHER) == replace(before, history=history)


def test_a_cover_that_is_set_after_the_end_of_an_agreement_has_no_end_of_its_own() -> None:
    ended = recipient_from(entry(3), None).ended(5, "2026-11-23T10:00:00.000Z")
    assert [each.until_version for each in ended.covering(7, OTHER).history] == [5, None]


@pytest.mark.parametrize(
    ("period", "cover"),
    [
        (None, Cover(("Mail",))),
        ({"key": "t30"}, Cover(("Mail",))),
        ({"key": "t30", "cover": None}, Cover(("Mail",))),
        ({"key": "t30", "cover": FIRST}, Cover(("Core",))),
        (
            {"key": "t30", "cover": OTHER},
            Cover(("Core", "Mail"), date(2026, 11, 1), date(2027, 1, 31)),
        ),
    ],
)
def test_an_agreement_covers_what_its_period_says_else_its_products_for_ever(
    period: dict[str, Any] | None, cover: Cover
) -> None:
    assert cover_of(period, ["Mail"]) == cover
