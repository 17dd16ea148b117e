"""Rules of the scheme as dated parameters: what was in force in a month, dues, benefits, who may pay.

From PolicyEngine: a rule is a dated parameter with its regulation, never a number in the code. A month stands for its
last day; a bare year in the record leaves the months of that year open, and asking for one of them is refused.
"""

import calendar
import re
from datetime import date as day

import pandas as pd

from ucj_analysis.errors import UcjError

JKK, JKK_MOST, JKM, DUES, JHT = "K001", "K002", "K003", "K004", "K005"  # DUES: BPU JKK and JKM, lowest bracket
RELIEF = "K011"  # percent, 2020-21
DISCOUNT = {"transport": "K007", "other": "K008"}
DEATH = {"now": "K012", "before": "K016"}
PARTS = {"now": ("K013", "K014", "K015"), "before": ("K059", "K060", "K061")}
BAN, ADD_ALLOWED = "K054", "K057"
LOWEST, HIGHEST = 1_000_000, 20_700_000  # declared income at which 1 percent is the least and the most JKK (K001, K002)
PAYERS = ("APBD kabupaten", "APBD provinsi", "ADD", "CSR", "own dues")
VILLAGE = ("APBDes", "Dana Desa")
_ALIASES = {
    "apbd": "APBD kabupaten", "apbd kota": "APBD kabupaten", "apbd regency": "APBD kabupaten", "apbd province": "APBD provinsi",
    "alokasi dana desa": "ADD", "village funds": "Dana Desa", "dd": "Dana Desa", "sendiri": "own dues", "mandiri": "own dues",
    "own": "own dues",
}  # fmt: skip


def _day(date):
    """A day as (year, month, day); a month is its last day."""
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", date if isinstance(date, str) else "", re.ASCII)
    try:
        year, month, at = (int(x) if x else 0 for x in match.groups())
        return day(year, month, at or calendar.monthrange(year, month)[1])
    except (AttributeError, ValueError):
        raise UcjError(f"date {date!r}: expected YYYY-MM or YYYY-MM-DD, such as 2026-04") from None


def _edge(text, last):
    """First or last day that a recorded date surely covers; None where there is none."""
    if not text:
        return None
    if len(text) == 4:  # the months of that year are open
        return day(int(text) - 1, 12, 31) if last else day(int(text) + 1, 1, 1)
    return _day(text) if last or len(text) > 7 else _day(text).replace(day=1)


def _table(table):
    if table is None:
        from ucj_analysis import catalog

        table = catalog.table("scheme")
    return table


def _in_force(row, at):
    start, end = _edge(row["valid_from"], False), _edge(row["valid_to"], True)
    return (start or end) is not None and (start is None or start <= at) and (end is None or at <= end)


def at(date, table=None):
    """Return the parameters in force on a date.

    Parameters
    ----------
    date : str
        YYYY-MM (its last day) or YYYY-MM-DD.
    table : DataFrame, optional
        Table ``scheme``: parameter_id, parameter, value, value_text, unit, valid_from, valid_to, regulation, source_id;
        by default that of the data package.

    Returns
    -------
    DataFrame
        The rows in force. Rows without any date, and those whose month of change in that year is not recorded, are left
        out; `one` names the reason.

    Raises
    ------
    UcjError
        For a date the record has nothing for.
    """
    table, when = _table(table), _day(date)
    out = table[[_in_force(r, when) for r in table.to_dict("records")]]
    if out.empty:
        first = min(x for x in table["valid_from"] if x)
        raise UcjError(f"no parameter of the scheme is recorded for {date}: the record begins in {first}")
    return out


def one(parameter_id, date, table=None):
    """Value of one parameter on a date; refused where the record does not say."""
    table, when = _table(table), _day(date)
    rows = table[table["parameter_id"] == parameter_id].to_dict("records")
    if not rows:
        raise UcjError(f"no parameter {parameter_id!r}: the table has {table['parameter_id'].iloc[0]} and on")
    (row,) = rows
    return _value(row, date, when)


def _value(row, date, when):
    year, start, end = str(when.year), row["valid_from"], row["valid_to"]
    if year in (start, end):
        raise UcjError(
            f"{row['parameter']} on {date}: the rule changed in {year} ({row['regulation']}) and the record has no month; "
            f"choose a date before {year} or after it"
        )
    if not _in_force(row, when):
        raise UcjError(f"{row['parameter']}: nothing recorded for {date} (valid {start or '?'} to {end or 'now'})")
    if pd.isna(row["value"]):
        raise UcjError(f"{row['parameter']}: recorded in words, not as one number ({row['value_text']})")
    return float(row["value"])


