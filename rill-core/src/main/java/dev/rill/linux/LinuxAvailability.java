package dev.rill.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.rill.abi.Errno;
import dev.rill.abi.FeatureFlags;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.LimitConstants;
import dev.rill.abi.RegisterOp;
import dev.rill.abi.Rlimit;
import dev.rill.kernel.Availability;
import dev.rill.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether io_uring can be used here, and if not, why not and what to do.
///
/// Tries, then explains: the errno of a refused call names the cause only together with what
/// `/proc` says, since seccomp profiles answer `EPERM` as the sysctl does, or `ENOSYS` as an old
/// kernel does.
public final class LinuxAvailability {

    private static final Path SYSCTL = Path.of("/proc/sys/kernel/io_uring_disabled");
    private static final Path STATUS = Path.of("/proc/self/status");

    private LinuxAvailability() {
    }

    /// Tries to create a small ring with a buffer ring.
    ///
    /// @return yes, or the reason and the remedy
    public static Availability check() {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return Availability.no(system, "io_uring is a part of Linux and this is " + system,
                    "Run on Linux 6.12 or newer");
        }
        String name = "linux " + System.getProperty("os.version");
        try {
            return explain(name, observe(new LinuxKernel()));
        } catch (IllegalCallerException | ExceptionInInitializerError | NoClassDefFoundError e) {
            if (rootCause(e) instanceof IllegalCallerException denied) {
                return Availability.no(name, "The JVM denies native access: " + denied.getMessage(),
                        "Start it with --enable-native-access=dev.rill (or ALL-UNNAMED when Rill"
                        + " is on the class path)");
            }
            return Availability.no(name, "The C library cannot be linked: " + rootCause(e),
                    "Run on a 64-bit Linux whose C library is glibc or musl");
        }
    }

    /// What was seen of this machine.
    ///
    /// @param setup what io_uring_setup answered: 0 or `-errno`
    /// @param features `IORING_FEAT_*`
    /// @param bufferRing what registering a buffer ring answered: 0 or `-errno`
    /// @param disabled the sysctl `kernel.io_uring_disabled`, -1 when there is none
    /// @param seccomp whether a seccomp filter is on this process
    /// @param memlock the limit on locked memory in bytes, -1 for none
    record Facts(int setup, int features, int bufferRing, int disabled, boolean seccomp,
            long memlock) {
    }

    static Availability explain(String kernel, Facts facts) {
        return switch (-facts.setup) {
            case 0 -> usable(kernel, facts);
            case Errno.EPERM -> explainForbidden(kernel, facts);
            case Errno.ENOSYS -> facts.seccomp
                    ? Availability.no(kernel, "A seccomp filter hides io_uring from this process",
                            "In a container: allow io_uring_setup, io_uring_enter and"
                            + " io_uring_register in its seccomp profile (Docker: --security-opt"
                            + " seccomp=PROFILE.json)")
                    : Availability.no(kernel, "This kernel was built without io_uring or is older"
                            + " than 5.1", "Run on Linux 6.12 or newer");
            case Errno.ENOMEM -> Availability.no(kernel,
                    "The memory that may be locked is used up (limit " + limit(facts) + ")",
                    "Raise it: ulimit -l, or LimitMEMLOCK= of a systemd unit");
            case Errno.EMFILE, Errno.ENFILE -> Availability.no(kernel,
                    "Too many open files", "Raise the limit: ulimit -n");
            default -> Availability.no(kernel,
                    "io_uring_setup answered " + Errno.describe(facts.setup),
                    "Please report this with the kernel's version");
        };
    }

    private static Availability usable(String kernel, Facts facts) {
        boolean tooOld = (facts.features & FeatureFlags.IORING_FEAT_EXT_ARG) == 0
                || facts.bufferRing == -Errno.EINVAL;
        if (tooOld) {
            return Availability.no(kernel, "This kernel has io_uring but no buffer rings",
                    "Run on Linux 5.19 or newer; 6.12 or newer for incremental buffers");
        }
        if (facts.bufferRing == -Errno.ENOMEM) {
            return Availability.no(kernel, "A buffer ring of one page cannot be registered: the"
                    + " memory that may be locked is used up (limit " + limit(facts) + ")",
                    "Raise it: ulimit -l, or LimitMEMLOCK= of a systemd unit");
        }
        if (facts.bufferRing < 0) {
            return Availability.no(kernel, "Registering a buffer ring answered "
                    + Errno.describe(facts.bufferRing),
                    "In a container: allow io_uring_register in its seccomp profile");
        }
        return Availability.yes(kernel);
    }

    private static Availability explainForbidden(String kernel, Facts facts) {
        return switch (facts.disabled) {
            case 2 -> Availability.no(kernel,
                    "io_uring is switched off for everybody (kernel.io_uring_disabled = 2)",
                    "As root: sysctl kernel.io_uring_disabled=0");
            case 1 -> Availability.no(kernel, "io_uring is reserved for privileged processes"
                    + " (kernel.io_uring_disabled = 1)",
                    "As root: sysctl kernel.io_uring_disabled=0, or put this user's group into"
                    + " kernel.io_uring_group");
            default -> Availability.no(kernel, facts.seccomp
                    ? "A seccomp filter forbids io_uring to this process"
                    : "A security module forbids io_uring to this process",
                    "In a container: allow io_uring_setup, io_uring_enter and io_uring_register"
                    + " in its seccomp profile (Docker: --security-opt seccomp=PROFILE.json)");
        };
    }

    private static Facts observe(Kernel kernel) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = kernel.memory(IoUringParams.SIZE, arena);
            int fd = kernel.setup(1, params);
            int bufferRing = 0;
            if (fd >= 0) {
                bufferRing = tryBufferRing(kernel, fd, arena);
                kernel.descriptors().close(fd);
            }
            return new Facts(Math.min(fd, 0), params.get(JAVA_INT, IoUringParams.FEATURES),
                    bufferRing, readSysctl(), seccompFilter(), memlock(arena));
        }
    }

    private static int tryBufferRing(Kernel kernel, int fd, Arena arena) {
        MemorySegment memory = kernel.memory(kernel.pageSize(), arena);
        MemorySegment registration = kernel.memory(IoUringBufReg.SIZE, arena);
        registration.set(JAVA_LONG, IoUringBufReg.RING_ADDR, memory.address());
        registration.set(JAVA_INT, IoUringBufReg.RING_ENTRIES, 1);
        return kernel.register(fd, RegisterOp.IORING_REGISTER_PBUF_RING, registration, 1);
    }

    private static int readSysctl() {
        try {
            return Integer.parseInt(Files.readString(SYSCTL).strip());
        } catch (IOException | NumberFormatException e) {
            return -1; // before Linux 6.6, or /proc is not there
        }
    }

    private static boolean seccompFilter() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .anyMatch(line -> line.startsWith("Seccomp:") && line.endsWith("2"));
        } catch (IOException e) {
            return false;
        }
    }

    private static long memlock(Arena arena) {
        MemorySegment limits = arena.allocate(Rlimit.SIZE, Long.BYTES);
        int result = Libc.getrlimit(LimitConstants.RLIMIT_MEMLOCK, limits);
        return result < 0 ? -1 : limits.get(JAVA_LONG, Rlimit.CUR);
    }

    private static String limit(Facts facts) {
        return facts.memlock < 0 ? "none" : facts.memlock / 1024 + " KiB";
    }

    private static Throwable rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
