"""Which messages an article cites, and why: the way through is

passages    an article's text in paragraphs and quotations
numbers     what it calls messages by: addresses, numbers, Message-IDs     resolving  from these to messages
units       passages as words, each with what the corpus has for it        lexicon, dictionary, encoder
matching    a passage's candidates, looked at, compared, scored            reading, likeness, families, features
people, days, cues   who, when, and whether mail is spoken of              replies    "in his reply"
matcher     all of it, into citations                                      evidence   what speaks for each
model, fitting, retraining   the weights, and learning them from verdicts  preparing  what is kept of a corpus
"""

from ingest.citations.matcher import Matcher
from ingest.citations.passages import passages
from ingest.citations.retraining import retrain

__all__ = ["Matcher", "passages", "retrain"]
