"""What else goes by e-mail: what becomes of changes, objections, agreements and bases."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from services.notices.use_cases import notices
from tests.integration.notices.post import PERSONS, VENDOR_MAIL, MailWorld, Posted
from tests.integration.notices.world import VENDOR

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IDA, BO = (each["email"] for each in PERSONS)
PRIVATE = {"contacts": PERSONS, "channels": ["email"], "language": "en"}
ORIGIN = "http://127.0.0.1:8280"
# What the link of a mail opens: a page to answer on, wherever there is something to answer.
ANSWER, SIGN = f"{ORIGIN}/respond/", f"{ORIGIN}/sign/"


def customer(it: MailWorld, *channels: str, **private: Any) -> None:
    it.agreement("nordbo", 1, *channels, **{"contacts": PERSONS, **private})


def tell_agreement(
    it: MailWorld, kind: str, up_to: int = 2, language: str = "en", **more: Any
) -> None:
    """An entry about nordbo's agreement, as `agreements` writes it."""
    entry = it.world.ledger.agreement("nordbo", up_to, kind=kind)
    entry["data"] |= more
    entry["private"] = PRIVATE | {"language": language}
    it.world.tell(entry)
    it.settle()


def tell_objection(it: MailWorld, status: str) -> None:
    entry = it.world.ledger.objection("chg_1", "nordbo")
    entry["type"], entry["data"]["status"] = f"objection.{status}", status
    it.world.tell(entry)
    it.settle()


def tell_basis(it: MailWorld, word: str = "ending", up_to: int = 1, **more: Any) -> None:
    place = {"country": "US", "region": "Oregon", "kind": "storage"}
    told = {"sub_processor": {"id": "sub_1", "legal_name": "Mail Inc."}, "location": place}
    left = {"status": "missing", "lawful": False, "instrument_id": None}
    kept = {"status": "valid", "lawful": True, "instrument_id": "scc-2021-914"}
    data = {
        "processor": VENDOR,
        "instrument": {"id": "eu-us-dpf", "name": "Adequacy decision (EU) 2023/1795",
                       "last_day": "2027-01-31", "ended_by": "Case C-703/25 P"},
        "stage": 30, "days_left": 30, "without_basis": 1,
        "transfers": [{**told, "remaining": left}, {**told, "remaining": kept}],
    }  # fmt: skip
    entry = it.world.ledger.entry(
        f"processor:{VENDOR['id']}", f"transfer.basis_{word}", {**data, **more},
        {"recipients_version": up_to},
    )  # fmt: skip
    it.world.tell(entry)
    it.settle()


def says(got: Posted, *facts: str, link: str = "") -> None:
    """Both parts say all of it, and lead to ``link`` and to no other page for answers."""
    for text in (got.text, unescape(re.sub(r"<[^>]*>", "", got.html))):
        flat = " ".join(text.split())
        for fact in facts:
            assert fact in flat, (fact, flat)
    assert got.mail["Auto-Submitted"] == "auto-generated"
    assert got.mail["List-Unsubscribe"] is None
    for page in (ANSWER, SIGN):
        assert (page in got.text) == (f'href="{page}' in got.html) == (page == link), page


def test_it_works(by_mail: MailWorld) -> None:
    customer(by_mail, "email")
    tell_objection(by_mail, "excluded")

    got = by_mail.post.one()
    assert got.recipient == IDA
    assert got.mail["Subject"] == (
        "TempusServa ApS: your objection – upheld: the sub-processor is left out for you"
    )
    says(
        got,
        "TempusServa ApS has decided to leave the sub-processor out for you.",
        "obj_1",
        "chg_1",
        "GET http://127.0.0.1:8280/portal/v1/objections/obj_1",
        "agr_nordbo",
    )
    [row] = by_mail.mails()
    assert (row["state"], row["why"], row["kind"]) == ("delivered", "channel", "objection.updated")


OBJECTIONS = {
    "received": ("received", "modtaget", "mottagen"),
    "acknowledged": ("being looked at", "under behandling", "behandlas"),
    "modification_requested": ("stays open", "fortsat åben", "fortfarande öppen"),
    "mitigation_offered": ("Your answer is needed", "svar er nødvendigt", "Ert svar behövs"),
    "mitigation_accepted": ("as offered", "som tilbudt", "så som erbjudits"),
    "withdrawn": ("has been withdrawn", "er trukket tilbage", "är återkallad"),
    "excluded": ("your data does not go there", "sendes ikke dertil", "skickas inte dit"),
    "rejected": ("has rejected your objection", "afvist jeres", "avslagit er"),
    "terminated": ("ends", "ophører", "upphör"),
}
# Steps that wait for the customer, who answers them by the link.
TO_ANSWER = ("mitigation_offered", "rejected")


