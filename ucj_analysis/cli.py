"""Command line `ucj`: text for people, ``--format json|csv`` for programs.

Exit status 0 done, 1 refused with a reason a person can act on, 2 wrong usage. No traceback reaches a user; set
``UCJ_DEBUG=1`` to see one.
"""

import os
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ucj_analysis import __version__
from ucj_analysis.errors import UcjError


class Format(StrEnum):
    """Form of the output."""

    text = "text"
    json = "json"
    csv = "csv"


class Lang(StrEnum):
    """Languages of a brief."""

    id = "id"
    en = "en"
    both = "both"


class Codes(StrEnum):
    """Systems of region codes."""

    bps = "bps"
    kemendagri = "kemendagri"


PROVINCE = "7500"  # of the data package
BUILD = Path("build")
_UsageError = typer.BadParameter.__bases__[0]  # typer carries click inside and exports only its subclasses

app = typer.Typer(
    name="ucj",
    help="Jamsostek coverage and poverty by regency.\n\nExample: ucj coverage --region 'Bone Bolango'",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FormatOption = Annotated[Format, typer.Option("--format", "-f", help="text for people, json or csv for programs")]
RegionOption = Annotated[list[str] | None, typer.Option("--region", "-r", help="Name or BPS code; may be given again")]


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit")] = False,
):
    if version:
        typer.echo(f"ucj_analysis {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def lab(
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser")] = True,
):
    """Open JupyterLab on the notebooks.

    Example: ucj lab --no-browser
    """
    from ucj_analysis import paths

    folder = paths.notebooks_dir()
    command = [sys.executable, "-m", "jupyterlab", str(folder), f"--ServerApp.port={port}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # Jupyter refuses root, which is all there is in a container
    os.execv(sys.executable, command if browser else [*command, "--no-browser"])


@app.command()
def tables(
    dictionary: Annotated[bool, typer.Option("--dictionary", help="Write the data dictionary as Markdown")] = False,
    format: FormatOption = Format.text,
):
    """List the tables of the data package, each checked.

    Example: ucj tables
    """
    import pandas as pd

    from ucj_analysis import catalog

    package = catalog.default()
    if dictionary:
        typer.echo(
            catalog.dictionary(package.descriptor, package.table("indicators"), package.table("definitions")),
            nl=False,
        )
        return
    rows = [
        {
            "table": n,
            "rows": len(package.table(n)),
            "title": package.resource(n)["title"],
            "file": package.resource(n)["path"],
        }
        for n in package.names
    ]
    rows.append(
        {
            "table": "conflicts",
            "rows": len(_conflicts()),
            "file": "",
            "title": "Figures on which sources disagree (computed)",
        }
    )
    _show(pd.DataFrame(rows), format)


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="Name of a table (ucj tables), or conflicts")],
    region: RegionOption = None,
    indicator: Annotated[str | None, typer.Option("--indicator", "-i", help="Only this indicator")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="As it was known at a day: YYYY-MM-DD")] = None,
    format: FormatOption = Format.text,
):
    """Show one table, or `conflicts`: what sources disagree on, the chosen row first.

    Example: ucj table conflicts --region 7504
    """
    from ucj_analysis import catalog

    frame = _conflicts(as_of) if name == "conflicts" else catalog.table(name, as_of=as_of)
    if region:
        if "region_code" not in frame.columns:
            raise UcjError(f"the table {name} has no regions: leave out --region")
        frame = frame[frame["region_code"].isin(_codes(region))]
    if indicator:
        if "indicator" not in frame.columns:
            raise UcjError(f"the table {name} has no indicators: leave out --indicator")
        known = sorted(frame["indicator"].unique())
        if indicator not in known:
            raise UcjError(f"no indicator {indicator!r} among these rows; there is {', '.join(known) or 'none'}")
        frame = frame[frame["indicator"] == indicator]
    _show(frame, format)


