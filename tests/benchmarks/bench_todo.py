"""What needs a hand: one page of a register with 60 entries and 300 customers.

    python -m tests.benchmarks.bench_todo [--rounds 50]

All six services run in one process on a mongod of their own; times are those of whole requests as a
client sees them, token check and the calls to `agreements` and `notices` included. One customer is
made by requests; the documents of the others are copies of its own, every tenth without a contact,
every thirtieth with an offer that waits.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import timedelta

from tests import builders
from tests.benchmarks.figures import Figure, show
from tests.benchmarks.stacks import Json, line, measured, timed
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

ENTRIES, CUSTOMERS, SILENT, OFFERED, GOAL_MS = 60, 300, 10, 30, 150
MINUTES = 0.5
TINY = ("--rounds", "2")
FULL = ("--rounds", "200")


def main(words: Sequence[str] | None = None) -> list[Figure]:
    return measured(words, __doc__, 50, report)


def report(stack: Stack, rounds: int) -> list[Figure]:
    vendor = busy_vendor(stack)
    items = len(vendor.must("GET", "/todo?limit=200")["items"])
    name = f"todo, {ENTRIES} entries, {CUSTOMERS} customers"
    late = line(name, timed(rounds, lambda _: vendor.must("GET", "/todo?limit=200")))
    goal = f"< {GOAL_MS} ms"
    spread = f"of {rounds}, {items} items a page"
    return [Figure(f"{name}, p99", f"{late:.0f} ms", goal, spread, late < GOAL_MS)]


def busy_vendor(stack: Stack) -> Vendor:
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, client, client["slug"])
    entries = [_entry(number, str(vendor.today + timedelta(number))) for number in range(ENTRIES)]
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": entries})
    vendor.customer("first")
    stack.tell()
    _copy_customer(stack)
    return vendor


def _entry(number: int, due_on: str) -> Json:
    """Each third lacks a basis, the others have evidence that falls due."""
    entry = copy.deepcopy(builders.sub_processor(legal_name=f"Company {number} Inc."))
    entry["website"] = f"https://company-{number}.example"
    if number % 3 == 0:
        entry["locations"][0]["mechanisms"] = []
    else:
        entry["locations"][0]["mechanisms"][0]["evidence"]["due_on"] = due_on
    return entry


def _copy_customer(stack: Stack) -> None:
    agreements = stack.database("agreements").db["agreements"]
    recipients = stack.database("notices").db["recipients"]
    [agreement], [recipient] = list(agreements.find()), list(recipients.find())
    numbers = range(1, CUSTOMERS)
    agreements.insert_many([_agreement(agreement, number) for number in numbers])
    recipients.insert_many([_recipient(recipient, number) for number in numbers])


def _agreement(first: Json, number: int) -> Json:
    more: Json = {"_id": f"agr_{number:032x}"}
    if number % OFFERED == 0:
        offer = {"version": 1, "document_sha256": "0" * 64, "lapses_on": "2026-12-31",
                 "offered_at": first["created_at"]}  # fmt: skip
        more |= {"status": "offered", "acceptances": [], "offer": offer}
    return {**first, **more}


def _recipient(first: Json, number: int) -> Json:
    contacts = {"contacts": [], "channels": ["webhook"]} if number % SILENT == 0 else {}
    controller = {**first["controller"], "id": f"org_{number:032x}"}
    return {**first, "_id": f"agr_{number:032x}", "controller": controller,
            "controller_id": controller["id"], **contacts}  # fmt: skip


if __name__ == "__main__":
    show(main)
