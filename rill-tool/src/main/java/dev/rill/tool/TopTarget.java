package dev.rill.tool;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What is to be looked into: a process, or an address where one listens for that.
///
/// @param name as it was written
/// @param pid the process; 0 when an address was given
/// @param address the address; null when a process was given
record TopTarget(String name, long pid, SocketAddress address) {

    /// Reads `PID`, `HOST:PORT` or `unix:PATH`.
    static final class Converter implements ITypeConverter<TopTarget> {
        @Override
        public TopTarget convert(String text) {
            if (text.matches("[1-9][0-9]{0,17}")) {
                return new TopTarget(text, Long.parseLong(text), null);
            }
            try {
                SocketAddress address = new Endpoint().convert(text);
                if (!(address instanceof InetSocketAddress inet) || inet.getPort() != 0) {
                    return new TopTarget(text, 0, address);
                }
            } catch (TypeConversionException e) {
                if (text.contains(":")) {
                    throw e;
                }
            }
            throw new TypeConversionException("'" + text + "' is neither a process number nor an"
                    + " address (" + Endpoint.SYNTAX + ")");
        }
    }

    /// The only one there is.
    ///
    /// @throws CommandFailed when there is none, or when there are several
    static TopTarget only(AdminPlaces places) {
        List<Long> running = places.running();
        if (running.size() == 1) {
            return new TopTarget(running.getFirst().toString(), running.getFirst(), null);
        }
        throw new CommandFailed(running.isEmpty()
                ? "no ./rill proxy or ./rill demo of this user is running: start one, or name the"
                    + " --admin address of one"
                : "which one? There are " + running.stream().map(pid -> "./rill top " + pid)
                    .collect(Collectors.joining(", ")));
    }

    /// Where to connect to.
    ///
    /// @throws CommandFailed when the process cannot be looked into
    SocketAddress resolve(AdminPlaces places) {
        if (address != null) {
            return address;
        }
        Optional<Path> socket = places.of(pid).stream().filter(Files::exists).findFirst();
        if (socket.isPresent()) {
            return UnixDomainSocketAddress.of(socket.get());
        }
        if (ProcessHandle.of(pid).isEmpty()) {
            throw new CommandFailed("there is no process " + pid);
        }
        throw new CommandFailed("process " + pid + " cannot be looked into: it is no ./rill proxy"
                + " and no ./rill demo, belongs to another user, or has been told --admin none."
                + " Where a proxy was started with --admin HOST:PORT, name that instead");
    }

    /// Whether what was to be looked into is still there, as far as one can know.
    boolean mayComeBack() {
        return pid != 0 && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Override
    public String toString() {
        return pid != 0 ? "process " + name : name;
    }
}
