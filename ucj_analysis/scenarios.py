"""Scenarios of the next step: small YAML files, checked; the cost of a path, its protection and gaps, as tidy tables.

A scenario says target, year, payers, path and assumptions. What cannot be (a target below today's coverage, a year in the
past, an unknown or barred payer) is refused with what is possible.
"""

import math
import re
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ucj_analysis.errors import UcjError
from ucj_analysis.language import number, rupiah
from ucj_analysis.metrics import budget, coverage, poverty
from ucj_analysis.metrics import scheme as rules
from ucj_analysis.regions import children, get, resolve

BASES = ("ucj", "informal")
MOST_BYTES = 64_000
HOLDER = "BPJS Ketenagakerjaan, Gorontalo branch"
LOST = (  # what the record says of dues that stopped: persons, the row that says so, months, their wording
    ("J0191", "J0191", 4, "unpaid January to April 2024, as recorded"),
    ("J0191", "J0191", 12, "if unpaid all of 2024"),
    ("J0225", "J0230", 6, "half a year without funding, as planned for 2024"),
)
PER = 1000  # persons, where a region's own number is not known
COLUMNS = [
    "region_code", "region", "year", "payer", "share", "added", "added_lower", "added_upper", "extra", "extra_lower",
    "extra_upper", "dues_per_person", "person_months", "cost", "cost_lower", "cost_upper", "real", "real_lower", "real_upper",
    "apbd_share", "apbd_share_lower", "apbd_share_upper", "apbd_of", "villages", "per_village", "per_village_lower",
    "per_village_upper", "coverage_now", "coverage_period", "target", "base", "caution", "missing", "rows",
]  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """One way forward; percent where a share is meant.

    Attributes
    ----------
    name : str
    target : float
        Percent of the denominator.
    year : int
        Of the target.
    region : str
        BPS code or name; "" applies to whatever region is asked for.
    base : {"ucj", "informal"}
        Denominator: BPJS's potential workers, or BPS's informal workers.
    path : {"linear", "front", "back"}
    payers : dict of payer to percent, adding up to 100
    sector : {"other", "transport"}
    jht : bool
    discount : float, optional
        Percent, an assumption in place of what the regulations have.
    months : {"twelve", "joining"}
        Paid for the whole year of joining, or from the month of joining.
    inflation : float
        Percent a year, assumed from 2025 on.
    growth : float
        Percent a year by which the denominator grows, assumed; 0 holds it at its present size.
    note : str
    """

    name: str = "default"
    target: float = 75.0
    year: int = 2029
    region: str = ""
    base: str = "ucj"
    path: str = "linear"
    payers: dict = field(default_factory=lambda: {"APBD kabupaten": 100.0})
    sector: str = "other"
    jht: bool = False
    discount: float | None = None
    months: str = "twelve"
    inflation: float = 2.5
    growth: float = 0.0
    note: str = ""

    @property
    def how(self):
        """Arguments of the dues."""
        return {"sector": self.sector, "jht": self.jht, "discount": self.discount}


CHOICES = {"base": BASES, "path": budget.PATHS, "sector": tuple(rules.DISCOUNT), "months": budget.CONVENTIONS}
_TEXT, _NUMBERS = ("name", "note"), ("target", "discount", "inflation", "growth")


# 75 percent is the draft governor's regulation; it names no year on record, and 2029 ends the national plan (K043)
DEFAULT = Scenario(name="75 percent by 2029")


# -- files -----------------------------------------------------------------------------------------------------------------


