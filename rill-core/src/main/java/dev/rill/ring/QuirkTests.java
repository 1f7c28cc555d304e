package dev.rill.ring;

import static dev.rill.abi.CqeFlags.IORING_CQE_BUFFER_SHIFT;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUFFER;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUF_MORE;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_SOCK_NONEMPTY;
import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SocketConstants.SOCK_DGRAM;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;

import dev.rill.abi.Errno;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.ring.QuirkTrial.Pair;
import dev.rill.ring.Quirks.Finding;
import dev.rill.ring.Quirks.Verdict;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The self-tests: each a few bytes through a ring of its own, and a look at the completion, at the
/// entry that the kernel writes back, and at where the bytes are.
///
/// A verdict is given on exactly what a kernel with the quirk does, and on exactly what one without
/// does; anything else could not be told. No test does what makes any kernel warn or spin.
final class QuirkTests {

    /// Completion flags, with the bid of the second buffer where they say so.
    private static final int USED_UP = IORING_CQE_F_BUFFER;
    private static final int CURRENT = IORING_CQE_F_BUFFER | IORING_CQE_F_BUF_MORE;
    private static final int SECOND = 1 << IORING_CQE_BUFFER_SHIFT;

    /// How long an end takes at most, over the loopback interface; and a kernel that has not told
    /// it when it tells the data does not do so at all.
    private static final long END_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    private interface Recipe {
        void run(QuirkTests tests, QuirkTrial trial);
    }

    /// One self-test, by its name in [Quirk#test].
    private record Test(String id, Recipe recipe) {
    }

    /// In this order, so that a simulated kernel does the same every time. D1 to D9 are the
    /// specification's.
    private static final List<Test> TESTS = List.of(
            new Test("D1", QuirkTests::registrations),
            new Test("D2", QuirkTests::endOfStream),
            new Test("D3", QuirkTests::fileRead),
            new Test("D4", QuirkTests::waitForAll),
            new Test("D5", QuirkTests::truncation),
            new Test("D6", QuirkTests::bundleOverMany),
            new Test("D7", QuirkTests::secondPass),
            new Test("D8", QuirkTests::lengthLatch),
            new Test("D9", QuirkTests::multishotLimit),
            new Test("D10", QuirkTests::shortenedEntry),
            new Test("D11", QuirkTests::classicBundle),
            new Test("D12", QuirkTests::completionOrder),
            new Test("D13", QuirkTests::unixHint),
            new Test("D14", QuirkTests::flagsOfTwoPasses),
            new Test("D15", QuirkTests::endBehindData));

    private final EnumMap<Quirk, Verdict> verdicts = new EnumMap<>(Quirk.class);

    private QuirkTests() {
    }

    /// Looks for everything that can be looked for; some milliseconds.
    static Map<Quirk, Verdict> run(Kernel kernel) {
        QuirkTests tests = new QuirkTests();
        for (Test test : TESTS) {
            String why = "";
            try (QuirkTrial trial = QuirkTrial.open(kernel)) {
                test.recipe.run(tests, trial);
            } catch (KernelException | IllegalStateException e) {
                why = e.getMessage();
            }
            for (Quirk quirk : Quirk.values()) {
                if (quirk.test().equals(test.id)) {
                    tests.verdicts.putIfAbsent(quirk, new Verdict(Finding.UNKNOWN, why));
                }
            }
        }
        return tests.verdicts;
    }

    private void note(Quirk quirk, QuirkTrial trial, boolean found, boolean absent) {
        verdicts.put(quirk, found == absent
                ? new Verdict(Finding.UNKNOWN, "a completion that no known kernel gives: " + trial)
                : new Verdict(found ? Finding.FOUND : Finding.ABSENT, ""));
    }

    // ---- D1 to D9 -------------------------------------------------------------------------

    private void registrations(QuirkTrial trial) {
        BufferRingOptions plain = BufferRingOptions.incremental(0, 1);
        boolean incremental = registers(trial.ring(), plain);
        note(Quirk.NO_INCREMENTAL, trial, !incremental, incremental);
        boolean minLeft = registers(trial.ring(), plain.withMinLeft(1));
        note(Quirk.NO_MIN_LEFT, trial, !minLeft, minLeft);
    }

