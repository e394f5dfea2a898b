"""Shapes of agreements, their versions and their lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.agreements.contract.contents import AUTHORISATIONS
from services.agreements.contract.finding import READS_FIELDS, WEIGHTS
from services.agreements.model.agreement import PARTIES, STATUSES
from services.agreements.schemas.contents import (
    AddressShape,
    ClausesShape,
    MeasuresShape,
    ProcessingShape,
)
from services.agreements.schemas.notice_terms import ContactShape, NoticeTermsShape
from shared.schemas import (
    Country,
    Day,
    Email,
    Instant,
    Language,
    Line,
    Region,
    SetAsideShape,
    Shape,
    Text,
    Whole,
    one_of,
    page_of,
    texts,
)

ORGANISATION = validate.Regexp(r"^org_[A-Za-z0-9_]{1,80}\Z", error="This is no organisation's id.")
SHA256 = validate.Regexp(r"^[0-9a-f]{64}\Z", error="Write a SHA-256 in lower-case hex.")
READ_THE_PDF = "Read the signed PDF, and send its SHA-256."


class Amendment(Shape):
    """The members that change; each replaces its namesake as a whole."""

    template_id = Text(80)
    language = Language()
    governing_law = Region()
    processing = fields.Nested(ProcessingShape)
    authorisation = one_of(*AUTHORISATIONS, allow_none=True)
    notice_terms = fields.Nested(NoticeTermsShape)
    clauses = fields.Nested(ClausesShape)
    breach_notice_hours = Whole(1, 8_760, allow_none=True)
    deletion_days = Whole(0, 3_650, allow_none=True)
    products = texts(100, 50)
    effective_from = Day()
    measures = fields.Nested(MeasuresShape)
    transfer_instructions = Text(4_000, allow_none=True)
    backup_days = Whole(0, 3_650, allow_none=True)
    region = Text(100, allow_none=True)
    expires_on = Day(allow_none=True)
    renewal_notice_days = Whole(0, 365)


class NewParty(Shape):
    """The customer as it is named here; what is left out is taken from what is known of it."""

    legal_name = Line(300)
    registration_number = Text(60, allow_none=True)
    country = Country()
    address = fields.Nested(AddressShape, allow_none=True)
    contact = fields.Nested(ContactShape, allow_none=True)
    data_protection_officer = fields.Nested(ContactShape, allow_none=True)


class NewAgreement(Amendment):
    """``party``: the customer, as long as the caller has no agreement with it."""

    party = fields.Nested(NewParty, load_default=dict)
    controller_id = fields.String(required=True, validate=ORGANISATION)
    template_id = Text(80, required=True)
    language = Language(load_default="en")
    governing_law = Region(required=True)
    processing = fields.Nested(ProcessingShape, required=True)
    authorisation = one_of(*AUTHORISATIONS, required=True, allow_none=True)
    notice_terms = fields.Nested(NoticeTermsShape, required=True)
    clauses = fields.Nested(ClausesShape, required=True)
    breach_notice_hours = Whole(1, 8_760, load_default=None, allow_none=True)
    deletion_days = Whole(0, 3_650, load_default=None, allow_none=True)
    products = texts(100, 50, load_default=list)
    effective_from = Day(required=True)


class NewAcceptance(Shape):
    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)
    document_sha256 = fields.String(load_default=None, validate=SHA256)


class NewConfirmation(Shape):
    """``pdf_sha256``: the hash of the signed file as it was read; another is refused. Where the
    processor has sent no file, ``document_sha256``: that of the document of its data."""

    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)
    pdf_sha256 = fields.String(load_default=None, allow_none=True, validate=SHA256)
    document_sha256 = fields.String(load_default=None, allow_none=True, validate=SHA256)

    @validates_schema
    def _is_read(self, members: Mapping[str, Any], **_: Any) -> None:
        if not (members.get("pdf_sha256") or members.get("document_sha256")):
            raise ValidationError(READ_THE_PDF, "pdf_sha256")


class NewProof(Shape):
    """``statement``: what was deleted or returned, how, and what shows it."""

    done_on = Day(required=True)
    statement = Text(4_000, required=True)
    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)


class ProofShape(NewProof):
    at = Instant()


class RefusedBy(Shape):
    """The person who refused by the link in a mail, as it named itself."""

    name = Line(200, required=True)
    title = Line(200, required=True)


class Rejection(Shape):
    reason = Text(2_000, required=True)
    by = fields.Nested(RefusedBy, load_default=None, allow_none=True)


class Termination(Shape):
    effective_on = Day(required=True)
    reason = Text(2_000, required=True)


class PartyAddressShape(Shape):
    street = fields.String()
    postal_code = fields.String()
    city = fields.String()
    country = fields.String()


class PartyShape(Shape):
    id = fields.String()
    slug = fields.String()
    legal_name = fields.String()
    registration_number = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    address = fields.Nested(PartyAddressShape, allow_none=True)
    contact = fields.Nested(ContactShape, allow_none=True)
    data_protection_officer = fields.Nested(ContactShape, allow_none=True)


class AcceptanceShape(Shape):
    party = fields.String()
    name = fields.String()
    title = fields.String()
    email = fields.String()
    at = Instant()
    version = fields.Integer()
    document_sha256 = fields.String()
    client_id = fields.String()
    address = fields.String(allow_none=True)
    standing_since = Instant(allow_none=True)
    method = fields.String()
    evidence_sha256 = fields.String(allow_none=True)
    signed_on = Day(allow_none=True)


class OfferShape(Shape):
    version = fields.Integer()
    document_sha256 = fields.String()
    offered_at = Instant()
    lapses_on = Day()


class SignedFileShape(Shape):
    reference = fields.String()
    sha256 = fields.String(allow_none=True)
    signed_on = Day()


class RefusalShape(Shape):
    party = fields.String()
    version = fields.Integer()
    reason = fields.String()
    at = Instant()


class PaperSignatoryShape(Shape):
    party = one_of(*PARTIES, required=True)
    name = Line(200, required=True)
    title = Text(200, required=True)


class NewPaper(Shape):
    """``document_sha256``: of the document that was signed; ``pdf_sha256``: of the file that shows
    it; ``signatories``: who signed it, for each party; the rest: who uploads it."""

    document_sha256 = fields.String(required=True, validate=SHA256)
    pdf_sha256 = fields.String(required=True, validate=SHA256)
    signed_on = Day(required=True)
    signatories = fields.List(
        fields.Nested(PaperSignatoryShape), required=True, validate=validate.Length(min=2, max=10)
    )
    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)


class PaperConfirmation(Shape):
    """``pdf_sha256``: of the file as it was read; another is refused."""

    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)
    pdf_sha256 = fields.String(required=True, validate=SHA256)


class PaperShape(NewPaper):
    party = one_of(*PARTIES)
    version = fields.Integer()
    at = Instant()
    confirmation = fields.Nested(AcceptanceShape, allow_none=True)
    refusal = fields.Nested(RefusalShape, allow_none=True)


class OpenQuestionShape(Shape):
    """Texts by language."""

    question = fields.Dict(keys=fields.String(), values=fields.String())
    readings = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    sources = fields.List(fields.String())


class FindingShape(Shape):
    """``weight``: the law asks for it, or the template, or good practice. ``open``: authorities
    differ; read the text that ``detail`` quotes."""

    code = fields.String()
    clause = fields.String()
    detail = fields.String()
    detail_by_language = fields.Dict(
        keys=fields.String(), values=fields.String(), allow_none=True,
        metadata={"description": "en, da and sv; null in findings that are older"},
    )  # fmt: skip
    weight = one_of(*WEIGHTS)
    open = fields.Nested(OpenQuestionShape, allow_none=True)


class ContentShape(Shape):
    """What both an agreement and a version of it show of their contents."""

    template_id = fields.String(attribute="content.template_id")
    language = fields.String(attribute="content.language")
    governing_law = fields.String(attribute="content.governing_law")
    processing = fields.Nested(ProcessingShape, attribute="content.processing")
    authorisation = fields.String(attribute="content.authorisation", allow_none=True)
    notice_terms = fields.Nested(NoticeTermsShape, attribute="content.notice_terms")
    clauses = fields.Nested(ClausesShape, attribute="content.clauses")
    breach_notice_hours = fields.Integer(attribute="content.breach_notice_hours", allow_none=True)
    deletion_days = fields.Integer(attribute="content.deletion_days", allow_none=True)
    products = fields.List(fields.String(), attribute="content.products")
    effective_from = Day(attribute="content.effective_from")
    measures = fields.Nested(MeasuresShape, attribute="content.measures")
    transfer_instructions = fields.String(
        attribute="content.transfer_instructions", allow_none=True
    )
    backup_days = fields.Integer(attribute="content.backup_days", allow_none=True)
    region = fields.String(attribute="content.region", allow_none=True)
    expires_on = Day(attribute="content.expires_on", allow_none=True)
    renewal_notice_days = fields.Integer(attribute="content.renewal_notice_days")
    document_sha256 = fields.String()
    processor = fields.Nested(PartyShape)
    controller = fields.Nested(PartyShape)


class ScheduledShape(Shape):
    version = fields.Integer()
    on = Day()


class AgreementShape(ContentShape):
    id = fields.String()
    version = fields.Integer()
    latest_version = fields.Integer()
    status = one_of(*STATUSES)
    in_force = fields.Boolean()
    processor_id = fields.String(attribute="processor.id")
    controller_id = fields.String(attribute="controller.id")
    offer = fields.Nested(OfferShape, allow_none=True)
    acceptances = fields.List(fields.Nested(AcceptanceShape))
    signed_file = fields.Nested(SignedFileShape, allow_none=True)
    confirmation = fields.Nested(AcceptanceShape, allow_none=True)
    refusal = fields.Nested(RefusalShape, allow_none=True)
    paper = fields.Nested(PaperShape, allow_none=True)
    ends_on = Day(allow_none=True)
    scheduled = fields.Nested(ScheduledShape, allow_none=True)
    ended_on = Day(allow_none=True)
    erase_on = Day(allow_none=True)
    deletion_due_on = Day(allow_none=True)
    deletion_overdue = fields.Boolean()
    deletion_proof = fields.Nested(ProofShape, allow_none=True)
    set_aside = fields.Nested(SetAsideShape, allow_none=True, dump_default=None)
    created_at = Instant()
    findings = fields.List(fields.Nested(FindingShape))
    findings_note = fields.Dict(
        keys=fields.String(), values=fields.String(), dump_default=READS_FIELDS
    )


class VersionShape(ContentShape):
    agreement_id = fields.String()
    version = fields.Integer()
    made_at = Instant()


class DocumentQuery(Shape):
    version = fields.Integer(load_default=None, validate=validate.Range(1, 100_000))


class ChangesQuery(DocumentQuery):
    since = fields.Integer(load_default=None, validate=validate.Range(1, 100_000))


class ChangedWordsShape(Shape):
    """``member``: null where there is no word for it."""

    member = fields.String(allow_none=True)
    before = fields.String()
    after = fields.String()


class ChangedShape(Shape):
    """``by_language``: the same for people, in en, da and sv."""

    pointer = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)
    by_language = fields.Dict(keys=fields.String(), values=fields.Nested(ChangedWordsShape))


class ChangesShape(Shape):
    since = fields.Integer()
    version = fields.Integer()
    items = fields.List(fields.Nested(ChangedShape))


class PolicyShape(Shape):
    retention_years = Whole(1, 30, required=True)


AgreementPage = page_of(AgreementShape)
VersionPage = page_of(VersionShape)
