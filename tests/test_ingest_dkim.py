"""DKIM and ARC: states, what is covered, and the ways an archive may have changed a mail's bytes."""

import pytest
from dkim_mails import MAIL, NAME, N, record, sealed, signed

from ingest.authenticity import authenticated, check, examine
from ingest.dkim.canonical import Mail, body_relaxed, body_simple, field_relaxed
from ingest.dkim.crypto import KeyProblem, rsa_key
from ingest.dkim.keyring import Keyring, dkim_key, read_keys, read_record, shipped
from ingest.messages import read_message
from mappings.signatures import Key, Signature, arc_state, dkim_state

KEYS = Keyring([dkim_key(NAME, record(), source="a test"), dkim_key("spring._domainkey.list.example", record())])

# The example of RFC 8463, appendix A.
JOE = b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
JOES_KEYS = Keyring([
    dkim_key(
        "brisbane._domainkey.football.example.com",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ),
    dkim_key(
        "test._domainkey.football.example.com",
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J"
        "16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT"
        "+l/K4w3QIDAQAB",
    ),
])  # fmt: skip


def checked(raw: bytes, keys: Keyring = KEYS) -> tuple[Signature, ...]:
    return examine(read_message(raw).message, raw, keys).signatures


def one(raw: bytes, keys: Keyring = KEYS) -> Signature:
    (found,) = checked(raw, keys)
    return found


def ring(extra: str = "", name: str = NAME) -> Keyring:
    return Keyring([dkim_key(name, record(extra))])


def test_the_example_of_the_standard_verifies_with_both_of_its_keys() -> None:
    for raw in (JOE, JOE.replace(b"\n", b"\r\n")):
        first, second = checked(raw, JOES_KEYS)
        assert (first.state, first.algorithm, first.bits) == ("verified", "ed25519-sha256", 256)
        assert (second.state, second.algorithm, second.bits) == ("verified", "rsa-sha256", 1024)
    first, second = checked(JOE.replace(b"dinner", b"supper"), JOES_KEYS)
    assert (first.code, second.code) == ("head-differs", "head-differs")


def test_a_verified_signature_says_what_it_covers() -> None:
    found = one(signed())
    assert (found.state, found.reason) == ("verified", "")
    assert found.headers == ("from", "to", "subject", "date", "message-id")
    assert (found.body, found.bare, found.weak, found.reading) == ("whole", (), (), "")
    assert (found.domain, found.selector, found.bits, found.key) == ("council.example", "spring", 1024, "a test")
    assert found.aligned


def test_what_a_signature_leaves_out_is_said() -> None:
    found = one(signed(headers="from:to"))
    assert (found.state, found.bare) == ("verified", ("subject", "date", "message-id"))


@pytest.mark.parametrize("form", ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed", "relaxed"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_every_form_verifies_whatever_the_archive_made_of_line_ends(form: str, end: bytes) -> None:
    assert one(signed(form=form).replace(b"\r\n", end)).state == "verified"


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"From ann@council.example Mon Aug  3 14:02:00 2015\n" + raw,
        lambda raw: raw.rstrip(b"\r\n"),
        lambda raw: raw + b"\r\n\r\n",
        lambda raw: b"X-Spam-Score: 0\r\n" + raw,
        lambda raw: raw.replace(b"Subject:  The  budget", b"Subject: The\r\n\tbudget"),
    ],
)
def test_what_transport_may_do_to_a_mail_breaks_nothing(change: object) -> None:
    assert one(change(signed())).state == "verified"  # type: ignore[operator]


