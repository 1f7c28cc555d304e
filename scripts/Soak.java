import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// The origin and the crowd of scripts/soak: connections without end through a proxy between them,
/// most of them well behaved, some not, every byte compared at both ends.
///
/// A connection begins with 32 bytes: the seed of its bytes, how many go up, how many come down,
/// and after how many of those the origin shall cut it off; or -1, or -2 when the client will go
/// away early. Both directions go at once.
final class Soak {

    private static final int BLOCK = 1 << 20;
    private static final int PIECE = 64 * 1024;
    private static final int HEADER = 32;
    private static final int SIZE_MAX_LOG2 = 24;
    private static final int EPOCH_SECONDS = 60;
    private static final int DRAIN_SECONDS = 30;
    private static final double GROWTH_MAX = 1.05;

    /// What a client does. The first ones shall be complete.
    private enum Mode {
        PLAIN, DRIBBLE, SLOW, RESET, VANISH, ORIGIN_CUTS;

        boolean isComplete() {
            return ordinal() <= SLOW.ordinal();
        }
    }

    /// Random bytes, twice, so that a piece that begins anywhere in the first half is in one piece.
    private final byte[] bytes = new byte[2 * BLOCK];
    private final InetSocketAddress proxy;
    private final ServerSocketChannel origin;
    private final Path process;
    private final int clients;
    private final LongAdder verified = new LongAdder();
    private final LongAdder[] modes = Stream.generate(LongAdder::new).limit(Mode.values().length)
            .toArray(LongAdder[]::new);
    private final AtomicReference<String> failure = new AtomicReference<>();

    private Soak(InetSocketAddress proxy, ServerSocketChannel origin, String pid, int clients,
            long seed) {
        this.proxy = proxy;
        this.origin = origin;
        this.clients = clients;
        process = Path.of("/proc", pid);
        new SplittableRandom(seed).nextBytes(bytes);
        System.arraycopy(bytes, 0, bytes, BLOCK, BLOCK);
    }

    /// HOST PROXY_PORT ORIGIN_PORT PROXY_PID CLIENTS SECONDS GIB SEED; a line for each epoch.
    public static void main(String[] args) throws Exception {
        ServerSocketChannel origin = ServerSocketChannel.open()
                .bind(new InetSocketAddress(args[0], Integer.parseInt(args[2])), 4096);
        Soak soak = new Soak(new InetSocketAddress(args[0], Integer.parseInt(args[1])), origin,
                args[3], Integer.parseInt(args[4]), Long.parseLong(args[7]));
        Thread.ofPlatform().daemon().start(soak::accept);
        soak.run(Integer.parseInt(args[5]), Long.parseLong(args[6]) << 30, Long.parseLong(args[7]));
    }

    // ---- epochs ------------------------------------------------------------------------------

    private void run(int seconds, long bytesMax, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> memory = new ArrayList<>();
        int before = descriptors();
        long start = System.nanoTime();
        boolean good = true;
        for (int epoch = 1; good; epoch++) {
            long left = seconds - TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            if (left <= 0 || verified.sum() >= bytesMax) {
                break;
            }
            epoch(Math.min(left, EPOCH_SECONDS), bytesMax, random);
            int after = drained(before);
            memory.add(rssKib());
            good = failure.get() == null && after <= before;
            print("epoch " + epoch, "%.1f GiB, %d descriptors of %d".formatted(
                    verified.sum() / 1073741824.0, after, before), memory.getLast(),
                    failure.get() != null ? failure.get() : good ? "ok" : "descriptors leak");
        }
        StringBuilder counts = new StringBuilder();
        for (Mode mode : Mode.values()) {
            counts.append(counts.isEmpty() ? "" : ", ").append(modes[mode.ordinal()].sum())
                    .append(' ').append(mode.name().toLowerCase().replace('_', ' '));
        }
        print("connections", counts.toString(), memory.getLast(), "ok");
        flat(memory);
    }

