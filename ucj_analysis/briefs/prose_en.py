"""The sentences of a brief in English. Figures come as quantities; none is written here."""

from ucj_analysis.briefs.quantity import fill
from ucj_analysis.language import period

_PLACES = ("", "", "second ", "third ")
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def several(n):
    """A count in words up to twelve."""
    return _SMALL[n] if n < len(_SMALL) else str(n)


def place(rank, of):
    """Place among ``of`` from below: "the second lowest", "the highest", "the 12th lowest"."""
    if of == 2:
        return "the lower" if rank == 1 else "the higher"
    near, end = min((rank, "lowest"), (of - rank + 1, "highest"), key=lambda x: x[0])
    return f"the {_PLACES[near]}{end}" if near < len(_PLACES) else f"the {near}{_th(near)} {end}"


def _th(n):
    return "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")


WORDS = {
    "skip": "Skip to content",
    "kicker": "Policy brief",
    "languages": "Other pages",
    "all_briefs": "All briefs",
    "other_language": "Bahasa Indonesia",
    "findings": "Main findings",
    "limits": "What these data cannot tell",
    "next": "What to do next",
    "sources": "Sources and method",
}

HEADERS = ("Measure", "Figure", "Date", "Nature", "Source")
NATURE = {
    "exact": "as stated",
    "approximate": "approximate in the source",
    "at_least": "only a lower bound",
    "at_most": "only an upper bound",
    "range": "range",
    "derived": "computed",
    "computed": "computed",
    "planned": "planned, not realised",
    "target": "target",
    "estimate": "estimate, 80 percent interval {}",
    "bps": "official BPS statistic",
    "official": "official figure",
}
NO_FIGURE = "no figure"
_BRANCH = "BPJS Ketenagakerjaan's Gorontalo branch"
HOLDER_LABOUR = "labour office"
HOLDER_EXTREME = "BPS and the planning office (Bappeda)"


def this(f):
    """How the text refers back to the region."""
    return {"provinsi": "the province", "kabupaten": "this regency", "kota": "the city"}[f.region.kind]


def holder_bpjs(f):
    """Who holds participants and denominators."""
    return _BRANCH if f.known else "the local branch of BPJS Ketenagakerjaan"


def _office(f):
    """Labour office that pays dues on record: the regencies of Jakarta have no budget of their own."""
    if f.parts or f.province.code == "3100":
        return "the province's labour office"
    return f"the {'city' if f.region.kind == 'kota' else 'regency'}'s labour office"


def payer(funding, region):
    """Who pays, in words."""
    if funding.startswith("government"):
        return "the government (which level is not stated)"
    if funding.startswith("APBD, level"):
        return "APBD (which level is not stated)"
    local = "city" if region.kind == "kota" else "regency"
    words = {
        "APBD provinsi": "the provincial budget (APBD)",
        "APBD kabupaten": f"the {local} budget (APBD)",
        "APBD kabupaten (pokir, leaders)": "funds of the council leaders (pokir)",
        "APBD kabupaten (pokir, members)": "funds of the council members (pokir)",
        "APBD kabupaten (perubahan)": f"the revised {local} budget (APBD)",
        "APBDes": "village budgets (APBDes)",
        "APBD kabupaten+APBDes": f"the {local} and village budgets (APBD, APBDes)",
        "CSR": "company funds (CSR)",
        "own dues": "own dues",
    }
    return words.get(funding, funding.replace("+", " and "))


def title(f):
    """Heading of the brief."""
    return f"Workers' social security and poverty in {f.region.label('en')}"


def dateline(f, version):
    """Line under the heading."""
    return f"Data as of {period(version.replace('.', '-'), 'en')}. Latest known figures; their dates differ."


def description(f):
    """For the head of the page."""
    if not f.known:
        return f"Poverty, estimated extreme poverty and the Jamsostek figures to ask for in {f.region.label('en')}."
    return f"UCJ coverage, subsidised dues and poverty in {f.region.label('en')}: findings, map and next steps."


