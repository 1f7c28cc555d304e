package dev.rill.net;

import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.RingOptions;
import java.time.Duration;
import java.util.Objects;

/// How an [EventLoop] works.
///
/// @param ring queue sizes and setup flags
/// @param buffers the receive memory that all connections of the loop share
/// @param layout whether connections have receive memory of their own besides, and which
/// @param connectionsMax how many connections at a time; further ones wait in the listeners'
///        backlogs. Those that the program makes count but are not refused
/// @param unsentHigh how many bytes may wait to be sent on one connection before whoever they
///        came from is slowed down
/// @param unsentLow where that ends again, in bytes
/// @param heldMax how many bytes of one connection the program may hold before nothing more is
///        received from it, until it holds half of that, so that the others have buffers left; 0
///        for a quarter of the receive memory, `Long.MAX_VALUE` for no limit
/// @param idleTimeout after how long without any traffic a connection is closed; zero for never
/// @param connectTimeout how long connecting may take; zero for as long as the kernel tries
/// @param lingerTimeout how long a closed connection may take to send the rest and to see its
///        peer close as well; zero for as long as the peer wishes
public record EventLoopOptions(RingOptions ring, BufferGroupOptions buffers,
        BufferLayout layout, int connectionsMax, long unsentHigh, long unsentLow, long heldMax,
        Duration idleTimeout, Duration connectTimeout, Duration lingerTimeout) {

    /// Checks limits.
    public EventLoopOptions {
        Objects.requireNonNull(ring, "ring");
        Objects.requireNonNull(buffers, "buffers");
        Objects.requireNonNull(layout, "layout");
        if (connectionsMax < 1 || connectionsMax > UserData.SLOTS_MAX) {
            throw new IllegalArgumentException("connectionsMax=" + connectionsMax
                    + ": must be 1 to " + UserData.SLOTS_MAX);
        }
        if (unsentLow < 0 || unsentHigh < unsentLow) {
            throw new IllegalArgumentException("unsentLow=" + unsentLow + ", unsentHigh="
                    + unsentHigh + ": 0 <= unsentLow <= unsentHigh is needed");
        }
        if (heldMax < 0) {
            throw new IllegalArgumentException("heldMax=" + heldMax
                    + ": must be 0 (a quarter of the receive memory) or a number of bytes");
        }
        requireNotNegative("idleTimeout", idleTimeout);
        requireNotNegative("connectTimeout", connectTimeout);
        requireNotNegative("lingerTimeout", lingerTimeout);
    }

    /// Sensible for a server: 1 to 16 MiB of incremental buffers, 256 KiB unsent before slowing
    /// down, ten seconds to connect, no idle limit.
    ///
    /// @return options
    public static EventLoopOptions defaults() {
        return new EventLoopOptions(RingOptions.defaults(), BufferGroupOptions.incremental(0),
                BufferLayout.shared(), 1 << 20, 256 * 1024, 64 * 1024, 0,
                Duration.ZERO, Duration.ofSeconds(10), Duration.ofSeconds(5));
    }

    /// The same with another ring.
    ///
    /// @param options queue sizes and setup flags
    /// @return new options
    public EventLoopOptions withRing(RingOptions options) {
        return new EventLoopOptions(options, buffers, layout, connectionsMax, unsentHigh,
                unsentLow, heldMax, idleTimeout, connectTimeout, lingerTimeout);
    }

    /// The same with other receive memory.
    ///
    /// @param options how much and how
    /// @return new options
    public EventLoopOptions withBuffers(BufferGroupOptions options) {
        return new EventLoopOptions(ring, options, layout, connectionsMax, unsentHigh, unsentLow,
                heldMax, idleTimeout, connectTimeout, lingerTimeout);
    }

    /// The same with receive memory divided in another way.
    ///
    /// @param how see [#layout]
    /// @return new options
    public EventLoopOptions withLayout(BufferLayout how) {
        return new EventLoopOptions(ring, buffers, how, connectionsMax, unsentHigh, unsentLow,
                heldMax, idleTimeout, connectTimeout, lingerTimeout);
    }

    /// The same with another limit on connections.
    ///
    /// @param count see [#connectionsMax]
    /// @return new options
    public EventLoopOptions withConnectionsMax(int count) {
        return new EventLoopOptions(ring, buffers, layout, count, unsentHigh, unsentLow, heldMax,
                idleTimeout, connectTimeout, lingerTimeout);
    }

    /// The same with other limits on unsent bytes.
    ///
    /// @param low see [#unsentLow]
    /// @param high see [#unsentHigh]
    /// @return new options
    public EventLoopOptions withUnsent(long low, long high) {
        return new EventLoopOptions(ring, buffers, layout, connectionsMax, high, low, heldMax,
                idleTimeout, connectTimeout, lingerTimeout);
    }

    /// The same with another limit on what is held of one connection.
    ///
    /// @param bytes see [#heldMax]
    /// @return new options
    public EventLoopOptions withHeldMax(long bytes) {
        return new EventLoopOptions(ring, buffers, layout, connectionsMax, unsentHigh, unsentLow,
                bytes, idleTimeout, connectTimeout, lingerTimeout);
    }

    /// The same with other time limits.
    ///
    /// @param idle see [#idleTimeout]
    /// @param connect see [#connectTimeout]
    /// @param linger see [#lingerTimeout]
    /// @return new options
    public EventLoopOptions withTimeouts(Duration idle, Duration connect, Duration linger) {
        return new EventLoopOptions(ring, buffers, layout, connectionsMax, unsentHigh, unsentLow,
                heldMax, idle, connect, linger);
    }

    /// How much memory received bytes take at most, but for what is rescued.
    ///
    /// @return bytes of all buffers of all groups
    public long receiveMemoryMax() {
        return buffers.byteSize() + layout.byteSize();
    }

    /// What one connection may have of the receive memory.
    long budget() {
        return heldMax != 0 ? heldMax
                : Math.max(buffers.bufferSize(), buffers.byteSize() / 4);
    }

    private static void requireNotNegative(String name, Duration duration) {
        if (Objects.requireNonNull(duration, name).isNegative()) {
            throw new IllegalArgumentException(name + "=" + duration + ": must not be negative");
        }
    }
}
