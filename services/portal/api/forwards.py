"""Every route of the portal that another service answers as it stands."""

from __future__ import annotations

from services.portal import schemas as shapes
from services.portal.api.context import ANSWER, ENDPOINTS, READ, SIGN
from services.portal.api.forwarding import Route, add_routes
from shared.openapi import Blueprint

agreements = Blueprint(
    "agreements", __name__, url_prefix="/v1", description="The customer's agreements"
)
webhooks = Blueprint("webhooks", __name__, url_prefix="/v1", description="The customer's webhooks")

MISSING, CONFLICT, CHANGED, UNFIT = (404,), (409,), (412,), (422,)
ITEMS = shapes.ItemsPage

AGREEMENT, ENDPOINT = "/agreements/<agreement_id>", "/webhook-endpoints/<endpoint_id>"
EVIDENCE = "/evidence-requests/<request_id>"
CHANGE, OBJECTION = "/changes/<change_id>", "/objections/<objection_id>"

AGREEMENT_ROUTES = (
    Route("GET", "/agreements", READ, None, "agreements", items=ITEMS),
    Route(
        "POST", "/agreements", SIGN, shapes.SelfServe, "agreements", to="/self-serve",
        answers=201, refuses=(409, 422),
        about="""Take a processor's published template: an executed agreement at once, with its PDF.

        On other notice terms than the published ones it is a proposal, ``offered``, that waits for
        the processor.
        """,
    ),
    Route(
        "POST", "/agreements/preview", READ, shapes.SelfServe, "agreements",
        to="/self-serve/preview", refuses=(409, 422),
        about="""Read the very document before it binds, as JSON, HTML or PDF (``Accept``).

        Nothing is stored. Send ``as_read`` with its ``made_at`` and its SHA-256 to take it.
        """,
    ),
    Route(
        "GET", "/agreement-counts", READ, None, "agreements", to="/counts",
        about="How many of the customer's agreements are in which status.",
    ),
    Route(
        "GET", "/agreements.csv", READ, None, "agreements", to="/export.csv",
        content_type="text/csv",
    ),
    Route(
        "GET", "/templates", READ, None, "agreements", items=ITEMS,
        about="With ``?processor=``: the templates of this processor that a customer can take.",
    ),
    Route("GET", "/templates/<template_id>", READ, None, "agreements", refuses=MISSING),
    Route("GET", AGREEMENT, READ, None, "agreements", refuses=MISSING),
    Route("GET", f"{AGREEMENT}/document", READ, None, "agreements", refuses=MISSING),
    Route(
        "GET", f"{AGREEMENT}/official-text", READ, None, "agreements", refuses=MISSING,
        content_type="application/pdf",
        about="The official file that the agreement rests on, where its document names one.",
    ),
    Route("POST", f"{AGREEMENT}/accept", SIGN, shapes.Acceptance, "agreements", refuses=CONFLICT),
    Route("POST", f"{AGREEMENT}/reject", SIGN, shapes.Reason, "agreements", refuses=CONFLICT),
    Route(
        "POST", f"{AGREEMENT}/confirm", SIGN, shapes.Confirmation, "agreements", refuses=CONFLICT,
        about="You did sign this agreement elsewhere: read the PDF and its hash before it binds"
        " you.",
    ),
    Route(
        "POST", f"{AGREEMENT}/decline", SIGN, shapes.Reason, "agreements", refuses=CONFLICT,
        about="You did not sign this agreement.",
    ),
    Route(
        "POST", f"{AGREEMENT}/proposals", ANSWER, shapes.NewProposal, "agreements", answers=201,
        refuses=CONFLICT,
        about="Propose changes of the version you have read, or comment on its sections. Nothing"
        " binds by it.",
    ),
    Route(
        "GET", f"{AGREEMENT}/proposals", READ, None, "agreements", items=ITEMS, refuses=MISSING,
        about="What you have proposed, the newest first, with the processor's answers.",
    ),
    Route(
        "POST", f"{AGREEMENT}/paper/file", SIGN, None, "agreements",
        takes="application/pdf", refuses=UNFIT,
        about="The PDF of what was signed on paper, as the body, up to 16 MiB.",
    ),
    Route(
        "GET", f"{AGREEMENT}/paper/file", READ, None, "agreements",
        content_type="application/pdf", refuses=MISSING, streams=True,
        about="The PDF that you or the processor has uploaded last.",
    ),
    Route(
        "POST", f"{AGREEMENT}/paper", SIGN, shapes.NewPaper, "agreements", answers=201,
        refuses=CONFLICT,
        about="The version on offer was signed on paper. It binds once the processor has"
        " confirmed it.",
    ),
    Route(
        "POST", f"{AGREEMENT}/paper/confirm", SIGN, shapes.PaperConfirmation, "agreements",
        refuses=CONFLICT,
        about="What the processor has uploaded was signed so: it binds you both.",
    ),
    Route(
        "POST", f"{AGREEMENT}/paper/refuse", SIGN, shapes.Reason, "agreements", refuses=CONFLICT,
        about="What the processor has uploaded was not signed so; the offer stays open.",
    ),
    Route("GET", f"{AGREEMENT}/versions", READ, None, "agreements", items=ITEMS, refuses=MISSING),
    Route(
        "GET", f"{AGREEMENT}/changes", READ, None, "agreements", refuses=MISSING,
        about="What the newest version, or ``?version=``, changed of the one before or"
        " ``?since=``.",
    ),
    Route(
        "POST", f"{AGREEMENT}/terminate", SIGN, shapes.Termination, "agreements",
        refuses=CONFLICT, about="End the agreement today, or on a day to come.",
    ),
)  # fmt: skip

