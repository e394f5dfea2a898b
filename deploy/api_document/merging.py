"""The documents of the services as one: paths as the edge has them, shapes named by service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.openapi import scopes
from shared.operations import FLOW

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
SHARED = ("Problem",)
REF = "#/components/"


def renamed(documents: Mapping[str, Json]) -> Json:
    """``{paths, components}`` of all services, everything under a name of its own."""
    found = [_renamed(name, document) for name, document in documents.items()]
    paths = {path: item for each in found for path, item in each["paths"].items()}
    return {"paths": paths, "components": _components(found)}


def _renamed(service: str, document: Json) -> Json:
    """With the service before each path, each tag and the name of each shape."""
    names = {name: _shape_name(service, name) for name in document["components"]["schemas"]}
    if len(set(names.values())) < len(names):
        raise ValueError(f"{service} has two shapes of one name: {sorted(names)}")
    refs = {f"{REF}schemas/{old}": f"{REF}schemas/{new}" for old, new in names.items()}
    found: Json = _refer(document, refs)
    shapes = found["components"]["schemas"]
    found["components"]["schemas"] = {names[name]: shape for name, shape in shapes.items()}
    found["paths"] = {f"/{service}{path}": item for path, item in found["paths"].items()}
    for _, _, operation in operations(found):
        operation["tags"] = [f"{service}: {tag}" for tag in operation.get("tags", ())[:1]]
    return found


def _shape_name(service: str, name: str) -> str:
    return name if name in SHARED else service.title() + name.removesuffix("Shape")


def _refer(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_refer(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _refer(each, names) for name, each in node.items()}
    if isinstance(plain.get("$ref"), str):
        plain["$ref"] = names.get(plain["$ref"], plain["$ref"])
    return plain


def _components(documents: Iterable[Json]) -> Json:
    merged: Json = {}
    for document in documents:
        for kind, parts in document["components"].items():
            merged.setdefault(kind, {}).update(parts)
    return merged


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Json]]:
    """Path, method and operation, of all operations of a document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def part(whole: Json, *, internal: bool) -> Json:
    """The paths of one kind, and the components that they need."""
    paths: Json = {}
    for path, method, operation in operations(whole):
        if not _is_page(operation) and is_internal(operation) == internal:
            item = paths.setdefault(path, _of_path(whole["paths"][path]))
            item[method] = {**operation, "security": _doors(operation, internal=internal)}
    components = used(paths, whole["components"])
    schemes = whole["components"]["securitySchemes"]
    return {
        "paths": paths,
        "components": {**components, "securitySchemes": _schemes(schemes, paths)},
    }


def _doors(operation: Mapping[str, Any], *, internal: bool) -> list[Json]:
    """The scopes that open it; for clients, those that a client can hold."""
    known = scopes().keys()
    return [
        door
        for door in operation["security"]
        if internal or all(scope in known for names in door.values() for scope in names)
    ]


def _schemes(schemes: Mapping[str, Any], paths: Json) -> Json:
    """The ways to prove who asks, with every scope that the paths name."""
    doors = [door for _, _, each in operations({"paths": paths}) for door in each["security"]]
    named = {scope for door in doors for names in door.values() for scope in names}
    flow = schemes[FLOW]["flows"]["clientCredentials"]
    known = {name: flow["scopes"].get(name, "Between services") for name in sorted(named)}
    flows = {"clientCredentials": {**flow, "scopes": known}}
    kept = {name for door in doors for name in door}
    found = {**schemes, FLOW: {**schemes[FLOW], "flows": flows}}
    return {name: scheme for name, scheme in found.items() if name in kept}


def _of_path(item: Mapping[str, Any]) -> Json:
    return {name: each for name, each in item.items() if name not in METHODS}


def is_internal(operation: Mapping[str, Any]) -> bool:
    """Whether no client and no person can hold a scope that opens the operation."""
    asked = [scope for each in operation["security"] for names in each.values() for scope in names]
    return bool(asked) and not scopes().keys() & set(asked)


def _is_page(operation: Mapping[str, Any]) -> bool:
    """A page for people, or a way on to one, is no part of the API."""
    responses = operation["responses"]
    refs = (str(each.get("$ref", "")) for each in responses.values())
    leads_on = not any(status.startswith("2") for status in responses)
    return leads_on or any(ref.endswith("Page") for ref in refs)


def used(paths: Json, components: Mapping[str, Json]) -> Json:
    """The components that ``paths`` refers to, directly or not, in the order of their names."""
    found: dict[str, Json] = {}
    waiting = list(references(paths))
    while waiting:
        kind, name = waiting.pop().removeprefix(REF).split("/", 1)
        if name not in found.setdefault(kind, {}):
            found[kind][name] = components[kind][name]
            waiting += references(components[kind][name])
    return {kind: dict(sorted(parts.items())) for kind, parts in sorted(found.items())}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from references(each)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
