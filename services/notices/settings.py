"""Settings of notices."""

from __future__ import annotations

from dataclasses import dataclass

from services.notices.egress import Egress
from shared.settings import Common, SettingsError, reader, whole_number


@dataclass(frozen=True)
class Settings:
    """Bounds of delivery. Seconds and counts.

    ``lease_seconds``: how long a claimed delivery is a dispatcher's own; ``attempt_seconds``: the
    whole of one attempt, from name to last byte; ``in_flight``: attempts at once in one process.
    """

    common: Common
    egress: Egress
    lease_seconds: int = 60
    attempt_seconds: int = 15
    in_flight: int = 256
    endpoints_per_customer: int = 20

    def __post_init__(self) -> None:
        # A lease that lapses while its attempt still runs would send the same message twice.
        if self.lease_seconds <= 2 * self.attempt_seconds:
            raise SettingsError(
                "ART28_LEASE_SECONDS must be more than twice ART28_ATTEMPT_SECONDS "
                f"({self.attempt_seconds}), not {self.lease_seconds}."
            )
        if not (self.attempt_seconds >= 1 and 1 <= self.in_flight <= 1000):
            raise SettingsError("ART28_ATTEMPT_SECONDS starts at 1, ART28_IN_FLIGHT is 1 to 1000.")

    @classmethod
    def from_env(cls) -> Settings:
        env = reader()
        return cls(
            common=Common.from_env(),
            egress=_egress(env.str("ART28_EGRESS_ALLOW", "")),
            lease_seconds=whole_number(env, "ART28_LEASE_SECONDS", 60),
            attempt_seconds=whole_number(env, "ART28_ATTEMPT_SECONDS", 15),
            in_flight=whole_number(env, "ART28_IN_FLIGHT", 256),
            endpoints_per_customer=whole_number(env, "ART28_ENDPOINTS_PER_CUSTOMER", 20),
        )


def _egress(allow: str) -> Egress:
    try:
        return Egress.from_text(allow)
    except ValueError as error:
        raise SettingsError(f"ART28_EGRESS_ALLOW: {error}.") from error
