"""What an agreement promises beside its notices: breach, end of processing, audit, and the rest.

The members are those of the texts; what a text does not say is None, and never zero.
"""

from __future__ import annotations

from dataclasses import dataclass

UNCLEAR = "unclear"
CONTROLLERS_CHOICE = "controllers_choice"
FIXED_ENDS = ("delete", "return")
# ``unclear``: the text offers both and names nobody who chooses.
CHOICES = (*FIXED_ENDS, CONTROLLERS_CHOICE, UNCLEAR)
PER = ("rolling_12_months", "calendar_year")


@dataclass(frozen=True)
class Breach:
    """How soon the controller is told of a personal data breach (GDPR Art. 33(2)).

    ``clock_start``: what the hours run from, and ``recipient``: who is told, in the words of the
    text. ``soft``: the number binds only where possible.
    """

    hours: int | None = None
    clock_start: str | None = None
    soft: bool | None = None
    recipient: str | None = None

    @property
    def hard_hours(self) -> int | None:
        """The hours that bind in any case; a soft number starts no clock."""
        return None if self.soft else self.hours


@dataclass(frozen=True)
class EndOfProcessing:
    """What becomes of the data at the end (GDPR Art. 28(3)(g)); all periods in calendar days.

    ``if_nobody_chooses``: what happens if the controller makes no choice. ``return_request_days``:
    within how many days the controller may ask for a return. ``certificate_days``: until the
    processor certifies the deletion; ``backups_days``: until the backups are gone, after it.
    """

    choice: str | None = None
    if_nobody_chooses: str | None = None
    delete_days: int | None = None
    return_request_days: int | None = None
    certificate_days: int | None = None
    backups_days: int | None = None


@dataclass(frozen=True)
class Audit:
    """How often and how the controller may audit (GDPR Art. 28(3)(h)).

    ``notice_days``: how many days before; ``on_site_days``: how long at most. ``cost``: who bears
    it, in the words of the text.
    """

    times: int | None = None
    per: str | None = None
    notice_days: int | None = None
    on_site_days: int | None = None
    cost: str | None = None
