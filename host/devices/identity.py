"""Is this the board and the model that we are to verify? Everything a board says of itself against the manifest, but its build: see `Builds`."""

from __future__ import annotations

from plumbline.common import boards, usage
from plumbline.common.errors import BoardFault, WrongModel
from plumbline.common.manifest import Manifest
from plumbline.common.quantization import to_nano
from plumbline.common.wire import TEXT_MAX
from plumbline.host.devices.board import Identity

_ARENA = (
    " If it says so again, the library needs more memory than the conversion counts with (PLUMBLINE_ARENA_BYTES in generated/plumbline_model.h):"
    " use another version of it, or the compiled engine, which needs no arena: {}."
)


def check_identity(identity: Identity, manifest: Manifest) -> None:
    """Hold the board to the manifest.

    Args:
        identity: what the board said.
        manifest: what the conversion promised.

    Raises:
        BoardFault: the board's engine does not work.
        WrongModel: names the first fact that differs, and both sides.
    """
    if identity.engine_error:
        hint = f"Build and flash anew: {usage.command('flash', manifest.recipe, anew=True)}."
        if "arena" in identity.engine_error:
            hint += _ARENA.format(" or ".join(usage.option("env", each.name) for each in boards.ordinary("compiled")))
        raise BoardFault(f"The board's engine {identity.engine} does not work: {identity.engine_error}.", hint)
    reflash = f"Build its firmware anew: {usage.either(manifest.recipe)}."
    for what, board, promised in _facts(identity, manifest):
        if board != promised:
            raise WrongModel(f"The board's {what} is {board}, the manifest's {promised}.", reflash)


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
        ("input scale", identity.input_scale, manifest.inputs[0].scale or 0.0),
        ("input zero point", identity.input_zero_point, manifest.inputs[0].zero_point or 0),
        ("output scale", identity.output_scale, manifest.outputs[0].scale or 0.0),
        ("output zero point", identity.output_zero_point, manifest.outputs[0].zero_point or 0),
        ("domain in nano-units", identity.domain_nano, (to_nano(low), to_nano(high))),
    ]
