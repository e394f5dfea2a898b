"""A customer's own notices: its dates, its acknowledgement, the contacts it wants told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from services.notices.channels import BY_ADDRESS
from services.notices.channels.email import address_key
from services.notices.model.channels import Customer
from services.notices.model.contacts import Named, contacts_in_general
from services.notices.model.owners import is_vendor
from services.notices.model.stored import StoredAddress, StoredNotice
from services.notices.store.contacts import sealed_name
from services.notices.wiring import Deps
from shared.errors import Conflict, Invalid, NotFound
from shared.mongo import Session
from shared.outside_urls import allowed
from shared.pagination import Page, PageRequest

T = TypeVar("T")


class AgreementEnded(Conflict):
    """No agreement binds this customer and processor any more; what it was told stays readable."""

    code = "agreement-ended"


class AddressNotTaken(Invalid):
    """No channel of this name takes an address of this form; see the documentation of the body."""

    code = "address-not-taken"


class ProcessorNotYours(Invalid):
    """You have no agreement with such a processor; name one of yours by its slug."""

    code = "processor-not-yours"


class ProcessorNamedTwice(Invalid):
    """Slug and id name the same processor; name each once."""

    code = "processor-named-twice"


def page(deps: Deps, owner: str, change_id: str | None, request: PageRequest) -> Page:
    """The customer's notices, the newest first, or those of one change."""
    if change_id is None:
        return deps.stores.messages.notice_page(owner, request)
    return Page(_of_change(deps, owner, change_id), None)


def get(deps: Deps, owner: str, change_id: str) -> StoredNotice:
    """The customer's notice of a change; with several agreements, the one whose window ends
    first. ``NotFound`` when it was not told of that change."""
    found = _of_change(deps, owner, change_id)
    if not found:
        raise NotFound("This customer was given no notice of such a change.")
    return min(found, key=lambda each: each["notice"]["objection_deadline"] or "9999")


def acknowledge(deps: Deps, owner: str, change_id: str) -> StoredNotice:
    """The customer's own act, kept with its time; the first one counts. ``AgreementEnded``."""
    get(deps, owner, change_id)
    binding = [
        each.agreement_id for each in deps.stores.recipients.of_controller(owner) if each.is_told
    ]
    ids = [each["_id"] for each in deps.stores.messages.notices_for(change_id, binding)]
    if not ids:
        raise AgreementEnded

    def write(session: Session) -> None:
        deps.stores.messages.acknowledge(ids, deps.now(), session)

    deps.stores.mongo.transact(write)
    return get(deps, owner, change_id)


def contacts(deps: Deps, owner: str) -> tuple[Named, str, int]:
    """Contacts, who named them, and the revision: ``customer``, or the ``agreement`` where it has
    named none; of a vendor ``processor``, or its ``organisation`` in identity, which are not shown
    here."""
    named, revision = deps.stores.contacts.get(owner)
    if named is not None:
        return named, "processor" if is_vendor(owner) else "customer", revision
    if is_vendor(owner):
        return Named([]), "organisation", revision
    agreements = deps.stores.recipients.of_controller(owner)
    return Named(contacts_in_general(None, agreements)), "agreement", revision


def shown(deps: Deps, owner: str, named: Named) -> dict[str, Any]:
    """The members of ``named`` as its owner reads them: vendors by their slugs, and at which
    addresses somebody used a link."""
    has = deps.stores.recipients.of_controller(owner) if named.by_processor else ()
    slugs = {each.processor["id"]: each.processor["slug"] for each in has}
    apart = {slugs.get(name, name): some for name, some in named.by_processor.items()}
    seen = deps.stores.verified.of([owner]).get(owner, {})
    used = {each["email"]: seen.get(address_key(each["email"])) for each in named.everybody}
    return {
        "contacts": named.contacts,
        "addresses": named.addresses,
        "by_processor": apart,
        "verified": [{"email": email, **row} for email, row in used.items() if row],
    }