@app.command()
def regions(
    names: Annotated[list[str], typer.Argument(help="Names, spellings or codes as people write them")],
    within: Annotated[str | None, typer.Option(help="Province the regions lie in")] = None,
    codes: Annotated[Codes | None, typer.Option(help="System of the codes given")] = None,
    format: FormatOption = Format.text,
):
    """Say which regions names or codes mean, or why that is not clear.

    Example: ucj regions Gorut BONEBOL --within 75
    """
    import pandas as pd

    from ucj_analysis.regions import resolve

    rows = []
    for name in names:
        found = resolve(name, within=within, codes=codes.value if codes else None)
        rows.append(
            {
                "given": name,
                "region_code": found.code,
                "name": found.label("id"),
                "level": found.level,
                "parent_code": found.parent_code or "",
                "code_kemendagri": found.kemendagri or "",
            }
        )
    _show(pd.DataFrame(rows), format)


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Exports of BPS: CSV, XLSX, XLS, HTML")],
    within: Annotated[str | None, typer.Option(help="Province the regions lie in")] = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", "-i", help="What the file measures, if it does not say")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", "-y", help="Its year, if it does not say")] = None,
    format: FormatOption = Format.text,
):
    """Read tables as BPS and its users hand them on into tidy rows; findings go to stderr.

    Example: ucj read data/inbox/kemiskinan.xlsx --format csv
    """
    import pandas as pd

    from ucj_analysis.loaders import bps_files

    shown, refused = [], []
    for path in files:
        try:
            found = bps_files.examine(path, within=within, indicator=indicator, year=year)
        except UcjError as error:
            if len(files) == 1:
                raise
            refused.append(path)
            print(f"ucj: {error}", file=sys.stderr)
            continue
        for finding in found.findings:
            print(f"{path.name}: {finding['kind']}, {finding['place']}: {finding['message']}", file=sys.stderr)
        if format is Format.text:
            typer.echo(bps_files.describe(found, path.name))
            frame = _short(found.rows)
            _show(frame.head(40 if len(files) == 1 else 6), format)
        shown.append(found.rows.assign(file=path.name))
    if format is Format.text and shown:
        typer.echo("--format csv gives every row with its place and why a row is no region.")
    elif shown:
        _show(pd.concat(shown, ignore_index=True), format)
    if refused:
        raise UcjError(f"{len(refused)} of {len(files)} files refused; the reasons stand above")


