package dev.rill.scenario;

import static dev.rill.abi.RegisterOp.IORING_REGISTER_ENABLE_RINGS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_FILES;
import static dev.rill.abi.SetupFlags.IORING_SETUP_R_DISABLED;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQPOLL;
import static dev.rill.abi.SqeFlags.IOSQE_ASYNC;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;
import static dev.rill.abi.SqeFlags.IOSQE_IO_DRAIN;
import static dev.rill.abi.SqeFlags.IOSQE_IO_HARDLINK;
import static dev.rill.abi.SqeFlags.IOSQE_IO_LINK;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.abi.Opcode;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.TracingKernel;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/// Plays one part of a scenario, from a fresh ring to its end.
///
/// After each step the kernel is entered and looked at, unless the scenario holds it back; waiting
/// is only for completions that are expected.
final class Player implements AutoCloseable {

    /// For what a thread of the kernel does: only a wrong expectation waits so long.
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    /// What threads of the kernel need for a request that does not wait.
    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /// Timers that may end while a scenario is played.
    private static final long TIMERS_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final RingOptions RING = new RingOptions(64, 1024, 0, 0, false);

    private final Target target;
    private final TraceLog trace;
    private final Kernel kernel;
    private final Arena arena;
    private final Service service;
    private final Endpoints endpoints;
    private final Groups groups;
    private final Requests requests;
    private Ring ring;
    private Completions completions;
    private boolean held;
    private boolean linked;
    private boolean disabled;
    /// Whether threads of the kernel work beside us.
    private boolean workers;
    /// Whether a request has waited for all before it: what comes after it may be a worker's.
    private boolean draining;
    /// Requests that such threads were given and have not ended.
    private final Set<String> atWork = new HashSet<>();
    /// Whether they were given something since they were last waited for.
    private boolean givenWork;
    private int skipped;
    /// What the last `take` got.
    private byte[] lastTaken = {};

    /// @param trace where calls are written down, or null
    Player(Target target, TraceLog trace, List<Statement> statements) {
        this.target = target;
        this.trace = trace;
        Plan plan = new Plan(statements);
        arena = plan.otherThreads() ? Arena.ofShared() : Arena.ofConfined();
        kernel = trace == null ? target.kernel()
                : new TracingKernel(target.kernel(), line -> trace.add("    " + line));
        service = new Service(target.kernel(), arena);
        endpoints = new Endpoints(kernel, service, arena);
        groups = new Groups(kernel, arena, plan);
        requests = new Requests(kernel, arena, endpoints, groups);
    }

    /// Plays lines in order.
    ///
    /// @throws LocatedMismatch at the first thing that is not as expected
    void play(List<Statement> statements) {
        for (Statement statement : statements) {
            if (statement.condition() != null && !statement.condition().holds(target)) {
                continue;
            }
            trace.add(statement.place() + ": " + statement.place().text());
            try {
                play(statement);
            } catch (Mismatch e) {
                throw located(statement, e.getMessage());
            } catch (KernelException e) {
                throw located(statement, "this could not be done: " + e.getMessage());
            }
        }
    }

    /// Makes sure that nothing is left over.
    void finish() {
        if (ring != null && !disabled) {
            held = false;
            completions.expectNothing(true, workers);
        }
    }

    private static RuntimeException located(Statement statement, String message) {
        return new LocatedMismatch(statement.place() + ": " + statement.place().text() + "\n    "
                + message);
    }

    private void play(Statement statement) {
        switch (statement.step()) {
            case Step.Repeat repeat -> {
                for (int i = 0; i < repeat.count(); i++) {
                    play(repeat.statements());
                }
            }
            case Step.Register _, Step.Map _, Step.Offer _, Step.Take _,
                    Step.Dial _ ->
                compare(answer(statement.step()), statement);
            case Step.Head _, Step.Available _, Step.Slot _, Step.Bytes _, Step.Overflow _,
                    Step.MessageFlags _ -> check(statement.step());
            default -> perform(statement.step());
        }
        if (statement.expected() instanceof Expected.Completions expected) {
            ring();
            if (expected.cqes().isEmpty()) {
                completions.expectNothing(!held && !disabled, workers);
            } else {
                completions.expect(expected, !held && !disabled);
            }
        }
    }

