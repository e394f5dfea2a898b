"""The routes of the public pages: each view chooses the data and the format."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import date
from importlib.resources import files
from typing import Any

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Redirect

from services.public import openapi_pages
from services.public.catalogue import words
from services.public.formats import (
    brand,
    crawlers,
    csv_export,
    feeds,
    json_export,
    linked_data,
    mementos,
    pdf,
    schema,
)
from services.public.query import FILE, LIST, WITHIN_A_DAY, Query, read_query
from services.public.register import Register
from services.public.responses import (
    CACHE_CONTROL,
    Content,
    as_json,
    check_costly,
    conditional,
    deps,
    register_view,
    site_view,
)
from services.public.settings import DOCUMENTED
from services.public.wiring import Deps
from shared.auth import public
from shared.errors import NotFound

pages = Blueprint("pages", __name__)
Json = dict[str, Any]

HTML = "text/html; charset=utf-8"
JSON = "application/json"
CATALOGUE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
# The origin in kept documents, which are the same everywhere.
KEPT_ORIGIN = "https://art28.example"
# A page may load only our own style sheet and pictures, and runs no scripts.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {}"
)


def html(template: str, register: Register, **more: object) -> Content:
    """Render a page about a register."""
    text = render_template(
        template, register=register, query=register.query, t=register.words, **more
    )
    return Content(text, HTML, register.language)


def of_day(register: Register, content: Content) -> Content:
    """Return the content of a list as a memento if its day is past, else with the way to them."""
    day = register.query.as_of
    if day and day < register.today:
        return memento(register, day, content)
    return content._replace(headers=(("Link", mementos.links(register)),))


def memento(register: Register, day: date, content: Content) -> Content:
    return content._replace(headers=tuple(mementos.headers(register, day)))


def policy_for(origins: Sequence[str]) -> tuple[str, str]:
    """Return the header that says what a page may load, and who may show it in a frame."""
    return "Content-Security-Policy", POLICY.format(" ".join(origins) or "'none'")


@pages.get("/p/<slug:slug>")
@register_view(*LIST)
def register_page(register: Register) -> Content:
    return of_day(register, html("register.html", register))


@pages.get("/p/<slug:slug>/brand.css")
@register_view("lang")
def brand_sheet(register: Register) -> Content:
    return Content(brand.sheet(register.page), "text/css; charset=utf-8")


@pages.get("/p/<slug:slug>/logo.png")
@register_view("lang")
def logo(register: Register) -> Content:
    if not register.page["brand"].get("logo"):
        raise NotFound
    return Content(register.registry.logo(register.query.slug), "image/png")


@pages.get("/p/<slug:slug>/embed")
@register_view(*LIST)
def embedded(register: Register) -> Content:
    """The list alone, for a frame on the pages that the vendor has named."""
    origins = register.page.get("embed_origins") or ()
    return html("embed.html", register)._replace(headers=(policy_for(origins),))


@pages.get("/p/<slug:slug>/sub-processors/<name:entry_id>")
@register_view("lang", "as_of")
def entry_page(register: Register) -> Content:
    return html("entry.html", register, entry=register.entry)


@pages.get("/p/<slug:slug>/changes")
@register_view("lang")
def changes_page(register: Register) -> Content:
    return html("changes.html", register)


@pages.get("/p/<slug:slug>/changes/<name:change_id>")
@register_view("lang")
def change_page(register: Register) -> Content:
    return html("change.html", register, change=register.change)


@pages.get("/p/<slug:slug>/versions")
@register_view("lang")
def versions_page(register: Register) -> Content:
    return html("versions.html", register)


@pages.get("/p/<slug:slug>/v/<int:number>")
@register_view(*WITHIN_A_DAY)
def version_page(register: Register) -> Content:
    day = register.version_day(register.query.number)
    return memento(register, day, html("register.html", register.on(day)))


@pages.get("/p/<slug:slug>/v/<int:number>.json")
@register_view(*WITHIN_A_DAY)
def version_json(register: Register) -> Content:
    day = register.version_day(register.query.number)
    return memento(register, day, as_json(json_export.as_json(register.on(day))))


@pages.get("/p/<slug:slug>/timegate")
@public()
def timegate(slug: str) -> Redirect:
    """Lead to the list as it stood at a time (RFC 7089), by ``Accept-Datetime``."""
    register = deps().register(read_query(request, {"slug": slug}, ("lang",)))
    return mementos.gate(register, request.headers.get("Accept-Datetime"))


@pages.get("/p/<slug:slug>/timemap")
@register_view("lang")
def timemap(register: Register) -> Content:
    return Content(mementos.timemap(register), mementos.LINK_FORMAT)


@pages.get("/p/<slug:slug>/diff")
@register_view("lang", "from", "to")
def diff_page(register: Register) -> Content:
    return html("diff.html", register)


@pages.get("/p/<slug:slug>.json")
@register_view(*LIST)
def register_json(register: Register) -> Content:
    return of_day(register, as_json(json_export.as_json(register)))


@pages.get("/p/<slug:slug>.csv")
@register_view(*FILE)
def register_csv(register: Register) -> Content:
    """The list for spreadsheets; ``bom``: with a mark by which Excel knows UTF-8."""
    mark = csv_export.BYTE_ORDER_MARK if register.query.bom else ""
    name = f"{register.query.slug}-{register.day}.csv"
    content_type = "text/csv; charset=utf-8; header=present"
    return Content(mark + csv_export.as_csv(register.entries), content_type, filename=name)


@pages.get("/p/<slug:slug>.jsonld")
@register_view(*LIST)
def register_jsonld(register: Register) -> Content:
    return as_json(linked_data.as_linked_data(register), "application/ld+json")


@pages.get("/p/<slug:slug>.pdf")
@register_view("lang", "as_of", pdf=True)
def register_pdf(register: Register) -> Content:
    name = f"{register.query.slug}-{register.day}-{register.language}.pdf"
    made = deps().seal(pdf.as_pdf(register), deps().now())
    return Content(made, "application/pdf", register.language, name)


@pages.get("/p/<slug:slug>/schema.json")
@register_view("lang")
def export_schema(register: Register) -> Content:
    return as_json(schema.export_schema(f"{register.url}/schema.json"), "application/schema+json")


@pages.get("/p/<slug:slug>/changes.atom")
@register_view("lang")
def changes_atom(register: Register) -> Content:
    return Content(feeds.atom(register), "application/atom+xml; charset=utf-8", register.language)


@pages.get("/p/<slug:slug>/changes.json")
@register_view("lang")
def changes_json(register: Register) -> Content:
    feed = as_json(feeds.json_feed(register), "application/feed+json; charset=utf-8")
    return feed._replace(language=register.language)


@pages.get("/p/<slug:slug>/deadlines.ics")
@register_view("lang")
def deadlines(register: Register) -> Content:
    name = f"{register.query.slug}.ics"
    content_type = "text/calendar; charset=utf-8"
    return Content(feeds.calendar(register), content_type, register.language, name)


@pages.get("/p/<slug:slug>/ledger.jsonl")
@public()
def ledger(slug: str) -> Response:
    """Stream the ledger, which may be too large for memory, one page of the registry at a time."""
    check_costly()
    register = deps().register(read_query(request, {"slug": slug}, ("lang", "after")))
    response = Response(content_type="application/jsonl")
    response.automatically_set_content_length = False  # Nobody has counted what is not read yet.
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.set_etag(f"{register.processor.get('head_hash') or 'empty'}-{register.query.after}")
    conditional(response)
    if request.method == "GET" and response.status_code == 200:
        place = ExitStack()
        place.enter_context(deps().shelves.streams.one())
        # If the client leaves before the first line, ``lines`` never starts and frees no place.
        response.call_on_close(place.close)
        response.response = begun(lines(register, place))
    return response


@pages.get("/p/<slug:slug>/checkpoints.json")
@public()
def checkpoints(slug: str) -> Response:
    """Return the signed heads. Not kept in memory: a new one comes without a new version."""
    register = deps().register(read_query(request, {"slug": slug}, ("lang",)))
    with deps().shelves.custom.places.one():
        body = json.dumps(register.checkpoints(), separators=(",", ":"))
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.add_etag()
    return conditional(response)


def begun(texts: Generator[str, None, None]) -> Iterator[str]:
    """Read the first text at once: later no 503 could say that the registry is away."""
    first = next(texts, "")

    def all_of_them() -> Iterator[str]:
        with closing(texts):
            yield first
            yield from texts

    return all_of_them()


def lines(register: Register, place: ExitStack) -> Generator[str, None, None]:
    """Yield the ledger as JSON lines; frees ``place`` at the end, or when the client has left."""
    with place:
        for entry in register.ledger():
            yield json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"


@pages.get("/.well-known/sub-processors.json")
@site_view("lang")
def published(site: Deps, _: Query) -> Content:
    return as_json(json_export.directory(site.registry.processors(), site.origin))


@pages.get("/")
@site_view("lang")
def start(site: Deps, query: Query) -> Content:
    registers = json_export.directory(site.registry.processors(), site.origin)["registers"]
    return page("start.html", query, registers=registers)


@pages.get("/openapi.json")
@site_view()
def openapi(site: Deps, _: Query) -> Content:
    """Return the document of the whole API, as the code made it (`deploy/api_document`)."""
    return kept_document(site, "openapi.json")


@pages.get("/asyncapi.json")
@site_view()
def asyncapi(site: Deps, _: Query) -> Content:
    """Return the description of the messages that webhooks carry."""
    return kept_document(site, "asyncapi.json")


@pages.get("/.well-known/api-catalog")
@site_view()
def api_catalog(site: Deps, _: Query) -> Content:
    """Return where the API of this origin is described (RFC 9727)."""
    described = ("openapi.json", "asyncapi.json")
    entry = {
        "anchor": f"{site.origin}/",
        "service-desc": [{"href": f"{site.origin}/{name}", "type": JSON} for name in described],
        "service-doc": [{"href": f"{site.origin}/docs", "type": "text/html"}],
        "status": [{"href": f"{site.origin}/healthz", "type": JSON}],
    }
    return Content(json.dumps({"linkset": [entry]}), CATALOGUE)


@pages.get("/internal/openapi.json")
@site_view()
def internal(site: Deps, _: Query) -> Content:
    """Return what the services ask each other. The edge lets nobody read it."""
    return kept_document(site, "internal.json")


def kept_document(site: Deps, name: str) -> Content:
    text = files("services.public").joinpath("api", name).read_text("utf-8")
    return Content(text.replace(KEPT_ORIGIN, site.origin), JSON)


@pages.get("/docs")
@site_view("lang")
def docs(_: Deps, query: Query) -> Content:
    return page("docs.html", query, services=DOCUMENTED)


@pages.get("/docs/<name:name>")
@site_view("lang")
def document(site: Deps, query: Query) -> Content:
    if query.name not in DOCUMENTED:
        raise NotFound
    operations = openapi_pages.readable(site.documents.document(query.name))
    return page("document.html", query, name=query.name, document=operations)


@pages.get("/robots.txt")
@site_view("lang")
def robots(site: Deps, _: Query) -> Content:
    return Content(crawlers.robots(site.origin), crawlers.TEXT)


@pages.get("/sitemap.xml")
@site_view("lang")
def sitemap(site: Deps, _: Query) -> Content:
    """The pages of all registers, in each language that they are offered in."""
    return Content(crawlers.sitemap(site.registry.processors(), site.origin), crawlers.XML)


@pages.get("/.well-known/security.txt")
@site_view("lang")
def security(site: Deps, _: Query) -> Content:
    """Whom to tell of a weakness (RFC 9116); not there where the operator names nobody."""
    if not site.security_contact:
        raise NotFound
    contact = crawlers.security(site.security_contact, site.origin, site.now())
    return Content(contact, crawlers.TEXT)


@pages.get("/favicon.ico")
@public()
def favicon() -> Redirect:
    return redirect(url_for("static", filename="mark.svg"))


def page(template: str, query: Query, **more: object) -> Content:
    """Render a page that belongs to no register."""
    language = query.language or "en"
    return Content(
        render_template(template, query=query, t=words(language), **more), HTML, language
    )
