"""The computer at the other end of the emulated chip's USB cable."""
