"""The Arm form of SHA-256, compiled for Arm here; run, where an emulator and a compiler are at hand."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import llvmlite.binding as llvm
import pytest
from llvmlite import ir

from clew.kernels import sha256

PROGRAM = r"""
#include <stdint.h>
#include <stdio.h>
void compress(uint32_t *, uint8_t *, int64_t);
int main(void) {
    static uint8_t data[1 << 20];
    size_t size = fread(data, 1, sizeof data, stdin);
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    compress(state, data, size / 64);
    for (int i = 0; i < 8; i++) printf("%08x", state[i]);
}
"""
EMULATOR, COMPILER = "qemu-aarch64", "aarch64-linux-gnu-gcc"


@pytest.fixture(scope="module")
def machine() -> llvm.TargetMachine:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple("aarch64-linux-gnu")
    return target.create_target_machine(cpu="generic", features="+neon,+sha2", opt=2)


@pytest.fixture(scope="module")
def module() -> llvm.ModuleRef:
    made = ir.Module("arm")
    kind = ir.FunctionType(
        ir.VoidType(), [ir.IntType(32).as_pointer(), ir.IntType(8).as_pointer(), ir.IntType(64)]
    )
    function = ir.Function(made, kind, "compress")
    builder = ir.IRBuilder(function.append_basic_block())
    sha256.emit_compress(builder, sha256.arm_rounds, *function.args)
    builder.ret_void()
    parsed = llvm.parse_assembly(str(made))
    parsed.triple = "aarch64-linux-gnu"
    return parsed


def test_it_compiles_to_the_instructions_for_it(module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
    assembly = machine.emit_assembly(module)
    instructions = [line.split()[0] for line in assembly.splitlines() if line.split()]
    assert instructions.count("sha256h") == instructions.count("sha256h2") == 16
    assert instructions.count("sha256su0") == instructions.count("sha256su1") == 12


@pytest.mark.skipif(
    not (shutil.which(EMULATOR) and shutil.which(COMPILER)),
    reason=f"needs {EMULATOR} and {COMPILER} to run Arm code on this machine",
)
def test_it_hashes_as_hashlib_does(
    module: llvm.ModuleRef, machine: llvm.TargetMachine, tmp_path: Path
) -> None:
    (tmp_path / "compress.o").write_bytes(machine.emit_object(module))
    (tmp_path / "main.c").write_text(PROGRAM)
    program = tmp_path / "program"
    subprocess.run(
        [COMPILER, "-static", "-o", program, tmp_path / "main.c", tmp_path / "compress.o"], check=True
    )
    for size in (0, 1, 55, 56, 64, 1_000, 5_000):
        data = bytes(range(256)) * 20
        message = data[:size]
        padded = message + b"\x80" + bytes((55 - size) % 64) + (8 * size).to_bytes(8, "big")
        found = subprocess.run([EMULATOR, program], input=padded, capture_output=True, check=True).stdout
        assert found.decode() == hashlib.sha256(message).hexdigest()
