package dev.rill.tool;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.EventLoopsOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferGroupOptions;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `./rill proxy`: a TCP proxy for real use.
@Command(
    name = "proxy",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    header = "Carry TCP connections to a server, through an incremental buffer ring.",
    descriptionHeading = "%n",
    description = {
        "Accepts connections and carries each to the server and back: both directions, half-close, "
            + "back-pressure, timeouts. Bytes leave from the memory they were received into. "
            + "On a terminal a line shows what is going on. Ctrl-C or SIGTERM stops it in an "
            + "orderly way: what was accepted is delivered first."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
        "  ./rill proxy --listen 127.0.0.1:7000 --connect 127.0.0.1:6379",
        "  ./rill proxy --listen :8080 --connect [::1]:80 --buffers 64 --buffer-size 256k",
        "  ./rill proxy --listen 127.0.0.1:0 --connect unix:/run/app.sock --json",
        "  ./rill proxy --listen :8080 --connect [::1]:80 --loops 4 --pin",
    })
final class ProxyCommand implements Callable<Integer> {

    /// A client takes two of the 2^24 connections that a loop can tell apart.
    private static final int CLIENTS_MAX = 1 << 23;

    private static final int LOOPS_MAX = 1024;

    /// Room for those who look in while all clients are there.
    private static final int VISITORS = 16;

    /// Below these a proxy does little but system calls.
    private static final int UNSENT_LEAST = 4096;
    private static final int BUFFER_LEAST = 256;

    @Option(names = "--listen", required = true, paramLabel = "ADDRESS",
            converter = Endpoint.class,
            description = "Where clients come in: " + Endpoint.SYNTAX
                + "; port 0 for any free one.")
    private SocketAddress listen;

    @Option(names = "--connect", required = true, paramLabel = "ADDRESS",
            converter = Endpoint.class,
            description = "The server they are carried to.")
    private SocketAddress server;

    @Option(names = "--loops", paramLabel = "N", defaultValue = "1",
            description = "How many event loops, each with a thread and buffers of its own; a "
                + "client stays with one. Default: ${DEFAULT-VALUE}.")
    private int loops;

    @Option(names = "--pin",
            description = "Bind the thread of each loop to one of the processors that this process "
                + "may use, in turn.")
    private boolean pin;

    @Mixin
    private BufferOptions buffers;

    @Mixin
    private final KernelOptions kernels;

    @Option(names = "--connections-max", paramLabel = "N", defaultValue = "50000",
            description = "How many clients at a time, in equal shares for the loops; others wait "
                + "in the backlog. Default: ${DEFAULT-VALUE}.")
    private int connectionsMax;

    @Option(names = "--unsent-max", paramLabel = "SIZE", converter = ByteSize.class,
            defaultValue = "256k",
            description = "How much may wait for a slow reader before its sender is slowed down. "
                + "Default: ${DEFAULT-VALUE}.")
    private int unsentMax;

    @Option(names = "--idle-timeout", paramLabel = "TIME", converter = TimeSpan.class,
            defaultValue = "10m",
            description = "Close connections on which nothing moves; 0 for never. Default: "
                + "${DEFAULT-VALUE}.")
    private Duration idleTimeout;

    @Option(names = "--connect-timeout", paramLabel = "TIME", converter = TimeSpan.class,
            defaultValue = "10s",
            description = "How long connecting to the server may take. Default: ${DEFAULT-VALUE}.")
    private Duration connectTimeout;

    @Option(names = "--grace", paramLabel = "TIME", converter = TimeSpan.class,
            defaultValue = "5s",
            description = "How long connections may take to end when the proxy stops; 0 for no "
                + "time at all. Default: ${DEFAULT-VALUE}.")
    private Duration grace;

    @Option(names = "--admin", paramLabel = "ADDRESS",
            description = "Where ./rill top can look in, besides by process number: "
                + Endpoint.SYNTAX + "; none for nowhere at all. Whoever reaches it sees addresses "
                + "and numbers, no payload.")
    private String admin;

    @Option(names = "--json",
            description = "Say where it listens, and the summary, as one JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    ProxyCommand() {
        this(new KernelOptions());
    }

