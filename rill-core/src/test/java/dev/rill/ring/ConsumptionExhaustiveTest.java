package dev.rill.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.ring.ModelKernel.Completion;
import dev.rill.testing.Choices;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every short history of a few small buffers, against a model of the kernel: each byte is found
/// where it was written, and each buffer is ours exactly when the kernel has let go of it
/// (spec 3.3, 3.5, 4.1 to 4.3, 7.1 to 7.3).
class ConsumptionExhaustiveTest {

    /// What may happen besides publishing, receiving and reaping.
    private enum Also { NOTHING, END_OF_FILE, FORGETFUL_END_OF_FILE, WAITING_REQUESTS, BUNDLES }

    @Test
    void incrementalBuffers() {
        long count = 0;
        for (Also also : List.of(Also.END_OF_FILE, Also.FORGETFUL_END_OF_FILE, Also.BUNDLES)) {
            count += runAll(BufferRingOptions.incremental(0, 1), also, 10, 3);
            count += runAll(BufferRingOptions.incremental(0, 2), also, 10, 2, 1);
            count += runAll(BufferRingOptions.incremental(0, 2), also, 9, 3, 2);
            count += runAll(BufferRingOptions.incremental(0, 4), also, 9, 1, 2, 1);
            count += runAll(BufferRingOptions.incremental(0, 2), also, 9, 1, 2, 1);
        }
        assertThat(count).as("a change of this number is a change of the test")
                .isEqualTo(603_581);
    }

    @Test
    void incrementalBuffersThatAreRetiredEarly() {
        long count = 0;
        for (int minLeft = 1; minLeft <= 4; minLeft++) {
            BufferRingOptions two = BufferRingOptions.incremental(0, 2).withMinLeft(minLeft);
            count += runAll(two, Also.END_OF_FILE, 9, 3, 2);
            count += runAll(two, Also.NOTHING, 10, 3, 3);
            BufferRingOptions four = BufferRingOptions.incremental(0, 4).withMinLeft(minLeft);
            count += runAll(four, Also.NOTHING, 9, 3, 1, 2);
        }
        assertThat(count).as("a change of this number is a change of the test")
                .isEqualTo(340_537);
    }

    @Test
    void classicBuffers() {
        long count = 0;
        for (Also also : List.of(Also.END_OF_FILE, Also.WAITING_REQUESTS, Also.BUNDLES)) {
            count += runAll(BufferRingOptions.classic(0, 1), also, 10, 3);
            count += runAll(BufferRingOptions.classic(0, 2), also, 10, 2, 1);
            count += runAll(BufferRingOptions.classic(0, 2), also, 9, 2, 2, 1);
            count += runAll(BufferRingOptions.classic(0, 4), also, 9, 1, 2, 1);
        }
        assertThat(count).as("a change of this number is a change of the test")
                .isEqualTo(288_887);
    }

    /// Up to three buffers of up to four bytes, each with each, in shorter histories than above.
    @Test
    void buffersOfAllSmallSizes() {
        long count = 0;
        for (int[] sizes : allSizes()) {
            int entries = Integer.highestOneBit(2 * sizes.length - 1);
            for (int minLeft = 0; minLeft <= 2; minLeft++) {
                BufferRingOptions ring =
                        BufferRingOptions.incremental(0, entries).withMinLeft(minLeft);
                count += runAll(ring, Also.END_OF_FILE, 6, sizes);
                if (minLeft <= 1) { // with more, bundles are refused
                    count += runAll(ring, Also.BUNDLES, 6, sizes);
                }
            }
            BufferRingOptions ring = BufferRingOptions.classic(0, entries);
            count += runAll(ring, Also.WAITING_REQUESTS, 6, sizes);
            count += runAll(ring, Also.BUNDLES, 6, sizes);
        }
        assertThat(count).as("a change of this number is a change of the test")
                .isEqualTo(2_866_963);
    }

    private static List<int[]> allSizes() {
        List<int[]> all = new ArrayList<>();
        for (int first = 1; first <= 4; first++) {
            all.add(new int[] {first});
            for (int second = 1; second <= 4; second++) {
                all.add(new int[] {first, second});
                for (int third = 1; third <= 4; third++) {
                    all.add(new int[] {first, second, third});
                }
            }
        }
        return all;
    }

