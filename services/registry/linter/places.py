"""What the places of an entry must and should tell: countries, and the basis of each transfer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.registry.linter.finding import Finding, Severity, is_filled, member
from services.registry.linter.laws import under
from services.registry.transfers import Circumstances, assess_location
from services.registry.transfers.countries import in_eea, in_sentence
from services.registry.transfers.laws import seat_regime

PLACES_RULE = "GDPR Art. 28(3)(a) and 30(2)(c); EDPB Opinion 22/2024, para. 88"
TRANSFER_RULE = "GDPR Art. 44 to 46 and 30(2)(c); EDPB Opinion 22/2024, para. 88"
REMOTE_RULE = "EDPB Guidelines 05/2021: access from a third country is a transfer"

# The day, the exporter's country, and what the entry says of the processing.
_Asked = tuple[date | None, str, Circumstances]

_VERDICTS: Mapping[str, tuple[str, Severity]] = {
    "missing": ("transfer-tool-missing", "must"),
    "invalid": ("transfer-tool-invalid", "must"),
    "unproven": ("transfer-evidence-missing", "should"),
    "expiring": ("transfer-basis-ending", "should"),
}
# What a place lacks whose transfer has no good basis: such a place needs a hand.
PLACE_CODES = tuple(code for code, _ in _VERDICTS.values())


def place_findings(
    entry: Mapping[str, Any], on: date | None, exporter: str, pointer: str
) -> Iterator[Finding]:
    """What is wrong with the ``locations`` of an entry on a day; without a day, no transfer is.

    A transfer is cited under the law of its verdict, anything else under that of the vendor's seat.
    """
    regime = seat_regime(exporter)
    for finding, law in _findings(entry, on, exporter, pointer):
        yield under(finding, law or regime)


def _findings(
    entry: Mapping[str, Any], on: date | None, exporter: str, pointer: str
) -> Iterator[tuple[Finding, str | None]]:
    locations = entry.get("locations")
    if not isinstance(locations, (list, tuple)) or not locations:
        detail = "List where data is stored and processed, and from where it can be reached."
        yield Finding("locations-missing", PLACES_RULE, detail, f"{pointer}/locations"), None
        return
    known = [item if isinstance(item, Mapping) else {} for item in locations]
    asked = (on, exporter, Circumstances.of(entry))
    for number, location in enumerate(known):
        yield from _location_findings(location, asked, f"{pointer}/locations/{number}")
    for finding in _seat_findings(entry.get("country"), known, on, pointer):
        yield finding, None


def _location_findings(
    location: Mapping[str, Any], asked: _Asked, pointer: str
) -> Iterator[tuple[Finding, str | None]]:
    """Each with the law of the transfer, None where it is about no transfer."""
    if not is_filled(location.get("country")) and not is_filled(location.get("organisation")):
        detail = "Name the country of this place."
        yield Finding("location-country-missing", PLACES_RULE, detail, f"{pointer}/country"), None
        return
    if not is_filled(location.get("kind")):
        detail = "Say whether data is stored, processed or reached from there."
        yield Finding("location-kind-missing", PLACES_RULE, detail, f"{pointer}/kind"), None
    try:
        status, reason, law = _verdict(location, *asked)
    except (ValueError, KeyError, TypeError) as error:
        yield Finding("location-unknown", PLACES_RULE, str(error), f"{pointer}/country"), None
        return
    if status in _VERDICTS:
        code, severity = _VERDICTS[status]
        found = Finding(code, TRANSFER_RULE, reason, f"{pointer}/mechanisms", severity)
        yield found, law


def _verdict(
    location: Mapping[str, Any], on: date | None, exporter: str, about: Circumstances
) -> tuple[str, str, str | None]:
    """Status, reason and law of the verdict on a place."""
    stored = member(location, "verdict")
    if stored:
        return str(stored["status"]), str(stored["reason"]), stored.get("regime")
    if on is None:
        return "", "", None
    verdict = assess_location(location, on, exporter=exporter, about=about)
    return verdict.status, verdict.reason, verdict.regime


def _seat_findings(
    seat: object, locations: list[Mapping[str, Any]], on: date | None, pointer: str
) -> Iterator[Finding]:
    if not isinstance(seat, str) or not seat or on is None or in_eea(seat, on):
        return
    if not any(location.get("country") == seat for location in locations):
        detail = f"The seat is in {in_sentence(seat)}; say whether data is reached from there."
        yield Finding(
            "remote-access-unstated", REMOTE_RULE, detail, f"{pointer}/locations", "should"
        )
