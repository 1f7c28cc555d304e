package dev.rill.ring;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_DONTWAIT;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;
import static dev.rill.abi.MsgFlags.MSG_WAITALL;
import static dev.rill.abi.SetupFlags.IORING_SETUP_IOPOLL;
import static dev.rill.abi.SocketOpFlags.IORING_RECVSEND_BUNDLE;
import static dev.rill.abi.SqeFlags.IOSQE_ASYNC;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;
import static dev.rill.abi.SqeFlags.IOSQE_IO_LINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Kernel;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Needs;
import dev.rill.testing.Rig;
import dev.rill.testing.Rig.Cqe;
import dev.rill.testing.Rig.Pair;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// What would lose or overwrite bytes is refused with the group and the reason
/// (spec 7.11; Q8, Q14, Q25, Q26, Q28, Q32, Q33).
class SelectionRefusalTest {

    private static final int BGID = 37;

    private enum Kind { INCREMENTAL, CLASSIC, INCREMENTAL_BUNDLES, CLASSIC_BUNDLES }

    private static BufferGroup open(Rig rig, Kind kind) {
        boolean incremental = kind == Kind.INCREMENTAL || kind == Kind.INCREMENTAL_BUNDLES;
        boolean bundles = kind == Kind.INCREMENTAL_BUNDLES || kind == Kind.CLASSIC_BUNDLES;
        return BufferGroup.open(rig.ring(), new BufferGroupOptions(
                new BufferRingOptions(BGID, 2, incremental, false, 0), 2, 100, bundles));
    }

