package dev.rill.engine;

import dev.rill.abi.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Locale;
import java.util.Map;

/// What an exception of `java.nio` is called in C.
///
/// Java has few types for it; the rest is in the text that the C library gave. That text may be in
/// the user's language, so what it does not tell comes from the call that failed.
final class NioErrors {

    private static final Map<String, Integer> TEXTS = Map.ofEntries(
            Map.entry("connection reset", Errno.ECONNRESET),
            Map.entry("broken pipe", Errno.EPIPE),
            Map.entry("connection refused", Errno.ECONNREFUSED),
            Map.entry("timed out", Errno.ETIMEDOUT),
            Map.entry("no route to host", Errno.EHOSTUNREACH),
            Map.entry("network is unreachable", Errno.ENETUNREACH),
            Map.entry("network is down", Errno.ENETDOWN),
            Map.entry("cannot assign requested address", Errno.EADDRNOTAVAIL),
            Map.entry("can't assign requested address", Errno.EADDRNOTAVAIL),
            Map.entry("address already in use", Errno.EADDRINUSE),
            Map.entry("permission denied", Errno.EACCES),
            Map.entry("operation not permitted", Errno.EPERM),
            Map.entry("too many open files in system", Errno.ENFILE),
            Map.entry("too many open files", Errno.EMFILE),
            Map.entry("no such file or directory", Errno.ENOENT),
            Map.entry("not a directory", Errno.ENOTDIR),
            Map.entry("wrong type for socket", Errno.EPROTOTYPE),
            Map.entry("message too long", Errno.EMSGSIZE),
            Map.entry("no buffer space available", Errno.ENOBUFS),
            Map.entry("cannot allocate memory", Errno.ENOMEM),
            Map.entry("resource temporarily unavailable", Errno.EAGAIN),
            Map.entry("path too long", Errno.EINVAL),
            Map.entry("invalid argument", Errno.EINVAL));

    private NioErrors() {
    }

    /// @param usual what this kind of call fails with when the exception does not say
    /// @return an error number, positive
    static int errno(IOException failure, int usual) {
        String text = failure.getMessage() == null ? ""
                : failure.getMessage().toLowerCase(Locale.ROOT);
        int found = 0;
        int length = 0;
        for (Map.Entry<String, Integer> entry : TEXTS.entrySet()) {
            if (entry.getKey().length() > length && text.contains(entry.getKey())) {
                found = entry.getValue();
                length = entry.getKey().length();
            }
        }
        if (found != 0) {
            return found;
        }
        return switch (failure) {
            case ConnectException _, PortUnreachableException _ -> Errno.ECONNREFUSED;
            case NoRouteToHostException _ -> Errno.EHOSTUNREACH;
            case BindException _ -> Errno.EADDRINUSE;
            case ClosedChannelException _ -> Errno.EPIPE;
            default -> usual;
        };
    }

    /// The same for what Java throws where C answers: an address that does not fit, a socket that
    /// has one already.
    static int errno(RuntimeException failure) {
        return switch (failure) {
            case UnsupportedAddressTypeException _ -> Errno.EAFNOSUPPORT;
            case UnresolvedAddressException _ -> Errno.EADDRNOTAVAIL;
            case AlreadyBoundException _, ConnectionPendingException _ -> Errno.EINVAL;
            case SecurityException _ -> Errno.EACCES;
            default -> throw failure;
        };
    }
}
