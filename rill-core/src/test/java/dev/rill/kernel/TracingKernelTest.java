package dev.rill.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import dev.rill.abi.SocketConstants;
import dev.rill.ring.BufferGroup;
import dev.rill.ring.BufferGroupOptions;
import dev.rill.ring.BufferRing;
import dev.rill.ring.BufferRingOptions;
import dev.rill.ring.CompletionQueue;
import dev.rill.ring.Quirk;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import dev.rill.testing.KernelTest;
import dev.rill.testing.Needs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What the trace shows of a small program, line by line.
class TracingKernelTest {

    private static final RingOptions OPTIONS = RingOptions.defaults().withQueues(8, 16);

    /// Descriptors wherever they stand: after a call's name, an answer, a field, a pair.
    private static final Pattern DESCRIPTOR = Pattern.compile(
            "(?<=^(?:register|enter|map|close|write|shutdown)\\()\\d+"
            + "|(?<=^setup\\(8, .{0,200}\\) = )\\d+|(?<=\\bfd )\\d+"
            + "|\\d+(?= and \\d)|(?<=and )\\d+");

    private final List<String> lines = new ArrayList<>();

    @KernelTest
    @Needs(without = Quirk.NO_UNIX_HINT)
    void everyCallEveryRequestAndEveryCompletionIsALine(Kernel kernel) {
        Kernel traced = new TracingKernel(kernel, lines::add);
        try (Arena arena = Arena.ofConfined();
                Ring ring = Ring.open(traced, OPTIONS);
                BufferGroup group = BufferGroup.open(ring,
                        BufferGroupOptions.incremental(3, 2, 4096))) {
            MemorySegment fds = traced.memory(8, arena);
            traced.descriptors().socketpair(SocketConstants.AF_UNIX,
                    SocketConstants.SOCK_STREAM, 0, fds);
            int near = fds.get(JAVA_INT, 0);
            int far = fds.get(JAVA_INT, 4);
            MemorySegment bytes = traced.memory(4096, arena);
            traced.descriptors().write(far, bytes.asSlice(0, 100));
            group.select(ring.sqe().prepRecv(near, 0, 0, 0)).userData(1);
            group.select(ring.sqe().prepRecvMultishot(near)).userData(2);
            ring.submitAndWait(1);
            reap(ring);
            traced.descriptors().write(far, bytes.asSlice(0, 4000));
            ring.submitAndWait(2);
            reap(ring);
            group.bufferRing().head();
            ring.sqe().prepSend(near, bytes.address(), 5, 0x4040).userData(3);
            ring.sqe().prepCancelFd(near).userData(-1L);
            ring.submitAndWait(3, 2_500_000_000L);
            reap(ring);
            traced.descriptors().close(near);
            traced.descriptors().close(far);
        }
        assertThat(normalized()).isEqualTo("""
                setup(8, CQSIZE|SUBMIT_ALL|SINGLE_ISSUER|DEFER_TASKRUN|NO_SQARRAY) = #1, sq_entries\
                 8, cq_entries 16, features ...
                map(#1, SQ_RING, ... bytes) = 0x...
                map(#1, SQES, 512 bytes) = 0x...
                register(#1, RING_FDS, count 1) = 1, index 0
                register(#1, PBUF_RING, bgid 3, entries 2, addr 0x..., flags INC) = 0
                socketpair(1, 1, 0) = 0, #2 and #3
                write(#3, 100 bytes) = 100
                enter(#1, submit 2, wait 1, GETEVENTS|REGISTERED_RING) = 2
                  sqe 0x1: RECV fd #2, flags BUFFER_SELECT, buf_group 3
                  sqe 0x2: RECV fd #2, flags BUFFER_SELECT, ioprio MULTISHOT, buf_group 3
                  cqe 0x1: res 100, flags 0x11 BUFFER|BUF_MORE bid 0
                write(#3, 4000 bytes) = 4000
                enter(#1, submit 0, wait 2, GETEVENTS|REGISTERED_RING) = 0
                  cqe 0x2: res 3996, flags 0x7 BUFFER|MORE|SOCK_NONEMPTY bid 0
                  cqe 0x2: res 4, flags 0x10013 BUFFER|MORE|BUF_MORE bid 1
                register(#1, PBUF_STATUS, bgid 3) = 0, head 1
                enter(#1, submit 2, wait 3, GETEVENTS|EXT_ARG|REGISTERED_RING, ts 2500.000 ms) = 2
                  sqe 0x3: SEND fd #2, addr 0x..., len 5, msg_flags DONTWAIT|NOSIGNAL
                  sqe 0xffffffffffffffff: ASYNC_CANCEL fd #2, cancel_flags ALL|FD
                  cqe 0x3: res 5, flags 0
                  cqe 0xffffffffffffffff: res 1, flags 0
                  cqe 0x2: res -ECANCELED, flags 0
                close(#2) = 0
                close(#3) = 0
                register(#1, UNREGISTER_PBUF_RING, bgid 3) = 0
                register(#1, UNREGISTER_RING_FDS, index 0) = 1
                close(#1) = 0
                """);
    }

