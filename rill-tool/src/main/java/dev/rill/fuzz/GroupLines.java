package dev.rill.fuzz;

import dev.rill.fuzz.Swarm.Act;
import dev.rill.fuzz.Swarm.Shape;
import java.util.ArrayList;
import java.util.List;

/// The lines about buffer groups.
final class GroupLines {

    private final Choice choice;
    private final Swarm swarm;
    private final List<String> lines;
    private final List<Group> groups = new ArrayList<>();

    /// A group that a line has named.
    static final class Group {
        final int bgid;
        final int entries;
        final List<Integer> bids = new ArrayList<>();
        private int nextBid;
        private boolean mapped;

        private Group(int bgid, int entries) {
            this.bgid = bgid;
            this.entries = entries;
        }
    }

    GroupLines(Choice choice, Swarm swarm, List<String> lines) {
        this.choice = choice;
        this.swarm = swarm;
        this.lines = lines;
    }

    /// A group's number: mostly one there is.
    int any(boolean wrong) {
        return groups.isEmpty() || wrong && choice.oneIn(5) ? choice.of(9, 77, 65535)
                : choice.of(groups).bgid;
    }

    void openFirst() {
        int count = swarm.has(Shape.MANY_GROUPS) ? choice.between(2, 4) : 1;
        for (int i = 0; i < count; i++) {
            open();
        }
    }

    /// Remembers a group made by a request.
    void listed(int bgid) {
        if (groups.stream().noneMatch(group -> group.bgid == bgid)) {
            groups.add(new Group(bgid, 0));
        }
    }

    int newNumber() {
        return groups.size() < 6 ? groups.size() + 1 : choice.of(groups).bgid;
    }

    private void open() {
        if (swarm.has(Shape.LISTS) && choice.oneIn(2)) {
            int bgid = newNumber();
            int count = choice.between(1, 5);
            lines.add("provide group " + bgid + " len " + Math.max(1, choice.size(1000))
                    + " count " + count + " bid " + choice.of(0, 0, 5, 100));
            listed(bgid);
            return;
        }
        int bgid = groups.size() + 1;
        boolean incremental = swarm.has(Shape.INCREMENTAL)
                && (!swarm.has(Shape.CLASSIC) || choice.oneIn(2))
                || !swarm.has(Shape.CLASSIC) && choice.oneIn(2);
        int entries = choice.of(1, 2, 4, 4, 8, 8, 16);
        StringBuilder line = new StringBuilder("group " + bgid
                + (incremental ? " INC/" : " CL/"));
        List<Group> rings = groups.stream().filter(group -> group.entries > 0 && !group.mapped)
                .toList(); // memory is the program's own, see Kernel.memory
        Group group;
        if (swarm.has(Shape.SHARED) && !rings.isEmpty() && choice.oneIn(2)) {
            Group other = choice.of(rings);
            group = new Group(bgid, other.entries);
            group.bids.addAll(other.bids);
            line.append(other.entries).append(" shares ").append(other.bgid);
        } else {
            group = new Group(bgid, entries);
            line.append(entries);
            if (swarm.has(Shape.MAPPED) && choice.oneIn(2)) {
                line.append(" mmap");
                group.mapped = true;
            } else if (swarm.has(Shape.OLD_TAIL) && choice.oneIn(3)) {
                line.append(" tail ").append(choice.of(1, 4, 65535, 65534, 32768));
            }
        }
        if (incremental && swarm.has(Shape.MIN_LEFT) && choice.oneIn(2)) {
            line.append(" min_left ").append(choice.of(1, 2, 10, 64, 100, 1000));
        }
        groups.add(group);
        lines.add(line + " " + buffers(group, choice.between(0, entries)));
    }

