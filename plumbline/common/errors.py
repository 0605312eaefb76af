"""The one tree of errors. Each says what happened (message), what to do next (hint) and with which exit code it ends.

The exit codes are an interface: CI jobs branch on them. docs/reference/exit-codes.md lists them, made from here.
"""

from __future__ import annotations


class PlumblineError(Exception):
    """What a user is shown instead of a traceback.

    Args:
        message: what happened, one sentence with the names and numbers that matter.
        hint: what to do next, as a command where there is one.
    """

    exit_code = 70  # only the subclasses are meant to be raised

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class VerdictFailed(PlumblineError):
    """The board answers, but not what it must; or nothing was compared."""

    exit_code = 1


class UsageError(PlumblineError):
    """A command line that makes no sense."""

    exit_code = 2


class LimitExceeded(PlumblineError):
    """`plumbline compare`: the second verdict is worse than the first by more than was allowed."""

    exit_code = 3


# 10-19: the recipe and its training
class UnknownRecipe(PlumblineError):
    """There is no recipe of that name."""

    exit_code = 10


class BadRecipe(PlumblineError):
    """The recipe contradicts itself, for instance a domain that does not hold its sample points."""

    exit_code = 11


class TrainingDiverged(PlumblineError):
    """A weight is NaN or infinite."""

    exit_code = 12


class QualityMissed(PlumblineError):
    """The model is worse on its samples than its recipe or the limits demand."""

    exit_code = 13


# 20-29: the conversion and its artefacts
class ConversionFailed(PlumblineError):
    """TensorFlow's converter crashed or refused the model."""

    exit_code = 20


class ModelRefused(PlumblineError):
    """The model is damaged, of another kind or version, or holds what no conversion takes."""

    exit_code = 21


class UnsupportedOperator(PlumblineError):
    """The engine or the board's library lacks an operator, or a version of it."""

    exit_code = 22


class ArtefactsDisagree(PlumblineError):
    """A file in build/ is missing or is not the one the manifest was written for, or the manifest does not follow from the model."""

    exit_code = 23


# 30-39: the tools and the build
class SetupFailed(PlumblineError):
    """The environment could not be set up: Python version, system packages, Python packages."""

    exit_code = 30


class CompilerMissing(PlumblineError):
    """No arm-none-eabi compiler, or one without its C/C++ library."""

    exit_code = 31


class QemuMissing(PlumblineError):
    """No qemu-system-arm."""

    exit_code = 32


class TflmMissing(PlumblineError):
    """No TensorFlow Lite Micro library: neither from PlatformIO's registry nor in TFLM_DIR."""

    exit_code = 33


class RegistryUnreachable(PlumblineError):
    """PlatformIO's registry is needed and does not answer."""

    exit_code = 34


class BuildFailed(PlumblineError):
    """The firmware does not compile or link."""

    exit_code = 35


class DoesNotFit(PlumblineError):
    """The firmware is larger than the board's flash or RAM, or the model needs a larger arena."""

    exit_code = 36


class UploadFailed(PlumblineError):
    """The image was built but did not reach the board."""

    exit_code = 37


class EspeakMissing(PlumblineError):
    """No espeak-ng, or one without the voices that the recipe `speech` learns from."""

    exit_code = 38


class BadBoard(PlumblineError):
    """A description in firmware/boards lacks something or contradicts itself."""

    exit_code = 39


# 40-59: the board and the wire
class BoardNotFound(PlumblineError):
    """No board is connected, or the named port does not exist."""

    exit_code = 40


class SeveralBoards(PlumblineError):
    """More than one board is connected and none was chosen."""

    exit_code = 41


class PortBusy(PlumblineError):
    """Another program holds the port."""

    exit_code = 42


class PortDenied(PlumblineError):
    """The user may not open the port."""

    exit_code = 43


class BoardSilent(PlumblineError):
    """Nothing arrived before the deadline."""

    exit_code = 44


class NotPlumbline(PlumblineError):
    """Bytes arrive, but no valid frame among them: another sketch, another baud rate, or noise."""

    exit_code = 45


class WrongProtocol(PlumblineError):
    """The firmware speaks another version of the protocol."""

    exit_code = 46


class WrongModel(PlumblineError):
    """The board runs another model, or other constants, than the manifest names."""

    exit_code = 47


class BoardLost(PlumblineError):
    """The connection ended in the middle, or the board started anew: unplugged, reset, a brown-out, or QEMU died."""

    exit_code = 48


class BoardFault(PlumblineError):
    """The board answered with an error."""

    exit_code = 49


class BoardUnready(PlumblineError):
    """The virtual board did not start, or its image is missing."""

    exit_code = 50


class StaleFirmware(PlumblineError):
    """The board runs the right model in firmware of other sources, or in another firmware than was asked for."""

    exit_code = 51


class EmulatorMissing(PlumblineError):
    """The package that an emulated board runs on is not installed, or of another release."""

    exit_code = 52


class NotModelled(PlumblineError):
    """The firmware touched something that the emulated chip does not have."""

    exit_code = 53


class NoCoordinator(PlumblineError):
    """No labgrid coordinator answers, or it ended in the middle."""

    exit_code = 54


class DoctorFoundProblems(PlumblineError):
    """`plumbline doctor` found something that has to be mended first."""

    exit_code = 60


# 70-79: what no command expects, with the numbers of sysexits.h
class InternalError(PlumblineError):
    """A defect of Plumbline itself; the message says where its traceback is."""

    exit_code = 70


class OutOfMemory(PlumblineError):
    """The computer's memory does not suffice."""

    exit_code = 71


class FileTrouble(PlumblineError):
    """A file, a folder or standard output cannot be read or written: a full disk, a missing right."""

    exit_code = 74


class Interrupted(PlumblineError):
    """Ctrl-C, SIGTERM or SIGHUP; whatever was started has been ended."""

    exit_code = 130
