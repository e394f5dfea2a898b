"""Transfers of personal data to third countries (GDPR Chapter V): is there a basis, on a given day.

``assess`` answers for one location; instruments are dated records, read from
``data/instruments.json``. Pure: the day, the instruments and the evidence are given.
"""

from services.registry.transfers.assess import assess, assess_location
from services.registry.transfers.circumstances import Circumstances
from services.registry.transfers.instruments import (
    MECHANISM_NAMES,
    Instrument,
    load_instruments,
    with_end,
)
from services.registry.transfers.members import evidence_members, known_evidence
from services.registry.transfers.parts import Scope
from services.registry.transfers.spans import Span, span_around
from services.registry.transfers.values import STATUSES, Location, Mechanism, Verdict

__all__ = [
    "MECHANISM_NAMES",
    "STATUSES",
    "Circumstances",
    "Instrument",
    "Location",
    "Mechanism",
    "Scope",
    "Span",
    "Verdict",
    "assess",
    "assess_location",
    "evidence_members",
    "known_evidence",
    "load_instruments",
    "span_around",
    "with_end",
]
