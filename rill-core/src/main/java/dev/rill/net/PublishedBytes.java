package dev.rill.net;

import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What stands between a connection and the subscriber of its bytes.
///
/// Whatever happens, whoever does it notes it and has [#serve] called: on the loop's thread at
/// once, otherwise through the mailbox. It is never entered twice: whoever finds it busy leaves a
/// mark, and it goes round once more. So signals do not overlap and the stack does not grow,
/// however often a subscriber asks for more inside `onNext`.
final class PublishedBytes implements ConnectionHandler, Flow.Subscription {

    private final Connection connection;
    private final ConnectionHandler program;
    private final int elementMax;
    private final Thread owner = Thread.currentThread();
    private final Mailbox.Call call;

    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger rounds = new AtomicInteger();
    private volatile boolean cancelled;
    private volatile IllegalArgumentException complaint;

    // What follows belongs to whoever is inside serve(), and to the loop's thread.
    private volatile Flow.Subscriber<? super Hold> subscriber;
    private boolean greeted;
    /// Nothing more is signalled.
    private boolean over;
    /// What came and was not asked for in time.
    private final Queue<Hold> parts = new ArrayDeque<>();
    private boolean ended;
    private boolean endTold;
    private volatile CloseReason closed;

    PublishedBytes(Connection connection, int elementMax) {
        this.connection = connection;
        this.elementMax = elementMax;
        program = connection.handler();
        call = connection.loop().mailbox().new Call(this::serve);
    }

    Connection connection() {
        return connection;
    }

    // ---- from any thread ---------------------------------------------------------------------

    void begin(Flow.Subscriber<? super Hold> newSubscriber) {
        subscriber = newSubscriber;
        serveSoon();
    }

    @Override
    public void request(long elements) {
        if (elements > 0) {
            demand.accumulateAndGet(elements, PublishedBytes::sum);
        } else {
            complaint = new IllegalArgumentException("request(" + elements
                    + "): demand must be positive (Reactive Streams, rule 3.9)");
        }
        serveSoon();
    }

    @Override
    public void cancel() {
        cancelled = true;
        serveSoon();
    }

    private void serveSoon() {
        if (Thread.currentThread() == owner) {
            serve();
        } else {
            call.call();
        }
    }

    // ---- what the connection tells -----------------------------------------------------------

    @Override
    public void opened(Connection opened) {
        program.opened(opened);
    }

    @Override
    public void received(Connection from, Received data) {
        if (over || cancelled) {
            connection.loop().counters().bytesDiscarded += data.length();
            return;
        }
        int length = data.length();
        for (int at = 0; at < length; at += Math.min(elementMax, length - at)) {
            parts.add(data.hold(at, Math.min(elementMax, length - at)));
        }
        serve();
    }

    @Override
    public void ended(Connection from) {
        ended = true;
        serve();
    }

    @Override
    public void drained(Connection to) {
        program.drained(to);
    }

    @Override
    public void closed(Connection gone, CloseReason reason) {
        closed = reason;
        serve();
        program.closed(gone, reason);
    }

    // ---- one at a time -----------------------------------------------------------------------

    private void serve() {
        if (rounds.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                signal();
            } catch (RuntimeException | Error e) { // out of the subscriber, or the handler
                finish();
                connection.handlerFailed(e);
            }
            settle();
            seen = rounds.addAndGet(-seen);
        } while (seen > 0);
    }

    private void signal() {
        if (subscriber == null && !over) {
            return;
        }
        if (!greeted) {
            greeted = true;
            subscriber.onSubscribe(this);
        }
        while (mayGoOn() && !parts.isEmpty() && demand.get() > 0) {
            demand.getAndUpdate(PublishedBytes::oneLess);
            subscriber.onNext(parts.poll());
        }
        if (over) {
            return;
        }
        if (cancelled) {
            finish();
        } else if (complaint != null) {
            fail(complaint);
        } else if (ended && parts.isEmpty()) {
            Flow.Subscriber<? super Hold> last = subscriber;
            finish();
            last.onComplete();
        } else if (closed != null && (parts.isEmpty() || isClosedHere())) {
            fail(new ConnectionClosedException(connection, closed));
        }
    }

    private boolean mayGoOn() {
        return !over && !cancelled && complaint == null && !isClosedHere();
    }

    /// Whether it was closed by the program, so that nobody waits for what is left.
    private boolean isClosedHere() {
        return closed != null && switch (closed.kind()) {
            case CLOSED, STOPPED, HANDLER_FAILED -> true;
            default -> false;
        };
    }

    private void fail(Throwable why) {
        Flow.Subscriber<? super Hold> last = subscriber;
        finish();
        last.onError(why);
    }

    private void finish() {
        over = true;
        subscriber = null;
    }

    /// Lets the connection receive what is asked for, and go when all is told.
    private void settle() {
        if (over) {
            for (Hold part = parts.poll(); part != null; part = parts.poll()) {
                part.close();
            }
        }
        if (Thread.currentThread() != owner || closed != null) {
            return; // nothing is received any more
        }
        connection.receiveSide().limit(over || !parts.isEmpty() ? 0 : inBytes(demand.get()));
        if (ended && over && !endTold) {
            endTold = true;
            if (connection.isEstablished()) {
                try {
                    program.ended(connection);
                } catch (RuntimeException | Error e) {
                    connection.handlerFailed(e);
                }
            }
        }
    }

    private long inBytes(long elements) {
        return elements > Long.MAX_VALUE / elementMax ? Long.MAX_VALUE : elements * elementMax;
    }

    private static long sum(long before, long more) {
        return before > Long.MAX_VALUE - more ? Long.MAX_VALUE : before + more;
    }

    private static long oneLess(long before) {
        return before == Long.MAX_VALUE ? before : before - 1;
    }
}
