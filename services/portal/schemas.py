"""Shapes that a customer sends; the service behind the portal checks the values again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from shared.schemas import (
    Day,
    Email,
    Flag,
    Instant,
    Line,
    PageArgs,
    Shape,
    Text,
    Whole,
    one_of,
    texts,
)

SHA256 = validate.Regexp(r"^[0-9a-f]{64}\Z", error="Write a SHA-256 in lower-case hex.")
READ_THE_PDF = "Read the signed PDF, and send its SHA-256."
GROUNDS = (
    "security",
    "location",
    "transfer_basis",
    "data_category",
    "ai_use",
    "competition",
    "other",
)


class Signatory(Shape):
    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)


class Acceptance(Signatory):
    document_sha256 = fields.String(validate=SHA256)


class Confirmation(Signatory):
    """``document_sha256``: in place of the PDF's, where the processor has sent none."""

    pdf_sha256 = fields.String(validate=SHA256)
    document_sha256 = fields.String(validate=SHA256)

    @validates_schema
    def _is_read(self, members: Mapping[str, Any], **_: Any) -> None:
        if not (members.get("pdf_sha256") or members.get("document_sha256")):
            raise ValidationError(READ_THE_PDF, "pdf_sha256")


class Reason(Shape):
    reason = Text(2_000, required=True)


class Termination(Reason):
    effective_on = Day(required=True)


class SelfServe(Shape):
    """``party notice_terms acceptance`` are judged by agreements, member by member."""

    processor = Text(80, required=True)
    template_id = Text(80, required=True)
    party = fields.Dict(required=True)
    notice_terms = fields.Dict(allow_none=True)
    acceptance = fields.Nested(Signatory, required=True)
    language = fields.String()
    products = texts(100, 50)
    effective_from = Day()
    as_read = fields.Dict(allow_none=True)


class NewObjection(Shape):
    """``change_ids``: the changes of the notice that it is against; all of them if it is left
    out."""

    grounds = one_of(*GROUNDS, required=True)
    text = Text(4_000, required=True)
    change_ids = fields.List(
        Text(100), load_default=None, allow_none=True, validate=validate.Length(1, 50)
    )


class Modification(Shape):
    text = Text(4_000, required=True)


class ContactShape(Shape):
    name = Line(200, required=True)
    position = Line(200, load_default=None, allow_none=True)
    email = Email(required=True)
    language = one_of("en", "da", "sv", allow_none=True)


class NoticeAddress(Shape):
    """An address of the customer for a channel; ``form``: the tool, such as slack or teams."""

    form = Text(20, required=True)
    url = fields.String(required=True, validate=validate.Length(1, 2048))


def _contacts(**more: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(ContactShape), validate=validate.Length(1, 20), **more)


class NoticeContacts(Shape):
    """``addresses``: by channel. ``by_processor``: by slug or id of a processor, whom this one
    writes to in place of ``contacts``; no other learns of them. Null takes one away, and those left
    out stay as they are."""

    addresses = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 20)),
        values=fields.Nested(NoticeAddress, allow_none=True),
        validate=validate.Length(max=5),
    )
    contacts = _contacts(required=True)
    by_processor = fields.Dict(
        keys=Text(200), values=_contacts(allow_none=True), validate=validate.Length(max=200)
    )


class AgreementEnd(Shape):
    effective_on = Day(allow_none=True)


class NewEndpoint(Shape):
    url = fields.String(required=True, validate=validate.Length(min=1, max=2_048))
    description = Text(500, shortest=0)
    event_types = texts(80, 50)
    processors = texts(60, 200)
    materiality = texts(100, 50)
    products = texts(200, 200)


class EndpointChange(NewEndpoint):
    url = fields.String(validate=validate.Length(min=1, max=2_048))


class TestRequest(Shape):
    may_be_left_out = True

    type = Text(100, allow_none=True)


class Rotation(Shape):
    may_be_left_out = True

    overlap_hours = Whole(0, 168)


class Enabling(Shape):
    may_be_left_out = True

    skip_backlog = Flag()


class Recovery(Shape):
    since = Instant(required=True)
    until = Instant(allow_none=True)


class ChangeQuery(PageArgs):
    status = one_of("open", "past", load_default=None)


