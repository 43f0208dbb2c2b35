"""Secrets do not survive, whatever stands around them; what is none does."""

from __future__ import annotations

import json
import re
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rnnbench.formatting.redact import redacted, shown_address

# Capital letters occur in secrets and nowhere else: none of them may be left.
_SECRET = st.text("XYZ019 @/:?#&=%+;,'\"\\$!()[]{}~^|.-_é", min_size=1, max_size=12).filter(
    lambda text: re.search("[XYZ]", text)
)
_USER = st.text("XYZ019.-_", min_size=1, max_size=6).filter(lambda text: re.search("[XYZ]", text))
_PARAMETER = st.sampled_from(
    ["password", "passwd", "pwd", "token", "secret", "sslpassword", "api_key", "key", "user"]
)
_HOST = "server.example:5432/runs"


def in_userinfo(secret: str, user: str) -> str:
    return f"postgresql+psycopg2://{user}:{secret}@{_HOST}?sslmode=require"


def in_parameter(secret: str, name: str) -> str:
    return f"postgresql://{_HOST}?sslmode=require&{name}={secret}"


def _begins_a_parameter(secret: str) -> bool:
    """Tell whether a value, as it stands in an address, is cut by a parameter that follows."""
    return re.search(r"&[\w.%-]+=", secret) is not None


def hydra(word: str) -> str:
    """A word as the shell takes it: the value in Hydra's double quotes, all of it quoted."""
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', word)
    escaped = re.sub(r"(\\+)$", r"\1\1", escaped)
    return shlex.quote(f'tracking.uri="{escaped}"')


def surroundings(address: str) -> list[str]:
    """An address in every text that holds one."""
    command = f"python -m rnnbench sweep +cell=gru {hydra(address)} home=/home/anna@work/runs"
    refused = f"tracking.uri: expected a store, received {address!r} (mail anna@example.com)"
    return [
        command,
        refused,
        json.dumps({"command": command, "mail": "anna@example.com"}),
        json.dumps({"uri": address, "mail": "anna@example.com"}),
        f"sqlalchemy.exc.ArgumentError: could not parse {json.dumps(address)}\nanna@example.com",
        repr({"uri": address}),
    ]


def check(address: str, *kept: str) -> None:
    for text in surroundings(address):
        told = redacted(text)
        assert not re.search("[XYZ]", told), told
        for word in kept:
            assert word in told, told
        for word in ("anna@work", "anna@example.com"):
            assert (word in text) == (word in told), told
        assert redacted(told) == told


@settings(deadline=None, max_examples=150)
@given(secret=_SECRET, user=_USER)
@example(secret="X/Y", user="X")
@example(secret="X@Y", user="X")
@example(secret="X Y", user="X")
@example(secret="1 X'Y\"Z\\", user="X")
@example(secret="X?key=Y", user="X")
def test_no_user_and_password_survive_in_an_address(secret: str, user: str) -> None:
    check(in_userinfo(secret, user))


@settings(deadline=None, max_examples=60)
@given(secret=_SECRET, user=_SECRET)
def test_host_and_database_survive_where_they_are_percent_encoded(secret: str, user: str) -> None:
    address = in_userinfo(quote(secret, safe=""), quote(user, safe=""))
    check(address, _HOST, "sslmode=require")


@settings(deadline=None, max_examples=60)
@given(token=_SECRET)
def test_no_token_in_the_place_of_a_user_survives(token: str) -> None:
    check(f"https://{quote(token, safe='')}@{_HOST}", _HOST)


@settings(deadline=None, max_examples=150)
@given(secret=_SECRET, name=_PARAMETER)
@example(secret=" X\\", name="password")
def test_no_parameter_survives(secret: str, name: str) -> None:
    assume(not _begins_a_parameter(secret))
    check(in_parameter(secret, name))


@settings(deadline=None, max_examples=60)
@given(secret=_SECRET, name=_PARAMETER, plus=st.booleans())
def test_what_stands_beside_an_encoded_parameter_survives(
    secret: str, name: str, plus: bool
) -> None:
    value = quote_plus(secret) if plus else quote(secret, safe="")
    check(in_parameter(value, name), _HOST, "sslmode=require")


@pytest.mark.parametrize(
    "text",
    [
        "python -m rnnbench sweep +cell=gru data.tokens=keras home=/home/anna@work/runs",
        "sqlite:////home/anna@work/mlflow.db?timeout=60",
        "file:///home/a:b@work/artifacts",
        "http://127.0.0.1:5000 home=/home/anna@work",
        "http://server:5000/#/experiments/1 (ask anna@example.com)",
        "http://server/runs/anna@work",
        'python -m rnnbench predict run=3f2a text="write to anna@example.com: it is good"',
        "expected key=value in Hydra's grammar, received it's=http://server",
        "postgresql://server/runs?sslmode=require&connect_timeout=3",
        "model.units: expected a whole number, received 'abc'; set model.units=...",
    ],
)
def test_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text
    assert redacted(text, "http://server:5000") == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Max retries exceeded with url: /?token=XX1 (caused by", "url: /?token=*** (caused by"),
        ("invalid dsn: host=h password=XX1 dbname=runs", "host=h password=*** dbname=runs"),
        ("dsn user=anna password='X X\\'1' dbname=runs", "password=*** dbname=runs"),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3DX%3BPWD%3DX1", "///?odbc_connect=***"),
        ("received http://anna:X X1@server/x now", "http://***@server/x now"),
    ],
)
def test_secrets_outside_of_whole_addresses(text: str, told: str) -> None:
    assert told in redacted(text)
    assert "X1" not in redacted(text)


