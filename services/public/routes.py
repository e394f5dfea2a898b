"""The addresses of the public page; each view asks, and hands the answer to its writer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.wrappers import Response as Redirect

from services.public import openapi_pages, public_members, query
from services.public.catalogue import words
from services.public.formats import feeds, linked_data, pdf, schema
from services.public.query import LIST, Ask
from services.public.register import Register
from services.public.responses import CACHE_CONTROL, Desk, Draft, as_json, desk, of_all, of_register
from services.public.settings import DOCUMENTED
from shared.auth import public
from shared.errors import NotFound

pages = Blueprint("pages", __name__)
Json = dict[str, Any]

HTML = "text/html; charset=utf-8"


def html(template: str, register: Register, **more: object) -> Draft:
    text = render_template(template, register=register, ask=register.ask, t=register.words, **more)
    return Draft(text, HTML, register.language)


@pages.get("/p/<slug:slug>")
@of_register(*LIST)
def register_page(register: Register) -> Draft:
    return html("register.html", register)


@pages.get("/p/<slug:slug>/sub-processors/<name:entry_id>")
@of_register("lang", "as_of")
def entry_page(register: Register) -> Draft:
    return html("entry.html", register, entry=register.entry)


@pages.get("/p/<slug:slug>/changes")
@of_register("lang")
def changes_page(register: Register) -> Draft:
    return html("changes.html", register)


@pages.get("/p/<slug:slug>/diff")
@of_register("lang", "from", "to")
def diff_page(register: Register) -> Draft:
    return html("diff.html", register)


@pages.get("/p/<slug:slug>.json")
@of_register(*LIST)
def register_json(register: Register) -> Draft:
    return as_json(
        public_members.as_json(register.processor, register.entries, register.day, register.url)
    )


@pages.get("/p/<slug:slug>.csv")
@of_register(*LIST)
def register_csv(register: Register) -> Draft:
    name = f"{register.ask.slug}-{register.day}.csv"
    content_type = "text/csv; charset=utf-8; header=present"
    return Draft(public_members.as_csv(register.entries), content_type, filename=name)


@pages.get("/p/<slug:slug>.jsonld")
@of_register(*LIST)
def register_jsonld(register: Register) -> Draft:
    return as_json(linked_data.as_linked_data(register), "application/ld+json")


@pages.get("/p/<slug:slug>.pdf")
@of_register("lang", "as_of", pdf=True)
def register_pdf(register: Register) -> Draft:
    name = f"{register.ask.slug}-{register.day}-{register.language}.pdf"
    return Draft(pdf.as_pdf(register), "application/pdf", register.language, name)


@pages.get("/p/<slug:slug>/schema.json")
@of_register("lang")
def export_schema(register: Register) -> Draft:
    return as_json(schema.export_schema(f"{register.url}/schema.json"), "application/schema+json")


@pages.get("/p/<slug:slug>/changes.atom")
@of_register("lang")
def changes_atom(register: Register) -> Draft:
    return Draft(feeds.atom(register), "application/atom+xml; charset=utf-8", register.language)


@pages.get("/p/<slug:slug>/changes.json")
@of_register("lang")
def changes_json(register: Register) -> Draft:
    feed = as_json(feeds.json_feed(register), "application/feed+json; charset=utf-8")
    return feed._replace(language=register.language)


@pages.get("/p/<slug:slug>/deadlines.ics")
@of_register("lang")
def deadlines(register: Register) -> Draft:
    name = f"{register.ask.slug}.ics"
    content_type = "text/calendar; charset=utf-8"
    return Draft(feeds.calendar(register), content_type, register.language, name)


@pages.get("/p/<slug:slug>/ledger.jsonl")
@public()
def ledger(slug: str) -> Response:
    """Streamed page by page: a ledger grows without end, so it is never held in memory."""
    desk().check_costly()
    register = desk().register(query.read(request, {"slug": slug}, ("lang", "after")))
    place = ExitStack()
    response = Response(
        stream_with_context(lines(register, place)), content_type="application/jsonl"
    )
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.set_etag(f"{register.processor.get('head_hash') or 'empty'}-{register.ask.after}")
    response.make_conditional(request)
    if request.method == "GET" and response.status_code == 200:
        place.enter_context(desk().shelves.streams.one())
        # For a reader who left before the first line: a generator that never began ends nothing.
        response.call_on_close(place.close)
    return response


@pages.get("/p/<slug:slug>/checkpoints.json")
@public()
def checkpoints(slug: str) -> Response:
    """Not from a copy: a checkpoint is made without the register changing."""
    register = desk().register(query.read(request, {"slug": slug}, ("lang",)))
    with desk().shelves.asked.places.one():
        told = json.dumps(register.checkpoints(), separators=(",", ":"))
    response = Response(told, content_type="application/json")
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.add_etag()
    response.make_conditional(request)
    return response


def lines(register: Register, place: ExitStack) -> Iterator[str]:
    """Leaves ``place`` at the end, or when the reader has gone."""
    with place:
        for entry in register.ledger():
            yield json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"


@pages.get("/.well-known/sub-processors.json")
@of_all("lang")
def published(at: Desk, _: Ask) -> Draft:
    return as_json(public_members.published(at.registry.processors(), at.origin))


@pages.get("/")
@of_all("lang")
def start(at: Desk, ask: Ask) -> Draft:
    registers = public_members.published(at.registry.processors(), at.origin)["registers"]
    return page("start.html", ask, registers=registers)


@pages.get("/docs")
@of_all("lang")
def docs(_: Desk, ask: Ask) -> Draft:
    return page("docs.html", ask, services=DOCUMENTED)


@pages.get("/docs/<name:name>")
@of_all("lang")
def document(at: Desk, ask: Ask) -> Draft:
    if ask.name not in DOCUMENTED:
        raise NotFound
    operations = openapi_pages.readable(at.documents.document(ask.name))
    return page("document.html", ask, name=ask.name, document=operations)


@pages.get("/favicon.ico")
@public()
def favicon() -> Redirect:
    return redirect(url_for("static", filename="mark.svg"))


def page(template: str, ask: Ask, **more: object) -> Draft:
    language = ask.language or "en"
    return Draft(render_template(template, ask=ask, t=words(language), **more), HTML, language)
