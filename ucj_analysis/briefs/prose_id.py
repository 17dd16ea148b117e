"""The sentences of a brief in Bahasa Indonesia (EYD). Figures come as quantities; none is written here."""

from ucj_analysis.briefs.quantity import fill
from ucj_analysis.language import period

_PLACES = ("", "", "kedua ", "ketiga ")
_SMALL = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
          "dua belas")  # fmt: skip


def several(n):
    """A count in words up to twelve."""
    return _SMALL[n] if n < len(_SMALL) else str(n)


def place(rank, of):
    """Place among ``of`` from below: "kedua terendah", "tertinggi", "ke-12 terendah"."""
    near, end = min((rank, "terendah"), (of - rank + 1, "tertinggi"), key=lambda x: x[0])
    if of == 2:
        return "lebih rendah" if rank == 1 else "lebih tinggi"
    return f"{_PLACES[near]}{end}" if near < len(_PLACES) else f"ke-{near} {end}"


WORDS = {
    "skip": "Langsung ke isi",
    "kicker": "Ringkasan kebijakan",
    "languages": "Halaman lain",
    "all_briefs": "Semua ringkasan",
    "other_language": "English",
    "findings": "Temuan utama",
    "limits": "Yang tidak dapat dijawab data ini",
    "next": "Langkah berikutnya",
    "sources": "Sumber dan metode",
}

HEADERS = ("Ukuran", "Angka", "Waktu", "Sifat", "Sumber")
NATURE = {
    "exact": "sebagaimana disebut",
    "approximate": "perkiraan sumber",
    "at_least": "hanya batas bawah",
    "at_most": "hanya batas atas",
    "range": "rentang",
    "derived": "dihitung",
    "computed": "dihitung",
    "planned": "rencana, bukan realisasi",
    "target": "sasaran",
    "estimate": "perkiraan, rentang 80 persen {}",
    "bps": "statistik resmi BPS",
    "official": "angka resmi",
}
NO_FIGURE = "tidak ada angka"
_BRANCH = "ada di BPJS Ketenagakerjaan Cabang Gorontalo"
HOLDER_LABOUR = "ada di dinas tenaga kerja"
HOLDER_EXTREME = "ada di BPS dan Bappeda"


def this(f):
    """How the text refers back to the region."""
    return {"provinsi": "provinsi ini", "kabupaten": "kabupaten ini", "kota": "kota ini"}[f.region.kind]


def holder_bpjs(f):
    """Who holds participants and denominators."""
    return _BRANCH if f.known else "ada di kantor cabang BPJS Ketenagakerjaan setempat"


def _office(f):
    """Labour office that pays dues on record: the regencies of Jakarta have no budget of their own."""
    kind = "provinsi" if f.parts or f.province.code == "3100" else f.region.kind
    return f"dinas tenaga kerja {kind}"


def payer(funding, region):
    """Who pays, in words."""
    if funding.startswith("government"):
        return "pemerintah (tingkatnya tidak disebut)"
    if funding.startswith("APBD, level"):
        return "APBD (tingkatnya tidak disebut)"
    text = funding.replace("(pokir, leaders)", "(pokir pimpinan DPRD)").replace(
        "(pokir, members)", "(pokir anggota DPRD)"
    )
    text = text.replace("(perubahan)", "perubahan").replace("+", " dan ").replace("own dues", "iuran sendiri")
    return text.replace("APBD kabupaten", "APBD kota") if region.kind == "kota" else text


def by(funding, region):
    """Who pays, with its preposition."""
    text = payer(funding, region)
    return f"oleh {text}" if text.startswith("pemerintah") else f"dari {text}"


def title(f):
    """Heading of the brief."""
    return f"Perlindungan Jamsostek dan kemiskinan di {f.region.label('id')}"


def dateline(f, version):
    """Line under the heading."""
    return (
        f"Keadaan data {period(version.replace('.', '-'), 'id')}. Angka terakhir yang diketahui; waktunya berbeda-beda."
    )


def description(f):
    """For the head of the page."""
    if not f.known:
        return f"Kemiskinan, perkiraan kemiskinan ekstrem, dan angka Jamsostek yang perlu diminta untuk {f.region.label('id')}."
    return f"Cakupan UCJ, iuran bersubsidi, dan kemiskinan di {f.region.label('id')}: temuan, peta, dan langkah berikutnya."


