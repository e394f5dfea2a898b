"""When two spellings of an e-mail address are one mailbox."""

from __future__ import annotations


def address_of(email: str) -> str:
    """Equal for two spellings of one mailbox, and for nothing else: mails go to this form, so no
    letter becomes another one (``ß`` is not ``ss``, the Kelvin sign is no ``k``)."""
    return "".join(map(_small, email.strip()))


def domain_of(email: str) -> str:
    """The domain in the same form; empty for what has none."""
    _, at, domain = address_of(email).rpartition("@")
    return domain if at else ""


def _small(letter: str) -> str:
    small = letter.lower()
    return small if letter.isascii() or not small.isascii() else letter
