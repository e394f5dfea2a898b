"""Who asks for a token, and for what, as RFC 6749 and RFC 8693 let one say it: each thing once."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from services.identity.model.clients import ClientUnknown, GrantUnsupported, TokenRequestInvalid

NAMES = (
    "grant_type",
    "scope",
    "client_id",
    "client_secret",
    "subject_token",
    "subject_token_type",
    "organisation",
)
CLIENT = ("client_id", "client_secret")
CLIENT_CREDENTIALS = "client_credentials"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
# What is exchanged: a session of a person.
SESSION = "urn:art28:token-type:session"
MOST_PARAMETERS = 50


@dataclass(frozen=True)
class TokenRequest:
    client_id: str
    secret: str
    scope: str | None


@dataclass(frozen=True)
class Exchange:
    """A person's session for an access token. ``organisation``: for which of the person's."""

    session_token: str = field(repr=False)
    organisation: str | None
    scope: str | None


def read(body: bytes, query: Container[str], authorization: str | None) -> TokenRequest | Exchange:
    """The request of RFC 6749 §4.4.2 or RFC 8693 §2.1; what these do not name is ignored, an empty
    value is none (§3.2).

    ``query``: the names in the query, where credentials must not be. ``authorization``: the
    header of that name. Raises ``TokenRequestInvalid``, ``GrantUnsupported``, ``ClientUnknown``.
    """
    named = [name for name in NAMES if name in query]
    if named:
        raise TokenRequestInvalid(f"Send {' and '.join(named)} in the body, not in the address.")
    form = _form(body)
    if authorization is not None and any(name in form for name in CLIENT):
        raise TokenRequestInvalid("Name the client once: in the header or in the body.")
    _check_grant(form.get("grant_type"))
    if form["grant_type"] == EXCHANGE:
        return _exchange(form)
    client = _basic(authorization) if authorization is not None else map(form.get, CLIENT)
    client_id, secret = client
    return TokenRequest(client_id or "", secret or "", form.get("scope"))


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise TokenRequestInvalid("The body is no form of UTF-8 text.") from error
    twice = sorted(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    if twice:
        raise TokenRequestInvalid(f"Send each parameter once: {', '.join(twice)}.")
    return {name: value for name, value in pairs if name in NAMES and value}


def _check_grant(kind: str | None) -> None:
    if kind is None:
        raise TokenRequestInvalid("Send grant_type=client_credentials.")
    if kind not in (CLIENT_CREDENTIALS, EXCHANGE):
        raise GrantUnsupported


def _exchange(form: Mapping[str, str]) -> Exchange:
    token, kind = form.get("subject_token"), form.get("subject_token_type")
    if not token or kind != SESSION:
        raise TokenRequestInvalid(f"Send subject_token, and subject_token_type={SESSION}.")
    return Exchange(token, form.get("organisation"), form.get("scope"))


def _basic(header: str) -> tuple[str, str]:
    """Id and secret by HTTP Basic, each form-encoded (§2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        client_id, colon, secret = (unquote_plus(part, errors="strict")
                                    for part in pair.partition(":"))  # fmt: skip
    except (binascii.Error, ValueError) as error:
        raise ClientUnknown from error
    if scheme.lower() != "basic" or not colon:
        raise ClientUnknown("Name the client by HTTP Basic or in the body.")
    return client_id, secret
