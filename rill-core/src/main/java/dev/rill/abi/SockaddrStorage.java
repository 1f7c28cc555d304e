package dev.rill.abi;

/// Room for any address, `struct sockaddr_storage` of `sys/socket.h`.
public final class SockaddrStorage {

    /// u16 in the machine's byte order, says which structure it is.
    public static final int FAMILY = 0;
    /// Bytes that hold every kind of address.
    public static final int SIZE = 128;

    private SockaddrStorage() {
    }
}
