"""What a truth table is made of: columns, and those that many tables share."""

from __future__ import annotations

from dataclasses import dataclass, replace

SQL_TYPES = {
    "text": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "bool": "BOOLEAN",
    "money": "DECIMAL(18,2)",
}
"""Types of columns, and what they are in SQL."""


@dataclass(frozen=True)
class Column:
    """One column. ``type``: of ``SQL_TYPES``. ``words``: all texts that may stand in it, if they are few.
    ``empty``: when it is null; a column without such a case never is."""

    name: str
    type: str
    doc: str
    unit: str = ""
    words: tuple[str, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Table:
    """One table: what a row is, how rows are ordered, and the columns."""

    name: str
    doc: str
    order: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError."""
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(f"{self.name}.{name}")


TX = Column(
    "tx", "int32", "The transaction's number in the chain, as in a ledger of Clew; 0 is the genesis block's."
)
TXID = Column("txid", "text", "The transaction's id, as people write it.")
VOUT = Column("vout", "int32", "The output's place in its transaction.")
HEIGHT = Column("height", "int32", "Height of the block.")
VALUE = Column("value", "int64", "What the output is worth.", "satoshi")
ADDRESS = Column("address", "text", "The address that is paid, as people write it.")
ADDRESS_ID = Column("address_id", "int32", "That address's row in `addresses`.")
OWNER = Column("actor", "int32", "Whose address it is: a row in `actors`.")
TIME = Column("time", "int64", "Time of the block.", "Unix seconds")


def named(column: Column, name: str, doc: str, empty: str = "") -> Column:
    """A column like another."""
    return replace(column, name=name, doc=doc, empty=empty)
