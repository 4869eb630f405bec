"""Small random chains for traces, with everything that a trace may meet."""

from __future__ import annotations

from pathlib import Path
from random import Random

from clew.bitcoin.block import Block
from clew.simulate.blockfile import write_block_files
from naive.chain import REGTEST, Chain, Pay, pay, script_of
from naive.trace import POLICIES, Question

PEOPLE = [f"person {number}" for number in range(6)]
KEY = b"\x21\x02" + bytes(31) + b"\x07\xac"
"""Pay-to-pubkey."""
ODD = b"\x51\x93\x87"
"""A script of no standard form."""
PAID: list[str | bytes] = [*PEOPLE, KEY, ODD]


class Made:
    """A chain, its coins by name, and the scripts and transactions that a question may give."""

    def __init__(self, seed: int, blocks: int = 12, most: int = 4, twice: bool = True) -> None:
        self.rng = Random(seed)
        self.chain = Chain()
        self.living: dict[tuple[bytes, int], int] = {}
        self.coins: list[str] = []
        self.transactions: list[str] = []
        self.twice = ""
        for _ in range(blocks):
            self._mine(most)
        if twice:
            self._mine_twice()

    @property
    def blocks(self) -> list[Block]:
        return self.chain.blocks

    def _mine(self, most: int) -> None:
        rng, made = self.rng, []
        for _ in range(rng.randint(0, most)):
            if not self.living:
                break
            spends = rng.sample(sorted(self.living), min(len(self.living), rng.choice([1, 1, 2, 3])))
            value = sum(self.living.pop(each) for each in spends)
            made.append(pay(spends, self._outputs(value)))
            self._note(made[-1].txid, [each.value for each in made[-1].outputs], made[-1].outputs)
            self.transactions.append(made[-1].txid[::-1].hex())
        block = self.chain.mine(self._outputs(rng.randint(1, 3000)) or [("x", 1)], made)
        first = block.transactions[0]
        self._note(first.txid, [each.value for each in first.outputs], first.outputs)

    def _outputs(self, value: int) -> list[Pay]:
        rng = self.rng
        fee, outputs = rng.choice([0, rng.randint(0, value)]) // rng.randint(1, 20), []
        rest = value - fee
        for place in range(count := rng.randint(1, 4)):
            part = rest if place == count - 1 else rng.choice([0, rng.randint(0, rest), rest // 2])
            outputs.append((b"\x6a\x01\x02" if rng.random() < 0.07 else rng.choice(PAID), part))
            rest -= part
        rng.shuffle(outputs)
        return outputs

    def _note(self, txid: bytes, values: list[int], outputs: object) -> None:
        for vout, value in enumerate(values):
            self.coins.append(f"{txid[::-1].hex()}:{vout}")
            if not outputs[vout].script.startswith(b"\x6a"):  # type: ignore[index]
                self.living[txid, vout] = value

    def _mine_twice(self) -> None:
        """The same coinbase twice, of which the second time one output is spent (BIP 30)."""
        outputs: list[Pay] = [(PEOPLE[0], 70), (PEOPLE[1], 30)]
        for _ in range(2):
            block = self.chain.mine(outputs, tag=b"same")
        txid = block.transactions[0].txid
        self.coins += [f"{txid[::-1].hex()}:0", f"{txid[::-1].hex()}:1"]
        self.twice = self.rng.choice(self.coins[-2:])
        self.chain.mine([("x", 1)], [pay([(txid, 1)], [("x", 20)])])

    def question(self, forward: bool | None = None) -> tuple[list[str], Question]:
        """Sources and a question about this chain, at random."""
        rng = self.rng
        paid = rng.sample(PAID, rng.choice([0, 0, 1, 2]))
        scripts = [script_of(each) if isinstance(each, str) else each for each in paid]
        some = rng.sample(self.transactions, min(len(self.transactions), rng.choice([0, 0, 3])))
        names = sorted(set(self.coins))
        sources = rng.sample(names, min(len(names), rng.choice([1, 2, 5])))
        if self.twice and rng.random() < 0.3:
            sources = [*(set(sources) - {self.twice}), *[self.twice] * rng.randint(1, 2)]
        question = Question(
            forward=rng.random() < 0.6 if forward is None else forward,
            policies=POLICIES,
            hops=rng.choice([None, None, 0, 1, 3]),
            height=rng.choice([None, None, 6]),
            least=rng.choice([0, 0, 1, 50]),
            services=scripts[:1],
            holders=scripts[1:],
            coinjoins=some,
        )
        return sorted(sources), question

    def write(self, folder: Path, xor: bool = False) -> Path:
        """Block files of the chain in a new folder."""
        key = bytes(range(1, 9)) if xor else None
        write_block_files(folder, self.chain.raw, network=REGTEST, xor_key=key, preallocate=4096)
        return folder
