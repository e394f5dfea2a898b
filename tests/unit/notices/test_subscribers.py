"""Who hears of what by subscription, as a table; and the link that ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices import events
from services.notices.model.answer_links import LONGEST_TOKEN, LinkInvalid
from services.notices.model.channels import no_link
from services.notices.model.messages import Event
from services.notices.model.stored import StoredWish
from services.notices.model.subscribers import (
    ASK_AGAIN,
    MOST_REGISTERS_A_DAY,
    EndLinks,
    end_links_of,
    may_be_mailed,
    subscriber_id,
    wants,
)
from tests import builders

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
EVENT = Event("evt_1", "", "2026-11-30T12:00:00Z", {"id": "org_1"}, "", "")
LINKS = EndLinks("https://art28.example", b"k" * 32)
ENDS = "https://art28.example/p/nordlys/subscriptions/"


@pytest.mark.parametrize(
    ("kind", "topic", "was_told", "hears"),
    [
        (events.CHANGE_ANNOUNCED, "coming", False, True),
        (events.CHANGE_ANNOUNCED, "all", False, True),
        (events.CHANGE_EMERGENCY, "coming", False, True),
        (events.CHANGE_EMERGENCY, "all", False, True),
        (events.CHANGE_WITHDRAWN, "coming", True, True),
        (events.CHANGE_WITHDRAWN, "coming", False, False),
        (events.CHANGE_WITHDRAWN, "all", False, True),
        (events.CHANGE_IN_EFFECT, "coming", True, False),
        (events.CHANGE_IN_EFFECT, "all", False, True),
    ],
)
def test_a_topic_says_what_is_heard(kind: str, topic: str, was_told: bool, hears: bool) -> None:
    wish: StoredWish = {"topic": topic, "product": None, "language": "en"}
    assert wants(wish, replace(EVENT, type=kind), was_told=was_told) is hears


@pytest.mark.parametrize(
    ("product", "of_change", "hears"),
    [
        (None, ("Core",), True),
        ("Core", ("Core", "Mail"), True),
        ("Core", ("Mail",), False),
        ("Core", (), True),  # About all products.
    ],
)
def test_a_product_leaves_out_changes_of_others(
    product: str | None, of_change: tuple[str, ...], hears: bool
) -> None:
    wish: StoredWish = {"topic": "all", "product": product, "language": "en"}
    event = replace(EVENT, type=events.CHANGE_ANNOUNCED, products=of_change)
    assert wants(wish, event, was_told=False) is hears


@pytest.mark.parametrize(
    ("before", "registers", "mailed"),
    [
        (None, 0, True),
        (None, MOST_REGISTERS_A_DAY - 1, True),
        (None, MOST_REGISTERS_A_DAY, False),
        (ASK_AGAIN, 1, True),
        (ASK_AGAIN - timedelta(milliseconds=1), 1, False),
    ],
)
def test_an_address_gets_so_many_links(
    before: timedelta | None, registers: int, mailed: bool
) -> None:
    asked_at = NOW - before if before is not None else None
    assert may_be_mailed(asked_at, registers, NOW) is mailed


def token(links: EndLinks, name: str = "sbr_1") -> str:
    return links.url("nordlys", name).removeprefix(ENDS)


def test_a_link_names_its_subscriber_and_outlives_a_new_key() -> None:
    assert LINKS.read(token(LINKS)) == "sbr_1"
    renewed = EndLinks(LINKS.origin, b"n" * 32, (LINKS.key,))
    assert renewed.read(token(LINKS)) == "sbr_1"
    assert token(renewed) != token(LINKS)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "sbr_1",
        "sbr_1.",
        token(LINKS)[:-1],
        token(LINKS).replace("sbr_1", "sbr_2"),
        token(EndLinks(LINKS.origin, b"x" * 32)),
        f"{token(LINKS)}é",
        "x" * (LONGEST_TOKEN + 1),
    ],
)
def test_a_link_that_was_not_made_here_is_refused(wrong: str) -> None:
    with pytest.raises(LinkInvalid):
        LINKS.read(wrong)


def test_the_longest_link_that_can_be_is_read() -> None:
    name = "s" * (LONGEST_TOKEN - len(token(LINKS, "")))
    assert LINKS.read(token(LINKS, name)) == name


def test_a_subscriber_is_one_address_at_one_register() -> None:
    assert subscriber_id("org_1", "a") == subscriber_id("org_1", "a")
    # An update must not change it, or those who want no more are asked again.
    assert subscriber_id("org_1", "ida@nordbo.test") == "sbr_dxlqx6c2klmhn2plvo447ssuuiekeopd"
    assert len({subscriber_id(*it) for it in (("org_1", "a"), ("org_2", "a"), ("org_1", "b"))}) == 3


def test_links_are_made_with_the_keys_of_the_installation() -> None:
    keys: dict[str, Any] = {"secrets_key": b"n" * 32, "older_secrets_keys": (LINKS.key,)}
    common = replace(builders.common_settings("mongodb://localhost", "x", LINKS.origin), **keys)
    made = end_links_of(common)
    assert made == EndLinks(LINKS.origin, b"n" * 32, (LINKS.key,))
    assert made.read(token(LINKS)) == "sbr_1"


def test_only_a_mail_to_a_subscriber_has_a_link_to_end() -> None:
    assert no_link("nordlys", "sbr_1") == ""
