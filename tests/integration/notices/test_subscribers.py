"""Those who follow a public register hear what customers are told, never sooner."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from bson import encode

from services.notices import tasks
from services.notices.channels.email.dsn import Report
from services.notices.use_cases import bounces, subscribers
from services.notices.use_cases.visits import AskedTooOften, MailOff
from tests.integration.notices.post import MailWorld, always
from tests.integration.notices.test_retention import finish
from tests.integration.notices.world import VENDOR, settings

ADA, BO = "ada@example.com", "bo@example.org"
LINK = re.compile(r"/subscriptions/confirm/(\w+)")
END = re.compile(r"/subscriptions/([\w.-]+)>")


def ask(it: MailWorld, email: str = ADA, **more: Any) -> None:
    body = {"processor": VENDOR, "email": email, "topic": "coming", "product": None,
            "language": "en", "network": "192.0.2.1", **more}  # fmt: skip
    subscribers.ask(it.world.deps, body)


def link_to(it: MailWorld, email: str = ADA) -> str:
    """The token of the last link that this address was mailed."""
    it.send()
    found = LINK.search(it.post.to(email)[-1].text)
    assert found
    return found[1]


def subscribe(it: MailWorld, email: str = ADA, **more: Any) -> None:
    ask(it, email, **more)
    assert subscribers.confirm(it.world.deps, link_to(it, email)) == "confirmed"
    it.post.got.clear()


def end_token(it: MailWorld, email: str = ADA) -> str:
    found = END.search(it.post.to(email)[-1].mail["List-Unsubscribe"])
    assert found
    return found[1]


def headlines(it: MailWorld, email: str = ADA) -> list[str]:
    return [str(each.mail["Subject"]) for each in it.post.to(email)]


def test_an_address_hears_nothing_until_its_owner_confirms(by_mail: MailWorld) -> None:
    ask(by_mail)
    link_to(by_mail)
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    assert headlines(by_mail) == ["Confirm: hear of changes at TempusServa ApS"]


def test_a_confirmed_subscriber_hears_of_a_change_with_a_way_to_end_it(by_mail: MailWorld) -> None:
    subscribe(by_mail)
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    got = by_mail.post.one()
    assert got.recipient == ADA
    assert got.mail["Subject"] == "TempusServa ApS: New sub-processor: Mail Inc., United States"
    assert "/p/tempus-serva/changes/chg_1" in got.text
    assert got.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(got.mail["List-Unsubscribe"]).strip("<>") in got.text
    assert got.mail["Reply-To"] == "TempusServa ApS <privacy@vendor.example>"
    [row] = by_mail.mails(kind="subscriber_news")
    assert [each["status"] for each in row["attempts"]] == [250]


@pytest.mark.parametrize("language", ["da", "sv"])
def test_a_subscriber_reads_the_language_of_the_page(by_mail: MailWorld, language: str) -> None:
    subscribe(by_mail, language=language)
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    assert by_mail.post.one().mail["Content-Language"] == language


def test_what_follows_a_change_stands_in_its_thread(by_mail: MailWorld) -> None:
    subscribe(by_mail, topic="all")
    subscribe(by_mail, BO)
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    by_mail.announce("chg_1", 0, kind="withdrawn")
    by_mail.announce("chg_2", 0)
    by_mail.announce("chg_2", 0, kind="in_effect")
    by_mail.settle()
    assert any("withdrawn" in each for each in headlines(by_mail, BO))
    assert not any("in effect" in each for each in headlines(by_mail, BO))
    first, *_ = by_mail.post.to(ADA)
    later = [each.mail for each in by_mail.post.to(ADA) if "withdrawn" in each.mail["Subject"]]
    assert [each["In-Reply-To"] for each in later] == [first.mail["Message-ID"]]
    assert any("in effect" in each for each in headlines(by_mail))


def test_a_change_that_was_not_told_before_is_not_told_as_withdrawn(by_mail: MailWorld) -> None:
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    subscribe(by_mail)
    by_mail.announce("chg_1", 0, kind="withdrawn")
    by_mail.settle()
    assert by_mail.post.got == []


def test_nothing_of_a_register_that_is_not_public_is_mailed(by_mail: MailWorld) -> None:
    subscribe(by_mail)
    by_mail.announce("chg_1", 0, processor={**VENDOR, "published": False})
    by_mail.settle()
    assert by_mail.post.got == []


def test_subscribers_wait_until_customers_have_been_told(by_mail: MailWorld) -> None:
    subscribe(by_mail)
    # One customer was counted of whom notices has not heard yet.
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    assert by_mail.post.got == []
    by_mail.agreement("nordbo", 1, "email", contacts=[{"email": "ida@nordbo.example"}])
    by_mail.world.clock.ahead += timedelta(seconds=1)
    by_mail.settle()
    assert {each.recipient for each in by_mail.post.got} == {ADA, "ida@nordbo.example"}


def test_a_product_narrows_what_is_heard(by_mail: MailWorld) -> None:
    subscribe(by_mail, product="Core")
    subscribe(by_mail, BO, product="Mail")
    entry = {"id": "sub_1", "legal_name": "Core Ltd", "country": "IE", "products": ["Core"]}
    by_mail.announce("chg_1", 0, sub_processor=entry)
    by_mail.settle()
    assert by_mail.post.one().recipient == ADA


def test_unsubscribed_an_address_is_erased_with_its_mails(by_mail: MailWorld) -> None:
    subscribe(by_mail)
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    token = end_token(by_mail)
    assert [subscribers.end(by_mail.world.deps, token) for _ in range(2)] == ["ended", "ended"]
    assert all(ADA.encode() not in encode(row) for row in everything(by_mail))
    by_mail.post.got.clear()
    by_mail.announce("chg_2", 0)
    by_mail.settle()
    assert by_mail.post.got == []


def everything(it: MailWorld) -> list[dict[str, Any]]:
    return [row for name in ("subscribers", "mails", "visits") for row in it.world.rows(name)]


def test_links_that_were_not_made_here_are_unknown(by_mail: MailWorld) -> None:
    subscribe(by_mail)
    [row] = by_mail.world.rows("subscribers")
    deps = by_mail.world.deps
    assert subscribers.end(deps, f"{row['_id']}.AAAA") == "unknown"
    assert subscribers.end(deps, "") == subscribers.confirm(deps, "") == "unknown"
    assert by_mail.world.rows("subscribers") == [row]


def test_a_link_confirms_once_and_for_two_days(by_mail: MailWorld) -> None:
    ask(by_mail)
    token = link_to(by_mail)
    by_mail.world.clock.ahead += timedelta(days=2)
    assert subscribers.confirm(by_mail.world.deps, token) == "expired"
    ask(by_mail)
    fresh = link_to(by_mail)
    assert [subscribers.confirm(by_mail.world.deps, fresh) for _ in range(2)] == [
        "confirmed",
        "unknown",
    ]


def test_only_the_hash_of_a_link_is_kept(by_mail: MailWorld) -> None:
    ask(by_mail)
    token = link_to(by_mail).encode()
    assert all(token not in encode(row) for row in everything(by_mail))


def test_asking_again_changes_nothing_until_it_is_confirmed(by_mail: MailWorld) -> None:
    subscribe(by_mail, topic="all")
    by_mail.world.clock.ahead += timedelta(hours=1)
    ask(by_mail, product="Mail")
    [row] = by_mail.world.rows("subscribers")
    assert (row["wish"]["topic"], row["wish"]["product"]) == ("all", None)
    subscribers.confirm(by_mail.world.deps, link_to(by_mail))
    [row] = by_mail.world.rows("subscribers")
    assert (row["wish"]["topic"], row["wish"]["product"]) == ("coming", "Mail")


def test_an_address_gets_few_links_whoever_asks(by_mail: MailWorld) -> None:
    for number in range(9):
        ask(by_mail, processor={**VENDOR, "id": f"org_{number}"}, network=f"192.0.2.{number}")
        ask(by_mail, processor={**VENDOR, "id": f"org_{number}"}, network=f"192.0.2.{number}")
    by_mail.send()
    assert len(by_mail.post.got) == 5


def test_a_network_asks_so_often_an_hour_and_is_not_kept(by_mail: MailWorld) -> None:
    for number in range(20):
        ask(by_mail, f"a{number}@example.com", network="192.0.2.7")
    with pytest.raises(AskedTooOften):
        ask(by_mail, BO, network="192.0.2.7")
    ask(by_mail, BO, network="192.0.2.8")
    assert all(b"192.0.2" not in encode(row) for row in everything(by_mail))
    by_mail.world.clock.ahead += timedelta(hours=1)
    ask(by_mail, "c@example.com", network="192.0.2.7")


def test_an_address_that_refuses_is_forgotten(by_mail: MailWorld) -> None:
    subscribe(by_mail)
    by_mail.post.to_recipient = always("550 5.1.1 no such user")
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    assert by_mail.world.rows("subscribers") == by_mail.world.rows("bounced_addresses") == []
    assert all(ADA.encode() not in encode(row) for row in everything(by_mail))


@pytest.mark.parametrize(("status", "left"), [("5.1.1", 0), ("4.2.2", 1)])
def test_a_bounce_for_good_ends_it(by_mail: MailWorld, status: str, left: int) -> None:
    subscribe(by_mail)
    by_mail.announce("chg_1", 0)
    by_mail.settle()
    [row] = by_mail.mails(kind="subscriber_news")
    report = Report(ADA, "failed", status, "", row["bounce_id"])
    assert bounces.receive(by_mail.world.deps, [report], by_address=False) == 1
    assert len(by_mail.world.rows("subscribers")) == left
    assert any(ADA.encode() in encode(row) for row in everything(by_mail)) == bool(left)


def test_what_nobody_confirmed_is_gone_after_a_week(by_mail: MailWorld) -> None:
    subscribe(by_mail, BO)
    ask(by_mail)
    by_mail.send()
    upkeep = tasks.make_retention(settings(), by_mail.world.deps.stores, by_mail.world.clock)
    by_mail.world.clock.ahead += timedelta(days=8)
    finish(upkeep)
    assert [row["email"] for row in by_mail.world.rows("subscribers")] == [BO]
    assert all(ADA.encode() not in encode(row) for row in everything(by_mail))


def test_a_register_that_stays_private_loses_its_subscribers(by_mail: MailWorld) -> None:
    subscribe(by_mail)
    page = {"processor": VENDOR, "on": str(date(2026, 11, 23))}
    upkeep = tasks.make_retention(settings(), by_mail.world.deps.stores, by_mail.world.clock)
    for kind, days, left in (("unpublished", 29, 1), ("published", 2, 1), ("unpublished", 31, 0)):
        stream = f"processor:{VENDOR['id']}"
        by_mail.world.tell(by_mail.world.ledger.entry(stream, f"register.{kind}", page))
        by_mail.world.clock.ahead += timedelta(days=days)
        finish(upkeep)
        assert len(by_mail.world.rows("subscribers")) == left


def test_without_a_mail_server_nobody_is_promised_a_mail(world_without_mail: MailWorld) -> None:
    with pytest.raises(MailOff):
        ask(world_without_mail)
    assert world_without_mail.world.rows("subscribers") == []
