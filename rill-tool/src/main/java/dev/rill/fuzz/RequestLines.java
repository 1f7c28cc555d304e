package dev.rill.fuzz;

import dev.rill.fuzz.Generator.Endpoint;
import dev.rill.fuzz.Swarm.Act;
import dev.rill.fuzz.Swarm.Trait;
import java.util.List;

/// The lines that are requests.
final class RequestLines {

    /// What a plain send takes from memory at most: less than any queue has room for.
    private static final int SENT_MAX = 2000;

    private static final String HOUR = "3600000000000";
    private static final String TWO_HOURS = "7200000000000";

    private final Choice choice;
    private final Swarm swarm;
    private final List<Endpoint> endpoints;
    private final GroupLines groups;
    private int count;
    private StringBuilder line;
    /// Whether the line before is submitted together with this one.
    private boolean linked;
    /// The same of this line and the one before.
    private boolean behind;
    /// Whether that one was held back together with others.
    private boolean waited;
    /// Whether what the line is about can be waited for: otherwise a worker is asked to.
    private boolean pollable;

    RequestLines(Choice choice, Swarm swarm, List<Endpoint> endpoints, GroupLines groups) {
        this.choice = choice;
        this.swarm = swarm;
        this.endpoints = endpoints;
        this.groups = groups;
    }

    /// Whether a thread of the kernel does it: two of them at a time race. Reads of files are
    /// among them, because some file systems (tmpfs) cannot be asked not to wait.
    static boolean isWorkers(Act act, Endpoint endpoint) {
        return act == Act.SHUTDOWN_OP || act == Act.FSYNC
                || endpoint.kind.equals("eventfd") && (act == Act.WRITE || act == Act.WRITEV)
                || endpoint.kind.equals("file") && (act == Act.READ || act == Act.READV);
    }

    /// @param waits whether it will be submitted together with others, apart from a chain
    String line(Act chosen, boolean waits) {
        boolean held = waits || linked && waited;
        waited = held;
        behind = linked;
        line = new StringBuilder();
        Endpoint endpoint = endpoint(chosen);
        pollable = !endpoint.kind.equals("special") && !endpoint.kind.equals("file");
        Act act = isFine(chosen, endpoint, held) ? chosen : Act.NOP;
        switch (act) {
            case RECV -> receive("recv", endpoint);
            case RECVMSG -> receiveMessage(endpoint);
            case READ -> read("read", endpoint);
            case READV -> readVector(endpoint);
            case READ_MULTISHOT -> {
                line.append("read_multishot ").append(endpoint.name);
                select();
                if (swarm.has(Trait.BAD_FLAGS) && choice.oneIn(6)) {
                    line.append(" len 10");
                }
            }
            case SEND -> send("send", endpoint);
            case SEND_ZC -> send("send_zc", endpoint);
            case SENDMSG -> line.append("sendmsg ").append(endpoint.name).append(" iov ")
                    .append(iovecs(SENT_MAX / 4));
            case WRITE -> line.append("write ").append(endpoint.name).append(" len ")
                    .append(endpoint.kind.equals("eventfd") ? 8 : choice.size(SENT_MAX));
            case WRITEV -> line.append("writev ").append(endpoint.name).append(" iov ")
                    .append(iovecs(SENT_MAX / 4));
            case POLL_ADD -> line.append("poll_add ").append(endpoint.name).append(" op_flags ")
                    .append(choice.of("1", "4", "5", "0x2001", "0x2000"))
                    .append(choice.oneIn(3) ? " len " + choice.of(1, 1, 2, 4, 8) : "");
            case POLL_REMOVE -> line.append("poll_remove").append(target());
            case CANCEL -> cancel(endpoint);
            case PROVIDE -> provide();
            case REMOVE -> line.append("remove count ").append(choice.of(1, 1, 2, 3, 100, 0, 65536))
                    .append(" group ").append(groups.any(true));
            case SHUTDOWN_OP -> line.append("op shutdown ").append(endpoint.name).append(" len ")
                    .append(choice.between(0, 3));
            case TIMEOUT -> timeout(held);
            case TIMEOUT_REMOVE -> line.append("timeout_remove").append(target())
                    .append(choice.oneIn(3) ? " nanos " + TWO_HOURS + " op_flags 2" : "");
            case CLOSE_OP -> line.append("op close ").append(endpoint.name);
            case ACCEPT -> accept(endpoint);
            case CONNECT -> line.append("connect ").append(endpoint.name).append(" to ")
                    .append(any("listener").name);
            case BIND -> line.append("bind ").append(endpoint.name);
            case LISTEN -> line.append("op listen ").append(endpoint.name).append(" len 5");
            case FSYNC -> line.append("fsync ").append(endpoint.name);
            default -> line.append("nop");
        }
        if (act != Act.CLOSE_OP) {
            flags(act, endpoint, held);
        }
        linked = line.indexOf(" IO_LINK") > 0 || line.indexOf(" IO_HARDLINK") > 0;
        return line.append(" as r").append(++count).toString();
    }

