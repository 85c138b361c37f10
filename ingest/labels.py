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
_FROM = frozenset(label.casefold() for label in LABELS["from"])
_FROM_ENDS = frozenset(end for label in LABELS["from"] for end in (label[-1], label[-1].upper(), *_AROUND))


def any_of(*fields: Field) -> str:
    """A pattern that matches any label of these fields, longer ones first."""
    labels = {label for field in fields for label in LABELS[field]}
    return "|".join(re.escape(label) for label in sorted(labels, key=lambda label: (-len(label), label)))


def field_of(label: str) -> Field | None:
    """The field that a label names ("Von", "*From", "À "), None for any other words."""
    return _FIELDS.get(label.strip(_AROUND).casefold())


def may_be_block(text: str) -> bool:
    """False where no line of a text can be the From of a header block, or too few can be fields: nearly always."""
    if "：" in text:
        return True
    *pieces, _ = text.split(":")
    return len(pieces) > 2 and not _FROM.isdisjoint(
        [piece[piece.rfind("\n") + 1 :].strip(_AROUND).casefold() for piece in pieces if piece[-1:] in _FROM_ENDS]
    )


def header_line(line: str) -> tuple[Field, str] | None:
    """What a line that reads like a header field says ("From: Ann", "> *De :* Ann"): its field and the value."""
    label, colon, value = line.partition(":")
    if not line.isascii() and (not colon or "：" in label):
        label, colon, value = line.partition("：")
    if not colon or len(label) > _ROOM:
        return None
    field = _FIELDS.get(label.strip(_AROUND).casefold())
    return (field, value.lstrip(_AROUND).rstrip()) if field and not value.startswith("//") else None
