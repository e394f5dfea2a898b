"""Shapes of signature providers, what is asked of them, and what they report."""

from __future__ import annotations

from marshmallow import fields, validate

from services.agreements.model.agreement import PARTIES
from services.agreements.model.outside_signatures import REPORTS, STATES
from services.agreements.schemas.agreements import SHA256
from shared.egress import LONGEST_URL
from shared.schemas import Email, Instant, Line, Shape, Text, one_of, page_of

# 16 MiB in base64.
LONGEST_EVIDENCE = 22_369_624


class NewSignatureProvider(Shape):
    url = Text(LONGEST_URL, required=True)


class SignatureProviderShape(Shape):
    url = fields.String(attribute="display_url")
    set_at = Instant()


class SignatureProviderWithSecret(SignatureProviderShape):
    """``secret``: shown only now; it signs what is sent to the provider and what it reports."""

    secret = fields.String()


class SignerShape(Shape):
    party = one_of(*PARTIES, required=True)
    name = Line(200, required=True)
    email = Email(required=True)


class NewSignatureRequest(Shape):
    """``signers``: somebody for each party that has not accepted the version on offer."""

    signers = fields.List(
        fields.Nested(SignerShape), required=True, validate=validate.Length(min=1, max=10)
    )


class SignatureRequestShape(NewSignatureRequest):
    """``state``: ``waiting`` to be sent, ``sent``, ``unsent`` (the provider did not take it),
    ``replaced`` by a newer one, or what the provider reported."""

    id = fields.String()
    agreement_id = fields.String()
    version = fields.Integer()
    document_sha256 = fields.String()
    made_at = Instant()
    state = one_of(*STATES)
    settled_at = Instant(allow_none=True)


class SignedShape(Shape):
    """``at``: when this person signed."""

    party = one_of(*PARTIES, required=True)
    name = Line(200, required=True)
    title = Text(200, load_default="", shortest=0)
    at = Instant(required=True)


class SignatureReport(Shape):
    """``signed`` and ``evidence`` (the signed PDF in base64) of a version that was signed."""

    request_id = Text(100, required=True)
    status = one_of(*REPORTS, required=True)
    document_sha256 = fields.String(required=True, validate=SHA256)
    signed = fields.List(
        fields.Nested(SignedShape), load_default=list, validate=validate.Length(max=10)
    )
    evidence = fields.String(load_default="", validate=validate.Length(max=LONGEST_EVIDENCE))


class ReportTakenShape(Shape):
    request_id = fields.String(attribute="id")
    state = one_of(*STATES)


SignatureRequestPage = page_of(SignatureRequestShape)
