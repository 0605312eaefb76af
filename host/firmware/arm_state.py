"""Finds code in ARM state, which no Cortex-M can run, in an image: a linker that finds no C library for its flags may take one of an older core."""

from __future__ import annotations

from pathlib import Path

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

MARK = "$a"
"""The mapping symbol before ARM-state instructions, alone or as `$a.name` (ELF for the Arm Architecture, "Mapping symbols")."""


def arm_code(image: Path) -> tuple[str, ...]:
    """What of an image is in ARM state: functions by name, code without a name as `code at 0x...`; empty for an image of Thumb code alone.

    Three things tell: mapping symbols, functions whose address lacks the bit for Thumb, and, where an image has neither because it was stripped,
    the attribute that says that the ARM instruction set was used.

    Args:
        image: a linked ELF file; one for another processor has none.

    Raises:
        OSError, elftools.common.exceptions.ELFError: it cannot be read, or is no ELF file.
    """
    with image.open("rb") as file:
        elf = ELFFile(file)
        if elf["e_machine"] != "EM_ARM":
            return ()
        wanted = SH_FLAGS.SHF_ALLOC | SH_FLAGS.SHF_EXECINSTR
        code = {number for number, section in enumerate(elf.iter_sections()) if section["sh_flags"] & wanted == wanted}
        table = elf.get_section_by_name(".symtab")
        symbols = [] if table is None else [each for each in table.iter_symbols() if each["st_shndx"] in code]
        functions = {each["st_value"]: each.name for each in symbols if each["st_info"]["type"] == "STT_FUNC"}
        found = {address: name for address, name in functions.items() if not address & 1}
        for address in (each["st_value"] for each in symbols if each.name == MARK or each.name.startswith(f"{MARK}.")):
            found.setdefault(address, f"code at 0x{address:08x}")
        if not symbols and _says_arm(elf):
            return ("code without symbols",)
    return tuple(found[address] for address in sorted(found))


def _says_arm(elf: ELFFile) -> bool:
    attributes = elf.get_section_by_name(".ARM.attributes")
    if attributes is None:
        return False
    return any(
        attribute.tag == "TAG_ARM_ISA_USE" and attribute.value
        for vendor in attributes.iter_subsections()
        for part in vendor.iter_subsubsections()
        for attribute in part.iter_attributes()
    )


def refusal(image: Path) -> str:
    """The sentence that refuses an image with code in ARM state; empty for a good one. Raises what `arm_code` does."""
    found = arm_code(image)
    if not found:
        return ""
    named = [name for name in found if not name.startswith("code ")] or list(found)
    more = len(found) - min(3, len(named))
    return f"the image holds code in ARM state, which a Cortex-M cannot run: {', '.join(named[:3])}" + (f" and {more} more" if more else "")
