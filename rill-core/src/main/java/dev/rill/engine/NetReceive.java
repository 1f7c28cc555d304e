package dev.rill.engine;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_BUF_MORE;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_MORE;
import static dev.rill.abi.CqeFlags.IORING_CQE_F_SOCK_NONEMPTY;
import static dev.rill.abi.MsgFlags.MSG_CTRUNC;
import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.Opcode.IORING_OP_RECV;
import static dev.rill.abi.SocketConstants.SOCK_SEQPACKET;
import static dev.rill.abi.SocketConstants.SOCK_STREAM;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_POLL_FIRST;
import static dev.rill.abi.SocketOpFlags.IORING_RECV_MULTISHOT;

import dev.rill.abi.Errno;

/// Receives: single, multishot, bundles, messages (io_uring/net.c: io_recv, io_recvmsg,
/// io_recv_finish).
final class NetReceive {

    private static final int KNOWN_FLAGS =
            IORING_RECVSEND_POLL_FIRST | IORING_RECV_MULTISHOT | IORING_RECVSEND_BUNDLE;
    /// Flags of a completion that its last pass decides.
    private static final int LAST_PASS =
            IORING_CQE_F_SOCK_NONEMPTY | IORING_CQE_F_MORE | IORING_CQE_F_BUF_MORE;
    /// How often a multishot goes on at once before others get their turn (MULTISHOT_MAX_RETRY).
    private static final int SHOTS_MAX = 32;

    /// The receive goes on at once.
    private static final int RETRY = 100;

    private NetReceive() {
    }

    static int prepare(Request request) {
        if (request.off != 0 || (request.ioprio & ~KNOWN_FLAGS) != 0) {
            return -Errno.EINVAL;
        }
        boolean message = request.opcode != IORING_OP_RECV;
        if (message && bundle(request) || !message && request.sqeLen < 0
                && !request.profile().has(Quirk.HUGE_LENGTHS)) {
            return -Errno.EINVAL;
        }
        request.noWait = (request.opFlags & MSG_DONTWAIT) != 0;
        if ((request.ioprio & IORING_RECV_MULTISHOT) != 0) {
            if (!request.selects() || (request.opFlags & MSG_WAITALL) != 0) {
                return -Errno.EINVAL;
            }
            boolean limits = request.sqeLen != 0 || request.fileIndex != 0;
            if (message ? request.fileIndex != 0
                    : limits && request.profile().has(Quirk.NO_MULTISHOT_LIMIT)) {
                return -Errno.EINVAL;
            }
            request.multishot = true;
            request.shotLength = message ? 0 : request.sqeLen;
            request.limited = request.fileIndex != 0;
            request.totalLeft = request.fileIndex;
        } else if (request.fileIndex != 0) {
            return -Errno.EINVAL;
        }
        request.message = new Message();
        request.lastPending = -1;
        int result = message ? MessageHeader.prepareReceive(request) : 0;
        if (result == 0 && message) { // a multishot looks at it once, later shots have no limit
            request.length = (int) ((MessageHeader) request.operation).vectorLength();
        }
        if (result == 0) {
            request.hasMessage = true;
            request.capacity = Math.max(request.capacity, request.ring.takeCapacity());
        }
        return result;
    }

    // ---- RECV -----------------------------------------------------------------------------

    static int receive(Request request, boolean fromPoll) {
        boolean isSocket = request.file instanceof Socket;
        if (pollsFirst(request)
                && (isSocket || !request.profile().has(Quirk.SOCKET_COMES_FIRST))) {
            return -Errno.EAGAIN;
        }
        if (!(request.file instanceof Socket socket)) {
            return -Errno.ENOTSOCK;
        }
        int outcome;
        do {
            int selected = selectBuffer(request);
            if (selected < 0) {
                outcome = passed(request, selected, -1, fromPoll);
                continue;
            }
            long wanted = request.message.data.remaining();
            int result = socket.receive(request.message.reset(request.opFlags));
            if (result == -Errno.EAGAIN) {
                if (request.secondPass) {
                    outcome = passed(request, result, -1, fromPoll);
                    continue;
                }
                recycle(request);
                return result;
            }
            if (waitsForMore(request, socket, result, wanted)) {
                return -Errno.EAGAIN;
            }
            outcome = passed(request, result, pending(request), fromPoll);
        } while (outcome == RETRY);
        return outcome;
    }

    /// What is left in the socket as far as the request knows, or -1.
    private static int pending(Request request) {
        boolean unknown = request.unlocked && bundle(request)
                && request.profile().has(Quirk.WORKER_BUNDLE_OF_ONE);
        return unknown ? -1 : request.message.pending;
    }

    /// Gives the buffer back because there was nothing; who fails for that may name it (Q12).
    private static void recycle(Request request) {
        if (!request.noWait || !request.profile().has(Quirk.FAILURE_NAMES_BUFFER)) {
            request.ring.buffers().recycle(request);
        }
    }

