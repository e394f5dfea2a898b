"""The two requests of the authorization code flow: RFC 6749 §4.1, PKCE (RFC 7636); by Authlib."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import BaseAdapter

from services.identity.model.providers import ProviderRefused, ProviderUnreachable
from services.identity.proofs.discovery import Metadata
from shared.fetching import Fetcher, FetchFailed

SCOPE = "openid email profile"
# What Authlib says in headers; its user agent and encodings are the fetcher's matter.
PASSED_ON = ("authorization", "content-type", "accept")


@dataclass(frozen=True)
class Registration:
    """What the provider knows this installation as. ``secret``: None for a public client."""

    client_id: str
    secret: str | None
    redirect_uri: str


def authorization_url(
    metadata: Metadata, registration: Registration, state: str, nonce: str, verifier: str
) -> str:
    """Where the browser goes to sign in, with PKCE by S256."""
    from authlib.integrations.requests_client import OAuth2Session

    session = OAuth2Session(
        registration.client_id,
        redirect_uri=registration.redirect_uri,
        scope=SCOPE,
        code_challenge_method="S256",
    )
    url, _ = session.create_authorization_url(
        metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
    )
    return str(url)


def tokens_for_code(
    fetcher: Fetcher, metadata: Metadata, registration: Registration, code: str, verifier: str
) -> Mapping[str, Any]:
    """What the token endpoint answers. Raises ``ProviderRefused`` or ``ProviderUnreachable``."""
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.requests_client import OAuth2Session

    session = OAuth2Session(
        registration.client_id,
        registration.secret,
        token_endpoint_auth_method=_method(metadata, registration),
        redirect_uri=registration.redirect_uri,
    )
    # Neither a proxy nor a .netrc of this machine has a say.
    session.trust_env = False
    # Whoever is asked for tokens gives them: code and secret go nowhere else.
    session.max_redirects = 0
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Judged(fetcher))
    try:
        answer = session.fetch_token(metadata.token_endpoint, code=code, code_verifier=verifier)
    except FetchFailed as error:
        raise ProviderUnreachable(f"The provider does not answer: {error}.") from error
    except (OAuthError, requests.RequestException, ValueError) as error:
        raise ProviderRefused from error
    return dict(answer)


def _method(metadata: Metadata, registration: Registration) -> str:
    if registration.secret is None:
        return "none"
    return "client_secret_basic" if metadata.basic else "client_secret_post"


class _Judged(BaseAdapter):
    """Carries requests of Authlib by the fetcher, so that the rules of egress hold for them."""

    def __init__(self, fetcher: Fetcher) -> None:
        super().__init__()
        self._fetcher = fetcher

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        headers = {
            name: value for name, value in request.headers.items() if name.lower() in PASSED_ON
        }
        body = request.body or b""
        form = body.encode() if isinstance(body, str) else body
        fetched = self._fetcher.fetch(request.url or "", headers=headers, body=form)
        response = requests.Response()
        response.status_code, response.request, response.url = (
            fetched.status,
            request,
            request.url or "",
        )
        response.headers.update(fetched.headers)
        response._content = fetched.body  # noqa: SLF001  requests has no other way in.
        return response

    def close(self) -> None:
        """Nothing is kept open."""
