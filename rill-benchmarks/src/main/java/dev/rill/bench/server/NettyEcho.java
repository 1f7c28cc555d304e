package dev.rill.bench.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.concurrent.atomic.AtomicLong;

/// Writes back what was read, flushed when there is nothing more to read for now.
final class NettyEcho extends ChannelInboundHandlerAdapter {

    private final AtomicLong bytesReceived;

    NettyEcho(AtomicLong bytesReceived) {
        this.bytesReceived = bytesReceived;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        bytesReceived.lazySet(bytesReceived.getPlain() + ((ByteBuf) message).readableBytes());
        context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(context.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
