package dev.rill.bench.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.concurrent.atomic.AtomicLong;

/// Counts what was read and discards it.
final class NettySink extends ChannelInboundHandlerAdapter {

    private final AtomicLong bytesReceived;

    NettySink(AtomicLong bytesReceived) {
        this.bytesReceived = bytesReceived;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        bytesReceived.lazySet(bytesReceived.getPlain() + bytes.readableBytes());
        bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
