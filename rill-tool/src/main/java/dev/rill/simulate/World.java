package dev.rill.simulate;

import dev.rill.Kernels;
import dev.rill.kernel.CheckingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import dev.rill.kernel.Simulation;
import dev.rill.kernel.TracingKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One scenario while it runs: the machine, the loops, the crowd, and the time.
///
/// In each round everyone has a turn, in changing order. When nobody has anything to do, time goes
/// on to what happens next. First the peers do what they want, until those that behave are gone;
/// then nothing goes wrong any more, those that would stay for ever leave, and everything must come
/// to its end.
final class World {

    /// With nobody getting any further for so long, somebody is stuck.
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);
    /// So many rounds without waiting and without getting any further are spinning.
    private static final int ROUNDS_MAX = 100_000;
    /// How long a round with something to do may take.
    private static final int BUSY_NANOS = 10_000;
    /// A scenario is made to need much less.
    private static final long STEPS_MAX = 20_000_000;

    /// How many scenarios have the sanitizer of rings in front of their kernel.
    private static final double CHECKED = 0.3;

    private final Setting setting;
    private final Draw draw;
    private final Journal journal;
    private final Agenda agenda = new Agenda();
    private final Simulation machine;
    private final Kernel kernel;
    private final List<Conversation> conversations = new ArrayList<>();
    private final List<Site> sites = new ArrayList<>();
    private final Crowd crowd;
    private final Tally tally = new Tally();

    private Violation violation;
    private boolean stopped;
    private boolean ending;
    private long now;
    private long progressAt;
    private int rounds;
    /// Ends of connections whose header nobody has seen.
    private int unknownEnds;

    World(Setting setting, Consumer<String> trace) {
        this.setting = setting;
        draw = Draw.of(setting.seed, 7);
        journal = new Journal(trace);
        machine = Kernels.simulation(setting.machine);
        kernel = kernel(trace);
        for (int i = 0; i < setting.loops.size(); i++) {
            sites.add(new Site(this, i));
        }
        setting.doors.forEach(door -> sites.get(door.loop()).open(door));
        crowd = new Crowd(this);
    }

    /// Now and then with a check of what is written to the rings, which takes time; with a line for
    /// each call where that is asked for, which changes nothing.
    private Kernel kernel(Consumer<String> trace) {
        Kernel plain = machine.kernel();
        Kernel checked = draw.chance(CHECKED) ? new CheckingKernel(plain) : plain;
        return trace != null && Boolean.getBoolean("rill.calls")
                ? new TracingKernel(checked, trace) : checked;
    }

    // ---- what everybody uses -----------------------------------------------------------------

    Setting setting() {
        return setting;
    }

    Kernel kernel() {
        return kernel;
    }

    Agenda agenda() {
        return agenda;
    }

    Tally tally() {
        return tally;
    }

    Journal journal() {
        return journal;
    }

    long now() {
        return kernel.nanoTime();
    }

    boolean isStopped() {
        return stopped;
    }

    Conversation conversation(int id) {
        return id >= 0 && id < conversations.size() ? conversations.get(id) : null;
    }

    void add(Conversation conversation) {
        conversations.add(conversation);
    }

    List<Conversation> conversations() {
        return conversations;
    }

    void event(String event, int who, long first, long second) {
        journal.add(kernel.nanoTime(), event, who, first, second);
    }

    /// Something moved.
    void progress() {
        progressAt = kernel.nanoTime();
        rounds = 0;
    }

    void unknownEnd() {
        unknownEnds++;
    }

    int unknownEnds() {
        return unknownEnds;
    }

    /// Something that must always hold does not. The first one counts.
    Violation fail(String invariant, String details, Throwable cause) {
        if (violation == null) {
            violation = new Violation(invariant, details, cause);
        }
        return violation;
    }

    /// @param details asked for what it is only when it does not hold
    void check(boolean holds, String invariant, Object details) {
        tally.checks++;
        if (!holds) {
            throw fail(invariant, details.toString(), null);
        }
    }

    // ---- the run -----------------------------------------------------------------------------

    /// @throws Violation when something did not hold
    void run() {
        now = kernel.nanoTime();
        progress();
        crowd.invite();
        if (setting.has(Feature.STOP)) {
            agenda.at(now + draw.nanos(2 * setting.spreadNanos + 1_000_000), this::stop);
        }
        while (crowd.behaved() > 0 && !stopped) {
            round();
        }
        ending = true;
        machine.calm();
        crowd.leave();
        progress();
        while (crowd.present() > 0 || sites.stream().anyMatch(site -> !site.isQuiet())) {
            round();
        }
        end();
    }

    private void stop() {
        stopped = true;
        conversations.forEach(one -> one.spoil("the loops were stopped"));
        for (Site site : sites) {
            event("loop stopped", site.index(), 0, 0);
            if (draw.chance(0.2)) {
                site.closeNow();
            } else {
                site.stop(draw.chance(0.3));
            }
        }
    }

    private void round() {
        now = kernel.nanoTime();
        boolean busy = agenda.run(now);
        long idle = Long.MAX_VALUE;
        int actors = sites.size() + 1;
        int first = draw.below(actors);
        for (int i = 0; i < actors; i++) {
            int actor = (first + i) % actors;
            idle = Math.min(idle, actor == sites.size() ? crowd.turn() : sites.get(actor).turn());
            if (violation != null) {
                throw violation;
            }
        }
        if (busy || idle == 0) {
            check(++rounds < ROUNDS_MAX, "nobody spins", ROUNDS_MAX
                    + " rounds without anything getting further");
            machine.advance(draw.below(BUSY_NANOS));
        } else {
            long planned = agenda.next() == Long.MAX_VALUE ? Long.MAX_VALUE
                    : Math.max(0, agenda.next() - now);
            pass(Math.min(idle, planned));
        }
        check(tally.steps < STEPS_MAX, "everything ends", setting);
    }

    private void pass(long nanos) {
        // Bounded, so that waiting for what never comes is noticed here.
        machine.advance(Math.min(nanos, PATIENCE_NANOS / 10));
        now = kernel.nanoTime();
        tally.checks++;
        if (now - progressAt >= PATIENCE_NANOS) {
            throw fail(ending ? "everything comes to its end" : "who behaves is served",
                    whoIsStuck(), null);
        }
    }

    private String whoIsStuck() {
        StringBuilder text = new StringBuilder("nothing has moved for ten minutes. ");
        text.append(crowd.present()).append(" peers are there");
        crowd.describe(text);
        sites.forEach(site -> text.append("; ").append(site));
        return text.toString();
    }

    private void end() {
        for (Site site : sites) {
            site.checkEnd();
        }
        new Judge(this, crowd).judge();
        for (Site site : sites) {
            site.close(tally);
        }
        crowd.close();
        check(machine.openDescriptors() == 0, "no descriptor is left", machine.openDescriptors()
                + " descriptors");
        check(machine.memory() == 0, "no memory is left", machine.memory() + " bytes");
        tally.faults += machine.faults();
        tally.nanos += kernel.nanoTime();
        tally.hash = journal.hash() ^ Long.rotateLeft(kernel.nanoTime(), 17);
        kernel.close();
    }

    /// Where any call may fail, whoever starts a program tries again.
    static <T> T retried(java.util.function.Supplier<T> call) {
        for (int tries = 0;; tries++) {
            try {
                return call.get();
            } catch (KernelException e) {
                if (tries == 200) {
                    throw e;
                }
            }
        }
    }
}
