"""Filling in what was missed: CHATHISTORY after a join and after a cut (IRCv3 draft/chathistory).

Rules: a buffer is *behind* from the moment when it is left or cut off until everything from then on
is there, or a line says what is not. Pages are asked for from the newest to what is known, a few
buffers at a time, `MOST` lines of each. The newest page is shown at once, and the others when all
are there: only then do those that are known already say where all others belong. What is told live
meanwhile stays where it is. A question that the server passes over is given up.
"""

from collections.abc import Sequence
from dataclasses import replace

from chatclient.model import CONVERSATION, Buffer, BufferKind, Kind, Line
from chatclient.session.outbox import NONCE
from chatclient.session.past import Anchor, clock
from chatclient.session.people import converse
from chatclient.session.replay import replay, replay_changes, replay_older
from chatclient.session.state import Heard, Quest, State, is_name, server_time, write_time
from chatwire import caps
from chatwire.message import Message

PLAYBACK = "znc.in/playback"
"""The capability of bouncers that replay what was missed when they are asked to."""

CONTEXT = "draft/chathistory-context"
"""The tag of what belongs to a message of the page, and is not counted."""

MOST = 10_000
"""The most lines that are filled in at once."""

LARGEST = 8 << 20
"""The most characters of them, or some more."""

_PAGE = 100
"""How many lines to ask for at a time, unless the server gives fewer."""

_AT_ONCE = 4
"""How many questions may be unanswered."""

_EDGE = 5
"""Lines by which what is put in its place later is joined to what is there."""

_PATIENCE = 2
"""After so many signs of life without an answer there will be none."""

_LATEST_TARGETS = 100
_DAY = 86400.0
_LATELY = 3 * _DAY  # how far one looks back who begins
_SKEW = 60.0  # by so much the server's clock may differ from ours

MAYBE_LOST = "it may not have arrived before the connection was lost"
"""Why a line failed that the server may have."""


def follow(state: State, buffer: Buffer, now: float) -> None:
    """Fill in what was missed in a buffer that is followed from now on."""
    since = state.past.known.get(buffer)
    if not state.has(caps.CHATHISTORY):
        cut = state.past.cut.get(buffer)
        if since and cut is not None and not state.has(PLAYBACK):
            state.world.add(buffer, gap_line(state, buffer, cut, now))
        _open(state, buffer)
        return
    state.world.set_behind(buffer, behind=True)
    quest = Quest(buffer, since, by_id=state.features.history_by_id)
    settled = buffer.lines[: len(buffer.lines) - buffer.pending]
    quest.there = settled[-1].id if settled else 0
    state.later.append(quest)
    _ask_next(state)


def find_older(
    state: State, buffer: Buffer, line: Line | None = None, gap: Line | None = None
) -> bool:
    """Ask for what was said before the oldest line; say whether that can be asked.

    With a `line`, ask for what was said before that one, and hand it over to the archive; a `gap`
    before it may be filled by that.
    """
    told = (each for each in buffer.lines if each.msgid or each.kind in CONVERSATION)
    first = line or next(told, None)
    if not state.ready or not state.has(caps.CHATHISTORY) or first is None:
        return False
    if buffer.behind or buffer.seeking or buffer.kind is BufferKind.SERVER:
        return False
    before = Anchor(first.msgid, first.time)
    quest = Quest(buffer, None, by_id=state.features.history_by_id, before=before)
    quest.line, quest.gap = line, gap
    state.world.set_seeking(buffer, seeking=True)
    state.later.append(quest)
    _ask_next(state)
    return True


def find_conversations(state: State, now: float) -> None:
    """Ask with whom there was talk since the server was heard last, or with one's account lately."""
    heard = state.past.heard
    if heard is None and state.status.account:
        heard = state.past.heard = now - _LATELY
    if heard is not None and state.has(caps.CHATHISTORY):
        times = (write_time(heard - _SKEW), write_time(max(heard, now) + _DAY))
        state.send("CHATHISTORY", "TARGETS", *times, str(_LATEST_TARGETS))


def on_target(state: State, heard: Heard) -> None:
    """There was talk with somebody while we were away (CHATHISTORY TARGETS)."""
    name = heard.text(1)
    since = state.past.heard
    if since is None or state.features.is_room(name) or state.world.find(name):
        return
    if not state.may_open(name) or state.ignores(name):
        return
    buffer = converse(state, name)
    state.past.known[buffer] = Anchor("", since - _SKEW)
    follow(state, buffer, heard.time)