def coverage(f, v):
    """Finding on reported UCJ."""
    name, q = f.region.label("id"), f.ucj
    if q is None:
        return (
            fill("Cakupan UCJ {n} belum diketahui.", n=name),
            fill("Tidak satu sumber pun menyebutnya; angkanya {h}.", h=holder_bpjs(f)),
        )
    if q.qualifier in ("at_least", "at_most"):
        lead = fill("Cakupan UCJ {n} {a} pada {t}.", n=name, a=v.amount(q), t=v.when(q))
        body = fill(
            "Hanya batas itu yang pernah disebut.{r} Angka pasti, jumlah peserta, dan penyebutnya {h}.{age}",
            r=v.ref(q), h=holder_bpjs(f), age=_age(f, v),
        )  # fmt: skip
        return lead, body
    if f.covered is not None:
        lead = fill("Cakupan UCJ {n} mencapai {a} pada {t}.", n=name, a=v.amount(q), t=v.when(q))
        body = fill(
            "Dari {d} pekerja, {c} menjadi peserta BPJS Ketenagakerjaan dan {u} belum.{r}",
            d=v.amount(f.potential), c=v.amount(f.covered), u=v.amount(f.uncovered), r=v.ref(q, f.potential, f.uncovered),
        )  # fmt: skip
        if q.note.startswith("corrected"):
            body += " Berita sumbernya menukar angka terlindungi dengan yang belum; hitungan dari penyebutnya yang dipakai di sini."
        if f.gap is not None and f.gap.value > 0:
            body += fill(
                " Untuk mencapai {t} yang diancangkan rancangan Pergub, peserta harus bertambah {g} orang.{r}",
                t=v.amount(f.target), g=v.count(f.gap), r=v.ref(f.target),
            )  # fmt: skip
        return lead, body
    lead = fill("Cakupan UCJ {n} dilaporkan {a} pada {t}.", n=name, a=v.amount(q), t=v.when(q))
    body = fill(
        "Sumbernya tidak menyebut jumlah peserta dan penyebutnya, sehingga angka ini tidak dapat dibandingkan dengan "
        "angka daerah lain atau tahun lain.{r} Kedua jumlah itu {h}.{age}",
        r=v.ref(q), h=holder_bpjs(f), age=_age(f, v),
    )  # fmt: skip
    if f.members_all is not None and f.over_employed is not None:
        m = f.members_all
        body += fill(
            " Pada {t} tercatat {a} peserta aktif, {b} di antaranya BPU; itu setara {o} penduduk bekerja menurut BPS, "
            "ukuran yang lain dari UCJ.{r}",
            t=v.when(m), a=v.amount(m), b=v.amount(f.members_bpu), o=v.percent(f.over_employed),
            r=v.ref(m, f.over_employed),
        )  # fmt: skip
    return lead, body


def _age(f, v):
    if f.ucj_age is None or f.ucj_age <= 12:
        return ""
    return fill(" Angka itu sudah berumur {n} bulan.", n=v.data(str(f.ucj_age), f.ucj_age, f.ucj.rows))


def split(f, v):
    """Finding on a change of UCJ across denominators; None where there is none."""
    s = f.split
    if s is None:
        return None
    rising = s.after.value > s.before.value
    lead = fill(
        "{w} UCJ dari {a} ({ta}) ke {b} ({tb}) bukan perubahan cakupan semata: penyebutnya ikut berubah.",
        w="Kenaikan" if rising else "Penurunan",
        a=v.amount(s.before), ta=v.when(s.before), b=v.amount(s.after), tb=v.when(s.after),
    )  # fmt: skip
    body = fill(
        "Penyebut berubah dari {d0} menjadi {d1} pekerja. Dihitung dari jumlah peserta dan penyebut, bertambahnya peserta "
        "menaikkan UCJ {p}, sedangkan membesarnya penyebut menurunkannya {q}.{r}",
        d0=v.count(s.denominator_before), d1=v.count(s.denominator_after), p=v.points(s.participants_part, 1),
        q=v.points(s.denominator_part, 1), r=v.ref(s.before, s.after),
    )  # fmt: skip
    return lead, body


