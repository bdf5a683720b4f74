"""One fetch of the test web, by a process that can be killed: see `tests.web.acceptance`."""

from __future__ import annotations

import json
import signal
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event

from flows.edge.catalogue import Rate
from flows.edge.limits import Limits
from flows.edge.politeness import Patience, Revisit
from flows.fetch import crawling, fetch_apart
from flows.settings import Home
from tests.web.site import LARGEST_BODY, make_web, sources

PATIENCE = Patience(tries=3, first_wait_seconds=0.2, longest_wait_seconds=10.0, rest_seconds=0.2)
LIMITS = Limits(body_bytes=LARGEST_BODY, connect_seconds=10.0, read_seconds=60.0, total_seconds=120.0)


def main(settings: dict[str, object]) -> None:
    home = Home(Path(str(settings["home"])))
    web = make_web(int(str(settings["hosts"])), int(str(settings["pages"])))
    port = int(str(settings["port"]))
    at_once = timedelta(0)
    # nobody listens at port 1
    addresses = {
        site.host: ("127.0.0.1", 1 if site.is_down and settings["down"] else port) for site in web.values()
    }
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with crawling(home, lambda said: print(said, file=sys.stderr), LIMITS) as lock:
        summary = fetch_apart(
            sources(web, Rate(float(str(settings["rate"])), 2)),
            home,
            lock,
            hosts=addresses,
            limits=LIMITS,
            patience=PATIENCE,
            revisit=Revisit(often=at_once, seldom=at_once) if settings["revisit"] else None,
            stop=stop,
        )
    print(json.dumps({"documents": summary.document_count, "failures": summary.failures}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
