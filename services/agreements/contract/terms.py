"""The notice terms of an agreement: periods, what they run from, and what is promised besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from services.agreements.contract.promises import Audit, Breach, EndOfProcessing

DAY_KINDS = ("calendar", "business")
RECEIPT_RULES = ("sent", "delivered", "acknowledged")
STARTS = (*RECEIPT_RULES, "published")
SILENCES = ("consent", "refusal")
ENDS = ("length", "effective_day")
GROUNDS = ("any", "reasonable")
KINDS = ("add", "replace", "modify", "material_modify", "remove")
CHANNELS = ("webhook", "email", "chat")
WITHOUT_CHANNEL = ("webhook", "email")
# Ways that agreements name and Art28 does not go: they are kept and shown.
OTHER_CHANNELS = ("page", "letter", "registered_letter", "in_app", "written", "subscription",
                  "public_repository", "other_electronic", "list_on_request",
                  "privacy_policy")  # fmt: skip
REMEDIES = ("resolve", "agree", "modify", "exclude", "terminate_part", "terminate")
REFUNDS = ("pro_rata", "none", "not_stated")
# The longest period of each unit, and the fewest days that one of them is.
LONGEST = {"days": 3650, "business_days": 365, "weeks": 520, "months": 120, "years": 10}
FEWEST_DAYS = {"days": 1, "business_days": 1, "weeks": 7, "months": 28, "years": 365}
KIND_OF_UNIT = {"days": "calendar", "business_days": "business"}
UNIT_OF_KIND = {kind: unit for unit, kind in KIND_OF_UNIT.items()}


@dataclass(frozen=True)
class Length:
    """A number of units of time."""

    value: int
    unit: str

    @property
    def fewest_days(self) -> int:
        return self.value * FEWEST_DAYS[self.unit]


@dataclass(frozen=True)
class NoticePeriod:
    """How long before a change the customer is told. ``length`` None: no number is agreed.

    ``deemed_after``: how long after its sending a notice counts as received;
    ``deemed_by_letter``: one that the vendor posts, which Art28 does not. ``counted_to``: the
    event before which it must lie, in the words of the text.
    """

    length: Length | None = None
    starts: str | None = None
    deemed_after: Length | None = None
    deemed_by_letter: Length | None = None
    first_day_counts: bool = False
    counted_to: str | None = None


@dataclass(frozen=True)
class ObjectionPeriod:
    """How long the customer may object. ``ends``: by its length, or with the effective day, or
    ``before_effect`` earlier."""

    length: Length | None = None
    starts: str | None = None
    deemed_after: Length | None = None
    deemed_by_letter: Length | None = None
    first_day_counts: bool = False
    ends: str | None = None
    before_effect: Length | None = None
    silence: str | None = None
    grounds: str | None = None
    grounds_text: str | None = None


@dataclass(frozen=True)
class Periods:
    """The two periods, where one text names others than the first or for one kind of change."""

    notice: NoticePeriod | None = None
    objection: ObjectionPeriod | None = None
    said_where: str | None = None


@dataclass(frozen=True)
class Also(Periods):
    """What one text says a second time, and otherwise."""

    breach: Breach | None = None


@dataclass(frozen=True)
class EmergencyTerm:
    """The shorter period of urgent changes, and who approves them."""

    length: Length | None = None
    approved_by: str | None = None


@dataclass(frozen=True)
class Remedy:
    """What follows an objection, in order. ``cure_text``: a cure that is no number."""

    cure: Length | None = None
    cure_text: str | None = None
    then: tuple[str, ...] = ()
    end_notice: Length | None = None
    refund: str | None = None


@dataclass(frozen=True)
class Terms:
    """The notice terms without persons: what a contract clock needs.

    The first six members are the short form, in days; None: no number is agreed, or one that days
    cannot say. Zero days, which old agreements may say, count as no number. ``holidays``: a
    country, or a region of one whose regions differ. The others are None where the short form says
    it all. ``customer_time_zone`` is known of a group, never agreed.
    """

    notice_days: int | None
    objection_days: int | None
    day_kind: str
    holidays: str | None
    receipt_rule: str
    silence: str | None
    notice: NoticePeriod | None = None
    objection: ObjectionPeriod | None = None
    by_kind: dict[str, Periods] | None = None
    also: tuple[Also, ...] = ()
    soft: bool = False
    eves: bool | None = None
    time_zone: str | None = None
    emergency: EmergencyTerm | None = None
    owed_for: tuple[str, ...] | None = None
    customer_time_zone: str | None = None

    @property
    def notice_length(self) -> Length | None:
        return self.notice.length if self.notice else _short(self.notice_days, self.day_kind)

    @property
    def objection_length(self) -> Length | None:
        if self.objection:
            return self.objection.length
        return _short(self.objection_days, self.day_kind)

    @property
    def may_object_until_effect(self) -> bool:
        return bool(self.objection and self.objection.ends == "effective_day")

    def members(self) -> dict[str, Any]:
        """The terms without what they leave open, so that the short form stays what it was."""
        members = asdict(self)
        return {name: _bare(value) for name, value in members.items()
                if name in SHORT_FORM or not _open(value) or (name, value) == ("eves", False)
                }  # fmt: skip


SHORT_FORM = tuple(each.name for each in fields(Terms)[:6])


@dataclass(frozen=True)
class Contact:
    name: str
    position: str
    email: str


@dataclass(frozen=True)
class NoticeTerms(Terms):
    """The notice terms, with the ways and the persons to tell, and what an objection leads to.

    ``condition``: what the customer must do to be told at all, in the words of the text. ``other``:
    facts of the text that have no member of their own, by a name that the parties choose.
    """

    channels: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    remedy: Remedy | None = None
    only_if_subscribed: bool = False
    condition: str | None = None
    breach: Breach | None = None
    end_of_processing: EndOfProcessing | None = None
    audit: Audit | None = None
    other: dict[str, Any] | None = None

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Every promise about a breach that the text makes."""
        also = (each.breach for each in self.also)
        return tuple(each for each in (self.breach, *also) if each)

    @property
    def breach_hours(self) -> int | None:
        """The hours that bind: the shortest of the text, which is the better for the customer."""
        hours = [each.hard_hours for each in self.breaches]
        return min((each for each in hours if each), default=None)

    @property
    def ways(self) -> tuple[str, ...]:
        """The channels by which Art28 tells the customer: those of the agreement that it has, else
        both that every customer may use. A page alone informs nobody (EDPB 07/2020 para. 128)."""
        return tuple(each for each in self.channels if each in CHANNELS) or WITHOUT_CHANNEL

    @property
    def terms(self) -> Terms:
        """What sets days. A breach sets none, so a text that only names it twice is left out."""
        members = {each.name: getattr(self, each.name) for each in fields(Terms)}
        also = tuple(
            replace(each, breach=None)
            for each in self.also
            if each.notice or each.objection or not each.breach
        )
        return Terms(**{**members, "also": also})


def _short(days: int | None, day_kind: str) -> Length | None:
    return Length(days, UNIT_OF_KIND[day_kind]) if days else None


def _open(value: Any) -> bool:
    return value is None or value is False or value == ()


def _bare(value: Any) -> Any:
    """The value as JSON has it, without members that are left open."""
    if isinstance(value, Mapping):
        return {name: _bare(each) for name, each in value.items() if not _open(each)}
    if isinstance(value, tuple | list):
        return [_bare(each) for each in value]
    return value
