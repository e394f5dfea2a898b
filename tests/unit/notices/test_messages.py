"""A body is put together from unchanging pieces, bounded, in the shape of the contract."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notices.model.entries import LARGEST_BODY, event_from, message_event
from services.notices.model.messages import (
    Event,
    ToldChange,
    attempt_id,
    body_of,
    delivery_id,
    extra_text,
    least_id,
    moment_of,
    notice_id,
    ordered_id,
)
from shared.scope import ANY_COVER, Cover, Scope, Side

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
    body = json.loads(body_of(event, extra))
    assert body["type"] == "sub_processor.change.announced"
    assert body["timestamp"] == "2026-11-22T13:00:00.000Z"
    assert body["data"]["sequence"] == 42
    assert body["data"]["notice"] == {"id": "ntc_1"}
    assert body["data"]["links"]["page"] == "https://art28.example/p/vendor"
    assert "internal" not in body["data"]


def test_a_body_without_a_part_of_its_own_is_valid_too() -> None:
    event = message_event("evt_1", "webhook.test", "2026-11-22T13:00:00Z", {"endpoint_id": "w"})
    assert json.loads(body_of(event, ""))["data"] == {"endpoint_id": "w"}


@given(st.text(max_size=20_000), st.integers(0, 200))
def test_no_text_however_long_makes_a_body_too_large(reason: str, places: int) -> None:
    locations = [{"country": "US", "n": "x" * 99}] * places
    entry = {"id": "sub_1", "legal_name": "M", "locations": locations}
    event = event_from(announced(reason=reason, sub_processor=entry), "https://art28.example")
    assert event is not None
    extra = extra_text({"agreement_id": "agr_1" * 10, "notice": {"id": "ntc" * 20}})
    body = body_of(event, extra)
    assert len(body) < LARGEST_BODY
    assert json.loads(body)["data"]["change_id"] == "chg_1"


def test_unknown_terms_get_the_latest_deadline() -> None:
    event = event_from(announced(), "https://art28.example")
    assert event is not None
    assert event.group("t10").objection_deadline == "2026-11-28"
    assert event.group("never heard of").objection_deadline == "2026-12-07"


def test_of_unknown_terms_a_group_without_a_deadline_is_not_the_latest() -> None:
    it = announced()
    it["private"]["groups"].insert(0, {"key": "t0", "given_on": "2026-11-23"})
    event = event_from(it, "https://art28.example")
    assert event is not None
    assert event.group(None).objection_deadline == "2026-12-07"


def test_ids_are_made_alike_for_ever_because_what_is_stored_is_found_by_them() -> None:
    """22 November 2026, 13:00 UTC is 1795352400000 milliseconds, in hexadecimal 1a203579080."""
    message = f"msg_01a203579080{digest('msg', 'evt', 'agr')}"
    assert ordered_id("msg", NOW, "evt", "agr") == message
    assert delivery_id(message, "whe_1") == f"dlv_01a203579080{digest(message, 'whe_1')}"


def digest(*parts: str) -> str:
    """The first 96 bits of SHA-256, with the parts set apart by the separator of ASCII."""
    return hashlib.sha256(b"\x1f".join(part.encode() for part in parts)).hexdigest()[:24]


def test_a_message_without_a_part_of_its_own_adds_nothing() -> None:
    assert extra_text({}) == ""


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


def test_an_id_gives_back_its_moment() -> None:
    made = ordered_id("msg", NOW + timedelta(milliseconds=7), "evt", "agr")
    assert moment_of(made) == NOW + timedelta(milliseconds=7)
    assert moment_of(delivery_id(made, "whe_1")) == NOW + timedelta(milliseconds=7)


@pytest.mark.parametrize("text", ["", "msg_", "msg_nonsense0000", "msg_ffffffffffff"])
def test_an_id_without_a_moment_has_none(text: str) -> None:
    assert moment_of(text) is None


def test_each_agreement_has_one_notice_of_a_change() -> None:
    once = notice_id("chg_1", "agr_1")
    assert once == notice_id("chg_1", "agr_1")
    assert re.fullmatch("ntc_[0-9a-f]{32}", once)
    assert len({once, notice_id("chg_2", "agr_1"), notice_id("chg_1", "agr_2")}) == 3


def test_each_claim_makes_one_attempt() -> None:
    delivery = delivery_id(ordered_id("msg", NOW, "evt", "agr"), "whe_1")
    assert attempt_id(delivery, "clm_000000000001") == f"att_{delivery[16:]}000000000001"


@pytest.mark.parametrize(
    ("kind", "notice", "for_all", "follow_up"),
    [
        ("sub_processor.change.announced", True, True, False),
        ("sub_processor.change.emergency", True, True, False),
        ("sub_processor.change.withdrawn", False, False, True),
        ("sub_processor.change.in_effect", False, False, True),
        ("transfer.basis_ending", False, True, False),
        ("transfer.basis_lost", False, True, False),
        ("agreement.offered", False, False, False),
    ],
)
def test_whom_an_event_is_for(kind: str, notice: bool, for_all: bool, follow_up: bool) -> None:
    event = message_event("evt_1", kind, "2026-11-22T13:00:00Z", {})
    assert (event.is_notice, event.is_for_all, event.is_follow_up) == (notice, for_all, follow_up)


CORE, MAIL = Cover(("Core",)), Cover(("Mail",))
# Of an entry that serves Core, and never the customer org_x.
OF_CORE = Scope(date(2026, 12, 24), (Side(("Core",), ("org_x",)),))
OF_MAIL = Scope(date(2026, 12, 24), (Side(("Mail",)),))


@pytest.mark.parametrize(
    ("scope", "cover", "customer", "is_told"),
    [
        (None, CORE, "org_c", True),
        (OF_CORE, CORE, "org_c", True),
        (OF_CORE, ANY_COVER, "org_c", True),
        (OF_CORE, MAIL, "org_c", False),
        (OF_CORE, CORE, "org_x", False),
    ],
)
def test_a_customer_is_told_of_what_touches_its_agreement(
    scope: Scope | None, cover: Cover, customer: str, is_told: bool
) -> None:
    event = message_event("evt_1", "transfer.basis_lost", "2026-11-22T13:00:00Z", {}, scope=scope)
    assert event.concerns(cover, customer) is is_told


@pytest.mark.parametrize(
    ("cover", "customer", "told"),
    [
        (CORE, "org_c", ("chg_1", "chg_3")),
        (MAIL, "org_c", ("chg_2", "chg_3")),
        (CORE, "org_x", ("chg_3",)),
        (ANY_COVER, "org_c", ("chg_1", "chg_2", "chg_3")),
    ],
)
def test_of_several_changes_a_customer_is_told_of_those_that_touch_its_agreement(
    cover: Cover, customer: str, told: tuple[str, ...]
) -> None:
    scopes = {"chg_1": OF_CORE, "chg_2": OF_MAIL, "chg_3": None}
    assert several(**scopes).changes_for(cover, customer) == told


def test_where_none_of_several_changes_touches_an_agreement_no_change_is_hidden() -> None:
    event = several(chg_1=OF_CORE, chg_4=OF_CORE)
    assert event.changes_for(MAIL, "org_c") == ("chg_1", "chg_4")


@pytest.mark.parametrize(("change_id", "ids"), [("chg_1", ("chg_1",)), (None, ())])
def test_an_event_of_one_change_or_of_none_is_about_that(
    change_id: str | None, ids: tuple[str, ...]
) -> None:
    event = message_event("evt_1", "webhook.test", "2026-11-22T13:00:00Z", {}, change_id=change_id)
    assert event.change_ids == ids
    assert event.changes_for(CORE, "org_c") == ids


def test_an_event_of_several_changes_is_about_all_of_them() -> None:
    assert several(chg_1=OF_CORE, chg_2=None).change_ids == ("chg_1", "chg_2")


def several(**scopes: Scope | None) -> Event:
    changes = tuple(ToldChange(name, "{}", scope) for name, scope in scopes.items())
    return message_event(
        "evt_1",
        "sub_processor.change.announced",
        "2026-11-22T13:00:00Z",
        {},
        change_id="chg_1",
        changes=changes,
    )


@pytest.mark.parametrize(
    ("owner", "by_mail", "mailed"),
    [
        ("vendor:org_v", True, True),
        ("vendor:org_v", False, False),
        ("org_c", True, False),
        (None, True, False),
    ],
)
def test_a_vendor_alone_is_told_by_its_own_mail(
    owner: str | None, by_mail: bool, mailed: bool
) -> None:
    event = message_event(
        "evt_1",
        "objection.received",
        "2026-11-22T13:00:00Z",
        {},
        controller_id=owner,
        by_mail=by_mail,
    )
    assert event.is_mailed_to_vendor is mailed
