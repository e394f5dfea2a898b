"""A processor's entry of its customer, and the organisation that stands behind it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from services.identity.model.customer_imports import CustomerImport
from services.identity.model.matching import keys_of
from services.identity.model.organisations import Address, Contact, Organisation
from shared.documents import from_wire
from shared.ids import derived_id

LONGEST_SLUG = 50
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss"})


@dataclass
class Entry:
    """``is_new``: it has to be entered. ``hidden_id``: the organisation that was there before,
    which the processor is not told of (0025). ``differences``: of an entry that is there."""

    organisation: Organisation
    is_new: bool
    hidden_id: str | None = None
    differences: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)


class Known:
    """Organisations that may be meant: the processor's own entries, and those that the platform
    has entered, whose registration number it answers for."""

    def __init__(self, organisations: Iterable[Organisation], processor_id: str) -> None:
        self._processor_id = processor_id
        self._own: dict[str, Organisation] = {}
        self._public: dict[str, Organisation] = {}
        # Entries that earlier rows of the same step would make.
        self._pending: set[str] = set()
        for organisation in organisations:
            self._sort(organisation)

    def _sort(self, organisation: Organisation) -> None:
        number = keys_of(vars(organisation)).number
        if self._processor_id in (organisation.id, organisation.created_by):
            self.add(organisation)
        elif number and organisation.namespace is None and "controller" in organisation.kind:
            self._public.setdefault(number, organisation)

    def add(self, organisation: Organisation) -> None:
        for key in keys_of(vars(organisation)).all():
            self._own.setdefault(key, organisation)

    def expect(self, entry: Entry) -> None:
        """Later rows may be about the same customer as this one, which is perhaps not entered."""
        if entry.is_new:
            self._pending.add(entry.organisation.id)
            self.add(entry.organisation)

    def is_pending(self, organisation: Organisation) -> bool:
        return organisation.id in self._pending

    def own(self, members: Mapping[str, Any]) -> Organisation | None:
        """The processor's entry of this customer: by its number, else by its name unless both have
        numbers, and others."""
        number, name = keys_of(members)
        if number and (found := self._own.get(number)):
            return found
        named = self._own.get(name) if name else None
        return None if named and number and named.registration_number else named

    def public(self, members: Mapping[str, Any]) -> Organisation | None:
        number = keys_of(members).number
        return self._public.get(number) if number else None


def entry_of(
    members: Mapping[str, Any], stated: Collection[str], known: Known, job: CustomerImport, at: Any
) -> Entry:
    """The entry that a row is about: one that is there, or a new one."""
    public = known.public(members)
    hidden_id = public.id if public else None
    if found := known.own(members):
        refusals = [SAME_PARTY] if found.id == job.processor_id else []
        different = differences(found, members, stated)
        return Entry(found, known.is_pending(found), hidden_id, different, refusals)
    return Entry(_new(members, job, at), True, hidden_id)


SAME_PARTY = {
    "column": None, "code": "same-party", "detail": "You are not your own customer.",
}  # fmt: skip


def _new(members: Mapping[str, Any], job: CustomerImport, at: Any) -> Organisation:
    number, name = keys_of(members)
    # The same entry for the same customer, so that two imports at once enter it once.
    org_id = derived_id("org", job.processor_id, number or name or members["legal_name"])
    zone = members["time_zone"]
    return from_wire(
        Organisation,
        {
            **{key: value for key, value in members.items() if key != "time_zone"},
            **({"time_zone": zone} if zone else {}),
            "id": org_id, "slug": slug_of(members["legal_name"], org_id), "kind": ["controller"],
            "created_at": at, "created_by": job.processor_id, "namespace": job.processor_id,
        },
    )  # fmt: skip


def slug_of(legal_name: str, org_id: str) -> str:
    """A slug that says the name, and is unique."""
    folded = unicodedata.normalize("NFKD", legal_name.casefold().translate(_LETTERS))
    plain = _NOT_IN_SLUG.sub("-", folded.encode("ascii", "ignore").decode())
    return f"{plain[:LONGEST_SLUG].strip('-') or 'customer'}-{org_id[-6:]}"


COMPARED: Mapping[str, str] = {
    "legal_name": "legal_name", "registration_number": "registration_number",
    "country": "country", "website": "website", "locale": "locale", "time_zone": "time_zone",
    "street": "address", "contact_email": "contacts",
}  # fmt: skip


def differences(
    here: Organisation, members: Mapping[str, Any], stated: Collection[str]
) -> list[dict[str, Any]]:
    """Where the entry disagrees with what its row states."""
    found = []
    for column, member in COMPARED.items():
        ours, theirs = _plain(getattr(here, member)), _plain(members.get(member))
        if column in stated and ours != theirs:
            found.append({"member": f"organisation.{member}", "here": ours, "file": theirs})
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Address | Contact):
        return asdict(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
