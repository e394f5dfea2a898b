"""Shapes of notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from marshmallow import ValidationError, fields, validate

from services.notices.channels.webhook import reason
from services.notices.events import FOR_VENDORS, SUBSCRIBABLE, WITH_LINKS
from services.notices.letters import LANGUAGES
from services.notices.model.deliveries import STATES
from services.notices.model.endpoints import LONGEST_OVERLAP_HOURS
from services.notices.model.evidence import NO_DEADLINE
from services.notices.model.filters import unmatched
from services.notices.model.messages import NOTICE
from services.notices.model.stored import changes_of
from shared.counting import counted_in_all
from shared.egress import LONGEST_URL
from shared.schemas import (
    Email,
    Flag,
    Instant,
    Line,
    PageArgs,
    Shape,
    Text,
    Whole,
    one_of,
    page_of,
    texts,
)

MOST_ENTRIES = 500
UNREACHABLE = "unreachable"


class EntryShape(Shape):
    """A ledger entry with what is kept beside it (``private``)."""

    stream = Text(200, required=True)
    sequence = Whole(1, 2**53, required=True)
    type = Text(100, required=True)
    at = fields.String(required=True)
    actor = fields.String(required=True)
    data = fields.Dict(required=True)
    private = fields.Dict(allow_none=True, load_default=None)
    private_hash = fields.String(allow_none=True, load_default=None)
    previous_hash = fields.String(required=True)
    hash = fields.String(required=True)


class Entries(Shape):
    entries = fields.List(
        fields.Nested(EntryShape), required=True, validate=validate.Length(1, MOST_ENTRIES)
    )


class NoticeEntry(Shape):
    """A notice as it would stand in the ledger, without the hashes that chain it."""

    stream = Text(200, required=True)
    sequence = Whole(1, 2**53, required=True)
    type = Text(100, required=True)
    at = fields.String(required=True)
    data = fields.Dict(required=True)
    private = fields.Dict(required=True)


class PreviewIn(Shape):
    """``terms_key``: of the terms group of the agreement."""

    entry = fields.Nested(NoticeEntry, required=True)
    language = Text(35, required=True)
    channel = Text(40, required=True)
    agreement_id = Text(60, required=True)
    terms_key = Text(100, required=True)


class PartShape(Shape):
    media_type = fields.String()
    content = fields.String()


class PreviewShape(Shape):
    """``parts``: the forms of one message; ``subject`` where the channel has one."""

    subject = fields.String(allow_none=True)
    parts = fields.List(fields.Nested(PartShape))


class Accepted(Shape):
    accepted = fields.Integer()


class TestRequest(Shape):
    """``type``: of the message to send an example of; a plain test without it."""

    may_be_left_out = True

    type = Text(100, load_default=None, allow_none=True)


class TestSent(Shape):
    delivery_id = fields.String()


def _of_known_types(types: list[str]) -> None:
    unknown = unmatched(types, (*SUBSCRIBABLE, *FOR_VENDORS))
    if unknown:
        named = ", ".join(sorted({types[position] for position in unknown}))
        raise ValidationError(f"Not a type of message: {named}.")


def _event_types(**kwargs: object) -> fields.List[Any]:
    limits: list[Any] = [validate.Length(max=50), _of_known_types]
    return fields.List(fields.String(), validate=limits, **cast("dict[str, Any]", kwargs))


class EndpointChange(Shape):
    url = fields.String(validate=validate.Length(1, LONGEST_URL))
    description = Text(500, shortest=0)
    event_types = _event_types()
    processors = texts(100, 200)
    materiality = texts(100, 50)
    products = texts(200, 200)


class NewEndpoint(EndpointChange):
    url = fields.String(required=True, validate=validate.Length(1, LONGEST_URL))
    description = Text(500, shortest=0, load_default="")
    event_types = _event_types(load_default=list)
    processors = texts(100, 200, load_default=list)
    materiality = texts(100, 50, load_default=list)
    products = texts(200, 200, load_default=list)


class SecretShape(Shape):
    created_at = Instant()
    until = Instant(allow_none=True)


class AttemptCode(fields.String):
    """The code of an attempt, as the owner of the endpoint reads it. Every failure to connect
    has the same code and text, because an endpoint must not reveal our network."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        hidden = bool(value) and reason(value) == reason(UNREACHABLE)
        return super()._serialize(UNREACHABLE if hidden else value, attr, obj, **kwargs)


