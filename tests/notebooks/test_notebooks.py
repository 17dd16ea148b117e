"""Notebooks run unattended with other parameters, are stripped and short, and end in findings, caveats, sources."""

import re

import nbformat
import pytest

from ucj_analysis import paths
from ucj_analysis.briefs import notebooks
from ucj_analysis.errors import UcjError

BOOKS = sorted(paths.notebooks_dir().glob("[0-9]*.ipynb"))
OTHERS = {
    "01_data_and_sources": {"REGION": "7503"},
    "02_coverage_by_regency": {"REGION": "7505", "TARGET": 80, "LANG": "id"},
    "03_poverty_paths": {"REGION": "7571", "INDICATOR": "P1", "START": 2022},
    "05_enrolment_and_extreme_poverty": {"LANG": "id", "SIMULATIONS": 500},
    "06_what_would_settle_it": {"LANG": "id", "REGIONS": [6, 20], "PANELS": 1},
}


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_source_is_clean(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [c for c in book.cells if c.cell_type == "code"]
    assert all(not c.outputs and c.execution_count is None for c in code)
    assert all(len(c.source.splitlines()) <= 25 for c in code)
    assert sum("parameters" in c.metadata.get("tags", ()) for c in code) == 1
    heads = [h for c in book.cells if c.cell_type == "markdown" for h in re.findall(r"^## (.+)$", c.source, re.M)]
    assert heads[-3:] == ["Findings", "Caveats", "Sources"]
    assert "**Question.**" in book.cells[0].source


def test_brief_notebook_is_clean():
    """The notebook of the briefs (tests/briefs runs it): short cells, parameters, no outputs."""
    book = nbformat.read(paths.notebooks_dir() / "brief.ipynb", as_version=4)
    nbformat.validate(book)
    code = [c for c in book.cells if c.cell_type == "code"]
    assert all(not c.outputs and c.execution_count is None for c in code)
    assert max(len(c.source.splitlines()) for c in code) <= 3
    assert [c.id for c in code if "parameters" in c.metadata.get("tags", ())] == ["parameters"]
    assert "**Question.**" in book.cells[0].source
    notes = [c for c in book.cells if c.cell_type == "markdown"]
    assert all("note" in c.metadata["tags"] for c in notes)  # they explain the notebook, and stay out of the brief


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_runs_with_other_parameters_and_keeps_alt_text(path):
    book = notebooks.with_parameters(notebooks.read(path), OTHERS.get(path.stem, {}))
    done = notebooks.execute(book, path.name, path.parent)
    html = notebooks.to_html(done, notebooks.title_of(done))
    assert "<script" not in html
    assert not re.search(r'src="(?!data:)', html)
    assert all(alt.strip() for alt in re.findall(r'<img[^>]*?alt="([^"]*)"', html))
    assert html.count("<img") == html.count("alt=")
    assert html.count("<img") >= 1
    outputs = [o for c in done.cells if c.cell_type == "code" for o in c.outputs]
    assert not any(o.output_type == "stream" and o.name == "stderr" for o in outputs)
    assert not any("application/vnd.jupyter.widget-view+json" in o.get("data", {}) for o in outputs)


def test_unknown_parameter_is_named():
    with pytest.raises(UcjError, match="no parameter 'REGON': the notebook declares"):
        notebooks.with_parameters(notebooks.read(BOOKS[0]), {"REGON": "7504"})


def test_failing_cell_names_notebook_cell_and_error(tmp_path):
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("a = 1"), nbformat.v4.new_code_cell("raise ValueError('no figures of 2031')")]
    )
    with pytest.raises(UcjError, match=r"notebook x\.ipynb, code cell 2: ValueError: no figures of 2031"):
        notebooks.execute(book, "x.ipynb", tmp_path)


def test_what_is_no_notebook_is_named(tmp_path):
    (tmp_path / "x.ipynb").write_text("{}")
    with pytest.raises(UcjError, match="is not a notebook"):
        notebooks.read(tmp_path / "x.ipynb")


def test_widgets_appear_in_jupyterlab(monkeypatch):
    """Without the mark of an unattended run a notebook shows its controls."""
    import ipywidgets
    from IPython import display

    from ucj_analysis import notebook

    monkeypatch.delenv(notebook.UNATTENDED, raising=False)
    shown, drawn = [], []
    monkeypatch.setattr(display, "display", shown.append)
    notebook.explore(lambda **a: drawn.append(a), region=("7504", notebook.region_choices()), year=(2025, [2024, 2025]))
    (box,) = shown[-1:]
    assert isinstance(box, ipywidgets.VBox)
    region, year = box.children[0].children
    assert (region.value, year.value) == ("7504", 2025)
    assert len(region.options) == 7
    assert drawn[-1] == {"region": "7504", "year": 2025}
    region.value = "7501"
    assert drawn[-1] == {"region": "7501", "year": 2025}
    monkeypatch.setenv(notebook.UNATTENDED, "1")
    notebook.explore(lambda **a: drawn.append(a), region=("7503", ["7503"]))
    assert drawn[-1] == {"region": "7503"}