    /// The request is refused by each kind of group, taken by all others; nothing is submitted.
    private static void refused(Kernel kernel, String reason, List<Kind> by,
            UnaryOperator<Sqe> request) {
        for (Kind kind : Kind.values()) {
            try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, kind)) {
                Sqe sqe = request.apply(rig.sqe());
                if (by.contains(kind)) {
                    assertThatThrownBy(() -> group.select(sqe))
                            .as("%s", kind)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("buffer group " + BGID)
                            .hasMessageContaining(reason);
                } else {
                    assertThat(group.select(sqe)).isSameAs(sqe);
                    assertThat(sqe.flags() & 0x20).isEqualTo(0x20);
                }
            }
        }
    }

    private static final List<Kind> ALL = List.of(Kind.values());
    private static final List<Kind> ANY_INCREMENTAL =
            List.of(Kind.INCREMENTAL, Kind.INCREMENTAL_BUNDLES);
    private static final List<Kind> WHOLE = List.of(Kind.CLASSIC, Kind.CLASSIC_BUNDLES);
    private static final List<Kind> NO_BUNDLES = List.of(Kind.INCREMENTAL, Kind.CLASSIC);

    @KernelTest
    void waitingForAllOnAnIncrementalGroup(Kernel kernel) {
        refused(kernel, "RECV with buffer group 37: MSG_WAITALL on an incremental buffer",
                ANY_INCREMENTAL, sqe -> sqe.prepRecv(0, 0, 10, MSG_WAITALL));
        refused(kernel, "MSG_WAITALL on an incremental buffer",
                ANY_INCREMENTAL, sqe -> sqe.prepRecvmsg(0, 1, MSG_WAITALL));
    }

    @KernelTest
    void truncatingReportsOnAnIncrementalGroup(Kernel kernel) {
        refused(kernel, "MSG_TRUNC on an incremental buffer",
                ANY_INCREMENTAL, sqe -> sqe.prepRecv(0, 0, 10, MSG_TRUNC));
        refused(kernel, "MSG_TRUNC on an incremental buffer",
                ANY_INCREMENTAL, sqe -> sqe.prepRecvmsg(0, 1, MSG_TRUNC));
    }

    @KernelTest
    void messagesMayReportTheirLengthBecauseTheyConsumeWhatTheyWrote(Kernel kernel) {
        refused(kernel, "", List.of(), sqe -> sqe.prepRecvmsgMultishot(0, 1, MSG_TRUNC));
    }

    @KernelTest
    void workerThreadsOnAnIncrementalGroup(Kernel kernel) {
        refused(kernel, "IOSQE_ASYNC makes the kernel consume what was asked for",
                ANY_INCREMENTAL, sqe -> sqe.prepRecv(0, 0, 0, 0).flags(IOSQE_ASYNC));
        refused(kernel, "IOSQE_ASYNC makes the kernel consume what was asked for",
                ANY_INCREMENTAL, sqe -> sqe.prepRead(0, 0, 0, -1).flags(IOSQE_ASYNC));
    }

    @KernelTest
    void receivesThatDoNotWaitOnWholeBuffers(Kernel kernel) {
        refused(kernel, "MSG_DONTWAIT with whole buffers",
                WHOLE, sqe -> sqe.prepRecv(0, 0, 10, MSG_DONTWAIT));
        refused(kernel, "MSG_DONTWAIT with whole buffers",
                WHOLE, sqe -> sqe.prepRecvmsg(0, 1, MSG_DONTWAIT));
    }

    @KernelTest
    void consumptionWithoutACompletion(Kernel kernel) {
        refused(kernel, "IOSQE_CQE_SKIP_SUCCESS would consume buffers without a completion",
                ALL, sqe -> sqe.prepRecv(0, 0, 0, 0).flags(IOSQE_CQE_SKIP_SUCCESS));
    }

    @KernelTest
    void sendsFromAnIncrementalGroup(Kernel kernel) {
        refused(kernel, "SEND with buffer group 37: a short send from an incremental buffer",
                ANY_INCREMENTAL, sqe -> sqe.prepSend(0, 0, 0, 0));
    }

    @KernelTest
    void bundlesOnAGroupThatWasNotOpenedForThem(Kernel kernel) {
        for (Consumer<Sqe> prep : List.<Consumer<Sqe>>of(
                sqe -> sqe.prepRecv(0, 0, 0, 0), sqe -> sqe.prepRecvMultishot(0))) {
            refused(kernel, "bundles need a group opened for them (bundles=true)", NO_BUNDLES,
                    sqe -> {
                        prep.accept(sqe);
                        return sqe.ioprio(IORING_RECVSEND_BUNDLE);
                    });
        }
    }

    @KernelTest
    void bundlesThatWaitForAll(Kernel kernel) {
        UnaryOperator<Sqe> request = sqe -> sqe.prepRecv(0, 0, 10, MSG_WAITALL)
                .ioprio(IORING_RECVSEND_BUNDLE);
        refused(kernel, "", ALL, request);
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, Kind.CLASSIC_BUNDLES)) {
            assertThatThrownBy(() -> group.select(request.apply(rig.sqe())))
                    .hasMessageContaining("MSG_WAITALL lets another receive have a bundle's"
                            + " buffers");
        }
    }

    @KernelTest
    void ordinaryReceivesAreTaken(Kernel kernel) {
        refused(kernel, "", List.of(), sqe -> sqe.prepRecv(0, 0, 0, 0));
        refused(kernel, "", List.of(), sqe -> sqe.prepRecvMultishot(0));
        refused(kernel, "", List.of(), sqe -> sqe.prepRecvmsg(0, 1, 0));
        refused(kernel, "", List.of(), sqe -> sqe.prepRead(0, 0, 0, -1));
        refused(kernel, "", List.of(), sqe -> sqe.prepReadMultishot(0));
        refused(kernel, "", List.of(), sqe -> sqe.prepRecv(0, 0, 9, MSG_PEEK)
                .flags(IOSQE_IO_LINK));
    }

    @KernelTest
    @Needs(Feature.MIN_LEFT)
    void datagramsThatTheEndOfABufferCouldCut(Kernel kernel) {
        try (Rig rig = new Rig(kernel)) {
            for (int minLeft : new int[] {0, 1, 1499}) {
                datagramsRefused(rig, minLeft, 1500, sqe -> sqe.prepRecvMultishot(0));
                datagramsRefused(rig, minLeft, 1500, sqe -> sqe.prepRecv(0, 0, 0, 0));
                datagramsRefused(rig, minLeft, 1500, sqe -> sqe.prepRecvmsg(0, 1, 0));
            }
            for (int minLeft : new int[] {0, 1500, 1515}) { // struct io_uring_recvmsg_out as well
                datagramsRefused(rig, minLeft, 1516, sqe -> sqe.prepRecvmsgMultishot(0, 1, 0));
            }
            try (BufferGroup group = datagramGroup(rig, 1500)) {
                group.selectForDatagrams(rig.sqe().prepRecvMultishot(0), 1500);
                group.selectForDatagrams(rig.sqe().prepRecv(0, 0, 0, 0), 1500);
                group.selectForDatagrams(rig.sqe().prepRecvmsg(0, 1, 0), 1500);
            }
            try (BufferGroup group = datagramGroup(rig, 1516)) {
                group.selectForDatagrams(rig.sqe().prepRecvmsgMultishot(0, 1, 0), 1500);
            }
            try (BufferGroup group = open(rig, Kind.CLASSIC)) {
                group.selectForDatagrams(rig.sqe().prepRecvMultishot(0), 1500);
                group.selectForDatagrams(rig.sqe().prepRecvmsgMultishot(0, 1, 0), 1500);
            }
        }
    }

    private static void datagramsRefused(Rig rig, int minLeft, int needed,
            UnaryOperator<Sqe> request) {
        try (BufferGroup group = datagramGroup(rig, minLeft)) {
            assertThatThrownBy(() -> group.selectForDatagrams(request.apply(rig.sqe()), 1500))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("minLeft=" + minLeft + " with datagrams")
                    .hasMessageContaining("minLeft >= " + needed + ", or use a classic one");
        }
    }

    @KernelTest
    void readsOfFilesIntoAnIncrementalGroup(Kernel kernel) {
        for (long offset : new long[] {0, 4096, 0xffffffffL, -1L << 32}) {
            refused(kernel, "READ with buffer group 37: reading a file consumes what was asked for",
                    ANY_INCREMENTAL, sqe -> sqe.prepRead(0, 0, 0, offset));
            refused(kernel, "let the offset be -1",
                    ANY_INCREMENTAL, sqe -> sqe.prepReadv(0, 1, 1, offset));
        }
    }

    private static BufferGroup datagramGroup(Rig rig, int minLeft) {
        return BufferGroup.open(rig.ring(), new BufferGroupOptions(
                BufferRingOptions.incremental(BGID, 2).withMinLeft(minLeft), 2, 65536, false));
    }

    @KernelTest
    void groupsOnAPollingRing(Kernel kernel) {
        RingOptions options = RingOptions.defaults().withFlags(0, IORING_SETUP_IOPOLL);
        try (Ring ring = Ring.open(kernel, options)) {
            for (BufferGroupOptions group : List.of(BufferGroupOptions.incremental(BGID, 2, 100),
                    BufferGroupOptions.classic(BGID, 2, 100))) {
                assertThatThrownBy(() -> BufferGroup.open(ring, group))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("bgid=37")
                        .hasMessageContaining("IORING_SETUP_IOPOLL");
            }
        }
    }

    @KernelTest
    void aRefusedRequestCanBeFilledInAgain(Kernel kernel) {
        try (Rig rig = new Rig(kernel); BufferGroup group = open(rig, Kind.INCREMENTAL)) {
            Pair pair = rig.unixStream();
            rig.write(pair.right(), Rig.pattern(5, 1));
            Sqe sqe = rig.sqe().prepRecv(pair.left(), 0, 10, MSG_WAITALL).userData(1);
            assertThatThrownBy(() -> group.select(sqe))
                    .isInstanceOf(IllegalArgumentException.class);
            group.select(sqe.opFlags(0));
            assertThat(rig.await()).isEqualTo(new Cqe(1, 5, 0x11));
        }
    }
}
