"""Whatever steps are tried in whatever order, an agreement never reaches a state that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from services.agreements.model import ending, life
from services.agreements.model.agreement import PARTIES, Agreement, Version
from shared.errors import DomainError
from tests.unit.agreements.things import AT, REFUSAL, TODAY, acceptance, on_day, version

STEPS = ("offer", "amend", *PARTIES, *PARTIES, "reject", "terminate", "next_day")
LAST_STATES = ("terminated", "expired", "rejected")


def first_version() -> Version:
    return version(effective_from=(TODAY + timedelta(days=2)).isoformat())


class Life:
    """One agreement, its versions and its calendar."""

    def __init__(self) -> None:
        self.agreement: Agreement = life.drafted(first_version())
        self.versions: dict[int, Version] = {1: first_version()}
        self.today: date = TODAY
        self.watermark = 0

    @property
    def first_day(self) -> str:
        """Ahead of some amendments, and behind others."""
        return (TODAY + timedelta(days=2 * self.agreement.latest_version)).isoformat()

    def offer(self) -> Agreement:
        return life.offered(self.agreement, AT, self.today + timedelta(days=3))

    def amend(self) -> Agreement:
        number = self.agreement.latest_version + 1
        self.versions[number] = version(number, deletion_days=number, effective_from=self.first_day)
        lapses_on = self.today + timedelta(days=3)
        return life.amended(self.agreement, self.versions[number], AT, lapses_on)

    def accept(self, party: str) -> Agreement:
        on_offer = life.offer_to_accept(self.agreement, party, None)
        of = self.versions[on_offer.version]
        at = datetime.combine(self.today, AT.time(), UTC)
        return life.accepted(self.agreement, of, replace(acceptance(party, of), at=at))

    def reject(self) -> Agreement:
        return life.rejected(self.agreement, REFUSAL)

    def terminate(self) -> Agreement:
        return ending.terminated(self.agreement, self.today + timedelta(days=1), self.today)

    def next_day(self) -> Agreement:
        self.today += timedelta(days=1)
        coming = self.agreement.scheduled
        version = self.versions[coming.version] if coming else None
        return on_day(self.agreement, self.today, version)

    def take(self, step: Callable[[], Agreement]) -> None:
        before = self.agreement
        try:
            after = step()
        except DomainError:
            return
        self.watermark += 1
        self.agreement = life.recorded(after, self.watermark)
        self.check(before, self.agreement)

    def check(self, before: Agreement, after: Agreement) -> None:
        both = all(after.accepted_by(party, after.version) for party in PARTIES)
        assert after.binding <= both
        if after.in_force and not before.in_force:
            assert after.content.effective_from <= self.today
        assert before.status not in LAST_STATES or after is before or after == before
        assert after.version <= after.latest_version
        assert (after.offer is not None) <= (after.status in ("offered", "active"))
        assert (after.status == "offered") <= (after.offer is not None)
        assert after.revision in (before.revision, before.revision + 1)
        key = after.history[-1].key if after.history else None
        assert key == (after.group.key if after.group else None)
        assert after.document_sha256 == self.versions[after.version].document_sha256


@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_no_order_of_steps_leads_astray(names: list[str]) -> None:
    life = Life()
    for name in names:
        if name in PARTIES:
            life.take(partial(life.accept, name))
        else:
            life.take(getattr(life, name))
