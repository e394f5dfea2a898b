"""Where a row says that data gets to, and by which mechanisms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.registry.importing import words
from services.registry.importing.bases import ADEQUACY, Bases, Basis, read_bases
from services.registry.importing.places import read_places
from services.registry.importing.reading import Cell, Context, Reading, Stated
from services.registry.transfers.countries import in_eea, name_of
from shared.importing.asking import Answers, Question

KINDS = {"location": "processing", "storage": "storage", "remote_access": "remote_access"}
_NO_ACCESS = ("no", "nej", "nein", "none", "ingen", "keine")


def read_transfers(
    cells: Mapping[str, list[Cell]], context: Context, answers: Answers, reading: Reading
) -> None:
    places: list[tuple[str, str]] = []
    texts = [cells["mechanism"][0].text.text] if "mechanism" in cells else []
    beside: list[tuple[str, tuple[str, ...]]] = []
    for name, kind in KINDS.items():
        if name in cells and not _denies_access(name, cells[name][0].text.line):
            member = "locations" if name != "remote_access" else name
            named = read_places(cells[name][0].text.text, member, answers)
            reading.take(named.questions, named.remarks)
            places += [
                (code, "remote_access" if code in named.remote else kind)
                for code in named.countries
            ]
            beside += named.bases
    bases = read_bases(texts, answers, context.instruments, beside)
    reading.take(bases.questions, bases.remarks)
    _remark_idle(bases, places, context, reading)
    places += _reached_from(bases, places, context, answers, reading)
    if any(name in cells for name in KINDS):
        located = [_location(*place, bases, context, answers, reading) for place in places]
        reading.stated["locations"] = located
        reading.stated["bases"] = bool(bases.named)


def _denies_access(member: str, text: str) -> bool:
    """ "No" in a column of access; "NO" would be Norway."""
    return member == "remote_access" and text != "NO" and words.plain(text) in _NO_ACCESS


def _remark_idle(
    bases: Bases, places: Sequence[tuple[str, str]], context: Context, reading: Reading
) -> None:
    """Mechanisms that are named for a country the row does not name."""
    named = {code for code, _ in places}
    for basis in bases.named:
        if basis.only and not named & set(basis.only):
            where = ", ".join(map(name_of, basis.only))
            name = _name(basis, context)
            reading.remarks.append(f"{name} is named for {where}, which is no place of the row.")


def _reached_from(
    bases: Bases,
    places: list[tuple[str, str]],
    context: Context,
    answers: Answers,
    reading: Reading,
) -> list[tuple[str, str]]:
    """A mechanism without a third country: somebody abroad reaches the data, or it is idle."""
    if not bases.named or any(_is_transfer(code, context) for code, _ in places):
        return []
    if any(question.member != "mechanisms" for question in reading.questions):
        return []  # A place that is still open may be the third country.
    seat = reading.stated.get("country")
    abroad = (seat,) if seat and _is_transfer(seat, context) else ()
    named = ", ".join(_name(basis, context) for basis in bases.named)
    why = f"The row names {named}, but no place outside the EEA; from where is the data reached?"
    question = Question("remote_access", named, "mechanism-without-transfer", why, abroad)
    answer = answers.to(question)
    if answer is None:
        reading.take([question], ())
    return [(code, "remote_access") for code in answer or ()]


def _location(
    country: str,
    kind: str,
    bases: Bases,
    context: Context,
    answers: Answers,
    reading: Reading,
) -> Stated:
    mechanisms: list[Stated] = []
    if _is_transfer(country, context):
        for basis in bases.named:
            if basis.only and country not in basis.only:
                continue
            _append(mechanisms, basis, country, context, answers, reading)
    return {
        "country": country,
        "region": None,
        "organisation": None,
        "kind": kind,
        "mechanisms": mechanisms,
    }


def _append(
    mechanisms: list[Stated],
    basis: Basis,
    country: str,
    context: Context,
    answers: Answers,
    reading: Reading,
) -> None:
    ids: Sequence[str] = [basis.instrument_id]
    if basis.instrument_id == ADEQUACY:
        ids = _adequacy(country, context, answers, reading)
    for instrument_id in ids:
        instrument = context.instruments[instrument_id]
        if not instrument.covers(country, None):
            reading.remarks.append(f"{instrument.name} is not for {name_of(country)}; left out.")
            continue
        named = {"instrument_id": instrument_id, "evidence": dict(basis.evidence)}
        # A column and a bracket may name the same.
        if not any(_says_more(known, named) for known in mechanisms):
            mechanisms.append({**named, "role": "fallback" if mechanisms else "primary"})


def _says_more(known: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Whether ``known`` says what ``named`` does: the same, or clauses with their edition."""
    is_bare = named["instrument_id"] == "scc" and not named["evidence"]
    return named.items() <= known.items() or (
        is_bare and str(known["instrument_id"]).startswith("scc-")
    )


def _adequacy(country: str, context: Context, answers: Answers, reading: Reading) -> Sequence[str]:
    """The decision for this country, where there is exactly one in force and it covers all."""
    fitting = [
        instrument.id
        for instrument in context.instruments.values()
        if instrument.kind == ADEQUACY
        and instrument.regime == "EU"
        and country in instrument.destinations
        and instrument.in_force(context.day)
    ]
    if len(fitting) == 1 and country != "US":
        return fitting
    where = name_of(country)
    why = f"No one adequacy decision covers all of {where}; name the instrument."
    question = Question("mechanisms", f"Adequacy: {where}", "adequacy-unclear", why, tuple(fitting))
    answer = answers.to(question)
    if answer is None:
        reading.take([question], ())
    return answer or ()


def _is_transfer(country: str, context: Context) -> bool:
    if country == context.exporter:
        return False
    inside = in_eea(context.exporter, context.day) and in_eea(country, context.day)
    return not inside


def _name(basis: Basis, context: Context) -> str:
    instrument = context.instruments.get(basis.instrument_id)
    return instrument.name if instrument else "an adequacy decision"
