"""What every route needs: the deps of this process."""

from __future__ import annotations

from typing import cast

from flask import current_app

from services.identity.wiring import Deps


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])
