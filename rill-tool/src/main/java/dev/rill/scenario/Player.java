package dev.rill.scenario;

import static dev.rill.abi.RegisterOp.IORING_REGISTER_ENABLE_RINGS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_FILES;
import static dev.rill.abi.SetupFlags.IORING_SETUP_R_DISABLED;
import static dev.rill.abi.SetupFlags.IORING_SETUP_SQPOLL;
import static dev.rill.abi.SqeFlags.IOSQE_ASYNC;
import static dev.rill.abi.SqeFlags.IOSQE_CQE_SKIP_SUCCESS;
import static dev.rill.abi.SqeFlags.IOSQE_IO_HARDLINK;
import static dev.rill.abi.SqeFlags.IOSQE_IO_LINK;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.TracingKernel;
import dev.rill.ring.Ring;
import dev.rill.ring.RingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Plays one part of a scenario, from a fresh ring to its end.
///
/// After each step the kernel is entered and looked at, unless the scenario holds it back; waiting
/// is only for completions that are expected.
final class Player implements AutoCloseable {

    /// For what a thread of the kernel does: only a wrong expectation waits so long.
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final RingOptions RING = new RingOptions(64, 1024, 0, 0, false);

    private final Target target;
    private final TraceLog trace;
    private final Kernel kernel;
    private final Arena arena = Arena.ofShared();
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
    private int skipped;

    Player(Target target, TraceLog trace, List<Statement> statements) {
        this.target = target;
        this.trace = trace;
        kernel = new TracingKernel(target.kernel(), line -> trace.add("    " + line));
        service = new Service(target.kernel(), arena);
        endpoints = new Endpoints(kernel, service, arena);
        groups = new Groups(kernel, arena, new Plan(statements));
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
            case Step.Register register -> compare(register.registration(), statement);
            case Step.Map map -> compare("mapping", groups.map(ring().fd(), map),
                    (Expected.Answer) statement.expected());
            case Step.Head _, Step.Available _, Step.Slot _, Step.Bytes _, Step.Overflow _,
                    Step.MessageFlags _ -> check(statement.step());
            case Step.Feed feed -> feed(feed);
            default -> {
                act(statement.step());
                look();
            }
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
        workers |= (request.sqeFlags & IOSQE_ASYNC) != 0;
        linked = (request.sqeFlags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK)) != 0;
        if ((request.sqeFlags & IOSQE_CQE_SKIP_SUCCESS) != 0) {
            skipped++;
        }
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
        completions = new Completions(opened, requests);
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

    private void compare(Registration registration, Statement statement) {
        int fd = registration.fd >= 0 ? registration.fd
                : registration.endpoint == null ? ring().fd()
                : endpoints.get(registration.endpoint).fd;
        Groups.Answer answer = groups.register(fd, registration);
        Expected.Answer expected = statement.expected() instanceof Expected.Answer said ? said
                : new Expected.Answer(0, -1);
        compare("registration", answer.result(), expected);
        if (expected.head() >= 0 && answer.head() != expected.head()) {
            throw new Mismatch("expected head " + expected.head() + ", it is " + answer.head());
        }
    }

    private static void compare(String what, int result, Expected.Answer expected) {
        int wanted = expected == null ? 0 : expected.result();
        if (result != wanted) {
            throw new Mismatch("expected " + Expected.result(wanted) + " from the " + what
                    + ", it answered " + Expected.result(result));
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
        int at = java.util.Arrays.mismatch(wanted, got);
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
