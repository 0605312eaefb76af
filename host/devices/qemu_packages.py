"""QEMU where nobody may install it: Debian's packages, fetched by apt as any user may and unpacked among our own files. The system stays as it is.

`python -m plumbline.host.devices.qemu_packages` does it. The standard library suffices, as the set-up of a fresh checkout runs it too.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from plumbline.common.ending import run
from plumbline.common.errors import SetupFailed
from plumbline.common.paths import cache

MEGABYTES = 40
"""At most: the lists of packages, and those that a minimal Debian lacks."""
_SCRIPT = r"""set -e
target=$1 work=$1.making
rm -rf "$target" "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/unpacked"
fetch() {
  apt-get -q -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o Debug::NoLocking=1 -o APT::Sandbox::User= "$@"
}
fetch update
fetch install -y --download-only --reinstall --no-install-recommends qemu-system-arm
for package in "$work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/unpacked"; done
cat >"$work/unpacked/qemu-system-arm" <<'END'
#!/bin/sh
here=$(dirname "$0")
for folder in "$here"/usr/lib/*-linux-gnu* "$here"/lib/*-linux-gnu*; do LD_LIBRARY_PATH=$folder:$LD_LIBRARY_PATH; done
export LD_LIBRARY_PATH
exec "$here/usr/bin/qemu-system-arm" "$@"
END
chmod 755 "$work/unpacked/qemu-system-arm"
mv "$work/unpacked" "$target"
rm -rf "$work"
"$target/qemu-system-arm" --version
"""


def unpacked() -> Path:
    """The program as `command` leaves it; the file need not exist."""
    return cache() / "qemu" / "qemu-system-arm"


def possible() -> bool:
    """Whether this system has Debian's packages."""
    return all(map(shutil.which, ("apt-get", "dpkg-deb")))


def command() -> list[str]:
    """What brings the program to `unpacked`."""
    return ["sh", "-c", _SCRIPT, "sh", str(unpacked().parent)]


def main() -> int:
    """Run the command in the foreground.

    Raises:
        SetupFailed: it failed, and has said why, or this is no Debian.
    """
    if not possible():
        raise SetupFailed("Only Debian's QEMU can be fetched, with apt-get and dpkg-deb.", "Install qemu-system-arm with your system's packages.")
    if subprocess.run(command()).returncode:
        raise SetupFailed("QEMU could not be fetched.", "See what apt-get said above, or install qemu-system-arm by hand.")
    return 0


if __name__ == "__main__":
    run(main)