    private static boolean registers(Ring ring, BufferRingOptions options) {
        try (BufferRing _ = BufferRing.register(ring, options)) {
            return true;
        } catch (KernelException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            return false;
        }
    }

    private void endOfStream(QuirkTrial trial) {
        trial.lend(true, 64);
        Pair pipe = trial.pipe();
        trial.closeWriter(pipe);
        trial.ring().sqe().prepRead(pipe.reader(), 0, 8, -1).bufferSelect(0);
        trial.await();
        note(Quirk.END_FINISHES_BUFFER, trial, trial.completed(0, USED_UP),
                trial.completed(0, CURRENT));
    }

    /// `/dev/zero` cannot be polled, like any file, and is there without being made.
    private void fileRead(QuirkTrial trial) {
        trial.lend(true, 64);
        int file = trial.open("/dev/zero");
        trial.ring().sqe().prepRead(file, 0, 8, 0).bufferSelect(0);
        trial.await();
        boolean read = trial.completed(8, USED_UP) || trial.completed(8, CURRENT);
        note(Quirk.EARLY_MORE_LOST, trial, trial.completed(8, USED_UP),
                trial.completed(8, CURRENT));
        boolean inPlace = trial.at(0, 0) == 0 && trial.at(0, 8) == QuirkTrial.UNTOUCHED;
        boolean behind = trial.at(0, 0) == QuirkTrial.UNTOUCHED && trial.at(0, 8) == 0;
        note(Quirk.FILE_DATA_MISPLACED, trial, read && behind, read && inPlace);
    }

    private void waitForAll(QuirkTrial trial) {
        trial.lend(true, 64);
        Pair pair = trial.unix(SOCK_STREAM);
        trial.write(pair, 4);
        trial.receive(pair, 8, MSG_WAITALL);
        trial.submit();
        note(Quirk.WAITALL_UNCOMMITTED, trial, trial.taken(0) == 0, trial.taken(0) == 4);
        trial.write(pair, 4);
        trial.await();
        boolean doesNotWait = trial.completed(4, CURRENT) && trial.taken(0) == 4; // since 7.3
        note(Quirk.WAITALL_FIRST_PART_ONLY, trial,
                trial.completed(8, USED_UP) && trial.taken(0) == 4,
                trial.completed(8, CURRENT) && trial.taken(0) == 8 || doesNotWait);
    }

    /// In one buffer, of which the request selects a part: a kernel that commits more than one slot
    /// holds is one that warns in its log.
    private void truncation(QuirkTrial trial) {
        trial.lend(true, 64);
        Pair pair = trial.unix(SOCK_DGRAM);
        trial.write(pair, 12);
        trial.receive(pair, 8, MSG_TRUNC);
        trial.await();
        boolean received = trial.completed(12, CURRENT);
        note(Quirk.TRUNC_OVER_COMMIT, trial, received && trial.taken(0) == 12,
                received && trial.taken(0) == 8);
    }

    /// Over three buffers, because a second pass fills another one.
    private void bundleOverMany(QuirkTrial trial) {
        trial.lend(true, 8, 8, 64);
        Pair pair = trial.unix(SOCK_STREAM);
        trial.write(pair, 20);
        trial.receive(pair, 20, 0).ioprio(IORING_RECVSEND_BUNDLE);
        trial.await();
        note(Quirk.BUNDLE_OF_ONE, trial,
                trial.completed(8, USED_UP) || trial.completed(16, USED_UP),
                trial.completed(20, CURRENT) && trial.left(0) == 0 && trial.taken(2) == 4);
    }

    /// Over TCP where a Unix socket shows no second pass: before 6.17 it did not say what is left.
    private void secondPass(QuirkTrial trial) {
        trial.lend(true, 64, 64);
        int before = bundleOfFour(trial, trial.unix(SOCK_STREAM));
        if (trial.completed(4, CURRENT) && trial.taken(0) == before + 4) {
            before = bundleOfFour(trial, trial.tcp());
        }
        boolean two = trial.completed(12, CURRENT);
        boolean one = trial.completed(4, CURRENT);
        note(Quirk.BUNDLE_EXCEEDS_LENGTH, trial, two, one);
        int taken = trial.taken(0) - before;
        note(Quirk.BUNDLE_COUNTED_TWICE, trial, two && taken == 16,
                two && taken == 12 || one && taken == 4);
    }

