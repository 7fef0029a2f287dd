"""The query that prices a table of usage by the bands (`costs.bands`), in SQL that SQLGlot can translate.

The table has a row per call: `model`, `day`, perhaps `tier`, `plan` and `source`, and counts under the names that
`ratecards.cost` takes, with the modality behind them where it is said: `input_tokens`, `output_tokens_image`. Two
statements: the calls that have a price, with it; and those that have none, with the reason.

No amount is rounded. Counts are below 10^11, prices DECIMAL(22, 16): a product has at most 34 digits and 16 places, and
sixteen of them are added pairwise before one must be made narrow again, as Spark adds a digit with each sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ratecards.catalog.choices import LIFETIMES, MODALITIES
from ratecards.costing.bands import MEASURED_PLACES, PLACES, PRICES
from ratecards.costing.counts import PLAIN_RULES, TOKENS
from ratecards.errors import CostError
from ratecards.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST = 10**11 - 1
WORDS = ("model", "day", "tier", "plan", "source")
_SPLIT = (*TOKENS, *(name for name, rule in PLAIN_RULES.items() if rule.by == "modality"))
# By column of a usage table, the plain count, and the modality that it says or how long what is written is kept.
COUNTS = {
    **{f"{name}_{m}" if m else name: (name, m) for name in _SPLIT for m in ("", *MODALITIES)},
    **{name: (name, "") for name in PLAIN_RULES if name not in _SPLIT},
    **{f"cache_write_tokens_{kept.replace(' ', '_')}": ("cache_write_tokens", kept) for kept in LIFETIMES},
}
USUAL = ("model", "day", "tier", *TOKENS)
_METERS = dict(zip(TOKENS, ("input", "cache_read", "cache_write", "output", "output"), strict=True))
_AMOUNT, _COUNT, _MEASURED = f"DECIMAL(34, {PLACES})", "DECIMAL(12, 0)", f"DECIMAL(12, {PLACES - MEASURED_PLACES})"
_LEAVES = 16


class Priced(NamedTuple):
    """What gives the calls that have a price, with `priced_by`, `cost` and `currency`, and those without, with why.

    Two statements, or what an engine makes of them.
    """

    priced: Any
    unpriced: Any


def translated(statement: str, dialect: str) -> str:
    """A statement in the SQL of another engine, set for people to read. Raises `CostError` without SQLGlot."""
    try:
        from sqlglot import exp, parse_one
    except ImportError as error:
        raise CostError("SQL is translated by SQLGlot, which is not installed: pip install 'ratecards[sql]'") from error
    tree = parse_one(statement, read="duckdb")
    if dialect == "bigquery":  # its NUMERIC has nine places; nothing else is cast to
        for kind in tree.find_all(exp.DataType):
            kind.replace(exp.DataType.build("BIGDECIMAL"))
    text: str = tree.sql(dialect, pretty=True)
    # what a left join does not find would be 0 there
    return f"{text}\nSETTINGS join_use_nulls = 1" if dialect == "clickhouse" else text


class _Term(NamedTuple):
    """So much of what one price is of; `counts` are the columns that say it."""

    price: str
    amount: str
    counts: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The amount of money; nothing where something was used that has no price."""
        amount = f"CAST({self.amount} AS {_MEASURED if PRICES[self.price].measured else _COUNT})"
        return f"CASE WHEN {self.amount} > 0 THEN CAST({amount} * b.{self.price} AS {_AMOUNT}) ELSE 0 END"


def query(columns: Sequence[str] = USUAL, usage: str = "usage", bands: str = "bands", source: str = "") -> Priced:
    """The query for a usage table that has these columns, and any others, which it hands through.

    Calls are priced by the documentation of whoever sells the model; with `source` by that one, or with a column
    `source` by the one that it names. Raises `CostError` on a column that is not known.
    """
    return _Query(columns, usage, bands, source).statements()


