"""A host belongs to whoever reads mails to its domain, and to nobody else."""

from __future__ import annotations

import pytest

from services.registry.model.page import proved


@pytest.mark.parametrize(
    ("host", "address", "is_proved"),
    [
        ("subprocessors.vendor.example", "privacy@vendor.example", True),
        ("vendor.example", "Privacy@VENDOR.example", True),
        ("vendor.example", "privacy@mail.vendor.example", False),
        ("notvendor.example", "privacy@vendor.example", False),
        ("vendor.example.org", "privacy@vendor.example", False),
        ("vendor.example", None, False),
        ("vendor.example", "", False),
    ],
)
def test_a_domain_is_proved_by_a_mailbox_at_it(
    host: str, address: str | None, is_proved: bool
) -> None:
    assert proved([host], address) == ((host,) if is_proved else ())
