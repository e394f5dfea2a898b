"""A vendor learns at once that mails to where it reads answers come back, and announces all the
same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notices.channels.email.dsn import reports
from services.notices.mail import personal
from services.notices.model.owners import vendor
from services.notices.use_cases import bounces, endpoints, evidence
from shared.auth import Caller
from shared.errors import Unavailable
from shared.pagination import PageRequest
from tests.integration.notices.post import PERSONS, VENDOR_MAIL, MailWorld
from tests.integration.notices.test_digests import three_unreached
from tests.integration.notices.test_escalating import bounce_of
from tests.integration.notices.world import VENDOR

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ANSWERS = "answers@vendor.example"
OWNER = {"name": "Ole Ravn", "email": "ole@vendor.example", "language": "da"}
SAID = "sends mails back"


def probe(it: MailWorld, number: int = 1, **more: Any) -> None:
    """The mail by which identity has an address proved."""
    mail = {
        "id": f"mai_{number}", "kind": "address_probe", "language": "en",
        "to": {"name": "Vendor ApS", "email": ANSWERS},
        "url": "https://art28.example/identity/notice-address/t",
        "expires_at": it.world.clock() + timedelta(days=3),
        "data": {"organisation": "Vendor ApS", "vendor": dict(VENDOR)}, **more,
    }  # fmt: skip
    personal.take(it.world.deps, mail)
    it.send()


def comes_back(it: MailWorld, address: str) -> None:
    report = bounce_of(it.post.to(address)[-1].mail).replace(
        b"ida@nordbo.example", address.encode()
    )
    assert bounces.receive(it.world.deps, list(reports(report)), by_address=False) == 1


def wait(it: MailWorld, **amount: float) -> None:
    it.world.fan_out()
    it.world.clock.ahead += timedelta(**amount)
    it.settle()


def alarms(it: MailWorld) -> list[dict[str, Any]]:
    return it.world.rows("messages", type="notice_address.bounced")


def known(it: MailWorld) -> Any:
    caller = Caller("cli", VENDOR["id"], frozenset({"processor"}), frozenset({"notices:read"}))
    return evidence.unreached(it.world.deps, caller, None, PageRequest()).notice_address


def answers_go_to(it: MailWorld, email: str) -> None:
    it.world.deps.stores.reply_addresses.keep(VENDOR["id"], email, it.world.clock())


def test_a_probe_that_comes_back_is_told_to_the_contacts_of_the_vendor(
    by_mail: MailWorld,
) -> None:
    probe(by_mail)
    assert known(by_mail) is None
    comes_back(by_mail, ANSWERS)

    assert known(by_mail)["email"] == ANSWERS
    wait(by_mail, minutes=11)
    [got] = by_mail.post.to(VENDOR_MAIL)
    assert got.mail["Subject"].startswith(f"{ANSWERS} {SAID}")
    flat = " ".join(got.text.split())
    assert "State a mailbox that receives" in flat
    assert "Announcements go on meanwhile" in flat


def test_a_probe_that_the_server_refuses_at_once_is_told_as_well(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda to, _: "550 5.1.1 none" if to == ANSWERS else "250 2.1.5 Ok"
    probe(by_mail)
    wait(by_mail, minutes=11)
    assert len(by_mail.post.to(VENDOR_MAIL)) == 1


def test_the_endpoint_of_the_vendor_gets_it_too(by_mail: MailWorld) -> None:
    url = f"{by_mail.world.receiver.url}/vendor"
    kinds = ["notice_address.*"]
    members = {"url": url, "description": "", "event_types": kinds, "processors": []}
    endpoints.add(by_mail.world.deps, vendor(VENDOR["id"]), members)
    probe(by_mail)
    comes_back(by_mail, ANSWERS)
    by_mail.world.settle()

    [received] = by_mail.world.receiver.at("/vendor")
    got = json.loads(received.body)
    assert got["type"] == "notice_address.bounced"
    assert (got["data"]["email"], got["data"]["status"]) == (ANSWERS, "5.1.1")
    assert got["data"]["processor"] == VENDOR


def test_a_customers_contact_or_a_persons_link_that_comes_back_is_no_alarm(
    by_mail: MailWorld,
) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    comes_back(by_mail, PERSONS[0]["email"])
    probe(by_mail, kind="sign_in", data={})
    comes_back(by_mail, ANSWERS)
    assert alarms(by_mail) == []
    assert known(by_mail) is None


def test_a_probe_for_an_organisation_that_is_no_vendor_is_no_alarm(by_mail: MailWorld) -> None:
    probe(by_mail, data={"organisation": "Kunde ApS"})
    comes_back(by_mail, ANSWERS)
    assert known(by_mail) is None


@pytest.mark.parametrize(("answers", "told"), [(ANSWERS, None), (VENDOR_MAIL, VENDOR_MAIL)])
def test_a_digest_that_comes_back_counts_only_where_answers_go(
    by_mail: MailWorld, answers: str, told: str | None
) -> None:
    three_unreached(by_mail)
    wait(by_mail, minutes=11)
    answers_go_to(by_mail, answers)
    comes_back(by_mail, VENDOR_MAIL)
    assert (known(by_mail) or {}).get("email") == told


def test_a_vendor_without_another_mailbox_is_told_through_its_owners(by_mail: MailWorld) -> None:
    loop = by_mail.vendor_mails
    contacts = replace(loop.contacts, owners_of=lambda _: [OWNER])
    by_mail.vendor_mails = replace(loop, contacts=contacts)
    probe(by_mail, to={"name": "Vendor ApS", "email": VENDOR_MAIL})
    comes_back(by_mail, VENDOR_MAIL)
    wait(by_mail, minutes=11)
    [got] = by_mail.post.to(OWNER["email"])
    assert got.mail["Content-Language"] == "da"
    assert VENDOR_MAIL in got.text


def test_the_mail_waits_while_identity_cannot_say_who_owns_the_vendor(by_mail: MailWorld) -> None:
    def away(_: str) -> Any:
        raise Unavailable

    loop = by_mail.vendor_mails
    by_mail.vendor_mails = replace(loop, contacts=replace(loop.contacts, owners_of=away))
    probe(by_mail, to={"name": "Vendor ApS", "email": VENDOR_MAIL})
    comes_back(by_mail, VENDOR_MAIL)
    wait(by_mail, minutes=11)
    assert by_mail.post.to(OWNER["email"]) == []
    contacts = replace(loop.contacts, owners_of=lambda _: [OWNER])
    by_mail.vendor_mails = replace(loop, contacts=contacts)
    wait(by_mail, minutes=6)
    assert len(by_mail.post.to(OWNER["email"])) == 1


def test_a_mailbox_that_goes_on_refusing_is_told_of_once_a_day(by_mail: MailWorld) -> None:
    for number in range(3):
        probe(by_mail, number)
        comes_back(by_mail, ANSWERS)
    by_mail.world.fan_out()
    assert len(alarms(by_mail)) == 1
    by_mail.world.clock.ahead += timedelta(days=1)
    probe(by_mail, 9)
    comes_back(by_mail, ANSWERS)
    by_mail.world.fan_out()
    assert len(alarms(by_mail)) == 2


def test_it_blocks_no_announcement(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    probe(by_mail)
    comes_back(by_mail, ANSWERS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    assert len(by_mail.post.to(PERSONS[0]["email"])) == 1