    /// What a request is about: mostly something that it is good for.
    private Endpoint endpoint(Act act) {
        return switch (act) {
            case ACCEPT -> choice.oneIn(8) ? choice.of(endpoints) : any("listener");
            case CONNECT, BIND, LISTEN -> choice.oneIn(6) ? choice.of(endpoints) : any("socket");
            default -> choice.of(endpoints);
        };
    }

    private Endpoint any(String kind) {
        return choice.of(endpoints.stream().filter(one -> one.kind.equals(kind)).toList());
    }

    private void accept(Endpoint endpoint) {
        line.append("accept ").append(endpoint.name);
        if (choice.oneIn(6)) {
            line.append(" op_flags 0x800");
        }
        if (swarm.has(Trait.MULTISHOT) && choice.oneIn(2)) {
            line.append(" MULTISHOT");
        }
        if (swarm.has(Trait.DONTWAIT) && choice.oneIn(4)) {
            line.append(" DONTWAIT");
        }
        pollFirst();
    }

    /// Whether the outcome does not depend on time, or on the machine.
    private boolean isFine(Act act, Endpoint endpoint, boolean held) {
        if (isSend(act) && endpoint.keepsMessages()
                && endpoint.sends++ >= Generator.MESSAGES_MAX) {
            return false;
        }
        // What has ended is always ready: who waits for room there is a worker's soon.
        if (swarm.has(Trait.SEND_BUFFERS) && endpoint.isSocket() && isSend(act)) {
            if (endpoint.ended) {
                return false;
            }
            endpoint.fills = true;
        }
        if (act == Act.SHUTDOWN_OP && !endpoint.mayEnd()) {
            return false;
        }
        // What a network does with the end of a connection, and with memory lent to it, takes time.
        boolean tcp = endpoint.isTcp() || endpoint.kind.equals("listener");
        // Which of two gets the bytes is a race when a worker takes its time to wait for them.
        boolean races = isReceive(act) && endpoint.receivesInWorker;
        // What stands for a file that is closed is free, and anybody's.
        boolean closes = act == Act.CLOSE_OP && (held || swarm.chains() || endpoint.fixed
                || endpoint.isTcp());
        // What is connected is not to be made something else, and a port is free when that breaks.
        endpoint.connects |= act == Act.CONNECT;
        boolean taken = (act == Act.CONNECT || act == Act.LISTEN || act == Act.BIND)
                && (List.of("tcp", "udp", "listener").contains(endpoint.kind)
                        || act != Act.CONNECT && endpoint.connects);
        boolean slow = act == Act.SHUTDOWN_OP
                && !(swarm.mayShutDown(endpoint.kind) && endpoint.mayShutDown())
                || (tcp || endpoint.kind.equals("udp")) && act == Act.SEND_ZC;
        return !slow && !races && !closes && !taken
                && !(isWorkers(act, endpoint) && (held || !swarm.mayUseWorkers()));
    }

    private static boolean isReceive(Act act) {
        return switch (act) {
            case RECV, RECVMSG, READ, READV, READ_MULTISHOT, ACCEPT -> true;
            default -> false;
        };
    }

    private static boolean isSend(Act act) {
        return switch (act) {
            case SEND, SEND_ZC, SENDMSG, WRITE, WRITEV -> true;
            default -> false;
        };
    }

    private void receive(String opcode, Endpoint endpoint) {
        line.append(opcode).append(' ').append(endpoint.name);
        if (swarm.has(Trait.NO_SELECT) && choice.oneIn(4)) {
            line.append(" noselect len ").append(choice.size(5000));
        } else {
            select();
            length();
        }
        if (swarm.has(Trait.MULTISHOT) && choice.oneIn(2)) {
            line.append(" MULTISHOT");
            if (swarm.has(Trait.OPTLEN) && choice.oneIn(2)) {
                line.append(" optlen ").append(choice.size(3000));
            }
        }
        if (swarm.has(Trait.BUNDLE) && choice.oneIn(2)) {
            line.append(" BUNDLE");
        }
        messageFlags();
    }

