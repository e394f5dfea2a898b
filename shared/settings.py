"""Settings are read once, at start, into frozen dataclasses; a wrong value stops the start.

Nothing else in the product reads the environment. ``SETTINGS`` names every variable with what it
means; a test compares it with the table in `deploy/guide/settings.md`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar

from environs import Env, EnvError

from shared.egress import Egress

T = TypeVar("T")

SETTINGS: dict[str, str] = {
    "ART28_HOST": "Address the edge listens on (127.0.0.1).",
    "ART28_PORT": "Port of the one origin (8280).",
    "ART28_VAR": "Folder of the embedded profile: database, keys, logs, demo.json (var).",
    "ART28_SAMPLE": "Whether a first start of a local profile loads sample data: yes or no (yes).",
    "ART28_ORIGIN": "The public origin, used in links and as token issuer (http://HOST:PORT).",
    "ART28_MONGO_URL": "MongoDB replica set to use; empty: the embedded mongod.",
    "ART28_MONGOD": "Path of a mongod binary for the embedded profile; empty: looked for.",
    "ART28_DB_PREFIX": "First part of the database names (art28 gives art28_registry, …).",
    "ART28_AUDIENCE": "Audience of access tokens (art28).",
    "ART28_TOKEN_SECONDS": "Life of an access token in seconds (900).",
    "ART28_TOKEN_ALGORITHM": "What signs access tokens: EdDSA, or ES256 for older clients (EdDSA).",
    "ART28_FAILED_TOKENS": "Wrong secrets a minute per client and address until 429; 0: any (30).",
    "ART28_IDENTITY_URL": "Where identity is asked (ORIGIN/identity).",
    "ART28_AGREEMENTS_URL": "Where agreements is asked (ORIGIN/agreements).",
    "ART28_REGISTRY_URL": "Where registry is asked (ORIGIN/registry).",
    "ART28_NOTICES_URL": "Where notices is asked (ORIGIN/notices).",
    "ART28_SERVICE_KEY": "32 random bytes, base64: services prove who they are with it.",
    "ART28_SECRETS_KEY": "32 random bytes, base64: encrypts signing keys and webhook secrets.",
    "ART28_SECRETS_KEY_OLD": "Keys before that one, comma separated: they still open, none seals.",
    "ART28_EGRESS_ALLOW": "Networks that may be dialled besides the public internet (none).",
    "ART28_EGRESS_OWN": "Own public networks and host names, which may not be dialled (none).",
    "ART28_CA_FILE": "Certificates to trust for webhooks, sign-in and signing, PEM (public ones).",
    "ART28_ATTEMPT_SECONDS": "Time limit of one webhook attempt, from name to last byte (15).",
    "ART28_LEASE_SECONDS": "How long a dispatcher owns a claim; over twice the limit above (60).",
    "ART28_IN_FLIGHT": "Webhook attempts one dispatcher keeps going at once (512).",
    "ART28_ENDPOINT_IN_FLIGHT": "Attempts at once at one endpoint, of all dispatchers (8).",
    "ART28_ENDPOINT_RATE": "Attempts a second at one endpoint, of all dispatchers (100).",
    "ART28_ADDRESS_IN_FLIGHT": "Attempts at once at one network address, of one dispatcher (128).",
    "ART28_RETRY_SECONDS": "Seconds before each attempt (0,5,300,1800,7200,18000, … to a day).",
    "ART28_ENDPOINTS_PER_CUSTOMER": "Most webhook endpoints of one customer (20).",
    "ART28_ANSWER_DAYS": "Days that what webhook receivers answered is kept (90).",
    "ART28_RETENTION_DAYS": "Days that messages which are no notice are kept (400).",
    "ART28_EVIDENCE_DAYS": "Days that notices are kept after their agreement ended (1825).",
    "ART28_SMTP_URL": "Mail server: smtp:, smtp+starttls: or smtps://user:password@host (none).",
    "ART28_MAIL_FROM": "Address that mails are from, with or without a name; needed with it.",
    "ART28_SMTP_CA_FILE": "Certificates to trust for the mail server (those of the system).",
    "ART28_SMTP_SECONDS": "Time limit of handing one mail over (30).",
    "ART28_ESCALATE_MINUTES": "How long a notice waits for a channel before the next one (240).",
    "ART28_BOUNCE_MAILDIR": "Maildir in which reports of undeliverable mail arrive (none).",
    "ART28_BOUNCE_SECRET": "Secret with which a mail provider posts bounces (none: no door).",
    "ART28_INSTRUMENT_STALE_DAYS": "Days until the check of an instrument is stale (180).",
    "ART28_TRUSTED_PROXIES": "How many proxies in front say who the client is (0: none).",
    "ART28_EDGE_TRUSTED": "Networks of proxies before the edge that name the client (none).",
    "ART28_TLS_CERT": "Certificate chain of the edge, PEM; with a key it speaks TLS (none).",
    "ART28_TLS_KEY": "Private key of that certificate, PEM (none).",
    "ART28_CADDY": "Path of a Caddy binary for the edge; empty: looked for.",
    "ART28_LIMIT_ADDRESS": "Public requests of one address in ten seconds, tokens apart (1000).",
    "ART28_LIMIT_COSTLY": "Searches, other days, PDFs of one address in ten seconds; 0: any (60).",
    "ART28_LIMIT_CLIENT": "API requests of one client in ten seconds; 0: any number (5000).",
    "ART28_LIMIT_ORGANISATION": "The same of all clients of an organisation together (10000).",
    "ART28_SEAL_PKCS12": "Key and certificates that seal documents, PKCS#12 (made once, kept).",
    "ART28_SEAL_PASSPHRASE": "What opens that file (none).",
    "ART28_SEAL_PKCS11_MODULE": "Library of a device that holds the key of seals (none).",
    "ART28_SEAL_PKCS11_TOKEN": "Label of the token in that device (none).",
    "ART28_SEAL_PKCS11_KEY": "Label of key and certificate in that token (none).",
    "ART28_SEAL_PKCS11_PIN": "PIN of that token (none).",
    "ART28_SEAL_TIME_STAMPS": "URL of an authority that stamps the time of seals, RFC 3161 (none).",
    "ART28_OFFICIAL_TEXTS": "Folder of official contract texts to attach, see below (none).",
    "ART28_SECURITY_CONTACT": "URL to report a weakness to, for security.txt; empty: none (none).",
    "ART28_LOG_LEVEL": "debug, info, warning or error (info).",
    "ART28_LOG_FORMAT": "json or text (json).",
    "ART28_METRICS_FROM": "Networks that may read /metrics, not through a proxy (loopback).",
    "ART28_WORKER_METRICS_PORT": "Loopback port of a worker's metrics; 0: none (0).",
    "ART28_APPS": "Which of the six apps a web process mounts (all).",
}


Network = IPv4Network | IPv6Network
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what it should be."""


