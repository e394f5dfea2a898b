"""Over any history, gate, evidence, portal, message and the door for objections agree.

The gate never says of a customer that it was told who was not.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.registry.ledger_entries import MOST_DAYS_LATE
from services.registry.model.changes import Change
from services.registry.use_cases.standings import customers_day
from tests.unit.histories.terms import any_terms, authorisations
from tests.unit.histories.world import ADD, REGISTER, World
from tests.unit.registry.objections import objection

ONE_DAY = timedelta(days=1)
FAR = date(2035, 1, 1)
hours = st.sampled_from([0.2, 3, 11, 24, 24, 48, 7 * 24, 20 * 24, 70 * 24])


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    # What happens

    @initialize(
        terms=any_terms,
        authorisation=authorisations,
        begin=st.sampled_from(["announced", "signed", "told", "told"]),
        emergency=st.booleans(),
        lists=st.booleans(),
    )
    def begin(
        self, terms: Any, authorisation: str | None, begin: str, emergency: bool, lists: bool
    ) -> None:
        """Signed while a change is under way, before it, or before it and told of it."""
        if begin == "announced":
            self.world.announce("add", 3, emergency=False)
        self.world.sign(terms, authorisation, lists=lists)
        if begin == "told":
            self.world.announce("add", 3, emergency=emergency)
            self.world.happens(ADD, "agr_0", "sent")

    @precondition(lambda self: len(self.world.agreements) < 3)
    @rule(terms=any_terms, authorisation=authorisations, lists=st.sampled_from([True, True, False]))
    def sign(self, terms: Any, authorisation: str | None, lists: bool) -> None:
        self.world.sign(terms, authorisation, lists=lists)

    @precondition(lambda self: any(each.until is None for each in self.world.agreements))
    @rule()
    def end_the_oldest(self) -> None:
        self.world.end(next(each for each in self.world.agreements if each.until is None))

    @precondition(lambda self: not self.world.changes)
    @rule(days=st.integers(0, 5), emergency=st.booleans())
    def announce_an_entry(self, days: int, emergency: bool) -> None:
        self.world.announce("add", days, emergency=emergency)

    @precondition(lambda self: "chg_modify" not in self.world.changes and self._is_live(ADD))
    @rule(days=st.integers(0, 5), emergency=st.booleans())
    def announce_its_change(self, days: int, emergency: bool) -> None:
        if self.world.changes[ADD].effective_on <= self.world.today:
            self.world.announce("modify", days, emergency=emergency)

    @rule(which=st.integers(0, 5), what=st.sampled_from(["sent", "delivered", "acknowledged"]))
    def something_happens_to_a_notice(self, which: int, what: str) -> None:
        owed = [
            (change.id, each.bond.agreement_id)
            for change in self.world.live
            for each in self.world.owed(change)
        ]
        if owed:
            self.world.happens(*owed[which % len(owed)], what)

    @rule(which=st.integers(0, 1), status=st.sampled_from(["received", "withdrawn", "excluded"]))
    def object(self, which: int, status: str) -> None:
        for change in self.world.live[which : which + 1]:
            if self.world.door(change) is None and change.id not in self.world.objections:
                self.world.objections[change.id] = objection(status)

    @rule(which=st.integers(0, 1))
    def approve(self, which: int) -> None:
        self.world.approved |= {change.id for change in self.world.live[which : which + 1]}

    @precondition(lambda self: self._is_live(ADD))
    @rule()
    def withdraw(self) -> None:
        change = self.world.changes[ADD]
        if change.effective_on > self.world.today:
            self.world.changes[ADD] = change.withdrawn(self.world.now, "Why")

    @rule(passed=hours)
    def time_passes(self, passed: float) -> None:
        self.world.now += timedelta(hours=passed)

    def _is_live(self, change_id: str) -> bool:
        return change_id in [change.id for change in self.world.live]

    # What must hold

    @invariant()
    def the_gate_says_told_only_of_notices_whose_evidence_was_sent(self) -> None:
        for on in self._days():
            found = self.world.gate(on)
            if found is None or found.reason_code != "told":
                continue
            for change, agreement_id in self._owed_in_force(on):
                if change.effective_on <= on:
                    line = self.world.evidence(change, agreement_id)
                    assert line.given_on is not None
                    assert line.given_on < str(on)
                    assert str(line.effective_on) <= str(on)

    @invariant()
    def the_gate_opens_on_the_day_that_the_portal_names(self) -> None:
        for on in self._days():
            found = self.world.gate(on)
            if found is None or found.answer != "allowed" or self._some_ended():
                continue
            for change in self.world.live:
                dates = self.world.portal(change)
                if change.effective_on <= on:
                    assert dates.begins_on is not None
                    assert dates.begins_on <= on

    @invariant()
    def a_gate_that_misses_a_notice_names_one_that_was_not_sent(self) -> None:
        for on in self._days():
            found = self.world.gate(on)
            code = found.reason_code if found else None
            if code in ("notice-not-sent", "emergency-not-sent"):
                sent = [self.world.evidence(*each).given_on for each in self._owed_in_force(on)]
                assert None in sent

    @invariant()
    def evidence_and_portal_name_the_same_last_day_to_object(self) -> None:
        for change in self.world.live:
            lines = [
                (self.world.evidence(change, each.bond.agreement_id), each)
                for each in self.world.owed(change)
            ]
            deadline = self.world.portal(change).objection_deadline
            told = [line.deadline for line, _ in lines]
            if deadline is None:
                assert not lines or None in told, "the portal names no day, the evidence does"
            elif None in told:
                assert all(day <= str(deadline) for day in told if day)
                assert any(self._is_beyond(line, change) for line, _ in lines)
            else:
                assert max(map(str, told)) == str(deadline)

    @invariant()
    def evidence_and_portal_name_the_same_first_day(self) -> None:
        for change in self.world.live:
            owed = self.world.owed(change)
            begins_on = self.world.portal(change).begins_on
            lines = [self.world.evidence(change, each.bond.agreement_id) for each in owed]
            if begins_on and owed and not any(self._is_beyond(line, change) for line in lines):
                own = max(begins_on, change.effective_on)
                assert max(str(line.effective_on) for line in lines) == str(own)

    @invariant()
    def no_message_names_a_day_later_than_the_portal(self) -> None:
        for change in self.world.live:
            deadline = self.world.portal(change).objection_deadline
            for each in self.world.owed(change):
                said = self.world.message(change, each.bond.agreement_id)
                if deadline and said["objection_deadline"]:
                    assert said["objection_deadline"] <= str(deadline)

    @invariant()
    def the_door_is_open_as_long_as_the_portal_says(self) -> None:
        for change in self.world.live:
            owed = self.world.owed(change)
            if owed:
                deadline = self.world.portal(change).objection_deadline
                today = customers_day(REGISTER, self.world.now, owed)
                closed = deadline is not None and today > deadline
                expected = "objection-window-closed" if closed else None
                assert self.world.door(change) == expected

    @invariant()
    def who_was_not_told_cannot_object_and_the_gate_says_why(self) -> None:
        if len(self.world.live) != 1:
            return
        [change] = self.world.live
        if self._owed_by_ended(change):
            return
        # Who objects does so today; the gate of a day before asks the agreements of that day.
        day = max(change.effective_on + ONE_DAY, self.world.today)
        found, door = self.world.gate(day), self.world.door(change)
        code = found.reason_code if found else None
        if code == "accepted-with-agreement":
            assert door == "accepted-with-agreement"
        if code in ("not-in-accepted-list", "approved"):
            assert door == "not-notified"
        told = ("told", "emergency-not-sent", "days-not-over")
        if code in told or str(code).startswith("notice-not-"):
            assert door in (None, "objection-window-closed")

    @invariant()
    def an_emergency_shortens_no_day_of_an_agreement_that_allows_none(self) -> None:
        for change in self.world.live:
            owed = self.world.owed(change)
            allowed = any((each.group.terms.get("emergency") or {}).get("length") for each in owed)
            if change.emergency and owed and not allowed:
                usual = Change(**{**vars(change), "emergency": None})
                assert self.world.portal(change) == self.world.portal(usual)

    def _days(self) -> list[date]:
        today, live = self.world.today, self.world.live
        around = [self.world.portal(change).begins_on for change in live]
        known = [day for day in around if day]
        days = {today, FAR, *(change.effective_on for change in live), *known}
        return sorted(days | {day - ONE_DAY for day in known})

    def _owed_in_force(self, on: date) -> list[tuple[Change, str]]:
        in_force = {bond.agreement_id for bond in self.world.bonds_on(on)}
        return [
            (change, each.bond.agreement_id)
            for change in self.world.live
            for each in self.world.owed(change)
            if each.bond.agreement_id in in_force
        ]

    def _some_ended(self) -> bool:
        return any(agreement.until for agreement in self.world.agreements)

    def _owed_by_ended(self, change: Change) -> bool:
        """Whether it was told under an agreement that has ended: it may still object then, and the
        gate asks its other agreements."""
        return any(each.bond.ended_on for each in self.world.owed(change))

    def _is_beyond(self, line: Any, change: Change) -> bool:
        """Whether the days of a line may be unknown to `notices`: it is too late for what it was
        told, or the right to object ends with the change and depends on both periods."""
        event = self.world.events[change.id]
        until_effect = any(group.until_effect for group in event.groups)
        dated = min(date.fromisoformat(group.given_on) for group in event.groups)
        late = (self.world.today - dated).days > MOST_DAYS_LATE - 10
        return until_effect or late


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=100, stateful_step_count=12, deadline=None)
