"""Items that today's list itself gives rise to: findings, places, evidence, instruments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from services.registry.findings import Listed, ListFinding, list_findings
from services.registry.findings.finding import Entry
from services.registry.linter.members import table
from services.registry.linter.places import PLACE_CODES
from services.registry.todo.due import Due, dues, within
from services.registry.todo.item import Item, Step, Subject, severity_by
from services.registry.transfers import Instrument
from services.registry.transfers.wording import Place, Said, Several, phrase

INSTRUMENT_HORIZON = timedelta(days=90)
_NAMES_SHOWN = 5
# Members of which no difference, or none that completes them, is material.
_RECORDED = frozenset(
    {line.member for line in table() if line.word is None} | {"registration_number", "address"}
)
_KIND_OF_DAY = {"due_on": "evidence_due", "tia_review_on": "review_due"}


def items_of_list(listed: Listed, path: str) -> Iterator[Item]:
    """``path``: that of the register, under which the steps lie."""
    for entry, finding in list_findings(listed):
        yield _of_finding(entry, finding, path)
    for entry in listed.entries:
        days = list(dues(entry["id"], entry, listed.instruments))
        for due in within(days, listed.today):
            yield _of_due(due, listed.today, path)
    yield from _of_instruments(listed)


def subject_of(entry: Entry) -> Subject:
    return Subject("sub_processor", entry["id"], entry["legal_name"])


def _steps(path: str, sub_id: str, *, is_record: bool) -> tuple[Step, ...]:
    own = f"{path}/sub-processors/{sub_id}"
    settled = f"{own}/records" if is_record else f"{path}/changes"
    return (
        Step("registry:write", "POST", settled),
        Step("registry:read", "GET", own),
    )


def is_record(finding: ListFinding) -> bool:
    """Whether what settles a finding owes nobody notice: evidence, a further language, a member
    that is never material. Anything else is drafted as a change."""
    member = finding.pointer.split("/")[1]
    known = finding.code in PLACE_CODES or finding.code == "text-missing"
    return known or "/mechanisms/" in finding.pointer or member in _RECORDED


def _of_finding(entry: Entry, finding: ListFinding, path: str) -> Item:
    return Item(
        kind=_kind_of(finding),
        severity=finding.severity,
        due_on=None,
        subject=subject_of(entry),
        detail=finding.detail,
        steps=_steps(path, entry["id"], is_record=is_record(finding)),
        at=f"{finding.code} {finding.pointer}",
    )


def _kind_of(finding: ListFinding) -> str:
    if finding.code in PLACE_CODES:
        return "place_without_basis"
    return "text_missing" if finding.code == "text-missing" else "finding"


def _of_due(due: Due, today: date, path: str) -> Item:
    passed = ".passed" if due.due_on < today else ""
    where: Said = due.place["organisation"] or Place(due.place["region"] or due.place["country"])
    words = {"place": where, "name": due.instrument.title, "day": due.due_on}
    return Item(
        kind=_KIND_OF_DAY[due.what],
        severity=severity_by(due.due_on, today),
        due_on=due.due_on,
        subject=Subject("sub_processor", due.sub_processor_id, due.legal_name),
        detail=phrase(f"todo.{due.what}{passed}", **words),
        steps=_steps(path, due.sub_processor_id, is_record=True),
        at=" ".join(due.key[1:]),
    )


def _of_instruments(listed: Listed) -> Iterator[Item]:
    for instrument_id, names in _carriers(listed).items():
        known = listed.instruments.get(instrument_id)
        if known and known.last_day and known.last_day <= listed.today + INSTRUMENT_HORIZON:
            yield _of_instrument(known, known.last_day, names, listed.today)


def _carriers(listed: Listed) -> Mapping[str, list[str]]:
    """By instrument, the names of the entries of which it carries a place today."""
    carried: dict[str, list[str]] = {}
    for entry in listed.entries:
        verdicts = [place["verdict"] for place in entry["locations"]]
        lawful = [each for each in verdicts if each["status"] in ("valid", "expiring")]
        for instrument_id in dict.fromkeys(each["instrument_id"] for each in lawful):
            carried.setdefault(instrument_id, []).append(entry["legal_name"])
    return carried


def _of_instrument(known: Instrument, last_day: date, names: list[str], today: date) -> Item:
    more = ("…",) if len(names) > _NAMES_SHOWN else ()
    shown = Several((*sorted(names)[:_NAMES_SHOWN], *more))
    return Item(
        kind="instrument_ending",
        severity=severity_by(last_day, today),
        due_on=last_day,
        subject=Subject("instrument", known.id, known.name),
        detail=phrase("todo.ending", name=known.title, day=last_day, places=shown),
        steps=(Step("registry:read", "GET", f"/registry/v1/instruments/{known.id}"),),
    )
