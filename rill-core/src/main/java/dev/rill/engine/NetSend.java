package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.Opcode.IORING_OP_SEND;
import static dev.rill.abi.Opcode.IORING_OP_SENDMSG;
import static dev.rill.abi.Opcode.IORING_OP_SENDMSG_ZC;
import static dev.rill.abi.Opcode.IORING_OP_SEND_ZC;
import static dev.rill.abi.SocketConstants.AF_UNIX;
import static dev.rill.abi.SocketConstants.SOCK_SEQPACKET;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketOpFlags.IORING_NOTIF_USAGE_ZC_COPIED;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_FIXED_BUF;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_POLL_FIRST;
import static dev.rill.abi.SocketOpFlags.IORING_SEND_VECTORIZED;
import static dev.rill.abi.SocketOpFlags.IORING_SEND_ZC_REPORT_USAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.abi.Errno;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.MemorySegment;

/// Sends, from the program's memory and from provided buffers (io_uring/net.c: io_send,
/// io_sendmsg, io_send_zc).
///
/// A send that selects consumes before it sends, so every outcome names its buffer.
final class NetSend {

    private NetSend() {
    }

    static int prepare(Request request) {
        boolean zeroCopy = request.opcode == IORING_OP_SEND_ZC
                || request.opcode == IORING_OP_SENDMSG_ZC;
        if (zeroCopy) {
            if (request.has(SqeFlags.IOSQE_CQE_SKIP_SUCCESS)) {
                return -Errno.EINVAL;
            }
            request.notifies = true; // from here on whatever happens has two completions
        }
        if ((request.ioprio & ~knownFlags(request)) != 0) {
            return -Errno.EINVAL;
        }
        boolean header = request.opcode == IORING_OP_SENDMSG
                || request.opcode == IORING_OP_SENDMSG_ZC;
        if (header && (bundle(request) || request.off != 0 || request.fileIndex != 0)
                || !header && request.sqeLen < 0
                && !request.profile().has(Quirk.HUGE_LENGTHS)
                || bundle(request) && !request.selects()
                && request.profile().has(Quirk.UNSENT_BUNDLES_REFUSED)) {
            return -Errno.EINVAL;
        }
        request.noWait = (request.opFlags & MSG_DONTWAIT) != 0;
        request.message = new Message();
        request.multishot = bundle(request);
        int result = header ? MessageHeader.prepareSend(request) : prepareBytes(request);
        if (result == 0) {
            request.hasMessage = true;
            request.capacity = Math.max(request.capacity, request.ring.takeCapacity());
        }
        if (result == 0 && zeroCopy) {
            request.notification = (request.ioprio & IORING_SEND_ZC_REPORT_USAGE) != 0
                    ? IORING_NOTIF_USAGE_ZC_COPIED : 0;
        }
        return result;
    }

    private static int knownFlags(Request request) {
        int known = IORING_RECVSEND_POLL_FIRST;
        if (!request.profile().has(Quirk.NO_VECTORED_SENDS)) {
            known |= IORING_SEND_VECTORIZED;
        }
        if (request.notifies) {
            return known | IORING_SEND_ZC_REPORT_USAGE;
        }
        boolean mayBeFixed = request.opcode == IORING_OP_SEND && !request.selects()
                && (request.ioprio & (IORING_RECVSEND_BUNDLE | IORING_SEND_VECTORIZED)) == 0
                && request.profile().has(Quirk.PLAIN_SENDS_OF_REGISTERED);
        return known | (mayBeFixed ? IORING_RECVSEND_FIXED_BUF : IORING_RECVSEND_BUNDLE);
    }

    private static int prepareBytes(Request request) {
        int addressLength = request.fileIndex & 0xffff;
        if (request.fileIndex >>> 16 != 0) {
            return -Errno.EINVAL;
        }
        if (request.off != 0 && addressLength > 0) {
            MemorySegment to = request.memory().slice(request.off, addressLength);
            if (to == null) {
                return -Errno.EFAULT;
            }
            request.destination = to.toArray(JAVA_BYTE);
        }
        if ((request.ioprio & IORING_SEND_VECTORIZED) != 0 && !request.selects()) {
            request.imported = true;
            request.capacity = Math.max(1, request.length);
            return ReadWriteOps.importVectors(request.memory(), request.message.data, request.addr,
                    Integer.toUnsignedLong(request.length));
        }
        return 0;
    }

