"""Bodies into HTML: everything escaped, our own markup only."""

from __future__ import annotations

import pytest

from emails.rules.footers import Footer
from emails.rules.rendering import clean_line, has_line_break, render


def content(body: str) -> str:
    html = render(subject="Subject", body=body).html
    return html.split('margin:0 auto">')[1].removesuffix("</div></body></html>")


def test_paragraphs_lists_and_breaks() -> None:
    html = content("One\ntwo\n\nPoints:\n- first\n- second\nafter")

    assert html.count("<p ") == 3
    assert html.count("<li ") == 2
    assert "One<br>two" in html


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '<img src="https://tracker.example/x.gif">',
        "<a href='javascript:alert(1)'>x</a>",
        "<style>body{display:none}</style>",
        '"><svg onload=alert(1)>',
        "&lt;script&gt;",
        "</div></body><iframe src=//x>",
    ],
)
def test_markup_in_a_body_is_shown_not_run(evil: str) -> None:
    html = content(f"- {evil}\n\n{evil}")

    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert "<iframe" not in html
    assert "<a href='javascript" not in html
    assert "<style>" not in html


def test_https_links_become_links_and_others_do_not() -> None:
    html = content('See https://evergreen.example/a?b=1&c=2. Not javascript:alert(1) nor http://plain.example"x')

    assert html.count("<a ") == 1
    assert 'href="https://evergreen.example/a?b=1&amp;c=2"' in html


def test_nothing_is_loaded_from_outside() -> None:
    html = render(subject="S", body="Text https://x.example/pixel.gif").html

    assert "src=" not in html
    assert "url(" not in html
    assert "<link" not in html


def test_subject_with_line_break_cannot_begin_a_header() -> None:
    assert clean_line("Hello\r\nBcc: all@else.example") == "Hello Bcc: all@else.example"
    assert all(has_line_break(f"a{sign}b") for sign in ("\r", "\n", "\x0b", "\x85", "\u2028", "\x00"))


def test_direction_overrides_are_dropped() -> None:
    assert "\u202e" not in render(subject="x", body="abc\u202etxt.exe").text


def test_footer_stands_under_both_parts_with_one_link_each() -> None:
    footer = Footer(company="Ever <b>", account="Acme & Sons", url="https://desk.example/u/abc")

    rendered = render(subject="x", body="Hello", footer=footer)

    assert rendered.html.count('href="https://desk.example/u/abc"') == 1
    assert "Acme &amp; Sons works with Ever &lt;b&gt;." in rendered.html
    assert rendered.text == (
        "Hello\n\n-- \nYou get this because Acme & Sons works with Ever <b>.\n"
        "Unsubscribe or choose what you get: https://desk.example/u/abc\n"
    )


def test_contract_notice_has_no_way_out_and_says_why() -> None:
    footer = Footer(company="Evergreen", account="Acme", url="")

    rendered = render(subject="x", body="Hello", footer=footer)

    assert "<a " not in rendered.html
    assert "notice under Acme's contract with Evergreen" in rendered.text
    assert footer.headers == {}
