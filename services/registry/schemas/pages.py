"""Shapes of the public page's settings, with the checklist before publishing."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from services.registry.model.page import DISPLAYS, LANGUAGES, Brand
from shared.safe_text import web_link
from shared.schemas import Day, Flag, Line, Shape, Text, each_once, one_of

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter, so a number of an address (IPv4) is no name.
HOST = re.compile(rf"(?:{LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?\Z")
# Names that lead nowhere in the public DNS (RFC 6761, 6762, 8375, and ICANN for ``internal``).
PRIVATE = (".localhost", ".local", ".internal", ".invalid", ".test", ".home.arpa", ".onion")
ORIGIN = re.compile(r"https://([^/?#@:\s]+)(?::([0-9]{1,5}))?\Z")
HTTPS = 443
LONGEST = 500


def is_public_name(host: str) -> bool:
    return len(host) <= 253 and bool(HOST.match(host)) and not f".{host}".endswith(PRIVATE)


def is_written_port(digits: str | None) -> bool:
    """Whether a browser writes this port of an ``https`` origin; None: the usual one, unwritten."""
    if digits is None:
        return True
    port = int(digits)
    return str(port) == digits and 0 < port < 2**16 and port != HTTPS


class HostName(fields.String):
    """A name in the public DNS, in small letters; others than ASCII as ``xn--`` (IDNA)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        host = super()._deserialize(value, attr, data, **kwargs)
        if not is_public_name(host):
            raise ValidationError("Write a name such as subprocessors.vendor.example, no address.")
        return host


class Origin(fields.String):
    """An origin as browsers write it (RFC 6454): ``https``, a name, a port that is not usual."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        origin = super()._deserialize(value, attr, data, **kwargs)
        parts = ORIGIN.match(origin)
        if not parts or not is_public_name(parts[1]) or not is_written_port(parts[2]):
            raise ValidationError("Write an origin such as https://www.vendor.example.")
        return origin


class WebAddress(fields.String):
    """An address that a browser opens, by ``https``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        address = super()._deserialize(value, attr, data, **kwargs)
        if len(address) > LONGEST or not (address.startswith("https://") and web_link(address)):
            raise ValidationError("Write an address such as https://www.vendor.example/dpa.")
        return address


class HostShape(Shape):
    slug = fields.String()


class NamedEntry(Shape):
    id = fields.String()
    legal_name = fields.String()


class NamedPlace(Shape):
    country = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)


class ActionShape(Shape):
    method = fields.String()
    path = fields.String()


class NeedShape(Shape):
    """A place that has no lawful basis, or none that is proven; ``place`` is null where the entry
    states none."""

    sub_processor = fields.Nested(NamedEntry)
    place = fields.Nested(NamedPlace, allow_none=True)
    codes = fields.List(fields.String())
    missing = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "What is missing, by language"},
    )
    action = fields.Nested(ActionShape)


class UnfilledShape(Shape):
    """Members (RFC 6901) of an entry that say nothing, or that nobody has stated yet."""

    sub_processor = fields.Nested(NamedEntry)
    members = fields.List(fields.String())
    action = fields.Nested(ActionShape)


class AddressNeedShape(Shape):
    """What keeps a register from being published: nobody proved that answers reach its vendor."""

    missing = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "What is missing, by language"},
    )
    action = fields.Nested(ActionShape)


class ChecklistShape(Shape):
    """``places`` counts an entry without a place once: it is ``fine`` and ``needs`` together.
    ``notice_address`` is null where the vendor's address for answers is proved."""

    places = fields.Integer()
    fine = fields.Integer()
    needs = fields.List(fields.Nested(NeedShape))
    unfilled = fields.List(fields.Nested(UnfilledShape))
    notice_address = fields.Nested(AddressNeedShape, allow_none=True)


class BrandShape(Shape):
    """``colour`` is used on light backgrounds; it must be readable there (WCAG AA)."""

    name = Line(100, allow_none=True, load_default=None)
    logo = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(1, 80),
        metadata={"description": "The id of a PNG, `fil_…`"},
    )
    colour = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Regexp(r"#[0-9a-f]{6}\Z", error="Write #rrggbb in small letters."),
    )

    @post_load
    def brand(self, members: dict[str, Any], **_: Any) -> Brand:
        return Brand(**members)


class Look(Shape):
    """How a vendor wants its page. ``display`` is ``full``, every place with its verdict, or
    ``basis``: the basis of each transfer, green where it is valid, without a mark where it is
    incomplete; a basis that is missing or has ended is said in both. ``embed_origins``
    may show the list in a frame; ``agreement_url`` leads to the vendor's agreement; ``show_mark``
    names Art28 below. A host of ``domains`` shows the page at its root, once it lies at or below
    the domain of the vendor's proved ``notice_address`` and no other vendor has it:
    ``domains_served`` lists those."""

    display = one_of(*DISPLAYS)
    brand = fields.Nested(BrandShape)
    intro = fields.Dict(keys=one_of(*LANGUAGES), values=Text(2_000))
    languages = fields.List(
        one_of(*LANGUAGES), validate=[validate.Length(1, len(LANGUAGES)), each_once]
    )
    show_other_registers = Flag()
    show_mark = Flag()
    agreement_url = WebAddress(allow_none=True)
    domains = fields.List(HostName(), validate=[validate.Length(max=10), each_once])
    embed_origins = fields.List(Origin(), validate=[validate.Length(max=20), each_once])


class PublicLook(Look):
    """What anybody may see of it."""

    class Meta(Shape.Meta):
        exclude = ("domains",)

    revision = fields.Integer()


class PageSettings(Look):
    published = Flag()


class PageShape(PageSettings):
    published_on = Day(allow_none=True)
    domains_served = fields.List(fields.String())
    checklist = fields.Nested(ChecklistShape)


class PageIn(PageSettings):
    """Whether anybody may read the register, or its customers only, and how it looks. Members that
    are left out stay as they are; ``published_on``, ``domains_served`` and ``checklist`` may be
    sent as they were read.
    """

    published = Flag(required=True)
    published_on = Day(allow_none=True)
    domains_served = fields.List(fields.String())
    checklist = fields.Dict()

    @post_load
    def settings(self, members: dict[str, Any], **_: Any) -> dict[str, Any]:
        lists = {name: tuple(value) for name, value in members.items() if isinstance(value, list)}
        return {**members, **lists}