    private static int bundleOfFour(QuirkTrial trial, Pair pair) {
        int before = trial.taken(0);
        trial.write(pair, 12);
        trial.receive(pair, 4, 0).ioprio(IORING_RECVSEND_BUNDLE);
        trial.await();
        return before;
    }

    private void lengthLatch(QuirkTrial trial) {
        trial.lend(true, 8, 64);
        Pair first = trial.unix(SOCK_DGRAM);
        Pair second = trial.unix(SOCK_DGRAM);
        trial.receive(first, 0, 0).userData(1);
        trial.submit();
        trial.write(second, 8);
        trial.receive(second, 0, 0).userData(2);
        trial.await();
        boolean prepared = trial.tag() == 2 && trial.completed(8, USED_UP);
        if (prepared) {
            trial.write(first, 16);
            trial.await();
        }
        note(Quirk.LENGTH_LATCH, trial, prepared && trial.completed(8, SECOND | CURRENT),
                prepared && trial.completed(16, SECOND | CURRENT));
    }

    private void multishotLimit(QuirkTrial trial) {
        trial.lend(false, 64, 64);
        Pair pair = trial.unix(SOCK_STREAM);
        trial.write(pair, 4);
        trial.ring().sqe().prepRecvMultishot(pair.reader()).length(2).bufferSelect(0);
        trial.await();
        boolean refused = trial.completed(-Errno.EINVAL, 0);
        boolean limited = trial.completed(2, USED_UP | IORING_CQE_F_MORE);
        if (limited) {
            trial.await();
            limited = trial.completed(2, SECOND | USED_UP | IORING_CQE_F_MORE);
        }
        note(Quirk.NO_MULTISHOT_LIMIT, trial, refused, limited);
    }

    // ---- beyond the specification's -------------------------------------------------------

    /// What fails has used no buffer, also where its completion names one (Q12).
    private void shortenedEntry(QuirkTrial trial) {
        trial.lend(false, 64, 64);
        Pair pair = trial.unix(SOCK_STREAM);
        trial.receive(pair, 10, MSG_DONTWAIT).ioprio(IORING_RECVSEND_BUNDLE);
        trial.await();
        boolean nothing = trial.completed(-Errno.EAGAIN, 0)
                || trial.completed(-Errno.EAGAIN, USED_UP);
        note(Quirk.BUNDLE_SHORTENS_ENTRY, trial, nothing && trial.left(0) == 10,
                nothing && trial.left(0) == 64);
    }

    /// A length that ends inside the second buffer, and more bytes to come: whatever the bundle
    /// takes must lie where its completion is understood to say.
    private void classicBundle(QuirkTrial trial) {
        trial.lend(false, 10, 10, 10, 10, 10, 10, 10, 10);
        boolean found = false;
        boolean absent = true;
        for (int round = 0; round < 2 && !found && absent; round++) {
            Pair pair = round == 0 ? trial.unix(SOCK_STREAM) : trial.tcp();
            trial.write(pair, 30);
            trial.receive(pair, 15, 0).ioprio(IORING_RECVSEND_BUNDLE);
            trial.await();
            boolean data = trial.res() > 0 && trial.res() <= 30
                    && (trial.flags() & IORING_CQE_F_BUFFER) != 0;
            boolean inPlace = data && isInPlace(trial, trial.res());
            found = data && !inPlace;
            absent = inPlace;
        }
        note(Quirk.CLASSIC_BUNDLE_MISPLACED, trial, found, absent);
    }

    private static boolean isInPlace(QuirkTrial trial, int count) {
        int first = trial.flags() >>> IORING_CQE_BUFFER_SHIFT;
        for (int i = 0; i < count; i++) {
            int bid = first + i / 10;
            if (bid > 7 || trial.at(bid, i % 10) != i + 1) {
                return false;
            }
        }
        return true;
    }

