"""Self-serve: a customer takes a published template and is bound at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.agreements import events
from services.agreements.contract.contents import Content, Party, check
from services.agreements.contract.namesakes import amended_members
from services.agreements.contract.terms import Contact, NoticeTerms
from services.agreements.contract.wording import (
    Published,
    StandingAcceptance,
    Template,
    check_language,
    main_language,
)
from services.agreements.events import Event
from services.agreements.ledger_entries import event
from services.agreements.model import life
from services.agreements.model.agreement import Acceptance, Agreement, Version
from services.agreements.model.document import check_complete, make_version
from services.agreements.model.life import DocumentOutdated
from services.agreements.use_cases.documents import keep_executed
from services.agreements.use_cases.parties import (
    content_of,
    named_party,
    organisation_named,
    party,
)
from services.agreements.use_cases.permissions import NotAController, Origin
from services.agreements.use_cases.saving import append_events, check_no_overlap, count_terms
from services.agreements.use_cases.signing import accepted_by
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.documents import from_wire, to_document
from shared.errors import Conflict, problem_at
from shared.ids import derived_id
from shared.mongo import Session, afterwards
from shared.times import format_instant

# How long a document that was read can be taken as it stands.
READABLE_FOR = timedelta(days=1)


class TemplateNotPublished(Conflict):
    """This template is not published: its processor has not accepted it in advance."""

    code = "template-not-published"


def take(deps: Deps, caller: Caller, origin: Origin, body: Mapping[str, Any]) -> Agreement:
    """An agreement on a published template, accepted by the caller's customer.

    On the published terms it binds at once; on other notice terms it is a proposal that waits for
    the processor. ``as_read`` of the body names a document of ``preview``: that one is accepted, or
    none. Raises ``AgreementOverlaps``, ``TemplateNotPublished``, ``DocumentIncomplete``, or
    ``DocumentOutdated`` where the document would be another today.
    """
    read_first = body.get("as_read")
    at = _read_at(deps, read_first) if read_first else deps.now()
    template, published, version = _written(deps, caller, origin, body, at, bool(read_first))
    if read_first and version.document_sha256 != read_first["document_sha256"]:
        raise DocumentOutdated
    content = version.content
    check_complete(version)

    def work(session: Session) -> Agreement:
        standing = deps.templates.standing(session, template.id)
        if standing is None:
            raise TemplateNotPublished
        as_published = published.offers(content.notice_terms)
        signed = _signatures(deps, origin, version, body["acceptance"], standing, as_published)
        return _concluded(deps, session, caller, version, signed)

    made = deps.mongo.transact(work)
    afterwards(lambda: keep_executed(deps, made))
    return made


def preview(deps: Deps, caller: Caller, origin: Origin, body: Mapping[str, Any]) -> Version:
    """The very document that ``take`` would make of this body, which is stored nowhere.

    Its id and its instant follow from who asks, what for, and when: whoever sends its hash and its
    ``made_at`` within a day (``as_read``) accepts the document that was read, byte for byte.
    """
    at = deps.now().replace(microsecond=deps.now().microsecond // 1000 * 1000)
    return _written(deps, caller, origin, body, at, repeatable=True)[2]


def _written(
    deps: Deps, caller: Caller, origin: Origin, body: Mapping[str, Any], at: datetime,
    repeatable: bool,
) -> tuple[Template, Published, Version]:  # fmt: skip
    """The document that the customer takes; ``repeatable``: with the same id if asked again."""
    if "controller" not in caller.kinds:
        raise NotAController
    processor = _processor(deps, caller, body["processor"])
    template, published = _published(deps, processor, body["template_id"])
    customer = _customer(party(deps, caller.org_id), body["party"])
    content = _content(deps, template, published, customer, body)
    check(content)
    facts = (caller.org_id, processor.id, template.id, format_instant(at))
    agreement_id = derived_id("agr", *facts) if repeatable else deps.new_id("agr")
    annex = deps.annex(processor.slug, content)
    version = make_version(agreement_id, 1, (processor, customer), content, template, at=at,
                           by=origin.client_id, annex=annex,
                           official=deps.official(template, content))  # fmt: skip
    return template, published, version


def _read_at(deps: Deps, read_first: Mapping[str, Any]) -> datetime:
    """When the document was read. Raises ``DocumentOutdated`` where that is more than a day ago."""
    at: datetime = read_first["made_at"]
    if not deps.now() - READABLE_FOR <= at <= deps.now():
        raise DocumentOutdated
    return at


def _concluded(
    deps: Deps,
    session: Session,
    caller: Caller,
    version: Version,
    signed: Sequence[Acceptance],
) -> Agreement:
    """Draft, offer and accept in one transaction."""
    drafted = life.drafted(version)
    check_no_overlap(deps, session, drafted, version)
    new_events: list[Event] = [event(events.DRAFTED, drafted, version)]
    made = life.offered(drafted, deps.now(), deps.lapses_on())
    # With one signature it waits for the processor, who is told of it.
    by = "controller" if len(signed) == 1 else "processor"
    new_events.append(event(events.OFFERED, made, version, proposed_by=by))
    for acceptance in signed:
        made, came = accepted_by(made, version, acceptance)
        new_events.extend(came)
    made, watermark = count_terms(deps, session, None, made, new_events)
    deps.versions.add(session, version)
    deps.agreements.add(session, made)
    append_events(deps, session, made, new_events, caller.org_id, watermark)
    return made


def _signatures(
    deps: Deps,
    origin: Origin,
    version: Version,
    body: Mapping[str, Any],
    standing: StandingAcceptance,
    as_published: bool,
) -> list[Acceptance]:
    mine = Acceptance(
        party="controller", name=body["name"], title=body["title"], email=body["email"],
        at=deps.now(), version=version.version, document_sha256=version.document_sha256,
        client_id=origin.client_id, address=origin.address,
    )  # fmt: skip
    if not as_published:
        return [mine]
    theirs = replace(
        mine, party="processor", name=standing.name, title=standing.title, email=standing.email,
        client_id=standing.client_id, address=standing.address, standing_since=standing.at,
    )  # fmt: skip
    return [mine, theirs]


def _customer(known: Party, body: Mapping[str, Any]) -> Party:
    """The customer with the details it sent, under the legal name that identity holds.

    A signatory signs for its own organisation only.
    """
    asked = body.get("legal_name", known.legal_name)
    if _plain(asked) != _plain(known.legal_name):
        why = "This is not the legal name of your organisation; leave it out, or have it changed."
        raise problem_at("/party/legal_name", "other-legal-name", why)
    return named_party(known, {**body, "legal_name": known.legal_name})


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _processor(deps: Deps, caller: Caller, named: str) -> Party:
    """The processor of this id or slug. One without published templates is answered as unknown."""
    processor = organisation_named(deps, named)
    processor_id = processor["id"] if processor else caller.org_id
    if processor_id == caller.org_id or not deps.templates.publishes(processor_id):
        raise problem_at("/processor", "unknown-processor", "There is no such processor.")
    return party(deps, processor_id)


def _published(deps: Deps, processor: Party, template_id: str) -> tuple[Template, Published]:
    template = deps.templates.find(template_id)
    if template is None or template.owner != processor.id or template.published is None:
        raise TemplateNotPublished
    return template, template.published


def _content(
    deps: Deps,
    template: Template,
    published: Published,
    customer: Party,
    body: Mapping[str, Any],
) -> Content:
    """The contents of the agreement; law, region and language follow from the country."""
    country = customer.country or (customer.address.country if customer.address else None)
    if country is None:
        raise problem_at("/party/country", "required", "The law that applies follows from it.")
    products = body.get("products")
    if products is not None and published.products and set(products) - set(published.products):
        raise problem_at("/products", "not-published", "These are not all in the template.")
    asked = body.get("language")
    if asked and main_language(asked) not in published.languages:
        there = ", ".join(sorted(published.languages))
        why = f"The contents of this template are in these languages: {there}."
        raise problem_at("/language", "language-missing", why)
    terms = _terms(published, body)
    content = published.content(
        template.id, country, terms,
        from_day=body.get("effective_from") or deps.now().date(),
        language=body.get("language"),
        products=tuple(products) if products is not None else None,
    )  # fmt: skip
    check_language(template, content.language)
    return content_of(amended_members(content, {"notice_terms": to_document(terms)}))


def _terms(published: Published, body: Mapping[str, Any]) -> NoticeTerms:
    """The requested notice terms, else the first published ones with the customer as contact."""
    asked = body.get("notice_terms")
    if asked is not None:
        return published.completed(from_wire(NoticeTerms, asked))
    person = body["acceptance"]
    contact = body["party"].get("contact") or {
        "name": person["name"], "position": person["title"], "email": person["email"],
    }  # fmt: skip
    return replace(published.notice_options[0], contacts=(from_wire(Contact, contact),))
