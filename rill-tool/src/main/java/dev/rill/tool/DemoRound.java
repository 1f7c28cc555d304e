package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.net.EventLoopOptions;
import dev.rill.ring.StepDown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// Some seconds of the demo: an origin, a proxy in front of it, and a crowd of clients; at the end
/// everybody's account of what was carried has to be the same.
final class DemoRound {

    /// How long nothing may move before the round is given up.
    private static final AdminPlaces PLACES = new AdminPlaces(System.getenv());
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration TICK = Duration.ofMillis(100);

    /// What to run.
    ///
    /// @param kernel where the proxy runs
    /// @param options of the proxy
    /// @param clients how many
    /// @param seed decides what the clients do
    /// @param length for how long
    /// @param front what the proxy is to connect to, given the origin's address; tests put a
    ///        faulty hop there
    /// @param cancelled asked now and then: whether to end early
    record Plan(Kernel kernel, EventLoopOptions options, int clients, long seed, Duration length,
            UnaryOperator<InetSocketAddress> front, BooleanSupplier cancelled) {
    }

    /// How a round stands, or how it ended.
    ///
    /// @param nanos since its beginning; at the end, until the last client was served
    /// @param clients connected now
    /// @param proxy what the proxy says
    /// @param opened connections that clients have made
    /// @param bytesSent by clients and origin
    /// @param bytesVerified by origin and clients
    /// @param stepDowns what the kernel does not offer of what the proxy asked for
    /// @param failure what went wrong, or null
    record State(long nanos, int clients, ProxyServer.Snapshot proxy, long opened,
            long bytesSent, long bytesVerified, List<StepDown> stepDowns, String failure) {
    }

    private final Plan plan;
    private final DemoLedger ledger = new DemoLedger();
    private final Consumer<State> watcher;
    private ProxyServer proxy;
    private DemoClients clients;
    private ProxyServer.Snapshot last;
    private long begin;

    private DemoRound(Plan plan, Consumer<State> watcher) {
        this.plan = plan;
        this.watcher = watcher;
    }

    /// Runs a round.
    ///
    /// @param plan what to run
    /// @param watcher is told several times a second how it stands
    /// @return how it ended; failures are in it
    static State run(Plan plan, Consumer<State> watcher) throws InterruptedException {
        return new DemoRound(plan, watcher).run();
    }

    private State run() throws InterruptedException {
        long nanos;
        try (DemoOrigin origin = new DemoOrigin(ledger)) {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            proxy = ProxyServer.start(new ProxyServer.Plan(plan.kernel,
                    new InetSocketAddress(loopback, 0), plan.front.apply(origin.address()),
                    plan.options, new ProxyServer.Admin(null, PLACES, _ -> { }),
                    message -> ledger.fail("the proxy reports: " + message)));
            begin = System.nanoTime();
            clients = DemoClients.start((InetSocketAddress) proxy.address(), plan.clients,
                    plan.seed, ledger);
            boolean ended = load();
            nanos = System.nanoTime() - begin;
            if (!ended) {
                clients.breakOff();
                origin.breakOff();
            }
            proxy.stop();
            awaitProxy();
        } catch (IOException e) {
            throw new CommandFailed("the origin cannot listen on loopback: " + e.getMessage(), e);
        }
        if (ledger.failure() == null) {
            reconcile();
        }
        return state(nanos);
    }

    /// Watches the load until its time is over and its last connection has ended.
    ///
    /// @return false when something went wrong
    private boolean load() throws InterruptedException {
        long end = begin + plan.length.toNanos();
        long moved = begin;
        long verified = 0;
        while (ledger.failure() == null) {
            long now = System.nanoTime();
            if (ledger.bytesVerified() != verified) {
                verified = ledger.bytesVerified();
                moved = now;
            }
            if (now - end >= 0 || plan.cancelled.getAsBoolean()) {
                clients.stop();
            }
            if (now - moved >= PATIENCE.toNanos()) {
                ledger.fail("no byte arrived for " + PATIENCE.toSeconds() + " s, "
                        + clients.connected() + " connections have not ended");
                break;
            }
            Duration tick = now - end < 0 && end - now < TICK.toNanos()
                    ? Duration.ofNanos(end - now) : TICK;
            if (clients.join(tick)) {
                return ledger.failure() == null;
            }
            sample();
        }
        return false;
    }

    private void sample() throws InterruptedException {
        try {
            last = proxy.ask().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            watcher.accept(state(System.nanoTime() - begin));
        } catch (ExecutionException e) {
            ledger.fail("the proxy ended: " + e.getCause());
        } catch (TimeoutException e) {
            ledger.fail("the proxy hangs: no answer within " + PATIENCE.toSeconds() + " s");
        }
    }

    private void awaitProxy() throws InterruptedException {
        if (ledger.failure() != null) {
            proxy.stop(); // a second time: drop what is left
        }
        if (!proxy.joined(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            ledger.fail("the proxy hangs: it did not stop within " + PATIENCE.toSeconds() + " s");
            return;
        }
        try {
            last = proxy.join();
        } catch (RuntimeException e) {
            ledger.fail("the proxy ended: " + e);
        }
    }

    /// Compares the accounts of the clients, the proxy and the origin.
    private void reconcile() {
        long opened = ledger.opened.sum();
        same("connections", opened, ledger.endedAtClients.sum(), "ended at the clients");
        same("connections", opened, ledger.endedAtOrigin.sum(), "ended at the origin");
        same("connections", opened, last.proxy().served(), "served by the proxy");
        same("connections", 0, last.proxy().broken() + last.proxy().refused(), "broken off");
        long requests = ledger.toOrigin.sent.sum();
        same("bytes to the origin", requests, ledger.toOrigin.verified.sum(), "verified");
        same("bytes to the origin", requests, last.proxy().bytesToServer(), "in the proxy");
        long answers = ledger.toClients.sent.sum();
        same("bytes to the clients", answers, ledger.toClients.verified.sum(), "verified");
        same("bytes to the clients", answers, last.proxy().bytesToClient(), "in the proxy");
        long sent = last.loop().bytesSent();
        long forVisitors = Math.clamp(sent - requests - answers, 0, last.bytesTold());
        same("bytes", requests + answers, sent - forVisitors, "sent by the proxy");
    }

    private void same(String what, long expected, long got, String where) {
        if (expected != got) {
            ledger.fail(Units.count(expected) + " " + what + ", but " + Units.count(got) + " "
                    + where);
        }
    }

    private State state(long nanos) {
        return new State(nanos, clients.connected(), last, ledger.opened.sum(),
                ledger.toOrigin.sent.sum() + ledger.toClients.sent.sum(),
                ledger.bytesVerified(), proxy.stepDowns(), ledger.failure());
    }
}
