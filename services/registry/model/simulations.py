"""What would follow if an instrument ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.registry.clock import NOTICE
from services.registry.model.bases import Outcome, Reliance
from services.registry.model.changes import Group
from services.registry.model.register import Register
from services.registry.transfers import Instrument

# Transfers that one answer lists of each outcome; beyond them it only counts.
LISTED = 500


@dataclass(frozen=True)
class Owed:
    """One terms group, if a change that replaces the basis were announced today."""

    group: Group
    days_without_basis: int


@dataclass(frozen=True)
class Touched:
    """One register with transfers that lose the instrument.

    ``groups``: whom the entries of lost and saved transfers concern; ``owed_groups``: whom those of
    the lost ones concern, which must be replaced; to some of them the change only informs.
    """

    register: Register
    reliances: tuple[Reliance, ...]
    groups: tuple[Group, ...]
    owed_groups: tuple[Group, ...]

    def of(self, outcome: Outcome) -> list[Reliance]:
        return [reliance for reliance in self.reliances if reliance.outcome == outcome]

    @property
    def agreements(self) -> int:
        return sum(group.agreements for group in self.groups)

    @property
    def customers(self) -> int:
        return sum(group.customers for group in self.groups)

    @property
    def earliest(self) -> date | None:
        """The first day that every agreement allows for a change announced today."""
        return max((group.earliest_effective_on for group in self._with_notice), default=None)

    @property
    def notices(self) -> int:
        """How many notices a change that replaces the basis would need."""
        return sum(group.agreements for group in self._with_notice)

    @property
    def _with_notice(self) -> list[Group]:
        return [group for group in self.owed_groups if group.owes == NOTICE]

    def owed(self, ends_on: date) -> list[Owed]:
        """What each group is owed for what must be replaced: nothing where a fallback saves every
        transfer."""
        return [
            Owed(group, max(0, (group.earliest_effective_on - ends_on).days))
            for group in self.owed_groups
        ]


@dataclass(frozen=True)
class Simulation:
    """``ends_on`` is the first day without effect; ``touched`` are the registers concerned."""

    instrument: Instrument
    ends_on: date
    touched: tuple[Touched, ...]

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    def of(self, outcome: Outcome) -> list[tuple[Register, Reliance]]:
        return [
            (touched.register, reliance)
            for touched in self.touched
            for reliance in touched.of(outcome)
        ]

    def owing(self) -> Sequence[Touched]:
        """Registers whose customers are owed notice of a change, since something is lost."""
        return [touched for touched in self.touched if touched.of("lost")]
