"""Clicks, offers, withdrawals, days and contacts in any order, against the state of the registry:
never two records, never an act after it is closed, never an act that the portal would refuse."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.portal.answers_by_link import (
    PERSON,
    Page,
    PostOffice,
    change_of,
    mailed_customer,
)
from tests.vendor import Vendor

STEPS = 14
ACTS = ("acknowledge", "object", "approve", "accept_offer", "decline_offer", "withdraw")


class Story:
    """One customer, one change, and everything that may happen to them."""

    def __init__(self, vendor: Vendor, mails: PostOffice, seed: int) -> None:
        self.dice, self.vendor, self.mails = random.Random(seed), vendor, mails
        silence = self.dice.choice(["consent", "refusal"])
        terms = {"authorisation": "specific" if silence == "refusal" else "general"}
        self.customer = mailed_customer(vendor, silence=silence, agreement=terms)
        self.change = vendor.announced(days=60)
        mails.run()
        self.page: Page = mails.link_to(self.customer["ida"])
        self.replaced = False

    @property
    def state(self) -> dict[str, Any]:
        """What the registry and the evidence hold, without what may be done with it."""
        seen = change_of(self.vendor, self.customer, self.change["id"])
        kept = ("acknowledged_at", "objection", "approval", "status")
        return {name: seen[name] for name in kept}

    @property
    def objection_id(self) -> str:
        return str((self.state["objection"] or {}).get("id", "obj_none"))

    def press(self, act: str) -> int:
        form: dict[str, Any] = {**PERSON, "act": act, "text": "No.", "grounds": "other"}
        if act in ("object", "approve"):
            form["change_ids"] = [self.change["id"]]
        elif act != "acknowledge":
            form["objection_id"] = self.objection_id
        return self.page.press(**_only(form)).status_code

    def click(self) -> None:
        """Any button, offered or not: what is offered succeeds, all else changes nothing."""
        act, offered, before = self.dice.choice(ACTS), self.page.buttons, self.state
        status = self.press(act)
        if act in offered:
            assert status == 303, (act, offered, before)
        else:
            assert status in (303, 409), (act, status)
            assert self.state == before, act
        assert self.press(act) in (303, 409)

    def offer(self) -> None:
        until = (self.vendor.today + timedelta(3)).isoformat()
        self._settle("offer-mitigation", {"text": "Sweden.", "respond_by": until})

    def exclude(self) -> None:
        self._settle("exclude", None)

    def reject(self) -> None:
        self._settle("reject", {"reason": "Needed."})

    def withdraw(self) -> None:
        self.vendor.ask("POST", f"/changes/{self.change['id']}/withdraw", {"reason": "No."})

    def days_pass(self) -> None:
        self.vendor.stack.pass_time(days=self.dice.choice([1, 4, 8]))
        self.vendor.stack.settle()

    def replace_contacts(self) -> None:
        path = "/portal/v1/notice-contacts"
        seen = self.vendor.stack.ask(self.customer, "GET", path).headers["ETag"]
        new = {"contacts": [{"name": "N", "position": "D", "email": "new@nordbo.test"}]}
        self.vendor.stack.ask(self.customer, "PUT", path, new, headers={"If-Match": seen})
        self.replaced = True

    def _settle(self, step: str, body: Any) -> None:
        path = f"/registry/v1/objections/{self.objection_id}/{step}"
        self.vendor.stack.ask(self.vendor.client, "POST", path, body)

    def holds(self) -> None:
        path = f"/changes/{self.change['id']}/objections"
        assert len(self.vendor.must("GET", path)["items"]) <= 1
        if self.replaced or self.state["status"] == "withdrawn":
            assert self.page.buttons == []


# Which members each form has.
FORMS = {"acknowledge": (), "object": ("change_ids", "grounds", "text"), "approve": ("change_ids",),
         "accept_offer": ("objection_id",), "decline_offer": ("objection_id", "text"),
         "withdraw": ("objection_id",)}  # fmt: skip


def _only(form: dict[str, Any]) -> dict[str, Any]:
    named = ("act", *PERSON, *FORMS[form["act"]])
    return {name: value for name, value in form.items() if name in named}


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_no_act_is_recorded_twice_or_after_it_is_closed(
    baseline: Vendor, mails: PostOffice, seed: int
) -> None:
    story = Story(baseline, mails, seed)
    often: list[Callable[[], None]] = [story.click] * 6
    rare = [story.offer, story.offer, story.exclude, story.reject, story.days_pass]
    last = [story.withdraw, story.replace_contacts]
    for step in range(STEPS):
        choices = [*often, *rare, *(last if step > STEPS // 2 else ())]
        story.dice.choice(choices)()
        story.holds()
