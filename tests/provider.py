"""A sign-in provider on loopback that keeps the rules, or breaks one as a test wishes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from tests.clock import now

Change = Callable[[dict[str, Any]], None]
RSA = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})


@dataclass
class HostileProvider:
    """``claims``: of the person who signs in. Each ``…_change`` bends one document before it is
    sent; ``raw`` answers a path with bytes instead. ``seen`` keeps what was asked. ``now``: its
    clock."""

    url: str = ""
    client_id: str = "art28"
    secret: str = "client-secret"
    claims: dict[str, Any] = field(default_factory=dict)
    metadata_change: Change = lambda _: None
    claims_change: Change = lambda _: None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: Any = field(default_factory=lambda: RSA)
    published: list[Any] = field(default_factory=lambda: [RSA, EC])
    answer_change: Change = lambda _: None
    userinfo: dict[str, Any] | None = None
    raw: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    redirect_change: Change = lambda _: None
    token: str | None = None
    seen: list[tuple[str, str]] = field(default_factory=list)
    now: Callable[[], datetime] = now
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def sign_in(self, start: str) -> str:
        """What a browser does there, in short: the address it is sent back to."""
        query = dict(parse_qsl(urlsplit(start).query))
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.url}
        self.redirect_change(answer)
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def metadata(self) -> dict[str, Any]:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "none", "HS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.metadata_change(document)
        return document

    def keys(self) -> dict[str, Any]:
        return dict(KeySet([*self.published]).as_dict(private=False))

    def tokens(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        if asked is None or authorization != f"Basic {proof}":
            return 400, {"error": "invalid_grant" if asked is None else "invalid_client"}
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64url(hashed)
        if (challenge, "S256") != (asked.get("code_challenge"), asked.get("code_challenge_method")):
            return 400, {"error": "invalid_grant"}
        answer = {"access_token": "access", "token_type": "Bearer", "expires_in": 60,
                  "id_token": self.token or self.id_token(asked.get("nonce", ""))}  # fmt: skip
        self.answer_change(answer)
        return 200, answer

    def id_token(self, nonce: str) -> str:
        at = int(self.now().timestamp())
        claims = {"iss": self.url, "aud": self.client_id, "iat": at, "exp": at + 60,
                  "nonce": nonce, **self.claims}  # fmt: skip
        self.claims_change(claims)
        return signed(self.header, claims, self.key)


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: Any) -> str:
    """A token by any algorithm, the ones included that nobody may believe: of HS256 ``key`` is the
    secret, of none there is no key."""
    if header["alg"] in ("none", "HS256"):
        parts = [base64url(json.dumps(part).encode()) for part in (dict(header), dict(claims))]
        mac = hmac.digest(key, ".".join(parts).encode(), "sha256") if key else b""
        return ".".join([*parts, base64url(mac)])
    return str(jwt.encode(dict(header), dict(claims), key, algorithms=[header["alg"]]))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_key_as_secret(key: RSAKey) -> bytes:
    """What a forger signs with who hopes that the public key is taken for a shared secret."""
    return bytes(key.as_pem(private=False))


@contextmanager
def running(provider: HostileProvider) -> Iterator[HostileProvider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.url = provider.url or f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(provider: HostileProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            documents: dict[str, Callable[[], object]] = {
                "/.well-known/openid-configuration": provider.metadata,
                "/keys": provider.keys,
                "/userinfo": lambda: provider.userinfo,
            }
            found = documents.get(self.path)
            self._answer(*((200, found()) if found else (404, {})))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = dict(parse_qsl(body))
            self._answer(*provider.tokens(form, self.headers.get("authorization", "")))

        def _answer(self, status: int, document: object) -> None:
            provider.seen.append((self.command, self.path))
            status, body = provider.raw.get(self.path, (status, json.dumps(document).encode()))
            self.send_response(status)
            if status in (301, 302):
                self.send_header("location", body.decode())
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The tests' screen is no log."""

    return Handler
