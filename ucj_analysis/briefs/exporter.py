"""nbconvert exporter of the brief notebook: the parts it shows, in their order, as one closed page.

`jupyter nbconvert --to ucj_analysis.briefs.exporter.BriefExporter notebooks/brief.ipynb` after running the notebook by
hand gives the file that `ucj briefs` writes. Code is not shown. What an analyst adds is: Markdown cells, tables,
pictures and printed text, in the place of their cells; cells tagged ``note`` stay out.
"""

import base64
import re
from html import escape

from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from traitlets import List, Unicode

from ucj_analysis import __version__
from ucj_analysis.briefs import page
from ucj_analysis.briefs.section import MIME
from ucj_analysis.errors import UcjError

_ACTIVE = re.compile(r"<(script|iframe|object|embed|form|link|base|meta)\b.*?(?:</\1\s*>|/?>)", re.S | re.I)
_HANDLER = re.compile(r"\s(?:on\w+|srcdoc)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I)
_UNNAMED = {"id": "Gambar yang ditambahkan pada buku kerja", "en": "Picture added in the notebook"}


class BriefExporter(TemplateExporter):
    """Exporter of an executed brief notebook to the page of the brief."""

    export_from_notebook = "Policy brief (ucj_analysis)"
    output_mimetype = "text/html"
    default_preprocessors = List([])
    template_file = Unicode("brief.html.j2")

    def _file_extension_default(self):
        return ".html"

    def _create_environment(self):
        environment = page.environment()
        environment.filters["blocks"] = blocks
        return environment

    def from_notebook_node(self, nb, resources=None, **kw):
        """Return (HTML, resources)."""
        heads = [o["data"][MIME] for c in nb.cells for o in c.get("outputs", ()) if MIME in o.get("data", {})]
        head = next((h for h in heads if "title" in h), None)
        if head is None:
            raise UcjError("the notebook shows no head (a cell with brief.head()): run it, or put the cell back")
        resources = {**(resources or {}), "head": head, "version": __version__}
        html, resources = super().from_notebook_node(nb, resources, **kw)
        return page.tidy(html), resources


def blocks(nb, lang):
    """Pieces of the page: ("head" or "main" or "foot", HTML)."""
    out = []
    for cell in nb.cells:
        if "note" in cell.metadata.get("tags", ()):
            continue
        if cell.cell_type == "markdown":
            out.append(("main", _added(_markdown(cell.source))))
        for output in cell.get("outputs", ()) if cell.cell_type == "code" else ():
            out += _shown(output, cell, lang)
    return out


def _shown(output, cell, lang):
    if output.output_type == "stream":
        return [("main", _added(f"<pre>{escape(output.text)}</pre>"))] if output.name == "stdout" else []
    if output.output_type == "error":
        raise UcjError(f"a cell of the notebook ended in {output.ename}: {output.evalue}; run it again")
    data = output.data
    if MIME in data:
        return [(data[MIME]["place"], Markup(data["text/html"]))]
    if "application/vnd.jupyter.widget-view+json" in data:
        return []  # a control needs a kernel; `notebook.explore` draws its first choice instead
    if "text/html" in data:
        return [
            (
                "main",
                _added(f'<div class="wide" tabindex="0">{_HANDLER.sub("", _ACTIVE.sub("", data["text/html"]))}</div>'),
            )
        ]
    for kind in ("image/svg+xml", "image/png", "image/jpeg"):
        if kind in data:
            raw = data[kind]
            body = base64.b64encode(raw.encode()).decode() if kind == "image/svg+xml" else raw.replace("\n", "")
            said = output.metadata.get("alt") or cell.metadata.get("alt") or _UNNAMED[lang]
            return [("main", _added(f'<figure><img src="data:{kind};base64,{body}" alt="{escape(said)}"></figure>'))]
    if "text/markdown" in data:
        return [("main", _added(_markdown(data["text/markdown"])))]
    return [("main", _added(f"<pre>{escape(data['text/plain'])}</pre>"))] if "text/plain" in data else []


def _added(html):
    """What an analyst added, one level below the heading of the page."""
    html = re.sub(r"<(/?)h1\b", r"<\1h2", html)
    return Markup('<section class="added">{}</section>\n').format(Markup(html))


def _markdown(text):
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    html = markdown2html_mistune(text)
    return _HANDLER.sub("", _ACTIVE.sub("", re.sub(r'<a class="anchor-link".*?</a>', "", html, flags=re.S)))
