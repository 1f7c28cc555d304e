package dev.rill.kernel;

import dev.rill.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What a program asks of a kernel that has io_uring: the three system calls, the memory they
/// share, and the plain descriptor calls that no opcode can do.
///
/// Implementations read and write the same bytes of the same rings, so a program cannot tell
/// which one it runs on, except by what a probe of features says.
///
/// **Answers.** Every `int` is a value when it is zero or more and `-errno` when it is negative.
/// Only [#map] and [#memory], whose answer is memory, throw a [KernelException] instead.
///
/// **Threads.** A kernel may be shared by all threads. What one *ring* allows is a matter of its
/// setup flags (`IORING_SETUP_SINGLE_ISSUER` binds it to a thread).
///
/// **Memory.** An address inside an SQE or a registration must lie in memory that came from
/// [#memory] of the same kernel: a kernel in this process answers `-EFAULT` for any other.
public interface Kernel extends AutoCloseable {

    /// The kernel's kind in one word: `linux` for the real one.
    ///
    /// @return a short name, for messages
    String name();

    /// The version of the kernel, as `uname -r` prints it.
    ///
    /// @return the release, for messages only: behaviour is found by probing
    String release();

    /// The boot that this kernel runs since: what was found out about it holds until the next one,
    /// for other processes as well.
    ///
    /// @return the boot's id, without white space; empty for a kernel that has none, such as one in
    ///         this process, or one that is not what it seems because something stands in front
    default String bootId() {
        return "";
    }

    /// The size of a memory page, to which buffer rings must be aligned.
    ///
    /// @return bytes, a power of two
    int pageSize();

    /// The time that this kernel's timeouts are measured in. Whoever sets deadlines of its own
    /// reads them from here, because a simulated kernel has a time of its own.
    ///
    /// @return nanoseconds since some moment, as of `CLOCK_MONOTONIC`; may be negative
    /// @see System#nanoTime()
    long nanoTime();

    /// Creates a ring.
    ///
    /// @param entries submission queue entries asked for; the kernel rounds up to a power of two
    /// @param params a `struct io_uring_params` (120 bytes), read and then filled in
    /// @return the ring's descriptor, or `-errno`
    /// @see <a href="https://man7.org/linux/man-pages/man2/io_uring_setup.2.html">io_uring_setup</a>
    int setup(int entries, MemorySegment params);

    /// Submits entries, waits for completions, or both.
    ///
    /// @param ring the ring's descriptor, or its registered index with
    ///        `IORING_ENTER_REGISTERED_RING` in `flags`
    /// @param toSubmit how many SQEs to consume
    /// @param minComplete how many CQEs to wait for with `IORING_ENTER_GETEVENTS`
    /// @param flags `IORING_ENTER_*`
    /// @param argument with `IORING_ENTER_EXT_ARG` a `struct io_uring_getevents_arg`, otherwise
    ///        [MemorySegment#NULL]
    /// @return the number of SQEs consumed, or `-errno` (`-ETIME` when the wait ran out)
    /// @see <a href="https://man7.org/linux/man-pages/man2/io_uring_enter.2.html">io_uring_enter</a>
    int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument);

    /// Registers or unregisters something with a ring, or asks about it.
    ///
    /// @param ring the ring's descriptor
    /// @param opcode `IORING_REGISTER_*` or `IORING_UNREGISTER_*`
    /// @param argument the structure the opcode wants, or [MemorySegment#NULL]
    /// @param count the number of elements in `argument`, as the opcode defines it
    /// @return what the opcode answers, or `-errno`
    /// @see <a href="https://man7.org/linux/man-pages/man2/io_uring_register.2.html">io_uring_register</a>
    int register(int ring, int opcode, MemorySegment argument, int count);

    /// Maps a part of a ring: its queues, its SQEs, or a buffer ring that the kernel allocated.
    ///
    /// @param ring the ring's descriptor
    /// @param offset `IORING_OFF_*`
    /// @param byteSize how much to map, in bytes
    /// @param lifetime unmapped when this arena closes
    /// @return the memory, shared with the kernel
    /// @throws KernelException when the kernel refuses
    MemorySegment map(int ring, long offset, long byteSize, Arena lifetime);

    /// Provides zeroed, page-aligned memory whose addresses may be given to this kernel.
    ///
    /// The pages are only reserved: they become resident when first written.
    ///
    /// @param byteSize how much, in bytes, more than zero
    /// @param lifetime freed when this arena closes; it must outlive every request and
    ///        registration that names an address in it
    /// @return the memory
    /// @throws KernelException when there is not that much
    MemorySegment memory(long byteSize, Arena lifetime);

    /// Provides memory as [#memory(long, Arena)] does, of huge pages.
    ///
    /// @param byteSize how much, in bytes, more than zero
    /// @param pages which
    /// @param lifetime freed when this arena closes
    /// @return the memory; it begins at the boundary of a huge page
    /// @throws KernelException when there are no such pages, or not that many, with what to do
    ///         about it; nothing was allocated then
    default MemorySegment memory(long byteSize, HugePages pages, Arena lifetime) {
        if (pages == HugePages.NONE) {
            return memory(byteSize, lifetime);
        }
        throw new KernelException("huge pages for " + byteSize + " bytes", Errno.EOPNOTSUPP,
                "Only the real kernel has them");
    }

    /// Says which processors the calling thread may run on: `sched_getaffinity`.
    ///
    /// @param mask filled in, a bit for each processor as a `cpu_set_t` has them; `-EINVAL` when it
    ///        has no room for all that the kernel was built for
    /// @return 0 or `-errno`; `-ENOSYS` from a kernel that has no threads to place
    default int schedGetaffinity(MemorySegment mask) {
        return -Errno.ENOSYS;
    }

    /// Lets the calling thread, and those it will start, run on some processors only:
    /// `sched_setaffinity`.
    ///
    /// @param mask a bit for each processor as a `cpu_set_t` has them
    /// @return 0 or `-errno`; `-ENOSYS` from a kernel that has no threads to place
    default int schedSetaffinity(MemorySegment mask) {
        return -Errno.ENOSYS;
    }

    /// The plain calls on descriptors.
    ///
    /// @return the same object on every call
    Descriptors descriptors();

    /// Releases what the kernel object itself holds; rings are closed one by one before it.
    @Override
    void close();
}