def unfollow(state: State, buffer: Buffer) -> None:
    """Take note that a buffer is followed no longer."""
    state.past.leave(buffer, state.ready_at - _SKEW, events=state.has(caps.EVENT_PLAYBACK))
    state.world.set_behind(buffer, behind=True)
    state.world.set_seeking(buffer, seeking=False)
    state.outbox.shut(buffer)
    state.later = type(state.later)(each for each in state.later if each.buffer is not buffer)
    for label, quest in [*state.quests.items()]:
        if quest.buffer is buffer:
            del state.quests[label]


# --- questions ---------------------------------------------------------------------------------


def _ask_next(state: State) -> None:
    while state.later and len(state.quests) < _AT_ONCE:
        _ask(state, state.later.popleft())


def _ask(state: State, quest: Quest) -> None:
    state.asked += 1
    quest.label, quest.pongs = f"h{state.asked}", 0
    state.quests[quest.label] = quest
    known = quest.since
    since = "*" if known is None else _reference(known, -0.001, by_id=not _overlaps(quest))
    if quest.before:
        how = ["BEFORE", quest.buffer.target, _reference(quest.before, 0.0, by_id=quest.by_id)]
    elif oldest := _oldest(quest, 0.0):
        end = _reference(oldest, 0.001, by_id=quest.by_id)
        how = ["BETWEEN", quest.buffer.target, end, since]
    else:
        how = ["LATEST", quest.buffer.target, since]
    state.send("CHATHISTORY", *how, str(_limit(state)), label=quest.label)


def _overlaps(quest: Quest) -> bool:
    """Say whether what is known is asked for, too.

    A conversation may be kept for less than we remember: what we know is then not there.
    """
    return quest.buffer.kind is BufferKind.DIRECT or not quest.by_id


def _limit(state: State) -> int:
    return min(_PAGE, state.features.history_page or _PAGE)


def _reference(point: Anchor, wider: float, *, by_id: bool) -> str:
    """Name a message; by time, a moment before or after it, so that it comes again itself."""
    if by_id and is_name(point.msgid):
        return f"msgid={point.msgid}"
    return write_time(point.time + wider)


def find_quest(state: State, label: str, target: str) -> Quest | None:
    """Return the question that has that label, or without labels is about that target."""
    if label or state.labels:
        return state.quests.get(label)
    fold = state.world.fold
    asked = (each for each in state.quests.values() if fold(each.buffer.target) == fold(target))
    return next(asked, None)


# --- answers -----------------------------------------------------------------------------------


def on_page(state: State, quest: Quest, page: Sequence[Message], now: float) -> None:
    """A page has come: ask for the one before it, or put all of them in their places."""
    del state.quests[quest.label]
    told = [each for each in page if CONTEXT not in each.tags]
    fresh = [each for each in page if _identity(each) not in quest.identities]
    quest.messages[:0] = fresh
    quest.identities.update(map(_identity, fresh))
    quest.size += sum(len(param) for each in fresh for param in each.params)
    full = len(told) >= _limit(state)
    whole = not told or (not full and state.has(caps.EVENT_PLAYBACK))
    if quest.before or whole or quest.since is None or not (full or fresh):
        _complete(state, quest, now)
        if quest.before and not fresh:
            _tell_end(state, quest, now)
    elif len(quest.messages) >= MOST or quest.size >= LARGEST or not fresh:
        quest.stopped = True
        _give_up(state, quest, now)
    else:
        _show_newest(state, quest, now)
        state.later.appendleft(quest)
    _ask_next(state)


def _show_newest(state: State, quest: Quest, now: float) -> None:
    """Show the newest page while the others are on their way.

    All of it was said after what was there when we came, unless it has some of that.
    """
    ids = {each.tags.get("msgid") for each in quest.messages}
    lines = quest.buffer.lines
    at = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].id == quest.there), None)
    if quest.shown or at is None or any(line.msgid in ids for line in lines[: at + 1]):
        return
    replay(state, quest.buffer, quest.messages, now, beyond=quest.there, missed=True)
    quest.shown = len(quest.messages)


def _after(quest: Quest) -> str:
    """Return the message before which nothing belongs; what overlaps may have more from before."""
    return quest.since.msgid if quest.since and not _overlaps(quest) else ""


