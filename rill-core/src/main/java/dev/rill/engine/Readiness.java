package dev.rill.engine;

import static java.nio.channels.SelectionKey.OP_ACCEPT;
import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;

/// What is known of a channel's readiness, and the wait queue that learns of it.
///
/// A selector tells again and again what is ready; a wait queue is told once. So the selector is
/// asked about an operation when a call has used up what there was. It goes on telling of bytes to
/// read until it told a second time and nobody had come for them: a busy connection never changes
/// what it asks. Room to write is there nearly always: that it tells once.
///
/// All calls come under the kernel's lock.
final class Readiness {

    /// What a socket does when the selector has something to say.
    interface Listener {
        /// @param ready `OP_*`
        void selected(int ready);
    }

    private final NioWire wire;
    private final WaitQueue waiters;
    private final Listener listener;
    private SelectableChannel channel;
    private SelectionKey key;
    /// What the selector has said is ready, and no call has used up since.
    private int ready;
    /// What a call has used up, and the selector has not said to be ready since.
    private int exhausted;

    Readiness(NioWire wire, WaitQueue waiters, Listener listener) {
        this.wire = wire;
        this.waiters = waiters;
        this.listener = listener;
    }

    /// Begins anew with another channel.
    void of(SelectableChannel newChannel) {
        forget();
        channel = newChannel;
        ready = 0;
        exhausted = 0;
    }

    /// The channel is about to be closed.
    void forget() {
        if (key != null) {
            key.cancel();
            key = null;
        }
    }

    /// A call has found that an operation would have to wait, or has taken all there was: the
    /// selector shall say when there is more.
    void exhausted(int operation) {
        exhausted |= operation;
        ready &= ~operation;
        ask(interest() | operation);
    }

    /// A call went through, and there may be more. Who stays in the queue meanwhile is to be told
    /// of what comes next.
    void unknown(int operation) {
        exhausted &= ~operation;
        ready &= ~operation;
        if (!waiters.isEmpty()) {
            ask(interest() | operation);
        }
    }

    /// Whether an operation would go through now; finds out where that is not known.
    boolean isReady(int operation) {
        if ((ready & operation) != 0) {
            return true;
        }
        if ((exhausted & operation) == 0) {
            if (wire.isReady(channel, operation)) {
                ready |= operation;
                return true;
            }
            exhausted(operation);
        }
        return false;
    }

    /// The selector has found something.
    void selected(int operations) {
        int again = operations & ready;
        int answered = again | operations & (OP_WRITE | OP_CONNECT);
        if (answered != 0) {
            ask(interest() & ~answered);
        }
        ready |= operations;
        exhausted &= ~operations;
        listener.selected(operations);
        int told = operations & ~again;
        if ((told & (OP_READ | OP_ACCEPT)) != 0) {
            waiters.wake(Events.DATA_READY);
        }
        if ((told & (OP_WRITE | OP_CONNECT)) != 0) {
            waiters.wake(Events.WRITE_SPACE);
        }
    }

    private int interest() {
        return key == null || !key.isValid() ? 0 : key.interestOps();
    }

    private void ask(int operations) {
        if (key == null) {
            key = wire.register(channel, operations, this);
        } else if (key.isValid() && key.interestOps() != operations) {
            key.interestOps(operations);
            wire.interestChanged();
        }
    }
}
