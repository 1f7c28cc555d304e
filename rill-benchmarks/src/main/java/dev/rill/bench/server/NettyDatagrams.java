package dev.rill.bench.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.util.concurrent.atomic.AtomicLong;

/// Counts datagrams.
final class NettyDatagrams extends ChannelInboundHandlerAdapter {

    private final AtomicLong bytesReceived;
    private final AtomicLong datagrams;

    NettyDatagrams(AtomicLong bytesReceived, AtomicLong datagrams) {
        this.bytesReceived = bytesReceived;
        this.datagrams = datagrams;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        bytesReceived.lazySet(bytesReceived.getPlain() + packet.content().readableBytes());
        datagrams.lazySet(datagrams.getPlain() + 1);
        packet.release();
    }
}
