"""The way to BPS's Web API: the key, polite and patient requests, and answers kept on disk.

The key joins a request only inside the transport, so that no URL, log record, error or file outside it can hold it; answers
are cleared of it before they are looked at, because BPS writes the caller's key into links.
"""

import contextlib
import datetime
import email.utils
import hashlib
import json
import logging
import os
import re
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import httpx

from ucj_analysis import __version__
from ucj_analysis.errors import UcjError
from ucj_analysis.files import write_atomic
from ucj_analysis.loaders.bps_answers import ApiError, check, parse

BASE = "https://webapi.bps.go.id/v1/api/"
AGENT = f"Mozilla/5.0 (compatible; ucj_analysis/{__version__})"  # the firewall turns away the names of HTTP libraries
SERVICE, ACCOUNT = "ucj_analysis", "bps"  # of the system keyring
MAX_BYTES = 60_000_000
LONGEST_WAIT = 120.0  # seconds that a server may ask for
_AGAIN = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
_KEPT = {"not_available", "years", "too_large"}  # refusals that a second request would meet again


class Secret:
    """A key that does not show in a repr."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return "Secret(hidden)"

    def __reduce__(self):
        raise TypeError("a key is not pickled")


def find_key():
    """Return the key as a Secret: UCJ_BPS_KEY, else the system keyring (service ucj_analysis, user bps).

    Raises
    ------
    ApiError
        When there is none, or it cannot be a key.
    """
    text = os.environ.get("UCJ_BPS_KEY", "").strip()
    if not text:
        import keyring

        with contextlib.suppress(Exception):  # machines without a keyring fail in many ways
            text = (keyring.get_password(SERVICE, ACCOUNT) or "").strip()
    if not text:
        raise ApiError(
            "there is no key for BPS's Web API: register at webapi.bps.go.id/developer, then set UCJ_BPS_KEY or store it "
            "with `python -m keyring set ucj_analysis bps`",
            "key",
        )
    if not re.fullmatch(r"[A-Za-z0-9._~-]{8,200}", text) or text.isdigit():
        raise ApiError(
            "what UCJ_BPS_KEY or the keyring holds is no key of BPS's Web API (expected letters and digits, 8 or more): "
            "copy it again from your profile at webapi.bps.go.id/developer",
            "key",
        )
    return Secret(text)


class _Redact(logging.Filter):
    """Clears the key from what the HTTP library writes when asked to debug: headers of answers can hold it."""

    key = None

    def filter(self, record):
        if self.key:
            record.msg = re.sub(re.escape(self.key), "KEY", record.getMessage(), flags=re.I)
            record.args = ()
        return True


for _name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"):
    logging.getLogger(_name).addFilter(_Redact())


class _Keyed(httpx.BaseTransport):
    """Adds the key to the address of a request that httpx itself never sees with it."""

    def __init__(self, key, inner):
        self._key, self._inner = key, inner

    def handle_request(self, request):
        url = request.url.copy_add_param("key", self._key.value)
        return self._inner.handle_request(
            httpx.Request(request.method, url, headers=request.headers, extensions=request.extensions)
        )

    def close(self):
        self._inner.close()


@dataclass(frozen=True)
class Answer:
    """One answer of the Web API.

    Attributes
    ----------
    payload : dict or None
    request : dict
        path and params, without the key.
    fetched : str
        Date and time (UTC) when BPS gave it.
    sha256 : str
        Of its bytes, cleared of the key.
    cached : bool
        Whether it came from the disk.
    """

    payload: object
    request: dict
    fetched: str
    sha256: str
    cached: bool


def cache_dir():
    """Folder of the kept answers: UCJ_CACHE, else the user's cache folder; ``bps`` in it."""
    named = os.environ.get("UCJ_CACHE")
    if named:
        return Path(named) / "bps"
    import platformdirs

    return Path(platformdirs.user_cache_dir("ucj_analysis", appauthor=False)) / "bps"


