"""Whatever is tried in whatever order, state and ledger agree, and no illegal state is reached.

The real use cases on a real MongoDB: people of both parties, and days that pass.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.agreements.events import stream
from services.agreements.model.agreement import ENDED
from services.agreements.use_cases.due import run_due
from shared.ledger import verify
from tests.integration.agreements.office import NORDBO, VENDOR, Office

PORTAL = f"portal:{NORDBO}"
PROOF = {"statement": "Erased.", "name": "Bo", "title": "CTO", "email": "bo@example.test"}
SHORT = settings(
    max_examples=20, stateful_step_count=20, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

# What the ledger makes of the status: the last of these entries tells where an agreement stands.
STATUS_AFTER: dict[str, str] = {
    "drafted": "draft", "activated": "active", "amended": "active", "terminated": "terminated",
    "expired": "expired",
}  # fmt: skip
# Without these, who cannot be where: the way to each status.
NEEDS = {
    "offered": {"offered"}, "active": {"offered", "activated"}, "rejected": {"offered", "rejected"},
    "terminated": {"activated", "terminated"}, "expired": {"offered", "expired"},
}  # fmt: skip


def replayed(types: list[str]) -> str:
    """The status that the ledger alone tells."""
    status = ""
    for each in types:
        if each == "offered" and status == "draft":
            status = "offered"
        elif each == "rejected" and status == "offered":
            status = "rejected"
        else:
            status = STATUS_AFTER.get(each, status)
    return status


class Life(RuleBasedStateMachine):
    """One agreement; everybody tries everything."""

    office: ClassVar[Office]
    started: ClassVar[datetime]

    def __init__(self) -> None:
        super().__init__()
        self.office.clock.at = self.started
        self.products = [f"p{self.office.deps.new_id('x')}"]
        self.id = self.office.drafted(products=self.products, effective_from="2026-12-01",
                                      expires_on="2027-03-31")  # fmt: skip
        self.seen: list[str] = []
        self.erased = False

    @property
    def today(self) -> date:
        return self.office.clock().date()

    def post(self, who: str, step: str, body: Any = None) -> None:
        answer = self.office.post(who, f"/agreements/{self.id}{step}", body)
        if answer.status_code == 422:
            # Two amendments in a row may happen to ask for the same.
            assert answer.get_json()["errors"][0]["code"] == "nothing-changed"
            return
        gone = self.erased or who == PORTAL
        assert answer.status_code in ((200, 201, 404, 409) if gone else (200, 201, 409)), (
            step, answer.get_data(as_text=True),
        )  # fmt: skip

    @rule()
    def offer(self) -> None:
        self.post(VENDOR, "/offer")

    @rule(who=st.sampled_from([VENDOR, PORTAL]))
    def accept(self, who: str) -> None:
        self.post(who, "/accept", {"name": "Bo", "title": "CTO", "email": "bo@x.test"})

    @rule()
    def come_into_force(self) -> None:
        self.offer()
        self.accept(VENDOR)
        self.accept(PORTAL)

    @rule(who=st.sampled_from([VENDOR, PORTAL]))
    def reject(self, who: str) -> None:
        self.post(who, "/reject", {"reason": "No."})

    @rule(days=st.integers(1, 365))
    def amend(self, days: int) -> None:
        self.post(VENDOR, "/amendments", {"deletion_days": days, "backup_days": len(self.seen)})

    @rule(days=st.integers(1, 40))
    def amend_for_a_day_to_come(self, days: int) -> None:
        day = min((self.today + timedelta(days)).isoformat(), "2027-03-30")
        body = {"backup_days": len(self.seen) + 1, "effective_from": day}
        self.post(VENDOR, "/amendments", body)

    @rule(who=st.sampled_from([VENDOR, PORTAL]), days=st.integers(0, 40))
    def terminate(self, who: str, days: int) -> None:
        day = (self.today + timedelta(days)).isoformat()
        self.post(who, "/terminate", {"effective_on": day, "reason": "Over."})

    @rule()
    def prove(self) -> None:
        self.post(VENDOR, "/deletion-proof", {**PROOF, "done_on": self.today.isoformat()})

    @rule(days=st.sampled_from([1, 7, 40, 400, 2_500]))
    def pass_days(self, days: int) -> None:
        self.office.clock.forward(days=days)
        while run_due(self.office.deps):
            pass

    @invariant()
    def ledger_and_state_agree(self) -> None:
        entries = self.office.deps.ledger.entries(stream(self.id))
        assert verify([vars(each) for each in entries]) is None
        types = [each.type.partition(".")[2] for each in entries]
        assert types[: len(self.seen)] == self.seen, "history was rewritten"
        self.seen = types
        found = self.office.deps.agreements.find(None, self.id)
        self.erased = "erased" in types
        assert (found is None) is self.erased
        if found is None:
            assert types[-1] == "erased"
            assert not any(map(self.office.deps.ledger.private_part, entries))
            return
        assert found.status == replayed(types), types
        assert NEEDS.get(found.status, set()) <= set(types)
        assert (found.ended_on is not None) is (found.status in ENDED)
        assert found.binding <= found.executed(found.version)
        assert found.in_force <= (found.content.effective_from <= self.today)

    @invariant()
    def the_counts_follow(self) -> None:
        found = self.office.deps.agreements.find(None, self.id)
        claimed = self.office.deps.mongo.db["in_force"].find_one({}) or {"agreements": {}}
        binding = found is not None and found.binding
        assert (self.id in claimed["agreements"]) is binding


@pytest.mark.slow
def test_no_order_of_steps_parts_the_state_from_the_ledger(office: Office) -> None:
    here = {"office": office, "started": office.clock.at}
    run_state_machine_as_test(type("LifeHere", (Life,), here), settings=SHORT)
