package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET6;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.IPPROTO_IPV6;
import static dev.rill.abi.SocketConstants.IPPROTO_TCP;
import static dev.rill.abi.SocketConstants.IPPROTO_UDP;
import static dev.rill.abi.SocketConstants.IPV6_V6ONLY;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_ACCEPTCONN;
import static dev.rill.abi.SocketConstants.SO_BROADCAST;
import static dev.rill.abi.SocketConstants.SO_DOMAIN;
import static dev.rill.abi.SocketConstants.SO_KEEPALIVE;
import static dev.rill.abi.SocketConstants.SO_LINGER;
import static dev.rill.abi.SocketConstants.SO_PROTOCOL;
import static dev.rill.abi.SocketConstants.SO_RCVBUF;
import static dev.rill.abi.SocketConstants.SO_REUSEADDR;
import static dev.rill.abi.SocketConstants.SO_REUSEPORT;
import static dev.rill.abi.SocketConstants.SO_SNDBUF;
import static dev.rill.abi.SocketConstants.SO_TYPE;
import static dev.rill.abi.SocketConstants.TCP_NODELAY;

import dev.rill.abi.Errno;
import dev.rill.abi.Linger;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/// The options of a socket of the machine: those that Java can set, and what a program has set so
/// far, for the channel that takes this one's place when the socket begins to listen.
///
/// An option that Java cannot set is refused, not swallowed.
final class NioOptions {

    private static final int NO_LINGER = -1;

    /// Elsewhere `SO_REUSEPORT` lets sockets listen at one address, and the newest of them gets all
    /// connections: that is not what a program that has asked for Linux's option expects.
    private static final boolean SPREADS = System.getProperty("os.name").equals("Linux");

    private final int domain;
    private final int type;
    private final Map<SocketOption<?>, Integer> values = new LinkedHashMap<>();

    NioOptions(int domain, int type) {
        this.domain = domain;
        this.type = type;
    }

    private static SocketOption<?> known(int level, int option) {
        if (level == SOL_SOCKET) {
            return switch (option) {
                case SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
                case SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
                case SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
                case SO_BROADCAST -> StandardSocketOptions.SO_BROADCAST;
                case SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
                case SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
                default -> null;
            };
        }
        return level == IPPROTO_TCP && option == TCP_NODELAY ? StandardSocketOptions.TCP_NODELAY
                : null;
    }

    /// @return 0 or `-errno`
    int set(NetworkChannel channel, int level, int option, int value) {
        if (domain == AF_UNIX && level != SOL_SOCKET) {
            return -Errno.EOPNOTSUPP;
        }
        if (level == IPPROTO_IPV6 && option == IPV6_V6ONLY && domain == AF_INET6) {
            return value == 0 ? 0 : -Errno.ENOPROTOOPT; // Java's take both kinds
        }
        SocketOption<?> known = known(level, option);
        if (known == null || known == StandardSocketOptions.SO_REUSEPORT && type == SOCK_STREAM
                && !SPREADS) {
            return -Errno.ENOPROTOOPT;
        }
        int result = apply(channel, known, value);
        if (result == 0) {
            values.put(known, value);
        }
        return result;
    }

    /// Sets `SO_LINGER`.
    ///
    /// @return 0 or `-errno`
    int setLinger(NetworkChannel channel, int on, int seconds) {
        int value = on != 0 ? Math.max(0, seconds) : NO_LINGER;
        int result = apply(channel, StandardSocketOptions.SO_LINGER, value);
        if (result == 0) {
            values.put(StandardSocketOptions.SO_LINGER, value);
        }
        return result;
    }

    /// Sets on a new channel what was set on the one before it.
    void applyAll(NetworkChannel channel) {
        for (Map.Entry<SocketOption<?>, Integer> entry : values.entrySet()) {
            if (channel.supportedOptions().contains(entry.getKey())) {
                apply(channel, entry.getKey(), entry.getValue());
            }
        }
    }

    /// Gives a connection what the socket that accepted it was set to. Linux does that by itself,
    /// but for what Java could not set on a socket that listens.
    void inherit(NioOptions from, NetworkChannel listening, NetworkChannel channel) {
        for (Map.Entry<SocketOption<?>, Integer> entry : from.values.entrySet()) {
            if (!listening.supportedOptions().contains(entry.getKey())) {
                apply(channel, entry.getKey(), entry.getValue());
            }
            values.put(entry.getKey(), entry.getValue());
        }
    }

    @SuppressWarnings("unchecked")
    private static int apply(NetworkChannel channel, SocketOption<?> option, int value) {
        try {
            if (option.type() == Boolean.class) {
                channel.setOption((SocketOption<Boolean>) option, value != 0);
            } else {
                channel.setOption((SocketOption<Integer>) option,
                        option == StandardSocketOptions.SO_LINGER ? value : Math.max(1, value));
            }
            return 0;
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        } catch (UnsupportedOperationException e) {
            // kept for those that are accepted, see inherit
            return option == StandardSocketOptions.TCP_NODELAY
                    || option == StandardSocketOptions.SO_LINGER
                    || option == StandardSocketOptions.SO_KEEPALIVE ? 0 : -Errno.ENOPROTOOPT;
        }
    }

    /// @return the value's length in bytes or `-errno`; the value is in element 0 and, of what is
    ///         two numbers, 1
    int get(NetworkChannel channel, int level, int option, int[] value, boolean listening) {
        if (level == SOL_SOCKET && option == SO_LINGER) {
            int seconds = values.getOrDefault(StandardSocketOptions.SO_LINGER, NO_LINGER);
            value[0] = seconds == NO_LINGER ? 0 : 1;
            value[1] = Math.max(0, seconds);
            return Linger.SIZE;
        }
        if (level == SOL_SOCKET) {
            switch (option) {
                case SO_TYPE -> value[0] = type;
                case SO_DOMAIN -> value[0] = domain;
                case SO_PROTOCOL -> value[0] = domain == AF_UNIX ? 0
                        : type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
                case SO_ACCEPTCONN -> value[0] = listening ? 1 : 0;
                default -> {
                    return getKnown(channel, level, option, value);
                }
            }
            return Integer.BYTES;
        }
        if (level == IPPROTO_IPV6 && option == IPV6_V6ONLY && domain == AF_INET6) {
            value[0] = 0;
            return Integer.BYTES;
        }
        return getKnown(channel, level, option, value);
    }

    private int getKnown(NetworkChannel channel, int level, int option, int[] value) {
        SocketOption<?> known = known(level, option);
        if (known == null) {
            return -Errno.ENOPROTOOPT;
        }
        try {
            boolean buffer = option == SO_SNDBUF || option == SO_RCVBUF;
            value[0] = switch (channel.getOption(known)) {
                case Boolean flag -> flag ? 1 : 0;
                // Java halves what Linux has doubled
                case Integer number -> level == SOL_SOCKET && buffer ? 2 * number : number;
                default -> values.getOrDefault(known, 0);
            };
        } catch (IOException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        } catch (UnsupportedOperationException e) {
            value[0] = values.getOrDefault(known, 0);
        }
        return Integer.BYTES;
    }
}
