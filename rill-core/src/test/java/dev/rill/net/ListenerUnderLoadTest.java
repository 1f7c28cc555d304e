package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.OpenDescriptors;
import dev.rill.testing.Peer;
import dev.rill.testing.Rig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;

/// Listeners come and go under load, on several loops of one kernel that wait for one another.
@Timeout(120)
class ListenerUnderLoadTest {

    private static final int ROUNDS = 10;
    private static final int CLIENTS = 4;
    private static final int SERVED = 60;

    @KernelTest
    void whoWasServedGotEverythingAndNothingStays(Kernel kernel) throws Exception {
        try (LoopThread one = LoopThread.start(kernel, EventLoopOptions.defaults());
                LoopThread other = LoopThread.start(kernel, EventLoopOptions.defaults())) {
            one.listen(Connection::send);
            int before = Integer.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                LoopThread loop = round % 2 == 0 ? one : other;
                Listener listener = loop.call(() -> loop.loop()
                        .listen(new InetSocketAddress("127.0.0.1", 0), Connection::send));
                AtomicInteger served = new AtomicInteger();
                List<FutureTask<Void>> clients = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    FutureTask<Void> client = new FutureTask<>(
                            () -> talk((InetSocketAddress) listener.address(), served), null);
                    Thread.ofPlatform().daemon().start(client);
                    clients.add(client);
                }
                loop.until("enough are served", () -> served.get() >= SERVED);
                loop.call(() -> {
                    listener.close();
                    return null;
                });
                for (FutureTask<Void> client : clients) {
                    client.get();
                }
                loop.until("all are gone", () -> loop.loop().statistics().connections() == 0);
                if (round == 0) { // which opens what the JDK keeps open
                    before = OpenDescriptors.count();
                }
            }
            // A selector closes what it has known at its next look: each turn is one.
            int most = before;
            one.until("no descriptor stays", () -> {
                other.call(() -> null);
                return OpenDescriptors.count() <= most;
            });
        }
    }

    /// Talks over one connection after the other, until there is nobody any more.
    private static void talk(InetSocketAddress address, AtomicInteger served) {
        byte[] bytes = Rig.pattern(5000, 7);
        while (true) {
            byte[] answer;
            try (Peer peer = Peer.connect(address)) {
                answer = peer.send(bytes).end().receiveAll();
            } catch (IOException e) {
                return; // the listener is closed, or was before this one was accepted
            }
            if (answer.length > 0) {
                assertThat(answer).isEqualTo(bytes);
                served.incrementAndGet();
            }
        }
    }
}