CUSTOMER_ROUTES = (
    Route(
        "GET", "/register-of-information", READ, None, "agreements",
        about="DORA's register of information over all your vendors on any day, as far as it is"
        " known here: JSON or XLSX, by the templates of (EU) 2024/2956.",
    ),
    Route(
        "POST", f"{CHANGE}/acknowledgement", ANSWER, None, "notices",
        to="/notices/<change_id>/acknowledgement", refuses=MISSING,
        about="The customer's own receipt of the notice.",
    ),
    Route(
        "POST", f"{CHANGE}/objections", ANSWER, shapes.NewObjection, "registry",
        to=f"/customer{CHANGE}/objections", answers=201, refuses=CONFLICT,
        about="Object to a change, and to the others of its notice unless ``change_ids`` names some"
        " of them: one objection to each, all listed in ``objections``.",
    ),
    Route(
        "POST", f"{CHANGE}/approval", ANSWER, None, "registry", to=f"/customer{CHANGE}/approval",
        answers=201, refuses=CONFLICT,
        about="The customer's own yes, under specific authorisation.",
    ),
    Route(
        "GET", "/objections", READ, None, "registry", items=ITEMS,
        about="Your objections over all changes, the newest first; ``?processor=`` and"
        " ``?status=``, which may be ``open``.",
    ),
    Route("GET", OBJECTION, READ, None, "registry", refuses=MISSING),
    Route("POST", f"{OBJECTION}/withdraw", ANSWER, None, "registry", refuses=CONFLICT),
    Route("POST", f"{OBJECTION}/accept-mitigation", ANSWER, None, "registry", refuses=CONFLICT),
    Route(
        "POST", f"{OBJECTION}/request-modification", ANSWER, shapes.Modification, "registry",
        refuses=CONFLICT,
        about="Ask for modifications of the change; it stays shut for your data meanwhile.",
    ),
    Route(
        "POST", f"{OBJECTION}/terminate", SIGN, shapes.AgreementEnd, "registry", refuses=CONFLICT,
        about="End the agreement over an objection that was rejected, or not settled in time.",
    ),
    Route(
        "POST", "/sub-processors/<sub_id>/evidence-requests", ANSWER, None, "registry",
        to="/customer/sub-processors/<sub_id>/evidence-requests", answers=201, refuses=MISSING,
        about="Ask for the evidence of a sub-processor's transfers: the impact assessment (TIA)"
        " with its parts, and its file. The vendor's ledger notes that you asked.",
    ),
    Route(
        "GET", "/evidence-requests", READ, None, "registry", to="/customer/evidence-requests",
        items=ITEMS, about="What you have asked for, newest first.",
    ),
    Route(
        "GET", EVIDENCE, READ, None, "registry", to=f"/customer{EVIDENCE}", refuses=MISSING,
        about="What a request was given, as long as an agreement binds you and the vendor.",
    ),
    Route(
        "GET", f"{EVIDENCE}/files/<file_id>", READ, None, "registry",
        to=f"/customer{EVIDENCE}/files/<file_id>", content_type="application/pdf",
        refuses=MISSING, streams=True, about="The file of an assessment.",
    ),
    Route("GET", "/notice-contacts", READ, None, "notices"),
    Route("PUT", "/notice-contacts", ANSWER, shapes.NoticeContacts, "notices", refuses=CHANGED),
    Route(
        "POST", "/calendar-link", ANSWER, None, "notices",
        about="A link by which a calendar subscribes to your last days to object; it is shown this"
        " once, and the one before it ends.",
    ),
    Route(
        "DELETE", "/calendar-link", ANSWER, None, "notices", answers=204,
        about="End the link of your calendar.",
    ),
    Route(
        "GET", "/events", READ, None, "notices",
        about="The same messages as the webhooks bring, to pull.",
    ),
)  # fmt: skip

