package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_INET6;

import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SockaddrIn6;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// `struct sockaddr` as bytes, read without following anything.
final class Addresses {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private Addresses() {
    }

    static int family(byte[] address) {
        return address.length < 2 ? 0 : address[0] & 0xff | (address[1] & 0xff) << 8;
    }

    static boolean isInet(byte[] address) {
        return family(address) == AF_INET || family(address) == AF_INET6;
    }

    /// Whether an address is long enough for its family.
    static boolean isComplete(byte[] address) {
        return switch (family(address)) {
            case AF_INET -> address.length >= SockaddrIn.SIZE;
            case AF_INET6 -> address.length >= 24;
            default -> address.length >= 2;
        };
    }

    /// Cut to its size, without the parts that do not matter.
    static byte[] normalized(byte[] address) {
        return switch (family(address)) {
            case AF_INET -> {
                byte[] cut = Arrays.copyOf(address, SockaddrIn.SIZE);
                Arrays.fill(cut, SockaddrIn.ADDR + 4, cut.length, (byte) 0);
                yield cut;
            }
            case AF_INET6 -> {
                byte[] cut = Arrays.copyOf(address, SockaddrIn6.SIZE);
                Arrays.fill(cut, SockaddrIn6.FLOWINFO, SockaddrIn6.FLOWINFO + 4, (byte) 0);
                yield cut;
            }
            default -> unixPath(address);
        };
    }

    /// A path ends at its zero byte; an abstract name begins with one and is all of it.
    private static byte[] unixPath(byte[] address) {
        if (address.length <= 2 || address[2] == 0) {
            return address;
        }
        int end = 2;
        while (end < address.length && address[end] != 0) {
            end++;
        }
        return Arrays.copyOf(address, end + 1);
    }

    static int port(byte[] address) {
        return (address[SockaddrIn.PORT] & 0xff) << 8 | address[SockaddrIn.PORT + 1] & 0xff;
    }

    static byte[] withPort(byte[] address, int port) {
        byte[] changed = address.clone();
        changed[SockaddrIn.PORT] = (byte) (port >> 8);
        changed[SockaddrIn.PORT + 1] = (byte) port;
        return changed;
    }

    /// The same port of all addresses.
    static byte[] wildcard(byte[] address) {
        byte[] any = address.clone();
        if (family(address) == AF_INET) {
            Arrays.fill(any, SockaddrIn.ADDR, SockaddrIn.ADDR + 4, (byte) 0);
        } else {
            Arrays.fill(any, SockaddrIn6.ADDR, SockaddrIn6.ADDR + 16, (byte) 0);
        }
        return any;
    }

    static boolean isWildcard(byte[] address) {
        return Arrays.equals(address, wildcard(address));
    }

    /// Whether a Unix name is in the file system.
    static boolean isPath(byte[] address) {
        return address.length > 2 && address[2] != 0;
    }

    /// Whether an address is one of the loopback interface, or all of them.
    static boolean isLocal(byte[] address) {
        return family(address) == AF_INET
                ? address[SockaddrIn.ADDR] == LOOPBACK[0] || isWildcard(address)
                : isWildcard(address) || sameHost(address, loopback(AF_INET6));
    }

    private static boolean sameHost(byte[] one, byte[] other) {
        return Arrays.equals(one, SockaddrIn6.ADDR, SockaddrIn6.ADDR + 16,
                other, SockaddrIn6.ADDR, SockaddrIn6.ADDR + 16);
    }

    /// Where packets of a socket bound to all addresses come from, and where those to all
    /// addresses go: the loopback address.
    static byte[] specific(byte[] address) {
        return isInet(address) && isWildcard(address)
                ? withPort(loopback(family(address)), port(address)) : address;
    }

    /// Any port of the loopback interface.
    static byte[] loopback(int family) {
        byte[] address = new byte[family == AF_INET ? SockaddrIn.SIZE : SockaddrIn6.SIZE];
        address[0] = (byte) family;
        if (family == AF_INET) {
            System.arraycopy(LOOPBACK, 0, address, SockaddrIn.ADDR, LOOPBACK.length);
        } else {
            address[SockaddrIn6.ADDR + 15] = 1;
        }
        return address;
    }

    static String key(byte[] address) {
        return new String(address, StandardCharsets.ISO_8859_1);
    }
}