def test_stuffed_from_lines_are_read_both_ways_and_it_is_said() -> None:
    raw = signed()
    found = one(raw.replace(b"\r\nFrom now", b"\r\n>From now"))
    assert (found.state, found.reading) == ("verified", "lines that begin “>From ” read as “From ”")
    stuffed = signed(MAIL.replace(b"\r\nFrom now", b"\r\n>From now"))
    found = one(stuffed.replace(b"\r\n>From now", b"\r\nFrom now"))
    assert (found.state, found.reading) == ("verified", "lines that begin “From ” read as “>From ”")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (signed().replace(b"hearing", b"Hearing"), "body-differs"),
        (signed().replace(b"budget\r\nDate", b"bugdet\r\nDate"), "head-differs"),
        (signed(headers="to:subject"), "bad-field"),
        (signed(version="v=2; "), "bad-field"),
        (signed(extra=" i=ann@paper.example;"), "bad-field"),
        (signed(extra=" t=20; x=10;"), "bad-field"),
        (signed().replace(b"rsa-sha256", b"rsa-md5"), "bad-field"),
        (signed().replace(b"; bh=", b"; bh=!"), "bad-field"),
        (b"DKIM-Signature: nonsense\r\n" + MAIL, "bad-field"),
        (b"DKIM-Signature:\r\n" + MAIL, "bad-field"),
    ],
)
def test_what_does_not_verify_says_why(raw: bytes, code: str) -> None:
    found = one(raw)
    assert (found.state, found.code) == ("fails", code)
    assert found.reason.endswith(".")


def test_without_a_key_it_is_neither_verified_nor_failed() -> None:
    found = one(signed(), Keyring())
    assert (found.state, found.code, found.bits) == ("no-key", "no-key", 0)
    found = one(signed().replace(b"hearing", b"Hearing"), Keyring())
    assert (found.state, found.code) == ("no-key", "no-key")
    assert "not the one that was signed" in found.reason


def test_what_waits_for_a_key_is_told_from_its_fields_alone() -> None:
    raw = sealed(sealed(signed()), 2, "pass")
    message = authenticated(read_message(raw).message, raw)
    (found,) = message.signatures
    assert (found.state, found.domain, found.selector, found.algorithm) == (
        "no-key", "council.example", "spring", "rsa-sha256",
    )  # fmt: skip
    assert found.headers == ()  # that takes a look at the mail
    assert [(one.instance, one.cv, one.seal.state, one.message.domain) for one in message.arc] == [
        (1, "none", "no-key", "list.example"), (2, "pass", "no-key", "list.example"),
    ]  # fmt: skip
    assert authenticated(read_message(raw).message, raw, (dkim_key(NAME, record()),)).signatures[0].state == "verified"
    odd = b"DKIM-Signature: v=1; d=council.example\r\n" + MAIL
    assert authenticated(read_message(odd).message, odd).signatures[0].code == "bad-field"


def test_a_part_of_the_body_and_old_hashes_and_trial_keys_are_weak() -> None:
    found = one(signed(length=10) + b"And send money.\r\n")
    assert (found.state, found.body, found.length) == ("verified", "part", 10)
    assert "only the first 10 of its" in found.weak[0]
    assert (one(signed(length=0)).body, one(signed(length=9_999)).code) == ("none", "body-differs")
    assert "SHA-1" in one(signed(hash_name="sha1")).weak[0]
    assert "trial" in one(signed(), ring("t=y; ")).weak[0]


def test_a_second_field_on_top_is_not_covered_and_it_is_said() -> None:
    found = one(b"Subject: Send money\r\n" + signed())
    assert (found.state, found.bare) == ("verified", ("subject",))
    assert "more than once" in found.weak[0]


def test_keys_have_the_last_word() -> None:
    revoked = Keyring([Key(name=NAME, text="v=DKIM1; p=")])
    assert (one(signed(), revoked).state, one(signed(), revoked).code) == ("no-key", "revoked")
    assert one(signed(), ring("h=sha1; ")).code == "key-unfit"
    assert one(signed(extra=" i=ann@mail.council.example;"), ring("t=s; ")).code == "key-unfit"
    assert one(signed(extra=" i=ann@mail.council.example;"), ring()).identity == "ann@mail.council.example"
    other = Key(name=NAME, text=record(modulus=N - 2))
    assert one(signed(), Keyring([other])).code == "head-differs"
    assert one(signed(), Keyring([other, dkim_key(NAME, record())])).state == "verified"  # keys change


def test_whose_domain_it_is() -> None:
    assert one(signed(domain="council.example"), KEYS).aligned
    found = one(signed(domain="list.example"), KEYS)
    assert (found.state, found.aligned) == ("verified", False)
    below = signed(MAIL.replace(b"ann@council", b"ann@mail.council"))
    assert one(below).aligned


