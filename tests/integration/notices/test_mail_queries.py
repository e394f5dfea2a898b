"""Mails, watches and bounces ask by an index; an idle poll examines nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notices.channels.email.dsn import Report
from services.notices.tasks import make_retention
from services.notices.use_cases import bounces, notices
from tests.integration.notices.old import finish
from tests.integration.notices.post import PERSONS, MailWorld
from tests.integration.notices.test_escalating import evidence_rows, unreached
from tests.integration.notices.test_mail_messages import tell_agreement, tell_basis, tell_objection

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_it_works(by_mail: MailWorld) -> None:
    database = by_mail.world.mongo.db
    database.command("profile", 2)
    try:
        everything(by_mail)
    finally:
        database.command("profile", 0)
    seen = list(database["system.profile"].find({"ns": {"$regex": "^[^.]+[.](?!system)"}}))
    asked = {each["ns"].split(".", 1)[1] for each in seen}
    assert {"mails", "messages", "bounced_addresses", "notice_contacts"} <= asked
    assert {"digests", "offers", "recipients", "jobs", "events", "deliveries"} <= asked
    scans = [
        (each["ns"], each.get("command"))
        for each in seen
        if "COLLSCAN" in each.get("planSummary", "")
    ]
    assert scans == []


def everything(it: MailWorld) -> None:
    it.agreement("nordbo", 1, "email", contacts=PERSONS)
    it.announce("chg_1", 1)
    it.settle()
    deps = it.world.deps
    bounces.receive(deps, [Report(PERSONS[0]["email"], "failed", "5.1.1", "")], by_address=True)
    it.settle()
    evidence_rows(it)
    unreached(it)
    notices.name_contacts(deps, "org_nordbo", PERSONS, 0)
    it.announce("chg_1", 1, kind="withdrawn")
    it.settle()
    tell_agreement(it, "offered")
    tell_objection(it, "excluded")
    tell_basis(it)
    it.post.to_recipient = lambda *_: "550 no such user"
    it.announce("chg_2", 1)
    it.settle()
    it.world.clock.ahead += timedelta(minutes=11)
    it.settle()
    tell_agreement(it, "terminated")
    it.world.clock.ahead += timedelta(days=2_000)
    finish(make_retention(deps.settings, deps.stores, it.world.clock))
    deps.stores.sendings["email"].remove_warnings(it.world.clock(), 500)
    deps.stores.sendings["email"].remove_of(["msg_none"])


@pytest.mark.parametrize(("collection", "due"), [("mails", "due_at"), ("messages", "look_at")])
def test_an_idle_poll_examines_nothing(by_mail: MailWorld, collection: str, due: str) -> None:
    now = by_mail.world.clock()
    docs = by_mail.world.mongo.db[collection]
    docs.insert_many(
        [{"_id": f"x{n}", "message_id": f"m{n}", due: now + timedelta(days=1)} for n in range(500)]
    )
    plan = docs.find({due: {"$lte": now}}).sort(due, 1).limit(20).explain()
    assert plan["executionStats"]["totalKeysExamined"] == 0
    assert plan["executionStats"]["totalDocsExamined"] == 0
