"""What every question returns: the result, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NOTICE = "A payment shows neither an account, nor access, nor knowledge; anyone can pay any address."
"""The line under every table of payments."""

COMPLETE = "complete"
"""Status of a list that shows everything there is."""

NONE_FOUND = "none found"
"""Status of a list that was searched for, and is empty."""

CUT = "cut"
"""Status of a list of which only a part is shown."""

NOT_SEARCHED = "not searched"
"""Status of something that nobody looked for, so that nothing can be said of it."""


@dataclass(frozen=True)
class Answer:
    """One question and its answer, at one state of the ledger.

    ``ledger`` holds ``network``, ``tip`` (``height``, ``hash``, ``work``), ``rule_set`` (the name of the
    set of rules that its entities rest on) and ``rules`` (``name``, ``version`` of each of them).
    ``snapshot`` is a SHA-256 over everything the answer depends on. ``result`` holds plain values under
    stable keys: amounts are integers in satoshi, times are Unix seconds, hashes are hex as shown to people,
    and what is absent is None.
    """

    question: str
    parameters: dict[str, Any]
    ledger: dict[str, Any]
    snapshot: str
    result: dict[str, Any]
    caveats: tuple[str, ...] = ()
    error_estimate: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The answer as one flat dictionary, ready for JSON."""
        return {
            "question": self.question,
            "parameters": self.parameters,
            "network": self.ledger["network"],
            "tip": self.ledger["tip"],
            "snapshot": self.snapshot,
            "rule_set": self.ledger["rule_set"],
            "rules_in_force": self.ledger["rules"],
            **self.result,
            "caveats": list(self.caveats),
            "error_estimate": self.error_estimate,
        }


def list_status(shown: int, found: int) -> dict[str, Any]:
    """Keys that say how much of a list of ``found`` rows is shown."""
    status = NONE_FOUND if not found else COMPLETE if shown == found else CUT
    return {"status": status, "shown": shown, "found": found}


__all__ = ["COMPLETE", "CUT", "NONE_FOUND", "NOTICE", "NOT_SEARCHED", "Answer", "list_status"]
