package dev.rill.benchmarks;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import dev.rill.net.BufferLayout;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.net.EventLoopOptions;
import dev.rill.net.LoopStatistics;
import dev.rill.ring.BufferGroupOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What the shape of the receive memory costs: the server's processor time for each load and each
/// geometry, in interleaved rounds.
///
/// All servers stand there for the whole time, each with an event loop and a thread of its own;
/// the loads go through one after the other. What is measured is the time of the server's thread
/// alone: clients run in the same process and do not count.
public final class BufferGeometry {

    private static final int KIB = 1024;
    private static final int WARM_UPS = 2;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /// One geometry: `64x256K` for all of it at once, `64x256K/4` for four at a time that grow,
    /// `c64x16K` for whole buffers, `64x256K+100x2x16K` for a hundred connections with a group of
    /// their own, `c64x16K+c512x2K` for size classes.
    private record Server(String name, EventLoop loop, Thread thread, int sink, int echo) {

        static Server start(Kernel kernel, String name) throws InterruptedException {
            EventLoopOptions options = options(name);
            List<Server> started = new ArrayList<>();
            Thread thread = Thread.ofPlatform().daemon().name(name).start(() -> {
                EventLoop loop = EventLoop.open(kernel, options);
                int sink = listen(loop, (_, _) -> { });
                int echo = listen(loop, Connection::send);
                synchronized (started) {
                    started.add(new Server(name, loop, Thread.currentThread(), sink, echo));
                    started.notifyAll();
                }
                loop.run();
            });
            synchronized (started) {
                while (started.isEmpty()) {
                    started.wait();
                }
            }
            return new Server(name, started.getFirst().loop, thread, started.getFirst().sink,
                    started.getFirst().echo);
        }

        private static EventLoopOptions options(String name) {
            String[] groups = name.split("\\+");
            EventLoopOptions options = EventLoopOptions.defaults().withBuffers(group(groups[0]));
            if (groups.length == 1) {
                return options;
            }
            String[] own = groups[1].split("x", 2);
            if (own[1].contains("x")) {
                return options.withLayout(BufferLayout.perConnection(Integer.parseInt(own[0]),
                        group(own[1])));
            }
            return options.withLayout(BufferLayout.sizeClasses(Arrays.stream(groups).skip(1)
                    .map(Server::group).toArray(BufferGroupOptions[]::new)));
        }

        private static BufferGroupOptions group(String text) {
            boolean classic = text.startsWith("c");
            String[] parts = text.substring(classic ? 1 : 0).split("[x/]");
            int buffers = Integer.parseInt(parts[0]);
            int size = Integer.parseInt(parts[1].replace("K", "")) * KIB;
            BufferGroupOptions options = classic ? BufferGroupOptions.classic(0, buffers, size)
                    : BufferGroupOptions.incremental(0, buffers, size);
            return parts.length < 3 ? options
                    : options.growing(Integer.parseInt(parts[2]), Integer.parseInt(parts[2]));
        }

        private static int listen(EventLoop loop, ConnectionHandler handler) {
            return ((InetSocketAddress) loop.listen(new InetSocketAddress("127.0.0.1", 0), handler)
                    .address()).getPort();
        }

        long cpuNanos() {
            return THREADS.getThreadCpuTime(thread.threadId());
        }
    }

    /// What a load came to: how many units the server's processor time is divided by.
    private interface Load {
        double run(Server server) throws Exception;
    }

    private record NamedLoad(String name, String unit, double scale, Load load) {
    }

