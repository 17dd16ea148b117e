"""Build the briefs, the executed notebooks and the index; each file whole or not at all."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from ucj_analysis import __version__, paths
from ucj_analysis.briefs import changes, content, manifest, notebooks, page
from ucj_analysis.errors import UcjError
from ucj_analysis.files import clear_leftovers, write_atomic
from ucj_analysis.language import period
from ucj_analysis.regions import children, get

INDEX = "index.html"


@dataclass(frozen=True)
class Job:
    """One file to make."""

    kind: str  # "brief", "notebook"
    name: str  # what people read while it is made
    path: str  # below the output folder
    region: str = ""
    lang: str = ""


def file_name(region, lang):
    """File name of a brief: 7504-bone-bolango.id.html."""
    slug = re.sub(r"[^a-z0-9]+", "-", region.name.lower()).strip("-")
    return f"{region.code}-{slug}.{lang}.html"


def plan(codes=None, langs=("id", "en"), *, with_notebooks=True, province="7500"):
    """List the jobs: briefs of the province and its regencies (or of ``codes``), then the notebooks."""
    codes = codes or [province, *(r.code for r in children(province))]
    jobs = []
    for code in codes:
        region = get(code)
        for lang in langs:
            name = f"{region.label(lang)} ({lang})"
            jobs.append(Job("brief", name, f"briefs/{file_name(region, lang)}", code, lang))
    if with_notebooks:
        for path in sorted(paths.notebooks_dir().glob("[0-9]*.ipynb")):
            jobs.append(Job("notebook", path.name, f"notebooks/{path.stem}.html"))
    return jobs


def build(jobs, out, report=lambda job, error: None, inputs=None):
    """Make the files; one that fails leaves its earlier version and the others alone.

    Parameters
    ----------
    jobs : list of Job
    out : path
        Top folder: briefs/, notebooks/ and index.html below it.
    report : callable(job, error or None)
        Called after each job.
    inputs : facts.Inputs, optional
        By default loaded when the first brief needs them.

    Returns
    -------
    (made, failed) : (list of Job, list of (Job, str))
    """
    out = Path(out)
    for folder in {out, *((out / j.path).parent for j in jobs)}:
        clear_leftovers(folder)
    made, failed = [], []
    for job in jobs:
        try:
            if job.kind == "brief":
                inputs = inputs or content.load()
                html = brief(inputs, job.region, job.lang)
            else:
                html = _notebook(job.name)
        except Exception as error:  # one that fails must not take the others with it
            reason = str(error) if isinstance(error, UcjError) else f"internal error ({type(error).__name__}: {error})"
            failed.append((job, reason))
            report(job, reason)
            continue
        _write(out / job.path, html)
        made.append(job)
        report(job, None)
    _write(out / INDEX, index(out))
    manifest.write(out, [j.path for j in made])
    return made, failed


def _write(path, html):
    try:
        write_atomic(path, html)
    except OSError as error:
        raise UcjError(f"cannot write {path}: {error.strerror}; choose another folder with --out") from None


def brief(inputs, code, lang):
    """Return the HTML of one brief."""
    region = get(code)
    other = "en" if lang == "id" else "id"
    values = content.compose(inputs, code, lang)
    values["page"]["other_file"], values["page"]["other_lang"] = file_name(region, other), other
    return page.render("brief.html.j2", lang=lang, **values)


def _notebook(name):
    folder = paths.notebooks_dir()
    notebook = notebooks.read(folder / name)
    title = notebooks.title_of(notebook)
    return notebooks.to_html(notebooks.execute(notebook, name, folder), title)


def index(out):
    """Return the page that leads to all briefs and notebooks that are in the folder."""
    from ucj_analysis import catalog

    out = Path(out)
    found = {p.name for p in (out / "briefs").glob("*.html")}
    rows = []
    for code in sorted({n[:4] for n in found if re.match(r"\d{4}-", n)}):
        region = get(code)
        files = {lang: file_name(region, lang) for lang in ("id", "en")}
        rows.append(
            {"name": region.label("id"), "name_en": region.label("en")}
            | {lang: f"briefs/{f}" if f in found else None for lang, f in files.items()}
        )
    books = []
    for path in sorted((out / "notebooks").glob("*.html")):
        match = re.search(r"<title>(.*?)</title>", path.read_text(encoding="utf-8"), re.S)
        books.append({"href": f"notebooks/{path.name}", "title": match.group(1) if match else path.stem})
    version = catalog.default().descriptor["version"]
    return page.render(
        "index.html.j2",
        changes=changes.PAGE if changes.last_state(catalog.default()) else None,
        title="Perlindungan Jamsostek dan kemiskinan di Gorontalo",
        rows=rows,
        notebooks=books,
        dateline=f"Data {period(version.replace('.', '-'), 'id')}",
        version=f"ucj_analysis {__version__}, data {version}",
    )


def summary(jobs):
    """JSON list of what is made, for programs."""
    return json.dumps([{"kind": j.kind, "region": j.region, "lang": j.lang, "file": j.path} for j in jobs], indent=1)
