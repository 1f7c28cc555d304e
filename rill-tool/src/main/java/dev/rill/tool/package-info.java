/**
 * The {@code ./rill} command: one class per subcommand, {@link dev.rill.tool.Main} brings them
 * together.
 */
package dev.rill.tool;
