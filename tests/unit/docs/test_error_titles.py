"""The title of a problem is one sentence that a caller understands at first reading."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import services
import shared
from shared.errors import DomainError

LONGEST = 90


def import_everything() -> None:
    for package in (services, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


import_everything()
KINDS = sorted(
    {
        kind
        for kind in below(DomainError)
        if kind.__module__.split(".")[0] in {"services", "shared"}
    },
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


def test_the_walk_finds_errors_of_services_and_of_shared() -> None:
    assert {"services", "shared"} == {kind.__module__.split(".")[0] for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_title_is_one_whole_sentence_of_plain_text(kind: type[DomainError]) -> None:
    title = kind.title()

    assert len(title) <= LONGEST
    assert title[0].isupper()
    assert title.endswith(".")
    assert not set("`*_") & set(title), "no Markdown"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_title_is_not_cut_off_where_its_line_ends(kind: type[DomainError]) -> None:
    _, *rest = (kind.__doc__ or "").strip().splitlines()

    assert not rest or not rest[0].strip(), "a blank line follows the title"
