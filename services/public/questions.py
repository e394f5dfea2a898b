"""A visitor asks the vendor for documents, asks a question, or says that a customer objects."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response

from services.public.forms import EMPTY, FORM, Filled, QuestionForm, filled_in, is_json
from services.public.register import Register
from services.public.responses import deps
from services.public.subscriptions import page_of, register_of, visit_to
from shared.auth import public
from shared.bodies import JSON_TYPE, accepts
from shared.errors import Conflict

asking = Blueprint("asking", __name__)


@asking.get("/p/<slug:slug>/ask")
@public()
def ask_page(slug: str) -> Response:
    register = register_of(slug)
    is_open = deps().notices.reads_questions(register.processor["id"])
    return _page(register, 200, is_open=is_open)


@asking.post("/p/<slug:slug>/ask")
@public()
@accepts(FORM, JSON_TYPE)
def ask(slug: str) -> Response:
    """Mail it to the vendor, with a copy to the visitor; nothing is kept."""
    register = register_of(slug)
    visit = visit_to(register)
    filled = filled_in(QuestionForm)
    if filled.errors:
        return _page(register, 422, filled=filled)
    try:
        state = deps().notices.ask({**filled.members, **visit})
    except Conflict:  # Nobody reads: the page says whom to turn to instead.
        return _page(register, 409, is_open=False)
    if is_json():
        return make_response(jsonify({"state": state}), 202)
    return _page(register, 202, sent=filled.members["about"])


def _page(register: Register, status: int, **more: Any) -> Response:
    shown: dict[str, Filled | bool | str] = {"filled": EMPTY, "is_open": True, "sent": "", **more}
    response = page_of("ask.html", register, register.query, status, **shown)
    # Whether anybody reads what is asked may be different by the next visit.
    response.headers["Cache-Control"] = "no-store"
    return response
