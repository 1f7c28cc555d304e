package dev.rill.tool;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// An address as people write it: `HOST:PORT`, `[IPV6]:PORT`, `:PORT` for all interfaces, or
/// `unix:PATH`.
final class Endpoint implements ITypeConverter<SocketAddress> {

    static final String SYNTAX = "HOST:PORT, [IPV6]:PORT or unix:PATH";

    private static final String UNIX = "unix:";
    private static final int UNIX_PATH_MAX = 107;

    @Override
    public SocketAddress convert(String text) {
        if (text.startsWith(UNIX)) {
            return unix(text, text.substring(UNIX.length()));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw wrong(text, "the port is missing");
        }
        return new InetSocketAddress(host(text, text.substring(0, colon)),
                port(text, text.substring(colon + 1)));
    }

    /// The way back, short.
    static String name(SocketAddress address) {
        return switch (address) {
            case UnixDomainSocketAddress unix -> UNIX + unix.getPath();
            case InetSocketAddress inet when inet.getAddress().getAddress().length == 16 ->
                "[" + inet.getAddress().getHostAddress() + "]:" + inet.getPort();
            case InetSocketAddress inet ->
                inet.getAddress().getHostAddress() + ":" + inet.getPort();
            default -> address.toString();
        };
    }

    private static SocketAddress unix(String text, String path) {
        int length = path.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > UNIX_PATH_MAX) {
            throw wrong(text, "a Unix socket's path has 1 to " + UNIX_PATH_MAX + " bytes");
        }
        return UnixDomainSocketAddress.of(Path.of(path));
    }

    private static InetAddress host(String text, String host) {
        String name = host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1) : host;
        if (name.indexOf(':') >= 0 && !host.startsWith("[")) {
            throw wrong(text, "an IPv6 address needs brackets");
        }
        try {
            return InetAddress.getByName(name.isEmpty() || name.equals("*") ? "0.0.0.0" : name);
        } catch (UnknownHostException e) {
            throw wrong(text, "unknown host '" + name + "'");
        }
    }

    private static int port(String text, String port) {
        try {
            int number = Integer.parseInt(port);
            if (number >= 0 && number <= 65535) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(text, "the port '" + port + "' is not a number from 0 to 65535");
    }

    private static TypeConversionException wrong(String text, String why) {
        return new TypeConversionException("'" + text + "' is no address: " + why + " (" + SYNTAX
                + ")");
    }
}