    /// @return how many histories there are
    private static long runAll(BufferRingOptions options, Also also, int steps, int... sizes) {
        Choices choices = new Choices();
        while (choices.more()) {
            try {
                new History(options, also, sizes, choices).run(steps);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(options + " " + also + " choices " + choices, e);
            }
        }
        return choices.rounds();
    }

    /// One history: the model, the arithmetic under test, and an application between them that
    /// gives back what it may, in any order.
    private static final class History {

        private final BufferRingOptions options;
        private final Also also;
        private final int[] sizes;
        private final Choices choices;
        private final ModelKernel kernel;
        private final Consumption consumption;
        /// Buffers that are not published and that nobody reads.
        private final List<Integer> free = new ArrayList<>();

        History(BufferRingOptions options, Also also, int[] sizes, Choices choices) {
            this.options = options;
            this.also = also;
            this.sizes = sizes;
            this.choices = choices;
            kernel = new ModelKernel(options, sizes);
            consumption = new Consumption(options, sizes.length, also == Also.BUNDLES);
            for (int bid = 0; bid < sizes.length; bid++) {
                free.add(bid);
            }
        }

        void run(int steps) {
            List<Runnable> possible = new ArrayList<>();
            for (int i = 0; i < steps; i++) {
                possible.clear();
                collect(possible);
                if (possible.isEmpty()) {
                    break;
                }
                possible.get(choices.next(possible.size())).run();
                check();
            }
            while (!kernel.completions.isEmpty()) {
                reap();
                check();
            }
        }

        private void collect(List<Runnable> possible) {
            if (consumption.outstanding() < options.entries()) {
                expect(!kernel.isFull(), "no room where there should be");
                for (Integer bid : free) {
                    possible.add(() -> publish(bid));
                }
            }
            int room = kernel.room(also == Also.BUNDLES);
            for (int count = 1; count <= room; count++) {
                int bytes = count;
                possible.add(() -> kernel.receive(bytes));
            }
            if (room > 0 && also == Also.END_OF_FILE) {
                possible.add(() -> kernel.end(false));
            }
            if (room > 0 && also == Also.FORGETFUL_END_OF_FILE) {
                possible.add(() -> kernel.end(true));
            }
            if (also == Also.WAITING_REQUESTS) {
                if (room > 0) {
                    possible.add(kernel::pin);
                }
                for (int i = 0; i < kernel.pinned.size(); i++) {
                    int index = i;
                    int length = kernel.pinned.get(i).length();
                    possible.add(() -> kernel.unpin(index, length));
                    possible.add(() -> kernel.unpin(index, -125));
                }
            }
            if (!kernel.completions.isEmpty()) {
                possible.add(this::reap);
            }
        }

        private void publish(Integer bid) {
            free.remove(bid);
            kernel.publish(bid);
            consumption.published(bid, sizes[bid]);
        }

        private void reap() {
            Completion completion = kernel.completions.remove();
            int count = consumption.received(completion.res(), completion.flags());
            int number = completion.firstByte();
            for (int part = 0; part < count; part++) {
                int bid = consumption.bid(part);
                int end = consumption.offset(part) + consumption.length(part);
                for (int at = consumption.offset(part); at < end; at++) {
                    expect(kernel.memory[bid][at] == number++, "another byte at this place");
                }
                if (consumption.finished(part)) {
                    expect(!kernel.owns(bid), "the kernel still owns a finished buffer");
                    free.add(bid);
                }
            }
            expect(number == completion.firstByte() + Math.max(completion.res(), 0),
                    "more or fewer bytes than the completion says");
        }

        /// What both sides must agree on; with completions unseen ours may only be behind.
        private void check() {
            boolean drained = kernel.completions.isEmpty();
            for (int bid = 0; bid < sizes.length; bid++) {
                boolean ours = free.contains(bid);
                expect(consumption.isPublished(bid) == !ours, "published but ours");
                expect(!drained || kernel.owns(bid) == !ours, "nobody's buffer, or both's");
            }
            expect(consumption.outstanding() >= kernel.published(), "fewer lent than published");
            if (drained && kernel.pinned.isEmpty()) {
                expect(consumption.outstanding() == kernel.published(), "lent is not published");
                expect(consumption.current() == kernel.currentBid(), "another current buffer");
                if (consumption.current() >= 0) {
                    int position = consumption.position(consumption.current());
                    expect(position == kernel.currentAddress()
                            && position + kernel.currentLength()
                            == sizes[consumption.current()], "another receive point");
                }
            }
        }

        private static void expect(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