    private void receiveMessage(Endpoint endpoint) {
        line.append("recvmsg ").append(endpoint.name);
        if (swarm.has(Trait.NO_SELECT) && choice.oneIn(4)) {
            line.append(" noselect iov ").append(iovecs(1000));
        } else {
            select();
            if (swarm.has(Trait.LENGTH) && choice.oneIn(2)) {
                line.append(" iov ").append(choice.oneIn(8) ? "none" : "" + choice.size(1000));
            }
        }
        if (swarm.has(Trait.NAMES) && choice.oneIn(2)) {
            boolean inet = endpoint.kind.equals("udp") || endpoint.kind.equals("tcp");
            line.append(" namelen ").append(inet
                    ? choice.of(0, 2) : choice.of(0, 2, 16, 28, 110));
            line.append(" controllen ").append(choice.of(0, 0, 1, 16, 24, 32));
        }
        if (swarm.has(Trait.MULTISHOT) && choice.oneIn(2)) {
            line.append(" MULTISHOT");
        }
        messageFlags();
    }

    private void read(String opcode, Endpoint endpoint) {
        line.append(opcode).append(' ').append(endpoint.name);
        if (swarm.has(Trait.NO_SELECT) && choice.oneIn(4)) {
            line.append(" noselect len ").append(choice.size(5000));
        } else {
            select();
            length();
        }
        offset(endpoint);
    }

    private void readVector(Endpoint endpoint) {
        line.append("readv ").append(endpoint.name);
        if (swarm.has(Trait.NO_SELECT) && choice.oneIn(4)) {
            line.append(" noselect iov ").append(iovecs(1000));
        } else {
            select();
            line.append(" iov ").append(choice.oneIn(20) ? "5,6" : "" + choice.size(1000));
        }
        offset(endpoint);
    }

    private void offset(Endpoint endpoint) {
        if (endpoint.kind.equals("file") && choice.oneIn(2)) {
            line.append(" offset ").append(choice.of(0, 0, 1, 10, 100, 4096, 100000));
        }
    }

    private void send(String opcode, Endpoint endpoint) {
        line.append(opcode).append(' ').append(endpoint.name);
        if (swarm.has(Trait.SEND_BUFFERS) && opcode.equals("send")) {
            select();
            // How much a network takes at once is the machine's affair.
            boolean limited = endpoint.isTcp();
            if (limited) {
                line.append(" len ").append(Math.max(1, choice.size(5000)));
            } else {
                length();
            }
            if (swarm.has(Trait.BUNDLE) && choice.oneIn(2)
                    && !(limited && swarm.has(Swarm.Shape.CLAIMS))
                    && !endpoint.kind.equals("socket")) { // nobody reads there
                line.append(" BUNDLE");
            }
        } else if (swarm.has(Trait.VECTORED_SENDS) && choice.oneIn(2)) {
            line.append(" noselect VECTORIZED iov ").append(iovecs(SENT_MAX / 4));
        } else {
            line.append(" noselect len ").append(choice.size(SENT_MAX));
        }
        line.append(" NOSIGNAL");
        if (swarm.has(Trait.SEND_WAITALL) && choice.oneIn(3)) {
            line.append("|WAITALL");
        }
        if (swarm.has(Trait.DONTWAIT) && choice.oneIn(3)) {
            line.append("|DONTWAIT");
        }
        pollFirst();
    }

    /// One that ends at once, or never by itself; or after other completions.
    private void timeout(boolean held) {
        boolean soon = !held && choice.oneIn(4);
        line.append("timeout nanos ").append(soon ? "0" : HOUR);
        if (!soon && choice.oneIn(2)) {
            line.append(" offset ").append(choice.of(1, 1, 2, 3, 5));
        }
        if (choice.oneIn(4)) {
            line.append(" op_flags ").append(soon ? "32" : choice.of("32", "64", "4", "8", "12"));
        }
    }

    /// A time for the request that the line before is, when it has a link.
    String linkTimeout() {
        return "link_timeout nanos " + HOUR + (choice.oneIn(3) ? " IO_LINK" : "") + " as r"
                + ++count;
    }

