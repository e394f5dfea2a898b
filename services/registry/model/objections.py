"""Objections: the customer's answer to an announced change, on the clock of its own agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from shared.errors import Conflict, Invalid

Status = Literal[
    "received",
    "acknowledged",
    "modification_requested",
    "mitigation_offered",
    "mitigation_accepted",
    "withdrawn",
    "excluded",
    "rejected",
    "terminated",
]

GROUNDS = (
    "security",
    "location",
    "transfer_basis",
    "data_category",
    "ai_use",
    "competition",
    "other",
)
OPEN: frozenset[str] = frozenset(
    {"received", "acknowledged", "modification_requested", "mitigation_offered"}
)

ANY_OPEN = "open"

# From which statuses each step may be taken.
STEPS: dict[Status, frozenset[str]] = {
    "acknowledged": frozenset({"received"}),
    # RTS (EU) 2025/532 Art. 5: who objects may ask for modifications before the change goes live.
    "modification_requested": OPEN,
    "mitigation_offered": OPEN,
    "mitigation_accepted": frozenset({"mitigation_offered"}),
    "withdrawn": OPEN | {"rejected"},
    "excluded": OPEN | {"rejected"},
    "rejected": OPEN,
    "terminated": OPEN | {"rejected"},
}


class ObjectionWindowClosed(Conflict):
    """The days in which this customer could object are over."""

    code = "objection-window-closed"


class NotNotified(Conflict):
    """This customer received no notice of the change, so it cannot object to it."""

    code = "not-notified"


class NotConcerned(Conflict):
    """This change concerns no agreement of this customer, so it has nothing to approve."""

    code = "not-concerned"


class OnlyInformed(Conflict):
    """This customer's agreement owes it information of this change, and no time to object."""

    code = "only-informed"


class AcceptedWithAgreement(Conflict):
    """This customer accepted the change with its agreement, so it cannot object to it."""

    code = "accepted-with-agreement"


class NotInThisNotice(Invalid):
    """A change that is named was not announced in this notice; object to it by its own path."""

    code = "not-in-this-notice"


class ObjectionExists(Conflict):
    """This customer has an objection to this change already."""

    code = "objection-exists"


class ObjectionSettled(Conflict):
    """The status of the objection does not allow this step."""

    code = "objection-status"


class AgreementEnded(Conflict):
    """No agreement binds this customer and processor any more; what it was told stays readable."""

    code = "agreement-ended"


class OfferLapsed(Conflict):
    """The offer of mitigation has lapsed; the processor may offer again."""

    code = "offer-lapsed"


class RespondByPassed(Invalid):
    """The day to answer by has passed; give the customer at least today."""

    code = "respond-by-passed"


class TerminationNotOpen(Conflict):
    """The customer cannot end the agreement over this objection now.

    It can once the objection was rejected, up to ``respond_by``, or when the objection is not
    settled on the day the change takes effect.
    """

    code = "termination-not-open"


@dataclass(frozen=True)
class Objection:
    """``modification``: ``{text}``, what the customer wants to be done otherwise.

    ``effective_on``: when the change takes effect. ``respond_by``: after a rejection, the last
    day on which the customer may end the agreement over it. ``made_by``: the person who made it by
    the link in a mail (``AnsweredByShape``); None: a client of the customer, or a letter."""

    id: str
    change_id: str
    processor_id: str
    controller_id: str
    agreement_id: str
    sub_processor_id: str
    grounds: str
    text: str
    received_at: datetime
    status: Status = "received"
    modification: dict[str, str] | None = None
    mitigation: dict[str, Any] | None = None
    decision: str | None = None
    settled_at: datetime | None = None
    effective_on: date = date.min
    respond_by: date | None = None
    revision: int = 1
    made_by: dict[str, str] | None = None

    @property
    def open(self) -> bool:
        return self.status in OPEN

    def keeps_shut(self, on: date) -> bool:
        """Whether the customer may still end the agreement over a rejection."""
        return self.status == "rejected" and self.respond_by is not None and on <= self.respond_by

    def moved(self, to: Status, at: datetime, **members: Any) -> Objection:
        """The objection one step on. Raises ``ObjectionSettled`` when the step is not open."""
        if self.status not in STEPS[to]:
            raise ObjectionSettled(
                f"The objection is {self.status.replace('_', ' ')}; it cannot become"
                f" {to.replace('_', ' ')}."
            )
        settled_at = None if to in OPEN else at
        return replace(
            self, status=to, settled_at=settled_at, revision=self.revision + 1, **members
        )


@dataclass(frozen=True)
class Approval:
    """A customer's approval, which specific authorisation needs (Art. 28(2)). ``given_by``: as
    ``made_by`` of an ``Objection``."""

    id: str
    change_id: str
    controller_id: str
    given_at: datetime
    given_by: dict[str, str] | None = None


def statuses_of(name: str | None) -> frozenset[str]:
    """The statuses that a list of objections is asked for; empty means any."""
    if name == ANY_OPEN:
        return OPEN
    return frozenset({name}) if name else frozenset()


def check_in_notice(named: Sequence[str], together: Sequence[str]) -> None:
    """Raises ``NotInThisNotice`` unless all changes that are named were announced together."""
    others = [change_id for change_id in named if change_id not in together]
    if others:
        detail = f"It is about {', '.join(together)}."
        errors = [
            {"pointer": "/change_ids", "code": NotInThisNotice.code, "detail": f"{each} is not."}
            for each in others
        ]
        raise NotInThisNotice(detail, errors=errors)


def check_offer(respond_by: date, today: date) -> None:
    """Raises ``RespondByPassed`` unless the customer has at least today to answer."""
    if respond_by < today:
        detail = f"{respond_by} lies before {today}."
        raise RespondByPassed(
            detail, errors=[{"pointer": "/respond_by", "code": "day-past", "detail": detail}]
        )


def check_acceptable(objection: Objection, today: date) -> None:
    """Raises ``OfferLapsed``. If nothing was offered, ``moved`` refuses the step."""
    offer = objection.mitigation
    if objection.status == "mitigation_offered" and offer and offer["respond_by"] < str(today):
        raise OfferLapsed(f"It was open until {offer['respond_by']}.")


def check_may_end(objection: Objection, today: date, latest: date | None = None) -> None:
    """Whether the customer may end the agreement over it. Raises ``TerminationNotOpen``.

    ``latest``: the latest day that it is now in a place that counts, if that is another day: there
    the change takes effect first, while a last day lasts until it is over in all places.
    """
    unsettled = objection.open and (latest or today) >= objection.effective_on
    if not (unsettled or objection.keeps_shut(today)):
        raise TerminationNotOpen


def check_in_time(today: date, deadline: date) -> None:
    """The window ends with the last hour of its last day, where that ends last."""
    if today > deadline:
        raise ObjectionWindowClosed(
            f"The last day was {deadline}.", context={"objection_deadline": deadline.isoformat()}
        )
