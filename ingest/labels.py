"""The labels of header lines that stand in a text ("From:", "Envoyé :", "发件人："), by language."""

import re
from typing import Literal

Field = Literal["from", "date", "to", "cc", "bcc", "subject", "reply-to", "attachments", "other"]
FIELDS: tuple[Field, ...] = ("from", "date", "to", "cc", "bcc", "subject", "reply-to", "attachments", "other")

# A row a language: the labels of Outlook, Apple Mail, Thunderbird, Gmail, Notes and of web mailers, in the order of
# FIELDS; "," stands between the labels of one field.
_TABLE: dict[str, tuple[str, ...]] = {
    "en": (
        "From", "Sent, Date, Sent at, Date Sent", "To", "Cc", "Bcc", "Subject", "Reply-To, Reply To",
        "Attachments, Attachment, Attach",
        "Importance, Priority, Sensitivity, Categories, Organization, Sent by, Sender, Message-ID, In-Reply-To, "
        "References, List-Id, Newsgroups, X-Mailer, Resent-From, Resent-Date, Resent-To, When, Where, Required, "
        "Optional",
    ),
    "de": (
        "Von", "Gesendet, Gesendet am, Datum", "An, Empfänger", "Kopie, Kopie (CC)", "Blindkopie", "Betreff",
        "Antwort an", "Anlagen, Anlage, Anhänge", "Wichtigkeit, Priorität, Organisation",
    ),
    "fr": (
        "De, Expéditeur", "Envoyé, Envoyé le, Date d'envoi, Message du", "À, A, Pour, Destinataire, Destinataires",
        "Copie à, Copie", "Cci", "Objet, Sujet", "Répondre à", "Pièces jointes, Pièce jointe",
    ),
    "es": (
        "De", "Enviado, Enviado el, Fecha, Fecha de envío", "Para, A, Destinatario", "Con copia a", "CCO", "Asunto",
        "Responder a", "Datos adjuntos, Adjuntos", "Importancia",
    ),
    "it": (
        "Da, Mittente", "Inviato, Inviata, Data, Data invio", "A, Per", "Per conoscenza", "Ccn", "Oggetto",
        "Rispondi a", "Allegati", "Priorità",
    ),
    "pt": (
        "De, Remetente", "Enviado, Enviada, Enviado em, Enviada em, Data, Data de envio", "Para, Destinatário",
        "Com cópia", "Cco", "Assunto", "Responder para, Responder a", "Anexos", "Prioridade, Importância",
    ),
    "nl": (
        "Van, Afzender", "Verzonden, Verstuurd, Datum", "Aan, Ontvanger", "", "", "Onderwerp", "Antwoord aan",
        "Bijlagen, Bijlage", "Urgentie, Prioriteit",
    ),
    "ru": (
        "От, От кого", "Отправлено, Дата", "Кому", "Копия", "Скрытая копия", "Тема", "Ответить", "Вложения", "Важность",
    ),
    "uk": ("Від", "Надіслано, Дата", "Кому", "Копія", "", "Тема"),
    "pl": ("Od", "Wysłano, Wysłane, Data", "Do", "DW, Kopia", "UDW", "Temat", "Odpowiedz do", "Załączniki"),
    "sv": ("Från", "Skickat, Datum", "Till", "Kopia", "", "Ämne", "Svara till", "Bilagor"),
    "da": ("Fra", "Sendt, Dato", "Til", "Kopi", "", "Emne", "Svar til", "Vedhæftede filer"),
    "no": ("Fra", "Sendt, Dato", "Til", "Kopi", "", "Emne", "Svar til", "Vedlegg"),
    "fi": (
        "Lähettäjä", "Lähetetty, Päiväys, Päivämäärä, Pvm", "Vastaanottaja", "Kopio", "", "Aihe, Otsikko", "",
        "Liitteet",
    ),
    "cs": ("Od", "Odesláno, Datum", "Komu", "Kopie", "", "Předmět", "", "Přílohy"),
    "sk": ("Od", "Odoslané, Dátum", "Komu", "Kópia", "", "Predmet"),
    "hu": ("Feladó", "Elküldve, Dátum", "Címzett", "Másolat, Másolatot kap", "", "Tárgy"),
    "ro": ("De la", "Trimis, Data", "Către", "", "", "Subiect"),
    "tr": ("Kimden, Gönderen", "Gönderildi, Gönderme Tarihi, Tarih", "Kime, Alıcı", "Bilgi", "", "Konu", "", "Ekler"),
    "el": ("Από", "Στάλθηκε, Ημερομηνία", "Προς", "Κοιν., Κοινοποίηση", "", "Θέμα"),
    "he": ("מאת", "נשלח, תאריך", "אל", "עותק", "", "נושא"),
    "ar": ("من", "تاريخ الإرسال, التاريخ", "إلى", "نسخة", "", "الموضوع"),
    "ja": ("差出人, 送信者", "送信日時, 日付, 日時", "宛先", "参照", "", "件名", "返信先", "添付ファイル"),
    "zh": (
        "发件人, 寄件者, 寄件人, 發件人", "发送时间, 发送日期, 日期, 时间, 傳送時間, 傳送日期, 寄件日期",
        "收件人, 收件者", "抄送, 副本", "密送, 密件副本", "主题, 主旨, 主題, 标题", "回复", "附件",
    ),
    "ko": (
        "보낸 사람, 보낸사람, 발신", "보낸 날짜, 보낸날짜, 보낸시간, 날짜", "받는 사람, 받는사람, 수신", "참조",
        "숨은 참조", "제목", "", "첨부",
    ),
}  # fmt: skip
LABELS: dict[Field, tuple[str, ...]] = {
    field: tuple(dict.fromkeys(
        label for row in _TABLE.values() for label in (row[at].split(", ") if at < len(row) else ()) if label
    ))
    for at, field in enumerate(FIELDS)
}  # fmt: skip
_FIELDS: dict[str, Field] = {label.casefold(): field for field, labels in LABELS.items() for label in labels}
_ROOM = max(map(len, _FIELDS)) + 30  # for marks of quotation, indentation and bold type around a label
_AROUND = "*_ \t\xa0>"