    private static boolean pollsFirst(Request request) {
        return (request.ioprio & IORING_RECVSEND_POLL_FIRST) != 0 && !request.polled;
    }

    /// @return 0 or `-errno`
    private static int selectBuffer(Request request) {
        if (!request.selects()) {
            if (!request.imported) {
                request.message.data.clear().add(request.memory(), request.addr, request.sqeLen);
                request.imported = true;
            }
            return AddressSpace.isUserRange(request.addr, request.sqeLen) ? 0 : -Errno.EFAULT;
        }
        if (request.held != Request.HELD_NONE) {
            return 0; // it has one from an earlier attempt
        }
        BufferLists buffers = request.ring.buffers();
        if (bundle(request) && !request.unlocked) {
            return peek(request, buffers);
        }
        long want = Integer.toUnsignedLong(request.length);
        if (!buffers.select(request, want)) {
            return -Errno.ENOBUFS;
        }
        request.length = (int) request.selectedLength; // the length latch (Q25)
        request.message.data.clear()
                .add(request.memory(), request.selectedAddress, request.selectedLength);
        return AddressSpace.isUserRange(request.selectedAddress, request.selectedLength)
                ? 0 : -Errno.EFAULT;
    }

    private static int peek(Request request, BufferLists buffers) {
        long amount = Integer.toUnsignedLong(request.length);
        if (amount == 0 && request.lastPending > 1) {
            amount = request.lastPending;
        }
        if (request.limited) {
            amount = amount == 0 ? request.totalLeft : Math.min(amount, request.totalLeft);
        }
        boolean known = request.secondPass || request.lastPending > 1;
        if (!known && request.profile().has(Quirk.BUNDLE_IGNORES_LENGTH)) {
            amount = 0;
        }
        int count = buffers.peek(request, amount, true, false);
        if (count < 0) {
            return count;
        }
        if (count == 1) {
            request.length = (int) request.selectedLength;
        }
        return request.message.data.isReachable() ? 0 : -Errno.EFAULT;
    }