@pytest.mark.parametrize(("place", "language"), [(0, "en"), (1, "da"), (2, "sv")])
def test_every_step_of_an_objection_is_said_in_every_language(
    by_mail: MailWorld, place: int, language: str
) -> None:
    customer(by_mail, "email", language=language)
    for status, words in OBJECTIONS.items():
        by_mail.post.got.clear()
        tell_objection(by_mail, status)
        link = ANSWER if status in TO_ANSWER else ""
        says(by_mail.post.one(), words[place], "obj_1", link=link)
        assert by_mail.post.one().mail["Content-Language"] == language


@pytest.mark.parametrize(
    ("language", "subject", "facts"),
    [
        (
            "en",
            "TempusServa ApS: EU–US Data Privacy Framework ends on 31 January 2027",
            ("Transfers left without a legal basis after that day: 1.", "Case C-703/25 P",
             "Mail Inc. – No legal basis named", "United States (Oregon), storage",
             "Allowed: Standard contractual clauses of 2021", "Days left"),
        ),
        (
            "da",
            "TempusServa ApS: ",
            ("31. januar 2027", "Overførsler uden lovligt grundlag efter den dag: 1.",
             "USA (Oregon), opbevaring", "Et overførselsgrundlag ophører snart"),
        ),
        (
            "sv",
            "TempusServa ApS: ",
            ("31 januari 2027", "Överföringar utan laglig grund efter den dagen: 1.",
             "USA (Oregon), lagring", "En grund för överföringar upphör snart"),
        ),
    ],
)  # fmt: skip
def test_a_basis_that_ends_is_mailed_with_what_is_left(
    by_mail: MailWorld, language: str, subject: str, facts: tuple[str, ...]
) -> None:
    customer(by_mail, "email", language=language)
    tell_basis(by_mail)

    got = by_mail.post.one()
    assert subject in got.mail["Subject"]
    says(got, *facts)
    page = "http://127.0.0.1:8280/p/tempus-serva"
    assert page in got.text
    assert f'href="{page}"' in got.html


@pytest.mark.parametrize(
    ("language", "fact"),
    [
        ("en", "Transfers without a legal basis now: 1."),
        ("da", "Overførsler uden lovligt grundlag nu: 1."),
        ("sv", "Överföringar utan laglig grund nu: 1."),
    ],
)
def test_a_basis_that_has_ended_says_so(by_mail: MailWorld, language: str, fact: str) -> None:
    customer(by_mail, "email", language=language)
    tell_basis(by_mail, "lost", days_left=0)

    says(by_mail.post.one(), fact, "Mail Inc.")


AGREEMENTS = [
    ("offered", 1, "en", "a data processing agreement for you to accept", "It binds nobody"),
    ("offered", 1, "da", "en databehandleraftale til jeres accept", "Den binder ingen"),
    ("offered", 1, "sv", "ett personuppgiftsbiträdesavtal för er", "Det binder ingen"),
    ("offered", 2, "en", "an amended data processing agreement", "stays in force until"),
    ("offered", 2, "da", "en ændret databehandleraftale", "Den gældende aftale gælder"),
    ("offered", 2, "sv", "ett ändrat personuppgiftsbiträdesavtal", "Det gällande avtalet gäller"),
    ("amended", 2, "en", "your data processing agreement is amended", "is now in force"),
    ("amended", 2, "da", "jeres databehandleraftale er ændret", "er nu i kraft"),
    ("amended", 2, "sv", "ert personuppgiftsbiträdesavtal är ändrat", "är nu i kraft"),
    ("terminated", 1, "en", "your data processing agreement has ended", "delete or return"),
    ("terminated", 1, "da", "jeres databehandleraftale er ophørt", "slette jeres oplysninger"),
    ("terminated", 1, "sv", "ert personuppgiftsbiträdesavtal har upphört", "radera eller"),
]


@pytest.mark.parametrize(("kind", "number", "language", "subject", "fact"), AGREEMENTS)
def test_an_agreement_offered_amended_or_ended_is_mailed(
    by_mail: MailWorld, kind: str, number: int, language: str, subject: str, fact: str
) -> None:
    if (kind, number) != ("offered", 1):
        customer(by_mail, "email", language=language)
    told: dict[str, Any] = {"version": number, "products": ["case-system"], "ends_on": "2026-12-31"}
    tell_agreement(by_mail, kind, language=language, **told)
    got = by_mail.post.one()
    assert got.recipient == IDA
    assert subject in got.mail["Subject"]
    link, path = (SIGN if kind == "offered" else ""), "/portal/v1/agreements/agr_nordbo"
    says(got, fact, "case-system", "agr_nordbo", link=link)
    # Who can answer by a page is not sent to an interface for programs.
    assert (path in got.text) == (path in got.html) == (not link)


def test_an_offer_answered_before_the_mail_was_made_is_not_mailed(by_mail: MailWorld) -> None:
    entry = by_mail.world.ledger.agreement("nordbo", 1, kind="offered")
    entry["private"] = PRIVATE
    by_mail.world.tell(entry, by_mail.world.ledger.agreement("nordbo", 1))
    by_mail.settle()

    assert by_mail.post.got == []
    assert by_mail.world.rows("offers") == []


