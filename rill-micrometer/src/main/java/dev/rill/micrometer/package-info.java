/// The numbers of event loops as Micrometer meters. One class: [RillMetrics].
package dev.rill.micrometer;