@dataclass(frozen=True)
class Common:
    """What every service needs to know."""

    origin: str
    mongo_url: str
    db_prefix: str
    audience: str
    urls: dict[str, str]
    service_key: bytes = field(repr=False)
    secrets_key: bytes = field(repr=False)
    log_level: str
    log_format: str
    older_secrets_keys: tuple[bytes, ...] = field(default=(), repr=False)
    trusted_proxies: int = 0
    limit_address: int = 0
    limit_costly: int = 0
    limit_client: int = 0
    limit_organisation: int = 0
    metrics_from: tuple[Network, ...] = LOOPBACK

    @property
    def issuer(self) -> str:
        return f"{self.origin}/identity"

    def database(self, service: str) -> str:
        return f"{self.db_prefix}_{service}"

    @classmethod
    def from_env(cls) -> Common:
        env = reader()
        origin = origin_of(env)
        return cls(
            origin=origin,
            mongo_url=env.str("ART28_MONGO_URL", ""),
            db_prefix=env.str("ART28_DB_PREFIX", "art28"),
            audience=env.str("ART28_AUDIENCE", "art28"),
            urls={
                name: env.str(f"ART28_{name.upper()}_URL", f"{origin}/{name}").rstrip("/")
                for name in ("identity", "agreements", "registry", "notices")
            },
            service_key=key("ART28_SERVICE_KEY"),
            secrets_key=key("ART28_SECRETS_KEY"),
            metrics_from=networks(env, "ART28_METRICS_FROM", LOOPBACK),
            trusted_proxies=whole_number(env, "ART28_TRUSTED_PROXIES", 0),
            limit_address=whole_number(env, "ART28_LIMIT_ADDRESS", 1000),
            limit_costly=whole_number(env, "ART28_LIMIT_COSTLY", 60),
            limit_client=whole_number(env, "ART28_LIMIT_CLIENT", 5000),
            limit_organisation=whole_number(env, "ART28_LIMIT_ORGANISATION", 10_000),
            log_level=choice(env, "ART28_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
            log_format=choice(env, "ART28_LOG_FORMAT", "json", ("json", "text")),
            older_secrets_keys=older_keys("ART28_SECRETS_KEY_OLD"),
        )


def reader() -> Env:
    return Env(expand_vars=False)


def origin_of(env: Env) -> str:
    host, port = env.str("ART28_HOST", "127.0.0.1"), whole_number(env, "ART28_PORT", 8280)
    return env.str("ART28_ORIGIN", f"http://{host}:{port}").rstrip("/")


def egress_of(env: Env, origin: str) -> Egress:
    """Which hosts may be dialled at the wish of others; not our own ``origin``."""
    allowed = parsed(env, "ART28_EGRESS_ALLOW", Egress.from_text, "")
    return parsed(env, "ART28_EGRESS_OWN", allowed.without, "").without_origin(origin)


def parsed(env: Env, name: str, make: Callable[[str], T], default: str) -> T:
    """What ``make`` reads from the value; its ValueError is a ``SettingsError``."""
    try:
        return make(env.str(name, default))
    except ValueError as error:
        raise SettingsError(f"{name}: {error}.") from error


def choice(env: Env, name: str, default: T, allowed: tuple[T, ...]) -> T:
    """The one of ``allowed`` that the value names."""
    value = env.str(name, str(default))
    for each in allowed:
        if value == each:
            return each
    raise SettingsError(f"{name} must be one of {', '.join(map(str, allowed))}, not {value!r}.")


def whole_number(env: Env, name: str, default: int) -> int:
    try:
        return env.int(name, default)
    except (EnvError, ValueError) as error:
        raise SettingsError(f"{name} must be a whole number.") from error


def networks(env: Env, name: str, default: tuple[Network, ...]) -> tuple[Network, ...]:
    """Networks in CIDR notation, comma separated; ``default`` where nothing is said."""
    parts = [part.strip() for part in env.str(name, "").split(",") if part.strip()]
    try:
        return tuple(ip_network(part) for part in parts) or default
    except ValueError as error:
        raise SettingsError(f"{name} must list networks like 10.0.0.0/8: {error}.") from error


def secret(name: str) -> str:
    """The value of ``name``, or of the file that ``name_FILE`` names; both empty is an error."""
    value = optional_secret(name)
    if not value:
        raise SettingsError(f"{name} is not set (or name a file in {name}_FILE).")
    return value


def optional_secret(name: str) -> str:
    """The value of ``name``, or of the file that ``name_FILE`` names; "" where neither is set."""
    env = reader()
    path = env.str(f"{name}_FILE", "")
    if not path:
        return env.str(name, "")
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE: cannot read {path}: {error.strerror}.") from error


def key(name: str) -> bytes:
    """A secret of exactly 32 bytes, written in base64."""
    return _key(name, secret(name))


def older_keys(name: str) -> tuple[bytes, ...]:
    """Any number of such keys, separated by commas or lines; the newest first."""
    texts = optional_secret(name).replace(",", " ").split()
    return tuple(_key(name, each) for each in texts)


def _key(name: str, text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise SettingsError(f"{name} is not base64.") from error
    if len(value) != 32:
        raise SettingsError(f"{name} must hold 32 bytes, it holds {len(value)}.")
    return value
