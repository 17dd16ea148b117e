"""BPS's Web API: lists of what there is, tables as tidy rows, and the files they are kept in.

>>> from ucj_analysis.loaders import bps_api
>>> with bps_api.Client() as bps:  # doctest: +SKIP
...     rows = bps.data("7500", 192, years=range(2015, 2026)).rows

The service is documented at webapi.bps.go.id/documentation; a key is free. ``bps_web`` keeps every answer on the disk, so that
a second run asks for nothing.
"""

import datetime
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ucj_analysis import __version__, regions
from ucj_analysis.errors import DataError
from ucj_analysis.files import write_atomic
from ucj_analysis.loaders import bps_answers, bps_words
from ucj_analysis.loaders.bps_answers import ApiError, decode
from ucj_analysis.loaders.bps_files import COLUMNS, Reading
from ucj_analysis.loaders.bps_web import Answer, Web

NATIONAL_YEARS, REGIONAL_YEARS = 3, 2  # that one request may name
MAX_PAGES = 2_000
CHOSEN_BY = (
    "domain_id", "domain_name", "sub_id", "title", "subcat", "var_id", "sub_name", "unit", "vertical", "th_id", "th", "table_id",
    "subj", "updt_date", "brs_id", "rl_date", "id_tabel", "kode_tabel", "judul", "ketersediaan_tahun",
)  # fmt: skip
SIMDASI = "interoperabilitas/datasource/simdasi/id"


@dataclass
class Fetched:
    """A table of the Web API and where it came from.

    Attributes
    ----------
    reading : Reading
        Rows as ``bps_files.read`` gives them, findings, titles and notes.
    answers : list of bps_web.Answer
        Each with its key-free request, date and hash.
    name : str
        Name of a file for it, without ending.
    """

    reading: Reading
    answers: list = field(default_factory=list)
    name: str = "bps"

    @property
    def rows(self):
        """The tidy rows."""
        return self.reading.rows

    @property
    def findings(self):
        """What looked wrong or was decided."""
        return self.reading.findings


def domain_code(domain):
    """Four-digit code of a domain: "0000", "75", "7500", 7501, or the name of a region.

    Raises
    ------
    RegionError
        When it is none.
    """
    text = str(domain).strip()
    if re.fullmatch(r"\d{2}|\d{4}", text):
        return text.ljust(4, "0")
    return regions.resolve(text, codes="bps").code


def parse_years(text):
    """Years as people write them: "2015-2025", "2019,2021", 2024 -> sorted list of int.

    Raises
    ------
    DataError
    """
    out = set()
    for part in re.split(r"[,;\s]+", str(text).strip()):
        m = re.fullmatch(r"((?:19|20)\d\d)(?:[-:]((?:19|20)\d\d))?", part)
        if not m or int(m[2] or m[1]) < int(m[1]):
            raise DataError(
                f"--years {text!r}: expected years such as 2024, 2019,2021 or 2015-2025", field="years", value=text
            )
        out |= set(range(int(m[1]), int(m[2] or m[1]) + 1))
    return sorted(out)