    static int send(Request request) {
        if (!(request.file instanceof Socket socket)) {
            return -Errno.ENOTSOCK;
        }
        if (request.notifies && socket.domain() == AF_UNIX) {
            return -Errno.EOPNOTSUPP;
        }
        if (pollsFirst(request)) {
            return -Errno.EAGAIN;
        }
        while (true) {
            int selected = takeBytes(request);
            if (selected < 0) {
                return selected;
            }
            int result = transfer(request, socket);
            if (result == -Errno.EAGAIN) {
                return result;
            }
            if (finish(request, result)) {
                return Request.COMPLETE;
            }
        }
    }

    static int sendMessage(Request request) {
        if (!(request.file instanceof Socket socket)) {
            return -Errno.ENOTSOCK;
        }
        if (request.notifies && socket.domain() == AF_UNIX) {
            return -Errno.EOPNOTSUPP;
        }
        if (pollsFirst(request)) {
            return -Errno.EAGAIN;
        }
        int result = transfer(request, socket);
        if (result != -Errno.EAGAIN) {
            finish(request, result);
            return Request.COMPLETE;
        }
        return result;
    }

    private static boolean pollsFirst(Request request) {
        return (request.ioprio & IORING_RECVSEND_POLL_FIRST) != 0 && !request.polled;
    }

    /// Finds out what to send; selected bytes are consumed here (`io_send_select_buffer`).
    ///
    /// @return 0 or `-errno`
    private static int takeBytes(Request request) {
        if ((request.ioprio & IORING_RECVSEND_FIXED_BUF) != 0) {
            return -Errno.EFAULT; // this kernel registers no buffers, so there is none
        }
        if (!request.selects()) {
            if (!request.imported) {
                long length = Integer.toUnsignedLong(request.length);
                request.message.data.clear().add(request.memory(), request.addr, length);
                request.imported = true;
                return AddressSpace.isUserRange(request.addr, length) ? 0 : -Errno.EFAULT;
            }
            return 0;
        }
        if (request.held != Request.HELD_NONE) {
            return 0; // what it waits to send is its own already
        }
        BufferLists buffers = request.ring.buffers();
        long amount = request.length == 0 ? Integer.MAX_VALUE
                : Integer.toUnsignedLong(request.length);
        boolean bundle = bundle(request);
        int count = buffers.peek(request, amount, bundle, !bundle);
        if (count < 0) {
            return count;
        }
        buffers.commitPeeked(request, count);
        return request.message.data.isReachable() ? 0 : -Errno.EFAULT;
    }

    /// @return bytes of this and earlier attempts, `-EAGAIN` to wait, or `-errno`
    private static int transfer(Request request, Socket socket) {
        Message message = request.message;
        int flags = request.opFlags | (bundle(request) ? MSG_WAITALL : 0);
        message.reset(flags);
        message.name = request.destination;
        long wanted = message.data.remaining();
        int result = socket.send(message);
        boolean all = (flags & MSG_WAITALL) != 0;
        if (result == -Errno.EAGAIN) {
            return result;
        }
        boolean stream = socket.type() == SOCK_STREAM; // there a call that waits sends all of it
        if (stream && message.data.waits && !message.data.interrupted && result > 0
                && result < wanted) {
            request.transferredPart(result);
            return -Errno.EAGAIN;
        }
        if (result < 0) {
            request.failed = true;
        } else if (all && result < wanted) {
            if (result > 0 && (stream || socket.type() == SOCK_SEQPACKET)) {
                request.transferredPart(result);
                return -Errno.EAGAIN;
            }
            request.failed = true;
        }
        if (result >= 0) {
            return result + request.transferred;
        }
        return request.transferred > 0 ? request.transferred : result;
    }

    /// What a round means for the request (`io_send_finish`).
    ///
    /// @return whether the request is complete; otherwise another round follows
    private static boolean finish(Request request, int result) {
        RingContext ring = request.ring;
        boolean failed = request.failed;
        int cflags = request.notifies ? IORING_CQE_F_MORE : 0;
        if (request.opcode == IORING_OP_SEND) {
            cflags |= ring.buffers().put(request, result, 1);
            boolean ends = result <= 0 || request.lastBuffer || request.polled
                    && !request.profile().has(Quirk.POLLED_SEND_BUNDLE_GOES_ON);
            if (bundle(request) && !ends
                    && ring.postMore(request, result, cflags | IORING_CQE_F_MORE)) {
                request.lastBuffer = false;
                request.transferred = 0;
                request.partial = false;
                request.length = 0; // every round but the first takes what there is
                request.imported = false;
                return false;
            }
        }
        request.complete(result, cflags);
        request.failed |= failed;
        return true;
    }

    private static boolean bundle(Request request) {
        return (request.ioprio & IORING_RECVSEND_BUNDLE) != 0;
    }
}
