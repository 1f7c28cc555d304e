package dev.rill.fuzz;

import dev.rill.fuzz.Swarm.Act;
import dev.rill.fuzz.Swarm.Shape;
import dev.rill.fuzz.Swarm.Trait;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Makes one random scenario from a seed: lines of the language.
///
/// Whatever is written here, a kernel must never be made to write outside of the scenario's own
/// memory: buffers lie in slabs or where nothing can be, claim at most [#CLAIM_MAX] bytes, and the
/// other sides write less than a slab has room for.
///
/// TCP connections carry bytes and end; they are not broken off. How they break is a matter of
/// timers and of what is under way, and none of io_uring's.
final class Generator {

    /// What an entry may claim to have; the memory behind a slab is as large.
    static final int CLAIM_MAX = 1 << 24;
    /// What the other side of one endpoint writes in all: less than any queue takes.
    private static final int FED_MAX = 24_000;
    private static final int FEEDS_MAX = 60;
    /// Connections that one listener is given, less than its queue takes.
    private static final int CALLS_MAX = 20;
    /// A queue of datagrams is as long as the machine's administrator likes, at least ten.
    static final int MESSAGES_MAX = 9;

    private final Choice choice;
    private final Swarm swarm;
    private final List<String> lines = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final RequestLines requests;
    private final GroupLines groups;
    private boolean held;

    /// Something that requests work on.
    static final class Endpoint {
        final String name;
        final String kind;
        boolean fixed;
        private int fed;
        private int feeds;
        private int calls;
        /// Whether requests may fill it, and whether one of its ends has come.
        boolean fills;
        boolean ended;
        /// Whether something was to connect it.
        boolean connects;
        int sends;
        /// How often something is to receive from it, and whether a worker does.
        int receives;
        boolean receivesInWorker;

        private Endpoint(String name, String kind) {
            this.name = name;
            this.kind = kind;
        }

        boolean keepsMessages() {
            return kind.equals("unix_dgram") || kind.equals("unix_seqpacket");
        }

        /// A datagram socket that is shut down keeps everyone busy who waits, until a worker takes
        /// over: two of them race.
        boolean mayShutDown() {
            if (kind.equals("unix_dgram")) {
                if (receives > 1) {
                    return false;
                }
                receivesInWorker = true;
            }
            return true;
        }

        boolean mayEnd() {
            ended |= !fills;
            return !fills;
        }

        boolean isTcp() {
            return kind.equals("tcp") || kind.equals("socket");
        }

        boolean isSocket() {
            return switch (kind) {
                case "unix", "unix_dgram", "unix_seqpacket", "tcp", "udp" -> true;
                default -> false;
            };
        }
    }

    private Generator(long seed) {
        choice = new Choice(new Random(seed));
        swarm = new Swarm(choice);
        groups = new GroupLines(choice, swarm, lines);
        requests = new RequestLines(choice, swarm, endpoints, groups);
    }

    /// The lines of the scenario that belongs to a seed.
    static List<String> lines(long seed) {
        return new Generator(seed).generate();
    }

    private List<String> generate() {
        openRing();
        swarm.kinds.forEach(this::open);
        if (swarm.has(Trait.FIXED_FILE)) {
            registerFiles();
        }
        groups.openFirst();
        for (int i = 0; i < swarm.steps; i++) {
            step(swarm.draw(choice));
        }
        if (held) {
            lines.add("submit");
        }
        return lines;
    }

    private void openRing() {
        String flags = choice.of("", "", "SINGLE_ISSUER|DEFER_TASKRUN",
                "SINGLE_ISSUER|DEFER_TASKRUN", "COOP_TASKRUN", "COOP_TASKRUN|TASKRUN_FLAG",
                "SUBMIT_ALL", "NO_SQARRAY", "SINGLE_ISSUER",
                "SINGLE_ISSUER|DEFER_TASKRUN|TASKRUN_FLAG|SUBMIT_ALL|NO_SQARRAY");
        // A full queue is submitted early, and a chain that is cut there is a worker's; how far a
        // worker has come by then is a race.
        // Of a bundle that lets others have their turn a call does as much as it likes.
        boolean turns = flags.contains("DEFER") && swarm.has(Trait.BUNDLE)
                && swarm.has(Trait.MULTISHOT);
        String cq = swarm.chains() || swarm.has(Trait.ASYNC) ? ""
                : !turns && choice.oneIn(5)
                        ? " entries " + choice.of(1, 2, 4) + " cq " + choice.of(4, 8)
                : choice.oneIn(3) ? " entries " + choice.of(4, 8, 16) : "";
        if (!flags.isEmpty() || !cq.isEmpty()) {
            lines.add(("ring " + flags + cq).replace("  ", " "));
        }
    }