def _identity(message: Message) -> tuple[str, ...]:
    """Return what two messages have in common if they are one."""
    if msgid := message.tags.get("msgid"):
        return (msgid,)
    return message.tags.get("time", ""), message.source or "", message.command, *message.params


def on_history_refused(state: State, label: str, target: str, now: float) -> bool:
    """Give a question up that the server refuses; say whether it was one."""
    quest = find_quest(state, label, target)
    if quest is None:
        return False
    del state.quests[quest.label]
    if quest.by_id and (quest.since or quest.before):  # it may not know the message any more
        quest.by_id = False
        state.later.appendleft(quest)
    else:
        _give_up(state, quest, now)
    _ask_next(state)
    return True


def on_sign_of_life(state: State, now: float) -> None:
    """Give up what the server has passed over."""
    for quest in [*state.quests.values()]:
        quest.pongs += 1
        if quest.pongs >= _PATIENCE:
            del state.quests[quest.label]
            _give_up(state, quest, now)
    _ask_next(state)


def _complete(state: State, quest: Quest, now: float) -> None:
    """Everything has come that the server has; say if it does not reach to what is known."""
    known = quest.since.msgid if quest.since and _overlaps(quest) else ""
    met = state.past.resumed or any(each.tags.get("msgid") == known for each in quest.messages)
    _finish(state, quest, now, whole=not known or met)


def _tell_end(state: State, quest: Quest, now: float) -> None:
    """Say that there is nothing older: in words only to who asked in words."""
    if quest.line is None:
        state.world.tell(quest.buffer, "there is nothing older", time=now)
    elif quest.gap is None:
        quest.buffer.exhausted = True


def _give_up(state: State, quest: Quest, now: float) -> None:
    """No more will come, and there may be more."""
    _finish(state, quest, now, whole=quest.since is None)


def _tell_gap(state: State, quest: Quest, now: float) -> None:
    """Add a line where something is missing, which says from when to when."""
    buffer, since = quest.buffer, quest.since
    start = state.past.cut.get(buffer, since.time if since else now)
    oldest = _oldest(quest, now)
    end = max(start, oldest.time if oldest else now)
    line = gap_line(state, buffer, start, end)
    if quest.stopped:
        text = (
            f"{len(quest.messages)} lines are enough: what was said from {{}} to {{}} is not shown"
        )
        line = replace(line, text=text.format(clock(start), clock(end)))
    state.world.insert(buffer, [line], after=since.msgid if since else "")


def _oldest(quest: Quest, now: float) -> Anchor | None:
    """Return the oldest message that came: the first, or else the last, of the page before."""
    ends = (quest.messages[:1], quest.messages[-1:])
    found = [Anchor(m.tags.get("msgid", ""), server_time(m, now)) for end in ends for m in end]
    return min(found, key=lambda end: end.time, default=None)


def gap_line(state: State, buffer: Buffer, start: float, end: float) -> Line:
    """Return a line that says from when to when messages are missing.

    To a person who is not there nobody can say anything: so there may be none.
    """
    are = "may be" if buffer.kind is BufferKind.DIRECT else "are"
    text = f"no history from {clock(start)} to {clock(end)}: messages in between {are} missing"
    return state.world.make_line(Kind.GAP, text, time=end)


def _finish(state: State, quest: Quest, now: float, *, whole: bool) -> None:
    """Put what has come in its place; before it stands what is missing, if it is not the `whole`."""
    if quest.before:
        state.world.set_seeking(quest.buffer, seeking=False)
    if quest.line:
        replay_older(state, quest, quest.line, now)
        return
    # Some of those that are shown already say where the others belong.
    rest = quest.messages[: len(quest.messages) - quest.shown + _EDGE if quest.shown else None]
    missed = quest.since is not None
    replay(state, quest.buffer, rest, now, after=_after(quest), missed=missed)
    if quest.shown:
        replay_changes(state, quest.buffer, quest.messages, now)
    if not whole:
        _tell_gap(state, quest, now)
    _open(state, quest.buffer)


def _open(state: State, buffer: Buffer) -> None:
    """Follow a buffer from now on: what waits for it can be sent."""
    state.past.follow(buffer)
    state.world.set_behind(buffer, behind=False)
    if not state.has(NONCE):
        # The server might say it twice: the user has to decide.
        state.outbox.fail_tried(buffer, MAYBE_LOST)
    state.outbox.open(buffer)
