"""The verdict: a slope never without its limits, the tier by rule, the sentences true to their numbers in both languages."""

import itertools
import pickle
import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from markupsafe import Markup

from ucj_analysis import language
from ucj_analysis.briefs import facts, quantity, relation
from ucj_analysis.errors import UcjError
from ucj_analysis.figures import relation as figures
from ucj_analysis.models import donors, estimators, identification, inference, panel, power, verdict, verdict_words

ROW = {"spec_id": "T1", "role": "primary", "outcome": "extreme", "base": "employed", "payers": "regency", "readings": "all",
       "lag": 0, "years": "", "completion": "lower", "estimator": "fixed effects", "covariates": "",
       "inference": "randomisation", "declared": "2026-01-02", "reason": ""}  # fmt: skip


def made(doses, y, *, first=2011, wide=0.0, covariates=None):
    """A Panel of made-up regions: doses and outcomes (G, T); intervals reach ``wide`` above the dose."""
    G, T = np.shape(doses)
    cells = pd.DataFrame({
        "region_code": np.repeat([f"S{i + 1:03d}" for i in range(G)], T), "year": np.tile(np.arange(first, first + T), G),
        "extreme": np.ravel(y), "dose_employed_lower": np.ravel(doses), "dose_employed_upper": np.ravel(doses) + wide,
    })  # fmt: skip
    cells = cells.reindex(columns=panel.CELLS)
    cells[["employed_lower", "persons_lower", "persons_upper"]] = 1000.0
    cells["status"] = "bounded" if wide else "known"
    cells["reason"] = cells["rows"] = ""
    for name, values in (covariates or {}).items():
        cells[name] = np.ravel(values)
    caps = pd.DataFrame(columns=["year", "persons", "rows"])
    return panel.Panel(cells, caps, pd.DataFrame(), "regency", False)


def table(p, *more, **change):
    years = " ".join(str(y) for y in sorted(p.cells["year"].unique()))
    rows = [ROW | {"years": years} | change]
    rows += [rows[0] | {"role": "alternative", "spec_id": f"T{i + 2}"} | m for i, m in enumerate(more)]
    return pd.DataFrame(rows)


def judge(p, *more, ask=0, **change):
    return verdict.judge(p, table(p, *more, **change), simulations=200, ask=ask)


def ramps(G, T, seed=0):
    """Doses that start in different years and reach different heights."""
    random = np.random.default_rng(seed)
    start, top = random.permutation(1 + np.arange(G) % (T - 2)), random.uniform(20, 45, G)
    return np.clip((np.arange(T) - start[:, None] + 1) / 3, 0, 1) * top[:, None]


def related(effect, sd, G=8, T=7, seed=0, **more):
    """A panel with a known slope per point of dose."""
    random = np.random.default_rng(seed)
    d = ramps(G, T, seed)
    y = random.uniform(5, 9, G)[:, None] + random.normal(0, 1, T) + effect * d + random.normal(0, sd, (G, T))
    return made(d, y, **more)


@pytest.fixture(scope="module")
def tiers():
    """One verdict of each tier, from made-up panels whose truth is known."""
    G = 24  # with fewer regions one large dose cannot be told from chance: it would fall to each of them as often
    d = np.zeros((G, 6))
    d[0, 2:], d[1:, 4:] = 40, np.linspace(1, 5, G - 1)[:, None]
    y = np.random.default_rng(3).normal(0, 0.1, (G, 6)) - 0.05 * np.where(np.arange(G)[:, None] == 0, d, 0)
    alone = np.zeros((6, 6))
    alone[2, 3:] = 30.0
    return {
        0: judge(made(alone, np.random.default_rng(1).normal(0, 1, (6, 6)))),
        1: judge(related(0.0, 1.0)),
        2: judge(made(d, y)),
        3: judge(related(-0.1, 0.1)),
    }


@pytest.fixture(scope="module")
def real(inputs):
    """The verdict on the data package."""
    return inputs.relation


# -- a slope and its limits ------------------------------------------------------------------------------------------------


