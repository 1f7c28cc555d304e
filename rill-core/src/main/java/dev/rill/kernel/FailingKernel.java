package dev.rill.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Lets the n-th call fail, to find out what a program does when its kernel says no.
///
/// ```java
/// FailingKernel kernel = new FailingKernel(Kernels.linux());
/// for (int n = 1; !done; n++) {
///     kernel.failOnce(n, Errno.ENOMEM);
///     done = tryToOpenEverything(kernel); // a clear error, and nothing left behind?
///     kernel.heal();
/// }
/// ```
///
/// [#setup], [#enter], [#register], [#map], [#memory] and the plain calls on descriptors are
/// counted together, from the last [#failOnce] or [#failFrom] on. A call that is to fail is not
/// made: it answers `-errno`, or throws where [Kernel] says so. Closing a descriptor is not counted
/// and never fails here, so that cleaning up is always possible.
///
/// **Threads.** Made for one thread at a time.
public final class FailingKernel implements Kernel {

    private final Kernel kernel;
    private final Descriptors descriptors;

    private long calls;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;
    private int errno;
    private String failed = "";

    /// Puts failures in front of a kernel; none until [#failOnce] or [#failFrom].
    ///
    /// @param kernel who does the work; closed with this object
    public FailingKernel(Kernel kernel) {
        this.kernel = Objects.requireNonNull(kernel, "kernel");
        descriptors = new FailingDescriptors(kernel.descriptors(), this);
    }

    /// Lets one call fail.
    ///
    /// @param nth which one, 1 for the next
    /// @param error the errno, positive
    public void failOnce(long nth, int error) {
        fail(nth, nth, error);
    }

    /// Lets a call and all after it fail, until [#heal].
    ///
    /// @param nth which one, 1 for the next
    /// @param error the errno, positive
    public void failFrom(long nth, int error) {
        fail(nth, Long.MAX_VALUE, error);
    }

    /// Lets all calls through again, and counts from 0.
    public void heal() {
        fail(Long.MAX_VALUE, Long.MIN_VALUE, 1);
    }

    /// How many calls there have been, failed ones included.
    ///
    /// @return calls since the last [#failOnce], [#failFrom] or [#heal]
    public long calls() {
        return calls;
    }

    /// Which call failed last.
    ///
    /// @return the method's name and what tells it from others, or the empty string: none has
    public String failed() {
        return failed;
    }

    private void fail(long from, long to, int error) {
        if (from < 1 || error < 1) {
            throw new IllegalArgumentException("nth=" + from + " error=" + error
                    + ": calls and errors count from 1");
        }
        calls = 0;
        first = from;
        last = to;
        errno = error;
        failed = "";
    }

    /// Counts a plain call.
    ///
    /// @return what it answers without being made, or 0 when it is to be made
    int error(String call) {
        return fails(call) ? -errno : 0;
    }

    private boolean fails(String call) {
        calls++;
        boolean now = calls >= first && calls <= last;
        if (now) {
            failed = call;
        }
        return now;
    }

    @Override
    public String name() {
        return kernel.name();
    }

    @Override
    public String release() {
        return kernel.release();
    }

    @Override
    public int pageSize() {
        return kernel.pageSize();
    }

    @Override
    public long nanoTime() {
        return kernel.nanoTime();
    }

    @Override
    public int setup(int entries, MemorySegment params) {
        return fails("setup") ? -errno : kernel.setup(entries, params);
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        return fails("enter") ? -errno
                : kernel.enter(ring, toSubmit, minComplete, flags, argument);
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        return fails("register of opcode " + opcode) ? -errno
                : kernel.register(ring, opcode, argument, count);
    }

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        if (fails("map of offset 0x" + Long.toHexString(offset))) {
            throw new KernelException("mmap of a ring of " + byteSize + " bytes", errno);
        }
        return kernel.map(ring, offset, byteSize, lifetime);
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        return memory(byteSize, HugePages.NONE, lifetime);
    }

    @Override
    public MemorySegment memory(long byteSize, HugePages pages, Arena lifetime) {
        if (fails("memory of " + byteSize + " bytes")) {
            throw new KernelException("mmap of " + byteSize + " bytes", errno);
        }
        return kernel.memory(byteSize, pages, lifetime);
    }

    @Override
    public int schedGetaffinity(MemorySegment mask) {
        return fails("sched_getaffinity") ? -errno : kernel.schedGetaffinity(mask);
    }

    @Override
    public int schedSetaffinity(MemorySegment mask) {
        return fails("sched_setaffinity") ? -errno : kernel.schedSetaffinity(mask);
    }

    @Override
    public Descriptors descriptors() {
        return descriptors;
    }

    @Override
    public void close() {
        kernel.close();
    }

    @Override
    public String toString() {
        return kernel + " that may fail";
    }
}