    /// With MSG_WAITALL a receive that got something waits for the rest, in the same buffer.
    private static boolean waitsForMore(Request request, Socket socket, int result, long wanted) {
        if ((request.opFlags & MSG_WAITALL) == 0) {
            return false;
        }
        if (result > 0 && result < wanted && mayWait(request)
                && (socket.type() == SOCK_STREAM || socket.type() == SOCK_SEQPACKET)) {
            request.ring.buffers().commitPart(request, result,
                    request.message.data.placesTouched(result));
            request.transferredPart(result);
            return true;
        }
        if (result >= 0 && result < wanted
                || (request.message.answerFlags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
            request.failed = true;
        }
        return false;
    }

    private static boolean mayWait(Request request) {
        boolean ring = request.held == Request.HELD_RING; // those of lists go on waiting
        boolean incremental = ring && request.commitRing != null
                && request.commitRing.incremental();
        return !incremental && !(ring && bundle(request))
                || !request.profile().has(Quirk.WAITALL_TAKES_WHAT_COMES);
    }

    /// What a pass over the socket means for the request (`io_recv_finish`).
    ///
    /// @param result of this pass, bytes or `-errno`
    /// @param pending bytes left to read, or -1 when that is unknown
    private static int passed(Request request, int result, int pending, boolean fromPoll) {
        RingContext ring = request.ring;
        request.lastPending = pending;
        int total = result;
        if (result > 0) {
            total += request.transferred;
        } else if (request.transferred > 0) {
            total = request.transferred;
        } else {
            ring.buffers().recycle(request);
        }
        int cflags = pending > 0 ? IORING_CQE_F_SOCK_NONEMPTY : 0;
        if (request.limited && result > 0) { // a second pass counts the first one once more
            request.totalLeft -= Math.min(total, request.totalLeft);
            request.limitReached = request.totalLeft == 0;
        }
        boolean ends = result <= 0 || request.limitReached;
        if (bundle(request)) {
            int entries = result > 0 ? request.message.data.placesTouched(result) : 0;
            int counted = result > 0 && request.profile().has(Quirk.SECOND_PASS_COUNTS_FIRST)
                    ? total : result <= 0 && request.transferred > 0 ? 0 : result;
            cflags |= ring.buffers().put(request, used(request, counted), entries);
            if (request.secondPass) {
                cflags = request.cflags | cflags & lastPass(request);
            }
            if (request.multishot && request.shotLength != 0 && total >= request.shotLength) {
                request.capped = true;
            }
            ends |= request.lastBuffer;
            if (!request.lastBuffer && secondPassFollows(request, result, pending)) {
                request.cflags = cflags & ~lastPass(request);
                request.length = pending;
                request.transferred += result;
                request.secondPass = true;
                return RETRY;
            }
        } else {
            // The whole, not this pass: before commitPart nothing of the earlier ones was consumed.
            cflags |= ring.buffers().put(request, used(request, total), 1);
        }
        if (request.multishot && !ends
                && ring.postMore(request, total, cflags | IORING_CQE_F_MORE)) {
            return armedStill(request, pending, fromPoll);
        }
        request.complete(total, cflags);
        if (result < 0) {
            request.failed = true;
        }
        return Request.COMPLETE;
    }

    private static int lastPass(Request request) {
        return request.profile().has(Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS)
                ? LAST_PASS & ~IORING_CQE_F_BUF_MORE : LAST_PASS;
    }

    /// How much of its buffer a receive used: with MSG_TRUNC more than was written (Q14).
    private static int used(Request request, int result) {
        return result < 0 || request.profile().has(Quirk.TRUNC_OVER_COMMIT) ? result
                : (int) Math.min(result, request.selectedLength);
    }

    private static boolean secondPassFollows(Request request, int result, int pending) {
        boolean whole = !request.partialMap
                || request.profile().has(Quirk.PARTIAL_BUNDLE_RETRY);
        return !request.secondPass && whole && !request.capped
                && !request.limitReached && pending > 1 && result > 0
                && request.message.data.remaining() == 0
                && !request.profile().has(Quirk.NO_BUNDLE_RETRY);
    }

    private static int armedStill(Request request, int pending, boolean fromPoll) {
        request.lastBuffer = false;
        request.transferred = 0;
        request.secondPass = false;
        boolean othersTurn = request.capped;
        request.capped = false;
        request.partialMap = false;
        request.length = request.shotLength;
        if (pending == 0) {
            return -Errno.EAGAIN;
        }
        if (!othersTurn && request.shots++ < SHOTS_MAX) {
            return RETRY;
        }
        request.shots = 0;
        return fromPoll ? Request.REQUEUE : -Errno.EAGAIN;
    }

    // ---- RECVMSG --------------------------------------------------------------------------

    static int receiveMessage(Request request, boolean fromPoll) {
        if (!(request.file instanceof Socket socket)) {
            return -Errno.ENOTSOCK;
        }
        if (pollsFirst(request)) {
            return -Errno.EAGAIN;
        }
        int outcome;
        do {
            int selected = selectForMessage(request);
            if (selected < 0) {
                return selected;
            }
            MessageHeader header = (MessageHeader) request.operation;
            Message message = request.message.reset(request.opFlags);
            message.wantsControl = true;
            long wanted = message.data.remaining();
            int result = socket.receive(message);
            message.answerFlags |= header.cutOff(message);
            if (result == -Errno.EAGAIN) {
                recycle(request);
                return result;
            }
            if (!request.multishot && result >= 0) {
                header.answer(request.memory(), message); // also when the rest is waited for
            }
            long needed = header.controlLength() == 0 ? wanted : 0; // with more than bytes: any
            if (!request.multishot && waitsForMore(request, socket, result, needed)) {
                return -Errno.EAGAIN;
            }
            if (result < 0) {
                request.failed = true;
            }
            outcome = request.multishot && result >= 0
                    ? passedMessage(request, header, result, wanted, fromPoll)
                    : passed(request, result, message.pending, fromPoll);
        } while (outcome == RETRY);
        return outcome;
    }

    private static int selectForMessage(Request request) {
        MessageHeader header = (MessageHeader) request.operation;
        Message message = request.message;
        if (!request.selects()) {
            return 0; // the vectors were read when the request was prepared
        }
        if (request.held == Request.HELD_NONE) {
            if (!request.ring.buffers().select(request, Integer.toUnsignedLong(request.length))) {
                return -Errno.ENOBUFS;
            }
            long room = request.multishot ? header.headerLength() : 0;
            if (request.selectedLength < room) {
                request.ring.buffers().recycle(request);
                return -Errno.EFAULT;
            }
            message.data.clear().add(request.memory(), request.selectedAddress + room,
                    request.selectedLength - room);
        }
        return 0;
    }

    /// A message of a multishot: header, address, control data and payload in one buffer
    /// (`io_recvmsg_multishot`).
    private static int passedMessage(Request request, MessageHeader header, int result,
            long room, boolean fromPoll) {
        int written = header.writeAhead(request, result);
        if (written < 0) {
            request.ring.buffers().recycle(request);
            request.failed = true;
            return request.complete(written,
                    request.message.pending > 0 ? IORING_CQE_F_SOCK_NONEMPTY : 0);
        }
        int total = header.headerLength() + (int) Math.min(result, room);
        if (result > 0) {
            return passed(request, total, request.message.pending, fromPoll);
        }
        int pending = request.message.pending;
        int cflags = (pending > 0 ? IORING_CQE_F_SOCK_NONEMPTY : 0)
                | request.ring.buffers().put(request, total, 1);
        return request.complete(total, cflags);
    }

    private static boolean bundle(Request request) {
        return (request.ioprio & IORING_RECVSEND_BUNDLE) != 0;
    }
}
