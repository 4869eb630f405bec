"""Where conclusions fail: by form of transaction and wallet model, with examples to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from clew.accuracy.chain import Chain, names_of_forms
from clew.accuracy.truth import NO_PROTOCOL, NOT_KNOWN, Truth
from clew.ledger.columns import Array
from clew.ledger.ledger import Ledger

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """A way in which a rule fails: what is wrong, where, how often, and the first few cases.

    ``examples``: transaction ids, or ``txid:vout``, in chain order.
    """

    about: str
    subject: str
    what: str
    form: str
    model: str
    count: int
    examples: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self) | {"examples": list(self.examples)}

    @staticmethod
    def from_dict(row: Mapping[str, Any]) -> Failure:
        """What ``as_dict`` gave, read back."""
        return Failure(**{**row, "examples": tuple(row["examples"])})


class Failures:
    """Gathers failures of transactions, or of outputs."""

    def __init__(self, ledger: Ledger, truth: Truth, chain: Chain) -> None:
        self._ledger, self._chain, self._truth = ledger, chain, truth
        self._forms = names_of_forms(truth)
        self._form = np.where(truth.form == NOT_KNOWN, len(self._forms) - 1, truth.form).astype(np.int64)
        self._model, self._models = truth.model_of(truth.maker)

    def of_transactions(self, about: str, subject: str, what: str, wrong: Array) -> Iterator[Failure]:
        """Failures of the transactions at which ``wrong`` (bool) holds."""
        yield from self._gather(about, subject, what, np.flatnonzero(wrong), None)

    def of_outputs(self, about: str, subject: str, what: str, wrong: Array) -> Iterator[Failure]:
        """Failures of the outputs at which ``wrong`` (bool) holds."""
        outputs = np.flatnonzero(wrong)
        yield from self._gather(about, subject, what, self._chain.transaction[outputs], outputs)

    def _gather(
        self, about: str, subject: str, what: str, transactions: Array, outputs: Array | None
    ) -> Iterator[Failure]:
        place = self._form[transactions] * len(self._models) + self._model[transactions]
        groups, of, counts = np.unique(place, return_inverse=True, return_counts=True)
        for i in np.lexsort((groups, -counts)):
            rows = np.flatnonzero(of == i)[:EXAMPLES]
            protocol = self._truth.protocols[
                max(NO_PROTOCOL, int(self._truth.protocol[transactions[rows[0]]]))
            ]
            form = self._forms[int(groups[i]) // len(self._models)]
            yield Failure(
                about=about,
                subject=subject,
                what=what,
                form=protocol if protocol and form == "unknown" else form,
                model=self._models[int(groups[i]) % len(self._models)],
                count=int(counts[i]),
                examples=tuple(self._text(transactions, outputs, int(row)) for row in rows),
            )

    def _text(self, transactions: Array, outputs: Array | None, row: int) -> str:
        txid = self._ledger.txid(int(transactions[row]))
        if outputs is None:
            return txid
        return f"{txid}:{int(outputs[row] - self._chain.first_output[transactions[row]])}"


__all__ = ["Failure", "Failures"]