def test_a_slope_cannot_be_made_without_limits(tiers):
    bare = inference.Verdict(-0.1, None, None, None, 0.95, 1, 1, 1, True, "m", "abs_slope")
    for test in (None, bare):
        with pytest.raises(UcjError, match="a slope needs its limits: an interval, or the reason why there is none"):
            verdict.Slope(-0.1, test, (-1, 1), "proven", "not determined")
    good = inference.Verdict(-0.1, 0.2, -0.3, 0.2, 0.95, 4, 20, 20, True, "m", "abs_slope")
    for allowed in ((), (np.nan, 1.0)):
        with pytest.raises(UcjError, match="a slope needs the set of slopes"):
            verdict.Slope(-0.1, good, allowed, "proven", "not determined")


def test_a_slope_has_no_number_of_its_own(tiers):
    s = tiers[3].primary.slope
    names = {n for n in dir(s) if not n.startswith("_")}
    assert names == {"allowed", "proof", "sign", "record", "text", "same_sign", "settled", "p", "reason"}
    for turn in (float, int, abs, round):
        with pytest.raises(TypeError):
            turn(s)
    with pytest.raises(UcjError, match="a slope has no format '.2f'"):
        f"{s:.2f}"


@pytest.mark.parametrize("tier", [0, 1, 2, 3])
def test_wherever_a_slope_is_shown_its_limits_are(tiers, tier):
    v = tiers[tier]
    records = [v.record(), v.record("id"), *v.curve_table().to_dict("records"), *v.without_table().to_dict("records")]
    for r in records:
        assert {"slope_per_10", "lower", "upper", "k", "n", "record_lower", "record_upper"} <= set(r)
        if r["slope_per_10"] == r["slope_per_10"]:
            assert (r["lower"] <= r["slope_per_10"] <= r["upper"]) or r["no_interval"]
            assert r["record_lower"] - 1e-9 <= r["slope_per_10"] <= r["record_upper"] + 1e-9
    r = v.primary.record()
    if r["slope_per_10"] != r["slope_per_10"]:
        return
    shown = [repr(v), str(v), repr(v.primary.slope), str(v.primary.slope), f"{v.primary.slope}", repr(v.primary)]
    shown += [v.said("en")["primary"], v.said("en")["verdict"]]
    for text in shown:
        for limit in ("slope_per_10", "lower", "upper", "record_lower", "record_upper"):
            assert language.number(r[limit], "en", 2, sign=True) in text, (limit, text)
        assert f"{language.number(r['k'], 'en')} of {language.number(r['n'], 'en')} assignments" in text
    for lang in ("en", "id"):
        for part, (template, _) in v.parts(lang).items():
            if "{slope}" in template:
                assert ("{lower}" in template and "{upper}" in template) or verdict_words.SAY[lang]["no_interval"][
                    8:20
                ] in template
                assert "{a}" in template or verdict_words.SAY[lang]["any"] in template, part
            else:  # then no number of it either
                numbers = [
                    x
                    for x in (v.said(lang)[part]).split()
                    if x.strip(".,;:()") == language.number(r["slope_per_10"], lang, 2, sign=True)
                ]
                assert not numbers, part


def test_no_picture_of_slopes_without_limits(tiers):
    frame = tiers[3].without_table().assign(label="x")
    with pytest.raises(UcjError, match="slopes are not drawn without their limits: no column lower, record_upper"):
        figures.slopes(
            frame.drop(columns=["lower", "record_upper"]), alt="a", lang="en", title="t", unit="u", source="s"
        )


# -- tiers -----------------------------------------------------------------------------------------------------------------


def test_each_tier_from_a_truth_that_is_known(tiers):
    assert [v.tier for v in tiers.values()] == [0, 1, 2, 3]
    assert "only S003 has a dose" in tiers[0].why
    assert "cannot be told apart from no relation" in tiers[1].said("en")["verdict"]
    assert tiers[2].rests_on[0] == "S001"
    assert "is suggestive, and rests on S001" in tiers[2].said("en")["verdict"]
    assert "is associated with lower values of the estimated extreme-poverty rate" in tiers[3].said("en")["verdict"]
    assert (
        "berasosiasi dengan perkiraan persentase kemiskinan ekstrem yang lebih rendah" in tiers[3].said("id")["verdict"]
    )
    up = judge(related(0.1, 0.1))
    assert up.tier == 3
    assert "higher values of" in up.said("en")["verdict"]


