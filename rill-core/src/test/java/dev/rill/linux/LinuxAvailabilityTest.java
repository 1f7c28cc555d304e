package dev.rill.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.abi.Errno;
import dev.rill.abi.FeatureFlags;
import dev.rill.kernel.Availability;
import dev.rill.linux.LinuxAvailability.Facts;
import org.junit.jupiter.api.Test;

/// Why io_uring cannot be used, told from an errno and what `/proc` says, each with its remedy.
/// Not of the specification's cases: man page io_uring_setup(2), sysctl kernel.io_uring_disabled.
class LinuxAvailabilityTest {

    private static final int EXT_ARG = FeatureFlags.IORING_FEAT_EXT_ARG;
    private static final Facts GOOD = new Facts(0, EXT_ARG, 0, 0, false, 8192 * 1024);

    private static Facts setup(int errno, int disabled, boolean seccomp) {
        return new Facts(-errno, 0, 0, disabled, seccomp, 65536);
    }

    private static Facts bufferRing(int errno) {
        return new Facts(0, EXT_ARG, -errno, 0, false, 65536);
    }

    private static void expect(Facts facts, String reason, String remedy) {
        Availability answer = LinuxAvailability.explain("linux 6.18", facts);
        assertThat(answer.available()).isFalse();
        assertThat(answer.kernel()).isEqualTo("linux 6.18");
        assertThat(answer.reason()).contains(reason);
        assertThat(answer.remedy()).contains(remedy);
    }

    @Test
    void aRingAndABufferRingAreAllItTakes() {
        assertThat(LinuxAvailability.explain("linux 6.18", GOOD))
                .isEqualTo(Availability.yes("linux 6.18"));
    }

    @Test
    void theSysctlSwitchesItOffForEverybody() {
        expect(setup(Errno.EPERM, 2, false), "io_uring_disabled = 2",
                "sysctl kernel.io_uring_disabled=0");
    }

    @Test
    void theSysctlReservesItForThePrivileged() {
        expect(setup(Errno.EPERM, 1, false), "io_uring_disabled = 1", "io_uring_group");
    }

    @Test
    void aSeccompFilterForbidsIt() {
        expect(setup(Errno.EPERM, 0, true), "A seccomp filter forbids", "seccomp=");
        expect(setup(Errno.EPERM, -1, true), "A seccomp filter forbids", "io_uring_setup");
    }

    @Test
    void somethingElseForbidsIt() {
        expect(setup(Errno.EPERM, 0, false), "A security module forbids", "seccomp");
    }

    @Test
    void aSeccompFilterHidesIt() {
        expect(setup(Errno.ENOSYS, -1, true), "A seccomp filter hides", "seccomp=");
    }

    @Test
    void theKernelHasNone() {
        expect(setup(Errno.ENOSYS, -1, false), "without io_uring", "Linux 6.12 or newer");
    }

    @Test
    void theMemoryThatMayBeLockedIsUsedUp() {
        expect(setup(Errno.ENOMEM, 0, false), "limit 64 KiB", "ulimit -l");
        expect(bufferRing(Errno.ENOMEM), "limit 64 KiB", "ulimit -l");
        expect(new Facts(-Errno.ENOMEM, 0, 0, 0, false, -1), "limit none", "ulimit -l");
    }

    @Test
    void thereAreTooManyOpenFiles() {
        expect(setup(Errno.EMFILE, 0, false), "Too many open files", "ulimit -n");
        expect(setup(Errno.ENFILE, 0, false), "Too many open files", "ulimit -n");
    }

    @Test
    void theKernelIsTooOldForBufferRings() {
        expect(bufferRing(Errno.EINVAL), "no buffer rings", "Linux 5.19");
        expect(new Facts(0, 0, 0, 0, false, 65536), "no buffer rings", "Linux 5.19");
    }

    @Test
    void registeringIsForbidden() {
        expect(bufferRing(Errno.EACCES), "EACCES", "io_uring_register");
        expect(bufferRing(Errno.EPERM), "EPERM", "io_uring_register");
    }

    @Test
    void whatNobodyThoughtOfIsNamed() {
        expect(setup(Errno.EIO, 0, false), "io_uring_setup answered EIO", "report");
    }
}
