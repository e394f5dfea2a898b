"""Persons and sessions, as asked for and answered."""

from __future__ import annotations

from marshmallow import fields, validate

from services.identity.model.roles import ROLES
from shared.schemas import Email, Flag, Instant, Language, Line, PageArgs, Shape, one_of, page_of

SOME = validate.Length(min=1, max=len(ROLES))


class OfOrganisation(Shape):
    """``organisation``: for the platform, which one; else the caller's own."""

    organisation = fields.String(load_default=None)


class PeopleQuery(OfOrganisation, PageArgs):
    pass


class NewPerson(OfOrganisation):
    email = Email(required=True)
    name = Line(200, required=True)
    title = Line(200, load_default=None, allow_none=True)
    roles = fields.List(one_of(*ROLES), required=True, validate=SOME)
    locale = Language(load_default="en")


class PersonChange(Shape):
    name = Line(200)
    title = Line(200, allow_none=True)
    roles = fields.List(one_of(*ROLES), validate=SOME)


class PersonShape(Shape):
    """``joined_at``: null until the invitation is accepted; nothing may be done before. ``title``:
    what the person does in the organisation, as notices and evidence name who approved."""

    id = fields.String()
    org_id = fields.String()
    email = fields.String()
    name = fields.String()
    title = fields.String(allow_none=True)
    locale = fields.String()
    roles = fields.List(fields.String())
    invited_at = Instant()
    invited_by = fields.String()
    joined_at = Instant(allow_none=True)


PersonPage = page_of(PersonShape)


class SignInAsked(Shape):
    email = Email(required=True)


class LinkComing(Shape):
    """The same whether or not there is such a person. ``link_minutes``: how long the link works."""

    link_minutes = fields.Integer()


class SessionShape(Shape):
    """``address``, ``user_agent``: shortened. ``amr``: how the person signed in (RFC 8176)."""

    id = fields.String()
    amr = fields.List(fields.String())
    created_at = Instant()
    last_seen = Instant()
    expires_at = Instant()
    address = fields.String()
    user_agent = fields.String()


class OwnSession(SessionShape):
    """``current``: whether the token of this request came of it."""

    current = Flag()


class OwnSessions(Shape):
    items = fields.List(fields.Nested(OwnSession))


class SignedInAs(Shape):
    id = fields.String()
    name = fields.String()
    email = fields.String()
    locale = fields.String()


class PlaceToAct(Shape):
    """An organisation of the person, to be named at the token exchange."""

    org_id = fields.String()
    roles = fields.List(fields.String())


class SessionOpened(Shape):
    """``session_token``: shown this once; exchange it at ``/identity/v1/token`` (RFC 8693)."""

    session_token = fields.String()
    session = fields.Nested(SessionShape)
    person = fields.Nested(SignedInAs)
    organisations = fields.List(fields.Nested(PlaceToAct))
