package dev.rill.tool;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The server behind the demo's proxy: verifies what each client sends and answers every message
/// with another. Plain sockets, nothing of Rill, a virtual thread for each connection.
final class DemoOrigin implements AutoCloseable {

    private static final int BACKLOG = 4096;

    private final DemoLedger ledger;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closing;

    /// Starts to listen on loopback.
    DemoOrigin(DemoLedger ledger) throws IOException {
        this.ledger = ledger;
        server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /// Breaks what is still open, and waits until everything is noted in the ledger.
    @Override
    public void close() throws IOException {
        closing = true;
        server.close();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
                breakOff();
                threads.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Closes all connections now.
    void breakOff() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            if (!closing) {
                ledger.fail("the origin cannot accept: " + e.getMessage());
            }
        }
    }

    private void serve(Socket accepted) {
        try (Socket socket = accepted) {
            socket.setTcpNoDelay(true);
            converseOrReport(socket);
        } catch (IOException e) {
            ledger.fail("a connection broke, as the origin saw it: " + e.getMessage());
        } finally {
            open.remove(accepted);
        }
    }

    /// What is wrong is noted before the socket is closed: the client stumbles over that.
    private void converseOrReport(Socket socket) throws IOException {
        try {
            converse(socket);
        } catch (SeededReceiver.Wrong e) {
            ledger.fail(e.getMessage());
        }
    }

    private void converse(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] start = in.readNBytes(DemoHeader.SIZE);
        DemoHeader header = DemoHeader.read(start);
        if (header == null) {
            throw new SeededReceiver.Wrong("a connection reached the origin with a wrong header: "
                    + (start.length == 0 ? "nothing" : HexFormat.of().formatHex(start)));
        }
        ledger.toOrigin.verified.add(start.length);
        SeededReceiver requests = new SeededReceiver(header + ", to the origin", in,
                header.requestBytes(), ledger.toOrigin.verified);
        SeededSender answers = new SeededSender(socket.getOutputStream(),
                header.answerBytes(), ledger.toClients.sent);
        DemoHeader.Sizes requestSizes = header.requestSizes();
        DemoHeader.Sizes answerSizes = header.answerSizes();
        long answered = 0;
        long end = requestSizes.next();
        while (requests.receive()) {
            while (requests.position() >= end) {
                answers.send(answerSizes.next());
                answered = end;
                end += requestSizes.next();
            }
        }
        if (requests.position() != answered) {
            throw new SeededReceiver.Wrong(header + ", to the origin, byte " + requests.position()
                    + ": the end, " + (end - requests.position())
                    + " bytes before the end of a message");
        }
        socket.shutdownOutput();
        ledger.endedAtOrigin.increment();
    }
}
