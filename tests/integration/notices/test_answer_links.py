"""What a link in a mail is about, and who acknowledges by it: asked by the service of its pages."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from services.notices.app import create_app
from services.notices.model.answer_links import LinkInvalid, Links
from services.notices.model.contacts import Named
from shared.mongo import connect
from tests.answers import Answer
from tests.integration.notices.asking import Asker, Door, Identity
from tests.integration.notices.post import (
    PERSONS,
    MailWorld,
    Post,
    Posted,
    always,
    mail_settings,
    make_mail_world,
    posting,
)
from tests.integration.notices.world import START, VENDOR, Receiver, settings

IDA, BO = (each["email"] for each in PERSONS)
KIM = {"name": "Kim Roe", "title": "Counsel"}


@pytest.fixture
def mailed(mongo_url: str, database_name: str, receiver: Receiver, post: Post) -> Iterator[Mailed]:
    with posting(post) as port:
        yield Mailed(mongo_url, database_name, receiver, post, port)


class Mailed:
    """A notice mailed to Ida, and the door that the service of the pages uses."""

    def __init__(
        self, mongo_url: str, database: str, receiver: Receiver, post: Post, port: int
    ) -> None:
        chosen = settings(mongo_url, database, mail=mail_settings(port, bounce_secret="s" * 20))
        mongo = connect(mongo_url, chosen.common.database("notices"))
        self.it: MailWorld = make_mail_world(mongo, receiver, post, chosen.mail)
        identity = Identity(self.it.world.clock)
        app = create_app(chosen, identity.transport(), self.it.world.clock)
        self.door = Door(app, identity)
        self.client = Client(app)
        self.it.agreement("nordbo", 1, "email", contacts=PERSONS, language="da")
        self.it.announce("chg_1", 1)
        self.it.settle()
        self.token = token_in(post.got[0].text)

    def notices(self) -> list[dict[str, Any]]:
        return self.it.world.rows("messages", notice={"$ne": None})

    def show(self, token: str = "", **more: Any) -> Answer:
        return pages_of(self.door)("POST", "/answer-links", {"token": token or self.token, **more})

    def acknowledge(self, token: str = "", **more: Any) -> Answer:
        body = {"token": token or self.token, **KIM, **more}
        return pages_of(self.door)("POST", "/answer-links/acknowledgement", body)


def pages_of(door: Door) -> Asker:
    return door.asker("org_art28", "service", "notices:links")


def token_in(text: str) -> str:
    found = re.search(r"/respond/(\S+)", text)
    assert found
    return found[1]


def test_it_works(mailed: Mailed) -> None:
    told = mailed.show()
    assert told.status_code == 200
    assert told.json
    assert told.json["state"] == "open"
    assert told.json["page"]["heading"] == "Ny underdatabehandler: Mail Inc., USA"
    assert told.json["contact"] == {"name": "Ida Holm", "email": IDA}
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None

    assert mailed.acknowledge().status_code == 204

    kept = mailed.it.notice("nordbo")
    assert kept["acknowledged_at"] is not None
    by = kept["acknowledged_by"]
    assert (by["name"], by["title"], by["email"]) == ("Kim Roe", "Counsel", IDA)


@pytest.mark.parametrize(("language", "word"), [("en", "New"), ("da", "Ny"), ("sv", "Nytt")])
def test_it_is_told_in_the_language_of_its_reader(mailed: Mailed, language: str, word: str) -> None:
    told = mailed.show(language=language).json
    assert told
    assert told["language"] == language
    assert told["page"]["heading"].split()[0] == word


def test_reading_acknowledges_nothing(mailed: Mailed) -> None:
    for _ in range(3):
        assert mailed.show().status_code == 200
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None


def test_no_client_of_a_vendor_or_a_customer_reads_links(mailed: Mailed) -> None:
    for kind, scope in (("processor", "notices:read"), ("controller", "notices:customer")):
        ask = mailed.door.asker("org_nordbo", kind, scope)
        for path in ("/answer-links", "/answer-links/acknowledgement"):
            assert ask("POST", path, {"token": mailed.token, **KIM}).status_code == 403


def test_acknowledging_again_changes_nothing(mailed: Mailed) -> None:
    mailed.acknowledge()
    first = mailed.it.notice("nordbo")["acknowledged_by"]
    mailed.it.world.clock.ahead += timedelta(hours=1)
    assert mailed.acknowledge(name="Another").status_code == 204
    assert mailed.it.notice("nordbo")["acknowledged_by"] == first


def test_a_link_that_was_altered_is_refused(mailed: Mailed) -> None:
    mail, notice, day, mac = mailed.token.split(".")
    forged = [
        f"{mail}.{notice}.2099-01-01.{mac}",
        f"mai_{'a' * 32}.{notice}.{day}.{mac}",
        f"{mail}.ntc_{'a' * 32}.{day}.{mac}",
        f"{mail}.{notice}.{day}.{mac[:-2]}",
        f"{mail}.{notice}.{day}",
        "x" * 400,
        "ø",
    ]
    for each in forged:
        for answer in (mailed.show(each), mailed.acknowledge(each)):
            assert answer.status_code == 404, each
            assert answer.json
            assert answer.json["code"] == "answer-link-invalid"
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None


def test_a_link_is_good_for_its_own_notice_and_contact_alone(mailed: Mailed) -> None:
    """Parts of two good links make no third one."""
    mailed.it.announce("chg_2", 1)
    mailed.it.settle()
    first, second = (token_in(each.text) for each in mailed.it.post.to(IDA))
    parts = first.split("."), second.split(".")
    for mail, notice, mac in [(0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1)]:
        token = ".".join([parts[mail][0], parts[notice][1], parts[0][2], parts[mac][3]])
        assert mailed.acknowledge(token).status_code == 404
    mailed.acknowledge(second)
    done = {each["change_id"]: each["acknowledged_at"] for each in mailed.notices()}
    assert done["chg_1"] is None
    assert done["chg_2"] is not None


def test_a_signature_made_for_something_else_is_not_good_here() -> None:
    """The key is derived for links alone: what the secrets key itself signs is refused."""
    links, text = Links("http://art28.test", b"k" * 32), f"mai_{'a' * 32}.ntc_{'b' * 32}.2099-01-01"
    mac = urlsafe_b64encode(hmac.digest(b"k" * 32, text.encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(LinkInvalid):
        links.read(f"{text}.{mac}", START)
    assert "kkkk" not in repr(links)


def test_links_sent_before_the_key_was_renewed_work_until_it_is_taken_out(
    mailed: Mailed, mongo_url: str, database_name: str
) -> None:
    def renewed(*older: bytes) -> int:
        chosen = settings(
            mongo_url, database_name, secrets_key=b"n" * 32, older_keys=older,
            mail=mailed.it.world.deps.settings.mail,
        )  # fmt: skip
        identity = Identity()
        app = create_app(chosen, identity.transport(), mailed.it.world.clock)
        ask = pages_of(Door(app, identity))
        body = {"token": mailed.token, **KIM}
        return ask("POST", "/answer-links/acknowledgement", body).status_code

    assert renewed() == 404
    assert renewed(b"o" * 32) == 404
    assert mailed.it.notice("nordbo")["acknowledged_at"] is None
    assert renewed(b"o" * 32, b"k" * 32) == 204
    assert mailed.it.notice("nordbo")["acknowledged_at"] is not None


def test_no_token_is_stored_anywhere(mailed: Mailed) -> None:
    """Who reads the database, or what the vendor may read of it, finds no link of a customer."""
    mailed.show()
    mailed.acknowledge()
    database = mailed.it.world.deps.stores.mongo.db
    kept = str([list(database[name].find()) for name in database.list_collection_names()])
    mac = mailed.token.rpartition(".")[2]

    assert mailed.token.partition(".")[0] in kept
    assert mac not in kept


def test_a_notice_cannot_be_unsubscribed_only_sent_to_somebody_else(mailed: Mailed) -> None:
    first = mailed.it.post.one().mail
    assert {"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"}.isdisjoint(first.keys())
    ask = mailed.door.customer("nordbo")
    etag = ask("GET", "/notice-contacts").headers["ETag"]
    nobody = ask("PUT", "/notice-contacts", {"contacts": []}, If_Match=etag)
    assert nobody.status_code == 422
    new = [{"name": "Bo Vik", "position": "CISO", "email": BO}]
    assert ask("PUT", "/notice-contacts", {"contacts": new}, If_Match=etag).status_code == 200
    mailed.it.announce("chg_2", 1)
    mailed.it.settle()

    assert [each.recipient for each in mailed.it.post.got] == [IDA, BO]


def test_a_vendor_writes_to_those_who_were_named_for_it_and_learns_of_no_other(
    mailed: Mailed,
) -> None:
    """Once Bo is named for this vendor, Ida's link is closed and the open notice goes to Bo."""
    stores, other = mailed.it.world.deps.stores, [{"name": "Una", "email": "una@nordbo.example"}]
    named = Named([dict(each) for each in PERSONS[:1]], {}, {"org_other": other})
    stores.contacts.put("org_nordbo", named, 0, START)
    assert mailed.show().json["state"] == "open"
    ask = mailed.door.customer("nordbo")
    seen = ask("GET", "/notice-contacts").headers["ETag"]
    bo = [{"name": "Bo Vik", "position": "CISO", "email": BO}]
    body = {"contacts": named.contacts, "by_processor": {VENDOR["slug"]: bo}}
    assert ask("PUT", "/notice-contacts", body, If_Match=seen).status_code == 200
    assert mailed.show().json["state"] == "replaced"
    mailed.it.announce("chg_2", 1)
    mailed.it.settle()

    assert [each.recipient for each in mailed.it.post.got] == [IDA, BO]
    told = mailed.door.vendor()("GET", "/changes/chg_2/evidence").json
    assert "bo@" in str(told)
    assert "una@" not in str(told)