def coverage(f, v):
    """Finding on reported UCJ."""
    name, q = f.region.label("en"), f.ucj
    if q is None:
        return (
            fill("The UCJ coverage of {n} is not known.", n=name),
            fill("No source states it; ask {h}.", h=holder_bpjs(f)),
        )
    if q.qualifier in ("at_least", "at_most"):
        lead = fill("UCJ coverage of {n} was {a} in {t}.", n=name, a=v.amount(q), t=v.when(q))
        body = fill(
            "Only this bound was ever stated.{r} The exact figure, the participants and the denominator are held by {h}.{age}",
            r=v.ref(q), h=holder_bpjs(f), age=_age(f, v),
        )  # fmt: skip
        return lead, body
    if f.covered is not None:
        lead = fill("UCJ coverage of {n} reached {a} in {t}.", n=name, a=v.amount(q), t=v.when(q))
        body = fill(
            "Of {d} workers, {c} are active participants of BPJS Ketenagakerjaan and {u} are not.{r}",
            d=v.amount(f.potential), c=v.amount(f.covered), u=v.amount(f.uncovered), r=v.ref(q, f.potential, f.uncovered),
        )  # fmt: skip
        if q.note.startswith("corrected"):
            body += " The source article mixed up covered and uncovered; its own counts decide here."
        if f.gap is not None and f.gap.value > 0:
            body += fill(
                " Reaching the {t} of the draft governor's regulation takes {g} more participants.{r}",
                t=v.amount(f.target), g=v.count(f.gap), r=v.ref(f.target),
            )  # fmt: skip
        return lead, body
    lead = fill("UCJ coverage of {n} was reported as {a} in {t}.", n=name, a=v.amount(q), t=v.when(q))
    body = fill(
        "The source gives neither participants nor denominator, so the figure cannot be compared with other regions or "
        "other years.{r} {h} holds both.{age}",
        r=v.ref(q), h=holder_bpjs(f), age=_age(f, v),
    )  # fmt: skip
    if f.members_all is not None and f.over_employed is not None:
        m = f.members_all
        body += fill(
            " In {t} there were {a} active participants, {b} of them BPU; that is {o} of the employed counted by BPS, a "
            "measure other than UCJ.{r}",
            t=v.when(m), a=v.amount(m), b=v.amount(f.members_bpu), o=v.percent(f.over_employed),
            r=v.ref(m, f.over_employed),
        )  # fmt: skip
    return lead, body


def _age(f, v):
    if f.ucj_age is None or f.ucj_age <= 12:
        return ""
    return fill(" It is {n} months old.", n=v.data(str(f.ucj_age), f.ucj_age, f.ucj.rows))


def split(f, v):
    """Finding on a change of UCJ across denominators; None where there is none."""
    s = f.split
    if s is None:
        return None
    rising = s.after.value > s.before.value
    lead = fill(
        "The {w} of UCJ from {a} ({ta}) to {b} ({tb}) is not a change of coverage alone: the denominator changed too.",
        w="rise" if rising else "fall",
        a=v.amount(s.before), ta=v.when(s.before), b=v.amount(s.after), tb=v.when(s.after),
    )  # fmt: skip
    body = fill(
        "The denominator went from {d0} to {d1} workers. Computed from participants and denominator, more participants added "
        "{p} and the larger denominator took away {q}.{r}",
        d0=v.count(s.denominator_before), d1=v.count(s.denominator_after), p=v.points(s.participants_part, 1),
        q=v.points(s.denominator_part, 1), r=v.ref(s.before, s.after),
    )  # fmt: skip
    return lead, body


