package dev.rill.bench.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

/// What Netty stands on: its own io_uring with or without a ring of buffers, its own epoll, or the
/// selectors of the JDK.
enum NettyTransport {
    /// io_uring with a ring of buffers that are consumed incrementally.
    URING_INC("netty-uring-inc"),
    /// io_uring with a buffer for each receive.
    URING("netty-uring"),
    /// epoll through Netty's native library.
    EPOLL("netty-epoll"),
    /// `java.nio`.
    NIO("netty-nio");

    /// The ring's buffer group; Netty's examples have one.
    static final short BUFFER_GROUP = 0;

    /// Measured to be the best of Netty's geometries for most loads: little enough for the cache.
    static final int BUFFERS = 16;
    static final int BUFFER_SIZE = 64 * 1024;

    private final String peer;

    NettyTransport(String peer) {
        this.peer = peer;
    }

    static NettyTransport of(String peer) {
        for (NettyTransport transport : values()) {
            if (transport.peer.equals(peer)) {
                return transport;
            }
        }
        throw new IllegalArgumentException("peer=" + peer);
    }

    boolean isUring() {
        return this == URING || this == URING_INC;
    }

    /// @throws Server.NotHere when its native library or the kernel will not do
    void requireHere() throws Server.NotHere {
        Throwable cause = isUring() ? IoUring.unavailabilityCause()
                : this == EPOLL ? Epoll.unavailabilityCause() : null;
        if (cause != null) {
            throw new Server.NotHere("Netty says: " + cause);
        }
        if (this == URING_INC && !IoUring.isRegisterBufferRingIncSupported()) {
            throw new Server.NotHere("Netty says that this kernel has no incremental rings");
        }
    }

    IoHandlerFactory handlers(ServerOptions options) {
        return switch (this) {
            case URING_INC -> IoUringIoHandler.newFactory(new IoUringIoHandlerConfig()
                    .setBufferRingConfig(bufferRing(options)));
            case URING -> IoUringIoHandler.newFactory(new IoUringIoHandlerConfig());
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    private static IoUringBufferRingConfig bufferRing(ServerOptions options) {
        int buffers = buffers(options);
        return IoUringBufferRingConfig.builder()
                .bufferGroupId(BUFFER_GROUP)
                .bufferRingSize((short) buffers)
                .batchSize(buffers)
                .incremental(true)
                .allocator(new IoUringFixedBufferRingAllocator(ByteBufAllocator.DEFAULT,
                        bufferSize(options)))
                .build();
    }

    static int buffers(ServerOptions options) {
        return options.buffers() > 0 ? options.buffers() : BUFFERS;
    }

    static int bufferSize(ServerOptions options) {
        return options.bufferSize() > 0 ? options.bufferSize() : BUFFER_SIZE;
    }

    Class<? extends ServerChannel> listeners() {
        return switch (this) {
            case URING_INC, URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    Class<? extends SocketChannel> sockets() {
        return switch (this) {
            case URING_INC, URING -> IoUringSocketChannel.class;
            case EPOLL -> EpollSocketChannel.class;
            case NIO -> NioSocketChannel.class;
        };
    }

    Class<? extends DatagramChannel> datagramSockets() {
        return switch (this) {
            case URING_INC, URING -> IoUringDatagramChannel.class;
            case EPOLL -> EpollDatagramChannel.class;
            case NIO -> NioDatagramChannel.class;
        };
    }
}