def read(path):
    """Read a scenario from a YAML file.

    Raises
    ------
    UcjError
        One sentence: file, key, what was found and what was expected. Tags, aliases and keys given twice are refused.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise UcjError(f"scenario {path}: cannot be read ({error.strerror}); give the path of a YAML file") from None
    if size > MOST_BYTES:
        raise UcjError(f"scenario {path}: {size:,} bytes, expected a small file (at most {MOST_BYTES:,})")
    try:
        return parse(content.decode("utf-8"), path.stem)
    except UnicodeDecodeError:
        raise UcjError(f"scenario {path}: not UTF-8; save the file as UTF-8") from None
    except UcjError as error:
        raise UcjError(f"scenario {path.name}: {error}") from None


def parse(text, name="scenario"):
    """Return the scenario that a YAML text describes; `read` for a file."""
    import yaml

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent, index):
            if self.check_event(yaml.AliasEvent):
                raise UcjError(f"line {self.peek_event().start_mark.line + 1}: an alias (*); write the value out")
            return super().compose_node(parent, index)

        def construct_mapping(self, node, deep=False):
            keys = [k.value for k, _ in node.value]
            twice = next((k for k in keys if keys.count(k) > 1), None)
            if twice is not None:
                raise UcjError(f"key {twice!r} stands twice: give it once")
            return super().construct_mapping(node, deep)

    try:
        found = yaml.load(text, Loader)  # a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        problem = str(getattr(error, "problem", "") or error).splitlines()[0]
        raise UcjError(f"{place}not plain YAML ({problem})") from None
    except (RecursionError, ValueError):
        raise UcjError(
            "not plain YAML (nested too deeply, or a value that is none); expected a list of key: value"
        ) from None
    if not isinstance(found, dict):
        raise UcjError("expected key: value lines, such as `target: 75`")
    return check({"name": name} | found)


def check(values):
    """Return the scenario of a mapping, each key and type checked."""
    known = [f.name for f in fields(Scenario)]
    for key in values:
        if key not in known:
            raise UcjError(f"unknown key {key!r}: expected {', '.join(known)}")
    out = dict(values)
    for key in _TEXT:
        if key in out and not isinstance(out[key], str):
            raise UcjError(f"{key}: {out[key]!r}, expected text")
    for key in _NUMBERS:
        x = out.get(key)
        if key in out and not (key == "discount" and x is None):
            if isinstance(x, bool) or not isinstance(x, (int, float)) or not math.isfinite(x):
                raise UcjError(f"{key}: {x!r}, expected a number")
            out[key] = float(x)
    if "year" in out and (isinstance(out["year"], bool) or not isinstance(out["year"], int)):
        raise UcjError(f"year: {out['year']!r}, expected a year such as 2029")
    if "jht" in out and not isinstance(out["jht"], bool):
        raise UcjError(f"jht: {out['jht']!r}, expected true or false")
    for key, choices in CHOICES.items():
        if key in out and out[key] not in choices:
            raise UcjError(f"{key}: {out[key]!r}, expected one of {', '.join(choices)}")
    if "target" in out and not 1 < out["target"] <= 100:
        raise UcjError(f"target: {out['target']:g}, expected percent, above 1 and at most 100 (80 for 80 percent)")
    if out.get("discount") is not None and not 0 <= out["discount"] < 100:
        raise UcjError(f"discount: {out['discount']:g}, expected percent, 0 to below 100")
    if "payers" in out:
        out["payers"] = _payers(out["payers"])
    if "region" in out:
        out["region"] = _region(out["region"])
    return Scenario(**out)


def changed(scenario, given):
    """Return the scenario with what is given (None leaves a value as it is), checked."""
    return check(asdict(scenario) | {k: v for k, v in given.items() if v is not None})


def _payers(value):
    mix = {value: 100} if isinstance(value, str) else value
    if not isinstance(mix, dict) or not mix:
        raise UcjError(f"payers: {value!r}, expected a payer, or payer: percent lines")
    out = {}
    for name, share in mix.items():
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share <= 100:
            raise UcjError(f"payers: {name}: {share!r}, expected percent, above 0 and at most 100")
        payer = rules.payer_of(name)
        if payer in out:
            raise UcjError(f"payers: {payer} stands twice: give it once")
        out[payer] = float(share)
    if abs(sum(out.values()) - 100) > 1e-6:
        raise UcjError(f"payers: the shares add up to {sum(out.values()):g} percent, expected 100")
    return out


def _region(value):
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise UcjError(f"region: {value!r}, expected a name or a BPS code")
    return resolve(str(value), within="7500", codes="bps").code if str(value).strip() else ""


def dump(scenario):
    """Return the YAML text of a scenario; `parse` reads it back to an equal one."""
    import yaml

    values = {k: v for k, v in asdict(scenario).items() if v not in ("", None)}
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)


# -- the path --------------------------------------------------------------------------------------------------------------


def covered_and_denominator(inputs, code, base):
    """Participants and denominator of a region, each (value, lower, upper), with their date and rows.

    ``base`` is "ucj" (participants over potential workers, where both are stated) or "informal" (participants whose dues
    the regency pays, over estimated informal workers).
    """
    here = inputs.coverage[inputs.coverage["region_code"] == code]
    if base == "ucj":
        known = coverage.accounts(here)
        if known.empty:
            raise UcjError(
                f"{get(code)}: participants and UCJ denominator of one date are not on record; ask BPJS Ketenagakerjaan for "
                "both, or use --base informal (BPS's informal workers)"
            )
        row = known.iloc[-1]
        n, d = (tuple(row[f"{k}{s}"] for s in budget.BOUNDS) for k in ("participants", "denominator"))
        return n, d, row["period"], row["rows"]
    if base != "informal":
        raise UcjError(f"base={base!r}: expected {' or '.join(BASES)}")
    paid = coverage.by_payer(here)
    paid = paid[(paid["payer"] == "APBD kabupaten") & (coverage.lapsed_since(paid, inputs.events) == "")]
    workers = coverage.informal_workers(inputs.labour[inputs.labour["region_code"] == code])
    if paid.empty or workers.empty:
        raise UcjError(
            f"{get(code)}: no realised count of participants paid by APBD kabupaten; ask the labour office for it"
        )
    p, w = paid.iloc[-1], workers.iloc[-1]
    columns = ["value", "lower", "upper"]
    return tuple(p[columns]), tuple(w[columns]), p["period"], f"{p['rows']} {w['rows']}"


@dataclass(frozen=True)
class Ground:
    """What a path in a region starts from; the same for all scenarios of one denominator.

    Attributes
    ----------
    covered, denominator : (value, lower, upper)
        Persons.
    period, rows : str
        Date of the count, and the rows of all figures here.
    villages : float
        NaN where no number is on record.
    apbd : dict of payer to a row of the table ``apbd``
    """

    covered: tuple
    denominator: tuple
    period: str
    rows: str
    villages: float
    apbd: dict


def ground(inputs, code, base):
    """Return the `Ground` of a region; refused where participants and denominator are not on record."""
    covered, denominator, period, rows = covered_and_denominator(inputs, code, base)
    villages, village_rows = _villages(inputs, code)
    apbd = {p: _apbd(inputs, code, p) for p in ("APBD kabupaten", "APBD provinsi")}
    return Ground(covered, denominator, period, f"{rows} {village_rows}".strip(), villages, apbd)


def table(inputs, code, scenario, known=None):
    """Cost of the way to a target, a row a year and payer; persons and rupiah as intervals.

    The path starts in the year after the data version. Where several payers share, each has its part of the persons.

    Parameters
    ----------
    inputs : briefs.facts.Inputs or anything with coverage, labour, events, scheme, as_of and package
    code : str
    scenario : Scenario
    known : Ground, optional
        Where it has been asked for already.

    Returns
    -------
    DataFrame with the columns COLUMNS.
    """
    here = known or ground(inputs, code, scenario.base)
    start, terms = int(inputs.as_of[:4]), rules.rows_of(inputs.scheme)
    steps = budget.path(here.covered, here.denominator, scenario.target, start, scenario.year, shape=scenario.path,
                        growth=scenario.growth)  # fmt: skip
    mix = budget.payers_of(scenario.payers, terms, scenario.year)
    bill = budget.cost(steps, terms, inflation=scenario.inflation, convention=scenario.months, **scenario.how)
    amounts = [c for c in bill.columns if c not in ("year", "dues_per_person")]
    n, years = len(mix), len(bill)
    shares = np.tile([share for share, _ in mix.values()], years)
    out = {c: np.repeat(bill[c].to_numpy(), n) * (shares if c in amounts else 1) for c in bill.columns}
    totals = [_total(here.apbd.get(p)) for p in mix]
    for i, b in enumerate(budget.BOUNDS):
        out[f"apbd_share{b}"] = 100 * out[f"cost{b}"] / np.tile([t[i] for t in totals], years)
        out[f"per_village{b}"] = out[f"extra{b}"] / here.villages
    words = {"region_code": code, "region": get(code).label("id"), "villages": here.villages, "missing": "", "rows": here.rows,
             "coverage_now": 100 * here.covered[0] / here.denominator[0], "coverage_period": here.period,
             "target": scenario.target, "base": scenario.base}  # fmt: skip
    out |= {k: np.repeat([v], n * years) for k, v in words.items()}
    out |= {"payer": list(mix) * years, "share": 100 * shares, "caution": [c for _, c in mix.values()] * years,
            "apbd_of": [t[3] for t in totals] * years}  # fmt: skip
    frame = pd.DataFrame({c: out[c] for c in COLUMNS})
    numbers = frame.select_dtypes("float").columns
    return frame.assign(**frame[numbers].round(4))


def _total(apbd):
    """Divisors of value, lower and upper of a share of a budget, and which budget it is; NaN where not known."""
    if apbd is None:
        return math.nan, math.nan, math.nan, ""
    stage = f" ({apbd['stage']})" if apbd["stage"] != "APBD" else ""
    only_more = pd.isna(apbd["upper"])  # "more than": the share has an upper bound alone
    value = math.nan if only_more else apbd["value"]
    return value, apbd["upper"], apbd["lower"], f"{apbd['item']} of {apbd['year']}{stage}"


def tables(inputs, codes, scenario):
    """`table` of several regions; one whose figures are not on record has a row that says what is missing."""
    parts = []
    for code in codes:
        try:
            known = ground(inputs, code, scenario.base)
        except UcjError as error:
            parts.append(pd.DataFrame([{"region_code": code, "region": get(code).label("id"), "year": scenario.year,
                                        "payer": "", "target": scenario.target, "base": scenario.base, "apbd_of": "",
                                        "coverage_period": "", "caution": "", "rows": "", "missing": str(error)}]))  # fmt: skip
            continue
        parts.append(table(inputs, code, scenario, known))
    frames = [p.reindex(columns=COLUMNS) for p in parts]
    return pd.concat([f.dropna(axis=1, how="all") for f in frames], ignore_index=True).reindex(columns=COLUMNS)


def sum_of_parts(inputs, province, scenario):
    """The province as the sum of its regencies.

    Raises
    ------
    UcjError
        Where a part is not known, naming the parts and who holds their figures.
    """
    codes = [r.code for r in children(province)]
    frame = tables(inputs, codes, scenario)
    lacking = frame[frame["missing"] != ""]["region_code"]
    if len(lacking):
        holder = HOLDER if scenario.base == "ucj" else "the labour offices"
        raise UcjError(
            f"the sum of the parts is not known: figures are missing for {', '.join(get(c).short for c in lacking)} "
            f"({holder} can give them)"
        )
    amounts = [f"{k}{b}" for k in ("added", "extra", "cost", "real") for b in budget.BOUNDS]
    return frame.groupby(["year", "payer"], as_index=False)[amounts].sum()


def _apbd(inputs, code, payer):
    """Latest total of the budget that pays, or None."""
    owner = {"APBD kabupaten": code if get(code).level != "province" else None, "APBD provinsi": "7500"}.get(payer)
    here = inputs.package.table("apbd")
    here = here[here["region_code"] == owner]
    return None if here.empty else here.sort_values("year").iloc[-1]


def _villages(inputs, code):
    """Number of villages on record and the row that has it; NaN where there is none."""
    here = inputs.coverage[inputs.coverage["region_code"] == code]
    total = here[here["indicator"] == "villages_total"]
    if len(total):
        return float(total["value"].iloc[-1]), total["observation_id"].iloc[-1]
    for row in here[here["indicator"] == "subsidised_participants_per_village"].itertuples():
        match = re.search(r"(\d+) villages", row.note)
        if match:
            return float(match[1]), row.observation_id
    return math.nan, ""


# -- protection ------------------------------------------------------------------------------------------------------------


def experience(inputs):
    """Observed deaths of the package, each period for itself, then all of them with bounds that need no common rate.

    Returns
    -------
    (periods, together) : DataFrame of `budget.observed_deaths`, dict with rate, rate_lower, rate_upper, rows, sources
    """
    periods = budget.observed_deaths(inputs.coverage)
    all_ = budget.pooled(periods)
    together = {"deaths": all_["deaths"], "exposure": all_["exposure"], "rate": all_["rate"], "p_same": all_["p_same"],
                "rate_lower": all_["apart_lower"], "rate_upper": all_["apart_upper"]}  # fmt: skip
    return periods, together | {k: " ".join(dict.fromkeys(" ".join(periods[k]).split())) for k in ("rows", "sources")}


def protection_table(inputs, code, scenario, persons=None, *, household=1.0):
    """What dues protect against in the year of the target: deaths, payouts and what a payout is worth there.

    One row for each observed period, with its exact Poisson interval, and one for all, from the lowest to the highest bound.

    Parameters
    ----------
    persons : float or (value, lower, upper), optional
        By default those whom the scenario adds until its year; where they are not known, 1,000.
    household : float
        Persons in a household; no size is on record, so that by default months are of one person's line.

    Returns
    -------
    DataFrame
        region_code, region, experience, persons, deaths, payout, per_rupiah, pushed_below (each with _lower, _upper), dues,
        benefit, household, line, months_of_line, extreme_line, months_of_extreme_line, poor, rows.
    """
    if persons is None:
        try:
            known = ground(inputs, code, scenario.base)
        except UcjError:
            persons = float(PER)
        else:
            last = table(inputs, code, scenario, known).query("year == year.max()")
            persons = tuple(float(last[f"extra{b}"].sum()) for b in budget.BOUNDS)
    periods, together = experience(inputs)
    line, line_rows, extreme = lines(inputs, code)
    triple = {k: _level(inputs, code, k) for k in ("P0", "P1")}
    out = []
    for name, seen in [*((r["period"], r) for r in periods.to_dict("records")), ("all", together)]:
        got = budget.protection(persons, seen, inputs.scheme, f"{scenario.year}-12", **scenario.how)
        pushed = budget.pushed_below(got["deaths"], triple["P0"][0], triple["P1"][0])
        row = {"region_code": code, "region": get(code).label("id"), "experience": name,
               "persons": persons[0] if isinstance(persons, tuple) else persons}  # fmt: skip
        for key, three in (("deaths", got["deaths"]), ("payout", got["payout"]), ("per_rupiah", got["per_rupiah"]),
                           ("pushed_below", pushed["households"])):  # fmt: skip
            row |= {f"{key}{b}": x for b, x in zip(budget.BOUNDS, three, strict=True)}
        row |= {"dues": got["dues"], "benefit": got["benefit"], "poor": pushed["poor"], "household": household, "line": line,
                "months_of_line": budget.payout_months(got["benefit"], line, persons=household), "extreme_line": extreme,
                "months_of_extreme_line": budget.payout_months(got["benefit"], extreme, persons=household),
                "rows": f"{seen['rows']} {line_rows} {triple['P0'][1]} {triple['P1'][1]}"}  # fmt: skip
        out.append(row)
    return pd.DataFrame(out)


def lines(inputs, code):
    """Poverty line of a region (IDR a person a month), its row, and the estimated extreme line there (r times the line)."""
    line, row = _level(inputs, code, "poverty_line")
    known = inputs.package.table("extreme_calibration")
    known = known[known["kind"] == "calibrated"].sort_values(["year", "definition"])
    return line, row, line * float(known["r"].iloc[-1])


def _level(inputs, code, indicator):
    here = poverty.levels(inputs.poverty, indicator)
    here = here[here["region_code"] == code]
    if here.empty:
        raise UcjError(f"{get(code)}: no {indicator} on record; ask BPS")
    return float(here["value"].iloc[-1]), here["rows"].iloc[-1]


def losses(inputs):
    """Protection lost where dues stopped: person-months and the deaths to be expected in them.

    Returns
    -------
    DataFrame
        region_code, region, case, persons, months, person_months, deaths, deaths_lower, deaths_upper, rows. The rate is that
        observed in Bone Bolango; bounds reach from the lowest to the highest of its periods.
    """
    _, together = experience(inputs)
    known = inputs.coverage.set_index("observation_id")
    out = []
    for who, why, months, case in LOST:
        row = known.loc[who]
        got = budget.lost_protection((row["value"], row["lower"], row["upper"]), months, together)
        out.append({"region_code": row["region_code"], "region": get(row["region_code"]).label("id"), "case": case,
                    "persons": row["value"], "months": months, "person_months": got["person_months"],
                    **{f"deaths{b}": x for b, x in zip(budget.BOUNDS, got["deaths"], strict=True)},
                    "rows": " ".join(dict.fromkeys([who, why, *together["rows"].split()]))})  # fmt: skip
    return pd.DataFrame(out)


def published(inputs):
    """Budgets on record beside the people announced with them by the same source.

    Returns
    -------
    DataFrame
        region_code, region, year, budget, announced, person_years, months_each, difference, reading, rows.
    """
    money = inputs.coverage[inputs.coverage["indicator"] == "subsidy_budget"]
    people = inputs.coverage[inputs.coverage["indicator"] == "subsidised_participants"]
    both = money.merge(people, on=["region_code", "period", "source_id"], suffixes=("", "_people"))
    out = []
    for r in both.itertuples():
        got = budget.against_announced(r.value, r.value_people, inputs.scheme, int(r.period[:4]))
        keep = {k: got[k] for k in ("announced", "person_years", "months_each", "difference", "reading")}
        out.append({"region_code": r.region_code, "region": get(r.region_code).label("id"), "year": int(r.period[:4]),
                    "budget": r.value, **keep, "rows": f"{r.observation_id} {r.observation_id_people}"})  # fmt: skip
    return pd.DataFrame(out)


# -- for people ------------------------------------------------------------------------------------------------------------


def money(x, lang="en"):
    """Rupiah rounded to what an estimate can carry."""
    return rupiah(round(x, -7) if abs(x) >= 1e9 else round(x, -4) if abs(x) >= 1e6 else round(x), lang)


def ranged(three, show):
    """Value and range of an interval in words: "9,983 (9,500 to 10,400)"."""
    value, low, high = (show(x) for x in three)
    return value if low == high else f"{value} ({low} to {high})"


def _threes(frame, name):
    """Values with their bounds, row by row."""
    return zip(*(frame[f"{name}{b}"] for b in budget.BOUNDS), strict=True)


def spoken(frame):
    """A path as a person reads it: ranges, rupiah in words."""

    def span(name, show):
        return ["-" if pd.isna(t[0]) else ranged(t, show) for t in _threes(frame, name)]

    def people(x):
        return number(x, "en")

    out = frame[["region", "year"]].assign(year=frame["year"].astype(str))
    if (frame["share"].dropna() < 100).any() or len(set(frame["payer"])) > 1:
        out["payer"] = frame["payer"]
    out["added"], out["in all"] = span("added", people), span("extra", people)
    out["dues a person"] = ["-" if pd.isna(x) else rupiah(x, "en") for x in frame["dues_per_person"]]
    out["cost"], out["rupiah of 2025"] = span("cost", money), span("real", money)
    if frame["apbd_share_upper"].notna().any():
        out["of APBD"] = [
            "-" if pd.isna(h) else f"at most {h:.2f}%" if pd.isna(v) else f"{v:.2f}%"
            for v, h in zip(frame["apbd_share"], frame["apbd_share_upper"], strict=True)
        ]
    if frame["villages"].notna().any():
        out["a village"] = span("per_village", people)
    if (frame["missing"] != "").any():
        out["missing"] = frame["missing"].str.extract(r": (.+? on record|.+? APBD kabupaten)", expand=False).fillna("")
    return out


PROTECTION_NOTE = (
    "Expected, not promised: rates are those observed among 20,000 subsidised participants in Bone Bolango, each with its "
    "exact Poisson interval; `all` reaches from the lowest bound to the highest, because the periods differ. Deaths that are "
    "no work accidents (JKM); scholarships and accident benefits come on top. A payout above the dues is a transfer financed "
    "by the pool of all participants, not a return. Months are of the line of one person unless --household gives a size: "
    "none is on record. Households that the death would otherwise have pushed below the poverty line are an estimate "
    "(lognormal expenditure from P0 and P1; a quarter to three quarters of expenditure lost, assumed)."
)


def spoken_protection(frame):
    """`protection_table` as a person reads it."""

    def span(name, show):
        return [ranged(t, show) for t in _threes(frame, name)]

    out = frame[["region", "experience"]].assign(persons=[number(x, "en") for x in frame["persons"]])
    out["deaths a year"], out["payout"] = span("deaths", lambda x: number(x, "en")), span("payout", money)
    out["per rupiah"] = span("per_rupiah", lambda x: number(x, "en", 1))
    out["months of poverty line"] = [number(x, "en", 1) for x in frame["months_of_line"]]
    out["of extreme line (est.)"] = [number(x, "en", 1) for x in frame["months_of_extreme_line"]]
    out["pushed below (est.)"] = span("pushed_below", lambda x: number(x, "en", 1))
    return out


def spoken_losses(frame):
    """`losses` as a person reads it."""
    out = frame[["region", "case"]].assign(persons=frame["persons"], months=frame["months"])
    out["person-months without cover"] = [number(x, "en") for x in frame["person_months"]]
    out["deaths expected in them"] = [ranged(t, lambda x: number(x, "en")) for t in _threes(frame, "deaths")]
    return out


def ranged_sum(total):
    """Persons and cost of several regions in words."""
    people = [float(total[f"extra{b}"].sum()) for b in budget.BOUNDS]
    rupiahs = [float(total[f"cost{b}"].sum()) for b in budget.BOUNDS]
    return f"{ranged(people, lambda x: number(x, 'en'))} people, {ranged(rupiahs, money)} in the year of the target"


def sentences(inputs, frame, scenario):
    """What a reader of `spoken` must know: base, convention, assumptions, cautions."""
    said = []
    known = frame[frame["missing"] == ""]
    for _, r in known.drop_duplicates("region_code").iterrows():
        base = "UCJ" if r["base"] == "ucj" else "participants paid by APBD over BPS's informal workers, not UCJ"
        said.append(
            f"{r['region']}: coverage {r['coverage_now']:.1f} percent ({r['coverage_period']}; {base}), target {r['target']:g} "
            f"percent by {scenario.year}."
        )
    for _, r in known.drop_duplicates(["region_code", "payer"]).iterrows():
        who = f"  {get(r['region_code']).short}, {r['payer']}"
        if r["apbd_of"]:
            said.append(f"{who}: the share is of its {r['apbd_of']}.")
        elif r["payer"].startswith("APBD"):
            said.append(f"{who}: no total of this budget is on record; its finance office (BPKAD) holds it.")
    size = (
        "is held at its present size"
        if not scenario.growth
        else f"is assumed to grow by {scenario.growth:g} percent a year"
    )
    discount = (
        "those in force today"
        if scenario.discount is None
        else f"with an assumed discount of {scenario.discount:g} percent"
    )
    paid = "for all twelve months of the year in which they are added" if scenario.months == "twelve" else (
        "from the month they join, in equal parts at the start of each month")  # fmt: skip
    said.append(
        f"Dues are {discount}, paid {paid}; dues of those already covered are not in it. The denominator {size}. "
        f"Rupiah of 2025 assume {scenario.inflation:g} percent inflation a year."
    )
    said += list(dict.fromkeys(c + "." for c in known["caution"] if c))
    return said


def export(inputs, scenario, code, folder):
    """Write the scenario as YAML, its table as CSV, and the brief's section in both languages.

    Returns
    -------
    list of Path
    """
    from ucj_analysis.briefs import step
    from ucj_analysis.files import write_atomic

    folder, slug = Path(folder), re.sub(r"[^a-z0-9]+", "_", scenario.name.lower()).strip("_") or "scenario"
    named = replace(scenario, region=code)
    made = {f"{slug}.yml": dump(named)}
    frame = tables(inputs, [code], named)
    made[f"{slug}.csv"] = frame.to_csv(index=False, lineterminator="\n")
    made |= {f"{slug}.{lang}.html": step.page_of(replace(inputs, scenario=named), code, lang) for lang in ("id", "en")}
    try:
        return [write_atomic(folder / name, text) for name, text in made.items()]
    except OSError as error:
        raise UcjError(f"cannot write to {folder}: {error.strerror}; choose another folder") from None
