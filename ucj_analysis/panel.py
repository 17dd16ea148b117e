"""Sliders of notebook 07: region, target, year, payers, discount and path; one chart kept and filled again.

The picture is a widget whose value is replaced, not an output area that is cleared and printed to: no flicker, and
the redraw stays below what a hand notices.
"""

import base64
import os
from html import escape

from ucj_analysis import scenarios
from ucj_analysis.errors import UcjError
from ucj_analysis.figures.budget import LivePath, path_chart
from ucj_analysis.language import number
from ucj_analysis.metrics import budget
from ucj_analysis.notebook import UNATTENDED, region_choices
from ucj_analysis.regions import get

RULES = "rules"  # a dropdown shows nothing for None
DISCOUNTS = {"as the rules have it": RULES, "none": 0.0, "50 percent": 50.0, "75 percent": 75.0}


def show(inputs, scenario, region, folder):
    """Display the panel; run unattended, the chart and the sentence of the scenario as given.

    Parameters
    ----------
    inputs : facts.Inputs
    scenario : scenarios.Scenario
        Where the sliders stand at first.
    region : str
        BPS code.
    folder : path
        Where "Save" writes.
    """
    from IPython.display import HTML, display

    if os.environ.get(UNATTENDED):
        try:
            frame = scenarios.table(inputs, region, scenario)
        except UcjError as error:
            display(HTML(f"<p>{escape(str(error))}</p>"))
            return None
        title = heading(region, scenario)
        display(path_chart(frame, alt=alt(frame, region), lang="en", title=title, height=2.2, show_title=True))
        display(HTML(f"<p>{escape(reading(frame))}</p>"))
        return None
    panel = Panel(inputs, scenario, region, folder)
    display(panel.box)
    return panel


def heading(region, scenario):
    """Title of the chart."""
    return f"{get(region).label('en')}: {scenario.target:g} percent by {scenario.year}"


def alt(frame, region):
    """What the chart shows, in words."""
    by_year = frame.groupby("year")[["extra", "cost"]].sum()
    said = "; ".join(
        f"{y}: {number(r['extra'], 'en')} people, {scenarios.money(r['cost'])}" for y, r in by_year.iterrows()
    )
    return f"People added in {get(region).label('en')} and their dues a year: {said}."


def reading(frame):
    """One sentence on the year of the target."""
    last = frame[frame["year"] == frame["year"].max()]
    said = {k: tuple(float(last[f"{k}{b}"].sum()) for b in budget.BOUNDS) for k in ("extra", "cost", "real")}
    people = scenarios.ranged(said["extra"], lambda x: number(x, "en"))
    return (
        f"In {int(last['year'].iloc[0])}: {people} people added, dues {scenarios.ranged(said['cost'], scenarios.money)} a year "
        f"({scenarios.ranged(said['real'], scenarios.money)} in rupiah of 2025)."
    )


