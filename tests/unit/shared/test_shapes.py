"""Every shape refuses what is no object, alone or as a member, by words and never by a fault."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from marshmallow import ValidationError, fields

import services
from shared.schemas import Shape

NO_OBJECTS: list[Any] = [1.5, "text", [], [[]], True, 0, [{}], None]


def shapes() -> list[type[Shape]]:
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if "schemas" in module.name:
            importlib.import_module(module.name)
    return sorted(set(below(Shape)), key=lambda shape: (shape.__module__, shape.__qualname__))


def below(shape: type[Shape]) -> Iterator[type[Shape]]:
    for child in shape.__subclasses__():
        yield child
        yield from below(child)


@pytest.fixture(params=shapes(), ids=lambda shape: f"{shape.__module__}.{shape.__name__}")
def shape(request: pytest.FixtureRequest) -> Shape:
    made: Shape = request.param()
    return made


def test_what_is_no_object_is_refused_by_words(shape: Shape) -> None:
    for value in NO_OBJECTS:
        with pytest.raises(ValidationError):
            shape.load(value)


def test_a_member_that_is_no_object_raises_nothing_else(shape: Shape) -> None:
    for name, field in shape.load_fields.items():
        if isinstance(field, fields.Nested | fields.List | fields.Dict):
            for value in NO_OBJECTS:
                with suppress(ValidationError):
                    shape.load({field.data_key or name: value})
