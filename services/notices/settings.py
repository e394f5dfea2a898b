"""Settings of notices."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.channels.email import MailSettings
from services.notices.channels.webhook import Schedule
from services.notices.channels.webhook.schedule import WAITS
from shared.egress import Egress
from shared.settings import Common, SettingsError, egress_of, parsed, reader, whole_number

# From where to where each number goes. The upper ends are no advice: past them a number is a slip
# of the pen, or reaches beyond the calendar.
_BOUNDS: dict[str, tuple[int, int]] = {
    "attempt_seconds": (1, 300),
    "lease_seconds": (3, 3_600),
    # Descriptors past 1023 are out of sight of select(), which the sender waits with.
    "in_flight": (1, 1_000),
    "endpoint_in_flight": (1, 1_000),
    "endpoint_rate": (1, 1_000_000),
    "address_in_flight": (1, 1_000),
    "endpoints_per_customer": (1, 10_000),
    "answer_days": (1, 36_500),
    "retention_days": (30, 36_500),
    "evidence_days": (30, 36_500),
}


@dataclass(frozen=True)
class Settings:
    """Bounds of delivery. Seconds, days and counts.

    ``lease_seconds``: how long a claimed delivery is a dispatcher's own; ``attempt_seconds``: the
    whole of one attempt, from name to last byte; ``in_flight``: attempts at once in one process, of
    which one endpoint and one network address get a part. ``ca_file``: whom webhooks trust instead
    of the public authorities; for test systems of customers with an authority of their own.
    """

    common: Common
    egress: Egress
    lease_seconds: int = 60
    attempt_seconds: int = 15
    in_flight: int = 512
    endpoint_in_flight: int = 8
    endpoint_rate: int = 100
    address_in_flight: int = 128
    endpoints_per_customer: int = 20
    answer_days: int = 90
    retention_days: int = 400
    evidence_days: int = 1825
    schedule: Schedule = field(default_factory=Schedule)
    mail: MailSettings = field(default_factory=MailSettings)
    ca_file: Path | None = None

    @property
    def channels(self) -> Mapping[str, object]:
        """Settings of those channels that have some, by name."""
        return {EMAIL.name: self.mail}

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            if not least <= (value := getattr(self, name)) <= most:
                raise SettingsError(f"{_variable(name)} is {least} to {most}, not {value}.")
        # A lease that lapses while its attempt still runs would send the same message twice.
        if self.lease_seconds <= 2 * self.attempt_seconds:
            raise SettingsError(
                "ART28_LEASE_SECONDS must be more than twice ART28_ATTEMPT_SECONDS "
                f"({self.attempt_seconds}), not {self.lease_seconds}."
            )
        # Without it every webhook would fail, one by one, as if receivers were to blame.
        if self.ca_file is not None and not os.access(self.ca_file, os.R_OK):
            raise SettingsError(f"ART28_CA_FILE: cannot read {self.ca_file}.")
        # What proves a notice must not be gone before messages that prove nothing.
        if not self.answer_days <= self.retention_days <= self.evidence_days:
            raise SettingsError(
                "ART28_ANSWER_DAYS is not more than ART28_RETENTION_DAYS, nor that more than "
                "ART28_EVIDENCE_DAYS."
            )

    @classmethod
    def from_env(cls) -> Settings:
        env, common = reader(), Common.from_env()
        return cls(
            common=common,
            egress=egress_of(env, common.origin),
            schedule=parsed(env, "ART28_RETRY_SECONDS", _schedule, ",".join(map(str, WAITS))),
            mail=MailSettings.from_env(env),
            ca_file=Path(named) if (named := env.str("ART28_CA_FILE", "")) else None,
            **{name: whole_number(env, _variable(name), getattr(cls, name)) for name in _BOUNDS},
        )


def _variable(name: str) -> str:
    return f"ART28_{name.upper()}"


def _schedule(text: str) -> Schedule:
    words = [each.strip() for each in text.split(",")]
    if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in words):
        raise ValueError("a schedule is whole numbers of seconds, separated by commas")
    return Schedule(tuple(int(each) for each in words))
