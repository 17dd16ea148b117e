"""The Web API client against a server on this machine that is slow, breaks off, refuses, and writes the key into its answers."""

import email.utils
import http.server
import json
import logging
import re
import threading
import time
import traceback
import types
import urllib.parse

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucj_analysis import cli
from ucj_analysis.errors import UcjError
from ucj_analysis.loaders import bps_api, bps_files, bps_web
from ucj_analysis.loaders.bps_api import ApiError, Client

KEY = "s3cretKEYs3cretKEYs3cretKEY12345"
SIX = {
    7501: "Boalemo",
    7502: "Gorontalo",
    7503: "Pohuwato",
    7504: "Bone Bolango",
    7505: "Gorontalo Utara",
    7571: "Kota Gorontalo",
}
WAF = b"<!doctype html><title> Perimeter WAF Block </title><body><h2> Akses ini ditolak </h2></body>"
NONE = {"status": "OK", "data-availability": "list-not-available", "data": ""}
FIRST, LAST = 2015, 2024


def page(items, number=1, pages=1, total=None):
    head = {
        "page": number,
        "pages": pages,
        "per_page": 10,
        "count": len(items),
        "total": len(items) if total is None else total,
    }
    return {"status": "OK", "data-availability": "available", "data": [head, items]}


def figures(query):
    """Dynamic data of the years asked, as the API writes it: value = region code + (year - 2000) / 100."""
    asked = query["th"].split(";")
    return {
        "status": "OK", "data-availability": "available", "labelvervar": "Kabupaten/Kota",
        "var": [{"val": int(query["var"]), "label": "Indeks Uji", "unit": "Poin", "decimal": 2, "note": ""}],
        "turvar": [{"val": 0, "label": "Tidak ada"}], "vervar": [{"val": k, "label": v} for k, v in SIX.items()],
        "tahun": [{"val": int(t), "label": str(1900 + int(t))} for t in asked], "turtahun": [{"val": 0, "label": "Tahun"}],
        "datacontent": {f"{r}{query['var']}0{t}0": round(r + (int(t) - 100) / 100, 2) for r in SIX for t in asked},
    }  # fmt: skip


def bps(query, path="/list", seen=0, *, limit=None):
    """BPS as its documentation has it."""
    limit = limit or (3 if query.get("domain") == "0000" else 2)
    if query.get("key") != KEY:
        return {"status": "Error", "message": "You are not Allowed to take this action. Please re-check your key"}
    model = query.get("model")
    if model == "th":
        years = range(FIRST, LAST + 1)
        number = int(query.get("page", 1))
        return page(
            [{"th_id": y - 1900, "th": str(y)} for y in years][(number - 1) * 4 : number * 4], number, 3, len(years)
        )
    if model == "data":
        count = len(query["th"].split(";"))
        if count > limit:
            return {
                "status": "Error",
                "message": f"The maximum allowed number of years for the 'th' parameter is {limit}. You provided {count}. Please reduce the number of years accordingly.",
            }
        return figures(query)
    return NONE


class Server:
    """Plays answers; counts and keeps what it was asked."""

    def __init__(self):
        self.asked, self.play = [], bps
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(url.query))
                outer.asked.append((url.path, query, dict(self.headers)))
                answer = outer.play(query, url.path.removeprefix("/v1/api"), len(outer.asked) - 1)
                status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
                if body == "hang up":
                    self.close_connection = True
                    return
                body = body if isinstance(body, (bytes, types.GeneratorType)) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if isinstance(body, bytes) and "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    for part in [body] if isinstance(body, bytes) else body:
                        self.wfile.write(part)
                        self.wfile.flush()
                except OSError:
                    pass
                self.close_connection = "Content-Length" in headers

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1/api"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A server, and an environment that points to it."""
    made = Server()
    monkeypatch.setenv("UCJ_BPS_URL", made.url)
    monkeypatch.setenv("UCJ_BPS_KEY", KEY)
    monkeypatch.setenv("UCJ_CACHE", str(tmp_path / "cache"))
    yield made
    made.close()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client(server, waits):
    """A client that writes down its waits and does not wait."""
    with Client(pause=0, sleep=waits.append) as made:
        yield made