def payers(f, v):
    """Finding on subsidised dues."""
    if f.parts:
        return _payers_province(f, v)
    name = f.region.label("en")
    office = "city" if f.region.kind == "kota" else "regency"
    if not f.paid:
        if f.planned:
            p = f.planned[0]
            lead = fill("No realised subsidy of dues was found for {n}; there is only a plan for {c} people in {t}.",
                        n=name, c=v.amount(p.count), t=v.when(p.count))  # fmt: skip
            body = fill("The plan draws on {p}.{r} The {o}'s {h} holds the number actually paid for.",
                        p=payer(p.funding, f.region), r=v.ref(p.count), o=office, h=HOLDER_LABOUR)  # fmt: skip
            return lead, body
        return (
            fill("There is no figure on subsidised dues for {n}.", n=name),
            fill("The {o}'s {h} holds the number of workers paid for, by payer.", o=office, h=HOLDER_LABOUR),
        )
    first, rest = f.paid[0], f.paid[1:]
    small = first.funding == "APBD provinsi" and f.region.kind != "provinsi"
    lead = fill(
        "Only {c} workers in {n} are on record as paid for, by {p}." if small else "The dues of {c} workers in {n} are paid by {p}.",
        n=name, c=v.amount(first.count), p=payer(first.funding, f.region),
    )  # fmt: skip
    body = fill("The figure is of {t}{s}.{r}", t=v.when(first.count), s=_share(first, v), r=v.ref(first.count))
    if small:
        body += fill(
            " No figure was found for {o} or village budgets; the {o}'s {h} holds both.", o=office, h=HOLDER_LABOUR
        )
    if rest:
        also = v.join([
            fill("{c} by {p} ({t})", c=v.amount(x.count), p=payer(x.funding, f.region), t=v.when(x.count)) for x in rest
        ])  # fmt: skip
        body += fill(" Other statements: {also};{r} figures of different dates are not added up.", also=also,
                     r=v.ref(*(x.count for x in rest)))  # fmt: skip
    if f.lapsed is not None:
        body += fill(
            " {c} village workers whose dues came from village budgets were on record as unpaid since {t} (as of {k}).{r}",
            c=v.amount(f.lapsed.count), t=v.when(f.lapse), k=v.when(f.lapsed.count), r=v.ref(f.lapsed.count),
        )  # fmt: skip
    if f.planned:
        plan = v.join([fill("{c} people by {p}", c=v.amount(x.count), p=payer(x.funding, f.region)) for x in f.planned])
        money = fill(" on a budget of {m}", m=v.rupiah(f.budget)) if f.budget else ""
        refs = [x.count for x in f.planned] + ([f.budget] if f.budget else [])
        body += fill(" The plan for {t}: {plan}{money}.{r}", t=v.when(f.planned[0].count), plan=plan, money=money,
                     r=v.ref(*refs))  # fmt: skip
    if f.own_dues is not None:
        body += fill(" Apart from subsidies, {c} farmers paid their own dues ({t}).{r}", c=v.amount(f.own_dues),
                     t=v.when(f.own_dues), r=v.ref(f.own_dues))  # fmt: skip
    return lead, body


def _share(paid, v):
    if paid.share is None:
        return ""
    return fill(", or {s} of estimated informal workers (Sakernas, {t})", s=v.percent(paid.share), t=v.when(paid.share))


def _payers_province(f, v):
    known = [p for p in f.parts if p.paid and p.paid[0].funding != "APBD provinsi"]
    unknown = [p for p in f.parts if p not in known]
    first = f.paid[0]
    more = sum(p.paid[0].count.value > first.count.value for p in known)
    lead = fill("The provincial budget pays the dues of {c} workers; {n} regions report more of their own.",
                n=v.data(several(more), more, [r for p in known for r in p.paid[0].count.rows]),
        c=v.amount(first.count))  # fmt: skip
    body = fill("The provincial figure is of {t}{s}.{r} The last figures of the regions: {list}.{rr}",
                t=v.when(first.count), s=_share(first, v), r=v.ref(first.count),
                list=v.join([fill("{n} {c} ({t})", n=p.region.short, c=v.amount(p.paid[0].count),
                                  t=v.when(p.paid[0].count)) for p in known]),
                rr=v.ref(*(p.paid[0].count for p in known)))  # fmt: skip
    if unknown:
        body += fill(" What {u} paid themselves was not found.", u=v.join([p.region.short for p in unknown]))
    body += fill(" The dates differ, so these figures are not added up.")
    return lead, body