def test_doses_as_intervals_lower_the_tier():
    """The same outcomes and lower ends; the wider the intervals, the less is said."""
    tier = [judge(related(-0.1, 0.1, G=6, wide=w)).tier for w in (0.0, 0.5, 60.0)]
    assert tier[0] == 3
    assert tier[2] == 1
    assert sorted(tier, reverse=True) == tier
    open_ = judge(related(-0.1, 0.1, G=6, wide=60.0))
    assert open_.set_.sign == "not determined"
    assert open_.primary.slope.settled  # the declared doses alone would have said more
    assert "give slopes of both signs" in open_.said("en")["verdict"]


def test_a_settled_sign_with_an_interval_that_fails_at_an_end_stays_in_tier_one(tiers):
    s = tiers[3].primary
    assert verdict.decide(s, 0.2, {}, ())[:2] == (1, verdict.RULE[2][1])
    assert verdict.decide(s, 0.01, {}, ())[0] == 3


def test_another_specification_that_turns_the_sign_makes_it_rest_on_the_specification():
    p = related(-0.1, 0.1)
    cells = p.cells.assign(P0=-p.cells["extreme"])
    p = panel.Panel(cells, p.caps, p.events, p.payers, p.strict)
    v = judge(p, {"outcome": "P0"})
    assert v.tier == 2
    assert v.rests_on == ("T2",)
    assert "rests on the specification (T2)" in v.said("en")["verdict"]
    assert "bertumpu pada pilihan spesifikasi (T2)" in v.said("id")["verdict"]


def test_rule_and_tiers_stand_in_the_method(root):
    text = (root / "docs" / "method.md").read_text(encoding="utf-8")
    for tier, condition in verdict.RULE:
        assert f"| {tier} | {condition} | {verdict.TIERS[tier]}" in text


# -- refusals --------------------------------------------------------------------------------------------------------------


def collinear():
    d = ramps(6, 6)
    y = np.random.default_rng(0).normal(0, 1, (6, 6))
    return made(d, y, covariates={"hdi": d * 2}), {"covariates": "hdi"}


def missing():
    p = related(0.0, 1.0)
    return panel.Panel(
        p.cells[~((p.cells.region_code == "S002") & (p.cells.year == 2013))], p.caps, p.events, p.payers, False
    ), {}


def one_row():
    p = related(0.0, 1.0)
    keep = (p.cells.region_code != "S002") | (p.cells.year == 2013)
    return panel.Panel(p.cells[keep], p.caps, p.events, p.payers, False), {}


def one_treated():
    d = np.zeros((6, 6))
    d[1, 2:] = 30
    return made(d, np.random.default_rng(0).normal(0, 1, (6, 6))), {}


def constant():
    return made(np.full((6, 6), 12.0), np.random.default_rng(0).normal(0, 1, (6, 6))), {}


def few():
    """Two regions with a dose of the same path: 15 assignments."""
    d = np.zeros((6, 6))
    d[:2, 3:] = 20
    return made(d, np.random.default_rng(0).normal(0, 1, (6, 6))), {}


REFUSED = [
    (one_treated, "only S002 has a dose in these years", "hanya satu daerah"),
    (constant, "the dose does not vary beyond|constant", "dosis tidak bervariasi"),
    (
        missing,
        "no extreme with a dose 0 years before for 2013 in every region; .* nothing is filled in",
        "ada tahun tanpa angka",
    ),
    (one_row, "nothing is filled in", "ada tahun tanpa angka"),
    (collinear, "linear combination|does not vary", "kombinasi linear|tidak bervariasi"),
    (few, "15 distinct ways, and at least 20 are needed", "terlalu sedikit cara"),
]


