"""Runs firmware on the bare core that Unicorn emulates, until it asks for semihosting: the path of an ELF file is the argument.

Of the file its program headers are loaded at their physical addresses, as a debugger does.
"""

import struct
import sys

import unicorn
from unicorn import arm_const

FLASH, RAM, SIZE = 0, 0x2000_0000, 0x10000


def load(uc, path):
    with open(path, "rb") as file:
        elf = file.read()
    headers, = struct.unpack_from("<I", elf, 28)
    size, count = struct.unpack_from("<HH", elf, 42)
    for index in range(count):
        kind, offset, _, address, length = struct.unpack_from("<5I", elf, headers + index * size)
        if kind == 1 and length:
            uc.mem_write(address, elf[offset : offset + length])


def main(path):
    uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M0)
    uc.mem_map(FLASH, SIZE)
    uc.mem_map(RAM, SIZE)
    # The clock enable of the ports, which is written and not read.
    uc.mem_map(0x4002_1000, 0x1000)
    load(uc, path)
    stack, entry = struct.unpack("<II", uc.mem_read(FLASH, 8))
    uc.reg_write(arm_const.UC_ARM_REG_SP, stack)
    # `BKPT 0xAB` is an exception to Unicorn: the run ends there.
    uc.hook_add(unicorn.UC_HOOK_INTR, lambda uc, number, _: uc.emu_stop())
    uc.emu_start(entry | 1, 0xFFFF_0000)


main(sys.argv[1])
