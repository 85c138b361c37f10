"""Mails signed for tests, with keys made for them; a signer for DKIM and ARC that shares no code with the checker."""

import base64
import hashlib
import re

N = int(
    "bc8c267d6786e9297553797ecd9385fdbc051be26d61d47cf8212c87eed60d9007d769603b8394ad6f5cb06f74701adcf8b0c1d38254acf749"
    "4e37d787a0c8a3259788bc7db00b7ca03f0cbef4055f3896c6f8e41068fa533dd7b64dff518b87460d3ba93b01362051b26862e1d803bef94d"
    "5660bbe4cc0167d3093133caedc7", 16,
)  # fmt: skip
D = int(
    "60217cc657705b94bdb30fb0ed13982f641b9eb9f556f9c5b5a50455521a64d3d88ba5b860df97804dd50e47e52ffb224ad1a42138c3ff641d"
    "45fa06b3a9f0610e09e1c3faf5d8c6d930c39d25ca4ad373939122ae3f5a975554502b078d737b5bfa3f7917ff2b1e815b59b3b72c29447422"
    "2772abfe5af124bc43d25adf15c1", 16,
)  # fmt: skip
_INFO = {"sha256": "3031300d060960864801650304020105000420", "sha1": "3021300906052b0e03021a05000414"}
NAME = "spring._domainkey.council.example"
MAIL = (
    b"From: Ann Lee <ann@council.example>\r\nTo: Bob Ray <bob@paper.example>\r\nSubject:  The  budget\r\n"
    b"Date: Mon, 3 Aug 2015 14:02:00 -0400\r\nMessage-ID: <budget@council.example>\r\n\r\n"
    b"The hearing  is moved. \r\n\r\nFrom now on, tell nobody.\r\n\r\n\r\n"
)


def variant(name: str) -> bytes:
    """The mail under another Message-ID and of another minute, so that it is no copy."""
    minute = b"14:%02d:00" % (3 + sum(name.encode()) % 50)
    return MAIL.replace(b"budget@", name.encode() + b"@").replace(b"14:02:00", minute)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    count = (size.bit_length() + 7) // 8
    head = bytes([size]) if size < 128 else bytes([0x80 | count]) + size.to_bytes(count, "big")
    return bytes([tag]) + head + content


def record(extra: str = "", modulus: int = N) -> str:
    """The TXT record of the key."""
    number = modulus.to_bytes(modulus.bit_length() // 8 + 1, "big")
    key = _der(0x30, _der(0x02, number) + _der(0x02, (65537).to_bytes(3, "big")))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    info = _der(0x30, algorithm + _der(0x03, b"\0" + key))
    return f"v=DKIM1; k=rsa; {extra}p={base64.b64encode(info).decode()}"


def rsa(data: bytes, hash_name: str = "sha256") -> str:
    """A signature over the data, base64."""
    size = (N.bit_length() + 7) // 8
    told = bytes.fromhex(_INFO[hash_name]) + hashlib.new(hash_name, data).digest()
    padded = b"\0\1" + b"\xff" * (size - len(told) - 3) + b"\0" + told
    return base64.b64encode(pow(int.from_bytes(padded, "big"), D, N).to_bytes(size, "big")).decode()


def relaxed(field: bytes) -> bytes:
    """A field in the relaxed form, its line end kept off."""
    name, _, value = field.partition(b":")
    return name.lower().strip() + b":" + b" ".join(value.split())


def signed(
    mail: bytes = MAIL, *, headers: str = "from:to:subject:date:message-id", form: str = "relaxed/relaxed",
    domain: str = "council.example", hash_name: str = "sha256", length: int | None = None, extra: str = "",
    field: str = "DKIM-Signature", version: str = "v=1; ",
) -> bytes:  # fmt: skip
    """The mail with a signature on top."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    if form.endswith("/relaxed"):
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
        body = b"\r\n".join(lines)
    body = body.rstrip(b"\r\n") + b"\r\n"
    digest = base64.b64encode(hashlib.new(hash_name, body[:length]).digest()).decode()
    cut = "" if length is None else f" l={length};"
    told = (
        f"{field}: {version}a=rsa-{hash_name}; c={form}; d={domain}; s=spring;{cut}{extra}\r\n"
        f" h={headers}; bh={digest};\r\n b="
    ).encode()  # fmt: skip
    left = list(fields)
    covered = []
    for name in headers.encode().split(b":"):
        for one in reversed(left):
            if one.partition(b":")[0].strip().lower() == name.strip().lower():
                left.remove(one)
                covered.append(one)
                break
    canonical = relaxed if form.startswith("relaxed") else bytes
    data = b"".join(canonical(one) + b"\r\n" for one in covered) + canonical(told)
    return told + rsa(data, hash_name).encode() + b"\r\n" + mail


def sealed(mail: bytes, instance: int = 1, cv: str = "none", results: str = "mx.paper.example; dkim=pass") -> bytes:
    """The mail with one more ARC set on top; the sets it has must be the topmost fields."""
    before = re.findall(rb"(?m)^ARC-[^\n]*\n(?:[ \t][^\n]*\n)*", mail)
    aar = f"ARC-Authentication-Results: i={instance}; {results}\r\n".encode()
    with_message = signed(
        mail, field="ARC-Message-Signature", version=f"i={instance}; ", domain="list.example",
    )  # fmt: skip
    ams = with_message[: len(with_message) - len(mail)]
    told = f"ARC-Seal: i={instance}; a=rsa-sha256; cv={cv}; d=list.example; s=spring; b=".encode()
    earlier = [before[at : at + 3] for at in range(0, len(before), 3)][::-1]
    chain = [field for seal, message, claims in earlier for field in (claims, message, seal)] + [aar, ams]
    data = b"".join(relaxed(field) + b"\r\n" for field in chain) + relaxed(told)
    return told + rsa(data).encode() + b"\r\n" + ams + aar + mail
