"""Build the briefs, the executed notebooks and the index pages; each file whole or not at all.

What all share is opened or computed once, in this process; then groups of jobs (the briefs of a province in one
language, or one notebook) are made in forked children, which inherit it. Where there is no fork, in this process.
"""

import contextlib
import functools
import gc
import hashlib
import json
import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

from ucj_analysis import paths
from ucj_analysis.briefs import content, facts, manifest, notebooks, runner, site, step, store
from ucj_analysis.briefs.content import file_name
from ucj_analysis.errors import UcjError
from ucj_analysis.files import clear_leftovers, write_atomic
from ucj_analysis.regions import children, get, province_of

INDEX = "index.html"
NOTEBOOK = "brief.ipynb"
FORKS = hasattr(os, "fork") and sys.platform != "darwin"  # macOS' own libraries do not survive a fork


@dataclass(frozen=True)
class Job:
    """One file to make."""

    kind: str  # "brief", "notebook"
    name: str  # what people read while it is made
    path: str  # below the output folder
    region: str = ""
    lang: str = ""


class Failed(Exception):
    """A file that cannot be written: nothing further can, either."""


def plan(codes=None, langs=("id", "en"), *, with_notebooks=True, province="7500"):
    """List the jobs: briefs of the province and its regencies (or of ``codes``), then the notebooks."""
    codes = codes or [province, *(r.code for r in children(province))]
    jobs = []
    for code in codes:
        region = get(code)
        if region.level == "nation":
            raise UcjError("there is no brief of the nation: name a province or a regency")
        for lang in langs:
            name = f"{region.label(lang)} ({lang})"
            jobs.append(Job("brief", name, f"briefs/{file_name(region, lang)}", code, lang))
    if with_notebooks:
        for path in sorted(paths.notebooks_dir().glob("[0-9]*.ipynb")):
            jobs.append(Job("notebook", path.name, f"notebooks/{path.stem}.html"))
    return jobs


def build(
    jobs,
    out,
    report=lambda job, error: None,
    *,
    workers=None,
    cache=None,
    resume=False,
    notebook=None,
    scenario=None,
):
    """Make the files; one that fails leaves its earlier version and the others alone.

    Parameters
    ----------
    jobs : list of Job
    out : path
        Top folder: briefs/, notebooks/ and index.html below it.
    report : callable(job, error or None)
        Called after each job.
    workers : int, optional
        Children at a time; by default one a core.
    cache : bool, optional
        False neither reads nor writes the cache.
    resume : bool
        Leave files alone that were made from the same inputs.
    notebook : path, optional
        Notebook of the briefs, by default that of the clone.
    scenario : scenarios.Scenario, optional
        What the box on the next step reckons with, instead of the default.

    Returns
    -------
    (made, failed) : (list of Job, list of (Job, str)), both in the order of the jobs
    """
    out, book = Path(out), Path(notebook) if notebook else paths.notebooks_dir() / NOTEBOOK
    for folder in {out, *((out / j.path).parent for j in jobs)}:
        clear_leftovers(folder)
    try:
        workshop = Workshop(out, book, jobs, cache, scenario)
    finally:
        _stop_beside()
    todo, reasons = [], {}
    for job in jobs:
        if resume and workshop.stands(job):
            report(job, None)
        else:
            todo.append(job)

    def note(job, reason):
        if reason:
            reasons[job] = reason
        report(job, reason)

    groups = _groups(todo, workers := workers or os.cpu_count() or 1)
    gc.enable()
    if FORKS:
        _in_children(workshop, groups, workers, note)
    else:
        for group in groups:
            for job in group:
                note(job, workshop.make(job))
    made = [j for j in jobs if j not in reasons]
    with content.using(workshop.inputs):
        _finish(out, made)
    return made, [(j, reasons[j]) for j in jobs if j in reasons]


def _finish(out, made):
    """The last step of a build, with all its files in place: pages that lead to them, and the manifest."""
    pages = site.pages(out)
    for path, html in pages.items():
        _write(out / path, html)
    manifest.write(out, [*(j.path for j in made), *pages])


