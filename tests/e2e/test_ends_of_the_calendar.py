"""The first and the last day a calendar knows are days like others, or refused: never a fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.inprocess import Loaded
from tests.e2e.problems import problem
from tests.e2e.story import PROCESSOR, REGISTER, draft

DAYS = ["0001-01-01", "0001-01-02", "1899-12-31", "9999-12-30", "9999-12-31"]
INSTANTS = ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00",
            "9999-12-31T23:59:59.999Z", "2016-12-31T23:59:60Z"]  # fmt: skip
READS = [
    ("tempus-serva", f"{REGISTER}/sub-processors?as_of=DAY"),
    ("tempus-serva", f"{REGISTER}/transfers?as_of=DAY&horizon_days=3650"),
    ("tempus-serva", f"{REGISTER}/diff?from=DAY&to=9999-12-31"),
    ("tempus-serva", f"{REGISTER}/diff?from=0001-01-01&to=DAY"),
    ("tempus-serva", "/registry/v1/instruments?as_of=DAY"),
    ("nordbo", "/portal/v1/sub-processors?as_of=DAY"),
    ("nordbo", "/portal/v1/transfers?as_of=DAY"),
    (None, "/p/tempus-serva?as_of=DAY"),
    (None, "/p/tempus-serva.json?as_of=DAY"),
    (None, "/p/tempus-serva.csv?as_of=DAY"),
    (None, "/p/tempus-serva/diff?from=DAY&to=DAY"),
    (None, "/p/tempus-serva/diff?to=DAY"),
]


@pytest.mark.parametrize(("who", "path"), READS)
@pytest.mark.parametrize("day", DAYS)
def test_a_register_is_read_on_any_day(
    product: Loaded, who: str | None, path: str, day: str
) -> None:
    client = product.clients[who] if who else None
    answer = product.stack.ask(client, "GET", path.replace("DAY", day))

    assert answer.status_code < 500, answer.text[:500]


@pytest.mark.parametrize("instant", INSTANTS)
def test_a_register_is_read_as_it_was_known_at_any_instant(product: Loaded, instant: str) -> None:
    answer = product.stack.ask(
        product.clients[PROCESSOR],
        "GET",
        f"{REGISTER}/sub-processors",
        query_string={"recorded_as_of": instant},
    )
    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_endpoint_recovers_since_any_instant(product: Loaded, instant: str) -> None:
    nordbo = product.clients["nordbo"]
    url = {"url": "https://hooks.nordbo.example/recover"}
    made = product.must("nordbo", "POST", "/portal/v1/webhook-endpoints", url)
    path = f"/portal/v1/webhook-endpoints/{made['id']}"
    answer = product.stack.ask(nordbo, "POST", f"{path}/recover", {"since": instant})

    assert answer.status_code in (202, 409, 422), answer.text
    product.stack.fan_out()
    tag = product.stack.ask(nordbo, "GET", path).headers["ETag"]
    gone = product.stack.ask(nordbo, "DELETE", path, headers={"If-Match": tag})
    assert gone.status_code == 204


@pytest.mark.parametrize("day", DAYS)
def test_a_change_for_any_day_is_previewed_and_announced_or_refused(
    product: Loaded, day: str
) -> None:
    body: dict[str, Any] = {**draft(product.stack.now.date()), "effective_on": day}
    body["sub_processor"]["flow_down"]["signed_on"] = day
    place = body["sub_processor"]["locations"][0]
    place["mechanisms"][0]["evidence"].update(checked_on=day, due_on=day)
    place["mechanisms"][1]["evidence"].update(signed_on=day, tia_on=day, tia_review_on=day)
    techem = product.clients["techem"]
    changes = "/registry/v1/processors/techem/changes"
    made = product.stack.ask(techem, "POST", changes, body)
    assert made.status_code in (201, 422), made.text
    if made.status_code == 201:
        assert made.json
        path = f"{changes}/{made.json['id']}"
        for method, step in (("GET", "/preview"), ("POST", "/announce"), ("GET", "")):
            answer = product.stack.ask(techem, method, f"{path}{step}")
            assert answer.status_code < 500, (step, answer.text)
            if answer.status_code >= 400:
                problem(answer.status_code, answer.headers, answer.data)
    assert product.stack.ask(None, "GET", "/p/techem").status_code == 200


@pytest.mark.parametrize("member", ["signed_on", "tia_on", "tia_review_on"])
@pytest.mark.parametrize("value", ["", "soon", "9999-99-99", 7, True, ["2026-01-01"], "x" * 500])
def test_evidence_that_is_no_day_is_worth_nothing_and_breaks_nothing(
    product: Loaded, member: str, value: Any
) -> None:
    body = draft(product.stack.now.date(), in_days=90)
    body["sub_processor"]["locations"][0]["mechanisms"][1]["evidence"][member] = value
    path = "/registry/v1/processors/clienti/changes"
    answer = product.stack.ask(product.clients["clienti"], "POST", path, body)

    assert answer.status_code in (201, 422), answer.text
