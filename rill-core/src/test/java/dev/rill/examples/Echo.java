package dev.rill.examples;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.net.Connection;
import dev.rill.net.EventLoop;
import java.net.InetSocketAddress;

final class Echo {

    private Echo() {
    }

    public static void main(String[] args) {
        try (Kernel kernel = Kernels.best(); EventLoop loop = EventLoop.open(kernel)) {
            loop.listen(new InetSocketAddress("127.0.0.1", 7000), Connection::send);
            loop.run();
        }
    }
}
