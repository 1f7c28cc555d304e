package dev.rill.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SockaddrIn6;
import dev.rill.abi.SockaddrUn;
import dev.rill.abi.SocketConstants;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Java's socket addresses as the kernel's `struct sockaddr` and back.
final class SocketAddresses {

    /// Room for any of the families.
    static final int SIZE_MAX = 128;

    private static final ValueLayout.OfShort PORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketAddresses() {
    }

    /// The address family.
    static int family(SocketAddress address) {
        return switch (address) {
            case UnixDomainSocketAddress _ -> SocketConstants.AF_UNIX;
            case InetSocketAddress inet when inet.isUnresolved() ->
                throw new IllegalArgumentException("unknown host: " + inet.getHostString());
            case InetSocketAddress inet when inet.getAddress() instanceof Inet4Address ->
                SocketConstants.AF_INET;
            case InetSocketAddress _ -> SocketConstants.AF_INET6;
            default -> throw new IllegalArgumentException("address " + address
                    + ": an InetSocketAddress or a UnixDomainSocketAddress is needed");
        };
    }

    /// An address as people write it, for messages.
    static String name(SocketAddress address) {
        return switch (address) {
            case UnixDomainSocketAddress unix -> unix.getPath().toString();
            case InetSocketAddress inet when !inet.isUnresolved() -> {
                String host = inet.getAddress().getHostAddress();
                yield (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
            }
            default -> address.toString();
        };
    }

    /// Writes an address.
    ///
    /// @param into at least [#SIZE_MAX] bytes
    /// @return its length
    static int write(SocketAddress address, MemorySegment into) {
        into.fill((byte) 0);
        into.set(JAVA_SHORT, 0, (short) family(address));
        return switch (address) {
            case UnixDomainSocketAddress unix -> writePath(unix, into);
            case InetSocketAddress inet -> {
                byte[] bytes = inet.getAddress().getAddress();
                into.set(PORT, SockaddrIn.PORT, (short) inet.getPort());
                if (inet.getAddress() instanceof Inet6Address six) {
                    MemorySegment.copy(bytes, 0, into, JAVA_BYTE, SockaddrIn6.ADDR, bytes.length);
                    into.set(JAVA_INT, SockaddrIn6.SCOPE_ID, six.getScopeId());
                    yield SockaddrIn6.SIZE;
                }
                MemorySegment.copy(bytes, 0, into, JAVA_BYTE, SockaddrIn.ADDR, bytes.length);
                yield SockaddrIn.SIZE;
            }
            default -> throw new AssertionError(address);
        };
    }

    /// Reads an address.
    ///
    /// @param length how many bytes the kernel wrote
    static SocketAddress read(MemorySegment from, int length) {
        int family = length < Short.BYTES ? SocketConstants.AF_UNSPEC : from.get(JAVA_SHORT, 0);
        return switch (family) {
            case SocketConstants.AF_INET -> inet(from, SockaddrIn.ADDR, 4, 0);
            case SocketConstants.AF_INET6 ->
                inet(from, SockaddrIn6.ADDR, 16, from.get(JAVA_INT, SockaddrIn6.SCOPE_ID));
            case SocketConstants.AF_UNIX -> UnixDomainSocketAddress.of(path(from, length));
            default -> throw new IllegalArgumentException("address family " + family);
        };
    }

    private static int writePath(UnixDomainSocketAddress unix, MemorySegment into) {
        byte[] path = unix.getPath().toString().getBytes(StandardCharsets.UTF_8);
        if (path.length == 0 || path.length >= SockaddrUn.SIZE - SockaddrUn.PATH) {
            throw new IllegalArgumentException("path of " + path.length + " bytes: a Unix socket's"
                    + " path has 1 to " + (SockaddrUn.SIZE - SockaddrUn.PATH - 1));
        }
        MemorySegment.copy(path, 0, into, JAVA_BYTE, SockaddrUn.PATH, path.length);
        return SockaddrUn.PATH + path.length + 1;
    }

    private static String path(MemorySegment from, int length) {
        int end = SockaddrUn.PATH;
        while (end < length && from.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        byte[] path = from.asSlice(SockaddrUn.PATH, end - SockaddrUn.PATH).toArray(JAVA_BYTE);
        return new String(path, StandardCharsets.UTF_8);
    }

    private static SocketAddress inet(MemorySegment from, int offset, int size, int scope) {
        byte[] bytes = from.asSlice(offset, size).toArray(JAVA_BYTE);
        int port = Short.toUnsignedInt(from.get(PORT, SockaddrIn.PORT));
        try {
            InetAddress address = scope == 0 ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, scope);
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // 4 and 16 bytes are always an address
        }
    }
}