fetch_app = typer.Typer(
    help="Fetch tables of others into data/inbox/.\n\nExample: ucj fetch data --domain 7500 --var 192 --years 2015-2025",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(fetch_app, name="fetch")

DomainOption = Annotated[str, typer.Option("--domain", "-d", help="BPS code or name of a region; 0000 the nation")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Only answers kept on the disk")]
RefreshOption = Annotated[bool, typer.Option("--refresh", help="Ask BPS again for what is kept")]
EnglishOption = Annotated[bool, typer.Option("--english", help="Titles and labels in English")]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write to; by default data/inbox")]
YearsOption = Annotated[str | None, typer.Option("--years", "-y", help="2024, 2019,2021 or 2015-2025; by default all")]


@fetch_app.callback(invoke_without_command=True)
def _fetch(context: typer.Context):
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@fetch_app.command()
def domains(
    province: Annotated[str | None, typer.Option(help="Only the regencies of this province")] = None,
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """List the domains of BPS: the nation, provinces, regencies.

    Example: ucj fetch domains --province 75
    """
    with _bps(offline, refresh) as bps:
        _listed(bps.domains(province), format)


@fetch_app.command()
def subjects(
    domain: DomainOption,
    english: EnglishOption = False,
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """List the subjects of a domain.

    Example: ucj fetch subjects --domain 7500
    """
    with _bps(offline, refresh, english) as bps:
        _listed(bps.subjects(domain), format)


@fetch_app.command()
def variables(
    domain: DomainOption,
    subject: Annotated[int | None, typer.Option(help="Only this subject (ucj fetch subjects)")] = None,
    english: EnglishOption = False,
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """List the variables (dynamic tables) of a domain.

    Example: ucj fetch variables --domain 7500 --subject 23
    """
    with _bps(offline, refresh, english) as bps:
        _listed(bps.variables(domain, subject), format)


@fetch_app.command()
def years(
    domain: DomainOption,
    var: Annotated[int, typer.Option(help="Variable (ucj fetch variables)")],
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """List the years that a variable has.

    Example: ucj fetch years --domain 7500 --var 192
    """
    with _bps(offline, refresh) as bps:
        _listed(bps.years(domain, var), format)


@fetch_app.command()
def data(
    domain: DomainOption,
    var: Annotated[int, typer.Option(help="Variable (ucj fetch variables)")],
    years: YearsOption = None,
    turvar: Annotated[str | None, typer.Option(help="Only these derived variables: ids joined by ;")] = None,
    vervar: Annotated[str | None, typer.Option(help="Only these rows: ids joined by ;")] = None,
    out: OutOption = None,
    english: EnglishOption = False,
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """Fetch a variable as tidy rows.

    Example: ucj fetch data --domain 7500 --var 192 --years 2015-2025
    """
    from ucj_analysis.loaders.bps_api import parse_years

    with _bps(offline, refresh, english) as bps:
        _fetched(
            bps.data(domain, var, parse_years(years) if years else None, turvar=turvar, vervar=vervar), out, format
        )


@fetch_app.command()
def static(
    domain: DomainOption,
    table: Annotated[int | None, typer.Option(help="Number of the table; without it, all are listed")] = None,
    keyword: Annotated[str | None, typer.Option(help="List only titles with this word")] = None,
    out: OutOption = None,
    english: EnglishOption = False,
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """List the static tables of a domain, or fetch one.

    Example: ucj fetch static --domain 7500 --table 23
    """
    with _bps(offline, refresh, english) as bps:
        if table is None:
            _listed(bps.static_tables(domain, keyword), format)
        else:
            _fetched(bps.static(domain, table), out, format)


@fetch_app.command()
def simdasi(
    domain: DomainOption,
    table: Annotated[str | None, typer.Option(help="id_tabel of the table; without it, all are listed")] = None,
    years: YearsOption = None,
    out: OutOption = None,
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """List the tables of Daerah Dalam Angka (SIMDASI) of a region, or fetch one.

    Example: ucj fetch simdasi --domain 7500 --table ID --years 2022-2024
    """
    from ucj_analysis.loaders.bps_api import parse_years

    if table is not None and years is None:
        raise typer.BadParameter("--table needs --years: a SIMDASI table is fetched by year")
    with _bps(offline, refresh) as bps:
        if table is None:
            _listed(bps.simdasi_tables(domain), format)
        else:
            _fetched(bps.simdasi(domain, table, parse_years(years)), out, format)


@fetch_app.command()
def press(
    domain: DomainOption,
    year: Annotated[int | None, typer.Option("--year", "-y")] = None,
    month: Annotated[int | None, typer.Option(min=1, max=12)] = None,
    keyword: Annotated[str | None, typer.Option(help="Only titles with this word")] = None,
    english: EnglishOption = False,
    offline: OfflineOption = False,
    refresh: RefreshOption = False,
    format: FormatOption = Format.text,
):
    """List press releases (Berita Resmi Statistik).

    Example: ucj fetch press --domain 7500 --year 2025 --keyword kemiskinan
    """
    with _bps(offline, refresh, english) as bps:
        _listed(bps.press(domain, year, month, keyword), format)


@fetch_app.command()
def saved(
    file: Annotated[Path, typer.Argument(help="Answer of the Web API kept as JSON")],
    domain: Annotated[str | None, typer.Option("--domain", "-d", help="Domain it was asked from")] = None,
    out: OutOption = None,
    format: FormatOption = Format.text,
):
    """Read an answer of the Web API that someone saved, without asking BPS.

    Example: ucj fetch saved answer.json --domain 7500
    """
    from ucj_analysis.loaders import bps_api

    found = bps_api.saved_answer(file, domain)
    if set(bps_api.COLUMNS) <= set(found.rows.columns):
        _fetched(found, out, format)
    else:
        _listed(found.rows, format)


@fetch_app.command()
def boundaries(
    file: Annotated[Path | None, typer.Option(help="A copy of the file that is already here")] = None,
):
    """Download the boundaries of all 514 regencies and cities (9.6 MB, CC BY 3.0 IGO) for the maps of other provinces.

    Example: ucj fetch boundaries
    """
    from ucj_analysis.loaders import boundaries as loader

    count, path = loader.fetch(file)
    typer.echo(f"{count} of {count} regencies and cities, in {path}. {loader.CREDIT}")


@app.command()
def coverage(
    region: RegionOption = None,
    target: Annotated[float | None, typer.Option(help="Percent: adds the persons missing to it")] = None,
    history: Annotated[bool, typer.Option("--all", help="Every date, not only the last")] = False,
    start: Annotated[str | None, typer.Option("--from", help="Change of reported UCJ from this date (YYYY-MM)")] = None,
    end: Annotated[str | None, typer.Option("--to", help="... to this one")] = None,
    format: FormatOption = Format.text,
):
    """Coverage by workers' social security: reported UCJ, participants, payers, coverage over BPS workers.

    Example: ucj coverage --region "Bone Bolango" --target 75
    """
    from ucj_analysis import reports
    from ucj_analysis.briefs import facts

    inputs = facts.load()
    codes = _codes(region or [PROVINCE])
    if (start is None) != (end is None):
        raise typer.BadParameter("--from and --to belong together: give both dates")
    if start is not None:
        _show(reports.coverage_change(inputs, codes[0], start, end), format)
        return
    frame = reports.coverage_table(inputs, codes, target=target, latest=not history)
    if frame.empty:
        raise UcjError(f"no figures on coverage for {', '.join(region or [])}: the data package covers Gorontalo (75)")
    _show(_spoken(frame) if format is Format.text else frame, format)


@app.command()
def poverty(
    region: RegionOption = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", "-i", help="P0, P1, P2, poor or poverty_line; by default all")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", "-y", help="By default the last one")] = None,
    start: Annotated[int | None, typer.Option("--from", help="Change from this year")] = None,
    end: Annotated[int | None, typer.Option("--to", help="... to this one")] = None,
    across_breaks: Annotated[bool, typer.Option(help="Allow a change across definitions, marked as such")] = False,
    format: FormatOption = Format.text,
):
    """Poverty: rate (P0), gap (P1), severity (P2), poor, line; rank, gap to the province, change over years.

    Example: ucj poverty --indicator P0 --from 2021 --to 2025
    """
    from ucj_analysis import reports
    from ucj_analysis.briefs import facts
    from ucj_analysis.metrics.poverty import INDICATORS

    if indicator is not None and indicator not in INDICATORS:
        raise typer.BadParameter(f"--indicator {indicator!r}: expected one of {', '.join(INDICATORS)}")
    if (start is None) != (end is None):
        raise typer.BadParameter("--from and --to belong together: give both years")
    inputs = facts.load()
    codes = _codes(region or [PROVINCE])
    if start is not None:
        frame = reports.poverty_change(inputs, codes, indicator or "P0", start, end, across_breaks=across_breaks)
    else:
        frame = reports.poverty_table(inputs, codes, indicators=[indicator] if indicator else INDICATORS, year=year)
    _show(frame.drop(columns=["sources", "rows"]) if format is Format.text else frame, format)


@app.command()
def extreme(
    region: RegionOption = None,
    year: Annotated[int | None, typer.Option("--year", "-y", help="By default all years")] = None,
    start: Annotated[int | None, typer.Option("--from", help="Change from this year, split into its parts")] = None,
    end: Annotated[int | None, typer.Option("--to", help="... to this one")] = None,
    validate: Annotated[bool, typer.Option("--validate", help="Hold the estimates against official rates")] = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Recalibrate without each province and score it")
    ] = False,
    calibrate: Annotated[bool, typer.Option("--calibrate", help="Calibrate anew and show the table")] = False,
    format: FormatOption = Format.text,
):
    """Estimated extreme poverty by regency with intervals: an estimate from P0, P1 and P2, not an official figure.

    Example: ucj extreme --region "Bone Bolango" --year 2025
    """
    from ucj_analysis import reports
    from ucj_analysis.metrics import extreme_series

    if (start is None) != (end is None):
        raise typer.BadParameter("--from and --to belong together: give both years")
    data = reports.load_extreme()
    codes = list(dict.fromkeys(_codes(region or [PROVINCE])))
    if validate or leave_out:
        from ucj_analysis import catalog

        official = catalog.table("extreme_official")
        if leave_out:
            frame = extreme_series.leave_one_province_out(data.table, data.national, official)
        else:
            frame = extreme_series.score(extreme_series.held_against_official(data.table, data.calibration, official))
    elif calibrate:
        frame = extreme_series.calibrate(data.table, data.national)
    elif start is not None:
        frame = reports.extreme_change(data, codes, start, end)
    else:
        frame = reports.extreme_table(data, codes, year=year)
        if format is Format.text:
            frame = _estimates(frame)
    _show(frame, format)


@app.command()
def model(
    curve: Annotated[bool, typer.Option("--curve", help="Every declared specification, with limits")] = False,
    without: Annotated[bool, typer.Option("--leave-one-out", help="The primary one without each regency")] = False,
    gaps: Annotated[bool, typer.Option("--gaps", help="What is missing, and who holds it")] = False,
    requests: Annotated[bool, typer.Option("--requests", help="The figures to ask for first")] = False,
    donors: Annotated[bool, typer.Option("--donors", help="Bone Bolango against regencies of all Indonesia")] = False,
    lang: Annotated[Lang, typer.Option("--lang", "-l", help="Language of the sentences")] = Lang.en,
    format: FormatOption = Format.text,
):
    """How subsidised enrolment relates to extreme poverty, and how much these data can say: an association, with its limits.

    Example: ucj model --lang id
    """
    from ucj_analysis import reports

    if lang is Lang.both:
        raise typer.BadParameter("--lang both: expected id or en")
    asked = {"curve": curve, "leave-one-out": without, "gaps": gaps, "requests": requests, "donors": donors}
    parts = [name for name, wanted in asked.items() if wanted]
    if len(parts) > 1:
        raise typer.BadParameter(f"--{' and --'.join(parts)}: one table at a time")
    if parts:
        _show(reports.model_table(parts[0], text=format is Format.text), format)
    elif format is Format.text:
        typer.echo(reports.model_text(lang.value))
    else:
        _show(reports.model_table("verdict", lang.value), format)


@app.command(name="budget")
def budget_(
    region: RegionOption = None,
    target: Annotated[float | None, typer.Option(help="Share to reach: 0.8 or 80")] = None,
    year: Annotated[
        int | None, typer.Option("--year", "-y", help="Year of the target, or of a published budget")
    ] = None,
    payer: Annotated[list[str] | None, typer.Option(help="Who pays, or NAME=PERCENT, again for each")] = None,
    path: Annotated[str | None, typer.Option(help="linear, front or back")] = None,
    base: Annotated[str | None, typer.Option(help="ucj (BPJS denominator) or informal (BPS informal workers)")] = None,
    sector: Annotated[str | None, typer.Option(help="other or transport: decides the discount of 2026")] = None,
    jht: Annotated[bool | None, typer.Option(help="With old-age savings (JHT)")] = None,
    discount: Annotated[float | None, typer.Option(help="Percent, assumed in place of the regulations")] = None,
    months: Annotated[str | None, typer.Option(help="twelve, or joining: paid from the month of joining")] = None,
    inflation: Annotated[float | None, typer.Option(help="Percent a year, assumed, for rupiah of 2025 (2.5)")] = None,
    growth: Annotated[float | None, typer.Option(help="Percent a year the denominator grows, assumed (0)")] = None,
    scenario: Annotated[Path | None, typer.Option(help="YAML file; the options given here come before it")] = None,
    each: Annotated[bool, typer.Option("--each", help="The regencies of the province in one table")] = False,
    show: Annotated[str, typer.Option(help="path, protection, losses or published")] = "path",
    amount: Annotated[float | None, typer.Option(help="Rupiah of a published budget, with --people and --year")] = None,
    people: Annotated[float | None, typer.Option(help="People announced for it")] = None,
    funded: Annotated[str, typer.Option(help="Months of the year it funds")] = "1-12",
    household: Annotated[float, typer.Option(help="Persons in a household, for months of the poverty line")] = 1.0,
    save: Annotated[Path | None, typer.Option(help="Folder for the scenario: YAML, CSV, section of a brief")] = None,
    format: FormatOption = Format.text,
):
    """What a target costs and protects against, with the parameters the regulations have.

    Example: ucj budget --region "Bone Bolango" --target 0.8 --year 2029 --payer "APBD kabupaten"
    """
    from ucj_analysis import scenarios
    from ucj_analysis.briefs import facts
    from ucj_analysis.metrics import budget

    inputs = facts.load()
    how = {"sector": sector, "jht": jht, "discount": discount}
    if amount is not None or people is not None:
        if None in (amount, people, year):
            raise typer.BadParameter("--amount, --people and --year belong together: give all three")
        found = budget.against_announced(amount, people, inputs.scheme, year, **_month_span(funded),
                                         **{k: v for k, v in how.items() if v is not None})  # fmt: skip
        _said(found, format)
        return
    given = how | {"target": target, "year": year, "path": path, "base": base, "months": months, "inflation": inflation,
                   "growth": growth}  # fmt: skip
    given["payers"] = _mix(payer) if payer else None
    if target is not None and 0 < target <= 1:
        given["target"] = target * 100
    chosen = scenarios.read(scenario) if scenario else scenarios.DEFAULT
    chosen = scenarios.changed(chosen, given)
    codes = _budget_regions(region, chosen, each)
    if show in ("losses", "published"):
        frame = getattr(scenarios, show)(inputs)
        _show(scenarios.spoken_losses(frame) if show == "losses" and format is Format.text else frame, format)
        return
    if show == "protection":
        import pandas as pd

        found = [scenarios.protection_table(inputs, c, chosen, household=household) for c in codes]
        frame = pd.concat(found, ignore_index=True)
        _show(scenarios.spoken_protection(frame) if format is Format.text else frame, format)
        if format is Format.text:
            typer.echo(scenarios.PROTECTION_NOTE)
        return
    if show != "path":
        raise typer.BadParameter(f"--show {show!r}: expected path, protection, losses or published")
    if scenario is None and None in (target, year):
        raise typer.BadParameter("give --target and --year, or --scenario FILE")
    frame = scenarios.tables(inputs, codes, chosen) if len(codes) > 1 else scenarios.table(inputs, codes[0], chosen)
    if save:
        for path_ in scenarios.export(inputs, chosen, codes[0], save):
            print(f"wrote {path_}", file=sys.stderr)
    if format is not Format.text:
        _show(frame, format)
        return
    _show(scenarios.spoken(frame), format)
    for sentence in scenarios.sentences(inputs, frame, chosen):
        typer.echo(sentence)
    if PROVINCE in codes or each:
        try:
            total = scenarios.sum_of_parts(inputs, PROVINCE, chosen).query("year == year.max()")
            typer.echo(f"The six together: {scenarios.ranged_sum(total)}.")
        except UcjError as error:
            typer.echo(f"Of the six together: {error}.")


@app.command()
def briefs(
    region: RegionOption = None,
    province: Annotated[
        list[str] | None,
        typer.Option("--province", "-p", help="A province and all in it (73), or all; may be given again"),
    ] = None,
    lang: Annotated[Lang, typer.Option("--lang", "-l", help="Language of the briefs")] = Lang.both,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to")] = BUILD,
    notebooks: Annotated[
        bool | None, typer.Option(help="Run the analysis notebooks too (by default when no region is named)")
    ] = None,
    scenario: Annotated[Path | None, typer.Option(help="YAML file for the box on the next step")] = None,
    notebook: Annotated[
        Path | None, typer.Option(help="Notebook of the briefs, by default notebooks/brief.ipynb")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Leave alone what was made from the same inputs")] = False,
    cache: Annotated[bool, typer.Option(help="Use and fill the cache of what regions share")] = True,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes at a time, by default one a core")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="One PDF of all briefs per province, through Chromium")] = False,
):
    """Write the policy briefs, the executed notebooks and the pages that lead to them.

    Example: ucj briefs --province 73 --lang id --out build
    """
    import gc
    import time

    began = time.monotonic()
    gc.disable()  # nothing of what start-up makes is garbage; `export` turns it on again
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(
            name, "1"
        )  # sums of floats depend on the number of threads, and children are the parallel part
    from ucj_analysis.briefs import export, printing

    langs = ("id", "en") if lang is Lang.both else (lang.value,)
    codes = _codes(region or []) + _provinces(province or [])
    browser = printing.browser() if pdf else None
    jobs = export.plan(
        list(dict.fromkeys(codes)) or None, langs, with_notebooks=not codes if notebooks is None else notebooks
    )
    chosen = None
    if scenario:
        from ucj_analysis import scenarios

        chosen = scenarios.read(scenario)
    try:
        with _progress(len(jobs)) as report:
            made, failed = export.build(
                jobs, out, report, workers=workers, cache=None if cache else False, resume=resume, notebook=notebook,
                scenario=chosen,
            )  # fmt: skip
    except KeyboardInterrupt:
        raise _Stopped("stopped; what is written is whole, and --resume goes on from there") from None
    printed = printing.print_provinces(made, out, browser) if pdf else []
    seconds = time.monotonic() - began
    for job, reason in failed:
        print(f"ucj: {job.name}: {reason}", file=sys.stderr)
    typer.echo(f"{len(made)} of {len(jobs)} files in {seconds:.0f} s. Open {(out / export.INDEX).resolve()}")
    for path in printed:
        typer.echo(f"Printed {path}")
    if failed:
        raise UcjError(f"{len(failed)} of {len(jobs)} files could not be made; their earlier versions are untouched")


@app.command()
def update(
    accept: Annotated[bool, typer.Option("--accept", help="Write what is new and revised")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last acceptance")] = False,
    refused: Annotated[bool, typer.Option("--refused", help="Show what was refused of files accepted so far")] = False,
    within: Annotated[str | None, typer.Option(help="Province that names are looked for in, such as 75")] = None,
    trust: Annotated[
        list[str] | None, typer.Option(help="File whose contradictory title or name you have looked at")
    ] = None,
    date: Annotated[str | None, typer.Option(help="Day of the acceptance, by default today")] = None,
    format: FormatOption = Format.text,
):
    """Preview what lies in data/inbox/, or accept it: what is new, revised, refused, and what follows for the briefs.

    A preview ends with status 1 where --accept would refuse.

    Example: ucj update
    """
    from ucj_analysis import reruns
    from ucj_analysis.reruns import text

    if accept + undo + refused > 1:
        raise typer.BadParameter("--accept, --undo and --refused contradict each other: give one")
    if refused:
        left = reruns.refused()
        if format is Format.text:
            typer.echo(text.refused(left))
        else:
            _show(left, format)
        return
    if undo:
        typer.echo(f"The data are those of {reruns.undo()} again; the files lie in the inbox.")
        return
    found = (reruns.accept if accept else reruns.preview)(within=within, trust=tuple(trust or ()), day=date)
    if format is Format.json:
        typer.echo(text.records(found))
    elif format is Format.csv:
        _show(found.figures, format)
    else:
        typer.echo(text.report(found))
    if found.comparison.stale:
        raise UcjError(found.comparison.stale[0])
    if found.comparison.contradictions:
        raise UcjError(reruns.contradicted(found.comparison))
    if found.all_refused:
        done = "nothing was accepted" if accept else "nothing can be accepted"
        raise UcjError(f"{done}: all that lies in the inbox was refused, for the reasons given")


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder that ucj briefs wrote")] = BUILD,
    format: FormatOption = Format.text,
):
    """Prove a folder of briefs against its manifest: every changed, missing or extra file is named.

    Example: ucj verify build
    """
    from ucj_analysis.briefs import manifest

    found = manifest.verify(folder)
    if format is not Format.text:
        _show(found.frame, format)
    else:
        typer.echo(found.sentence)
    if len(found.frame):
        names = "; ".join(f"{r.file} ({r.state})" for r in found.frame.itertuples())
        raise UcjError(f"{len(found.frame)} files of {folder} are not those of its manifest: {names}")


@app.command()
def doctor(format: FormatOption = Format.text):
    """Check the environment, the data package, fonts and optional parts.

    Example: ucj doctor
    """
    from ucj_analysis import health

    frame = health.report()
    _show(frame, format)
    if (frame["state"] == "wrong").any():
        raise typer.Exit(1)


@app.command()
def seal():
    """Accept edited tables in data/: check their content, then write the new hashes.

    Example: ucj seal
    """
    from ucj_analysis import catalog

    changed = catalog.seal()
    typer.echo(f"Sealed: {', '.join(changed)}." if changed else "Nothing had changed.")


# -- helpers ---------------------------------------------------------------------------------------------------


@contextmanager
def _progress(total):
    """Yield a callback that shows what is done: a bar on a terminal, else a line a file."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console, began = Console(stderr=True), time.monotonic()
    done = failed = 0

    def state():
        rate = (done + failed) / max(time.monotonic() - began, 1e-3)
        return f"{done} done, {failed} failed, {total - done - failed} left, {rate:.1f} a second"

    if not console.is_terminal:

        def line(job, error):
            nonlocal done, failed
            done, failed = done + (not error), failed + bool(error)
            print(f"[{state()}] {'failed: ' if error else ''}{job.name}", file=sys.stderr, flush=True)

        yield line
        return
    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    # drawn by hand: a thread that redraws would not survive the forks
    with Progress(*columns, console=console, auto_refresh=False) as bar:
        task = bar.add_task("starting", total=total)
        bar.refresh()

        def step(job, error):
            nonlocal done, failed
            done, failed = done + (not error), failed + bool(error)
            words = f"{state()}: {'failed: ' if error else ''}{job.name}"
            bar.update(task, advance=1, description=words, refresh=True)

        yield step


def _bps(offline, refresh, english=False):
    """Client of BPS's Web API that says on stderr what it waits for."""
    from ucj_analysis.loaders import bps_api

    def step(done, total, what):
        if total > 1:
            print(f"[{done}/{total}] {what}", file=sys.stderr, flush=True)

    return bps_api.Client(
        offline=offline, refresh=refresh, lang="eng" if english else "ind", progress=step,
        say=lambda text: print(f"ucj: {text}", file=sys.stderr, flush=True),
    )  # fmt: skip


def _listed(frame, format):
    """Show a list of the Web API; in text only what a person chooses by."""
    from ucj_analysis.loaders import bps_api

    if frame.empty:
        raise UcjError(f"BPS lists no {frame.attrs.get('what', 'items')}: check the domain and the other options")
    _found(frame.attrs.get("findings", ()), frame.attrs.get("answers", ()))
    _show(frame[bps_api.chosen_by(frame)] if format is Format.text else frame, format)


def _fetched(found, out, format):
    """Write a fetched table and say what is in it; rows on stdout for programs."""
    from ucj_analysis import paths
    from ucj_analysis.loaders import bps_api

    path = bps_api.save(found, out or paths.data_dir() / "inbox")
    _found(found.findings, found.answers)
    said = f"{len(found.rows)} rows ({int(found.rows['value'].notna().sum())} with a figure) in {path}"
    if format is Format.text:
        _show(_short(found.rows).head(20), format)
        typer.echo(said)
    else:
        print(said, file=sys.stderr)
        _show(found.rows, format)


def _found(findings, answers):
    for f in findings:
        print(f"{f['kind']}, {f['place']}: {f['message']}", file=sys.stderr)
    kept = sorted(a.fetched[:10] for a in answers if a.cached)
    if kept:
        dates = " to ".join(dict.fromkeys([kept[0], kept[-1]]))
        print(f"{len(kept)} of {len(answers)} answers as kept on {dates}; --refresh asks BPS again", file=sys.stderr)


def _short(rows):
    """Tidy rows as a person reads them: columns that say something."""
    keep = ["region_code", "region_label", "period", "subperiod", "indicator", "dimension", "value", "unit", "flag", "status",
            "sheet", "cell"]  # fmt: skip
    return rows[keep].loc[:, lambda t: t.notna().any() & (t != "").any()]


def _estimates(frame):
    """Estimates as a person reads them."""
    out = frame[["region", "year", "basis", "kind"]].copy()
    out["estimate"] = [f"{x:.2f}%" for x in frame["rate"]]
    for level in ("80", "95"):
        pairs = zip(frame[f"lower{level}"], frame[f"upper{level}"], strict=True)
        out[f"{level}% interval"] = [f"{a:.2f} to {b:.2f}" for a, b in pairs]
    out["raked"] = ["yes" if x else "" for x in frame["raked"]]
    out["official"] = ["" if x != x else f"{x:.2f}%" for x in frame["official"]]
    out["flag"] = frame["flag"]
    return out


def _month_span(text):
    """First and last month of "1-6" (or "3")."""
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise typer.BadParameter(f"--funded {text!r}: expected months such as 1-6")
    return {"first": int(first), "last": int(last or first)}


def _mix(payers):
    """Payers as NAME or NAME=PERCENT; names alone share equally."""
    mix = {}
    for text in payers:
        name, _, share = text.partition("=")
        try:
            mix[name] = float(share) if share else 100 / len(payers)
        except ValueError:
            raise typer.BadParameter(f"--payer {text!r}: expected NAME=PERCENT") from None
    if len(mix) < len(payers):
        raise typer.BadParameter("--payer: the same payer is given twice")
    return mix


def _budget_regions(names, chosen, each):
    """Codes a budget is asked for; a province stands for itself alone unless its regencies are asked for."""
    from ucj_analysis.regions import children

    if each:
        return [r.code for r in children(PROVINCE)]
    if names:
        return list(dict.fromkeys(_codes([n])[0] for n in names))
    return [chosen.region or PROVINCE]


def _said(found, format):
    """One finding: its sentence for people, its numbers for programs."""
    import pandas as pd

    if format is Format.text:
        typer.echo(found["reading"][:1].upper() + found["reading"][1:] + ".")
    else:
        _show(pd.DataFrame([found]), format)


def _spoken(frame):
    """Coverage as a person reads it: the figure with qualifier, unit and date."""
    from ucj_analysis.language import number, quantity

    def say(row):
        if row["definition"] == "computed" or row["measure"] == "gap_to_target":
            digits = 1 if row["unit"] == "percent" else 0
            low, high = (number(row[k], "en", digits) for k in ("lower", "upper"))
            text = number(row["value"], "en", digits)
            text = text if row["upper"] - row["lower"] < 10.0**-digits else f"{text} ({low} to {high})"
            return text + ("%" if row["unit"] == "percent" else "")
        return quantity(row, "en", short=True)

    out = frame[["region", "measure", "segment", "funding", "status"]].copy()
    out["figure"] = [say(r) for r in frame.to_dict("records")]
    out["period"] = frame["period"]
    out["age"] = [f"{n} months" for n in frame["age_months"]]
    out["rows"] = frame["rows"]
    return out


def _codes(names):
    """BPS codes of the regions named; a province stands for itself and all that lies in it."""
    from ucj_analysis.errors import RegionError
    from ucj_analysis.regions import children, resolve

    codes = []
    for name in names:
        try:
            found = resolve(name, codes="bps")
        except RegionError as error:
            if not error.candidates:
                raise
            found = resolve(name, within=PROVINCE, codes="bps")  # "Gorontalo" among the regions of this package
        codes.append(found.code)
        if found.level == "province":
            codes += [r.code for r in children(found.code)]
    return codes


def _provinces(names):
    """BPS codes of provinces and all that lies in them, by name or two-digit code; "all" stands for all of them."""
    from ucj_analysis.regions import children, resolve

    codes = []
    for name in names:
        if name.strip().lower() == "all":
            found = children("0000")
        elif name.strip().isdigit():
            found = [resolve(name, codes="bps")]
        else:
            found = [resolve(f"Provinsi {name}")]
        for p in found:
            if p.level != "province":
                raise UcjError(f"--province {name!r} is {p}, no province; use --region for it")
            codes += [p.code, *(r.code for r in children(p.code))]
    return codes


def _conflicts(as_of=None):
    import pandas as pd

    from ucj_analysis import catalog, observations

    sources = catalog.table("sources", as_of=as_of)
    parts = [
        observations.conflicts(catalog.table(n, as_of=as_of), sources).assign(table=n)
        for n in ("poverty", "labour", "socioeconomic", "coverage")
    ]
    return pd.concat(parts, ignore_index=True)


def _show(frame, format):
    """Print a frame: aligned text, JSON records (missing as null), or CSV."""
    if format is Format.json:
        typer.echo(frame.to_json(orient="records", force_ascii=False, indent=1, double_precision=10))
    elif format is Format.csv:
        typer.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        _print_text(frame)


def _print_text(frame):
    import pandas as pd
    from rich import box
    from rich.console import Console
    from rich.table import Table

    if frame.empty:
        typer.echo("No rows.")
        return
    if "observation_id" in frame.columns and "qualifier" in frame.columns:
        frame = _readable(frame)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_bool_dtype(frame[name])
        out.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        out.add_row(*(_cell(v) for v in row))
    console.print(out)


def _readable(frame):
    """Observations as a person reads them: the figure with its qualifier and unit in one cell."""
    from ucj_analysis.language import quantity

    said = [quantity(row, "en", short=True) for row in frame.to_dict("records")]
    unit = frame["unit"].where(~frame["unit"].isin(["percent"]) & ~frame["unit"].str.startswith("IDR"), "")
    keep = ["observation_id", "region_code", "period", "indicator", "segment", "funding", "role", "status"]
    out = frame[[c for c in keep if c in frame.columns]].copy()
    out["figure"] = [f"{a} {b}".strip() for a, b in zip(said, unit, strict=True)]
    out["source"] = frame["source_id"]
    out["note"] = frame["note"].str.slice(0, 70)
    return out.loc[:, (out != "").any()].rename(columns={"observation_id": "id", "region_code": "region"})


def _cell(value):
    import pandas as pd
    from rich.text import Text

    if pd.isna(value):
        return Text("-")
    if isinstance(value, float):
        return Text(f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}")
    return Text(str(value))


class _Stopped(Exception):
    """Ctrl-C, with what that means for the command."""


def main(argv=None):
    """Run the command line and return the exit status."""
    try:
        status = app(args=argv, standalone_mode=False)
        if status == 130:  # typer makes this of Ctrl-C, without a word
            return _say("stopped; nothing is half done", 130)
        return status if isinstance(status, int) else 0
    except _Stopped as error:
        return _say(str(error), 130)
    except UcjError as error:
        return _say(str(error) + _instead(error), 1)
    except (typer.Abort, KeyboardInterrupt):
        return _say("stopped; nothing is half done", 130)
    except _UsageError as error:
        hint = f" (see {error.ctx.command_path} --help)" if error.ctx and error.ctx.command_path else ""
        return _say(error.format_message() + hint, 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("UCJ_DEBUG"):
            raise
        return _say(
            f"internal error ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no text'}); "
            "please report it with the command you gave; UCJ_DEBUG=1 shows where it happened",
            1,
        )


def _instead(error):
    """What can be said where a change was refused: its parts in percentage points."""
    parts = getattr(error, "decomposition", None)
    if not parts:
        return ""
    change, people, base = (parts[k][0] for k in ("change", "participants_part", "denominator_part"))
    return (
        f": {change:+.1f} percentage points in all, {people:+.1f} from participants, {base:+.1f} from the denominator"
    )


def _say(sentence, status):
    print(f"ucj: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
