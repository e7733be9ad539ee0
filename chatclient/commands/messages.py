"""Commands about messages: saying them, answering, and what becomes of one's own."""

from chatclient.commands.calls import Call, UsageError, needed
from chatclient.model import CONVERSATION, BufferKind, Delivery, Kind, Line


def say(call: Call, text: str, kind: Kind) -> None:
    """Say something where it was typed."""
    if call.buffer.kind is BufferKind.SERVER:
        raise UsageError("nobody is here to hear it: /join a room, or /query a person, first")
    call.session.say(call.buffer, text, call.now, kind)


def me(call: Call) -> None:
    """Say what one does."""
    say(call, needed(call.argument), Kind.ACTION)


def reply(call: Call) -> None:
    """Answer what somebody said last."""
    nick, text = call.words(2)
    answered = _newest(call, needed(nick).rstrip(":,"))
    call.session.say(call.buffer, needed(text), call.now, reply_to=answered)


def react(call: Call) -> None:
    """React to what was said last, or take that back."""
    text, nick = call.words(2)
    call.session.react(call.buffer, _newest(call, nick), needed(text), call.now)


def _newest(call: Call, nick: str) -> Line:
    """Return what somebody said last, "" for anybody else. Raises `UsageError` if they did not."""
    fold = call.session.world.fold
    said = (line for line in reversed(call.buffer.lines) if line.kind in CONVERSATION)
    found = (line for line in said if (fold(line.source) == fold(nick) if nick else not line.own))
    line = next(found, None)
    if line is None:
        raise UsageError(f"{nick or 'nobody else'} has not said anything here")
    return line


def resend(call: Call) -> None:
    """Send failed lines again."""
    failed = [line for line in call.buffer.lines if line.delivery is Delivery.FAILED]
    if call.argument == "all":
        chosen = failed
    else:
        chosen = [line for line in failed if call.argument.lower() in line.text.lower()][-1:]
    if not [line for line in chosen if call.session.say_again(line.id, call.now)]:
        raise UsageError("there is no failed line to send again")


def cancel(call: Call) -> None:
    """Take back what waits to be sent."""
    taken = call.session.cancel(call.buffer)
    if not taken:
        raise UsageError("nothing waits to be sent here")
    call.tell(f"not sent: {taken}")


def delete(call: Call) -> None:
    """Delete a message of the user's."""
    said = [line for line in call.buffer.lines if line.own and line.kind in CONVERSATION]
    words = call.argument.lower()
    found = [line for line in said if line.msgid and words in line.text.lower()][-1:]
    if not found:
        raise UsageError("there is no message of yours like that")
    call.session.redact(call.buffer, found[0], call.now)


def history(call: Call) -> None:
    """Show what was said before the oldest line."""
    call.need_server()
    if not call.session.find_older(call.buffer):
        raise UsageError("there is no older history to be had here")
