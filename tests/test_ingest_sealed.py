"""S/MIME and PGP: what is signed is opened and checked, what is encrypted is marked, damaged things end in a state."""

import pytest
import sealed_mails as made
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.messages import part_bytes, read_message
from ingest.sealed import pgp, smime
from ingest.sealed.ber import BerProblem
from ingest.sealed.check import examine
from ingest.sealed.cms import kind_of, read_enveloped, read_signed
from mappings.records import Message
from mappings.signatures import Key, SealCheck


def seals(raw: bytes) -> list[tuple[str, str, str, str]]:
    return [(seal.kind, seal.act, seal.form, seal.part) for seal in read_message(raw).message.seals]


def checked(raw: bytes, keys: list[Key] | None = None) -> SealCheck:
    (found,) = examine(raw, read_message(raw).message.seals, keys or [])
    return found


def opened(raw: bytes) -> Message:
    message = read_message(raw).message
    assert "The hearing is moved to the harbour." in message.text
    assert message.id != ""
    (sums,) = [one for one in message.attachments if one.name == "sums.csv"]
    assert part_bytes(raw, sums.part)[1] == b"a,b\r\n1,2"
    return message


def test_opaque_signed_mail_is_read_as_what_was_signed() -> None:
    raw = made.smime_signed(opaque=True)
    message = opened(raw)
    assert seals(raw) == [("smime", "signed", "opaque", "1")]
    assert [one.part for one in message.attachments] == ["1.1.2"]
    assert [one.part for one in opened(made.smime_signed(opaque=False)).attachments] == ["1.2", "2"]


@pytest.mark.parametrize("opaque", [True, False])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_signature_holds_and_the_certificate_speaks_for_itself(opaque: bool, end: bytes) -> None:
    found = checked(made.smime_signed(opaque).replace(b"\r\n", end))
    assert (found.state, found.reason) == ("valid", "")
    assert found.signer == "Ann Lee <ann@council.example>"
    assert found.issuer.startswith("Authority")
    assert (found.since, found.until) == ("2014-01-01", "2044-01-01")
    assert "was not checked" in found.chain


def test_a_changed_mail_does_not_hold() -> None:
    raw = made.smime_signed(opaque=False).replace(b"moved to", b"moved from")
    assert (checked(raw).state, checked(raw).reason) == ("invalid", pgp.BAD)
    assert checked(raw[: raw.rindex(b"--outer\r\nContent")] + b"--outer--\r\n").state == "invalid"


def test_the_chain_is_told_when_an_authority_was_given() -> None:
    ours, other = (smime.authority(made.authority_pem(name), "file") for name in ("Authority", "Another"))
    raw = made.smime_signed(opaque=True)
    assert "vouches for the certificate" in checked(raw, ours).chain
    assert checked(raw, ours).chain.startswith("Authority")
    assert checked(raw, other).chain.startswith("None of the authorities")


def test_pgp_is_checked_with_the_writers_key_and_not_without() -> None:
    raw = made.pgp_signed()
    opened(raw)
    public = pgp.public_key(str(made.pgp_key().extract_certificate()).encode(), "file")
    other = pgp.public_key(bytes(made.pgp_key("Bob").extract_certificate()), "file")
    assert checked(raw).state == "no-key"
    assert checked(raw, [other]).state == "no-key"
    found = checked(raw, [other, public])
    assert (found.state, found.signer, found.weak) == ("valid", "Ann <ann@council.example>", "")
    assert checked(raw.replace(b"moved to", b"moved from"), [public]).state == "invalid"


def test_text_signed_in_clear_is_read_without_its_marks() -> None:
    raw = made.pgp_clear()
    message = read_message(raw).message
    assert message.text.split("\n") == ["Hello,", "", "- first", "The hearing is moved.", "", "", "end"]
    assert seals(raw) == [("pgp", "signed", "inline", "1")]
    public = pgp.public_key(bytes(made.pgp_key().extract_certificate()), "file")
    assert checked(raw, [public]).state == "valid"
    assert checked(raw.replace(b"is moved", b"is not moved"), [public]).state == "invalid"


def test_a_quoted_or_cut_mark_is_no_seal() -> None:
    quoted = made.mail("q", b"\r\n> -----BEGIN PGP SIGNED MESSAGE-----\r\n> \r\n> x\r\n")
    assert seals(quoted) == []
    cut = made.mail("c", b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nx\r\n")
    assert (seals(cut), "BEGIN PGP" in read_message(cut).message.text) == ([], True)


def test_keys_of_an_old_kind_are_checked_by_the_rules_of_their_time() -> None:
    public = pgp.public_key(str(made.old_pgp_key().pubkey).encode(), "file")
    raw = made.pgp_signed(made.old_signature(made.INNER))
    found = checked(raw, [public])
    assert (found.state, found.signer) == ("valid", "Old Ann")
    assert "no longer safe" in found.weak
    assert checked(raw.replace(b"moved to", b"moved from"), [public]).state == "invalid"


def test_encrypted_mail_is_marked_and_closed() -> None:
    for raw, kind in ((made.smime_encrypted(), "smime"), (made.pgp_encrypted(), "pgp")):
        message = read_message(raw).message
        assert [(seal.kind, seal.act) for seal in message.seals] == [(kind, "encrypted")]
        assert (message.subject, message.text) == (f"A secret: {kind}", "")
        assert checked(raw).state == "encrypted"


def test_secret_keys_are_told_from_public_ones() -> None:
    with pytest.raises(pgp.PgpProblem, match="secret key"):
        pgp.public_key(bytes(made.pgp_key()), "file")
    for data in (b"", b"\x99nothing", bytes(made.pgp_key().extract_certificate())):
        with pytest.raises(pgp.PgpProblem):
            pgp.opener(data, None)
    with pytest.raises(smime.SmimeProblem, match="password"):
        smime.opener(made.bobs_p12(), "wrong")
    with pytest.raises(smime.SmimeProblem):
        smime.authority(b"nothing", "file")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_seals_end_in_a_state(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from([made.smime_signed(True), made.smime_signed(False), made.pgp_signed()]))
    at = data.draw(st.integers(500, len(raw) - 1))
    size = data.draw(st.integers(0, 40))
    broken = raw[:at] + data.draw(st.binary(max_size=20)) + raw[at + size :]
    message = read_message(broken).message
    for found in examine(broken, message.seals, []):
        assert found.state in ("valid", "invalid", "no-key", "unchecked", "encrypted")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda tail: b"\x30\x80\x06\x09\x2a\x86H" + tail)))
def test_no_bytes_upset_the_reader_of_cms(data: bytes) -> None:
    kind_of(data)
    for read in (read_signed, read_enveloped):
        with pytest.raises(BerProblem):
            read(data)
