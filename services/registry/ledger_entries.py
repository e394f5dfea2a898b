"""Ledger entries of the registry: their public part, and the private part beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from services.registry import events
from services.registry.clock import (
    NOTICE,
    NoticeTerms,
    deemed_spans,
    first_day_spans,
    objection_spans,
)
from services.registry.model.approvals import actor_of
from services.registry.model.assessments import EvidenceRequest
from services.registry.model.bases import Reliance
from services.registry.model.changes import Audience, Change, Group
from services.registry.model.deletions import Confirmation
from services.registry.model.letters import Letter
from services.registry.model.objections import Objection
from services.registry.model.register import Register, Row
from services.registry.todo.due import Reminder
from services.registry.transfers import Instrument
from shared import disclosure
from shared.times import format_instant

Entry = dict[str, Any]
PUBLIC_ENTRY = disclosure.shape("entry", "public")
# Letters are written from entries of the ledger, in the language of each customer.
_IN_LETTERS = frozenset({"name_by_language", "reason_by_language", "question_by_language"})

# A notice that is sent later than this names no last day to object; the portal does.
MOST_DAYS_LATE = 60


def processor(register: Register) -> Entry:
    """The processor; of a register without a public page, ``published`` says so."""
    private = {} if register.page.published else {"published": False}
    named = {"id": register.id, "slug": register.slug, "legal_name": register.legal_name}
    return {**named, **private}


def stated(register: Register, name: str, value: Any) -> Entry:
    """What a processor states of its register, by the name of the member."""
    return {"processor": processor(register), name: value}


def published(register: Register, on: date) -> Entry:
    """The register became public, or ceased to be, on a day at the processor."""
    return {"processor": processor(register), "on": on.isoformat()}


class Announced(Protocol):
    """A change as its notice shows it; entries in their wire form, with verdicts of the effective
    day."""

    @property
    def change(self) -> Change: ...
    @property
    def materiality(self) -> list[str]: ...
    @property
    def sub_processor(self) -> Entry | None: ...
    @property
    def previous(self) -> Entry | None: ...


def announced(register: Register, views: Sequence[Announced]) -> Entry:
    """The public part of an announcement. ``changes`` holds each change; the members of an only
    change stand beside that list as well (decision 0047)."""
    changes = [_of_change(view) for view in views]
    [first, *others] = changes
    return {
        **({} if others else first),
        "processor": processor(register),
        "effective_on": views[0].change.effective_on.isoformat(),
        "changes": changes,
    }


def _of_change(view: Announced) -> Entry:
    change = view.change
    told: Entry = {
        "change_id": change.id,
        "kind": change.kind,
        "materiality": list(view.materiality),
        "sub_processor": _shown(view.sub_processor or view.previous),
        "previous": _shown(view.previous, ()),
        "reason": change.reason,
    }
    if change.what_it_means:
        told["what_it_means"] = change.what_it_means
    if change.emergency:
        told["justification"] = change.emergency.justification
    return told


def announced_private(register: Register, changes: Sequence[Change], audience: Audience) -> Entry:
    """What concerns the customers' own terms, and the full contents with contact persons, of each
    change in turn."""
    return {
        "recipients_version": audience.version,
        "scope": audience.scope.members(),
        "scopes": [audience.scopes[change.id].members() for change in changes],
        "time_zone": register.time_zone,
        "groups": [group_on_wire(group, changes[0]) for group in audience.concerned],
        "contents": [change.content for change in changes],
        "approved_by": _once(changes),
    }


def _once(changes: Sequence[Change]) -> list[Entry]:
    """Who approved the announcement, each once."""
    by_id = {actor_of(each): each for change in changes for each in change.approved_by}
    return list(by_id.values())


def group_on_wire(group: Group, change: Change) -> Entry:
    """A terms group in wire form. From ``objection_spans`` and ``counting`` `notices`, which has no
    clock, reads this customer's days even if the notice is sent or received late."""
    return {
        "owes": group.owes,
        "key": group.key,
        "authorisation": group.authorisation,
        "terms": group.terms,
        "agreements": group.agreements,
        "given_on": group.given_on.isoformat(),
        "objection_deadline": group.objection_deadline and group.objection_deadline.isoformat(),
        "earliest_effective_on": group.earliest_effective_on.isoformat(),
        "silence": group.silence,
        **(_late_days(group, change) if group.owes == NOTICE else {}),
        "provisional": group.provisional,
        "arithmetic": list(group.arithmetic),
    }


