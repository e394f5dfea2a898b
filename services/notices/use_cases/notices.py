"""A customer's own notices: its dates, its acknowledgement, the contacts it wants told."""

from __future__ import annotations

from typing import Any

from services.notices.wiring import Deps
from shared.documents import Document
from shared.errors import Conflict, NotFound
from shared.mongo import Session
from shared.pagination import Page, PageRequest


class AgreementEnded(Conflict):
    """No agreement binds this customer and processor any more; what it was told stays readable."""

    code = "agreement-ended"


def page(deps: Deps, owner: str, change_id: str | None, request: PageRequest) -> Page:
    """The customer's notices, the newest first, or those of one change."""
    if change_id is None:
        return deps.stores.messages.notice_page(owner, request)
    return Page(_of_change(deps, owner, change_id), None)


def get(deps: Deps, owner: str, change_id: str) -> Document:
    """The customer's notice of a change; with several agreements, the one whose window ends
    first. ``NotFound`` when it was not told of that change."""
    found = _of_change(deps, owner, change_id)
    if not found:
        raise NotFound("This customer was given no notice of such a change.")
    return min(found, key=lambda each: each["notice"]["objection_deadline"] or "9999")


def acknowledge(deps: Deps, owner: str, change_id: str) -> Document:
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


def contacts(deps: Deps, owner: str) -> tuple[list[dict[str, Any]], str, int]:
    """Contacts, who named them (``customer`` or ``agreement``), and the revision."""
    named, revision = deps.stores.contacts.get(owner)
    if named is not None:
        return named, "customer", revision
    active = [each for each in deps.stores.recipients.of_controller(owner) if each.is_told]
    by_address = {one["email"]: one for each in active for one in each.contacts}
    return list(by_address.values()), "agreement", revision


def name_contacts(deps: Deps, owner: str, named: list[dict[str, Any]], seen: int) -> int:
    """Put these contacts in place of all before; the new revision. Open notices go to them."""

    def write(session: Session) -> int:
        revision = deps.stores.contacts.put(owner, named, seen, deps.now(), session)
        # Whoever names an address says that it is good, whatever came back from it before.
        deps.stores.mails.forgive([each["email"] for each in named], session)
        deps.stores.watches.look_again_for(owner, deps.now(), session)
        return revision

    return deps.stores.mongo.transact(write)


def _of_change(deps: Deps, owner: str, change_id: str) -> list[Document]:
    agreements = [each.agreement_id for each in deps.stores.recipients.of_controller(owner)]
    return deps.stores.messages.notices_for(change_id, agreements)
