package dev.rill.ring;

import static dev.rill.abi.FeatureFlags.IORING_FEAT_RECVSEND_BUNDLE;
import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SocketOpFlags.IORING_RECV_MULTISHOT;
import static dev.rill.abi.SqeFlags.IOSQE_ASYNC;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;

import dev.rill.abi.IoUringRecvmsgOut;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.Opcode;

/// Which requests may choose their buffer from a group, because the kernel neither loses nor
/// overwrites bytes then: [BufferGroup#select] says it in words, [Quirk] why.
///
/// Most rules hold for every kernel. Those about bundles depend on what is found, which is asked
/// only when a group is opened for bundles.
final class Selection {

    private final boolean incremental;
    private final int minLeft;
    private final boolean bundles;
    /// Whether bundles were asked for and are not to be had.
    private final StepDown withoutBundles;
    private final boolean bundlesShorten;

    /// @param ring the group's ring
    /// @param options what is wanted of the group, of a kind that the kernel has
    Selection(Ring ring, BufferGroupOptions options) {
        incremental = options.ring().incremental();
        minLeft = options.ring().minLeft();
        withoutBundles = options.bundles() ? doubt(ring) : null;
        bundles = options.bundles() && withoutBundles == null;
        bundlesShorten = bundles && !incremental
                && Quirks.of(ring.kernel()).mayHave(Quirk.BUNDLE_SHORTENS_ENTRY);
    }

    /// Why bundles are not used although they were asked for; null when they are.
    private StepDown doubt(Ring ring) {
        if ((ring.features() & IORING_FEAT_RECVSEND_BUNDLE) == 0) {
            return new StepDown("IORING_RECVSEND_BUNDLE", "6.10", "a completion for each buffer");
        }
        Quirks quirks = Quirks.of(ring.kernel());
        if (quirks.mayHave(Quirk.CLASSIC_BUNDLE_MISPLACED)
                || incremental && quirks.mayHave(Quirk.BUNDLE_COUNTED_TWICE)) {
            return new StepDown("a bundle whose bytes are where they belong", "6.15.5",
                    "a completion for each buffer");
        }
        if (incremental && quirks.mayHave(Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS)) {
            return new StepDown("a bundle that says whether its last buffer is finished",
                    "7.1", "a completion for each buffer");
        }
        return null;
    }

    /// What there is instead of bundles.
    ///
    /// @return null when there are bundles, or nobody wants any
    StepDown withoutBundles() {
        return withoutBundles;
    }

    /// Makes a plain receive of a bundle where the group has to do without.
    void simplify(Sqe sqe) {
        if (withoutBundles != null && sqe.opcode() == Opcode.IORING_OP_RECV) {
            sqe.setIoprio(sqe.ioprio() & ~IORING_RECVSEND_BUNDLE);
        }
    }

    /// Why a request may not choose a buffer.
    ///
    /// @return a phrase, or null when it may
    String refusal(Sqe sqe) {
        if ((sqe.flags() & IOSQE_CQE_SKIP_SUCCESS) != 0) {
            return "IOSQE_CQE_SKIP_SUCCESS would consume buffers without a completion";
        }
        int opcode = sqe.opcode();
        boolean socket = opcode == Opcode.IORING_OP_RECV || opcode == Opcode.IORING_OP_RECVMSG
                || opcode == Opcode.IORING_OP_SEND;
        if (socket && (sqe.ioprio() & IORING_RECVSEND_BUNDLE) != 0) {
            String why = bundleRefusal(sqe);
            if (why != null) {
                return why;
            }
        }
        return incremental ? incrementalRefusal(sqe, socket) : classicRefusal(sqe);
    }

    /// Seen on 6.12.43: the completion is (-EAGAIN, BUFFER), the head has not moved, and the next
    /// receive gets the same buffer.
    private static String classicRefusal(Sqe sqe) {
        int opcode = sqe.opcode();
        boolean receives = opcode == Opcode.IORING_OP_RECV || opcode == Opcode.IORING_OP_RECVMSG;
        return receives && (sqe.word(IoUringSqe.OP_FLAGS) & MSG_DONTWAIT) != 0
                ? "MSG_DONTWAIT with whole buffers: when there is nothing, kernels before 6.18 name"
                + " a buffer that they have not used, and it would be lent twice; let it wait, or"
                + " cancel it"
                : null;
    }

    private String bundleRefusal(Sqe sqe) {
        if (!bundles) {
            return withoutBundles != null ? withoutBundles.toString()
                    : "bundles need a group opened for them (bundles=true)";
        }
        if ((sqe.word(IoUringSqe.OP_FLAGS) & MSG_WAITALL) != 0) {
            return "MSG_WAITALL lets another receive have a bundle's buffers while it waits";
        }
        if (bundlesShorten && sqe.opcode() == Opcode.IORING_OP_RECV
                && sqe.word(IoUringSqe.LEN) != 0) {
            return "this kernel shortens the buffers that a bundle with a length only looks at;"
                    + " leave the length 0";
        }
        return null;
    }

    private static String incrementalRefusal(Sqe sqe, boolean socket) {
        int opcode = sqe.opcode();
        if ((sqe.flags() & IOSQE_ASYNC) != 0) {
            return "IOSQE_ASYNC makes the kernel consume what was asked for, not what came";
        }
        if (opcode == Opcode.IORING_OP_SEND) {
            return "a short send from an incremental buffer loses its rest";
        }
        boolean reads = opcode == Opcode.IORING_OP_READ || opcode == Opcode.IORING_OP_READV;
        if (reads && (sqe.word(IoUringSqe.OFF) & sqe.word(IoUringSqe.OFF + 4)) != -1) {
            return "reading a file consumes what was asked for, not what was read; for a pipe or"
                    + " socket let the offset be -1";
        }
        if (!socket) {
            return null;
        }
        int msgFlags = sqe.word(IoUringSqe.OP_FLAGS);
        if ((msgFlags & MSG_WAITALL) != 0) {
            return "MSG_WAITALL on an incremental buffer lets the next receive overwrite data";
        }
        if ((msgFlags & MSG_TRUNC) != 0 && !isMultishotMessage(sqe)) {
            return "MSG_TRUNC on an incremental buffer consumes more than was written";
        }
        return null;
    }

    /// Why a request may not receive datagrams up to a size.
    ///
    /// @return a phrase, or null when it may
    String datagramRefusal(Sqe sqe, int datagramSizeMax) {
        long needed = (long) datagramSizeMax
                + (isMultishotMessage(sqe) ? IoUringRecvmsgOut.SIZE : 0);
        if (!incremental || minLeft >= needed) {
            return null;
        }
        return "minLeft=" + minLeft + " with datagrams of up to " + datagramSizeMax + " bytes: the"
                + " kernel may cut them without a word; open the group with minLeft >= " + needed
                + ", or use a classic one";
    }

    private static boolean isMultishotMessage(Sqe sqe) {
        return sqe.opcode() == Opcode.IORING_OP_RECVMSG
                && (sqe.ioprio() & IORING_RECV_MULTISHOT) != 0;
    }
}