@pytest.mark.parametrize(("make", "english", "indonesian"), REFUSED, ids=lambda x: getattr(x, "__name__", None))
def test_a_refusal_is_tier_zero_with_its_reason(make, english, indonesian):
    p, change = make()
    v = judge(p, **change)
    assert v.tier == 0
    assert re.search(english, v.why)
    assert re.search(english, v.said("en")["verdict"])
    assert v.said("en")["verdict"].startswith("These data can only be described: ")
    assert re.search(indonesian, v.said("id")["verdict"])
    assert v.record()["tier"] == 0
    assert len(v.curve_table()) == 1


def test_the_table_must_declare_one_primary_specification():
    p = related(0.0, 1.0)
    both = table(p, {"role": "primary"})
    with pytest.raises(UcjError, match="expected one row with the role primary, found 2"):
        verdict.judge(p, both)
    with pytest.raises(UcjError, match="found 0"):
        verdict.judge(p, both.assign(role="alternative"))


def test_what_is_not_offered_is_named(tiers):
    p = related(0.0, 1.0, G=5)
    v = judge(p, {"estimator": "splines"}, {"payers": "all"}, {"covariates": "height"})
    said = [s.refusal for s in v.curve[1:]]
    assert said[0].startswith("estimator='splines': expected one of fixed effects")
    assert said[1] == "no panel with payers=all and readings=all"
    assert said[2] == "no covariate height in the panel"
    assert len(v.curve_table()) == 4


# -- numbers against other ways -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ["first differences", "lagged outcome"])
def test_reassigned_against_refitting_every_permutation(estimator):
    random = np.random.default_rng(4)
    G, T = 5, 6
    d, y = ramps(G, T, 2) + random.uniform(0, 3, (G, T)), random.normal(0, 1, (G, T)).cumsum(axis=1)
    unit, time = np.repeat(np.arange(G), T), np.tile(np.arange(T), G)
    make = estimators.differences if estimator == "first differences" else estimators.lagged
    found = verdict.reassigned(y.ravel(), d.ravel(), unit=unit, time=time, estimator=estimator)
    assert found.coef == pytest.approx(make(y.ravel(), d.ravel(), unit=unit, time=time).coef.iloc[0], rel=1e-10)
    every = []
    for order in itertools.permutations(range(G)):
        D = d[list(order)]
        if estimator == "first differences":
            lhs, x = np.diff(y).ravel(), [np.diff(D).ravel()]
        else:
            lhs, x = y[:, 1:].ravel(), [D[:, 1:].ravel(), y[:, :-1].ravel()]
        X = np.column_stack([*x, np.tile(np.eye(T - 1), (G, 1))])
        every.append(sm.OLS(lhs, X).fit().params[0])
    k = int((np.abs(every) >= abs(every[0]) * (1 - 1e-9)).sum())
    assert (found.k, found.n) == (k, 120)


def test_pairs_are_of_consecutive_years_only():
    """2018, 2021, 2022: one pair, 2021-22, and nothing across the gap."""
    random = np.random.default_rng(0)
    y, d = random.normal(0, 1, (6, 3)), random.uniform(0, 20, (6, 3))
    unit, time = np.repeat(np.arange(6), 3), np.tile([2018, 2021, 2022], 6)
    found = verdict.reassigned(y.ravel(), d.ravel(), unit=unit, time=time, estimator="first differences")
    dy, dx = y[:, 2] - y[:, 1], d[:, 2] - d[:, 1]
    assert found.coef == pytest.approx(np.polyfit(dx, dy, 1)[0])
    with pytest.raises(UcjError, match="no two consecutive years"):
        verdict.reassigned(y.ravel(), d.ravel(), unit=unit, time=np.tile([1, 3, 5], 6), estimator="lagged outcome")


def test_long_differences_are_the_fixed_effects_of_the_two_ends():
    p = related(-0.05, 0.5, G=6)
    v = judge(p, estimator="long differences")
    wide = p.cells.pivot(index="region_code", columns="year")
    dy, dx = (wide[c].iloc[:, -1] - wide[c].iloc[:, 0] for c in ("extreme", "dose_employed_lower"))
    assert v.primary.slope.record()["slope_per_10"] == pytest.approx(10 * np.polyfit(dx, dy, 1)[0])