class HealthShape(Shape):
    """Since the last success; null while there is nothing to say. Its owner is warned after four
    failures in a row, after 24 and after 72 hours of them; at ``disables_at``, five days after the
    first, the next failure disables it, as a single answer of 410 does."""

    failures = fields.Integer()
    failing_since = Instant(attribute="first_failure_at", allow_none=True)
    last_failure_at = Instant(allow_none=True)
    last_error = AttemptCode(allow_none=True)
    disables_at = Instant(attribute="disabled_from", allow_none=True)
    slow_until = Instant(allow_none=True)
    blocked_at = Instant(allow_none=True)


class EndpointShape(Shape):
    id = fields.String()
    url = fields.String()
    display_url = fields.String()
    description = fields.String()
    event_types = fields.List(fields.String())
    processors = fields.List(fields.String())
    materiality = fields.List(fields.String())
    products = fields.List(fields.String())
    status = fields.String()
    disabled_at = Instant(allow_none=True)
    disabled_reason = fields.String(allow_none=True)
    probing = fields.Boolean()
    health = fields.Nested(HealthShape, allow_none=True)
    secrets = fields.List(fields.Nested(SecretShape))
    created_at = Instant()
    updated_at = Instant()


class EndpointWithSecret(EndpointShape):
    secret = fields.String()


class Rotation(Shape):
    overlap_hours = Whole(0, LONGEST_OVERLAP_HOURS, load_default=24)


class Enabling(Shape):
    skip_backlog = Flag(load_default=False)


class Recovery(Shape):
    since = Instant(required=True)
    until = Instant(load_default=None, allow_none=True)


class RecoveryStarted(Recovery):
    job_id = fields.String()


class DeliveryQuery(PageArgs):
    """``type``: of the message, or its beginning (``agreement.*``); ``since`` and ``until``: when
    the message was made."""

    status = one_of(*STATES, load_default=None)
    type = Text(100, load_default=None)
    since = Instant(load_default=None)
    until = Instant(load_default=None)


class AttemptShape(Shape):
    id = fields.String()
    n = fields.Integer()
    at = Instant()
    duration_ms = fields.Integer()
    status = fields.Integer(allow_none=True)
    code = AttemptCode(allow_none=True)
    reason = fields.Function(lambda each: reason(each["code"]) if each["code"] else None)
    # Bytes that are no UTF-8 are shown as replacement characters.
    body = fields.Function(lambda each: bytes(each["body"] or b"").decode("utf-8", "replace"))
    location = fields.String()


class DeliverySummary(Shape):
    id = fields.String(attribute="row._id")
    message_id = fields.String(attribute="row.message_id")
    endpoint_id = fields.String(attribute="row.endpoint_id")
    type = fields.String(attribute="message.type")
    change_id = fields.String(attribute="message.change_id", allow_none=True)
    status = fields.String(attribute="row.state")
    next_attempt_at = Instant(attribute="row.due_at")
    delivered_at = Instant(attribute="row.delivered_at")
    attempts_made = fields.Function(lambda each: sum(a["n"] for a in each.row["attempts"][-1:]))


class DeliveryShape(DeliverySummary):
    attempts = fields.List(fields.Nested(AttemptShape), attribute="row.attempts")


class EventsQuery(Shape):
    after = fields.String(load_default=None, validate=validate.Regexp(r"^msg_[0-9a-z]{1,60}\Z"))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class MessageShape(Shape):
    """A message as a webhook would carry it, with its id."""

    id = fields.String()
    type = fields.String()
    timestamp = fields.String()
    data = fields.Dict()


class NoticesQuery(PageArgs):
    change_id = Text(100, load_default=None)