def _moved(q):
    return "rose" if q.value > 0 else "fell"


def poverty(f, v):
    """Finding on the poverty rate."""
    if f.p0_change is None:
        lead = fill(
            "The poverty rate of {n} is {p} ({t}).", n=f.region.label("en"), p=v.percent(f.p0, 2), t=v.when(f.p0)
        )
    elif round(f.p0_change.value, 2) == 0:
        lead = fill("The poverty rate stands at {p} in {b}, as it did in {a}.", a=v.when(f.p0_start), b=v.when(f.p0),
                    p=v.percent(f.p0, 2))  # fmt: skip
    else:
        lead = fill(
            "The poverty rate {w} by {c} between {a} and {b}, to {p}.", w=_moved(f.p0_change), c=v.points(f.p0_change),
            a=v.when(f.p0_start), b=v.when(f.p0), p=v.percent(f.p0, 2),
        )  # fmt: skip
    body = fill("It started from {s}. ", s=v.percent(f.p0_start, 2)) if f.p0_change is not None else fill("")
    poor = fill("{n} people", n=v.thousand(f.poor_now)) if f.poor_now else ""
    if f.parts:
        (high, hq), (low, lq) = f.highest, f.lowest
        body += fill("{n} are poor. ", n=poor) if poor else ""
        body += fill("Among its regions the rate runs from {lq} ({l}) to {hq} ({h}).{r}", h=high.label("en"),
                     hq=v.percent(hq, 2), l=low.label("en"), lq=v.percent(lq, 2), r=v.ref(f.p0, f.poor_now or f.p0))  # fmt: skip
        return lead, body
    whole = f.p0_change_province
    if f.p0_change is not None and whole is not None:
        if f.p0_change.value < 0 and whole.value < 0:
            more = round(abs(f.p0_change.value) - abs(whole.value), 2)
            how = "less, by " if more > 0 else "more, by " if more < 0 else "as much, by "
            body += fill("In the province as a whole it fell {w}{cp}. ", w=how, cp=v.points(whole))
        elif round(whole.value, 2):
            body += fill("In the province as a whole it {w} by {cp}. ", w=_moved(whole), cp=v.points(whole))
    if f.rank:
        body += fill("The rate of {this} is {o} of the {of}{poor}.", this=this(f), of=several(f.ranked),
                     o=v.data(place(f.rank, f.ranked), f.rank, f.p0.rows),
                     poor=fill("; {n} of its people are poor", n=v.thousand(f.poor_now)) if f.poor_now else "")  # fmt: skip
    return lead, body + v.ref(f.p0, f.poor_now or f.p0)


def nation(f, v):
    """Finding on the place among all regencies and cities; a province has none."""
    n = f.nation
    lead = fill("Poverty is lower than here in {l} of Indonesia's {of} regencies and cities, and higher in {h}.",
                l=v.data(str(n.lower), n.lower, f.p0.rows), h=v.data(str(n.higher), n.higher, f.p0.rows),
                of=v.data(str(n.of), n.of, f.p0.rows))  # fmt: skip
    body = fill("Half of them lie below {m} ({t}). Places close to each other may be a matter of sampling error, which BPS "
                "does not publish for regencies.{r}", m=v.percent(n.median, 2), t=v.when(n.median), r=v.ref(f.p0))  # fmt: skip
    return lead, body


def unknown(f, v):
    """Finding where nothing on Jamsostek is on record."""
    lead = fill("How many workers of {n} are protected by Jamsostek is not on record here.", n=f.region.label("en"))
    body = fill("Participants and the UCJ denominator are held by {b}, subsidised dues by {o}. Until they are brought in, "
                "nothing can be said about coverage or about what it would cost to widen it.",
                b=holder_bpjs(f), o=_office(f))  # fmt: skip
    return lead, body


