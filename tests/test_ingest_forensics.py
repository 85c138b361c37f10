"""The way a mail took, as the second reader sees it."""

import msgspec
import pytest

from ingest.messages import forensics


def test_forensics_in_the_order_of_travel() -> None:
    found = forensics("\n".join([
        "Received: from relay.example (relay.example [192.0.2.1]) by mx.example with ESMTP; Mon, 5 Jan 2015 10:00:30 "
        "+0000",
        "Received: from home (home.example [8.8.4.4]) by relay.example with SMTP; Mon, 5 Jan 2015 10:00:00 +0000",
        "From: a@b.org", "Content-Type: multipart/mixed; boundary=q", "", "--q", "", "x"]).encode())  # fmt: skip
    assert [(hop.number, hop.by, hop.delay) for hop in found.hops] == [(1, "relay.example", 0), (2, "mx.example", 30)]
    assert found.hops[1].date == 1420452030
    assert any("CloseBoundaryNotFound" in defect for defect in found.defects)


@pytest.mark.parametrize(
    "raw", [b"", b"\0\xff", b"Received: x\n\n", b"Received: \n\n", b"Received: from \xff by ; Foo\nDate: \xff\n\n"]
)
def test_forensics_never_raise(raw: bytes) -> None:
    msgspec.json.encode(forensics(raw))


def test_forensics_of_a_deep_mail() -> None:
    raw = b"x"
    for _ in range(2000):
        raw = b"Content-Type: message/rfc822\n\n" + raw
    assert forensics(raw).hops == ()
