"""What comes back to one vendor changes nothing for the mails of another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.notices.use_cases import evidence
from shared.auth import Caller
from shared.pagination import PageRequest
from tests.integration.notices.post import PERSONS, MailWorld, always
from tests.integration.notices.test_escalating import ME
from tests.integration.notices.world import VENDOR

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IDA, BO = (each["email"] for each in PERSONS)
RIVAL = {**VENDOR, "id": "org_rival", "slug": "rival", "legal_name": "Rival A/S"}
THEM = Caller("cli_r", RIVAL["id"], frozenset({"processor"}), frozenset())


def of_rival(it: MailWorld, entry: dict[str, Any], agreement_id: str) -> None:
    """Tell an entry as one of another vendor with the same customer."""
    data = {**entry["data"], "processor": RIVAL}
    if "agreement_id" in data:
        data["agreement_id"] = agreement_id
    private = {**entry["private"]}
    if "contacts" in private:
        private |= {"channels": ["email"], "contacts": PERSONS, "language": "en"}
    stream = f"{entry['stream']}:rival"
    it.world.tell(it.world.ledger.entry(stream, entry["type"], data, private))
    it.world.settle()


@pytest.fixture
def two_vendors(by_mail: MailWorld) -> MailWorld:
    """Two vendors name the same persons of one customer; the mails of the first come back."""
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    of_rival(by_mail, by_mail.world.ledger.agreement("nordbo", 1), "agr_rival")
    by_mail.post.to_recipient = lambda *_: "550 5.1.1 no such user"
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    by_mail.post.to_recipient = always("250 2.1.5 Ok")
    return by_mail


def addresses(it: MailWorld, change: str) -> list[str]:
    return [each["address"] for each in it.mails(change_id=change)]


def email_of(it: MailWorld, caller: Caller) -> list[str]:
    found = evidence.unreached(it.world.deps, caller, None, PageRequest(50, None)).items
    return [each.channels["email"] for each in found]


def test_it_counts_for_the_vendor_whose_mails_came_back(two_vendors: MailWorld) -> None:
    assert addresses(two_vendors, "chg_1") == [IDA, BO]
    assert email_of(two_vendors, ME) == ["bounced"]


def test_the_other_vendor_still_writes_to_the_first_contact(two_vendors: MailWorld) -> None:
    assert "bounced" not in email_of(two_vendors, THEM)
    two_vendors.world.clock.ahead += timedelta(hours=1)
    of_rival(two_vendors, two_vendors.world.ledger.change("chg_2", 1), "agr_rival")
    two_vendors.settle()
    assert addresses(two_vendors, "chg_2") == [IDA]
    assert email_of(two_vendors, ME) == ["bounced"]


def test_a_mail_that_one_vendor_gets_through_clears_no_address_of_the_other(
    two_vendors: MailWorld,
) -> None:
    of_rival(two_vendors, two_vendors.world.ledger.change("chg_2", 1), "agr_rival")
    two_vendors.settle()
    marks = two_vendors.world.rows("bounced_addresses")
    assert {(each["vendor"], each["address"]) for each in marks} == {
        (VENDOR["id"], IDA),
        (VENDOR["id"], BO),
    }


def test_who_names_its_contacts_anew_clears_them_for_every_vendor(two_vendors: MailWorld) -> None:
    two_vendors.world.deps.stores.refused.forgive([IDA, BO])
    assert two_vendors.world.rows("bounced_addresses") == []