def test_a_link_ends_thirty_days_after_the_change_has_effect(mailed: Mailed) -> None:
    effective = mailed.it.notice("nordbo")["notice"]["effective_on"]
    assert effective == "2026-12-24"
    clock, now = mailed.it.world.clock, mailed.it.world.clock().date()
    clock.ahead += timedelta(days=(date.fromisoformat(effective) - now).days + 30)
    assert mailed.show().status_code == 200
    clock.ahead += timedelta(days=1)
    assert mailed.show().status_code == 404


def test_once_acknowledged_nobody_else_is_written_to(mailed: Mailed) -> None:
    mailed.acknowledge()
    report = {"bounces": [{"recipient": "ida@nordbo.example", "status": "5.1.1"}]}
    answer = mailed.client.post(
        "/v1/bounces", json=report, headers={"Authorization": f"Bearer {'s' * 20}"}
    )
    assert answer.json == {"bounced": 1}
    mailed.it.settle()

    notices = mailed.it.mails(notice_id={"$ne": None})
    assert [each["to"]["email"] for each in notices] == ["ida@nordbo.example"]


def test_the_provider_posts_bounces_with_its_secret(mailed: Mailed) -> None:
    report = {"bounces": [{"recipient": "IDA@nordbo.example", "status": "5.1.1"}]}
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        assert mailed.client.post("/v1/bounces", json=report, headers=headers).status_code == 401
    answer = mailed.client.post("/v1/bounces", json=report, auth=("provider", "s" * 20))
    assert answer.json == {"bounced": 1}
    mailed.it.settle()

    assert [each.recipient for each in mailed.it.post.got] == [
        "ida@nordbo.example",
        "bo@nordbo.example",
    ]


