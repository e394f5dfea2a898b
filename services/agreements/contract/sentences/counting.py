"""How the periods of an agreement are counted: the rule, the calendar and the time zone.

A contract has Article 3 of Regulation 1182/71 only by its own words (law corrections 6.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.agreements.contract.contents import Content
from services.agreements.contract.sentences.phrases import Phrases
from shared.public_holidays import EVES_IN_CALENDAR, country_of


def counting(say: Phrases, content: Content) -> Iterator[str]:
    """The rule of counting, and which days are working days."""
    terms = content.notice_terms
    yield rule(say, terms.holidays, say.zones)
    if terms.holidays:
        yield say("working_days", say.place(terms.holidays))
        in_calendar = country_of(terms.holidays) in EVES_IN_CALENDAR
        eves = in_calendar if terms.eves is None else terms.eves
        yield say("eves_yes" if eves else "eves_no")


def rule(say: Phrases, holidays: str | None, zones: Sequence[str]) -> str:
    """The sentence that names the Regulation, the calendar of ``holidays``, and the ``zones``."""
    either = say.listed(zones, "or")
    zone = say("better_zone", either) if zones[1:] else either or say("zone_of_processor")
    if holidays is None:
        return say("counted_without_holidays", zone=zone)
    return say("counted_by", calendar=say.place(holidays), zone=zone)
