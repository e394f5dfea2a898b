"""Which evidence an instrument takes, and an entry as this version reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.transfers.circumstances import ENTRY_FACTS, UNSTATED
from services.registry.transfers.instruments import Instrument

# What the checks read beside what is required: the recipient's status on the list, the companies
# that its certification covers, and the day it was first certified.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "participant": ("status", "covered_entities"),
    "checked_on": ("certified_on",),
    # Clause 7 is optional in every edition that has modules.
    "module": ("docking_clause",),
    # Art. 42: what the register of a scheme shows of one certificate; ``due_on`` is its last day.
    "certificate_reference": (
        "certificate_scheme",
        "certificate_register_url",
        "certificate_scope",
    ),
}
# Where anybody can read what a mechanism claims, and the day it was seen there.
_SOURCE = ("evidence_url", "seen_on")
# Every safeguard of Art. 46 is given on a day, and needs an assessment (C-311/18, para. 134).
_SAFEGUARD = ("signed_on", "tia_reference", "tia_on", "tia_review_on", "tia_conclusion")
# What is recorded of them was done, so their day has come.
DONE_DAYS = (
    "signed_on",
    "checked_on",
    "certified_on",
    "tia_on",
    "approved_on",
    "authorised_on",
    "commitments_signed_on",
    "authority_told_on",
    "data_subjects_told_on",
    "seen_on",
)
NO_SAFEGUARD = ("adequacy", "derogation")
# Whether the data is protected in the third country essentially as it is in the EEA.
EQUIVALENT, WITH_MEASURES = "equivalent", "equivalent_with_measures"
NOT_EQUIVALENT = "not_equivalent"
CONCLUSIONS = (EQUIVALENT, WITH_MEASURES, NOT_EQUIVALENT)


def evidence_members(instrument: Instrument) -> tuple[str, ...]:
    """The names of all evidence that a mechanism may record on this instrument; it takes no other.

    Required, asked for by its scope, or read by the checks beside it.
    """
    names = [*instrument.requires, *instrument.scope.all, *instrument.scope.none]
    names += [case.fact for case in instrument.open_when]
    names += [fact for scope in instrument.footnotes.values() for fact in (*scope.all, *scope.none)]
    names += [name for fact in instrument.requires for name in _BESIDE.get(fact, ())]
    names += () if instrument.kind in NO_SAFEGUARD else _SAFEGUARD
    names += ("module",) if instrument.kind == "scc" else ()
    names += ("edition",) if instrument.kind == "scc" and not instrument.complete else ()
    names += _SOURCE
    # What an entry says of itself is no evidence of one mechanism.
    return tuple(name for name in dict.fromkeys(names) if name not in ENTRY_FACTS)


def known_evidence(
    content: Mapping[str, Any], instruments: Mapping[str, Instrument]
) -> dict[str, Any]:
    """The contents of an entry as this version reads them.

    Earlier versions took evidence that no instrument asks for; it stays where it is, and is read no
    more. Members that they did not ask about are unstated.
    """
    places = [
        {
            **place,
            "mechanisms": [_known(mechanism, instruments) for mechanism in place["mechanisms"]],
        }
        for place in content["locations"]
    ]
    return {**UNSTATED, **content, "locations": places}


def _known(mechanism: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    instrument = instruments.get(mechanism["instrument_id"])
    names = evidence_members(instrument) if instrument else ()
    evidence = mechanism.get("evidence") or {}
    return {**mechanism, "evidence": {name: evidence[name] for name in evidence if name in names}}
