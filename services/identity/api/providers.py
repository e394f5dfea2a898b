"""The sign-in provider of an organisation, set by its owners."""

from __future__ import annotations

from typing import Any

from services.identity.api.context import deps
from services.identity.api.people import READ, WRITE
from services.identity.model.providers import Provider
from services.identity.schemas.providers import SET_BY_US, ProviderSetting, ProviderShape
from services.identity.use_cases import oidc
from services.identity.use_cases import providers as cases
from shared.auth import caller, requires
from shared.bodies import check_unchanged
from shared.headers import etag_of, seen_revision, seen_revision_if_named
from shared.idempotency import in_steps
from shared.openapi import Blueprint

PATH = "/organisations/<org_id>/oidc"

blp = Blueprint("providers", __name__, url_prefix="/v1", description="Sign-in providers")


@blp.route(PATH)
@requires(READ)
@blp.response(200, ProviderShape)
@blp.alt_response(404, "NOT_FOUND")
def provider(org_id: str) -> Any:
    """How your organisation's members sign in by OpenID Connect; the secret is not shown."""
    return _tagged(cases.provider(deps(), caller(), org_id))


@blp.route(PATH, methods=["PUT"])
@requires(WRITE)
@in_steps
@blp.arguments(ProviderSetting)
@blp.response(200, ProviderShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(412, "PRECONDITION_FAILED")
def set_provider(body: dict[str, Any], org_id: str) -> Any:
    """Set it, once the provider's own documents have been read. With ``If-Match``: only as it was
    read. Another issuer unlinks all accounts and ends the sessions that the former opened."""
    seen = seen_revision_if_named()
    sent_back = {name: body.pop(name) for name in SET_BY_US if name in body}
    if sent_back:
        shown, _ = _tagged(cases.provider(deps(), caller(), org_id))
        check_unchanged(sent_back, ProviderShape().dump(shown))
    return _tagged(cases.set_provider(deps(), caller(), org_id, seen, body))


@blp.route(PATH, methods=["DELETE"])
@requires(WRITE)
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(412, "PRECONDITION_FAILED")
def remove_provider(org_id: str) -> None:
    """Members sign in by link or passkey; the sessions that the provider opened end."""
    cases.remove_provider(deps(), caller(), org_id, seen_revision())


@blp.route(f"{PATH}/people/<person_id>", methods=["DELETE"])
@requires(WRITE)
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def unlink(org_id: str, person_id: str) -> None:
    """Unlink a member's account at the provider, when another account has got the address."""
    cases.unlink(deps(), caller(), org_id, person_id)


def _tagged(provider: Provider) -> Any:
    members = {
        **vars(provider),
        "org_id": provider.id,
        "has_secret": provider.sealed_secret is not None,
        "email_domains": provider.domains,
        "redirect_uri": oidc.callback_url(deps(), provider.id),
        "sign_in_url": oidc.start_url(deps(), provider.id),
    }
    return members, {"ETag": etag_of(provider.revision)}
