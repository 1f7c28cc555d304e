package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.IPPROTO_IP;
import static dev.rill.abi.SocketConstants.SOL_SOCKET;
import static dev.rill.abi.SocketConstants.SO_ACCEPTCONN;
import static dev.rill.abi.SocketConstants.SO_DOMAIN;
import static dev.rill.abi.SocketConstants.SO_ERROR;
import static dev.rill.abi.SocketConstants.SO_LINGER;
import static dev.rill.abi.SocketConstants.SO_RCVBUF;
import static dev.rill.abi.SocketConstants.SO_SNDBUF;
import static dev.rill.abi.SocketConstants.SO_TYPE;

import dev.rill.abi.Errno;
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

    SocketOptions(int domain, int type) {
        this.domain = domain;
        this.type = type;
    }

    static boolean isError(int level, int option) {
        return level == SOL_SOCKET && option == SO_ERROR;
    }

    /// @return the size set, or 0
    int sendBuffer() {
        return sendBuffer;
    }

    /// Whether a close resets instead of ending in an orderly way (`SO_LINGER` of no time).
    boolean resetsOnClose() {
        return values.getOrDefault(key(SOL_SOCKET, SO_LINGER), 0) != 0;
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

    /// @return the value's length in bytes or `-errno`
    int get(int level, int option, int[] value, boolean listening) {
        int kept = values.getOrDefault(key(level, option), 0);
        value[0] = kept;
        if (level == SOL_SOCKET) {
            value[0] = switch (option) {
                case SO_TYPE -> type;
                case SO_DOMAIN -> domain;
                case SO_ACCEPTCONN -> listening ? 1 : 0;
                case SO_SNDBUF -> sendBuffer != 0 ? sendBuffer : SocketMemory.DEFAULT;
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
