"""``/healthz``: the process answers. ``/readyz``: its database and its loops work, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask

from shared.auth import public
from shared.errors import Unavailable

Check = Callable[[], None]


class NotReady(Unavailable):
    """This service is not ready; the context names what it waits for."""

    code = "not-ready"


def register(app: Flask, checks: Mapping[str, Check]) -> None:
    """Add both routes; each of ``checks`` raises if its part does not work."""

    @app.get("/healthz")
    @public()
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    @public()
    def readyz() -> dict[str, str]:
        failing = {name: why for name, check in checks.items() if (why := _failure(check))}
        if failing:
            raise NotReady(context=failing)
        return {"status": "ready"}


def _failure(check: Check) -> str:
    try:
        check()
    except Exception as fault:  # noqa: BLE001  Any fault means: not ready.
        return type(fault).__name__
    return ""