def estimate(f, v):
    """Sentences on the estimated extreme rate; empty where there is none."""
    e = f.estimate
    if e is None:
        return ""
    said = fill(
        " An estimate from P0, P1 and P2, not an official figure: {a} in {t} (basis {b} a day), with an 80 percent interval "
        "from {l} to {h}.{r}",
        a=v.percent(e.rate), t=v.when(e.rate), b=e.basis, l=v.percent(e.low), h=v.percent(e.high), r=v.ref(e.rate),
    )  # fmt: skip
    return said + _standing(e, v)


def _standing(e, v):
    """Place of an interval among those of the province's other regions."""
    said = fill("")
    if e.others == 1:
        return fill(" Its interval {w} that of the other.", w="lies above" if e.surely_lower else "lies below" if e.surely_higher
                    else "overlaps")  # fmt: skip
    if e.surely_higher == 0 and e.surely_lower == e.others:
        said += " Its interval lies wholly above the others."
    elif e.surely_lower == 0 and e.surely_higher == e.others:
        said += " Its interval lies wholly below the others."
    elif e.surely_higher + e.surely_lower == 0:
        said += " Its interval overlaps all others, so it is not ranked."
    else:
        parts = []
        if e.surely_lower:
            n = v.data(several(e.surely_lower), e.surely_lower, e.rate.rows)
            parts.append(fill("above {n} of the others", n=n))
        if e.surely_higher:
            n = v.data(several(e.surely_higher), e.surely_higher, e.rate.rows)
            parts.append(fill("below {n} of the others", n=n))
        said += fill(" Its interval lies clearly {p}; the rest overlap.", p=v.join(parts))
    return said


def _gap_index(f, v):
    """Sentence on P1, and how it went with P0; empty where P1 is not on record."""
    if f.p1 is None:
        return fill("")
    if f.p1_start is None:
        return fill(" The poverty gap index (P1) is {b} ({tb}).{r}", b=v.index(f.p1), tb=v.when(f.p1), r=v.ref(f.p1))
    step = round(f.p1.value - f.p1_start.value, 2)
    wider = step > 0 and f.p0_change is not None and f.p0_change.value < 0
    return fill(
        " The poverty gap index (P1) {w} from {a} ({ta}) to {b} ({tb}){x}.{r}",
        w="rose" if step > 0 else "fell" if step < 0 else "stayed as it was,",
        a=v.index(f.p1_start), ta=v.when(f.p1_start), b=v.index(f.p1), tb=v.when(f.p1), r=v.ref(f.p1),
        x=": fewer people are poor, but the average shortfall of the population below the line has widened" if wider else "",
    )  # fmt: skip


def depth(f, v):
    """Finding on extreme poverty: the official figure where there is one, else the estimate; and what P1 says."""
    p1 = _gap_index(f, v)
    if f.extreme is not None:
        lead = fill(
            "The last official rate of extreme poverty is {e}, for {t}.", e=v.percent(f.extreme, 2), t=v.when(f.extreme)
        )
        later = (
            " The national basis has changed since, and no later figure for {this} was found."
            if f.known
            else " No later figure for {this} is on record here."
        )
        body = fill(
            "Its basis: {d}." + later + "{r}{e}{p1}",
            d=f.extreme_definition["title_en"].replace("Extreme poverty at", "extreme poverty at"), this=this(f),
            r=v.ref(f.extreme), e=estimate(f, v) or _spread(f, v), p1=p1,
        )  # fmt: skip
        return lead, body
    if f.known or (f.estimate is None and not f.parts):
        lead = fill("There is no usable official rate of extreme poverty for {n}.", n=f.region.label("en"))
        return lead, fill("{h} hold it.{e}{p1}", h=HOLDER_EXTREME, e=estimate(f, v), p1=p1)
    if f.parts:
        lead = fill("No official rate of extreme poverty of {n} is on record here; its regions are estimated.",
                    n=f.region.label("en"))  # fmt: skip
        return lead, fill("{h} hold the official rate.{e}{p1}", h=HOLDER_EXTREME, e=_spread(f, v), p1=p1)
    e = f.estimate
    lead = fill("Extreme poverty is estimated at {a} in {t}, with an 80 percent interval from {l} to {h}.", a=v.percent(e.rate),
                t=v.when(e.rate), l=v.percent(e.low), h=v.percent(e.high))  # fmt: skip
    body = fill("The estimate rests on P0, P1 and P2 (basis {b} a day) and is not an official figure; {o} hold the official "
                "rate.{r}{s}{p1}", b=e.basis, o=HOLDER_EXTREME, r=v.ref(e.rate), s=_standing(e, v), p1=p1)  # fmt: skip
    return lead, body


