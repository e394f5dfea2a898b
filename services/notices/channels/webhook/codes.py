"""Stable codes of failed attempts, and the sentence that the endpoint's owner reads."""

from __future__ import annotations

import pycurl

_BY_ERRNO = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_CONNECT: "connect_failed",
    pycurl.E_COULDNT_RESOLVE_HOST: "dns_failed",
    pycurl.E_GOT_NOTHING: "connection_reset",
    pycurl.E_PARTIAL_FILE: "connection_reset",
    pycurl.E_RECV_ERROR: "connection_reset",
    pycurl.E_SEND_ERROR: "connection_reset",
    pycurl.E_SSL_CONNECT_ERROR: "tls_handshake",
    pycurl.E_SSL_CERTPROBLEM: "tls_client_certificate",
    pycurl.E_SSL_CIPHER: "tls_handshake",
}

# X509_V_ERR_* of OpenSSL.
_BY_VERIFY_RESULT = {
    9: "tls_expired",
    10: "tls_expired",
    18: "tls_untrusted",
    19: "tls_untrusted",
    20: "tls_untrusted",
    21: "tls_untrusted",
    23: "tls_revoked",
    62: "tls_wrong_name",
}

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

# One text for all failures without an answer, so that an endpoint cannot scan ports.
_UNREACHABLE = "No connection to this address could be made."
_REASONS = {
    "timeout": "The receiver did not answer in full within the time limit.",
    "cut_short": "The receiver had not answered yet when others needed its place; it is tried "
    "again, with the whole time limit.",
    "connection_reset": "The receiver ended the connection before its answer was complete.",
    "redirect": "The receiver answered with a redirect; redirects are not followed.",
    "bad_response": "The answer is not valid HTTP, or too large.",
    "invalid_url": "The URL of the endpoint is no longer accepted.",
    "invalid_request": "The request could not be built.",
    "tls_expired": "The TLS certificate has expired or is not valid yet.",
    "tls_wrong_name": "The TLS certificate is for another name.",
    "tls_untrusted": "The TLS certificate is not signed by a known authority.",
    "tls_revoked": "The TLS certificate has been revoked.",
    "tls_client_certificate": "The receiver asks for a client certificate.",
    "tls_handshake": "No common TLS version or cipher; TLS 1.2 or later is needed.",
    "tls_invalid": "The TLS certificate could not be verified.",
}


def of_status(status: int) -> str | None:
    """Return None for 2xx; otherwise `redirect` or `http_<status>`."""
    if 200 <= status <= 299:
        return None
    return "redirect" if status in _REDIRECTS else f"http_{status}"


def of_failure(errno: int, message: str, verify_result: int) -> str:
    """Return the code for an error of libcurl; `bad_response` for errors of HTTP itself."""
    if errno == pycurl.E_PEER_FAILED_VERIFICATION:
        # libcurl compares the name itself, after OpenSSL has found the chain good.
        if "subject name" in message:
            return "tls_wrong_name"
        return _BY_VERIFY_RESULT.get(verify_result, "tls_invalid")
    # With TLS 1.3 a missing client certificate shows only when the answer is read.
    if "certificate required" in message:
        return "tls_client_certificate"
    # The same number stands for a lost connection and for chunks that cannot be read.
    if errno == pycurl.E_RECV_ERROR and "chunk" in message:
        return "bad_response"
    return _BY_ERRNO.get(errno, "bad_response")


def reason(code: str) -> str:
    """Return the sentence that the endpoint's owner reads."""
    if code.startswith("http_"):
        return f"The receiver answered {code[5:]}."
    return _REASONS.get(code, _UNREACHABLE)
