"""The frontier: addresses that are still to be asked for, host by host, and when each one's turn is.

Hosts do not wait for each other. What waits costs a step's memory and no task, so a hundred thousand
addresses may.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flows.edge.address import canonical_address
from flows.edge.catalogue import Source
from flows.edge.discovery import DiscoveryLog
from flows.edge.manifest import Role
from flows.edge.politeness import Host, Patience, host_name

_AGAIN_SECONDS = 0.2
"""Until an address that another walk is asking for is looked at again."""
_SETTLED_AT_ONCE = 50
"""Steps without a request, after which others get to run."""
_LOOK_SECONDS = 0.2
"""Between looks whether it is to stop."""


@dataclass(slots=True, eq=False)
class Walk:
    """The walk through one source."""

    source: Source
    log: DiscoveryLog
    listing_count: int = 0
    sitemap_count: int = 0
    is_posted: bool = False
    """Its jpage listing answers forms only."""
    _seen: set[str] = field(default_factory=set)
    _listed: set[int] = field(default_factory=set)

    def is_listed_first(self, address: str) -> bool:
        """Whether no listing of the walk has shown this address before; one has now."""
        listed = hash(address)
        if listed in self._listed:
            return False
        self._listed.add(listed)
        return True

    def is_new(self, address: str) -> bool:
        """Whether the walk has not come by this address before; it has now."""
        known = _known(address)
        if known in self._seen:
            return False
        self._seen.add(known)
        return True


def _known(address: str) -> str:
    try:
        known = canonical_address(address)
    except ValueError:
        return address
    # one string for both, as nearly all addresses are in canonical form
    return address if known == address else known


@dataclass(slots=True, eq=False)
class Step:
    """An address to ask for, where it was found, as what, and how far from an entry address that was."""

    walk: Walk
    address: str
    depth: int = 0
    found_on: str | None = None
    text: str | None = None
    is_listing: bool = False
    """An entry address, or a page of a listing: asked for in every run."""
    pages_without_news: int = 0
    """Pages of the listing in a row up to this one that offered nothing new."""
    is_leaf: bool = False
    """An attachment or a further page of an article: it leads nowhere."""
    is_part: bool = False
    """A further page of the article on `found_on`, or an image in it."""
    is_image: bool = False
    tried: int = 0

    @property
    def role(self) -> Role:
        """What is asked for, as far as is known before it is there."""
        return "listing" if self.is_listing else "part" if self.is_part else "document"


class Frontier:
    """Makes the steps that are added to it, and those that they add.

    `visit` makes a step with a request, counted as begun at the host, and gives the seconds until it is to be
    tried again, or None. `settle` makes a step that needs no request, and says whether it did.
    """

    def __init__(
        self,
        visit: Callable[[Step, Host[Step]], Awaitable[float | None]],
        settle: Callable[[Step, Host[Step]], bool],
        *,
        patience: Patience,
        connections: int,
        last_seconds: float,
        is_ours: Callable[[str], bool],
        is_stopped: Callable[[], bool],
    ) -> None:
        """`last_seconds`: for requests that are under way when it is to stop."""
        self.is_stopped = is_stopped
        self._last_seconds = last_seconds
        self._visit, self._settle, self._patience = visit, settle, patience
        self._connections = connections
        self._is_ours = is_ours
        self._hosts: dict[str, Host[Step]] = {}
        self._heap: list[tuple[float, int, Host[Step]]] = []
        self._order = 0
        self._tasks: dict[asyncio.Task[Any], Host[Step] | None] = {}
        """Steps under way, and the host that each is counted at."""
        self._waiting: set[asyncio.Task[Any]] = set()
        self._under_way: set[str] = set()
        self._delayed = 0
        self._error: BaseException | None = None
        self._news = asyncio.Event()

    def host(self, address: str, source: Source) -> Host[Step]:
        """The host of an address, at the gentlest of the rates that its sources give."""
        name = host_name(address)
        host = self._hosts.get(name)
        if self._is_ours(name):
            delay, connections = 0.0, self._connections
        else:
            delay, connections = 1.0 / source.rate.requests_per_second, source.rate.concurrency
        if host is None:
            host = self._hosts[name] = Host(name, self._patience, delay, connections)
        else:
            host.delay_seconds = max(host.delay_seconds, delay)
            host.connections = min(host.connections, connections)
        return host

    def add(self, step: Step, *, is_next: bool = False) -> None:
        host = self.host(step.address, step.walk.source)
        if is_next:
            host.queue.appendleft(step)
        else:
            host.queue.append(step)
        self._wait(host)
        self._news.set()

    async def run(self) -> None:
        """Until no step is left, or it is to stop, or a step raised: then requests under way may end, and no other
        begins. Raises what a step raised."""
        try:
            while True:
                if self.is_ending:
                    for task in self._waiting:
                        task.cancel()
                    if self._tasks:
                        await asyncio.wait(self._tasks, timeout=self._last_seconds)
                    if self._error is not None:
                        raise self._error
                    return
                self._news.clear()
                pause = await self._start()
                if not (self._tasks or self._heap or self._delayed or self.is_ending):
                    return
                try:
                    async with asyncio.timeout(min(_LOOK_SECONDS, _LOOK_SECONDS if pause is None else pause)):
                        await self._news.wait()
                except TimeoutError:
                    pass
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around what a step has to wait for before it asks for its address: when it is to stop, the wait and the
        step are given up."""
        task = _this_task()
        self._waiting.add(task)
        try:
            yield
        finally:
            self._waiting.discard(task)
        if self.is_ending:
            raise asyncio.CancelledError

    @property
    def here(self) -> Host[Step] | None:
        """The host that the step under way is counted at; None once it has left."""
        return self._tasks[_this_task()]

    def leave(self) -> None:
        """Count the step under way at no host any more."""
        task = _this_task()
        left, self._tasks[task] = self._tasks[task], None
        if left is not None:
            self._release(left)

    async def move(self, host: Host[Step]) -> None:
        """Count the step under way at another host, that it was redirected to, and wait until its request may begin
        there. To wait it leaves the host where it was: two that redirect to each other do not wait for each other."""
        task = _this_task()
        if self._tasks[task] is not host:
            self.leave()
            admitted = asyncio.get_running_loop().create_future()

            def begin() -> bool:
                if admitted.done():
                    return False
                self._tasks[task] = host
                admitted.set_result(None)
                return True

            host.guests.append(begin)
            host.admit()
            await admitted
        await host.turn()

    def _release(self, host: Host[Step]) -> None:
        """One request less is under way at the host."""
        host.active -= 1
        host.admit()
        self._wait(host)
        self._news.set()

    def resume(self) -> None:
        """Go on with the step under way though what it waited for was given up: it begins no request any more."""
        task = _this_task()
        while task.cancelling():
            task.uncancel()

    @property
    def is_ending(self) -> bool:
        """Whether no request may begin any more."""
        return self.is_stopped() or self._error is not None

    def _wait(self, host: Host[Step]) -> None:
        if host.queue and not host.is_waiting and host.is_free:
            host.is_waiting = True
            self._order += 1
            at = 0.0 if host.closed is not None else host.next_at
            heapq.heappush(self._heap, (at, self._order, host))

    async def _start(self) -> float | None:
        """Begin every step whose turn it is; seconds until the next one's, None while that depends on others."""
        now = asyncio.get_running_loop().time
        while self._heap and len(self._tasks) < self._connections and not self.is_ending:
            at, _, host = self._heap[0]
            if at > now():
                return at - now()
            heapq.heappop(self._heap)
            host.is_waiting = False
            if host.closed is None and host.next_at > now():
                self._wait(host)
                continue
            for _ in range(_SETTLED_AT_ONCE):
                if not host.queue:
                    break
                step = host.queue.popleft()
                if step.address in self._under_way:
                    self._later(step, _AGAIN_SECONDS)
                elif not self._settle(step, host):
                    self._begin(step, host)
                    break
            else:
                await asyncio.sleep(0)
            self._wait(host)
        return None

    def _begin(self, step: Step, host: Host[Step]) -> None:
        host.begin()
        host.active += 1
        self._under_way.add(step.address)
        task = asyncio.create_task(self._make(step, host))
        self._tasks[task] = host

        def done(task: asyncio.Task[None]) -> None:
            last = self._tasks.pop(task)
            self._under_way.discard(step.address)
            if not task.cancelled() and (error := task.exception()) is not None:
                self._error = self._error or error
            if last is not None:
                self._release(last)
            self._news.set()

        task.add_done_callback(done)

    async def _make(self, step: Step, host: Host[Step]) -> None:
        again = await self._visit(step, host)
        if again is not None:
            self._later(step, again)

    def _later(self, step: Step, seconds: float) -> None:
        def back() -> None:
            self._delayed -= 1
            self.add(step, is_next=True)

        self._delayed += 1
        asyncio.get_running_loop().call_later(seconds, back)


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task