def test_several_signatures_have_a_state_each_and_the_mail_the_best() -> None:
    raw = signed(signed(), domain="nobody.example")
    found = checked(raw)
    assert [signature.state for signature in found] == ["no-key", "verified"]
    assert dkim_state(found) == "verified"
    assert dkim_state(()) == "unsigned"


def test_a_chain_of_arc_is_checked_seal_by_seal() -> None:
    raw = sealed(sealed(MAIL), 2, "pass", "mx.second.example; arc=pass")
    later = check(read_message(raw).message, raw, KEYS)
    assert [(one.instance, one.cv, one.seal.state, one.message.state) for one in later.arc] == [
        (1, "none", "verified", "verified"), (2, "pass", "verified", "verified"),
    ]  # fmt: skip
    assert later.arc[1].claims == "mx.second.example; arc=pass"
    assert arc_state(later.arc) == "verified"
    changed = raw.replace(b"mx.paper.example; dkim=pass", b"mx.paper.example; dkim=fail")
    found = check(read_message(changed).message, changed, KEYS).arc
    assert [one.seal.code for one in found] == ["head-differs", "head-differs"]
    assert arc_state(check(read_message(raw).message, raw, Keyring()).arc) == "no-key"
    assert arc_state(()) == ""


def test_a_chain_with_a_gap_fails() -> None:
    raw = sealed(sealed(MAIL), 3, "pass")
    found = check(read_message(raw).message, raw, KEYS).arc
    assert found[-1].seal.code == "chain-broken"
    assert arc_state(found) == "fails"


def test_canonical_forms_are_those_of_the_standard() -> None:
    body = b" C \r\nD \t E\r\n\r\n\r\n"  # RFC 6376 §3.4.5
    assert body_relaxed(body) == b" C\r\nD E\r\n"
    assert body_simple(body) == b" C \r\nD \t E\r\n"
    assert (body_relaxed(b""), body_simple(b"")) == (b"", b"\r\n")
    assert field_relaxed(b"B \t: Y\t\r\n\tZ  \r\n") == b"b:Y Z\r\n"
    assert Mail(b"Subject: x").body == b""


@pytest.mark.parametrize(
    "text", ["", "v=DKIM2; p=AAAA", "k=dsa; p=AAAA", "v=DKIM1", "p=AAAA", "p=!", "s=web; p=AAAA", "a=1; a=2; p=AAAA"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(KeyProblem):
        read_record(text)


def test_a_key_file_is_read_in_both_forms_and_bad_lines_are_named() -> None:
    head = "selector\tdomain\trecord\tfirst\tsource\n"
    (key,) = read_keys(f"# keys\n{head}spring\tCouncil.example\t{record()}\t2014\tmine\n")
    assert (key.name, key.first, key.source) == (NAME, "2014", "mine")
    line = f'{{"selector": "spring", "domain": "council.example", "record": "{record()}"}}'
    assert read_keys(line)[0].text == key.text
    assert read_keys("\n# nothing\n") == []
    for text, said in (
        (head + "spring\tcouncil.example\tp=!\n", "Line 2"), ("selector\tdomain\nx\ty\n", "column record"),
        ("{broken\n", "Line 1"), ('{"selector": "a", "domain": "b"}', "record"), (f"{head}\t\t{record()}\n", "Line 2"),
    ):  # fmt: skip
        with pytest.raises(KeyProblem, match=said):
            read_keys(text)


def test_every_key_that_comes_along_can_be_used_and_says_where_it_is_from() -> None:
    for key in shipped():
        assert read_record(key.text).bits >= 512, key.name
        assert key.source, key.name
        assert key.checked, key.name
    assert rsa_key(record().partition("p=")[2]) == (N, 65537)


def test_what_was_composed_can_not_be_checked() -> None:
    raw = signed()
    (found,) = check(read_message(raw, made="msg").message, raw, KEYS).signatures
    assert (found.state, found.code, found.domain) == ("unchecked", "composed", "council.example")
    assert dkim_state([found]) == "unchecked"
