package dev.rill.bench.server;

import dev.rill.bench.server.ServerOptions.Role;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.Version;
import io.netty.util.internal.PlatformDependent;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Netty, as its documentation recommends: its own allocator, writes flushed once for all that was
/// read at a time, reading stopped while a peer does not read, leak detection off.
final class NettyServer implements Server {

    /// The same limits as Rill's, so that back-pressure begins for all at the same load.
    private static final int UNSENT_LOW = 64 * 1024;
    private static final int UNSENT_HIGH = 256 * 1024;

    /// How many datagrams one call may bring where a transport can do that.
    private static final int DATAGRAMS = 16;

    private final NettyTransport transport;
    private final ServerOptions options;
    /// One of each for each loop.
    private final List<AtomicLong> bytesReceived = new ArrayList<>();
    private final List<AtomicLong> datagrams = new ArrayList<>();

    NettyServer(NettyTransport transport, ServerOptions options) {
        this.transport = transport;
        this.options = options;
    }

    /// What the JVM should be told for it, by its documentation: the JDK no longer lets libraries
    /// use off-heap memory in the way that is fastest for Netty without being told to.
    static List<String> jvmOptions() {
        return List.of("--sun-misc-unsafe-memory-access=allow", "-Dio.netty.noUnsafe=false",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dio.netty.tryReflectionSetAccessible=true",
                "-Dio.netty.leakDetection.level=disabled");
    }

    @Override
    public int start() throws NotHere {
        transport.requireHere();
        ServerOptions own = options;
        for (int i = 0; i < options.threads(); i++) {
            // A loop of its own for each listener: accepted connections stay in it.
            EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, transport.handlers(own));
            bytesReceived.add(new AtomicLong());
            datagrams.add(new AtomicLong());
            Channel channel = (options.role() == Role.UDP ? receiver(loop) : listener(loop))
                    .bind(own.listen()).syncUninterruptibly().channel();
            own = options.listeningOn(((InetSocketAddress) channel.localAddress()).getPort());
        }
        return own.listen().getPort();
    }

    private ServerBootstrap listener(EventLoopGroup loop) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(transport.listeners())
                .option(ChannelOption.SO_BACKLOG, ServerOptions.BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(UNSENT_LOW, UNSENT_HIGH))
                .childHandler(initializer(bytesReceived.getLast()));
        if (transport == NettyTransport.URING_INC) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID,
                    NettyTransport.BUFFER_GROUP);
        }
        sharePort(bootstrap);
        return bootstrap;
    }

    private ChannelInitializer<Channel> initializer(AtomicLong received) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handler(received));
            }
        };
    }

    private ChannelHandler handler(AtomicLong received) {
        return switch (options.role()) {
            case ECHO -> new NettyEcho(received);
            case SINK -> new NettySink(received);
            default -> new NettyProxy(received, upstream());
        };
    }

    private Bootstrap upstream() {
        Bootstrap bootstrap = new Bootstrap()
                .channel(transport.sockets())
                .remoteAddress(options.connect())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(UNSENT_LOW, UNSENT_HIGH));
        if (transport == NettyTransport.URING_INC) {
            bootstrap.option(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID,
                    NettyTransport.BUFFER_GROUP);
        }
        return bootstrap;
    }

    private Bootstrap receiver(EventLoopGroup loop) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.datagramSockets())
                .option(ChannelOption.SO_RCVBUF, ServerOptions.DATAGRAM_SOCKET_BUFFER)
                .handler(new NettyDatagrams(bytesReceived.getLast(),
                        datagrams.getLast()));
        int size = ServerOptions.DATAGRAM_SIZE_MAX;
        switch (transport) {
            case EPOLL -> bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, size);
            case URING, URING_INC -> bootstrap
                    .option(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, size);
            default -> { }
        }
        bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(
                transport == NettyTransport.NIO ? size : DATAGRAMS * size));
        sharePort(bootstrap);
        return bootstrap;
    }

    private void sharePort(AbstractBootstrap<?, ?> bootstrap) {
        if (options.threads() > 1) {
            if (transport == NettyTransport.NIO) {
                bootstrap.option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
            } else {
                bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
            }
        }
    }

    @Override
    public Map<String, String> configuration() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("netty", Version.identify().values().stream().findFirst()
                .map(Version::artifactVersion).orElse("unknown"));
        map.put("allocator", ByteBufAllocator.DEFAULT.getClass().getSimpleName());
        map.put("unsafe", String.valueOf(PlatformDependent.hasUnsafe()));
        map.put("leakDetection", ResourceLeakDetector.getLevel().toString());
        if (transport.isUring()) {
            map.put("features", IoUring.featureString());
            map.put("multishot", "accept " + IoUring.isAcceptMultishotEnabled() + ", receive "
                    + IoUring.isRecvMultishotEnabled() + ", bundles "
                    + IoUring.isRecvsendBundleEnabled());
        }
        map.put("buffers", transport == NettyTransport.URING_INC && options.role() != Role.UDP
                ? "incremental " + NettyTransport.buffers(options) + " x "
                        + NettyTransport.bufferSize(options)
                : options.role() == Role.UDP ? ServerOptions.DATAGRAM_SIZE_MAX + ", "
                        + (transport == NettyTransport.NIO ? 1 : DATAGRAMS) + " a call"
                : "AdaptiveRecvByteBufAllocator, its defaults");
        map.put("waterMarks", UNSENT_LOW + " to " + UNSENT_HIGH);
        map.put("flush", "in channelReadComplete");
        return map;
    }

    /// Receive memory is what the allocator has: Netty's buffers for writing come from there too.
    @Override
    public Tally tally() {
        long memory = ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory() : -1;
        return new Tally(memory, sum(bytesReceived), sum(datagrams), -1);
    }

    private static long sum(List<AtomicLong> counts) {
        return counts.stream().mapToLong(AtomicLong::get).sum();
    }
}
