/// The numbers of event loops as Micrometer meters: [dev.rill.micrometer.RillMetrics].
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Micrometer has no more
module dev.rill.micrometer {
    requires transitive dev.rill;
    requires transitive micrometer.core;
    exports dev.rill.micrometer;
}
