"""What needs a hand: every kind of item, in order, in each language, with a step that exists."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from services.registry.clients import AgreementsClient, NoticesClient
from services.registry.todo.item import KINDS
from shared.peers import PeerUnavailable
from shared.times import parse_instant
from tests import builders
from tests.clock import now
from tests.integration.registry.importing import taken
from tests.receiver import Receiver
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

Json = dict[str, Any]
SPOKEN = {"en": "x", "da": "x", "sv": "x"}


def entry(**more: Any) -> Json:
    """An entry that gives nobody anything to do."""
    return builders.sub_processor(
        **{"responsibilities": SPOKEN, "retention": "14 days", "reviewed_on": "2026-10-01",
           "certifications": ["ISO 27001"], **more}
    )  # fmt: skip


def adopt(vendor: Vendor, *entries: Json) -> None:
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": list(entries)})


def todo(vendor: Vendor, client: Any = None, **query: Any) -> Json:
    answer = vendor.stack.ask(client or vendor.client, "GET", f"{vendor.path}/todo",
                              query_string=query)  # fmt: skip
    assert answer.status_code == 200, answer.text
    said: Json = answer.json
    return said


def kinds(vendor: Vendor, **query: Any) -> list[str]:
    return [item["kind"] for item in todo(vendor, **query)["items"]]


def with_evidence(**evidence: Any) -> Json:
    made = entry()
    made["locations"][0]["mechanisms"][0]["evidence"] |= evidence
    return made


@pytest.fixture
def busy(vendor: Vendor, inbox: Receiver) -> Vendor:
    """A vendor with something of every kind to do."""
    vendor.receiver_url = inbox.url
    place = {"country": "IN", "kind": "storage", "mechanisms": []}
    tomorrow = vendor.today + timedelta(1)  # The day that the story ends on.
    due = with_evidence(due_on=str(tomorrow + timedelta(20)))
    review = str(tomorrow + timedelta(50))
    due["locations"][0]["mechanisms"][1]["evidence"]["tia_review_on"] = review
    ending = {**place, "mechanisms": [{"instrument_id": _ending(vendor), "evidence": {}}]}
    adopt(
        vendor,
        {**due, "purpose": {"en": "x"}},
        entry(legal_name="Lost Ltd", locations=[place], website=None),
        entry(legal_name="Consultants", registration_number=None, website=None),
        entry(legal_name="Ending Ltd", locations=[ending], website=None),
        entry(legal_name="Ended Ltd", website=None),
    )
    _ended(vendor, "Ended Ltd")
    customer = vendor.customer("objector")
    announced = vendor.announced(60, sub_processor=entry(legal_name="New Ltd", website=None))
    vendor.stack.tell()
    path = f"/portal/v1/changes/{announced['id']}/objections"
    vendor.stack.must(customer, "POST", path, {"grounds": "other", "text": "No."})
    vendor.draft(sub_processor=entry(legal_name="Draft Ltd", website=None))
    _offered(vendor)
    vendor.receiver_url = None
    vendor.customer("silent", contacts=[])
    vendor.stack.tell()
    taken(vendor, "Name,Country\nAsked Ltd,Atlantis\n")
    _sent_back(vendor)
    return vendor


def _sent_back(vendor: Vendor) -> None:
    """A mail to the address where the vendor reads answers came back."""
    vendor.proves_address()
    path = f"/identity/v1/organisations/{vendor.client['org_id']}"
    address = vendor.stack.must(vendor.client, "GET", path)["notice_address"]
    at = parse_instant(address["proved_at"]) + timedelta(seconds=5)
    back = {"_id": vendor.client["org_id"], "email": address["email"], "status": "5.1.1", "at": at}
    vendor.stack.database("notices").db["address_alarms"].insert_one(back)


def _ended(vendor: Vendor, name: str) -> None:
    listed = vendor.must("GET", "/sub-processors")["items"]
    [sub_id] = [each["id"] for each in listed if each["legal_name"] == name]
    vendor.announced(1, kind="remove", sub_processor_id=sub_id, sub_processor=None)
    vendor.stack.pass_time(days=1)


def _ending(vendor: Vendor) -> str:
    made: Json = vendor.stack.must(vendor.stack.admin, "POST", "/registry/v1/instruments", {
        "id": f"ending-{vendor.slug}", "kind": "adequacy", "regime": "EU", "name": "Ending",
        "article": "GDPR Art. 45", "destinations": ["IN"], "valid_from": "2026-01-01",
        "expires_on": str(vendor.today + timedelta(40)), "checked_on": "2026-11-20",
        "sources": ["https://example.test"],
    })  # fmt: skip
    return str(made["id"])


def _offered(vendor: Vendor) -> None:
    client = new_client(vendor.stack, "offered", ["controller"], ["portal:read"])
    body = builders.agreement_body(client["org_id"], party={"legal_name": "Offered AB"})
    made = vendor.stack.must(vendor.client, "POST", "/agreements/v1/agreements", body)
    path = f"/agreements/v1/agreements/{made['id']}/offer"
    vendor.stack.must(vendor.client, "POST", path, {})


def test_a_list_without_fault_gives_nothing_to_do(vendor: Vendor) -> None:
    adopt(vendor, entry())

    assert todo(vendor) == {"items": [], "next_cursor": None, "away": []}


def test_every_kind_of_item_comes_in_the_order_of_its_urgency(busy: Vendor) -> None:
    items = todo(busy, limit=200)["items"]

    assert {item["kind"] for item in items} == set(KINDS)
    order = [(item["severity"] == "should", item["due_on"] or "9999") for item in items]
    dated = [(later, str(busy.today) if not later and day == "9999" else day)
             for later, day in order]  # fmt: skip
    assert dated == sorted(dated)


def test_each_item_says_what_it_is_about(busy: Vendor) -> None:
    items = {item["kind"]: item for item in todo(busy, limit=200)["items"]}

    named = {kind: items[kind]["subject"]["name"] for kind in KINDS}
    assert named == {
        "objection": "New Ltd", "place_without_basis": "Lost Ltd", "customer_unreached": "Silent",
        "evidence_due": "Mailer Inc.", "review_due": "Mailer Inc.",
        "deletion_unconfirmed": "Ended Ltd", "instrument_ending": "Ending",
        "offer_to_sign": "Offered AB", "draft": "Draft Ltd", "import_open": "Import",
        "finding": "Consultants", "text_missing": "Mailer Inc.",
        "notice_address_bounced": "Vendor", "contacts_unverified": "Vendor",
    } | {"import_open": named["import_open"], "finding": named["finding"]}  # fmt: skip
    assert items["evidence_due"]["due_on"] == str(busy.today + timedelta(20))
    assert items["objection"]["severity"] == "must"


@pytest.mark.parametrize("language", ["da", "sv"])
def test_no_detail_is_left_in_english(busy: Vendor, language: str) -> None:
    english = todo(busy, limit=200)["items"]
    other = todo(busy, limit=200, language=language)["items"]

    assert [item["kind"] for item in english] == [item["kind"] for item in other]
    same = [one["detail"] for one, two in zip(english, other, strict=True)
            if one["detail"] == two["detail"]]  # fmt: skip
    assert same == []
    assert all(item["detail"].endswith((".", ":")) for item in other)


def test_each_action_exists_and_its_caller_may_take_it(busy: Vendor) -> None:
    actions = [item["action"] for item in todo(busy, limit=200)["items"]]

    assert all(actions)
    for action in actions:
        body: Json | None = None if action["method"] == "GET" else {}
        answer = busy.stack.ask(busy.client, action["method"], action["path"], body,
                                headers={"If-Match": '"r1"'})  # fmt: skip
        assert answer.status_code not in (401, 403, 404, 405), (action, answer.text)


# What shows more of an item that another service has told.
SCOPE_TO_READ = {
    "offer_to_sign": "agreements:read",
    "customer_unreached": "notices:read",
    "notice_address_bounced": "identity:read",
    "contacts_unverified": "notices:read",
}


@pytest.mark.parametrize(
    "scopes", [["registry:read"], ["registry:read", "agreements:read", "notices:read"]]
)
def test_who_may_only_read_is_shown_what_to_read(busy: Vendor, scopes: list[str]) -> None:
    body = {"org_id": busy.client["org_id"], "name": "reader", "scopes": scopes}
    reader = busy.stack.must(busy.stack.admin, "POST", "/identity/v1/clients", body)

    for item in todo(busy, reader, limit=200)["items"]:
        if item["action"] is None:
            assert SCOPE_TO_READ[item["kind"]] not in scopes
            continue
        assert item["action"]["method"] == "GET"
        answer = busy.stack.ask(reader, "GET", item["action"]["path"])
        assert answer.status_code == 200, item


def test_contacts_are_counted_until_they_were_seen_to_read(vendor: Vendor) -> None:
    adopt(vendor, entry())
    emails = [f"{name}-{uuid.uuid4().hex[:8]}@nordbo.test" for name in ("ida", "bo")]
    contacts = [{"name": "Ida", "position": "DPO", "email": each} for each in emails]
    customer = vendor.customer("reads", contacts=contacts)
    vendor.stack.tell()
    [item] = [each for each in todo(vendor)["items"] if each["kind"] == "contacts_unverified"]
    assert item["detail"].startswith("Contacts of your customers whom nobody has seen read")
    assert ": 2." in item["detail"]

    rows = vendor.stack.database("notices").db["verified_addresses"]
    seen = {"owner": customer["org_id"], "at": now(), "how": "acknowledged"}
    rows.insert_many([{**seen, "_id": each, "address": each} for each in emails])
    assert "contacts_unverified" not in kinds(vendor)


def test_the_places_it_names_are_those_of_the_checklist(busy: Vendor) -> None:
    needs = busy.must("GET", "/page")["checklist"]["needs"]
    items = todo(busy, limit=200)["items"]

    named = [item["subject"]["id"] for item in items if item["kind"] == "place_without_basis"]
    assert sorted(named) == sorted(need["sub_processor"]["id"] for need in needs)
    assert named


def test_pages_give_each_item_once(busy: Vendor) -> None:
    whole = todo(busy, limit=200)["items"]
    some, cursor = [], None
    while True:
        page = todo(busy, limit=3, **({"cursor": cursor} if cursor else {}))
        some += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert some == whole
    assert len(whole) > 9


def test_a_cursor_of_another_list_is_refused(busy: Vendor) -> None:
    query = {"cursor": busy.must("GET", "/changes?limit=1")["next_cursor"]}
    assert busy.ask("GET", "/todo", query_string=query).status_code == 400


@pytest.mark.parametrize(
    ("client", "method", "service", "kinds"),
    [
        (AgreementsClient, "offers", "agreements", ["offer_to_sign"]),
        (
            NoticesClient,
            "reach",
            "notices",
            ["customer_unreached", "notice_address_bounced", "contacts_unverified"],
        ),
    ],
)
def test_a_service_that_is_away_is_named(
    busy: Vendor, monkeypatch: pytest.MonkeyPatch, client: type, method: str, service: str,
    kinds: list[str],
) -> None:  # fmt: skip
    def away(*_: Any) -> Any:
        raise PeerUnavailable(service, "does not answer")

    monkeypatch.setattr(client, method, away)

    said = todo(busy, limit=200)

    assert said["away"] == [{"service": service, "kinds": kinds}]
    assert {item["kind"] for item in said["items"]} == set(KINDS) - set(kinds)


def test_a_company_that_an_agreement_names_and_the_list_does_not_is_a_finding(
    vendor: Vendor,
) -> None:
    adopt(vendor, entry())
    processing = {
        **builders.agreement_body("org_x")["processing"],
        "nature": "Calls are made by way of Twilio.",
    }
    for name in ("one", "two"):
        vendor.customer(name, agreement={"processing": processing})

    told = [each for each in todo(vendor, limit=200)["items"] if "Twilio" in each["detail"]]

    [item] = told  # Two agreements say the same.
    assert (item["kind"], item["subject"]["type"], item["subject"]["name"]) == (
        "finding", "agreement", "One",
    )  # fmt: skip
    agreement = f"/agreements/v1/agreements/{item['subject']['id']}"
    assert item["action"]["path"] == agreement
    vendor.stack.must(vendor.client, "GET", agreement)


def test_what_is_done_is_no_longer_to_do(busy: Vendor) -> None:
    [objection] = [each for each in todo(busy, limit=200)["items"] if each["kind"] == "objection"]
    path = f"/registry/v1/objections/{objection['subject']['id']}"
    assert objection["action"]["path"] == f"{path}/acknowledge"
    busy.stack.must(busy.client, "POST", f"{path}/acknowledge")
    [waiting] = [each for each in todo(busy, limit=200)["items"] if each["kind"] == "objection"]
    assert waiting["action"]["path"] == f"{path}/offer-mitigation"
    busy.stack.must(busy.client, "POST", f"{path}/reject", {"reason": "No."})

    assert "objection" not in kinds(busy, limit=200)


def test_a_draft_whose_day_has_passed_wants_another_day(vendor: Vendor) -> None:
    adopt(vendor, entry())
    draft = vendor.draft(days=1, sub_processor=entry(legal_name="Draft Ltd", website=None))
    vendor.stack.pass_time(days=3)

    [item] = todo(vendor)["items"]

    assert (item["kind"], item["severity"]) == ("draft", "must")
    assert item["action"] == {"method": "PATCH", "path": f"{vendor.path}/changes/{draft['id']}"}


@pytest.mark.parametrize(
    ("days", "severity"), [(61, None), (60, "should"), (8, "should"), (7, "must"), (-1, "must")]
)
def test_evidence_is_due_from_sixty_days_before(
    vendor: Vendor, days: int, severity: str | None
) -> None:
    adopt(vendor, with_evidence(due_on=str(vendor.today + timedelta(days))))

    due = [each for each in todo(vendor)["items"] if each["kind"] == "evidence_due"]

    assert [each["severity"] for each in due] == ([severity] if severity else [])


def test_used_since_is_measured_by_the_entry_and_not_by_its_row(vendor: Vendor) -> None:
    used = {"en": "Used since 1 January 2026", "da": "x", "sv": "x"}
    adopt(vendor, entry(purpose=used))
    [listed] = vendor.must("GET", "/sub-processors")["items"]
    vendor.announced(40, kind="modify", sub_processor_id=listed["id"],
                     sub_processor=entry(purpose=used, retention="7 days"))  # fmt: skip
    vendor.stack.pass_time(days=41)
    vendor.stack.settle()

    details = [each["detail"] for each in todo(vendor)["items"]]

    assert not [each for each in details if "is used since" in each]
    assert [each for each in details if each.startswith("It changed on")]


def test_a_record_is_no_change_since_the_review(vendor: Vendor) -> None:
    adopt(vendor, entry())
    [listed] = vendor.must("GET", "/sub-processors")["items"]
    vendor.stack.pass_time(days=10)
    vendor.must("POST", f"/sub-processors/{listed['id']}/records",
                {"set": {"website": "https://www.mailer.example"}})  # fmt: skip

    assert todo(vendor)["items"] == []


def test_what_owes_no_notice_is_settled_by_a_record(busy: Vendor) -> None:
    items = todo(busy, limit=200)["items"]
    steps = {(each["kind"], each["action"]["path"].rpartition("/")[2]) for each in items}

    records = {kind for kind, step in steps if step == "records"}
    # The finding is the missing registration number; the name itself is drafted as a change.
    assert records == {
        "place_without_basis", "evidence_due", "review_due", "text_missing", "finding",
    }  # fmt: skip
    named = [each for each in items if each["detail"].startswith("“Consultants”")]
    assert [each["action"]["path"] for each in named] == [f"{busy.path}/changes"]


def test_a_record_settles_what_falls_due(vendor: Vendor) -> None:
    adopt(vendor, with_evidence(due_on=str(vendor.today + timedelta(5))))
    [item] = todo(vendor)["items"]
    [listed] = vendor.must("GET", "/sub-processors")["items"]
    places = with_evidence(due_on=str(vendor.today + timedelta(400)))["locations"]

    vendor.stack.must(vendor.client, item["action"]["method"], item["action"]["path"],
                      {"set": {"locations": places}, "note": "Looked up"})  # fmt: skip

    assert item["action"]["path"].endswith(f"/{listed['id']}/records")
    assert todo(vendor)["items"] == []


def test_another_vendor_finds_nothing(busy: Vendor, stack: Stack) -> None:
    stranger = new_client(stack, "stranger", ["processor"], PROCESSOR_SCOPES)
    answer = stack.ask(stranger, "GET", f"{busy.path}/todo")
    assert answer.status_code == 404


@pytest.mark.parametrize("query", [{"limit": "0"}, {"language": "fr"}, {"x": "1"}])
def test_a_query_that_cannot_be_is_refused(vendor: Vendor, query: dict[str, str]) -> None:
    adopt(vendor, entry())
    assert vendor.ask("GET", "/todo", query_string=query).status_code in (400, 422)
