"""Subjects without their reply marks, and the rule by which a reply that names no mail finds the one it answers."""

import re
import unicodedata
from functools import lru_cache

from search.engine import Member

DAY = 86400
WINDOW = 14 * DAY  # seconds before a reply that names no mail in which the mail it answers is sought

# The words before a colon, as mail programs of many languages write them. "vs" is a reply in Finnish and a forward in
# Danish, "res" a reply in Portuguese: in doubt a reply, since a reply must pass more tests than its subject.
_REPLY = (
    "re|r|ref|réf|rép|rep|res|resp|aw|antw|antwort|antwoord|betr|sv|svar|vs|odp|odpověď|ynt|yan|rif|ang|bls|balas|vá|"
    "válasz|atb|απ|απάντηση|σχετ|σχ|на|отв|ответ|відп|תשובה|השב|رد|trả lời|ตอบ|回复|回覆|答复|答覆|回信|返信|답장|회신"
)
_FORWARD = (
    "fwd|fw|wg|tr|rv|i|enc|vb|vl|pd|doorst|ilt|i̇lt|továbbítás|πρθ|προώθ|пересл|הועבר|إعادة توجيه|chuyển tiếp|ส่งต่อ|转发|"
    "轉寄|轉發|転送|전달|terusan|trs"
)
_COUNT = r"\s?(?:[\[(^*-]?\d{1,3}[\])]?)?\s?[:：]"  # Re: Re[2]: Re(2): Re^2: Re*2: Re : and the fullwidth colon
_LEAD = re.compile(
    rf"(?:(?P<reply>{_REPLY}){_COUNT}|(?P<forward>{_FORWARD}){_COUNT}"
    # A list's tag, with or without a running number; "[Bug 12]" and "[PATCH 1/2]" are what the mail is about.
    r"|\[(?P<tag>[^\[\]\d]{1,40}|[\w-]{1,30}[:.,]\s?\d{1,7})\])\s*",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"\((?:fwd|forwarded)\)$", re.IGNORECASE)
_WAS = re.compile(r"[\[(]was:?\s", re.IGNORECASE)

_LONGEST = 1000  # code points of a subject that are looked at

# What strangers, and the same people on unlike occasions, write above their letters.
_GENERAL = {
    "hello", "hi", "hey", "hallo", "hola", "bonjour", "salut", "ciao", "привет", "test", "testing", "question",
    "questions", "help", "info", "information", "thanks", "update", "updates", "fyi", "urgent", "important", "meeting",
    "lunch", "call", "none", "untitled", "message", "mail", "email", "e-mail", "news", "newsletter", "document",
    "documents", "file", "files", "photo", "photos", "report", "invoice", "notification", "reminder", "alert", "error",
    "warning", "status",
    "thank you", "no subject", "(no subject)", "<no subject>", "(none)", "kein betreff", "(kein betreff)",
    "sans objet", "(sans objet)", "sin asunto", "(sin asunto)", "senza oggetto", "(nessun oggetto)", "sem assunto",
    "(sem assunto)", "geen onderwerp", "(geen onderwerp)", "без темы", "(без темы)", "无主题", "(无主题)",
    "your mail", "your message", "your email", "good morning", "happy birthday", "out of office",
}  # fmt: skip

_ROBOT = re.compile(
    r"(?:no|not|do)?[-._]?(?:not)?[-._]?reply[^@]*@|(?:mailer|listserv|majordomo|postmaster|daemon|cron|root|nobody|www|"
    r"bounces?|notif\w*|alerts?|automat\w*|robot|bot|system|sys|newsletters?|news|info|support|help|helpdesk|admin\w*|"
    r"webmaster|service|all|everyone|staff|list|lists|owner)(?:[-._+][^@]*)?@|"
    r"[^@]*[-_+](?:announce|users?|dev|devel|list|lists|l)@|"
    r"[^@]*[-._+](?:owner|bounces?|request|daemon|bot|notifications?|no-?reply)@|"
    r"[^@]*@(?:lists?|groups?|ml)\.|[^@]*@(?:googlegroups|yahoogroups|vger|bounces?)\.",
    re.IGNORECASE,
)


def plain_subject(subject: str) -> tuple[str, bool]:
    """The subject as written but for its reply and forward marks and list tags; whether its outermost mark says reply.

    A subject that is nothing but marks and tags gives "".
    """
    at, reply, marked = 0, False, False
    subject = subject.strip()
    while found := _LEAD.match(subject, at):
        at = found.end()
        if not marked and not found["tag"]:
            marked, reply = True, found["reply"] is not None
    subject = subject[at:]
    if subject.endswith(")"):
        subject = _FORWARDED.sub("", subject).rstrip()
    if subject[-1:] in ("]", ")") and (was := _WAS.search(subject)) and was.start():
        subject = subject[: was.start()].rstrip()
    return subject, reply


@lru_cache(maxsize=4096)
def base_subject(subject: str) -> tuple[str, bool]:
    """What a mail and its replies share: marks and tags off, white space and case folded; and whether it is a reply.

    The marks are those of RFC 5256 §2.1 and of the mail programs of some thirty languages.
    """
    subject = subject[:_LONGEST]
    if not subject.isascii():
        subject = unicodedata.normalize("NFKC", subject)
    plain, reply = plain_subject(" ".join(subject.split()))
    return plain.casefold(), reply


def too_general(base: str) -> bool:
    """Whether a base subject says too little to tell one conversation from another."""
    return base in _GENERAL or (len(base) < 12 and sum(map(str.isalnum, base)) < (4 if base.isascii() else 2))


@lru_cache(maxsize=4096)
def is_robot(address: str) -> bool:
    """Whether an address looks like a program's, a list's or an office's rather than one person's."""
    return not address or _ROBOT.match(address[:_LONGEST]) is not None


def answers(reply: Member, older: Member, window: int = WINDOW) -> bool:
    """Whether `reply`, a reply by its subject that names no mail, belongs to the conversation of `older`.

    A test of the two mails alone, so that threads don't depend on what was read first: the same subject, `older` dated
    within `window` seconds before, and the same people both ways. Robots, lists and offices count as no one.
    """
    if reply.date is None or older.date is None or not 0 <= reply.date - older.date <= window:
        return False
    if reply.num == older.num or is_robot(reply.sender) or is_robot(older.sender) or names_mail(reply):
        return False
    base, marked = base_subject(reply.subject)
    if not marked or too_general(base) or base_subject(older.subject)[0] != base:
        return False
    if older.sender not in reply.people:
        return False
    if reply.sender == older.sender:  # one's own mail continued: to the same other person
        return any(who != reply.sender and not is_robot(who) for who in reply.people & older.people)
    if reply.sender in older.people:
        return True
    # An answer from a list's reader: it is addressed to the writer, and to the list that carried the first mail.
    return any(who != older.sender for who in reply.people & older.people)


def names_mail(member: Member) -> bool:
    """Whether the mail says by Message-ID what it refers to."""
    return any(reference != member.message_id for reference in member.references)
