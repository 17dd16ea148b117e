"""Preview and accept new data; undo; keep earlier values readable.

What lies in ``inbox/`` is read (`inbox`), held against the package (`matching`) and, when accepted, written (`writing`).
The order of an acceptance:

1. Under the lock of the data folder (a second acceptance is refused) the inbox is read and compared with the package.
2. A copy of the package in a temporary folder takes the new rows, the sources' rows and the corrections; it is sealed and
   verified as a whole. What does not verify goes no further, and nothing of it is seen.
3. `files.switch` puts the difference in place: new tables, sealed copies, the old contents of changed tables and the old
   descriptor (the vintage), the received files, and the new ``datapackage.json``. All are staged and synchronised first;
   one rename (of the journal) is the moment of change. Killed before it, the old state stands; killed after it, the next
   opening of the package ends the work before it reads anything.

A package that was opened before the switch goes on reading the state it was opened with, from the vintage's objects.
New statements are added with a source of their own; a statement that BPS revised stays in the table, marked as
superseded, and never wins again. The panel holds one row a figure, so there the new value takes the place of the old one.
Received files are kept unchanged in ``received/``, named by their hash. What of them was refused, and why, stands in the
entry of the acceptance (``vintages[].then.files[].refused``), on ``changes.html`` and in `refused`.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ucj_analysis import catalog, files, paths
from ucj_analysis.briefs import changes, facts
from ucj_analysis.errors import UcjError
from ucj_analysis.regions import children
from ucj_analysis.reruns.inbox import INBOX, read_inbox
from ucj_analysis.reruns.matching import Comparison, checks, compare, refusals
from ucj_analysis.reruns.rehearsal import rehearse
from ucj_analysis.reruns.writing import STAGED, changes_to, check_day, staged, undo_changes

_REASONS = 30  # kept of a file: they stand in the descriptor, and most of a bad column differ by a number only


@dataclass
class Preview:
    """What accepting the inbox would do, or has done.

    Attributes
    ----------
    comparison : Comparison
    checks : DataFrame
        kind, indicator, period, region_code, message.
    effects : DataFrame
        As `changes.headlines` returns it.
    headlines : int
        How many headline figures the briefs have.
    accepted : list of dict
        name, title, source_id, sha256, kept, refused (by reason, as of `refusals`) of each file; empty for a preview.
    state : str
        Id of the state of the package after an acceptance.
    """

    comparison: Comparison
    checks: pd.DataFrame
    effects: pd.DataFrame
    headlines: int
    accepted: list
    state: str = ""

    @property
    def figures(self):
        """Figures with their status: new, revised, unchanged, refused, missing, outside."""
        return self.comparison.figures

    @property
    def distinct(self):
        """Figures once each, where two tables hold the same one; ``table`` names both."""
        key = ["file", "cell", "region_code", "period", "indicator", "status", "old", "new"]
        twice = self.figures.duplicated(key, keep=False) & (self.figures["period"] != "")
        first = self.figures[~(twice & (self.figures["table"] == "panel"))]
        both = first.index.isin(self.figures.index[twice])
        return first.assign(table=first["table"].where(~both, first["table"] + ", panel"))

    def count(self, status):
        """Distinct figures of one status."""
        return int((self.distinct["status"] == status).sum())

    @property
    def all_refused(self):
        """Whether the inbox holds something, and nothing of it is new, revised or unchanged."""
        some = any(f.problem for f in self.comparison.files) or self.count("refused") or self.count("outside")
        return bool(some) and not any(self.count(s) for s in ("new", "revised", "unchanged"))

    @property
    def files(self):
        """One row per file of the inbox: file, state, title, figures by status, why it could not be read."""
        rows, figures = [], self.distinct
        for f in self.comparison.files:
            here = figures[figures["file"] == f.name]["status"].value_counts()
            rows.append(
                {"file": f.name, "sha256": f.sha256, "title": "" if f.problem else f.title, "problem": f.problem}
                | {s: int(here.get(s, 0)) for s in ("new", "revised", "unchanged", "refused", "missing", "outside")}
            )
        return pd.DataFrame(rows)


def preview(folder=None, *, within=None, trust=(), day=None, effects=True):
    """Say what accepting the inbox would do; nothing is written.

    Parameters
    ----------
    folder : path, optional
        Data package, with the folder ``inbox``; by default that of the clone.
    within : str, optional
        Province that names of regions are looked for in.
    trust : names of files whose contradictions were looked at
    day : str, optional
        Day of the acceptance, YYYY-MM-DD; today by default.
    effects : bool
        Compute the effect on the headline figures too.

    Returns
    -------
    Preview
    """
    folder = Path(folder) if folder is not None else paths.data_dir()
    files.clear_abandoned(STAGED)
    package = catalog.Package(folder)
    day = check_day(package, day)
    comparison = compare(read_inbox(folder / INBOX, within=within), package, trust=trust)
    if not comparison.figures["status"].isin(["new", "revised"]).any():
        return _nothing(comparison)
    with staged(folder, comparison, day) as (copy, _):
        return _follows(comparison, package, copy, effects)


def accept(folder=None, *, within=None, trust=(), day=None, effects=True):
    """Accept the new and revised figures of the inbox as one; refused ones stay out and are named.

    Accepting again finds nothing new. Parameters and result as for `preview`, with ``accepted`` filled.

    Raises
    ------
    UcjError
        When another acceptance is running, files of the inbox contradict each other, a correction is out of date, or the
        new state does not verify.
    """
    folder = Path(folder) if folder is not None else paths.data_dir()
    with _locked(folder):
        package = catalog.Package(folder)
        day = check_day(package, day)
        comparison = compare(read_inbox(folder / INBOX, within=within), package, trust=trust)
        if comparison.stale:
            raise UcjError(comparison.stale[0])
        if comparison.contradictions:  # accepting one half would leave the other to be taken alone the next time
            raise UcjError(contradicted(comparison))
        if not comparison.figures["status"].isin(["new", "revised"]).any():
            return _nothing(comparison)
        with staged(folder, comparison, day) as (copy, taken):
            out = _follows(comparison, package, copy, effects)
            left = out.distinct.query("status == 'refused'")
            taken = [t | {"refused": refusals(left[left["file"] == t["name"]], _REASONS)} for t in taken]
            catalog.replace_together(folder, changes_to(folder, package, copy, taken, day), locked=True)
        out.accepted = taken
    catalog.forget()
    out.state = catalog.states(catalog.Package(folder).descriptor)[-1]["id"]
    return out


def contradicted(comparison):
    """Sentence on files of the inbox that contradict each other."""
    several = comparison.contradictions
    return f"nothing is accepted: {several[0]} ({len(several)} of this kind); take one of the files out of the inbox, then accept"


def undo(folder=None):
    """Bring back the state before the last acceptance, to the byte; its files return to the inbox.

    Returns
    -------
    str
        Id of the state that stands again.
    """
    folder = Path(folder) if folder is not None else paths.data_dir()
    with _locked(folder):
        package = catalog.Package(folder)
        package.verify()
        catalog.replace_together(folder, undo_changes(folder, package), locked=True)
    catalog.forget()
    return catalog.states(catalog.Package(folder).descriptor)[-1]["id"]


def refused(folder=None):
    """What was refused of the files accepted so far, as it was said at each acceptance; the last acceptance first.

    Returns
    -------
    DataFrame
        accepted (day), file, source_id, kept, figures (how many), first (where the first stands), reason.
    """
    package = catalog.Package(Path(folder) if folder is not None else paths.data_dir())
    rows = [
        {"accepted": state["then"]["date"], "file": t["name"], "source_id": t["source_id"], "kept": t["kept"], **r}
        for state in reversed(catalog.states(package.descriptor)[:-1])
        for t in state["then"]["files"]
        for r in t.get("refused", ())
    ]
    return pd.DataFrame(rows, columns=["accepted", "file", "source_id", "kept", "figures", "first", "reason"])


@contextmanager
def _locked(folder):
    try:
        with files.exclusive(folder):
            files.clear_abandoned(STAGED)
            catalog.finish_interrupted(folder, locked=True)
            yield
    except BlockingIOError:
        raise UcjError(
            f"another update of the data in {folder} is running; wait for it to end, then try again"
        ) from None


def _nothing(comparison):
    none = pd.DataFrame(columns=["kind", "indicator", "period", "region_code", "message"])
    return Preview(comparison, none, pd.DataFrame(), 0, [])


def _follows(comparison, package, copy, effects):
    found = checks(comparison.figures, package, copy)
    if not effects:
        return Preview(comparison, found, pd.DataFrame(), 0, [])
    before, after = facts.load(package), facts.load(copy)
    provinces = sorted({c[:2] + "00" for c in before.coverage["region_code"]} - {"0000"})
    codes = [c for p in provinces for c in (p, *(r.code for r in children(p)))]
    try:
        moved = changes.headlines(before, after, codes)
    except UcjError as error:  # the figures can be taken all the same; that a brief cannot be made must be seen
        said = {"kind": "briefs", "indicator": "", "period": "", "region_code": "", "message": str(error)}
        return Preview(comparison, pd.concat([found, pd.DataFrame([said])], ignore_index=True), pd.DataFrame(), 0, [])
    return Preview(comparison, found, moved, moved.attrs["of"], [])


__all__ = ["Comparison", "Preview", "accept", "preview", "refused", "rehearse", "undo"]
