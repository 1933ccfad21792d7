"""Executes cases with Unicorn: requests on standard input, replies on standard output, all words little-endian.

Request: steps, R0 to R12, SP, LR, PC, flags, flash, RAM. Reply: 0 or the number of an error, R0 to R15, xPSR, MSP, PSP,
PRIMASK, CONTROL, RAM.
"""

import struct
import sys

import unicorn
from unicorn import arm_const

SIZE = 0x1000
RAM = 0x2000_0000
# Where execution never comes to.
NOWHERE = 0xFFFF_0000
NAMES = [f"R{n}" for n in range(13)] + ["SP", "LR", "PC", "XPSR", "MSP", "PSP", "PRIMASK", "CONTROL"]
REGISTERS = [getattr(arm_const, f"UC_ARM_REG_{name}") for name in NAMES]
PC, XPSR, CONTROL, PRIMASK = 15, 16, 20, 19


def serve(requests, replies):
    uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M0)
    uc.mem_map(0, SIZE)
    uc.mem_map(RAM, SIZE)
    version = unicorn.__version__.encode()
    replies.write(struct.pack("<I", len(version)) + version)
    replies.flush()
    words = struct.Struct("<18I")
    reply = struct.Struct("<22I")
    while head := requests.read(words.size):
        steps, *values = words.unpack(head)
        uc.mem_write(0, requests.read(SIZE))
        uc.mem_write(RAM, requests.read(SIZE))
        uc.ctl_flush_tb()
        # What selects the stack pointer comes first; the stack of threads begins at 0.
        uc.reg_write(REGISTERS[CONTROL], 0)
        uc.reg_write(REGISTERS[PRIMASK], 0)
        uc.reg_write(arm_const.UC_ARM_REG_PSP, 0)
        uc.reg_write_batch(list(zip(REGISTERS, values[:15])))
        uc.reg_write(REGISTERS[XPSR], values[16] | 1 << 24)
        error = 0
        if steps:
            try:
                uc.emu_start(values[PC] | 1, NOWHERE, count=steps)
            except unicorn.UcError as raised:
                error = raised.errno
        else:
            uc.reg_write(REGISTERS[PC], values[PC] | 1)
        replies.write(reply.pack(error, *uc.reg_read_batch(REGISTERS)))
        replies.write(uc.mem_read(RAM, SIZE))
        replies.flush()


serve(sys.stdin.buffer, sys.stdout.buffer)
