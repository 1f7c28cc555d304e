/// Races of holds: closing them on other threads while the owner looks, and reading them while the
/// owner moves them.
package dev.rill.ring;
