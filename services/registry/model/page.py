"""The public page of a register: whether there is one, and how the vendor wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from shared.errors import Conflict, Invalid

LANGUAGES = ("en", "da", "sv", "de", "nb", "fi", "fr", "nl")
# What a page is offered in until its vendor says more: the words that jurists have read.
UNLESS_STATED = LANGUAGES[:3]
# ``full``: each place with its verdict; ``basis``: with its basis, unmarked where incomplete.
DISPLAYS = ("full", "basis")


class LogoUnknown(Invalid):
    """The logo names no PNG of yours; send it to POST /registry/v1/files first."""

    code = "logo-unknown"


class AddressUnproved(Conflict):
    """Prove first that answers to your mails reach you; then publish again."""

    code = "address-unproved"


@dataclass(frozen=True)
class Brand:
    """``logo``: the id of a file; ``colour``: ``#rrggbb``."""

    name: str | None = None
    logo: str | None = None
    colour: str | None = None


@dataclass(frozen=True)
class Page:
    """``published_on``: the day, at the processor, from which the register is public without a
    break; None while it is not, and where it was public before the day was kept.

    ``intro``: by language. ``domains``: host names that shall show the page; ``domains_served``:
    those of them that the vendor has proved. ``embed_origins``: who may frame the list.
    ``agreement_url``: where the vendor's agreement is read or taken. ``show_mark``: whether the
    page names Art28.
    """

    published: bool = False
    published_on: date | None = None
    revision: int = 1
    display: str = "full"
    brand: Brand = Brand()
    domains: tuple[str, ...] = ()
    intro: dict[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = UNLESS_STATED
    embed_origins: tuple[str, ...] = ()
    show_other_registers: bool = True
    agreement_url: str | None = None
    show_mark: bool = True
    domains_served: tuple[str, ...] = ()

    def opens_with(self, members: Mapping[str, Any]) -> bool:
        """Whether anybody may read the register with these members, and nobody may without."""
        return not self.published and bool(members.get("published"))

    def stated(self, members: Mapping[str, Any], today: date) -> Page:
        """The page as its processor wants it from now on; itself if nothing differs. Members that
        are left out stay as they are."""
        page = replace(self, **members)
        if page == self:
            return self
        if page.published != self.published:
            page = replace(page, published_on=today if page.published else None)
        return replace(page, revision=self.revision + 1)


def proved(domains: Iterable[str], address: str | None) -> tuple[str, ...]:
    """Return the domains that belong to whoever reads mails to this proved address: the domain of
    the address, and what is below it. Without a proved address there are none."""
    home = (address or "").rpartition("@")[2].lower()
    return tuple(one for one in domains if home and (one == home or one.endswith(f".{home}")))


# Registers of before the switch were public, and stay so.
ALWAYS_PUBLIC = Page(published=True)
