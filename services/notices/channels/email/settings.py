"""Settings of the e-mail channel; without ``ART28_SMTP_URL`` the channel is off, and says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from environs import Env

from shared.settings import SettingsError, whole_number

# The port when the URL names none: submission (RFC 6409) and submissions (RFC 8314).
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
NOBODY = Address("Art28", addr_spec="notices@localhost")
_FORM = "ART28_SMTP_URL is smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]."


@dataclass(frozen=True)
class MailSettings:
    """Where mails are handed over, and who they are from. Seconds and minutes.

    ``security``: smtp (in the clear), smtp+starttls (TLS or nothing), smtps. ``seconds``: the whole
    of one hand-over. ``escalate_minutes``: how long a channel may take before the next is tried.
    """

    security: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    sender: Address = field(default_factory=lambda: NOBODY)
    ca_file: str | None = None
    seconds: int = 30
    escalate_minutes: int = 240
    bounce_maildir: str = ""
    bounce_secret: str = field(default="", repr=False)

    @property
    def is_on(self) -> bool:
        return bool(self.host)

    @property
    def hears_of_bounces(self) -> bool:
        """Whether reports of mails that came back can reach us at all."""
        return bool(self.bounce_maildir or self.bounce_secret)

    @property
    def lease_seconds(self) -> int:
        """No mail of a batch is begun after ``seconds``, so none can outlive its claim."""
        return 4 * self.seconds

    @classmethod
    def from_env(cls, env: Env) -> MailSettings:
        found = cls(
            **_from_url(_read(env, "ART28_SMTP_URL")),
            sender=_sender(env.str("ART28_MAIL_FROM", "")),
            ca_file=env.str("ART28_SMTP_CA_FILE", "") or None,
            seconds=whole_number(env, "ART28_SMTP_SECONDS", 30),
            escalate_minutes=whole_number(env, "ART28_ESCALATE_MINUTES", 240),
            bounce_maildir=env.str("ART28_BOUNCE_MAILDIR", ""),
            bounce_secret=_read(env, "ART28_BOUNCE_SECRET"),
        )
        if found.is_on and not env.str("ART28_MAIL_FROM", ""):
            raise SettingsError("ART28_SMTP_URL needs ART28_MAIL_FROM, the address mails are from.")
        if found.user and found.security == "smtp" and found.host not in _LOOPBACK:
            raise SettingsError(
                "ART28_SMTP_URL would send its password in the clear: "
                "use smtp+starttls:// or smtps://."
            )
        if found.seconds < 1 or found.escalate_minutes < 1:
            raise SettingsError("ART28_SMTP_SECONDS and ART28_ESCALATE_MINUTES start at 1.")
        if found.bounce_secret and len(found.bounce_secret) < 16:
            raise SettingsError("ART28_BOUNCE_SECRET must have 16 characters or more.")
        return found


def _read(env: Env, name: str) -> str:
    """The value, or what is in the file that ``name_FILE`` names, for it holds a password."""
    path = env.str(f"{name}_FILE", "")
    if not path:
        return str(env.str(name, ""))
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE: cannot read {path}: {error.strerror}.") from error


def _from_url(url: str) -> dict[str, Any]:
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        # The URL itself stays out of the message, for it may hold a password.
        raise SettingsError(_FORM) from error
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise SettingsError(_FORM)
    return {
        "security": parts.scheme, "host": parts.hostname, "port": port,
        "user": unquote(parts.username or ""), "password": unquote(parts.password or ""),
    }  # fmt: skip


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    if not text:
        return NOBODY
    try:
        found = Address(name or "Art28", addr_spec=address)
    except (ValueError, IndexError) as error:
        raise SettingsError("ART28_MAIL_FROM is no e-mail address.") from error
    if not found.domain:
        raise SettingsError("ART28_MAIL_FROM is no e-mail address.")
    return found