def test_that_an_agreement_is_in_force_is_not_mailed(by_mail: MailWorld) -> None:
    """Both have just accepted it; and a vendor that takes over thousands would mail them all."""
    customer(by_mail, "email")
    by_mail.settle()
    assert by_mail.post.got == []


def everything(it: MailWorld) -> None:
    tell_objection(it, "excluded")
    tell_basis(it)
    tell_agreement(it, "amended")
    tell_agreement(it, "terminated", up_to=3)


def test_where_no_agreement_names_email_and_nothing_was_mailed_nothing_is(
    by_mail: MailWorld,
) -> None:
    customer(by_mail, "webhook")
    by_mail.world.endpoint("nordbo")
    for kind in ("amended", "terminated"):
        entry = by_mail.world.ledger.agreement("nordbo", 2 + (kind == "terminated"), kind=kind)
        entry["private"] = {**PRIVATE, "channels": ["webhook"]}
        by_mail.world.tell(entry)
    tell_objection(by_mail, "excluded")
    tell_basis(by_mail)

    assert by_mail.post.got == []
    assert len(by_mail.world.receiver.at("/nordbo")) == 4
    assert by_mail.world.rows("messages", look_at={"$exists": True}) == []


def test_who_had_a_notice_by_mail_for_want_of_a_webhook_gets_the_rest_by_mail(
    by_mail: MailWorld,
) -> None:
    customer(by_mail, "webhook")
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    by_mail.post.got.clear()
    tell_objection(by_mail, "rejected")
    tell_basis(by_mail)

    assert [each.recipient for each in by_mail.post.got] == [IDA, IDA]
    assert {each["why"] for each in by_mail.mails(notice_id=None)} == {"follow_up", "fallback"}

    by_mail.world.endpoint("nordbo")
    by_mail.post.got.clear()
    tell_basis(by_mail, "lost", days_left=0)
    assert by_mail.post.got == []
    assert len(by_mail.world.receiver.at("/nordbo")) >= 1


@pytest.mark.parametrize(
    ("language", "kind", "subject", "fact"),
    [
        ("en", "withdrawn", "withdrawn – New sub-processor: Mail Inc.", "Nothing changes"),
        ("da", "withdrawn", "trukket tilbage – Ny underdatabehandler: Mail Inc.", "Intet ændres"),
        ("sv", "withdrawn", "återkallad – Nytt underbiträde: Mail Inc.", "Inget ändras"),
        ("en", "in_effect", "in effect – New sub-processor", "since 24 December 2026"),
        ("da", "in_effect", "i kraft – Ny underdatabehandler", "siden den 24. december 2026"),
        ("sv", "in_effect", "i kraft – Nytt underbiträde", "sedan den 24 december 2026"),
    ],
)
def test_what_became_of_a_change_is_mailed_in_the_same_language(
    by_mail: MailWorld, language: str, kind: str, subject: str, fact: str
) -> None:
    customer(by_mail, "email", language=language)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    by_mail.announce("chg_1", 1, kind=kind)
    by_mail.settle()

    _, got = by_mail.post.got
    assert subject in got.mail["Subject"]
    says(got, fact, "chg_1")


def test_what_follows_goes_to_whom_the_customer_names_now(by_mail: MailWorld) -> None:
    customer(by_mail, "email", contacts=PERSONS[:1])
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    notices.name_contacts(by_mail.world.deps, "org_nordbo", [PERSONS[1]], 0)
    by_mail.announce("chg_1", 1, kind="withdrawn")
    by_mail.settle()

    assert [each.recipient for each in by_mail.post.got] == [IDA, BO]


def test_a_contact_that_refuses_brings_up_the_next_one_here_too(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda address, _: "550 5.1.1 no" if address == IDA else "250 Ok"
    customer(by_mail, "email")
    tell_objection(by_mail, "excluded")

    assert [each.recipient for each in by_mail.post.got] == [BO]
    assert [(each["state"], each["why"]) for each in by_mail.mails()] == [
        ("failed", "channel"),
        ("delivered", "escalation"),
    ]


def test_each_is_sent_once_however_often_a_step_is_repeated(by_mail: MailWorld) -> None:
    customer(by_mail, "email")
    everything(by_mail)
    sent = len(by_mail.post.got)
    assert sent == 4
    by_mail.world.mongo.db["messages"].update_many({}, {"$set": {"look_at": by_mail.world.clock()}})
    by_mail.world.clock.ahead += timedelta(hours=1)
    by_mail.settle()

    # What the vendor hears of it is a mail of its own.
    assert len(by_mail.post.got) - len(by_mail.post.to(VENDOR_MAIL)) == sent


def test_without_a_mail_server_nothing_is_made_and_nothing_stays_open(
    world_without_mail: MailWorld,
) -> None:
    customer(world_without_mail, "email")
    everything(world_without_mail)

    assert world_without_mail.mails() == []
    assert world_without_mail.world.rows("messages", look_at={"$exists": True}) == []
