"""Checks who imports whom: the table of rooms, read off the source with ``ast``.

    python tools/check_layers.py [src/clew]

Every import counts: late ones in functions, those for type checking only, relative ones, and
``import_module("clew.x")`` with a literal name. So does a text that names a room's files
(``SECLUDED``), since data can be read without an import. Exit code 1 and one line per violation, then
the table, when a room leans on what it may not. A new room needs a line in ``ROOMS``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "clew"

FREE = frozenset({"errors", "schema"})
_QUESTIONS = FREE | {
    "bitcoin",
    "kernels",
    "reference",
    "heuristics",
    "proceedings",
    "ledger",
    "engine",
    "analysis",
}
_TOLD = _QUESTIONS | {"case"}

ROOMS: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "schema": frozenset(),
    # A folder that is written whole: for those who make chains, and those who answer.
    "folders": frozenset({"errors"}),
    # What people write for Clew: worlds, law and cases as YAML, and no names of persons in it.
    "written": frozenset({"errors"}),
    "kernels": frozenset({"schema"}),
    "bitcoin": FREE,
    "reference": FREE | {"written"},
    "proceedings": FREE | {"written"},
    "heuristics": FREE | {"kernels"},
    "ledger": FREE | {"bitcoin", "kernels"},
    "engine": FREE | {"ledger"},
    "build": FREE | {"engine", "ledger", "heuristics", "kernels"},
    "simulate": FREE | {"bitcoin", "folders", "kernels", "written"},
    "analysis": FREE | {"ledger", "reference", "heuristics", "kernels"},
    # Judges what rules and questions conclude; none of them may lean on it, nor it on who makes the truth.
    "accuracy": _QUESTIONS - {"bitcoin", "proceedings", "engine"},
    # Learns from truth what rules may state of change; only the model's file goes to those who conclude.
    "training": FREE | {"ledger", "heuristics", "kernels", "accuracy"},
    # Judges traces for those who trust none of the rest: one file that runs without this package.
    "check": frozenset(),
    # The second opinion on a ledger shares no code with what makes one.
    "verify": FREE | {"bitcoin", "ledger"},
    "case": FREE | {"analysis", "ledger", "bitcoin", "reference", "proceedings"},
    "interop": _TOLD,
    "report": _TOLD | {"accuracy", "folders"},
    "web": _TOLD | {"interop", "report", "accuracy"},
    # What `clew law` asks, by the same names, for those who write Python.
    "law": FREE | {"proceedings", "report"},
    "cli": _TOLD
    | {"folders", "interop", "report", "web", "build", "simulate", "verify", "accuracy", "training", "check"}
    | {"law"},
    "__init__": _TOLD | {"interop", "report"},
    "__main__": frozenset({"cli"}),
}
"""Each room and the rooms that it may import. ``errors`` and ``schema`` are open to every room
above them. The package's own ``__init__`` only gathers public names, and nothing imports it."""

