"""Where the mail provider tells of mails that came back.

The door is a secret of our own (``ART28_BOUNCE_SECRET``), as a bearer token or as the password of
HTTP Basic, for providers cannot fetch access tokens. Without the setting there is no door.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import request
from marshmallow import fields, validate

from services.notices.api.context import deps
from services.notices.channels.email.dsn import Report, mail_id_in, reports
from services.notices.use_cases import bounces
from shared.auth import public
from shared.bodies import accepts
from shared.errors import NotFound, Unauthenticated
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.schemas import Shape, Text, one_of

blp = Blueprint("bounces", __name__, url_prefix="/v1", description="Mails that came back")

RFC822 = "message/rfc822"
View = TypeVar("View", bound=Callable[..., Any])


class BounceShape(Shape):
    """``message_id``: the Message-ID of the mail; without it the newest mail to the recipient."""

    recipient = Text(254, required=True)
    message_id = Text(500, load_default="", shortest=0)
    action = one_of("failed", "delayed", "delivered", "relayed", "expanded", load_default="failed")
    status = fields.String(
        load_default="5.0.0", validate=validate.Regexp(r"^[245]\.\d{1,3}\.\d{1,3}\Z")
    )
    diagnostic = Text(500, load_default="", shortest=0)


class BounceList(Shape):
    bounces = fields.List(
        fields.Nested(BounceShape), required=True, validate=validate.Length(1, 100)
    )


class BouncesTaken(Shape):
    bounced = fields.Integer()


def _behind_the_secret(view: View) -> View:
    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _check_secret()
        return view(*args, **kwargs)

    return cast("View", guarded)


def _check_secret() -> None:
    secret = deps().settings.mail.bounce_secret
    if not secret:
        raise NotFound("This Art28 takes no reports of bounces here.")
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    basic = request.authorization
    told = (basic.password or "") if basic and basic.type == "basic" else token
    if kind.lower() not in ("bearer", "basic") or not hmac.compare_digest(
        told.encode(), secret.encode()
    ):
        raise Unauthenticated("Send the secret of ART28_BOUNCE_SECRET.")


@blp.route("/bounces", methods=["POST"])
@public()
@in_steps
@_behind_the_secret
@blp.arguments(BounceList)
@blp.response(200, BouncesTaken)
@blp.alt_response(401, "UNAUTHORIZED")
@blp.alt_response(404, "NOT_FOUND")
def receive(body: dict[str, Any]) -> object:
    """Mails that came back, as JSON."""
    told = [
        Report(
            each["recipient"], each["action"], each["status"], each["diagnostic"],
            mail_id_in(each["message_id"]),
        )
        for each in body["bounces"]
    ]  # fmt: skip
    return {"bounced": bounces.receive(deps(), told, by_address=True)}


@blp.route("/bounces/report", methods=["POST"])
@public()
@accepts(RFC822)
@in_steps
@_behind_the_secret
@blp.response(200, BouncesTaken)
@blp.alt_response(401, "UNAUTHORIZED")
@blp.alt_response(404, "NOT_FOUND")
def receive_report() -> object:
    """A delivery status notification (RFC 3464) as it came, ``message/rfc822``."""
    return {"bounced": bounces.receive(deps(), reports(request.get_data()), by_address=True)}
