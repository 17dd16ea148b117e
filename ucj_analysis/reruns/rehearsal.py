"""A copy of the data package to practise on: one year of one indicator is taken out and waits in the copy's inbox."""

import csv
import io
import shutil
from pathlib import Path

from ucj_analysis import catalog, observations, paths
from ucj_analysis.errors import UcjError
from ucj_analysis.regions import children, get
from ucj_analysis.reruns.inbox import INBOX, POVERTY
from ucj_analysis.reruns.writing import RECEIVED

_HEADING = {"percent": "Persen", "thousand persons": "Ribu Jiwa", "IDR/person/month": "Rupiah/Kapita/Bulan"}


def rehearse(folder, indicator, year, *, province="7500"):
    """Copy the package and let one year of a poverty indicator wait in the copy's inbox, as BPS would publish it.

    The figures are the package's own; the package of the clone is not touched.

    Parameters
    ----------
    folder : path
        Where the copy goes; it must not exist.
    indicator : {"P0", "P1", "P2", "poor", "poverty_line"}
    year : int
    province : str

    Returns
    -------
    (Path, Path)
        The folder of the copy, and the file in its inbox.
    """
    if indicator not in POVERTY:
        raise UcjError(f"indicator {indicator!r}: expected one of {', '.join(POVERTY)}")
    folder = Path(folder)
    ignore = shutil.ignore_patterns(RECEIVED, ".*")
    shutil.copytree(paths.data_dir(), folder, ignore=ignore)
    inbox = folder / INBOX
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    package = catalog.Package(folder)
    period = f"{year}-03" if year >= 2015 else str(year)
    codes = [*(r.code for r in children(province)), province]
    chosen = observations.pick(package.table("poverty"), package.table("sources"))
    chosen = chosen[
        (chosen["indicator"] == indicator) & (chosen["period"] == period) & chosen["region_code"].isin(codes)
    ]
    if chosen.empty:
        raise UcjError(f"no {indicator} of {year} to take out")
    values = chosen.set_index("region_code")["value"]
    for name in ("poverty", "panel"):
        _take_out(folder / package.resource(name)["path"], indicator, period, set(codes))
    catalog.seal(folder)
    row = package.table("indicators").set_index("indicator").loc[indicator]
    unit = f" ({_HEADING[row['unit']]})" if row["unit"] in _HEADING else ""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Kabupaten/Kota", f"{row['title_id']} Menurut Kabupaten/Kota{unit}"])
    writer.writerow(["", year])
    for code in codes:
        label = f"Provinsi {get(code).name}" if code == province else get(code).label("id").removeprefix("Kabupaten ")
        if code in values.index:
            writer.writerow([label, f"{values[code]:.10g}"])
    file = inbox / f"{indicator.lower()}-{year}.csv"
    file.write_text(out.getvalue(), encoding="utf-8-sig")
    return folder, file


def _take_out(path, indicator, period, codes):
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    at = [rows[0].index(c) for c in ("indicator", "period", "region_code")]
    keep = [r for r in rows if not (r[at[0]] == indicator and r[at[1]] == period and r[at[2]] in codes)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(keep)
    path.write_bytes(out.getvalue().encode())
