package dev.rill.engine;

import dev.rill.abi.Errno;

/// What a descriptor stands for (`struct file`): the line between the engine and the wire.
///
/// Nothing here waits: what cannot be done now is `-EAGAIN`, and [#waiters] says when to try
/// again. All calls come under the kernel's lock.
interface OpenFile {

    /// How many descriptors and requests hold the file.
    References references();

    /// Whether readiness can be waited for; regular files and directories are always ready.
    default boolean pollable() {
        return waiters() != null;
    }

    /// The events that are true now, `POLL*`.
    ///
    /// @param wanted the events that are asked for; others may be missing in the answer
    default int poll(int wanted) {
        return Events.IN | Events.OUT;
    }

    /// Who is told when that changes; null when the file is not pollable.
    WaitQueue waiters();

    /// Reads at a position, or at the file's own for -1.
    int read(IoVector into, long position);

    /// Writes at a position, or at the file's own for -1.
    int write(IoVector from, long position);

    /// Whether the open flags allow reading.
    default boolean readable() {
        return true;
    }

    /// Whether the open flags allow writing.
    default boolean writable() {
        return true;
    }

    /// Whether `O_NONBLOCK` is set: plain calls do not wait.
    default boolean nonblocking() {
        return false;
    }

    /// Forces content to storage.
    default int sync() {
        return -Errno.EINVAL;
    }

    /// The last holder has let go.
    void release();
}
