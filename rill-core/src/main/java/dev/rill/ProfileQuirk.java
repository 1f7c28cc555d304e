package dev.rill;

/// Something that not all kernels do alike, and that the engine does as a certain one does.
///
/// @param name one word, such as `NO_MIN_LEFT`
/// @param summary what a program sees, without a full stop
/// @param kernels which kernels have it, such as `before 6.17`
public record ProfileQuirk(String name, String summary, String kernels) {
}
