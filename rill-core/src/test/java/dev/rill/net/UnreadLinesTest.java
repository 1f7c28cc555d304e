package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.Received;
import dev.rill.ring.UnreadBytes;
import dev.rill.testing.Bytes;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Peer;
import dev.rill.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/// A line protocol on connections that share their receive memory: each line is answered whole.
@Timeout(120)
class UnreadLinesTest {

    private static final int CONNECTIONS = 24;

    private static final EventLoopOptions OPTIONS = EventLoopOptions.defaults().withBuffers(
            BufferGroupOptions.incremental(0, 8, 4096)
                    .withRescueMax(CONNECTIONS * 4096));

    /// Sends every line back, backwards.
    private static final class Lines implements ConnectionHandler {

        private UnreadBytes unread;

        @Override
        public void opened(Connection connection) {
            unread = new UnreadBytes(connection.loop().group(), 10_000);
        }

        @Override
        public void received(Connection connection, Received data) {
            unread.received(data, bytes -> {
                int end = bytes.indexOf((byte) '\n', 0);
                if (end < 0) {
                    return 0;
                }
                byte[] line = new byte[end + 1];
                bytes.copyTo(0, line, 0, line.length);
                connection.send(backwards(line));
                return line.length;
            });
        }

        @Override
        public void closed(Connection connection, CloseReason reason) {
            unread.close();
        }
    }

    private static byte[] backwards(byte[] line) {
        byte[] turned = line.clone();
        for (int i = 0; i < line.length - 1; i++) {
            turned[i] = line[line.length - 2 - i];
        }
        return turned;
    }

    private static final class EachItsOwn implements ConnectionHandler {
        @Override
        public void opened(Connection connection) {
            Lines lines = new Lines();
            connection.handler(lines);
            lines.opened(connection);
        }

        @Override
        public void received(Connection connection, Received data) {
            throw new IllegalStateException("the other handler should hear of this");
        }
    }

    @KernelTest
    void everyLineIsAnsweredWhole(Kernel kernel) throws Exception {
        Random random = Seeds.random("UnreadLinesTest");
        try (LoopThread loop = LoopThread.start(kernel, OPTIONS)) {
            InetSocketAddress address = loop.listen(new EachItsOwn());
            List<CompletableFuture<Void>> done = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                Random own = new Random(random.nextLong());
                CompletableFuture<Void> one = new CompletableFuture<>();
                done.add(one);
                Thread.ofPlatform().daemon().start(() -> {
                    try {
                        talk(address, own);
                        one.complete(null);
                    } catch (Exception | Error e) {
                        one.completeExceptionally(e);
                    }
                });
            }
            for (CompletableFuture<Void> one : done) {
                one.get(60, TimeUnit.SECONDS);
            }
            loop.until("all are gone", () -> loop.loop().statistics().connections() == 0);
            assertThat(loop.call(() -> loop.loop().group().holds().open())).isZero();
            assertThat(loop.call(() -> loop.loop().group().held())).isZero();
        }
    }

    /// Random lines in random pieces, and at the end one without an end.
    private static void talk(InetSocketAddress address, Random random) throws Exception {
        ByteArrayOutputStream asked = new ByteArrayOutputStream();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            byte[] line = new byte[1 + random.nextInt(1 << 1 + random.nextInt(12))];
            for (int k = 0; k < line.length; k++) {
                line[k] = (byte) ('a' + random.nextInt(26));
            }
            line[line.length - 1] = '\n';
            asked.writeBytes(line);
            expected.writeBytes(backwards(line));
        }
        asked.writeBytes(new byte[] {'r', 'e', 's', 't'});
        byte[] all = asked.toByteArray();
        try (Peer peer = Peer.connect(address)) {
            CompletableFuture<byte[]> answers = peer.receiveMeanwhile();
            for (int at = 0; at < all.length; ) {
                int take = Math.min(all.length - at, 1 + random.nextInt(2000));
                peer.send(Bytes.cut(all, at, take));
                at += take;
            }
            peer.end();
            Bytes.expectSame(answers.get(60, TimeUnit.SECONDS), expected.toByteArray());
        }
    }
}
