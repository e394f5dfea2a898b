"""What a sign-in provider says of itself: OpenID Connect Discovery 1.0, and its keys (RFC 7517)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from services.identity.model.providers import ProviderUnreachable, ProviderUnusable
from shared.egress import EgressError
from shared.errors import DomainError
from shared.fetching import Fetcher, FetchFailed
from shared.strict_json import parse_json

if TYPE_CHECKING:
    from joserfc.jwk import Key

WELL_KNOWN = "/.well-known/openid-configuration"
# Signatures that only the provider can make. Never `none`, never one with a shared secret (HS256):
# a forger could take the public key for it.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
KEY_TYPES = ("RSA", "EC", "OKP")
METADATA_KEPT, KEYS_KEPT = timedelta(hours=1), timedelta(minutes=15)
# A token with an unknown key makes the keys be read again, but not more often than this.
KEYS_AT_LEAST = timedelta(minutes=1)
MOST_KEPT = 1_000
T = TypeVar("T")


@dataclass(frozen=True)
class Metadata:
    """``basic``: whether the client's secret goes by HTTP Basic, else in the form.
    ``names_issuer``: whether its answers name it (RFC 9207), so that none may lack it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    basic: bool
    names_issuer: bool


def read_metadata(issuer: str, document: object, check_url: Callable[[str], object]) -> Metadata:
    """``check_url`` raises ``EgressError`` for an address that may not be dialled.

    Raises ``ProviderUnusable`` with what is wrong.
    """
    if not isinstance(document, Mapping):
        raise unusable("/issuer", "The provider's document is no JSON object.")
    if document.get("issuer") != issuer:
        raise unusable("/issuer", f"The provider calls itself {_shown(document.get('issuer'))}.")
    for member in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _check_endpoint(document, member, check_url)
    if document.get("userinfo_endpoint") is not None:
        _check_endpoint(document, "userinfo_endpoint", check_url)
    return Metadata(
        issuer=issuer,
        authorization_endpoint=document["authorization_endpoint"],
        token_endpoint=document["token_endpoint"],
        jwks_uri=document["jwks_uri"],
        userinfo_endpoint=document.get("userinfo_endpoint"),
        algorithms=_algorithms(document),
        basic="client_secret_basic"
        in _texts(document, "token_endpoint_auth_methods_supported", ["client_secret_basic"]),
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def unusable(pointer: str, detail: str) -> ProviderUnusable:
    problem = {"pointer": pointer, "code": ProviderUnusable.code, "detail": detail}
    return ProviderUnusable(detail, errors=[problem])


@dataclass
class _Kept(Generic[T]):
    """What was read at an instant."""

    value: T
    at: datetime


@dataclass(frozen=True)
class Discovery:
    """Reads documents of providers and keeps them a while, for all threads of the process."""

    fetcher: Fetcher
    _metadata: dict[str, _Kept[Metadata]] = field(default_factory=dict)
    _keys: dict[str, _Kept[tuple[Key, ...]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def metadata(self, issuer: str, now: datetime, *, fresh: bool = False) -> Metadata:
        """``fresh``: not as kept. Raises ``ProviderUnreachable`` or ``ProviderUnusable``."""
        kept = self._metadata.get(issuer)
        if kept and not fresh and now - kept.at < METADATA_KEPT:
            return kept.value
        document = self.document(issuer.rstrip("/") + WELL_KNOWN)
        metadata = read_metadata(issuer, document, self.fetcher.egress.check_url)
        self._keep(self._metadata, issuer, _Kept(metadata, now))
        return metadata

    def keys(self, metadata: Metadata, key_id: str | None, now: datetime) -> tuple[Key, ...]:
        """The provider's keys; read again when they are old, or lack ``key_id``."""
        kept = self._keys.get(metadata.jwks_uri)
        if kept is not None:
            age, lacks = now - kept.at, key_id not in {key.kid for key in kept.value}
            if age < (KEYS_AT_LEAST if lacks else KEYS_KEPT):
                return kept.value
        keys = usable_keys(self.document(metadata.jwks_uri))
        self._keep(self._keys, metadata.jwks_uri, _Kept(keys, now))
        return keys

    def document(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON behind ``url``. Raises ``ProviderUnreachable``."""
        try:
            answer = self.fetcher.fetch(
                url, headers={"accept": "application/json", **(headers or {})}
            )
        except FetchFailed as error:
            raise ProviderUnreachable(f"The provider does not answer: {error}.") from error
        if answer.status != 200:
            raise ProviderUnreachable(f"The provider answered {answer.status}.")
        try:
            return parse_json(answer.body)
        except DomainError as error:
            raise ProviderUnreachable("The provider answers something that is no JSON.") from error

    def _keep(self, cache: dict[str, _Kept[Any]], name: str, kept: _Kept[Any]) -> None:
        with self._lock:
            if len(cache) >= MOST_KEPT:
                cache.clear()
            cache[name] = kept


def usable_keys(document: object) -> tuple[Key, ...]:
    """The public keys of a set that may sign; others are passed over."""
    members = document.get("keys") if isinstance(document, Mapping) else None
    return tuple(
        key
        for member in (members if isinstance(members, list) else [])
        if (key := _key(member)) is not None
    )


def _key(member: object) -> Key | None:
    from joserfc.jwk import KeySet

    if not isinstance(member, dict) or member.get("kty") not in KEY_TYPES:
        return None
    if member.get("use", "sig") != "sig":
        return None
    try:
        return KeySet.import_key_set({"keys": [member]}).keys[0]
    except Exception:  # noqa: BLE001  A key that cannot be read signs nothing; others may.
        return None


def _check_endpoint(
    document: Mapping[str, Any], member: str, check_url: Callable[[str], object]
) -> None:
    value = document.get(member)
    try:
        if not isinstance(value, str):
            raise unusable("/issuer", f"The provider names no {member}.")
        check_url(value)
    except EgressError as error:
        raise unusable("/issuer", f"The provider's {member} cannot be used: {error}.") from error


def _algorithms(document: Mapping[str, Any]) -> tuple[str, ...]:
    named = _texts(document, "id_token_signing_alg_values_supported", ["RS256"])
    usable = tuple(name for name in ALGORITHMS if name in named)
    if not usable:
        raise unusable("/issuer", "The provider signs with no algorithm of those that are safe.")
    return usable


def _texts(document: Mapping[str, Any], member: str, default: list[str]) -> list[str]:
    value = document.get(member)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else default


def _shown(value: object) -> str:
    return value[:200] if isinstance(value, str) and value.isprintable() else "nothing readable"
