package dev.rill.bench.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/// Carries a client's connection to a server, on one loop. What the client sends before the server
/// is connected is kept, and no more is read after the first pieces.
final class NettyProxy extends ChannelInboundHandlerAdapter {

    private static final int EARLY_MAX = 4;

    private final AtomicLong bytesReceived;
    private final Bootstrap upstream;

    NettyProxy(AtomicLong bytesReceived, Bootstrap upstream) {
        this.bytesReceived = bytesReceived;
        this.upstream = upstream;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel client = context.channel();
        ChannelFuture connecting = upstream.clone().group(client.eventLoop())
                .handler(new Side(client, true, bytesReceived)).connect();
        Side side = new Side(connecting.channel(), false, bytesReceived);
        client.pipeline().replace(this, null, side);
        connecting.addListener(future -> {
            if (future.isSuccess()) {
                // Not inside the transport's own handling of the connect, which goes on after this.
                client.eventLoop().execute(() -> side.connected(client));
            } else {
                client.close();
            }
        });
    }

    /// One of the two connections, and where its bytes go.
    private static final class Side extends ChannelInboundHandlerAdapter {

        private final Channel other;
        private final AtomicLong bytesReceived;
        /// What came before the other was connected. Reading cannot simply begin then: a native
        /// transport reads the last bytes of a peer that has ended also when it is told not to.
        private final ArrayDeque<Object> early = new ArrayDeque<>();
        private boolean connected;
        private boolean inputEnded;

        Side(Channel other, boolean connected, AtomicLong bytesReceived) {
            this.other = other;
            this.connected = connected;
            this.bytesReceived = bytesReceived;
        }

        void connected(Channel own) {
            connected = true;
            while (!early.isEmpty()) {
                other.write(early.poll(), other.voidPromise());
            }
            other.flush();
            if (inputEnded) {
                endOther(own);
            }
            if (!own.config().isAutoRead()) {
                own.config().setAutoRead(true);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            bytesReceived.lazySet(bytesReceived.getPlain() + ((ByteBuf) message).readableBytes());
            if (connected) {
                other.write(message, other.voidPromise());
            } else {
                early.add(message);
                if (early.size() == EARLY_MAX) {
                    context.channel().config().setAutoRead(false);
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (connected) {
                other.flush();
            }
        }

        /// While this side does not take more, the other is not read.
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            other.config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                inputEnded = true;
                if (connected) {
                    endOther(context.channel());
                }
            }
        }

        private void endOther(Channel own) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
                Side far = other.pipeline().get(Side.class);
                if (far != null && !far.inputEnded) {
                    ((DuplexChannel) other).shutdownOutput();
                } else {
                    other.close();
                    own.close();
                }
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            early.forEach(ReferenceCountUtil::release);
            early.clear();
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