def counting_of(notice: Mapping[str, Any]) -> dict[str, str] | None:
    return counted_in_all(notice.get("holidays"), notice.get("time_zones") or ())


class NoticeShape(Shape):
    """``change_ids``: all changes of the notice, ``change_id`` the first of them."""

    id = fields.String(attribute="notice.id")
    change_id = fields.String()
    change_ids = fields.Function(changes_of)
    agreement_id = fields.String()
    processor_id = fields.String()
    type = fields.String()
    given_at = Instant(attribute="at")
    given_on = fields.String(attribute="notice.given_on")
    objection_deadline = fields.String(attribute="notice.objection_deadline", allow_none=True)
    effective_on = fields.String(attribute="notice.effective_on", allow_none=True)
    silence = fields.String(attribute="notice.silence", allow_none=True)
    owes = fields.String(attribute="notice.owes", dump_default=NOTICE)
    provisional = Flag(attribute="notice.provisional", dump_default=False)
    holidays = fields.String(attribute="notice.holidays", allow_none=True)
    time_zones = fields.List(fields.String(), attribute="notice.time_zones")
    emergency_agreed = Flag(attribute="notice.emergency_agreed", allow_none=True, dump_default=None)
    counting = fields.Function(
        lambda row: counting_of(row["notice"]),
        metadata={"description": "How the days are counted, by language; null in old notices"},
    )
    acknowledged_at = Instant(allow_none=True)


class ContactShape(Shape):
    name = Line(200, required=True)
    position = Line(200, load_default=None, allow_none=True)
    email = Email(required=True)
    language = one_of(*LANGUAGES, allow_none=True)


class NewAddress(Shape):
    """An address of the customer for a channel; ``form``: the tool, such as slack or teams."""

    form = Text(20, required=True)
    url = fields.String(required=True, validate=validate.Length(1, LONGEST_URL), load_only=True)


class ContactsChange(Shape):
    """``addresses``: by channel; null takes one away, and those left out stay as they are."""

    contacts = fields.List(
        fields.Nested(ContactShape), required=True, validate=validate.Length(1, 20)
    )
    addresses = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 20)),
        values=fields.Nested(NewAddress, allow_none=True),
        load_default=dict,
        validate=validate.Length(max=5),
    )


class AddressShape(Shape):
    """``shown``: the host alone, for the rest of the URL is a secret."""

    form = fields.String()
    shown = fields.String()


class ContactsShape(Shape):
    contacts = fields.List(fields.Nested(ContactShape))
    addresses = fields.Dict(keys=fields.String(), values=fields.Nested(AddressShape))
    source = fields.String()


class EvidenceQuery(PageArgs):
    """``lang``: the language of the PDF."""

    limit = fields.Integer(load_default=200, validate=validate.Range(1, 200))
    lang = fields.String(load_default="en", validate=validate.OneOf(["en", "da", "sv"]))


class TriedShape(Shape):
    """``status`` and ``answer``: of HTTP, or of SMTP word for word."""

    at = Instant()
    channel = fields.String()
    recipient = fields.String()
    outcome = fields.String()
    status = fields.Integer(allow_none=True)
    duration_ms = fields.Integer()
    answer = fields.String(allow_none=True)


class UnreachedShape(Shape):
    """Nobody has had the notice since ``since``. ``reason``: email_off, no_contact,
    contacts_exhausted, or the word of a channel that was agreed and has no address.
    """

    notice_id = fields.String()
    change_id = fields.String()
    change_ids = fields.List(fields.String())
    since = Instant()
    reason = fields.String()


class LetterFileShape(Shape):
    name = fields.String()
    sha256 = fields.String()


class EvidenceLetter(Shape):
    """What the customer said outside Art28: the vendor recorded it at ``recorded_at``."""

    id = fields.String()
    kind = fields.String()
    received_on = fields.String()
    recorded_at = fields.String()
    file = fields.Nested(LetterFileShape, allow_none=True)


class EntryRef(Shape):
    """An entry of a ledger, by its place and its hash."""

    stream = fields.String()
    sequence = fields.Integer()
    hash = fields.String()


