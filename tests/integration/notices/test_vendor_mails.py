"""The vendor is mailed what its customers did and what falls due, together what came together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notices.clients import Party
from services.notices.mail.vendor_contacts import VendorContacts
from services.notices.mail.vendor_digest import NAMED
from services.notices.model.owners import vendor
from services.notices.use_cases import endpoints, notices
from shared.errors import Unavailable
from tests.integration.notices.post import VENDOR_MAIL, MailWorld, Posted
from tests.integration.notices.world import VENDOR

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

OWNER = vendor(VENDOR["id"])


def objection(it: MailWorld, name: str, status: str = "received", **more: Any) -> None:
    ledger = it.world.ledger
    data = {"objection_id": f"obj_{name}", "change_id": "chg_1", "processor": VENDOR}
    private = {
        "controller_id": f"org_{name}", "agreement_id": f"agr_{name}", "grounds": "location",
        "text": "Not there, please.", **more,
    }  # fmt: skip
    stream = f"processor:{VENDOR['id']}"
    entry = ledger.entry(stream, f"objection.{status}", {**data, "status": status}, private)
    it.world.tell(entry)


def evidence_due(it: MailWorld, due_on: str = "2026-12-24") -> None:
    private = {
        "sub_processor": {"id": "sub_1", "legal_name": "Mail Inc."},
        "location": {"country": "US"}, "instrument_id": "eu-us-dpf", "evidence": "due_on",
        "instrument_name_by_language": {"en": "The Framework"}, "due_on": due_on, "days_left": 30,
    }  # fmt: skip
    stream, data = f"reminders:{VENDOR['id']}", {"processor": VENDOR}
    it.world.tell(it.world.ledger.entry(stream, "evidence.due", data, private))


def agreement(it: MailWorld, name: str, kind: str, version: int, **private: Any) -> None:
    entry = it.world.ledger.agreement(name, version, kind)
    it.world.tell({**entry, "private": {**entry["private"], **private}})


def customers(it: MailWorld, *names: str) -> None:
    for number, name in enumerate(names, 1):
        it.agreement(name, number, "webhook")
    it.announce("chg_1", len(names))
    it.settle()
    it.post.got.clear()


def to_vendor(it: MailWorld, address: str = VENDOR_MAIL) -> list[Posted]:
    return it.post.to(address)


def wait(it: MailWorld, **amount: float) -> None:
    """What has happened is told, and some time goes by."""
    it.world.fan_out()
    it.world.clock.ahead += timedelta(**amount)
    it.settle()


def test_it_works(by_mail: MailWorld) -> None:
    customers(by_mail, "nordbo")
    objection(by_mail, "nordbo")
    by_mail.settle()
    assert to_vendor(by_mail) == []

    wait(by_mail, minutes=11)

    [got] = to_vendor(by_mail)
    said = "objects to a change (New sub-processor: Mail Inc.)"
    assert got.mail["Subject"] == f"nordbo A/S {said}"
    flat = " ".join(got.text.split())
    for fact in (said, "place of processing", "Not there, please.", "obj_nordbo", "agr_nordbo",
                 "at most one an hour", "/registry/v1/objections/"):  # fmt: skip
        assert fact in flat, flat
    assert not by_mail.world.rows("messages", to_mail=True)


def test_who_answered_by_a_link_or_signed_is_named(by_mail: MailWorld) -> None:
    customers(by_mail, "nordbo", "lille")
    person = {"name": "Kim Roe", "title": "Head of Legal"}
    objection(by_mail, "nordbo", by={**person, "contact": "ida@nordbo.test", "mail_id": "mai_1"})
    signed = {"party": "controller", "name": "Bo Vik", "title": "CISO", "email": "b@lille.test"}
    agreement(by_mail, "lille", "accepted", 2, acceptances=[signed])
    wait(by_mail, minutes=11)

    [got] = to_vendor(by_mail)
    flat = " ".join(got.text.split())
    assert "answered by Kim Roe, Head of Legal · place of processing" in flat
    assert "answered by Bo Vik, CISO" in flat


def test_what_comes_together_stands_in_one_mail_the_most_urgent_first(by_mail: MailWorld) -> None:
    customers(by_mail, "nordbo", "lille")
    agreement(by_mail, "lille", "renewal_due", 2, due_on="2026-12-31")
    evidence_due(by_mail)
    objection(by_mail, "nordbo")
    objection(by_mail, "lille", "withdrawn")
    wait(by_mail, minutes=11)

    [got] = to_vendor(by_mail)
    assert got.mail["Subject"] == "4 messages about your customers"
    flat = " ".join(got.text.split())
    places = [
        flat.index(said)
        for said in (
            "nordbo A/S – objects to a change",
            "Mail Inc. – has evidence that is due on 24 December 2026 (days left: 30)",
            "lille A/S – has an agreement whose last day is 31 December 2026",
            "lille A/S – withdraws its objection",
        )
    ]
    assert places == sorted(places)
    assert "United States · renewal of the evidence · The Framework" in flat


@pytest.mark.parametrize(
    ("days_left", "said"),
    [(30, "has not confirmed yet that it deleted"), (-1, "has not confirmed that it deleted")],
)
def test_a_confirmation_of_deletion_that_is_due_is_told_in_its_own_words(
    by_mail: MailWorld, days_left: int, said: str
) -> None:
    private = {
        "sub_processor": {"id": "sub_1", "legal_name": "Mail Inc."}, "days_left": days_left,
        "evidence": "deletion_confirmation", "listed_until": "2026-11-24", "due_on": "2026-12-24",
    }  # fmt: skip
    stream, data = f"reminders:{VENDOR['id']}", {"processor": VENDOR}
    by_mail.world.tell(by_mail.world.ledger.entry(stream, "evidence.due", data, private))
    wait(by_mail, minutes=11)

    [got] = to_vendor(by_mail)

    assert said in got.text
    assert "record its confirmation" in got.text
    assert "legal basis of the transfer" not in got.text


def test_the_next_mail_follows_an_hour_later_at_the_earliest(by_mail: MailWorld) -> None:
    customers(by_mail, "nordbo", "lille")
    objection(by_mail, "nordbo")
    wait(by_mail, minutes=11)
    objection(by_mail, "lille")
    wait(by_mail, minutes=45)
    assert len(to_vendor(by_mail)) == 1
    wait(by_mail, minutes=15)
    assert ["lille A/S" in each.text for each in to_vendor(by_mail)] == [False, True]


def test_each_contact_reads_its_own_language(by_mail: MailWorld) -> None:
    deps = by_mail.world.deps
    named = [
        {"name": "A", "position": "B", "email": f"{tag}@vendor.example", "language": tag}
        for tag in ("en", "da", "sv")
    ]
    notices.name_contacts(deps, OWNER, named, 0)
    customers(by_mail, "nordbo")
    objection(by_mail, "nordbo")
    wait(by_mail, minutes=11)
    said = {
        each.mail["Content-Language"]: each.mail["Subject"].removeprefix("nordbo A/S ")
        for each in by_mail.post.got
    }
    assert said == {
        "en": "objects to a change (New sub-processor: Mail Inc.)",
        "da": "gør indsigelse mod en ændring (Ny underdatabehandler: Mail Inc.)",
        "sv": "invänder mot en ändring (Nytt underbiträde: Mail Inc.)",
    }
    assert to_vendor(by_mail) == []


@pytest.mark.parametrize("status", ["acknowledged", "mitigation_offered", "excluded", "rejected"])
def test_of_its_own_steps_the_vendor_gets_no_mail(by_mail: MailWorld, status: str) -> None:
    customers(by_mail, "nordbo")
    objection(by_mail, "nordbo", status)
    wait(by_mail, minutes=11)
    assert to_vendor(by_mail) == []


def test_of_very_many_some_are_named_and_the_rest_is_a_number(by_mail: MailWorld) -> None:
    customers(by_mail, "nordbo")
    for _ in range(NAMED + 3):
        evidence_due(by_mail)
    wait(by_mail, minutes=11)
    [got] = to_vendor(by_mail)
    assert got.mail["Subject"] == f"{NAMED + 3} messages about your customers"
    assert "And 3 more." in got.text
    wait(by_mail, hours=2)
    assert len(to_vendor(by_mail)) == 1


def test_a_mail_that_cannot_be_stored_is_not_half_stored(
    by_mail: MailWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers(by_mail, "nordbo")
    objection(by_mail, "nordbo")
    by_mail.world.fan_out()
    by_mail.world.clock.ahead += timedelta(minutes=11)
    mails = by_mail.world.deps.stores.sendings["email"]

    def breaks(*_: Any) -> None:
        raise RuntimeError("away")

    with monkeypatch.context() as broken:
        broken.setattr(type(mails), "add_once", breaks)
        by_mail.vendor_mails.run_once()
    assert len(by_mail.world.rows("messages", to_mail=True)) == 1
    wait(by_mail, minutes=5)
    assert len(to_vendor(by_mail)) == 1


def test_while_identity_is_away_the_mail_waits(by_mail: MailWorld) -> None:
    def away(_: str) -> Party:
        raise Unavailable

    contacts = VendorContacts(by_mail.world.deps.stores, away)
    customers(by_mail, "nordbo")
    objection(by_mail, "nordbo")
    by_mail.world.fan_out()
    by_mail.world.clock.ahead += timedelta(minutes=11)
    assert replace(by_mail.vendor_mails, contacts=contacts).run_once()
    assert to_vendor(by_mail) == []
    wait(by_mail, minutes=6)
    assert len(to_vendor(by_mail)) == 1


def test_no_customer_is_mailed_what_is_for_the_vendor(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook", "email")
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    by_mail.post.got.clear()
    agreement(by_mail, "nordbo", "renewal_due", 1, due_on="2026-12-31")
    agreement(by_mail, "nordbo", "deletion_overdue", 1, due_on="2026-11-20")
    evidence_due(by_mail)
    wait(by_mail, minutes=11)
    assert {each.recipient for each in by_mail.post.got} == {VENDOR_MAIL}


def listen(it: MailWorld, kind: str) -> None:
    """An endpoint of the vendor for messages of this type, at ``/vendor``."""
    url = f"{it.world.receiver.url}/vendor"
    members = {"url": url, "description": "", "event_types": [kind], "processors": []}
    endpoints.add(it.world.deps, OWNER, members)


def test_an_approval_names_its_change_where_both_came_in_one_post(by_mail: MailWorld) -> None:
    by_mail.agreement("nordbo", 1, "webhook")
    listen(by_mail, "change.approved")
    ledger = by_mail.world.ledger
    whose = {"controller_id": "org_nordbo", "agreement_id": "agr_nordbo"}
    announcement = ledger.change("chg_1", 1)
    kind, stream = "sub_processor.change.approved", f"processor:{VENDOR['id']}"
    approval = ledger.entry(stream, kind, {"change_id": "chg_1"}, whose)
    by_mail.world.tell(announcement, approval)
    by_mail.settle()
    [told] = by_mail.world.receiver.at("/vendor")
    data = told.json["data"]
    assert data["change"]["sub_processor"]["legal_name"] == "Mail Inc."
    assert f"/processors/{VENDOR['slug']}/changes/chg_1" in data["links"]["change"]


class TestUnreached:
    def found(self, it: MailWorld) -> None:
        """A customer without endpoint and contact, found unreached; the vendor listens."""
        it.agreement("lille", 1, "webhook", contacts=[])
        listen(it, "customer.unreached")
        it.announce("chg_1", 1)
        it.settle()
        assert it.notice("lille")["unreached_reason"] == "no_contact"

    def test_the_vendor_s_endpoint_is_told_who_and_why(self, by_mail: MailWorld) -> None:
        self.found(by_mail)
        assert by_mail.world.receiver.got == []
        wait(by_mail, minutes=2)
        [told] = by_mail.world.receiver.at("/vendor")
        data = told.json["data"]
        assert told.json["type"] == "customer.unreached"
        assert (data["customer"]["legal_name"], data["reason"]) == ("lille A/S", "no_contact")
        assert (data["change_id"], data["agreement_id"]) == ("chg_1", "agr_lille")
        assert data["change"]["sub_processor"]["legal_name"] == "Mail Inc."
        wait(by_mail, hours=7)
        assert len(by_mail.world.receiver.at("/vendor")) == 1

    def test_the_change_is_read_once_for_all_of_them(self, by_mail: MailWorld) -> None:
        for number, name in enumerate(("lille", "havn", "dal", "fjord"), 1):
            by_mail.agreement(name, number, "webhook", contacts=[])
        by_mail.announce("chg_1", 4)
        by_mail.world.settle()
        database = by_mail.world.mongo.db
        database.command("profile", 2)
        try:
            by_mail.watch()
        finally:
            database.command("profile", 0)
        unreached = by_mail.world.rows("messages", unreached_at={"$exists": True})
        about = {"ns": {"$regex": "events$"}, "command.filter.$or": {"$exists": True}}
        assert len(unreached) == 4
        assert len(list(database["system.profile"].find(about))) == 1

    def test_one_that_has_it_meanwhile_is_not_told_of(self, by_mail: MailWorld) -> None:
        self.found(by_mail)
        notices.acknowledge(by_mail.world.deps, "org_lille", "chg_1")
        wait(by_mail, minutes=2)
        assert by_mail.world.receiver.got == []

    def test_a_delivery_lifts_the_flag_at_once(self, by_mail: MailWorld) -> None:
        self.found(by_mail)
        endpoint_id, _ = by_mail.world.endpoint("lille")
        since = by_mail.world.clock() - timedelta(hours=1)
        by_mail.world.clock.ahead += timedelta(seconds=1)
        endpoints.recover(by_mail.world.deps, "org_lille", endpoint_id, since)
        by_mail.settle()
        assert "sub_processor.change.announced" in {
            each.json["type"] for each in by_mail.world.receiver.at("/lille")
        }
        assert "unreached_at" not in by_mail.notice("lille")
