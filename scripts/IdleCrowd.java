import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// A crowd of connections that do nothing most of the time, and the origin at their far end. Each
/// is a process of its own, as each needs a descriptor per connection.
///
/// ```
/// IdleCrowd origin HOST PORT
/// IdleCrowd crowd HOST PORT COUNT SAMPLE IDLE_SECONDS PROXY_PID
/// ```
///
/// The origin greets everyone, so that the crowd knows when a connection is open all the way,
/// and then echoes. The crowd prints a line per step, its fields separated by tabs: the step, what
/// came of it, the proxy's resident memory in KiB, and a verdict.
final class IdleCrowd {

    private static final int GREETING = 'R';
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int BACKLOG = 4096;

    /// How many connections are opened, or exchange something, at the same time.
    private static final int BUSY_MAX = 256;

    private static final int MESSAGE_SIZE_MAX = 4096;

    private final InetSocketAddress address;
    private final int proxyPid;
    private final List<Member> members = Collections.synchronizedList(new ArrayList<>());

    private IdleCrowd(InetSocketAddress address, int proxyPid) {
        this.address = address;
        this.proxyPid = proxyPid;
    }

    public static void main(String[] args) throws Exception {
        InetSocketAddress address = new InetSocketAddress(args[1], Integer.parseInt(args[2]));
        if (args[0].equals("origin")) {
            serve(address);
        } else {
            new IdleCrowd(address, Integer.parseInt(args[6])).run(Integer.parseInt(args[3]),
                Integer.parseInt(args[4]), Integer.parseInt(args[5]));
        }
    }

    // The origin.

    private static void serve(InetSocketAddress address) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(address, BACKLOG);
            while (true) {
                Socket socket = server.accept();
                Thread.startVirtualThread(() -> echo(socket));
            }
        }
    }

    private static void echo(Socket socket) {
        byte[] bytes = new byte[1024];
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(GREETING);
            InputStream in = socket.getInputStream();
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                socket.getOutputStream().write(bytes, 0, n);
            }
        } catch (IOException _) {
            // The crowd finds out what is missing.
        }
    }

    // The crowd.

    private void run(int count, int sampleSize, int idleSeconds) throws Exception {
        report("before", "no connection", null);
        List<Integer> everyone = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            everyone.add(i);
        }
        boolean open = step("open", everyone, this::join);
        if (open) {
            Thread.sleep(idleSeconds * 1000L);
            report("idle for " + idleSeconds + " s", members.size() + " connections", null);
            List<Member> sample = new ArrayList<>(members);
            Collections.shuffle(sample, new Random(count));
            step("a message on some", sample.subList(0, Math.min(sampleSize, count)),
                member -> exchange(member, 1));
            step("a message on all", List.copyOf(members), member -> exchange(member, 2));
            step("close all", List.copyOf(members), IdleCrowd::leave);
        }
    }

    private void join(int index) throws IOException {
        Socket socket = new Socket();
        Member member = new Member(index, socket);
        members.add(member);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(address, TIMEOUT_MILLIS);
        int greeting = socket.getInputStream().read();
        if (greeting != GREETING) {
            throw new IOException("greeted with " + greeting);
        }
    }

    /// Sends bytes that no other connection or round sends, and reads them back.
    private static void exchange(Member member, int round) throws IOException {
        Random random = new Random(31L * member.index + round);
        byte[] message = new byte[1 + random.nextInt(MESSAGE_SIZE_MAX)];
        random.nextBytes(message);
        member.socket.getOutputStream().write(message);
        byte[] echo = member.socket.getInputStream().readNBytes(message.length);
        int wrong = Arrays.mismatch(message, echo);
        if (wrong >= 0) {
            throw new IOException("connection " + member.index + ": byte " + wrong + " of "
                + message.length + (wrong == echo.length ? " did not come" : " is wrong"));
        }
    }

    private static void leave(Member member) throws IOException {
        try (Socket socket = member.socket) {
            socket.shutdownOutput();
            int last = socket.getInputStream().read();
            if (last >= 0) {
                throw new IOException("connection " + member.index + ": more than was sent");
            }
        }
    }

    /// Does the same with many, some of them at a time, and reports how many succeeded.
    private <T> boolean step(String name, List<T> all, Task<T> task) throws Exception {
        long from = System.nanoTime();
        AtomicInteger succeeded = new AtomicInteger();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Semaphore busy = new Semaphore(BUSY_MAX);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (T one : all) {
                busy.acquire();
                executor.execute(() -> {
                    try {
                        task.run(one);
                        succeeded.incrementAndGet();
                    } catch (IOException | RuntimeException e) {
                        failure.compareAndSet(null, e);
                    } finally {
                        busy.release();
                    }
                });
            }
        }
        double seconds = (System.nanoTime() - from) / 1e9;
        report(name, "%d of %d in %.1f s".formatted(succeeded.get(), all.size(), seconds),
            failure.get());
        return failure.get() == null;
    }

    private void report(String step, String result, Exception failure) {
        String verdict = failure == null ? "ok" : failure.toString();
        System.out.println(String.join("\t", step, result, Long.toString(proxyMemoryKib()),
            verdict));
    }

    private long proxyMemoryKib() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + proxyPid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException _) {
            // It is gone; the steps will say so.
        }
        return 0;
    }

    private record Member(int index, Socket socket) {
    }

    private interface Task<T> {
        void run(T one) throws IOException;
    }
}
