"""The main job as clients do it, over HTTP: in one web process, and in one per service."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from tests.e2e.job import Job, announced
from tests.e2e.running import Running, patience, until
from tests.e2e.story import PROCESSOR, TERMS, first_break
from tests.pdf import text_of
from tests.receiver import receiving

pytestmark = pytest.mark.slow

ANNOUNCED = "sub_processor.change.announced"
NAME = "Northwind Mail Inc."
# Seconds from the answer of `announce` to each message. The services ask each other over the
# network and share two cores with three mongod, so they are given more time.
WITHIN = {"embedded": 1.0, "processes": 10.0}


@pytest.fixture(scope="module")
def job(profile: Running) -> Iterator[Job]:
    with receiving() as receiver:
        yield announced(profile, receiver)


def test_ten_days_are_too_few_and_the_answer_says_since_which_agreement(job: Job) -> None:
    problem = job.refused.json()

    assert job.refused.status_code == 409
    assert job.refused.headers["Content-Type"] == "application/problem+json"
    assert problem["code"] == "notice-period-too-short"
    # Thirty days lie between the notice and the change; neither day is counted.
    assert problem["context"]["earliest_effective_on"] == _day(job, 31)
    blocking = [(each["notice_days"], each["customers"]) for each in problem["context"]["blocking"]]
    # Even ten days' notice is not kept by a change in ten days: it needs ten days in between.
    assert sorted(blocking) == [(10, 1), (14, 1), (30, 1)]


def _day(job: Job, after: int) -> str:
    return (job.today + timedelta(days=after)).isoformat()


def test_with_the_earliest_day_it_is_announced(job: Job) -> None:
    assert (job.announced["status"], job.day) == ("announced", _day(job, 31))
    assert job.vendor.must("GET", job.path)["status"] == "announced"


@pytest.mark.parametrize("slug", TERMS)
def test_each_customer_gets_one_signed_message_at_once(
    job: Job, slug: str, request: pytest.FixtureRequest
) -> None:
    message, told = job.message(slug), job.told(slug)
    profile = request.node.callspec.params["profile"]

    assert message.at - job.answered_at < WITHIN[profile] * patience()
    assert message.headers["content-type"] == "application/json"
    assert len(message.body) < 20_000
    assert list(told) == ["type", "timestamp", "data"]
    assert (told["type"], told["timestamp"][-1]) == (ANNOUNCED, "Z")
    of_another = next(job.secrets[each] for each in TERMS if each != slug)
    with pytest.raises(WebhookVerificationError):
        message.verified(of_another)


@pytest.mark.parametrize("slug", TERMS)
def test_the_message_says_what_comes_and_by_when_this_customer_may_object(
    job: Job, slug: str
) -> None:
    data, (_, objection_days) = job.told(slug)["data"], TERMS[slug]
    [agreement] = job.customers[slug].must("GET", "/portal/v1/agreements")["items"]

    assert set(data) >= {"change_id", "sequence", "kind", "materiality", "processor",
                         "sub_processor", "previous", "reason", "agreement_id", "notice",
                         "links"}  # fmt: skip
    assert data["change_id"] == job.change_id
    assert data["sequence"] == job.announced["sequence"]
    assert (data["kind"], data["previous"]) == ("add", None)
    assert set(data["materiality"]) == {"new_entity", "new_country"}
    assert data["processor"]["slug"] == PROCESSOR
    assert data["sub_processor"]["id"] == job.subject
    assert data["sub_processor"]["purpose"]["en"] == "Sending e-mail"
    assert data["sub_processor"]["locations"][0]["verdict"]["status"] == "valid"
    assert data["agreement_id"] == agreement["id"]
    notice = data["notice"]
    assert notice["id"].startswith("ntc_")
    assert notice["given_on"] == job.today.isoformat()
    assert notice["effective_on"] == job.day
    assert notice["silence"] == "consent"
    # A deadline that would fall on a day without work is the next working day (1182/71, 3(4)).
    plain = job.today + timedelta(days=objection_days)
    assert plain <= date.fromisoformat(notice["objection_deadline"]) <= plain + timedelta(days=6)
    links, origin = data["links"], job.running.origin
    assert links["change"] == f"{origin}/portal/v1/changes/{job.change_id}"
    assert links["page"] == f"{origin}/p/{PROCESSOR}"


def test_nobody_elses_message_and_nothing_private_is_in_it(job: Job) -> None:
    told = [job.told(slug)["data"] for slug in TERMS]

    assert len({each["agreement_id"] for each in told}) == 3
    assert len({each["notice"]["id"] for each in told}) == 3
    assert len({job.message(slug).id for slug in TERMS}) == 3
    assert not [each for each in told if "SPA-7" in str(each)]


def test_a_notice_names_the_contact_person_and_the_public_page_does_not(job: Job) -> None:
    contact = job.told("nordbo")["data"]["sub_processor"]["contact"]

    assert contact["email"] == "dpo@northwind-mail.example"
    for path in (".json", ".csv", "/changes.json", "/ledger.jsonl"):
        assert contact["email"] not in job.page(path).text


def test_a_message_sent_again_has_the_same_id_and_the_same_bytes(job: Job) -> None:
    customer = job.customers["havnens-revision"]
    job.evidence()
    [endpoint] = customer.must("GET", "/portal/v1/webhook-endpoints")["items"]
    path = f"/portal/v1/webhook-endpoints/{endpoint['id']}/deliveries"
    sent = [e for e in customer.must("GET", path)["items"] if e["type"] == ANNOUNCED]

    customer.must("POST", f"/portal/v1/deliveries/{sent[0]['id']}/retry")

    at = "/havnens-revision"
    job.receiver.wait(lambda: len(job.receiver.at(at)) == 2)
    first, second = job.receiver.at(at)
    assert (second.id, second.body) == (first.id, first.body)
    assert second.verified(job.secrets["havnens-revision"]) == job.told("havnens-revision")


@pytest.mark.parametrize(
    ("language", "ended"),
    [("en", "16 July 2020"), ("da", "16. juli 2020"), ("sv", "16 juli 2020")],
)
def test_the_page_shows_what_comes_in_each_language(job: Job, language: str, ended: str) -> None:
    page = job.page(lang=language)
    coming, _, today = page.text.partition('aria-labelledby="list"')

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert NAME in coming
    assert f'datetime="{job.day}"' in coming
    assert NAME not in today.partition("</table>")[0]
    assert "Privacy Shield" in today
    assert ended in today


def test_the_page_of_the_effective_day_lists_the_new_one(job: Job) -> None:
    for day, listed in ((job.day, True), (_day(job, 30), False)):
        page = job.page(as_of=day)
        table = page.text.partition('aria-labelledby="list"')[2].partition("</table>")[0]
        assert (NAME in table) is listed
        names = [each["legal_name"] for each in job.page(".json", as_of=day).json()["items"]]
        assert (NAME in names) is listed
    assert NAME not in [e["legal_name"] for e in job.page(".json").json()["items"]]


def test_contact_persons_and_references_stay_private(job: Job) -> None:
    shown = [job.page(suffix, as_of=job.day) for suffix in ("", ".json", ".csv", ".jsonld")]
    shown += [job.page(suffix) for suffix in ("/changes", "/changes.json", "/ledger.jsonl")]

    assert {page.status_code for page in shown} == {200}
    for private in ("dpo@northwind-mail.example", "Jo Reed", "SPA-7", "TIA-2026-17"):
        assert not [page.url for page in shown if private in page.text]


def test_one_objects_and_is_excluded_while_the_gate_opens_for_the_others_in_time(job: Job) -> None:
    lillebror = job.customers["lillebror"]
    body = {"grounds": "location", "text": "No transfers to third countries, please."}
    path = f"/portal/v1/changes/{job.change_id}"

    made = lillebror.ask("POST", f"{path}/objections", json=body)
    assert made.status_code == 201, made.text
    assert lillebror.ask("POST", f"{path}/objections", json=body).status_code == 409
    [seen] = job.vendor.must("GET", f"{job.path}/objections")["items"]
    assert (seen["id"], seen["text"]) == (made.json()["id"], body["text"])
    settled = job.vendor.must("POST", f"/registry/v1/objections/{seen['id']}/exclude")
    assert settled["status"] == "excluded"

    for on in (None, job.day):
        assert job.gate("lillebror", on)["answer"] == "excluded"
    for slug in ("nordbo", "havnens-revision"):
        gate = job.gate(slug, None)
        assert (gate["answer"], gate["until"]) == ("blocked_until", job.day)
        assert job.gate(slug, job.day)["answer"] == "allowed"
        assert job.gate(slug, _day(job, 90))["answer"] == "allowed"
    assert job.subject not in job.own_list("lillebror")
    assert job.subject in job.own_list("nordbo")
    assert lillebror.must("GET", path)["objection"]["status"] == "excluded"


def test_the_evidence_lists_all_three_with_times_and_receipts(job: Job) -> None:
    nordbo = job.customers["nordbo"]
    nordbo.must("POST", f"/portal/v1/changes/{job.change_id}/acknowledgement")

    lines = {each["customer"]["id"]: each for each in job.evidence()}

    assert set(lines) == {each.org_id for each in job.customers.values()}
    for slug, customer in job.customers.items():
        line, notice = lines[customer.org_id], job.told(slug)["data"]["notice"]
        assert line["notice_id"] == notice["id"]
        assert line["deadline"] == notice["objection_deadline"]
        assert line["terms"]["notice_days"] == TERMS[slug][0]
        assert (line["channel"], line["reached"]) == ("webhook", True)
        assert line["recipient"] == f"{job.receiver.url}/{slug}"
        assert line["attempts"][0]["status"] == 204
        assert (line["acknowledged_at"] is not None) is (slug == "nordbo")


def test_the_evidence_is_a_table_and_a_document_too(job: Job) -> None:
    delivered = {each["delivered_at"] for each in job.evidence()}
    path = f"/notices/v1/changes/{job.change_id}/evidence"
    names = {"Nordbo Boligforening", "Havnens Revision P/S", "Lillebror AB"}

    table = job.vendor.ask("GET", path, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert {row["customer"] for row in rows} == names
    assert {row["delivered_at"] for row in rows} == delivered
    document = job.vendor.ask("GET", path, headers={"Accept": "application/pdf"})
    assert document.headers["Content-Type"] == "application/pdf"
    assert document.content.startswith(b"%PDF-")
    assert len(document.content) > 5_000
    read = " ".join(text_of(document.content).split())
    assert all(name in read for name in names)


def test_the_ledger_verifies_and_holds_the_announcement(job: Job) -> None:
    answer = job.page("/ledger.jsonl")
    entries = [json.loads(line) for line in answer.text.splitlines()]

    assert first_break(entries) == ""
    [announced] = [each for each in entries if each["type"] == ANNOUNCED]
    assert announced["sequence"] == job.announced["sequence"]
    assert announced["data"]["change_id"] == job.change_id
    assert entries[-1]["hash"] in job.page().text


def can_pull_its_message(job: Job, slug: str) -> bool:
    return job.message(slug).id in job.pulled(slug)


def test_the_customers_see_the_change_where_they_pull_it(job: Job) -> None:
    for slug, customer in job.customers.items():
        [change] = customer.must("GET", "/portal/v1/changes?status=open")["items"]
        notice = job.told(slug)["data"]["notice"]
        assert change["id"] == job.change_id
        assert change["objection_deadline"] == notice["objection_deadline"]
        # A message can be pulled when none can come before it any more, a moment after it was sent.
        until(partial(can_pull_its_message, job, slug))
