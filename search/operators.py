"""The operators of the query language as a table: what README and help sheet print, and what `has:` and `is:` know."""

import re
from typing import NamedTuple


class Operator(NamedTuple):
    """One way to narrow a search. `name` is "" for what is not written with a colon."""

    name: str
    value: str  # the form its value takes
    does: str  # what it finds, as a sentence's second half
    example: str  # a query that can be read


HAS = {
    "attachment": "an attached file",
    "image": "an image",
    "audio": "a sound recording",
    "video": "a video",
    "pdf": "a PDF",
    "document": "a text document",
    "spreadsheet": "a spreadsheet",
    "presentation": "a presentation",
    "archive": "an archive such as a zip file",
    "calendar": "an invitation or calendar, or that is one",
    "contact": "a contact card, or that is one",
    "mail": "an attached mail",
    "html": "an HTML body",
    "date": "a usable date",
    "doubt": "a doubt about its date or about its route",
    "note": "a note by one of you",
}
DKIM = {
    "verified": "whose sending server's signature verifies",
    "fails": "signed, but no signature verifies",
    "no-key": "signed, but no key to check it is at hand",
    "unsigned": "without a DKIM signature",
    "unchecked": "signed, but the bytes are not those that were sent",
}
ARC = {
    "verified": "whose chain of ARC seals verifies",
    "fails": "whose chain of ARC seals does not verify",
    "no-key": "whose chain of ARC seals can't be checked for want of a key",
}
IS = {
    "ghost": "that is referred to but not here",
    "duplicate": "that was found in more than one copy",
    "attached": "that was attached to another mail",
    "message": "that is here in full",
    "primary": "that stands for all its copies",
    "signed": "that its writer signed (S/MIME, PGP)",
    "encrypted": "that its writer encrypted (S/MIME, PGP)",
    "opened": "that was encrypted and opened with a key",
    "cited": "that articles cite",
    "starred": "that one of you starred",
    "made": "that Unsealed made from an Outlook item, a table, a document …",
}

OPERATORS = (
    Operator("", "word word", "mails with all of the words, anywhere", "budget hearing"),
    Operator("", '"words"', "the words in this order", '"quarterly report"'),
    Operator("", '"words"~n', "the words at most n places astray", '"budget meeting"~5'),
    Operator("", "word*", "words that begin so", "contr*"),
    Operator("", "word~", "words with one letter more, less, swapped or other; word~2 for two", "podesta~"),
    Operator("", "-term", "not that; NOT is the same", "budget -draft"),
    Operator("", "a OR b", "either; binds closer than side by side", "draft OR final"),
    Operator("", "a AND b", "both; binds closer than OR", "budget AND draft OR final"),
    Operator("", "( )", "terms that belong together, also after an operator", "from:(ann OR bob)"),
    Operator("", "{ }", "any of the terms", "{from:ann from:bob}"),
    Operator("from", "name or address", "the sender, in part; an address in quotes as a whole", 'from:"john@x.org"'),
    Operator("to", "name or address", "those in To", "to:podesta"),
    Operator("cc", "name or address", "those in Cc", "cc:ann"),
    Operator("bcc", "name or address", "those in Bcc", "bcc:ann"),
    Operator("with", "name or address", "sender or any recipient", "with:x.org"),
    Operator("domain", "name", "senders whose address ends so behind the @, as a whole", "domain:x.org"),
    Operator("person", "id or name", "sender or any recipient, by any address that is held to be theirs",
             'person:"cheryl mills"'),
    Operator("wrote", "id or name", "the sender as a person, by any of their addresses", "wrote:podesta"),
    Operator("got", "id or name", "those in To, Cc or Bcc as persons, by any of their addresses", "got:podesta"),
    Operator("subject", "words", "words of the subject", 'subject:"annual report"'),
    Operator("body", "words", "words of the text, own or quoted", "body:invoice"),
    Operator("own", "words", "words the sender wrote, without quotations and disclaimers", "own:(yes OR agreed)"),
    Operator("quoted", "words", "words of quotations and disclaimers", "quoted:deadline"),
    Operator("filename", "words", "names of attachments", "filename:xlsx"),
    Operator("attachment", "words", "words of the text of attachments", "attachment:invoice"),
    Operator("has", "|".join(HAS), "mails that carry it", "has:pdf"),
    Operator("is", "|".join(IS), "mails of that kind", "is:ghost"),
    Operator("dkim", "|".join(DKIM), "mails by what became of their signatures (DKIM)", "dkim:verified"),
    Operator("arc", "|".join(ARC), "mails by the seals of servers that passed them on (ARC)", "arc:verified"),
    Operator("list", "list id", "mails of a mailing list", "list:announce.example.org"),
    Operator("id", "id or Message-ID", "one mail; an id may be cut to 8 letters", "id:3f786850"),
    Operator("thread", "id", "the conversation that a mail is in", "thread:3f786850"),
    Operator("collection", "name", "what was taken in under that name", "collection:council"),
    Operator("number", "number", "the mail that was published under it, in any collection", "number:C05739545"),
    Operator("label", "label", "a label or tag of Gmail or Thunderbird, as a whole", 'label:"to do"'),
    Operator("tag", "name", "what one of you tagged so; tag:* for any tag, tag:tax* for all that begin so",
             "tag:follow-up"),
    Operator("note", "words", "what one of you wrote a note on, with these words", 'note:"ask Ann"'),
    Operator("lang", "code", "the language of the sender's own words (ISO 639-1)", "lang:fr"),
    Operator("cited", "n, >n, <n, n..m", "mails by the number of articles that cite them; 0 for none", "cited:>2"),
    Operator("cited-by", "id", "mails that the article cites; its id may be cut to 8 letters", "cited-by:3f786850"),
    Operator("outlet", "name", "mails that articles of this newspaper, site … cite", 'outlet:"Le Monde"'),
    Operator("larger", "size", "at least that size: bytes, or k, M, G (of 1,024)", "larger:5M"),
    Operator("smaller", "size", "below that size", "smaller:10k"),
    Operator("size", "size..size", "from the first size to below the second; one end may be left open", "size:1M..5M"),
    Operator("before", "date", "before that day, month or year begins (UTC, as all dates)", "before:2015-08-01"),
    Operator("after", "date", "on that day or later", "after:2015-08-01"),
    Operator("older", "date", "the same as before:", "older:2015"),
    Operator("newer", "date", "the same as after:", "newer:2015-08"),
    Operator("on", "date", "on that day, or within that month or year", "on:2015-08-03"),
    Operator("date", "date, date..date, none, doubtful", "within, both ends count, one may be left open; or without a "
             "usable date; or with one that can hardly be true", "date:2015-08..2015-09"),
    Operator("older_than", "2d, 2w, 2m, 2y", "before that many days, weeks, months, years ago", "older_than:1y"),
    Operator("newer_than", "2d, 2w, 2m, 2y", "since that many days, weeks, months, years ago", "newer_than:2w"),
)  # fmt: skip
NAMES = tuple(operator.name for operator in OPERATORS if operator.name)
PEOPLE = ("from", "to", "cc", "bcc", "with")
ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")  # in quotes after one of these it is meant as a whole
EXAMPLES = {operator.name: operator.example for operator in OPERATORS if operator.name}
