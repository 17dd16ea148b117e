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
    format: FormatOption = Format.text,
):
    """Show one table, or `conflicts`: what sources disagree on, the chosen row first.

    Example: ucj table conflicts --region 7504
    """
    from ucj_analysis import catalog

    frame = _conflicts() if name == "conflicts" else catalog.table(name)
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

    readings = []
    for path in files:
        if not path.is_file():
            raise UcjError(f"{path} is no file; give the path of a download")
        found = bps_files.examine(path, within=within, indicator=indicator, year=year)
        readings.append(found.rows.assign(file=path.name))
        for finding in found.findings:
            print(f"{path.name}: {finding['kind']}, {finding['place']}: {finding['message']}", file=sys.stderr)
    frame = pd.concat(readings, ignore_index=True)
    if format is Format.text:
        keep = ["region_code", "region_label", "period", "subperiod", "indicator", "dimension", "value", "flag", "cell"]
        frame = frame[keep].loc[:, lambda t: t.notna().any() & (t != "").any()]
        _show(frame.head(40), format)
        if len(frame) > 40:
            typer.echo(f"{len(frame)} rows, the first 40 shown; --format csv gives all.")
        return
    _show(frame, format)


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
    region: Annotated[str, typer.Option("--region", "-r", help="Name or BPS code")],
    target: Annotated[float, typer.Option(help="Share to reach: 0.8 or 80")],
    year: Annotated[int, typer.Option("--year", "-y", help="Year of the target")],
    base: Annotated[str, typer.Option(help="ucj (BPJS denominator) or informal (BPS informal workers)")] = "ucj",
    path: Annotated[str, typer.Option(help="linear, front or back")] = "linear",
    sector: Annotated[str, typer.Option(help="other or transport: decides the discount of 2026")] = "other",
    jht: Annotated[bool, typer.Option(help="With old-age savings (JHT)")] = False,
    inflation: Annotated[float, typer.Option(help="Percent a year, assumed, for rupiah of 2025")] = 2.5,
    format: FormatOption = Format.text,
):
    """What a target costs: persons to add and dues per year, with the parameters the regulations have.

    Example: ucj budget --region "Bone Bolango" --target 0.8 --year 2029
    """
    from ucj_analysis import reports
    from ucj_analysis.briefs import facts

    inputs = facts.load()
    (code,) = _codes([region])[:1]
    percent = target * 100 if 0 < target <= 1 else target
    frame = reports.budget_table(inputs, code, percent, year, base=base, shape=path, sector=sector, jht=jht,
                                 inflation=inflation)  # fmt: skip
    if format is not Format.text:
        _show(frame, format)
        return
    _show(_costs(frame), format)
    now = frame.iloc[0]
    typer.echo(
        f"Coverage {now['coverage_now']:.1f} percent ({now['coverage_period']}), target {percent:g} percent. Dues are "
        f"those in force today; rupiah of 2025 assume {inflation:g} percent inflation a year."
    )


@app.command()
def briefs(
    region: RegionOption = None,
    lang: Annotated[Lang, typer.Option("--lang", "-l", help="Language of the briefs")] = Lang.both,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to")] = BUILD,
    notebooks: Annotated[
        bool | None, typer.Option(help="Run the analysis notebooks too (by default when no region is named)")
    ] = None,
):
    """Write the policy briefs, the executed notebooks and an index page.

    Example: ucj briefs --region 7504 --lang id --out build
    """
    import time

    began = time.monotonic()
    from ucj_analysis.briefs import export

    langs = ("id", "en") if lang is Lang.both else (lang.value,)
    codes = list(dict.fromkeys(_codes(region))) if region else None
    jobs = export.plan(codes, langs, with_notebooks=region is None if notebooks is None else notebooks)
    with _progress(len(jobs)) as report:
        made, failed = export.build(jobs, out, report)
    seconds = time.monotonic() - began
    for job, reason in failed:
        print(f"ucj: {job.name}: {reason}", file=sys.stderr)
    typer.echo(f"{len(made)} of {len(jobs)} files in {seconds:.0f} s. Open {(out / export.INDEX).resolve()}")
    if failed:
        raise UcjError(f"{len(failed)} of {len(jobs)} files could not be made; their earlier versions are untouched")


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
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        count = iter(range(1, total + 1))

        def line(job, error):
            print(f"[{next(count)}/{total}] {'failed: ' if error else ''}{job.name}", file=sys.stderr, flush=True)

        yield line
        return
    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("starting", total=total)

        def step(job, error):
            bar.update(task, advance=1, description=("failed: " if error else "") + job.name)

        yield step


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


def _costs(frame):
    """A path as a person reads it: ranges, rupiah in words."""
    from ucj_analysis.language import number, rupiah

    def span(name, show):
        return [
            show(v) if round(low) == round(high) else f"{show(v)} ({show(low)} to {show(high)})"
            for v, low, high in zip(frame[name], frame[f"{name}_lower"], frame[f"{name}_upper"], strict=True)
        ]

    def money(x):
        return rupiah(round(x, -7) if x >= 1e9 else round(x, -4), "en")

    out = frame[["region", "year"]].assign(year=frame["year"].astype(str))
    out["added"] = span("added", lambda x: number(x, "en"))
    out["in all"] = span("extra", lambda x: number(x, "en"))
    out["dues a person"] = [rupiah(x, "en") for x in frame["dues_per_person"]]
    out["cost"] = span("cost", money)
    out["rupiah of 2025"] = span("real", money)
    return out


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


def _conflicts():
    import pandas as pd

    from ucj_analysis import catalog, observations

    sources = catalog.table("sources")
    parts = [
        observations.conflicts(catalog.table(n), sources).assign(table=n)
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


def main(argv=None):
    """Run the command line and return the exit status."""
    try:
        status = app(args=argv, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except UcjError as error:
        return _say(str(error) + _instead(error), 1)
    except typer.Abort:
        return _say("stopped", 130)
    except KeyboardInterrupt:
        return _say("stopped", 130)
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
