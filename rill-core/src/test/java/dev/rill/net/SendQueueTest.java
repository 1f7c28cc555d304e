package dev.rill.net;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Feature;
import dev.rill.ring.Received;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import dev.rill.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/// The queue of unsent bytes against a plain array of bytes, with buffers that a kernel fills.
class SendQueueTest {

    private static final int BUFFERS = 4;
    private static final int BUFFER_SIZE = 8192;
    /// Blocks of the copy pool come in areas of this many bytes.
    private static final int AREA = 64 * CopyPool.BLOCK_SIZE;

    /// A queue, a socket to receive from, and what the queue should contain.
    private static final class Bench implements AutoCloseable {
        private final Rig rig;
        private final Pair sockets;
        private final BufferGroup group;
        private final CopyPool copies;
        private final SendQueue queue;
        private int patterns;
        private byte[] expected = {};

        Bench(Kernel kernel, BufferGroupOptions options) {
            rig = new Rig(kernel);
            sockets = rig.unixStream();
            group = BufferGroup.open(rig.ring(), options);
            copies = new CopyPool(kernel);
            queue = new SendQueue(copies);
        }

        static Bench incremental(Kernel kernel) {
            return new Bench(kernel, BufferGroupOptions.incremental(0, BUFFERS, BUFFER_SIZE));
        }

        /// Receives bytes into the group and puts them into the queue.
        ///
        /// @return false when the group had no buffer; the bytes were read in another way
        boolean receive(int length) {
            byte[] bytes = Rig.pattern(length, ++patterns);
            rig.write(sockets.right(), bytes);
            int done = 0;
            while (done < length) {
                group.publish();
                group.select(rig.sqe().prepRecv(sockets.left(), 0, 0, 0));
                Cqe cqe = rig.await();
                if ((cqe.flags() & IORING_CQE_F_BUFFER) == 0) {
                    rig.read(sockets.left(), length - done);
                    expect(Arrays.copyOf(bytes, done));
                    return false;
                }
                group.received(cqe.res(), cqe.flags());
                while (group.next()) {
                    Received part = group.part();
                    queue.addHeld(part.group(), part.bid(), part.address(), part.length());
                    done += part.length();
                }
            }
            expect(bytes);
            return true;
        }

        void copy(int length) {
            byte[] bytes = Rig.pattern(length, ++patterns);
            byte[] within = new byte[length + 20];
            System.arraycopy(bytes, 0, within, 9, length);
            queue.addCopy(MemorySegment.ofArray(within), 9, length);
            expect(bytes);
        }

        void send(int length) {
            queue.sent(length);
            expected = Arrays.copyOfRange(expected, length, expected.length);
        }

        private void expect(byte[] more) {
            int before = expected.length;
            expected = Arrays.copyOf(expected, before + more.length);
            System.arraycopy(more, 0, expected, before, more.length);
        }

        /// What is at the head of the queue, read from the memory it names.
        byte[] first() {
            long address = queue.firstAddress();
            return memoryOf(address).toArray(JAVA_BYTE);
        }

        private MemorySegment memoryOf(long address) {
            for (int bid = 0; bid < BUFFERS; bid++) {
                long offset = address - group.buffer(bid).address();
                if (offset >= 0 && offset < BUFFER_SIZE) {
                    return group.buffer(bid).asSlice(offset, queue.firstLength());
                }
            }
            for (int area = 0; area < copies.byteSize() / AREA; area++) {
                MemorySegment memory = copies.area(area * (AREA / CopyPool.BLOCK_SIZE));
                long offset = address - memory.address();
                if (offset >= 0 && offset < AREA) {
                    return memory.asSlice(offset, queue.firstLength());
                }
            }
            throw new AssertionError("address of nobody: 0x" + Long.toHexString(address));
        }

        void expectHead() {
            assertThat(queue.bytes()).isEqualTo(expected.length);
            assertThat(queue.isEmpty()).isEqualTo(expected.length == 0);
            if (expected.length > 0) {
                byte[] first = first();
                assertThat(first).isNotEmpty()
                        .isEqualTo(Arrays.copyOf(expected, first.length));
            }
        }

