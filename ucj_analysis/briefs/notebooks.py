"""Run a notebook unattended and turn it into one self-contained, script-free HTML page."""

import ast
import copy
import os
import re

from markupsafe import Markup

from ucj_analysis import __version__
from ucj_analysis.briefs import page
from ucj_analysis.errors import UcjError

TIMEOUT = 300  # seconds a cell may take


def read(path):
    """Read a notebook; refuse what is none."""
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        raise UcjError(f"{path} is not a notebook ({type(error).__name__}); restore it from version control") from None


def with_parameters(notebook, parameters):
    """Return a copy whose tagged cell ``parameters`` is followed by one that sets ``parameters``."""
    import nbformat

    out = copy.deepcopy(notebook)
    if not parameters:
        return out
    at = next((i for i, c in enumerate(out.cells) if "parameters" in c.metadata.get("tags", ())), None)
    if at is None:
        raise UcjError("the notebook has no cell tagged `parameters`, so none can be set")
    names = (n for n in ast.walk(ast.parse(out.cells[at].source)) if isinstance(n, ast.Name))
    declared = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    unknown = set(parameters) - declared
    if unknown:
        raise UcjError(f"no parameter {sorted(unknown)[0]!r}: the notebook declares {', '.join(sorted(declared))}")
    source = "\n".join(f"{k} = {v!r}" for k, v in sorted(parameters.items()))
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
    cell["id"] = "injected-parameters"
    out.cells.insert(at + 1, cell)
    return out


def execute(notebook, name, folder):
    """Run all cells in a fresh kernel and return the notebook with outputs.

    Raises
    ------
    UcjError
        Naming notebook, cell and the last line of the error.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    env = os.environ | {"UCJ_UNATTENDED": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    try:
        return client.execute(env=env)
    except CellExecutionError as error:
        number = sum(1 for c in notebook.cells if c.cell_type == "code" and c.get("execution_count"))
        raise UcjError(
            f"notebook {name}, code cell {max(number, 1)}: {error.ename}: {str(error.evalue).splitlines()[0]}"
        ) from None
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        raise UcjError(f"notebook {name} stopped: {str(error).splitlines()[0]}") from None


def to_html(notebook, title):
    """Return the page: cells and outputs, pictures with their alt text, no script, no external request."""
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter

    exporter = HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(notebook)
    body = re.sub(r"<script\b.*?</script>", "", body, flags=re.S | re.I)
    body = re.sub(r'<a class="anchor-link".*?</a>', "", body, flags=re.S)
    code_css = HtmlFormatter(style="default").get_style_defs(".highlight")
    return page.render(
        "notebook.html.j2", title=title, body=Markup(body), code_css=Markup(code_css), code_version=__version__
    )


def title_of(notebook):
    """First heading of the notebook."""
    for cell in notebook.cells:
        match = re.search(r"^#\s+(.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        if match:
            return match.group(1).strip()
    raise UcjError("the notebook has no first heading to serve as its title")
