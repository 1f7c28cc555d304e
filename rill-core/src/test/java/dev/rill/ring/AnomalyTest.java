package dev.rill.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.Errno;
import dev.rill.kernel.FailingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.testing.Inbox;
import dev.rill.testing.KernelTest;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// Whichever call of the kernel fails: there is a clear error or everything works, nothing is left
/// behind, and the next attempt succeeds. Not of the specification's cases.
class AnomalyTest {

    private static final int[] ERRORS = {Errno.ENOMEM, Errno.EINVAL, Errno.EPERM, Errno.EAGAIN,
        Errno.EINTR, Errno.EBUSY, Errno.EMFILE, Errno.EIO, Errno.ENOSYS};

    private static final List<BufferGroupOptions> GROUPS = List.of(
            BufferGroupOptions.incremental(0, 2, 100),
            new BufferGroupOptions(BufferRingOptions.incremental(1, 2).asMapped(), 2, 100, false));

    /// That a ring cannot be drained, or a group unregistered, is a warning, and here it is
    /// expected again and again.
    private static final List<Logger> LOGGERS = List.of(
            Logger.getLogger(Ring.class.getName()), Logger.getLogger(BufferRing.class.getName()));

    @BeforeAll
    static void silence() {
        LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void speakAgain() {
        LOGGERS.forEach(logger -> logger.setLevel(null));
    }

    /// What an application does from the first call to the last; throws what it is told.
    private static void openUseAndClose(Kernel kernel, BufferGroupOptions options) {
        try (Ring ring = Ring.open(kernel, RingOptions.defaults());
                BufferGroup group = BufferGroup.open(ring, options)) {
            for (int i = 0; i < 300; i++) {
                ring.sqe().prepNop().userData(i);
            }
            int seen = 0;
            while (seen < 300) {
                ring.submitAndWait(1);
                CompletionQueue cq = ring.completions();
                while (cq.next()) {
                    assertThat(cq.userData()).isEqualTo(seen++);
                }
                cq.advance();
            }
            assertThat(group.bufferRing().head()).isZero();
        }
    }

    @KernelTest
    void oneFailureAnywhereIsAClearErrorOrNone(Kernel kernel) {
        for (BufferGroupOptions options : GROUPS) {
            for (int errno : ERRORS) {
                everywhere(kernel, options, errno, false);
            }
        }
    }

    @KernelTest
    void failuresFromAnywhereOnAreAClearError(Kernel kernel) {
        for (int errno : new int[] {Errno.ENOMEM, Errno.EINVAL, Errno.EPERM, Errno.EIO}) {
            everywhere(kernel, GROUPS.getFirst(), errno, true);
        }
    }

    /// Each attempt has a thread of its own: the kernel's list of registered rings is the
    /// thread's, and a ring whose un-registration failed stays in it until the thread ends.
    private static void everywhere(Kernel kernel, BufferGroupOptions options, int errno,
            boolean forever) {
        FailingKernel failing = new FailingKernel(kernel);
        int before = OpenDescriptors.count();
        boolean reached = true;
        for (int nth = 1; reached; nth++) {
            if (forever) {
                failing.failFrom(nth, errno);
            } else {
                failing.failOnce(nth, errno);
            }
            Throwable thrown =
                    Rig.onAnotherThread(() -> openUseAndClose(failing, options));
            String where = Errno.describe(errno) + " at call " + nth + ", " + failing.failed();
            reached = !failing.failed().isEmpty();
            if (thrown != null) {
                assertThat(thrown).as(where).isInstanceOf(KernelException.class);
                // A full queue that the kernel takes nothing from is EBUSY, whatever the cause.
                int said = ((KernelException) thrown).errno();
                assertThat(said == errno
                        || said == Errno.EBUSY && failing.failed().equals("enter"))
                        .as(where + ": " + thrown).isTrue();
                assertThat(((KernelException) thrown).operation()).as(where).isNotBlank();
            }
            assertThat(OpenDescriptors.count()).as(where).isLessThanOrEqualTo(before);
            failing.heal();
            assertThat(Rig.onAnotherThread(() -> openUseAndClose(failing, options)))
                    .as("after " + where).isNull();
        }
    }

    @KernelTest
    void aKernelThatTakesNoRequestsIsReportedWhenTheQueueIsFull(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Ring ring = Ring.open(failing, RingOptions.defaults().withQueues(4, 8))) {
            for (int i = 0; i < 4; i++) {
                ring.sqe().prepNop();
            }
            failing.failFrom(1, Errno.EBUSY);
            assertThatThrownBy(ring::sqe).isInstanceOf(KernelException.class)
                    .hasMessageContaining("EBUSY")
                    .hasMessageContaining("submission queue of 4 entries is full")
                    .hasMessageContaining("reap completions first");
            failing.heal();
            ring.sqe().prepNop();
            assertThat(ring.submitAndWait(1)).isEqualTo(1);
            assertThat(ring.completions().ready()).isEqualTo(5);
        }
    }

