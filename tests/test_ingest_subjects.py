"""Subjects without marks, and the rule by which a reply that names no mail finds its own."""

import pytest
from thread_mails import DAY, back, mail, member, run, tree

from ingest.subjects import WINDOW, answers, base_subject, is_robot
from mappings.records import Message


@pytest.mark.parametrize(
    ("subject", "base", "reply"),
    [
        ("Harbour  dues", "harbour dues", False),
        ("Re: Harbour dues", "harbour dues", True),
        ("RE[2]: Re^3: Re(4): harbour dues", "harbour dues", True),
        ("AW: WG: Harbour dues", "harbour dues", True),
        ("Fwd: Re: Harbour dues", "harbour dues", False),
        ("[Port-List] Re: [port-list] Harbour dues", "harbour dues", True),
        ("[port:00123] Harbour dues (fwd)", "harbour dues", False),
        ("Réf : Harbour dues", "harbour dues", True),
        ("答复：回复: 港口费", "港口费", True),
        ("转发：港口费", "港口费", False),
        ("Odp: Sv: VS: Antw: Harbour dues", "harbour dues", True),
        ("Tr: RV: Fw: Harbour dues", "harbour dues", False),
        ("Re: [Bug 12] Crash", "[bug 12] crash", True),
        ("Re: Dues (was: Re: Harbour (old))", "dues", True),
        ("Refund: Harbour", "refund: harbour", False),
        ("Re 2024: plans", "re 2024: plans", False),
        ("Re:", "", True),
        ("", "", False),
    ],
)
def test_base_subject(subject: str, base: str, reply: bool) -> None:
    assert base_subject(subject) == (base, reply)


@pytest.mark.parametrize(
    "address",
    ["", "noreply@x.org", "no-reply@x.org", "do_not_reply@x.org", "reply+f00@x.org", "MAILER-DAEMON@x.org",
     "owner-sailors@x.org", "sailors-request@x.org", "bounces+1@x.org", "sailors@lists.x.org",
     "sailors@googlegroups.com", "notifications@x.org", "backup-bot@x.org", "root@x.org"],
)  # fmt: skip
def test_robots_lists_and_daemons_are_no_one(address: str) -> None:
    assert is_robot(address)


@pytest.mark.parametrize("address", ["rebecca@x.org", "informant@x.org", "listerine@x.org", "al.list@x.org", "botha@x"])
def test_people_are_people(address: str) -> None:
    assert not is_robot(address)


@pytest.mark.parametrize(
    ("older", "reply", "joined"),
    [
        (mail("a@x"), back(), True),
        (mail("a@x"), back(day=-1), False),
        (mail("a@x"), back(day=WINDOW / DAY + 0.1), False),
        (mail("a@x", day=None), back(), False),
        (mail("a@x", to="carl@x.org"), back(), False),
        (mail("a@x"), back(to="carl@x.org"), False),
        (mail("a@x"), back(subject="Harbour dues"), False),
        (mail("a@x"), back(subject="Re: Harbour duties"), False),
        (mail("a@x", subject="hello"), back(subject="Re: hello"), False),
        (mail("a@x"), back(refs="other@x"), False),
        (mail("a@x", sender="noreply@x.org"), back(to="noreply@x.org"), False),
        (mail("a@x", to="sailors@lists.x.org"), back(to="ann@x.org sailors@lists.x.org"), True),
        (mail("a@x", to="sailors@lists.x.org"), back(to="sailors@lists.x.org"), False),
        (mail("a@x", sender="bob@x.org", to="sailors@lists.x.org"), back(to="sailors@lists.x.org"), False),
        (mail("a@x", sender="bob@x.org", to="ann@x.org"), back(), True),
    ],
)
def test_the_subject_rule(older: Message, reply: Message, joined: bool) -> None:
    assert answers(member(reply, 1), member(older, 2)) is joined
    assert len(run([older, reply])) == len(run([reply], [older])) == (1 if joined else 2)
    if joined:
        assert tree(older, reply) == ["a@x", "  r@x"]


def test_an_orphan_hangs_below_the_latest_mail_it_may_answer() -> None:
    first, second = mail("a@x"), mail("b@x", refs="a@x", day=1, subject="Re: Harbour dues")
    assert tree(back(day=2), first, second) == ["a@x", "  b@x", "    r@x"]


def test_robots_and_strangers_stay_apart() -> None:
    robot = [mail(f"r{day}@x", subject="Re: Nightly backup failed", sender="cron@x.org", to="ops@x.org", day=day)
             for day in range(30)]  # fmt: skip
    strangers = [mail(f"s{n}@x", subject=f"{'Re: ' * (n % 2)}hello", sender=f"u{n}@x.org", to=f"u{n + 1}@x.org", day=n)
                 for n in range(20)]  # fmt: skip
    monthly = [mail(f"m{n}@x", subject="Monthly report of the harbour", day=30 * n) for n in range(100)]
    assert len(run(robot + strangers + monthly)) == 150


def test_an_answer_joins_only_the_monthly_report_before_it() -> None:
    monthly = [mail(f"m{n}@x", subject="Monthly report of the harbour", day=30 * n) for n in range(12)]
    replies = [back(day=30 * n + 2, message_id=f"r{n}@x", subject="Re: Monthly report of the harbour")
               for n in range(12)]  # fmt: skip
    assert [len(thread.leaves) for thread in run(monthly + replies)] == [2] * 12
