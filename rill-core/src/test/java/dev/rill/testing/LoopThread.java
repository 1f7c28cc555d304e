package dev.rill.testing;

import dev.rill.kernel.Kernel;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// An event loop on a thread of its own, stopped and closed with the test; a failure of the loop
/// fails the test.
public final class LoopThread implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final CompletableFuture<EventLoop> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private LoopStatistics last;

    private LoopThread(Kernel kernel, EventLoopOptions options) {
        Thread thread = new Thread(() -> serve(kernel, options), "loop under test");
        thread.setDaemon(true);
        thread.start();
    }

    public static LoopThread start(Kernel kernel, EventLoopOptions options) throws Exception {
        LoopThread loop = new LoopThread(kernel, options);
        loop.opened.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return loop;
    }

    public EventLoop loop() {
        return opened.join();
    }

    /// Listens on a free port of the loopback interface.
    public InetSocketAddress listen(ConnectionHandler handler) throws Exception {
        return call(() -> (InetSocketAddress) loop()
                .listen(new InetSocketAddress("127.0.0.1", 0), handler).address());
    }

    /// Runs something on the loop's thread and waits for its result.
    public <T> T call(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop().execute(() -> {
            try {
                result.complete(task.call());
            } catch (Exception | Error e) {
                result.completeExceptionally(e);
            }
        });
        return CompletableFuture.anyOf(result, ended)
                .thenCompose(ignored -> result).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Looks again and again, on the loop's thread, until something is so.
    public void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!call(condition)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("it never came to be that " + what + ": "
                        + call(() -> loop().statistics()));
            }
        }
    }

    /// Stops the loop in an orderly way and waits for its end.
    ///
    /// @return what it had done at the end
    public LoopStatistics stop() throws Exception {
        if (!ended.isDone()) {
            loop().stop();
        }
        ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return last;
    }

    @Override
    public void close() {
        if (!ended.isDone()) {
            loop().stop();
            loop().stop(); // what is still open is dropped
        }
        ended.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    private void serve(Kernel kernel, EventLoopOptions options) {
        try (EventLoop loop = EventLoop.open(kernel, options)) {
            opened.complete(loop);
            loop.run();
            last = loop.statistics();
        } catch (RuntimeException | Error e) {
            opened.completeExceptionally(e);
            ended.completeExceptionally(e);
            return;
        }
        ended.complete(null);
    }
}
