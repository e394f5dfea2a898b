"""Unit tests start no database: rules are decided by functions."""

from __future__ import annotations

from typing import NoReturn

import pytest


@pytest.fixture(scope="session")
def mongod() -> NoReturn:
    """Refuse what the other tiers get from ``tests/mongod.py``."""
    pytest.fail("A unit test needs no MongoDB; this one belongs to tests/contract or above.")
