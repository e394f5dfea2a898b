"""Passkeys, as asked for and answered. ``options`` and ``answer`` are those of WebAuthn in JSON."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Flag, Instant, Line, Shape, page_of


class PasskeyOptions(Shape):
    """``options``: for ``PublicKeyCredential.parseCreationOptionsFromJSON``."""

    options = fields.Dict()


class NewPasskey(Shape):
    """``answer``: what the new credential's ``toJSON()`` gives."""

    name = Line(100, required=True)
    answer = fields.Dict(required=True)


class PasskeyName(Shape):
    name = Line(100, required=True)


class PasskeyShape(Shape):
    """``synced``: whether its authenticator keeps copies of it elsewhere. ``copied_at``: when it
    answered as only a copy does; from then on it signs nobody in."""

    id = fields.String()
    name = fields.String()
    synced = Flag()
    created_at = Instant()
    used_at = Instant(allow_none=True)
    copied_at = Instant(allow_none=True)


class SignInOptions(Shape):
    """``attempt``: to be sent back with the answer; nobody else may know it."""

    options = fields.Dict()
    attempt = fields.String()


class SignInAnswer(Shape):
    """``answer``: what the credential's ``toJSON()`` gives."""

    attempt = Line(200, required=True)
    answer = fields.Dict(required=True)


PasskeyPage = page_of(PasskeyShape)