def in_turn(*answers):
    """Play answers one after the other, then BPS."""

    def play(query, path, seen):
        return answers[seen] if seen < len(answers) else bps(query, path, seen)

    return play


def value(rows, code, year):
    return rows.set_index(["region_code", "period"]).loc[(code, str(year)), "value"]


# ---- requests


@pytest.mark.parametrize(("domain", "size"), [("7500", 2), ("0000", 3)])
def test_years_are_split_as_bps_allows_and_all_come_back(server, client, domain, size):
    found = client.data(domain, 77, range(2015, 2025))
    sent = [q["th"] for _, q, _ in server.asked if q["model"] == "data"]
    assert max(len(t.split(";")) for t in sent) == size
    assert ";".join(sent) == ";".join(str(t) for t in range(115, 125))
    assert len(found.rows) == 60
    assert value(found.rows, "7504", 2024) == 7504.24
    assert found.findings == []
    assert found.name == f"bps-{domain}-var77-2015-2024"


def test_requests_carry_the_key_an_agent_and_the_path_of_the_documentation(server, client):
    client.data("75", 77, [2020])
    path, query, headers = server.asked[-1]
    assert path == "/v1/api/list"
    assert query == {"model": "data", "domain": "7500", "var": "77", "lang": "ind", "th": "120", "key": KEY}
    assert re.match(r"Mozilla/5\.0 \(compatible; ucj_analysis/", headers["User-Agent"])


def test_a_smaller_limit_is_learnt_from_the_refusal_and_a_rerun_asks_nothing(server, client):
    server.play = lambda q, p, n: bps(q, p, n, limit=1)
    first = client.data("7500", 77, [2020, 2021, 2022])
    count = len(server.asked)
    again = client.data("7500", 77, [2020, 2021, 2022])
    pd.testing.assert_frame_equal(first.rows, again.rows)
    assert len(server.asked) == count
    with Client(offline=True) as other:
        pd.testing.assert_frame_equal(first.rows, other.data("7500", 77, [2020, 2021, 2022]).rows)


def test_null_halves_the_years_and_one_year_too_large_says_what_to_do(server, client):
    server.play = lambda q, p, n: None if ";" in q.get("th", "") else bps(q, p, n)
    assert len(client.data("7500", 77, [2020, 2021]).rows) == 12
    server.play = lambda q, p, n: None if q["model"] == "data" else bps(q, p, n)
    with pytest.raises(ApiError, match="2023 is too large for BPS even alone: name rows with --vervar or --turvar"):
        client.data("7500", 77, [2023])


def test_years_that_bps_lacks(server, client):
    server.play = lambda q, p, n: NONE if q.get("th") == "115;116" else bps(q, p, n)
    found = client.data("7500", 77, [2015, 2016, 2017, 2030])
    assert sorted(f["message"] for f in found.findings) == [
        "BPS has no 2030 of variable 77 in domain 7500; it has 2015 to 2024", "BPS has nothing for 2015, 2016 of variable 77 of domain 7500",
    ]  # fmt: skip
    assert set(found.rows["period"]) == {"2017"}
    with pytest.raises(ApiError, match="BPS has no 1999 of variable 77"):
        client.data("7500", 77, [1999])
    with pytest.raises(
        ApiError, match=r"BPS has nothing for variable 77 of domain 7500, 2015 and 2016 \(list-not-available\)"
    ):
        client.data("7500", 77, [2015, 2016])


def test_an_answer_for_something_else_is_refused(server, client):
    server.play = lambda q, p, n: bps({**q, "var": "78"} if q["model"] == "data" else q, p, n)
    with pytest.raises(ApiError, match="answered variable 77 of domain 7500, 2020 with variable 78"):
        client.data("7500", 77, [2020])