class _Query:
    def __init__(self, columns: Sequence[str], usage: str, bands: str, source: str) -> None:
        if unknown := [name for name in columns if name not in WORDS and name not in COUNTS]:
            raise CostError(f"no column {unknown[0]!r} of a usage; there are {', '.join((*WORDS, *COUNTS))}")
        counts = [name for name in COUNTS if name in columns]
        missing = [name for name in ("model", "day") if name not in columns] + ([] if counts else ["a count"])
        if missing:
            raise CostError(f"a usage table needs the columns model, day and a count; missing: {', '.join(missing)}")
        if source and "source" in columns:
            raise CostError("the usage has a column source: leave out the one source")
        self._columns, self._counts, self._usage, self._bands, self._source = columns, counts, usage, bands, source
        self._sent = {m: self._sum("input_tokens", m, unsaid="text") for m in MODALITIES}
        self._sent = {m: amount for m, amount in self._sent.items() if amount}
        self._all = " + ".join(self._sent.values()) or "0"
        written = [column for column in counts if COUNTS[column][0] == "cache_write_tokens"]
        # what is written to a cache counts for the size of a prompt, as in `usage_of`
        self._prompt = " + ".join([*self._sent.values(), *map(self._value, written)]) or "0"
        self._terms = [*self._tokens(), *self._others()]
        if not self._terms:
            raise CostError("cached_tokens are a part of input_tokens, which the usage does not have")

    # ------------------------------------------------------------------------------------------ what is counted

    def _value(self, column: str) -> str:
        return f"COALESCE(u.{column}, 0)"

    def _odd(self, column: str) -> str:
        """Whether a count is no number that a call can have."""
        value, rule = self._value(column), PLAIN_RULES.get(COUNTS[column][0])
        if rule and rule.measured:
            rounded = f"CAST({value} AS {_MEASURED}) <> {value}"
            return f"CASE WHEN {value} BETWEEN 0 AND {MOST // 1000} THEN {rounded} ELSE TRUE END"
        return f"{value} NOT BETWEEN 0 AND {MOST}"

    def _of(self, name: str, modality: str, unsaid: str = "") -> list[str]:
        """The columns that say a count of a modality; those that say none are of the `unsaid` one."""
        wanted = {modality, ""} if modality == unsaid else {modality}
        return [column for column in self._counts if COUNTS[column][0] == name and COUNTS[column][1] in wanted]

    def _sum(self, name: str, modality: str, unsaid: str = "") -> str:
        values = [self._value(column) for column in self._of(name, modality, unsaid)]
        return f"({' + '.join(values)})" if len(values) > 1 else "".join(values)

    def _tokens(self) -> Iterable[_Term]:
        for m in MODALITIES:
            sent, read = self._sent.get(m, ""), self._read(m)
            counts = tuple(self._of("input_tokens", m, "text"))
            if sent:
                yield _Term(f"input_{m}_per_token", f"({sent} - {read})" if read else sent, counts)
            if read and sent:
                yield _Term(f"cache_read_{m}_per_token", read, tuple(self._of("cached_tokens", m, m)))
            if written := self._sum("cache_write_tokens", m, "text"):
                yield _Term(f"cache_write_{m}_per_token", written, tuple(self._of("cache_write_tokens", m, "text")))
        for kept in LIFETIMES:
            for column in self._of("cache_write_tokens", kept):
                yield _Term(f"cache_write_{kept.replace(' ', '_')}_per_token", self._value(column), (column,))
        for m in ("", *MODALITIES):
            columns = [*self._of("output_tokens", m), *(self._of("thoughts_tokens", m, "text") if m else [])]
            if columns:
                amount = " + ".join(map(self._value, columns))
                name = f"output_{m}_per_token" if m else "output_per_token"
                yield _Term(name, f"({amount})" if len(columns) > 1 else amount, tuple(columns))

    def _read(self, modality: str) -> str:
        """What was read from the cache of a modality: where none is said and all that was sent is of it, all of it."""
        values = [self._value(column) for column in self._of("cached_tokens", modality) if modality]
        if "cached_tokens" in self._counts and modality in self._sent:
            alone = self._value("cached_tokens")
            if len(self._sent) > 1:
                alone = f"CASE WHEN {self._sent[modality]} = {self._all} THEN {alone} ELSE 0 END"
            values.append(alone)
        return f"({' + '.join(values)})" if len(values) > 1 else "".join(values)

    def _others(self) -> Iterable[_Term]:
        for column in self._counts:
            name, modality = COUNTS[column]
            if name in PLAIN_RULES:
                rule = PLAIN_RULES[name]
                said = modality or ("" if rule.by == "modality" else "".join(rule.modalities))
                price = next(
                    p.name for p in PRICES.values() if (p.meter, p.modality, p.nouns) == (rule.meter, said, rule.nouns)
                )
                yield _Term(price, self._value(column), (column,))

    # ------------------------------------------------------------------------------------------------ the query

    def _total(self) -> str:
        amounts = [term.sql for term in self._terms]
        groups = [_pairwise(amounts[i : i + _LEAVES]) for i in range(0, len(amounts), _LEAVES)]
        if len(groups) > 1:
            groups = [f"CAST({group} AS DECIMAL(36, {PLACES}))" for group in groups]
        total = _pairwise(groups)
        wrong = " OR ".join(condition for condition, _ in self._contradictions())
        return f"CASE WHEN {wrong} THEN NULL ELSE {total} END"

    def _contradictions(self) -> list[tuple[str, str]]:
        """What a usage cannot say, as a condition and in words."""
        nothing = " AND ".join(f"u.{column} IS NULL" for column in self._counts)
        found = [(nothing, "the usage counts nothing")]
        found += [(self._odd(c), f"{c}: no number that a call can have") for c in self._counts]
        for m in MODALITIES:
            read, sent = self._read(m), self._sent.get(m, "0")
            if read:
                found.append((f"{read} > {sent}", f"more {m} tokens were cached than sent"))
        if "cached_tokens" in self._counts:
            cached = self._value("cached_tokens")
            if not self._sent:
                found.append((f"{cached} > 0", "more tokens were cached than sent"))
            elif len(self._sent) > 1:
                mixed = " AND ".join(f"{sent} <> {self._all}" for sent in self._sent.values())
                found.append((f"{cached} > 0 AND {mixed}", "cached_tokens: say of which modality"))
        return found

    def _rate(self) -> str:
        """The bands by the words that a call is joined by; `asked` is the source where the usage names one."""
        prices = dict.fromkeys(term.price for term in self._terms)
        key = "model AS band_model, service_tier AS band_tier, plan AS band_plan, source AS band_source"
        shown = (
            f"{key}, prompt_over, prompt_up_to, since, until, currency AS band_currency, {', '.join(prices)}, depends"
        )
        documented = f"FROM {self._bands} WHERE authority = 'documentation'"
        if self._source:
            return f"SELECT '' AS asked, {shown} FROM {self._bands} WHERE source = '{_quoted(self._source)}'"
        if "source" not in self._columns:
            return f"SELECT '' AS asked, {shown} {documented}"
        return f"SELECT source AS asked, {shown} FROM {self._bands} UNION ALL SELECT '' AS asked, {shown} {documented}"

    def _said(self, column: str, default: str) -> str:
        return f"COALESCE(u.{column}, '{default}')" if column in self._columns else f"'{default}'"

    def statements(self) -> Priced:
        equal = [
            "b.band_model = u.model",
            f"b.band_tier = {self._said('tier', 'standard')}",
            f"b.band_plan = {self._said('plan', 'paid')}",
            *(["b.asked = COALESCE(u.source, '')"] if "source" in self._columns else []),
        ]
        within = [
            "b.since <= u.day",
            "(b.until IS NULL OR u.day < b.until)",
            f"(b.prompt_over IS NULL OR {self._prompt} > b.prompt_over)",
            f"(b.prompt_up_to IS NULL OR {self._prompt} <= b.prompt_up_to)",
        ]
        rate, total = f"WITH rate AS ({self._rate()})", self._total()
        shown = f"u.*, b.band_source AS priced_by, {total} AS cost, b.band_currency AS currency"
        priced = (
            f"{rate}, priced AS (SELECT {shown} FROM {self._usage} AS u INNER JOIN rate AS b ON {' AND '.join(equal)} "
            f"WHERE {' AND '.join(within)}) SELECT * FROM priced WHERE cost IS NOT NULL"
        )
        known = "SELECT asked, band_model AS known_model, MIN(since) AS first_day FROM rate GROUP BY asked, band_model"
        sold = (
            "SELECT asked, band_model AS sold_model, band_tier AS sold_tier, band_plan AS sold_plan FROM rate "
            "GROUP BY asked, band_model, band_tier, band_plan"
        )
        unpriced = (
            f"{rate}, known AS ({known}), sold AS ({sold}), unpriced AS (SELECT u.*, "
            f"CASE WHEN b.band_model IS NULL OR {total} IS NULL THEN {self._reason()} END AS reason "
            f"FROM {self._usage} AS u "
            f"LEFT JOIN rate AS b ON {' AND '.join((*equal, *within))} "
            f"LEFT JOIN known AS k ON {_as('k', 'known', equal[:1] + equal[3:])} "
            f"LEFT JOIN sold AS s ON {_as('s', 'sold', equal)}) SELECT * FROM unpriced WHERE reason IS NOT NULL"
        )
        return Priced(priced, unpriced)

    def _reason(self) -> str:
        """Why a call has no price, the first of what can be said."""
        cases = [
            *self._contradictions(),
            ("k.known_model IS NULL", "unknown model"),
            ("u.day IS NULL OR u.day < k.first_day", "no price of the model is known of that day"),
            ("s.sold_model IS NULL", "the tier is not offered on the plan"),
            ("b.band_model IS NULL", "nothing is sold on that day, or for a prompt of that size"),
        ]
        for term in self._terms:
            used, what = f"{term.amount} > 0 AND b.{term.price} IS NULL", " + ".join(term.counts)
            listed = f"CONCAT(' ', COALESCE(b.depends, ''), ' ') LIKE '% {term.price} %'"
            cases.append((f"{used} AND {listed}", f"{what}: the price depends on more than the table says"))
            cases.append((used, f"{what}: no price"))
        whens = " ".join(f"WHEN {condition} THEN '{words}'" for condition, words in cases)
        return f"CASE {whens} ELSE 'no price' END"


def _as(alias: str, prefix: str, equal: Iterable[str]) -> str:
    """The same conditions on another table of the words that are joined by."""
    return " AND ".join(words.replace("b.band_", f"{alias}.{prefix}_").replace("b.", f"{alias}.") for words in equal)


def _pairwise(terms: Sequence[str]) -> str:
    """The sum of terms, added by halves: as deep as it must be and no deeper."""
    if len(terms) == 1:
        return terms[0]
    half = (len(terms) + 1) // 2
    return f"({_pairwise(terms[:half])} + {_pairwise(terms[half:])})"


def _quoted(word: str) -> str:
    return word.replace("'", "''")
