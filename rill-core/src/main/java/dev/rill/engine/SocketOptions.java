package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.IPPROTO_IP;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_ACCEPTCONN;
import static dev.rill.abi.SocketConstants.SO_DOMAIN;
import static dev.rill.abi.SocketConstants.SO_ERROR;
import static dev.rill.abi.SocketConstants.SO_LINGER;
import static dev.rill.abi.SocketConstants.SO_RCVBUF;
import static dev.rill.abi.SocketConstants.SO_REUSEADDR;
import static dev.rill.abi.SocketConstants.SO_REUSEPORT;
import static dev.rill.abi.SocketConstants.SO_SNDBUF;
import static dev.rill.abi.SocketConstants.SO_TYPE;

import dev.rill.abi.Errno;
import dev.rill.abi.Linger;
import java.util.HashMap;
import java.util.Map;

/// A socket's options. Few of them mean anything in memory; the others are kept, so that a
/// program reads what it has set.
final class SocketOptions {

    private static final int IP_PKTINFO = 8;

    private final int domain;
    private final int type;
    private final Map<Integer, Integer> values = new HashMap<>();
    private int sendBuffer;
    private boolean lingers;
    private int lingerSeconds;

    SocketOptions(int domain, int type) {
        this.domain = domain;
        this.type = type;
    }

    /// The options of an accepted connection: those of its listener.
    SocketOptions(SocketOptions other) {
        this(other.domain, other.type);
        values.putAll(other.values);
        sendBuffer = other.sendBuffer;
        lingers = other.lingers;
        lingerSeconds = other.lingerSeconds;
    }

    int domain() {
        return domain;
    }

    int type() {
        return type;
    }

    static boolean isError(int level, int option) {
        return level == SOL_SOCKET && option == SO_ERROR;
    }

    /// How much may be under way.
    ///
    /// @param unset how much where nobody has set a size
    int sendBuffer(int unset) {
        return sendBuffer != 0 ? sendBuffer : unset;
    }

    /// Whether a close resets instead of ending in an orderly way (`SO_LINGER` of no time).
    boolean resetsOnClose() {
        return lingers && lingerSeconds == 0;
    }

    boolean reuseAddress() {
        return values.getOrDefault(key(SOL_SOCKET, SO_REUSEADDR), 0) != 0;
    }

    boolean reusePort() {
        return values.getOrDefault(key(SOL_SOCKET, SO_REUSEPORT), 0) != 0;
    }

    /// Whether messages come with the address they were sent to.
    boolean packetInfo() {
        return values.getOrDefault(key(IPPROTO_IP, IP_PKTINFO), 0) != 0;
    }

    int set(int level, int option, int value) {
        if (domain == AF_UNIX && level != SOL_SOCKET) {
            return -Errno.EOPNOTSUPP;
        }
        if (level == SOL_SOCKET) {
            switch (option) {
                case SO_TYPE, SO_ERROR, SO_DOMAIN, SO_ACCEPTCONN -> {
                    return -Errno.ENOPROTOOPT;
                }
                case SO_LINGER -> {
                    return -Errno.EINVAL; // two numbers, not one
                }
                case SO_SNDBUF -> sendBuffer = SocketMemory.bufferSize(value);
                default -> {
                }
            }
        }
        values.put(key(level, option), value);
        return 0;
    }

    /// Sets `SO_LINGER`.
    int setLinger(int on, int seconds) {
        lingers = on != 0;
        lingerSeconds = lingers ? seconds : lingerSeconds;
        return 0;
    }

    /// @param value filled in: two elements, of which most options need one
    /// @return the value's length in bytes or `-errno`
    int get(int level, int option, int[] value, boolean listening) {
        int kept = values.getOrDefault(key(level, option), 0);
        value[0] = kept;
        if (level == SOL_SOCKET && option == SO_LINGER) {
            value[0] = lingers ? 1 : 0;
            value[1] = lingerSeconds;
            return Linger.SIZE;
        }
        if (level == SOL_SOCKET) {
            value[0] = switch (option) {
                case SO_TYPE -> type;
                case SO_DOMAIN -> domain;
                case SO_ACCEPTCONN -> listening ? 1 : 0;
                case SO_SNDBUF -> sendBuffer(SocketMemory.DEFAULT);
                case SO_RCVBUF -> kept != 0 ? SocketMemory.bufferSize(kept)
                        : SocketMemory.DEFAULT;
                default -> kept;
            };
        }
        return Integer.BYTES;
    }

    private static int key(int level, int option) {
        return level << 16 | option;
    }
}
