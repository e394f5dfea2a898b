"""Every act of a person stands in the ledgers with the person, and no public form names one."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from shared.ledger import Ledger
from shared.mongo import Mongo
from tests.people import deps_of, joined, person_asks
from tests.vendor import Vendor

NAME = "Åse Nørgaard"


def newest(mongo: Mongo, stream: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The last entry of a stream, and its private part."""
    ledger = Ledger(mongo)
    entry = ledger.entries(stream)[-1]
    return vars(entry), ledger.private_part(entry)


@pytest.fixture
def email() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.com"


def test_what_a_person_of_the_vendor_does_stands_under_the_person(
    baseline: Vendor, email: str
) -> None:
    stack, client = baseline.stack, baseline.client
    session = joined(stack, client["org_id"], email, ["privacy_manager"], NAME)
    page = f"/registry/v1/processors/{baseline.slug}/page"
    answer = person_asks(stack, session, "PUT", page, {"published": False})
    assert answer.status_code == 200, answer.text
    entry, private = newest(stack.database("registry"), f"processor:{client['org_id']}")
    person = deps_of(stack).people.at(email)
    assert person is not None
    assert entry["actor"] == person.id
    assert private is not None
    assert private["by"] == {"id": person.id, "name": NAME}
    assert NAME not in str(entry)
    assert baseline.publish()["published"]
    told = stack.ask(None, "GET", f"/registry/v1/processors/{baseline.slug}/ledger")
    assert told.status_code == 200
    assert NAME not in told.text


def test_what_a_client_does_names_no_person(baseline: Vendor) -> None:
    baseline.must("PUT", "/page", {"published": True})
    stream = f"processor:{baseline.client['org_id']}"
    entry, private = newest(baseline.stack.database("registry"), stream)
    assert entry["actor"] == baseline.client["client_id"]
    assert "by" not in (private or {})


def test_a_person_of_a_customer_is_named_behind_the_portal(baseline: Vendor, email: str) -> None:
    customer = baseline.customer("reader", notice_days=10)
    stack = baseline.stack
    session = joined(stack, customer["org_id"], email, ["privacy_manager"], NAME)
    change = baseline.announced()
    path = f"/portal/v1/changes/{change['id']}/objections"
    answer = person_asks(stack, session, "POST", path, {"grounds": "security", "text": "No."})
    assert answer.status_code == 201, answer.text
    _, private = newest(stack.database("registry"), f"processor:{baseline.client['org_id']}")
    person = deps_of(stack).people.at(email)
    assert person is not None
    assert private is not None
    assert private["by"] == {"id": person.id, "name": NAME}


def test_no_message_to_customers_has_the_person_of_the_ledger(
    baseline: Vendor, email: str, told_at_once: None
) -> None:
    """That somebody approved is told by name (``approver`` in disclosure.json), and no more."""
    baseline.customer("reader", notice_days=10)
    stack, change = baseline.stack, baseline.draft()
    session = joined(stack, baseline.client["org_id"], email, ["privacy_manager"], NAME)
    path = f"/registry/v1/processors/{baseline.slug}/changes/{change['id']}/announce"
    assert person_asks(stack, session, "POST", path).status_code == 200
    stack.tell()
    person = deps_of(stack).people.at(email)
    assert person is not None
    db = stack.database("notices").db
    told = str([list(db[each].find()) for each in ("events", "messages", "parcels")])
    assert change["id"] in told
    assert person.id not in told
    public = stack.ask(None, "GET", f"/p/{baseline.slug}/ledger.jsonl").text
    assert change["id"] in public
    assert NAME not in public
