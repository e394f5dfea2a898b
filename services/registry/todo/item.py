"""One thing that needs a hand: what, how urgent, about whom, and the step that settles it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.registry.linter.finding import Severity
from services.registry.transfers.wording import Said

# In the order in which they come on one day.
KINDS = (
    "objection",
    "notice_address_bounced",
    "place_without_basis",
    "customer_unreached",
    "evidence_due",
    "review_due",
    "deletion_unconfirmed",
    "instrument_ending",
    "offer_to_sign",
    "draft",
    "import_open",
    "contacts_unverified",
    "finding",
    "text_missing",
)
SUBJECTS = (
    "sub_processor",
    "change",
    "objection",
    "agreement",
    "customer",
    "instrument",
    "import",
    "organisation",
    "template",
)
# A deadline this near, or one that has passed, cannot wait.
PRESSING = timedelta(days=7)
_NO_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Subject:
    """``type`` is one of SUBJECTS; ``name`` as people call it."""

    type: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A request that settles an item, or shows more of it, and the scope it needs."""

    scope: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Item:
    """``kind`` is one of KINDS. ``steps``: the best first; a caller is shown the first that its
    scopes allow. ``at`` tells items of one kind about one subject apart."""

    kind: str
    severity: Severity
    due_on: date | None
    subject: Subject
    detail: Said
    steps: tuple[Step, ...]
    at: str = ""

    def step_for(self, scopes: Collection[str]) -> Step | None:
        return next((step for step in self.steps if step.scope in scopes), None)


def severity_by(due_on: date, today: date) -> Severity:
    """``must`` from a week before the day on."""
    return "must" if due_on - today <= PRESSING else "should"


def in_order(items: Iterable[Item], today: date) -> list[tuple[str, Item]]:
    """Items with their place, most urgent first: what must be done before what should, then by
    day. What must be done and has no day is due today."""
    return sorted(((_place(item, today), item) for item in items), key=lambda pair: pair[0])


def _place(item: Item, today: date) -> str:
    # The same item has the same place on each page, whatever else has come or gone.
    due = item.due_on.isoformat() if item.due_on else _NO_DAY
    if item.severity == "must":
        due = min(due, today.isoformat()) if item.due_on is None else due
    rank = 0 if item.severity == "must" else 1
    return f"{rank} {due} {KINDS.index(item.kind):02} {item.subject.id} {item.at}"
