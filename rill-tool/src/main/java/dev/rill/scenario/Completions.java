package dev.rill.scenario;

import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Ring;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/// Waits for completions and compares them with what was expected.
final class Completions {

    /// Only a wrong expectation or a stuck kernel ever waits so long.
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(4);
    /// How long a worker thread is given to do what it should not do.
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long SYNC_TAG = 0x53594e43;
    private static final int SHOWN_MAX = 40;

    private final Ring ring;
    private final Requests requests;
    /// Is given each descriptor that comes.
    private final IntConsumer descriptors;

    Completions(Ring ring, Requests requests, IntConsumer descriptors) {
        this.ring = ring;
        this.requests = requests;
        this.descriptors = descriptors;
    }

    /// One that came.
    private record Came(String who, int res, int flags) {
        @Override
        public String toString() {
            return (who == null ? "" : who) + "(" + Expected.result(res) + ", "
                    + Expected.flags(flags) + ")";
        }
    }

    /// Takes as many as are expected, in order, and waits for them when `enter` allows it.
    void expect(Expected.Completions expected, boolean enter) {
        List<Expected.Cqe> wanted = expected.cqes();
        List<Came> came = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        boolean good = true;
        while (came.size() < wanted.size()) {
            Came next = take();
            if (next != null) {
                came.add(next);
                good &= expected.anyOrder() || matches(wanted.get(came.size() - 1), next);
                continue;
            }
            ring.completions().advance();
            long left = good ? deadline - System.nanoTime() : 0;
            if (!enter || left <= 0) {
                break;
            }
            ring.submitAndWait(1, left);
        }
        ring.completions().advance();
        boolean all = came.size() == wanted.size();
        if (!all || !(expected.anyOrder() ? matchesInAnyOrder(wanted, came) : good)) {
            addRest(came);
            throw new Mismatch(difference(wanted, came, expected.anyOrder()));
        }
    }

    /// Takes what is there.
    void takeAll(List<Observation.Completion> into) {
        CompletionQueue queue = ring.completions();
        while (queue.next()) {
            Came came = current();
            into.add(new Observation.Completion(came.who, came.res, came.flags));
        }
        queue.advance();
    }

    /// Makes sure that nothing more comes.
    ///
    /// @param workers whether threads of the kernel may still be at work
    void expectNothing(boolean enter, boolean workers) {
        List<Came> came = new ArrayList<>();
        if (enter) {
            synchronise(came);
            if (workers && came.isEmpty()) {
                ring.submitAndWait(1, SETTLE_NANOS);
            }
        }
        addRest(came);
        if (!came.isEmpty()) {
            throw new Mismatch(difference(List.of(), came, false));
        }
    }

    /// A round trip through the queues: what was to be posted before is posted.
    private void synchronise(List<Came> came) {
        ring.sqe().prepNop().userData(SYNC_TAG);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        CompletionQueue queue = ring.completions();
        while (true) {
            while (queue.next()) {
                if (queue.userData() == SYNC_TAG) {
                    queue.advance();
                    return;
                }
                came.add(current());
            }
            queue.advance();
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new Mismatch("a NOP does not complete");
            }
            ring.submitAndWait(1, left);
        }
    }

    private Came take() {
        return ring.completions().next() ? current() : null;
    }

    private Came current() {
        CompletionQueue queue = ring.completions();
        int res = queue.res();
        if (requests.isDescriptor(queue.userData(), res)) {
            descriptors.accept(res);
            res = Expected.DESCRIPTOR;
        }
        return new Came(requests.label(queue.userData()), res, queue.flags());
    }

    private void addRest(List<Came> came) {
        for (Came next = take(); next != null; next = take()) {
            came.add(next);
        }
        ring.completions().advance();
    }

    private static boolean matches(Expected.Cqe wanted, Came came) {
        return wanted.matches(came.who, came.res, came.flags);
    }

    private static boolean matchesInAnyOrder(List<Expected.Cqe> wanted, List<Came> came) {
        List<Came> left = new ArrayList<>(came);
        for (Expected.Cqe cqe : wanted) {
            Came match = left.stream().filter(one -> matches(cqe, one)).findFirst().orElse(null);
            if (match == null) {
                return false;
            }
            left.remove(match);
        }
        return true;
    }

    /// Both lists side by side, the lines that differ marked.
    private static String difference(List<Expected.Cqe> wanted, List<Came> came,
            boolean anyOrder) {
        int rows = Math.max(wanted.size(), came.size());
        int first = 0;
        while (first < rows && first < wanted.size() && first < came.size()
                && matches(wanted.get(first), came.get(first))) {
            first++;
        }
        int from = rows <= SHOWN_MAX ? 0 : Math.max(0, first - 3);
        StringBuilder text = new StringBuilder(wanted.isEmpty()
                ? "nothing was to complete, but:" : "other completions than expected"
                        + (anyOrder ? " (in any order)" : "") + ":");
        text.append(String.format("%n      %-52s %s", "expected", "came"));
        for (int i = from; i < Math.min(rows, from + SHOWN_MAX); i++) {
            String left = i < wanted.size() ? wanted.get(i).toString() : "-";
            String right = i < came.size() ? came.get(i).toString() : "-";
            boolean same = i < wanted.size() && i < came.size()
                    && matches(wanted.get(i), came.get(i));
            text.append(String.format("%n    %s %-52s %s", same ? " " : "!", left, right));
        }
        if (rows > from + SHOWN_MAX) {
            text.append(String.format("%n      and %d more", rows - from - SHOWN_MAX));
        }
        return text.toString();
    }
}
