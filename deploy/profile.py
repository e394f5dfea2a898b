"""What the two local profiles share: addresses, folders, and the environment of children."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.checks import ensure_key, port_from, yes_or_no
from deploy.mongod import members_of, url

ROOT = Path(__file__).resolve().parent.parent
# The services that others call; none calls `portal` or `public`.
PEERS = ("identity", "agreements", "registry", "notices")
# Services listen on the ports above the edge's, mongod on those above the services'.
MONGO_OFFSET = 11


@dataclass(frozen=True)
class Profile:
    """Addresses and folders of one run."""

    host: str
    port: int
    var: Path
    origin: str
    mongo_url: str
    members: int
    sample: bool = True

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, var: str, members: int) -> Profile:
        """Read the settings; `var` is the data folder if ART28_VAR names none."""
        host = environ.get("ART28_HOST") or "127.0.0.1"
        port = port_from(environ.get("ART28_PORT") or "8280")
        made = cls(
            host=host,
            port=port,
            var=(ROOT / (environ.get("ART28_VAR") or var)).resolve(),
            origin=(environ.get("ART28_ORIGIN") or "").rstrip("/"),
            mongo_url=environ.get("ART28_MONGO_URL") or "",
            members=members,
            sample=yes_or_no("ART28_SAMPLE", environ.get("ART28_SAMPLE") or "yes"),
        )
        scheme = "https" if environ.get("ART28_TLS_CERT") else "http"
        return replace(made, origin=made.origin or f"{scheme}://{made.authority}")

    @property
    def authority(self) -> str:
        """Return `host:port` as it stands in a URL and in a listening address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def mongo_ports(self) -> tuple[int, ...]:
        """Ports of our own mongod; none when another replica set is used."""
        if self.mongo_url:
            return ()
        first = self.port + MONGO_OFFSET
        return tuple(range(first, first + self.members))

    @property
    def database_url(self) -> str:
        """Where the running profile has its database: the replica set named, or our own mongod."""
        return self.mongo_url or url(members_of(self.mongo_ports))

    def environment(self, inherited: Mapping[str, str], mongo_url: str) -> dict[str, str]:
        """Return the environment of every child; makes the two keys when they are missing."""
        chosen = {
            "ART28_HOST": self.host,
            "ART28_PORT": str(self.port),
            "ART28_VAR": str(self.var),
            "ART28_ORIGIN": self.origin,
            "ART28_MONGO_URL": mongo_url,
            "ART28_DB_PREFIX": inherited.get("ART28_DB_PREFIX") or "art28",
            # A local profile is for trying: webhooks may reach this machine, too.
            "ART28_EGRESS_ALLOW": inherited.get("ART28_EGRESS_ALLOW", "127.0.0.0/8,::1"),
            "ART28_SMTP_URL": inherited.get("ART28_SMTP_URL", ""),
            "ART28_MAIL_FROM": inherited.get("ART28_MAIL_FROM", ""),
            "PYTHONUNBUFFERED": "1",
        }
        for name in ("ART28_SERVICE_KEY", "ART28_SECRETS_KEY"):
            if not inherited.get(name) and not inherited.get(f"{name}_FILE"):
                file = self.var / f"{name[6:].lower().replace('_', '.')}"
                chosen[f"{name}_FILE"] = str(ensure_key(file))
        return {**inherited, **chosen}
