"""A processor's signature provider, and versions that it is asked to have signed."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.agreements.model.document import check_complete
from services.agreements.model.outside_signatures import (
    SignatureProvider,
    SignatureRequest,
    Signer,
    given_up,
    offer_to_sign,
    replaced,
    sent,
)
from services.agreements.use_cases.documents import PDF, unsigned
from services.agreements.use_cases.permissions import (
    check_acts_as_processor,
    check_processor,
    visible,
)
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.documents import from_wire
from shared.mongo import Session
from shared.outside_urls import allowed
from shared.pagination import Page, PageRequest
from shared.times import format_instant
from shared.webhook_signing import new_secret, signed_headers

# How many requests the loop sends in one round: the imports beside it wait for them.
A_ROUND = 5
PREFIX = "sgr"
TAKEN = range(200, 300)


class NotTaken(Exception):
    """The provider answered with something else than 2xx."""


def provider(deps: Deps, caller: Caller) -> SignatureProvider:
    """Raises ``NoSignatureProvider``."""
    check_processor(caller)
    return deps.signature_providers.get(caller.org_id)


def set_provider(deps: Deps, caller: Caller, url: str) -> tuple[SignatureProvider, str]:
    """Set or replace it; and its new secret, told this once. The old one ends.

    Raises ``UrlNotAllowed``.
    """
    check_processor(caller)
    checked = allowed(deps.settings.egress, deps.names, url)
    secret = new_secret()
    made = SignatureProvider(
        id=caller.org_id, url=checked.ascii_url, display_url=checked.display_url,
        sealed=deps.secrets.seal(secret.encode(), _seal_name(caller.org_id)), set_at=deps.now(),
        set_by=caller.client_id,
    )  # fmt: skip
    deps.mongo.transact(lambda session: deps.signature_providers.put(session, made))
    return made, secret


def remove_provider(deps: Deps, caller: Caller) -> None:
    """Nothing more is sent to it, and its reports are refused. Raises ``NoSignatureProvider``."""
    found = provider(deps, caller)
    deps.mongo.transact(lambda session: deps.signature_providers.remove(session, found.id))


def secret_of(deps: Deps, known: SignatureProvider) -> str:
    """The secret in the clear, for one message."""
    return deps.secrets.open(known.sealed, _seal_name(known.id))[0].decode()


def ask(deps: Deps, caller: Caller, agreement_id: str, body: Mapping[str, Any]) -> SignatureRequest:
    """Have the version on offer signed at the processor's provider; a loop sends the request.

    A newer request takes the place of one that is open. Raises ``NoSignatureProvider``,
    ``NotOffered``, ``DocumentIncomplete``, or ``Invalid`` for signers of the wrong parties.
    """
    check_acts_as_processor(caller, visible(deps, caller, agreement_id))
    deps.signature_providers.get(caller.org_id)
    signers = tuple(from_wire(Signer, each) for each in body["signers"])

    def work(session: Session) -> SignatureRequest:
        agreement = visible(deps, caller, agreement_id, session)
        offer = offer_to_sign(agreement, signers)
        check_complete(deps.versions.get(session, agreement.id, offer.version))
        for older in deps.signature_requests.open_of(session, agreement.id):
            over = replace(older, state=replaced(older.state), settled_at=deps.now())
            deps.signature_requests.put(session, over)
        made = SignatureRequest(
            deps.new_id(PREFIX), agreement.id, caller.org_id, offer.version,
            offer.document_sha256, signers, deps.now(), caller.client_id,
        )  # fmt: skip
        deps.signature_requests.add(session, made)
        return made

    return deps.mongo.transact(work)


def of_agreement(deps: Deps, caller: Caller, agreement_id: str, request: PageRequest) -> Page:
    """What was asked of the provider for this agreement, the newest first; for both parties."""
    visible(deps, caller, agreement_id)
    return deps.signature_requests.page(agreement_id, request)


@dataclass(frozen=True)
class Sending:
    """The part of the loop ``agreements.imports`` that sends requests. Use it from one thread."""

    deps: Deps

    def run_once(self) -> bool:
        """Send some requests; True when there may be more. What was set aside is ``unsent``."""
        failures, requests = self.deps.import_failures, self.deps.signature_requests
        barred = failures.barred()
        for over in requests.waiting_among(failures.all_set_aside()):
            self._settle(over.id, given_up)
        found = {each.id: each for each in requests.to_send(barred, A_ROUND)}
        failures.run(list(found), lambda request_id: self._send(found[request_id]))
        return len(found) == A_ROUND

    def _send(self, request: SignatureRequest) -> None:
        """Raises ``FetchFailed``, ``NotTaken`` or ``NoSignatureProvider``."""
        agreement = self.deps.agreements.get(None, request.agreement_id)
        if agreement.offer is None or agreement.offer.version != request.version:
            self._settle(request.id, given_up)
            return
        known = self.deps.signature_providers.get(request.processor_id)
        body, now = self._body(request), self.deps.now()
        headers = signed_headers(request.id, now, body, [secret_of(self.deps, known)])
        told = {**headers, "content-type": "application/json"}
        answer = self.deps.fetcher.fetch(known.url, headers=told, body=body)
        if answer.status not in TAKEN:
            raise NotTaken(f"It answered {answer.status}.")
        self._settle(request.id, sent)

    def _body(self, request: SignatureRequest) -> bytes:
        version = self.deps.versions.get(None, request.agreement_id, request.version)
        data = {
            "request_id": request.id, "agreement_id": request.agreement_id,
            "version": request.version, "document_sha256": request.document_sha256,
            "pdf": b64encode(unsigned(self.deps, version, PDF).body).decode(),
            "signers": [asdict(each) for each in request.signers],
            "report_to": f"{self.deps.settings.common.origin}/agreements/v1/signature-reports/"
                         f"{request.id}",
        }  # fmt: skip
        told = {"type": "signature.requested", "timestamp": format_instant(request.made_at),
                "data": data}  # fmt: skip
        return json.dumps(told, ensure_ascii=False).encode()

    def _settle(self, request_id: str, step: Callable[[str], str]) -> None:
        def work(session: Session) -> None:
            now = self.deps.signature_requests.get(session, request_id)
            self.deps.signature_requests.put(session, replace(now, state=step(now.state)))

        self.deps.mongo.transact(work)


def _seal_name(org_id: str) -> str:
    return f"signature-provider:{org_id}"
