"""The mutations: one row each, by the promise that they break."""

from tests.mutations.mutation import Mutation

JOURNAL = "chatserver/journal/local.py"
SPEECH = "chatserver/core/execute/speech.py"

MUTATIONS = (
    # --- nothing is shown before it is kept --------------------------------------------------
    Mutation(
        "release before the commit",
        "messages are shown while they are being written",
        JOURNAL,
        "            done = loop.run_in_executor(self._writer, self._keep_and_read, batch)\n",
        "            self._node.release(batch)\n"
        "            done = loop.run_in_executor(self._writer, self._keep_and_read, batch)\n",
        ("tests/chatserver/journal/test_local.py",),
    ),
    Mutation(
        "show what was not kept",
        "a message that the disk refused is shown all the same",
        JOURNAL,
        "                    self._refuse(entry, outcome)\n",
        "                    entry.outcomes.append(outcome)\n",
        ("tests/chatserver/journal/test_local.py", "tests/chatserver/storage/test_failing_disk.py"),
    ),
    Mutation(
        "forget to refuse",
        "nobody is told that a message was not kept",
        JOURNAL,
        "                    self._refuse(entry, outcome)\n",
        "                    pass\n",
        ("tests/chatserver/journal/test_local.py", "tests/chatserver/storage/test_failing_disk.py"),
    ),
    Mutation(
        "forget the failed write",
        "after a failed write messages are taken as if nothing had been",
        JOURNAL,
        "            self.failure = why\n",
        "",
        ("tests/chatserver/journal/test_local.py", "tests/chatserver/storage/test_failing_disk.py"),
    ),
    # --- nonces ------------------------------------------------------------------------------
    Mutation(
        "drop the nonce",
        "a message that is sent again is said again",
        SPEECH,
        "    return Repeated(kept.target, kept.seq, command.target, command.notice)\n",
        "    return None\n",
        ("tests/chatserver/core/execute/test_speech.py", "tests/conformance/test_nonce.py"),
    ),
    Mutation(
        "restore no nonces",
        "after a restart a message that is sent again is said again",
        "chatserver/node.py",
        "        state.nonces.restore(nonces)\n",
        "",
        ("tests/e2e/test_stopping.py",),
    ),
    Mutation(
        "remember the nonce of a refused message",
        "a message that was refused, sent again, counts as said",
        JOURNAL,
        "        self._node.state.nonces.forget(event)\n",
        "",
        ("tests/chatserver/journal/test_local.py", "tests/conformance/test_nonce.py"),
    ),
    # --- order -------------------------------------------------------------------------------
    Mutation(
        "swap the order of a room",
        "the events of one moment are shown last first to who is answered among them",
        "chatserver/delivery.py",
        "            parts.sort()\n",
        "            parts.sort(reverse=True)\n",
        ("tests/chatserver/test_delivery.py",),
    ),
    Mutation(
        "number from the same beginning",
        "after a restart numbers of messages come again",
        "chatserver/storage/rows.py",
        "max(value + 1, ?)",
        "max(value, ?)",
        ("tests/chatserver/storage/test_contract.py", "tests/chatserver/storage/test_sqlite.py"),
    ),
    # --- history -----------------------------------------------------------------------------
    Mutation(
        "read past the request",
        "a page of history has what is shown live as well",
        "chatserver/faces/irc/history.py",
        "        page = Page(key, start, inquiry.seq, limit, everything=everything)\n",
        "        page = Page(key, start, 1 << 62, limit, everything=everything)\n",
        ("tests/conformance/test_chathistory.py",),
    ),
    # --- what peers send ---------------------------------------------------------------------
    Mutation(
        "pass control characters on",
        "what one peer says moves another's terminal",
        "chatwire/text.py",
        "    return _UNSAFE.sub(_show, strip_formatting(text))\n",
        "    return strip_formatting(text)\n",
        ("tests/chatserver/faces/plain/test_hostile.py",),
    ),
    # --- chatclient --------------------------------------------------------------------------
    Mutation(
        "insert what is there",
        "chatclient shows what it is told twice, live and as history, twice",
        "chatclient/model/world.py",
        "        fresh = [line for line in lines if not line.msgid or line.msgid not in known]\n",
        "        fresh = [*lines]\n",
        ("tests/chatclient/model/test_world.py",),
    ),
    Mutation(
        "believe in a dead connection",
        "chatclient waits for ever on a connection that is gone",
        "chatclient/keepalive.py",
        "        return self._asked is not None and now >= max(self._asked, self._heard) + PATIENCE\n",
        "        return False\n",
        ("tests/chatclient/test_keepalive.py", "tests/chatclient/test_client.py"),
    ),
)
