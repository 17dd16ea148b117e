"""What the notebooks share: widgets in JupyterLab, plain drawing when run unattended, sources at the end."""

import os
from html import escape

import pandas as pd

from ucj_analysis import catalog
from ucj_analysis.regions import children, get

UNATTENDED = "UCJ_UNATTENDED"


def explore(draw, **choices):
    """Call ``draw`` with widgets for its arguments; once, with the first choice of each, when run unattended.

    Parameters
    ----------
    draw : callable
        Takes the choices by name and returns what is to be displayed.
    choices : (start, options) or (start, {label: value}) per argument
    """
    from IPython.display import display

    starts = {name: start for name, (start, _) in choices.items()}
    if os.environ.get(UNATTENDED):
        display(draw(**starts))
        return
    import ipywidgets

    controls = {}
    for name, (start, options) in choices.items():
        pairs = list(options.items()) if isinstance(options, dict) else [(str(o), o) for o in options]
        controls[name] = ipywidgets.Dropdown(options=pairs, value=start, description=name)
    shown = ipywidgets.interactive_output(lambda **values: display(draw(**values)), controls)
    display(ipywidgets.VBox([ipywidgets.HBox(list(controls.values())), shown]))


def region_choices(province="7500", *, with_province=True):
    """Labels and codes of a province's regions, for `explore`."""
    own = {get(province).label("en"): province} if with_province else {}
    return own | {r.label("en"): r.code for r in children(province)}


def table(frame, digits=2):
    """Return a frame as a plain table: no index, thousands separated, a missing value as a dash."""
    from IPython.display import HTML

    def show(value):
        if pd.isna(value):
            return "–"
        if isinstance(value, float):
            text = f"{value:,.{digits}f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        return escape(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))

    numeric = [pd.api.types.is_numeric_dtype(frame[c]) for c in frame.columns]
    kinds = [' class="num"' if n else "" for n in numeric]
    head = "".join(f'<th scope="col"{k}>{escape(str(c))}</th>' for c, k in zip(frame.columns, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{k}>{show(v)}</td>" for v, k in zip(row, kinds, strict=True)) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return HTML(f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def sources(ids):
    """Return the sources of some rows as Markdown, in the order given."""
    from IPython.display import Markdown

    seen = list(dict.fromkeys(i for text in ids for i in str(text).split()))
    lines = []
    for row in catalog.cite(seen).itertuples():
        title = f"[{row.title}]({row.url})" if row.url else row.title
        lines.append(f"- {title}. {row.publisher}{', ' + row.published if row.published else ''}.")
    return Markdown("\n".join(lines))


def say(text):
    """Return a sentence with computed figures as Markdown."""
    from IPython.display import Markdown

    return Markdown(text)
