"""A list of texts as lines."""

import pytest
from django import forms

from common.fields import Lines


def test_blank_lines_and_ends_go():
    assert Lines().clean(" one \r\n\r\n two\n") == ["one", "two"]
    assert Lines(required=False).clean("") == []


def test_it_shows_what_it_read():
    assert Lines().prepare_value(["one", "two"]) == "one\ntwo"
    assert not Lines().has_changed(["one", "two"], "one\r\ntwo\r\n")
    assert Lines().has_changed(["one"], "one\ntwo")


@pytest.mark.parametrize("text", ["", " \n ", "a\0b", "long enough"])
def test_what_is_wrong_is_refused(text):
    with pytest.raises(forms.ValidationError):
        Lines(base_field=forms.CharField(max_length=5)).clean(text)