        /// Sends everything, in pieces as the queue gives them.
        ///
        /// @return how many pieces
        int expectAll() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] wanted = expected;
            int pieces = 0;
            while (!queue.isEmpty()) {
                byte[] first = first();
                all.writeBytes(first);
                send(first.length);
                pieces++;
            }
            assertThat(all.toByteArray()).isEqualTo(wanted);
            assertThat(queue.bytes()).isZero();
            return pieces;
        }

        void expectNothingHeld() {
            group.publish();
            assertThat(group.held()).isZero();
            assertThat(group.lent()).isEqualTo(group.options().buffers());
        }

        @Override
        public void close() {
            group.close();
            rig.close();
            copies.close();
        }
    }

    @KernelTest
    @Needs(Feature.INCREMENTAL_BUFFERS)
    void neighbouringReceivesLeaveTogether(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.receive(100);
            bench.receive(200);
            bench.receive(300);
            assertThat(bench.expectAll()).isEqualTo(1);
            bench.expectNothingHeld();
        }
    }

    @KernelTest
    void receivesInDifferentBuffersAreNotJoinedAlsoWhenNeighbours(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.receive(BUFFER_SIZE); // all of buffer 0; buffer 1 begins right behind
            bench.receive(10);
            assertThat(bench.expectAll()).isEqualTo(2);
            bench.expectNothingHeld();
        }
    }

    @KernelTest
    void smallCopiesShareABlockAndLargeOnesCrossItsBorder(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.copy(10);
            bench.copy(20);
            assertThat(bench.first()).hasSize(30);
            bench.copy(CopyPool.BLOCK_SIZE - 30); // to the last byte
            assertThat(bench.first()).hasSize(CopyPool.BLOCK_SIZE);
            bench.copy(1);
            bench.copy(3 * CopyPool.BLOCK_SIZE);
            assertThat(bench.expectAll()).isEqualTo(5);
        }
    }

    @KernelTest
    void bytesMovedBitByBitShareABlock(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            for (int i = 0; i < 200; i++) { // with a block for each it would be more than an area
                bench.receive(10);
                bench.queue.moveOut(i % 2); // every second time with something in flight
            }
            assertThat(bench.copies.byteSize()).isEqualTo(AREA);
            assertThat(bench.expectAll()).isEqualTo(1);
            bench.expectNothingHeld();
        }
    }

    @KernelTest
    void aCopyJoinsTheBytesThatAreBeingSent(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.copy(10);
            bench.copy(5); // while a send of 10 is in flight
            bench.send(10);
            bench.expectHead();
            assertThat(bench.first()).hasSize(5);
            bench.expectAll();
        }
    }

    @KernelTest
    void copiesAndReceivedBytesKeepTheirOrder(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            for (int i = 0; i < 20; i++) { // more than the first capacity, around the corner
                bench.copy(7 + i);
                bench.receive(11 + i);
                bench.send(9);
                bench.expectHead();
            }
            bench.expectAll();
            bench.expectNothingHeld();
        }
    }

    @KernelTest
    void aPartialSendLeavesTheRest(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.receive(5000);
            bench.copy(5000);
            for (int length : new int[] {1, 4998, 2, 4000}) { // within, up to, and over a border
                bench.send(length);
                bench.expectHead();
            }
            bench.send(999);
            bench.expectHead();
            bench.expectNothingHeld();
        }
    }

    @KernelTest
    @Needs(Feature.INCREMENTAL_BUFFERS)
    void severalPiecesLeaveWithOneRequest(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel);
                SendVectors vectors = new SendVectors(kernel)) {
            Pair out = bench.rig.unixStream();
            for (int i = 0; i < SendVectors.PIECES_MAX; i++) { // twice as many pieces as that
                bench.receive(10 + i);
                bench.copy(7);
            }
            assertThat(bench.queue.pieces()).isEqualTo(2 * SendVectors.PIECES_MAX);
            byte[] expected = bench.expected;
            int sent = 0;
            for (int request = 0; request < 2; request++) {
                int vector = vectors.take();
                int pieces = bench.queue.gather(vectors, vector);
                assertThat(pieces).isEqualTo(SendVectors.PIECES_MAX);
                bench.rig.sqe().prepSendmsg(out.left(), vectors.finish(vector, pieces), 0);
                int length = bench.rig.await().res();
                vectors.give(vector);
                assertThat(bench.rig.read(out.right(), length)).isEqualTo(
                        Arrays.copyOfRange(expected, sent, sent + length));
                bench.send(length);
                sent += length;
                bench.expectHead();
            }
            assertThat(sent).isEqualTo(expected.length);
            bench.expectNothingHeld();
        }
    }

    @KernelTest
    void vectorsAreBoundedUsedAgainAndDoNotShareMemory(Kernel kernel) {
        try (SendVectors vectors = new SendVectors(kernel)) {
            for (int round = 0; round < 2; round++) {
                Set<Integer> taken = new HashSet<>();
                Set<Long> headers = new HashSet<>();
                for (int i = 0; i < SendVectors.COUNT; i++) {
                    int vector = vectors.take();
                    taken.add(vector);
                    headers.add(vectors.finish(vector, 1));
                }
                assertThat(taken).hasSize(SendVectors.COUNT).doesNotContain(SendVectors.NONE);
                assertThat(headers).hasSize(SendVectors.COUNT);
                assertThat(vectors.take()).isEqualTo(SendVectors.NONE);
                taken.forEach(vectors::give);
            }
        }
    }

    @KernelTest
    void aBufferIsHeldUntilItsLastByteIsSent(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.receive(BUFFER_SIZE);
            assertThat(bench.queue.holdsBuffers()).isTrue();
            bench.send(BUFFER_SIZE - 1);
            bench.group.publish();
            assertThat(bench.group.held()).isEqualTo(1);
            bench.send(1);
            bench.expectNothingHeld();
            assertThat(bench.queue.holdsBuffers()).isFalse();
        }
    }

    @KernelTest
    void movingOutGivesTheBuffersBackAndKeepsTheBytes(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.copy(100);
            bench.receive(BUFFER_SIZE + 100);
            bench.copy(50);
            bench.receive(500);
            long moved = bench.queue.moveOut(0);
            assertThat(moved).isEqualTo(BUFFER_SIZE + 600);
            assertThat(bench.queue.holdsBuffers()).isFalse();
            bench.expectNothingHeld();
            bench.copy(30);
            bench.receive(40);
            bench.expectAll();
        }
    }

    @KernelTest
    void movingOutLeavesThePieceThatIsBeingSent(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            bench.receive(BUFFER_SIZE);
            bench.receive(BUFFER_SIZE);
            long address = bench.queue.firstAddress();
            assertThat(bench.queue.moveOut(1)).isEqualTo(BUFFER_SIZE);
            assertThat(bench.queue.firstAddress()).isEqualTo(address);
            assertThat(bench.queue.holdsBuffers()).isTrue();
            assertThat(bench.group.held()).isEqualTo(1);
            bench.expectAll();
            bench.expectNothingHeld();
        }
    }

    @KernelTest
    void movingOutOfAnEmptyQueueDoesNothing(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            assertThat(bench.queue.moveOut(0)).isZero();
            assertThat(bench.queue.moveOut(1)).isZero();
            bench.expectHead();
        }
    }

    @KernelTest
    void clearingLetsGoOfEverything(Kernel kernel) {
        try (Bench bench = Bench.incremental(kernel)) {
            for (int round = 0; round < 100; round++) { // a block lost each time would show
                bench.receive(3000);
                bench.copy(CopyPool.BLOCK_SIZE);
                bench.receive(3000);
                bench.queue.clear();
                bench.expected = new byte[0];
                bench.expectHead();
                bench.group.publish();
                assertThat(bench.group.held()).isZero();
            }
            assertThat(bench.copies.byteSize()).isEqualTo(AREA);
        }
    }

    @KernelTest
    void anyOrderOfOperationsKeepsToTheModel(Kernel kernel) {
        Random random = Seeds.random("SendQueueTest");
        for (BufferGroupOptions options : new BufferGroupOptions[] {
            BufferGroupOptions.incremental(0, BUFFERS, BUFFER_SIZE),
            BufferGroupOptions.classic(0, BUFFERS, BUFFER_SIZE)}) {
            try (Bench bench = new Bench(kernel, options)) {
                for (int round = 0; round < 60; round++) {
                    for (int step = 0; step < 40; step++) {
                        disturb(bench, random);
                        bench.expectHead();
                    }
                    bench.expectAll();
                    bench.expectNothingHeld();
                }
                assertThat(bench.copies.byteSize()).as("blocks are used again")
                        .isLessThanOrEqualTo(8L * AREA);
            }
        }
    }

    private static void disturb(Bench bench, Random random) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                if (!bench.receive(1 + random.nextInt(3000))) {
                    bench.queue.moveOut(random.nextInt(2));
                }
            }
            case 3 -> bench.copy(1 + random.nextInt(100));
            case 4 -> bench.copy(1 + random.nextInt(2 * CopyPool.BLOCK_SIZE + 5));
            case 5 -> bench.queue.moveOut(random.nextInt(2));
            default -> {
                if (!bench.queue.isEmpty()) {
                    int most = random.nextBoolean() ? bench.queue.firstLength()
                            : bench.expected.length;
                    bench.send(random.nextInt(most + 1));
                }
            }
        }
    }
}
