package dev.rill.engine;

import static dev.rill.abi.SocketConstants.AF_INET;
import static dev.rill.abi.SocketConstants.AF_INET6;
import static dev.rill.abi.SocketConstants.AF_UNIX;

import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SockaddrIn6;
import dev.rill.abi.SockaddrUn;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;

/// `struct sockaddr` to what `java.nio` calls an address, and back.
final class NioAddresses {

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private NioAddresses() {
    }

    static ProtocolFamily family(int domain) {
        return switch (domain) {
            case AF_INET -> StandardProtocolFamily.INET;
            case AF_INET6 -> StandardProtocolFamily.INET6;
            case AF_UNIX -> StandardProtocolFamily.UNIX;
            default -> throw new IllegalArgumentException("domain=" + domain);
        };
    }

    /// @return null for a Unix name that is no path, or none in Java
    static SocketAddress toJava(byte[] address) {
        byte[] whole = Addresses.normalized(address);
        try {
            return switch (Addresses.family(whole)) {
                case AF_INET -> new InetSocketAddress(InetAddress.getByAddress(
                        Arrays.copyOfRange(whole, SockaddrIn.ADDR, SockaddrIn.ADDR + 4)),
                        Addresses.port(whole));
                case AF_INET6 -> new InetSocketAddress(Inet6Address.getByAddress(null,
                        Arrays.copyOfRange(whole, SockaddrIn6.ADDR, SockaddrIn6.ADDR + 16),
                        scope(whole)), Addresses.port(whole));
                default -> toPath(whole);
            };
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are an address", e);
        }
    }

    /// @return the interface of a link-local address, or -1
    private static int scope(byte[] address) {
        int scope = ByteBuffer.wrap(address).order(ByteOrder.LITTLE_ENDIAN)
                .getInt(SockaddrIn6.SCOPE_ID);
        return scope == 0 ? -1 : scope;
    }

    private static SocketAddress toPath(byte[] address) {
        int end = address.length;
        if (end <= SockaddrUn.PATH || address[SockaddrUn.PATH] == 0) {
            return null;
        }
        while (address[end - 1] == 0) {
            end--;
        }
        try {
            return UnixDomainSocketAddress.of(new String(address, SockaddrUn.PATH,
                    end - SockaddrUn.PATH, StandardCharsets.UTF_8));
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /// @param domain of the socket: to an IPv6 socket IPv4 addresses look mapped
    /// @return null for null
    static byte[] toBytes(SocketAddress address, int domain) {
        return switch (address) {
            case null -> null;
            case UnixDomainSocketAddress unix -> pathBytes(unix);
            case InetSocketAddress inet -> inetBytes(inet, domain);
            default -> throw new IllegalArgumentException("address=" + address);
        };
    }

    private static byte[] pathBytes(UnixDomainSocketAddress address) {
        byte[] path = address.getPath().toString().getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[SockaddrUn.PATH + (path.length == 0 ? 0 : path.length + 1)];
        bytes[0] = AF_UNIX;
        System.arraycopy(path, 0, bytes, SockaddrUn.PATH, path.length);
        return bytes;
    }

    private static byte[] inetBytes(InetSocketAddress address, int domain) {
        byte[] ip = address.getAddress().getAddress();
        byte[] bytes = new byte[domain == AF_INET ? SockaddrIn.SIZE : SockaddrIn6.SIZE];
        bytes[0] = (byte) domain;
        if (domain == AF_INET) {
            System.arraycopy(ip, 0, bytes, SockaddrIn.ADDR, ip.length);
        } else if (address.getAddress() instanceof Inet4Address v4) {
            if (!v4.isAnyLocalAddress()) {
                System.arraycopy(MAPPED, 0, bytes, SockaddrIn6.ADDR, MAPPED.length);
                System.arraycopy(ip, 0, bytes, SockaddrIn6.ADDR + MAPPED.length, ip.length);
            }
        } else {
            System.arraycopy(ip, 0, bytes, SockaddrIn6.ADDR, ip.length);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(SockaddrIn6.SCOPE_ID,
                    ((Inet6Address) address.getAddress()).getScopeId());
        }
        return Addresses.withPort(bytes, address.getPort());
    }
}
