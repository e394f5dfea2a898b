"""Where a processor sits decides which day it is, and by which law its transfers are judged."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.registry.model.law import Law
from services.registry.model.register import Register
from services.registry.wiring import Deps


def today_at(deps: Deps, register: Register) -> date:
    """Today in the processor's time zone: the law counts the days of the party that it binds."""
    return day_at(deps.now(), register)


def day_at(at: datetime, register: Register) -> date:
    """The day of an instant in the processor's time zone."""
    return at.astimezone(ZoneInfo(register.time_zone)).date()


def law_of(deps: Deps, register: Register) -> Law:
    """The law by which transfers of this register are judged today."""
    known = deps.stores.instruments.known(deps.now().date())
    return Law(register.country, known, tuple(register.regimes))