def any_of(*fields: Field) -> str:
    """A pattern that matches any label of these fields, longer ones first."""
    labels = {label for field in fields for label in LABELS[field]}
    return "|".join(re.escape(label) for label in sorted(labels, key=lambda label: (-len(label), label)))


def field_of(label: str) -> Field | None:
    """The field that a label names ("Von", "*From", "À "), None for any other words."""
    return _FIELDS.get(label.strip(_AROUND).casefold())


def label_lines(lined: str) -> dict[int, Field]:
    """The lines of "\\n" + a text that read like header fields: where the "\\n" before each stands, and its field.

    From colon to colon, which are few, not from line to line.
    """
    if "：" in lined:
        return _wide_label_lines(lined)
    found: dict[int, Field] = {}
    done, colon = 0, lined.find(":", 1)
    while colon >= 0:
        if not "0" <= lined[colon - 1] <= "9":  # most are those of times
            line = lined.rfind("\n", done, colon)  # -1 where it is not the line's first colon
            if line >= 0 and colon - line <= _ROOM + 1:
                field = _FIELDS.get(lined[line + 1 : colon].strip(_AROUND).casefold())
                if field and not lined.startswith("//", colon + 1):
                    found[line] = field
        done, colon = colon, lined.find(":", colon + 1)
    return found


def _wide_label_lines(lined: str) -> dict[int, Field]:
    """The same for a text that has wide colons, as Chinese and Japanese ones do."""
    found: dict[int, Field] = {}
    at = 0
    for line in lined.split("\n")[1:]:
        if said := header_line(line[:400]):
            found[at] = said[0]
        at += len(line) + 1
    return found


def header_line(line: str) -> tuple[Field, str] | None:
    """What a line that reads like a header field says ("From: Ann", "> *De :* Ann"): its field and the value."""
    label, colon, value = line.partition(":")
    if not line.isascii() and (not colon or "：" in label):
        label, colon, value = line.partition("：")
    if not colon or len(label) > _ROOM:
        return None
    field = _FIELDS.get(label.strip(_AROUND).casefold())
    return (field, value.lstrip(_AROUND).rstrip()) if field and not value.startswith("//") else None