@pytest.mark.parametrize("estimator", ["first differences", "lagged outcome"])
@pytest.mark.parametrize("seed", range(4))
def test_the_searched_set_against_a_grid(estimator, seed):
    """Three open cells: no point of a fine grid lies outside, and the grid comes close to both ends."""
    random = np.random.default_rng(seed)
    G, T = 4, 5
    d, y = ramps(G, T, seed) + random.uniform(0, 5, (G, T)), random.normal(0, 1, (G, T))
    open_ = random.choice(G * T, 3, replace=False)
    low, high = d.ravel().copy(), d.ravel().copy()
    low[open_], high[open_] = 0, 40
    rows = pd.DataFrame(
        {"region_code": np.repeat(["a", "b", "c", "d"], T), "year": np.tile(np.arange(T), G), "y": y.ravel()}
    )
    p = identification.problem(y.ravel(), low, high, unit=rows["region_code"], time=rows["year"])
    c, Q = verdict._form(rows, estimator)
    found = verdict._searched(p, d.ravel(), c, Q)
    points = np.tile(d.ravel(), (25**3, 1))
    points[:, open_] = np.array(list(itertools.product(np.linspace(0, 40, 25), repeat=3)))
    slopes = points @ c / np.einsum("ij,jk,ik->i", points, Q, points)
    make = estimators.differences if estimator == "first differences" else estimators.lagged
    one = make(y.ravel(), points[7], unit=rows["region_code"], time=rows["year"])
    assert slopes[7] == pytest.approx(one.coef.iloc[0], rel=1e-9)
    assert found[0] <= slopes.min() + 1e-9
    assert found[1] >= slopes.max() - 1e-9
    width = found[1] - found[0]
    assert found == pytest.approx((slopes.min(), slopes.max()), abs=0.05 * width)


def test_without_each_region_is_the_panel_without_it():
    v, p = judge(related(-0.05, 0.5, G=6)), related(-0.05, 0.5, G=6)
    keep = p.cells[p.cells["region_code"] != "S004"]
    other = judge(panel.Panel(keep, p.caps, p.events, p.payers, False))
    assert v.without["S004"].slope.record() == pytest.approx(other.primary.slope.record(), nan_ok=True)


def test_covariates_are_those_of_the_year_of_the_dose():
    p = related(-0.05, 0.5, covariates={"hdi": np.arange(56.0)})
    design = p.design(lag=1)
    found = verdict._covariates(p.cells, design.rows, "hdi")
    first = design.rows.iloc[0]
    at = p.cells[(p.cells.region_code == first.region_code) & (p.cells.year == first.year - 1)]
    assert found["hdi"].iloc[0] == at["hdi"].iloc[0]
    gone = p.cells.assign(hdi=p.cells["hdi"].where(p.cells["year"] != 2012))
    with pytest.raises(UcjError, match="no hdi for S001 in 2012: nothing is filled in"):
        verdict._covariates(gone, design.rows, "hdi")


# -- the data package --------------------------------------------------------------------------------------------------------


def test_the_verdict_on_the_record(real, inputs):
    """Every number of the verdict from functions below it, called one by one."""
    spec = inputs.package.table("specification")
    row = spec[spec["role"] == "primary"].iloc[0]
    design = panel.of(inputs).design(years=[int(y) for y in row["years"].split()])
    who = {"unit": design.rows["region_code"], "time": design.rows["year"]}
    one = inference.randomization_test(design.rows["y"], design.completion(), **who)
    found = identification.identify(design)
    r = real.primary.record()
    assert (r["k"], r["n"]) == (one.k, one.n)
    assert (r["slope_per_10"], r["lower"], r["upper"]) == pytest.approx((10 * one.coef, 10 * one.lower, 10 * one.upper))
    assert (r["record_lower"], r["record_upper"]) == pytest.approx((10 * found.lower, 10 * found.upper), rel=1e-7)
    assert found.sign == "not determined"
    assert real.tier == 1
    assert list(real.curve_table()["spec_id"]) == [row["spec_id"], *spec.loc[spec["role"] != "primary", "spec_id"]]
    left = inference.leave_one_out(design.rows["y"], design.completion(), **who)
    assert real.without_table().set_index("without")["slope_per_10"].to_dict() == pytest.approx(
        (10 * left["coef"]).to_dict()
    )
    top = real.ceiling.iloc[0]
    assert top["fall_upper"] == real.ceiling["fall_upper"].max()
    assert real.detectable.effect > top["fall"]