class Client:
    """Tables and lists of BPS's Web API.

    Parameters
    ----------
    web : Web, optional
        How requests are made; other keywords (offline, refresh, cache, ...) make one.
    lang : str
        "ind" or "eng".
    progress : callable(done, total, what), optional
        Called after each request of a fetch of several.
    """

    def __init__(self, web=None, *, lang="ind", progress=None, **options):
        if lang not in ("ind", "eng"):
            raise DataError(f"lang={lang!r}: expected ind or eng", field="lang", value=lang)
        self.web = web or Web(**options)
        self.lang = lang
        self._progress = progress or (lambda done, total, what: None)

    def __repr__(self):
        return f"Client({self.web!r})"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.web.close()

    # ---- lists

    def domains(self, province=None):
        """Domains of BPS: the nation, provinces, regencies; of one province where named. DataFrame of text."""
        kind = {"type": "kabbyprov", "prov": domain_code(province)} if province else {"type": "all"}
        return self._listing(
            "domain", kind, f"domains of {domain_code(province)}" if province else "domains", lang=None
        )

    def subjects(self, domain):
        """Subjects of a domain: sub_id, title, ... DataFrame of text."""
        domain = domain_code(domain)
        return self._listing("list", {"model": "subject", "domain": domain}, f"subjects of domain {domain}")

    def variables(self, domain, subject=None):
        """Variables (dynamic tables) of a domain: var_id, title, unit, ... DataFrame of text."""
        domain = domain_code(domain)
        return self._listing(
            "list", {"model": "var", "domain": domain, "subject": subject},
            f"variables of domain {domain}{f', subject {subject}' if subject else ''}",
        )  # fmt: skip

    def years(self, domain, var):
        """Years of a variable: th_id, th. DataFrame of text."""
        domain = domain_code(domain)
        params = {"model": "th", "domain": domain, "var": var}
        return self._listing("list", params, f"years of variable {var} in domain {domain}")

    def static_tables(self, domain, keyword=None):
        """Static tables of a domain: table_id, title, ... DataFrame of text."""
        domain = domain_code(domain)
        params = {"model": "statictable", "domain": domain, "keyword": keyword}
        return self._listing("list", params, f"static tables of domain {domain}")

    def press(self, domain, year=None, month=None, keyword=None):
        """Press releases of a domain: brs_id, title, rl_date, ... DataFrame of text."""
        domain = domain_code(domain)
        params = {"model": "pressrelease", "domain": domain, "year": year, "month": month, "keyword": keyword}
        return self._listing("list", params, f"press releases of domain {domain}")

    def simdasi_tables(self, area):
        """SIMDASI tables of an area (a BPS code): id_tabel, judul, ketersediaan_tahun, ... DataFrame of text."""
        code = domain_code(area)
        return self._listing(f"{SIMDASI}/23/", {"wilayah": f"{code}000"}, f"SIMDASI tables of {code}", lang=None)

    def _listing(self, path, params, what, lang=""):
        """All pages of a list; an empty frame where BPS has none."""
        params = params if lang is None else {**params, "lang": self.lang}
        rows, answers, pages, total, page, before = [], [], 1, None, 1, None
        while page <= pages:
            said = what if page == 1 else f"{what}, page {page} of {pages}"
            try:
                answer = self.web.get(path, params if page == 1 else {**params, "page": page}, said)
            except ApiError as error:
                if error.kind != "not_available":
                    raise
                if page > 1:
                    raise ApiError(
                        f"the list of {what} ended at page {page - 1} of {pages}: ask again", "damaged"
                    ) from None
                break
            found, head = bps_answers.items(answer.payload, said)
            if page > 1 and (found == before or head.get("page", page) != page):
                raise ApiError(f"BPS sent another page for {said}, so the list is not whole: ask again", "damaged")
            rows, before = rows + found, found
            answers.append(answer)
            pages, total = max(pages, head.get("pages", 1)), head.get("total", total)
            if pages > MAX_PAGES:
                raise ApiError(f"the list of {what} has {pages:,} pages, more than any of BPS: ask for less", "damaged")
            self._progress(page, pages, what)
            page += 1
        frame = bps_answers.listed(rows)
        frame.attrs.update(answers=answers, what=what, findings=[])
        if total is not None and total != len(rows):
            frame.attrs["findings"].append({
                "kind": "list", "place": what, "message": f"BPS says {total} items and sent {len(rows)}"
            })  # fmt: skip
        return frame

    # ---- tables

    def data(self, domain, var, years=None, *, turvar=None, vervar=None, turth=None):
        """Dynamic data of one variable.

        Parameters
        ----------
        domain : str or int
            Code or name; 0000 the nation.
        var : int or str
            Id of the variable (``variables``).
        years : iterable of int, optional
            By default all that BPS has.
        turvar, vervar, turth : str, optional
            Ids of derived variables, rows and parts of the year, joined by ";".

        Returns
        -------
        Fetched
            One request a three years (nation) or two (elsewhere), fewer where BPS asks for fewer or the answer is too large.
            Years without data are findings.

        Raises
        ------
        ApiError
            When BPS has none of the years, or the way to it fails; offline, with all that is not on the disk.
        """
        domain, var = domain_code(domain), str(var).strip()
        if not var.isdigit():
            raise DataError(
                f"var {var!r}: expected the number of a variable (ucj fetch variables)", field="var", value=var
            )
        asked = {"model": "data", "domain": domain, "var": var, "lang": self.lang, "turvar": turvar, "vervar": vervar,
                 "turth": turth}  # fmt: skip

        def ask(part, what):
            answer = self.web.get("list", {**asked, "th": ";".join(i for i, _ in part)}, what)
            reading = bps_answers.dynamic(answer.payload, domain=domain, what=what)
            _same(answer.payload, var, part, what, reading)
            return answer, reading

        findings = []
        parts = self._parts(domain, var, years, findings)
        answers, readings = self._gather(f"variable {var} of domain {domain}", parts, ask, findings)
        reading = _joined(readings, findings)
        seen = sorted({p[:4] for p in reading.rows["period"] if p[:4].isdigit()})
        span = "-".join(dict.fromkeys([seen[0], seen[-1]])) if seen else "undated"
        only = "-".join(f"{k}{re.sub(r'[^0-9]+', '_', str(v))}" for k, v in
                        (("turvar", turvar), ("vervar", vervar), ("turth", turth)) if v)  # fmt: skip
        return Fetched(reading, answers, "-".join(filter(None, (f"bps-{domain}-var{var}", only, span, self._eng()))))

    def _gather(self, subject, queue, ask, findings):
        """Ask part by part (lists of (id, year as said)), in smaller parts where BPS gives less at once.

        Parts without data become a finding; where all are, or answers are missing offline, that is the error.
        """
        found, count, absent, nothing, none = [], 0, [], [], None
        while queue:
            part = queue.pop(0)
            what = f"{subject}, {' and '.join(year for _, year in part)}"
            try:
                found.append(ask(part, what))
            except ApiError as error:
                size = error.limit if error.kind == "years" and error.limit else len(part) // 2
                if error.kind in ("years", "too_large") and 0 < size < len(part):
                    queue[:0] = [part[i : i + size] for i in range(0, len(part), size)]
                    continue
                if error.kind == "too_large":
                    raise ApiError(
                        f"{what} is too large for BPS even alone: name rows with --vervar or --turvar", "too_large"
                    ) from None
                if error.kind not in ("not_available", "offline"):
                    raise
                (absent if error.kind == "offline" else nothing).extend(year for _, year in part)
                none = error
            count += 1
            self._progress(count, count + len(queue), what)
        if absent:
            raise ApiError(
                f"no answer for {subject} is kept on the disk for {', '.join(absent)} ({self.web.cache}) and --offline asks for "
                "none: run once without it",
                "offline",
            )
        if not found:
            raise none
        if nothing:
            message = f"BPS has nothing for {', '.join(sorted(nothing))} of {subject}"
            findings.append({"kind": "years", "place": "tahun", "message": message})
        return [a for a, _ in found], [r for _, r in found]

    def _parts(self, domain, var, years, findings):
        """Ids and labels of the years asked, in groups that one request may name."""
        listed = self.years(domain, var)
        if listed.empty or not {"th_id", "th"} <= set(listed.columns):
            raise ApiError(
                f"BPS lists no years for variable {var} in domain {domain}: check both numbers", "not_available"
            )
        have = sorted(zip(listed["th_id"], listed["th"], strict=True), key=lambda p: (p[1], p[0]))
        if years is not None:
            wanted = {str(int(y)) for y in years}
            if not wanted:
                raise DataError("no years were asked for", field="years")
            of = [bps_words.period_of_cell(label).year[:4] or label for _, label in have]
            lacking = sorted(wanted - set(of))
            span = f"{have[0][1]} to {have[-1][1]}" if len(have) > 1 else have[0][1]
            have = [p for p, year in zip(have, of, strict=True) if year in wanted]
            said = f"BPS has no {', '.join(lacking)} of variable {var} in domain {domain}; it has {span}"
            if not have:
                raise ApiError(said, "not_available")
            if lacking:
                findings.append({"kind": "years", "place": "tahun", "message": said})
        size = NATIONAL_YEARS if domain == "0000" else REGIONAL_YEARS
        return [have[i : i + size] for i in range(0, len(have), size)]

    def static(self, domain, table):
        """One static table; ``Fetched``."""
        domain = domain_code(domain)
        what = f"static table {table} of domain {domain}"
        answer = self.web.get("view", {"model": "statictable", "domain": domain, "id": table, "lang": self.lang}, what)
        reading = _table(answer.payload, domain, what)
        return Fetched(reading, [answer], "-".join(filter(None, (f"bps-{domain}-static{_safe(table)}", self._eng()))))

    def simdasi(self, area, table, years):
        """One SIMDASI table, a request a year; ``Fetched``.

        Parameters
        ----------
        area : str or int
            BPS code or name of the area.
        table : str
            id_tabel (``simdasi_tables``).
        years : iterable of int
        """
        code, years = domain_code(area), sorted(years)
        if not years:
            raise DataError("no years were asked for", field="years")

        def ask(part, what):
            ((_, year),) = part
            answer = self.web.get(f"{SIMDASI}/25/", {"wilayah": f"{code}000", "tahun": year, "id_tabel": table}, what)
            reading = _table(answer.payload, code, what)
            if said := {p for p in reading.rows["period"] if p not in ("", year)}:
                raise ApiError(f"BPS answered {what} with {', '.join(sorted(said))}", "damaged")
            return answer, reading

        findings = []
        parts = [[("", str(y))] for y in years]
        answers, readings = self._gather(f"SIMDASI table {table} of {code}", parts, ask, findings)
        span = "-".join(dict.fromkeys([str(years[0]), str(years[-1])]))
        return Fetched(_joined(readings, findings), answers, f"bps-{code}-simdasi-{_safe(table)}-{span}")

    def _eng(self):
        return "eng" if self.lang == "eng" else ""


