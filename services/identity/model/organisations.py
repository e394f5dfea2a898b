"""Organisations: the parties of agreements, and the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.identity.model.scopes import SCOPES_OF_KIND
from shared.errors import Conflict, Forbidden, Invalid
from shared.times import same_clock, zone_of

FourEyes = Literal["emergency", "always"]
KINDS = ("processor", "controller", "platform")

DEFAULT_ZONE = "Europe/Copenhagen"


class SlugTaken(Conflict):
    """Another organisation has this slug; choose a different one."""

    code = "slug-taken"


class FourEyesKept(Forbidden):
    """A single client cannot let single clients announce again; ask the platform."""

    code = "four-eyes-kept"


class ScopeNotGrantable(Invalid):
    """A client of this kind of organisation cannot hold one of these scopes."""

    code = "scope-not-grantable"


@dataclass(frozen=True)
class Address:
    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True)
class Contact:
    """A person: name, position and e-mail address."""

    name: str
    position: str
    email: str


@dataclass(frozen=True)
class NoticeAddress:
    """Where an organisation reads answers to its mails, and since when that is proved."""

    email: str
    proved_at: datetime | None = None


def default_zone(country: str) -> str:
    """The time zone of an organisation that names none: that of its country, if its clock is not
    the default's. Of a country with several clocks nothing is known."""
    zone = zone_of(country)
    return zone if zone and not same_clock(zone, DEFAULT_ZONE) else DEFAULT_ZONE


@dataclass(frozen=True)
class Organisation:
    """A company or authority. ``kind`` holds one or more of ``KINDS``.

    ``namespace``: the processor among whose customers its slug is unique, so that a slug that is
    taken tells it of no one else's; None for those that the platform entered, whose slug is public.
    ``four_eyes``: whether a second hand must approve emergencies only, or every announcement.
    """

    id: str
    slug: str
    kind: tuple[str, ...]
    legal_name: str
    country: str
    locale: str
    created_at: datetime
    created_by: str
    registration_number: str | None = None
    address: Address | None = None
    website: str | None = None
    time_zone: str = DEFAULT_ZONE
    contacts: tuple[Contact, ...] = ()
    namespace: str | None = None
    revision: int = 1
    four_eyes: FourEyes = "emergency"
    notice_address: NoticeAddress | None = None

    def grantable(self) -> frozenset[str]:
        return frozenset().union(*(SCOPES_OF_KIND[kind] for kind in self.kind))


def check_grantable(organisation: Organisation, scopes: tuple[str, ...]) -> None:
    """Raises ``ScopeNotGrantable`` naming what the organisation's kind does not allow."""
    refused = sorted(set(scopes) - organisation.grantable())
    if refused:
        raise ScopeNotGrantable(f"Not for this organisation: {', '.join(refused)}.")
