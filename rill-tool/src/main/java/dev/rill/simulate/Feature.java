package dev.rill.simulate;

/// What a scenario may have. Each has some of all: what is left out cannot get in the way of what
/// is there, so that a thousand scenarios go further than one with everything.
public enum Feature {
    /// Whole buffers instead of incremental ones.
    CLASSIC,
    /// Buffers are retired before they are full.
    MIN_LEFT,
    /// Buffers of a few bytes.
    TINY_BUFFERS,
    /// Fewer than eight buffers.
    FEW_BUFFERS,
    /// Groups that begin small, grow and shrink.
    GROWING,
    /// Queues of a few entries: submissions do not fit, completions overflow.
    SMALL_QUEUES,
    /// An older Linux.
    OTHER_KERNEL,
    /// The server takes fewer connections than there are peers.
    FEW_CONNECTIONS,
    /// Connections without traffic are closed.
    IDLE_TIMEOUT,
    /// Bytes take their time.
    LATENCY,
    /// Transfers take less than they could.
    SHORT_TRANSFERS,
    /// Connections are cut.
    RESETS,
    /// Connects are refused or never answered.
    FAILED_CONNECTS,
    /// Sockets cannot be had, waits end early.
    FAILED_CALLS,
    /// Little is on its way, so that who reads slowly is noticed soon.
    SMALL_SOCKET_BUFFERS,
    /// Unix sockets instead of TCP.
    UNIX,
    /// A second loop in the same thread.
    SECOND_LOOP,
    /// A proxy in front of the servers.
    RELAY,
    /// Loops have their turns late, and a lot to do then.
    LATE_LOOPS,
    /// Loops wait in the kernel for a while.
    WAITING_LOOPS,
    /// The program keeps received bytes and gives them back in any order.
    HOLDS,
    /// The program may hold no more than so much of one connection, or as much as it likes.
    HELD_LIMIT,
    /// The program pauses connections.
    PAUSES,
    /// The program asks for so many bytes.
    CREDIT,
    /// Handlers throw exceptions.
    THROWS,
    /// Handlers abort and close their connections.
    ABORTS,
    /// The program closes instead of finishing.
    CLOSES,
    /// The loops are stopped in the middle.
    STOP,
    /// Peers that read little at a time, and late.
    SLOW_READERS,
    /// Peers that send byte by byte.
    ONE_BYTE_SENDERS,
    /// Peers that pause in the middle, some longer than any timeout.
    IDLERS,
    /// Peers that reset their connection.
    RESETTERS,
    /// Peers that close with bytes unread and unsent.
    LEAVERS,
    /// Peers that are there and do nothing any more.
    VANISHERS,
    /// Peers that send and never read.
    NEVER_READERS,
    /// Connections have buffer groups of their own, as long as there are some.
    OWN_GROUPS,
    /// Buffers of several sizes.
    SIZE_CLASSES
}
