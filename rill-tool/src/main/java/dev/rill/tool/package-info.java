/// The `./rill` command: one class per subcommand, [dev.rill.tool.Main] brings them
/// together.
package dev.rill.tool;
