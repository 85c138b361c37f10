"""Sketches of words: what a quotation shares with the mail it repeats, and what it does not."""

from ingest.copies import WHITE, words
from ingest.sketches import HEAD, OWN, QUOTED, own_sketch, quoted_sketch, shared, sketch
from tests.quoting_mails import MORE, WORDS, answer, letter

LETTERS = "Письмо дошло вчера вечером, и капитан велел всем собраться в новом порту до восьми часов утра.\n"


def own(text: str) -> tuple[int, ...]:
    return own_sketch(words(letter(text)[0]))


def quoted(text: str) -> tuple[int, ...]:
    return quoted_sketch(answer("Ann wrote:", text)[0])


def test_wrapping_marks_and_what_stands_around_make_no_difference() -> None:
    wrapped = WORDS.replace(" ", "\n", 9)
    assert own(WORDS) == own(wrapped)
    assert set(own(WORDS)) <= set(quoted(wrapped))
    assert set(own(WORDS)) - set(quoted("Hello.\n" + WORDS)) == {number for number in own(WORDS) if number >= HEAD}


def test_a_part_of_a_text_shares_a_share_of_its_numbers() -> None:
    whole = own(WORDS + MORE)
    count, part = shared(quoted(MORE), whole)
    assert 0 < count < OWN
    assert part == 1.0
    assert shared(quoted(WORDS + MORE), whole) == (OWN + 1, 1.0)
    assert shared(quoted(WORDS), own(MORE)) == (0, 0.0)


def test_words_that_the_other_mail_lacks_count_against_it() -> None:
    count, part = shared(quoted(MORE.replace("component", "instrument, and mayhap more") + WORDS), own(MORE))
    assert count
    assert part < 0.9


def test_a_few_words_have_no_sketch() -> None:
    assert own("Thanks, I will.\n") == quoted("Yes, of course.\n") == ()


def test_other_scripts_have_one() -> None:
    assert len(own(LETTERS)) > 1
    assert set(own(LETTERS)) <= set(quoted(LETTERS))


def test_numbers_are_few_and_small() -> None:
    text = " ".join(f"a mandate {number * 7919 + number} times repealed {number * 104729}." for number in range(900))
    mine = own(text)
    assert len(mine) == OWN + 1
    assert len(quoted(text)) == QUOTED + 1
    assert mine[:-1] == tuple(sorted(mine[:-1]))
    assert all(0 <= number < HEAD for number in mine[:-1])
    assert HEAD <= mine[-1] < 1 << 24
    assert sketch(b"", OWN) == ()
    assert sketch(text.encode().translate(None, WHITE), OWN)[:-1] != ()
