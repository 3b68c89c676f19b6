"""Money as people export it. 1.234 is decided by its column or a choice, else refused; negatives are refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from customers.rules.book.places import CURRENCIES, DOLLARS, SYMBOLS
from customers.rules.book.reading import BadValue, DecimalMark, shown, tidy

MAX_AMOUNT = Decimal("999999999999.99")
_SUFFIXES = {
    "k": Decimal(1_000),
    "m": Decimal(1_000_000),
    "mm": Decimal(1_000_000),
    "mio": Decimal(1_000_000),
}
_SUFFIXES |= {"bn": Decimal(1_000_000_000), "b": Decimal(1_000_000_000), "tsd": Decimal(1_000)}
_SHAPE = re.compile(
    r"(?P<before>[A-Za-z]{1,3}\$|[A-Za-z]{3}|[$€£¥])?\s*(?P<number>\d[\d.,'’\s]*?)\s*"
    r"(?P<suffix>k|mm|mio\.?|m|bn|b|tsd\.?)?\s*(?P<after>[A-Za-z]{3}|[$€£¥])?(?:\s*(?:,-|,--|\.-))?$",
    re.IGNORECASE,
)
_GROUP_MARKS = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
_NEGATIVE = re.compile(r"^[^\d]*[-−(]|-$|\)$")


@dataclass(frozen=True)
class Amount:
    """A non-negative amount; currency is None when the cell names none. “$” alone is "$"."""

    value: Decimal
    currency: str | None = None


@dataclass(frozen=True)
class AmountColumn:
    """What a column as a whole proves about its decimal mark; chosen is True when a person said so."""

    decimal: DecimalMark | None
    ambiguous: int = 0
    chosen: bool = False

    @property
    def is_open(self) -> bool:
        return self.decimal is None and self.ambiguous > 0


def study_amounts(cells: Iterable[str], *, chosen: DecimalMark | None = None, money: bool = False) -> AmountColumn:
    """Find the decimal mark that a column proves, and count the cells that need it.

    money: amounts have no three decimals, so a column whose only marks are commas before three digits ("12,000")
    groups thousands. Points alone stay open: "1.234" is also what a program writes for a fraction.
    """
    proofs: set[DecimalMark] = set()
    ambiguous = 0
    only_commas = True
    for cell in cells:
        match = _SHAPE.match(tidy(cell))
        if match is None:
            continue
        number = _ungrouped(match["number"])
        proof = _proved_mark(number, had_groups=number != match["number"].strip())
        if proof is not None:
            proofs.add(proof)
        elif _is_ambiguous(number):
            ambiguous += 1
            only_commas = only_commas and "," in number
    if chosen is not None:
        return AmountColumn(chosen, ambiguous, chosen=True)
    if money and not proofs and ambiguous and only_commas:
        return AmountColumn(DecimalMark.POINT, ambiguous)
    return AmountColumn(proofs.pop() if len(proofs) == 1 else None, ambiguous)


def read_amount(cell: str, column: AmountColumn) -> Amount:
    """Read one amount with its currency, if any. Raises BadValue for text, negatives and what is ambiguous."""
    text = tidy(cell)
    if any(c.isdigit() for c in text) and _NEGATIVE.search(re.sub(r"[,.]-+$", "", text)):
        raise BadValue(f"{shown(text)} is negative")
    match = _SHAPE.match(text)
    if match is None:
        raise BadValue(f"{shown(text)} is not an amount")
    value = _read_number(text, match["number"], column) * _factor(match["suffix"])
    if value > MAX_AMOUNT:
        raise BadValue(f"{shown(text)} is too large")
    return Amount(value, _currency(text, match["before"], match["after"]))


def settle_currency(amount: Amount, *, stated: str | None, default: str) -> str:
    """Decide the currency of an amount from its cell, the row's currency and the workspace's. Raises BadValue."""
    if amount.currency is None:
        return stated or default
    if amount.currency == "$":
        home = stated or (default if default in DOLLARS else "USD")
        if home not in DOLLARS:
            raise BadValue(f"the amount is in dollars but the row's currency is {home}")
        return home
    if stated and stated != amount.currency:
        raise BadValue(f"the amount is in {amount.currency} but the row's currency is {stated}")
    return amount.currency


def read_plain_number(cell: str, column: AmountColumn) -> Decimal:
    """Read a number without currency or suffix, by the same rules as amounts. Raises BadValue."""
    text = tidy(cell)
    if text.startswith(("-", "−")):
        raise BadValue(f"{shown(text)} is negative")
    if not re.fullmatch(r"\d[\d.,'’\s]*", text):
        raise BadValue(f"{shown(text)} is not a number")
    value = _read_number(text, text, column)
    if value > MAX_AMOUNT:
        raise BadValue(f"{shown(text)} is too large")
    return value.quantize(Decimal("0.0001"))


def _read_number(text: str, number: str, column: AmountColumn) -> Decimal:
    digits = _ungrouped(number)
    proof = _proved_mark(digits, had_groups=digits != number.strip())
    if column.chosen and proof is not None and proof != column.decimal:
        raise BadValue(f"{shown(text)} does not fit the chosen number format (decimal {column.decimal})")
    mark = proof or column.decimal
    if mark is None:
        if _is_ambiguous(digits):
            raise BadValue(f"{shown(text)} may be thousands or decimals; choose the decimal mark")
        mark = DecimalMark.POINT
    group, point = (",", ".") if mark == DecimalMark.POINT else (".", ",")
    if not re.fullmatch(rf"\d+(?:\{group}\d{{3}})*(?:\{point}\d+)?", digits):
        raise BadValue(f"{shown(text)} is not a number")
    return Decimal(digits.replace(group, "").replace(point, "."))


def _ungrouped(number: str) -> str:
    return _GROUP_MARKS.sub("", number.strip())


def _proved_mark(digits: str, *, had_groups: bool) -> DecimalMark | None:
    """Tell the decimal mark from one number alone, or None when it fits both ways or has none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return DecimalMark.POINT if digits.rfind(".") > digits.rfind(",") else DecimalMark.COMMA
    if points > 1:
        return DecimalMark.COMMA
    if commas > 1:
        return DecimalMark.POINT
    if not points and not commas:
        return None
    mark = DecimalMark.POINT if points else DecimalMark.COMMA
    before, after = re.split(r"[.,]", digits)
    can_be_group = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0") and not had_groups
    return None if can_be_group else mark


def _is_ambiguous(digits: str) -> bool:
    return re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits) is not None


def _factor(suffix: str | None) -> Decimal:
    return _SUFFIXES[suffix.lower().rstrip(".")] if suffix else Decimal(1)


def _currency(text: str, before: str | None, after: str | None) -> str | None:
    named = [_one_currency(text, mark) for mark in (before, after) if mark]
    if len(named) == 2 and named[0] != named[1] and "$" not in named:
        raise BadValue(f"{shown(text)} names two currencies")
    codes = [name for name in named if name != "$"]
    return next(iter(codes or named), None)


def _one_currency(text: str, mark: str) -> str:
    upper = mark.upper()
    if upper in SYMBOLS:
        return SYMBOLS[upper]
    if upper in CURRENCIES:
        return upper
    raise BadValue(f"{shown(text)}: “{mark}” is not a currency")
