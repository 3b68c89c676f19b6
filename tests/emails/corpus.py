"""Makes real messages of the corpus: the headers and the quoting of the usual mail programs and servers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from tests.data.replies.shape import Mail

OUR_NAME, OUR_ADDRESS = "Dana Whitfield", "dana@evergreen.example"
OUR_MESSAGE_ID = "<5b0c1d2e3f405162738495a6b7c8d9e0.1@evergreen.example>"
TOKEN_ADDRESS = "reply+k3y2zq7mexampletoken@in.evergreen.example"
WRITERS = {
    "en": ("Sarah Lee", "sarah@acme.example"),
    "de": ("Jonas Weber", "jonas@acme.example"),
    "fr": ("Claire Martin", "claire@acme.example"),
    "es": ("Lucía Romero", "lucia@acme.example"),
    "it": ("Giulia Rossi", "giulia@acme.example"),
    "nl": ("Sanne de Vries", "sanne@acme.example"),
    "pt": ("Inês Costa", "ines@acme.example"),
}
# Every word in here must be without effect: it is quoted. So it holds what the rules look for.
LETTERS = {
    "en": "Hi Sarah,\n\nyour renewal is on 2 July 2026 and the new price is $268,000. If the budget is too tight or the price\ntoo expensive, tell me. Could we schedule a call next Tuesday at 10?\n\nBest regards,\nDana Whitfield\n\nTo unsubscribe click here.",
    "de": "Guten Tag Herr Weber,\n\nIhre Verlängerung steht am 2. Juli 2026 an. Wenn das zu teuer ist oder kein Budget da ist, sagen Sie es mir.\nKönnen wir am Dienstag telefonieren?\n\nViele Grüße\nDana Whitfield\n\nAbmelden",
    "fr": "Bonjour,\n\nvotre renouvellement est le 2 juillet 2026. Si c'est trop cher, dites-le moi. On peut s'appeler mardi ?\n\nCordialement,\nDana Whitfield\n\nSe désabonner",
    "es": "Hola:\n\nsu renovación es el 2 de julio de 2026. Si es demasiado caro, dígamelo. ¿Podemos hablar el martes?\n\nSaludos,\nDana Whitfield\n\nDarse de baja",
    "it": "Buongiorno,\n\nil rinnovo è il 2 luglio 2026. Se è troppo caro, me lo dica. Possiamo sentirci martedì?\n\nCordiali saluti,\nDana Whitfield\n\nCancellami",
    "nl": "Beste,\n\nde verlenging is op 2 juli 2026. Is het te duur? Kunnen we dinsdag bellen?\n\nGroeten,\nDana Whitfield\n\nAfmelden",
    "pt": "Olá,\n\na renovação é a 2 de julho de 2026. É demasiado caro? Podemos falar na terça?\n\nCumprimentos,\nDana Whitfield",
}  # fmt: skip
GMAIL_SAYS = {
    "en": f"On Tue, Mar 3, 2026 at 10:12 AM {OUR_NAME} <{OUR_ADDRESS}> wrote:",
    "de": f"Am Di., 3. März 2026 um 10:12 Uhr schrieb {OUR_NAME} <\n{OUR_ADDRESS}>:",
    "fr": f"Le mar. 3 mars 2026 à 10:12, {OUR_NAME} <{OUR_ADDRESS}> a\nécrit :",
    "es": f"El mar, 3 mar 2026 a las 10:12, {OUR_NAME} (<{OUR_ADDRESS}>)\nescribió:",
    "it": f"Il giorno mar 3 mar 2026 alle ore 10:12 {OUR_NAME} <\n{OUR_ADDRESS}> ha scritto:",
    "nl": f"Op di 3 mrt 2026 om 10:12 schreef {OUR_NAME} <{OUR_ADDRESS}>:",
    "pt": f"{OUR_NAME} <{OUR_ADDRESS}> escreveu (terça, 3/03/2026 à(s)\n10:12):",
}
APPLE_SAYS = {
    "en": f"On 3 Mar 2026, at 10:12, {OUR_NAME} <{OUR_ADDRESS}> wrote:",
    "de": f"Am 03.03.2026 um 10:12 schrieb {OUR_NAME} <{OUR_ADDRESS}>:",
    "fr": f"Le 3 mars 2026 à 10:12, {OUR_NAME} <{OUR_ADDRESS}> a écrit :",
    "es": f"El 3 mar 2026, a las 10:12, {OUR_NAME} <{OUR_ADDRESS}> escribió:",
    "it": f"Il giorno 3 mar 2026, alle ore 10:12, {OUR_NAME} <{OUR_ADDRESS}> ha scritto:",
}
LABELS = {
    "en": ("From", "Sent", "To", "Subject", "Original Message"),
    "de": ("Von", "Gesendet", "An", "Betreff", "Ursprüngliche Nachricht"),
    "fr": ("De", "Envoyé", "À", "Objet", "Message d'origine"),
    "es": ("De", "Enviado el", "Para", "Asunto", "Mensaje original"),
    "it": ("Da", "Inviato", "A", "Oggetto", "Messaggio originale"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp", "Oorspronkelijk bericht"),
    "pt": ("De", "Enviado", "Para", "Assunto", "Mensagem original"),
}
RE = {"de": "AW", "it": "R", "fr": "RE", "es": "RE"}
AUTO_SUBJECTS = {
    "en": "Automatic reply",
    "de": "Automatische Antwort",
    "fr": "Réponse automatique",
    "es": "Respuesta automática",
    "it": "Risposta automatica",
    "nl": "Automatisch antwoord",
    "pt": "Resposta automática",
}
COLLEAGUES = ("Tom Ibarra", "Petra Krüger", "Paul Girard", "Marta Gil", "Marco Bianchi", "Acme Finance")


@dataclass(frozen=True)
class Sent:
    """A message as it goes over the wire, and the envelope it goes in."""

    raw: bytes
    from_email: str
    envelope_from: str


def build(mail: Mail) -> Sent:
    """Write the message as its program or server would."""
    if mail.client.startswith("auto_"):
        return _machine(mail)
    name, address = _writer(mail)
    message = _head(mail, name, address)
    BUILDERS.get(mail.client, _gmail)(mail, message)
    return _sent(message, address, address)


def build_letter_subject(mail: Mail) -> str:
    return "Your renewal on 2 July" if mail.lang == "en" else "Ihre Verlängerung" if mail.lang == "de" else "Renewal"


def _writer(mail: Mail) -> tuple[str, str]:
    """Who signs is who sends."""
    signed = next((name for name in COLLEAGUES if name in mail.sign), "")
    if not signed:
        return WRITERS[mail.lang]
    return signed, f"{signed.split()[0].lower()}@acme.example"


def _head(mail: Mail, name: str, address: str, *, subject: str = "") -> EmailMessage:
    message = EmailMessage(policy=SMTP.clone(refold_source="none"))
    message["Received"] = "from mail.acme.example (mail.acme.example [192.0.2.14]) by mx.sendgrid.net with ESMTP id x1"
    message["From"] = f"{name} <{address}>"
    message["To"] = f"{OUR_NAME} <{TOKEN_ADDRESS}>"
    message["Subject"] = mail.subject or subject or f"{RE.get(mail.lang, 'Re')}: {build_letter_subject(mail)}"
    message["Date"] = format_datetime(datetime.combine(mail.at, time(10, 30), UTC))
    message["Message-ID"] = f"<{abs(hash((mail.lang, mail.client, mail.body))):x}@mail.acme.example>"
    message["In-Reply-To"] = OUR_MESSAGE_ID
    message["References"] = OUR_MESSAGE_ID
    message["MIME-Version"] = "1.0"
    for key, value in mail.extra:
        message[key] = value
    return message


def _sent(message: EmailMessage, address: str, envelope_from: str) -> Sent:
    return Sent(message.as_bytes(), address, envelope_from)


def _own(mail: Mail) -> str:
    return f"{mail.body}\n\n{mail.sign}" if mail.sign else mail.body


def _marked(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def _paragraphs(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))


def _gmail(mail: Mail, message: EmailMessage) -> None:
    said, letter = GMAIL_SAYS[mail.lang], LETTERS[mail.lang]
    message["X-Gm-Message-State"] = "AOJu0Yx"
    message.set_content(f"{_own(mail)}\n\n{said}\n\n{_marked(letter)}\n", cte="quoted-printable")
    message.add_alternative(
        f'<div dir="ltr">{_paragraphs(_own(mail))}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{escape(said)}<br></div><blockquote class="gmail_quote" style="margin:0">{_paragraphs(letter)}</blockquote></div>',
        subtype="html",
    )


def _outlook_block(mail: Mail) -> str:
    sender, sent, to, subject, _ = LABELS[mail.lang]
    return (
        f"{sender}: {OUR_NAME} <{OUR_ADDRESS}>\n{sent}: 03 March 2026 10:12\n{to}: {WRITERS[mail.lang][0]} "
        f"<{WRITERS[mail.lang][1]}>\n{subject}: {build_letter_subject(mail)}\n\n{LETTERS[mail.lang]}\n"
    )


def _outlook_html(mail: Mail) -> str:
    block = _outlook_block(mail)
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>p{margin:0}</style></head>'
        f'<body><div class="elementToProof">{_paragraphs(mail.body)}</div><div id="Signature">{_paragraphs(mail.sign)}</div>'
        f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr">{_paragraphs(block.split(chr(10) * 2)[0])}</div>'
        f"<div>{_paragraphs(LETTERS[mail.lang])}</div></body></html>"
    )


def _outlook(mail: Mail, message: EmailMessage) -> None:
    message["Thread-Index"] = "AQHcq8P2nT"
    message["Accept-Language"] = mail.lang
    message["X-MS-Has-Attach"] = ""
    message["X-MS-Exchange-Organization-SCL"] = "-1"
    text = f"{_own(mail)}\n\n{'_' * 32}\n{_outlook_block(mail)}"
    message.set_content(text, cte="base64")
    message.add_alternative(_outlook_html(mail), subtype="html")


def _outlook_html_only(mail: Mail, message: EmailMessage) -> None:
    message["Thread-Index"] = "AQHcq8P2nT"
    message.set_content(_outlook_html(mail), subtype="html", cte="base64")


def _html_only(mail: Mail, message: EmailMessage) -> None:
    message.set_content(
        f"<html><body>{_paragraphs(_own(mail))}<blockquote type='cite'>{_paragraphs(LETTERS[mail.lang])}</blockquote>"
        "</body></html>",
        subtype="html",
    )


def _outlook_desktop(mail: Mail, message: EmailMessage) -> None:
    message["X-Mailer"] = "Microsoft Outlook 16.0"
    text = f"{_own(mail)}\n\n-----{LABELS[mail.lang][4]}-----\n{_outlook_block(mail)}"
    message.set_content(text, charset="utf-8", cte="quoted-printable")


def _apple(mail: Mail, message: EmailMessage) -> None:
    message["X-Mailer"] = "iPhone Mail (22F76)"
    said = APPLE_SAYS.get(mail.lang, APPLE_SAYS["en"])
    message.set_content(f"{_own(mail)}\n\n> {said}\n> \n{_marked(LETTERS[mail.lang])}\n".replace("> On", "\nOn", 1))


def _thunderbird(mail: Mail, message: EmailMessage) -> None:
    message["User-Agent"] = "Mozilla Thunderbird"
    says = {"de": f"Am 03.03.26 um 10:12 schrieb {OUR_NAME}:", "fr": f"Le 03/03/2026 à 10:12, {OUR_NAME} a écrit :"}
    said = says.get(mail.lang, f"On 03/03/2026 10:12, {OUR_NAME} wrote:")
    message.set_content(f"{mail.body}\n\n{said}\n{_marked(LETTERS[mail.lang])}\n\n{mail.sign}\n")


def _yahoo(mail: Mail, message: EmailMessage) -> None:
    message["X-Mailer"] = "WebService/1.1.1 YahooMailIosMobile"
    said = f"On Tuesday, March 3, 2026, 10:12 AM, {OUR_NAME} <{OUR_ADDRESS}> wrote:"
    message.set_content(f"{_own(mail)}\n\n\nSent from Yahoo Mail for iPhone\n\n\n{said}\n\n{LETTERS[mail.lang]}\n")


def _bottom(mail: Mail, message: EmailMessage) -> None:
    message.set_content(f"{APPLE_SAYS[mail.lang]}\n{_marked(LETTERS[mail.lang])}\n\n{_own(mail)}\n")


def _inline(mail: Mail, message: EmailMessage) -> None:
    """Lines of the body that begin with ==> answer the quoted ones above them."""
    lines = [line[4:] if line.startswith("==> ") else f"> {line}" for line in mail.body.split("\n")]
    message.set_content(GMAIL_SAYS[mail.lang] + "\n\n" + "\n\n".join(lines) + "\n")


def _group(mail: Mail, message: EmailMessage) -> None:
    for key, value in (
        ("Precedence", "list"),
        ("Mailing-list", "list analytics@acme.example; contact analytics+owners@acme.example"),
        ("List-ID", "<analytics.acme.example>"),
        ("List-Unsubscribe", "<mailto:googlegroups-manage+1+unsubscribe@googlegroups.com>"),
    ):
        message[key] = value
    message.set_content(f"{_own(mail)}\n\n{GMAIL_SAYS[mail.lang]}\n\n{_marked(LETTERS[mail.lang])}\n")


def _suppress(mail: Mail, message: EmailMessage) -> None:
    message["X-Auto-Response-Suppress"] = "DR, OOF, AutoReply"
    _outlook(mail, message)


def _vacation_subject(mail: Mail, message: EmailMessage) -> None:
    message.replace_header("Subject", "Re: Automatic reply: Your renewal on 2 July")
    _gmail(mail, message)


def _forward(mail: Mail, message: EmailMessage) -> None:
    """A colleague got the letter forwarded and answers to its address."""
    inner = f"---------- Forwarded message ---------\nFrom: Sarah Lee <sarah@acme.example>\nDate: Tue, Mar 3, 2026\nSubject: Fwd\nTo: Tom\n\nFYI\n\n{LETTERS['en']}"
    message.set_content(f"{_own(mail)}\n\n{inner}\n")


def _disclaimer(mail: Mail, message: EmailMessage) -> None:
    text = (
        "[EXTERNAL] This email originated from outside of the organization.\nDo not click links unless you know them.\n\n"
        f"{_own(mail)}\n\nThis email and any attachments are confidential and too expensive to be read by others.\n\n"
        f"{'_' * 32}\n{_outlook_block(mail)}"
    )
    message.set_content(text)


def _latin1(mail: Mail, message: EmailMessage) -> None:
    text = f"{_own(mail)}\n\n{GMAIL_SAYS[mail.lang]}\n{_marked(LETTERS[mail.lang])}\n"
    message.set_content(text, charset="windows-1252", cte="8bit")


def _ticket(mail: Mail, message: EmailMessage) -> None:
    """A person writes from a help desk's program."""
    message["X-Mailer"] = "Zendesk Mailer"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(f"{_own(mail)}\n\n{GMAIL_SAYS[mail.lang]}\n{_marked(LETTERS[mail.lang])}\n")


