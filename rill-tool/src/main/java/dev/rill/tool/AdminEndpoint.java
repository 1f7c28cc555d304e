package dev.rill.tool;

import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.net.EventLoop;
import dev.rill.ring.Received;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/// Tells whoever connects how the loop stands, by its own means: a line at once, and then one after
/// the other. It does not wait to be asked, because asking takes a receive buffer, and it is when
/// there is none that one wants to look. Who does not read is told no more until it does.
///
/// A visitor may send how many milliseconds should lie between the lines, as digits and a line
/// feed; for anything else it is shown the door.
///
/// Belongs to the loop's thread.
final class AdminEndpoint implements ConnectionHandler {

    static final int MILLIS_MIN = 50;
    static final int MILLIS_MAX = 3_600_000;

    private static final int MILLIS_AT_FIRST = 200;

    private final EventLoop loop;
    private final Supplier<Json> report;
    private long bytesTold;

    AdminEndpoint(EventLoop loop, Supplier<Json> report) {
        this.loop = loop;
        this.report = report;
    }

    /// How many bytes visitors were sent or, where they went away before, should have been.
    long bytesTold() {
        return bytesTold;
    }

    @Override
    public void opened(Connection connection) {
        Visitor visitor = new Visitor(connection);
        connection.handler(visitor);
        visitor.tell();
    }

    @Override
    public void received(Connection connection, Received data) {
        throw new AssertionError(connection + " has not been given to a visitor");
    }

    /// One who looks.
    private final class Visitor implements ConnectionHandler {

        private final Connection connection;
        private int millis = MILLIS_AT_FIRST;
        /// Of the number that is just coming in; -1 before its first digit.
        private int number = -1;

        Visitor(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void received(Connection from, Received data) {
            for (int i = 0; i < data.length(); i++) {
                byte c = data.get(i);
                if (c >= '0' && c <= '9') {
                    number = Math.max(number, 0) * 10 + c - '0';
                } else if (c == '\n' && number >= 0) {
                    millis = Math.max(number, MILLIS_MIN);
                    number = -1;
                } else if (c != '\r') {
                    number = MILLIS_MAX + 1;
                }
                if (number > MILLIS_MAX) {
                    connection.close();
                    return;
                }
            }
        }

        private void tell() {
            if (!connection.isOpen()) {
                return;
            }
            if (connection.unsent() == 0) {
                byte[] line = (report.get().line() + "\n").getBytes(StandardCharsets.UTF_8);
                bytesTold += line.length;
                connection.send(line);
            }
            loop.schedule(Duration.ofMillis(millis), this::tell);
        }
    }
}