def _spread(f, v):
    """Sentence on the lowest and the highest estimate of a province's regions; empty outside a province."""
    known = sorted((p for p in f.parts if p.estimate), key=lambda p: (p.estimate.rate.value, p.region.code))
    if f.known or not known:
        return fill("")
    low, high = known[0], known[-1]
    return fill(
        " The estimates from P0, P1 and P2 ({t}, basis {b} a day) run from {a} ({ia} to {ja}) in {l} to {c} ({ic} to {jc}) in "
        "{h}; in brackets the 80 percent intervals.{r}",
        t=v.when(low.estimate.rate), b=low.estimate.basis, l=low.region.label("en"), h=high.region.label("en"),
        a=v.percent(low.estimate.rate), ia=v.index(low.estimate.low, 1), ja=v.index(low.estimate.high, 1),
        c=v.percent(high.estimate.rate), ic=v.index(high.estimate.low, 1), jc=v.index(high.estimate.high, 1),
        r=v.ref(low.estimate.rate, high.estimate.rate),
    )  # fmt: skip


def limits(f, v):
    """What these data cannot tell."""
    if not f.known:
        return [
            "How many workers are protected, and whether protection and poverty have anything to do with each other. Figures on "
            "Jamsostek are missing here.",
            "Small changes of the poverty rate from year to year. The rate comes from a survey whose sampling error is not "
            "published for regencies.",
            "Who lives in extreme poverty. The estimate gives a share of the population, with an interval, not names or villages.",
        ]
    out = [
        "Whether subsidised dues reduce poverty. Six regions with an incomplete record cannot show a cause; the two can only "
        "be read side by side.",
        "A ranking of regions by UCJ. Denominators differ or are not stated, and the dates are not the same.",
    ]
    if f.p0 is not None:
        out.append("Small changes of the poverty rate from year to year. The rate comes from a survey whose sampling error "
                   "is not published for regencies.")  # fmt: skip
    if f.paid or f.planned:
        out.append("How long each person is protected. Sources count people, not months of dues paid.")
    return out


