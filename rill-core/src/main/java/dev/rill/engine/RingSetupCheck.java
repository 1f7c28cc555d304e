package dev.rill.engine;

import static dev.rill.abi.SetupFlags.IORING_SETUP_CLAMP;
import static dev.rill.abi.SetupFlags.IORING_SETUP_COOP_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_CQE32;
import static dev.rill.abi.SetupFlags.IORING_SETUP_CQSIZE;
import static dev.rill.abi.SetupFlags.IORING_SETUP_DEFER_TASKRUN;
import static dev.rill.abi.SetupFlags.IORING_SETUP_IOPOLL;
import static dev.rill.abi.SetupFlags.IORING_SETUP_NO_SQARRAY;
import static dev.rill.abi.SetupFlags.IORING_SETUP_R_DISABLED;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SINGLE_ISSUER;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQE128;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQPOLL;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQ_AFF;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SUBMIT_ALL;
import static dev.rill.abi.SetupFlags.IORING_SETUP_TASKRUN_FLAG;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.Errno;
import dev.rill.abi.FeatureFlags;
import dev.rill.abi.IoUringParams;
import java.lang.foreign.MemorySegment;

/// Creates rings: what `io_uring_setup` checks, and what it answers (io_uring/io_uring.c:
/// io_uring_setup, io_uring_sanitise_params, io_uring_fill_params).
final class RingSetupCheck {

    private static final int ENTRIES_MAX = 32768;
    private static final int KNOWN = IORING_SETUP_IOPOLL | IORING_SETUP_SQPOLL
            | IORING_SETUP_SQ_AFF | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP
            | IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN
            | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SQE128 | IORING_SETUP_CQE32
            | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN
            | IORING_SETUP_NO_SQARRAY;
    private static final int FEATURES = FeatureFlags.IORING_FEAT_SINGLE_MMAP
            | FeatureFlags.IORING_FEAT_NODROP | FeatureFlags.IORING_FEAT_SUBMIT_STABLE
            | FeatureFlags.IORING_FEAT_RW_CUR_POS | FeatureFlags.IORING_FEAT_CUR_PERSONALITY
            | FeatureFlags.IORING_FEAT_FAST_POLL | FeatureFlags.IORING_FEAT_POLL_32BITS
            | FeatureFlags.IORING_FEAT_SQPOLL_NONFIXED | FeatureFlags.IORING_FEAT_EXT_ARG
            | FeatureFlags.IORING_FEAT_CQE_SKIP | FeatureFlags.IORING_FEAT_LINKED_FILE
            | FeatureFlags.IORING_FEAT_REG_REG_RING | FeatureFlags.IORING_FEAT_RECVSEND_BUNDLE
            | FeatureFlags.IORING_FEAT_MIN_TIMEOUT;

    private RingSetupCheck() {
    }

    /// @return 0 or `-errno`
    static int check(int entries, MemorySegment params) {
        int flags = params.get(JAVA_INT, IoUringParams.FLAGS);
        boolean clamp = (flags & IORING_SETUP_CLAMP) != 0;
        for (int i = 0; i < 3; i++) {
            if (params.get(JAVA_INT, IoUringParams.RESV + 4L * i) != 0) {
                return -Errno.EINVAL;
            }
        }
        if ((flags & ~KNOWN) != 0 || entries == 0
                || !clamp && Integer.compareUnsigned(entries, ENTRIES_MAX) > 0) {
            return -Errno.EINVAL;
        }
        boolean deferred = (flags & IORING_SETUP_DEFER_TASKRUN) != 0;
        boolean sqPoll = (flags & IORING_SETUP_SQPOLL) != 0;
        boolean cooperative = (flags & IORING_SETUP_COOP_TASKRUN) != 0;
        boolean flagged = (flags & IORING_SETUP_TASKRUN_FLAG) != 0;
        if (sqPoll && (deferred || cooperative || flagged)
                || !sqPoll && (flags & IORING_SETUP_SQ_AFF) != 0
                || flagged && !cooperative && !deferred
                || deferred && (flags & IORING_SETUP_SINGLE_ISSUER) == 0) {
            return -Errno.EINVAL;
        }
        if ((flags & IORING_SETUP_CQSIZE) != 0) {
            int wanted = params.get(JAVA_INT, IoUringParams.CQ_ENTRIES);
            if (wanted == 0 || !clamp && Integer.compareUnsigned(wanted, 2 * ENTRIES_MAX) > 0
                    || cqEntries(flags, wanted, 0) < sqEntries(entries)) {
                return -Errno.EINVAL;
            }
        }
        return 0;
    }

    static RingContext create(InProcessKernel kernel, int entries, MemorySegment params) {
        int flags = params.get(JAVA_INT, IoUringParams.FLAGS);
        int sqEntries = sqEntries(entries);
        int cqEntries = cqEntries(flags, params.get(JAVA_INT, IoUringParams.CQ_ENTRIES),
                sqEntries);
        RingLayout layout = new RingLayout(sqEntries, cqEntries, flags, kernel.pageSize());
        layout.describe(params);
        params.set(JAVA_INT, IoUringParams.FEATURES, FEATURES);
        return new RingContext(kernel, layout, flags);
    }

    private static int sqEntries(int entries) {
        return powerOfTwo(entries, ENTRIES_MAX);
    }

    private static int cqEntries(int flags, int wanted, int sqEntries) {
        return (flags & IORING_SETUP_CQSIZE) == 0 ? 2 * sqEntries
                : powerOfTwo(wanted, 2 * ENTRIES_MAX);
    }

    private static int powerOfTwo(int wanted, int max) {
        if (wanted < 0 || wanted > max) {
            return max;
        }
        return wanted == 1 ? 1 : Integer.highestOneBit(wanted - 1) << 1;
    }
}
