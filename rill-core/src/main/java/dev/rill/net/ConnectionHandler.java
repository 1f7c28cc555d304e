package dev.rill.net;

import dev.rill.ring.Received;

/// What a program does with a connection. All methods run on the event loop's thread and must not
/// block; an exception closes the connection and is reported, the loop goes on.
@FunctionalInterface
public interface ConnectionHandler {

    /// The connection is there: accepted, or connected.
    ///
    /// @param connection the new connection
    default void opened(Connection connection) {
    }

    /// Bytes have come.
    ///
    /// @param connection where from
    /// @param data the bytes where the kernel put them, valid until this method returns
    void received(Connection connection, Received data);

    /// The peer will send no more. Unless overridden, what is still to be sent is sent and then
    /// this direction ends as well.
    ///
    /// @param connection whose input has ended
    default void ended(Connection connection) {
        connection.finish();
    }

    /// What was to be sent has gone, down to the low-water mark, after it had been above the
    /// high-water mark.
    ///
    /// @param connection that can take more
    default void drained(Connection connection) {
    }

    /// The connection is gone; its descriptor is closed. The last call for a connection, made once
    /// for each, also when it never opened.
    ///
    /// @param connection which one
    /// @param reason why
    default void closed(Connection connection, CloseReason reason) {
    }
}