def _late_days(group: Group, change: Change) -> Entry:
    terms = change.terms_of(group.terms, group.authorisation)
    late = (group.given_on, MOST_DAYS_LATE)
    return {
        "objection_spans": _text(objection_spans(terms, *late, change.effective_on)),
        "counting": _counting(terms, *late),
    }


def _counting(terms: NoticeTerms, given_on: date, most_days_late: int) -> Entry:
    """What each period runs from; after how many days of the sending that is deemed to have
    happened; after how many days of its start it lets the change take effect. ``until_effect``:
    whether the right to object ends with the change."""
    firsts = first_day_spans(terms, given_on, most_days_late)
    return {
        "until_effect": terms.ends_with_effect,
        **{
            name: {
                "starts": span.rule,
                "deemed": _text(deemed_spans(span, given_on, most_days_late, terms.calendar)),
                "first_day": _text(first),
            }
            for name, span, first in zip(
                ("notice", "objection"), (terms.notice, terms.objection), firsts, strict=True
            )
        },
    }


def _text(spans: Iterable[int]) -> str:
    # One text, because notices reads all groups very often.
    return " ".join(map(str, spans))


def withdrawn(register: Register, change: Change) -> Entry:
    return {**_about(register, change), "reason": change.withdrawal_reason}


def in_effect(register: Register, changes: Sequence[Change]) -> Entry:
    """Changes of one notice that take effect together; the members of an only one stand beside
    the list as well (decision 0047)."""
    [first, *others] = abouts = [_about(register, change) for change in changes]
    listed = [{name: one[name] for name in one if name != "processor"} for one in abouts]
    frame = {name: first[name] for name in ("processor", "effective_on")}
    return {**({} if others else first), **frame, "changes": listed}


def _about(register: Register, change: Change) -> Entry:
    name = (change.content or change.previous or {}).get("legal_name")
    return {
        "change_id": change.id,
        "kind": change.kind,
        "processor": processor(register),
        "sub_processor": {"id": change.subject_id, "legal_name": name},
        "effective_on": change.effective_on.isoformat(),
    }


def recorded(
    register: Register, record_id: str, effective_on: date, entry: Entry, previous: Entry
) -> Entry:
    """The public part of a record; entries come in their wire form, judged on ``effective_on``."""
    return {
        "record_id": record_id,
        "processor": processor(register),
        "sub_processor": _shown(entry),
        "previous": _shown(previous, ()),
        "effective_on": effective_on.isoformat(),
    }


def objection(
    register: Register, objection: Objection, by: Mapping[str, str] | None = None
) -> tuple[str, Entry, Entry]:
    """Type, public part and private part: who objects and why is not for the public. ``by``: the
    person who took this step by the link in a mail."""
    public = {
        "objection_id": objection.id,
        "change_id": objection.change_id,
        "processor": processor(register),
        "status": objection.status,
    }
    private = {
        "controller_id": objection.controller_id,
        "agreement_id": objection.agreement_id,
        "grounds": objection.grounds,
        "text": objection.text,
        "modification": objection.modification,
        "mitigation": objection.mitigation,
        "decision": objection.decision,
        "respond_by": objection.respond_by.isoformat() if objection.respond_by else None,
        **answered_by(by),
    }
    return f"{events.OBJECTION}.{objection.status}", public, private


def answered_by(by: Mapping[str, str] | None) -> Entry:
    """The member of a private part that names who answered by the link in a mail."""
    return {"by": dict(by)} if by else {}


def letter(register: Register, letter: Letter, agreement_ids: Sequence[str]) -> tuple[Entry, Entry]:
    """Public part and private part: who wrote what is not for the public."""
    public = {"letter_id": letter.id, "processor": processor(register)}
    private = {
        "controller_id": letter.controller_id,
        "agreement_ids": list(agreement_ids),
        "change_id": letter.change_id,
        "kind": letter.kind,
        "received_on": letter.received_on.isoformat(),
        "received_at": format_instant(letter.received_at),
        "text": letter.text,
        "file": letter.file,
        "objection_id": letter.objection_id,
    }
    return public, private