def payers(f, v):
    """Finding on subsidised dues."""
    if f.parts:
        return _payers_province(f, v)
    name = f.region.label("id")
    if not f.paid:
        if f.planned:
            p = f.planned[0]
            lead = fill(
                "Realisasi iuran bersubsidi di {n} tidak ditemukan; yang ada baru rencana {c} orang untuk {t}.",
                n=name, c=v.amount(p.count), t=v.when(p.count),
            )  # fmt: skip
            body = fill("Rencana itu bersumber dari {p}.{r} Jumlah yang benar-benar dibayari {h} kabupaten.",
                        p=payer(p.funding, f.region), r=v.ref(p.count), h=HOLDER_LABOUR)  # fmt: skip
            return lead, body
        return (
            fill("Tidak ada angka iuran bersubsidi untuk {n}.", n=name),
            fill("Jumlah pekerja yang dibayari, menurut sumber dana, {h}.", h=HOLDER_LABOUR),
        )
    first, rest = f.paid[0], f.paid[1:]
    small = first.funding == "APBD provinsi" and f.region.kind != "provinsi"
    lead = fill(
        "Yang tercatat dibayari di {n} hanya {c} pekerja, {p}." if small else "Iuran {c} pekerja di {n} dibayar {p}.",
        n=name, c=v.amount(first.count), p=by(first.funding, f.region),
    )  # fmt: skip
    body = fill("Angka itu per {t}{s}.{r}", t=v.when(first.count), s=_share(first, v), r=v.ref(first.count))
    if small:
        body += fill(" Angka APBD {k} dan APBDes tidak ditemukan; keduanya {h} {k}.", h=HOLDER_LABOUR, k=f.region.kind)
    if rest:
        also = v.join([
            fill("{c} {p} ({t})", c=v.amount(x.count), p=by(x.funding, f.region), t=v.when(x.count)) for x in rest
        ])  # fmt: skip
        body += fill(" Sumber lain menyebut {also};{r} angka yang berbeda tanggal tidak dijumlahkan.", also=also,
                     r=v.ref(*(x.count for x in rest)))  # fmt: skip
    if f.lapsed is not None:
        body += fill(
            " Sebanyak {c} pekerja desa yang iurannya dari APBDes tercatat tidak dibayari lagi sejak {t} (keadaan {k}).{r}",
            c=v.amount(f.lapsed.count), t=v.when(f.lapse), k=v.when(f.lapsed.count), r=v.ref(f.lapsed.count),
        )  # fmt: skip
    if f.planned:
        plan = v.join([fill("{c} orang {p}", c=v.amount(x.count), p=by(x.funding, f.region)) for x in f.planned])
        money = fill(" dengan anggaran {m}", m=v.rupiah(f.budget)) if f.budget else ""
        refs = [x.count for x in f.planned] + ([f.budget] if f.budget else [])
        body += fill(
            " Rencana {t}: {plan}{money}.{r}", t=v.when(f.planned[0].count), plan=plan, money=money, r=v.ref(*refs)
        )
    if f.own_dues is not None:
        body += fill(" Di luar subsidi, {c} petani membayar iurannya sendiri ({t}).{r}", c=v.amount(f.own_dues),
                     t=v.when(f.own_dues), r=v.ref(f.own_dues))  # fmt: skip
    return lead, body


def _share(paid, v):
    if paid.share is None:
        return ""
    return fill(", yaitu {s} dari perkiraan pekerja informal (Sakernas, {t})", s=v.percent(paid.share), t=v.when(paid.share))  # fmt: skip


def _payers_province(f, v):
    known = [p for p in f.parts if p.paid and p.paid[0].funding != "APBD provinsi"]
    unknown = [p for p in f.parts if p not in known]
    first = f.paid[0]
    more = sum(p.paid[0].count.value > first.count.value for p in known)
    lead = fill(
        "APBD provinsi membayari iuran {c} pekerja; di {n} daerah tercatat angka yang lebih besar.",
        n=v.data(several(more), more, [r for p in known for r in p.paid[0].count.rows]),
        c=v.amount(first.count),
    )
    body = fill("Angka provinsi per {t}{s}.{r} Angka terakhir dari daerah: {list}.{rr}",
                t=v.when(first.count), s=_share(first, v), r=v.ref(first.count),
                list=v.join([fill("{n} {c} ({t})", n=p.region.short, c=v.amount(p.paid[0].count),
                                  t=v.when(p.paid[0].count)) for p in known]),
                rr=v.ref(*(p.paid[0].count for p in known)))  # fmt: skip
    if unknown:
        body += fill(" Realisasi dari kas {u} tidak ditemukan.", u=v.join([p.region.short for p in unknown]))
    body += fill(" Tanggalnya berbeda, jadi angka ini tidak dijumlahkan.")
    return lead, body


def _moved(q):
    return "naik" if q.value > 0 else "turun"


