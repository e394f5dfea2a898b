"""What needs a hand."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import PROCESSOR, deps, page_request
from services.registry.api.languages import in_language, language_asked
from services.registry.schemas.todo import TodoQuery, TodoShape
from services.registry.use_cases.todo import todo
from shared.auth import caller, requires
from shared.openapi import Blueprint
from shared.places import expensive

blp = Blueprint("todo", __name__, url_prefix="/v1", description="What needs a hand")


@blp.route(f"{PROCESSOR}/todo")
@requires("registry:read")
@expensive
@blp.arguments(TodoQuery, location="query")
@blp.response(200, TodoShape)
@blp.alt_response(404, "NOT_FOUND")
def what_needs_a_hand(query: dict[str, Any], slug: str) -> Any:
    """What needs a hand in a register, most urgent first; each item names a next step."""
    language = language_asked(query["language"])
    page = todo(deps(), caller(), slug, language, page_request(query))
    return in_language(page, language)
