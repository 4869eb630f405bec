"""Keys of prices and values in the JSON of questions, and those of the JSON of ``clew prices``."""

from __future__ import annotations

from clew.cli.key import (
    EXTENT,
    FLAG,
    HEX,
    INTEGER,
    LIST,
    OBJECT,
    OR_NULL,
    SATOSHI,
    SECONDS,
    TEXT,
    TIME,
    Key,
    under,
)

_ISO = "ISO 8601, UTC"
_DAY = "day, UTC"
_DECIMAL = "decimal"

_QUOTE: tuple[Key, ...] = (
    Key("currency", TEXT, "ISO 4217", "The currency."),
    Key("price", TEXT + OR_NULL, _DECIMAL, "Price of one coin in quoted; null where it is missing."),
    Key("quoted", TEXT + OR_NULL, "ISO 4217", "Currency of the table that it is from."),
    Key("field", TEXT + OR_NULL, "", "What of the table it is: price, open or close."),
    Key("price_time", INTEGER + OR_NULL, TIME, "From when on it holds."),
    Key("resolution", INTEGER + OR_NULL, SECONDS, "How long it holds."),
    Key("source", TEXT + OR_NULL, "", "Who published it, as named at the import."),
    Key("import", TEXT + OR_NULL, HEX, "Id of the import."),
    Key("rates", TEXT + OR_NULL, "", "Source of the reference rates; null where none were needed."),
    Key("rates_import", TEXT + OR_NULL, HEX, "Id of their import."),
    Key(
        "rate_day",
        TEXT + OR_NULL,
        _DAY,
        "Day of the rates: that of the time asked for, or the last before it.",
    ),
    Key("rate_from", TEXT + OR_NULL, _DECIMAL, "What a euro was worth in quoted on that day."),
    Key("rate_to", TEXT + OR_NULL, _DECIMAL, "What a euro was worth in currency on that day."),
    Key("missing", TEXT + OR_NULL, "", "Why there is no price; null where there is one."),
)
_WORTH: tuple[Key, ...] = (
    Key(
        "value", TEXT + OR_NULL, _DECIMAL, "The value, to hundredths, half to even; null where it is missing."
    ),
    Key("high", TEXT + OR_NULL, _DECIMAL, "At the day's highest price; null where the table does not tell."),
    Key("low", TEXT + OR_NULL, _DECIMAL, "At the day's lowest price; null where the table does not tell."),
)
_TOTAL: tuple[Key, ...] = (
    Key("currency", TEXT, "ISO 4217", "The currency."),
    Key(
        "value",
        TEXT + OR_NULL,
        _DECIMAL,
        "Sum of the values, each rounded by itself; null where all are missing.",
    ),
    Key("valued", INTEGER, "amounts", "How many amounts have a value."),
    Key("missing", INTEGER, "amounts", "How many have none; the sum leaves them out."),
    Key("satoshi_missing", INTEGER, SATOSHI, "Sum of these."),
)


def valued(parent: str) -> tuple[Key, ...]:
    """Keys of the values of one amount, a list under ``parent``."""
    name = f"{parent}.values"
    return (
        Key(name, LIST, "", "Its value in each currency asked for; only there with --value."),
        *under(f"{name}[]", *_QUOTE, *_WORTH),
        Key(f"{name}[].at_day", OBJECT + OR_NULL, "", "The same at the beginning of the day of --value-at."),
        *under(f"{name}[].at_day", *_QUOTE, *_WORTH),
    )


def totalled(name: str, doc: str) -> tuple[Key, ...]:
    """Keys of totals of values, a list called ``name``."""
    return (
        Key(name, LIST, "", doc),
        *under(f"{name}[]", *_TOTAL),
        Key(
            f"{name}[].at_day", OBJECT + OR_NULL, "", "The same, each amount valued at the day of --value-at."
        ),
        *under(f"{name}[].at_day", *_TOTAL),
    )


_IMPORT: tuple[Key, ...] = (
    Key("import", TEXT, HEX, "Its id, the same for the same content in every ledger."),
    Key("file", TEXT, "", "Name of the file."),
    Key("digest", TEXT, HEX, "SHA-256 of the file."),
    Key("time", TEXT, _ISO, "When it was imported."),
    Key("kind", TEXT, "", "prices, or rates: what a euro was worth."),
    Key("source", TEXT, "", "Who published it, as named at the import."),
    Key("importer", TEXT, "", "What read it, and its version."),
    Key("series", LIST, "", "What it holds, by currency."),
    Key("series[].currency", TEXT, "ISO 4217", "The currency."),
    Key("series[].resolution", INTEGER, SECONDS, "How long a row holds."),
    Key("series[].fields", LIST, "", "What a row states: price, open, high, low, close."),
    Key("series[].first", INTEGER, TIME, "Time of its first row."),
    Key("series[].last", INTEGER, TIME, "Time of its last row."),
    Key("series[].rows", INTEGER, "rows", "How many rows it has."),
    Key("findings", LIST, "", "What was found in the file: gaps, rows there twice, order; each a sentence."),
    Key("withdrawn", TEXT + OR_NULL, _ISO, "When it was withdrawn; null while in force."),
    Key("reason", TEXT + OR_NULL, "", "Why it was withdrawn."),
)
_DIGEST = Key("prices", TEXT + OR_NULL, HEX, "SHA-256 over all imports in force; null where there is none.")
_SNAPSHOT = Key("snapshot", TEXT, HEX, "Snapshot of the ledger with its prices, as answers have it.")

PRICE_QUESTIONS: dict[str, tuple[Key, ...]] = {
    "prices list": (
        Key("imports", LIST, "", "Every import, also those withdrawn, in the order of time."),
        *under("imports[]", *_IMPORT),
        _DIGEST,
        *EXTENT,
    ),
    "prices show": (
        Key("days", LIST, "", "One row for each day. It may be cut."),
        Key("days[].day", TEXT, _DAY, "The day."),
        *under("days[]", *_QUOTE, *_WORTH),
        Key("total", OBJECT, "", "Totals, also of days not shown."),
        Key("total.days", INTEGER, "days", "How many days."),
        Key("total.missing", INTEGER, "days", "How many of them have no price."),
        _DIGEST,
        *EXTENT,
    ),
}

PRICE_COMMANDS: dict[str, tuple[Key, ...]] = {
    "prices import": (
        *_IMPORT,
        Key("is_new", FLAG, "", "False if the file was in force already, and not imported again."),
        _DIGEST,
        _SNAPSHOT,
    ),
    "prices withdraw": (
        Key("import", TEXT, HEX, "Id of the import."),
        Key("file", TEXT, "", "Name of its file."),
        Key("source", TEXT, "", "Who published it."),
        Key("withdrawn", TEXT, _ISO, "When."),
        Key("reason", TEXT + OR_NULL, "", "Why, as given."),
        _DIGEST,
        _SNAPSHOT,
    ),
}

__all__ = ["PRICE_COMMANDS", "PRICE_QUESTIONS", "totalled", "valued"]
