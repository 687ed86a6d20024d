"""Addresses: one plain address to write to, and every spelling of a mailbox taken for that mailbox."""

from __future__ import annotations

import pytest

from bot.addresses import breaks_the_line, deliverable, mailboxes

PLAIN = [
    "office@example.test",
    "first.last+tag@mail.example.test",
    "o'brien@example.test",
    "a@xn--bcher-kva.example",
]
NOT_ONE_PLAIN_ADDRESS = {
    "nothing": "",
    "spaces": "   ",
    "a name": "office",
    "no host": "office@",
    "no person": "@example.test",
    "no dot in the host": "office@localhost",
    "two @": "office@relay.test@example.test",
    "two addresses": "a@example.test, b@example.test",
    "two addresses with a semicolon": "a@example.test;b@example.test",
    "a space within": "of fice@example.test",
    "a name beside it": "Office <office@example.test>",
    "brackets": "<office@example.test>",
    "a group": "Team: a@example.test, b@example.test;",
    "mailto": "mailto:office@example.test",
    "quotation marks": '"office"@example.test',
    "a comment": "office(us)@example.test",
    "a dot at the end": "office@example.test.",
    "a dot before the @": "office.@example.test",
    "two dots": "of..fice@example.test",
    "a route": "@relay.test:office@example.test",
    "a percent route": "office%example.test@relay.test",
    "a bang path": "example.test!office@relay.test",
    "an encoded word": "=?utf-8?q?office=40example.test?=@relay.test",
    "a number for a host": "office@127.0.0.1",
    "an address literal": "office@[127.0.0.1]",
    "a letter outside ASCII": "öffice@example.test",
    "a host outside ASCII": "office@bücher.example",
    "a full-width @": "office＠example.test",
    "an invisible sign": "off\u200bice@example.test",
    "a line break": "office@example.test\n",
    "a label too long": f"office@{'a' * 64}.test",
    "a local part too long": f"{'a' * 65}@example.test",
    "too long": f"office@{'a.' * 130}test",
    "a hyphen at the end of a label": "office@example-.test",
}
SPELLINGS = {
    "itself": "ada.b@example.test",
    "another letter case": "Ada.B@EXAMPLE.Test",
    "a plus tag": "ada.b+solar@example.test",
    "a name beside it": "Ada B <ada.b@example.test>",
    "a quoted name with a comma": '"B, Ada" <ada.b@example.test>',
    "a quoted local part": '"ada.b"@example.test',
    "quoted in pieces": '"ada"."b"@example.test',
    "a quoted pair": '"a\\da.b"@example.test',
    "a comment before the @": "ada.b(home)@example.test",
    "a comment after the @": "ada.b@(home)example.test",
    "a comment in a comment": "ada.b(my (own) home)@example.test",
    "spaces around the @": "ada.b @ example.test",
    "spaces around the dots": "ada . b@example . test",
    "a dot at the end": "ada.b@example.test.",
    "a dot before the @": "ada.b.@example.test",
    "folded": "ada.b@\r\n example.test",
    "folded in an answer": "ada.b@\n> example.test",
    "full-width letters": "ａｄａ．ｂ＠ｅｘａｍｐｌｅ．ｔｅｓｔ",
    "mathematical letters": "𝐚𝐝𝐚.𝐛@example.test",
    "a small @": "ada.b﹫example.test",
    "an ideographic full stop": "ada.b@example。test",
    "an invisible space": "ada\u200b.b@exam\u00adple.test",
    "a variation selector": "ada.b@example\ufe0f.test",
    "mailto": "mailto:ada.b@example.test",
    "mailto, escaped": "mailto:ada.b%40example.test?subject=Hello",
    "HTML": "ada.b&#64;example.test",
    "a list": "office@other.test, ada.b@example.test",
    "a list with semicolons": "office@other.test;ada.b@example.test",
    "a group": "Team: office@other.test, ada.b@example.test;",
    "a route": "<@relay.test:ada.b@example.test>",
    "Slack's own form": "<mailto:ada.b@example.test|ada.b@example.test>",
    "a forwarded header": "> From: Ada B <ada.b@example.test>\n> Sent: Monday",
    "in a sentence": "Write to ada.b@example.test. Thank you.",
    "in brackets": "(ada.b@example.test)",
    "in italics": "_ada.b@example.test_",
    "after a sign of equality": "mail=ada.b@example.test",
}


@pytest.mark.parametrize("address", PLAIN)
def test_one_plain_address_can_be_written_to(address: str) -> None:
    assert deliverable(f" {address} ") == address


@pytest.mark.parametrize("text", NOT_ONE_PLAIN_ADDRESS.values(), ids=NOT_ONE_PLAIN_ADDRESS)
def test_what_is_not_one_plain_address_cannot(text: str) -> None:
    assert deliverable(text) == ""


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_is_the_same_mailbox(text: str) -> None:
    assert mailboxes("ada.b@example.test") <= mailboxes(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ada.b@gmail.com", "adab@gmail.com", id="Gmail's dots"),
        pytest.param("ada.b@gmail.com", "A.D.A.B+x@googlemail.com", id="Gmail's second domain"),
        pytest.param("ada@bücher.example", "ada@xn--bcher-kva.example", id="Punycode"),
        pytest.param("ada@Bücher.example", "ada@XN--BCHER-KVA.example", id="Punycode in capitals"),
        pytest.param("ada@straße.example", "ada@xn--strae-oqa.example", id="Punycode of today"),
    ],
)
def test_two_addresses_of_one_mailbox(one: str, other: str) -> None:
    assert mailboxes(one) == mailboxes(other) != frozenset()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("ada.c@example.test", id="another person"),
        pytest.param("adab@example.test", id="dots count outside Gmail"),
        pytest.param("ada.b@example.test.evil.test", id="another host"),
        pytest.param("xada.b@example.test", id="a longer name"),
        pytest.param("john_ada.b@example.test", id="a name that ends alike"),
        pytest.param("ada.b", id="no address"),
        pytest.param("", id="nothing"),
        pytest.param("+@example.test", id="only a plus"),
        pytest.param("ada@xn--.test xn--@xn--\u00e9.test", id="broken Punycode"),
    ],
)
def test_somebody_else_is_somebody_else(other: str) -> None:
    assert not mailboxes("ada.b@example.test") & mailboxes(other)


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\0", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\ud800"]
)
def test_a_line_break_in_any_form_breaks_the_line(sign: str) -> None:
    assert breaks_the_line(f"Hello{sign}Bcc: everybody@example.test")


@pytest.mark.parametrize("text", ["", "Ada O’Brien", "Grüße – 你好 😀", "a\u00a0b"])
def test_what_stands_on_one_line_does_not(text: str) -> None:
    assert not breaks_the_line(text)


def test_a_long_text_is_read_in_a_bounded_number_of_steps() -> None:
    hostile = "(" * 5_000 + "a" * 20_000 + '"\\' * 5_000 + "@." * 5_000
    assert mailboxes(f"{hostile} ada@example.test") >= mailboxes("ada@example.test")
