"""Items that people's work gives rise to: objections, drafts, imports, offers, customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from services.registry.clients import Offer, Unreached
from services.registry.findings.agreements import Named
from services.registry.model.changes import Draft
from services.registry.model.deletions import due_on
from services.registry.model.imports import Import
from services.registry.model.objections import Objection
from services.registry.model.register import Register, Row
from services.registry.todo.due import STAGES
from services.registry.todo.item import Item, Step, Subject, severity_by
from services.registry.transfers.wording import Place, is_worded, phrase
from shared.times import has_several_clocks, is_zone_of, parse_instant

REACHABILITY = Step("notices:read", "GET", "/notices/v1/reachability")
_ANSWERS = {"received": "acknowledge"}


def of_objection(objection: Objection, name: str) -> Item:
    """``name``: the entry that the change is about. It is to be settled before the change takes
    effect."""
    step = _ANSWERS.get(objection.status, "offer-mitigation")
    path = f"/registry/v1/objections/{objection.id}/{step}"
    waits = objection.status == "mitigation_offered"
    return Item(
        kind="objection",
        severity="should" if waits else "must",
        due_on=objection.respond_by if waits and objection.respond_by else objection.effective_on,
        subject=Subject("objection", objection.id, name),
        detail=phrase(f"todo.objection.{objection.status}", day=objection.effective_on),
        steps=(
            Step("registry:write", "POST", path),
            Step("registry:read", "GET", "/registry/v1/objections"),
        ),
    )


def of_draft(draft: Draft, today: date, path: str) -> Item:
    """A draft whose day has passed cannot be announced before it gets another one."""
    passed = draft.effective_on < today
    own = f"{path}/changes/{draft.id}"
    method, step = ("PATCH", own) if passed else ("POST", f"{own}/announce")
    return Item(
        kind="draft",
        severity="must" if passed else "should",
        due_on=draft.effective_on,
        subject=Subject("change", draft.id, draft.name),
        detail=phrase("todo.draft.passed" if passed else "todo.draft", day=draft.effective_on),
        steps=(Step("registry:write", method, step), Step("registry:read", "GET", own)),
    )


def of_deletion(row: Row, today: date, path: str) -> Iterator[Item]:
    """Asks for the confirmation that an entry, last used by ``row``, deleted or returned the data;
    not before it may be expected."""
    due = due_on(row.content, row.valid_to)
    if due - today > timedelta(STAGES[0]):
        return
    own = f"{path}/sub-processors/{row.sub_processor_id}/deletion"
    passed = ".passed" if due < today else ""
    yield Item(
        kind="deletion_unconfirmed",
        severity=severity_by(due, today),
        due_on=due,
        subject=Subject("sub_processor", row.sub_processor_id, row.content["legal_name"]),
        detail=phrase(f"todo.deletion{passed}", last=row.valid_to, day=due),
        steps=(Step("registry:write", "POST", own), Step("registry:read", "GET", own)),
        at=row.valid_to.isoformat(),
    )


def of_zone(register: Register) -> Iterator[Item]:
    """Asks for the vendor's time zone where its country has several clocks and none of them is
    stated: its days would begin and end by the clock of another place."""
    country, zone = register.country, register.time_zone
    if not has_several_clocks(country) or is_zone_of(zone, country):
        return
    own = f"/identity/v1/organisations/{register.id}"
    yield Item(
        kind="finding",
        severity="should",
        due_on=None,
        subject=Subject("organisation", register.id, register.legal_name),
        detail=phrase("todo.zone", place=Place(country), zone=zone),
        steps=(Step("identity:write", "PATCH", own), Step("identity:read", "GET", own)),
        at="time-zone-missing",
    )


def of_import(job: Import, path: str) -> Item:
    own = f"{path}/imports/{job.id}"
    return Item(
        kind="import_open",
        severity="should",
        due_on=None,
        subject=Subject("import", job.id, job.reason),
        detail=phrase("todo.import", rows=job.rows_total),
        steps=(
            Step("registry:write", "POST", f"{own}/answers"),
            Step("registry:read", "GET", own),
        ),
    )


def of_offer(offer: Offer, today: date) -> Item:
    own = f"/agreements/v1/agreements/{offer.agreement_id}"
    return Item(
        kind="offer_to_sign",
        severity=severity_by(offer.lapses_on, today),
        due_on=offer.lapses_on,
        subject=Subject("agreement", offer.agreement_id, offer.customer),
        detail=phrase("todo.offer", name=offer.customer, day=offer.lapses_on),
        steps=(
            Step("agreements:write", "POST", f"{own}/accept"),
            Step("agreements:read", "GET", own),
        ),
    )


def of_named(named: Named, path: str) -> Item:
    """A company in the texts of a template or an agreement that is not on the list: one of the two
    is to be corrected."""
    kind = named.of.type
    own = f"/agreements/v1/{kind}s/{named.of.id}"
    code = "agreement-names-ended" if named.ended else "agreement-names-unlisted"
    return Item(
        kind="finding",
        severity="should",
        due_on=None,
        subject=Subject(kind, named.of.id, named.of.name),
        detail=phrase(f"finding.{code}", name=named.company),
        steps=(
            Step("agreements:read", "GET", own),
            Step("registry:write", "POST", f"{path}/changes"),
        ),
        at=f"{code} {named.company}",
    )


def of_unreached(unreached: Unreached) -> Item:
    code = f"reach.{unreached.reason}"
    reason = phrase(code if is_worded(code) else "reach.other")
    return Item(
        kind="customer_unreached",
        severity="must",
        due_on=None,
        subject=Subject("customer", unreached.customer_id, unreached.customer),
        detail=phrase("todo.unreached", name=unreached.customer, reason=reason),
        steps=(REACHABILITY,),
        at=unreached.agreement_id,
    )


def of_unverified(count: int, register: Register) -> Iterator[Item]:
    """One item for all contacts who were never seen to read: it asks for nothing that the law
    does, and is over once each has used a link."""
    if not count:
        return
    yield Item(
        kind="contacts_unverified",
        severity="should",
        due_on=None,
        subject=Subject("organisation", register.id, register.legal_name),
        detail=phrase("todo.unverified", count=count),
        steps=(REACHABILITY,),
    )


def of_bounced_address(back: Mapping[str, Any], organisation: Mapping[str, Any]) -> Iterator[Item]:
    """Asks for a mailbox that receives, while answers still go to the one that sent a mail back.

    ``back``: ``{email, status, at}``. It is over once another address is stated, or this one has
    been proved since.
    """
    if not _goes_there(back, organisation):
        return
    own = f"/identity/v1/organisations/{organisation['id']}"
    yield Item(
        kind="notice_address_bounced",
        severity="must",
        due_on=None,
        subject=Subject("organisation", organisation["id"], organisation["legal_name"]),
        detail=phrase("todo.notice_address_bounced", name=back["email"]),
        steps=(Step("identity:write", "PATCH", own), Step("identity:read", "GET", own)),
    )


def _goes_there(back: Mapping[str, Any], organisation: Mapping[str, Any]) -> bool:
    """Whether answers go to this mailbox: the address that is stated, else the first contact."""
    stated = organisation.get("notice_address")
    if stated and stated["email"] == back["email"]:
        proved = stated.get("proved_at")
        return not proved or parse_instant(proved) <= parse_instant(back["at"])
    first: Mapping[str, Any] = next(iter(organisation.get("contacts") or ()), {})
    return not (stated and stated.get("proved_at")) and first.get("email") == back["email"]
