"""The contract clock: from one agreement's notice terms and the day of notice, which days follow.

The rule is that of Regulation (EEC, Euratom) No 1182/71, Art. 3. The day of the notice is not
counted (3(1)); a period ends with the last hour of its last day (3(2)(b)); a period in calendar
days includes weekends and public holidays, one in business days does not (3(3)); a period of two
days or more includes at least two working days (3(5)).

A period in weeks, months or years ends with the same day of the week or the same date; where the
month has no such day, with its last (3(2)(c)).

* The **objection period** runs forward from the notice. Where its last day is a Saturday, a Sunday
  or a public holiday, it ends with the next working day (3(4)). The deadline is that last day.
* Both run from the day the agreement names: that on which the notice was really **sent** (not the
  day it was announced), **delivered** or **acknowledged**. Until then only the earliest is known.
* The **notice period** is a distance counted back from the change ("at least N days before").
  3(4) leaves such periods out, so its last day is never moved: N full days lie between the notice
  and the change, neither of them counted.
* The change takes effect at the earliest on the **day after both periods have ended**, since the
  customer must be able to object before the sub-processor is engaged (GDPR Art. 28(2)).

Example: notice on 2026-11-23, 30 days notice, 14 days to object: objections until 2026-12-07, in
effect at the earliest on 2026-12-24. Days are those of the time zone that the agreement
names; without one the later of both parties' days starts a period, and the later of both midnights
ends it.
``shared/decisions/0002-contract-clock.md`` tells why.
"""

from services.registry.clock.calendars import Calendar, local_day, months_later
from services.registry.clock.dates import (
    NoticeDates,
    Starts,
    Step,
    dates_counted_from,
    dates_for,
    information_dates,
    objection_deadline,
)
from services.registry.clock.owes import INFORMATION, NOTICE, owes
from services.registry.clock.periods import deemed_day
from services.registry.clock.spans import deemed_spans, first_day_spans, objection_spans
from services.registry.clock.terms import (
    AUTHORISATIONS,
    CONSENT,
    DAY_KINDS,
    LONGEST,
    RECEIPT_RULES,
    REFUSAL,
    NoticeTerms,
    Period,
    Span,
)
from services.registry.clock.zones import Zones, ending_day, starting_day, zones_of

__all__ = [
    "AUTHORISATIONS",
    "CONSENT",
    "DAY_KINDS",
    "INFORMATION",
    "LONGEST",
    "NOTICE",
    "RECEIPT_RULES",
    "REFUSAL",
    "Calendar",
    "NoticeDates",
    "NoticeTerms",
    "Period",
    "Span",
    "Starts",
    "Step",
    "Zones",
    "dates_counted_from",
    "dates_for",
    "deemed_day",
    "deemed_spans",
    "ending_day",
    "first_day_spans",
    "information_dates",
    "local_day",
    "months_later",
    "objection_deadline",
    "objection_spans",
    "owes",
    "starting_day",
    "zones_of",
]