    private final ExecutorService clients = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().factory());

    private BufferGeometry() {
    }

    /// Measures and prints a table.
    ///
    /// @param args ROUNDS GEOMETRY..., such as `5 16x256K 64x256K/4`
    /// @throws Exception when something cannot be carried
    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            System.err.println("BufferGeometry needs ROUNDS GEOMETRY..., such as: 5 16x256K"
                    + " 64x256K/4");
            System.exit(2);
        }
        int rounds = Integer.parseInt(args[0]);
        try (Kernel kernel = Kernels.best()) {
            List<Server> servers = new ArrayList<>();
            for (String name : Arrays.copyOfRange(args, 1, args.length)) {
                servers.add(Server.start(kernel, name));
            }
            new BufferGeometry().measure(servers, rounds);
            System.exit(0); // the loops are daemons and hold nothing that outlives the process
        }
    }

    private List<NamedLoad> loads() {
        return List.of(
                new NamedLoad("flood x1", "s/GiB", 1e-9, server -> flood(server, 1)),
                new NamedLoad("flood x8", "s/GiB", 1e-9, server -> flood(server, 8)),
                new NamedLoad("flood x50", "s/GiB", 1e-9, server -> flood(server, 50)),
                new NamedLoad("echo 1K", "us/msg", 1e-3, server -> echo(server, KIB, 400)),
                new NamedLoad("echo 16K", "us/msg", 1e-3, server -> echo(server, 16 * KIB, 200)),
                new NamedLoad("echo 64K", "us/msg", 1e-3, server -> echo(server, 64 * KIB, 60)));
    }

    private void measure(List<Server> servers, int rounds) throws Exception {
        List<NamedLoad> loads = loads();
        double[][][] results = new double[loads.size()][servers.size()][rounds];
        for (int round = -WARM_UPS; round < rounds; round++) {
            for (int i = 0; i < loads.size(); i++) {
                NamedLoad load = loads.get(i);
                for (int j = 0; j < servers.size(); j++) {
                    Server server = servers.get(j);
                    long before = server.cpuNanos();
                    double units = load.load.run(server);
                    double cost = (server.cpuNanos() - before) * load.scale / units;
                    System.out.printf("%s %d  %s  %s  %.3f %s%n",
                            round < 0 ? "warm-up" : "round", round + (round < 0 ? 3 : 1),
                            load.name, server.name, cost, load.unit);
                    if (round >= 0) {
                        results[i][j][round] = cost;
                    }
                }
            }
        }
        table(servers, loads, results);
    }

    private static void table(List<Server> servers, List<NamedLoad> loads, double[][][] results)
            throws Exception {
        System.out.printf("%n%-24s", "geometry");
        loads.forEach(load -> System.out.printf("%22s", load.name + " " + load.unit));
        System.out.printf("%12s%12s%12s%12s%n", "allocated", "lent", "ENOBUFS", "filled");
        for (int j = 0; j < servers.size(); j++) {
            Server server = servers.get(j);
            System.out.printf("%-24s", server.name);
            for (double[][] load : results) {
                double[] sorted = load[j].clone();
                Arrays.sort(sorted);
                System.out.printf("%22s", "%.3f (%.3f-%.3f)".formatted(sorted[sorted.length / 2],
                        sorted[0], sorted[sorted.length - 1]));
            }
            LoopStatistics all = server.loop.sample().get();
            System.out.printf("%12d%12d%12d%12.2f%n", all.group().allocated(),
                    all.group().wanted(), all.exhaustions(), all.fillRatio());
        }
    }

    /// One GiB into a sink.
    ///
    /// @return GiB
    private double flood(Server server, int connections) throws Exception {
        long each = (1L << 30) / connections;
        List<Callable<Void>> writers = new ArrayList<>();
        int threads = Math.min(connections, 2);
        for (int t = 0; t < threads; t++) {
            int mine = connections / threads;
            writers.add(() -> {
                write(server.sink, mine, each);
                return null;
            });
        }
        runAll(writers);
        return 1;
    }

    /// Round robin, without blocking on one that is full.
    private static void write(int port, int connections, long each) throws IOException {
        SocketChannel[] channels = connect(port, connections);
        ByteBuffer block = ByteBuffer.allocateDirect(256 * KIB);
        long[] left = new long[connections];
        Arrays.fill(left, each);
        int open = connections;
        for (SocketChannel channel : channels) {
            channel.configureBlocking(connections == 1);
        }
        while (open > 0) {
            boolean progress = false;
            for (int i = 0; i < connections; i++) {
                if (left[i] > 0) {
                    block.clear().limit((int) Math.min(block.capacity(), left[i]));
                    int written = channels[i].write(block);
                    left[i] -= written;
                    progress |= written > 0;
                    open -= left[i] == 0 ? 1 : 0;
                }
            }
            if (!progress) {
                Thread.yield();
            }
        }
        finish(channels);
    }

    /// Fifty connections that ask and wait for the answer.
    ///
    /// @return messages
    private double echo(Server server, int size, int times) throws Exception {
        int connections = 50;
        runAll(List.of(() -> {
            SocketChannel[] channels = connect(server.echo, connections);
            ByteBuffer block = ByteBuffer.allocateDirect(size);
            for (int i = 0; i < times; i++) {
                for (SocketChannel channel : channels) {
                    block.clear();
                    while (block.hasRemaining()) {
                        channel.write(block);
                    }
                }
                for (SocketChannel channel : channels) {
                    block.clear();
                    while (block.hasRemaining() && channel.read(block) >= 0) {
                        continue;
                    }
                }
            }
            finish(channels);
            return null;
        }));
        return (double) connections * times;
    }

    private void runAll(List<Callable<Void>> tasks) throws Exception {
        for (Future<Void> future : clients.invokeAll(tasks)) {
            future.get();
        }
    }

    private static SocketChannel[] connect(int port, int count) throws IOException {
        SocketChannel[] channels = new SocketChannel[count];
        for (int i = 0; i < count; i++) {
            channels[i] = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        }
        return channels;
    }

    /// Waits until the server has read everything and ended as well.
    private static void finish(SocketChannel[] channels) throws IOException {
        ByteBuffer rest = ByteBuffer.allocate(KIB);
        for (SocketChannel channel : channels) {
            channel.configureBlocking(true);
            channel.shutdownOutput();
        }
        for (SocketChannel channel : channels) {
            while (channel.read(rest.clear()) >= 0) {
                continue;
            }
            channel.close();
        }
    }
}
