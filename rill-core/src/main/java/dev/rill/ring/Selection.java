package dev.rill.ring;

import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SocketOpFlags.IORING_RECV_MULTISHOT;
import static dev.rill.abi.SqeFlags.IOSQE_ASYNC;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;

import dev.rill.abi.Opcode;

/// Which requests may choose their buffer from a group, because the kernel neither loses nor
/// overwrites bytes then: [BufferGroup#select] says it in words.
final class Selection {

    private Selection() {
    }

    /// Why a request may not select a buffer.
    ///
    /// @return the reason, or null when it may
    static String refusal(Sqe sqe, BufferGroupOptions options) {
        int opcode = sqe.opcode();
        if ((sqe.flags() & IOSQE_CQE_SKIP_SUCCESS) != 0) {
            return "IOSQE_CQE_SKIP_SUCCESS would consume buffers without a completion";
        }
        boolean socket = opcode == Opcode.IORING_OP_RECV || opcode == Opcode.IORING_OP_RECVMSG
                || opcode == Opcode.IORING_OP_SEND;
        if (socket && (sqe.ioprio() & IORING_RECVSEND_BUNDLE) != 0 && !options.bundles()) {
            return "bundles need a group opened for them (bundles=true)";
        }
        if (socket && (sqe.ioprio() & IORING_RECVSEND_BUNDLE) != 0
                && (sqe.opFlags() & MSG_WAITALL) != 0) {
            return "MSG_WAITALL lets another receive have a bundle's buffers while it waits";
        }
        if (!options.ring().incremental()) {
            return null;
        }
        if ((sqe.flags() & IOSQE_ASYNC) != 0) {
            return "IOSQE_ASYNC makes the kernel consume what was asked for, not what came";
        }
        if (opcode == Opcode.IORING_OP_SEND) {
            return "a short send from an incremental buffer loses its rest";
        }
        if (!socket) {
            return null;
        }
        if ((sqe.opFlags() & MSG_WAITALL) != 0) {
            return "MSG_WAITALL on an incremental buffer lets the next receive overwrite data";
        }
        boolean message = opcode == Opcode.IORING_OP_RECVMSG
                && (sqe.ioprio() & IORING_RECV_MULTISHOT) != 0;
        if ((sqe.opFlags() & MSG_TRUNC) != 0 && !message) {
            return "MSG_TRUNC on an incremental buffer consumes more than was written";
        }
        return null;
    }
}
