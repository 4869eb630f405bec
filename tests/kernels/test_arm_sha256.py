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
void compress_two(uint32_t *, uint32_t *, uint8_t *, uint8_t *, int64_t);
static uint32_t states[3][8];
int main(void) {
    static uint8_t data[1 << 20];
    size_t size = fread(data, 1, sizeof data, stdin);
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    for (int i = 0; i < 24; i++) states[i / 8][i % 8] = start[i % 8];
    compress(states[0], data, size / 64);
    compress_two(states[1], states[2], data, data + size / 2, size / 128);
    for (int i = 0; i < 24; i++) printf("%08x", states[i / 8][i % 8]);
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
    state, data, blocks = ir.IntType(32).as_pointer(), ir.IntType(8).as_pointer(), ir.IntType(64)
    for name, lanes in (("compress", 1), ("compress_two", 2)):
        kind = ir.FunctionType(ir.VoidType(), [*[state] * lanes, *[data] * lanes, blocks])
        function = ir.Function(made, kind, name)
        builder = ir.IRBuilder(function.append_basic_block())
        states, places = function.args[:lanes], function.args[lanes:-1]
        sha256.emit_compress(builder, sha256.arm_rounds, states, places, function.args[-1])
        builder.ret_void()
    parsed = llvm.parse_assembly(str(made))
    parsed.triple = "aarch64-linux-gnu"
    return parsed


def test_it_compiles_to_the_instructions_for_it(module: llvm.ModuleRef, machine: llvm.TargetMachine) -> None:
    assembly = machine.emit_assembly(module)
    instructions = [line.split()[0] for line in assembly.splitlines() if line.split()]
    # One form for one message, one for two.
    assert instructions.count("sha256h") == instructions.count("sha256h2") == 3 * 16
    assert instructions.count("sha256su0") == instructions.count("sha256su1") == 3 * 12


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
        messages = data[:size], data[100 : 100 + size]
        pair = [
            message + b"\x80" + bytes((55 - size) % 64) + (8 * size).to_bytes(8, "big")
            for message in messages
        ]
        found = subprocess.run(
            [EMULATOR, program], input=b"".join(pair), capture_output=True, check=True
        ).stdout
        both = [hashlib.sha256(message).hexdigest() for message in messages]
        assert found.decode()[64:] == "".join(both)
        alone = subprocess.run([EMULATOR, program], input=pair[0], capture_output=True, check=True).stdout
        assert alone.decode()[:64] == both[0]