    /// For tests: another machine.
    ProxyCommand(KernelOptions kernels) {
        this.kernels = kernels;
    }

    @Override
    public Integer call() throws InterruptedException {
        EventLoopsOptions options = options();
        PrintWriter out = spec.commandLine().getOut();
        Console console = new Console(spec.commandLine().getErr(), Terminal.err());
        RateLimitedLog log = new RateLimitedLog(console::message);
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        try (Kernel kernel = kernels.open()) {
            long begin = System.nanoTime();
            ProxyServer proxy = start(kernel, options, log);
            stopOnSignal(proxy, exitCode);
            announce(out, console, kernel, proxy);
            watch(proxy, console);
            ProxyServer.Snapshot last = proxy.join();
            console.clear();
            log.flush();
            summarise(out, last, System.nanoTime() - begin);
            exitCode.complete(ExitCode.OK);
            return ExitCode.OK;
        } catch (KernelException e) {
            throw new CommandFailed(e.getMessage(), e);
        } finally {
            exitCode.complete(ExitCode.SOFTWARE);
        }
    }

    private EventLoopsOptions options() {
        require(loops >= 1 && loops <= LOOPS_MAX, "--loops", loops, "must be 1 to " + LOOPS_MAX);
        require(connectionsMax >= 1 && connectionsMax <= CLIENTS_MAX, "--connections-max",
                connectionsMax, "must be 1 to " + CLIENTS_MAX);
        require(!(server instanceof InetSocketAddress inet) || inet.getPort() != 0, "--connect",
                Endpoint.name(server), "nobody can be reached at port 0");
        require(unsentMax >= UNSENT_LEAST, "--unsent-max", unsentMax, "must be 4096 or more");
        try {
            BufferGroupOptions group = buffers.group();
            require(group.bufferSize() >= BUFFER_LEAST, "--buffer-size", group.bufferSize(),
                    "must be 256 or more");
            int each = (connectionsMax - 1) / loops + 1;
            EventLoopOptions loop = EventLoopOptions.defaults()
                    .withBuffers(group)
                    .withConnectionsMax(2 * Math.min(each + VISITORS, CLIENTS_MAX))
                    .withUnsent(unsentMax / 4, unsentMax)
                    .withTimeouts(idleTimeout, connectTimeout,
                            grace.isZero() ? Duration.ofMillis(1) : grace); // zero: at once
            return EventLoopsOptions.defaults().withCount(loops).withPin(pin).withLoop(loop);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void require(boolean right, String option, Object value, String rule) {
        if (!right) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '" + option + "': '" + value + "': " + rule);
        }
    }

    private ProxyServer.Admin admin(RateLimitedLog log) {
        if ("none".equals(admin)) {
            return ProxyServer.Admin.NONE;
        }
        try {
            return new ProxyServer.Admin(admin == null ? null : new Endpoint().convert(admin),
                    new AdminPlaces(System.getenv()), log);
        } catch (TypeConversionException e) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '--admin': " + e.getMessage(), e);
        }
    }