def test_both_languages_say_the_same_numbers(real, tiers):
    for v in (real, *tiers.values()):
        for part in v.said("en"):
            found = []
            for lang in ("en", "id"):
                text = v.said(lang)[part]
                text = re.sub(r"\d+ (January|Januari|November) \d{4}|T\d|M\d+", "", text)
                group, point = (".", ",") if lang == "id" else (",", ".")
                raw = re.findall(r"[−+]?\d[\d.,]*", text)
                found.append(
                    sorted(float(x.rstrip(".,").replace(group, "").replace(point, ".").replace("−", "-")) for x in raw)
                )
            if not (v.tier == 0 or "no slope" in v.said("en")[part]):
                assert found[0] == found[1], part


def test_sentences_follow_one_order(real):
    parts = list(real.said("en"))
    assert parts == [p for p in verdict_words.ORDER if p in parts] == list(real.said("id"))
    assert parts[0] == "ceiling"
    assert (
        parts.index("record")
        < parts.index("primary")
        < parts.index("curve")
        < parts.index("verdict")
        < parts.index("ask")
    )


CAUSAL = re.compile(
    r"menurunkan|menyebabkan|mengakibatkan|berkat\b|dampak|berdampak|pengaruh|mengurangi|menekan"
    r"|\breduc|\bcaus|\bleads? to|\bled to|\bimpact|\beffects? of|\bdue to\b|thanks to|\blowers\b|\braises\b",
    re.I,
)


def test_no_sentence_claims_a_cause(real, tiers):
    texts = [
        t
        for words in (verdict_words.SAY, relation._SAY, verdict_words.HEADINGS)
        for said in words.values()
        for t in said.values()
    ]
    texts += [t for v in (real, *tiers.values()) for lang in ("en", "id") for t in v.said(lang).values()]
    texts += [t for said in donors._SAID.values() for t in said.values()]
    assert len(texts) > 200
    for text in texts:
        assert not CAUSAL.search(text), text
    assert CAUSAL.search("Subsidised dues reduce extreme poverty")  # the net holds
    assert CAUSAL.search("program ini menurunkan kemiskinan")


def test_the_figures_to_ask_for_and_who_holds_them(real):
    asks = real.requests
    assert list(asks["order"]) == [1, 2, 3]
    assert asks["shrink"].is_monotonic_increasing
    assert asks["ask"].str.contains("BPJS Ketenagakerjaan").all()
    for r in asks.itertuples():
        assert f"{verdict.name(r.region_code)} {r.year}" in real.said("en")["ask"]
        assert f"{verdict.name(r.region_code)} {r.year}" in real.said("id")["ask"]
    assert real.requests["shrink"].iloc[0] == pytest.approx(real.values["shrink"].max(), abs=0.1)


