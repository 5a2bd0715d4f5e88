"""Which addresses the gate lets through, in whatever form they come."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.outbound import OutboundPolicy, is_public, path_segment, unwrap

NOTHING_LISTED = OutboundPolicy.parse("")

ipv4 = st.ip_addresses(v=4)


def wrapped_forms(address: ipaddress.IPv4Address) -> list[ipaddress.IPv6Address]:
    number = int(address)
    return [
        ipaddress.IPv6Address((0xFFFF << 32) | number),  # v4-mapped
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
        ipaddress.IPv6Address((0x64FF9B << 96) | number),  # NAT64
    ]


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.8.8.8", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:db8::1", "2001::1", "fc00::1", "fd12::1", "fe80::1",
        "fec0::1", "ff02::1", "100::1", "4000::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_global_unicast_is_refused(text):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "62.39.136.157", "2606:4700:4700::1111", "2a01:e0a::1", "64:ff9b::101:101"]
)
def test_a_public_address_passes(text):
    assert is_public(ipaddress.ip_address(text))
    assert NOTHING_LISTED.admits("https", "api.example", 443, ipaddress.ip_address(text))


@given(ipv4)
def test_wrapping_an_address_changes_nothing(address):
    for form in wrapped_forms(address):
        assert unwrap(form) == address
        assert is_public(form) == is_public(address)


@given(st.one_of(ipv4, st.ip_addresses(v=6)))
def test_whatever_passes_is_global_unicast(address):
    if is_public(address):
        inner = unwrap(address)
        assert inner.is_global and not inner.is_multicast and not inner.is_private


@given(st.ip_addresses(v=4, network="100.64.0.0/10"))
def test_shared_address_space_never_passes(address):
    assert not any(is_public(form) for form in (address, *wrapped_forms(address)))


@given(ipv4, st.integers(1, 65_535))
def test_plain_http_needs_the_list(address, port):
    assert not NOTHING_LISTED.admits("http", "api.example", port, address)
    listed = OutboundPolicy.parse(f"{address}:{port}")
    assert listed.admits("http", "api.example", port, address)
    assert not listed.admits("http", "api.example", port % 65_535 + 1, address)
    assert all(listed.admits("http", "api.example", port, form) for form in wrapped_forms(address))


def test_the_list_names_hosts_networks_and_bracketed_addresses():
    policy = OutboundPolicy.parse("pbx.example:8443, 10.0.0.0/8:80,[::1]:8100 , [fd00::/8]:443")

    assert policy.admits("https", "PBX.example", 8443, ipaddress.ip_address("10.9.9.9"))
    assert policy.admits("http", "other.example", 80, ipaddress.ip_address("10.200.0.1"))
    assert not policy.admits("http", "other.example", 81, ipaddress.ip_address("10.200.0.1"))
    assert policy.admits("http", "localhost", 8100, ipaddress.ip_address("::1"))
    assert policy.admits("https", "x", 443, ipaddress.ip_address("fd12::1"))
    assert not policy.admits("https", "x", 443, ipaddress.ip_address("fe80::1"))
    assert OutboundPolicy.parse(["127.0.0.1:8100"]) == OutboundPolicy.parse("127.0.0.1:8100,")


@pytest.mark.parametrize(
    "entry", ["example.org", "10.0.0.0/33:80", "host:0", "host:99999", "host:http", "[x]:80", ":80"]
)
def test_an_entry_of_no_such_form_stops_the_start(entry):
    with pytest.raises(ValueError, match="HOST:PORT"):
        OutboundPolicy.parse(entry)


def test_unusual_ports_of_the_public_internet_need_the_list():
    address = ipaddress.ip_address("1.1.1.1")
    assert not NOTHING_LISTED.admits("https", "api.example", 25, address)
    assert OutboundPolicy.parse("api.example:9443").admits("https", "api.example", 9443, address)


@given(st.text())
def test_a_path_segment_stays_one_segment(text):
    segment = path_segment(text)
    assert not set(segment) & set("/?#\\ ") and segment not in {".", ".."}
