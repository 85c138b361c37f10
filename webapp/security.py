"""What every response carries, and which host names are answered: the site shows hostile material."""

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request
from werkzeug.wrappers import Response

PAGE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A part or a raw message, should a browser ever show it: no scripts, no origin, no requests.
INERT = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# HTML mail in its frame: its own styles and the pictures that came with it; links open a new window when clicked.
FRAME = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
HEADERS = {
    "Content-Security-Policy": PAGE,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-cache",
}


# For a corpus that is public: its JSON may be read by pages of any site, without cookies (https://fetch.spec.whatwg.org).
SHARED = {
    "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}  # fmt: skip


def add_headers(response: Response) -> Response:
    """Adds what a view has not set itself."""
    if current_app.config["UNSEALED_SHARED"] and request.path.endswith(".json"):
        response.headers.update(SHARED)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def host_name(value: str) -> str:
    """The name in a Host header, lower case, without port and brackets; "" when it can't be read."""
    try:
        return urlsplit(f"//{value}").hostname or ""
    except ValueError:
        return ""


def check_host() -> None:
    """Refuses a Host that is not ours: a stranger's page may have its name point at this machine (DNS rebinding)."""
    hosts: Collection[str] | None = request_hosts()
    if hosts is not None and host_name(request.headers.get("Host", "")) not in hosts:
        abort(421, "This site answers only to the name it is served under.")


def own_form() -> None:
    """Refuses a form that a page of another site sends, for what costs and changes nothing."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, "This did not come from a form of this site.")


def request_hosts() -> Collection[str] | None:
    """The names that the running site answers to, None for any."""
    names: Collection[str] | None = current_app.config["UNSEALED_HOSTS"]
    return names


def protect(app: Flask, hosts: Collection[str] | None, shared: bool = False) -> None:
    """Puts both on an app."""
    app.config["UNSEALED_SHARED"] = shared
    app.config["UNSEALED_HOSTS"] = hosts
    app.before_request(check_host)
    app.after_request(add_headers)
