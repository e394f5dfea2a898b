"""Signing at a vendor's own provider: it is asked, it reports, and what binds whom by that."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.agreements.use_cases.signature_requests import Sending
from shared.times import format_instant
from shared.webhook_signing import new_secret, signed_headers
from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, VENDOR, Office
from tests.integration.agreements.test_import import PDF
from tests.integration.agreements.test_papers import confirm, refuse, upload
from tests.receiver import Receiver, receiving

CUSTOMER = f"portal:{NORDBO}"
SHA256 = hashlib.sha256(PDF).hexdigest()
OURS = {"party": "processor", "name": "Bo Lund", "email": "bo@example.test"}
THEIRS = {"party": "controller", "name": "Ida Holm", "email": "ida@example.test"}


@pytest.fixture
def outside() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def provide(office: Office, who: str, url: str) -> str:
    answer = office.ask(who, "PUT", "/signature-provider", json={"url": url})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["secret"])


def ask(office: Office, agreement_id: str, *signers: dict[str, str]) -> Any:
    body = {"signers": list(signers or (OURS, THEIRS))}
    return office.post(VENDOR, f"/agreements/{agreement_id}/signature-requests", body)


def asked(office: Office, secret_url: str, agreement_id: str, *signers: dict[str, str]
          ) -> tuple[str, Any]:  # fmt: skip
    """The provider's secret, and a request that waits to be sent."""
    secret = provide(office, VENDOR, secret_url)
    answer = ask(office, agreement_id, *signers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return secret, answer.get_json()


def report_of(office: Office, request: Any, **more: Any) -> dict[str, Any]:
    at = format_instant(office.clock())
    signed = [{"party": each["party"], "name": each["name"], "title": "Chair", "at": at}
              for each in request["signers"]]  # fmt: skip
    return {"request_id": request["id"], "status": "signed", "signed": signed,
            "document_sha256": request["document_sha256"],
            "evidence": base64.b64encode(PDF).decode(), **more}  # fmt: skip


def send(office: Office, secret: str, request_id: str, body: Any, *, at: datetime | None = None,
         raw: bytes | None = None) -> Any:  # fmt: skip
    """``raw``: what is sent instead of what was signed."""
    signed = json.dumps(body).encode()
    headers = signed_headers("rep_1", at or office.clock(), signed, [secret])
    return office.app.test_client().post(
        f"/v1/signature-reports/{request_id}", data=raw or signed, headers=headers,
        content_type="application/json",
    )  # fmt: skip


def state(office: Office, agreement_id: str) -> list[str]:
    path = f"/agreements/{agreement_id}/signature-requests"
    return [each["state"] for each in office.get(VENDOR, path)["items"]]


def test_the_provider_gets_the_document_once_signed_and_is_not_asked_twice(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    secret, request = asked(office, f"{outside.url}/sign", agreement_id)
    loop = Sending(office.deps)
    loop.run_once()
    loop.run_once()
    (came,) = outside.at("/sign")
    assert came.id == request["id"]
    headers = signed_headers(came.id, office.clock(), came.body, [secret])
    assert came.headers["webhook-signature"] == headers["webhook-signature"]
    data = json.loads(came.body)["data"]
    assert base64.b64decode(data["pdf"]).startswith(b"%PDF-")
    assert (data["request_id"], data["agreement_id"]) == (request["id"], agreement_id)
    assert data["document_sha256"] == request["document_sha256"]
    assert data["signers"] == [OURS, THEIRS]
    assert data["report_to"].endswith(f"/agreements/v1/signature-reports/{request['id']}")
    assert state(office, agreement_id) == ["sent"]


def test_a_provider_that_fails_or_points_elsewhere_is_asked_again_and_then_no_more(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    asked(office, f"{outside.url}/sign", agreement_id)
    outside.status, loop = 302, Sending(office.deps)
    for _ in range(13):
        loop.run_once()
        assert not office.types(agreement_id)[2:]
        office.clock.forward(minutes=6)
    loop.run_once()
    assert len(outside.at("/sign")) == 12
    assert state(office, agreement_id) == ["unsent"]


def test_what_is_not_on_offer_any_more_is_not_sent(office: Office, outside: Receiver) -> None:
    agreement_id = office.offered()
    asked(office, f"{outside.url}/sign", agreement_id)
    office.post(VENDOR, f"/agreements/{agreement_id}/reject", {"reason": "No."})
    Sending(office.deps).run_once()
    assert (outside.requests, state(office, agreement_id)) == ([], ["unsent"])


def test_signed_by_both_it_binds_when_the_customer_has_confirmed_the_very_file(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    secret, request = asked(office, outside.url, agreement_id)
    answer = send(office, secret, request["id"], report_of(office, request))
    assert answer.get_json() == {"request_id": request["id"], "state": "signed"}
    seen = office.get(CUSTOMER, f"/agreements/{agreement_id}")
    assert (seen["status"], seen["paper"]["pdf_sha256"]) == ("offered", SHA256)
    assert office.types(agreement_id)[-1] == "paper_uploaded"
    file = office.ask(CUSTOMER, "GET", f"/agreements/{agreement_id}/paper/file")
    assert file.data == PDF
    assert confirm(office, VENDOR, agreement_id).get_json()["code"] == "own-paper"
    now = confirm(office, CUSTOMER, agreement_id).get_json()
    assert now["status"] == "active"
    assert {(it["party"], it["name"], it["method"], it["evidence_sha256"])
            for it in now["acceptances"]} == {
        ("processor", "Bo Lund", "signature-provider", SHA256),
        ("controller", "Ida Holm", "signature-provider", SHA256),
    }  # fmt: skip
    page = office.ask(VENDOR, "GET", f"/agreements/{agreement_id}/document",
                      headers={"Accept": "text/html"}).get_data(as_text=True)  # fmt: skip
    assert SHA256 in page


def test_signed_by_the_vendor_alone_it_binds_at_once_where_the_customer_accepted_here(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    office.accept(CUSTOMER, agreement_id)
    secret, request = asked(office, outside.url, agreement_id, OURS)
    assert send(office, secret, request["id"], report_of(office, request)).status_code == 200
    now = office.get(VENDOR, f"/agreements/{agreement_id}")
    assert now["status"] == "active"
    assert [(it["party"], it["method"]) for it in now["acceptances"]] == [
        ("controller", "accepted"), ("processor", "signature-provider"),
    ]  # fmt: skip
    assert office.types(agreement_id)[-2:] == ["accepted", "activated"]
    file = office.ask(CUSTOMER, "GET", f"/agreements/{agreement_id}/paper/file")
    assert file.data == PDF


def test_an_amendment_signed_outside_takes_the_place_of_what_binds(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.active()
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", {"deletion_days": 3})
    secret, request = asked(office, outside.url, agreement_id)
    send(office, secret, request["id"], report_of(office, request))
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["version"] == 1
    confirm(office, CUSTOMER, agreement_id)
    assert office.get(VENDOR, f"/agreements/{agreement_id}")["deletion_days"] == 3


@pytest.mark.parametrize("status", ["declined", "expired"])
def test_what_was_not_signed_is_noted_and_the_offer_stays_open(
    office: Office, outside: Receiver, status: str
) -> None:
    agreement_id = office.offered()
    secret, request = asked(office, outside.url, agreement_id)
    told = report_of(office, request, status=status, signed=[], evidence="")
    assert send(office, secret, request["id"], told).get_json()["state"] == status
    assert state(office, agreement_id) == [status]
    office.accept_by_both(agreement_id)


def test_the_same_report_again_is_answered_alike_and_another_one_is_refused(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    secret, request = asked(office, outside.url, agreement_id)
    told = report_of(office, request)
    first = send(office, secret, request["id"], told)
    again = send(office, secret, request["id"], told)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert office.types(agreement_id).count("paper_uploaded") == 1
    refuse(office, CUSTOMER, agreement_id)
    assert send(office, secret, request["id"], told).get_json() == first.get_json()
    other = send(office, secret, request["id"], {**told, "status": "declined"})
    assert (other.status_code, other.get_json()["code"]) == (409, "signature-request-over")


def test_a_newer_request_takes_the_place_and_a_report_on_the_older_counts_for_neither(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    secret, older = asked(office, outside.url, agreement_id)
    newer = ask(office, agreement_id).get_json()
    assert state(office, agreement_id) == ["waiting", "replaced"]
    told = report_of(office, older, status="declined", signed=[], evidence="")
    assert send(office, secret, older["id"], told).status_code == 409
    assert send(office, secret, newer["id"], told).status_code == 422
    assert state(office, agreement_id) == ["waiting", "replaced"]


def test_hostile_reports_change_nothing(office: Office, outside: Receiver) -> None:
    agreement_id = office.offered()
    secret, request = asked(office, outside.url, agreement_id)
    rivals = provide(office, RIVAL, outside.url)
    told, sent_to = report_of(office, request), request["id"]
    late, early = office.clock() - timedelta(minutes=6), office.clock() + timedelta(minutes=6)
    for answer in (
        send(office, rivals, sent_to, told), send(office, new_secret(), sent_to, told),
        send(office, secret, sent_to, told, at=late), send(office, secret, sent_to, told, at=early),
        send(office, secret, sent_to, told, raw=json.dumps({**told, "status": "expired"}).encode()),
        office.app.test_client().post(f"/v1/signature-reports/{sent_to}", json=told),
    ):  # fmt: skip
        assert answer.status_code == 401, answer.get_data(as_text=True)
    unknown = send(office, secret, "sgr_unknown", told)
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "not-found")
    for more, status in (
        ({"document_sha256": "0" * 64}, 409), ({"evidence": ""}, 422), ({"signed": []}, 422),
        ({"evidence": base64.b64encode(b"no pdf").decode()}, 422), ({"evidence": "%%%"}, 422),
        ({"signed": told["signed"][:1]}, 422), ({"status": "perhaps"}, 422),
        ({"signed": [{**each, "at": format_instant(early)} for each in told["signed"]]}, 422),
        ({"request_id": "sgr_other"}, 422), ({"evidence": "A" * 22_369_628}, 422),
    ):  # fmt: skip
        answer = send(office, secret, sent_to, {**told, **more})
        assert answer.status_code == status, (more.keys(), answer.get_data(as_text=True)[:300])
    huge = send(office, secret, sent_to, {**told, "evidence": "A" * 22_600_000})
    assert huge.status_code == 413
    assert state(office, agreement_id) == ["waiting"]
    assert office.types(agreement_id) == ["drafted", "offered"]


def test_a_new_secret_ends_the_old_one_and_without_a_provider_nothing_is_believed(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    old, request = asked(office, outside.url, agreement_id)
    fresh, told = provide(office, VENDOR, outside.url), report_of(office, request)
    assert send(office, old, request["id"], told).status_code == 401
    assert office.ask(VENDOR, "DELETE", "/signature-provider").status_code == 204
    assert send(office, fresh, request["id"], told).status_code == 401
    assert ask(office, agreement_id).get_json()["code"] == "no-signature-provider"
    assert office.ask(VENDOR, "GET", "/signature-provider").status_code == 404


def test_the_secret_is_shown_once_and_lies_sealed(office: Office, outside: Receiver) -> None:
    secret = provide(office, VENDOR, outside.url)
    assert "secret" not in office.get(VENDOR, "/signature-provider")
    stored = office.deps.mongo.db["signature_providers"].find_one({"_id": VENDOR})
    assert secret.encode() not in repr(stored).encode()


@pytest.mark.parametrize("url", ["ftp://x.example", "http://10.0.0.1/", "https://169.254.169.254/"])
def test_urls_that_webhooks_may_not_go_to_are_refused(office: Office, url: str) -> None:
    answer = office.ask(VENDOR, "PUT", "/signature-provider", json={"url": url})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "url-not-allowed")


def test_only_the_vendor_asks_and_only_for_what_could_be_signed_now(
    office: Office, outside: Receiver
) -> None:
    provide(office, VENDOR, outside.url)
    draft, active, offered = office.drafted(), office.active(), office.offered(products=["other"])
    assert [ask(office, each).status_code for each in (draft, active)] == [409, 409]
    assert ask(office, offered, OURS).status_code == 422
    path, body = f"/agreements/{offered}/signature-requests", {"signers": [OURS, THEIRS]}
    assert office.post(CUSTOMER, path, body).status_code == 403
    provide(office, RIVAL, outside.url)
    assert office.post(RIVAL, path, body).status_code == 404
    for stranger in (RIVAL, f"portal:{LILLEBROR}"):
        assert office.ask(stranger, "GET", path).status_code == 404


def test_a_paper_of_the_customer_that_waits_is_answered_first(
    office: Office, outside: Receiver
) -> None:
    agreement_id = office.offered()
    secret, request = asked(office, outside.url, agreement_id)
    upload(office, CUSTOMER, agreement_id)
    answer = send(office, secret, request["id"], report_of(office, request))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "paper-waits")
    assert state(office, agreement_id) == ["waiting"]
