"""Who may knock at which door: every route is tried without, with a bad and with a poor token."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client

from shared.auth import DOOR
from tests.e2e.inprocess import Loaded
from tests.e2e.problems import problem
from tests.stack import NAMES

Claims = dict[str, Any]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Forge:
    """Makes tokens that are almost right."""

    def __init__(self, product: Loaded) -> None:
        stack = product.stack
        genuine = stack.token(product.clients["tempus-serva"])
        self.header = jwt.get_unverified_header(genuine)
        self.claims: Claims = jwt.decode(genuine, options={"verify_signature": False})
        deps = stack.apps["identity"].extensions["art28.deps"]
        self._key = deps.keys.current(stack.now)
        self.public = self._key.private.public_key()

    def signed(self, **changes: Any) -> str:
        """With identity's own key; a claim set to None is left out."""
        claims = {k: v for k, v in {**self.claims, **changes}.items() if v is not None}
        return str(self._key.sign(claims))

    def by_another(self) -> str:
        other = Ed25519PrivateKey.generate()
        return jwt.encode(self.claims, other, "EdDSA", headers={"kid": self.header["kid"]})

    def unsigned(self) -> str:
        return jwt.encode(self.claims, "", "none", headers={"kid": self.header["kid"]})

    def hmac_with_the_public_key(self) -> str:
        """The classic switch: the public key's text taken for a shared secret."""
        import hashlib
        import hmac

        head = {"alg": "HS256", "typ": "JWT", "kid": self.header["kid"]}
        text = b".".join(_part(json.dumps(each).encode()) for each in (head, self.claims))
        secret = self.public.public_bytes_raw()
        return (text + b"." + _part(hmac.digest(secret, text, hashlib.sha256))).decode()

    def with_a_key_of_its_own(self) -> str:
        """A header that brings the key to check it with (`jwk`, RFC 7515 4.1.3)."""
        other = Ed25519PrivateKey.generate()
        x = _part(other.public_key().public_bytes_raw()).decode()
        head = {"kid": self.header["kid"], "jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}}
        return jwt.encode(self.claims, other, "EdDSA", headers=head)

    def with_scope_added(self) -> str:
        head, _, signature = self.signed().split(".")
        claims = {**self.claims, "scope": self.claims["scope"] + " platform:admin"}
        return f"{head}.{_part(json.dumps(claims).encode()).decode()}.{signature}"


def _part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@pytest.fixture(scope="module")
def forge(product: Loaded) -> Forge:
    return Forge(product)


BAD: dict[str, tuple[Callable[[Forge], str], str]] = {
    "expired": (lambda f: f.signed(exp=f.claims["iat"] - 60), "token-expired"),
    "from the future": (lambda f: f.signed(iat=f.claims["iat"] + 3600), "token-invalid"),
    "of another issuer": (lambda f: f.signed(iss="https://evil.example"), "token-invalid"),
    "for another audience": (lambda f: f.signed(aud="art29"), "token-invalid"),
    "without audience": (lambda f: f.signed(aud=None), "token-invalid"),
    "without end": (lambda f: f.signed(exp=None), "token-invalid"),
    "without organisation": (lambda f: f.signed(org=None), "token-invalid"),
    "ending in text": (lambda f: f.signed(exp="tomorrow"), "token-invalid"),
    "unsigned": (Forge.unsigned, "token-invalid"),
    "signed by hmac": (Forge.hmac_with_the_public_key, "token-invalid"),
    "signed by another": (Forge.by_another, "token-invalid"),
    "bringing its key": (Forge.with_a_key_of_its_own, "token-invalid"),
    "with a scope added": (Forge.with_scope_added, "token-invalid"),
    "no token at all": (lambda f: "abc", "token-invalid"),
    "three dots": (lambda f: "...", "token-invalid"),
    "very long": (lambda f: "a." * 30_000, "token-invalid"),
}

READS = {
    "identity": "/identity/v1/organisations",
    "agreements": "/agreements/v1/agreements",
    "registry": "/registry/v1/processors/tempus-serva/changes",
    "notices": "/notices/v1/reachability",
    "portal": "/portal/v1/me",
}


@pytest.mark.parametrize("service", READS)
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_opens_nothing(product: Loaded, forge: Forge, service: str, kind: str) -> None:
    make, code = BAD[kind]
    headers = {"Authorization": f"Bearer {make(forge)}"}
    answer = product.stack.ask(None, "GET", READS[service], headers=headers)

    assert answer.status_code == 401, answer.text
    assert problem(401, answer.headers, answer.data)["code"] == code
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_genuine_token_is_good(product: Loaded, forge: Forge) -> None:
    headers = {"Authorization": f"Bearer {forge.signed()}"}

    assert product.stack.ask(None, "GET", READS["registry"], headers=headers).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token abc", "bearer"])
def test_no_token_opens_nothing(product: Loaded, header: str) -> None:
    answer = product.stack.ask(None, "GET", READS["portal"], headers={"Authorization": header})

    assert problem(401, answer.headers, answer.data)["code"] == "unauthenticated"


def routes(app: Flask) -> Iterator[tuple[str, Rule, str]]:
    """Every method and rule of an app with its door."""
    for rule in app.url_map.iter_rules():
        door = getattr(app.view_functions[rule.endpoint], DOOR, "")
        for method in sorted((rule.methods or set()) & set(METHODS)):
            yield method, rule, door


def filled(rule: Rule) -> str:
    """An address that matches the rule."""
    _, path = rule.build(dict.fromkeys(rule.arguments, "x")) or ("", "")
    return path


@pytest.mark.parametrize("service", NAMES)
def test_every_route_names_its_door(product: Loaded, service: str) -> None:
    app = product.stack.apps[service]
    nameless = [f"{method} {rule.rule}" for method, rule, door in routes(app) if not door]

    # Files of the page's own looks are Flask's to serve.
    assert [each for each in nameless if each != "GET /static/<path:filename>"] == []


@pytest.mark.parametrize("service", READS)
def test_every_guarded_route_refuses_who_brings_no_token_or_no_scope(
    product: Loaded, forge: Forge, service: str
) -> None:
    app = product.stack.apps[service]
    poor = {"Authorization": f"Bearer {forge.signed(scope='nothing:much')}"}
    guarded = [(method, filled(rule)) for method, rule, door in routes(app) if door != "public"]

    assert len(guarded) > 8
    for method, path in guarded:
        for headers, status, code in (({}, 401, "unauthenticated"), (poor, 403, "scope-missing")):
            answer = Client(app).open(path, method=method, headers=headers)
            assert answer.status_code == status, (method, path, answer.text)
            assert problem(status, answer.headers, answer.data)["code"] == code


def test_only_these_routes_are_public(product: Loaded) -> None:
    doors = {
        f"{method} /{service}{rule.rule}"
        for service in READS
        for method, rule, door in routes(product.stack.apps[service])
        if door == "public"
    }
    everywhere = ("/healthz", "/readyz", "/metrics", "/openapi.json")

    assert {each for each in doors if not each.endswith(everywhere)} <= {
        "POST /identity/v1/token",
        # A link in a mail, or a form of our own page, is the proof.
        "POST /identity/v1/sign-in",
        "POST /identity/v1/sign-in/<token>",
        "POST /identity/v1/invitations/<token>",
        "GET /identity/sign-in",
        "POST /identity/sign-in",
        "GET /identity/sign-in/<token>",
        "POST /identity/sign-in/<token>",
        "GET /identity/invitation/<token>",
        "POST /identity/invitation/<token>",
        # That a mailbox receives is proved by whoever reads it.
        "GET /identity/notice-address/<token>",
        "GET /identity/seals",
        "GET /identity/seals/certificates.pem",
        "POST /identity/notice-address/<token>",
        "POST /identity/sign-out",
        "POST /identity/sign-out/everywhere",
        # A passkey, or the answer of an organisation's sign-in, is the proof.
        "GET /identity/sign-in/passkeys",
        "POST /identity/sign-in/passkeys",
        "GET /identity/sign-in/passkeys.js",
        "POST /identity/sign-in/passkeys/<passkey_id>/remove",
        "POST /identity/sign-in/passkeys/options",
        "POST /identity/sign-in/passkey",
        "POST /identity/sign-in/passkey/options",
        "GET /identity/v1/organisations/<org_id>/oidc/callback",
        "GET /identity/v1/organisations/<org_id>/oidc/start",
        "POST /identity/v1/passkeys/sign-in",
        "POST /identity/v1/passkeys/sign-in/options",
        "GET /identity/.well-known/jwks.json",
        "GET /identity/.well-known/oauth-authorization-server",
        "GET /identity/.well-known/oauth-authorization-server/identity",
        "GET /identity/v1/seal-certificates",
        "GET /registry/v1/processors",
        "GET /registry/v1/processors/<slug>",
        "GET /registry/v1/processors/<slug>/ledger",
        "GET /registry/v1/processors/<slug>/logo",
        "GET /registry/v1/hosts/<host>",
        "GET /registry/v1/processors/<slug>/checkpoints",
        "GET /registry/v1/checkpoint-keys",
        "GET /registry/v1/pending-law",
        # A link in a mail, and reports of a mail provider, carry proofs of their own.
        "GET /notices/v1/acknowledge/<token>",
        "POST /notices/v1/acknowledge/<token>",
        "GET /portal/respond/<token>",
        "POST /portal/respond/<token>",
        "GET /portal/sign/<token>",
        "GET /portal/sign/<token>/changes.<kind>",
        "GET /portal/sign/<token>/document.<kind>",
        "POST /portal/sign/<token>",
        "GET /portal/sign/<token>/paper.pdf",
        "POST /portal/sign/<token>/paper",
        # A calendar cannot sign in: its address carries a secret that opens nothing else.
        "GET /portal/v1/deadlines.ics",
        "GET /portal/approve/<org_id>/<slug>/<change_id>",
        "POST /portal/approve/<org_id>/<slug>/<change_id>",
        # How webhooks are sent is for everybody who builds a receiver.
        "GET /notices/v1/sending-rules",
        "POST /notices/v1/bounces",
        # Its report is signed with the secret of the vendor's provider.
        "POST /agreements/v1/signature-reports/<signature_request_id>",
        "POST /notices/v1/bounces/report",
    }


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "password"}, 400),
        ({"grant_type": "client_credentials", "colour": "blue"}, 401),
        ({"grant_type": "client_credentials"}, 401),
        ({"grant_type": "client_credentials", "client_id": "cli_x", "client_secret": "y"}, 401),
        ({"grant_type": "client_credentials", "client_id": "cli_service_registry",
          "client_secret": "guess"}, 401),
    ],
)  # fmt: skip
def test_a_token_is_given_for_a_right_secret_only(
    product: Loaded, form: dict[str, str], status: int
) -> None:
    answer = Client(product.stack.wsgi).post("/identity/v1/token", data=form)

    assert answer.status_code == status
    problem(status, answer.headers, answer.data)


def test_a_client_gets_no_scope_it_does_not_hold(product: Loaded) -> None:
    nordbo = product.clients["nordbo"]
    form = {"grant_type": "client_credentials", "scope": "portal:read registry:write",
            "client_id": nordbo["client_id"], "client_secret": nordbo["client_secret"]}  # fmt: skip
    answer = Client(product.stack.wsgi).post("/identity/v1/token", data=form)

    problem(answer.status_code, answer.headers, answer.data)
    assert answer.status_code == 400


def test_nobody_but_a_service_speaks_for_another_organisation(product: Loaded) -> None:
    headers = {"Art28-On-Behalf-Of": product.clients["nordbo"]["org_id"]}
    answer = product.stack.ask(
        product.clients["lillebror"], "GET", "/portal/v1/me", headers=headers
    )

    assert answer.json
    assert answer.json["organisation"]["slug"] == "lillebror"
