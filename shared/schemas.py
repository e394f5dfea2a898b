"""Shapes of requests and answers: strict types; unknown members are refused, never dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar

import pycountry
from babel import Locale
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from shared.public_holidays import country_of, is_region
from shared.safe_text import is_one_line, is_text
from shared.times import format_instant, parse_day, parse_instant

SLUG = validate.Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", error="Use small letters, digits and hyphens.")
LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
EMAIL = re.compile(r"^[^@\s\x00-\x1f\"(),:;<>\[\\\]]{1,64}@[^@\s.]+(\.[^@\s.]+)+\Z")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
# EU documents write these; ISO 3166-1 does not. The right code is named, never assumed.
NOT_ISO = {"EL": "GR", "UK": "GB"}
COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries)


class Shape(Schema):
    """The parent of every shape; an unknown member is an error. ``may_be_left_out``: a request
    without a body is as good as one with an empty object."""

    may_be_left_out: ClassVar[bool] = False

    class Meta:
        unknown = RAISE


class Text(fields.String):
    """Text of 1 to ``longest`` characters: no control characters but line breaks and tabs, and
    no code points that Unicode calls noncharacters."""

    def __init__(self, longest: int = 500, *, shortest: int = 1, **kwargs: Any) -> None:
        self.longest, self.shortest = longest, shortest
        kwargs.setdefault("validate", validate.Length(min=shortest, max=longest))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not is_text(text):
            raise ValidationError("Control characters are not allowed.")
        if self.shortest and not text.strip():
            raise ValidationError("Must not be blank.")
        return text


class Line(Text):
    """Text of one line, such as a name: no line breaks, no tabs, no marks that reverse the text
    after it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not is_one_line(text):
            raise ValidationError("Write it on one line, without marks that direct other text.")
        return text


class Country(fields.String):
    """ISO 3166-1 alpha-2, in capitals."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        if code in NOT_ISO:
            raise ValidationError(f"{code} is not an ISO 3166-1 code; write {NOT_ISO[code]}.")
        if code not in COUNTRIES:
            raise ValidationError(f"{code!r} is not an ISO 3166-1 alpha-2 country code.")
        return code


class Region(fields.String):
    """ISO 3166-1 alpha-2, or ISO 3166-2 for a part of a country: ``GB-ENG``, ``DE-BY``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        country = country_of(code)
        if country in NOT_ISO or country not in COUNTRIES:
            Country().deserialize(country)
        if code != country and not is_region(code):
            raise ValidationError(f"{code!r} is no region of {country} in ISO 3166-2.")
        return code


@cache
def _languages() -> frozenset[str]:
    """The languages that have a name (CLDR), by their tag without region or script."""
    return frozenset(tag for tag in map(str, Locale("en").languages) if "_" not in tag)


class Language(fields.String):
    """BCP 47, for example ``da`` or ``sv-FI``; the language is one that has a name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        tag = super()._deserialize(value, attr, data, **kwargs)
        if not LANGUAGE.match(tag) or tag.partition("-")[0] not in _languages():
            raise ValidationError(f"{tag!r} is not a language tag such as da, sv or en-GB.")
        return tag


class Email(fields.String):
    """One address (RFC 5321) without a display name, and fit for one line of text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        address = super()._deserialize(value, attr, data, **kwargs)
        looks_right = EMAIL.match(address) and is_one_line(address) and "=?" not in address
        if len(address) > 254 or not looks_right:
            raise ValidationError("This is not an e-mail address.")
        return address


class Day(fields.Field[date]):
    """``YYYY-MM-DD``, in a range that leaves room to count days in either direction."""

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            day = parse_day(value)
        except (TypeError, ValueError) as error:
            raise ValidationError("Write a day of the calendar as YYYY-MM-DD.") from error
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(f"Write a day from {FIRST_DAY} to {LAST_DAY}.")
        return day


class Instant(fields.Field[datetime]):
    """RFC 3339; given out in UTC with ``Z``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return format_instant(value) if isinstance(value, datetime) else value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            at = parse_instant(value)
        except (TypeError, ValueError) as error:
            raise ValidationError("Write an instant as 2026-11-22T13:00:00Z.") from error
        if not FIRST_DAY <= at.date() <= LAST_DAY:
            raise ValidationError(f"Write an instant from {FIRST_DAY} to {LAST_DAY}.")
        return at


class Flag(fields.Boolean):
    """``true`` or ``false``, and no other value."""

    wanted = "true or false"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise ValidationError(f"Write {self.wanted}.")
        return value


class Whole(fields.Integer):
    """A whole number from ``least`` to ``most``; text that looks like one is refused."""

    def __init__(self, least: int = 0, most: int = 3650, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **kwargs)


def one_of(*allowed: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(allowed), **kwargs)


def texts(longest: int = 200, most: int = 100, **kwargs: Any) -> fields.List[Any]:
    """A list of short texts."""
    return fields.List(Text(longest), validate=validate.Length(max=most), **kwargs)


def each_once(values: Sequence[str]) -> None:
    """For ``validate``: no value stands there twice."""
    if len(set(values)) < len(values):
        raise ValidationError("Name each only once.")


def by_language(longest: int = 1_000, **kwargs: Any) -> fields.Dict:
    """One text in several languages: ``{"en": "…", "da": "…"}``."""
    return fields.Dict(
        keys=Language(),
        values=Text(longest),
        validate=validate.Length(min=1, max=40),
        **kwargs,
    )


# A century at most; whoever keeps data longer says so in words.
LONGEST_RETENTION: Mapping[str, int] = {
    "days": 36_500,
    "weeks": 5_200,
    "months": 1_200,
    "years": 100,
}


class RetentionLength(Shape):
    """How long data is kept: ``{"value": 14, "unit": "months"}``."""

    value = Whole(1, max(LONGEST_RETENTION.values()), required=True)
    unit = one_of(*LONGEST_RETENTION, required=True)

    @validates_schema(skip_on_field_errors=True)
    def within_a_century(self, members: Mapping[str, Any], **_: Any) -> None:
        most = LONGEST_RETENTION[members["unit"]]
        if members["value"] > most:
            raise ValidationError(f"Up to {most} {members['unit']} can be stated.", "value")


class SetAsideShape(Shape):
    """A step of the calendar that failed too often and is not tried any more."""

    since = Instant()
    reason = fields.String()


class PageArgs(Shape):
    """The query of every list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default=None, validate=validate.Length(max=500))


def page_of(shape: type[Schema]) -> type[Schema]:
    """The answer shape of a list of ``shape``."""
    members: Mapping[str, Any] = {
        "items": fields.List(fields.Nested(shape)),
        "next_cursor": fields.String(allow_none=True),
    }
    return Shape.from_dict(dict(members), name=f"PageOf{shape.__name__}")


class PublicKeyShape(Shape):
    """A public key (RFC 7517); ``x``: its point, ``kid``: which one signed."""

    kty = fields.String()
    crv = fields.String()
    use = fields.String()
    alg = fields.String()
    kid = fields.String()
    x = fields.String()
