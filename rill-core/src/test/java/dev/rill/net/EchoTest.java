package dev.rill.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.LoopThread;
import dev.rill.testing.Rig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/// What comes in goes out again, in order, whatever its size; ends are passed on.
class EchoTest {

    @KernelTest
    void everyByteComesBackInOrderAndThenTheEnd(Kernel kernel) throws Exception {
        try (LoopThread loop = LoopThread.start(kernel, EventLoopOptions.defaults())) {
            InetSocketAddress address = loop.listen(Connection::send);
            for (int length : new int[] {1, 100, 5000, 1 << 20, 20 << 20}) {
                byte[] sent = Rig.pattern(length, length);
                try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                    CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                        try {
                            OutputStream out = socket.getOutputStream();
                            out.write(sent);
                            socket.shutdownOutput();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
                    byte[] back = socket.getInputStream().readAllBytes();
                    writer.join();
                    assertThat(back).isEqualTo(sent);
                }
            }
        }
    }
}