class Workshop:
    """What is needed to make any of the files, opened once.

    Parameters
    ----------
    out, book : path
    jobs : list of Job
    cache : bool, optional
    scenario : scenarios.Scenario, optional
    """

    def __init__(self, out, book, jobs, cache, scenario=None):
        self.out, self.book = out, book
        self.inputs = self.exporter = self.source = None
        if any(j.kind == "brief" for j in jobs):
            own = [j for j in jobs if j.kind == "brief" and province_of(j.region).code in content.PACKAGED]
            begun = []
            start = (lambda *given: begun.append(_relation(*given))) if own else None
            opened = content.inputs(cache=cache, start=start)
            from ucj_analysis.briefs.exporter import BriefExporter  # a third of a second, while the child is at work

            self.inputs = step.with_scenario(opened, scenario)
            self.source, self.exporter = notebooks.read(book), BriefExporter()
            self.exporter.template.render  # noqa: B018  compiled before the children are forked
            self.keep = vars(self.inputs)["store"]
            self.keep.sweep()
            for answer in begun:  # all this before the children are forked, so that they inherit it
                self._share(own, answer.ready)
                vars(self.inputs)["relation"] = answer()
        self.base = vars(self.inputs)["base"] if self.inputs is not None else content.inputs_hash()
        self.cell_time = notebooks.TIMEOUT
        runner.warm()

    def _share(self, jobs, ready):
        """Facts that both languages share; while the verdict is awaited, drawings that all regions share."""
        codes = dict.fromkeys(j.region for j in jobs)
        with contextlib.suppress(Exception):  # what cannot be made is for the brief to say
            if len(codes) > 1:
                facts.gather_province(self.inputs, content.PACKAGED[0])
            for lang in dict.fromkeys(j.lang for j in jobs):
                for draw in (content.Brief.map, content.Brief.trend, content.Brief.ladder):
                    if ready():
                        return
                    draw(content.Brief(self.inputs, jobs[0].region, lang))

    def make(self, job):
        """Make and write one file; return why it could not be made, or None.

        Raises
        ------
        Failed
            When the folder cannot be written.
        """
        try:
            html = self.brief(job) if job.kind == "brief" else _notebook(job.name)
        except Exception as error:  # one that fails must not take the others with it
            return str(error) if isinstance(error, UcjError) else f"internal error ({runner.describe(error)})"
        try:
            _write(self.out / job.path, html)
            mark = f"{self.hash(job)} {hashlib.sha256(html.encode()).hexdigest()}\n"
            _write(self.out / manifest.MARKS / f"{job.path}.made", mark)
        except UcjError as error:
            raise Failed(str(error)) from None
        return None

    def brief(self, job):
        """HTML of one brief: the notebook run with its region and language, exported."""
        book = notebooks.with_parameters(self.source, {"REGION": job.region, "LANG": job.lang})
        with content.using(self.inputs):
            done = runner.execute(book, self.book.name, self.book.parent, timeout=self.cell_time)
        return self.exporter.from_notebook_node(done)[0]

    def hash(self, job):
        """Hash of all that decides what a file holds."""
        book = self.book if job.kind == "brief" else paths.notebooks_dir() / job.name
        return store.digest(self.base, book.read_bytes(), job.kind, job.region, job.lang)

    def stands(self, job):
        """Tell whether the file is there, whole, and made from the same inputs."""
        try:
            made_from, digest = (self.out / manifest.MARKS / f"{job.path}.made").read_text(encoding="utf-8").split()
            return (
                made_from == self.hash(job) and hashlib.sha256((self.out / job.path).read_bytes()).hexdigest() == digest
            )
        except (OSError, ValueError):
            return False


def _groups(jobs, workers):
    """Jobs that share drawings together, the largest group first, split while there are fewer groups than workers."""
    groups = {}
    for job in jobs:
        key = job.path if job.kind == "notebook" else (province_of(job.region).code, job.lang)
        groups.setdefault(key, []).append(job)
    # a notebook takes some seconds whatever else there is, so notebooks go first
    out = sorted(groups.values(), key=lambda g: (g[0].kind != "notebook", -len(g), g[0].path))
    while out and len(out) < workers and len(largest := max(out, key=len)) > 3:
        out.remove(largest)
        out += [largest[::2], largest[1::2]]
    return out


# -- children ----------------------------------------------------------------------------------------------------------


def _in_children(workshop, groups, workers, note):
    """Make groups in forked children, at most ``workers`` at a time; a child that dies costs the job it was at."""
    fork = multiprocessing.get_context("fork")
    waiting, running = list(groups), {}
    gc.freeze()  # what is shared stays shared: a collection in a child would copy its pages
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                group = waiting.pop(0)
                here, there = fork.Pipe(duplex=False)
                child = fork.Process(target=_child, args=(workshop, group, there), daemon=True)
                sys.stdout.flush(), sys.stderr.flush()
                child.start()
                there.close()
                running[here] = (child, group)
            for pipe in wait(list(running)):
                child, group = running[pipe]
                try:
                    kind, reason = pipe.recv()
                except (EOFError, OSError):
                    child.join()
                    del running[pipe]
                    if group:  # it died before it was done
                        note(group[0], f"the process that made it ended ({_ending(child.exitcode)})")
                        waiting[:0] = [group[1:]] if group[1:] else []
                    continue
                if kind == "failed":
                    raise UcjError(reason)
                note(group.pop(0), reason)
    finally:
        _stop(running, workshop.out)
        gc.unfreeze()