# -- the brief -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_section_of_the_brief(inputs, real, lang):
    f = facts.gather(inputs, "7503")
    section = relation.section(inputs, f, quantity.Voice(lang), lang)
    text = " ".join(quantity.plain(p) for p in section.paragraphs)
    assert len(text.split()) <= 95
    assert len(section.paragraphs) == 1
    assert 2 <= text.count(". ") + 1 <= 3
    r = real.primary.record()
    for name in ("slope_per_10", "lower", "upper", "record_lower", "record_upper"):
        assert language.number(r[name], lang, 2, sign=True) in text
    assert language.number(real.ceiling.iloc[0]["fall"], lang, 1) in text
    assert language.number(real.detectable.effect, lang, 1) in text
    known = set(inputs.coverage["observation_id"]) | set(inputs.labour["observation_id"])
    for p in section.paragraphs:
        for rows in re.findall(r'data-rows="([^"]*)"', str(p)):
            assert rows.split()
            assert set(rows.split()) <= known
        left = re.sub(r"<(data|time)[^>]*>.*?</\1>", "", str(p))
        assert not re.search(r"\d", left), left
        assert isinstance(p, Markup)


def test_the_verdict_is_computed_once_a_run(inputs, monkeypatch):
    first = inputs.relation
    monkeypatch.setattr(verdict, "of", lambda *a, **k: pytest.fail("computed anew"))
    assert inputs.relation is first


def test_outside_the_province_there_is_no_section(inputs):
    f = type("F", (), {"province": type("P", (), {"code": "7100"})})
    assert relation.section(None, f, None, "id") is None


# -- figures and power -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["id", "en"])
def test_figures_show_every_row(real, inputs, lang):
    curve = real.curve_table().assign(label=verdict.labels(real, lang))
    common = {"alt": "a", "lang": lang, "title": "t", "unit": "u", "source": "s"}
    for chart, n in (
        (figures.slopes(curve, **common), len(curve)),
        (figures.slopes(real.without_table().assign(label="r"), **common), 6),
        (figures.ceiling_beside(real.ceiling, np.full(len(real.ceiling), 8.0), **common), len(real.ceiling)),
    ):
        (ax,) = chart.figure.axes
        assert len(ax.get_yticklabels()) == n
    with pytest.raises(UcjError, match="detectable: expected 5 values, one a row of the ceiling, got 1"):
        figures.ceiling_beside(real.ceiling.head(5), [1.0], **common)


def test_power_grows_with_regions_years_and_effect():
    found = power.by_size([6, 24], [5, 10], [0.5, 1.0, 2.0], sd=1.5, panels=2, simulations=150, draws=199)
    grid = found.set_index(["regions", "years", "effect"])["power"]
    for r in found.itertuples():
        assert grid[24, r.years, r.effect] >= grid[6, r.years, r.effect] - 0.05
        assert grid[r.regions, 10, r.effect] >= grid[r.regions, 5, r.effect] - 0.05
        assert grid[r.regions, r.years, 2.0] >= r.power if r.effect < 2 else True
    with pytest.raises(UcjError, match="panels=0: expected 1 or more"):
        power.by_size([6], [5], [1.0], sd=1.0, panels=0)


def test_power_against_simulating_the_whole_test():
    """80 percent of panels with an effect of the size found are rejected, by the test itself."""
    d = power.made_up((1, 12, 8, 0), 12, 8, sd=1.0)
    effect = inference.minimum_detectable_effect(d, outcome="y", dose="dose", simulations=1000, draws=399).effect
    random, hits = np.random.default_rng(9), 0
    spread = d["y"].to_numpy().reshape(12, 8)
    for _ in range(150):
        signs = random.choice([-1, 1], 12)
        y = (spread[random.permutation(12)] * signs[:, None]).ravel() + effect * d["dose"]
        hits += inference.randomization_test(y, d["dose"], unit=d["region_code"], time=d["year"], draws=399).p <= 0.05
    assert hits / 150 == pytest.approx(0.8, abs=0.12)


def test_a_better_record_settles_more_and_every_set_holds_the_truth():
    found = power.signs_settled({"gaps": {"exact": 0.3, "unknown": 0.7}, "exact": {"exact": 1.0}}, panels=6)
    assert list(found["holds"]) == [1.0, 1.0]
    assert found["settled"].iloc[1] == 1.0
    assert found["width"].iloc[1] < found["width"].iloc[0]


def test_a_verdict_can_be_kept_in_a_file(real):
    again = pickle.loads(pickle.dumps(real))
    assert again.said("id") == real.said("id")
    assert again.primary.record() == real.primary.record()
