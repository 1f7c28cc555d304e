/// The servers that the benchmark measures: Rill and those it stands beside, each a process of its
/// own that does the same work. Start reading at [dev.rill.bench.server.PeerCommand], which says
/// what there is, why something is missing here, and how a peer is started.
///
/// Each is written as its own documentation recommends, and says which options are in force; a
/// peer that is worse than it could be would make the comparison worthless.
package dev.rill.bench.server;
