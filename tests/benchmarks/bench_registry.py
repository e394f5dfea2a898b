"""The registry's figures: preview and announcement with many customers, records, and the gate.

    python -m tests.benchmarks.bench_registry [--rounds 100]

All six services run in one process on a mongod of their own; times are those of whole requests as a
client sees them, token check included. The customers of a vendor are counted in one document of
`agreements`, which is written here directly: 40 different terms, shared by 100 and by 100,000
agreements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import requests

from services.agreements.contract.terms import Terms
from tests import builders
from tests.benchmarks.figures import Figure, percentile, show
from tests.benchmarks.stacks import (
    WARM_UP,
    Ask,
    Json,
    Milliseconds,
    in_turn,
    line,
    measured,
    served,
    timed,
)
from tests.receiver import receiving
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

TERMS = 40
TOLD = 20  # Entries of which a customer was told.
HOLIDAYS = ("DK", "SE", "NO", "DE-BY", "FI")
ANNOUNCE_MS, ANNOUNCE_RATIO, GATE_MS, RECORD_MS = 300, 1.5, 10, 60
MINUTES = 1.5
TINY = ("--rounds", "2")
FULL = ("--rounds", "400")


def main(words: Sequence[str] | None = None) -> list[Figure]:
    return measured(words, __doc__, 100, report)


def report(stack: Stack, rounds: int) -> list[Figure]:
    few, many = vendor_with(stack, 100), vendor_with(stack, 100_000)
    with receiving() as receiver:
        many.receiver_url = receiver.url
        customer = many.customer("nordbo")
        told = [many.announced(200)["sub_processor"]["id"] for _ in range(TOLD)]
    many.receiver_url = None  # What is announced from here on is not sent: that is not measured.
    figures = []
    for name, measure in {"preview": previews, "announce": announcements}.items():
        # The two take turns, so that whatever else the machine does hits both.
        with_few, with_many = in_turn(rounds, measure(few, rounds), measure(many, rounds))
        p99 = line(f"{name}, 100 agreements, {TERMS} terms", with_few)
        late = line(f"{name}, 100,000 agreements, {TERMS} terms", with_many)
        figures += _of_many(name, late, late / p99, rounds)
    figures.append(_of_record("a record", timed(rounds, records(many))))
    for name, (count, ask) in gates(many, customer, told, rounds).items():
        figures.append(_of_gate(name, line(name, timed(count, ask)), count))
    with served(stack) as origin:
        session = signed_in(many, origin)
        for name, ask in gates_over_http(many, customer, told, session, origin).items():
            figures.append(_of_gate(name, line(name, timed(rounds, ask)), rounds))
        ask = records_over_http(many, session, origin)
        figures.append(_of_record("a record, through gunicorn", timed(rounds, ask)))
    return figures


def _of_many(name: str, late: float, ratio: float, rounds: int) -> list[Figure]:
    of, goal = f"of {rounds}", name == "announce"
    return [
        Figure(f"{name}, 100,000 agreements, {TERMS} terms, p99", f"{late:.0f} ms",
               f"< {ANNOUNCE_MS} ms" if goal else "", of, late < ANNOUNCE_MS if goal else None),
        Figure(f"{name}, p99 beside that with 100 agreements", f"{ratio:.2f}",
               f"< {ANNOUNCE_RATIO}" if goal else "", of, ratio < ANNOUNCE_RATIO if goal else None),
    ]  # fmt: skip


def _of_gate(name: str, late: float, count: int) -> Figure:
    one = "questions" not in name
    return Figure(f"{name}, p99", f"{late:.1f} ms", f"< {GATE_MS} ms" if one else "",
                  f"of {count}", late < GATE_MS if one else None)  # fmt: skip


def _of_record(name: str, times: Milliseconds) -> Figure:
    late, middle = line(name, times), percentile(times, 0.5)
    return Figure(f"{name}, p50; p99", f"{middle:.0f} ms; {late:.0f} ms", f"< {RECORD_MS} ms",
                  f"of {len(times)}", late < RECORD_MS)  # fmt: skip


def vendor_with(stack: Stack, customers: int) -> Vendor:
    """A vendor with a register and so many agreements in force, on 40 different terms."""
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, client, client["slug"])
    hosts = [builders.sub_processor(legal_name=f"Company {n}") for n in range(50)]
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": hosts})
    document = {"_id": client["org_id"], "version": customers, "groups": dict(groups(customers))}
    notice_groups = stack.database("agreements").db["notice_groups"]
    notice_groups.replace_one({"_id": client["org_id"]}, document, upsert=True)
    seen = {"_id": client["org_id"], "seen_up_to": customers, "beyond": []}
    stack.database("notices").db["watermarks"].replace_one({"_id": seen["_id"]}, seen, upsert=True)
    return vendor


def groups(customers: int) -> list[tuple[str, dict[str, Any]]]:
    def one(n: int) -> dict[str, Any]:
        kind, rule = ("business", "delivered") if n % 3 == 0 else ("calendar", "sent")
        terms = Terms(5 + n, 3 + n % 20, kind, HOLIDAYS[n % 5], rule, "consent")
        return {"agreements": customers // TERMS, "authorisation": "general",
                "terms": asdict(terms)}  # fmt: skip

    return [(f"{n:016x}", one(n)) for n in range(TERMS)]


def previews(vendor: Vendor, _: int) -> Ask:
    change = vendor.draft(200)
    return lambda _: vendor.must("GET", f"/changes/{change['id']}/preview")


def announcements(vendor: Vendor, rounds: int) -> Ask:
    drafts = [vendor.draft(200)["id"] for _ in range(rounds + WARM_UP)]
    return lambda n: vendor.must("POST", f"/changes/{drafts[n]}/announce")


def records(vendor: Vendor) -> Ask:
    """Each records another contact of one of the fifty entries."""
    paths = _record_paths(vendor)
    return lambda n: vendor.must("POST", paths[n % len(paths)], _contact("here", n))


def records_over_http(vendor: Vendor, session: requests.Session, origin: str) -> Ask:
    paths = _record_paths(vendor)

    def ask(n: int) -> None:
        url = f"{origin}{vendor.path}{paths[n % len(paths)]}"
        answer = session.post(url, json=_contact("there", n), timeout=30)
        assert answer.json()["contact"]["name"] == f"Jo Doe there {n}", answer.text

    return ask


def _record_paths(vendor: Vendor) -> list[str]:
    entries = vendor.must("GET", "/sub-processors")["items"]
    return [f"/sub-processors/{entry['id']}/records" for entry in entries]


def _contact(place: str, number: int) -> Json:
    contact = builders.sub_processor()["contact"]
    return {"set": {"contact": {**contact, "name": f"Jo Doe {place} {number}"}}}


def gates(
    vendor: Vendor, customer: Json, told: list[str], rounds: int
) -> dict[str, tuple[int, Ask]]:
    """``told``: entries whose announcement was sent to the customer; notices is asked when."""
    entries = [each["id"] for each in vendor.must("GET", "/sub-processors")["items"]]
    later = str(vendor.today + timedelta(200))
    one = {"processor": vendor.slug, "controller_id": customer["org_id"], "on": later}

    def many(asked: list[str]) -> Ask:
        questions = [{**one, "sub_processor_id": asked[n % len(asked)]} for n in range(100)]
        body = {"questions": questions}
        return lambda _: vendor.stack.must(vendor.client, "POST", "/registry/v1/gate", body)

    def allowed(sub_id: str, on: str | None) -> None:
        assert vendor.gate(customer, sub_id, on)["answer"] == "allowed"

    fewer = max(rounds // 10, 10)
    return {
        "gate, allowed": (rounds, lambda n: allowed(entries[n % 50], None)),
        "gate, allowed, after a notice": (rounds, lambda n: allowed(told[n % TOLD], later)),
        "gate, blocked_until": (rounds, lambda n: vendor.gate(customer, told[n % TOLD])),
        "gate, 100 questions at once": (fewer, many(entries)),
        "gate, 100 questions, after notices": (fewer, many(told)),
    }


def signed_in(vendor: Vendor, origin: str) -> requests.Session:
    """Connections that show the vendor's token."""
    session = requests.Session()
    session.trust_env = False
    who = (vendor.client["client_id"], vendor.client["client_secret"])
    form = {"grant_type": "client_credentials"}
    given = session.post(f"{origin}/identity/v1/token", data=form, auth=who, timeout=30).json()
    session.headers["Authorization"] = f"Bearer {given['access_token']}"
    return session


def gates_over_http(
    vendor: Vendor, customer: Json, told: list[str], session: requests.Session, origin: str
) -> dict[str, Ask]:
    entries = [each["id"] for each in vendor.must("GET", "/sub-processors")["items"]]

    def ask(sub_id: str, on: date) -> None:
        query = {"processor": vendor.slug, "sub_processor_id": sub_id,
                 "controller_id": customer["org_id"], "on": on.isoformat()}  # fmt: skip
        answer = session.get(f"{origin}/registry/v1/gate", params=query, timeout=30)
        assert answer.json()["answer"] == "allowed", answer.text

    today, later = vendor.today, vendor.today + timedelta(200)
    return {
        "gate, allowed, through gunicorn": lambda n: ask(entries[n % 50], today),
        "gate, after a notice, through gunicorn": lambda n: ask(told[n % TOLD], later),
    }


if __name__ == "__main__":
    show(main)
