package dev.rill.net;

import dev.rill.ring.Hold;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/// What a connection receives, as a `Flow.Publisher` by the rules of Reactive Streams.
///
/// ```java
/// public void opened(Connection connection) {
///     ConnectionPublisher.of(connection).subscribe(subscriber);
/// }
/// ```
///
/// **Elements are holds**, not copies. The subscriber owns each it is given and closes it, on any
/// thread; until then the bytes stay where the kernel put them. Copies would be safer to forget and
/// dearer for everyone: who wants one calls [Hold#toArray] and closes at once. Holds also count for
/// what a program may keep of one connection ([EventLoopOptions#heldMax]), so a subscriber that
/// asks without end and closes nothing is slowed down as well.
///
/// **Demand becomes credit**: so many elements of at most so many bytes each are asked for, as with
/// [Connection#request], and without demand no receive is armed. The bytes wait in the socket, and
/// the peer is slowed down. Elements may be smaller than their limit. What had been delivered when
/// the last element that was asked for came is kept, in order, for the next request; it is less
/// than twice what had been asked for in bytes, and what the budget allows.
///
/// **Signals** come one at a time on the loop's thread. `onComplete` means that the peer has ended,
/// after all its bytes. `onError` has a [ConnectionClosedException]; what came before a failure is
/// delivered first, but when the program or its loop closes the connection nothing more is. With no
/// demand the peer's end is not seen; it is when more is asked for. After the loop was closed the
/// signals that are left come on the thread that asks for them.
///
/// **Cancelling** ends receiving and nothing else: the connection stays open for sending, until it
/// is closed.
///
/// **One subscriber.** A second one is refused with `onError`. An exception out of a subscriber
/// ends its subscription and closes the connection, as one out of a handler does.
///
/// @see <a href="https://www.reactive-streams.org/">Reactive Streams</a>
public final class ConnectionPublisher implements Flow.Publisher<Hold> {

    private final PublishedBytes bytes;
    private final AtomicBoolean taken = new AtomicBoolean();

    private ConnectionPublisher(PublishedBytes bytes) {
        this.bytes = bytes;
    }

    /// Publishes what a connection receives from now on, in elements of at most one receive buffer.
    ///
    /// @param connection one that has received nothing yet, or whose next bytes may go here
    /// @return to be subscribed to once, from any thread
    /// @see #of(Connection, int)
    public static ConnectionPublisher of(Connection connection) {
        return of(connection, connection.loop().group().options().bufferSize());
    }

    /// Publishes what a connection receives from now on. On the loop's thread.
    ///
    /// Nothing is received until there is a subscriber with demand. The connection's handler hears
    /// everything but `received`, and `ended` after the subscriber's `onComplete`; it must not be
    /// replaced.
    ///
    /// @param connection one that has received nothing yet, or whose next bytes may go here
    /// @param elementMax how many bytes an element has at most
    /// @return to be subscribed to once, from any thread
    public static ConnectionPublisher of(Connection connection, int elementMax) {
        connection.loop().requireOwner();
        if (elementMax < 1) {
            throw new IllegalArgumentException("elementMax=" + elementMax
                    + ": an element has 1 byte or more");
        }
        if (connection.handler() instanceof PublishedBytes) {
            throw new IllegalStateException(connection + " has a publisher already");
        }
        PublishedBytes bytes = new PublishedBytes(connection, elementMax);
        connection.handler(bytes);
        connection.receiveSide().limit(0);
        return new ConnectionPublisher(bytes);
    }

    /// Whose bytes these are.
    ///
    /// @return the connection
    public Connection connection() {
        return bytes.connection();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Hold> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (taken.compareAndSet(false, true)) {
            bytes.begin(subscriber);
            return;
        }
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long elements) {
            }

            @Override
            public void cancel() {
            }
        });
        subscriber.onError(new IllegalStateException("the bytes of " + bytes.connection()
                + " have a subscriber already: each goes to one alone"));
    }
}