def _table(payload, domain, what):
    reading = decode(payload, domain=domain, what=what)
    if not set(COLUMNS) <= set(reading.rows.columns):
        raise ApiError(f"BPS answered {what} with a list and no table: check the id", "damaged")
    return reading


def _safe(text):
    return re.sub(r"[^A-Za-z0-9]+", "", str(text))[:40] or "table"


def _same(payload, var, part, what, reading):
    """The answer must be of the variable and the years asked."""
    got = {e["val"] for e in bps_answers._entries(payload, "var", what)}
    if got != {var}:
        raise ApiError(f"BPS answered {what} with variable {', '.join(sorted(got))}", "damaged")
    lacking = [y for i, y in part if i not in {e["val"] for e in bps_answers._entries(payload, "tahun", what)}]
    if lacking:
        reading.findings.append(
            {"kind": "years", "place": "tahun", "message": f"the answer lacks {', '.join(lacking)}"}
        )


def _joined(readings, findings):
    """Rows of several answers; what all of them say, once."""
    rows = pd.concat([r.rows for r in readings], ignore_index=True)
    rows = rows.drop_duplicates(COLUMNS[:-2], ignore_index=True)  # a year that two answers hold
    if rows.duplicated(["period", "cell"]).any():
        cell = rows.loc[rows.duplicated(["period", "cell"]), "cell"].iloc[0]
        raise ApiError(f"two answers of BPS give different figures for {cell}: ask again with --refresh", "damaged")
    out = Reading(rows, findings, format=readings[0].format)
    for r in readings:
        out.findings += [f for f in r.findings if f not in out.findings]
        out.titles += [t for t in r.titles if t not in out.titles]
        out.notes += [n for n in r.notes if n not in out.notes]
    return out