    /// The first epochs do not count: the JVM compiles, and the memory it needs gets resident.
    private static void flat(List<Long> memory) {
        int third = memory.size() / 3;
        if (third == 0) {
            print("memory", "too few epochs to tell", memory.getLast(), "ok");
            return;
        }
        long early = median(memory.subList(third, 2 * third));
        long late = median(memory.subList(2 * third, memory.size()));
        print("memory", "%d MiB in the second third, %d MiB in the last".formatted(early >> 10,
                late >> 10), memory.getLast(), late <= early * GROWTH_MAX ? "ok" : "it grows");
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private void epoch(long seconds, long bytesMax, SplittableRandom random) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        CountDownLatch done = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            SplittableRandom own = random.split();
            Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < end && failure.get() == null
                        && verified.sum() < bytesMax) {
                    client(own);
                }
                done.countDown();
            });
        }
        if (!done.await(seconds + 120, TimeUnit.SECONDS)) {
            failure.compareAndSet(null, done.getCount() + " clients hang");
        }
    }

    private static void print(String step, String result, long kib, String verdict) {
        System.out.println(step + "\t" + result + "\t" + kib + "\t" + verdict);
    }

    private int descriptors() throws IOException {
        try (Stream<Path> open = Files.list(process.resolve("fd"))) {
            return (int) open.count();
        }
    }

    /// How many descriptors the proxy has once those of its last connections are closed.
    private int drained(int expected) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
        int open = descriptors();
        while (open > expected && System.nanoTime() < end) {
            Thread.sleep(50);
            open = descriptors();
        }
        return open;
    }

    private long rssKib() throws IOException {
        for (String line : Files.readAllLines(process.resolve("status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no VmRSS of " + process);
    }

    // ---- the crowd ---------------------------------------------------------------------------

    private void client(SplittableRandom random) {
        int dice = random.nextInt(100);
        Mode mode = dice < 80 ? Mode.PLAIN : dice < 84 ? Mode.DRIBBLE : dice < 88 ? Mode.SLOW
                : dice < 92 ? Mode.RESET : dice < 96 ? Mode.VANISH : Mode.ORIGIN_CUTS;
        long up = mode == Mode.DRIBBLE ? 1 + random.nextInt(200) : size(random);
        long down = mode == Mode.SLOW ? 1 + random.nextInt(1 << 19) : size(random);
        long seed = random.nextLong();
        boolean leaves = mode == Mode.RESET || mode == Mode.VANISH;
        long stop = leaves ? random.nextLong(up + 1) : Long.MAX_VALUE;
        long cut = mode == Mode.ORIGIN_CUTS ? random.nextLong(down + 1) : leaves ? -2 : -1;
        ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(seed).putLong(up).putLong(down).putLong(cut).flip();
        modes[mode.ordinal()].increment();
        try (SocketChannel channel = SocketChannel.open(proxy)) {
            channel.write(header);
            Thread reader = Thread.ofVirtual().start(() -> {
                String problem = receive(channel, down, place(seed, 1), mode == Mode.SLOW,
                        mode.isComplete());
                if (problem != null) {
                    failure.compareAndSet(null, mode + " client: " + problem);
                }
            });
            send(channel, Math.min(up, stop), place(seed, 0), mode == Mode.DRIBBLE);
            end(channel, leaves, mode == Mode.RESET);
            reader.join();
        } catch (IOException e) {
            if (mode.isComplete()) {
                failure.compareAndSet(null, mode + " client: " + e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Any size, each power of two as often as the others.
    private static long size(SplittableRandom random) {
        return 1 + random.nextLong(1L << random.nextInt(SIZE_MAX_LOG2 + 1));
    }

    private static int place(long seed, int direction) {
        return (int) (Long.rotateLeft(seed, 20 * direction) & BLOCK - 1);
    }

    // ---- the origin --------------------------------------------------------------------------

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = origin.accept();
                Thread.ofVirtual().start(() -> serve(channel));
            }
        } catch (IOException e) {
            failure.compareAndSet(null, "the origin: " + e);
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining()) {
                if (channel.read(header) < 0) {
                    return; // the client went away
                }
            }
            header.flip();
            long seed = header.getLong();
            long up = header.getLong();
            long down = header.getLong();
            long cut = header.getLong();
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    send(channel, cut < 0 ? down : cut, place(seed, 1), false);
                    end(channel, cut >= 0, cut >= 0);
                } catch (IOException e) {
                    // the client has gone, and misses the rest if it should not have
                }
            });
            String problem = receive(channel, up, place(seed, 0), false, cut == -1);
            if (problem != null) {
                failure.compareAndSet(null, "the origin: " + problem);
            }
            sender.join();
        } catch (IOException e) {
            // the client has gone before it had said anything
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- bytes -------------------------------------------------------------------------------

    /// Says that nothing more comes, or goes away, with a reset or without.
    private static void end(SocketChannel channel, boolean away, boolean reset)
            throws IOException {
        if (reset) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        if (away) {
            channel.close();
        } else {
            channel.shutdownOutput();
        }
    }

    private void send(SocketChannel channel, long count, int place, boolean single)
            throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        for (long at = 0; at < count;) {
            int from = (int) (place + at & BLOCK - 1);
            int length = single ? 1 : (int) Math.min(PIECE, count - at);
            all.limit(from + length).position(from);
            at += channel.write(all);
        }
    }

    /// Compares what comes.
    ///
    /// @param complete whether all of it must come, and then the end
    /// @return what is wrong, or null
    private String receive(SocketChannel channel, long count, int place, boolean slow,
            boolean complete) {
        byte[] got = new byte[slow ? 4096 : PIECE];
        ByteBuffer into = ByteBuffer.wrap(got);
        long at = 0;
        try {
            while (true) {
                int length = channel.read(into.clear());
                if (length < 0) {
                    return complete && at < count ? "the end after " + at + " of " + count : null;
                }
                int from = (int) (place + at & BLOCK - 1);
                int wrong = Arrays.mismatch(got, 0, length, bytes, from, from + length);
                if (wrong >= 0 || at + length > count) {
                    return "byte " + (at + Math.max(wrong, 0)) + " of " + count + " is wrong";
                }
                at += length;
                verified.add(length);
                if (slow) {
                    Thread.sleep(ThreadLocalRandom.current().nextInt(3));
                }
            }
        } catch (IOException e) {
            return complete ? e + " after " + at + " of " + count : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