def test_pieces_that_a_library_makes_of_an_address_do_not_survive() -> None:
    address = "postgresql://anna:Xhead@Ytail%20Zend@server/runs"
    for piece in ("Xhead", "Ytail%20Zend@server", "Ytail Zend@server", "Ytail"):
        told = redacted(f'could not translate host name "{piece}" of server', address)
        assert not re.search("[XYZ]", told)
        assert told.endswith("of server")


def test_values_of_the_environment_do_not_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "Xtoken1")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "Xword/2")
    assert redacted("Bearer Xtoken1, Xword/2") == "Bearer ***, ***"


# What people type, and what LocalStack's and MinIO's own instructions say.
_WORD = st.sampled_from(["test", "secret", "data", "TEST", "Postgres1", "minioadmin"])
_AROUND = st.text("ab_.9 :/='\"@&-,()", max_size=6)


@settings(deadline=None)
@given(word=_WORD, before=_AROUND, after=_AROUND)
@example(word="test", before="data.", after="_fraction=0.25")
@example(word="test", before="data.latest_", after="ing")
@example(word="test", before="keys: aws.", after=".")
def test_a_secret_that_is_a_word_is_taken_out_as_a_word_and_left_in_names(
    word: str, before: str, after: str
) -> None:
    begins = not re.search(r"\w\.?$", before)
    ends = not re.match(r"\.?\w", after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_SECRET_ACCESS_KEY", word)
        told = redacted(f"{before}{word}{after}")
    assert (word in told) == (word in before + after or not (begins and ends))


@settings(deadline=None)
@given(secret=st.from_regex(r"[XYZ][xyz0-9/+_-]{2,12}[XYZ]", fullmatch=True), around=_AROUND)
@example(secret="XYZABCDEFGHIJ", around="a")  # too long for a word that somebody types
def test_any_other_secret_is_taken_out_even_inside_a_name(secret: str, around: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        assert secret not in redacted(f"{around}{secret}{around}")


@pytest.mark.parametrize("text", ["'a\\ntest'", "PWD%3Dtest%3B", "token=test", "a test.", "(test)"])
def test_a_word_is_taken_out_beside_an_escape(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "test")
    assert redacted(text) == text.replace("test", "***")


def test_the_key_in_a_connection_string_does_not_survive(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "AccountName=anna;AccountKey=Xkey/1==;BlobEndpoint=http://127.0.0.1:10000/anna"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
    assert redacted(text) == "***"
    assert redacted("signed with Xkey/1==") == "signed with ***"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("wasbs://runs@anna.blob.core.windows.net/a", "wasbs://runs@anna.blob.core.windows.net/a"),
        ("abfss://runs@anna.dfs.core.windows.net", "abfss://runs@anna.dfs.core.windows.net"),
        ("wasbs://runs@h/a?sv=1&sig=X%2F1", "wasbs://runs@h/a?sv=1&sig=***"),
        (
            "wasbs://runs:X1@anna.blob.core.windows.net/a",
            "wasbs://***@anna.blob.core.windows.net/a",
        ),
        ("postgresql://runs@h/a", "postgresql://***@h/a"),
    ],
)
def test_the_container_of_an_azure_address_is_no_user(address: str, told: str) -> None:
    assert shown_address(address) == told
    assert redacted(f"tracking.artifacts={address}") == f"tracking.artifacts={told}"


@pytest.mark.parametrize(
    "value", ["postgresql:anna:X@server/runs", "anna:X@server/runs", "http:/anna:X@server/runs"]
)
def test_what_is_no_address_is_shown_without_its_password(value: str) -> None:
    assert shown_address(value) == "***@server/runs"


def test_a_backslash_before_an_apostrophe_ends_no_address() -> None:
    check("postgresql://server.example:5432/runs?sslmode=require&password=\\'X")


@settings(max_examples=200, deadline=None)
@given(_SECRET, _USER, st.data())
def test_an_address_that_is_shown_alone_holds_no_secret(
    secret: str, user: str, data: st.DataObject
) -> None:
    """Blanks do not end it."""
    addresses = [in_userinfo(secret, user)]
    if not _begins_a_parameter(secret):
        addresses.append(in_parameter(secret, data.draw(_PARAMETER)))
    for address in addresses:
        told = shown_address(address)
        assert not re.search("[XYZ]", told), told
