"""Copies: the two rules, the groups they make together, and that order makes no difference."""

from msgspec.structs import replace

from ingest.arrange import arrange
from ingest.copies import BY_ID, BY_WORDS, groups, why
from ingest.threads import keys
from mappings.records import Address, Attachment, Message, Segment
from tests.thread_mails import mail, member

TEXT = "Pay the dues.\n\nAnn\n"
FILE = (Attachment(part="2", name="a.pdf", sha256="00"),)
MINUTE = 60 / 86_400  # in days


def grouped(*messages: Message) -> list[set[str]]:
    """Message-IDs or words of each group."""
    found: dict[int, set[str]] = {}
    for id, group in groups([member(message) for message in messages]).items():
        (message,) = (message for message in messages if message.id == id)
        found.setdefault(group, set()).add(message.message_id or message.text)
    return list(found.values())


def test_the_same_message_id_and_own_words() -> None:
    one = mail("a@x", text=TEXT)
    footer = TEXT + "_" * 40 + "\nSailors mailing list\nhttp://x.org/sailors\n"
    copies = [
        mail("a@x", text=footer, subject="[sailors] Harbour dues", to="sailors@x.org"), mail("a@x", text="> " + TEXT),
        mail("a@x", text=TEXT, day=1), replace(one, id="1" * 64, attachments=FILE),
        replace(one, id="2" * 64, text=TEXT + "> quoted\n", segments=(
            Segment("own", 0, len(TEXT)), Segment("quoted", len(TEXT), len(TEXT) + 9, 1))),
    ]  # fmt: skip
    for copy in copies:
        assert len(groups([member(one), member(copy)])) == 2, copy
        assert BY_ID in why(one, copy)


def test_an_altered_mail_is_no_copy() -> None:
    one = mail("a@x", text=TEXT)
    quoted = TEXT + "_" * 40 + "\nFrom: Bob\nSee http://x.org/1\n"
    others = [mail("a@x", text=TEXT.replace("Pay", "Forget")), mail("a@x", text=quoted), mail("b@x", text=TEXT, day=1),
              mail("b@x", text=TEXT, sender="eve@x.org"), mail("b@x", text=TEXT, subject="Other dues"),
              mail("a@x", text=TEXT, subject="Other dues")]  # fmt: skip
    for other in others:
        assert groups([member(one), member(other)]) == {}, other
        assert why(one, other) == ()


def test_the_same_words_sender_and_minute() -> None:
    one, two = mail("a@x", text=TEXT), mail("b@x", text=TEXT, to="clo@x.org", day=MINUTE / 6)
    assert grouped(one, two, mail("c@x", text=TEXT, day=MINUTE)) == [{"a@x", "b@x"}]
    assert why(one, two) == (BY_WORDS,)
    assert set(keys(one).links) & set(keys(two).links), "copies belong to one thread"
    assert grouped(mail(text=TEXT, salt="1"), mail("b@x", text=TEXT)) == [{TEXT, "b@x"}]
    assert grouped(mail("a@x", text=TEXT, day=None), mail("b@x", text=TEXT, day=None)) == []


def test_three_mails_are_joined_by_both_rules_together() -> None:
    first, last = mail("a@x", text=TEXT), mail("b@x", text=TEXT, day=7)
    between = mail("b@x", text=TEXT)
    assert grouped(first, last) == []
    assert grouped(first, last, between) == grouped(between, last, first) == [{"a@x", "b@x"}]
    assert len(groups([member(one) for one in (first, last, between)])) == 3
    assert why(first, last) == ()


def test_mails_without_id_and_content_are_no_copies() -> None:
    assert grouped(mail(text=" \n", salt="1"), mail(text=" \n", salt="2")) == []
    files = (Attachment(part="1", declared="application/pgp-encrypted", sha256="01"),)
    one, two = (replace(mail(text="", salt=salt), attachments=files) for salt in "12")
    assert len(groups([member(one), member(two)])) == 2


def test_a_sender_may_have_a_name_alone() -> None:
    one, two = (replace(mail(text=TEXT, salt=salt), from_=(Address(name="Ann Ågren"),)) for salt in "12")
    assert len(groups([member(one), member(two)])) == 2


def test_answers_to_any_copy_hang_below_the_first() -> None:
    one, two = mail("a@x", text=TEXT), mail("b@x", text=TEXT, salt="2")
    first, second = sorted((one, two), key=lambda message: message.id)
    answers = [mail("c@x", refs="a@x", day=1), mail("d@x", refs="b@x", day=2)]
    thread = arrange([member(message) for message in (*answers, second, first)])
    assert [(leaf.id, leaf.parent, leaf.depth) for leaf in thread.leaves] == [
        (first.id, "", 0), (second.id, "", 0), (answers[0].id, first.id, 1), (answers[1].id, first.id, 1)]  # fmt: skip
    assert len({leaf.copies for leaf in thread.leaves[:2]}) == 1
    assert [leaf.copies for leaf in thread.leaves[2:]] == [0, 0]