class ListQuery(Shape):
    processor = fields.String(load_default=None)
    as_of = Day(load_default=None)


class CalendarQuery(Shape):
    """``language``: of the titles; without it, that of the organisation."""

    token = Text(100, required=True)
    language = one_of("en", "da", "sv", load_default=None)


class GateQuery(Shape):
    sub_processor_id = fields.String(required=True)
    processor = fields.String(load_default=None)
    on = Day(load_default=None)


class MeShape(Shape):
    client_id = fields.String()
    scopes = fields.List(fields.String())
    organisation = fields.Dict()
    processors = fields.List(fields.Dict())


Items = Shape.from_dict({"items": fields.List(fields.Dict())}, name="Items")
ItemsPage = Shape.from_dict(
    {"items": fields.List(fields.Dict()), "next_cursor": fields.String(allow_none=True)},
    name="ItemsPage",
)


class PersonForm(Shape):
    """Who answers by a link: it names itself."""

    name = Line(200, required=True)
    title = Line(200, required=True)


def _change_ids() -> fields.List[Any]:
    return fields.List(Text(100), required=True, validate=validate.Length(1, 50))


class ObjectionForm(PersonForm):
    grounds = one_of(*GROUNDS, required=True)
    text = Text(4_000, required=True)
    change_ids = _change_ids()


class ApprovalForm(PersonForm):
    change_ids = _change_ids()


class OfferForm(PersonForm):
    objection_id = Text(100, required=True)


class DeclineForm(OfferForm):
    text = Text(4_000, required=True)


class SigningForm(Signatory):
    """``document_sha256``: of the document that the page showed."""

    title = Line(200, required=True)
    document_sha256 = fields.String(required=True, validate=SHA256)


class ConfirmationForm(Confirmation):
    """The hash of what the page showed: of the signed PDF, or where there is none, of the data."""

    title = Line(200, required=True)


class NewProposal(Signatory):
    """``changes`` and ``comments`` are judged by agreements, member by member."""

    document_sha256 = fields.String(required=True, validate=SHA256)
    changes = fields.Dict()
    comments = fields.List(fields.Dict())


class ProposalForm(SigningForm):
    """What a person would have otherwise: words about a section or the whole, and numbers."""

    section = Text(100, load_default="")
    text = Text(4_000, required=True)
    deletion_days = Whole(0, 3_650)
    breach_notice_hours = Whole(1, 8_760)

    @pre_load
    def without_empty(self, sent: Any, **_: Any) -> Any:
        """A number, or a section, that was left empty is none."""
        if not isinstance(sent, Mapping):
            return sent
        given = {name: value for name, value in sent.items()
                 if value or name not in ("section", *self.NUMBERS)}  # fmt: skip
        numbers = {name: int(given[name]) for name in self.NUMBERS
                   if str(given.get(name, "")).isdecimal()}  # fmt: skip
        return {**given, **numbers}

    NUMBERS: ClassVar[tuple[str, ...]] = ("deletion_days", "breach_notice_hours")


class PaperConfirmation(Signatory):
    """``pdf_sha256``: of the file as it was read; another is refused."""

    pdf_sha256 = fields.String(required=True, validate=SHA256)


class PaperSignatory(Shape):
    party = one_of("processor", "controller", required=True)
    name = Line(200, required=True)
    title = Text(200, required=True)


class NewPaper(Signatory):
    """What was signed on paper: the document's hash, the file's, who signed for each, and when."""

    document_sha256 = fields.String(required=True, validate=SHA256)
    pdf_sha256 = fields.String(required=True, validate=SHA256)
    signed_on = Day(required=True)
    signatories = fields.List(fields.Nested(PaperSignatory), required=True)


class PaperConfirmationForm(PaperConfirmation):
    """``pdf_sha256``: of the file that the page showed."""

    title = Line(200, required=True)


class PaperForm(SigningForm):
    """Who signed the paper for each party, and on which day; the file comes beside."""

    signed_on = Day(required=True)
    controller_name = Line(200, required=True)
    controller_title = Line(200, required=True)
    processor_name = Line(200, required=True)
    processor_title = Line(200, required=True)


class RefusalForm(PersonForm):
    reason = Text(1_500, required=True)
