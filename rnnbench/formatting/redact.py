"""Passwords and tokens taken out of whatever text leaves the process."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote, unquote_plus

MASK = "***"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# Names of parameters whose values are secret: password, sslpassword, api_key, user, ...
_NAME = r"[\w.%-]*(?:pass|pwd|token|secret|key|auth|cred|sig|user|uid|login|odbc_connect)[\w.%-]*"
# A value that holds an unescaped & goes on until the next name.
_PARAMETER = re.compile(rf"([?&;]{_NAME}=)(.*?)(?=&[\w.%-]+=|$)", re.IGNORECASE | re.DOTALL)
# Where no address begins, as in an error's "url: /?token=..." or a driver's "host=h password=...".
_LOOSE = re.compile(rf"([?&]{_NAME}=)(?!\*\*\*)[^\s&\"'`<>]+", re.IGNORECASE)
_PAIR = re.compile(
    r"(?<![\w?&;])((?:ssl)?(?:password|passwd|pwd|token|secret|api_key|access_key)\s*=\s*)"
    r"(?!\*\*\*)(?:'(?:[^'\\]|\\.)*'|[^\s&]+)",
    re.IGNORECASE,
)
# A quote, how it is escaped, and what a shell's quoted word puts for an apostrophe.
_OPENING = re.compile(r"(\\*)([\"'`])[^\s\"'`]*$")
_QUOTE = re.compile(r"\\*'\\*\"'\\*\"'|(\\*)([\"'`])")
_USER_ONLY = re.compile(r"[^/?#]*@")
_NO_PORT = re.compile(r"[^/?#@:\s]*:(?!\d+(?!\w))")
# Azure's addresses name a container where others name a user.
_AZURE = re.compile(r"(?:wasb|abfs)s?://")
_CONTAINER = re.compile(r"\$?[a-z0-9][a-z0-9-]*@(?=[a-z0-9.-]+(?:[/?#]|$))")
# What MLflow and the drivers of databases read.
_VARIABLES = (
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "DATABRICKS_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_SAS_TOKEN",
    "MYSQL_PWD",
    "PGPASSWORD",
    "RAY_AUTH_TOKEN",
)
# The secrets in a connection string of Azure, which is itself one.
_CONNECTION = re.compile(r"(?:AccountKey|SharedAccessSignature)=([^;]+)", re.IGNORECASE)
_SHORTEST = 3  # letters of a piece that is looked for by itself
# A password as people type it, test or Postgres1: letters of a name such as data.test_fraction may
# be the same by chance. Anything longer or more mixed never is.
_WORD = re.compile(r"(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)\d{0,4}")
_LONGEST_WORD = 12
# Where a word may begin or end: not inside a name, and a name may have dots. An escape, as in \n or
# %3D, is no part of a name.
_BEGIN = r"(?:(?<!\w)(?<!\w\.)|(?<=\\[abefnrtv0])|(?<=%[0-9A-Fa-f]{2}))"
_STOP = r"(?!\w|\.\w)"


def redacted(text: str, address: str = "") -> str:
    """Return text without the users, passwords and tokens of the addresses in it.

    Secrets are found in ``scheme://user:password@host``, percent-encoded or not, and in parameters
    such as ``?token=...``; hosts, paths and databases stay, and so do an ``@`` in a path or an
    e-mail address. Where it cannot be told what belongs to a password, more is taken out, not less.
    Only a password that holds a blank, in an address that stands in no quotes, may survive in part:
    if it begins like a port, or is a parameter's.

    Args:
        text: a command, a message, JSON: anything.
        address: where the text is about one address, that address: libraries cut it to pieces that
            look like none. Its password is taken out wherever it stands, and so are pieces of it.
    """
    for pattern in _known(address):
        text = pattern.sub(MASK, text)
    parts, done = [], 0
    for match in _SCHEME.finditer(text):
        if match.start() < done:
            continue
        end = _end(text, match)
        parts += [text[done : match.end()], _without_secrets(match[0], text[match.end() : end])]
        done = end
    whole = "".join([*parts, text[done:]])
    return _PAIR.sub(rf"\g<1>{MASK}", _LOOSE.sub(rf"\g<1>{MASK}", whole))


def shown_address(address: str) -> str:
    """Return a value of ``tracking.uri`` for a message, whether it is an address or not.

    All of it is the address, blanks in its password included.
    """
    scheme = _SCHEME.match(address)
    if scheme is not None:
        return scheme[0] + _without_secrets(scheme[0], address[scheme.end() :])
    return redacted(address) if "@" not in address else f"{MASK}@{address.rpartition('@')[2]}"


def shown_store(uri: str) -> str:
    """Return the address of a store for a message, without secrets and options of its driver."""
    return shown_address(uri).partition("?")[0]


def _end(text: str, scheme: re.Match[str]) -> int:
    """Return where an address ends: at its closing quote, else at the next white space."""
    line = text.find("\n", scheme.end())
    line = len(text) if line < 0 else line
    opening = _OPENING.search(text, max(0, scheme.start() - 200), scheme.start())
    if opening is not None:
        escapes = len(opening[1])
        for found in _QUOTE.finditer(text, scheme.end(), line):
            # Each level of quoting doubles the backslashes that a value ends with.
            run = len(found[1] or "") % (2 * (escapes + 1))
            if found[2] == opening[2] and run == escapes:
                return found.start()
    blank = re.compile(r"\s").search(text, scheme.end(), line)
    end = line if blank is None else blank.start()
    if "@" not in text[scheme.end() : end] and _NO_PORT.match(text, scheme.end(), end):
        # No port either: a password with a blank in it.
        after = re.compile(r"@\S*").search(text, end, line)
        return end if after is None else after.end()
    return end


def _without_secrets(scheme: str, rest: str) -> str:
    """Return what follows ``scheme://`` without its secrets."""
    first = _PARAMETER.search(rest)
    if first is not None and "@" in rest[first.start() :]:
        return MASK  # the end of a user's password, or a part of the parameter's
    rest = _PARAMETER.sub(rf"\g<1>{MASK}", rest)
    if rest.startswith("/"):
        return rest  # no host, as in sqlite:////home/anna@work/mlflow.db
    if _AZURE.fullmatch(scheme) and _CONTAINER.match(rest):
        return rest
    before, at, after = rest.rpartition("@")
    if at and ":" in before:
        return f"{MASK}@{after}"
    return _USER_ONLY.sub(f"{MASK}@", rest, count=1) if _USER_ONLY.match(rest) else rest