def _calendar(answer: str) -> Callable[[Mail, EmailMessage], None]:
    def build_answer(mail: Mail, message: EmailMessage) -> None:
        message.replace_header("Subject", f"{answer.capitalize()}: Renewal call")
        message.set_content(mail.body + "\n")
        message.add_alternative(
            "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1@evergreen.example\r\n"
            f"ATTENDEE;PARTSTAT={answer};CN=Sarah Lee:mailto:sarah@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            subtype="calendar",
            params={"method": "REPLY"},
        )

    return build_answer


BUILDERS: dict[str, Callable[[Mail, EmailMessage], None]] = {
    "gmail": _gmail,
    "outlook": _outlook,
    "outlook_html": _outlook_html_only,
    "outlook_desktop": _outlook_desktop,
    "html_only": _html_only,
    "apple": _apple,
    "thunderbird": _thunderbird,
    "yahoo": _yahoo,
    "bottom": _bottom,
    "inline": _inline,
    "group": _group,
    "suppress": _suppress,
    "vacation_subject": _vacation_subject,
    "forward": _forward,
    "disclaimer": _disclaimer,
    "latin1": _latin1,
    "ticket": _ticket,
    "calendar_accepted": _calendar("ACCEPTED"),
    "calendar_declined": _calendar("DECLINED"),
}


