"""Shapes of mails to persons."""

from __future__ import annotations

from marshmallow import fields

from services.notices.events import WITH_LINKS
from shared.schemas import Email, Flag, Instant, Line, Shape, Text, one_of


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