def rows_of(table):
    """Parameters by id, as plain dicts: what all functions here that name a rule may be given in place of the table."""
    return table if isinstance(table, dict) else {r["parameter_id"]: r for r in _table(table).to_dict("records")}


def dues(date, table=None, *, sector="other", jht=False, income=None, discount=None):
    """Monthly dues of one BPU participant in rupiah, with relief or discount in force.

    Relief of 2020-21 and the discounts of 2026-27 lower JKK and JKM; JHT, which is voluntary, they leave alone.

    Parameters
    ----------
    date, table : as `at`
    sector : {"other", "transport"}
        Decides which discount of PP 50/2025 applies.
    jht : bool
        With old-age savings (the least amount commonly quoted).
    income : float, optional
        Declared income a month. The bracket table itself is not on record: incomes between the lowest and the highest
        bracket are refused. By default the lowest bracket, which is what governments pay.
    discount : float, optional
        Percent, an assumption of the caller in place of what the regulations say.
    """
    return _dues(rows_of(table), date, sector, jht, income, discount)


def _dues(rows, date, sector="other", jht=False, income=None, discount=None):
    if sector not in DISCOUNT:
        raise UcjError(f"sector={sector!r}: expected one of {', '.join(DISCOUNT)}")
    when = _day(date)
    base = _value(rows[DUES], date, when) if income is None else _bracket(rows, date, when, income)
    if discount is None:
        cut = max(
            (float(rows[r]["value"]) for r in (RELIEF, DISCOUNT[sector]) if _in_force(rows[r], when)), default=0.0
        )
    elif 0 <= discount <= 100:
        cut = float(discount)
    else:
        raise UcjError(f"discount={discount}: expected percent, 0 to 100")
    return round(base * (1 - cut / 100), 2) + (_value(rows[JHT], date, when) if jht else 0.0)


def _bracket(rows, date, when, income):
    jkm = _value(rows[JKM], date, when)
    if not income > 0:
        raise UcjError(f"income={income}: expected rupiah a month, above 0")
    if income <= LOWEST:
        return _value(rows[DUES], date, when)
    if income >= HIGHEST:
        return _value(rows[JKK_MOST], date, when) + jkm
    raise UcjError(
        f"income={income:,.0f}: the bracket table of PP 44/2015 (annex II) is not on record; known are the lowest dues (income "
        f"up to Rp{LOWEST:,}) and the highest (from Rp{HIGHEST:,}), and that JKK is 1 percent of declared income, here about "
        f"Rp{income / 100:,.0f}, to which JKM adds Rp{jkm:,.0f}"
    )


def month_dues(year, table=None, *, first=1, last=12, **how):
    """Dues of each month from ``first`` to ``last`` of a year, rupiah a person: a list."""
    if not (isinstance(first, int) and isinstance(last, int) and 1 <= first <= last <= 12):
        raise UcjError(f"months {first} to {last}: expected months of one year, such as 1 and 6")
    rows = rows_of(table)
    return [_dues(rows, f"{year:04d}-{m:02d}", **how) for m in range(first, last + 1)]


def death_benefit(date, table=None):
    """Payout for a death that is no work accident (JKM), rupiah."""
    rows, when = rows_of(table), _day(date)
    now = _in_force(rows[DEATH["now"]], when) or str(when.year) == rows[DEATH["now"]]["valid_from"]
    return _value(rows[DEATH["now" if now else "before"]], date, when)


def payer_of(name):
    """Payer that a name as people write it means: one of PAYERS or VILLAGE."""
    text = re.sub(r"[\s_-]+", " ", str(name)).strip().casefold()
    known = {p.casefold(): p for p in (*PAYERS, *VILLAGE)} | _ALIASES
    if text not in known:
        raise UcjError(f"payer {name!r} is unknown: expected one of {', '.join(PAYERS)}")
    return known[text]


def may_pay(name, date, table=None):
    """Check that a payer may pay dues on a date; return a caution, "" where there is none.

    Raises
    ------
    UcjError
        For village funds from January 2024, with the regulation and who may pay instead.
    """
    payer, rows, when = payer_of(name), rows_of(table), _day(date)
    ban, village = rows[BAN], rows[ADD_ALLOWED]
    if payer in VILLAGE and _edge(ban["valid_from"], False).replace(day=1) <= when:
        raise UcjError(
            f"{payer} may not pay dues in {date}: village funds are barred from January 2024 ({ban['regulation']}); possible are "
            f"{', '.join(p for p in PAYERS if p != 'ADD')}, and ADD as far as reported for 2026"
        )
    if payer == "ADD":
        said = f"ADD is only reported as allowed for 2026 ({village['regulation']}): ask the Ministry of Home Affairs"
        return "" if _in_force(village, when) else said
    return ""
