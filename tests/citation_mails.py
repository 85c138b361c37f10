"""A small town's mails and what newspapers make of them: for the tests of citations."""

import itertools
import json
from pathlib import Path

ANN = "Ann Verity <ann.verity@port-ellin.example>"
MARTIN = "Martin Osgood <martin.osgood@port-ellin.example>"
IDA = "Ida Lindqvist <ida@ferryworks.example>"
TOMAS = "Tomas Brandt <tomas.brandt@ferryworks.example>"
ROSE = "Rose Calloway <rose.calloway@port-ellin.example>"

MAILS = [
    ("4101", IDA, MARTIN, "2014-08-03T09:12:00", "in case you are near the yard",
     "Martin,\n\nI cannot imagine that you have a free hour, but in case you do, would you spend some time with our "
     "chairman? He has begun to wonder how he might use the harbour museum to support the ferry, and he would like to "
     "meet people who understand how a council moves money from one purse to another.\n\nLet me know, and thank "
     "you!\nIda"),
    ("4102", MARTIN, IDA, "2014-08-03T15:40:00", "Re: in case you are near the yard",
     "Happy to. The diary is jammed on Monday, Rose will find us half an hour.\n\nOn 3 August 2014, Ida "
     "Lindqvist wrote:\n"
     "> I cannot imagine that you have a free hour, but in case you do, would you spend some time with our chairman?"),
    ("4103", ANN, MARTIN, "2015-02-11T08:01:00", "the lantern bill",
     "The lantern has cost forty-seven thousand pounds so far and it still does not turn. If the auditors ask, "
     "say that "
     "the glass was cursed by the previous keeper. I would rather be laughed at than billed twice."),
    ("4104", MARTIN, ROSE, "2015-02-11T11:30:00", "Fwd: the lantern bill",
     "Please keep a copy.\n\n-----Original Message-----\nFrom: Ann Verity\nSent: 11 February 2015 08:01\nTo: "
     "Martin Osgood\n"
     "Subject: the lantern bill\n\nThe lantern has cost forty-seven thousand pounds so far and it still does "
     "not turn. If "
     "the auditors ask, say that the glass was cursed by the previous keeper. I would rather be laughed at than billed "
     "twice."),
    ("4105", TOMAS, IDA, "2015-05-20T07:30:00", "welding",
     "The welders found that the hull plates were swapped: the thin ones went below the waterline. Nobody "
     "signed for it. "
     "We can sail until October if the captain keeps her out of the swell, but I will not put my name on that."),
    ("4106", ROSE, ANN, "2015-06-02T17:45:00", "gulls",
     "The gulls have learned to open the bins. I propose that we train the mayor to close them."),
]  # fmt: skip
_WHO = (ANN, MARTIN, IDA, TOMAS, ROSE, "Office <office@port-ellin.example>", "Nell Abara <nell@harbour.example>")
_WHAT = (
    "The minutes of the meeting are attached, please send corrections by Friday.",
    "Could you tell me who has the key of the boat shed this week?",
    "The tide tables for next month have been printed and put up.",
    "I shall be late on Tuesday because the bus from the station is cancelled.",
    "Thank you for the flowers, the whole office enjoyed them.",
    "The insurance wants the number of seats on the upper deck again.",
    "Our printer is out of paper, and so is the stationer.",
    "Please add the fishermen's request about the ice machine to the agenda.",
    "The school asks whether forty children may visit the lighthouse in June.",
    "The painter has finished the railings and will begin with the doors.",
)


def rows() -> list[dict[str, str]]:
    """All mails: those that are cited, and everyday ones beside them."""
    made = [dict(zip(("id", "from", "to", "date", "subject", "body"), mail, strict=True)) for mail in MAILS]
    pairs = itertools.islice(itertools.combinations(range(len(_WHAT)), 3), 90)
    for number, three in enumerate(pairs):
        who, whom = _WHO[number % 7], _WHO[(number * 3 + 1) % 7]
        date = f"{2013 + number % 4}-{number % 12 + 1:02}-{number % 27 + 1:02}T10:{number % 60:02}:00"
        body = "\n\n".join(_WHAT[at] for at in three)
        made.append({"id": str(5000 + number), "from": who, "to": whom, "date": date, "subject": f"office {number}",
                     "body": body})  # fmt: skip
    return made


def written(folder: Path) -> Path:
    """The mails as a table."""
    path = folder / "ellin.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows()), encoding="utf-8")
    return path