def test_recorded_answers_come_through_the_server_as_they_are_decoded(server, client, reference, waits):
    folder = reference / "bps_samples" / "json"
    files = {
        "th": "looker_th_list_1804.json",
        "data": "looker_data_0000_1804.json",
        "statictable": "flutter_static_table_detail_fixture.json",
    }
    waf = (folder / "looker_waf_block_403.html").read_bytes()

    def play(query, path, seen):
        if seen == 0:
            return 403, {"Content-Type": "text/html"}, waf
        if query.get("var") == "9":
            return (folder / "looker_list_not_available.json").read_bytes()
        return (folder / files.get(query.get("model"), "flutter_domain_list_fixture.json")).read_bytes()

    server.play = play
    assert list(client.domains("7200")["domain_name"][:2]) == ["Banggai Kepulauan", "Banggai"]
    assert waits == [2]
    found = client.data("0000", 1804, [2017, 2018, 2019])
    pd.testing.assert_frame_equal(found.rows, bps_api.decode(folder / files["data"]).rows)
    assert (
        client.static("7315", 23).rows["value"].sum()
        == bps_api.decode(folder / files["statictable"]).rows["value"].sum()
        > 0
    )
    assert client.years("0000", 9).empty
    with pytest.raises(ApiError, match="BPS lists no years for variable 9"):
        client.data("0000", 9)


# ---- patience


@pytest.mark.parametrize(
    ("bad", "said"),
    [((500, {}, b"oops"), "HTTP 500"), ((503, {}, WAF), "HTTP 503"), (WAF, "firewall"), ((403, {}, WAF), "firewall"),
     ((403, {}, b"<html><h1>Sorry</h1></html>"), "firewall"), ((200, {}, "hang up"), "broke off"),
     ((200, {"Content-Length": "9000"}, b'{"status": "OK"'), "broke off"), ((200, {}, b'{"status": "OK", "da'), "no complete JSON"),
     ((200, {"Content-Encoding": "gzip"}, b"not gzip"), "damaged on its way"), (b"", "no complete JSON")],
)  # fmt: skip
def test_trouble_is_waited_out(server, waits, bad, said):
    told = []
    server.play = in_turn(bad, bad)
    with Client(pause=0, sleep=waits.append, say=told.append) as client:
        assert len(client.years("7500", 77)) == 10
    assert waits == [2, 4]
    assert said in told[0]
    waits.clear()
    server.play = lambda *_: bad
    with Client(pause=0, sleep=waits.append, refresh=True) as client, pytest.raises(ApiError, match=said):
        client.years("7500", 77)
    assert waits == [2, 4, 8, 16]


def test_retry_after_is_honoured_as_seconds_and_as_a_date(server, client, waits):
    later = email.utils.formatdate(time.time() + 60, usegmt=True)
    server.play = in_turn(
        (429, {"Retry-After": "7"}, b""), (503, {"Retry-After": later}, b""), (429, {"Retry-After": "soon"}, b"")
    )
    client.years("7500", 77)
    assert waits[0] == 7
    assert 50 < waits[1] <= 60
    assert waits[2] == 8  # its own back-off


def test_a_wait_too_long_is_not_begun(server, client, waits):
    server.play = lambda *_: (429, {"Retry-After": "3600"}, b"")
    with pytest.raises(ApiError, match="HTTP 429 .* asks to wait 60 minutes: ask again then"):
        client.years("7500", 77)
    assert waits == []
    assert len(server.asked) == 1


def test_slow_answers_end_by_the_clock(server, waits):
    def silent(*_):
        time.sleep(0.5)
        return NONE

    server.play = silent
    with (
        Client(pause=0, sleep=waits.append, timeout=0.05, attempts=2) as client,
        pytest.raises(ApiError, match=r"years of variable 77 .* in 2 attempts: BPS did not answer within"),
    ):
        client.years("7500", 77)

    def drip():
        for _ in range(100):
            time.sleep(0.02)
            yield b" "

    server.play = lambda *_: (200, {"Content-Length": "100"}, drip())
    with (
        Client(pause=0, sleep=waits.append, timeout=5, deadline=0.1, attempts=2) as client,
        pytest.raises(ApiError, match="the answer was not complete after"),
    ):
        client.years("7500", 77)


def test_requests_are_spaced(server):
    now, waits = [100.0], []

    def sleep(seconds):
        waits.append(round(seconds, 3))
        now[0] += seconds

    with Client(pause=1.5, sleep=sleep, clock=lambda: now[0]) as client:
        client.years("7500", 77)
    assert waits == [1.5, 1.5]  # three pages
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [301, 302, 307])
def test_the_key_is_not_sent_elsewhere(server, client, status):
    server.play = lambda q, p, n: (status, {"Location": f"{server.url}/other?key={q['key']}"}, b"")
    with pytest.raises(ApiError, match="sends the request for .* elsewhere .*; the key is not sent on"):
        client.years("7500", 77)
    assert len(server.asked) == 1