def name_contacts(
    deps: Deps,
    owner: str,
    contacts: list[dict[str, Any]],
    seen: int | None,
    addresses: Mapping[str, Mapping[str, str] | None] = MappingProxyType({}),
    by_processor: Mapping[str, list[dict[str, Any]] | None] = MappingProxyType({}),
) -> tuple[Named, int]:
    """Put these contacts in place of all before; open notices go to them. The new revision.

    ``addresses``: by channel, ``form`` and ``url``; ``by_processor``: by slug or id, contacts for
    this vendor alone. None takes one away, the others stay. Raises ``AddressNotTaken``,
    ``UrlNotAllowed`` by the rules of egress, ``ProcessorNotYours``, ``ProcessorNamedTwice``. A
    vendor has no address but e-mail, and no vendors.
    """
    if is_vendor(owner) and addresses:
        raise AddressNotTaken
    before = deps.stores.contacts.get(owner)[0] or Named([])
    sealed = {
        channel: None if address is None else _sealed(deps, owner, channel, address)
        for channel, address in addresses.items()
    }
    ids = _vendor_ids(deps, owner, by_processor)
    apart = {ids[name]: some for name, some in by_processor.items()}
    named = Named(contacts, _with(before.addresses, sealed), _with(before.by_processor, apart))
    return named, deps.stores.mongo.transact(lambda it: _put(deps, owner, named, seen, it))


def _with(before: Mapping[str, T], new: Mapping[str, T | None]) -> dict[str, T]:
    """What stood before and what is new; None takes one away."""
    both = {**before, **new}
    return {name: value for name, value in both.items() if value is not None}


def _vendor_ids(deps: Deps, owner: str, named: Iterable[str]) -> dict[str, str]:
    """By slug or id, as the customer names them: the ids of vendors it has, or had, an agreement
    with."""
    if not (wanted := list(named)):
        return {}
    vendors = [each.processor for each in deps.stores.recipients.of_controller(owner)]
    ids = {name: each["id"] for each in vendors for name in (each["slug"], each["id"])}
    if unknown := [name for name in wanted if name not in ids]:
        raise ProcessorNotYours(f"No agreement names {unknown[0]}.")
    found = {name: ids[name] for name in wanted}
    if len({*found.values()}) < len(found):
        raise ProcessorNamedTwice
    return found


def _put(deps: Deps, owner: str, named: Named, seen: int | None, session: Session) -> int:
    if seen is None:
        seen = deps.stores.contacts.get(owner, session)[1]
    revision = deps.stores.contacts.put(owner, named, seen, deps.now(), session)
    customer = Customer(named.everybody, addresses=named.addresses)
    keys = [each.key for channel in BY_ADDRESS for each in channel.addresses(customer)]
    # An address that is named anew counts as good, whatever came back from it before.
    deps.stores.refused.forgive(keys, session)
    deps.stores.escalations.check_again_for(owner, deps.now(), session)
    return revision


def _sealed(deps: Deps, owner: str, channel: str, address: Mapping[str, str]) -> StoredAddress:
    """The address as it is stored. Its URL is a secret: only its host is shown."""
    forms = next((each.forms for each in BY_ADDRESS if each.name == channel), ())
    if address["form"] not in forms:
        raise AddressNotTaken
    where = f"/addresses/{channel}/url"
    url = allowed(deps.settings.egress, deps.names, address["url"], where)
    return {
        "id": deps.new_id("adr"),
        "form": address["form"],
        "shown": f"{url.scheme}://{url.host}/…",
        "sealed": deps.box.seal(url.ascii_url, sealed_name(owner, channel)),
    }


def _of_change(deps: Deps, owner: str, change_id: str) -> list[StoredNotice]:
    agreements = [each.agreement_id for each in deps.stores.recipients.of_controller(owner)]
    return deps.stores.messages.notices_for(change_id, agreements)
