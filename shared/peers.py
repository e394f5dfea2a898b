"""Clients of the other services: tokens, transport, and their refusals as our own errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

import requests
import structlog
from requests.adapters import BaseAdapter, HTTPAdapter

from shared.auth import ON_BEHALF_OF
from shared.errors import (
    KINDS,
    DomainError,
    Invalid,
    Malformed,
    Unauthenticated,
    Unavailable,
    registered,
)
from shared.settings import Common
from shared.tokens import PublicKeys, RemovedClients, TokenVerifier, service_secret
from shared.tracing import onward_headers

log = structlog.get_logger()

CONNECT_SECONDS, READ_SECONDS = 2.0, 15.0
RENEW_BEFORE_SECONDS = 60.0


class PeerUnavailable(Unavailable):
    """Another service does not answer at the moment; try again shortly."""

    def __init__(self, peer: str, detail: str) -> None:
        super().__init__(f"The service {peer} {detail}; try again shortly.")
        self.peer = peer


class Tokens(Protocol):
    """Where a client has its access token from."""

    def __call__(self) -> str: ...

    def renewed(self) -> str: ...


class ServiceClient:
    """A thin client of the service ``peer``. What it refuses is raised here as the same error.

    That it is not there is logged here, once, with what was asked; never with a query or a body.
    """

    def __init__(
        self,
        peer: str,
        base_url: str,
        tokens: Tokens | None = None,
        transport: BaseAdapter | None = None,
    ) -> None:
        self._peer, self._base_url, self._tokens = peer, base_url, tokens
        self._session = requests.Session()
        self._session.trust_env = False  # No proxy and no netrc from the environment.
        adapter = transport or HTTPAdapter(pool_connections=4, pool_maxsize=32)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, on_behalf_of: str | None = None
    ) -> Any:
        """The JSON at ``path``. Raises ``PeerUnavailable`` or the error the peer answered with."""
        return self._json("GET", path, params=params, on_behalf_of=on_behalf_of)

    def post(self, path: str, body: Any, on_behalf_of: str | None = None) -> Any:
        """POST ``body`` as JSON; the JSON answered. Raises as ``get`` does."""
        return self._json("POST", path, json=body, on_behalf_of=on_behalf_of)

    def post_form(self, path: str, form: Mapping[str, str], auth: tuple[str, str]) -> Any:
        """POST a form with HTTP Basic credentials; the JSON answered. Raises as ``get`` does."""
        return self._json("POST", path, data=form, auth=auth)

    def _json(self, method: str, path: str, **options: Any) -> Any:
        response = self.send(method, path, **options)
        if response.ok:
            return response.json() if response.content else None
        refused = refusal(response)
        if refused is None:
            raise self._away(method, path, "does not work at the moment", response.status_code)
        raise refused

    def send(
        self,
        method: str,
        path: str,
        *,
        on_behalf_of: str | None = None,
        headers: Mapping[str, str] | None = None,
        bearer: str | None = None,
        **options: Any,
    ) -> requests.Response:
        """The raw answer, whatever its status. ``bearer``: the token of whoever asks, in place of
        this service's own. Raises ``PeerUnavailable`` when there is none."""
        sent = {**onward_headers(), **(headers or {})}
        if on_behalf_of:
            sent[ON_BEHALF_OF] = on_behalf_of
        if bearer is not None:
            return self._send(method, path, {**sent, **_bearer(bearer)}, options)
        if self._tokens is None:
            return self._send(method, path, sent, options)
        answer = self._send(method, path, {**sent, **_bearer(self._tokens())}, options)
        if answer.status_code != Unauthenticated.status:
            return answer
        # A clock that was set, or keys that were changed, end a token before its time.
        return self._send(method, path, {**sent, **_bearer(self._tokens.renewed())}, options)

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], options: Mapping[str, Any]
    ) -> requests.Response:
        try:
            return self._session.request(
                method,
                self._base_url + path,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                **options,
            )
        except requests.exceptions.InvalidHeader as error:
            # Only what a client sent and the portal hands on can be one that HTTP does not have.
            raise Malformed("A header of this request cannot be handed on.") from error
        except requests.RequestException as error:
            cause = type(error).__name__
            raise self._away(method, path, "does not answer", cause=cause) from error

    def _away(
        self, method: str, path: str, detail: str, status: int | None = None, cause: str = ""
    ) -> PeerUnavailable:
        log.warning(
            "peer.unavailable",
            peer=self._peer,
            method=method,
            url=self._base_url + path,
            status=status,
            cause=cause or "its answer",
        )
        return PeerUnavailable(self._peer, detail)


def every_item(
    get: Callable[[str, dict[str, Any]], Any],
    path: str,
    params: Mapping[str, Any],
    cursor: str = "cursor",
) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages at ``path``; ``cursor``: what takes ``next_cursor``."""
    asked = dict(params)
    while True:
        page = get(path, asked)
        yield from page["items"]
        if not page.get("next_cursor"):
            return
        asked = {**asked, cursor: page["next_cursor"]}


class ServiceTokens:
    """The access token of a service, asked of `identity` anew shortly before it ends."""

    def __init__(self, identity: ServiceClient, client_id: str, secret: str) -> None:
        self._identity, self._auth = identity, (client_id, secret)
        self._token, self._good_until = "", 0.0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """The token of this service, as long as it has time left; else a new one."""
        if time.monotonic() >= self._good_until:
            with self._lock:
                if time.monotonic() >= self._good_until:
                    self._renew()
        return self._token

    def renewed(self) -> str:
        """A new token, whatever time the old one had left."""
        with self._lock:
            self._renew()
        return self._token

    def _renew(self) -> None:
        form = {"grant_type": "client_credentials"}
        answer = self._identity.post_form("/v1/token", form, self._auth)
        self._token = answer["access_token"]
        life = max(answer["expires_in"] - RENEW_BEFORE_SECONDS, answer["expires_in"] / 2)
        self._good_until = time.monotonic() + timedelta(seconds=life).total_seconds()


class Peers:
    """The other services, as one service sees them."""

    def __init__(self, me: str, settings: Common, transport: BaseAdapter | None) -> None:
        self._settings, self._transport = settings, transport
        client_id = f"cli_service_{me}"
        identity = ServiceClient("identity", settings.urls["identity"], None, transport)
        self._tokens = ServiceTokens(
            identity, client_id, service_secret(settings.service_key, client_id)
        )
        self._identity = identity

    def client(self, service: str) -> ServiceClient:
        url = self._settings.urls[service]
        return ServiceClient(service, url, self._tokens, self._transport)

    def verifier(self, now: Callable[[], Any]) -> TokenVerifier:
        keys = PublicKeys(lambda: self._identity.get("/.well-known/jwks.json"))
        identity = self.client("identity")
        removed = RemovedClients(
            lambda since: identity.get("/v1/removed-clients", {"since": since} if since else {})
        )
        return TokenVerifier(keys, self._settings.issuer, self._settings.audience, now, removed)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refusal(response: requests.Response) -> DomainError | None:
    """The error another service answered with, as the class that stands for its code.

    None if the answer is about that service and not about what was asked of it.
    """
    try:
        problem = response.json()
        code, detail = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return None
    if response.status_code >= 500 or response.status_code == 401:
        return None
    kind = registered(code, response.status_code) or KINDS.get(response.status_code, DomainError)
    more = {"errors": problem.get("errors", ())} if issubclass(kind, Invalid) else {}
    error = kind(detail, context=problem.get("context"), **more)
    error.code = code  # type: ignore[misc]  # A code may be known to the other service alone.
    return error
