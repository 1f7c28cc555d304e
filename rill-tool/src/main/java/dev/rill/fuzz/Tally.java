package dev.rill.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a run has played and compared. Safe for a thread that watches.
public final class Tally {

    private final Map<String, Long> words = new TreeMap<>();
    private final Map<String, Long> accepted = new TreeMap<>();
    private long scenarios;
    private long steps;
    private long completions;
    private final List<Long> unsteady = new ArrayList<>();
    private final List<Long> racy = new ArrayList<>();

    Tally() {
    }

    /// Scenarios played on both kernels.
    ///
    /// @return how many
    public synchronized long scenarios() {
        return scenarios;
    }

    /// Lines after which both kernels were compared.
    ///
    /// @return how many
    public synchronized long steps() {
        return steps;
    }

    /// Completions compared.
    ///
    /// @return how many
    public synchronized long completions() {
        return completions;
    }

    /// Differences that did not come again when the scenario was played once more: a network that
    /// was late, a thread that was early.
    ///
    /// @return the seeds of the scenarios
    public synchronized List<Long> unsteady() {
        return List.copyOf(unsteady);
    }

    /// Scenarios in which the running kernel did not do the same when they were played again:
    /// nothing can be said of the engine there.
    ///
    /// @return the seeds of the scenarios
    public synchronized List<Long> racy() {
        return List.copyOf(racy);
    }

    /// Accepted differences that were met.
    ///
    /// @return how often, by name
    public synchronized Map<String, Long> accepted() {
        return Map.copyOf(accepted);
    }

    /// What the lines were about: verbs, opcodes and flags.
    ///
    /// @return how many lines, by word, in the order of the words
    public synchronized Map<String, Long> words() {
        return new TreeMap<>(words);
    }

    synchronized void played(List<String> lines, long compared, long completed) {
        scenarios++;
        steps += compared;
        completions += completed;
        for (String line : lines) {
            String[] parts = line.split("[ |]");
            words.merge(parts[0], 1L, Long::sum);
            for (int i = 1; i < parts.length; i++) {
                if (parts[i].length() > 1 && Character.isUpperCase(parts[i].charAt(0))) {
                    words.merge(parts[i], 1L, Long::sum);
                }
            }
        }
    }

    synchronized void unsteadyOne(long scenarioSeed) {
        unsteady.add(scenarioSeed);
    }

    synchronized void racyOne(long scenarioSeed) {
        racy.add(scenarioSeed);
    }

    synchronized void acceptedOne(String name) {
        accepted.merge(name, 1L, Long::sum);
    }
}
