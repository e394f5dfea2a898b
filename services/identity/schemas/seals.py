"""Seals of documents, as services ask for them and as anybody checks them."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.schemas import Instant, Shape, Text


class SealAsked(Shape):
    """``sha256``: of the bytes to be sealed, in hexadecimal."""

    sha256 = Text(64, required=True, validate=validate.Regexp("^[0-9a-f]{64}$"))


class SealMade(Shape):
    """``signature``: CMS (RFC 5652), DER in base64."""

    signature = fields.String()


class SealCertificateShape(Shape):
    """``sha256``: the fingerprint that programs show; ``pem``: the certificate itself."""

    subject = fields.String()
    issuer = fields.String()
    sha256 = fields.String()
    valid_from = Instant()
    valid_to = Instant()
    pem = fields.String()


class SealCertificates(Shape):
    """The one that seals today comes first."""

    items = fields.List(fields.Nested(SealCertificateShape))
