package dev.rill.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/// Held bytes that one thread reads while the owner moves them and the kernel overwrites the
/// buffer they were in, or while another thread closes them: who reads has the right bytes or an
/// error.
public final class MoveRaces {

    private MoveRaces() {
    }

    private static String move(HeldBytes bytes) {
        if (!bytes.move()) {
            return "stayed";
        }
        Slots.overwrite(bytes);
        return "moved";
    }

    /// Closes them, and then their buffer may be lent again at any time.
    private static void closeAndOverwrite(HeldBytes bytes) {
        bytes.close();
        Slots.overwrite(bytes);
    }

    private static String compare(HeldBytes bytes, byte[] seen) {
        return Slots.isRight(bytes, seen) ? "right" : "wrong";
    }

    private static byte[] copy(HeldBytes bytes) {
        byte[] seen = new byte[Slots.SIZE];
        bytes.copyTo(0, seen, 0, seen.length);
        return seen;
    }

    private static byte[] readEach(HeldBytes bytes) {
        byte[] seen = new byte[Slots.SIZE];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = bytes.get(i);
        }
        return seen;
    }

    /// One copy, from the buffer or from the heap.
    @JCStressTest
    @Outcome(id = "right, moved", expect = ACCEPTABLE, desc = "A copy hinders nobody.")
    @Outcome(expect = FORBIDDEN, desc = "Bytes of somebody else, or a move that was refused.")
    @State
    public static class CopyAndMove {

        private final HeldBytes bytes = Slots.take();

        @Actor
        public void reader(LL_Result r) {
            r.r1 = compare(bytes, copy(bytes));
        }

        @Actor
        public void owner(LL_Result r) {
            r.r2 = move(bytes);
        }
    }

    /// Byte by byte, the first ones from the buffer and the last ones from the heap.
    @JCStressTest
    @Outcome(id = "right, moved", expect = ACCEPTABLE, desc = "Reading hinders nobody.")
    @Outcome(expect = FORBIDDEN, desc = "Bytes of somebody else, or a move that was refused.")
    @State
    public static class ReadAndMove {

        private final HeldBytes bytes = Slots.take();

        @Actor
        public void reader(LL_Result r) {
            r.r1 = compare(bytes, readEach(bytes));
        }

        @Actor
        public void owner(LL_Result r) {
            r.r2 = move(bytes);
        }
    }

    /// A view cannot follow: it keeps the bytes in place, or it is of those on the heap. Right now,
    /// and still right when the owner is done.
    @JCStressTest
    @Outcome(id = "buffer right right, stayed", expect = ACCEPTABLE, desc = "Pinned first.")
    @Outcome(id = "heap right right, moved", expect = ACCEPTABLE, desc = "Moved first.")
    @Outcome(expect = FORBIDDEN, desc = "A view of a buffer that was given back.")
    @State
    public static class ViewAndMove {

        private final HeldBytes bytes = Slots.take();
        private MemorySegment view;

        @Actor
        public void reader(LL_Result r) {
            view = bytes.segment();
            r.r1 = (view.isNative() ? "buffer " : "heap ") + contents();
        }

        @Actor
        public void owner(LL_Result r) {
            r.r2 = move(bytes);
        }

        @Arbiter
        public void end(LL_Result r) {
            r.r1 = r.r1 + " " + contents();
        }

        private String contents() {
            return Slots.isRight(bytes, view) ? "right" : "wrong";
        }
    }

    /// A buffer is let go of by the move or by the close, never by both.
    @JCStressTest
    @Outcome(id = "moved, heap", expect = ACCEPTABLE, desc = "Moved first.")
    @Outcome(id = "stayed, buffer", expect = ACCEPTABLE, desc = "Closed first: refused.")
    @Outcome(expect = FORBIDDEN, desc = "The buffer is let go of twice, or never.")
    @State
    public static class CloseAndMove {

        private final HeldBytes bytes = Slots.take();

        @Actor
        public void worker() {
            bytes.close();
        }

        @Actor
        public void owner(LL_Result r) {
            r.r1 = move(bytes);
        }

        @Arbiter
        public void end(LL_Result r) {
            r.r2 = bytes.isMoved() ? "heap" : "buffer";
            Slots.forgetReturned();
        }
    }

    /// As soon as it is closed, the buffer may have other contents.
    @JCStressTest
    @Outcome(id = {"right", "refused"}, expect = ACCEPTABLE, desc = "Before or after the close.")
    @Outcome(expect = FORBIDDEN, desc = "Bytes of somebody else.")
    @State
    public static class CopyAndClose {

        private final HeldBytes bytes = Slots.take();

        @Actor
        public void reader(L_Result r) {
            try {
                r.r1 = compare(bytes, copy(bytes));
            } catch (IllegalStateException e) {
                r.r1 = "refused";
            }
        }

        @Actor
        public void worker() {
            closeAndOverwrite(bytes);
        }

        @Arbiter
        public void end(L_Result r) {
            Slots.forgetReturned();
        }
    }
}