WITHIN: dict[str, dict[str, frozenset[str]]] = {
    "kernels": {
        "*": frozenset({"jit"}),
        "economy_state": frozenset({"jit"}),
        # Rules sort addresses and values; a coinjoin whose change adds up has a coinjoin's shape, too.
        "rules": frozenset({"jit", "sorting"}),
        "coinjoins": frozenset({"jit", "sorting"}),
        "joining": frozenset({"jit", "sorting", "coinjoins"}),
        # The hashes share one compression function, whose back end is chosen by processor.
        "hashes": frozenset({"jit", "sha256", "words"}),
        # The queue pads and hashes messages in the room that the hashes have.
        "queue": frozenset({"jit", "hashes", "sha256", "words"}),
        # A bare key is known by its hash160.
        "scripts": frozenset({"jit", "hashes", "words"}),
        # The checksum of Base58Check is a double hash.
        "addresses": frozenset({"jit", "hashes", "words"}),
        # A key is made of whole words.
        "lookup": frozenset({"jit", "words"}),
        # Key hashes are hashed several at a time, by the rounds of the two hash functions.
        "nested": frozenset({"jit", "hashes", "lookup", "sha256", "words"}),
        "samekeys": frozenset({"jit", "words"}),
        # Tables larger than the caches are asked for ahead.
        "spends": frozenset({"jit", "words"}),
        "join": frozenset({"jit", "words"}),
        "unionfind": frozenset({"jit", "words"}),
        "structure": frozenset({"jit", "words"}),
        # Scripts of m of n keys are read where they are executed, too.
        "signatures": frozenset({"jit", "scripts", "words"}),
        # Change: traits are compared, and features counted, in one pass over what rules look at.
        "change": frozenset({"jit", "traits"}),
        "features": frozenset({"jit", "change", "traits"}),
        # The parser inlines hashing, script reading and address keys into one pass over a block.
        "parse": frozenset(
            {"jit", "hashes", "queue", "scripts", "signatures", "structure", "lookup", "words"}
        ),
        # Taint: satoshi are sorted to be shared out, and a step looks up coins in a table of its own.
        "portions": frozenset({"jit", "sorting"}),
        "taint_coins": frozenset({"jit", "words"}),
        "taint": frozenset({"jit", "portions", "taint_coins", "taint_state", "words"}),
        "taint_sources": frozenset({"jit", "portions", "sorting"}),
        # Constrained merging goes on in the forest of a plain union.
        "merging": frozenset({"jit", "unionfind"}),
        # Bulk chains: scripts, coins and hashes are compiled into one pass over a block to be made.
        "made_coins": frozenset({"jit", "made_scripts"}),
        "made_transactions": frozenset({"jit", "hashes", "made_scripts", "made_coins"}),
        "made_blocks": frozenset({"jit", "hashes", "made_scripts", "made_coins", "made_transactions"}),
        "made_roots": frozenset({"jit", "hashes", "made_coins"}),
        # Economies: state, choice of coins, payments and daily life are compiled into each other.
        "economy_coins": frozenset({"jit", "economy_state"}),
        "economy_pay": frozenset({"jit", "economy_state", "economy_coins"}),
        "economy_life": frozenset({"jit", "economy_state", "economy_pay"}),
        "economy_custody": frozenset({"jit", "economy_state", "economy_pay", "economy_life"}),
        "economy_scripts": frozenset({"jit", "hashes", "economy_state", "made_scripts"}),
        "economy_blocks": frozenset({"jit", "hashes", "economy_state", "economy_scripts", "made_scripts"}),
    },
}
"""Rooms whose files may not lean on each other freely: file -> the files it may import."""

NETWORK = (
    "aiohttp", "asyncio", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "ssl",
    "urllib.request", "urllib3", "xmlrpc",
)  # fmt: skip

OUTSIDE: dict[str, tuple[str, ...]] = {
    "numba": ("kernels",),
    "llvmlite": ("kernels",),
    "pyspark": ("engine.spark",),
    # What a model learned is shipped as whole numbers, so that only training needs these.
    "lightgbm": ("training",),
    "sklearn": ("training",),
    "scipy": ("training",),
    # It could fetch rates, were it given an address: one file, so that it can be seen that it never is.
    "currency_converter": ("interop.ecb",),
    # Keys and signatures of simulated chains; no key of a real owner is ever held.
    "coincurve": ("simulate.curve",),
    **dict.fromkeys(NETWORK, ()),
    # The line to the user's own node, for --from: one file, so that it can be read and judged whole.
    "http.client": ("ledger.node",),
    "socket": ("ledger.node",),
}
"""Packages of others that stay in named rooms or files; an empty tuple means nowhere. Clew opens no
network connection but to the node that ``--from`` names, so what could open one is imported there
and nowhere else."""

SECLUDED = ("simulate",)
"""Rooms whose files may not even be named by who may not import them. Rules and detectors are judged by
the simulator's worlds: whoever could read a world's figures could be made to fit them."""

READERS = ("importlib.resources", "pkgutil")
"""Modules that read the files of packages; the rules of ``heuristics`` have none."""

UNREAD = ("heuristics", "analysis", "build", "reference")
"""Rooms that conclude, or keep what conclusions rest on, and that read no files of packages."""


@dataclass(frozen=True)
class Import:
    """One imported module, fully named, and where the statement stands."""

    name: str
    line: int


