package dev.rill.net;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.SocketConstants;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Addresses as the kernel wants them, byte for byte, and back.
class SocketAddressesTest {

    /// Longest path that fits with its ending 0 into 108 bytes.
    private static final int PATH_MAX = 107;

    private final MemorySegment memory =
            Arena.ofAuto().allocate(SocketAddresses.SIZE_MAX, Long.BYTES).fill((byte) 0xee);

    @Test
    void anIpv4AddressIsSixteenBytes() {
        int length = SocketAddresses.write(new InetSocketAddress("192.0.2.17", 0xabcd), memory);
        assertThat(length).isEqualTo(16);
        assertThat(bytes(16)).isEqualTo(new byte[] {2, 0, (byte) 0xab, (byte) 0xcd,
            (byte) 192, 0, 2, 17, 0, 0, 0, 0, 0, 0, 0, 0});
    }

    @Test
    void anIpv6AddressIsTwentyEightBytesWithItsScope() throws UnknownHostException {
        byte[] raw = new byte[16];
        raw[0] = (byte) 0xfe;
        raw[1] = (byte) 0x80;
        raw[15] = 9;
        InetAddress address = Inet6Address.getByAddress(null, raw, 0x01020304);
        int length = SocketAddresses.write(new InetSocketAddress(address, 1), memory);
        assertThat(length).isEqualTo(28);
        assertThat(bytes(8)).isEqualTo(new byte[] {10, 0, 0, 1, 0, 0, 0, 0});
        assertThat(memory.asSlice(8, 16).toArray(JAVA_BYTE)).isEqualTo(raw);
        assertThat(memory.asSlice(24, 4).toArray(JAVA_BYTE)).isEqualTo(new byte[] {4, 3, 2, 1});
    }

    @Test
    void internetAddressesComeBack() throws UnknownHostException {
        byte[] local = new byte[16];
        local[0] = (byte) 0xfe;
        local[1] = (byte) 0x80;
        local[15] = 1;
        expectRoundTrip(new InetSocketAddress("127.0.0.1", 65535));
        expectRoundTrip(new InetSocketAddress("0.0.0.0", 0));
        expectRoundTrip(new InetSocketAddress("::1", 80));
        expectRoundTrip(new InetSocketAddress("2001:db8::ffff:1", 0x8001));
        expectRoundTrip(new InetSocketAddress(Inet6Address.getByAddress(null, local, 7), 80));
    }

    @Test
    void aLinkLocalAddressKeepsItsScope() throws UnknownHostException {
        byte[] local = new byte[16];
        local[0] = (byte) 0xfe;
        local[1] = (byte) 0x80;
        InetAddress scoped = Inet6Address.getByAddress(null, local, 7);
        int length = SocketAddresses.write(new InetSocketAddress(scoped, 80), memory);
        InetSocketAddress back = (InetSocketAddress) SocketAddresses.read(memory, length);
        assertThat(((Inet6Address) back.getAddress()).getScopeId()).isEqualTo(7);
    }

    @Test
    void aPathIsWrittenWithItsEnd() {
        int length = SocketAddresses.write(UnixDomainSocketAddress.of("/a/ü"), memory);
        byte[] path = "/a/ü\0".getBytes(StandardCharsets.UTF_8);
        assertThat(length).isEqualTo(2 + path.length);
        assertThat(bytes(2)).isEqualTo(new byte[] {1, 0});
        assertThat(memory.asSlice(2, path.length).toArray(JAVA_BYTE)).isEqualTo(path);
        expectRoundTrip(UnixDomainSocketAddress.of("/a/ü"));
    }

    @Test
    void aPathMayHaveAHundredAndSevenBytes() {
        expectRoundTrip(UnixDomainSocketAddress.of("/" + "x".repeat(PATH_MAX - 1)));
        SocketAddress tooLong = UnixDomainSocketAddress.of("/" + "x".repeat(PATH_MAX));
        assertThatThrownBy(() -> SocketAddresses.write(tooLong, memory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("108 bytes").hasMessageContaining("1 to 107");
    }

    @Test
    void anEmptyPathIsRefused() {
        assertThatThrownBy(() ->
                SocketAddresses.write(UnixDomainSocketAddress.of(""), memory))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0 bytes");
    }

    /// As `getpeername` answers for a client that has not bound itself.
    @Test
    void aUnixSocketWithoutANameHasAnEmptyPath() {
        memory.fill((byte) 0).set(JAVA_BYTE, 0, (byte) SocketConstants.AF_UNIX);
        assertThat(SocketAddresses.read(memory, 2)).isEqualTo(UnixDomainSocketAddress.of(""));
    }

    @Test
    void anUnknownHostIsRefusedByName() {
        assertThatThrownBy(() -> SocketAddresses.family(
                InetSocketAddress.createUnresolved("no.such.host", 80)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no.such.host");
    }

    @Test
    void anotherKindOfAddressIsRefused() {
        SocketAddress other = new SocketAddress() {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
                return "pigeon";
            }
        };
        assertThatThrownBy(() -> SocketAddresses.family(other))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("pigeon");
    }

    private void expectRoundTrip(SocketAddress address) {
        int length = SocketAddresses.write(address, memory);
        assertThat(SocketAddresses.read(memory, length)).isEqualTo(address);
    }

    private byte[] bytes(int count) {
        return memory.asSlice(0, count).toArray(JAVA_BYTE);
    }
}
