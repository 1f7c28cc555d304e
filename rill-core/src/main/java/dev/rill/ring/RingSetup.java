package dev.rill.ring;

import static dev.rill.abi.SetupFlags.IORING_SETUP_COOP_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_CQSIZE;
import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SINGLE_ISSUER;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SUBMIT_ALL;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.Errno;
import dev.rill.abi.IoUringParams;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Finds the best set of setup flags a kernel accepts, by trying.
///
/// A kernel that does not know a flag answers `-EINVAL` without saying which, so the newest
/// preferred flag is given up first, and then the next.
final class RingSetup {

    /// Preferred flags, newest first, with what is lost without them.
    private static final List<Rung> LADDER = List.of(
            new Rung(IORING_SETUP_NO_SQARRAY, "IORING_SETUP_NO_SQARRAY", "6.6",
                    "each submission goes through an index array"),
            new Rung(IORING_SETUP_DEFER_TASKRUN, "IORING_SETUP_DEFER_TASKRUN", "6.1",
                    "completions are not batched at the wait; IORING_SETUP_COOP_TASKRUN instead"),
            new Rung(IORING_SETUP_SINGLE_ISSUER, "IORING_SETUP_SINGLE_ISSUER", "6.0",
                    "the kernel does not check that one thread submits"),
            new Rung(IORING_SETUP_COOP_TASKRUN, "IORING_SETUP_COOP_TASKRUN", "5.19",
                    "the kernel interrupts the thread to run completion work"),
            new Rung(IORING_SETUP_SUBMIT_ALL, "IORING_SETUP_SUBMIT_ALL", "5.18",
                    "a submission that fails at once ends its batch, the rest follows later"));

    /// All flags that can be given up.
    static final int OPTIONAL_FLAGS = LADDER.stream().mapToInt(Rung::flag).sum();

    private record Rung(int flag, String name, String since, String consequence) {
    }

    private final List<StepDown> stepDowns = new ArrayList<>();
    private int flags;
    private int fd;

    private RingSetup() {
    }

    /// Creates a ring.
    ///
    /// @param params zeroed, 120 bytes; filled in by the kernel
    static RingSetup create(Kernel kernel, RingOptions options, MemorySegment params) {
        RingSetup setup = new RingSetup();
        int preferred = options.preferredFlags();
        while (true) {
            setup.flags = preferred | options.requiredFlags() | IORING_SETUP_CQSIZE;
            params.fill((byte) 0);
            params.set(JAVA_INT, IoUringParams.FLAGS, setup.flags);
            params.set(JAVA_INT, IoUringParams.CQ_ENTRIES, options.cqEntries());
            setup.fd = kernel.setup(options.entries(), params);
            if (setup.fd >= 0) {
                return setup;
            }
            Rung rung = setup.fd == -Errno.EINVAL ? newest(preferred) : null;
            if (rung == null) {
                throw new KernelException("io_uring_setup", setup.fd, advice(setup.fd, options));
            }
            setup.stepDowns.add(new StepDown(rung.name, rung.since, rung.consequence));
            preferred &= ~rung.flag;
            if (rung.flag == IORING_SETUP_DEFER_TASKRUN) {
                preferred |= IORING_SETUP_COOP_TASKRUN;
            }
        }
    }

    private static Rung newest(int preferred) {
        for (Rung rung : LADDER) {
            if ((preferred & rung.flag) != 0) {
                return rung;
            }
        }
        return null;
    }

    private static String advice(int error, RingOptions options) {
        return switch (-error) {
            case Errno.ENOMEM -> "The memory that may be locked is used up: raise it "
                    + "(ulimit -l, or LimitMEMLOCK= of a systemd unit) or make the ring smaller "
                    + "(entries=" + options.entries() + ", cqEntries=" + options.cqEntries() + ")";
            case Errno.EMFILE, Errno.ENFILE -> "Too many open files: raise the limit (ulimit -n)";
            case Errno.EPERM -> "io_uring is forbidden here: look at "
                    + "/proc/sys/kernel/io_uring_disabled and the container's seccomp profile";
            case Errno.ENOSYS -> "This kernel has no io_uring, or a seccomp profile hides it";
            case Errno.EINVAL -> "A required flag is unknown to this kernel: requiredFlags=0x"
                    + Integer.toHexString(options.requiredFlags());
            default -> "";
        };
    }

    int fd() {
        return fd;
    }

    int flags() {
        return flags;
    }

    List<StepDown> stepDowns() {
        return stepDowns;
    }
}
