"""Queries: agreements, their versions and differences, and what binds two parties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.agreements import rendering
from services.agreements.contract import comparing
from services.agreements.model.agreement import STATUSES, TO_BE_CONFIRMED, Agreement, Version
from services.agreements.model.document import read
from services.agreements.model.tally import profiles_answered
from services.agreements.rendering import comparison
from services.agreements.store.agreements import ALL_PRODUCTS
from services.agreements.use_cases.documents import PDF
from services.agreements.use_cases.permissions import visible
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound
from shared.mongo import Session
from shared.pagination import Page, PageRequest

Where = dict[str, Any]


def agreement(deps: Deps, caller: Caller, agreement_id: str) -> Agreement:
    return visible(deps, caller, agreement_id)


def agreements(deps: Deps, caller: Caller, asked: Mapping[str, Any], page: PageRequest) -> Page:
    """One page of the caller's agreements, sorted by id, or by last day if expiry is asked for."""
    soon = asked.get("expiring_within")
    where = _where(deps, caller, asked)
    return deps.agreements.page(where, page, "listed_ends" if soon is not None else "_id")


def every(deps: Deps, caller: Caller, asked: Mapping[str, Any]) -> Iterator[Agreement]:
    """All agreements that match, read in batches."""
    return deps.agreements.every(_where(deps, caller, asked))


def counts(deps: Deps, caller: Caller) -> Mapping[str, int]:
    """How many of the caller's agreements have which status."""
    mine = _mine(caller)
    return {status: deps.agreements.count({"$and": [mine, {"status": status}]})
            for status in STATUSES}  # fmt: skip


def versions(deps: Deps, caller: Caller, agreement_id: str, page: PageRequest) -> Page:
    return deps.versions.page(visible(deps, caller, agreement_id).id, page)


def changes(
    deps: Deps, caller: Caller, agreement_id: str, number: int | None, since: int | None
) -> Mapping[str, Any]:
    """Differences of version ``number`` (the newest) from ``since`` (the one that binds, or where
    it binds itself the one before it)."""
    before, after = two_versions(deps, caller, agreement_id, number, since)
    found = comparing.changes(read(before), read(after))
    items = [{**each, "by_language": rendering.change_in_words(each)} for each in found]
    return {"since": before.version, "version": after.version, "items": items}


def two_versions(
    deps: Deps, caller: Caller, agreement_id: str, number: int | None, since: int | None
) -> tuple[Version, Version]:
    """The two that ``changes`` compares, the older one first. Raises ``NotFound``."""
    agreement = visible(deps, caller, agreement_id)
    after = deps.versions.get(None, agreement.id, number or agreement.latest_version)
    binding = min(agreement.version, after.version - 1)
    return deps.versions.get(None, agreement.id, since or max(binding, 1)), after


def marked(
    deps: Deps, caller: Caller, agreement_id: str, number: int | None, since: int | None, kind: str
) -> bytes:
    """The same differences as one marked text, a page or a PDF."""
    before, after = two_versions(deps, caller, agreement_id, number, since)
    if kind == PDF:
        return comparison.pdf(before, after)
    return rendering.as_comparison(before, after).encode()


def notice_terms(deps: Deps, processor_id: str, apart: Sequence[str]) -> Mapping[str, Any]:
    """The terms groups of a processor with the watermark they belong to, and what the agreements in
    them cover; of the customers ``apart`` each for itself."""

    def work(session: Session) -> Mapping[str, Any]:
        answer = deps.groups.read(processor_id, session)
        counted = deps.profiles.of(processor_id, session)
        own = deps.binding_claims.profiles(session, processor_id, apart) if apart else {}
        return {**answer, "profiles": profiles_answered(answer["groups"], counted, own)}

    # One transaction, so that what is read belongs to one watermark.
    return deps.mongo.transact(work)


def unsigned(deps: Deps, processor_id: str, request: PageRequest) -> Page:
    """The offers that wait for this processor's acceptance, one page of them."""
    page = deps.agreements.offered(processor_id, request)
    waiting = [
        {
            "agreement_id": each.id,
            "customer": each.controller.legal_name,
            "lapses_on": each.offer.lapses_on,
        }
        for each in page.items
        if not each.accepted_by("processor", each.offer.version)
    ]
    return Page(waiting, page.next_cursor)