class Web:
    """Requests to the Web API, each answered from the disk where it was answered before.

    Parameters
    ----------
    base : str, optional
        Address of the service; UCJ_BPS_URL, else BPS's. HTTPS, or this machine: the key goes there.
    offline : bool
        Only answers on the disk.
    refresh : bool
        Ask again for what is on the disk.
    cache : Path, optional
    attempts : int
        Tries of one request.
    pause : float
        Seconds between two requests.
    timeout : float
        Seconds without a byte.
    deadline : float
        Seconds for one whole answer.
    say : callable(str), optional
        Told what is waited for.
    sleep, clock : callable
        Waiting, for tests.
    """

    def __init__(self, base=None, *, offline=False, refresh=False, cache=None, attempts=5, pause=1.0, timeout=60.0,
                 deadline=300.0, say=None, sleep=None, clock=None):  # fmt: skip
        self.base = _address(base or os.environ.get("UCJ_BPS_URL") or BASE)
        self.offline, self.refresh = offline, refresh
        self.cache = Path(cache) if cache else cache_dir()
        self.attempts, self.pause, self.timeout, self.deadline = attempts, pause, timeout, deadline
        self.say = say or (lambda _: None)
        self._sleep, self._clock = sleep or time.sleep, clock or time.monotonic
        self._client, self._last, self._secret = None, None, None

    def __repr__(self):
        return f"Web({self.base!r}, cache={str(self.cache)!r}{', offline' * self.offline})"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def get(self, path, params, what):
        """Answer one request.

        Parameters
        ----------
        path : str
            Below the address of the service: "list", "view", "domain".
        params : dict
            Without the key; what is None or "" is left out.
        what : str
            Names the answer in errors: "variable 192 of domain 7500, 2023 and 2024".

        Returns
        -------
        Answer

        Raises
        ------
        ApiError
        """
        request = {"path": path, "params": {k: str(v) for k, v in sorted(params.items()) if v not in (None, "")}}
        file = self.cache / f"{_hash(json.dumps([self.base, request]).encode())[:32]}.json"
        kept = None if self.refresh and not self.offline else self._kept(file, request, what)
        if kept is None:
            if self.offline:
                raise ApiError(
                    f"no answer for {what} is kept on the disk ({self.cache}) and --offline asks for none: run once without it",
                    "offline",
                )
            kept = self._fetch(file, request, what)
        body, fetched, cached = kept
        payload = check(parse(body, what), what)
        return Answer(payload, request, fetched, _hash(body), cached)

    # ---- disk

    def _kept(self, file, request, what):
        """Return (body, date, True) from the disk; None where it is not there or, online, damaged."""
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ApiError(f"{file} cannot be read ({error.strerror}): check its permissions", "damaged") from None
        try:
            entry = json.loads(data)
            body = entry["body"].encode()
            sound = entry["sha256"] == _hash(body) and entry["request"] == request and entry["base"] == self.base
            fetched = datetime.datetime.fromisoformat(entry["fetched"]).isoformat()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            sound = False
        if sound:
            return body, fetched, True
        if self.offline:
            raise ApiError(
                f"the kept answer for {what} is damaged ({file}): run once without --offline, and it is fetched again",
                "damaged",
            )
        self.say(f"the kept answer for {what} is damaged and is fetched again")
        return None

    def _keep(self, file, request, body):
        fetched = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        entry = {
            "base": self.base, "request": request, "fetched": fetched, "sha256": _hash(body), "body": body.decode(),
        }  # fmt: skip
        try:
            write_atomic(file, json.dumps(entry, ensure_ascii=False))
        except OSError as error:
            self.say(
                f"the answer could not be kept in {self.cache} ({error.strerror}): set UCJ_CACHE to another folder"
            )
        return body, fetched, False

    # ---- network

    def _fetch(self, file, request, what):
        if self._secret is None:
            self._secret = find_key()
        trouble = wait = None
        for attempt in range(self.attempts):
            if attempt:
                wait = wait if wait is not None else 2.0**attempt
                self.say(f"{trouble}; again in {wait:.0f} s ({attempt + 1} of {self.attempts})")
                self._sleep(wait)
            trouble, wait, body = self._once(request, what)
            if trouble is None:
                try:
                    check(parse(body, what), what)
                except ApiError as error:
                    if error.kind in ("blocked", "damaged"):
                        trouble, last = str(error), error
                        continue
                    return self._keep(file, request, body) if error.kind in _KEPT else (body, "", False)
                return self._keep(file, request, body)
            last = ApiError(f"{what} could not be had in {self.attempts} attempts: {trouble}", "network")
            if wait is not None and wait > LONGEST_WAIT:
                last = ApiError(
                    f"{trouble} ({what}) and asks to wait {wait / 60:.0f} minutes: ask again then", "network"
                )
                break
        raise last

    def _once(self, request, what):
        """One try: (None, None, body), or (what went wrong, seconds to wait or None, None)."""
        if self._last is not None:
            left = self._last + self.pause - self._clock()
            if left > 0:
                self._sleep(left)
        self._last = self._clock()
        trouble = body = None
        status, wait = 0, None
        try:
            with self._open().stream("GET", request["path"], params=request["params"]) as response:
                status, wait = response.status_code, _retry_after(response.headers.get("retry-after"))
                body = self._body(response)
        except httpx.TimeoutException:
            trouble = f"BPS did not answer within {self.timeout:.0f} s"
        except _TooSlowError:
            trouble = f"the answer was not complete after {self.deadline:.0f} s"
        except httpx.DecodingError:
            trouble = "the answer was damaged on its way"
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError):
            trouble = "the connection broke off"
        except httpx.ConnectError as error:
            secure = "; its certificate is not trusted on this machine" * ("CERTIFICATE" in str(error).upper())
            trouble = f"{self._client.base_url.host} cannot be reached{secure}"
        except httpx.HTTPError as error:
            trouble = f"the request failed ({type(error).__name__})"
        # nothing is raised inside the handlers: an error must not carry the request that failed
        if trouble:
            return trouble, None, None
        if body is None:
            raise ApiError(f"{what} has more than {MAX_BYTES:,} bytes: ask for fewer years or rows", "too_large")
        if status in _AGAIN:
            return f"BPS answered with HTTP {status}", wait, None
        if 300 <= status < 400:
            raise ApiError(
                f"BPS sends the request for {what} elsewhere (HTTP {status}); the key is not sent on", "refused"
            )
        body = self._cleared(body)
        if status >= 400 and not body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"{")):
            raise ApiError(
                f"BPS answered the request for {what} with HTTP {status}: check the domain and the ids", "refused"
            )
        if status == 403 and body.lstrip().startswith(b"<"):
            body = b"<title>403 Forbidden</title>" + body  # the firewall's, whatever its words
        return None, wait, body

    def _open(self):
        if self._client is None:
            host = httpx.URL(self.base).host
            direct = _is_local(self.base) or urllib.request.proxy_bypass(host)
            proxy = None if direct else urllib.request.getproxies().get("https")
            _Redact.key = self._secret.value
            self._client = httpx.Client(
                base_url=self.base, transport=_Keyed(self._secret, httpx.HTTPTransport(proxy=proxy)), follow_redirects=False,
                headers={"User-Agent": AGENT, "Accept": "application/json"},
                timeout=httpx.Timeout(self.timeout, connect=min(self.timeout, 20.0)),
            )  # fmt: skip
        return self._client

    def _body(self, response):
        """Bytes of an answer within the deadline; None when they are too many."""
        parts, size, until = [], 0, self._clock() + self.deadline
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                return None
            if self._clock() > until:
                raise _TooSlowError
        return b"".join(parts)

    def _cleared(self, body):
        """Answer as UTF-8 without the key, which BPS writes into links of its own."""
        text = body.decode("utf-8-sig", errors="replace")
        return re.sub(re.escape(self._secret.value), "KEY", text, flags=re.I).encode()


class _TooSlowError(Exception):
    """The deadline of an answer passed."""


def _hash(data):
    return hashlib.sha256(data).hexdigest()


def _is_local(base):
    return httpx.URL(base).host in ("127.0.0.1", "localhost", "::1")


def _address(base):
    try:
        url = httpx.URL(base)
    except (httpx.InvalidURL, TypeError):
        url = None
    if url is None or not url.host or not (url.scheme == "https" or (url.scheme == "http" and _is_local(base))):
        raise UcjError("UCJ_BPS_URL must be an https address, or http on this machine: the key is sent to it")
    if url.query or url.userinfo or "/key" in url.path:
        raise UcjError(
            "UCJ_BPS_URL must be an address without a key, a query or a password: the key has a variable of its own"
        )
    return str(url).rstrip("/") + "/"


def _retry_after(text):
    """Seconds of a Retry-After header: a number, or a date; None where there is none."""
    if not text:
        return None
    if re.fullmatch(r"\s*\d{1,9}\s*", text):
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=datetime.UTC)
    return max(0.0, (when - datetime.datetime.now(datetime.UTC)).total_seconds())
