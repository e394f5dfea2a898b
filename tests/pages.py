"""The pages for people among the routes: a browser shows their refusals, so these may be HTML."""

from __future__ import annotations

PAGES = {
    "identity": (
        "/sign-in",
        "/sign-in/<token>",
        "/sign-in/passkey",
        "/sign-in/passkey/options",
        "/sign-in/passkeys",
        "/sign-in/passkeys.js",
        "/sign-in/passkeys/options",
        "/sign-in/passkeys/<passkey_id>/remove",
        "/sign-out",
        "/sign-out/everywhere",
        "/invitation/<token>",
        "/notice-address/<token>",
        "/seals",
        "/seals/certificates.pem",
        "/v1/organisations/<org_id>/oidc/start",
        "/v1/organisations/<org_id>/oidc/callback",
    ),
    "portal": (
        "/respond/<token>",
        "/sign/<token>",
        "/sign/<token>/changes.<kind>",
        "/sign/<token>/document.<kind>",
        "/sign/<token>/paper",
        "/sign/<token>/paper.pdf",
        "/approve/<org_id>/<slug>/<change_id>",
    ),
}


def is_page(app: str, rule: str) -> bool:
    """Whether the rule is a page for people; its places may be written as OpenAPI writes them."""
    return rule.replace("{", "<").replace("}", ">") in PAGES.get(app, ())
