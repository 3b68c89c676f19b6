"""What a person who tries the product can do in a recipient's place, and ready-made words for it."""

from __future__ import annotations

from dataclasses import dataclass

from emails.rules.events import SCANNER_WITHIN

READS_AFTER_S = 6 * int(SCANNER_WITHIN.total_seconds())
"""A person takes longer to open a mail than any scanner."""


@dataclass(frozen=True)
class Deed:
    """Something that the provider would tell of. events: kind and further members, in order; links: whether each of
    them is told for every link of the mail. after_s: seconds after the delivery."""

    code: str
    label: str
    events: tuple[tuple[str, dict[str, object]], ...]
    after_s: int = READS_AFTER_S
    links: str = ""


BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"

DEEDS: tuple[Deed, ...] = (
    Deed("open", "Open it", (("open", {"useragent": BROWSER, "sg_machine_open": False}),)),
    Deed("click", "Click a link", (("click", {"useragent": BROWSER}),), links="first"),
    Deed(
        "scan",
        "Let a scanner open every link",
        (("open", {"useragent": BROWSER, "sg_machine_open": True}), ("click", {"useragent": "Mozilla/5.0 Safelinks"})),
        after_s=1,
        links="all",
    ),
    Deed("bounce", "Bounce: no such address", (("bounce", {"type": "bounce", "reason": "550 5.1.1 No such user"}),)),
    Deed("block", "Bounce: refused this time", (("bounce", {"type": "blocked", "reason": "421 Try again later"}),)),
    Deed("spam", "Mark it as spam", (("spamreport", {}),)),
)


@dataclass(frozen=True)
class ReadyReply:
    """An answer that can be sent by one click. automatic: what a mail program adds when no person wrote it."""

    code: str
    label: str
    text: str
    automatic: bool = False


READY_REPLIES: tuple[ReadyReply, ...] = (
    ReadyReply("positive", "Looks good", "Thanks for this. It looks good to us, let's discuss the details."),
    ReadyReply("neutral", "I will look at it", "Thank you. I'll review it with the team and get back to you."),
    ReadyReply("price", "Too expensive", "I have to be honest, the price is too high for us this year."),
    ReadyReply("budget", "No budget", "Our budget has been cut, there is no money for an increase this year."),
    ReadyReply("competitor", "Other offers", "We are evaluating alternatives at the moment and talk to two vendors."),
    ReadyReply("timing", "Not now", "This is not a good time. Please come back to us next quarter."),
    ReadyReply("question", "A question", "Could you tell me which modules are included in this?"),
    ReadyReply("meeting", "Let us meet", "Happy to talk. Can we meet on Thursday at 10?"),
    ReadyReply("unsubscribe", "Stop writing", "Please remove me from your list, I do not want further emails."),
    ReadyReply(
        "wrong_person", "Wrong person", "I am not the right person for this, please ask my colleague in finance."
    ),
    ReadyReply("left", "Has left", "I no longer work at the company; today is my last day."),
    ReadyReply(
        "out_of_office",
        "Out of office",
        "Thank you for your email. I am out of office and will be back on {back}.",
        automatic=True,
    ),
)


def find_deed(code: str) -> Deed | None:
    return next((deed for deed in DEEDS if deed.code == code), None)


def find_reply(code: str) -> ReadyReply | None:
    return next((reply for reply in READY_REPLIES if reply.code == code), None)