def poverty(f, v):
    """Finding on the poverty rate."""
    if f.p0_change is None:
        lead = fill("Angka kemiskinan {n} {p} ({t}).", n=f.region.label("id"), p=v.percent(f.p0, 2), t=v.when(f.p0))
    elif round(f.p0_change.value, 2) == 0:
        lead = fill("Angka kemiskinan pada {b} {p}, sama dengan {a}.", a=v.when(f.p0_start), b=v.when(f.p0),
                    p=v.percent(f.p0, 2))  # fmt: skip
    else:
        lead = fill(
            "Angka kemiskinan {w} {c} antara {a} dan {b}, menjadi {p}.", w=_moved(f.p0_change), c=v.points(f.p0_change),
            a=v.when(f.p0_start), b=v.when(f.p0), p=v.percent(f.p0, 2),
        )  # fmt: skip
    body = fill("Pada awalnya {s}. ", s=v.percent(f.p0_start, 2)) if f.p0_change is not None else fill("")
    if f.parts:
        (high, hq), (low, lq) = f.highest, f.lowest
        body += fill("Penduduk miskin kini {n} orang. ", n=v.thousand(f.poor_now)) if f.poor_now else ""
        body += fill("Di antara daerah-daerahnya, angka terendah {lq} ({l}) dan tertinggi {hq} ({h}).{r}", h=high.label("id"),
                     hq=v.percent(hq, 2), l=low.label("id"), lq=v.percent(lq, 2), r=v.ref(f.p0, f.poor_now or f.p0))  # fmt: skip
        return lead, body
    whole = f.p0_change_province
    if f.p0_change is not None and whole is not None:
        if f.p0_change.value < 0 and whole.value < 0:
            more = round(abs(f.p0_change.value) - abs(whole.value), 2)
            how = "lebih kecil, " if more > 0 else "lebih besar, " if more < 0 else "sama besar, "
            body += fill("Di tingkat provinsi penurunannya {w}{cp}. ", w=how, cp=v.points(whole))
        elif round(whole.value, 2):
            body += fill("Di tingkat provinsi angkanya {w} {cp}. ", w=_moved(whole), cp=v.points(whole))
    if f.rank:
        body += fill("Angka {this} {o} di antara {of} daerah{poor}.", this=this(f), of=several(f.ranked),
                     o=v.data(place(f.rank, f.ranked), f.rank, f.p0.rows),
                     poor=fill("; penduduk miskinnya {n} orang", n=v.thousand(f.poor_now)) if f.poor_now else "")  # fmt: skip
    return lead, body + v.ref(f.p0, f.poor_now or f.p0)


def nation(f, v):
    """Finding on the place among all regencies and cities; a province has none."""
    n = f.nation
    lead = fill("Dari {of} kabupaten dan kota di Indonesia, {l} lebih rendah angka kemiskinannya dan {h} lebih tinggi.",
                l=v.data(str(n.lower), n.lower, f.p0.rows), h=v.data(str(n.higher), n.higher, f.p0.rows),
                of=v.data(str(n.of), n.of, f.p0.rows))  # fmt: skip
    body = fill("Separuhnya berada di bawah {m} ({t}). Urutan yang berdekatan dapat semata-mata galat sampel, yang tidak "
                "diterbitkan BPS untuk kabupaten dan kota.{r}", m=v.percent(n.median, 2), t=v.when(n.median), r=v.ref(f.p0))  # fmt: skip
    return lead, body


def unknown(f, v):
    """Finding where nothing on Jamsostek is on record."""
    lead = fill("Jumlah pekerja {n} yang terlindungi Jamsostek belum tercatat dalam data ini.", n=f.region.label("id"))
    body = fill("Jumlah peserta dan penyebut UCJ {b}; realisasi iuran bersubsidi ada di {o}. Selama angka itu belum masuk, "
                "cakupan dan biaya perluasannya tidak dapat dinilai.", b=holder_bpjs(f), o=_office(f))  # fmt: skip
    return lead, body


def estimate(f, v):
    """Sentence on the estimated extreme rate; empty where there is none."""
    e = f.estimate
    if e is None:
        return ""
    said = fill(
        " Perkiraan dari P0, P1, dan P2, bukan angka resmi: {a} pada {t} (dasar {b} per hari), dengan rentang 80 persen "
        "antara {l} dan {h}.{r}",
        a=v.percent(e.rate), t=v.when(e.rate), b=_basis(e.basis), l=v.percent(e.low), h=v.percent(e.high), r=v.ref(e.rate),
    )  # fmt: skip
    return said + _standing(e, v)


