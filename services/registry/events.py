"""Ledger entry types of the stream ``processor:<id>``, in the past tense."""

from __future__ import annotations

ADOPTED = "register.adopted"
ANNOUNCED = "sub_processor.change.announced"
EMERGENCY = "sub_processor.change.emergency"
WITHDRAWN = "sub_processor.change.withdrawn"
IN_EFFECT = "sub_processor.change.in_effect"
LETTER_RECORDED = "letter.recorded"
APPROVED = "sub_processor.change.approved"
OBJECTION = "objection"
REGIMES_STATED = "register.regimes_stated"
DEFAULT_TERMS_STATED = "register.default_terms_stated"
PERSON_ERASED = "register.person_erased"
ENTRIES_WITHHELD = "register.entries_withheld"
PUBLISHED = "register.published"
UNPUBLISHED = "register.unpublished"
# What is noted of an entry without notice, in effect at once.
RECORDED = "sub_processor.recorded"
EVIDENCE_GIVEN = "sub_processor.evidence_given"
# An ended sub-processor deleted the data, returned it, or must keep it by law.
DELETION_CONFIRMED = "sub_processor.deletion_confirmed"

# The instrument that carries transfers ends, or has ended.
BASIS_ENDING = "transfer.basis_ending"
BASIS_LOST = "transfer.basis_lost"

# Evidence, a review or a certificate falls due: told to the vendor alone, so it stands on a stream
# of its own that nobody else can read.
EVIDENCE_DUE = "evidence.due"
REMINDERS = "reminders"

# Entry types of the platform's stream ``instruments``.
INSTRUMENTS = "instruments"
INSTRUMENT_RECORDED = "instrument.recorded"
INSTRUMENT_AMENDED = "instrument.amended"
