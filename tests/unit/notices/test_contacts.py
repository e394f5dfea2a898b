"""Whom a vendor writes to, line by line of golden_contacts.txt; and whom in general."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.notices.model.contacts import (
    Contact,
    Named,
    contacts_in_general,
    customer_of,
    owner_among,
)
from services.notices.model.recipients import Recipient, TermsPeriod
from services.notices.model.stored import StoredAddress, StoredOffer

TABLE = Path(__file__).with_name("golden_contacts.txt")
CASES = [
    [cell.strip() for cell in line.split("|")]
    for line in TABLE.read_text().splitlines()
    if line and not line.startswith("#")
]
ROOM: StoredAddress = {"id": "adr_1", "form": "slack", "shown": "https://x/…", "sealed": b""}


def persons(cell: str) -> list[Contact]:
    names = [] if cell == "-" else cell.split(", ")
    return [{"name": name, "email": f"{name.lower()}@nordbo.example"} for name in names]


def named(cell: str, apart: str = "-") -> Named | None:
    if cell == "-":
        return None
    # What is kept for another vendor stands beside it in every case.
    by_processor = {"org_other": persons("Other")}
    by_processor |= {} if apart == "-" else {"org_vendor": persons(apart)}
    return Named(persons(cell), {"chat": ROOM}, by_processor)


def recipient(cell: str, **more: Any) -> Recipient | None:
    return None if cell == "-" else binding(cell, **more)


def binding(cell: str, **more: Any) -> Recipient:
    it = Recipient(
        agreement_id="agr_1",
        processor={"id": "org_vendor"},
        controller={"id": "org_nordbo"},
        contacts=tuple(persons(cell)),
        channels=("email",),
        products=(),
        since_version=1,
        until_version=None,
        history=(TermsPeriod("key", {}, 1),),
        language="da",
    )
    return replace(it, **more)


def offer(cell: str) -> StoredOffer | None:
    if cell == "-":
        return None
    return {
        "_id": "agr_1",
        "controller_id": "org_nordbo",
        "processor_id": "org_vendor",
        "contacts": persons(cell),
        "channels": ["webhook"],
        "language": "sv",
        "offered_at": datetime(2026, 11, 30, tzinfo=UTC),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[-1])
def test_the_right_persons_are_written_to(case: list[str]) -> None:
    own, apart, agreed, offered, contacts, room, _ = case
    customer = customer_of(named(own, apart), recipient(agreed), offer(offered))
    assert list(customer.contacts) == persons(contacts)
    assert list(customer.addresses) == ([] if room == "-" else ["chat"])


def test_channels_and_language_are_those_of_what_binds() -> None:
    both = customer_of(named("Kim"), recipient("Ida"), offer("Bo"))
    assert (both.channels, both.language) == (("email",), "da")
    offered = customer_of(named("Kim"), None, offer("Bo"))
    assert (offered.channels, offered.language) == (["webhook"], "sv")


def test_the_contacts_of_whom_the_agreement_belongs_to_count() -> None:
    assert owner_among(recipient("Ida"), None) == "org_nordbo"
    assert owner_among(recipient("Ida", confirmed=False), offer("Bo")) == "agr_1"
    assert owner_among(None, offer("Bo")) == "org_nordbo"
    assert owner_among(None, None) is None


def test_in_general_every_agreement_that_binds_is_asked_once() -> None:
    ended = binding("Old", until_version=4)
    agreements = [binding("Ida"), binding("Ida, Bo"), ended]
    assert contacts_in_general(None, agreements) == persons("Ida, Bo")
    assert contacts_in_general(named("Kim"), agreements) == persons("Kim")


def test_an_offer_of_before_vendors_were_kept_goes_to_the_general_contacts() -> None:
    before = offer("Bo")
    assert before
    del before["processor_id"]
    assert list(customer_of(named("Kim", "Una"), None, before).contacts) == persons("Kim")


def test_everybody_is_known_to_the_customer_alone() -> None:
    both = named("Kim", "Una")
    assert both
    assert both.everybody == persons("Kim, Other, Una")
