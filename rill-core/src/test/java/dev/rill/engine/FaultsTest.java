package dev.rill.engine;

import static dev.rill.abi.EnterFlags.IORING_ENTER_EXT_ARG;
import static dev.rill.abi.EnterFlags.IORING_ENTER_GETEVENTS;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.Kernels;
import dev.rill.abi.Errno;
import dev.rill.abi.IoUringGeteventsArg;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SqeFlags;
import dev.rill.kernel.Descriptors;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.SimulationOptions;
import dev.rill.ring.RingOptions;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What a program sees of each fault of a simulated machine: bytes, completions, errors and times.
class FaultsTest {

    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int LOOPBACK = 0x0100007f;
    /// When Linux gives up a connect that nobody answers.
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(131);

    private static SimulationOptions seeded(String test) {
        return SimulationOptions.faultless().withSeed(Seeds.random("FaultsTest." + test)
                .nextLong());
    }

    private static Rig rig(SimulationOptions options) {
        return new Rig(Kernels.simulated(options));
    }

    private static MemorySegment memory(Rig rig, byte[] bytes) {
        MemorySegment memory = rig.memory(bytes.length);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
        return memory;
    }

    private static MemorySegment address(Rig rig, int port) {
        MemorySegment address = rig.memory(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
        address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
        address.set(JAVA_INT, SockaddrIn.ADDR, LOOPBACK);
        address.set(JAVA_SHORT, SockaddrIn.PORT, Short.reverseBytes((short) port));
        return address;
    }

    private static int socket(Rig rig, int type) {
        return KernelException.check("socket",
                rig.kernel().descriptors().socket(AF_INET, type, 0));
    }

    /// Where calls may fail one tries again.
    private static int socketAtLast(Rig rig, Set<Integer> errors) {
        while (true) {
            int fd = rig.kernel().descriptors().socket(AF_INET, SOCK_STREAM, 0);
            if (fd >= 0) {
                return fd;
            }
            errors.add(-fd);
        }
    }

    private static int listener(Rig rig, int fd, int port, int backlog) {
        Descriptors calls = rig.kernel().descriptors();
        KernelException.check("bind", calls.bind(fd, address(rig, port)));
        KernelException.check("listen", calls.listen(fd, backlog));
        return fd;
    }

    private static int connect(Rig rig, int fd, int port) {
        rig.sqe().prepConnect(fd, address(rig, port).address(), SockaddrIn.SIZE).userData(9);
        return rig.await().res();
    }

    // ---- short transfers ------------------------------------------------------------------

    @Test
    void streamsAreCutAnywhereAndLoseNothing() {
        try (Rig rig = rig(seeded("cut").withShortTransfers(1))) {
            for (Pair pair : List.of(rig.tcp(), rig.unixStream(), rig.pipe())) {
                byte[] bytes = Rig.pattern(30_000, 1);
                MemorySegment out = memory(rig, bytes);
                MemorySegment in = rig.memory(bytes.length);
                ByteArrayOutputStream came = new ByteArrayOutputStream();
                Set<Integer> sent = new HashSet<>();
                Set<Integer> received = new HashSet<>();
                int at = 0;
                while (came.size() < bytes.length) {
                    if (at < bytes.length) {
                        rig.sqe().prepWrite(pair.right(), out.address() + at, bytes.length - at, 0)
                                .userData(1);
                        int taken = rig.await().res();
                        sent.add(taken);
                        at += taken;
                    }
                    rig.sqe().prepRead(pair.left(), in.address(), bytes.length, 0).userData(2);
                    int part = rig.await().res();
                    received.add(part);
                    came.writeBytes(in.asSlice(0, part).toArray(JAVA_BYTE));
                }
                assertThat(came.toByteArray()).isEqualTo(bytes);
                assertThat(sent).hasSizeGreaterThan(3).allMatch(part -> part > 0);
                assertThat(received).hasSizeGreaterThan(3).allMatch(part -> part > 0);
            }
        }
    }

    @Test
    void whoeverWaitsForAllGetsAll() {
        try (Rig rig = rig(seeded("all").withShortTransfers(1))) {
            for (Pair pair : List.of(rig.tcp(), rig.unixStream())) {
                byte[] bytes = Rig.pattern(20_000, 2);
                MemorySegment in = rig.memory(bytes.length);
                rig.sqe().prepRecv(pair.left(), in.address(), bytes.length, MSG_WAITALL)
                        .userData(2);
                rig.sqe().prepSend(pair.right(), memory(rig, bytes).address(), bytes.length,
                        MSG_WAITALL).userData(1);
                assertThat(rig.await(2)).containsExactlyInAnyOrder(
                        new Cqe(1, bytes.length, 0), new Cqe(2, bytes.length, 0));
                assertThat(in.asSlice(0, bytes.length).toArray(JAVA_BYTE)).isEqualTo(bytes);
            }
        }
    }

    @Test
    void messagesAndSmallWritesToPipesStayWhole() {
        try (Rig rig = rig(seeded("whole").withShortTransfers(1))) {
            Pair messages = rig.unix(SOCK_DGRAM);
            Pair pipe = rig.pipe();
            MemorySegment out = memory(rig, Rig.pattern(4096, 3));
            for (int size = 1; size <= 4096; size *= 2) {
                rig.sqe().prepSend(messages.right(), out.address(), size, 0).userData(1);
                assertThat(rig.await().res()).isEqualTo(size);
                assertThat(rig.read(messages.left(), 5000)).hasSize(size);
                rig.sqe().prepWrite(pipe.right(), out.address(), size, 0).userData(2);
                assertThat(rig.await().res()).isEqualTo(size);
                for (int left = size; left > 0;) {
                    left -= rig.read(pipe.left(), left).length;
                }
            }
        }
    }

    // ---- distance -------------------------------------------------------------------------

    @Test
    void bytesConnectsAndEndsTakeTheirTime() {
        SimulationOptions options = seeded("latency")
                .withLatency(Duration.ofMillis(3), Duration.ofMillis(5));
        try (Rig rig = rig(options)) {
            Kernel kernel = rig.kernel();
            assertThat(kernel.nanoTime()).as("nothing has waited").isZero();
            Pair pair = rig.tcp();
            assertThat(kernel.nanoTime()).as("there and back")
                    .isBetween(6 * MILLISECOND, 10 * MILLISECOND);
            long begin = kernel.nanoTime();
            rig.write(pair.right(), new byte[] {1, 2, 3});
            rig.end(pair.right());
            assertThat(kernel.nanoTime()).as("a send takes no time").isEqualTo(begin);
            assertThat(rig.read(pair.left(), 9)).containsExactly(1, 2, 3);
            assertThat(kernel.nanoTime() - begin)
                    .isBetween(3 * MILLISECOND, 5 * MILLISECOND);
            assertThat(rig.read(pair.left(), 9)).as("the end comes after the bytes").isEmpty();
            assertThat(kernel.nanoTime() - begin).isLessThanOrEqualTo(5 * MILLISECOND);
        }
    }

    @Test
    void aConnectIsUnderWayUntilItsAnswerComes() {
        SimulationOptions options = SimulationOptions.faultless()
                .withLatency(Duration.ofMillis(1), Duration.ofMillis(1));
        try (Rig rig = rig(options)) {
            listener(rig, socket(rig, SOCK_STREAM), 80, 0);
            int fd = socket(rig, SOCK_STREAM);
            byte[] to = address(rig, 80).toArray(JAVA_BYTE);
            TcpSocket socket = (TcpSocket) ((InProcessKernel) rig.kernel()).files().get(fd);
            assertThat(socket.connect(to)).isEqualTo(-Errno.EINPROGRESS);
            assertThat(socket.connect(to)).isEqualTo(-Errno.EALREADY);
            assertThat(socket.poll(-1)).isZero();
            rig.sqe().prepPollAdd(fd, Events.OUT).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, Events.OUT, 0));
            assertThat(rig.kernel().nanoTime()).isEqualTo(2 * MILLISECOND);
            assertThat(socket.connect(to)).isZero();
            assertThat(socket.connect(to)).isEqualTo(-Errno.EISCONN);
            rig.kernel().descriptors().close(fd);
        }
    }

    // ---- datagrams ------------------------------------------------------------------------

    /// Sends 0, 1, 2, ... and says what comes, in order.
    private static List<Integer> datagrams(SimulationOptions options, int count) {
        try (Rig rig = rig(options)) {
            Descriptors calls = rig.kernel().descriptors();
            int receiver = socket(rig, SOCK_DGRAM);
            KernelException.check("bind", calls.bind(receiver, address(rig, 53)));
            int sender = socket(rig, SOCK_DGRAM);
            assertThat(connect(rig, sender, 53)).isZero();
            for (int i = 0; i < count; i++) {
                rig.write(sender, new byte[] {(byte) i});
            }
            List<Integer> came = new ArrayList<>();
            MemorySegment in = rig.memory(16);
            rig.sqe().prepTimeout(timespec(rig, 1).address(), 0, 0).userData(2);
            while (true) {
                rig.sqe().prepRecv(receiver, in.address(), 16, 0).userData(1);
                Cqe cqe = rig.await();
                if (cqe.userData() == 2) {
                    return came;
                }
                assertThat(cqe.res()).isEqualTo(1);
                came.add((int) in.get(JAVA_BYTE, 0));
            }
        }
    }

    private static MemorySegment timespec(Rig rig, long seconds) {
        MemorySegment time = rig.memory(16);
        time.set(JAVA_LONG, 0, seconds);
        return time;
    }

    @Test
    void datagramsAreLostDoubledAndOvertakeEachOther() {
        SimulationOptions options = seeded("datagrams");
        List<Integer> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add(i);
        }
        assertThat(datagrams(options, 100)).as("without faults").isEqualTo(sent);
        assertThat(datagrams(options.withDatagrams(1, 0), 100)).as("all lost").isEmpty();
        assertThat(datagrams(options.withDatagrams(0, 1), 100)).as("all doubled").hasSize(200)
                .containsAll(sent);
        assertThat(datagrams(options.withDatagrams(0.5, 0), 100)).as("some lost")
                .hasSizeBetween(10, 90).isSorted();
        assertThat(datagrams(options.withLatency(Duration.ZERO, Duration.ofMillis(1)), 100))
                .as("overtaken").containsExactlyInAnyOrderElementsOf(sent).isNotEqualTo(sent);
    }

    // ---- resets and failing calls ---------------------------------------------------------

    @Test
    void aCutConnectionIsResetOnBothSides() {
        try (Rig rig = rig(seeded("reset").withResets(1))) {
            Pair pair = rig.tcp();
            MemorySegment byteOut = rig.memory(1);
            rig.sqe().prepRecv(pair.left(), rig.memory(16).address(), 16, 0).userData(1);
            rig.sqe().prepSend(pair.right(), byteOut.address(), 1, 0).userData(2);
            assertThat(rig.await(2)).containsExactlyInAnyOrder(
                    new Cqe(1, -Errno.ECONNRESET, 0), new Cqe(2, 1, 0));
            rig.sqe().prepSend(pair.right(), byteOut.address(), 1, 0).userData(3);
            assertThat(rig.await()).as("once").isEqualTo(new Cqe(3, -Errno.ECONNRESET, 0));
            for (int fd : new int[] {pair.left(), pair.right()}) {
                rig.sqe().prepSend(fd, byteOut.address(), 1, 0).userData(4);
                assertThat(rig.await()).isEqualTo(new Cqe(4, -Errno.EPIPE, 0));
                rig.sqe().prepRecv(fd, byteOut.address(), 1, 0).userData(5);
                assertThat(rig.await()).isEqualTo(new Cqe(5, 0, 0));
            }
        }
    }

    @Test
    void whatHadArrivedBeforeAResetCanBeReadAndTheRestIsLost() {
        SimulationOptions options = SimulationOptions.faultless()
                .withLatency(Duration.ofMillis(1), Duration.ofMillis(1));
        try (Rig rig = rig(options)) {
            Pair pair = rig.tcp();
            rig.write(pair.right(), new byte[] {1, 2});
            rig.sqe().prepTimeout(timespec(rig, 1).address(), 0, 0).userData(1);
            rig.await(); // the bytes have arrived
            rig.write(pair.left(), new byte[] {3});
            rig.closeNow(pair.left()); // with bytes unread, and one of its own under way
            rig.write(pair.right(), new byte[] {4});
            assertThat(rig.read(pair.right(), 9)).as("came before the reset").containsExactly(3);
            rig.sqe().prepRecv(pair.right(), rig.memory(1).address(), 1, 0).userData(2);
            assertThat(rig.await()).isEqualTo(new Cqe(2, -Errno.ECONNRESET, 0));
        }
    }

    @Test
    void connectsAreRefusedOrNeverAnswered() {
        try (Rig rig = rig(seeded("connect").withFailedConnects(1))) {
            listener(rig, socket(rig, SOCK_STREAM), 80, 100);
            Set<Integer> answers = new HashSet<>();
            while (answers.size() < 2) {
                int fd = socket(rig, SOCK_STREAM);
                long begin = rig.kernel().nanoTime();
                int answer = connect(rig, fd, 80);
                assertThat(answer).isIn(-Errno.ECONNREFUSED, -Errno.ETIMEDOUT);
                assertThat(rig.kernel().nanoTime() - begin)
                        .isEqualTo(answer == -Errno.ETIMEDOUT ? CONNECT_NANOS : 0);
                answers.add(answer);
                rig.kernel().descriptors().close(fd);
            }
        }
    }

    @Test
    void callsFailOnlyAsTheyMay() {
        try (Rig rig = rig(seeded("calls").withFailedCalls(0.5))) {
            Set<Integer> errors = new HashSet<>();
            int listener = listener(rig, socketAtLast(rig, errors), 80, 8);
            int fd = socketAtLast(rig, errors);
            assertThat(connect(rig, fd, 80)).isZero();
            int accepted;
            do {
                rig.sqe().prepAccept(listener, 0).userData(2);
                accepted = rig.await().res();
                if (accepted < 0) {
                    assertThat(accepted).as("the connection waits").isEqualTo(-Errno.EMFILE);
                }
            } while (accepted < 0);
            rig.write(fd, new byte[] {5});
            assertThat(rig.read(accepted, 9)).containsExactly(5);
            for (int i = 0; i < 50; i++) {
                rig.kernel().descriptors().close(socketAtLast(rig, errors));
            }
            assertThat(errors).containsExactly(Errno.ENFILE);
        }
    }

    // ---- time -----------------------------------------------------------------------------

    @Test
    void aFullBacklogIsAskedAgainEverySecondAndGivenUpAsLinuxDoes() {
        try (Rig rig = rig(SimulationOptions.faultless())) {
            int listener = listener(rig, socket(rig, SOCK_STREAM), 80, 0);
            assertThat(connect(rig, socket(rig, SOCK_STREAM), 80)).isZero();
            rig.sqe().prepConnect(socket(rig, SOCK_STREAM), address(rig, 80).address(),
                    SockaddrIn.SIZE).userData(1);
            assertThat(rig.poll()).isEmpty();
            rig.sqe().prepAccept(listener, 0).userData(2);
            List<Cqe> both = rig.await(2);
            assertThat(both.getFirst().userData()).isEqualTo(2);
            assertThat(both.getLast()).isEqualTo(new Cqe(1, 0, 0));
            assertThat(rig.kernel().nanoTime()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
            long begin = rig.kernel().nanoTime();
            assertThat(connect(rig, socket(rig, SOCK_STREAM), 80)).isEqualTo(-Errno.ETIMEDOUT);
            assertThat(rig.kernel().nanoTime() - begin).isEqualTo(CONNECT_NANOS);
        }
    }

    @Test
    void aWaitThatNothingCanEndIsAnErrorThatSaysSo() {
        try (Rig rig = rig(SimulationOptions.faultless())) {
            Pair pair = rig.unixStream();
            rig.sqe().prepRecv(pair.left(), rig.memory(1).address(), 1, 0).userData(1);
            assertThatThrownBy(() -> rig.ring().submitAndWait(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the simulation cannot go on")
                    .hasMessageContaining(Thread.currentThread().getName());
            assertThatThrownBy(() -> rig.read(pair.right(), 1))
                    .isInstanceOf(IllegalStateException.class);
            rig.write(pair.right(), new byte[] {1});
            assertThat(rig.await()).as("it can be gone on with").isEqualTo(new Cqe(1, 1, 0));
        }
    }

    @Test
    void aTimerOfTheRingOfAnotherEndsAWaitWhenThisThreadServesBoth() {
        Kernel kernel = Kernels.simulated(SimulationOptions.faultless());
        try (Rig waits = new Rig(kernel);
                Rig times = new Rig(kernel, RingOptions.defaults().withFlags(0, 0))) {
            Pair pair = waits.unixStream();
            times.sqe().prepTimeout(timespec(times, 7).address(), 0, 0).userData(1)
                    .flags(SqeFlags.IOSQE_IO_HARDLINK);
            times.sqe().prepSend(pair.right(), times.memory(1).address(), 1, 0).userData(2);
            times.ring().submitAndWait(0);
            waits.sqe().prepRecv(pair.left(), waits.memory(1).address(), 1, 0).userData(3);
            assertThat(waits.await()).isEqualTo(new Cqe(3, 1, 0));
            assertThat(kernel.nanoTime()).isEqualTo(TimeUnit.SECONDS.toNanos(7));
        }
    }

    @Test
    void aBatchIsWaitedForOnlySoLong() {
        try (Rig rig = rig(SimulationOptions.faultless())) {
            Kernel kernel = rig.kernel();
            MemorySegment argument = rig.memory(IoUringGeteventsArg.SIZE);
            argument.set(JAVA_INT, IoUringGeteventsArg.MIN_WAIT_USEC, 10_000);
            argument.set(JAVA_LONG, IoUringGeteventsArg.TS, timespec(rig, 5).address());
            int flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
            assertThat(kernel.enter(rig.ring().fd(), 0, 2, flags, argument))
                    .as("nothing at all").isEqualTo(-Errno.ETIME);
            long begin = kernel.nanoTime();
            assertThat(begin).isEqualTo(TimeUnit.SECONDS.toNanos(5));
            rig.sqe().prepNop().userData(1);
            rig.ring().submitAndWait(0);
            assertThat(kernel.enter(rig.ring().fd(), 0, 2, flags, argument))
                    .as("one of two").isZero();
            assertThat(kernel.nanoTime() - begin).isEqualTo(10 * MILLISECOND);
            assertThat(rig.poll()).containsExactly(new Cqe(1, 0, 0));
        }
    }
}
