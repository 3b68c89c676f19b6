"""What stands under every letter: why it comes, and how to stop it. Put in by code, never part of the text.

Source: RFC 8058 and the rules of the large mailbox providers: a header that a mail program acts on, and a link that a
person sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

ONE_CLICK = "List-Unsubscribe=One-Click"

_RULE = (
    '<div style="margin:28px 0 0;padding:12px 0 0;border-top:1px solid #e5e2da;color:#68655c;font-size:13px">{}</div>'
)
# clicktracking: SendGrid must not lead the way out through its own counter.
_LINK = (
    '<a href="{url}" clicktracking="off" target="_blank" rel="noopener noreferrer"'
    ' style="color:#68655c;text-decoration:underline">{words}</a>'
)
_WAY_OUT = "Unsubscribe or choose what you get"


@dataclass(frozen=True)
class Footer:
    """company: who writes; account: where the recipient works. url: the way out, "" for what nobody can opt out of."""

    company: str
    account: str
    url: str

    @property
    def reason(self) -> str:
        if not self.url:
            return (
                f"This is a notice under {self.account}'s contract with {self.company}. "
                "It goes out whatever mail you have chosen to get."
            )
        return f"You get this because {self.account} works with {self.company}."

    @property
    def html(self) -> str:
        way_out = f" {_LINK.format(url=escape(self.url), words=_WAY_OUT)}." if self.url else ""
        return _RULE.format(escape(self.reason) + way_out)

    @property
    def text(self) -> str:
        way_out = f"\n{_WAY_OUT}: {self.url}" if self.url else ""
        # Two dashes and a blank: mail programs leave what follows out of answers.
        return f"-- \n{self.reason}{way_out}\n"

    @property
    def headers(self) -> dict[str, str]:
        """The one address that mail programs post to; nothing where nobody can opt out."""
        return {"List-Unsubscribe": f"<{self.url}>", "List-Unsubscribe-Post": ONE_CLICK} if self.url else {}
