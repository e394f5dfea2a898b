"""Shapes of notice terms: the short form in days, and the long one that says what texts say.

Either form may be sent; in answers the short one stands beside the long one as far as days can say
it. A member that says other than its namesake in the other form is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import (
    ValidationError,
    fields,
    post_dump,
    post_load,
    pre_load,
    validate,
    validates_schema,
)

from services.agreements.contract.terms import (
    CHANNELS,
    DAY_KINDS,
    ENDS,
    GROUNDS,
    KIND_OF_UNIT,
    KINDS,
    LONGEST,
    OTHER_CHANNELS,
    RECEIPT_RULES,
    REFUNDS,
    REMEDIES,
    SILENCES,
    STARTS,
)
from services.agreements.schemas.presets import PRESETS, expanded
from services.agreements.schemas.promises import (
    AuditShape,
    BreachShape,
    EndOfProcessingShape,
    Facts,
)
from shared.public_holidays import (
    EVES_BY_DEFAULT,
    EVES_IN_CALENDAR,
    FIXED_EVES,
    CalendarUnknown,
    check_calendar,
    country_of,
    has_holidays,
)
from shared.schemas import Email, Flag, Line, Region, Shape, Whole, each_once, one_of
from shared.times import is_time_zone

ALL_CHANNELS = (*CHANNELS, *OTHER_CHANNELS)
SHORT = ("notice_days", "objection_days", "day_kind", "receipt_rule", "silence")
NEEDED = ("notice_days", "day_kind", "receipt_rule", "silence")
NO_ZERO = "No period has zero units; write null for length where the text names no number."


def holidays_known(place: str) -> None:
    try:
        check_calendar(place)
    except CalendarUnknown as unknown:
        raise ValidationError(str(unknown)) from unknown
    if not has_holidays(country_of(place)):
        raise ValidationError(f"No public holidays of {place} are known; name another place.")


def zone_known(zone: str) -> None:
    if not is_time_zone(zone):
        raise ValidationError(f"{zone!r} is no IANA time zone such as Europe/Copenhagen.")


def chosen(*names: str, **kwargs: Any) -> fields.List[Any]:
    """A list of some of ``names``, each once."""
    checks: list[Any] = [validate.Length(max=len(names)), each_once]
    return fields.List(one_of(*names), validate=checks, **kwargs)


class AnyLength(Shape):
    value = Whole(0, max(LONGEST.values()), required=True)
    unit = one_of(*LONGEST, required=True)

    @validates_schema
    def _countable(self, members: Mapping[str, Any], **_: Any) -> None:
        most = LONGEST.get(members.get("unit", ""), 0)
        if members.get("value", 0) > most > 0:
            raise ValidationError(f"Up to {most} {members['unit']} can be counted.", "value")


class LengthShape(AnyLength):
    @validates_schema
    def _no_zero(self, members: Mapping[str, Any], **_: Any) -> None:
        if members.get("value") == 0:
            raise ValidationError(NO_ZERO, "value")


def units(**kwargs: Any) -> fields.Nested:
    return fields.Nested(LengthShape, load_default=None, allow_none=True, **kwargs)


class NoticePeriodShape(Shape):
    length = units()
    starts = one_of(*STARTS, load_default=None, allow_none=True)
    deemed_after = units()
    deemed_by_letter = units()
    first_day_counts = Flag(load_default=False)
    counted_to = Line(200, load_default=None, allow_none=True)


class ObjectionPeriodShape(Shape):
    length = units()
    starts = one_of(*STARTS, load_default=None, allow_none=True)
    deemed_after = units()
    deemed_by_letter = units()
    first_day_counts = Flag(load_default=False)
    ends = one_of(*ENDS, load_default=None, allow_none=True)
    before_effect = units()
    silence = one_of(*SILENCES, load_default=None, allow_none=True)
    grounds = one_of(*GROUNDS, load_default=None, allow_none=True)
    grounds_text = Line(500, load_default=None, allow_none=True)


class PeriodsShape(Shape):
    notice = fields.Nested(NoticePeriodShape, load_default=None, allow_none=True)
    objection = fields.Nested(ObjectionPeriodShape, load_default=None, allow_none=True)
    said_where = Line(200, load_default=None, allow_none=True)


class AlsoShape(PeriodsShape):
    breach = fields.Nested(BreachShape, load_default=None, allow_none=True)


class EmergencyTermShape(Shape):
    length = units()
    approved_by = Line(200, load_default=None, allow_none=True)


class RemedyShape(Shape):
    """``end_notice`` of zero days: at once."""

    cure = units()
    cure_text = Line(500, load_default=None, allow_none=True)
    then = chosen(*REMEDIES, load_default=list)
    end_notice = fields.Nested(AnyLength, load_default=None, allow_none=True)
    refund = one_of(*REFUNDS, load_default=None, allow_none=True)


class ContactShape(Shape):
    name = Line(200, required=True)
    position = Line(200, required=True)
    email = Email(required=True)


class TermsShape(Shape):
    """The short form needs ``notice_days``, ``day_kind``, ``receipt_rule`` and ``silence``; the
    long one says them in ``notice`` and ``objection``."""

    notice_days = Whole(0, 365, allow_none=True)
    objection_days = Whole(0, 365, allow_none=True)
    day_kind = one_of(*DAY_KINDS)
    holidays = Region(load_default=None, allow_none=True, validate=holidays_known)
    receipt_rule = one_of(*RECEIPT_RULES)
    silence = one_of(*SILENCES, allow_none=True)
    notice = fields.Nested(NoticePeriodShape, load_default=None, allow_none=True)
    objection = fields.Nested(ObjectionPeriodShape, load_default=None, allow_none=True)
    by_kind = fields.Dict(
        keys=one_of(*KINDS), values=fields.Nested(PeriodsShape),
        load_default=None, allow_none=True,
    )  # fmt: skip
    also = fields.List(
        fields.Nested(AlsoShape),
        load_default=list,
        allow_none=True,
        validate=validate.Length(max=10),
    )
    soft = Flag(load_default=False)
    eves = Flag(load_default=None, allow_none=True)
    time_zone = fields.String(load_default=None, allow_none=True, validate=zone_known)
    emergency = fields.Nested(EmergencyTermShape, load_default=None, allow_none=True)
    owed_for = chosen(*KINDS, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _whole(self, _members: Any, sent: Any, **_: Any) -> None:
        """Reads what was sent: a member with a wrong value is wrong, not missing."""
        if not isinstance(sent, Mapping):
            return  # Terms that are no object are refused as such.
        long = any(sent.get(name) is not None for name in ("notice", "objection"))
        missing = [] if long else [name for name in NEEDED if name not in sent]
        if missing:
            raise ValidationError({name: ["Missing data for required field."] for name in missing})

    @validates_schema
    def _eves_known(self, members: Mapping[str, Any], **_: Any) -> None:
        country = country_of(members.get("holidays") or "")
        if members.get("eves") and country not in FIXED_EVES:
            known = ", ".join(sorted(FIXED_EVES))
            raise ValidationError(f"Eves are known for {known}; write null or false.", "eves")

    @post_dump
    def _no_days_of_zero(self, members: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Old agreements say zero days, which the clock counts as no number (Terms)."""
        none = {name: None for name in ("notice_days", "objection_days") if members.get(name) == 0}
        return {**members, **none}

    @post_load
    def _in_both_forms(self, members: dict[str, Any], **_: Any) -> dict[str, Any]:
        short = _short_of(members)
        wrong = {
            name: [f"The long form says {value!r}; write that, or leave one of the two out."]
            for name, value in short.items()
            if members.get(name) not in (None, value)
        }
        if wrong:
            raise ValidationError(wrong)
        eves = _eves(members["holidays"], members["eves"])
        also = members["also"] or []
        return {"objection_days": None, **members, **short, "eves": eves, "also": also}


