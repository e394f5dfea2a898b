"""Clients of the other services: tokens, transport, and their refusals as our own errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from shared.auth import ON_BEHALF_OF
from shared.errors import DomainError, Invalid, Malformed, Unauthenticated, Unavailable
from shared.problems import HTTP_KINDS
from shared.settings import Common
from shared.tokens import PublicKeys, TokenVerifier, service_secret
from shared.tracing import onward_headers

CONNECT_SECONDS, READ_SECONDS = 2.0, 15.0
RENEW_BEFORE_SECONDS = 60.0


class Tokens(Protocol):
    """Where a client has its access token from."""

    def __call__(self) -> str: ...

    def renewed(self) -> str: ...


class ServiceClient:
    """A thin client of one service. What the other refuses is raised here as the same error."""

    def __init__(
        self, base_url: str, tokens: Tokens | None = None, transport: BaseAdapter | None = None
    ) -> None:
        self._base_url, self._tokens = base_url, tokens
        self._session = requests.Session()
        self._session.trust_env = False  # No proxy and no netrc from the environment.
        adapter = transport or HTTPAdapter(pool_connections=4, pool_maxsize=32)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, on_behalf_of: str | None = None
    ) -> Any:
        """The JSON at ``path``. Raises ``Unavailable`` or the error the other answered with."""
        return _json(self.send("GET", path, params=params, on_behalf_of=on_behalf_of))

    def post(self, path: str, body: Any, on_behalf_of: str | None = None) -> Any:
        """POST ``body`` as JSON; the JSON answered. Raises as ``get`` does."""
        return _json(self.send("POST", path, json=body, on_behalf_of=on_behalf_of))

    def send(
        self,
        method: str,
        path: str,
        *,
        on_behalf_of: str | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        """The raw answer, whatever its status. Raises ``Unavailable`` when there is none."""
        sent = {**onward_headers(), **(headers or {})}
        if on_behalf_of:
            sent[ON_BEHALF_OF] = on_behalf_of
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
            raise Unavailable("Another part of Art28 does not answer; try again.") from error


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
        answer = _json(self._identity.send("POST", "/v1/token", data=form, auth=self._auth))
        self._token = answer["access_token"]
        life = max(answer["expires_in"] - RENEW_BEFORE_SECONDS, answer["expires_in"] / 2)
        self._good_until = time.monotonic() + timedelta(seconds=life).total_seconds()


class Peers:
    """The other services, as one service sees them."""

    def __init__(self, me: str, settings: Common, transport: BaseAdapter | None) -> None:
        self._settings, self._transport = settings, transport
        client_id = f"cli_service_{me}"
        identity = ServiceClient(settings.urls["identity"], None, transport)
        self._tokens = ServiceTokens(
            identity, client_id, service_secret(settings.service_key, client_id)
        )
        self._identity = identity

    def client(self, service: str) -> ServiceClient:
        return ServiceClient(self._settings.urls[service], self._tokens, self._transport)

    def verifier(self, now: Callable[[], Any]) -> TokenVerifier:
        keys = PublicKeys(lambda: self._identity.get("/.well-known/jwks.json"))
        return TokenVerifier(keys, self._settings.issuer, self._settings.audience, now)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _json(response: requests.Response) -> Any:
    if response.ok:
        return response.json() if response.content else None
    raise refusal(response)


def refusal(response: requests.Response) -> DomainError:
    """The error another service answered with, as the class that stands for its code."""
    try:
        told = response.json()
        code, detail = str(told["code"]), str(told["detail"])
    except (ValueError, KeyError, TypeError):
        return Unavailable(f"Another part of Art28 answered with status {response.status_code}.")
    if response.status_code >= 500 or response.status_code == 401:
        return Unavailable("Another part of Art28 does not work at the moment; try again.")
    kind = _kind(code, response.status_code)
    if issubclass(kind, Invalid):
        return kind(detail, errors=told.get("errors", ()), context=told.get("context"))
    return kind(detail, context=told.get("context"))


def _kind(code: str, status: int) -> type[DomainError]:
    waiting = [DomainError]
    while waiting:
        kind = waiting.pop()
        if kind.code == code and kind.status == status:
            return kind
        waiting.extend(kind.__subclasses__())
    parent = HTTP_KINDS.get(status, DomainError)
    return type("Refused", (parent,), {"code": code, "__doc__": parent.__doc__})
