"""Evidence says what is known of each customer, and no more."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices.api.evidence_files import csv_lines
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.webhook import CHANNEL as WEBHOOK
from services.notices.model.channels import Tried
from services.notices.model.endpoints import Endpoint
from services.notices.model.evidence import Evidence, Reach, evidence_of, reach_of
from services.notices.model.messages import Event, Group, body_of
from services.notices.model.recipients import Recipient
from shared.counting import counted_in_all

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GROUP = Group(
    "t30", "2026-11-23", "2026-12-07", "2026-12-24", "consent", {"notice_days": 30},
    objection_spans="14 14 14 16",
)  # fmt: skip
EVENT = Event(
    "evt_1", "sub_processor.change.announced", "2026-11-23T09:00:00.000Z", {"id": "org_p"},
    '{"type":"t","data":{"change_id":"chg_1"', "}}", change_id="chg_1", groups=(GROUP,),
)  # fmt: skip
RECIPIENT = Recipient(
    "agr_1", {"id": "org_p"}, {"id": "org_c", "legal_name": "Kunde"}, (), (), (), 1, None, ()
)


def message(**more: Any) -> dict[str, Any]:
    notice = {
        "id": "ntc_1",
        "given_on": "2026-11-23",
        "objection_deadline": "2026-12-07",
        "effective_on": "2026-12-24",
        "silence": "consent",
        "terms_key": "t30",
    }
    return {
        "_id": "msg_1",
        "agreement_id": "agr_1",
        "notice": notice,
        "acknowledged_at": None,
        "outcome": "queued",
        "extra": "",
        **more,
    }


def delivery(endpoint_id: str, state: str, *codes: str | None) -> dict[str, Any]:
    attempts = [
        {"at": NOW, "code": code, "status": 500 if code else 204, "duration_ms": 9}
        for code in codes
    ]
    told = {"delivered_at": NOW} if state == "delivered" else {}
    return {"endpoint_id": endpoint_id, "state": state, "attempts": attempts, **told}


def made(deliveries: list[dict[str, Any]], **more: Any) -> Evidence:
    return evidence_of(EVENT, message(**more), by_webhook(deliveries), RECIPIENT)


def by_webhook(deliveries: list[dict[str, Any]]) -> Any:
    urls = {"whe_1": "https://a.example/", "whe_2": "https://b.example/"}
    return [(WEBHOOK, [{**row, "url": urls.get(row["endpoint_id"])} for row in deliveries])]


def test_it_works() -> None:
    line = made([delivery("whe_1", "failed", "http_500"), delivery("whe_2", "delivered", None)])
    assert (line.reached, line.outcome, line.recipient) == (True, "delivered", "https://b.example/")
    assert line.delivered_at == NOW
    assert [each.outcome for each in line.attempts] == ["http_500", "delivered"]
    assert line.terms == {"notice_days": 30}


def test_every_member_of_a_line_is_what_the_notice_its_group_and_its_deliveries_say() -> None:
    """Tried on 23 November, taken on 24: the days run from 24; 24 + 14 is 8 December."""
    person = {"name": "Ida", "email": "ida@a.example"}
    taken_at, read_at = NOW + timedelta(days=1), NOW + timedelta(days=2)
    letter = {"id": "let_1", "kind": "objection", "received_on": "2026-11-25"}
    told = message(acknowledged_at=read_at, acknowledged_by=person, letters=[letter])
    told["notice"].update(holidays="DK", time_zones=["Europe/Copenhagen"])
    mine = replace(GROUP, terms={"receipt_rule": "delivered"})
    other = replace(GROUP, key="t60", objection_deadline="2027-01-22")
    event = replace(EVENT, groups=(other, mine), approved_by=(person,))
    failed = {"at": NOW, "code": "http_500", "status": 500, "duration_ms": 7}
    taken = {"at": taken_at, "code": None, "status": 204, "duration_ms": 9}
    row = delivery("whe_1", "delivered")
    row = {**row, "attempts": [taken, failed], "delivered_at": taken_at}
    line = evidence_of(event, told, by_webhook([row]), RECIPIENT)
    url = "https://a.example/"
    assert line == Evidence(
        agreement_id="agr_1", notice_id="ntc_1", customer={"id": "org_c", "legal_name": "Kunde"},
        terms={"receipt_rule": "delivered"}, channel="webhook", recipient=url,
        given_on="2026-11-23", deadline="2026-12-08", effective_on="2026-12-24", silence="consent",
        attempts=(Tried(NOW, "webhook", url, "http_500", 500, 7),
                  Tried(taken_at, "webhook", url, "delivered", 204, 9)),
        delivered_at=taken_at, acknowledged_at=read_at, outcome="delivered", reached=True,
        acknowledged_by=person, unreached=None, sent_at=NOW, counts_from="2026-11-24",
        counting=counted_in_all("DK", ["Europe/Copenhagen"]), letters=(letter,),
        approved_by=(person,), sha256=hashlib.sha256(body_of(event, "")).hexdigest(),
    )  # fmt: skip
    assert line.counting is not None
    assert made([]).letters == ()


def test_without_a_channel_a_customer_is_not_reached() -> None:
    line = made([], outcome="no_endpoint")
    assert (line.reached, line.channel, line.outcome) == (False, None, "no_endpoint")


def test_an_acknowledgement_reaches_by_itself() -> None:
    assert made([], acknowledged_at=NOW).reached


def test_attempts_at_a_deleted_endpoint_stay_in_the_proof() -> None:
    line = made([delivery("whe_9", "abandoned", "http_500")])
    assert (line.recipient, line.reached) == ("(deleted endpoint)", False)
    assert len(line.attempts) == 1


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_no_cell_begins_as_a_formula(start: str) -> None:
    controller = {"id": "org_c", "legal_name": f"{start}cmd|' /C calc'!A0"}
    recipient = Recipient("agr_1", {}, controller, (), (), (), 1, None, ())
    line = evidence_of(
        EVENT, message(), by_webhook([delivery("whe_1", "failed", "http_500")]), recipient
    )
    text = "".join(csv_lines(EVENT, [line]))
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["customer"].startswith(f"'{start}")
    assert row["deadline"] == "2026-12-07"


def sent(at: datetime, status: int | None, **more: Any) -> list[dict[str, Any]]:
    attempt = {"at": at, "code": "x", "status": status, "duration_ms": 9}
    return [{"endpoint_id": "whe_1", "state": "pending", "attempts": [attempt], **more}]


def test_the_days_are_those_of_the_real_sending() -> None:
    prompt, late = made(sent(NOW, 503)), made(sent(NOW + timedelta(days=3), 503))
    assert (prompt.given_on, prompt.counts_from, prompt.deadline) == (
        "2026-11-23", "2026-11-23", "2026-12-07",
    )  # fmt: skip
    assert (late.given_on, late.counts_from, late.deadline) == (
        "2026-11-26", "2026-11-26", "2026-12-12",
    )  # fmt: skip
    assert late.sent_at == NOW + timedelta(days=3)


def test_what_was_never_sent_has_no_day_and_no_deadline() -> None:
    line = made(sent(NOW, None))
    assert (line.sent_at, line.given_on, line.counts_from, line.deadline) == (None,) * 4
    assert len(line.attempts) == 1


def test_a_deadline_beyond_what_was_told_is_not_guessed() -> None:
    line = made(sent(NOW + timedelta(days=4), 503))
    assert (line.counts_from, line.deadline) == ("2026-11-27", None)
    assert line.no_deadline == "sent_late"


def test_the_deadline_counts_from_what_the_agreement_says() -> None:
    terms = {"notice_days": 30, "receipt_rule": "delivered"}
    event = replace(EVENT, groups=(replace(GROUP, terms=terms),))
    waiting = evidence_of(event, message(), by_webhook(sent(NOW, 503)), RECIPIENT)
    taken_at = NOW + timedelta(days=2)
    rows = by_webhook(sent(NOW, 503, delivered_at=taken_at))
    taken = evidence_of(event, message(), rows, RECIPIENT)
    assert (waiting.given_on, waiting.counts_from, waiting.deadline) == ("2026-11-23", None, None)
    assert (waiting.no_deadline, taken.no_deadline) == ("not_started", None)
    assert (taken.given_on, taken.counts_from, taken.deadline) == (
        "2026-11-23", "2026-11-25", "2026-12-09",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("group", "why"),
    [
        ({"owes": "information"}, "informed"),
        ({"objection_deadline": None, "objection_spans": ""}, "no_number"),
        ({"objection_deadline": None, "until_effect": True}, "until_effect"),
    ],
)
def test_a_line_without_a_last_day_says_why(group: dict[str, Any], why: str) -> None:
    event = replace(EVENT, groups=(replace(GROUP, **group),))
    line = evidence_of(event, message(), by_webhook(sent(NOW, 503)), RECIPIENT)
    assert (line.deadline, line.no_deadline) == (None, why)


def test_a_line_has_what_its_customer_answered() -> None:
    step = {"kind": "approval", "status": "given"}
    assert made([], answers=[step]).answers == (step,)
    assert made([]).answers == ()


@pytest.mark.parametrize(("owes", "why"), [("notice", "not_started"), ("information", "informed")])
def test_a_line_says_what_is_owed_and_why_its_days_have_not_begun_before_it_is_sent(
    owes: str, why: str
) -> None:
    event = replace(EVENT, groups=(replace(GROUP, owes=owes),))
    line = evidence_of(event, message(), by_webhook(sent(NOW, None)), RECIPIENT)
    assert (line.owes, line.no_deadline, line.effective_on) == (owes, why, "2026-12-24")
    assert (line.given_on, line.counts_from, line.deadline) == (None, None, None)


def test_the_day_is_that_of_the_processor() -> None:
    event = replace(EVENT, time_zone="Europe/Copenhagen")
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    line = evidence_of(event, message(), by_webhook(sent(late, 503)), RECIPIENT)
    assert (line.given_on, line.deadline) == ("2026-11-24", "2026-12-08")


def test_a_notice_that_nobody_could_take_says_since_when_and_why() -> None:
    told = {"unreached_at": NOW, "unreached_reason": "no_contact"}
    line = made([delivery("whe_1", "failed", "http_500")], **told)
    assert (line.outcome, line.reached) == ("unreached", False)
    assert line.unreached == {"since": NOW, "reason": "no_contact"}


def test_a_notice_that_arrived_after_all_is_not_unreached() -> None:
    told = {"unreached_at": NOW, "unreached_reason": "no_contact"}
    line = made([delivery("whe_1", "delivered", None)], **told)
    assert (line.outcome, line.reached, line.unreached) == ("delivered", True, None)


def test_of_deliveries_that_failed_the_one_tried_most_is_shown() -> None:
    rows = [delivery("whe_1", "failed", "http_500"), delivery("whe_2", "failed", "x", "x")]
    assert made(rows).recipient == "https://b.example/"


def test_an_arrival_by_one_channel_proves_more_than_tries_by_those_before() -> None:
    mailed = {
        "state": "delivered", "delivered_at": NOW, "attempts": [], "to": {"email": "i@a.example"},
    }  # fmt: skip
    tried = by_webhook([delivery("whe_1", "failed", "http_500", "http_500")])
    line = evidence_of(EVENT, message(), [*tried, (EMAIL, [mailed])], RECIPIENT)
    assert (line.channel, line.recipient, line.outcome) == ("email", "i@a.example", "delivered")
    both = by_webhook([delivery("whe_1", "delivered", None)])
    line = evidence_of(EVENT, message(), [*both, (EMAIL, [mailed])], RECIPIENT)
    assert (line.channel, line.recipient) == ("webhook", "https://a.example/")


ENDPOINT = Endpoint("whe_1", "org_c", "u", "u", "", (), (), (), NOW, NOW)
DISABLED = ENDPOINT.disabled(NOW, "gone")
FILTERED = replace(ENDPOINT, event_types=("objection.updated",))
LATE = {"notice_id": "ntc_1"}


@pytest.mark.parametrize(
    ("endpoints", "mail", "unreached", "reason"),
    [
        ([], "off", [], "no_endpoint"),
        ([], "no_contact", [], "no_endpoint"),
        ([DISABLED], "bounced", [], "endpoint_disabled"),
        ([FILTERED], "off", [], "filtered_out"),
        ([FILTERED, DISABLED], "off", [], "filtered_out"),
        ([DISABLED, ENDPOINT], "off", [], None),
        ([replace(ENDPOINT, event_types=(EVENT.type,))], "off", [], None),
        ([], "ok", [], None),
        ([DISABLED], "ok", [], None),
        ([ENDPOINT], "off", [LATE], "notice_unreached"),
        ([], "ok", [LATE], "notice_unreached"),
        ([], "off", [LATE], "no_endpoint"),
    ],
)
def test_why_a_customer_cannot_be_reached(
    endpoints: list[Endpoint], mail: str, unreached: list[dict[str, Any]], reason: str | None
) -> None:
    reach = reach_of(RECIPIENT, endpoints, EVENT.type, {"email": mail}, unreached)
    if reason is None:
        assert reach is None
        return
    assert reach == Reach("agr_1", RECIPIENT.controller, reason, {"email": mail}, tuple(unreached))
