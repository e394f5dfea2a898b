"""A body is put together from unchanging pieces, bounded, in the shape of the contract."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.notices.model.entries import LARGEST_BODY, event_from, message_event
from services.notices.model.messages import (
    body_of,
    delivery_id,
    extra_text,
    least_id,
    ordered_id,
)

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


def announced(**more: Any) -> dict[str, Any]:
    data = {
        "change_id": "chg_1",
        "kind": "add",
        "materiality": ["new_entity"],
        "processor": {"id": "org_p", "slug": "vendor", "legal_name": "V"},
        "sub_processor": {"id": "sub_1", "legal_name": "Mail Inc.", "country": "US"},
        "previous": None,
        "reason": "Because",
        "effective_on": "2026-12-24",
        "internal": "not for customers",
        **more,
    }
    groups = [
        {"key": "t30", "given_on": "2026-11-23", "objection_deadline": "2026-12-07"},
        {"key": "t10", "given_on": "2026-11-23", "objection_deadline": "2026-11-28"},
    ]
    return {
        "stream": "processor:org_p",
        "sequence": 42,
        "type": "sub_processor.change.announced",
        "at": "2026-11-22T13:00:00.000Z",
        "data": data,
        "private": {"recipients_version": 7, "groups": groups},
    }


def test_it_works() -> None:
    event = event_from(announced(), "https://art28.example")
    assert event is not None
    extra = extra_text({"agreement_id": "agr_1", "notice": {"id": "ntc_1"}})
    body = json.loads(body_of(event.head, extra, event.tail))
    assert body["type"] == "sub_processor.change.announced"
    assert body["timestamp"] == "2026-11-22T13:00:00.000Z"
    assert body["data"]["sequence"] == 42
    assert body["data"]["notice"] == {"id": "ntc_1"}
    assert body["data"]["links"]["page"] == "https://art28.example/p/vendor"
    assert "internal" not in body["data"]


def test_a_body_without_a_part_of_its_own_is_valid_too() -> None:
    event = message_event("evt_1", "webhook.test", "2026-11-22T13:00:00Z", {"endpoint_id": "w"})
    assert json.loads(body_of(event.head, "", event.tail))["data"] == {"endpoint_id": "w"}


@given(st.text(max_size=20_000), st.integers(0, 200))
def test_no_text_however_long_makes_a_body_too_large(reason: str, places: int) -> None:
    locations = [{"country": "US", "n": "x" * 99}] * places
    entry = {"id": "sub_1", "legal_name": "M", "locations": locations}
    event = event_from(announced(reason=reason, sub_processor=entry), "https://art28.example")
    assert event is not None
    extra = extra_text({"agreement_id": "agr_1" * 10, "notice": {"id": "ntc" * 20}})
    body = body_of(event.head, extra, event.tail)
    assert len(body) < LARGEST_BODY
    assert json.loads(body)["data"]["change_id"] == "chg_1"


def test_unknown_terms_get_the_latest_deadline() -> None:
    event = event_from(announced(), "https://art28.example")
    assert event is not None
    assert event.group("t10").objection_deadline == "2026-11-28"
    assert event.group("never heard of").objection_deadline == "2026-12-07"


def test_types_customers_are_not_told_of_make_no_event() -> None:
    for kind in ("register.adopted", "agreement.drafted", "something.new"):
        assert event_from({**announced(), "type": kind}, "https://art28.example") is None


def test_ids_sort_by_their_moment_and_repeat_for_the_same_parts() -> None:
    first, second = (ordered_id("msg", NOW + timedelta(seconds=n), "evt", "agr") for n in (0, 1))
    assert first < second
    assert first == ordered_id("msg", NOW, "evt", "agr")
    assert least_id("msg", NOW) <= first < least_id("msg", NOW + timedelta(seconds=1))
    assert "." not in first
    assert delivery_id(first, "whe_1") < delivery_id(second, "whe_1")
    assert delivery_id(first, "whe_1") != delivery_id(first, "whe_2")
