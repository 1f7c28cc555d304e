package dev.rill.fuzz;

import dev.rill.scenario.Observation;
import java.util.List;

/// Where two kernels part.
///
/// @param at the index of the line after which something else was to be seen
/// @param kind what it was
/// @param linux what the running kernel brought
/// @param engine what the kernel in this process brought
record Difference(int at, Kind kind, Observation linux, Observation engine) {

    /// What may differ, in the order in which it is looked at.
    enum Kind {
        /// The line could be done on one, or the engine threw.
        TROUBLE,
        COMPLETIONS,
        ANSWER,
        HEAD,
        SLOT,
        PAYLOAD,
    }

    /// @return the first difference, or null
    static Difference between(List<Observation> linux, List<Observation> engine) {
        int both = Math.min(linux.size(), engine.size());
        for (int i = 0; i < both; i++) {
            if (!linux.get(i).equals(engine.get(i))) {
                return new Difference(i, kind(linux.get(i), engine.get(i)), linux.get(i),
                        engine.get(i));
            }
        }
        if (linux.size() == engine.size()) {
            return null;
        }
        // One of them has thrown where the other has gone on, or ended.
        Observation none = new Observation(null, null, List.of(), false, List.of(), 0,
                List.of());
        return new Difference(both, Kind.TROUBLE, linux.size() > both ? linux.get(both) : none,
                engine.size() > both ? engine.get(both) : none);
    }

    private static Kind kind(Observation linux, Observation engine) {
        if (!java.util.Objects.equals(linux.trouble(), engine.trouble())) {
            return Kind.TROUBLE;
        }
        if (!linux.completions().equals(engine.completions())) {
            return Kind.COMPLETIONS;
        }
        if (!java.util.Objects.equals(linux.answer(), engine.answer())) {
            return Kind.ANSWER;
        }
        for (int i = 0; i < Math.min(linux.groups().size(), engine.groups().size()); i++) {
            Observation.Group left = linux.groups().get(i);
            Observation.Group right = engine.groups().get(i);
            if (left.head() != right.head() || left.status() != right.status()) {
                return Kind.HEAD;
            }
        }
        return linux.groups().equals(engine.groups()) ? Kind.PAYLOAD : Kind.SLOT;
    }

    /// Both sides in words.
    String describe() {
        return switch (kind) {
            case TROUBLE -> sides(linux.trouble(), engine.trouble());
            case COMPLETIONS -> sides(linux.completions(), engine.completions());
            case ANSWER -> sides(linux.answer(), engine.answer());
            case HEAD, SLOT -> sides(groups(linux, engine), groups(engine, linux));
            case PAYLOAD -> sides(buffers(linux, engine), buffers(engine, linux));
        };
    }

    private static String sides(Object linux, Object engine) {
        return "linux:  " + text(linux) + "\nengine: " + text(engine);
    }

    private static String text(Object value) {
        return value == null ? "nothing" : value instanceof List<?> list && list.isEmpty()
                ? "nothing" : value.toString();
    }

    private static List<Observation.Group> groups(Observation one, Observation other) {
        return one.groups().stream().filter(group -> !other.groups().contains(group)).toList();
    }

    private static List<Observation.Buffer> buffers(Observation one, Observation other) {
        return one.buffers().stream().filter(buffer -> !other.buffers().contains(buffer)).toList();
    }
}