def test_no_secret_no_door(mongo_url: str, database_name: str, door: Door) -> None:
    answer = door.app.test_client().post("/v1/bounces", json={"bounces": []})
    assert answer.status_code == 404


class TestVerified:
    """A contact counts as verified once somebody used a link that was mailed to it."""

    def named(self, mailed: Mailed) -> list[dict[str, Any]]:
        told = mailed.door.customer("nordbo")("GET", "/notice-contacts").json
        assert told
        verified: list[dict[str, Any]] = told["verified"]
        return verified

    def seen_by_vendor(self, mailed: Mailed) -> tuple[int, Any]:
        ask = mailed.door.vendor()
        reach = ask("GET", f"/reachability?processor={VENDOR['slug']}").json
        [row] = ask("GET", "/changes/chg_1/evidence").json["items"]
        return reach["unverified_contacts"], row["verified_at"]

    def test_who_only_opens_a_link_is_not(self, mailed: Mailed) -> None:
        mailed.show()
        assert self.named(mailed) == []
        assert self.seen_by_vendor(mailed) == (2, None)

    def test_who_acknowledges_is_with_day_and_act(self, mailed: Mailed) -> None:
        mailed.acknowledge()
        [ida] = self.named(mailed)
        assert (ida["email"], ida["how"]) == (IDA, "acknowledged")
        assert self.seen_by_vendor(mailed) == (1, ida["at"])

    def test_who_answers_about_the_change_is(self, mailed: Mailed) -> None:
        TestCopies().approve(mailed)
        assert [(each["email"], each["how"]) for each in self.named(mailed)] == [(IDA, "approved")]

    def test_another_address_is_not(self, mailed: Mailed) -> None:
        mailed.acknowledge()
        ask = mailed.door.customer("nordbo")
        seen = ask("GET", "/notice-contacts").headers["ETag"]
        new = {"contacts": [{"name": "Ida Holm", "email": "ida.holm@nordbo.example"}]}
        assert ask("PUT", "/notice-contacts", new, If_Match=seen).json["verified"] == []
        assert self.seen_by_vendor(mailed)[0] == 1

    def test_a_mail_that_comes_back_makes_it_doubtful(self, mailed: Mailed) -> None:
        mailed.acknowledge()
        report = {"bounces": [{"recipient": IDA, "status": "5.1.1"}]}
        secret = {"Authorization": f"Bearer {'s' * 20}"}
        assert mailed.client.post("/v1/bounces", json=report, headers=secret).status_code == 200
        assert self.named(mailed) == []

    def test_a_mail_that_is_not_taken_makes_it_doubtful(self, mailed: Mailed) -> None:
        mailed.acknowledge()
        mailed.it.post.to_recipient = always("550 5.1.1 no such user")
        mailed.it.announce("chg_2", 1)
        mailed.it.settle()
        assert self.named(mailed) == []

    def test_what_was_seen_before_the_customer_confirmed_is_handed_over(
        self, mailed: Mailed
    ) -> None:
        stores, now = mailed.it.world.deps.stores, START.replace(microsecond=0)
        stores.mongo.transact(lambda it: stores.verified.note("agr_1", IDA, "confirmed", now, it))
        stores.mongo.transact(lambda it: stores.verified.hand_over("agr_1", "org_nordbo", it))
        assert [(each["email"], each["how"]) for each in self.named(mailed)] == [(IDA, "confirmed")]
        assert stores.verified.of(["agr_1"]) == {}


