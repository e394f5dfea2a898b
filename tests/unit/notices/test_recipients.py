"""Who is told, and how far that is known."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.notices.model.recipients import (
    Recipient,
    TermsPeriod,
    Watermark,
    period_at,
    recipient_from,
)


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