def next_steps(f, v):
    """What to do next, and whom to ask."""
    out = []
    if not f.known:
        where = "for each regency and city" if f.parts else "for " + this(f)
        out.append(f"Ask {holder_bpjs(f)} for active participants by segment (PU, BPU, Jakon, PMI), the UCJ denominator and their "
                   f"date, {where}.")  # fmt: skip
        out.append(
            f"Ask {_office(f)} how many workers it pays dues for, by month and payer, planned and realised apart."
        )
        out.append(
            "Ask BPS and Bappeda for the official rate of extreme poverty and its basis; the estimate here cannot replace it."
        )
    elif f.parts:
        lacking = [p.region.short for p in f.parts if p.covered is None]
        out.append(fill("Ask BPJS Ketenagakerjaan's Gorontalo branch for participants by segment and the UCJ denominator at one "
                        "date for all six; today they are missing for {l}.", l=v.join(lacking)))  # fmt: skip
        silent = [p.region.short for p in f.parts if not p.paid or p.paid[0].funding == "APBD provinsi"]
        out.append(fill("Ask the labour offices of {l} to report realised subsidised dues by month and payer.",
                        l=v.join(silent)))  # fmt: skip
    else:
        office = "city" if f.region.kind == "kota" else "regency"
        if f.covered is None:
            out.append("Ask BPJS Ketenagakerjaan's Gorontalo branch for participants by segment (PU, BPU, Jakon, PMI), the UCJ "
                       "denominator, and their date.")  # fmt: skip
        if not f.paid or f.paid[0].funding == "APBD provinsi":
            out.append(f"Ask the {office}'s labour office for the number of workers paid for, by month and payer, so that plans "
                       "can be held against what was done.")  # fmt: skip
        elif f.planned:
            out.append("Compare the budgeted plan with the number of participants actually paid for each month.")
        if f.lapsed is not None:
            out.append(fill("Decide who pays for the {c} village workers whose dues stopped, and settle the legal basis first.",
                            c=v.amount(f.lapsed.count)))  # fmt: skip
    if f.gap is not None and f.gap.value > 0:
        out.append(fill("Settle who pays for {g} more participants on the way to {t}, beginning with families in extreme "
                        "poverty.", g=v.count(f.gap), t=v.amount(f.target)))  # fmt: skip
    if f.discount is not None:
        d = f.discount
        out.append(fill(
            "Budget for the time after {u}: the discount for BPU outside transport ({reg}) ends and dues for JKK and JKM return "
            "from {a} to {b} a person a month.{r}",
            u=v.when(d.until), reg=d.regulation, a=v.rupiah(d.reduced), b=v.rupiah(d.full), r=v.ref(d.full)))  # fmt: skip
    if f.known and (f.extreme is None or not f.parts):
        out.append("Ask BPS and Bappeda for the latest rate of extreme poverty and its basis.")
    return out


MAP = {
    "title": "Reported UCJ coverage: latest figure of each region",
    "unit": "Percent of workers (classes fixed across years)",
    "source": "BPJS Ketenagakerjaan and local governments, quoted by the press",
    "caption": "Denominators of UCJ differ between regions and the dates are not the same, so colours are no ranking. "
    "Hatched: only a bound is known.",
}  # fmt: skip


def map_alt(rows):
    """Alt text of the map: rows of (name, value in words, date)."""
    said = "; ".join(f"{n} {x} ({t})" if t else f"{n} {x}" for n, x, t in rows)
    return f"Map of the regions of Gorontalo with the latest reported UCJ coverage: {said}."


POVERTY_MAP = {
    "title": "Poverty rate (P0) by regency and city, {}",
    "unit": "Percent of population (classes fixed across years)",
    "source": "BPS, Susenas March",
    "caption": "Small differences may be sampling error, which is not published for regencies.",
    "tiles": "Tiles stand in for a map: its boundaries are an optional download (ucj fetch boundaries).",
}  # fmt: skip


def poverty_map_alt(f, rows, *, tiles):
    """Alt text of the map, or the tiles, of P0: rows of (name, value in words)."""
    said = "; ".join(f"{n} {x}" for n, x in rows)
    return f"{'Tiles' if tiles else 'Map'} of the poverty rate of the regions of {f.province.label('en')}: {said}."


LADDER = {
    "title": "Estimated extreme poverty",
    "unit": "Percent of population; dot: estimate, thick line: 80 percent interval, thin line: 95 percent",
    "source": "estimate from P0, P1, P2 (BPS) and the national rate; not an official figure",
    "caption": "Estimates, not official figures. A change from one year to the next cannot be read from them.",
}


def ladder_alt(rows, when, basis):
    """Alt text of the ladder: rows of (name, estimate, interval)."""
    said = "; ".join(f"{n} {a} percent (interval {s})" for n, a, s in rows)
    return f"Estimated extreme poverty in {when}, basis {basis} a day, 80 percent interval: {said}."


