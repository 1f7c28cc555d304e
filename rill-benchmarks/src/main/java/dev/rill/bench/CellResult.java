package dev.rill.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// What was measured in a cell.
///
/// @param cell the situation
/// @param peers who took part, in the order of the rounds
/// @param leftOut who did not, and why
/// @param failed who began and did not do what it should, and what happened
/// @param pacedRate messages per second of the paced rounds; 0 when there were none
record CellResult(Cell cell, List<PeerResult> peers, Map<String, String> leftOut,
        Map<String, String> failed, double pacedRate) {

    /// What the verdict is about: server CPU for each byte of a stream or for each message.
    ToDoubleFunction<Round> cost() {
        return cell.countsBytes() ? Round::cpuSecondsPerGib : Round::cpuMicrosPerMessage;
    }

    String costUnit() {
        return cell.countsBytes() ? "s/GiB" : "us/msg";
    }

    Optional<PeerResult> peer(String name) {
        return peers.stream().filter(peer -> peer.peer().equals(name)).findFirst();
    }

    /// One peer beside another.
    Verdict verdict(PeerResult ours, PeerResult theirs) {
        return Verdict.ofCosts(ours.rounds(), theirs.rounds(), cost());
    }

    Map<String, Object> toJson(String reference) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("cell", cell.name());
        json.put("title", cell.title());
        json.put("costUnit", costUnit());
        json.put("pacedRate", pacedRate);
        json.put("leftOut", leftOut);
        json.put("failed", failed);
        json.put("peers", peers.stream().map(peer -> {
            Map<String, Object> one = peer.toJson();
            Statistics costs = peer.statistics(cost());
            one.put("cost", costs.median());
            one.put("costSpread", costs.spread());
            peer(reference).ifPresent(ours -> {
                Verdict verdict = verdict(ours, peer);
                one.put("ratio", verdict.ratio());
                one.put("ratioSpread", verdict.spread());
                one.put("verdict", verdict.word().toString());
            });
            return one;
        }).toList());
        return json;
    }
}