    private ProxyServer start(Kernel kernel, EventLoopsOptions options, RateLimitedLog log) {
        try {
            return ProxyServer.start(
                    new ProxyServer.Plan(kernel, listen, server, options, admin(log), log));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /// The JVM would end with the signal's number; an orderly stop ends with 0.
    private static void stopOnSignal(ProxyServer proxy, CompletableFuture<Integer> exitCode) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!exitCode.isDone()) {
                proxy.stop();
                Runtime.getRuntime().halt(exitCode.join());
            }
        }, "rill-stop"));
    }

    private void announce(PrintWriter out, Console console, Kernel kernel, ProxyServer proxy) {
        BufferGroupOptions group = buffers.group();
        String kind = group.ring().incremental() ? "incremental" : "whole";
        if (json) {
            out.println(new Json().put("event", "listening")
                    .put("address", Endpoint.name(proxy.address()))
                    .put("server", Endpoint.name(server))
                    .put("kernel", kernel.toString())
                    .put("because", kernels.because())
                    .put("loops", loops)
                    .put("buffers", group.buffers())
                    .put("bufferSize", group.bufferSize())
                    .put("incremental", group.ring().incremental())
                    .put("pid", ProcessHandle.current().pid())
                    .put("admin", proxy.admin().stream().map(Endpoint::name).toList()).line());
        } else {
            out.println("listening on " + Endpoint.name(proxy.address()) + ", carrying to "
                    + Endpoint.name(server) + " (" + KernelOptions.name(kernel) + ", "
                    + (loops == 1 ? "" : loops + " loops with ") + group.buffers() + " " + kind
                    + " buffers of " + Units.bytes(group.bufferSize()) + ")");
        }
        out.flush();
        proxy.stepDowns().forEach(missing -> console.message(missing.toString()));
    }

    /// Keeps the status line up to date, on a terminal, until the proxy has ended.
    private static void watch(ProxyServer proxy, Console console) throws InterruptedException {
        if (!console.isLive()) {
            return;
        }
        ProxyServer.Snapshot before = proxy.sample();
        long since = System.nanoTime();
        while (!proxy.joined(1, TimeUnit.SECONDS)) {
            ProxyServer.Snapshot now = proxy.sample();
            long time = System.nanoTime();
            console.status(status(before, now, time - since));
            before = now;
            since = time;
        }
    }

    private static String status(ProxyServer.Snapshot before, ProxyServer.Snapshot now,
            long nanos) {
        TcpProxy.Totals proxy = now.proxy();
        LoopStatistics loop = now.loop();
        return Units.count(proxy.open()) + " clients"
                + "  to server " + Units.rate(
                        proxy.bytesToServer() - before.proxy().bytesToServer(), nanos)
                + "  to clients " + Units.rate(
                        proxy.bytesToClient() - before.proxy().bytesToClient(), nanos)
                + "  buffers " + loop.buffersLent() + " lent " + loop.buffersHeld() + " held"
                + "  fill " + Units.percent(loop.bytesReceived(), loop.bytesUsedUp())
                + "  ENOBUFS " + Units.count(loop.exhaustions());
    }

    private void summarise(PrintWriter out, ProxyServer.Snapshot last, long nanos) {
        TcpProxy.Totals proxy = last.proxy();
        LoopStatistics loop = last.loop();
        long sent = Math.max(0, loop.bytesSent() - last.bytesTold());
        double perMegabyte = loop.bytesReceived() == 0 ? 0
                : loop.enters() * (double) (1 << 20) / loop.bytesReceived();
        if (json) {
            out.println(new Json().put("event", "summary").put("seconds", nanos / 1e9)
                    .put("served", proxy.served()).put("refused", proxy.refused())
                    .put("broken", proxy.broken())
                    .put("bytesToServer", proxy.bytesToServer())
                    .put("bytesToClient", proxy.bytesToClient())
                    .put("bytesSent", sent)
                    .put("bytesDiscarded", loop.bytesDiscarded())
                    .put("fillRatio", loop.fillRatio())
                    .put("enobufs", loop.exhaustions())
                    .put("rescues", loop.rescues()).put("rescuedBytes", loop.rescuedBytes())
                    .put("copyMemory", loop.copyMemory())
                    .put("systemCalls", loop.enters())
                    .put("systemCallsPerMiB", perMegabyte).line());
            out.flush();
            return;
        }
        out.printf("%nserved %s clients in %s; %s refused by the server, %s broken off%n",
                Units.count(proxy.served()), Units.duration(nanos),
                Units.count(proxy.refused()), Units.count(proxy.broken()));
        out.printf("carried %s to the server and %s back; %s sent, %s discarded%n",
                Units.bytes(proxy.bytesToServer()), Units.bytes(proxy.bytesToClient()),
                Units.bytes(sent), Units.bytes(loop.bytesDiscarded()));
        out.printf("receive memory %s (filled %s of what was used up), ENOBUFS %s, rescues %s%n",
                Units.bytes(loops * buffers.group().byteSize()),
                Units.percent(loop.bytesReceived(), loop.bytesUsedUp()),
                Units.count(loop.exhaustions()), Units.count(loop.rescues()));
        out.printf("%s system calls, %.1f for each MiB received%n",
                Units.count(loop.enters()), perMegabyte);
        out.flush();
    }
}