def _ending(code):
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


def _child(workshop, group, pipe):
    """Make the jobs of a group and say of each how it went."""
    # Ctrl-C reaches the parent too, which ends its children at once and takes away what they leave half-written
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        for job in list(group):
            reason = workshop.make(job)
            pipe.send(("done", reason))
    except Failed as error:
        with contextlib.suppress(OSError):
            pipe.send(("failed", str(error)))
    except BrokenPipeError:  # the parent is gone
        os._exit(130)
    os._exit(0)


def _stop(running, out):
    """End the children that still run, and take away what they left half-written."""
    for child, _ in running.values():
        child.terminate()
    for child, _ in running.values():
        child.join(1)
        if child.is_alive():
            child.kill()
            child.join()
    for _, group in running.values():
        for job in group[:1]:
            for file in (out / job.path, out / manifest.MARKS / f"{job.path}.made"):
                for path in file.parent.glob(f".{file.name}.*.part"):
                    path.unlink(missing_ok=True)


def _relation(inputs, kept):
    """Begin the verdict on enrolment and extreme poverty, which takes as long as all else."""
    make = functools.partial(facts.relation_of, inputs, kept, beside)
    return Beside(make) if kept.has("relation") else beside(make)


_BESIDE = set()  # children that compute something for this process


class Beside:
    """A value that is being made in a child, or is made when it is called for.

    Parameters
    ----------
    make : callable
    child, pipe : Process and Connection, optional
    """

    def __init__(self, make, child=None, pipe=None):
        self.make, self.child, self.pipe = make, child, pipe

    def ready(self):
        """Whether waiting would gain nothing."""
        return self.pipe is None or self.pipe.poll()

    def __call__(self):
        """What ``make`` returned or raised; made here where the child died."""
        if self.pipe is None:
            return self.make()
        try:
            good, value = self.pipe.recv()
        except (EOFError, OSError):
            return self.make()
        finally:
            self.pipe.close()
            self.child.join()
            _BESIDE.discard(self.child)
        if not good:
            raise value
        return value


def beside(make):
    """Start ``make`` in a forked child, or leave it for later where there is no fork; return a `Beside`."""
    if not FORKS:
        return Beside(make)
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    sys.stdout.flush(), sys.stderr.flush()
    child = fork.Process(target=_answer, args=(make, there))
    child.start()
    there.close()
    _BESIDE.add(child)
    return Beside(make, child, here)


def _answer(make, pipe):
    # Ctrl-C reaches the parent too, which ends this child at once
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    _BESIDE.clear()
    try:
        said = (True, make())
    except Exception as error:
        said = (False, error)
    with contextlib.suppress(BrokenPipeError):
        pipe.send(said)
    os._exit(0)


def _end(*_):
    """End the children beside, and this process, which is one of them."""
    _stop_beside()
    os._exit(143)


def _stop_beside():
    for child in _BESIDE:
        child.terminate()
    _BESIDE.clear()


# -- single pages ------------------------------------------------------------------------------------------------------


def _write(path, html):
    try:
        write_atomic(path, html)
    except OSError as error:
        raise UcjError(f"cannot write {path}: {error.strerror}; choose another folder with --out") from None


def brief(inputs, code, lang, notebook=None):
    """Return the HTML of one brief on the given inputs."""
    from ucj_analysis.briefs.exporter import BriefExporter

    path = Path(notebook) if notebook else paths.notebooks_dir() / NOTEBOOK
    book = notebooks.with_parameters(notebooks.read(path), {"REGION": code, "LANG": lang})
    with content.using(inputs):
        done = runner.execute(book, path.name, path.parent)
    return BriefExporter().from_notebook_node(done)[0]


def _notebook(name):
    folder = paths.notebooks_dir()
    notebook = notebooks.read(folder / name)
    title = notebooks.title_of(notebook)
    return notebooks.to_html(runner.execute(notebook, name, folder, timeout=notebooks.TIMEOUT), title)


def summary(jobs):
    """JSON list of what is made, for programs."""
    return json.dumps([{"kind": j.kind, "region": j.region, "lang": j.lang, "file": j.path} for j in jobs], indent=1)
