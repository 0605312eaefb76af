"""The socket at the emulated Nano's serial port."""

from __future__ import annotations

import socket
import threading

from plumbline.host.nrf52840.line import Line


def test_last_words_reach_a_program_whose_bytes_were_not_read() -> None:
    """It sends until the very end, as a host does that asks again."""
    said = b"fault, pc 0x00011450" * 1000
    heard, ended = bytearray(), []
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as program:
        line = Line(listener)
        line.accept()
        assert line.open
        program.sendall(b"asked again" * 1000)

        def listen() -> None:
            while data := program.recv(4096):
                heard.extend(data)
            ended.append("in order")  # else the connection was reset
            program.close()

        reader = threading.Thread(target=listen)
        line.say(said)
        reader.start()
        line.hang_up()
        reader.join(5.0)
    assert (bytes(heard), ended) == (said, ["in order"])
    assert not line.open
