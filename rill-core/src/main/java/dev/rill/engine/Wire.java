package dev.rill.engine;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Where sockets come from, and how to wait for what happens on them: the line below the engine.
/// Pipes, event counters and files are the same on every wire.
///
/// All calls come under the kernel's lock.
sealed interface Wire permits MemoryWire, NioWire {

    /// Opens a socket.
    ///
    /// @param type `SOCK_*` with flags
    /// @param result the socket, in element 0
    /// @return 0 or `-errno`
    int socket(InProcessKernel kernel, int domain, int type, int protocol, Socket[] result);

    /// Opens two connected sockets.
    ///
    /// @return 0 or `-errno`
    int pair(InProcessKernel kernel, int domain, int type, int protocol, Socket[] result);

    /// Takes notice of what has happened outside of this process, without waiting. Who waits for
    /// it in a [WaitQueue] is told.
    void look();

    /// Waits until something happens, inside ([#changed]) or outside; the lock is free meanwhile.
    /// It may come back without a reason.
    ///
    /// @param lock the kernel's
    /// @param changed signalled on every change inside
    /// @param until when to give up, a time of the clock, or `Long.MAX_VALUE` for never
    void await(ReentrantLock lock, Condition changed, EngineClock clock, long until);

    /// Something changed inside: a thread that waits for the outside must look.
    void changed();

    /// The kernel goes away.
    void close();
}
