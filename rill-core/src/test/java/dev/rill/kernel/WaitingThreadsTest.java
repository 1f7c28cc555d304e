package dev.rill.kernel;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.abi.Errno;
import dev.rill.abi.SockaddrIn;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several threads wait on one kernel, each for its own ring or descriptor.
@Timeout(60)
class WaitingThreadsTest {

    private static final int ROUNDS = 2000;

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    @KernelTest
    void ringsOfTwoThreadsTalkToEachOther(Kernel kernel) throws Exception {
        CompletableFuture<Integer> other = new CompletableFuture<>();
        CountDownLatch finished = new CountDownLatch(1);
        FutureTask<Integer> left = start(() -> {
            try (Rig rig = new Rig(kernel)) {
                Pair pair = rig.tcp();
                other.complete(pair.right());
                int count = play(rig, pair.left(), true);
                finished.await();
                return count;
            }
        });
        FutureTask<Integer> right = start(() -> {
            try (Rig rig = new Rig(kernel)) {
                return play(rig, other.get(), false);
            } finally {
                finished.countDown();
            }
        });
        assertThat(right.get()).isEqualTo(ROUNDS);
        assertThat(left.get()).isEqualTo(ROUNDS);
    }

    /// Sends a byte, waits for the answer, and so on; the byte counts the rounds.
    private static int play(Rig rig, int fd, boolean serves) {
        MemorySegment cell = rig.memory(1);
        for (int i = 0; i < ROUNDS; i++) {
            if (serves) {
                cell.set(JAVA_BYTE, 0, (byte) i);
                rig.sqe().prepSend(fd, cell.address(), 1, 0).userData(1);
                assertThat(rig.await()).isEqualTo(new Cqe(1, 1, 0));
            }
            rig.sqe().prepRecv(fd, cell.address(), 1, 0).userData(2);
            assertThat(rig.await().res()).isEqualTo(1);
            assertThat(cell.get(JAVA_BYTE, 0)).isEqualTo((byte) i);
            if (!serves) {
                rig.sqe().prepSend(fd, cell.address(), 1, 0).userData(3);
                assertThat(rig.await()).isEqualTo(new Cqe(3, 1, 0));
            }
        }
        return ROUNDS;
    }

    @KernelTest
    void aPlainReadWaitsBesideARing(Kernel kernel) throws Exception {
        Exchanger<Integer> descriptor = new Exchanger<>();
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            FutureTask<Integer> reader = start(() -> {
                int fd = descriptor.exchange(null);
                try (Arena arena = Arena.ofConfined()) {
                    return kernel.descriptors().read(fd, kernel.memory(16, arena)
                            .asSlice(0, 16));
                }
            });
            descriptor.exchange(pair.left());
            MemorySegment from = rig.memory(16);
            rig.sqe().prepSend(pair.right(), from.address(), 9, 0).userData(1);
            assertThat(rig.await()).isEqualTo(new Cqe(1, 9, 0));
            assertThat(reader.get()).isEqualTo(9);
        }
    }

    /// Whoever waits in the meantime may have it in their hands.
    @KernelTest
    void anAddressIsFreeAgainWhenItsListenerIsClosed(Kernel kernel) throws Exception {
        CompletableFuture<Integer> waiting = new CompletableFuture<>();
        FutureTask<Cqe> receiver = start(() -> {
            try (Rig rig = new Rig(kernel)) {
                Pair pair = rig.tcp();
                MemorySegment into = rig.memory(16);
                rig.sqe().prepRecv(pair.left(), into.address(), 16, 0).userData(1);
                rig.poll();
                waiting.complete(pair.right());
                return rig.await();
            }
        });
        int peer = waiting.get();
        Descriptors calls = kernel.descriptors();
        try (Rig rig = new Rig(kernel)) {
            MemorySegment address = rig.memory(SockaddrIn.SIZE).asSlice(0, SockaddrIn.SIZE);
            address.set(JAVA_SHORT, SockaddrIn.FAMILY, (short) AF_INET);
            address.set(JAVA_INT, SockaddrIn.ADDR, 0x0100007f);
            for (int i = 0; i < 300; i++) {
                int fd = calls.socket(AF_INET, SOCK_STREAM, 0);
                assertThat(calls.bind(fd, address)).isZero();
                assertThat(calls.listen(fd, 1)).isZero();
                calls.getsockname(fd, address);
                rig.sqe().prepAccept(fd, 0).userData(1);
                assertThat(rig.poll()).isEmpty();
                rig.sqe().prepCancel(1).userData(2);
                rig.await(2);
                assertThat(calls.close(fd)).isZero();
            }
            rig.write(peer, Rig.pattern(4, 1));
            assertThat(receiver.get().res()).isEqualTo(4);
        }
    }

    /// To a kernel an interrupt of a Java thread is nothing: it would be noticed as a wait that
    /// spins, or as a socket that Java has closed.
    @KernelTest
    void anInterruptEndsNoWaitAndStays(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            Pair pair = rig.tcp();
            MemorySegment into = rig.memory(16);
            Thread.currentThread().interrupt();
            rig.sqe().prepRecv(pair.left(), into.address(), 16, 0).userData(1);
            long enters = rig.ring().enters();
            rig.ring().submitAndWait(1, 20_000_000);
            assertThat(rig.ring().enters()).isEqualTo(enters + 1);
            assertThat(rig.poll()).isEmpty();
            rig.write(pair.right(), Rig.pattern(5, 1));
            assertThat(rig.await()).isEqualTo(new Cqe(1, 5, 0));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /// Only a kernel in this process can go away; it must not leave its users behind.
    @Test
    void closingTheEngineEndsTheWaitsOnIt() throws Exception {
        for (Kernel kernel : new Kernel[] {Kernels.inProcess(), Kernels.inMemory()}) {
            CompletableFuture<Integer> waiting = new CompletableFuture<>();
            FutureTask<Integer> reader = start(() -> {
                try (Rig rig = new Rig(kernel)) {
                    Pair pair = rig.unixStream();
                    MemorySegment into = rig.memory(16).asSlice(0, 16);
                    waiting.complete(pair.left());
                    return kernel.descriptors().read(pair.left(), into);
                }
            });
            waiting.get();
            kernel.close();
            assertThat(reader.get()).isEqualTo(-Errno.EBADF);
        }
    }
}
