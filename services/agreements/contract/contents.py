"""What an agreement says: the contents that Art. 28(3) GDPR asks for, as data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import rfc8785

from services.agreements.contract.contradictions import contradictions
from services.agreements.contract.terms import Contact, NoticeTerms, Terms
from shared.errors import Invalid

AUTHORISATIONS = ("general", "specific")
KEY_LENGTH = 16
# The template of an imported agreement: its wording is in the signed PDF.
SIGNED_ELSEWHERE = "tpl_signed_elsewhere"


class ContentsContradict(Invalid):
    """Some terms of the agreement contradict each other."""

    code = "terms-contradict"


@dataclass(frozen=True)
class Address:
    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True)
class Party:
    """A party as it was called on the day the version was made.

    ``data_protection_officer`` is the one of Art. 37, where there is one.
    """

    id: str
    slug: str
    legal_name: str
    registration_number: str | None = None
    country: str | None = None
    address: Address | None = None
    contact: Contact | None = None
    data_protection_officer: Contact | None = None
    time_zone: str | None = None


@dataclass(frozen=True)
class RetentionLength:
    value: int
    unit: str


@dataclass(frozen=True)
class Retention:
    """How long one kind of data is kept. ``rule``: from when, or until what, in words."""

    what: str
    length: RetentionLength | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Processing:
    """The facts of Art. 28(3), first sentence. What is not stated is None or empty.

    ``obligations_and_rights``: those of the controller.
    """

    subject_matter: str | None = None
    duration: str | None = None
    nature: str | None = None
    purpose: str | None = None
    data_categories: tuple[str, ...] = ()
    data_subjects: tuple[str, ...] = ()
    special_categories: bool = False
    obligations_and_rights: str | None = None
    retention: tuple[Retention, ...] = ()


@dataclass(frozen=True)
class Clauses:
    """The answers to Art. 28(3)(a) to (h), in that order, and to what stands beside them.

    ``unlawful_instructions``: that the processor says so at once (Art. 28(3), last subparagraph).
    ``flow_down``: the same duties for every sub-processor, and ``liability``: full liability for
    it (Art. 28(4)). ``sub_processor_audit``: how sub-processors are audited (appendix C.8 of the
    Danish standard).
    """

    instructions: str | None = None
    confidentiality: str | None = None
    security: str | None = None
    sub_processors: str | None = None
    data_subject_rights: str | None = None
    assistance: str | None = None
    end_of_processing: str | None = None
    audit: str | None = None
    unlawful_instructions: str | None = None
    flow_down: str | None = None
    liability: str | None = None
    sub_processor_audit: str | None = None


@dataclass(frozen=True)
class Measures:
    """The measures of Art. 32, one a line, as the annex lists them.

    ``special_categories``: what protects sensitive data besides.
    """

    technical: tuple[str, ...] = ()
    organisational: tuple[str, ...] = ()
    special_categories: tuple[str, ...] = ()


NO_MEASURES = Measures()


@dataclass(frozen=True)
class Content:
    """All that the parties agree on in one version. ``products`` empty means all of them.

    ``authorisation`` None: the text gives none (Art. 28(2)), so every change needs approval.

    ``region``: where the data is kept. ``transfer_instructions``: Art. 28(3)(a).
    ``backup_days``: after how many days more the backups are gone.
    ``expires_on``: its last day; ``renewal_notice_days`` before it the parties are reminded.
    """

    template_id: str
    language: str
    governing_law: str
    processing: Processing
    authorisation: str | None
    notice_terms: NoticeTerms
    clauses: Clauses
    products: tuple[str, ...]
    effective_from: date
    breach_notice_hours: int | None = None
    deletion_days: int | None = None
    backup_days: int | None = None
    transfer_instructions: str | None = None
    measures: Measures = NO_MEASURES
    region: str | None = None
    expires_on: date | None = None
    renewal_notice_days: int = 60


@dataclass(frozen=True)
class Group:
    """Agreements that share authorisation and terms have the same ``key``."""

    key: str
    authorisation: str | None
    terms: Terms


def group_of(content: Content, customer_time_zone: str | None = None) -> Group:
    """The group that an agreement with ``content`` belongs to.

    ``customer_time_zone``: where the customer's days are others than the processor's; it counts
    only while the agreement names no zone of its own.
    """
    terms = content.notice_terms.terms
    if customer_time_zone and not terms.time_zone:
        terms = replace(terms, customer_time_zone=customer_time_zone)
    named: dict[str, Any] = {"authorisation": content.authorisation, "terms": terms.members()}
    key = hashlib.sha256(rfc8785.dumps(named)).hexdigest()[:KEY_LENGTH]
    return Group(key, content.authorisation, terms)


def zone_apart(processor: Party, customer: Party) -> str | None:
    """The customer's time zone, if it is known and not the processor's."""
    apart = processor.time_zone and customer.time_zone != processor.time_zone
    return customer.time_zone if apart else None


def check(content: Content) -> None:
    """Raises ``ContentsContradict`` for terms that cannot hold together, each with its pointer."""
    terms, wrong = content.notice_terms, []
    if content.authorisation == "specific" and terms.silence == "consent":
        why = "Under a specific authorisation silence is a refusal (Art. 28(2))."
        wrong.append(_wrong_term("silence", "silence-is-no-consent", why))
    wrong += [_wrong_term(*each) for each in contradictions(terms)]
    if content.expires_on and content.expires_on <= content.effective_from:
        why = "The last day must come after the first."
        wrong.append({"pointer": "/expires_on", "code": "ends-before-it-begins", "detail": why})
    if wrong:
        raise ContentsContradict(errors=wrong)


def _wrong_term(name: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/notice_terms/{name}", "code": code, "detail": detail}
