"""Filters, and a pause, never drop law: the notice goes by the next channel of its agreement."""

from __future__ import annotations

from typing import Any

import pytest

from services.notices.model.escalation import FIRST_CHECK
from services.notices.use_cases import endpoints
from tests.integration.notices.post import PERSONS, MailWorld

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IDA = PERSONS[0]["email"]
ENTRY = {"id": "sub_mail", "legal_name": "Mail Inc.", "country": "US", "products": ["Core"]}


def with_endpoint(it: MailWorld, *channels: str, **filters: Any) -> str:
    it.agreement("nordbo", 1, *channels, contacts=PERSONS)
    return it.world.endpoint("nordbo", **filters)[0]


def announce(it: MailWorld) -> None:
    it.announce("chg_1", 1, sub_processor=ENTRY, materiality=["new_entity", "new_country"])
    it.settle()


@pytest.mark.parametrize(
    "filters",
    [
        {"event_types": ["agreement.*"]},
        {"materiality": ["ai_use"]},
        {"products": ["Helpdesk"]},
        {"processors": ["another-vendor"]},
    ],
)
def test_a_notice_that_no_endpoint_lets_through_goes_by_mail(
    by_mail: MailWorld, filters: dict[str, Any]
) -> None:
    with_endpoint(by_mail, "webhook", **filters)
    announce(by_mail)
    assert by_mail.world.receiver.got == []
    assert [each.recipient for each in by_mail.post.got] == [IDA]
    assert "unreached_at" not in by_mail.notice("nordbo")


@pytest.mark.parametrize(
    "filters",
    [
        {"event_types": ["sub_processor.*"]},
        {"materiality": ["new_country"]},
        {"products": ["Core", "Helpdesk"]},
    ],
)
def test_one_that_passes_goes_to_the_endpoint_alone(
    by_mail: MailWorld, filters: dict[str, Any]
) -> None:
    with_endpoint(by_mail, "webhook", **filters)
    announce(by_mail)
    assert [each.json["data"]["change_id"] for each in by_mail.world.receiver.got] == ["chg_1"]
    assert by_mail.post.got == []


def test_what_becomes_of_a_change_passes_the_filters_that_its_notice_passed(
    by_mail: MailWorld,
) -> None:
    with_endpoint(by_mail, "webhook", materiality=["new_country"])
    by_mail.world.endpoint("nordbo", url=f"{by_mail.world.receiver.url}/other", products=["X"])
    announce(by_mail)
    by_mail.world.tell(by_mail.world.ledger.change("chg_1", 1, "withdrawn", materiality=[]))
    by_mail.settle()
    assert [(each.path, each.json["type"]) for each in by_mail.world.receiver.got] == [
        ("/nordbo", "sub_processor.change.announced"),
        ("/nordbo", "sub_processor.change.withdrawn"),
    ]


def test_it_does_so_where_both_came_in_one_post(by_mail: MailWorld) -> None:
    with_endpoint(by_mail, "webhook", materiality=["ai_use"])
    ledger = by_mail.world.ledger
    announced = ledger.change("chg_1", 1)
    by_mail.world.tell(announced, ledger.change("chg_1", 1, "withdrawn", materiality=[]))
    by_mail.settle()
    assert by_mail.world.receiver.got == []


def test_without_anybody_else_it_is_unreached_and_not_silently_filtered(
    by_mail: MailWorld,
) -> None:
    by_mail.agreement("nordbo", 1, "webhook", contacts=[])
    by_mail.world.endpoint("nordbo", products=["Helpdesk"])
    announce(by_mail)
    assert by_mail.notice("nordbo")["unreached_reason"] == "no_contact"


def test_while_an_endpoint_is_paused_a_notice_goes_by_mail_and_is_kept_for_it(
    by_mail: MailWorld,
) -> None:
    paused = with_endpoint(by_mail, "webhook")
    deps = by_mail.world.deps
    endpoints.pause(deps, "org_nordbo", paused)
    announce(by_mail)
    assert by_mail.world.receiver.got == []
    by_mail.world.clock.ahead += FIRST_CHECK
    by_mail.settle()
    assert [each.recipient for each in by_mail.post.got] == [IDA]
    assert {each["state"] for each in by_mail.world.deliveries(change_id="chg_1")} == {"held"}

    endpoints.resume(deps, "org_nordbo", paused)
    by_mail.settle()
    assert [each.json["data"]["change_id"] for each in by_mail.world.receiver.got] == ["chg_1"]
