"""A roll-out: one template offered to many agreements, each to be accepted by its own parties.

What binds goes on binding until the parties of that agreement have accepted the new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from services.agreements.contract.contents import Content
from services.agreements.contract.wording import Template, main_language
from services.agreements.model.agreement import ENDED, Agreement
from services.agreements.model.life import NotAmendable, check_amendable
from shared.documents import to_document
from shared.errors import Conflict

# A roll-out as a whole.
EXAMINING, READY, OFFERING, WAITING = "examining", "ready", "offering", "waiting"
STOPPING, STOPPED, DONE = "stopping", "stopped", "done"
STATUSES = (EXAMINING, READY, OFFERING, WAITING, STOPPING, STOPPED, DONE)
UNDER_WAY = (EXAMINING, OFFERING, WAITING, STOPPING)
MOST_UNDER_WAY = 5

# One agreement of it.
CHOSEN, ABLE, UNABLE, OFFERED = "chosen", "able", "unable", "offered"
ACCEPTED, REFUSED, LAPSED, REPLACED = "accepted", "refused", "lapsed", "replaced"
AGREEMENT_ENDED, TAKEN_BACK = "ended", "taken_back"
STATES = (CHOSEN, ABLE, UNABLE, OFFERED, ACCEPTED, REFUSED, LAPSED, REPLACED, AGREEMENT_ENDED,
          TAKEN_BACK)  # fmt: skip
OPEN = (CHOSEN, ABLE, OFFERED)

# Which happening leads where; what is not named changes nothing. A happening has the name of the
# state that it leads to.
_STEPS = {
    CHOSEN: (ABLE, UNABLE, TAKEN_BACK),
    ABLE: (UNABLE, OFFERED, TAKEN_BACK),
    OFFERED: (ACCEPTED, REFUSED, LAPSED, REPLACED, AGREEMENT_ENDED, TAKEN_BACK),
}
KEEP, TEMPLATE = "keep", "template"
CONTENTS = (KEEP, TEMPLATE)


class TooManyRollOuts(Conflict):
    """Five of your roll-outs are still open; stop one, or wait until it is done."""

    code = "too-many-roll-outs"


class RollOutNotReady(Conflict):
    """A roll-out is started once, after its agreements have been examined."""

    code = "roll-out-not-ready"


class RollOutOver(Conflict):
    """This roll-out is over already."""

    code = "roll-out-over"


class NotBinding(Conflict):
    """This agreement does not bind yet; amend its own offer instead."""

    code = "not-binding"


class OfferWaits(Conflict):
    """Another version waits for an answer; take it back, or wait for the answer."""

    code = "offer-waits"


class HasItAlready(Conflict):
    """The agreement has this template and these contents already."""

    code = "has-it-already"


class TextsMissing(Conflict):
    """The template has no contents in the language of the agreement; add them first."""

    code = "language-missing"


@dataclass(frozen=True)
class Choice:
    """Which agreements: those on one template, those of one product, those named; all of what is
    given must hold."""

    template_id: str | None = None
    product: str | None = None
    agreement_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signatory:
    """Who accepts the new versions for the processor."""

    name: str
    title: str
    email: str
    client_id: str
    address: str | None
    at: datetime


@dataclass(frozen=True)
class RollOut:
    """``changes``: members that change in each agreement. ``contents``: whether the texts stay as
    they are agreed, or come from the template. ``cursor``: the last agreement that was chosen; None
    when all are. ``remind_after_days``: counted from the day of the offer, ascending."""

    id: str
    processor_id: str
    client_id: str
    template_id: str
    choice: Choice
    made_at: datetime
    contents: str = TEMPLATE
    changes: dict[str, Any] = field(default_factory=dict)
    remind_after_days: tuple[int, ...] = ()
    status: str = EXAMINING
    cursor: str | None = ""
    signatory: Signatory | None = None
    started_at: datetime | None = None
    over_at: datetime | None = None
    stop_reason: str | None = None


@dataclass(frozen=True)
class Reason:
    """Why an agreement cannot get the new version. ``open``: points of its annexes."""

    code: str
    detail: str
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One agreement of a roll-out. ``changed``: pointers of what changes for it; ``missing``: the
    parties that have yet to accept; ``remind_on``: the next reminder."""

    id: str
    roll_out_id: str
    processor_id: str
    agreement_id: str
    state: str = CHOSEN
    version: int | None = None
    reasons: tuple[Reason, ...] = ()
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    offered_on: date | None = None
    reminded: int = 0
    remind_on: date | None = None
    settled_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def state_after(state: str, happening: str) -> str:
    """The state of an item after a happening."""
    return happening if happening in _STEPS.get(state, ()) else state


def happening(before: Agreement, after: Agreement) -> str:
    """What one step did to the offer of a roll-out, which ``before`` has."""
    offer, refusal = before.offer, after.refusal
    if offer is None:
        raise ValueError("there was no offer")
    if after.offer is not None:
        return OFFERED if after.offer.roll_out == offer.roll_out else REPLACED
    if after.executed(offer.version):
        return ACCEPTED
    if refusal is not None and refusal != before.refusal:
        return REFUSED if refusal.party == "controller" else TAKEN_BACK
    return AGREEMENT_ENDED if after.status in ENDED or after.ends_on else LAPSED


def followed(item: Item, before: Agreement, after: Agreement, at: datetime) -> Item:
    """The item after one step of its agreement, which had the roll-out's offer before it."""
    state = state_after(item.state, happening(before, after))
    if state in OPEN:
        return offered(item, after)
    return settled(item, state, at) if item.is_open else item


def offered(item: Item, after: Agreement) -> Item:
    """The item with the offer that waits: a version, and who has yet to accept it."""
    version = after.offer.version if after.offer else None
    return replace(item, state=OFFERED, version=version, missing=missing_of(after))


def settled(item: Item, state: str, at: datetime, reasons: tuple[Reason, ...] = ()) -> Item:
    """The item at its end: nothing more is waited for."""
    return replace(
        item, state=state, missing=(), remind_on=None, settled_at=at,
        reasons=reasons or item.reasons,
    )  # fmt: skip


def missing_of(agreement: Agreement) -> tuple[str, ...]:
    """The parties that have yet to accept what is on offer."""
    offer = agreement.offer
    return tuple(sorted(agreement.missing(offer.version))) if offer else ()


def remind_on(offered_on: date, after_days: tuple[int, ...], reminded: int) -> date | None:
    """The day of the next reminder, if there is one left."""
    left = after_days[reminded:]
    return offered_on + timedelta(days=left[0]) if left else None


def check_can_get(agreement: Agreement) -> None:
    """That a new version can be offered. Raises the conflict that stands against it."""
    if agreement.status in ENDED:
        raise NotAmendable(f"This agreement is {agreement.status}.")
    if not agreement.binding:
        raise NotBinding
    check_amendable(agreement)
    if agreement.offer is not None:
        raise OfferWaits


def members_from(roll_out: RollOut, template: Template, before: Content) -> dict[str, Any]:
    """The members that the roll-out replaces in the contents of one agreement.

    Raises ``TextsMissing``: no document has two languages.
    """
    texts = _texts(template, before.language) if roll_out.contents == TEMPLATE else {}
    return {**texts, **roll_out.changes, "template_id": template.id}


def _texts(template: Template, language: str) -> Mapping[str, Any]:
    published = template.published
    if published is None:
        return {}
    if main_language(language) not in published.languages:
        raise TextsMissing(f"It has none in this language: {language}.")
    texts = to_document(published.texts_in(language))
    return {name: value for name, value in texts.items() if value is not None}
