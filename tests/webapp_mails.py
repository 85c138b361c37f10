"""Mails for the tests of the site: ordinary ones, and every attack on a reader of mail that we know of."""

import base64
import re
from pathlib import Path

# What an attack does when it runs: it can be seen from the page, from the window and from the trap.
RUN = "document.title='owned';window.owned=1;top.owned=1;new Image().src='TRAP/script'"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RUN}\"><script>{RUN}</script></svg>"


def html_attacks() -> dict[str, str]:
    """The attacks of `browser/attacks.txt` by name."""
    text = (Path(__file__).parent / "browser" / "attacks.txt").read_text(encoding="utf-8")
    blocks = (block.partition("\n") for block in text.split("== ")[1:])
    words = {
        "SVG64": base64.b64encode(SVG.encode()).decode(), "SVG": SVG, "RUN_QUOT": RUN.replace("'", "&quot;"),
        "RUN_APOS": RUN.replace("'", "&apos;"), "RUN": RUN,
    }  # fmt: skip
    return {name: re.sub("SVG64|SVG|RUN_QUOT|RUN_APOS|RUN", lambda match: words[match[0]], html.strip("\n"))
            for name, _, html in blocks}  # fmt: skip


NAMES = {
    "markup": "\"><script>RUN</script><b x=\".txt",
    "header": "a.txt\r\nSet-Cookie: owned=1\r\nContent-Type: text/html\r\n\r\n<script>RUN</script>",
    "backwards": "invoice\u202efdp.exe",
    "path": "../../../etc/passwd",
    "quote": 'semi;colon"quote%41.txt',
    "long": "x" * 400 + ".pdf",
    "other script": "протокол 議事録.txt",
    "dots": "...",
}


def mail(number: int, subject: str, body: str = "", *, kind: str = "text/plain", extra: str = "", sender: str = "",
         date: str | None = "") -> bytes:  # fmt: skip
    """A mail as bytes; `extra` is further header lines, each with its end of line. `date=None` leaves the date out."""
    when = f"Date: Mon, {number % 27 + 1:02} Aug 2015 14:{number % 60:02}:00 -0400\n" if date == "" else date or ""
    return (
        f"From: {sender or 'Ann Lee <ann@council.example>'}\nTo: Bob Ray <bob@council.example>\nSubject: {subject}\n"
        f"Message-ID: <m{number}@council.example>\n{when}{extra}MIME-Version: 1.0\n"
        f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
    ).encode()


def parted(number: int, subject: str, parts: list[tuple[str, str, bytes]], **rest: str) -> bytes:
    """A multipart/mixed mail: (media type, further header lines, bytes) a part."""
    body = "".join(
        f"--cut\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n{head}\n{base64.encodebytes(data).decode()}\n"
        for kind, head, data in parts
    )
    extra = rest.pop("extra", "")
    whole = mail(number, subject, body + "--cut--", extra=extra, **rest)
    return whole.replace(b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit",
                         b"Content-Type: multipart/mixed; boundary=cut", 1)  # fmt: skip


def rfc2231(name: str) -> str:
    """A Content-Disposition line with the name in RFC 2231's form, which can hold anything."""
    return f"Content-Disposition: attachment; filename*=utf-8''{''.join(f'%{byte:02X}' for byte in name.encode())}\n"