def _known(address: str) -> Iterator[re.Pattern[str]]:
    """Give patterns of the secrets of the environment and of an address, the longest first."""
    wholes = {os.environ.get(name, "") for name in _VARIABLES}
    wholes |= {key for whole in wholes for key in _CONNECTION.findall(whole)}
    words = {whole for whole in wholes if _is_word(whole)}
    wholes -= words
    pieces: set[str] = set()
    for secret in _secrets(address):
        plain = {secret, unquote(secret), unquote_plus(secret)}
        wholes |= plain | {quote(one) for one in plain} | {quote(one, safe="") for one in plain}
        pieces |= {piece for one in plain for piece in re.split(r"[^A-Za-z0-9]+", one)}
    for whole in sorted(wholes, key=len, reverse=True):
        if len(whole) > _SHORTEST:
            yield re.compile(re.escape(whole))
    for piece in sorted(pieces | wholes, key=len, reverse=True):
        if len(piece) >= _SHORTEST:
            yield re.compile(rf"(?<![A-Za-z0-9]){re.escape(piece)}(?![A-Za-z0-9])")
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST:
            yield re.compile(_BEGIN + word + _STOP)


def _is_word(secret: str) -> bool:
    return len(secret) <= _LONGEST_WORD and _WORD.fullmatch(secret) is not None


def _secrets(address: str) -> Iterator[str]:
    scheme = _SCHEME.match(address)
    if scheme is None:
        return
    rest = address[scheme.end() :]
    before, at, _ = rest.rpartition("@")
    if at and not rest.startswith("/"):
        user, colon, password = before.partition(":")
        yield password if colon else user
    for parameter in _PARAMETER.finditer(rest):
        if not re.search("user|uid|login", parameter[1], re.IGNORECASE):
            yield parameter[2]