    /// Does what a line says that has no answer, and lets the kernel do its part.
    void perform(Step step) {
        if (step instanceof Step.Feed feed) {
            feed(feed);
            return;
        }
        act(step);
        look();
    }

    /// Whether a line has an answer of its own, apart from completions.
    static boolean answers(Step step) {
        return step instanceof Step.Register || step instanceof Step.Map
                || step instanceof Step.Offer || step instanceof Step.Take
                || step instanceof Step.Dial;
    }

    /// Does what a line says that has an answer.
    Groups.Answer answer(Step step) {
        return switch (step) {
            case Step.Register register -> register(register.registration());
            case Step.Map map -> new Groups.Answer(groups.map(ring().fd(), map), -1);
            case Step.Offer offer -> {
                int taken = endpoints.offer(offer.name(), offer.length());
                look();
                yield new Groups.Answer(taken, -1);
            }
            case Step.Dial dial -> {
                int result = endpoints.dial(dial.name());
                look();
                yield new Groups.Answer(result, -1);
            }
            case Step.Take take -> {
                byte[] into = new byte[take.length()];
                int got = endpoints.take(take.name(), into);
                lastTaken = Arrays.copyOf(into, Math.max(got, 0));
                look();
                yield new Groups.Answer(got, -1);
            }
            default -> throw new IllegalStateException("step=" + step);
        };
    }

    /// Takes all completions there are, and waits for threads of the kernel as long as more come.
    void take(List<Observation.Completion> into, boolean settle) {
        if (ring == null) {
            return;
        }
        int before;
        do {
            before = into.size();
            takeAll(into);
            if (settle && givenWork && !atWork.isEmpty()) {
                glance();
                givenWork = false;
            } else {
                look(); // what one enter has done may have left work for the next one
            }
            takeAll(into);
        } while (into.size() > before);
    }

    private void takeAll(List<Observation.Completion> into) {
        int from = into.size();
        completions.takeAll(into);
        if (!atWork.isEmpty()) {
            into.subList(from, into.size()).forEach(came -> atWork.remove(came.who()));
        }
    }

    /// Gives the kernel a moment, or until something completes.
    void glance() {
        if (ring != null && !held && !linked && !disabled) {
            ring.submitAndWait(1, GLANCE_NANOS);
        }
    }

    /// Whether threads of the kernel have something to do.
    boolean hasWorkers() {
        return !atWork.isEmpty();
    }

    /// What there is to see.
    ///
    /// @param shared whether threads of the kernel took part
    Observation observation(String trouble, Observation.Answer answer,
            List<Observation.Completion> came, boolean shared, boolean bytes) {
        CRC32C checksum = new CRC32C();
        groups.checksum(checksum);
        requests.checksum(checksum);
        checksum.update(lastTaken);
        return new Observation(trouble, answer,
                shared ? came.stream().sorted().toList() : List.copyOf(came), shared,
                ring == null ? List.of() : groups.observe(ring.fd()), checksum.getValue(),
                bytes ? groups.buffers() : List.of());
    }

    private void act(Step step) {
        switch (step) {
            case Step.OpenRing open -> openRing(open);
            case Step.EnableRing _ -> {
                KernelException.check("IORING_REGISTER_ENABLE_RINGS", kernel.register(ring().fd(),
                        IORING_REGISTER_ENABLE_RINGS, MemorySegment.NULL, 0));
                disabled = false;
            }
            case Step.Open open -> endpoints.open(open);
            case Step.Drain drain -> drain(drain);
            case Step.Touch touch -> endpoints.touch(touch);
            case Step.OpenGroup group -> groups.open(ring().fd(), group);
            case Step.Publish publish -> groups.publish(publish);
            case Step.Return given -> groups.giveBack(given);
            case Step.Tail tail -> groups.ring(tail.bgid()).tail(tail.value());
            case Step.Entry entry -> groups.rewrite(entry);
            case Step.RegisterFiles files -> registerFiles(files);
            case Step.Submit submit -> submit(submit.request());
            case Step.Hold _ -> held = true;
            case Step.Go _ -> held = false;
            case Step.Look _ -> {
            }
            default -> throw new IllegalStateException("step=" + step);
        }
    }