def _standing(e, v):
    """Place of an interval among those of the province's other regions."""
    said = fill("")
    if e.others == 1:
        return fill(" Rentangnya {w} rentang daerah yang satu lagi.", w="di atas" if e.surely_lower else "di bawah"
                    if e.surely_higher else "bertumpuk dengan")  # fmt: skip
    if e.surely_higher == 0 and e.surely_lower == e.others:
        said += " Rentangnya seluruhnya di atas daerah lain."
    elif e.surely_lower == 0 and e.surely_higher == e.others:
        said += " Rentangnya seluruhnya di bawah daerah lain."
    elif e.surely_higher + e.surely_lower == 0:
        said += " Rentangnya bertumpuk dengan semua daerah lain, jadi tidak diberi peringkat."
    else:
        parts = []
        if e.surely_lower:
            parts.append(fill("di atas {n} daerah", n=v.data(several(e.surely_lower), e.surely_lower, e.rate.rows)))
        if e.surely_higher:
            parts.append(fill("di bawah {n} daerah", n=v.data(several(e.surely_higher), e.surely_higher, e.rate.rows)))
        said += fill(" Rentangnya jelas {p}; dengan yang lain bertumpuk.", p=v.join(parts))
    return said


def _basis(text):
    return text.replace(".", ",")


def _gap_index(f, v):
    """Sentence on P1, and how it went with P0; empty where P1 is not on record."""
    if f.p1 is None:
        return fill("")
    if f.p1_start is None:
        return fill(" Indeks kedalaman kemiskinan (P1) {b} ({tb}).{r}", b=v.index(f.p1), tb=v.when(f.p1), r=v.ref(f.p1))
    step = round(f.p1.value - f.p1_start.value, 2)
    if step == 0:
        return fill(" Indeks kedalaman kemiskinan (P1) tetap {b} ({ta} dan {tb}).{r}", b=v.index(f.p1), ta=v.when(f.p1_start),
                    tb=v.when(f.p1), r=v.ref(f.p1))  # fmt: skip
    wider = step > 0 and f.p0_change is not None and f.p0_change.value < 0
    return fill(
        " Indeks kedalaman kemiskinan (P1) {w} dari {a} ({ta}) menjadi {b} ({tb}){x}.{r}",
        w="naik" if step > 0 else "turun", r=v.ref(f.p1),
        a=v.index(f.p1_start), ta=v.when(f.p1_start), b=v.index(f.p1), tb=v.when(f.p1),
        x=": porsi penduduk miskin berkurang, tetapi rata-rata kekurangan penduduk terhadap garis kemiskinan melebar"
        if wider else "",
    )  # fmt: skip


def depth(f, v):
    """Finding on extreme poverty: the official figure where there is one, else the estimate; and what P1 says."""
    p1 = _gap_index(f, v)
    if f.extreme is not None:
        lead = fill(
            "Angka resmi kemiskinan ekstrem yang terakhir {e}, untuk {t}.",
            e=v.percent(f.extreme, 2),
            t=v.when(f.extreme),
        )
        later = (
            "; setelah itu dasar hitung nasional berganti dan angka {this} tidak ditemukan lagi."
            if f.known else ". Angka {this} yang lebih baru tidak ada dalam data ini."
        )  # fmt: skip
        body = fill(
            "Dasarnya {d}" + later + "{r}{e}{p1}", d=_lower(f.extreme_definition["title_id"]), this=this(f),
            r=v.ref(f.extreme), e=estimate(f, v) or _spread(f, v), p1=p1,
        )  # fmt: skip
        return lead, body
    if f.known or (f.estimate is None and not f.parts):
        lead = fill("Tidak ada angka resmi kemiskinan ekstrem untuk {n} yang dapat dipakai.", n=f.region.label("id"))
        return lead, fill("Angka itu {h}.{e}{p1}", h=HOLDER_EXTREME, e=estimate(f, v), p1=p1)
    if f.parts:
        lead = fill("Angka resmi kemiskinan ekstrem {n} tidak ada dalam data ini; yang ada perkiraan untuk tiap daerahnya.",
                    n=f.region.label("id"))  # fmt: skip
        return lead, fill("Angka resmi {h}.{e}{p1}", h=HOLDER_EXTREME, e=_spread(f, v), p1=p1)
    e = f.estimate
    lead = fill("Kemiskinan ekstrem diperkirakan {a} pada {t}, dengan rentang 80 persen antara {l} dan {h}.",
                a=v.percent(e.rate), t=v.when(e.rate), l=v.percent(e.low), h=v.percent(e.high))  # fmt: skip
    body = fill("Perkiraan itu dihitung dari P0, P1, dan P2 (dasar {b} per hari) dan bukan angka resmi; angka resmi {o}.{r}{s}{p1}",
                b=_basis(e.basis), o=HOLDER_EXTREME, r=v.ref(e.rate), s=_standing(e, v), p1=p1)  # fmt: skip
    return lead, body