class TestCopies:
    """Each contact of the customer gets a copy of what one of them answered by link."""

    def copies(self, mailed: Mailed) -> list[Posted]:
        mailed.it.settle()
        return mailed.it.post.got[1:]

    def approve(self, mailed: Mailed, kind: str = "sub_processor.change.approved") -> None:
        by = {**KIM, "contact": IDA, "mail_id": mailed.token.partition(".")[0]}
        whose = {"controller_id": "org_nordbo", "agreement_id": "agr_nordbo", "by": by}
        status = kind.rpartition(".")[2]
        data = {
            "change_id": "chg_1",
            "objection_id": "obj_1",
            "status": status,
            "processor": VENDOR,
        }
        entry = mailed.it.world.ledger.entry(f"processor:{VENDOR['id']}", kind, data, whose)
        mailed.it.world.tell(entry)
        mailed.it.world.tell(entry)

    def test_of_an_acknowledgement_once_however_often_it_is_given(self, mailed: Mailed) -> None:
        for name in ("Kim Roe", "Another"):
            assert mailed.acknowledge(name=name).status_code == 204
        got = self.copies(mailed)
        assert [each.recipient for each in got] == [IDA, BO]
        for each in got:
            text = " ".join(each.text.split())
            assert "I har læst varslet" in text
            assert "Kim Roe, Counsel" in text
            assert IDA in text
            assert "Another" not in text
            assert "/respond/" not in text

    def test_stand_under_the_notice_and_are_answered_to_its_vendor(self, mailed: Mailed) -> None:
        mailed.it.world.deps.stores.reply_addresses.keep(
            VENDOR["id"], "privacy@vendor.example", mailed.it.world.clock()
        )
        notice = mailed.it.post.one().mail
        mailed.acknowledge()
        to_ida, to_bo = (each.mail for each in self.copies(mailed))
        assert to_ida["In-Reply-To"] == notice["Message-ID"]
        assert to_bo["References"] == notice["References"]
        assert to_ida["Reply-To"].endswith("<privacy@vendor.example>")

    def test_of_an_approval_told_twice_come_once(self, mailed: Mailed) -> None:
        self.approve(mailed)
        got = self.copies(mailed)
        assert [each.recipient for each in got] == [IDA, BO]
        assert all("I godkender ændringen" in " ".join(each.text.split()) for each in got)

    def test_of_an_objection_go_to_those_who_are_not_mailed_it_anyway(self, mailed: Mailed) -> None:
        self.approve(mailed, "objection.received")
        told = {each.recipient: " ".join(each.text.split()) for each in self.copies(mailed)}
        assert set(told) == {IDA, BO}
        assert len(mailed.it.post.got) == 3
        assert "I gør indsigelse mod ændringen" in told[BO]
        assert all("Kim Roe, Counsel" in text for text in told.values())

    def test_are_no_mails_of_the_notice(self, mailed: Mailed) -> None:
        before = mailed.notices()
        mailed.acknowledge()
        self.copies(mailed)
        rows = mailed.it.mails(kind="notices.answer_copied")
        assert [(row["message_id"], row["notice_id"], row["state"]) for row in rows] == [
            (None, None, "delivered")
        ] * 2
        assert len(mailed.notices()) == len(before)
