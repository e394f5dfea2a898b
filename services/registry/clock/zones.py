"""Whose day it is: a customer never loses an hour to the place where the processor sits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.registry.clock.calendars import local_day

Zones = tuple[str, ...]


def zones_of(terms: Mapping[str, Any], processor_zone: str) -> Zones:
    """The IANA zones whose days count: the one that is agreed, else those of both parties."""
    if agreed := terms.get("time_zone"):
        return (agreed,)
    customer_zone = terms.get("customer_time_zone")
    return (processor_zone, customer_zone) if customer_zone else (processor_zone,)


def starting_day(instant: datetime, zones: Zones) -> date:
    """The day on which a period starts that begins at ``instant``: the later of the local days."""
    return max(local_day(instant, zone) for zone in zones)


def ending_day(instant: datetime, zones: Zones) -> date:
    """Today, where a period's last day is concerned: it lasts until the later of the midnights."""
    return min(local_day(instant, zone) for zone in zones)
