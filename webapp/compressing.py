"""Answers on their way: packed for browsers that say that they unpack gzip (RFC 9110 §8.4.1.3)."""

import gzip

from flask import Flask, g, request
from werkzeug.wrappers import Response

SMALLEST = 1_000  # bytes that are worth it
LARGEST = 4_000_000
LEVEL = 5
KINDS = frozenset({
    "text/html", "text/css", "text/javascript", "application/json", "application/problem+json", "application/atom+xml",
})  # fmt: skip


def pack(response: Response) -> Response:
    """The answer packed, where that is asked for, worth it and safe.

    A page with a form's token is sent as it is: who could make a browser ask for it again and again, with words of
    their own in the address, would read the token out of the sizes (https://breachattack.com). Mails, attachments and
    exports are streams, and mostly packed already.
    """
    if response.mimetype not in KINDS or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    static = request.endpoint == "static"
    if response.status_code != 200 or "form_token" in g or (response.is_streamed and not static):
        return response
    if not request.accept_encodings["gzip"] or not SMALLEST <= (response.content_length or 0) <= LARGEST:
        return response
    response.direct_passthrough = False
    response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if etag := response.get_etag()[0]:
        response.set_etag(etag, weak=True)  # the same page in other bytes
    return response


def register(app: Flask) -> None:
    """Puts it on an app. The first to be put on is the last to see an answer."""
    app.after_request(pack)
