package dev.rill.scenario;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The names that the lines of one part have introduced so far, so that a misspelt one is found
/// where it stands.
final class Scope {

    static final int DEFAULT_BGID = 1;
    private static final int BGID_MAX = 65535;

    private final Map<String, String> endpoints = new LinkedHashMap<>();
    private final Set<Integer> groups = new LinkedHashSet<>();
    private final Set<String> labels = new LinkedHashSet<>();
    boolean ringUsed;

    void declare(Words words, String name, String kind) {
        if (endpoints.putIfAbsent(name, kind) != null) {
            throw words.wrong("'" + name + "' is there already");
        }
    }

    /// The name of something that was opened above.
    String endpoint(Words words) {
        String name = words.word("the name of a socket, pipe or file");
        if (!endpoints.containsKey(name)) {
            throw words.wrong("expected the name of a socket, pipe or file opened above"
                    + (endpoints.isEmpty() ? "" : ": " + String.join(", ", endpoints.keySet()))
                    + "; '" + name + "' is none");
        }
        return name;
    }

    /// The name of a listener that was opened above.
    String listener(Words words) {
        String name = words.word("the name of a listener");
        if (!"listener".equals(endpoints.get(name))) {
            throw words.wrong("expected the name of a listener opened above; '" + name
                    + "' is none");
        }
        return name;
    }

    boolean isEndpoint(String name) {
        return endpoints.containsKey(name);
    }

    void declareGroup(int bgid) {
        groups.add(bgid);
    }

    void declareLabel(String label) {
        labels.add(label);
    }

    String label(Words words, String name) {
        if (!labels.contains(name)) {
            throw words.wrong("expected the name of a request (given with 'as')"
                    + (labels.isEmpty() ? "" : ": " + String.join(", ", labels))
                    + "; '" + name + "' is none");
        }
        return name;
    }

    boolean hasGroup() {
        return !groups.isEmpty();
    }

    /// The one group there is.
    int onlyGroup(Words words) {
        if (groups.size() > 1) {
            throw words.wrong("expected 'group' and which one, of " + groups
                    + ": there are several");
        }
        return groups.isEmpty() ? DEFAULT_BGID : groups.iterator().next();
    }

    /// `group N` at the end of a line, or the one group there is.
    int optionalGroup(Words words) {
        return words.accept("group") ? groupNumber(words) : onlyGroup(words);
    }

    static int groupNumber(Words words) {
        return words.integer("a buffer group", 0, BGID_MAX);
    }
}
