"""Feeds (Atom, RFC 4287) as answers."""

import re

from flask import render_template, request
from werkzeug.wrappers import Response

from webapp.text import plain

# What XML 1.0 has no place for.
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(template: str, **values: object) -> Response:
    """A feed. Addresses in it are whole (`root` is the site's, without a slash behind it): readers keep them
    elsewhere."""
    xml = render_template(template, root=request.url_root.rstrip("/"), xml=xml_text, **values)
    return Response(xml.encode("utf-8", "replace"), content_type="application/atom+xml; charset=utf-8")


def xml_text(text: str) -> str:
    """A stranger's words as XML can hold them."""
    return NO_XML.sub("\ufffd", plain(text))
