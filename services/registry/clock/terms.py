"""The notice terms of one agreement, as far as they set days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.registry.clock.calendars import Calendar

DAY_KINDS = ("calendar", "business")
RECEIPT_RULES = ("sent", "delivered", "acknowledged")
# A page that changes informs nobody (EDPB 07/2020 para. 128): "published" counts from the sending.
STARTS = {"sent": "sent", "published": "sent", "delivered": "delivered",
          "acknowledged": "acknowledged"}  # fmt: skip
AUTHORISATIONS = ("general", "specific")
CONSENT, REFUSAL = "consent", "refusal"
LENGTH, EFFECTIVE_DAY = "length", "effective_day"
UNITS = {"days": "calendar day", "business_days": "business day", "weeks": "week",
         "months": "month", "years": "year"}  # fmt: skip
UNIT_OF_KIND = {"calendar": "days", "business": "business_days"}
LONGEST = 3650  # Days. Ten years of notice are an error of typing, not an agreement.


@dataclass(frozen=True, slots=True)
class Period:
    """So many units of time. Raises ValueError for a unit or a number that it cannot be."""

    value: int
    unit: str = "days"

    def __post_init__(self) -> None:
        _one_of("unit", self.unit, tuple(UNITS))
        if type(self.value) is not int or not 1 <= self.value <= LONGEST:
            raise ValueError(f"A period is of 1 to {LONGEST} {self.unit}, not {self.value!r}.")

    @classmethod
    def parse(cls, members: Mapping[str, Any] | None) -> Period | None:
        """Read ``{value, unit}``; None where the text names no number."""
        return cls(members["value"], members["unit"]) if members else None

    @classmethod
    def of_days(cls, days: int | None, day_kind: str) -> Period | None:
        """Read the short form, in which zero days are no period (GDPR Art. 28(2))."""
        _one_of("day_kind", day_kind, DAY_KINDS)
        return None if days is None or _is_zero(days) else cls(days, UNIT_OF_KIND[day_kind])

    @property
    def holds_two_days(self) -> bool:
        """Whether it is one "of two days or more" (Regulation 1182/71 Art. 3(5))."""
        return self.value > 1 or self.unit not in ("days", "business_days")

    def __str__(self) -> str:
        return f"{self.value} {UNITS[self.unit]}{'s' if self.value > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Span:
    """One period of the agreement: its length, what it runs from, and where it ends.

    ``length`` None: no number is agreed. ``deemed_after``: how long after its sending a notice
    counts as received. ``ends``: with its own length, or with the effective day of the change, or
    ``before_effect`` days earlier. ``at_most``: it ends with this period, if that is over sooner.
    ``by_default``: the length is the register's, since the agreement names none.
    """

    length: Period | None = None
    starts: str = "sent"
    deemed_after: Period | None = None
    first_day_counts: bool = False
    ends: str = LENGTH
    before_effect: Period | None = None
    at_most: Period | None = None
    by_default: bool = False

    def __post_init__(self) -> None:
        _one_of("starts", self.starts, tuple(STARTS))
        _one_of("ends", self.ends, (LENGTH, EFFECTIVE_DAY))

    @classmethod
    def parse(cls, members: Mapping[str, Any], starts: str = "sent") -> Span:
        """Read ``notice`` or ``objection`` of the long form; what is not said is None."""
        return cls(
            Period.parse(members.get("length")),
            members.get("starts") or starts,
            Period.parse(members.get("deemed_after")),
            bool(members.get("first_day_counts")),
            members.get("ends") or LENGTH,
            Period.parse(members.get("before_effect")),
        )

    @property
    def rule(self) -> str:
        """The receipt that it runs from."""
        return STARTS[self.starts]

    @property
    def lengths(self) -> tuple[Period, ...]:
        """The periods of which the one that ends first counts; none where no number is agreed."""
        return tuple(each for each in (self.length, self.at_most) if each) if self.length else ()

    def or_default(self, length: Period | None) -> Span:
        """The same span with this length, if it has none and needs one."""
        if length is None or self.length or self.ends == EFFECTIVE_DAY:
            return self
        return replace(self, length=length, by_default=True)

    def within(self, most: Period) -> Span:
        """The same span, which keeps a change waiting no longer than ``most``."""
        if self.ends == EFFECTIVE_DAY:
            return replace(self, before_effect=None)
        return replace(self, at_most=most)


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """What one agreement says about notices. Raises ValueError for words or numbers it cannot be.

    ``silence`` is what the customer's silence means: consent or refusal. ``also``: further periods
    that the same text names; the one better for the customer binds. ``soft``: its numbers bind only
    where possible, so none of them sets a day. ``emergency``: the shorter notice of emergencies;
    None: the text allows none.
    """

    notice: Span = field(default_factory=Span)
    objection: Span = field(default_factory=Span)
    calendar: Calendar = field(default_factory=Calendar)
    silence: str = CONSENT
    authorisation: str | None = "general"
    soft: bool = False
    also: tuple[tuple[Span, Span], ...] = ()
    emergency: Period | None = None

    def __post_init__(self) -> None:
        _one_of("silence", self.silence, (CONSENT, REFUSAL))
        if self.authorisation is not None:
            _one_of("authorisation", self.authorisation, AUTHORISATIONS)

    @classmethod
    def parse(
        cls,
        terms: Mapping[str, Any],
        authorisation: str | None = "general",
        kind: str | None = None,
    ) -> NoticeTerms:
        """Read the contract's ``notice_terms``, in the long form or the short one.

        ``kind``: that of the change. What the text says of this kind (``by_kind``) goes first; what
        it does not say stays as it is for all. ``default_terms``: those of the register; they count
        where the text names no number at all. Members that set no days (channels) are ignored.
        """
        special = _of_this_kind(terms.get("by_kind") or {}, kind)
        notice, objection = _span(terms, "notice"), _span(terms, "objection")
        agreed = cls(
            _of_kind(notice, special.get("notice")),
            _of_kind(objection, special.get("objection")),
            Calendar(terms.get("holidays") or None, terms.get("eves")),
            _silence(special) or _silence(terms) or terms.get("silence") or CONSENT,
            authorisation,
            bool(terms.get("soft")),
            tuple(_also(each, notice, objection) for each in terms.get("also") or ()),
            Period.parse((terms.get("emergency") or {}).get("length")),
        )
        return agreed.with_defaults(terms.get("default_terms") or {})

    @classmethod
    def strictest(cls, several: Sequence[NoticeTerms]) -> NoticeTerms:
        """What binds where one notice falls under several terms of one agreement: the period that
        starts last, of all periods the longest, and silence that is refusal under any of them."""
        first = max(several, key=lambda each: each.latest_start)
        others = [each for each in several if each != first]
        if not others:
            return first
        refuses = any(each.silence == REFUSAL for each in several)
        also = [pair for each in others for pair in ((each.notice, each.objection), *each.also)]
        silence = REFUSAL if refuses else first.silence
        return replace(first, also=(*first.also, *also), silence=silence)

    @property
    def latest_start(self) -> tuple[int, int]:
        """How late in the life of a notice its two periods start."""
        rules = (self.notice.rule, self.objection.rule)
        return RECEIPT_RULES.index(max(rules, key=RECEIPT_RULES.index)), sum(
            RECEIPT_RULES.index(rule) for rule in rules
        )

    @property
    def needs_approval(self) -> bool:
        """Whether the change waits for the customer's yes (EDPB Opinion 22/2024: silence is no).

        It does, too, where the text gives no authorisation at all (GDPR Art. 28(2)).
        """
        return self.authorisation != "general" or self.silence == REFUSAL

    @property
    def notices(self) -> tuple[Span, ...]:
        """Every period of notice that the text names."""
        return (self.notice, *(notice for notice, _ in self.also))

    @property
    def objections(self) -> tuple[Span, ...]:
        """Every period to object that the text names."""
        return (self.objection, *(objection for _, objection in self.also))

    @property
    def ends_with_effect(self) -> bool:
        """Whether a period to object ends with the change itself, or counts back from it."""
        return any(objection.ends == EFFECTIVE_DAY for objection in self.objections)

    def with_defaults(self, defaults: Mapping[str, Any]) -> NoticeTerms:
        """The same terms, with the register's numbers where the text names none.

        ``defaults``: ``{notice: {length}, objection: {length}}``, either may be null. What the
        period runs from, and how its days are counted, stays as agreed.
        """
        notice, objection = self.notice, self.objection
        if not any(span.length for span in self.notices):
            notice = notice.or_default(_default(defaults, "notice"))
        if not any(span.length for span in self.objections):
            objection = objection.or_default(_default(defaults, "objection"))
        return replace(self, notice=notice, objection=objection)

    def in_emergency(self) -> NoticeTerms:
        """The terms that count for an emergency: the shorter notice that the text allows, and a
        time to object that is not longer.

        Art. 28(2) knows no emergencies. Where the text allows none, or names no number of days for
        them that binds, nothing is shorter.
        """
        if self.emergency is None or self.soft:
            return self
        first, *others = (objection.within(self.emergency) for objection in self.objections)
        also = tuple((Span(), other) for other in others)
        notice = replace(self.notice, length=self.emergency, by_default=False)
        return replace(self, notice=notice, objection=first, also=also)

    def in_calendar(self, place: str | None, eves: bool | None = None) -> NoticeTerms:
        """The same terms with the working days of another place."""
        return replace(self, calendar=Calendar(place, eves))


def _span(terms: Mapping[str, Any], name: str) -> Span:
    rule = terms.get("receipt_rule") or "sent"
    if long := terms.get(name):
        return Span.parse(long, rule)
    kind = terms.get("day_kind") or "calendar"
    return Span(Period.of_days(terms.get(f"{name}_days"), kind), rule)


def _of_kind(general: Span, members: Mapping[str, Any] | None) -> Span:
    """The period of one kind of change; a member that is not named is that of all kinds."""
    if not members:
        return general
    own = Span.parse(members, general.starts)
    says_where = bool(members.get("length") or members.get("ends"))
    counts = members.get("first_day_counts")
    return Span(
        own.length or general.length,
        own.starts,
        own.deemed_after or general.deemed_after,
        general.first_day_counts if counts is None else bool(counts),
        own.ends if says_where else general.ends,
        own.before_effect if says_where else own.before_effect or general.before_effect,
    )


def _of_this_kind(by_kind: Mapping[str, Any], kind: str | None) -> Mapping[str, Any]:
    """What the text says of a kind of change. Only what matters to customers is announced as
    ``modify``, so words for material modifications go before those for any."""
    kinds = ("material_modify", "modify") if kind == "modify" else (kind,)
    return next((by_kind[each] for each in kinds if each and by_kind.get(each)), {})


def _silence(members: Mapping[str, Any]) -> str | None:
    silence: str | None = (members.get("objection") or {}).get("silence")
    return silence


def _also(members: Mapping[str, Any], notice: Span, objection: Span) -> tuple[Span, Span]:
    """Further periods; where they say nothing of it, they run from what the first ones do."""
    return (
        Span.parse(members.get("notice") or {}, notice.starts),
        Span.parse(members.get("objection") or {}, objection.starts),
    )


def _default(defaults: Mapping[str, Any], name: str) -> Period | None:
    return Period.parse((defaults.get(name) or {}).get("length"))


def _is_zero(days: object) -> bool:
    return type(days) is int and days == 0


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}.")
