"""The answers that the portal puts together of several services', as their shapes say it."""

from __future__ import annotations

from typing import Any

from services.portal.use_cases.changes import OF_THE_REGISTER

Json = dict[str, Any]
REF = "#/components/schemas/"
SLUG: Json = {"type": "string", "description": "The slug of the processor whose list it is."}


def enter(whole: Json) -> None:
    """Give the portal's own operations the shapes of what they answer."""
    shapes = whole["components"]["schemas"]
    shapes["PortalChange"] = change = _change(shapes)
    shapes["PortalNoticedChange"] = _with_ids(change)
    shapes["PortalSubProcessor"] = _of_processor(shapes["RegistryEntry"])
    shapes["PortalTransfer"] = _of_processor(shapes["RegistryTransfer"])
    shapes["PortalMe"]["properties"]["organisation"] = _ref("IdentityOrganisation")
    paths = whole["paths"]
    shapes["PortalPageOfChange"] = _page("PortalChange")
    shapes["PortalSubProcessorList"] = _items("PortalSubProcessor")
    shapes["PortalTransferList"] = _items("PortalTransfer")
    _answer(paths, "/changes", _ref("PortalPageOfChange"))
    _answer(paths, "/changes/{change_id}", _ref("PortalNoticedChange"))
    _answer(paths, "/sub-processors", _ref("PortalSubProcessorList"))
    _answer(paths, "/transfers", _ref("PortalTransferList"))
    _answer(paths, "/gate", _ref("RegistryGate"))


def _change(shapes: Json) -> Json:
    """A notice, and the change as the register has it for this customer."""
    notice = shapes["NoticesNotice"]["properties"]
    register = shapes["RegistryCustomerChange"]["properties"]
    members = {name: register[name] for name in ("id", "effective_on", *OF_THE_REGISTER)}
    alone = {name: it for name, it in notice.items() if name != "change_ids"}
    about = "A change of which the customer has a notice, with its own days and its own answer."
    return {"type": "object", "description": about, "properties": {**alone, **members}}


def _with_ids(change: Json) -> Json:
    ids = {"type": "array", "items": {"type": "string"}, "description": "All of its notice."}
    return {**change, "properties": {**change["properties"], "change_ids": ids}}


def _of_processor(shape: Json) -> Json:
    return {**shape, "properties": {"processor": SLUG, **shape["properties"]}}


def _ref(name: str) -> Json:
    return {"$ref": REF + name}


def _items(name: str) -> Json:
    return {"type": "object", "properties": {"items": {"type": "array", "items": _ref(name)}}}


def _page(name: str) -> Json:
    page = _items(name)
    page["properties"]["next_cursor"] = {"type": ["string", "null"]}
    return page


def _answer(paths: Json, path: str, schema: Json) -> None:
    answer = paths[f"/portal/v1{path}"]["get"]["responses"]["200"]
    answer["content"] = {"application/json": {"schema": schema}}
