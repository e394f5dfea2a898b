"""Any life an objection can have: no order of steps leads where it must not, nor opens the gate.

The machine keeps its own small notion of where the objection is; after every step the registry, the
gate, the customer's list and the ledger must agree with it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from werkzeug.test import TestResponse

from shared.ledger import verify
from tests import builders
from tests.receiver import Receiver
from tests.stack import START, Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

OPEN = {"received", "acknowledged", "modification_requested", "mitigation_offered"}
OBJECTION_DAYS, EFFECTIVE_IN = 5, 20


class Life(RuleBasedStateMachine):
    """One customer, one announced add, and everybody doing whatever comes to mind."""

    stack: Stack
    receiver_url: str

    @initialize()
    def announce(self) -> None:
        self.stack.now = START
        self.stack.forget_tokens()
        client = new_client(self.stack, "vendor", ["processor"], PROCESSOR_SCOPES)
        self.vendor = Vendor(self.stack, client, client["slug"], receiver_url=self.receiver_url)
        body = {"valid_from": "2026-01-01", "sub_processors": [builders.sub_processor()]}
        self.vendor.must("POST", "/baseline", body)
        self.customer = self.vendor.customer(
            "lillebror", notice_days=10, objection_days=OBJECTION_DAYS
        )
        self.change = self.vendor.announced(EFFECTIVE_IN)
        self.day = date.fromisoformat(self.change["effective_on"])
        self.deadline = date(2026, 11, 30)  # 28 November 2026 is a Saturday.
        self.objection: str | None = None
        self.status: str | None = None
        self.withdrawn = False
        self.last_answer_day: date | None = None
        self.offered_until: date | None = None
        self.ended_on: date | None = None

    @rule()
    def object_to_it(self) -> None:
        path = f"/portal/v1/changes/{self.change['id']}/objections"
        body = {"grounds": "security", "text": "We saw a breach there."}
        answer = self.stack.ask(self.customer, "POST", path, body)
        allowed = not self.withdrawn and self.objection is None and self.today <= self.deadline
        assert (answer.status_code == 201) == allowed
        if answer.status_code == 201 and answer.json:
            self.objection, self.status = answer.json["id"], "received"

    @rule()
    def acknowledge(self) -> None:
        self._expect(self._processor("acknowledge"), {"received"}, "acknowledged")

    @rule(days=st.integers(-1, 6))
    def offer(self, days: int) -> None:
        until = self.today + timedelta(days)
        body = {"text": "Keys stay in the EEA.", "respond_by": until.isoformat()}
        answer = self._processor("offer-mitigation", body)
        self._expect(answer, OPEN if days >= 0 else set(), "mitigation_offered")
        if answer is not None and answer.status_code == 200:
            self.offered_until = until

    @rule()
    def accept(self) -> None:
        in_time = self.offered_until is not None and self.today <= self.offered_until
        before = {"mitigation_offered"} if in_time else set()
        self._expect(self._customer("accept-mitigation"), before, "mitigation_accepted")

    @rule()
    def request_modification(self) -> None:
        body = {"text": "Keep the keys in the EEA."}
        answer = self._customer("request-modification", body)
        self._expect(answer, OPEN, "modification_requested")

    @rule()
    def take_back(self) -> None:
        self._expect(self._customer("withdraw"), OPEN | {"rejected"}, "withdrawn")

    @rule()
    def exclude(self) -> None:
        self._expect(self._processor("exclude"), OPEN | {"rejected"}, "excluded")

    @rule()
    def reject(self) -> None:
        answer = self._processor("reject", {"reason": "No other provider can do it."})
        self._expect(answer, OPEN, "rejected")
        if answer is not None and answer.status_code == 200 and answer.json:
            self.last_answer_day = date.fromisoformat(answer.json["respond_by"])
            assert (self.last_answer_day - self.today).days >= OBJECTION_DAYS

    @rule()
    def terminate(self) -> None:
        rejected = self.status == "rejected" and self.today <= (self.last_answer_day or date.min)
        unsettled = self.status in OPEN and self.today >= self.day
        before = {self.status or ""} if rejected or unsettled else set()
        self._expect(self._customer("terminate", {}), before, "terminated")
        if self.status == "terminated" and self.ended_on is None:
            self.ended_on = self.today

    @rule()
    def withdraw_the_change(self) -> None:
        answer = self.vendor.ask("POST", f"/changes/{self.change['id']}/withdraw", {"reason": "x"})
        assert (answer.status_code == 200) == (not self.withdrawn and self.today < self.day)
        self.withdrawn = self.withdrawn or answer.status_code == 200

    @rule(days=st.integers(1, 9))
    def let_time_pass(self, days: int) -> None:
        self.stack.pass_time(days=days)
        self.stack.go_live()

    @invariant()
    def everything_agrees(self) -> None:
        if self.objection:
            path = f"/portal/v1/objections/{self.objection}"
            told = self.stack.must(self.customer, "GET", path)
            assert told["status"] == self.status
        for day in (self.day - timedelta(1), self.day, self.day + timedelta(30)):
            answer = self.vendor.gate(self.customer, self.change["sub_processor"]["id"], day)
            assert answer["answer"] == self._expected_on(day)
            listed = self.change["sub_processor"]["id"] in self._list_on(day)
            assert listed or answer["answer"] != "allowed"
            assert not (listed and answer["answer"] == "excluded")
        assert verify(self.vendor.ledger()) is None

    def _expected_on(self, day: date) -> str:
        if self.withdrawn or (self.ended_on and day >= self.ended_on):
            return "not_notified"
        if self.status == "terminated":
            return "objected"
        if self.status == "excluded":
            return "excluded"
        if self.status in OPEN:
            return "objected"
        if self.status == "rejected" and day <= (self.last_answer_day or date.min):
            return "objected"
        return "allowed" if day >= self.day else "blocked_until"

    def _list_on(self, day: date) -> list[str]:
        path = f"/portal/v1/sub-processors?processor={self.vendor.slug}&as_of={day}"
        answer = self.stack.ask(self.customer, "GET", path)
        # Without an agreement in force the portal knows no such list; that is as good as empty.
        found = answer.json["items"] if answer.status_code == 200 and answer.json else []
        return [each["id"] for each in found]

    def _processor(self, step: str, body: Any = None) -> TestResponse | None:
        if self.objection is None:
            return None
        path = f"/registry/v1/objections/{self.objection}/{step}"
        return self.stack.ask(self.vendor.client, "POST", path, body)

    def _customer(self, step: str, body: Any = None) -> TestResponse | None:
        if self.objection is None:
            return None
        path = f"/portal/v1/objections/{self.objection}/{step}"
        return self.stack.ask(self.customer, "POST", path, body)

    def _expect(self, answer: TestResponse | None, before: set[str], after: str) -> None:
        if answer is None:
            return
        allowed = self.status in before and not self.withdrawn
        assert (answer.status_code == 200) == allowed, (self.status, after, answer.text)
        if allowed:
            self.status = after

    @property
    def today(self) -> date:
        return self.stack.now.date()


@pytest.fixture
def life(one_stack: Stack, inbox: Receiver) -> type[Life]:
    Life.stack, Life.receiver_url = one_stack, inbox.url
    return Life


def test_no_order_of_steps_leads_where_it_must_not(life: type[Life]) -> None:
    case = life.TestCase
    case.settings = settings(
        max_examples=10, stateful_step_count=12, deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    case().runTest()
