"""News goes to public addresses over https, whatever a wrong one is made to look like."""

from __future__ import annotations

import ipaddress

import pytest

from customers.rules.public_addresses import refuse_address, refuse_hook_url

ATTACKS = [
    "http://hooks.example.com/x",
    "ftp://hooks.example.com/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "//hooks.example.com/x",
    "hooks.example.com/x",
    "https://",
    "https:///x",
    "https://:443/x",
    "https://user:password@hooks.example.com/",
    "https://user@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:6379/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:x/",
    "https://hooks.example.com/#@127.0.0.1/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com /",
    "https://hooks.example.com/\r\nHost: localhost",
    "https://hooks.example.com/\x00",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://a.localhost/",
    "https://redis/",
    "https://printer.local/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://db.corp/",
    "https://router.home.arpa/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.255.255.254/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://[::1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://ｌocalhost/",
    "https://127。0。0。1/",
    "https://-a.example.com/",
    "https://a..example.com/",
    "https://hooks.example.com/" + "x" * 500,
    "",
]


@pytest.mark.parametrize("url", ATTACKS)
def test_address_that_is_no_public_one_is_refused(url: str) -> None:
    assert refuse_hook_url(url, allow_loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/evergreen?team=1",
        "https://hooks.example.com:8443/",
        "https://xn--bcher-kva.example/",
        "https://8.8.8.8/x",
        "https://[2606:4700::1111]/x",
    ],
)
def test_public_address_over_https_is_taken(url: str) -> None:
    assert refuse_hook_url(url, allow_loopback=False) == ""


def test_loopback_is_taken_only_where_testing_allows_it() -> None:
    for url in ("http://127.0.0.1:8099/x", "http://localhost:8099/", "http://[::1]:8099/"):
        assert refuse_hook_url(url, allow_loopback=True) == ""
        assert refuse_hook_url(url, allow_loopback=False)
    assert refuse_hook_url("http://10.0.0.1/", allow_loopback=True)
    assert refuse_address(ipaddress.ip_address("10.0.0.1"), allow_loopback=True)