def test_a_refused_key_is_said_once_and_not_kept(server, client, monkeypatch, tmp_path):
    monkeypatch.setenv("UCJ_BPS_KEY", "wrongwrongwrong1")
    with pytest.raises(ApiError, match="BPS refused the key: check it in your profile"):
        client.years("7500", 77)
    assert len(server.asked) == 1
    assert not list((tmp_path / "cache").rglob("*.json"))


def test_not_found_is_not_repeated(server, client):
    server.play = lambda *_: (404, {}, b"nothing here")
    with pytest.raises(ApiError, match="with HTTP 404: check the domain and the ids"):
        client.years("7500", 77)
    assert len(server.asked) == 1


# ---- paging


def test_pages_are_read_to_the_end_with_progress(server):
    told = []
    with Client(pause=0, progress=lambda *a: told.append(a)) as client:
        years = client.years("7500", 77)
    assert list(years["th"]) == [str(y) for y in range(2015, 2025)]
    assert told == [(n, 3, "years of variable 77 in domain 7500") for n in (1, 2, 3)]
    assert years.attrs["findings"] == []


@pytest.mark.parametrize(
    ("play", "message"),
    [(lambda q, p, n: NONE if q.get("page") == "2" else bps(q, p, n), "ended at page 1 of 3"),
     (lambda q, p, n: bps({**q, "page": "1"}, p, n), "another page for .*page 2 of 3"),
     (lambda q, p, n: page([{"th_id": 1, "th": "2015"}], 1, 99999), "99,999 pages, more than any")],
)  # fmt: skip
def test_a_list_that_is_not_whole_is_refused(server, client, play, message):
    server.play = play
    with pytest.raises(ApiError, match=message):
        client.years("7500", 77)


def test_a_count_that_does_not_fit_is_a_finding(server, client):
    server.play = lambda *_: page([{"sub_id": 1, "title": "Kemiskinan"}], total=3)
    assert client.subjects("7500").attrs["findings"][0]["message"] == "BPS says 3 items and sent 1"


def test_lists_that_bps_does_not_have_are_empty(server, client):
    assert client.press("7500", 2025).empty
    assert client.simdasi_tables("7500").empty


# ---- disk


def kept(tmp_path):
    return sorted((tmp_path / "cache" / "bps").glob("*.json"))


def test_answers_are_kept_with_date_hash_and_a_request_without_the_key(client, tmp_path):
    client.data("7500", 77, [2020])
    entries = [json.loads(p.read_text(encoding="utf-8")) for p in kept(tmp_path)]
    assert len(entries) == 4
    for entry in entries:
        assert entry["sha256"] == bps_web._hash(entry["body"].encode())
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", entry["fetched"])
        assert "key" not in entry["request"]["params"]
    assert not list((tmp_path / "cache").rglob("*.part"))


def corrupt(path, how):
    entry = json.loads(path.read_text(encoding="utf-8"))
    if how == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    elif how == "body":
        path.write_text(json.dumps({**entry, "body": entry["body"].replace("20", "19")}), encoding="utf-8")
    elif how == "request":
        path.write_text(json.dumps({**entry, "request": {"path": "list", "params": {}}}), encoding="utf-8")
    elif how == "date":
        path.write_text(json.dumps({**entry, "fetched": "yesterday"}), encoding="utf-8")
    elif how == "other":
        path.write_text("[1, 2]", encoding="utf-8")
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["cut", "body", "request", "date", "other", "empty"])
def test_a_damaged_entry_is_fetched_again_or_refused_and_never_used(server, client, tmp_path, how):
    good = client.data("7500", 77, [2020]).rows
    for path in kept(tmp_path):
        corrupt(path, how)
    with (
        Client(offline=True) as other,
        pytest.raises(ApiError, match="the kept answer for years .* is damaged .*fetched again"),
    ):
        other.data("7500", 77, [2020])
    count = len(server.asked)
    told = []
    with Client(pause=0, say=told.append) as again:
        pd.testing.assert_frame_equal(again.data("7500", 77, [2020]).rows, good)
    assert len(server.asked) == 2 * count
    assert len(told) == 4
    with Client(offline=True) as other:
        pd.testing.assert_frame_equal(other.data("7500", 77, [2020]).rows, good)