# Machines


def _machine(mail: Mail) -> Sent:
    if "dsn" in mail.client or mail.client in ("auto_postfix", "auto_delayed", "auto_qmail"):
        return _bounce(mail)
    name, address = WRITERS[mail.lang]
    subject = f"{AUTO_SUBJECTS[mail.lang]}: {build_letter_subject(mail)}"
    if mail.client in ("auto_noreply", "auto_receipt"):
        subject = f"Read: {build_letter_subject(mail)}" if mail.client == "auto_receipt" else "A new comment"
    if mail.client == "auto_noreply":
        name, address = "Acme Portal", "no-reply@acme.example"
    message = _head(mail, name, address, subject=subject)
    for key, value in MACHINE_HEADERS[mail.client]:
        message[key] = value
    if mail.client == "auto_newsletter":
        del message["In-Reply-To"], message["References"]
        message.replace_header("Subject", "What we learned in March")
    if mail.client == "auto_receipt":
        message.set_content(mail.body)
        message.make_mixed()
        message.set_param("report-type", "disposition-notification")
        message.replace_header("Content-Type", message["Content-Type"].replace("multipart/mixed", "multipart/report"))
    else:
        message.set_content(mail.body + "\n")
    return _sent(message, address, "" if mail.client in ("auto_exchange", "auto_gmail") else address)