def ordinary() -> dict[str, bytes]:
    """A conversation with a ghost, copies, attachments, an attached mail, other languages, no date, no words."""
    quoted = "On Mon, 3 Aug 2015, Ann Lee wrote:\n> The budget hearing is moved.\n> Tell nobody.\n> It leaks.\n> A.\n"
    answer = mail(2, "Re: Budget hearing", f"Agreed, see https://council.example/plan?a=1&b=2.\n\n{quoted}\n-- \nBob",
                  extra="In-Reply-To: <m1@council.example>\nReferences: <m1@council.example>\n",
                  sender="Bob Ray <bob@council.example>")  # fmt: skip
    hop = "Received: from a.example ([192.0.2.7]) by b.example with SMTP; Mon, 3 Aug 2015 14:{0}:00 -0400\n"
    files = [
        ("text/plain", "", b"See the files about the budget."),
        ("text/csv", 'Content-Disposition: attachment; filename="sums.csv"\n', b"a,b\n1,2\n"),
        ("image/png", 'Content-Disposition: attachment; filename="map.png"\n', PNG),
        ("application/pdf", 'Content-Disposition: attachment; filename="plan.pdf"\n', b"%PDF-1.4\n%%EOF\n"),
        ("text/html", 'Content-Disposition: attachment; filename="page.html"\n', b"<script>alert(1)</script>"),
        ("message/rfc822", "Content-Disposition: attachment\n", mail(40, "Carried within", "Inner words.")),
    ]
    return {
        "first": mail(1, "Budget hearing", "The budget hearing is moved.\nTell nobody.",
                      extra=hop.format("03") + hop.format("01")),
        "answer": answer,
        "copy": b"Received: from c.example by d.example; Mon, 3 Aug 2015 20:00:00 -0400\n" + answer,
        "late": mail(3, "Re: Budget hearing", "I never saw the first one.",
                     extra="References: <m1@council.example> <gone@council.example>\n"
                     "In-Reply-To: <gone@council.example>\n"),
        "files": parted(4, "Files", files),
        "french": mail(5, "Procès-verbal", "Le conseil municipal s'est réuni hier soir pour parler du budget."),
        "undated": mail(6, "Without a date", "Nobody knows when.", date=None),
        "empty": mail(7, "", ""),
        "hebrew": mail(8, "שלום", "שלום עולם, this is mixed."),
        "table": mail(9, "Table", "name     sum     left\nroof     48000   0\ntower    100     2\n"),
        "newsletter": mail(10, "Newsletter", "<h1>News</h1><p>All the <b>news</b></p><a href='https://n.example/x'>more</a>",
                           kind="text/html"),
    }  # fmt: skip


def hostile(trap: str) -> dict[str, bytes]:
    """The attacks; `trap` is the address that they call."""
    run = RUN.replace("'", "`")
    script = f"<script>{run}</script>"
    found = {
        "subject": mail(100, f"attack {script}<img src=x onerror={run}>", "subject"),
        "name": mail(101, "attack by name", "name",
                     sender=f'"\\"><img src=x onerror={run}>" <x"onclick=y@evil.example>'),
        "headers": mail(102, "attack by header", "x",
                        extra=f"X-Evil: {script}\nX-{'y' * 300}: z\nList-Id: <{script}.x>\n"
                        f"Received: from {script} by {script}; {script}\nReply-To: {script} <a@b.example>\n"),
        "ids": mail(103, "attack by id", "x", extra=f"References: <\"'>{script}@x>\nIn-Reply-To: <\"'>{script}@x>\n"),
        "snippet": mail(104, "attack by snippet",
                        f"needle {script} needle <img src=x onerror={run}> &lt;needle&gt; </mark>{script}"),
        "text": mail(105, "attack by text",
                     f"https://x.example/\"onmouseover=\"{run} javascript:{run} </textarea></pre>{script}\n"
                     f"http://x.example/<script> https://x.example/'onclick='{run}\n\n"
                     f"On 1 May 2015, {script} wrote:\n> {script}\n> b\n> c\n> d"),
        "bidi": mail(106, "attack \u202ereversed\u202c \x07bell", "x \u202ey\u202c\x1b[2J"),
        "plain-as-html": mail(107, "attack by type", f"{script}", kind="text/plain"),
    }  # fmt: skip
    for number, (name, html) in enumerate(html_attacks().items()):
        if name == "cid-svg":
            parts = [
                ("text/html; charset=utf-8", "", html.encode()),
                ("image/svg+xml", "Content-ID: <evil-svg>\nContent-Disposition: inline; filename=x.svg\n",
                 SVG.encode()),
                ("image/png", "Content-ID: <good>\nContent-Disposition: inline; filename=good.png\n", PNG),
                ("image/png", "Content-Disposition: attachment; filename=fake.png\n", f"<html>{script}".encode()),
                ("image/gif", "Content-Disposition: attachment; filename=poly.gif\n", f"GIF89a/*{script}*/".encode()),
            ]
            found[name] = parted(200 + number, "attack cid-svg", parts)
        else:
            found[name] = mail(200 + number, f"attack {name}", f"<p>before</p>{html}<p>after</p>", kind="text/html")
    parts = [("text/plain", "", b"names")] + [
        ("text/plain", rfc2231(name.replace("RUN", run)), f"part {key}".encode()) for key, name in NAMES.items()
    ]
    found["file-names"] = parted(300, "attack by file names", parts)
    port = re.search(r":(\d+)", trap)
    return {
        name: raw.replace(b"TRAPPORT", port[1].encode() if port else b"80").replace(b"TRAP", trap.encode())
        for name, raw in found.items()
    }