    private void provide() {
        int bgid = choice.oneIn(3) ? groups.newNumber() : groups.any(true);
        boolean tooMany = choice.oneIn(12);
        int many = tooMany ? 65537 : choice.of(1, 1, 2, 3, 8, 20, 0);
        line.append("provide group ").append(bgid).append(" len ")
                .append(tooMany ? 1 : choice.oneIn(12) ? 0 : Math.max(1, choice.size(1000)))
                .append(" count ").append(many)
                .append(" bid ").append(choice.of(0, 0, 1, 5, 100, 65535, 65530))
                .append(tooMany ? " addr slab" : "");
        groups.listed(bgid);
    }

    private void cancel(Endpoint endpoint) {
        line.append("cancel");
        switch (choice.below(4)) {
            case 0 -> line.append(' ').append(endpoint.name).append(" FD")
                    .append(choice.oneIn(2) ? "|ALL" : "");
            case 1 -> line.append(" ANY").append(choice.oneIn(4) ? "" : "|ALL");
            default -> line.append(target()).append(choice.oneIn(4) ? " ALL" : "");
        }
    }

    /// A request made before, or one that never was.
    private String target() {
        return count == 0 || choice.oneIn(8) ? " target 99"
                : " target r" + choice.between(Math.max(1, count - 8), count);
    }

    private void select() {
        line.append(" select group ").append(groups.any(swarm.has(Trait.WRONG_GROUP)));
    }

    private void length() {
        if (swarm.has(Trait.LENGTH) && choice.oneIn(2)) {
            int length = choice.oneIn(15) ? choice.of(0x7fffffff, -1, 65536, 1 << 20)
                    : choice.size(5000);
            line.append(" len ").append(length);
        }
    }

    private void messageFlags() {
        pollFirst();
        if (swarm.has(Trait.WAITALL) && choice.oneIn(4)) {
            line.append(" WAITALL");
        }
        // A multishot that only peeks has no end, and a call does as much of it as it likes.
        boolean endless = line.indexOf(" MULTISHOT") >= 0;
        if (swarm.has(Trait.PEEK) && !endless && choice.oneIn(5)) {
            line.append(" PEEK");
        }
        if (swarm.has(Trait.TRUNC) && choice.oneIn(4)) {
            line.append(" TRUNC");
        }
        if (swarm.has(Trait.DONTWAIT) && choice.oneIn(4)) {
            line.append(" DONTWAIT");
        }
    }

    private void pollFirst() {
        if (pollable && swarm.has(Trait.POLL_FIRST) && choice.oneIn(3)) {
            line.append(" POLL_FIRST");
        }
    }

    private void flags(Act act, Endpoint endpoint, boolean held) {
        if (swarm.has(Trait.FIXED_FILE) && endpoint.fixed && choice.oneIn(2)
                && line.indexOf(" " + endpoint.name) > 0 && act != Act.CANCEL) {
            line.append(" FIXED_FILE");
        }
        boolean receive = isReceive(act);
        boolean async = !held && !behind && swarm.has(Trait.ASYNC)
                && !(receive && endpoint.receives > 0) && choice.oneIn(3);
        if (async) {
            line.append(" ASYNC");
        }
        endpoint.receives += receive ? 1 : 0;
        endpoint.receivesInWorker |= receive && async;
        // Who runs what follows a worker's request, the worker or the program, is a race.
        boolean timer = act == Act.TIMEOUT && line.indexOf(HOUR) < 0;
        boolean chained = !async && !timer && !isWorkers(act, endpoint);
        if (chained && swarm.has(Trait.LINK) && choice.oneIn(4)) {
            line.append(" IO_LINK");
        }
        if (chained && swarm.has(Trait.HARDLINK) && choice.oneIn(5)) {
            line.append(" IO_HARDLINK");
        }
        if (swarm.has(Trait.SKIP_SUCCESS) && choice.oneIn(4)) {
            line.append(" CQE_SKIP_SUCCESS");
        }
        if (!swarm.has(Trait.LINK) && !swarm.has(Trait.HARDLINK) && !held && swarm.has(Trait.DRAIN)
                && choice.oneIn(4)) {
            line.append(" IO_DRAIN");
        }
        if (swarm.has(Trait.BAD_FLAGS) && choice.oneIn(6)) {
            line.append(choice.of(" ioprio 0x8000", " op_flags 0x40000000", " sqe_flags 0x80",
                    act == Act.SEND_ZC ? "" : " FIXED_BUF", " buf_index 3"));
        }
    }

    private String iovecs(int max) {
        int count = choice.between(1, 3);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append(choice.size(max));
        }
        return text.toString();
    }
}
