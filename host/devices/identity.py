"""Is this the board and the model that we are to verify? Everything a board says of itself against the manifest, but its build: see `Builds`."""

from __future__ import annotations

from collections.abc import Iterator

from plumbline.common import boards, usage
from plumbline.common.errors import BoardFault, WrongModel
from plumbline.common.manifest import Manifest, TensorSpec
from plumbline.common.quantization import to_nano
from plumbline.common.wire import TEXT_MAX, told
from plumbline.host.devices.board import Identity, ToldEnd, shown

_ARENA = (
    " If it says so again, the library needs more memory than the conversion counts with (PLUMBLINE_ARENA_BYTES in generated/plumbline_model.h):"
    " use another version of it, or the compiled engine, which needs no arena: {}."
)


def check_identity(identity: Identity, manifest: Manifest, external: bool = False) -> None:
    """Hold the board to the manifest.

    Args:
        identity: what the board said.
        manifest: what the conversion promised.
        external: the firmware is not ours: the hash of its model says which it runs, whatever it calls it, and its constants are its engine's affair.

    Raises:
        BoardFault: the board's engine does not work.
        WrongModel: names the first fact that differs, and both sides.
    """
    if external:
        _check_external(identity, manifest)
        return
    if identity.engine_error:
        hint = f"Build and flash anew: {usage.command('flash', manifest.recipe, anew=True)}."
        if "arena" in identity.engine_error:
            hint += _ARENA.format(" or ".join(usage.option("env", each.name) for each in boards.ordinary("compiled")))
        raise BoardFault(f"The board's engine {identity.engine} does not work: {identity.engine_error}.", hint)
    reflash = f"Build its firmware anew: {usage.either(manifest.recipe)}."
    for what, board, promised in _facts(identity, manifest):
        if board != promised:
            raise WrongModel(f"The board's {what} is {board}, the manifest's {promised}.", reflash)


def _check_external(identity: Identity, manifest: Manifest) -> None:
    if identity.engine_error:
        hint = "It is what the firmware's engine_error() says; mend that and verify again."
        raise BoardFault(f"The firmware's engine {identity.engine} does not work: {identity.engine_error}.", hint)
    hint = "Build the firmware anew with the harness that was exported for this model (plumbline_model.h), and with this model in its engine."
    for what, board, promised in _facts(identity, manifest):
        if board != promised and what not in ("model", "constants SHA-256"):
            raise WrongModel(f"The firmware's {what} is {board}, the manifest's {promised}.", hint)


def _facts(identity: Identity, manifest: Manifest) -> list[tuple[str, object, object]]:
    low, high = manifest.domain
    # an engine that runs the flatbuffer itself has no constants beside it
    constants = "" if identity.engine == "tflm" else manifest.constants_sha256
    return [
        ("model", identity.model, manifest.recipe[:TEXT_MAX]),
        ("model SHA-256", identity.model_sha256, manifest.model_sha256),
        ("constants SHA-256", identity.constants_sha256, constants),
        ("input size in bytes", identity.input_bytes, manifest.input_bytes),
        ("output size in bytes", identity.output_bytes, manifest.output_bytes),
        *_of_ends("input", identity.inputs, manifest.inputs),
        *_of_ends("output", identity.outputs, manifest.outputs),
        ("domain in nano-units", identity.domain_nano, (to_nano(low), to_nano(high))),
    ]


def _of_ends(what: str, ends: tuple[ToldEnd, ...], specs: tuple[TensorSpec, ...]) -> Iterator[tuple[str, object, object]]:
    yield f"number of {what}s", len(ends), len(specs)
    for number, (end, spec) in enumerate(zip(ends, specs, strict=False)):
        this = what if len(specs) == 1 else f"{what} {number}"
        if end.name:
            yield f"{this} name", end.name, shown(told(spec.name).encode())
        yield f"{this} type", end.type, spec.type
        yield f"{this} size in elements", end.elements, spec.elements
        yield f"{this} scale", end.scale, spec.scale
        yield f"{this} zero point", end.zero_point, spec.zero_point
