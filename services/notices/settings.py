"""Settings of notices."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from environs import Env

from services.notices.channels.email import MailSettings
from services.notices.channels.webhook import Schedule
from services.notices.channels.webhook.schedule import WAITS
from services.notices.egress import Egress
from shared.settings import Common, SettingsError, reader, whole_number

T = TypeVar("T")


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
    in_flight: int = 256
    endpoint_in_flight: int = 8
    endpoint_rate: int = 100
    address_in_flight: int = 128
    endpoints_per_customer: int = 20
    retention_days: int = 400
    evidence_days: int = 1825
    schedule: Schedule = field(default_factory=Schedule)
    mail: MailSettings = field(default_factory=MailSettings)
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        # A lease that lapses while its attempt still runs would send the same message twice.
        if self.lease_seconds <= 2 * self.attempt_seconds:
            raise SettingsError(
                "ART28_LEASE_SECONDS must be more than twice ART28_ATTEMPT_SECONDS "
                f"({self.attempt_seconds}), not {self.lease_seconds}."
            )
        if not (self.attempt_seconds >= 1 and 1 <= self.in_flight <= 1000):
            raise SettingsError("ART28_ATTEMPT_SECONDS starts at 1, ART28_IN_FLIGHT is 1 to 1000.")
        shares = (self.endpoint_in_flight, self.endpoint_rate, self.address_in_flight)
        if min(shares) < 1:
            raise SettingsError(
                "ART28_ENDPOINT_IN_FLIGHT, ART28_ENDPOINT_RATE and ART28_ADDRESS_IN_FLIGHT "
                "start at 1."
            )
        # Without it every webhook would fail, one by one, as if receivers were to blame.
        if self.ca_file is not None and not os.access(self.ca_file, os.R_OK):
            raise SettingsError(f"ART28_CA_FILE: cannot read {self.ca_file}.")
        # What proves a notice must not be gone before messages that prove nothing.
        if not 30 <= self.retention_days <= self.evidence_days:
            raise SettingsError(
                "ART28_RETENTION_DAYS starts at 30 and is not more than ART28_EVIDENCE_DAYS."
            )

    @classmethod
    def from_env(cls) -> Settings:
        env = reader()
        return cls(
            common=Common.from_env(),
            egress=_egress(env),
            lease_seconds=whole_number(env, "ART28_LEASE_SECONDS", 60),
            attempt_seconds=whole_number(env, "ART28_ATTEMPT_SECONDS", 15),
            in_flight=whole_number(env, "ART28_IN_FLIGHT", 256),
            endpoint_in_flight=whole_number(env, "ART28_ENDPOINT_IN_FLIGHT", 8),
            endpoint_rate=whole_number(env, "ART28_ENDPOINT_RATE", 100),
            address_in_flight=whole_number(env, "ART28_ADDRESS_IN_FLIGHT", 128),
            endpoints_per_customer=whole_number(env, "ART28_ENDPOINTS_PER_CUSTOMER", 20),
            retention_days=whole_number(env, "ART28_RETENTION_DAYS", 400),
            evidence_days=whole_number(env, "ART28_EVIDENCE_DAYS", 1825),
            schedule=_read(env, "ART28_RETRY_SECONDS", _schedule, ",".join(map(str, WAITS))),
            mail=MailSettings.from_env(env),
            ca_file=Path(named) if (named := env.str("ART28_CA_FILE", "")) else None,
        )


def _schedule(text: str) -> Schedule:
    return Schedule(tuple(int(each) for each in text.split(",")))


def _egress(env: Env) -> Egress:
    allowed = _read(env, "ART28_EGRESS_ALLOW", Egress.from_text, "")
    return _read(env, "ART28_EGRESS_OWN", allowed.without, "")


def _read(env: Env, name: str, make: Callable[[str], T], default: str) -> T:
    try:
        return make(env.str(name, default))
    except ValueError as error:
        raise SettingsError(f"{name}: {error}.") from error