    @KernelTest
    void requestsThatWereNotTakenAreSubmittedByTheNextCall(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        for (int errno : new int[] {Errno.EAGAIN, Errno.EINTR, Errno.EBUSY, Errno.ETIME}) {
            failing.heal();
            try (Ring ring = Ring.open(failing, RingOptions.defaults())) {
                ring.sqe().prepNop().userData(1);
                failing.failOnce(1, errno);
                assertThat(ring.submitAndWait(1)).isZero();
                assertThat(ring.completions().ready()).isZero();
                ring.sqe().prepNop().userData(2);
                assertThat(ring.submitAndWait(2)).isEqualTo(2);
                assertThat(ring.completions().ready()).isEqualTo(2);
            }
        }
    }

    /// A receive goes on where it was: what the kernel did not do is done by the next call.
    @KernelTest
    void aReceiveSurvivesInterruptionsAtEveryCall(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Rig rig = new Rig(failing);
                BufferGroup group = BufferGroup.open(rig.ring(),
                        BufferGroupOptions.incremental(0, 2, 64))) {
            Pair pair = rig.unixStream();
            Inbox inbox = new Inbox(group);
            byte[] sent = Rig.pattern(5000, 1);
            rig.write(pair.right(), sent);
            boolean armed = false;
            List<Cqe> cqes = new ArrayList<>();
            for (int i = 0; inbox.size() < sent.length; i++) {
                if (!armed) {
                    group.select(rig.sqe().prepRecvMultishot(pair.left()));
                    armed = true;
                }
                if (i % 2 == 0) {
                    failing.failOnce(1, i % 4 == 0 ? Errno.EINTR : Errno.EAGAIN);
                }
                cqes.clear();
                cqes.addAll(rig.poll());
                for (Cqe cqe : cqes) {
                    inbox.take(cqe);
                    armed = (cqe.flags() & 0x2) != 0;
                }
                group.publish();
            }
            assertThat(inbox.bytes()).isEqualTo(sent);
        }
    }

    /// The kernel may still choose one of its buffers.
    @KernelTest
    void aGroupThatCannotBeUnregisteredKeepsItsMemory(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Rig rig = new Rig(failing)) {
            Pair pair = rig.unixStream();
            BufferGroup group = BufferGroup.open(rig.ring(), GROUPS.getFirst());
            group.select(rig.sqe().prepRecvMultishot(pair.left())).userData(1);
            assertThat(rig.poll()).isEmpty();
            failing.failOnce(1, Errno.ENOMEM);
            group.close();
            assertThat(failing.failed()).isEqualTo("register of opcode 23");
            rig.write(pair.right(), Rig.pattern(10, 1));
            Cqe cqe = rig.await();
            assertThat(cqe.res()).isEqualTo(10);
            assertThat(group.buffer(CqeFlags.bufferId(cqe.flags())).asSlice(0, 10)
                    .toArray(JAVA_BYTE)).isEqualTo(Rig.pattern(10, 1));
        }
    }

    @KernelTest
    void closingSurvivesInterruptionsAtEveryCall(Kernel kernel) {
        assertThat(Rig.onAnotherThread(() -> closeWithInterruptions(kernel))).isNull();
    }

    private static void closeWithInterruptions(Kernel kernel) {
        FailingKernel failing = new FailingKernel(kernel);
        try (Rig sockets = new Rig(kernel)) {
            Pair pair = sockets.unixStream();
            int before = OpenDescriptors.count();
            for (int errno : new int[] {Errno.EINTR, Errno.EAGAIN, Errno.EBUSY}) {
                boolean reached = true;
                for (int nth = 1; reached; nth++) {
                    Ring ring = Ring.open(failing, RingOptions.defaults());
                    ring.sqe().prepRecvMultishot(pair.left()).bufferSelect(0);
                    BufferGroup group = BufferGroup.open(ring, GROUPS.getFirst());
                    ring.submit();
                    group.close();
                    failing.failOnce(nth, errno);
                    ring.close();
                    reached = !failing.failed().isEmpty();
                    assertThat(ring.inFlight()).isZero();
                    failing.heal();
                    assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
                }
            }
        }
    }
}
