package dev.rill.linux;

import static dev.rill.abi.EnterFlags.IORING_ENTER_EXT_ARG;
import static dev.rill.abi.MemoryFlags.MAP_ANONYMOUS;
import static dev.rill.abi.MemoryFlags.MAP_POPULATE;
import static dev.rill.abi.MemoryFlags.MAP_PRIVATE;
import static dev.rill.abi.MemoryFlags.MAP_SHARED;
import static dev.rill.abi.MemoryFlags.PROT_READ;
import static dev.rill.abi.MemoryFlags.PROT_WRITE;

import dev.rill.abi.IoUringGeteventsArg;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.Syscall;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.HugePages;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// The running Linux kernel, called directly: no native library of ours, no liburing.
///
/// Stateless and safe for all threads.
public final class LinuxKernel implements Kernel {

    /// What the kernel expects as size when there is no signal mask: `_NSIG / 8`.
    private static final long SIGSET_SIZE = 8;
    /// What the scheduler's calls take for the thread that makes them.
    private static final int CALLING_THREAD = 0;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Descriptors descriptors = new LinuxDescriptors();
    private final String release = System.getProperty("os.version");
    private final int pageSize = Libc.getpagesize();

    /// Links the functions of the C library that are needed.
    ///
    /// @throws IllegalCallerException when native access is denied to this module
    public LinuxKernel() {
    }

    @Override
    public String name() {
        return "linux";
    }

    @Override
    public String release() {
        return release;
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return ""; // /proc is not there
        }
    }

    @Override
    public int pageSize() {
        return pageSize;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public int setup(int entries, MemorySegment params) {
        requireSize("params", params, IoUringParams.SIZE);
        return Libc.ioUringSetup(Syscall.SYS_IO_URING_SETUP, entries, params);
    }

    @Override
    public int enter(int ring, int toSubmit, int minComplete, int flags, MemorySegment argument) {
        long size = SIGSET_SIZE;
        if ((flags & IORING_ENTER_EXT_ARG) != 0) {
            requireSize("argument", argument, IoUringGeteventsArg.SIZE);
            size = IoUringGeteventsArg.SIZE;
        }
        return Libc.ioUringEnter(Syscall.SYS_IO_URING_ENTER,
                ring, toSubmit, minComplete, flags, argument, size);
    }

    @Override
    public int register(int ring, int opcode, MemorySegment argument, int count) {
        return Libc.ioUringRegister(Syscall.SYS_IO_URING_REGISTER, ring, opcode, argument, count);
    }

    @Override
    public MemorySegment map(int ring, long offset, long byteSize, Arena lifetime) {
        return mapped("mmap of a ring", byteSize, MAP_SHARED | MAP_POPULATE, ring, offset,
                lifetime);
    }

    @Override
    public MemorySegment memory(long byteSize, Arena lifetime) {
        return mapped("mmap", byteSize, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, lifetime);
    }

    @Override
    public MemorySegment memory(long byteSize, HugePages pages, Arena lifetime) {
        return switch (pages) {
            case NONE -> memory(byteSize, lifetime);
            case TRANSPARENT -> HugeMemory.transparent(requirePositive(byteSize), lifetime);
            case EXPLICIT -> HugeMemory.explicit(requirePositive(byteSize), lifetime);
        };
    }

    @Override
    public int schedGetaffinity(MemorySegment mask) {
        return Libc.schedGetaffinity(CALLING_THREAD, mask);
    }

    @Override
    public int schedSetaffinity(MemorySegment mask) {
        return Libc.schedSetaffinity(CALLING_THREAD, mask);
    }

    @Override
    public Descriptors descriptors() {
        return descriptors;
    }

    @Override
    public void close() {
        // Every ring and every mapping has a lifetime of its own.
    }

    @Override
    public String toString() {
        return name() + " " + release;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment mapped(String operation, long byteSize, int flags, int fd,
            long offset, Arena lifetime) {
        long address = Libc.mmap(requirePositive(byteSize), PROT_READ | PROT_WRITE, flags, fd,
                offset);
        if (address < 0) {
            throw new KernelException(operation + " of " + byteSize + " bytes", (int) address);
        }
        return owned(MemorySegment.ofAddress(address).reinterpret(byteSize), lifetime);
    }

    /// Has a mapping unmapped with an arena.
    @SuppressWarnings("restricted")
    static MemorySegment owned(MemorySegment mapping, Arena lifetime) {
        try {
            return mapping.reinterpret(lifetime, Libc::munmap);
        } catch (RuntimeException e) { // the arena is closed or another thread's
            Libc.munmap(mapping);
            throw e;
        }
    }

    private static long requirePositive(long byteSize) {
        if (byteSize <= 0) {
            throw new IllegalArgumentException("byteSize=" + byteSize + ": must be positive");
        }
        return byteSize;
    }

    private static void requireSize(String name, MemorySegment segment, long size) {
        if (segment.byteSize() < size) {
            throw new IllegalArgumentException(name + " has " + segment.byteSize()
                    + " bytes: the kernel reads and writes " + size);
        }
    }
}
