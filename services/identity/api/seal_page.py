"""The page ``/identity/seals``: how anybody checks the seal of a document, and by what."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from flask import Response, request

from services.identity.api.context import deps
from services.identity.api.pages import pages, reader_words
from services.identity.rendering import Page, Words, policy, rendered
from services.identity.sealing import SealCertificate
from services.identity.use_cases import seals
from shared.auth import public
from shared.safe_text import disposition

PEM = "application/x-pem-file"
# What the page says, in its order.
STEPS = ("open", "compare", "means", "trust", "changed", "stamp", "older")


@pages.route("/seals")
@public()
def how_to_check_seals() -> Response:
    """How to check a sealed PDF, with the fingerprints of the certificates, today's first."""
    t = reader_words()
    shown = seal_page(t, seals.certificates(deps()))
    headers = {"Content-Security-Policy": policy(shown), "Vary": "Accept-Language"}
    kind = "text/html; charset=utf-8"
    return Response(rendered(shown, t, ""), 200, headers, content_type=kind)


@pages.route("/seals/certificates.pem")
@public()
def seal_certificates() -> Response:
    """The certificates as programs take them, today's first."""
    found = seals.certificates(deps())
    headers = {"Content-Disposition": disposition("attachment", "art28-seals.pem")}
    return Response("".join(each.pem for each in found), headers=headers, content_type=PEM)


def seal_page(t: Words, found: Sequence[SealCertificate]) -> Page:
    return Page(
        t("seals.title"),
        t("seals.lede"),
        tuple(t(f"seals.{step}") for step in STEPS),
        facts=tuple((fingerprint(each.sha256), _of(t, each)) for each in found),
        links=((f"{request.script_root}/seals/certificates.pem", t("seals.file")),),
    )


def fingerprint(sha256: str) -> str:
    """As programs show it: ``AB:CD:…``."""
    return ":".join(wrap(sha256.upper(), 2))


def _of(t: Words, certificate: SealCertificate) -> str:
    days = {"first": t.day(certificate.valid_from.date()),
            "last": t.day(certificate.valid_to.date())}  # fmt: skip
    return t("seals.certificate", subject=certificate.subject, issuer=certificate.issuer, **days)