class EvidenceAnswer(Shape):
    """One step: ``kind`` is objection or approval; ``by``: the name of whoever answered by link."""

    kind = fields.String()
    id = fields.String()
    status = fields.String()
    grounds = fields.String(allow_none=True)
    decision = fields.String(allow_none=True)
    at = fields.String()
    by = fields.String(allow_none=True)
    entry = fields.Nested(EntryRef, allow_none=True)


class EvidenceShape(Shape):
    """``sent_at``: a webhook receiver answered, whatever it said, or a mail was delivered;
    ``delivered_at``: a webhook receiver answered 2xx, or the contact's mail server accepted the
    mail and has not reported it undeliverable since; ``acknowledged_at``: the customer did so.
    ``given_on``: the day it was sent; ``counts_from``: the day this customer's days run from;
    ``deadline``: the last day to object, null until that day is known; ``counting``: how the days
    are counted, by language; ``answers``: the steps of objections, and approvals; ``sha256``: of
    the message as it was sent."""

    agreement_id = fields.String()
    notice_id = fields.String()
    customer = fields.Dict()
    terms = fields.Dict()
    channel = fields.String(allow_none=True)
    recipient = fields.String(allow_none=True)
    given_on = fields.String(allow_none=True)
    counts_from = fields.String(allow_none=True)
    deadline = fields.String(allow_none=True)
    effective_on = fields.String(allow_none=True)
    no_deadline = fields.String(
        allow_none=True,
        validate=validate.OneOf(NO_DEADLINE),
        metadata={
            "description": "Why there is no deadline: the customer is only informed; what its days "
            "run from has not happened; no number is agreed; its right ends with the change; the "
            "notice left more than 60 days late, and the portal shows the day"
        },
    )
    silence = fields.String(allow_none=True)
    owes = fields.String(metadata={"description": "notice, or information without time to object"})
    counting = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    attempts = fields.List(fields.Nested(TriedShape))
    sent_at = Instant(allow_none=True)
    delivered_at = Instant(allow_none=True)
    acknowledged_at = Instant(allow_none=True)
    acknowledged_by = fields.Dict(allow_none=True)
    outcome = fields.String()
    reached = fields.Boolean()
    unreached = fields.Nested(UnreachedShape, allow_none=True)
    letters = fields.List(fields.Nested(EvidenceLetter))
    approved_by = fields.List(fields.Dict())
    answers = fields.List(fields.Nested(EvidenceAnswer))
    sha256 = fields.String()


class ReachQuery(PageArgs):
    processor = fields.String(load_default=None, validate=validate.Length(1, 100))


class ReachShape(Shape):
    agreement_id = fields.String()
    customer = fields.Dict()
    reason = fields.String()
    email = fields.String(attribute="channels.email", dump_default="off")
    unreached = fields.List(fields.Nested(UnreachedShape))


class ReceiptsQuery(Shape):
    """Both are ids, separated by commas."""

    change_ids = fields.String(required=True, validate=validate.Length(1, 20_000))
    agreement_ids = fields.String(required=True, validate=validate.Length(1, 20_000))


class ReceiptShape(Shape):
    change_id = fields.String()
    agreement_id = fields.String()
    sent_at = Instant(allow_none=True)
    delivered_at = Instant(allow_none=True)
    acknowledged_at = Instant(allow_none=True)


ReceiptList = Shape.from_dict(
    {"items": fields.List(fields.Nested(ReceiptShape))}, name="ReceiptList"
)
EndpointPage = page_of(EndpointShape)
DeliveryPage = page_of(DeliverySummary)
MessagePage = page_of(MessageShape)
NoticePage = page_of(NoticeShape)
EvidencePage = page_of(EvidenceShape)


class BackShape(Shape):
    """A mailbox that sent a mail to the vendor back. ``status``: as its server named it."""

    email = fields.String()
    status = fields.String(allow_none=True)
    at = Instant()


class ReachPage(page_of(ReachShape)):  # type: ignore[misc]
    """``notice_address``: where the vendor itself reads answers, if a mail came back from there."""

    notice_address = fields.Nested(BackShape, allow_none=True)