def basis(
    register: Register,
    instrument: Instrument,
    when: tuple[int, int],
    transfers: list[Entry],
    found_on: date | None = None,
) -> Entry:
    """An instrument ends. ``when``: the stage (90, 30, 7 days before, 0 the day) and days left.

    ``found_on``: it has not ended; on that day the vendor found that it does not carry these
    transfers.
    """
    last_day = instrument.last_day
    return {
        **({"found_on": found_on.isoformat()} if found_on else {}),
        "processor": processor(register),
        "instrument": {
            "id": instrument.id,
            "name": instrument.name,
            "name_by_language": {"en": instrument.name, **instrument.name_by_language},
            "last_day": last_day.isoformat() if last_day else None,
            "ended_by": instrument.ended_by,
        },
        "stage": when[0],
        "days_left": max(when[1], 0),
        "transfers": transfers,
        "without_basis": sum(not transfer["remaining"]["lawful"] for transfer in transfers),
    }


def reliance(reliance: Reliance) -> Entry:
    """A transfer that rests on the instrument, and its basis afterwards."""
    remaining = {
        "status": reliance.after.status,
        "lawful": reliance.after.lawful,
        "instrument_id": reliance.after.instrument_id,
        "regime": reliance.after.regime,
        "by_regime": [
            {"regime": each.regime, "status": each.status} for each in reliance.after.by_regime
        ],
    }
    return {
        "sub_processor": {"id": reliance.sub_processor_id, "legal_name": reliance.legal_name},
        "location": reliance.place,
        "remaining": remaining,
    }


def evidence_due(register: Register, reminder: Reminder, days_left: int) -> tuple[Entry, Entry]:
    """Public part and private part: what falls due is the vendor's own business.

    ``evidence`` is what falls due: ``due_on`` or ``tia_review_on`` of the evidence of a place, or
    ``deletion_confirmation``, then with the last day of the use (``listed_until``).
    """
    days = {"due_on": reminder.due_on.isoformat(), "days_left": days_left}
    return {"processor": processor(register)}, {**reminder.about, **days}


def adopted(register: Register, valid_from: date, entries: Sequence[Entry]) -> Entry:
    return {
        "processor": processor(register),
        "valid_from": valid_from.isoformat(),
        "sub_processors": [disclosure.shown(entry, PUBLIC_ENTRY) for entry in entries],
    }


def evidence_given(
    register: Register, request: EvidenceRequest, digests: Sequence[Entry]
) -> tuple[Entry, Entry]:
    """Public part and private part: who asked, and for what it got, is not for the public.

    ``digests``: id and SHA-256 of each assessment and file that was given.
    """
    public = {
        "request_id": request.id,
        "processor": processor(register),
        "sub_processor": {"id": request.sub_processor_id, "legal_name": request.legal_name},
    }
    return public, {"controller_id": request.controller_id, "given": list(digests)}


def deletion_confirmed(register: Register, row: Row, made: Confirmation) -> tuple[Entry, Entry]:
    """Public part and private part: what became of the data, and when, without who said so."""
    public = {
        "processor": processor(register),
        "sub_processor": {"id": row.sub_processor_id, "legal_name": row.content["legal_name"]},
        "listed_until": made.listed_until.isoformat(),
        "kind": made.kind,
        "confirmed_on": made.confirmed_on.isoformat(),
    }
    private = {
        "confirmation_id": made.id,
        "version": made.version,
        "confirmed_by": made.confirmed_by,
        "note": made.note,
        "file": made.file,
    }
    return public, private


def withheld(register: Register, entries: Sequence[int], reason: str) -> Entry:
    return {"processor": processor(register), "entries": list(entries), "reason": reason}


def _shown(entry: Entry | None, spoken: Collection[str] = _IN_LETTERS) -> Entry | None:
    return _as_told(disclosure.shown(entry, PUBLIC_ENTRY), spoken) if entry else None


def _as_told(entry: Entry, spoken: Collection[str]) -> Entry:
    """In one language, but for the members that are ``spoken`` in the reader's.

    A message has room for 20 kB: readings and dated facts are left to the page.
    """
    places = [
        {
            **place,
            "mechanisms": [_without_wording(each, spoken) for each in place["mechanisms"]],
            **(
                {"verdict": _without_wording(place["verdict"], spoken)}
                if "verdict" in place
                else {}
            ),
        }
        for place in entry["locations"]
    ]
    return {**entry, "locations": places}


def _without_wording(worded: Any, spoken: Collection[str]) -> Any:
    if isinstance(worded, list):
        return [_without_wording(item, spoken) for item in worded]
    if not isinstance(worded, dict):
        return worded
    return {
        name: value if name in spoken else _without_wording(value, spoken)
        for name, value in worded.items()
        if name in spoken or not (name.endswith("_by_language") or name == "facts")
    }