def _spread(f, v):
    """Sentence on the lowest and the highest estimate of a province's regions; empty outside a province."""
    known = sorted((p for p in f.parts if p.estimate), key=lambda p: (p.estimate.rate.value, p.region.code))
    if f.known or not known:
        return fill("")
    low, high = known[0], known[-1]
    return fill(
        " Perkiraan dari P0, P1, dan P2 ({t}, dasar {b} per hari) berkisar dari {a} ({ia} sampai {ja}) di {l} hingga {c} ({ic} "
        "sampai {jc}) di {h}; dalam kurung rentang 80 persen.{r}",
        t=v.when(low.estimate.rate), b=_basis(low.estimate.basis), l=low.region.label("id"), h=high.region.label("id"),
        a=v.percent(low.estimate.rate), ia=v.index(low.estimate.low, 1), ja=v.index(low.estimate.high, 1),
        c=v.percent(high.estimate.rate), ic=v.index(high.estimate.low, 1), jc=v.index(high.estimate.high, 1),
        r=v.ref(low.estimate.rate, high.estimate.rate),
    )  # fmt: skip


def _lower(text):
    return text[:1].lower() + text[1:]


def limits(f, v):
    """What these data cannot tell."""
    if not f.known:
        return [
            "Berapa pekerja yang terlindungi, dan apakah perlindungan berkaitan dengan kemiskinan. Angka Jamsostek belum ada di sini.",
            "Perubahan kecil angka kemiskinan dari tahun ke tahun. Angka itu hasil survei; galat sampelnya tidak diterbitkan untuk "
            "kabupaten dan kota.",
            "Siapa yang hidup dalam kemiskinan ekstrem. Perkiraan hanya memberi porsi penduduk beserta rentangnya, bukan nama atau "
            "desa.",
        ]
    out = [
        "Apakah iuran bersubsidi menurunkan kemiskinan. Enam daerah dengan catatan yang tidak lengkap tidak cukup untuk "
        "menunjukkan sebab; keduanya hanya dapat dilihat berdampingan.",
        "Peringkat UCJ antardaerah. Penyebutnya berbeda atau tidak disebut, dan tanggalnya tidak sama.",
    ]
    if f.p0 is not None:
        out.append(
            "Perubahan kecil angka kemiskinan dari tahun ke tahun. Angka itu hasil survei; galat sampelnya tidak diterbitkan "
            "untuk kabupaten dan kota."
        )
    if f.paid or f.planned:
        out.append(
            "Berapa lama setiap orang terlindungi. Sumber menyebut jumlah orang, bukan bulan iuran yang dibayar."
        )
    return out


