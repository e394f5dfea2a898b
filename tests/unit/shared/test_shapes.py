"""Every shape refuses what is no object, alone or as a member, by words and never by a fault."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
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


@pytest.mark.parametrize(
    "shape", shapes(), ids=lambda shape: f"{shape.__module__}.{shape.__name__}"
)
@pytest.mark.parametrize("value", NO_OBJECTS, ids=repr)
def test_what_is_no_object_is_refused_by_words(shape: type[Shape], value: Any) -> None:
    with pytest.raises(ValidationError):
        shape().load(value)


@pytest.mark.parametrize(
    "shape", shapes(), ids=lambda shape: f"{shape.__module__}.{shape.__name__}"
)
@pytest.mark.parametrize("value", NO_OBJECTS, ids=repr)
def test_a_member_that_is_no_object_is_refused_by_words(shape: type[Shape], value: Any) -> None:
    schema = shape()
    for name, field in schema.load_fields.items():
        if isinstance(field, fields.Nested | fields.List | fields.Dict):
            refused(schema, {field.data_key or name: value})


def refused(schema: Shape, members: dict[str, Any]) -> None:
    try:
        schema.load(members)
    except ValidationError:
        return