CHART = {
    "title": "Poverty rate (P0)",
    "unit": "Percent of population, Susenas March",
    "source": "BPS, Susenas March",
}


def chart_caption(breaks, events):
    """Caption: where the line is cut, and the events by number."""
    cuts = "; ".join(
        f"the line is cut between {b['year_before']} and {b['year']} where the "
        f"{'province was divided' if b['from_definition'].endswith('_undivided') else 'basis changed'}"
        for b in breaks
    )
    said = "; ".join(f"({n}) {period(e['period'], 'en')}: {e['title']}" for n, e in enumerate(events, 1))
    out = f"{cuts[:1].upper()}{cuts[1:]}. " if cuts else ""
    return out + (f"Events to be read alongside, not as causes: {said}." if said else "")


def chart_alt(f, ends, breaks):
    """Alt text of the chart: first and last value of the region and of the province."""
    said = " ".join(f"{n}: {a} in {ta}, {b} in {tb}." for n, a, ta, b, tb in ends)
    cuts = f" Lines are cut before {', '.join(str(b['year']) for b in breaks)}." if breaks else ""
    return f"Line chart of the poverty rate. {said}{cuts}"


TABLE = {"heading": "Key figures", "parts": "The {} regions side by side",
         "note": "Nature says how the source states the figure. Computed measures come from other source rows."}  # fmt: skip
LABELS = {
    "ucj": "Reported UCJ coverage",
    "potential": "Potential workers (UCJ denominator)",
    "over_employed": "Active participants over BPS employed",
    "members": "Active participants",
    "informal": "Estimated informal workers (Sakernas)",
    "paid": "Dues paid by {}",
    "lapsed": "Once paid by village budgets, stopped",
    "planned": "Planned, by {}",
    "budget": "Budget for dues",
    "p0": "Poverty rate (P0)",
    "p1": "Poverty gap index (P1)",
    "p2": "Poverty severity index (P2)",
    "poor": "Poor population",
    "line": "Poverty line a person a month",
    "extreme": "Extreme poverty, official rate",
    "estimate": "Extreme poverty, estimate",
    "dues": "Subsidised dues",
}


def parts_headers(f):
    """Head of the table of parts."""
    since = f"Change since {period(f.p0_start.period, 'en')}" if f.p0_start else "Change"
    if not f.known:
        return (
            "Region",
            f"P0 {period(f.p0.period, 'en')}",
            since,
            "P1",
            "Poor",
            "Extreme poverty, estimate (80 percent interval)",
        )
    return ("Region", "UCJ", "Subsidised dues (realised)", "Planned",
            f"P0 {period(f.p0.period, 'en')}", f"Change since {period(f.p0_start.period, 'en')}")  # fmt: skip


def method(f):
    """Paragraph on method."""
    if not f.known:
        return (
            "Method: poverty is as BPS prints it (Susenas March); where carriers of a BPS table differ, the more reliable one is used "
            "and the others stay on record as conflicts. Extreme poverty is estimated from P0, P1 and P2 by a maximum-entropy "
            "distribution calibrated to the national rate. Changes across definitions are not computed."
        )
    return (
        "Method: each figure is the statement of a source with date, nature and status; where sources differ, the more reliable "
        "one is used (BPS table, BPS release, government, then press) and the others stay on record as conflicts. UCJ is active "
        "participants over potential workers as BPJS Ketenagakerjaan counts them. Informal workers are estimated as employed "
        "times the informal share (Sakernas August). Extreme poverty is estimated from P0, P1 and P2 by a maximum-entropy distribution calibrated to the national rate. Changes across definitions are not computed."
    )


def version(data, code):
    """Versions of data and code."""
    return f"Data version {data}, program version ucj_analysis {code}. Each figure in the text carries the ids of its source rows."