def test_offline_asks_nothing_and_names_all_that_is_missing(server, client, monkeypatch):
    client.data("7500", 77, [2019, 2020])
    count = len(server.asked)
    monkeypatch.delenv("UCJ_BPS_KEY")
    with Client(offline=True) as other:
        with pytest.raises(
            ApiError,
            match="variable 77 of domain 7500 is kept on the disk for 2021, 2022, 2023, 2024 .*run once without it",
        ):
            other.data("7500", 77, range(2019, 2025))
        with pytest.raises(ApiError, match="no answer for subjects of domain 7500 is kept"):
            other.subjects("7500")
    assert len(server.asked) == count


def test_refresh_asks_again(server, client):
    client.years("7500", 77)
    server.play = lambda q, p, n: page([{"th_id": 125, "th": "2025"}])
    assert len(client.years("7500", 77)) == 10
    with Client(pause=0, refresh=True) as other:
        assert list(other.years("7500", 77)["th"]) == ["2025"]
    assert list(client.years("7500", 77)["th"]) == ["2025"]


def test_a_disk_that_cannot_be_written_is_no_reason_to_fail(server, tmp_path):
    (tmp_path / "file").write_text("x")
    told = []
    with Client(pause=0, cache=tmp_path / "file" / "in") as client, pytest.raises(ApiError, match="cannot be read"):
        client.years("7500", 77)
    with Client(pause=0, cache=tmp_path / "file" / "in", say=told.append, refresh=True) as client:
        assert len(client.years("7500", 77)) == 10
    assert "could not be kept" in told[0]


# ---- the key


@pytest.mark.parametrize(
    "text", ["short", "with space inside", "12345678901234567890", "a/b/c/d/e/f/g", "ключключключ"]
)
def test_what_is_no_key_is_refused_without_saying_it(server, client, monkeypatch, text):
    monkeypatch.setenv("UCJ_BPS_KEY", text)
    with pytest.raises(ApiError, match="is no key of BPS's Web API") as caught:
        client.years("7500", 77)
    assert text not in str(caught.value)
    assert server.asked == []


def test_the_key_comes_from_the_keyring_where_the_environment_has_none(server, client, monkeypatch):
    import keyring

    asked = []
    monkeypatch.delenv("UCJ_BPS_KEY")
    monkeypatch.setattr(keyring, "get_password", lambda *a: asked.append(a) or KEY)
    assert len(client.years("7500", 77)) == 10
    assert asked == [("ucj_analysis", "bps")]

    def broken(*_):
        raise RuntimeError("no keyring on this machine")

    monkeypatch.setattr(keyring, "get_password", broken)
    with Client(refresh=True) as other, pytest.raises(ApiError, match="there is no key .*set UCJ_BPS_KEY or store it"):
        other.years("7500", 77)


def leaky(server):
    """BPS writing the caller's key wherever it can: links, labels, messages, headers; and all its troubles."""
    links = f"https://x.bps.go.id/download?data=1&tokenuser={KEY}"

    def play(query, path, seen):
        head = {"X-Echo": query["key"], "Set-Cookie": f"k={query['key']}"}
        model, var = query.get("model"), query.get("var")
        if seen % 3 == 0:
            return 500, head, f"failed for {KEY}".encode()
        if var == "1":
            return 200, head, {"status": "Error", "message": f"bad request by {KEY} ({KEY.upper()})"}
        if var == "2":
            return 302, {**head, "Location": links}, b""
        if var == "3":
            return 200, head, f"<html><title>Access denied {KEY}</title>".encode()
        if var == "4":
            return 200, head, f"{{ {KEY} ".encode()
        if model == "pressrelease":
            return 200, head, page([{"brs_id": 1, "title": f"BRS {KEY.lower()}", "pdf": links}])
        if model == "data":
            made = figures(query)
            made["var"][0] |= {"note": links, "label": f"Indeks {KEY}"}
            return 200, head, made
        return 200, head, bps(query, path, seen)

    server.play = play