    private void completionOrder(QuirkTrial trial) {
        trial.lend(true, 64);
        Pair single = trial.unix(SOCK_STREAM);
        Pair multi = trial.unix(SOCK_STREAM);
        trial.write(single, 10);
        trial.write(multi, 20);
        trial.receive(single, 0, 0).userData(1);
        trial.ring().sqe().prepRecvMultishot(multi.reader()).bufferSelect(0).userData(2);
        trial.await();
        boolean inOrder = trial.tag() == 1 && trial.completed(10, CURRENT);
        boolean overtaken = trial.tag() == 2
                && trial.completed(20, CURRENT | IORING_CQE_F_MORE) && trial.at(0, 0) == 1;
        trial.await();
        boolean firstBytes = trial.at(0, 10) == 1; // the single receive's are before it
        note(Quirk.COMPLETIONS_OUT_OF_ORDER, trial,
                overtaken && trial.tag() == 1 && firstBytes,
                inOrder && trial.tag() == 2 && firstBytes);
    }

    /// The first pass finishes a buffer, the second one begins the next. Over TCP where a Unix
    /// socket shows no second pass.
    private void flagsOfTwoPasses(QuirkTrial trial) {
        trial.lend(true, 8, 8, 64, 64);
        int first = 0;
        bundleOfEight(trial, trial.unix(SOCK_STREAM));
        if (trial.completed(8, USED_UP)) {
            first = 1;
            bundleOfEight(trial, trial.tcp());
        }
        int bid = first << IORING_CQE_BUFFER_SHIFT;
        boolean twoPasses = trial.res() == 12 && trial.left(first) == 0
                && trial.taken(first + 1) == 4;
        note(Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS, trial,
                twoPasses && trial.completed(12, bid | USED_UP),
                twoPasses && trial.completed(12, bid | CURRENT)
                        || trial.completed(8, bid | USED_UP));
    }

    private static void bundleOfEight(QuirkTrial trial, Pair pair) {
        trial.write(pair, 12);
        trial.receive(pair, 8, 0).ioprio(IORING_RECVSEND_BUNDLE);
        trial.await();
    }

    /// Of a Unix socket, and a reset, because before 6.17 a Unix socket is asked until nothing
    /// comes.
    private void endBehindData(QuirkTrial trial) {
        trial.lend(false, 8, 8, 8, 8);
        if ((trial.ring().flags() & IORING_SETUP_DEFER_TASKRUN) == 0) {
            throw new IllegalStateException("data and the end do not come together without"
                    + " IORING_SETUP_DEFER_TASKRUN");
        }
        Pair unix = trial.unix(SOCK_STREAM);
        arm(trial, unix);
        trial.closeWriter(unix);
        boolean told = isEndTold(trial);
        if (told) {
            Pair tcp = trial.tcp();
            arm(trial, tcp);
            trial.resetWriter(tcp);
            trial.awaitEnd(tcp, END_PATIENCE_NANOS);
            told = isEndTold(trial);
        }
        note(Quirk.LOST_END, trial, !told, told);
    }

    private static void arm(QuirkTrial trial, Pair pair) {
        trial.ring().sqe().prepRecvMultishot(pair.reader()).bufferSelect(0);
        trial.submit();
        trial.write(pair, 4);
    }

    private static boolean isEndTold(QuirkTrial trial) {
        trial.await();
        if (trial.res() != 4) {
            throw new IllegalStateException("four bytes were sent and did not come: " + trial);
        }
        return trial.comes(END_PATIENCE_NANOS) && trial.res() <= 0;
    }

    private void unixHint(QuirkTrial trial) {
        trial.lend(false, 64);
        Pair pair = trial.unix(SOCK_STREAM);
        trial.write(pair, 8);
        trial.receive(pair, 4, 0);
        trial.await();
        boolean received = trial.completed(4, USED_UP);
        boolean hint = (trial.flags() & IORING_CQE_F_SOCK_NONEMPTY) != 0;
        note(Quirk.NO_UNIX_HINT, trial, received && !hint, received && hint);
    }
}