MACHINE_HEADERS = {
    "auto_exchange": (
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-MS-Exchange-Inbox-Rules-Loop", "sarah@acme.example"),
    ),
    "auto_gmail": (("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Autoreply", "yes")),
    "auto_headers": (("Auto-Submitted", "auto-replied (vacation)"),),
    "auto_words": (),
    "auto_receipt": (),
    "auto_newsletter": (("Precedence", "bulk"), ("List-Unsubscribe", "<https://news.acme.example/u>")),
    "auto_noreply": (),
}


def _bounce(mail: Mail) -> Sent:
    name, address = WRITERS[mail.lang]
    senders = {
        "auto_postfix": "MAILER-DAEMON@mail.acme.example (Mail Delivery System)",
        "auto_delayed": "MAILER-DAEMON@mail.acme.example (Mail Delivery System)",
        "auto_exchange_dsn": "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@acme.example>",
        "auto_gmail_dsn": "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "auto_qmail": "MAILER-DAEMON@mail.acme.example",
    }
    subjects = {
        "auto_postfix": "Undelivered Mail Returned to Sender",
        "auto_delayed": "Delayed Mail (still being retried)",
        "auto_exchange_dsn": "Undeliverable: Your renewal" if mail.lang == "en" else "Unzustellbar: Ihre Verlängerung",
        "auto_gmail_dsn": "Delivery Status Notification (Failure)",
        "auto_qmail": "failure notice",
    }
    message = _head(mail, "", "x@x.example", subject=subjects[mail.client])
    message.replace_header("From", senders[mail.client])
    sender = re.search(r"[\w.+-]+@[\w.-]+", senders[mail.client])
    from_email = sender.group().lower() if sender else ""
    if mail.client == "auto_qmail":
        message.set_content(
            f"Hi. This is the qmail-send program at mail.acme.example.\nI'm afraid I wasn't able to deliver your message.\n\n"
            f"<{address}>:\n550 {mail.body} no mailbox here by that name\n\n--- Below this line is a copy of the message.\n"
        )
        return _sent(message, from_email, "")
    action = "delayed" if mail.client == "auto_delayed" else "failed"
    code = "550" if mail.body.startswith("5") else "452"
    report = (
        "Reporting-MTA: dns; mail.acme.example\r\nArrival-Date: Wed, 4 Mar 2026 10:29:00 +0000\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nOriginal-Recipient: rfc822;{address}\r\nAction: {action}\r\n"
        f"Status: {mail.body}\r\nDiagnostic-Code: smtp; {code} {mail.body} <{address}>: refused\r\n"
    )
    boundary = "5A3F1C.1772620140/mail.acme.example"
    message["Auto-Submitted"] = "auto-replied"
    if mail.client == "auto_gmail_dsn":
        message["X-Failed-Recipients"] = address
    message["Content-Type"] = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    body = (
        f"\r\n\r\nThis is a MIME-encapsulated message.\r\n\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"I'm sorry to have to inform you that your message could not be delivered to {name}.\r\n\r\n--{boundary}\r\n"
        f"Content-Type: message/delivery-status\r\n\r\n{report}\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"From: {OUR_NAME} <{OUR_ADDRESS}>\r\nTo: {address}\r\nSubject: Your renewal\r\nMessage-ID: {OUR_MESSAGE_ID}\r\n"
        f"\r\n--{boundary}--\r\n"
    )
    return Sent(head + body.encode(), from_email, "")