def texts(deps: Deps, processor_id: str) -> list[dict[str, Any]]:
    """What a processor's templates, and its agreements that stand or are offered, say of the
    processing, the measures and in annexes; agreements that say the same once."""
    found = (*deps.templates.texts(processor_id), *deps.agreements.texts(processor_id))
    return [{**each, "texts": list(_said(each["texts"]))} for each in found]


def _said(value: Any) -> Iterator[str]:
    """Every text in a member, however deep it lies."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _said(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _said(inner)


def covers(deps: Deps, processor_id: str, controller_id: str | None, page: PageRequest) -> Page:
    """The agreements whose customers are owed notice, with what each covers; sorted by id."""
    where: Where = {"processor.id": processor_id, "status": {"$in": ["active", TO_BE_CONFIRMED]}}
    if controller_id:
        where["controller.id"] = controller_id
    found = deps.agreements.page(where, page)
    return Page([_covering(agreement) for agreement in found.items], found.next_cursor)


def relation(deps: Deps, processor_id: str, controller_id: str) -> Mapping[str, Any]:
    """All agreements that bind or bound the two; the one in force first, then the newest."""
    agreements = deps.agreements.between(processor_id, controller_id)
    known = [agreement for agreement in agreements if agreement.history and agreement.confirmed]
    if not known:
        raise NotFound("The two never had an agreement.")
    # Sorting keeps the order among equals: newest first.
    bonds = [_bond(agreement) for agreement in sorted(known, key=_least_in_force)]
    return {**bonds[0], "agreements": bonds}


def _where(deps: Deps, caller: Caller, asked: Mapping[str, Any]) -> Where:
    """The Mongo query, shaped so that an index yields the page in order.

    A filter by product or notice days names every status, because the index has it first.
    """
    where: Where = {
        name.replace("_id", ".id"): asked[name]
        for name in ("processor_id", "controller_id") if name in asked
    }  # fmt: skip
    sifted = "product" in asked or "notice_days" in asked
    if "status" in asked or sifted:
        where["status"] = asked["status"] if "status" in asked else {"$in": list(STATUSES)}
    if "product" in asked:
        where["listed_products"] = {"$in": [asked["product"], ALL_PRODUCTS]}
    if "notice_days" in asked:
        where["content.notice_terms.notice_days"] = asked["notice_days"]
    if "expiring_within" in asked:
        last: date = deps.now().date() + timedelta(days=asked["expiring_within"])
        # "}" sorts behind the "|" that parts the day from the id.
        where["listed_ends"] = {"$gt": "", "$lt": f"{last.isoformat()}}}"}
    mine = _mine(caller)
    return {"$and": [mine, where]} if mine else where


def _mine(caller: Caller) -> Where:
    if caller.is_service or caller.is_platform:
        return {}
    if "processor" in caller.kinds:
        return {"processor.id": caller.org_id}
    # A draft is the processor's own until it is offered. The others are named one by one, because
    # an index keeps its order for names, and not for what something is not.
    return {"customer_ids": caller.org_id, "status": {"$in": [*STATUSES[1:]]}}


def _least_in_force(agreement: Agreement) -> tuple[bool, bool]:
    return not agreement.in_force, not agreement.binding


def _covering(agreement: Agreement) -> Mapping[str, Any]:
    group = agreement.group
    return {
        "agreement_id": agreement.id, "controller": agreement.controller,
        "key": group.key if group else None, "cover": agreement.cover,
        "channels": agreement.content.notice_terms.ways,
    }  # fmt: skip


def _bond(agreement: Agreement) -> Mapping[str, Any]:
    content = agreement.content
    return {
        "agreement_id": agreement.id, "status": agreement.status, "cover": agreement.cover,
        "effective_from": content.effective_from, "ends_on": agreement.over_on,
        "authorisation": content.authorisation, "terms": content.notice_terms.terms.members(),
        "history": agreement.history, "ended_on": agreement.ended_on,
        "ended_at": agreement.ended_at, "list_accepted_on": agreement.list_accepted_on,
        "accepted_changes": agreement.accepted_changes,
    }  # fmt: skip
