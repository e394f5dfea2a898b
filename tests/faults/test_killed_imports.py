"""`kill -9` in the middle of an import of 300 customers loses no row and doubles none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.story import PROCESSOR
from tests.faults.world import KILLED, World
from tests.integration.identity.bringing import ELSEWHERE, as_csv, report, send
from tests.vendor import PROCESSOR_SCOPES

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CUSTOMERS = 300
FILE = as_csv(*(
    {**ELSEWHERE, "Company": f"Customer {n} A/S", "CVR-nr.": f"{n:08}",
     "E-mail": f"dpo@customer-{n}.example", "Reference": f"DPA-{n}"}
    for n in range(1, CUSTOMERS + 1)
))  # fmt: skip
# Writes after which the process dies: in the first rows, and far into later steps.
DEATHS = (60, 900, 2_500)


class Counted:
    """What the vendor's imports have made, beside what was there before."""

    def __init__(self, world: World, vendor_id: str) -> None:
        self.identity = world.stack.database("identity").db
        self.agreements = world.stack.database("agreements").db["agreements"]
        self.vendor_id = vendor_id
        self.before = set(self.agreements.distinct("_id", {"processor.id": vendor_id}))

    def organisations(self) -> list[str]:
        return self.identity["organisations"].distinct("_id", {"created_by": self.vendor_id})

    def customers(self) -> list[str]:
        """The customer of each agreement, as often as it has one."""
        mine = {"processor.id": self.vendor_id, "_id": {"$nin": list(self.before)}}
        return [each["controller"]["id"] for each in self.agreements.find(mine)]

    def invited(self) -> int:
        where = {"org_id": {"$in": self.organisations()}}
        return int(self.identity["outgoing_mails"].count_documents(where))


def importer(world: World) -> Any:
    """A client of the sample's vendor that may bring customers."""
    body = {"name": "importer", "org_id": world.clients[PROCESSOR]["org_id"],
            "scopes": PROCESSOR_SCOPES}  # fmt: skip
    return world.stack.must(world.clients["platform"], "POST", "/identity/v1/clients", body)


def sent(world: World, client: Any) -> str:
    answer = send(world.stack, client, FILE)
    assert answer.status_code == 202, answer.text
    assert answer.json
    return str(answer.json["id"])


def test_an_import_that_dies_goes_on_and_the_same_file_adds_nothing(world: World) -> None:
    world.present()
    client = importer(world)
    made, job = Counted(world, client["org_id"]), sent(world, client)
    for n, step in enumerate(DEATHS):
        # The record that a process died bars the import for a time.
        assert world.run("customers", step, minutes=10 * n) == KILLED
        entered, customers = set(made.organisations()), made.customers()
        assert len(customers) == len(set(customers))
        assert set(customers) <= entered
    assert 0 < len(made.organisations()) <= CUSTOMERS

    assert world.run("customers", 0, minutes=60) == 0
    done = report(world.stack, client, job)
    assert (done["status"], done["added"], done["rows_done"]) == ("done", CUSTOMERS, CUSTOMERS)
    whole = made.organisations(), sorted(made.customers()), made.invited()
    assert (len(whole[0]), sorted(whole[0]), whole[2]) == (CUSTOMERS, whole[1], CUSTOMERS)

    again = sent(world, client)
    assert world.run("customers", 0, minutes=70) == 0
    told = report(world.stack, client, again)
    assert (told["status"], told["added"], told["unchanged"]) == ("done", 0, CUSTOMERS)
    assert (made.organisations(), sorted(made.customers()), made.invited()) == whole
