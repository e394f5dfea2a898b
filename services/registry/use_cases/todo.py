"""What needs a hand in a register today, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from services.registry.findings import Listed, Vendor
from services.registry.findings.agreements import AgreementTexts, names_off_the_list
from services.registry.model.companies import shipped
from services.registry.model.deletions import unconfirmed
from services.registry.model.register import Register, Row
from services.registry.todo.item import Item, Step, in_order
from services.registry.todo.of_list import items_of_list
from services.registry.todo.of_work import (
    of_bounced_address,
    of_deletion,
    of_draft,
    of_import,
    of_named,
    of_objection,
    of_offer,
    of_unreached,
    of_unverified,
    of_zone,
)
from services.registry.transfers.stages import is_planned
from services.registry.transfers.wording import Language, sentence
from services.registry.use_cases.entry_views import list_view
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.permissions import own_register
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.pagination import PageRequest, read_cursor, write_cursor
from shared.peers import PeerUnavailable

CURSOR = "todo"
SERVICES_ASKED = 3
# What nobody knows while notices is away.
REACH = ("customer_unreached", "notice_address_bounced", "contacts_unverified")


class Away(NamedTuple):
    """A service that did not answer, and the kinds of items that are unknown without it."""

    service: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Todo:
    """One page; ``away``: what could not be asked, so that nobody takes silence for none."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    away: tuple[Away, ...]


def todo(deps: Deps, caller: Caller, slug: str, language: Language, request: PageRequest) -> Todo:
    """What needs a hand in the caller's own register, each with a step that it may take."""
    register = own_register(deps, caller, slug)
    today = today_at(deps, register)
    with ThreadPoolExecutor(SERVICES_ASKED) as pool:
        # The others answer while the register is read.
        answers = _asked(deps, register, today, pool)
        rows = deps.stores.rows.on(register.id, today)
        listed = _listed(deps, register, rows, today)
        past = _past(deps, register, rows, today)
        items = list(_of_register(deps, register, listed, past))
    asked, away = _answered(answers)
    items += [each for each in asked if isinstance(each, Item)]
    texts = [each for each in asked if isinstance(each, AgreementTexts)]
    items += _of_texts(register, listed, past, texts)
    placed = in_order(items, today)
    after = read_cursor(CURSOR, request.cursor) if request.cursor else ""
    left = [pair for pair in placed if pair[0] > after][: request.limit + 1]
    shown = left[: request.limit]
    more = write_cursor(CURSOR, shown[-1][0]) if len(left) > request.limit else None
    return Todo([_shown(item, caller, language) for _, item in shown], more, away)


def _of_register(
    deps: Deps, register: Register, listed: Listed, past: Sequence[Row]
) -> Iterator[Item]:
    """``past``: the last rows of entries that are not in use."""
    path, today = _path(register), listed.today
    yield from items_of_list(listed, path)
    yield from of_zone(register)
    for row in unconfirmed(past, deps.stores.deletions.confirmed(register.id)):
        yield from of_deletion(row, today, path)
    for draft in deps.stores.changes.drafts(register.id):
        yield of_draft(draft, today, path)
    yield from _objections(deps, register)
    for job in deps.stores.imports.waiting(register.id):
        yield of_import(job, path)


def _of_texts(
    register: Register, listed: Listed, past: Sequence[Row], texts: Sequence[AgreementTexts]
) -> Iterator[Item]:
    """The companies that templates and agreements name, and that the list does not."""
    ended = {row.content["legal_name"] for row in past if not is_planned(row.content)}
    for named in names_off_the_list(texts, listed, sorted(ended), shipped()):
        yield of_named(named, _path(register))


def _path(register: Register) -> str:
    return f"/registry/v1/processors/{register.slug}"


def _past(deps: Deps, register: Register, rows: Sequence[Row], today: date) -> list[Row]:
    """The past rows of entries that are not in use; ``rows``: those of today's list."""
    in_use = [row.sub_processor_id for row in rows if not is_planned(row.content)]
    return deps.stores.rows.past(register.id, today, in_use)


def _listed(deps: Deps, register: Register, rows: Sequence[Row], today: date) -> Listed:
    law = law_of(deps, register)
    entries = list_view(rows, today, law)
    days = deps.stores.rows.days_of([row.sub_processor_id for row in rows], today)
    return Listed(
        entries=[{**entry, **days[entry["id"]]._asdict()} for entry in entries],
        vendor=Vendor(register.legal_name, register.website),
        today=today,
        exporter=register.country,
        instruments=law.instruments,
    )


def _objections(deps: Deps, register: Register) -> Iterator[Item]:
    objections = deps.stores.objections.open_of(register.id)
    changes = deps.stores.changes.among([each.change_id for each in objections])
    named = {each.id: (each.content or each.previous or {}).get("legal_name") for each in changes}
    for objection in objections:
        yield of_objection(objection, named.get(objection.change_id) or objection.id)


# What a service is asked for: items, or texts that items are found in.
Found = Sequence[Item | AgreementTexts]
Answers = Sequence[tuple[Away, "Future[Found]"]]


def _asked(deps: Deps, register: Register, today: date, pool: ThreadPoolExecutor) -> Answers:
    """What other services are asked for, each with what is unknown without its answer."""
    sources: Sequence[tuple[Away, Callable[[], Found]]] = (
        (
            Away("agreements", ("offer_to_sign",)),
            lambda: [of_offer(each, today) for each in deps.agreements.offers(register.id)],
        ),
        (
            Away("agreements", ("finding",)),
            lambda: [_texts(each) for each in deps.agreements.texts(register.id)],
        ),
        (
            Away("notices", REACH),
            lambda: list(_of_reach(deps, register)),
        ),
    )
    return [(unknown, pool.submit(copy_context().run, ask)) for unknown, ask in sources]


def _texts(told: Mapping[str, Any]) -> AgreementTexts:
    return AgreementTexts(told["type"], told["id"], told["name"], tuple(told["texts"]))


def _answered(answers: Answers) -> tuple[list[Item | AgreementTexts], tuple[Away, ...]]:
    """What other services know of, and the services that do not answer."""
    items: list[Item | AgreementTexts] = []
    away: list[Away] = []
    for unknown, answer in answers:
        try:
            items += answer.result()
        except PeerUnavailable:
            away.append(unknown)
    return items, tuple(away)


def _of_reach(deps: Deps, register: Register) -> Iterator[Item]:
    reach = deps.notices.reach(register.id)
    yield from map(of_unreached, reach.unreached)
    yield from of_unverified(reach.unverified, register)
    if reach.notice_address:
        organisation = deps.identity.organisation(register.id)
        yield from of_bounced_address(reach.notice_address, organisation)


def _shown(item: Item, caller: Caller, language: Language) -> dict[str, Any]:
    step: Step | None = item.step_for(caller.scopes)
    return {
        "kind": item.kind,
        "severity": item.severity,
        "due_on": item.due_on,
        "subject": item.subject,
        "detail": sentence(item.detail, language),
        "action": step,
    }