def test_the_key_is_nowhere_but_in_the_request(server, monkeypatch, tmp_path, capsys, caplog):
    """Everything printed, logged, raised and written by good and bad requests is searched for the key."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(bps_web, "time", types.SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic))
    leaky(server)
    said = []
    folder = str(tmp_path / "out")
    for arguments in (
        ("press", "-d", "7500"), ("press", "-d", "7500", "--format", "csv"), ("data", "-d", "7500", "--var", "77", "--out", folder),
        ("data", "-d", "7500", "--var", "77", "--out", folder, "--format", "json"), *(("years", "-d", "7500", "--var", v) for v in "1234"),
        ("data", "-d", "7500", "--var", "77", "--offline", "--years", "1999"), ("static", "-d", "7500", "--table", "5"),
    ):  # fmt: skip
        status = cli.main(["fetch", *arguments])
        said.append(status)
    assert said == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    client = Client(pause=0, attempts=2)
    errors = []
    for var in (1, 2, 3, 4):
        with pytest.raises(ApiError) as caught:
            client.years("7500", var)
        error = caught.value
        errors.append("".join(traceback.format_exception(error)))
        while error is not None:  # the chain, and what its parts hold
            errors += [
                repr(error),
                repr(vars(error)),
                str(getattr(error, "request", "")),
                str(getattr(error, "doc", "")),
            ]
            error = error.__cause__ or error.__context__
    found = client.data("7500", 77)
    shown = [
        repr(client),
        repr(client.web),
        repr(vars(client.web)),
        repr(client.web._client),
        repr(found),
        repr(found.answers),
    ]
    shown += [str(vars(client.web)), f"{client.web._secret}"]
    written = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert len(written) > 8
    assert sum(q.get("key") == KEY for _, q, _ in server.asked) > 20
    captured = capsys.readouterr()
    assert len(caplog.records) > 50
    everything = [
        captured.out,
        captured.err,
        caplog.text,
        *errors,
        *shown,
        *map(str, written),
        *(b.decode() for b in written.values()),
    ]
    for text in everything:
        assert KEY.lower() not in text.lower()


@pytest.mark.parametrize("base", ["http://webapi.bps.go.id/v1/api", "ftp://127.0.0.1/", "nonsense", "https://", "http://127.0.0.1.example.com/",
                                  f"https://webapi.bps.go.id/v1/api/key/{KEY}", f"https://x.id/?key={KEY}", f"https://{KEY}@x.id/"])  # fmt: skip
def test_addresses_that_would_show_the_key_are_refused(base):
    with pytest.raises(UcjError, match="UCJ_BPS_URL must be an") as caught:
        Client(base=base)
    assert KEY not in str(caught.value)


# ---- files and the command line


@pytest.fixture
def ucj(server, package, monkeypatch, capsys):
    """Run `ucj fetch` against the server with the inbox of a copied package."""
    monkeypatch.setenv("UCJ_DATA", str(package))
    monkeypatch.setattr(bps_web, "time", types.SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic))

    def run(*arguments):
        status = cli.main(list(arguments))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return status, captured.out, captured.err

    return run


def test_fetched_rows_in_the_inbox_read_back_as_they_were(ucj, server, package):
    status, out, err = ucj("fetch", "data", "-d", "7500", "--var", "77", "--years", "2022-2024")
    path = package / "inbox" / "bps-7500-var77-2022-2024.csv"
    assert status == 0
    assert f"18 rows (18 with a figure) in {path}" in out
    assert "[2/2] variable 77 of domain 7500, 2024" in err
    with Client(offline=True) as bps_offline:
        found = bps_offline.data("7500", 77, [2022, 2023, 2024])
    read = bps_files.read(path)
    pd.testing.assert_frame_equal(read, found.rows, check_exact=True)
    assert list(read.columns) == bps_files.COLUMNS
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert about["rows"] == 18
    assert [a["request"]["params"]["th"] for a in about["answers"]] == ["122;123", "124"]
    assert about["answers"][0]["sha256"] == found.answers[0].sha256
    before = {p.name: p.read_bytes() for p in package.glob("inbox/bps*")}
    count = len(server.asked)
    status, out, err = ucj("fetch", "data", "-d", "7500", "--var", "77", "--years", "2022-2024")
    assert "2 of 2 answers as kept on 20" in err
    assert {p.name: p.read_bytes() for p in package.glob("inbox/bps*")} == before
    assert len(server.asked) == count
    assert ucj("read", str(path))[0] == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [(".csv", "7504.22", "7504.92", "not the table that the JSON beside it describes"),
     (".json", "sha256", "sha", "damaged: fetch or read"), (".json", "{", "", "damaged: fetch or read")],
)  # fmt: skip
def test_a_fetched_table_that_was_edited_is_refused(ucj, package, file, old, new, message):
    ucj("fetch", "data", "-d", "7500", "--var", "77", "--years", "2022-2024")
    path = package / "inbox" / "bps-7500-var77-2022-2024.csv"
    target = path.with_suffix(file)
    target.write_text(target.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UcjError, match=message):
        bps_files.read(path)


def test_tidy_rows_of_ucj_read_read_back(tmp_path, ucj):
    source = tmp_path / "p0.csv"
    source.write_text("Kabupaten/Kota;P0 2024\nBoalemo;17,83*\nGorontalo;-\nBone Bolango;15,5\n", encoding="utf-8")
    _, out, _ = ucj("read", str(source), "--format", "csv")
    (tmp_path / "tidy.csv").write_text(out, encoding="utf-8")
    pd.testing.assert_frame_equal(bps_files.read(tmp_path / "tidy.csv"), bps_files.read(source))
    assert len(bps_files.read(tmp_path / "tidy.csv", within="75", year=2024)) == 3
    with pytest.raises(UcjError, match="none of its rows lies in"):
        bps_files.read(tmp_path / "tidy.csv", within="76")
    with pytest.raises(UcjError, match="year=2020 contradicts"):
        bps_files.read(tmp_path / "tidy.csv", year=2020)
    for text, message in (
        ("1e999", "larger than any"),
        ("inf", "damaged"),
        ("many", "damaged"),
        ("1_5", "damaged"),
        ("15,5", "damaged"),
    ):
        (tmp_path / "tidy.csv").write_text(out.replace("15.5", text), encoding="utf-8")
        with pytest.raises(UcjError, match=message):
            bps_files.read(tmp_path / "tidy.csv")


def test_lists_and_tables_on_the_command_line(ucj, server, package, tmp_path):
    table = "&lt;table&gt;&lt;tr&gt;&lt;td&gt;Kabupaten&lt;/td&gt;&lt;td&gt;2024&lt;/td&gt;&lt;/tr&gt;" + "".join(
        f"&lt;tr&gt;&lt;td&gt;{x}&lt;/td&gt;&lt;td&gt;{n},5&lt;/td&gt;&lt;/tr&gt;" for n, x in enumerate(SIX.values(), 10)
    ) + "&lt;/table&gt;"  # fmt: skip

    def play(query, path, seen):
        if path == "/domain":
            assert query["type"] in ("all", "kabbyprov")
            return {"status": "OK", "data-availability": "available",
                    "data": [{"page": 1, "pages": 1, "total": 1}, [{"domain_id": "7504", "domain_name": "Bone Bolango", "domain_url": "u"}]]}  # fmt: skip
        if path == "/view":
            return {
                "status": "OK",
                "data-availability": "available",
                "data": {"table_id": 23, "title": "Kepadatan", "table": table},
            }
        if path == "/interoperabilitas/datasource/simdasi/id/23/":
            assert query["wilayah"] == "7500000"
            return {"status": "OK", "data": [{"page": 1, "pages": 1}, {"status": 200, "condition": "OK", "data": [
                {"id_tabel": "QUJD", "judul": "Padi", "ketersediaan_tahun": [2022, 2023], "bab_en": "x"}]}]}  # fmt: skip
        if path == "/interoperabilitas/datasource/simdasi/id/25/":
            return {"status": "OK", "data": [{"page": 1}, {
                "status": 200, "judul_tabel": "Padi", "tahun_data": query["tahun"], "lingkup_id": "Kabupaten/Kota",
                "kolom": {"k": {"nama_variabel": "Produksi (ton)"}},
                "data": [{"label": x, "kode_wilayah": f"{c}000", "variables": {"k": {"value": "1.234,5", "value_raw": "1234.5"}}} for c, x in SIX.items()]}]}  # fmt: skip
        if query.get("model") in ("subject", "var"):
            return page([{"sub_id": 23, "var_id": 192, "title": "Kemiskinan", "notes": "long"}])
        return bps(query, path, seen)

    server.play = play
    assert "Bone Bolango" in ucj("fetch", "domains", "--province", "75")[1]
    assert "Kemiskinan" in ucj("fetch", "subjects", "-d", "Bone Bolango")[1]
    assert server.asked[-1][1]["domain"] == "7504"
    out = ucj("fetch", "variables", "-d", "7500", "--subject", "23", "--english")[1]
    assert "192" in out
    assert "long" not in out
    assert server.asked[-1][1] == {"model": "var", "domain": "7500", "subject": "23", "lang": "eng", "key": KEY}
    assert json.loads(ucj("fetch", "years", "-d", "7500", "--var", "77", "--format", "json")[1])[0] == {
        "th_id": "115",
        "th": "2015",
    }
    assert "12.5" in ucj("fetch", "static", "-d", "7500", "--table", "23", "--format", "csv")[1]
    assert bps_files.read(package / "inbox" / "bps-7500-static23.csv")["region_code"].tolist() == [str(c) for c in SIX]
    assert "2022,2023" in ucj("fetch", "simdasi", "-d", "7500")[1]
    server_play, server.play = play, lambda q, p, n: NONE if q.get("tahun") == "2021" else play(q, p, n)
    status, _, err = ucj(
        "fetch", "simdasi", "-d", "7500", "--table", "QUJD", "--years", "2021-2023", "--out", str(tmp_path)
    )
    server.play = server_play
    assert "BPS has nothing for 2021 of SIMDASI table QUJD of 7500" in err
    assert status == 0
    read = bps_files.read(tmp_path / "bps-7500-simdasi-QUJD-2021-2023.csv")
    assert value(read, "7571", 2023) == 1234.5
    status, _, err = ucj("fetch", "simdasi", "-d", "7500", "--table", "QUJD", "--years", "2022-2025", "--offline")
    assert "SIMDASI table QUJD of 7500 is kept on the disk for 2024, 2025" in err
    status, _, err = ucj("fetch", "press", "-d", "7500", "--year", "2025")
    assert (status, err) == (
        1,
        "ucj: BPS lists no press releases of domain 7500: check the domain and the other options\n",
    )
    status, _, err = ucj("fetch", "simdasi", "-d", "7500", "--table", "QUJD")
    assert status == 2
    assert "--table needs --years" in err


def test_an_answer_kept_by_hand(ucj, tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(figures({"th": "120", "var": "77"})), encoding="utf-8")
    status, _, _ = ucj("fetch", "saved", str(tmp_path / "mine.json"), "-d", "7500", "--out", str(tmp_path))
    assert status == 0
    assert value(bps_files.read(tmp_path / "bps-mine.csv"), "7504", 2020) == 7504.2
    (tmp_path / "none.json").write_text("null", encoding="utf-8")
    status, _, err = ucj("fetch", "saved", str(tmp_path / "none.json"))
    assert (status, err) == (1, "ucj: none.json is null, as when it would be too large: ask for fewer years or rows\n")
    assert "cannot be read" in ucj("fetch", "saved", str(tmp_path / "absent.json"))[2]


def test_every_command_of_fetch_shows_an_example(ucj):
    status, out, _ = ucj("fetch")
    assert status == 0
    names = [c.name or c.callback.__name__ for c in cli.fetch_app.registered_commands]
    assert {"domains", "subjects", "variables", "years", "data", "static", "simdasi", "press", "saved"} <= set(names)
    for name in names:
        assert name in out
        assert f"Example: ucj fetch {name}" in ucj("fetch", name, "--help")[1]


@pytest.mark.parametrize("text", ["201", "2025-2015", "abc", "", "2015-", "1015"])
def test_years_that_are_none(text):
    with pytest.raises(UcjError, match="expected years such as 2024, 2019,2021 or 2015-2025"):
        bps_api.parse_years(text)


@given(st.sets(st.integers(1950, 2060), min_size=1))
def test_years_read_back(years):
    assert bps_api.parse_years(",".join(map(str, years))) == sorted(years)
    assert bps_api.parse_years(f"{min(years)}-{max(years)}") == list(range(min(years), max(years) + 1))
