"""What is thrown at the readers: nothing comes back but what they say, or their own error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import TARGETS, seeds

# Many runs of code that other tests cover: tracing them would double their time and show nothing.
pytestmark = pytest.mark.no_cover


@st.composite
def spoilt(draw: st.DrawFn, target: str) -> bytes:
    """A good input of a target with pieces cut, doubled and put in; or anything."""
    data = bytearray(draw(st.sampled_from(seeds(target))))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 12))
        piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(WORDS), st.just(bytes(data[at : at + 40]))))
        data[at : at + length] = piece
    return bytes(data)


WORDS = (
    b"<",
    b"</td>",
    b"<table>",
    b"$",
    b"1e999",
    b"NaN",
    b"null",
    b"'",
    b'"',
    b"{",
    b"]",
    b": ",
    b"\n",
    b"&amp;",
    b"\xff",
)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_nothing_but_its_own_error(target: str, data: st.DataObject) -> None:
    """Spoilt inputs, and any bytes at all."""
    TARGETS[target](data.draw(st.one_of(spoilt(target), st.binary(max_size=200))))