WEBHOOK_ROUTES = (
    Route("GET", "/webhook-endpoints", READ, None, "notices", items=ITEMS),
    Route(
        "POST", "/webhook-endpoints", ENDPOINTS, shapes.NewEndpoint, "notices", answers=201,
        refuses=UNFIT, about="A new endpoint; its secret is shown this once.",
    ),
    Route("GET", ENDPOINT, READ, None, "notices", refuses=MISSING),
    Route("PATCH", ENDPOINT, ENDPOINTS, shapes.EndpointChange, "notices", refuses=CHANGED),
    Route("DELETE", ENDPOINT, ENDPOINTS, None, "notices", answers=204, refuses=MISSING),
    Route(
        "POST", f"{ENDPOINT}/test", ENDPOINTS, shapes.TestRequest, "notices", answers=202,
        refuses=MISSING,
        about="Send a ``webhook.test`` message there, or with ``type`` an example of any type.",
    ),
    Route(
        "POST", f"{ENDPOINT}/secret/rotate", ENDPOINTS, shapes.Rotation, "notices", refuses=MISSING,
        about="A new secret; the old one goes on signing beside it for ``overlap_hours``.",
    ),
    Route("POST", f"{ENDPOINT}/enable", ENDPOINTS, shapes.Enabling, "notices", refuses=MISSING),
    Route(
        "POST", f"{ENDPOINT}/recover", ENDPOINTS, shapes.Recovery, "notices", answers=202,
        refuses=CONFLICT,
        about="Send what was not delivered since an instant; at once, too, what waits for a retry.",
    ),
    Route(
        "POST", f"{ENDPOINT}/pause", ENDPOINTS, None, "notices", refuses=MISSING,
        about="Send nothing there until it is resumed; what is for it is kept.",
    ),
    Route(
        "POST", f"{ENDPOINT}/resume", ENDPOINTS, None, "notices", refuses=CONFLICT,
        about="Send to a paused one again, and what was kept at once.",
    ),
    Route("GET", f"{ENDPOINT}/deliveries", READ, None, "notices", items=ITEMS, refuses=MISSING),
    Route(
        "GET", "/deliveries/<delivery_id>", READ, None, "notices", refuses=MISSING,
        about="One delivery with every attempt and the first 16 KiB of each answer.",
    ),
    Route(
        "POST", "/deliveries/<delivery_id>/retry", ENDPOINTS, None, "notices", answers=202,
        refuses=MISSING,
    ),
)  # fmt: skip

add_routes(agreements, AGREEMENT_ROUTES)
add_routes(webhooks, WEBHOOK_ROUTES)
