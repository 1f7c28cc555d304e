package dev.rill.net;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/// Gives the connections that one loop accepts to several loops in turn, where the kernel does not
/// spread them, or not evenly enough.
///
/// A loop that is full is left out. What is on its way to a loop counts as one of its connections,
/// so none is given more than it may have, and none ends before it has got what was given to it.
///
/// Belongs to the thread of the loop that accepts.
final class HandOver implements Listener.Accepting {

    private final EventLoop acceptor;
    private final List<EventLoop> loops;
    private final List<ConnectionHandler> handlers;
    private int next;

    /// @param acceptor the loop whose thread accepts
    /// @param loops who gets connections
    /// @param handlers whose each of them is, in the same order
    HandOver(EventLoop acceptor, List<EventLoop> loops, List<ConnectionHandler> handlers) {
        this.acceptor = acceptor;
        this.loops = List.copyOf(loops);
        this.handlers = List.copyOf(handlers);
    }

    /// Of all loops together.
    @Override
    public int room() {
        long room = 0;
        for (EventLoop loop : loops) {
            room += loop.room();
        }
        return (int) Math.min(room, Integer.MAX_VALUE);
    }

    @Override
    public void accepted(int fd) {
        int index = next;
        for (int tries = 1; loops.get(index).room() == 0 && tries < loops.size(); tries++) {
            index = after(index);
        }
        next = after(index);
        give(fd, loops.get(index), handlers.get(index));
    }

    private int after(int index) {
        return index + 1 == loops.size() ? 0 : index + 1;
    }

    private void give(int fd, EventLoop loop, ConnectionHandler handler) {
        if (loop == acceptor) {
            loop.accepted(fd, handler);
            return;
        }
        loop.connections().expect();
        try {
            loop.execute(() -> arrived(fd, loop, handler));
        } catch (RejectedExecutionException e) { // it has been closed, or is far behind
            loop.connections().expectNoMore();
            loop.mailbox().wake(); // it may be about to wait for the one that does not come
            acceptor.sockets().close(fd);
        }
    }

    /// On the thread of the loop that gets it.
    private static void arrived(int fd, EventLoop loop, ConnectionHandler handler) {
        loop.connections().arrive();
        if (!loop.accepted(fd, handler)) {
            loop.connections().turnAway();
        }
    }
}