@dataclass(frozen=True)
class Violation:
    """One import that the table does not allow."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


def module_name(path: Path, root: Path) -> str:
    """Dotted name of a file below the package folder ``root``; ``clew`` for its ``__init__.py``."""
    parts = [PACKAGE, *path.relative_to(root).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def imports(source: str, module: str, *, is_package: bool, modules: frozenset[str]) -> Iterator[Import]:
    """Every module that ``source`` imports, by full name.

    ``from a import b`` names ``a.b`` where that is a module of the tree (``modules``), else ``a``.
    """
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                inside = base.split(".")[0] == PACKAGE
                yield Import(full if not inside or full in modules else base, node.lineno)
        elif isinstance(node, ast.Call):
            yield from _dynamic(node)


def _dynamic(node: ast.Call) -> Iterator[Import]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in {"import_module", "__import__"} and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield Import(first.value, node.lineno)


def names_of(source: str, room: str) -> Iterator[tuple[int, str]]:
    """Lines on which a text in ``source`` names the files of a secluded room, and the text.

    Documentation may name them. ``"clew/" + "simulate"`` counts too: any text that is the room's name,
    or that holds it as part of a path or of a module.
    """
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    form = re.compile(rf"(^|[./\\]){room}([./\\]|$)")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in told:
            continue
        if isinstance(node.value, str) and form.search(node.value):
            yield node.lineno, node.value


def _secluded(room: str, source: str, read: list[Import]) -> Iterator[tuple[int, str]]:
    """What in a file reaches for the data of rooms that it may not import: line and reason."""
    for other in SECLUDED:
        if room != other and other not in ROOMS[room]:
            for line, text in names_of(source, other):
                yield line, f"{room} may not name files of {other}, found {text!r}"
    if room in UNREAD:
        for item in read:
            if any(item.name == name or item.name.startswith(f"{name}.") for name in READERS):
                yield item.line, f"{room} may not read files of packages with {item.name}"


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _inside_reason(module: str, imported: str) -> str | None:
    """Why ``module`` may not import ``imported``, both of this package; None where it may."""
    room, other = _room(module), _room(imported)
    if other == "__init__":
        return f"{module} may not import names from {PACKAGE} itself: import the module that defines them"
    if room != other:
        if other in ROOMS[room]:
            return None
        return f"{room} may not import {imported} (it may import: {_listed(ROOMS[room])})"
    files = WITHIN.get(room)
    if files is None or module == imported or imported == f"{PACKAGE}.{room}":
        return None
    file, wanted = (name.removeprefix(f"{PACKAGE}.{room}").lstrip(".") for name in (module, imported))
    allowed = files.get(file, files["*"])
    if wanted.split(".")[0] in allowed:
        return None
    return f"{module} may not import {imported} (of its own room it may import: {_listed(allowed)})"


def _outside_reason(module: str, imported: str) -> str | None:
    """Why ``module`` may not import the foreign package ``imported``; None where it may."""
    for package, homes in OUTSIDE.items():
        if imported != package and not imported.startswith(f"{package}."):
            continue
        here = module.removeprefix(f"{PACKAGE}.")
        if any(here == home or here.startswith(f"{home}.") for home in homes):
            continue
        return f"{module} may not import {package} (it belongs to: {_listed(homes)})"
    return None


def _listed(names: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def check(root: Path) -> tuple[list[Violation], int]:
    """All violations below the package folder ``root``, by file and line, and the imports read."""
    paths = sorted(root.rglob("*.py"))
    names = {path: module_name(path, root) for path in paths}
    modules = frozenset(names.values()) | {parent for name in names.values() for parent in _parents(name)}
    violations: list[Violation] = []
    read = 0
    for path, module in names.items():
        if _room(module) not in ROOMS:
            violations.append(Violation(path, 1, f"the room {_room(module)} is not in the table"))
            continue
        source = path.read_text(encoding="utf-8")
        found = list(imports(source, module, is_package=path.name == "__init__.py", modules=modules))
        reasons = list(_secluded(_room(module), source, found))
        for item in found:
            read += 1
            inside = item.name.split(".")[0] == PACKAGE
            reason = (_inside_reason if inside else _outside_reason)(module, item.name)
            if reason:
                reasons.append((item.line, reason))
        violations += {Violation(path, line, reason): None for line, reason in reasons}
    return sorted(violations, key=lambda each: (each.path, each.line, each.reason)), read


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def table() -> str:
    """The table of rooms as text, one line each."""
    width = max(map(len, ROOMS))
    lines = [f"  {room:<{width}}  {_listed(allowed)}" for room, allowed in ROOMS.items()]
    return "\n".join(["Each room may import:", *lines])


def main(arguments: list[str]) -> int:
    """Check the tree named in ``arguments``, or the one beside this tool; returns the exit code."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1] / "src" / PACKAGE
    if not (root.is_dir() and any(root.rglob("*.py"))):
        print(f"layers: expected a package folder, found no Python files in {root}", file=sys.stderr)
        return 2
    violations, read = check(root)
    if violations:
        print(*violations, table(), sep="\n")
        return 1
    print(f"layers: {read} imports keep to the table")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
