"""Why a message that names no mail stands where it does in its conversation."""

from mappings.records import Message
from search.ghosts import quote_of

INDEX, WORDS, SUBJECT = "Outlook’s index of the conversation", "the words it quotes", "its subject and the people"
_RUN = 24  # letters in a row that stand in both
_LOOKED_AT = 100_000  # code points of the other mail


def placed(message: Message, parent: Message | None) -> str:
    """By what a message was put below another one; "" if it says so itself, or stands below none that is here."""
    if parent is None or message.references or message.in_reply_to:
        return ""
    if message.thread_index and parent.thread_index:
        return INDEX
    words, text = _letters(quote_of(message).words), _letters(parent.text[:_LOOKED_AT])
    runs = [words[at : at + _RUN] for at in range(0, len(words) - _RUN + 1, _RUN // 2)]
    return WORDS if any(run in text for run in runs) else SUBJECT


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
