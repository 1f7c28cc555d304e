package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Recorder;
import dev.rill.testing.Rig;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Timeout;

/// Sends that are over when they were submitted cost neither a completion nor a turn, and those
/// that are not lose nothing.
@Timeout(60)
class SilentSendTest {

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults();
    private static final int MESSAGES = 1000;
    /// Turns and completions for other reasons: questions of the test, its connecting.
    private static final int OTHERS = 50;
    private static final int PIECE = 100_000;

    @KernelTest
    void anAnswerCostsOneCompletionAndOneCall(Kernel kernel) throws Exception {
        byte[] message = Rig.pattern(500, 1);
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Connection::send))) {
            LoopStatistics before = loop.call(() -> loop.loop().statistics());
            for (int i = 0; i < MESSAGES; i++) {
                peer.send(message);
                Bytes.expectSame(peer.receive(message.length), message);
            }
            LoopStatistics after = loop.call(() -> loop.loop().statistics());
            assertThat(after.bytesSent() - before.bytesSent())
                    .isEqualTo((long) MESSAGES * message.length);
            assertThat(after.completions() - before.completions())
                    .isBetween((long) MESSAGES, (long) MESSAGES + OTHERS);
            assertThat(after.enters() - before.enters())
                    .isBetween((long) MESSAGES, (long) MESSAGES + OTHERS);
        }
    }

    @KernelTest
    void whatAFullSocketTakesAPartOfArrivesWhole(Kernel kernel) throws Exception {
        byte[] piece = Rig.pattern(PIECE, 2);
        BlockingQueue<Recorder> recorders = Recorder.queue();
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen(Recorder.each(recorders,
                        Connection::send)))) {
            Connection connection = Recorder.next(recorders).opened();
            int sent = 0;
            while (loop.call(connection::unsent) == 0) { // the last one has gone out
                loop.call(() -> {
                    connection.send(MemorySegment.ofArray(piece));
                    return null;
                });
                sent++;
            }
            for (int more = 0; more < 3; more++, sent++) {
                loop.call(() -> {
                    connection.send(MemorySegment.ofArray(piece));
                    return null;
                });
            }
            byte[] all = new byte[sent * PIECE];
            for (int at = 0; at < all.length; at += PIECE) {
                System.arraycopy(piece, 0, all, at, PIECE);
            }
            Bytes.expectSame(peer.receive(all.length), all);
            loop.until("nothing is unsent", () -> connection.unsent() == 0);
        }
    }

    @KernelTest
    void theEndComesBehindASendThatNothingIsHeardOf(Kernel kernel) throws Exception {
        byte[] bytes = Rig.pattern(3000, 3);
        long[] received = {0};
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS);
                Peer peer = Peer.connect(loop.listen((connection, data) -> {
                    connection.send(data);
                    received[0] += data.length();
                    if (received[0] == 2L * bytes.length) {
                        connection.finish();
                    }
                }))) {
            peer.send(bytes);
            Bytes.expectSame(peer.receive(bytes.length), bytes);
            peer.send(bytes);
            Bytes.expectSame(peer.receiveAll(), bytes);
        }
    }
}