class NoticeTermsShape(TermsShape):
    """``preset``: ``dora`` (RTS (EU) 2025/532 Art. 5) needs ``notice`` with a length and stands for
    an objection in the same period, silence that is consent, no shorter and no soft periods, and
    modification or termination after an objection. Stored and shown are the terms, not its name.
    """

    preset = one_of(*PRESETS, load_only=True)
    channels = fields.List(
        one_of(*ALL_CHANNELS),
        required=True,
        allow_none=True,
        validate=[validate.Length(min=1, max=len(ALL_CHANNELS)), each_once],
    )
    contacts = fields.List(
        fields.Nested(ContactShape), load_default=list, validate=validate.Length(max=20)
    )
    remedy = fields.Nested(RemedyShape, load_default=None, allow_none=True)
    breach = fields.Nested(BreachShape, load_default=None, allow_none=True)
    end_of_processing = fields.Nested(EndOfProcessingShape, load_default=None, allow_none=True)
    audit = fields.Nested(AuditShape, load_default=None, allow_none=True)
    other = Facts(load_default=None, allow_none=True)
    only_if_subscribed = Flag(load_default=False)
    condition = Line(500, load_default=None, allow_none=True)

    @pre_load
    def _preset(self, members: Any, **_: Any) -> Any:
        return expanded(members) if isinstance(members, Mapping) else members

    @post_load
    def _channels_listed(self, members: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**members, "channels": members["channels"] or []}

    @post_dump
    def _eves_said(self, members: dict[str, Any], **_: Any) -> dict[str, Any]:
        if members.get("eves") is None:
            members["eves"] = country_of(members.get("holidays") or "") in EVES_IN_CALENDAR
        return members

    @post_dump
    def _no_channel_said(self, members: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**members, "channels": members.get("channels") or None}


def _eves(place: str | None, wish: bool | None) -> bool | None:
    """The term as it is stored: None where it is what the calendar of the place has anyway.

    The default is written down, because one that came later would alter a signed contract.
    """
    country = country_of(place or "")
    rest = country in EVES_BY_DEFAULT if wish is None else wish
    return None if rest == (country in EVES_IN_CALENDAR) else rest


def _short_of(members: Mapping[str, Any]) -> dict[str, Any]:
    """What the long form says in the words of the short one; empty if only that was sent."""
    notice, objection = members.get("notice"), members.get("objection")
    if not (notice or objection):
        return {}
    length, objection_length = (_length(period) for period in (notice, objection))
    first = length or objection_length or {}
    kind = KIND_OF_UNIT.get(first.get("unit", "")) or members.get("day_kind") or "calendar"
    starts = _said(objection, "starts") or _said(notice, "starts") or members.get("receipt_rule")
    short = {
        "day_kind": kind,
        "receipt_rule": starts if starts in RECEIPT_RULES else "sent",
        "silence": _said(objection, "silence") or members.get("silence"),
    }
    if notice:
        short["notice_days"] = _days(length, kind)
    if objection:
        short["objection_days"] = _days(objection_length, kind)
    return {"notice_days": members.get("notice_days"), **short}


def _said(period: Mapping[str, Any] | None, name: str) -> Any:
    return period[name] if period else None


def _length(period: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return period["length"] if period else None


def _days(length: Mapping[str, Any] | None, kind: str) -> int | None:
    """A length as a number of days of this kind; None where that cannot be said."""
    if length is None or KIND_OF_UNIT.get(length["unit"]) != kind:
        return None
    return int(length["value"])