def next_steps(f, v):
    """What to do next, and whom to ask."""
    out = []
    if not f.known:
        where = "setiap kabupaten dan kota" if f.parts else this(f)
        out.append(f"Minta kantor cabang BPJS Ketenagakerjaan setempat jumlah peserta aktif {where} per segmen (PU, BPU, Jakon, PMI), "
                   "penyebut UCJ, dan tanggalnya.")  # fmt: skip
        out.append(f"Minta {_office(f)} melaporkan jumlah pekerja yang dibayari iurannya, per bulan dan per sumber dana; rencana dan "
                   "realisasi dipisahkan.")  # fmt: skip
        out.append("Minta BPS dan Bappeda angka resmi kemiskinan ekstrem beserta dasar hitungnya; perkiraan di sini tidak dapat "
                   "menggantikannya.")  # fmt: skip
    elif f.parts:
        lacking = [p.region.short for p in f.parts if p.covered is None]
        out.append(fill(
            "Minta BPJS Ketenagakerjaan Cabang Gorontalo jumlah peserta per segmen dan penyebut UCJ pada satu tanggal yang sama "
            "untuk enam daerah; kini belum ada untuk {l}.", l=v.join(lacking)))  # fmt: skip
        silent = [p.region.short for p in f.parts if not p.paid or p.paid[0].funding == "APBD provinsi"]
        out.append(fill("Minta dinas tenaga kerja {l} melaporkan realisasi iuran bersubsidi per bulan dan per sumber dana.",
                        l=v.join(silent)))  # fmt: skip
    else:
        if f.covered is None:
            out.append("Minta BPJS Ketenagakerjaan Cabang Gorontalo jumlah peserta per segmen (PU, BPU, Jakon, PMI), penyebut "
                       "UCJ, dan tanggalnya.")  # fmt: skip
        if not f.paid or f.paid[0].funding == "APBD provinsi":
            out.append(f"Minta dinas tenaga kerja {f.region.kind} melaporkan jumlah pekerja yang dibayari, per bulan dan per "
                       "sumber dana, supaya rencana dapat dibandingkan dengan realisasi.")  # fmt: skip
        elif f.planned:
            out.append("Cocokkan rencana anggaran dengan jumlah peserta yang benar-benar dibayari setiap bulan.")
        if f.lapsed is not None:
            out.append(fill("Putuskan sumber dana bagi {c} pekerja desa yang berhenti dibayari, dan pastikan dasar hukumnya "
                            "lebih dahulu.", c=v.amount(f.lapsed.count)))  # fmt: skip
    if f.gap is not None and f.gap.value > 0:
        out.append(fill("Tetapkan siapa yang membayari {g} peserta tambahan menuju {t}, dan mulai dari keluarga miskin ekstrem.",
                        g=v.count(f.gap), t=v.amount(f.target)))  # fmt: skip
    if f.discount is not None:
        d = f.discount
        out.append(fill(
            "Siapkan anggaran setelah {u}: diskon iuran bagi BPU di luar transportasi ({reg}) berakhir dan iuran JKK dan JKM "
            "kembali dari {a} menjadi {b} per orang per bulan.{r}",
            u=v.when(d.until), reg=d.regulation, a=v.rupiah(d.reduced), b=v.rupiah(d.full), r=v.ref(d.full)))  # fmt: skip
    if f.known and (f.extreme is None or not f.parts):
        out.append("Minta BPS dan Bappeda angka kemiskinan ekstrem terbaru beserta dasar hitungnya.")
    return out


MAP = {
    "title": "Cakupan UCJ yang dilaporkan: angka terakhir tiap daerah",
    "unit": "Persen pekerja (batas kelas tetap sepanjang tahun)",
    "source": "BPJS Ketenagakerjaan dan pemerintah daerah, dikutip pers",
    "caption": "Penyebut UCJ berbeda antardaerah dan tanggalnya tidak sama, jadi warna bukan peringkat. Arsiran: hanya batas "
    "yang diketahui.",
}  # fmt: skip


def map_alt(rows):
    """Alt text of the map: rows of (name, value in words, date)."""
    said = "; ".join(f"{n} {x} ({t})" if t else f"{n} {x}" for n, x, t in rows)
    return f"Peta daerah-daerah di Gorontalo dengan cakupan UCJ terakhir yang dilaporkan: {said}."


POVERTY_MAP = {
    "title": "Angka kemiskinan (P0) menurut kabupaten dan kota, {}",
    "unit": "Persen penduduk (batas kelas tetap sepanjang tahun)",
    "source": "BPS, Susenas Maret",
    "caption": "Selisih kecil dapat berupa galat sampel, yang tidak diterbitkan untuk kabupaten dan kota.",
    "tiles": "Kotak-kotak ini pengganti peta: batas wilayahnya perlu diunduh lebih dahulu (ucj fetch boundaries).",
}  # fmt: skip


def poverty_map_alt(f, rows, *, tiles):
    """Alt text of the map, or the tiles, of P0: rows of (name, value in words)."""
    said = "; ".join(f"{n} {x}" for n, x in rows)
    return f"{'Kotak' if tiles else 'Peta'} angka kemiskinan daerah-daerah di {f.province.label('id')}: {said}."


LADDER = {
    "title": "Perkiraan kemiskinan ekstrem",
    "unit": "Persen penduduk; titik perkiraan, garis tebal rentang 80 persen, garis tipis 95 persen",
    "source": "perkiraan dari P0, P1, P2 (BPS) dan angka nasional; bukan angka resmi",
    "caption": "Perkiraan, bukan angka resmi. Perubahan dari satu tahun ke tahun berikutnya tidak dapat dibaca darinya.",
}


def ladder_alt(rows, when, basis):
    """Alt text of the ladder: rows of (name, estimate, interval)."""
    said = "; ".join(f"{n} {a} persen (rentang {s})" for n, a, s in rows)
    return f"Perkiraan kemiskinan ekstrem {when}, dasar {_basis(basis)} per hari, rentang 80 persen: {said}."


CHART = {
    "title": "Persentase penduduk miskin (P0)",
    "unit": "Persen penduduk, Susenas Maret",
    "source": "BPS, Susenas Maret",
}


