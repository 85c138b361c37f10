"""What makes two articles one: an address as it is compared, and a key of a text's words."""

import re
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from search.words import tokens

# What counts readers or tells where they came from, and by no site's custom which article is meant.
_TRACKING = re.compile(
    r"utm_\w+|mc_[ce]id|fbclid|[gd]clid|gclsrc|msclkid|yclid|igshid|twclid|xtor|wt_?mc(?:_o)?|s_cid|cmpid?|i?cmp|icid|ocid"
    r"|at_(?:medium|campaign\w*|custom\d|creation|variant|link\w*|format|ptr_name|bbc_team)|smid|smtyp|ref_?(?:src|url)"
    r"|guccounter|guce_\w+|_?amp|amp_js_v|usqp|outputtype",
    re.IGNORECASE,
)
_ARCHIVED = re.compile(
    r"^(?:https?://)?(?:web\.archive\.org/(?:web|save)/(?:[0-9]{1,14}[a-z_]*|\*)/"
    r"|archive\.(?:today|ph|is|li|md|vn|fo)/(?:newest|oldest|[0-9]{4,14})/"
    r"|webcache\.googleusercontent\.com/search\?q=cache:(?:[\w-]+:)?"
    r"|(?:www\.)?google\.[a-z.]+/amp/(?:s/)?"
    r"|amp\.google\.com/(?:v|c)/(?:s/)?)(?P<rest>.+)$",
    re.IGNORECASE,
)
_AMP_CACHE = re.compile(r"^https?://[\w-]+\.cdn\.ampproject\.org/[a-z]/(?:s/)?(?P<rest>.+)$", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_PREFIXES = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)")
_AMP_ENDS = re.compile(r"(?:/amp(?:/index)?|\.amp)(?P<kind>\.html?)?$", re.IGNORECASE)
_AMP_BEGINS = re.compile(r"^/amp/(?=.)", re.IGNORECASE)
_MOST_LAYERS = 5  # archives of archives


def address_key(address: str) -> str:
    """An address as it is compared: "" for what is no address of the web. Scheme, `www.`, usual ports, fragment, what
    only counts readers, mobile and AMP forms make no difference; an archived copy is what it is a copy of."""
    text = unarchived(address)
    if "://" not in text:
        return ""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _PORTS or not host:
        return ""
    host = _PREFIXES.sub("", _ascii(host))
    if port and port != _PORTS[parts.scheme.lower()]:
        host += f":{port}"
    return host + _path(parts.path) + _query(parts.query)


def unarchived(address: str) -> str:
    """The address that an archive's or a cache's copy is a copy of; any other as it stands."""
    text = re.sub(r"[\x00-\x20\x7f]+", "", address.encode("utf-8", "replace").decode())
    for _ in range(_MOST_LAYERS):
        match = _ARCHIVED.match(text) or _AMP_CACHE.match(text)
        if match is None:
            return text
        rest = match["rest"]
        if "://" not in rest[:10] and re.match(r"https?%3a", rest, re.IGNORECASE):
            rest = unquote(rest)
        rest = re.sub(r"^(https?):/+", r"\1://", rest, flags=re.IGNORECASE)
        text = rest if "://" in rest[:10] else "http://" + rest
    return text


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


def _path(path: str) -> str:
    found = quote(unquote(re.sub(r"/{2,}", "/", path), errors="replace"), safe="/:@!$&'()*+,;=~")
    found = _AMP_BEGINS.sub("/", found.rstrip("/"))
    found = _AMP_ENDS.sub(lambda match: match["kind"] or "", found)
    found = re.sub(r"/(?:index|default)\.(?:html?|php|aspx?)$", "", found, flags=re.IGNORECASE)
    return found.rstrip("/")


def _query(query: str) -> str:
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
    return f"?{urlencode(sorted(pairs))}" if pairs else ""


def text_key(text: str) -> str:
    """A key that texts of the same words share, whatever their case, accents, marks and line breaks; "" for none."""
    words = tokens(text)
    return sha256(" ".join(words).encode("utf-8", "replace")).hexdigest() if words else ""


def article_id(address: str, text: str) -> str:
    """The id of an article: the SHA-256 of its address as it is compared, without one of its text's words."""
    key = address_key(address)
    return sha256(key.encode()).hexdigest() if key else text_key(text) or sha256(b"").hexdigest()