    void step(Act act) {
        List<Group> rings = groups.stream().filter(group -> group.entries > 0).toList();
        if (rings.isEmpty() || act == Act.GROUP) {
            if (groups.size() < 6) {
                open();
            }
            return;
        }
        Group group = choice.of(rings);
        String where = " group " + group.bgid;
        switch (act) {
            case PUBLISH, STAGE -> lines.add((act == Act.PUBLISH ? "publish " : "stage ")
                    + buffers(group, choice.between(1, Math.min(4, group.entries))) + where);
            case RETURN -> {
                if (!group.bids.isEmpty()) {
                    lines.add("return #" + choice.of(group.bids) + where);
                }
            }
            case TAIL -> lines.add("tail " + choice.of(0, 1, 2, 3, 5, 65535, 65534) + where);
            case ENTRY -> lines.add("entry " + choice.below(group.entries) + " "
                    + "{" + buffer(group) + "}" + where);
            case UNREGISTER -> lines.add("unregister bgid " + any(true)
                    + (choice.oneIn(6) ? choice.of(" flags 1", " resv 0 1", " arg null", " arg 8",
                            " nr 0", " nr 2") : ""));
            case STATUS -> lines.add("status bgid " + any(true)
                    + (choice.oneIn(6)
                            ? choice.of(" resv 3 1", " arg null", " arg 8", " nr 0") : ""));
            case MMAP -> lines.add("mmap " + any(true));
            default -> register();
        }
    }

    /// A registration field by field, good or bad.
    private void register() {
        StringBuilder line = new StringBuilder("register bgid ");
        int bgid = choice.oneIn(2) ? any(false) : groups.size() + 1;
        int entries = choice.of(0, 1, 2, 3, 4, 4, 8, 16, 100, 256, 65536, -1);
        line.append(bgid).append(" entries ").append(entries);
        line.append(choice.of("", "", " INC", " INC", " flags 4", " flags 0x8000", ""));
        if (choice.oneIn(4)) {
            line.append(" MMAP");
        }
        if (choice.oneIn(4)) {
            line.append(" min_left ").append(choice.of(0, 1, 7, -1));
        }
        if (choice.oneIn(5)) {
            line.append(" addr ").append(choice.of("0", "0x1000", "memory", "memory+16",
                    "memory+4095", "0xffff888000000000", "0xfffffffffffff000"));
        }
        if (choice.oneIn(8)) {
            line.append(choice.of(" resv 0 1", " resv 4 1", " arg null", " arg 8", " nr 0",
                    " nr 2"));
        }
        lines.add(line.toString());
        if (entries > 0 && entries <= 16 && (entries & entries - 1) == 0
                && groups.stream().noneMatch(group -> group.bgid == bgid)
                && line.indexOf("MMAP") < 0) {
            groups.add(new Group(bgid, entries));
        }
    }

    private String buffers(Group group, int count) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ", ").append(buffer(group));
        }
        return text.append('}').toString();
    }

    private String buffer(Group group) {
        int bid = swarm.has(Shape.SAME_BIDS) && !group.bids.isEmpty() && choice.oneIn(3)
                ? choice.of(group.bids)
                : choice.oneIn(40) ? choice.of(65535, 32768, 1000) : group.nextBid++;
        group.bids.add(bid);
        if (swarm.has(Shape.BAD_ADDRESSES) && choice.oneIn(8)) {
            return choice.size(4000) + "#" + bid + " at "
                    + choice.of("0", "0x1000", "0xffff888000000000");
        }
        if (swarm.has(Shape.CLAIMS) && choice.oneIn(6)) {
            return choice.of(4096, 65536, Generator.CLAIM_MAX) + "#" + bid + " at slab+"
                    + choice.size(1000);
        }
        int length = choice.size(swarm.has(Shape.TINY_BUFFERS) ? 20 : choice.of(100, 1000, 5000));
        if (length == 0 && !swarm.has(Shape.EMPTY_BUFFERS)) {
            length = 10;
        }
        return length + "#" + bid + (swarm.has(Shape.OVERLAPPING) && choice.oneIn(4)
                ? "@" + choice.size(200) : "");
    }
}