    /// Each write is looked at before the next, as its receiver would do it.
    private void feed(Step.Feed feed) {
        for (int length : feed.lengths()) {
            endpoints.feed(feed.name(), List.of(length));
            look();
        }
    }

    private void drain(Step.Drain drain) {
        byte[] got = endpoints.drain(drain.name(), drain.length() == Step.Drain.CHOKED
                ? endpoints.get(drain.name()).choked : drain.length());
        if (drain.source() != null) {
            compareBytes(bytes(drain.source(), got.length), got);
        }
    }

    private void submit(Request request) {
        requests.fill(ring().sqe(), request);
        draining |= (request.sqeFlags & IOSQE_IO_DRAIN) != 0;
        if (draining || (request.sqeFlags & IOSQE_ASYNC) != 0 || alwaysAsync(request)) {
            workers = true;
            atWork.add(request.label == null ? "" : request.label);
            givenWork = true;
        }
        linked = (request.sqeFlags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK)) != 0;
        if ((request.sqeFlags & IOSQE_CQE_SKIP_SUCCESS) != 0) {
            skipped++;
        }
    }

    /// What is never tried on the submitter's thread.
    private boolean alwaysAsync(Request request) {
        return switch (request.opcode) {
            // A timer is another thread, too, when it can end before somebody ends it.
            case Opcode.IORING_OP_TIMEOUT, Opcode.IORING_OP_LINK_TIMEOUT ->
                request.nanos >= 0 && request.nanos < TIMERS_NANOS;
            case Opcode.IORING_OP_WRITE, Opcode.IORING_OP_WRITEV -> request.endpoint != null
                    && endpoints.get(request.endpoint).kind.equals("eventfd");
            case Opcode.IORING_OP_SHUTDOWN, Opcode.IORING_OP_FSYNC,
                    Opcode.IORING_OP_SYNC_FILE_RANGE, Opcode.IORING_OP_FALLOCATE,
                    Opcode.IORING_OP_STATX, Opcode.IORING_OP_SPLICE, Opcode.IORING_OP_TEE -> true;
            default -> false;
        };
    }

    /// Enters the kernel and lets it post what there is; nothing is taken out yet.
    private void look() {
        if (ring != null && !held && !linked && !disabled) {
            ring.submitAndWait(0);
        }
    }

    private Ring ring() {
        if (ring == null) {
            opened(Ring.open(kernel, RING));
        }
        return ring;
    }

    private void openRing(Step.OpenRing open) {
        disabled = (open.flags() & IORING_SETUP_R_DISABLED) != 0;
        workers = (open.flags() & IORING_SETUP_SQPOLL) != 0;
        opened(Ring.open(kernel, new RingOptions(open.entries(), open.cqEntries(), 0,
                open.flags(), false)));
    }

    private void opened(Ring opened) {
        ring = opened;
        completions = new Completions(opened, requests, endpoints::adopt);
    }

    private void registerFiles(Step.RegisterFiles files) {
        MemorySegment fds = kernel.memory(4L * files.names().size(), arena);
        for (int i = 0; i < files.names().size(); i++) {
            Endpoints.Endpoint endpoint = endpoints.get(files.names().get(i));
            fds.set(JAVA_INT, 4L * i, endpoint.fd);
            endpoint.fixedIndex = i;
        }
        KernelException.check("IORING_REGISTER_FILES", kernel.register(ring().fd(),
                IORING_REGISTER_FILES, fds, files.names().size()));
    }

    private Groups.Answer register(Registration registration) {
        int fd = registration.fd >= 0 ? registration.fd
                : registration.endpoint == null ? ring().fd()
                : endpoints.get(registration.endpoint).fd;
        return groups.register(fd, registration);
    }

    private void compare(Groups.Answer answer, Statement statement) {
        Expected.Answer expected = statement.expected() instanceof Expected.Answer said ? said
                : new Expected.Answer(0, -1);
        String what = switch (statement.step()) {
            case Step.Map _ -> "mapping";
            case Step.Register _ -> "registration";
            default -> "other side";
        };
        boolean said = statement.expected() != null || !what.equals("other side");
        if (said && answer.result() != expected.result()) {
            throw new Mismatch("expected " + Expected.result(expected.result()) + " from the "
                    + what + ", it answered " + Expected.result(answer.result()));
        }
        if (expected.head() >= 0 && answer.head() != expected.head()) {
            throw new Mismatch("expected head " + expected.head() + ", it is " + answer.head());
        }
        if (statement.step() instanceof Step.Take take && take.source() != null) {
            compareBytes(bytes(take.source(), lastTaken.length), lastTaken);
        }
    }

    private void check(Step step) {
        switch (step) {
            case Step.Head head -> eventually("head", head.value(),
                    () -> groups.head(ring().fd(), head.bgid()));
            case Step.Available available -> eventually("available buffers", available.value(),
                    () -> groups.ring(available.bgid()).tail()
                            - groups.head(ring().fd(), available.bgid()) & 0xffff);
            case Step.Slot slot -> {
                GroupMemory memory = groups.ring(slot.bgid());
                String wanted = "{" + slot.offset() + ", " + slot.length() + "}"
                        + (slot.bid() < 0 ? "" : "#" + slot.bid());
                eventually("entry " + slot.index(), wanted, () -> "{"
                        + memory.offset(slot.index()) + ", " + memory.length(slot.index()) + "}"
                        + (slot.bid() < 0 ? "" : "#" + memory.bid(slot.index())));
            }
            case Step.Bytes bytes -> compareBytes(bytes(bytes.source(), bytes.length()),
                    groups.slab(bytes.bgid()).bytes(bytes.bid(), bytes.offset(), bytes.length())
                            .toArray(JAVA_BYTE));
            case Step.Overflow overflow -> eventually("overflow", overflow.expected(),
                    () -> ring().submissions().overflowed());
            case Step.MessageFlags flags -> eventually("msg_flags", flags.value(),
                    requests::messageFlags);
            default -> throw new IllegalStateException("step=" + step);
        }
    }

    /// Compares at once, or until it fits while threads of the kernel are at work.
    private void eventually(String what, Object wanted, Supplier<?> read) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Object value = read.get();
        while (!value.equals(wanted) && workers && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            value = read.get();
        }
        if (!value.equals(wanted)) {
            throw new Mismatch("expected " + what + " " + wanted + ", it is " + value);
        }
    }

    private byte[] bytes(Step.Source source, int length) {
        if (source.literal() != null) {
            return source.literal();
        }
        if (source.stream() != null) {
            return StreamBytes.bytes(endpoints.get(source.stream()).seed, source.offset(), length);
        }
        return groups.slab(source.bgid()).bytes(source.bid(), source.offset(), length)
                .toArray(JAVA_BYTE);
    }

    private static void compareBytes(byte[] wanted, byte[] got) {
        int at = Arrays.mismatch(wanted, got);
        if (at >= 0) {
            throw new Mismatch("expected other bytes: the first that differs is number " + at
                    + (at < wanted.length ? ", expected " + (wanted[at] & 0xff) : "")
                    + (at < got.length ? ", it is " + (got[at] & 0xff) : "")
                    + " (" + wanted.length + " compared)");
        }
    }

    @Override
    public void close() {
        if (ring != null) {
            if (disabled) {
                kernel.register(ring.fd(), IORING_REGISTER_ENABLE_RINGS, MemorySegment.NULL, 0);
            }
            takeAll(new ArrayList<>()); // descriptors that nobody has looked at
            for (int i = 0; i < skipped; i++) {
                service.post(ring.fd());
            }
            ring.close();
        }
        endpoints.close();
        service.close();
        arena.close();
    }
}