    @KernelTest
    void refusalsAreShownAndPassedOn(Kernel kernel) {
        Kernel traced = new TracingKernel(kernel, lines::add);
        try (Ring ring = Ring.open(traced, OPTIONS);
                BufferRing _ = BufferRing.register(ring, BufferRingOptions.classic(0, 8));
                Arena arena = Arena.ofConfined()) {
            lines.clear();
            assertThatThrownBy(() ->
                    BufferRing.register(ring, BufferRingOptions.incremental(0, 8).withMinLeft(7)))
                    .isInstanceOf(KernelException.class);
            assertThatThrownBy(() -> traced.map(ring.fd(), 0x8000_0000L | 9 << 16, 4096, arena))
                    .isInstanceOf(KernelException.class);
            assertThat(traced.descriptors().close(-1)).isEqualTo(-Errno.EBADF);
            assertThat(traced.enter(-1, 0, 0, 0, MemorySegment.NULL)).isEqualTo(-Errno.EBADF);
        }
        assertThat(lines.subList(0, 4)).satisfiesExactly(
                line -> assertThat(line).startsWith("register(").contains("min_left 7")
                        .matches(".* = -(EEXIST|EINVAL)"), // before 6.18.30 no min_left
                line -> assertThat(line).contains("PBUF_RING bgid 9, 4096 bytes) = -E"),
                line -> assertThat(line).isEqualTo("close(-1) = -EBADF"),
                line -> assertThat(line).isEqualTo("enter(-1, submit 0, wait 0, 0) = -EBADF"));
    }

    @KernelTest
    void ringsThatAreOpenAtTheSameTimeAreToldApart(Kernel kernel) {
        Kernel traced = new TracingKernel(kernel, lines::add);
        try (Ring one = Ring.open(traced, OPTIONS); Ring two = Ring.open(traced, OPTIONS)) {
            lines.clear();
            two.sqe().prepNop().userData(22);
            two.submitAndWait(1);
            one.sqe().prepNop().userData(11);
            one.submitAndWait(1);
            assertThat(lines).containsExactly(
                    "enter(" + two.fd() + ", submit 1, wait 1, GETEVENTS|REGISTERED_RING) = 1",
                    "  sqe 0x16: NOP", "  cqe 0x16: res 0, flags 0",
                    "enter(" + one.fd() + ", submit 1, wait 1, GETEVENTS|REGISTERED_RING) = 1",
                    "  sqe 0xb: NOP", "  cqe 0xb: res 0, flags 0");
        }
    }

    @KernelTest
    void entriesAreShownOnceHoweverOftenTheQueuesGoAround(Kernel kernel) {
        Kernel traced = new TracingKernel(kernel, lines::add);
        for (RingOptions options : List.of(OPTIONS, OPTIONS.withFlags(0, 0))) {
            try (Ring ring = Ring.open(traced, options)) {
                lines.clear();
                for (int i = 0; i < 100; i++) {
                    ring.sqe().prepNop().userData(i);
                    ring.submitAndWait(1);
                    reap(ring);
                }
                lines.removeIf(line -> line.startsWith("enter("));
                assertThat(lines).hasSize(200).doesNotHaveDuplicates()
                        .endsWith("  sqe 0x63: NOP", "  cqe 0x63: res 0, flags 0");
            }
        }
    }

    private static void reap(Ring ring) {
        CompletionQueue completions = ring.completions();
        while (completions.next()) {
            continue;
        }
        completions.advance();
    }

    private String normalized() {
        Map<String, String> names = new HashMap<>();
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            String plain = DESCRIPTOR.matcher(line).replaceAll((MatchResult match) ->
                    names.computeIfAbsent(match.group(), _ -> "#" + (names.size() + 1)));
            text.append(plain.replaceAll("(?<=addr |= )0x[0-9a-f]+", "0x...")
                    .replaceAll("(?<=features ).*", "...")
                    .replaceAll("(?<=SQ_RING, )\\d+", "...")).append('\n');
        }
        return text.toString();
    }
}
