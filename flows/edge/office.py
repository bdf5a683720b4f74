"""Old Word files (.doc) → a format that the core reads, through a converter on this machine.

LibreOffice keeps tables; antiword, which gives plain text with bars between cells, is the second choice.
Both run in a directory of their own, without input, for a bounded time, and leave no process behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from flows.report.errors import UnreadableError

SECONDS = 60
"""How long a converter may take; LibreOffice needs 2 to 5 for a report."""
_OFFICES = ("soffice", "libreoffice")


def doc_to_source_bytes(data: bytes) -> bytes:
    """An old Word file as DOCX (by LibreOffice) or UTF-8 text (by antiword). UnreadableError where neither
    is on the machine, or they refuse the file or take too long."""
    office = next((path for name in _OFFICES if (path := shutil.which(name))), None)
    antiword = shutil.which("antiword")
    if office is None and antiword is None:
        raise UnreadableError("old Word file (.doc): neither antiword nor LibreOffice is installed")
    with tempfile.TemporaryDirectory(prefix="gongkai-doc-") as folder:
        original = Path(folder, "original.doc")
        original.write_bytes(data)
        failures: list[str] = []
        if office is not None:
            command = [
                office,
                "--headless",
                "--norestore",
                f"-env:UserInstallation={Path(folder, 'user').as_uri()}",
            ]
            command += ["--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, str(original)]
            failure = _run(command, folder)
            converted = Path(folder, "original.docx")
            if converted.is_file() and converted.stat().st_size:
                return converted.read_bytes()
            failures.append(f"LibreOffice {failure or 'made nothing of it'}")
        if antiword is not None:
            text = Path(folder, "original.txt")
            failure = _run([antiword, "-w", "0", "-m", "UTF-8.txt", str(original)], folder, text)
            if text.stat().st_size and not failure:
                return text.read_bytes()
            failures.append(f"antiword {failure or 'made nothing of it'}")
    raise UnreadableError(f"old Word file (.doc): {'; '.join(failures)}")


def _run(command: list[str], folder: str, output: Path | None = None) -> str | None:
    """Run a converter; gives what went wrong, None where nothing did."""
    with Path(output or os.devnull).open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder},
            start_new_session=True,
        )
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return f"took more than {SECONDS} seconds"
        finally:
            # LibreOffice works in a child of the process that was started
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return f"ended with code {code}" if code else None