def chart_caption(breaks, events):
    """Caption: where the line is cut, and the events by number."""
    cuts = "; ".join(
        f"garis dipotong antara {b['year_before']} dan {b['year']} karena "
        f"{'provinsi dimekarkan' if b['from_definition'].endswith('_undivided') else 'dasar hitung berganti'}"
        for b in breaks
    )
    said = "; ".join(f"({n}) {period(e['period'], 'id')}: {e['title_id']}" for n, e in enumerate(events, 1))
    out = f"{cuts[:1].upper()}{cuts[1:]}. " if cuts else ""
    return out + (f"Peristiwa untuk dibaca berdampingan, bukan sebagai sebab: {said}." if said else "")


def chart_alt(f, ends, breaks):
    """Alt text of the chart: first and last value of the region and of the province."""
    said = " ".join(f"{n}: {a} pada {ta}, {b} pada {tb}." for n, a, ta, b, tb in ends)
    cuts = f" Garis dipotong sebelum {', '.join(str(b['year']) for b in breaks)}." if breaks else ""
    return f"Grafik garis persentase penduduk miskin. {said}{cuts}"


TABLE = {"heading": "Angka kunci", "parts": "Perbandingan {} daerah",
         "note": "Sifat menyatakan cara angka disebut sumbernya. Ukuran yang dihitung diturunkan dari baris sumber lain."}  # fmt: skip
LABELS = {
    "ucj": "Cakupan UCJ yang dilaporkan",
    "potential": "Pekerja potensial (penyebut UCJ)",
    "over_employed": "Peserta aktif terhadap penduduk bekerja BPS",
    "members": "Peserta aktif",
    "informal": "Perkiraan pekerja informal (Sakernas)",
    "paid": "Iuran dibayar dari {}",
    "lapsed": "Pernah dibayar dari APBDes, berhenti",
    "planned": "Rencana dari {}",
    "budget": "Anggaran iuran",
    "p0": "Persentase penduduk miskin (P0)",
    "p1": "Indeks kedalaman kemiskinan (P1)",
    "p2": "Indeks keparahan kemiskinan (P2)",
    "poor": "Penduduk miskin",
    "line": "Garis kemiskinan per orang per bulan",
    "extreme": "Kemiskinan ekstrem, angka resmi",
    "estimate": "Kemiskinan ekstrem, perkiraan",
    "dues": "Iuran bersubsidi",
}


def parts_headers(f):
    """Head of the table of parts."""
    since = f"Perubahan sejak {period(f.p0_start.period, 'id')}" if f.p0_start else "Perubahan"
    if not f.known:
        return ("Daerah", f"P0 {period(f.p0.period, 'id')}", since, "P1", "Penduduk miskin",
                "Kemiskinan ekstrem, perkiraan (rentang 80 persen)")  # fmt: skip
    return ("Daerah", "UCJ", "Iuran bersubsidi (realisasi)", "Rencana",
            f"P0 {period(f.p0.period, 'id')}", f"Perubahan sejak {period(f.p0_start.period, 'id')}")  # fmt: skip


def method(f):
    """Paragraph on method."""
    if not f.known:
        return (
            "Metode: angka kemiskinan sebagaimana dicetak BPS (Susenas Maret); bila salinan tabel BPS berbeda, dipakai yang lebih dapat "
            "dipercaya dan yang lain tetap tersimpan sebagai konflik. Kemiskinan ekstrem diperkirakan dari P0, P1, dan P2 dengan sebaran "
            "entropi maksimum yang dikalibrasi ke angka nasional. Perubahan lintas definisi tidak dihitung."
        )
    return (
        "Metode: setiap angka adalah pernyataan sumber dengan waktu, sifat, dan status; bila sumber berbeda, dipakai yang lebih "
        "dapat dipercaya (tabel BPS, rilis BPS, pemerintah, lalu pers) dan yang lain tetap tersimpan sebagai konflik. UCJ adalah "
        "peserta aktif dibagi pekerja potensial menurut BPJS Ketenagakerjaan. Pekerja informal diperkirakan dari penduduk bekerja "
        "kali persentase informal (Sakernas Agustus). Kemiskinan ekstrem diperkirakan dari P0, P1, dan P2 dengan sebaran entropi maksimum yang dikalibrasi ke angka nasional. Perubahan lintas definisi tidak dihitung."
    )


def version(data, code):
    """Versions of data and code."""
    return (
        f"Versi data {data}, versi program ucj_analysis {code}. Setiap angka dalam teks memuat nomor baris sumbernya."
    )