def chosen_by(frame):
    """Columns of a list by which a person chooses: ids, titles, units, dates; all where there are none of these."""
    return [c for c in frame.columns if c in CHOSEN_BY] or list(frame.columns)


# ---- files ---------------------------------------------------------------------------------------------------------


def save(fetched, folder):
    """Write the rows as CSV and a small JSON about them beside it.

    The JSON goes first and holds the CSV's hash, so that a run that stopped between the two is noticed by
    ``bps_files.read``. The same answers give the same bytes.

    Parameters
    ----------
    fetched : Fetched
    folder : str or Path

    Returns
    -------
    Path of the CSV
    """
    path = Path(folder) / f"{fetched.name}.csv"
    text = fetched.rows[COLUMNS].to_csv(index=False, lineterminator="\n")
    about = {
        "table": path.name, "sha256": hashlib.sha256(text.encode()).hexdigest(), "rows": len(fetched.rows),
        "titles": fetched.reading.titles, "notes": fetched.reading.notes, "findings": fetched.findings,
        "answers": [{"request": a.request, "fetched": a.fetched, "sha256": a.sha256} for a in fetched.answers],
        "ucj_analysis": __version__,
    }  # fmt: skip
    write_atomic(path.with_suffix(".json"), json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    return write_atomic(path, text)


def saved_answer(path, domain=None):
    """Decode an answer that someone kept as a JSON file, as ``Fetched``."""
    path = Path(path)
    try:
        data = path.read_bytes()
        when = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC).isoformat(timespec="seconds")
    except OSError as error:
        raise ApiError(f"{path} cannot be read ({error.strerror}): check the path", "damaged") from None
    reading = decode(data, domain=domain and domain_code(domain), what=path.name)
    answer = Answer(None, {"file": path.name}, when, hashlib.sha256(data).hexdigest(), False)
    return Fetched(reading, [answer], f"bps-{_safe(path.stem)}")


__all__ = [
    "COLUMNS", "ApiError", "Client", "Fetched", "Web", "chosen_by", "decode", "domain_code", "parse_years", "save", "saved_answer",
]  # fmt: skip