    private void open(String kind) {
        String name = String.valueOf((char) ('A' + endpoints.size()));
        String options = switch (kind) {
            case "file" -> " size " + choice.of(0, 1, 10, 100, 1000, 5000);
            case "eventfd" -> " " + choice.of("0", "1", "3", "3 semaphore");
            case "special" -> " /dev/null";
            case "udp" -> choice.of("", "", " nonblock", " pktinfo", " pktinfo");
            default -> choice.oneIn(8) ? " nonblock" : "";
        };
        lines.add(kind + " " + name + options);
        endpoints.add(new Endpoint(name, kind));
    }

    private void registerFiles() {
        StringBuilder line = new StringBuilder("register_files");
        for (Endpoint endpoint : endpoints) {
            line.append(' ').append(endpoint.name);
            endpoint.fixed = true;
        }
        lines.add(line.toString());
    }

    private void step(Act act) {
        switch (act) {
            case FEED -> feed();
            case TAKE -> {
                Endpoint endpoint = choice.of(endpoints);
                if (endpoint.isSocket()) {
                    lines.add("take " + endpoint.name + " " + choice.size(5000));
                }
            }
            case END, HANGUP -> {
                Endpoint endpoint = choice.of(endpoints);
                if (endpoint.isSocket() && !endpoint.kind.equals("udp")
                        || endpoint.kind.equals("pipe")) {
                    if (!endpoint.mayEnd()) {
                        return;
                    }
                    boolean end = act == Act.END || endpoint.kind.equals("tcp");
                    lines.add((end ? "end " : "hangup ") + endpoint.name);
                }
            }
            case SHUTDOWN -> {
                Endpoint endpoint = choice.of(endpoints);
                boolean can = endpoint.isSocket() || endpoint.kind.equals("listener");
                if (can && swarm.mayShutDown(endpoint.kind) && endpoint.mayShutDown()
                        && endpoint.mayEnd()) {
                    lines.add("shutdown " + endpoint.name + " " + choice.of("rd", "wr", "rdwr"));
                }
            }
            case CLOSE -> {
                Endpoint endpoint = choice.of(endpoints);
                // The number is free from then on: what is submitted later may find another file.
                if (!endpoint.isTcp() && !held && !swarm.chains()) {
                    lines.add("close " + endpoint.name);
                }
            }
            case OPEN -> {
                if (endpoints.size() < 6) {
                    open(choice.of(swarm.kinds));
                }
            }
            case DIAL -> dial();
            case HOLD, SUBMIT -> {
                held = act == Act.HOLD;
                lines.add(held ? "hold" : "submit");
            }
            case PUBLISH, STAGE, RETURN, TAIL, ENTRY, GROUP, REGISTER, UNREGISTER, STATUS, MMAP ->
                groups.step(act);
            default -> {
                lines.add(requests.line(act, held));
                if (swarm.weights.containsKey(Act.TIMEOUT) && choice.oneIn(3)
                        && lines.getLast().matches(".* IO_(HARD)?LINK.*")) {
                    lines.add(requests.linkTimeout());
                }
            }
        }
    }

    private void dial() {
        Endpoint endpoint = choice.of(endpoints.stream()
                .filter(one -> one.kind.equals("listener")).toList());
        if (endpoint.calls++ < CALLS_MAX) {
            lines.add("dial " + endpoint.name);
        }
    }

    private void feed() {
        Endpoint endpoint = choice.of(endpoints);
        if (!endpoint.isSocket() && !endpoint.kind.equals("pipe")) {
            return;
        }
        int times = choice.oneIn(4) ? choice.between(2, 4) : 1;
        for (int i = 0; i < times; i++) {
            int length = choice.size(swarm.feedMax);
            int most = endpoint.keepsMessages() ? MESSAGES_MAX : FEEDS_MAX;
            if (endpoint.feeds++ < most && endpoint.fed + length < FED_MAX) {
                endpoint.fed += length;
                lines.add("offer " + endpoint.name + " " + length);
            }
        }
    }
}