class Panel:
    """Controls and chart; ``box`` is the widget to display, ``scenario`` what the controls say.

    Attributes
    ----------
    controls : dict of str to widget
    picture, text, saved : ipywidgets.HTML
    """

    def __init__(self, inputs, scenario, region, folder):
        import ipywidgets as w

        self.inputs, self.start, self.folder = inputs, scenario, folder
        self.live, self.known = LivePath(), {}
        first = int(inputs.as_of[:4]) + 1
        wide = {"style": {"description_width": "9em"}, "layout": w.Layout(width="26em")}
        share = round(scenario.payers.get("APBD kabupaten", 0))
        province = round(scenario.payers.get("APBD provinsi", 0))
        self.rest = next((p for p in scenario.payers if not p.startswith("APBD")), "CSR")
        discount = RULES if scenario.discount is None else scenario.discount
        discounts = DISCOUNTS | ({} if discount in DISCOUNTS.values() else {f"{discount:g} percent": discount})
        self.controls = {
            "region": w.Dropdown(options=list(region_choices().items()), value=region, description="Region", **wide),
            "base": w.Dropdown(options=list(scenarios.BASES), value=scenario.base, description="Denominator", **wide),
            "target": w.IntSlider(value=round(scenario.target), min=5, max=100, description="Target, percent", **wide),
            "year": w.IntSlider(
                value=scenario.year, min=first, max=max(2040, scenario.year), description="Year", **wide
            ),
            "path": w.Dropdown(options=list(budget.PATHS), value=scenario.path, description="Path", **wide),
            "share": w.IntSlider(value=share, min=0, max=100, step=5, description="APBD kabupaten", **wide),
            "province": w.IntSlider(value=province, min=0, max=100, step=5, description="APBD provinsi", **wide),
            "discount": w.Dropdown(options=list(discounts.items()), value=discount, description="Discount", **wide),
            "months": w.Dropdown(
                options=list(budget.CONVENTIONS), value=scenario.months, description="Months paid", **wide
            ),
        }
        self.picture, self.text, self.saved = w.HTML(), w.HTML(), w.HTML()
        self.name = w.Text(value=scenario.name, description="Name", **wide)
        self.auto = self._named()
        button = w.Button(description="Save scenario", tooltip="Writes YAML, CSV and the section of a brief")
        button.on_click(lambda _: self.save())
        for control in self.controls.values():
            control.observe(lambda _: self.redraw(), names="value")
        cells = list(self.controls.values())
        rows = [w.HBox(cells[i : i + 3], layout=w.Layout(flex_flow="row wrap")) for i in range(0, len(cells), 3)]
        self.box = w.VBox([*rows, self.picture, self.text, w.HBox([self.name, button]), self.saved])
        self.redraw()

    @property
    def region(self):
        """Code of the region chosen."""
        return self.controls["region"].value

    @property
    def scenario(self):
        """What the controls say; whatever the two budgets leave is CSR, or the other payer of the scenario it began with."""
        values = {k: c.value for k, c in self.controls.items()}
        share, province = values.pop("share"), values.pop("province")
        values.pop("region")
        rest = 100 - share - province
        if rest < 0:
            raise UcjError(
                f"the two budgets pay {share + province} percent: expected at most 100; the rest is {self.rest}"
            )
        mix = {"APBD kabupaten": share, "APBD provinsi": province, self.rest: rest}
        values["discount"] = None if values["discount"] == RULES else values["discount"]
        base = {"name": self.name.value, "note": self.start.note, "sector": self.start.sector, "jht": self.start.jht,
                "inflation": self.start.inflation, "growth": self.start.growth}  # fmt: skip
        return scenarios.check(base | values | {"payers": {k: v for k, v in mix.items() if v}})

    def frame(self):
        """The table of the scenario."""
        chosen, key = self.scenario, (self.region, self.controls["base"].value)
        if key not in self.known:
            self.known[key] = scenarios.ground(self.inputs, *key)
        return scenarios.table(self.inputs, self.region, chosen, self.known[key])

    def _named(self):
        """The name a scenario gets from its target and year."""
        return f"{self.controls['target'].value} percent by {self.controls['year'].value}"

    def redraw(self):
        """Fill picture and sentence; a scenario that cannot be shows its reason instead."""
        if self.name.value == self.auto:  # until the analyst names it
            self.name.value = self.auto = self._named()
        try:
            frame = self.frame()
        except UcjError as error:
            self.picture.value, self.text.value = "", f"<p><strong>{escape(str(error))}</strong></p>"
            return
        data = base64.b64encode(self.live.png(frame, heading(self.region, self.scenario))).decode("ascii")
        said = escape(alt(frame, self.region), quote=True)
        self.picture.value = f'<img class="ucj-path" src="data:image/png;base64,{data}" alt="{said}">'
        self.text.value = f"<p>{escape(reading(frame))}</p>"

    def save(self):
        """Write the scenario; say where, or why not."""
        try:
            made = scenarios.export(self.inputs, self.scenario, self.region, self.folder)
        except UcjError as error:
            self.saved.value = f"<p><strong>{escape(str(error))}</strong></p>"
            return
        self.saved.value = f"<p>Saved in {escape(str(self.folder))}: {escape(', '.join(p.name for p in made))}</p>"
