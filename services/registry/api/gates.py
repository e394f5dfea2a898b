"""The go-live gate."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, request

from services.registry.api.context import deps
from services.registry.model.gate import Gate
from services.registry.schemas.gates import GateAnswers, GateQuery, GateQuestions, GateShape
from services.registry.use_cases import gates
from services.registry.use_cases.gates import Question
from shared.auth import caller, requires
from shared.errors import NotFound
from shared.openapi import Blueprint

blp = Blueprint("gates", __name__, url_prefix="/v1", description="The go-live gate")


@blp.route("/gate")
@requires("registry:read")
@blp.arguments(GateQuery, location="query")
@blp.response(200, GateShape)
@blp.alt_response(404, "NOT_FOUND")
def gate(query: dict[str, Any]) -> Any:
    """May this customer's data flow to this sub-processor on that day? With ``If-None-Match`` the
    answer is worked out all the same, and not repeated when it is the one that was seen."""
    found = gates.gate(deps(), caller(), Question(**query))
    headers = {"ETag": f'"{_digest(found)}"', "Cache-Control": "private, no-cache"}
    if request.if_none_match.contains_weak(_digest(found)):
        return Response(status=304, headers=headers)
    return found, headers


@blp.route("/gate", methods=["POST"])
@requires("registry:read")
@blp.arguments(GateQuestions)
@blp.response(200, GateAnswers)
def ask_many(body: dict[str, Any]) -> Any:
    """Up to 100 questions at once, answered in their order; it changes nothing."""
    questions = [Question(**question) for question in body["questions"]]
    return {
        "answers": [_one_of_many(answer) for answer in gates.gates(deps(), caller(), questions)]
    }


def _one_of_many(found: Gate | NotFound) -> dict[str, Any]:
    if isinstance(found, NotFound):
        return {
            "answer": None,
            "until": None,
            "reason": found.detail,
            "reason_code": None,
            "code": found.code,
        }
    return {**vars(found), "code": None}


def _digest(found: Gate) -> str:
    text = f"{found.answer}|{found.until}|{found.reason}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
