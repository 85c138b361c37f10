"""By what a message that names no mail was placed: said on its own page and in its conversation."""

import json
from pathlib import Path

from msgspec.structs import replace

from search.engine import open_engine
from tests.quoting_mails import ANN, BOB, DAY, MORE, T0, WORDS, answer, block, letter
from tests.test_search_contract import fill
from webapp import create_app
from webapp.cli import Mail
from webapp.placing import INDEX, SUBJECT, placed
from webapp.placing import WORDS as QUOTED


def test_why_a_message_stands_where_it_does() -> None:
    (first, _), (reply, _) = letter(WORDS, subject="Crane"), answer("Ann wrote:", subject="Re: Crane")
    assert placed(reply, first) == QUOTED
    assert placed(answer("Ann wrote:", "No.", subject="Re: Crane")[0], first) == SUBJECT
    assert placed(replace(reply, thread_index="Ac"), replace(first, thread_index="Ac")) == INDEX
    assert placed(replace(reply, thread_index="Ac"), first) == QUOTED
    assert placed(reply, None) == placed(replace(reply, in_reply_to=("a@x",)), first) == ""


def test_pages_say_it(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "corpus"), create=True)
    mails = [
        letter(WORDS, subject="Crane"), answer("Ann wrote:", subject="Re: Crane", own=MORE),
        block(BOB, T0 + DAY // 2, MORE, sender=ANN, to=BOB, date=T0 + DAY, headers="In-Reply-To: <a@x.example>\n"),
        block(BOB, T0 + DAY // 2, "Words that nobody else has in this corpus.\n", own="What?\n", date=T0 + DAY),
    ]  # fmt: skip
    fill(engine, mails)
    client = create_app(engine, Mail()).test_client()
    said = f"placed by {QUOTED}"
    assert [said in client.get(f"/m/{message.id}").text for message, _ in mails] == [False, True, False, False]
    thread = engine.thread(mails[0][0].id).id
    assert client.get(f"/t/{thread[:16]}").text.count(said) == 1
    entries = json.loads(client.get(f"/t/{thread[:16]}.json").data)["entries"]
    assert [entry["placed"] for entry in entries] == ["", QUOTED]
    engine.close()