class MailedPerson(Shape):
    name = Line(200, required=True)
    email = Email(required=True)


class PersonalMail(Shape):
    """``url``: the link, which works once and until ``expires_at``. ``data``: what else the mail
    says, by kind."""

    id = Line(80, required=True)
    kind = one_of(*WITH_LINKS, required=True)
    to = fields.Nested(MailedPerson, required=True)
    language = Text(35, required=True)
    url = fields.URL(schemes={"http", "https"}, require_tld=False, required=True)
    expires_at = Instant(required=True)
    data = fields.Dict(keys=Text(60), values=fields.Raw(), required=True)


class PersonalMailTaken(Shape):
    """``taken``: whether it will be sent; false where mail is off."""

    taken = Flag()


class LinkToken(Shape):
    token = Text(500, required=True)


class LinkRequest(LinkToken):
    """``language``: of the reader; null: that of the mail."""

    language = one_of("en", "da", "sv", load_default=None, allow_none=True)


class Acknowledgement(Shape):
    """``name``, ``title``: of the person who acknowledges."""

    token = Text(500, required=True)
    name = Line(200, required=True)
    title = Line(200, required=True)


class LinkNoticeShape(Shape):
    id = fields.String()
    given_on = fields.String()
    objection_deadline = fields.String(allow_none=True)
    effective_on = fields.String(allow_none=True)
    silence = fields.String(allow_none=True)
    owes = fields.String()


class ContactOfLink(Shape):
    """``channel``: email, letter or webhook; without a name it was a client of the customer."""

    channel = fields.String()
    name = fields.String()
    title = fields.String()
    email = fields.String()
    received_on = fields.String()


class FactShape(Shape):
    label = fields.String()
    value = fields.String()
    strong = fields.Boolean()


class PlaceShape(Shape):
    name = fields.String()
    kind = fields.String()
    verdict = fields.String()
    tone = fields.String()
    notes = fields.List(fields.String())


class DifferenceShape(Shape):
    label = fields.String()
    before = fields.String()
    after = fields.String()


class DifferencesShape(Shape):
    """What changes in an entry; ``before`` and ``after`` head the columns."""

    heading = fields.String()
    before = fields.String()
    after = fields.String()
    lines = fields.List(fields.Nested(DifferenceShape))


class SectionShape(Shape):
    heading = fields.String()
    facts = fields.List(fields.Nested(FactShape))
    differences = fields.Nested(DifferencesShape, allow_none=True)
    places_heading = fields.String()
    places = fields.List(fields.Nested(PlaceShape))


class NoticePageShape(Shape):
    heading = fields.String()
    warning = fields.String()
    sections = fields.List(fields.Nested(SectionShape))
    approved_by = fields.String()
    counting = fields.String()


class DraftTold(Shape):
    """``change``: as the registry shows it to its vendor."""

    language = Text(35, load_default=None, allow_none=True)
    change = fields.Dict(keys=Text(60), values=fields.Raw(allow_none=True), required=True)


class AnswerLinkShape(Shape):
    """What a link is about, in words of its reader's language. ``state``: ``open``, or why nothing
    can be answered by it."""

    mail_id = fields.String()
    state = fields.String()
    notice = fields.Nested(LinkNoticeShape)
    change_ids = fields.List(fields.String())
    agreement_id = fields.String()
    contact = fields.Nested(ContactOfLink)
    acknowledged_at = Instant(allow_none=True)
    acknowledged_by = fields.Nested(ContactOfLink, allow_none=True)
    language = fields.String()
    page = fields.Nested(NoticePageShape)
    processor = fields.Dict()
    customer = fields.Dict()


class OfferLinkShape(Shape):
    """Which offered version of which agreement a link was sent for, and to whom."""

    mail_id = fields.String()
    state = fields.String()
    agreement_id = fields.String()
    version = fields.Integer()
    contact = fields.Nested(ContactOfLink)
    language = fields.String(allow_none=True)
    processor = fields.Dict()
    customer = fields.Dict()
